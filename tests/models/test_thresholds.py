"""Kinks that were stated beforehand, and kinks that were searched for."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from nplvanalysis.errors import EstimationError
from nplvanalysis.models import splits, thresholds
from nplvanalysis.models.joint import fit_terms
from nplvanalysis.models.kinks import profile
from nplvanalysis.models.regression import demean
from nplvanalysis.models.standard_errors import cr1
from nplvanalysis.registers import Row
from tests.conftest import make_toy_city

ROW = Row(
    role="secondary", outcome="crime_violence_rate", specification="owner-to-corporation", sign=1
)
PLACES = np.array([15.0, 25.0, 40.0])


def city(seed: int, at: float = 40.0, change: float = 0.0) -> pd.DataFrame:
    """A city whose slope on corporation rent changes at a known value."""
    made, rng = make_toy_city(seed, municipalities=60), np.random.default_rng(seed + 500)
    share = made["tenure_corporation"]
    level = rng.normal(size=60)[np.arange(len(made)) // 9]
    noise = rng.normal(scale=3, size=len(made)) * (1 + level**2) ** 0.5
    outcome = 0.3 * share + change * np.maximum(share - at, 0) + noise + level
    return made.assign(crime_violence_rate=outcome)


@pytest.fixture
def line(toy_city, study):
    return fit_terms(toy_city, ROW, study, ["tenure_corporation", "tenure_other"])


def test_the_statistic_of_each_place_is_the_squared_t_of_its_kink(line, toy_city, study):
    found = profile(line, PLACES).observed
    for at, statistic in zip(PLACES, found, strict=True):
        kink = np.maximum(toy_city["tenure_corporation"] - at, 0)
        terms = ["kink", "tenure_corporation", "tenure_other"]
        fitted = fit_terms(toy_city.assign(kink=kink), ROW, study, terms)
        assert statistic == pytest.approx((fitted.estimate / cr1(fitted)) ** 2, rel=1e-8)


def test_a_bootstrap_draw_equals_a_fit_of_the_turned_residuals(line):
    rng, clusters = np.random.default_rng(4), line.design.clusters
    turned = rng.choice([-1.0, 1.0], size=(3, clusters.max() + 1))
    found = profile(line, PLACES).statistics(turned)
    root = np.sqrt(line.design.weights)
    for draw, signs in enumerate(turned):
        outcome = line.regressors @ line.estimates + line.residuals * signs[clusters]
        for place, at in enumerate(PLACES):
            kink = np.maximum(line.design.columns[:, 0] - at, 0)
            own = demean(kink, line.design.groups, line.design.weights) * root
            columns = np.column_stack([own, line.regressors])
            slopes = np.linalg.lstsq(columns, outcome, rcond=None)[0]
            residuals = outcome - columns @ slopes
            bread = np.linalg.inv(columns.T @ columns)
            scores = np.array(
                [columns[clusters == g].T @ residuals[clusters == g] for g in range(len(signs))]
            )
            count, width = columns.shape
            factor = len(signs) / (len(signs) - 1) * (count - 1) / (count - width)
            variance = factor * (bread @ scores.T @ scores @ bread)[0, 0]
            assert found[draw, place] == pytest.approx(slopes[0] ** 2 / variance, rel=1e-8)


def test_without_a_kink_the_search_finds_one_no_more_often_than_it_says(study):
    found = [
        thresholds.search_kink(city(seed), ROW, study, np.random.default_rng(seed)).p
        for seed in range(50)
    ]
    assert np.mean(np.array(found) <= 0.05) <= 0.1
    assert 0.35 < np.mean(found) < 0.65


def test_a_kink_is_found_near_its_place_and_in_both_halves(study):
    bent = city(1, at=40.0, change=1.0)
    found = thresholds.search_kink(bent, ROW, study, np.random.default_rng(1))
    assert found.p <= 0.01
    assert found.at == pytest.approx(40, abs=8)
    assert found.change == pytest.approx(1.0, abs=0.3)
    halves = splits.split_often(bent, ROW, study, np.random.default_rng(2), splits=1)
    assert halves.p < 0.05
    assert halves.change == pytest.approx(1.0, abs=0.3)


def test_a_stated_kink_is_estimated_where_it_is(study):
    kinks = thresholds.stated_kinks(city(2, at=50.0, change=1.0), ROW, study).set_index("at")
    own = kinks.loc[50.0]
    assert own["low"] < 10 * 1.0 < own["high"]
    assert own["p_holm"] < 0.05


def test_stated_kinks_are_corrected_by_holm(study):
    kinks = thresholds.stated_kinks(city(3), ROW, study)
    usable = kinks[kinks["status"] == "ok"].sort_values("p")
    factors = np.arange(len(usable), 0, -1)
    holm = np.minimum(np.maximum.accumulate(usable["p"] * factors), 1)
    assert usable["p_holm"].to_numpy() == pytest.approx(holm.to_numpy())


def test_a_kink_with_hardly_an_area_beyond_it_is_unusable(toy_city, study):
    low = toy_city.assign(tenure_corporation=toy_city["tenure_corporation"] / 3)
    kinks = thresholds.stated_kinks(low, ROW, study)
    assert (kinks["status"] == "too_few_areas").all()
    assert kinks["estimate"].isna().all()


def test_a_kink_with_hardly_an_area_below_it_is_unusable(toy_city, study):
    high = toy_city.assign(tenure_corporation=70 + toy_city["tenure_corporation"] / 4)
    kinks = thresholds.stated_kinks(high, ROW, study)
    assert (kinks["below"] < study.models.min_areas).all()
    assert (kinks["status"] == "too_few_areas").all()


def test_a_share_that_hardly_varies_is_not_searched(toy_city, study):
    narrow = toy_city.assign(tenure_corporation=20 + toy_city["tenure_corporation"] / 50)
    with pytest.raises(EstimationError, match="varies too little"):
        thresholds.search_kink(narrow, ROW, study, np.random.default_rng(0))


def test_many_splits_agree_on_a_kink_and_not_on_a_straight_line(toy_city, study):
    rng = np.random.default_rng(8)
    bent = splits.split_often(city(3, change=1.0), ROW, study, rng, splits=9)
    assert bent.p < 0.05
    assert bent.low <= bent.at <= bent.high
    straight = splits.split_often(toy_city, ROW, study, rng, splits=9)
    assert straight.p > 0.05
