"""The spatial lag model: an outcome goes with the outcomes of the neighbours; read by impacts."""

from __future__ import annotations

import warnings
from dataclasses import dataclass

import numpy as np

from nplvanalysis.errors import NotConvergedError, WeakInstrumentError
from nplvanalysis.models.spatial_design import SpatialDesign
from nplvanalysis.models.spatial_strength import derivatives, peak

# Instruments that say less than this about the neighbours' outcomes (F) give no answer.
LEAST_F = 10.0
# Neighbours, and neighbours of neighbours, whose regressors serve as instruments.
ORDERS = 2
# Directions in which instruments vary less than this, of the most, are rounding.
RANK = 1e-8


@dataclass(frozen=True)
class SpatialLag:
    """A fitted model y = rho W y + X b + D a + u.

    Attributes
    ----------
    strength, strength_error : float
        rho and its error.
    estimates : ndarray, shape (k,)
        b. Not an association of y with X: see `impacts`.
    covariance : ndarray, shape (k + 1, k + 1)
        Of b and, last, rho.
    log_likelihood : float
        NaN where the model is not fitted by likelihood.
    instrument_f : float
        Of the first stage; NaN where there is none.
    """

    strength: float
    strength_error: float
    estimates: np.ndarray
    covariance: np.ndarray
    log_likelihood: float
    instrument_f: float


@dataclass(frozen=True)
class Impact:
    """A difference in the outcome per unit of a regressor, and its error."""

    estimate: float
    std_error: float


@dataclass(frozen=True)
class Impacts:
    """How outcomes go with a regressor of the area itself, of all others, and of both."""

    direct: Impact
    indirect: Impact
    total: Impact


def lag_by_likelihood(space: SpatialDesign) -> SpatialLag:
    """Fit by maximum likelihood with a sparse log-determinant.

    Slopes and variance are concentrated out (Ord 1975; Anselin 1988, section 12.1). Plain maximum
    likelihood: with many dummies it finds too little dependence, and two-stage least squares serve.

    Parameters
    ----------
    space : SpatialDesign

    Returns
    -------
    SpatialLag
        Variance over n, errors from the observed information.

    Raises
    ------
    NotConvergedError
        If the likelihood has no peak.
    """
    lagged = space.off_dummies(space.lag @ space.outcome)
    slope = space.basis.T @ lagged
    rest, left = space.fitted.residuals, space.off_regressors(lagged)
    count = len(rest)
    constant = 0.5 * np.log(space.fitted.design.weights).sum() - count / 2 * (1 + np.log(2 * np.pi))

    def variance_at(strength: float) -> float:
        return float(((rest - strength * left) ** 2).sum() / count)

    def log_likelihood(strength: float) -> float:
        own = space.log_determinant(strength) - count / 2 * np.log(variance_at(strength))
        return float(own + constant)

    found = peak(log_likelihood, f"spatial lag, graph {space.neighbours.name}")
    inverse = np.linalg.inv(space.triangle)
    shift = np.append(-inverse @ slope, 1.0)
    covariance = np.zeros((len(shift), len(shift)))
    covariance[:-1, :-1] = variance_at(found.value) * inverse @ inverse.T
    return SpatialLag(
        strength=found.value,
        strength_error=found.std_error,
        estimates=space.fitted.estimates + found.value * shift[:-1],
        # given rho, slopes vary by least squares; they move with rho along `shift`
        covariance=covariance + found.std_error**2 * np.outer(shift, shift),
        log_likelihood=found.log_likelihood,
        instrument_f=float("nan"),
    )


def lag_by_instruments(
    space: SpatialDesign, orders: int = ORDERS, robust: bool = True, least_f: float = LEAST_F
) -> SpatialLag:
    """Fit by spatial two-stage least squares (spreg); regressors of neighbours are instruments.

    Kelejian and Prucha (1998). Lags are taken first and demeaned then, which equals dummies among
    the regressors; lags of dummies are no instruments.

    Parameters
    ----------
    space : SpatialDesign
    orders : int
        1: regressors of neighbours; 2: of their neighbours too.
    robust : bool
        True: errors that allow a spread of its own in each area (White, factor N/(N-k), dummies
        counted). False: one variance, over N.
    least_f : float
        Of the first stage.

    Returns
    -------
    SpatialLag

    Raises
    ------
    WeakInstrumentError
        If instruments say too little about the outcomes of neighbours.
    NotConvergedError
        If rho comes out at 1 or beyond.
    """
    from spreg.twosls import BaseTSLS

    instruments = _instruments(space, orders)
    lagged = space.off_dummies(space.lag @ space.outcome)
    strong = _first_stage(space, lagged, instruments)
    _refuse_weak(strong, least_f, space)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        peer = BaseTSLS(
            y=space.off_dummies(space.outcome)[:, None],
            x=space.fitted.regressors,
            yend=lagged[:, None],
            q=instruments,
            robust="white" if robust else None,
        )
    strength = float(peer.betas[-1, 0])
    if not abs(strength) < 1:
        raise NotConvergedError(
            "A spatial lag model has no stable answer.",
            where=f"graph {space.neighbours.name}",
            expected="rho between -1 and 1",
            got=f"{strength:.3f}",
            todo="Read the estimate by likelihood instead, or another neighbour graph.",
        )
    count = len(space.outcome)
    factor = count / (count - space.parameters - 1) if robust else 1.0
    covariance = factor * np.asarray(peer.vm)
    error = float(np.sqrt(covariance[-1, -1]))
    return SpatialLag(strength, error, peer.betas[:-1, 0], covariance, float("nan"), strong)


def _instruments(space: SpatialDesign, orders: int) -> np.ndarray:
    """Give orthonormal columns of what lags of regressors say beyond dummies and regressors."""
    parts, columns = [], space.columns
    for _ in range(orders):
        columns = space.lag @ columns
        parts.append(space.off(columns))
    every = np.hstack(parts)
    every = every / np.maximum(np.linalg.norm(every, axis=0), 1e-300)
    left, sizes, _ = np.linalg.svd(every, full_matrices=False)
    return left[:, sizes > RANK * sizes[0]]


def _first_stage(space: SpatialDesign, lagged: np.ndarray, instruments: np.ndarray) -> float:
    rest = space.off_regressors(lagged)
    explained = instruments.T @ rest
    free = len(rest) - space.parameters - instruments.shape[1]
    sums = float(explained @ explained)
    return sums / instruments.shape[1] / ((rest @ rest - sums) / free)


def _refuse_weak(found: float, least: float, space: SpatialDesign) -> None:
    if not found >= least:
        raise WeakInstrumentError(
            "The regressors of neighbours say too little about the outcomes of neighbours.",
            where=f"spatial lag, graph {space.neighbours.name}",
            expected=f"a first-stage F of at least {least:g}",
            got=f"{found:.1f}",
            todo="Do not read the spatial lag model of this outcome.",
        )


def impacts(space: SpatialDesign, lagged: SpatialLag, position: int | None = None) -> Impacts:
    """Turn a coefficient of a lag model into direct, indirect and total differences.

    LeSage and Pace (2009, section 2.7): means over areas of b (I - rho W)^-1. Its trace is
    n - rho d log|I - rho W| / d rho, exactly, so that no inverse is needed; errors by the delta
    method.

    Parameters
    ----------
    space : SpatialDesign
    lagged : SpatialLag
    position : int, optional
        Of the regressor; None: the contrast.

    Returns
    -------
    Impacts
        Per unit of the regressor. Total is what all areas together differ by if all of them have
        one unit more.
    """
    own = space.fitted.design.position if position is None else position
    count, slope, strength = len(space.outcome), lagged.estimates[own], lagged.strength
    first, second = derivatives(space.log_determinant, strength)
    # mean of the diagonal, and of the rows, of (I - rho W)^-1, with their slopes in rho
    diagonal = np.array([1 - strength * first / count, -(first + strength * second) / count])
    rows = np.array([1 / (1 - strength), 1 / (1 - strength) ** 2])
    covariance = lagged.covariance[np.ix_([own, -1], [own, -1])]

    def impact(part: np.ndarray) -> Impact:
        gradient = np.array([part[0], slope * part[1]])
        return Impact(float(slope * part[0]), float(np.sqrt(gradient @ covariance @ gradient)))

    return Impacts(impact(diagonal), impact(rows - diagonal), impact(rows))
