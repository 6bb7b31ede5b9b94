"""The spline of a share and its bands."""

from __future__ import annotations

import numpy as np
import pandas as pd
import patsy
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from scipy.interpolate import CubicSpline

from nplvanalysis.errors import EstimationError, TooFewAreasError
from nplvanalysis.models import dose_response as dose
from nplvanalysis.models.joint import fit_terms
from nplvanalysis.registers import Row
from tests.conftest import make_toy_city

ROW = Row(
    role="secondary", outcome="crime_violence_rate", specification="owner-to-corporation", sign=1
)
KNOTS = (5.0, 20.0, 45.0, 80.0)


def true_curve(share):
    return 0.02 * np.maximum(share - 20, 0) ** 1.5


def bent(seed: int) -> pd.DataFrame:
    """A city where the corporation share goes with violence along a known curve."""
    city, rng = make_toy_city(seed), np.random.default_rng(seed + 1000)
    noise = rng.normal(scale=3, size=len(city))
    return city.assign(crime_violence_rate=10 + true_curve(city["tenure_corporation"]) + noise)


@settings(max_examples=30, deadline=None)
@given(st.lists(st.floats(-10, 10), min_size=4, max_size=4))
def test_every_natural_cubic_spline_on_these_knots_is_in_the_basis(heights):
    shares = np.linspace(5, 80, 200)
    natural = CubicSpline(KNOTS, heights, bc_type="natural")(shares)
    basis = np.column_stack([np.ones(200), dose.spline(shares, KNOTS)])
    fitted = basis @ np.linalg.lstsq(basis, natural, rcond=None)[0]
    assert fitted == pytest.approx(natural, abs=1e-8)


def test_the_spline_is_straight_beyond_its_knots():
    beyond = dose.spline(np.array([85.0, 90.0, 95.0]), KNOTS)
    before = dose.spline(np.array([1.0, 2.0, 3.0]), KNOTS)
    assert np.diff(beyond, n=2, axis=0) == pytest.approx(0, abs=1e-9)
    assert np.diff(before, n=2, axis=0) == pytest.approx(0, abs=1e-12)


def test_the_curve_equals_that_of_patsy_with_a_dummy_for_each_municipality(toy_city, study):
    curve = dose.dose_response(toy_city, ROW, study, np.random.default_rng(0))
    made = fit_terms(toy_city, ROW, study, ["tenure_corporation", "tenure_other"]).design
    inner = ", ".join(map(str, curve.knots[1:-1]))
    bounds = f"lower_bound={curve.knots[0]}, upper_bound={curve.knots[-1]}"
    formula = f"cr(x, knots=[{inner}], {bounds}) - 1"
    basis = np.asarray(patsy.dmatrix(formula, {"x": made.columns[:, 0]}))
    dummies = pd.get_dummies(made.groups, dtype=float).to_numpy()
    columns = np.column_stack([basis, made.columns[:, 1:], dummies])
    root = np.sqrt(made.weights)
    slopes = np.linalg.lstsq(columns * root[:, None], made.outcome * root, rcond=None)[0]
    shares = np.append(curve.points["share"], curve.reference)
    heights = np.asarray(patsy.dmatrix(formula, {"x": shares})) @ slopes[: basis.shape[1]]
    assert curve.points["difference"].to_numpy() == pytest.approx(
        heights[:-1] - heights[-1], abs=1e-7
    )


def test_the_curve_is_zero_at_its_reference_and_bands_are_nested(toy_city, study):
    curve = dose.dose_response(toy_city, ROW, study, np.random.default_rng(0))
    points = curve.points
    nearest = points.iloc[(points["share"] - curve.reference).abs().argmin()]
    assert abs(nearest["difference"]) < 0.3
    assert (points["band_low"] <= points["low"]).all()
    assert (points["band_high"] >= points["high"]).all()


def test_one_point_has_the_width_of_students_t():
    contrasts, covariance = np.array([[1.0, 0.0]]), np.eye(2)
    found = dose.sup_t(contrasts, covariance, 30, 0.05, np.random.default_rng(1))
    assert found == pytest.approx(stats.t.ppf(0.975, 30), rel=0.02)


def test_independent_points_have_the_width_of_sidak():
    found = dose.sup_t(np.eye(5), np.eye(5), 10**7, 0.05, np.random.default_rng(1))
    assert found == pytest.approx(stats.norm.ppf(1 - (1 - 0.95 ** (1 / 5)) / 2), rel=0.02)


def test_two_points_that_go_together_have_the_width_of_a_bivariate_t():
    covariance = np.array([[1.0, 0.6], [0.6, 1.0]])
    found = dose.sup_t(np.eye(2), covariance, 12, 0.05, np.random.default_rng(1))
    both = stats.multivariate_t(shape=covariance, df=12, seed=0)
    inside = both.cdf([found, found], lower_limit=[-found, -found], maxpts=200_000)
    assert inside == pytest.approx(0.95, abs=0.003)


def test_the_band_holds_the_whole_true_curve_in_most_draws(study):
    held = 0
    for seed in range(60):
        curve = dose.dose_response(bent(seed), ROW, study, np.random.default_rng(seed))
        true = true_curve(curve.points["share"]) - true_curve(curve.reference)
        held += bool(
            ((curve.points["band_low"] <= true) & (true <= curve.points["band_high"])).all()
        )
    assert held >= 54


def test_a_bend_is_told_from_a_straight_line(toy_city, study):
    straight = dose.dose_response(toy_city, ROW, study, np.random.default_rng(0))
    curved = dose.dose_response(bent(3), ROW, study, np.random.default_rng(0))
    assert curved.p < 0.001 < 0.05 < straight.p
    assert {"CR1", "CR3", "HC3"} <= {*curved.straight}


def test_a_share_of_few_values_is_refused(toy_city, study):
    few = toy_city.assign(tenure_corporation=np.arange(len(toy_city)) % 2 * 10.0)
    with pytest.raises(EstimationError, match="too few values for a curve"):
        dose.dose_response(few, ROW, study, np.random.default_rng(0))


def test_too_few_areas_are_refused(toy_city, study):
    with pytest.raises(TooFewAreasError):
        dose.dose_response(toy_city.iloc[:20], ROW, study, np.random.default_rng(0))
