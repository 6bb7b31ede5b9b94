"""Slopes within and between municipalities."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import statsmodels
from scipy import optimize

from nplvanalysis.errors import CollinearError, EstimationError, TooFewClustersError
from nplvanalysis.models import mixed
from nplvanalysis.models.mixed import fit_mixed
from nplvanalysis.models.multilevel import estimate_multilevel, multilevel
from nplvanalysis.registers import Row
from tests.conftest import make_toy_city

ROW = Row(
    role="secondary", outcome="crime_violence_rate", specification="owner-to-corporation", sign=1
)
RESULTS = Path(statsmodels.__file__).parent / "regression" / "tests" / "results"


@pytest.fixture(scope="module")
def pigs():
    """Growth of pigs, shipped with statsmodels: outcome, fixed part, groups."""
    table = pd.read_csv(RESULTS / "dietox.csv")
    columns = np.column_stack([np.ones(len(table)), table["Time"]])
    return table["Weight"].to_numpy(float), columns, table["Pig"].to_numpy()


def test_a_random_intercept_has_the_published_numbers(pigs):
    outcome, columns, groups = pigs
    found = fit_mixed(outcome, columns, groups, columns[:, :1])
    assert found.estimates == pytest.approx([15.72352, 6.94251], abs=1e-4)
    assert found.scale == pytest.approx(11.3669, abs=1e-4)
    assert found.log_likelihood == pytest.approx(-2404.7753, abs=1e-4)


def test_a_random_slope_has_the_published_numbers(pigs):
    outcome, columns, groups = pigs
    found = fit_mixed(outcome, columns, groups, columns)
    assert found.estimates == pytest.approx([15.7387, 6.9390], abs=1e-4)
    assert found.spread == pytest.approx(np.array([[19.503, 0.2937], [0.2937, 0.4161]]), abs=3e-4)
    assert found.scale == pytest.approx(6.0372, abs=1e-4)
    assert found.log_likelihood == pytest.approx(-2217.0475, abs=1e-4)
    assert found.disagreement < 1e-4


def test_slopes_and_errors_are_generalised_least_squares_at_the_variances_found(pigs):
    """The textbook formula (Laird and Ware 1982), and the restricted likelihood with it."""
    outcome, columns, groups = pigs
    found = fit_mixed(outcome, columns, groups, columns)
    gram, cross, logs, squares = np.zeros((2, 2)), np.zeros(2), 0.0, 0.0
    for group in np.unique(groups):
        x, y = columns[groups == group], outcome[groups == group]
        variance = x @ found.spread @ x.T + found.scale * np.eye(len(y))
        gram += x.T @ np.linalg.solve(variance, x)
        cross += x.T @ np.linalg.solve(variance, y)
        rest = y - x @ found.estimates
        logs += np.linalg.slogdet(variance)[1]
        squares += rest @ np.linalg.solve(variance, rest)
    assert found.estimates == pytest.approx(np.linalg.solve(gram, cross), rel=1e-8)
    assert found.std_errors == pytest.approx(np.sqrt(np.diag(np.linalg.inv(gram))), rel=1e-6)
    free = len(outcome) - 2
    own = logs + squares + np.linalg.slogdet(gram)[1] + free * np.log(2 * np.pi)
    assert found.log_likelihood == pytest.approx(-own / 2, rel=1e-8)


def test_an_optimiser_that_does_not_end_is_an_error(pigs, monkeypatch):
    outcome, columns, groups = pigs
    monkeypatch.setattr(mixed, "OPTIMISERS", ("bfgs",))
    with pytest.raises(EstimationError, match="did not converge"):
        fit_mixed(outcome, columns, groups, columns)


@pytest.mark.parametrize("order", [("powell", "bfgs"), ("bfgs", "powell")])
def test_one_optimiser_alone_is_not_believed(pigs, monkeypatch, order):
    outcome, columns, groups = pigs
    monkeypatch.setattr(mixed, "OPTIMISERS", order)
    monkeypatch.setattr(mixed, "THIRD", "bfgs")
    with pytest.raises(EstimationError, match="did not converge"):
        fit_mixed(outcome, columns, groups, columns)


def alike(seed: int = 3) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Slopes that do not differ between 40 unequal groups: outcome, columns, groups."""
    rng = np.random.default_rng(seed)
    groups = np.repeat(np.arange(40), rng.integers(2, 30, 40))
    share = rng.normal(size=len(groups))
    outcome = 0.3 * rng.normal(size=40)[groups] + 0.5 * share + rng.normal(size=len(groups))
    return outcome, np.column_stack([np.ones(len(groups)), share]), groups


def restricted(roots: np.ndarray, outcome, columns, groups) -> float:
    """Restricted log-likelihood by the textbook formula (Patterson and Thompson 1971)."""
    root = np.array([[roots[0], 0.0], [roots[1], roots[2]]])
    gram, cross, square, size = np.zeros((2, 2)), np.zeros(2), 0.0, 0.0
    for group in np.unique(groups):
        own, values = columns[groups == group], outcome[groups == group]
        spread = np.exp(2 * roots[3]) * np.eye(len(own)) + own @ root @ root.T @ own.T
        solved = np.linalg.solve(spread, np.column_stack([own, values]))
        gram, cross = gram + own.T @ solved[:, :2], cross + own.T @ solved[:, 2]
        square, size = square + values @ solved[:, 2], size + np.linalg.slogdet(spread)[1]
    left = square - cross @ np.linalg.solve(gram, cross)
    constant = (len(outcome) - 2) * np.log(2 * np.pi)
    return -0.5 * (constant + size + np.linalg.slogdet(gram)[1] + left)


def test_slopes_that_hardly_differ_are_fitted_where_one_optimiser_stops_short():
    """Gradients stop at a lower likelihood here; the textbook formula says which is highest."""
    data = alike()
    start = np.array([0.3, 0.0, 0.1, 0.0])
    best = optimize.minimize(
        lambda roots: -restricted(roots, *data),
        start,
        method="Nelder-Mead",
        options={"maxiter": 4000, "xatol": 1e-7, "fatol": 1e-9},
    )
    found = fit_mixed(*data, data[1])
    assert found.log_likelihood == pytest.approx(-best.fun, abs=1e-3)
    assert found.log_likelihood > -873
    assert found.disagreement < mixed.AGREEMENT


def confounded(seed: int = 5, municipalities: int = 60, areas: int = 9) -> pd.DataFrame:
    """Within municipalities the slope is 0.3, between them 1.0."""
    city, rng = make_toy_city(seed, municipalities, areas), np.random.default_rng(seed)
    share = city["tenure_corporation"]
    mean = share.groupby(city["municipality"]).transform("mean")
    own = rng.normal(scale=0.1, size=municipalities)
    slope = 0.3 + np.repeat(own, areas)
    noise = rng.normal(scale=2, size=len(city))
    return city.assign(crime_violence_rate=slope * (share - mean) + 1.0 * mean + noise)


def test_the_slope_within_is_not_mixed_with_that_between(study):
    found = multilevel(confounded(), ROW, study)
    assert abs(found.within - 3.0) < 3 * found.within_error
    assert abs(found.between - 10.0) < 3 * found.between_error
    assert found.spread == pytest.approx(1.0, abs=0.4)
    assert len(found.slopes) == found.clusters


def test_rows_name_the_two_slopes(study):
    made = estimate_multilevel(confounded(), ROW, study, np.random.default_rng(0))
    assert made["sample"].tolist() == ["multilevel, within", "multilevel, between"]
    assert made["role"].tolist() == ["secondary", "sensitivity"]
    assert (made["weights"] == "none").all()
    assert (made["low"] < made["estimate"]).all()


def test_without_random_slopes_the_slope_within_is_that_of_fixed_effects(study):
    """In a balanced panel the Mundlak model gives the fixed-effects slope exactly."""
    city = confounded().assign(dwellings=500.0)
    row = ROW.model_copy(update={"controls": []})
    share, other = city["tenure_corporation"], city["tenure_other"]
    group = city["municipality"]
    inside = np.column_stack([one - one.groupby(group).transform("mean") for one in (share, other)])
    means = np.column_stack([one.groupby(group).transform("mean") for one in (share, other)])
    columns = np.column_stack([np.ones(len(city)), inside, means - means.mean(axis=0)])
    outcome = city["crime_violence_rate"].to_numpy(float)
    found = fit_mixed(outcome, columns, group.factorize()[0], columns[:, :1])
    centred = outcome - city["crime_violence_rate"].groupby(group).transform("mean")
    own = np.linalg.lstsq(inside, centred, rcond=None)[0]
    assert found.estimates[1:3] == pytest.approx(own, rel=1e-6)
    assert row.controls == []


@pytest.mark.parametrize(
    "changed",
    [
        lambda city: {"tenure_other": 80 - city["tenure_corporation"] / 2},
        lambda city: {
            "tenure_corporation": city.groupby("municipality")["tenure_corporation"].transform(
                "first"
            )
        },
    ],
    ids=["two terms that are one", "an exposure that is the same within a municipality"],
)
def test_regressors_that_cannot_be_told_apart_are_refused(changed, study):
    city = confounded()
    with pytest.raises(CollinearError):
        multilevel(city.assign(**changed(city)), ROW, study)


def test_one_area_per_municipality_is_refused(study):
    models = study.models.model_copy(update={"fixed_effects": "none"})
    city = make_toy_city(municipalities=200, areas=1)
    with pytest.raises(TooFewClustersError, match="several areas"):
        multilevel(city, ROW, study.model_copy(update={"models": models}))
