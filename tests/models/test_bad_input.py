"""Bad input, for every estimator: a named error or a row with its reason, never a number."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pyfixest
import pytest

from nplvanalysis import errors, params, registers, schema
from nplvanalysis.models import absorbing, poisson
from nplvanalysis.models.estimates import ESTIMATORS
from nplvanalysis.models.rows import COLUMNS, GIVEN, unusable, without_empty
from nplvanalysis.models.verdicts import verdicts
from nplvanalysis.report import words
from tests.conftest import ROOT

from .bad_cases import CASES
from .worlds import CONTRAST, OUTCOME, World, asked_of, make_panel

NUMBERS = ["estimate", "std_error", "low", "high", "p"]
PAIRS = [
    pytest.param(case, estimator, id=f"{estimator}: {case.name}")
    for case in CASES
    for estimator in case.only
    if estimator not in case.spares
]


@pytest.fixture(scope="module")
def country() -> pd.DataFrame:
    return make_panel()


@pytest.fixture(scope="module")
def own_study() -> params.Study:
    return params.load(ROOT / "studies" / "sample.yaml")


@pytest.mark.parametrize("estimator", ESTIMATORS)
def test_without_bad_input_each_estimator_answers(estimator, country, own_study, in_root):
    made = World(country, own_study, asked_of(estimator)).estimated()
    first = made.iloc[0]
    assert first["status"] == "ok"
    assert np.isfinite(first[["estimate", "std_error"]].astype(float)).all()


@pytest.mark.parametrize(("case", "estimator"), PAIRS)
def test_bad_input_ends_in_a_named_error_or_a_reason(case, estimator, country, own_study, in_root):
    broken = case.breaks(World(country, own_study, asked_of(estimator)))
    kinds = tuple(one for one in case.ends if not isinstance(one, str))
    try:
        made = broken.estimated()
    except kinds:
        return
    deciding = made[made["role"].isin(["primary", "gate"]) | (made["estimator"] == "balances")]
    deciding = deciding[(deciding["weights"] != "none") | case.equal]
    assert len(deciding)
    assert set(deciding["status"]) <= {one for one in case.ends if isinstance(one, str)}
    assert deciding[NUMBERS].isna().all(axis=None)
    rounding = made["std_error"] <= 1e-9 * made["outcome_sd"]
    assert not (made["status"].eq("ok") & rounding).any()


def codes() -> list[str]:
    """List the reasons that a fit can give."""
    kinds, found = [errors.EstimationError], set()
    while kinds:
        one = kinds.pop()
        found.add(one.code)
        kinds += one.__subclasses__()
    return sorted(found)


@pytest.mark.parametrize("code", codes())
def test_every_reason_has_a_text_and_becomes_the_reason_of_a_verdict(code, study, in_root):
    for language in ("nl", "en"):
        assert words.say(language, "reason", code)
    row = unusable(code).assign(hypothesis="A1", row=0, unit=study.unit, role="primary")
    claims, dictionary = registers.claims(), schema.columns()
    table = row.reindex(columns=COLUMNS)
    found = verdicts(table, claims, study, set(dictionary), dictionary).set_index("hypothesis")
    assert found.loc["A1", ["verdict", "reason"]].tolist() == ["not_testable", code]
    assert np.isnan(found.loc["A1", "theta"])


def test_counts_that_do_not_converge_are_a_row_with_that_reason(
    country, own_study, in_root, monkeypatch
):
    monkeypatch.setattr(poisson, "STEPS", 2)
    made = World(country, own_study, asked_of("count")).estimated()
    assert set(made["status"]) == {"not_converged"}
    assert made[NUMBERS].isna().all(axis=None)


def test_effects_that_cannot_be_taken_out_are_named(country):
    rng = np.random.default_rng(0)
    table = country.assign(other=rng.integers(0, 60, len(country)), weight=1.0)
    few = pyfixest.MapDemeaner(fixef_maxiter=1, fixef_tol=1e-14)
    with pytest.raises(errors.NotConvergedError, match="could not be taken out"):
        absorbing.feols(f"{OUTCOME} ~ {CONTRAST} | code + other", table, None, "weight", few)


@pytest.mark.parametrize(
    ("estimate", "std_error"), [(np.nan, 1.0), (np.inf, 1.0), (1.0, 0.0), (1.0, np.nan)]
)
def test_a_row_without_a_number_is_not_usable(estimate, std_error):
    sound = dict.fromkeys(GIVEN, 1.0) | {"status": "ok", "standard_errors": "CR1"}
    broken = sound | {"estimate": estimate, "std_error": std_error}
    made = without_empty(pd.DataFrame([sound, broken]))
    assert made["status"].tolist() == ["ok", "no_number"]
    assert made.loc[1, NUMBERS].isna().all()
    assert made.loc[0, NUMBERS].eq(1.0).all()
