"""The spatial lag model: published numbers, spreg, dense impacts and simulation."""

from __future__ import annotations

import contextlib
import io
import warnings
from dataclasses import replace

import numpy as np
import pytest
import spreg
from scipy.optimize import minimize_scalar

from nplvanalysis.errors import NotConvergedError, WeakInstrumentError
from nplvanalysis.models.regression import fit
from nplvanalysis.models.spatial_design import spatial_design
from nplvanalysis.models.spatial_lag import impacts, lag_by_instruments, lag_by_likelihood
from nplvanalysis.models.spatial_strength import derivatives

from .columbus import columbus, dense, peer_weights, small_country


def by_spreg(space, kind, **options):
    outcome, every, _, _ = dense(space)
    with contextlib.redirect_stdout(io.StringIO()), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return getattr(spreg, kind)(outcome[:, None], every[:, :2], w=peer_weights(), **options)


def textbook(space, strength):
    """Dense log-likelihood of rho with everything else concentrated out."""
    outcome, every, lag, weights = dense(space)
    root = np.sqrt(weights)
    left = root * (outcome - strength * lag @ outcome)
    columns = every * root[:, None]
    rest = left - columns @ np.linalg.lstsq(columns, left, rcond=None)[0]
    count = len(outcome)
    determinant = np.linalg.slogdet(np.eye(count) - strength * lag)[1]
    variance = rest @ rest / count
    return determinant + np.log(weights).sum() / 2 - count / 2 * (np.log(2 * np.pi * variance) + 1)


def test_columbus_by_maximum_likelihood_is_the_published_model():
    found = lag_by_likelihood(columbus())
    assert found.strength == pytest.approx(0.4233254, abs=1e-7)
    assert found.estimates == pytest.approx([-1.048728, -0.266335], abs=1e-6)
    assert found.log_likelihood == pytest.approx(-182.67397, abs=1e-5)


@pytest.mark.parametrize(("orders", "rho"), [(1, 0.453491), (2, 0.461487)])
def test_columbus_by_instruments_is_the_published_model(orders, rho):
    found = lag_by_instruments(columbus(), orders, robust=False, least_f=0)
    assert found.strength == pytest.approx(rho, abs=1e-6)


def test_sparse_likelihood_is_that_of_spreg_with_dense_matrices():
    space = columbus()
    found = lag_by_likelihood(space)
    peer = by_spreg(space, "ML_Lag", method="full", epsilon=1e-12)
    assert [*found.estimates, found.strength] == pytest.approx(peer.betas[1:, 0].tolist(), rel=1e-6)
    assert found.log_likelihood == pytest.approx(float(peer.logll), rel=1e-9)


@pytest.mark.parametrize("robust", [True, False])
@pytest.mark.parametrize("orders", [1, 2])
def test_instruments_are_those_of_spreg_with_their_errors(orders, robust):
    space = columbus()
    found = lag_by_instruments(space, orders, robust, least_f=0)
    peer = by_spreg(space, "GM_Lag", w_lags=orders, robust="white" if robust else None)
    assert [*found.estimates, found.strength] == pytest.approx(peer.betas[1:, 0].tolist(), rel=1e-6)
    factor = 49 / (49 - 4) if robust else 1
    np.testing.assert_allclose(found.covariance, factor * peer.vm[1:, 1:], rtol=1e-6)


def test_with_weights_and_effects_it_is_the_dense_likelihood_with_dummies():
    space = small_country(error=0.0, lag=0.4)
    found = lag_by_likelihood(space)
    best = minimize_scalar(
        lambda one: -textbook(space, one),
        bounds=(-0.9, 0.98),
        method="bounded",
        options={"xatol": 1e-10},
    )
    assert found.strength == pytest.approx(best.x, abs=1e-6)
    assert found.log_likelihood == pytest.approx(textbook(space, found.strength), rel=1e-9)
    second = derivatives(lambda one: textbook(space, one), found.strength)[1]
    assert found.strength_error == pytest.approx((-second) ** -0.5, rel=1e-5)


def test_with_weights_and_effects_instruments_are_two_stages_with_dummies():
    space = small_country(error=0.0, lag=0.4)
    outcome, every, lag, weights = dense(space)
    root = np.sqrt(weights)[:, None]
    lagged = lag @ outcome
    columns = every[:, :2]
    instruments = np.hstack([every, lag @ columns, lag @ lag @ columns]) * root
    regressors = np.column_stack([every, lagged]) * root
    first = instruments @ np.linalg.lstsq(instruments, regressors, rcond=None)[0]
    expected = np.linalg.lstsq(first, outcome[:, None] * root, rcond=None)[0][:, 0]
    found = lag_by_instruments(space, least_f=0)
    assert found.estimates == pytest.approx(expected[:2], rel=1e-6)
    assert found.strength == pytest.approx(expected[-1], rel=1e-6)


def test_the_covariance_is_the_inverse_of_the_dense_information():
    """The Hessian of the full likelihood of slopes, rho and variance, by differences."""
    space = columbus()
    found = lag_by_likelihood(space)
    outcome, every, lag, _ = dense(space)
    count = len(outcome)

    def log_likelihood(values):
        *slopes, rho, log_variance = values
        rest = outcome - rho * lag @ outcome - every @ slopes
        determinant = np.linalg.slogdet(np.eye(count) - rho * lag)[1]
        return determinant - count / 2 * log_variance - rest @ rest / 2 / np.exp(log_variance)

    slopes = np.linalg.lstsq(every, outcome - found.strength * lag @ outcome, rcond=None)[0]
    rest = outcome - found.strength * lag @ outcome - every @ slopes
    top = np.array([*slopes, found.strength, np.log(rest @ rest / count)])
    steps = np.eye(len(top)) * 1e-3
    hessian = np.array(
        [
            [
                sum(
                    sign * log_likelihood(top + a * one + b * other)
                    for a, b, sign in ((1, 1, 1), (1, -1, -1), (-1, 1, -1), (-1, -1, 1))
                )
                / 4e-6
                for other in steps
            ]
            for one in steps
        ]
    )
    # the constant is the last column of `every`, so it stands third
    keep = [0, 1, 3]
    expected = np.linalg.inv(-hessian)[np.ix_(keep, keep)]
    np.testing.assert_allclose(found.covariance, expected, rtol=2e-4)


@pytest.mark.parametrize("strength", [-0.4, 0.2, 0.7])
def test_impacts_are_those_of_the_dense_inverse(strength):
    space = small_country(error=0.0, lag=0.4)
    fitted = lag_by_likelihood(space)
    made = replace(fitted, strength=strength)
    inverse = np.linalg.inv(np.eye(120) - strength * space.neighbours.rows.toarray())
    slope = made.estimates[1]
    found = impacts(space, made, position=1)
    assert found.direct.estimate == pytest.approx(slope * np.trace(inverse) / 120, rel=1e-6)
    assert found.total.estimate == pytest.approx(slope * inverse.sum() / 120, rel=1e-6)
    expected = slope * (inverse.sum() - np.trace(inverse)) / 120
    assert found.indirect.estimate == pytest.approx(expected, rel=1e-6)


def test_errors_of_impacts_are_the_spread_of_impacts_of_drawn_coefficients():
    space = small_country(600, 20, error=0.0, lag=0.4)
    fitted = lag_by_likelihood(space)
    found, lag = impacts(space, fitted), space.neighbours.rows.toarray()
    roots = np.linalg.eigvals(lag).real
    rng = np.random.default_rng(4)
    centre = [fitted.estimates[0], fitted.strength]
    drawn = rng.multivariate_normal(centre, fitted.covariance[np.ix_([0, -1], [0, -1])], 20_000)
    diagonal = np.array([(1 / (1 - rho * roots)).mean() for rho in drawn[:, 1]])
    total = drawn[:, 0] / (1 - drawn[:, 1])
    assert found.direct.std_error == pytest.approx((drawn[:, 0] * diagonal).std(), rel=0.03)
    assert found.total.std_error == pytest.approx(total.std(), rel=0.05)
    indirect = total - drawn[:, 0] * diagonal
    assert found.indirect.std_error == pytest.approx(indirect.std(), rel=0.05)


def test_without_a_lag_the_total_is_the_slope_and_nothing_is_indirect():
    space = small_country(900, 30, error=0.0)
    found = impacts(space, replace(lag_by_likelihood(space), strength=0.0))
    assert found.indirect.estimate == pytest.approx(0, abs=1e-9)
    assert found.total.estimate == pytest.approx(found.direct.estimate, rel=1e-9)


def test_both_methods_find_the_lag_that_is_there():
    space = small_country(1_500, 30, error=0.0, lag=0.4)
    for found in (lag_by_likelihood(space), lag_by_instruments(space)):
        assert abs(found.strength - 0.4) < 3 * found.strength_error
        total = impacts(space, found).total
        assert abs(total.estimate - 1 / 0.6) < 3 * total.std_error


def test_instruments_that_say_nothing_are_refused():
    space = small_country(error=0.5, seed=5)
    flat = replace(space.fitted.design, outcome=np.random.default_rng(1).normal(size=120))
    with pytest.raises(WeakInstrumentError, match="too little"):
        lag_by_instruments(spatial_design(fit(flat), space.neighbours))


def test_an_explosive_lag_is_refused():
    space = small_country(error=0.0, lag=0.95, seed=2)
    outcome = space.fitted.design.outcome
    lag = space.neighbours.rows
    worse = replace(space.fitted.design, outcome=lag @ (lag @ (lag @ outcome)))
    with pytest.raises(NotConvergedError):
        lag_by_instruments(spatial_design(fit(worse), space.neighbours), least_f=0)
