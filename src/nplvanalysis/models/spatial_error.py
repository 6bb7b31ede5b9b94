"""The spatial error model: what a model leaves out is shared with the neighbours."""

from __future__ import annotations

import warnings
from dataclasses import dataclass

import numpy as np
from scipy import sparse

from nplvanalysis.errors import NotConvergedError
from nplvanalysis.models.spatial_design import SpatialDesign
from nplvanalysis.models.spatial_strength import Strength, peak
from nplvanalysis.models.standard_errors import FULL_LEVERAGE


@dataclass(frozen=True)
class SpatialError:
    """A fitted model y = X b + D a + u, u = lambda W u + e.

    Attributes
    ----------
    strength, strength_error : float
        lambda and its error.
    estimates, std_errors : ndarray, shape (k,)
        Slopes in the order of the design; their errors if the variance of e is as the weights say.
    robust_errors : ndarray, shape (k,)
        Their errors with a spread of its own in each area.
    intercepts : ndarray, shape (G,)
        a, per group; without fixed effects the constant.
    variance : float
        Of e where the weight is 1.
    log_likelihood : float
        NaN where the model is not fitted by likelihood.
    """

    strength: float
    strength_error: float
    estimates: np.ndarray
    std_errors: np.ndarray
    robust_errors: np.ndarray
    intercepts: np.ndarray
    variance: float
    log_likelihood: float


@dataclass(frozen=True)
class _Grams:
    """Cross-products of (I - s W)[basis, residual] for any s: plain - s cross + s² lagged."""

    plain: np.ndarray
    cross: np.ndarray
    lagged: np.ndarray

    def root(self, strength: float) -> np.ndarray:
        """Cholesky factor; the square of its last element is the residual sum of squares."""
        return np.linalg.cholesky(self.plain - strength * self.cross + strength**2 * self.lagged)


def _grams(space: SpatialDesign) -> _Grams:
    parts = [space.dummies, sparse.csr_array(space.basis)]
    every = sparse.hstack([*parts, sparse.csr_array(space.fitted.residuals[:, None])], format="csr")
    lagged = space.lag @ every
    cross = (every.T @ lagged).toarray()
    return _Grams((every.T @ every).toarray(), cross + cross.T, (lagged.T @ lagged).toarray())


def error_by_likelihood(space: SpatialDesign, restricted: bool = True) -> SpatialError:
    """Fit by maximum likelihood with a sparse log-determinant.

    Slopes and variance are concentrated out (Ord 1975; Anselin 1988, section 12.2). What is left
    is a function of lambda alone, made of cross-products that are taken once.

    Parameters
    ----------
    space : SpatialDesign
    restricted : bool
        True: the likelihood of what slopes and dummies leave (Patterson and Thompson 1971), with
        variance over n less their number. With a dummy for each municipality of nine areas, the
        plain one (and moments) find half of the dependence that is there. False: plain maximum
        likelihood, variance over n.

    Returns
    -------
    SpatialError

    Raises
    ------
    NotConvergedError
        If the likelihood has no peak.
    """
    grams = _grams(space)
    count = len(space.outcome)
    free = count - space.parameters if restricted else count
    constant = 0.5 * np.log(space.fitted.design.weights).sum()

    def log_likelihood(strength: float) -> float:
        diagonal = np.log(np.diag(grams.root(strength)))
        variance = 2 * diagonal[-1] - np.log(free)
        value = space.log_determinant(strength) + constant
        value -= diagonal[:-1].sum() if restricted else 0.0
        return float(value - free / 2 * (np.log(2 * np.pi) + variance + 1))

    found = peak(log_likelihood, f"spatial error, graph {space.neighbours.name}")
    root = grams.root(found.value)
    inverse = np.linalg.inv(root[:-1, :-1])
    moved = root[-1, :-1] @ inverse
    variance = float(root[-1, -1] ** 2 / free)
    robust = _jackknifed(space, found.value, moved, inverse)
    return _answer(space, moved, (variance * inverse.T @ inverse, robust), variance, found)


def _jackknifed(
    space: SpatialDesign, strength: float, moved: np.ndarray, inverse: np.ndarray
) -> np.ndarray:
    """Give the covariance HC3 of the filtered model, leverage of the dummies included."""
    every = sparse.hstack([space.dummies, sparse.csr_array(space.basis)], format="csr")
    filtered = every - strength * (space.lag @ every)
    rest = space.fitted.residuals
    rest = rest - strength * (space.lag @ rest) - filtered @ moved
    axes = filtered @ inverse.T
    room = np.maximum(1 - (axes**2).sum(axis=1), FULL_LEVERAGE)
    spread = axes * (rest / room)[:, None]
    return inverse.T @ (spread.T @ spread) @ inverse


def error_by_moments(space: SpatialDesign) -> SpatialError:
    """Fit by generalised moments that allow a spread of its own in each area (spreg).

    Kelejian and Prucha (2010); Arraiz, Drukker, Kelejian and Prucha (2010). Made for few
    regressors: with many dummies lambda comes out too small, as by plain likelihood.

    Parameters
    ----------
    space : SpatialDesign

    Returns
    -------
    SpatialError

    Raises
    ------
    NotConvergedError
        If lambda comes out at 1 or beyond.
    """
    from spreg.error_sp_het import BaseGM_Error_Het

    every = np.hstack([space.dummies.toarray(), space.basis])
    with warnings.catch_warnings():
        # spreg asks scipy for a tolerance in a way that numpy gives up
        warnings.simplefilter("ignore")
        peer = BaseGM_Error_Het(
            space.fitted.residuals[:, None], every, sparse.csr_matrix(space.lag), step1c=True
        )
    moved, strength = peer.betas[:-1, 0], float(peer.betas[-1, 0])
    if not abs(strength) < 1 - 1e-2 or not np.isfinite(peer.vm).all():
        raise NotConvergedError(
            "The moments of a spatial error model have no solution.",
            where=f"graph {space.neighbours.name}",
            expected="lambda between -0.99 and 0.99",
            got=f"{strength:.4f}",
            todo="Read the estimate by likelihood instead, or another neighbour graph.",
        )
    free = len(space.outcome) - space.parameters
    variance = float((peer.e_filtered**2).sum() / free)
    error = float(np.sqrt(peer.vm[-1, -1]))
    found = Strength(strength, error, float("nan"))
    return _answer(space, moved, (peer.vm[:-1, :-1], peer.vm[:-1, :-1]), variance, found)


def _answer(
    space: SpatialDesign,
    moved: np.ndarray,
    covariances: tuple[np.ndarray, np.ndarray],
    variance: float,
    found: Strength,
) -> SpatialError:
    """Turn coefficients of dummies and basis, of what least squares left, into slopes."""
    groups = space.dummies.shape[1]
    inverse = np.linalg.inv(space.triangle)
    estimates = space.fitted.estimates + inverse @ moved[groups:]
    plain, robust = (
        np.sqrt(np.diag(inverse @ one[groups:, groups:] @ inverse.T)) for one in covariances
    )
    # the dummies take what the slopes leave of the outcome; theirs are w^½ over this root
    scale = np.sqrt(np.bincount(space.fitted.design.groups, space.fitted.design.weights))
    left = space.dummies.T @ (space.outcome - space.columns @ estimates)
    return SpatialError(
        strength=found.value,
        strength_error=found.std_error,
        estimates=estimates,
        std_errors=plain,
        robust_errors=robust,
        intercepts=(left + moved[:groups]) / scale,
        variance=variance,
        log_likelihood=found.log_likelihood,
    )
