"""Trust beside stacking: what the register asks, and what it may never ask."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm

from nplvanalysis import params, registers
from nplvanalysis.errors import CircularityError
from nplvanalysis.models.estimates import estimate_row
from nplvanalysis.models.reasons import why_not
from nplvanalysis.schema import columns

from .stacked_city import PROBLEMS, city, with_problems

STUDIES = ["sample", "nederland-wijken", "nederland-gemeenten", "rotterdam-buurten"]


@pytest.mark.parametrize("study", STUDIES)
@pytest.mark.parametrize("name", ["B1", "B2"])
def test_every_study_tests_stacking_and_trust_or_says_in_words_why_not(study, name, in_root):
    hypothesis = registers.claims().hypotheses[name]
    assert hypothesis.not_testable is None
    if study in hypothesis.studies:
        assert hypothesis.studies[study][0].role == "primary"
        assert hypothesis.studies[study][0].statement
    else:
        code, nl, en = why_not(hypothesis, study, {*columns()}, columns())
        assert code == "column_missing"
        assert len(nl) > 30
        assert len(en) > 30


@pytest.mark.parametrize("study", STUDIES)
def test_no_study_counts_an_outcome_among_the_problems_that_explain_it(study, in_root):
    chosen = params.load(f"studies/{study}.yaml")
    for hypothesis in registers.claims().hypotheses.values():
        for row in hypothesis.studies.get(study, []):
            terms = chosen.models.specifications[row.specification].terms
            if set(terms) & {"stacking", "stacking_z"}:
                assert row.outcome not in chosen.measures.problems


def trusting(seed: int = 1) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    panel = city(seed)
    stacking = rng.integers(0, 5, size=len(panel))
    trust = 70 - 2.5 * stacking + rng.normal(scale=3, size=len(panel))
    return panel.assign(stacking=pd.array(stacking, dtype="Int64"), trust_government=trust)


def row_of(outcome: str) -> registers.Row:
    return registers.Row(role="primary", outcome=outcome, specification="stacking", sign=-1)


def test_the_slope_of_trust_on_stacking_equals_that_of_another_library(study, in_root):
    own = with_problems(study, fixed_effects="none", cluster="none", controls=[])
    panel = trusting().assign(share_15_24=10.0, share_65_plus=20.0, x=0.0, y=0.0)
    made = estimate_row(panel, row_of("trust_government"), own, columns())
    hc3 = made[(made["role"] == "primary") & (made["standard_errors"] == "HC3")].iloc[0]
    regressors = sm.add_constant(panel["stacking"].astype(float))
    peer = sm.WLS(panel["trust_government"], regressors, weights=panel["dwellings"])
    fitted = peer.fit(cov_type="HC3")
    assert hc3["estimate"] == pytest.approx(fitted.params["stacking"], rel=1e-6)
    assert hc3["std_error"] == pytest.approx(fitted.bse["stacking"], rel=1e-6)


def test_an_outcome_among_the_problems_is_refused_whatever_the_register_says(study, in_root):
    own = with_problems(study)
    with pytest.raises(CircularityError, match="one of the problems"):
        estimate_row(trusting(), row_of("income_low"), own, columns())
    assert "income_low" in PROBLEMS
