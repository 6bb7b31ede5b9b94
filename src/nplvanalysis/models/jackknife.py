"""Errors of a contrast by leaving out one cluster at a time, and on how many clusters it rests."""

from __future__ import annotations

import numpy as np

from nplvanalysis.models.regression import RELATIVE_TOLERANCE, Fit

# A contrast of which more than this share can be told from one cluster alone rests on that one.
ALONE = 1e-8


def by_cluster(within: Fit) -> tuple[list[np.ndarray], np.ndarray]:
    """Split the rows of a fit by its clusters.

    Returns
    -------
    rows : list of ndarray of int
        The rows of each cluster.
    grams : ndarray, shape (G, k, k)
        The products of the regressors of each.
    """
    order = np.argsort(within.design.clusters, kind="stable")
    starts = np.flatnonzero(np.diff(within.design.clusters[order])) + 1
    rows = np.split(order, starts)
    columns = [within.regressors[own] for own in rows]
    return rows, np.stack([own.T @ own for own in columns])


def jackknife_error(within: Fit) -> float:
    """Compute CR3 as `standard_errors.cr3` does, one cluster at a time.

    A panel of the whole country has too many rows for the products of all columns at once.

    Parameters
    ----------
    within : Fit
        Its effects are nested in the clusters.

    Returns
    -------
    float
        Error of the contrast, per unit of its column.
    """
    rows, grams = by_cluster(within)
    scores = np.stack([within.regressors[own].T @ within.residuals[own] for own in rows])
    return left_out_error(grams, scores, within.design.position)


def effective_degrees(within: Fit) -> float:
    """Compute on how many clusters an estimate rests, as degrees of freedom.

    A bias-reduced squared error is, if errors have equal variance, a sum of chi-squares. The
    degrees are those of the one chi-square with its mean and variance, (tr G)^2 / tr(G^2) (Bell and
    McCaffrey 2002; Imbens and Kolesar 2016, section 4). Clusters enter by products of regressors
    only: of YY', what a function of it makes of Y is Y times that function of Y'Y.

    Parameters
    ----------
    within : Fit
        Its effects are nested in the clusters.

    Returns
    -------
    float
        At least 1, which is also given where one cluster alone tells the contrast; less than the
        number of clusters.
    """
    grams, position = by_cluster(within)[1], within.design.position
    scale = np.sqrt(np.diagonal(grams.sum(axis=0)))
    grams = grams / np.outer(scale, scale)
    sizes, axes = np.linalg.eigh(grams.sum(axis=0))
    root = (axes / np.sqrt(sizes)) @ axes.T
    parts, turned = np.linalg.eigh(root @ grams @ root)
    parts = np.clip(parts, 0, 1)
    aim = np.einsum("gji,j->gi", turned, root[position])
    shared = 1 - parts > RELATIVE_TOLERANCE
    alone = (aim[~shared] ** 2).sum()
    if alone > ALONE * (root[position] @ root[position]):
        return 1.0
    grown = np.where(shared, 1 / np.sqrt(np.where(shared, 1 - parts, 1)), 0)
    leaning = np.einsum("gij,gj->gi", turned, parts * grown * aim)
    own = (np.where(shared, parts, 0) * aim**2).sum(axis=1)
    crossed = leaning.T @ leaning
    # what clusters have in common, without each with itself
    between = (crossed**2).sum() - ((leaning**2).sum(axis=1) ** 2).sum()
    return max(1.0, float(own.sum() ** 2 / (own @ own + max(between, 0.0))))


def left_out_error(grams: np.ndarray, scores: np.ndarray, position: int) -> float:
    """Compute CR3 of one coefficient from the normal equations of each cluster.

    Parameters
    ----------
    grams : ndarray, shape (G, k, k)
        Symmetric; their sum times the coefficients is the right-hand side.
    scores : ndarray, shape (G, k)
        Right-hand side of each cluster, less its gram times the coefficients of all.
    position : int
        Of the coefficient.

    Returns
    -------
    float
        The root of (G-1)/G times the squares of what leaving out each cluster does.
    """
    own = left_out_shifts(grams.sum(axis=0), grams, scores, position)
    return float(np.sqrt((len(own) - 1) / len(own) * (own @ own)))


def left_out_shifts(
    whole: np.ndarray, grams: np.ndarray, scores: np.ndarray, position: int
) -> np.ndarray:
    """Compute what leaving out each part does to one coefficient, the sign turned.

    Parameters
    ----------
    whole : ndarray, shape (k, k)
        Normal equations of all; symmetric.
    grams : ndarray, shape (G, k, k)
        What each part takes out of them.
    scores : ndarray, shape (G, k)
        What it takes out of the right-hand side, less its gram times the coefficients of all.
    position : int
        Of the coefficient.

    Returns
    -------
    ndarray, shape (G,)
    """
    scale = np.sqrt(np.diagonal(whole))
    left = np.linalg.pinv((whole - grams) / np.outer(scale, scale), hermitian=True)
    return (left @ (scores / scale)[:, :, None])[:, position, 0] / scale[position]
