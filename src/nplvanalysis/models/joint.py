"""Several coefficients at once: their fit, their covariance, and a test of them together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from nplvanalysis.errors import EstimationError
from nplvanalysis.models.design import Design, design
from nplvanalysis.models.regression import Fit, fit
from nplvanalysis.models.specification import Question, controls_of
from nplvanalysis.models.standard_errors import FULL_LEVERAGE, apart
from nplvanalysis.params import Study
from nplvanalysis.registers import Row


@dataclass(frozen=True)
class Wald:
    """A test that several combinations of coefficients are 0.

    Attributes
    ----------
    statistic : float
        F: the Wald statistic divided by the number of combinations.
    restrictions, degrees : int
        Degrees of freedom of F.
    p : float
    """

    statistic: float
    restrictions: int
    degrees: int
    p: float


def fit_terms(
    table: pd.DataFrame,
    row: Row,
    study: Study,
    terms: list[str],
    controls: list[str] | None = None,
) -> Fit:
    """Fit a row of the register with other terms: the first is the contrast.

    Parameters
    ----------
    table : DataFrame
        A cross-section with the terms among its columns.
    row : Row
    study : Study
    terms : list of str
        Come first among the columns of the fit, in this order. None of them is refused for being
        explained by the others: a bend is always close to the line that it bends, and the error
        shows how much.
    controls : list of str, optional
        None: those of the row.

    Returns
    -------
    Fit

    Raises
    ------
    EstimationError
        If it cannot be estimated.
    """
    models = study.models
    own = models.specifications[row.specification]
    question = Question(
        outcome=row.outcome,
        specification=own.model_copy(update={"terms": terms, "contrast": terms[0]}),
        controls=controls_of(row, study) if controls is None else controls,
        weights=models.weights,
        models=models,
        sample=study.sample,
    )
    return fit(design(table, question))


def self_contained(fitted: Fit) -> np.ndarray:
    """Give regressors of which each cluster can be taken out or drawn again by itself.

    Parameters
    ----------
    fitted : Fit

    Returns
    -------
    ndarray, shape (n, k) or (n, k + groups)
        Where the absorbed effect is nested in the clusters, the fit's own; else these and the
        dummies, as demeaning ties the clusters to each other. Multiplied by the root of the weight.
    """
    if _nested(fitted.design):
        return fitted.regressors
    groups = fitted.design.groups
    dummies = np.eye(groups.max() + 1)[groups] * np.sqrt(fitted.design.weights)[:, None]
    return np.column_stack([fitted.regressors, dummies])


def _nested(made: Design) -> bool:
    pairs = np.unique(np.stack([made.groups, made.clusters]), axis=1)
    return pairs.shape[1] == made.groups.max() + 1


def sum_by(values: np.ndarray, clusters: np.ndarray) -> np.ndarray:
    """Add up rows within clusters.

    Parameters
    ----------
    values : ndarray, shape (n, ...)
    clusters : ndarray of int, shape (n,)
        Codes 0..G-1: as many rows come back.
    """
    sums = np.zeros((clusters.max() + 1, *values.shape[1:]))
    np.add.at(sums, clusters, values)
    return sums


def covariances(fitted: Fit, cutoffs_km: Sequence[float] = ()) -> dict[str, np.ndarray]:
    """Compute the covariance of all coefficients, under every convention that has one.

    Parameters
    ----------
    fitted : Fit
    cutoffs_km : sequence of float
        Conley cut-offs; used from 200 areas on.

    Returns
    -------
    dict of str to ndarray, shape (k, k)
        CR1, CR3 (where clusters hold several areas), HC3 (always) and Conley (unless it comes out
        with a negative variance); the roots of the diagonals are the errors of
        models/standard_errors.py.
    """
    room = 1 - fitted.leverage
    safe = np.maximum(room, FULL_LEVERAGE)
    residuals = np.where(room > FULL_LEVERAGE, fitted.residuals / safe, 0)
    scores = fitted.regressors * residuals[:, None]
    own = {"HC3": fitted.bread @ (scores.T @ scores) @ fitted.bread}
    own = {**_clustered(fitted), **own} if fitted.clustered else own
    if cutoffs_km and len(fitted.residuals) >= 200:
        own |= _conley(fitted, cutoffs_km)
    return {name: one for name, one in own.items() if _positive(one)}


def _positive(covariance: np.ndarray) -> bool:
    """Whether every combination has a variance above 0; NaN has not."""
    if not np.isfinite(covariance).all():
        return False
    size = np.sqrt(np.maximum(np.diag(covariance), 1e-300))
    return bool(np.linalg.eigvalsh(covariance / np.outer(size, size)).min() > 0)


def _conley(fitted: Fit, cutoffs_km: Sequence[float]) -> dict[str, np.ndarray]:
    places, (count, slopes) = apart(fitted.design.places), fitted.regressors.shape
    if np.isnan(places).any():
        return {}
    from scipy.sparse import csr_matrix
    from scipy.spatial import cKDTree

    tree = cKDTree(places)
    near = tree.sparse_distance_matrix(tree, 1000 * max(cutoffs_km), output_type="coo_matrix")
    others = near.row != near.col
    pairs = (near.row[others], near.col[others])
    influence = fitted.regressors * fitted.residuals[:, None] @ fitted.bread
    parameters = slopes + fitted.design.groups.max() + 1
    found = {}
    for cutoff in cutoffs_km:
        weights = np.maximum(1 - near.data[others] / (1000 * cutoff), 0)
        around = csr_matrix((weights, pairs), shape=(count, count)) @ influence
        variance = influence.T @ (influence + around)
        found[f"Conley {cutoff:g} km"] = variance * count / (count - parameters)
    return found


def _clustered(fitted: Fit) -> dict[str, np.ndarray]:
    columns, slopes = self_contained(fitted), fitted.regressors.shape[1]
    scale = np.linalg.norm(columns, axis=0)
    columns = columns / scale
    clusters = fitted.design.clusters
    grams = sum_by(columns[:, :, None] * columns[:, None, :], clusters)
    scores = sum_by(columns * fitted.residuals[:, None], clusters)
    total, groups, (count, width) = grams.sum(axis=0), len(grams), columns.shape
    bread = np.linalg.inv(total)
    plain = groups / (groups - 1) * (count - 1) / (count - width)
    # Leaving a cluster out moves estimates by the inverse of the remaining gram times its score.
    shifts = (np.linalg.pinv(total - grams, hermitian=True) @ scores[:, :, None])[:, :, 0]
    found = {
        "CR1": plain * bread @ (scores.T @ scores) @ bread,
        "CR3": (groups - 1) / groups * (shifts.T @ shifts),
    }
    back = np.outer(scale, scale)
    return {name: (one / back)[:slopes, :slopes] for name, one in found.items()}


def cautious(fitted: Fit) -> np.ndarray:
    """Give the covariance that curves and bands use: CR3, or HC3 without clusters."""
    found = covariances(fitted)
    return found.get("CR3", found["HC3"])


def wald(fitted: Fit, restrictions: np.ndarray, covariance: np.ndarray) -> Wald:
    """Test that combinations of coefficients are all 0.

    Parameters
    ----------
    fitted : Fit
    restrictions : ndarray, shape (q, k)
        One combination per row.
    covariance : ndarray, shape (k, k)

    Returns
    -------
    Wald
        Against F with q and G-1 (without clusters N-k) degrees of freedom; Cameron and Miller
        (2015, section VII.A).

    Raises
    ------
    EstimationError
        If the clusters are too few, or the combinations not independent.
    """
    from scipy.special import fdtrc

    values = restrictions @ fitted.estimates
    spread = restrictions @ covariance @ restrictions.T
    size = np.sqrt(np.diag(spread))
    count = len(values)
    if count > fitted.degrees or np.linalg.cond(spread / np.outer(size, size)) > 1e12:
        raise EstimationError(
            "These coefficients cannot be tested together.",
            where=", ".join(fitted.design.names),
            expected="independent combinations, fewer than there are clusters",
            got=f"{count} combinations, {fitted.degrees} degrees of freedom",
            todo="Test fewer at a time.",
        )
    statistic = float(values @ np.linalg.solve(spread, values)) / count
    p = float(fdtrc(count, fitted.degrees, statistic))
    return Wald(statistic, count, fitted.degrees, p)


def tests(fitted: Fit, restrictions: np.ndarray, cutoffs_km: Sequence[float]) -> dict[str, Wald]:
    """Test that combinations are all 0, under every convention of `covariances`."""
    every = covariances(fitted, cutoffs_km)
    return {name: wald(fitted, restrictions, one) for name, one in every.items()}
