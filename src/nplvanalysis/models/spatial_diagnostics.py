"""Whether neighbours have like residuals, how much, and which model of space that speaks for."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import sparse

from nplvanalysis.models.spatial_design import SpatialDesign

# Permutations at a time, so that memory stays small at 14,500 areas.
CHUNK = 100


@dataclass(frozen=True)
class Moran:
    """Moran's I of residuals, with its moments where errors are unrelated; p is two-sided."""

    value: float
    expected: float
    sd: float
    z: float
    p: float


@dataclass(frozen=True)
class Multiplier:
    """A Lagrange multiplier test: chi-squared, its degrees of freedom, and p."""

    statistic: float
    degrees: int
    p: float


def moran(space: SpatialDesign) -> Moran:
    """Compute Moran's I of the residuals of a fit, all its dummies counted.

    I is e'Se/e'e with S the lag of the weighted fit: the weighted slope of the mean residual of
    the neighbours on the residual of the area. Unweighted it is Moran's I with rows that sum to 1.
    Residuals of areas in one municipality sum to 0, so that I is below 0 where errors are
    unrelated; moments are the exact ones of least squares residuals with normal errors (Cliff and
    Ord 1981, section 8.3), fixed effects among the regressors.

    Parameters
    ----------
    space : SpatialDesign

    Returns
    -------
    Moran
    """
    from scipy.special import ndtr

    residuals = space.fitted.residuals
    value = alike(residuals, space.lag)
    expected, variance = _moments(space)
    z = (value - expected) / np.sqrt(variance)
    return Moran(value, expected, float(np.sqrt(variance)), float(z), float(2 * ndtr(-abs(z))))


def alike(values: np.ndarray, lag: sparse.sparray) -> float:
    """Compute how alike neighbours are: the slope of the neighbours' mean on the area's own value.

    Parameters
    ----------
    values : ndarray, shape (n,)
        Less their mean.
    lag : sparse array, shape (n, n)
        Rows sum to 1.

    Returns
    -------
    float
        Moran's I.
    """
    return float(values @ (lag @ values) / (values @ values))


def _moments(space: SpatialDesign) -> tuple[float, float]:
    """Give expectation and variance of u'MSMu / u'Mu; M takes out regressors and dummies."""
    lag, free = space.lag, space.lag.shape[0] - space.parameters
    explained = sparse.hstack([space.dummies, sparse.csr_array(space.basis)], format="csr")
    forward, backward = lag @ explained, lag.T @ explained
    inner = (explained.T @ forward).toarray()
    first = -np.trace(inner)
    same = _dot(lag, lag) - _dot(backward, backward) - _dot(forward, forward) + (inner**2).sum()
    turned = _dot(lag, lag.T) - 2 * _dot(backward, forward) + (inner * inner.T).sum()
    expected = first / free
    return expected, (first**2 + same + turned) / (free * (free + 2)) - expected**2


def _dot(one: sparse.sparray, other: sparse.sparray) -> float:
    """Sum the products of elements."""
    return float(one.multiply(other).sum())


def moran_permuted(space: SpatialDesign, rng: np.random.Generator, draws: int = 999) -> float:
    """Compute p of Moran's I by permuting residuals over areas.

    Permuted residuals no longer add up to nothing within a municipality; each draw is made
    residual again before its I is taken (Schmoyer 1994).

    Parameters
    ----------
    space : SpatialDesign
    rng : Generator
    draws : int

    Returns
    -------
    float
        (1 + draws at least as far from the mean of the draws as the observed) / (1 + draws).
    """
    residuals = space.fitted.residuals
    found = [_drawn(space, rng, min(CHUNK, draws - start)) for start in range(0, draws, CHUNK)]
    drawn = np.concatenate(found)
    observed = alike(residuals, space.lag)
    centre = drawn.mean()
    return float((1 + (np.abs(drawn - centre) >= abs(observed - centre)).sum()) / (1 + draws))


def _drawn(space: SpatialDesign, rng: np.random.Generator, count: int) -> np.ndarray:
    many = np.repeat(space.fitted.residuals[:, None], count, axis=1)
    shuffled = space.off(rng.permuted(many, axis=0))
    return (shuffled * (space.lag @ shuffled)).sum(axis=0) / (shuffled**2).sum(axis=0)


def multipliers(space: SpatialDesign, standardised: bool = True) -> dict[str, Multiplier]:
    """Test against a spatial error and a spatial lag, each also given the other.

    Anselin (1988); Anselin, Bera, Florax and Yoon (1996) for the robust forms. With thousands of
    areas these reject whatever there is: read how much beside them.

    Parameters
    ----------
    space : SpatialDesign
    standardised : bool
        True: scores less their expectation, over their exact spread (Baltagi and Yang 2013), so
        that the test against an error is the square of Moran's z. With a dummy for each
        municipality the textbook statistics of False are far from chi-squared, since residuals
        of neighbours then differ by construction.

    Returns
    -------
    dict of str to Multiplier
        error, lag, error_robust, lag_robust, both (SARMA).
    """
    lag, residuals = space.lag, space.fitted.residuals
    free = len(residuals) - space.parameters if standardised else len(residuals)
    variance = residuals @ residuals / free
    trace, centre = _dot(lag, lag) + _dot(lag, lag.T), 0.0
    if standardised:
        expected, spread = _moments(space)
        trace, centre = free**2 * spread, free * expected
    moved = space.off(lag @ (space.outcome - residuals))
    room = moved @ moved / variance + trace
    error = residuals @ (lag @ residuals) / variance - centre
    lagged = residuals @ (lag @ space.outcome) / variance - centre
    robust_error = (error - trace / room * lagged) ** 2 / (trace * (1 - trace / room))
    robust_lag = (lagged - error) ** 2 / (room - trace)
    found = {
        "error": (error**2 / trace, 1),
        "lag": (lagged**2 / room, 1),
        "error_robust": (robust_error, 1),
        "lag_robust": (robust_lag, 1),
        "both": (error**2 / trace + robust_lag, 2),
    }
    return {name: _multiplier(float(value), degrees) for name, (value, degrees) in found.items()}


def _multiplier(statistic: float, degrees: int) -> Multiplier:
    from scipy.special import chdtrc

    return Multiplier(statistic, degrees, float(chdtrc(degrees, statistic)))
