"""Total and conditional association, and what lies between them."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm

from nplvanalysis import schema
from nplvanalysis.errors import CircularityError, EstimationError, TooFewClustersError
from nplvanalysis.models import mediation
from nplvanalysis.models.estimates import estimate_row
from nplvanalysis.models.joint import self_contained
from nplvanalysis.registers import Row
from tests.conftest import make_toy_city

ROW = Row(
    role="conditional",
    outcome="crime_violence_rate",
    specification="owner-to-corporation",
    sign=1,
    controls=["urbanity", "income_low"],
)


def city(seed: int = 3, municipalities: int = 60, through: float = 0.5) -> pd.DataFrame:
    """Violence goes with low incomes (`through`) and with corporation rent (0.2)."""
    made, rng = make_toy_city(seed, municipalities), np.random.default_rng(seed + 90)
    level = np.repeat(rng.normal(size=municipalities), 9)
    share = made["tenure_corporation"]
    incomes = 20 + 0.3 * share + 2 * level + rng.normal(scale=2, size=len(made))
    violence = 0.2 * share + through * incomes + level + rng.normal(scale=2, size=len(made))
    return made.assign(income_low=incomes, crime_violence_rate=violence)


@pytest.fixture
def found(study):
    return mediation.mediation(city(), ROW, study, np.random.default_rng(1), draws=499)


def by_statsmodels(made, outcome):
    dummies = pd.get_dummies(made.groups, dtype=float).to_numpy()
    return sm.WLS(outcome, np.column_stack([made.columns, dummies]), made.weights).fit()


def test_total_less_conditional_is_the_product_of_slopes(found):
    mediator = found.conditional.design.columns[:, -1]
    on_exposure = by_statsmodels(found.total.design, mediator).params[0]
    both = found.conditional.design
    on_mediator = by_statsmodels(both, both.outcome).params[both.columns.shape[1] - 1]
    assert found.indirect == pytest.approx(10 * on_exposure * on_mediator, rel=1e-8)
    difference = 10 * (found.total.estimate - found.conditional.estimate)
    assert found.indirect == pytest.approx(difference, rel=1e-8)


def test_at_this_correlation_the_formula_of_imai_gives_nothing(found):
    """Imai, Keele and Yamamoto (2010, theorem 2), from residuals of three regressions."""
    total, mediator = found.total.design, found.conditional.design.columns[:, -1]
    outcome_fit = by_statsmodels(total, total.outcome)
    mediator_fit = by_statsmodels(total, mediator)
    one, two = (fit.resid * np.sqrt(total.weights) for fit in (outcome_fit, mediator_fit))
    observed = one @ two / np.sqrt(one @ one * (two @ two))

    def indirect(rho):
        scale = 10 * mediator_fit.params[0] * np.sqrt(one @ one / (two @ two))
        return scale * (observed - rho * np.sqrt((1 - observed**2) / (1 - rho**2)))

    assert indirect(found.rho) == pytest.approx(0, abs=1e-8)
    assert indirect(0.0) == pytest.approx(found.indirect, rel=1e-8)
    assert found.explained == abs(found.rho)


def test_a_draw_from_cross_products_is_a_fit_of_the_drawn_municipalities(found):
    made, clusters = found.total.design, found.total.design.clusters
    mediator = found.conditional.design.columns[:, -1]
    grams, length = mediation._grams(found.total, mediator)
    counts = np.random.default_rng(8).multinomial(len(grams), np.full(len(grams), 1 / len(grams)))
    drawn = mediation._split((counts @ grams.reshape(len(grams), -1)).reshape(1, *grams.shape[1:]))
    rows = np.concatenate([np.tile(np.flatnonzero(clusters == g), n) for g, n in enumerate(counts)])
    dummies = pd.get_dummies(made.groups[rows], dtype=float).to_numpy()
    columns = np.column_stack([made.columns[rows], dummies])
    on_exposure = sm.WLS(mediator[rows], columns, made.weights[rows]).fit().params[0]
    both = np.column_stack([mediator[rows], columns])
    on_mediator = sm.WLS(made.outcome[rows], both, made.weights[rows]).fit().params[0]
    assert drawn[0, 0] / length == pytest.approx(on_exposure * on_mediator, rel=1e-7)


def test_known_parts_are_recovered(found):
    assert found.low < 10 * 0.3 * 0.5 < found.high
    assert 10 * found.conditional.estimate == pytest.approx(2.0, abs=0.6)
    assert found.p < 0.01
    assert found.rho_low < found.rho < found.rho_high


def test_intervals_hold_the_truth_about_as_often_as_they_say(study):
    held = 0
    for seed in range(40):
        one = mediation.mediation(
            city(seed, through=0.1), ROW, study, np.random.default_rng(seed), draws=299
        )
        held += one.low < 10 * 0.3 * 0.1 < one.high
    assert held >= 35


def lenient(study):
    """Low incomes of the city follow its tenure so closely that the study's limit refuses them."""
    models = study.models.model_copy(update={"identification_r2": 0.99})
    return study.model_copy(update={"models": models})


def test_parts_that_cannot_be_told_apart_have_no_numbers(study):
    made = mediation.estimate_mediation(city(), ROW, study, np.random.default_rng(1))
    status = made.groupby("sample")["status"].first()
    assert status["conditional on income_low"] == status["indirect, with income_low"]
    assert status["indirect, with income_low"] == "not_identified"
    assert status["total, beside income_low"] == "ok"
    assert made.loc[made["status"] != "ok", "estimate"].isna().all()


def test_each_part_has_a_label_of_its_own(study):
    made = mediation.estimate_mediation(city(), ROW, lenient(study), np.random.default_rng(1))
    labels = made.drop_duplicates("sample").set_index("sample")
    assert labels["role"].to_dict() == {
        "conditional on income_low": "conditional",
        "total, beside income_low": "sensitivity",
        "indirect, with income_low": "sensitivity",
    }
    assert labels.loc["total, beside income_low", "controls"] == "urbanity"
    assert labels["n"].nunique() == 1


def test_without_fixed_effects_areas_are_drawn_with_a_constant(study):
    models = study.models.model_copy(update={"fixed_effects": "none", "cluster": "none"})
    alone = study.model_copy(update={"models": models})
    one = mediation.mediation(city(), ROW, alone, np.random.default_rng(1), draws=99)
    assert one.clusters == one.n
    assert self_contained(one.total).shape[1] == one.total.regressors.shape[1] + 1
    difference = 10 * (one.total.estimate - one.conditional.estimate)
    assert one.indirect == pytest.approx(difference, rel=1e-8)


def test_a_mediator_that_is_made_with_housing_is_refused(study, in_root):
    row = ROW.model_copy(update={"estimator": "mediation", "controls": ["urbanity", "soc"]})
    made = city().assign(soc=1.0)
    with pytest.raises(CircularityError, match="take the place of housing"):
        estimate_row(made, row, study, schema.columns())


@pytest.mark.parametrize("controls", [None, [], ["income_low", "urbanity"]])
def test_a_row_without_a_mediator_is_refused(study, controls):
    row = ROW.model_copy(update={"controls": controls})
    with pytest.raises(EstimationError, match="names no mediator"):
        mediation.mediation(city(), row, study, np.random.default_rng(1))


def test_too_few_municipalities_are_refused(study):
    with pytest.raises(TooFewClustersError):
        mediation.mediation(city(municipalities=20), ROW, study, np.random.default_rng(1))
