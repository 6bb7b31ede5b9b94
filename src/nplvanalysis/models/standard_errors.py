"""Standard errors of one contrast: CR1, CR3, HC3 and Conley, each with its convention named."""

from __future__ import annotations

import numpy as np

from nplvanalysis.errors import EstimationError
from nplvanalysis.models.regression import Fit

# Below this, leaving the area out leaves nothing to predict it from, and its residual is zero.
FULL_LEVERAGE = 1e-8
# So many areas a Conley error needs.
SPATIAL = 200
# Metres: farther than any two places of a country.
FAR = 1e8


def with_constant(fitted: Fit) -> np.ndarray:
    """Give the regressors that a cluster takes part in: without fixed effects, a constant too.

    Parameters
    ----------
    fitted : Fit

    Returns
    -------
    ndarray, shape (n, k) or (n, k + 1)

    Raises
    ------
    EstimationError
        If the fixed effect is not nested within the cluster.
    """
    if fitted.design.groups.max() > 0:
        _require_nested(fitted)
        return fitted.regressors
    return np.column_stack([fitted.regressors, np.sqrt(fitted.design.weights)])


def _require_nested(fitted: Fit) -> None:
    pairs = np.unique(np.stack([fitted.design.groups, fitted.design.clusters]), axis=1)
    if pairs.shape[1] > fitted.design.groups.max() + 1:
        raise EstimationError(
            "The fixed effect is not nested within the cluster.",
            where="models.fixed_effects and models.cluster in params.yaml",
            expected="each group of the fixed effect inside one cluster",
            got=f"{pairs.shape[1]} pairs for {fitted.design.groups.max() + 1} groups",
            todo="Cluster at the level of the fixed effect or above it.",
        )


def sum_by(values: np.ndarray, clusters: np.ndarray) -> np.ndarray:
    """Sum rows by cluster.

    Parameters
    ----------
    values : ndarray, shape (n, ...)
    clusters : ndarray of int, shape (n,)
        Codes 0..G-1.

    Returns
    -------
    ndarray, shape (G, ...)
    """
    sums = np.zeros((clusters.max() + 1, *values.shape[1:]))
    np.add.at(sums, clusters, values)
    return sums


def _of_contrast(variance: np.ndarray, fitted: Fit) -> float:
    return float(np.sqrt(variance[fitted.design.position, fitted.design.position]))


def cr1(fitted: Fit) -> float:
    """Cluster-robust error with the factor G/(G-1) (N-1)/(N-k).

    k counts the slopes only: the absorbed effect is nested in the cluster (Cameron and Miller
    2015, section II.B and III.B). Without fixed effects it counts the constant too.

    Parameters
    ----------
    fitted : Fit

    Returns
    -------
    float
        Error of the contrast, per unit of its column.

    Raises
    ------
    EstimationError
        If the fixed effect is not nested within the cluster.
    """
    columns = with_constant(fitted)
    count, slopes = columns.shape
    scores = sum_by(columns * fitted.residuals[:, None], fitted.design.clusters)
    clusters = len(scores)
    factor = clusters / (clusters - 1) * (count - 1) / (count - slopes)
    bread = np.linalg.inv(columns.T @ columns)
    return _of_contrast(factor * bread @ (scores.T @ scores) @ bread, fitted)


def cr3(fitted: Fit) -> float:
    """Cluster jackknife: (G-1)/G times the sum of squares of b without cluster g less b.

    Computed from the cross-products of each cluster, exact because the absorbed effect is nested
    in the cluster (MacKinnon, Nielsen and Webb 2023). Where a control varies in one cluster only,
    leaving that one out uses the generalised inverse.

    Parameters
    ----------
    fitted : Fit

    Returns
    -------
    float
        Error of the contrast, per unit of its column.

    Raises
    ------
    EstimationError
        If the fixed effect is not nested within the cluster.
    """
    taking_part = with_constant(fitted)
    scale = np.linalg.norm(taking_part, axis=0)
    columns = taking_part / scale
    grams = sum_by(columns[:, :, None] * columns[:, None, :], fitted.design.clusters)
    scores = sum_by(columns * fitted.residuals[:, None], fitted.design.clusters)
    # b without g less b is minus the inverse of the remaining gram times g's score.
    shifts = np.linalg.pinv(grams.sum(axis=0) - grams, hermitian=True) @ scores[:, :, None]
    clusters = len(scores)
    own = shifts[:, fitted.design.position, 0] / scale[fitted.design.position]
    return float(np.sqrt((clusters - 1) / clusters * (own @ own)))


def hc3(fitted: Fit) -> float:
    """Heteroskedasticity-robust error HC3, leverage of the dummies included.

    MacKinnon and White (1985). Areas with leverage 1 have a residual of zero and add nothing.

    Parameters
    ----------
    fitted : Fit

    Returns
    -------
    float
        Error of the contrast, per unit of its column.
    """
    room = 1 - fitted.leverage
    residuals = np.where(
        room > FULL_LEVERAGE, fitted.residuals / np.maximum(room, FULL_LEVERAGE), 0
    )
    scores = fitted.regressors * residuals[:, None]
    return _of_contrast(fitted.bread @ (scores.T @ scores) @ fitted.bread, fitted)


def apart(places: np.ndarray) -> np.ndarray:
    """Put areas of unknown place far from all others, so that one of them costs no error.

    Parameters
    ----------
    places : ndarray, shape (n, 2)
        Metres; NaN where unknown.

    Returns
    -------
    ndarray, shape (n, 2)
        As it is if all places are known, or none.
    """
    unknown = np.isnan(places).any(axis=1)
    if unknown.all() or not unknown.any():
        return places
    away = FAR * (1 + np.arange(len(places)))[:, None] * np.ones(2)
    return np.where(unknown[:, None], away, places)


def conley(fitted: Fit, cutoff_km: float) -> float:
    """Spatial error: areas within the cut-off may correlate, less so the farther apart.

    Conley (1999) with weight 1 - distance/cut-off between centroids and factor N/(N-k), k with
    the dummies counted.

    Parameters
    ----------
    fitted : Fit
    cutoff_km : float
        Cut-off in kilometres.

    Returns
    -------
    float
        Error of the contrast, per unit of its column; NaN where no place is known or the
        variance comes out negative. An area of unknown place is taken as far from all others.
    """
    scores = fitted.regressors * fitted.residuals[:, None]
    return conley_of(scores @ fitted.bread[:, fitted.design.position], fitted, cutoff_km)


def conley_of(influence: np.ndarray, fitted: Fit, cutoff_km: float) -> float:
    """Compute the spatial error from what each area adds to an estimate; see `conley`.

    Parameters
    ----------
    influence : ndarray, shape (n,)
    fitted : Fit
        Whose areas and number of parameters these are.
    cutoff_km : float
    """
    places = apart(fitted.design.places)
    if np.isnan(places).any():
        return float("nan")
    from scipy.spatial import cKDTree

    tree = cKDTree(places)
    limit = cutoff_km * 1000
    near = tree.sparse_distance_matrix(tree, limit, output_type="coo_matrix")
    # A distance of 0 (an area with itself) is not stored, so each area's own square is added.
    shared = (1 - near.data / limit) * influence[near.row] * influence[near.col]
    variance = shared[near.row != near.col].sum() + influence @ influence
    count, slopes = fitted.regressors.shape
    parameters = slopes + fitted.design.groups.max() + 1
    if variance <= 0:
        return float("nan")
    return float(np.sqrt(variance * count / (count - parameters)))


def all_kinds(fitted: Fit, cutoffs_km: list[float]) -> dict[str, float]:
    """Compute every kind of error.

    Parameters
    ----------
    fitted : Fit
    cutoffs_km : list of float
        Conley cut-offs; used from 200 areas on.

    Returns
    -------
    dict of str to float
        Name of the convention and error, those that cannot be computed left out. Without clusters
        the cluster-robust ones are: HC3 is never smaller.
    """
    kinds = {"CR1": cr1(fitted), "CR3": cr3(fitted)} if fitted.clustered else {}
    kinds |= {"HC3": hc3(fitted)}
    if len(fitted.residuals) >= SPATIAL:
        kinds |= {f"Conley {cut:g} km": conley(fitted, cut) for cut in cutoffs_km}
    return {name: error for name, error in kinds.items() if np.isfinite(error)}
