"""Least squares with a regressor that is measured with error."""

from __future__ import annotations

import numpy as np
import pytest

from nplvanalysis.errors import UnreliableError
from nplvanalysis.models.corrected_errors import hc3
from nplvanalysis.models.design import Design
from nplvanalysis.models.errors_in_variables import correct
from nplvanalysis.models.regression import fit


def design(outcome, columns, weights=None, groups=None, clusters=None) -> Design:
    count = len(outcome)
    return Design(
        codes=np.arange(count).astype(str),
        outcome=np.asarray(outcome, float),
        columns=np.asarray(columns, float),
        names=("swap", "registered")[: np.shape(columns)[1]],
        position=0,
        weights=np.ones(count) if weights is None else weights,
        groups=np.zeros(count, dtype=int) if groups is None else groups,
        clusters=np.arange(count) if clusters is None else clusters,
        places=np.full((count, 2), np.nan),
    )


def drawn(rng, count=60, error=0.7):
    """Outcome 1 + 2 swap + 3 crime, crime goes with the swap and is measured with error."""
    swap = rng.normal(size=count)
    crime = 0.6 * swap + rng.normal(size=count)
    outcome = 1 + 2 * swap + 3 * crime + rng.normal(size=count)
    return outcome, np.column_stack([swap, crime + rng.normal(scale=error, size=count)])


def test_estimates_are_those_of_moments_less_the_error():
    """Fuller (1987, eq. 2.2.11): (M_XX - S_uu)^-1 M_Xy, moments with divisor n - 1."""
    outcome, columns = drawn(np.random.default_rng(1))
    found = correct(fit(design(outcome, columns)), "registered", np.full(60, 0.49))
    moments = np.cov(np.column_stack([columns, outcome]), rowvar=False)
    expected = np.linalg.solve(moments[:2, :2] - np.diag([0, 0.49]), moments[:2, 2])
    assert found.estimates == pytest.approx(expected, abs=1e-6)


def test_one_regressor_is_divided_by_its_reliability():
    outcome, columns = drawn(np.random.default_rng(2))
    one = columns[:, 1:]
    plain = fit(
        Design(**{**design(outcome, one).__dict__, "names": ("registered",), "position": 0})
    )
    found = correct(plain, "registered", np.full(60, 0.49))
    reliable = 1 - 0.49 / one.var(ddof=1)
    assert found.estimate == pytest.approx(plain.estimate / reliable, abs=1e-9)


def test_with_weights_groups_and_unequal_errors_the_dummies_give_the_same():
    """Second implementation: dummies written out; expectations of demeaned errors by projection."""
    rng = np.random.default_rng(3)
    outcome, columns = drawn(rng)
    weights, groups = rng.uniform(0.5, 3, 60), np.repeat(np.arange(12), 5)
    variance = rng.uniform(0.1, 0.6, 60)
    fitted = fit(design(outcome, columns, weights, groups))
    found = correct(fitted, "registered", variance)
    root = np.sqrt(weights)[:, None]
    dummies = root * np.eye(12)[groups]
    keep = np.eye(60) - dummies @ np.linalg.solve(dummies.T @ dummies, dummies.T)
    columns, outcome = root * columns, root[:, 0] * outcome
    error = np.trace(keep @ np.diag(weights * variance))
    gram = columns.T @ keep @ columns - np.diag([0, error])
    expected = np.linalg.solve(gram, columns.T @ keep @ outcome)
    assert found.estimates == pytest.approx(expected, abs=1e-6)


def test_without_error_all_is_as_in_least_squares():
    outcome, columns = drawn(np.random.default_rng(4))
    fitted = fit(design(outcome, columns, clusters=np.repeat(np.arange(20), 3)))
    found = correct(fitted, "registered", np.zeros(60))
    assert found.estimates == pytest.approx(fitted.estimates, abs=1e-12)
    assert found.residuals == pytest.approx(fitted.residuals, abs=1e-12)
    assert found.left == 1.0


def test_simulated_truth_is_recovered_where_least_squares_misses_it():
    rng = np.random.default_rng(6)
    plain, corrected = [], []
    for _ in range(200):
        fitted = fit(design(*drawn(rng, count=300)))
        plain.append(fitted.estimate)
        corrected.append(correct(fitted, "registered", np.full(300, 0.49)))
    estimates = np.array([one.estimate for one in corrected])
    error = estimates.std(ddof=1) / np.sqrt(200)
    assert abs(estimates.mean() - 2) < 3 * error
    assert np.mean(plain) - 2 > 20 * error
    reach = 1.96 * np.array([hc3(one) for one in corrected])
    assert 0.9 <= (np.abs(estimates - 2) < reach).mean() <= 0.99


def test_a_regressor_that_is_nearly_all_error_is_refused():
    outcome, columns = drawn(np.random.default_rng(7))
    fitted = fit(design(outcome, columns))
    left = 1 / fitted.bread[1, 1] / 59
    with pytest.raises(UnreliableError, match="registered, given swap"):
        correct(fitted, "registered", np.full(60, 0.95 * left))
