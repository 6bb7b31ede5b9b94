"""Partial pooling: slopes of groups, drawn towards their mean."""

from __future__ import annotations

import numpy as np


def drawn_together(values: np.ndarray, errors: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Draw slopes of groups towards their mean, the more the less sure they are.

    Empirical Bayes with a normal spread between groups, estimated by Paule and Mandel (1982).

    Parameters
    ----------
    values, errors : ndarray, shape (J,)
        Slopes and their standard errors.

    Returns
    -------
    tuple of ndarray, shape (J,)
        Drawn-together slopes and their errors, that of the mean included.
    """
    spread = spread_between(values, errors)
    precision = 1 / (spread + errors**2)
    mean = precision @ values / precision.sum()
    kept = spread * precision
    variance = kept * errors**2 + (1 - kept) ** 2 / precision.sum()
    return mean + kept * (values - mean), np.sqrt(variance)


def spread_between(values: np.ndarray, errors: np.ndarray) -> float:
    """Estimate the variance between groups by Paule and Mandel (1982).

    At this variance the generalised Q is its expectation, the number of groups less one. It falls
    with the variance, so that a bracket finds it; the iteration of statsmodels stops at a Q that is
    near, and gives 0 where a step goes a hair too far.

    Parameters
    ----------
    values, errors : ndarray, shape (J,)

    Returns
    -------
    float
        0 if groups differ no more than their errors.
    """
    from scipy.optimize import brentq

    def excess(spread: float) -> float:
        precision = 1 / (spread + errors**2)
        mean = precision @ values / precision.sum()
        return float(precision @ (values - mean) ** 2 - (len(values) - 1))

    if excess(0.0) <= 0:
        return 0.0
    most = float(((values - values.mean()) ** 2).sum())  # here Q is at most 1
    return float(brentq(excess, 0.0, most, xtol=1e-14 * most, rtol=1e-12))
