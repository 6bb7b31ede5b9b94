"""Every row of the register has a result or a reason in every published study."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from nplvanalysis import registers, store
from nplvanalysis.report.publish import FINDINGS, VERDICTS
from tests.conftest import ROOT
from tests.register_results import unanswered

REAL = sorted(path.stem for path in (ROOT / "studies").glob("*.yaml") if path.stem != "sample")


@pytest.fixture(scope="module")
def claims():
    return registers.claims(ROOT / registers.CLAIMS)


def answered(claims, study="rotterdam-buurten"):
    """Build tables in which all is answered: estimates for A1, reasons for everything else."""
    rows = [
        {"hypothesis": name, "row": place, "role": row.role, "estimate": 1.0, "status": "ok"}
        for name, one in claims.hypotheses.items()
        for place, row in enumerate(one.studies.get(study, []))
    ]
    verdicts = pd.DataFrame({"hypothesis": list(claims.hypotheses)}).assign(
        verdict="not_testable", theta=np.nan, reason="column_missing"
    )
    first = verdicts["hypothesis"].eq("A1")
    verdicts.loc[first, ["verdict", "theta", "reason"]] = ["supported", 1.0, ""]
    return pd.DataFrame(rows), verdicts


def test_nothing_is_missing_where_all_is_answered(claims):
    assert not unanswered(claims, "rotterdam-buurten", *answered(claims))


def test_a_row_without_estimate_and_reason_is_found(claims):
    estimates, verdicts = answered(claims)
    found = unanswered(claims, "rotterdam-buurten", estimates.drop(index=1), verdicts)
    assert found == ["A1, row 1 (balances of police_violence): neither result nor reason"]


def test_a_failed_fit_needs_a_reason_in_words(claims):
    estimates, verdicts = answered(claims)
    estimates.loc[1, ["estimate", "status"]] = [np.nan, "too_few_areas"]
    assert not unanswered(claims, "rotterdam-buurten", estimates, verdicts)
    estimates.loc[1, "status"] = "something"
    assert len(unanswered(claims, "rotterdam-buurten", estimates, verdicts)) == 1


def test_a_number_that_is_missing_is_no_result(claims):
    estimates, verdicts = answered(claims)
    estimates.loc[0, "estimate"] = np.nan
    assert len(unanswered(claims, "rotterdam-buurten", estimates, verdicts)) == 1


def test_rows_beyond_the_register_are_found(claims):
    estimates, verdicts = answered(claims)
    more = pd.concat([estimates, estimates.tail(1).assign(row=99)], ignore_index=True)
    assert "register lacks" in unanswered(claims, "rotterdam-buurten", more, verdicts)[0]


@pytest.mark.parametrize("reason", ["", "no_estimator", "no_row"])
def test_that_this_version_has_no_test_is_no_reason(claims, reason):
    estimates, verdicts = answered(claims)
    verdicts.loc[verdicts["hypothesis"].eq("G3"), "reason"] = reason
    assert unanswered(claims, "rotterdam-buurten", estimates, verdicts) == ["G3: no reason"]


def test_a_hypothesis_without_verdict_is_found(claims):
    estimates, verdicts = answered(claims)
    left = verdicts[verdicts["hypothesis"] != "F1"]
    assert unanswered(claims, "rotterdam-buurten", estimates, left) == ["F1: 0 verdicts"]


@pytest.mark.parametrize("study", REAL)
def test_every_row_of_the_register_is_answered_in_the_published_study(claims, study):
    """Fails while a published study is older than the register: run and publish it anew."""
    estimates = store.read_csv(ROOT / FINDINGS / study / "estimates.csv")
    assert "row" in estimates, f"{study} was published before estimates named their row"
    estimates = estimates.assign(estimate=pd.to_numeric(estimates["estimate"]))
    verdicts = store.read_csv(ROOT / VERDICTS)
    own = verdicts[verdicts["study"] == study].replace({"theta": {"": np.nan}})
    assert not unanswered(claims, study, estimates, own)
