"""Draws of the restricted wild cluster bootstrap, made of sums by cluster."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from nplvanalysis.errors import EstimationError, TooFewClustersError
from nplvanalysis.models.regression import Fit
from nplvanalysis.models.standard_errors import cr1

DRAWS = 9_999
# With fewer, 16 patterns of signs allow no p below .06, and no simulation known to us shows that
# tests keep their size.
LEAST = 5
# With fewer, patterns of two signs are too few; six points give enough (Webb 2023).
TWO_POINTS_FROM = 12
SIX_POINTS = np.array([-np.sqrt(1.5), -1, -np.sqrt(0.5), np.sqrt(0.5), 1, np.sqrt(1.5)])
# A draw that repeats the observed signs must count as reaching the observed t.
SLACK = 1e-9


@dataclass(frozen=True)
class Draws:
    """Bootstrap t-values as functions of the value that the null hypothesis gives the contrast.

    With r = estimate less that value, a draw has t = (n0 + r n1) / sqrt(d0 + 2 r d1 + r^2 d2).

    Attributes
    ----------
    estimate, std_error : float
        The contrast and its CR1 error, per unit of its column.
    numerators, denominators : ndarray, shape (draws, 2) and (draws, 3)
    enumerated : bool
        Whether these are all patterns that there are, the observed one among them.
    """

    estimate: float
    std_error: float
    numerators: np.ndarray
    denominators: np.ndarray
    enumerated: bool

    def t_values(self, null: float = 0.0) -> np.ndarray:
        """Give the t of every draw if the contrast truly were `null`, shape (draws,)."""
        apart = self.estimate - null
        top = self.numerators @ np.array([1.0, apart])
        squares = self.denominators @ np.array([1.0, 2 * apart, apart**2])
        return top / np.sqrt(np.maximum(squares, np.finfo(float).tiny))

    def p(self, null: float = 0.0) -> float:
        """Give the share of draws whose |t| reaches the observed one, itself included."""
        observed = abs(self.estimate - null) / self.std_error
        reached = int((np.abs(self.t_values(null)) >= observed * (1 - SLACK)).sum())
        extra = 0 if self.enumerated else 1
        return (reached + extra) / (len(self.numerators) + extra)


def draws(fitted: Fit, rng: np.random.Generator, count: int = DRAWS) -> Draws:
    """Draw wild bootstrap samples of a fit under the null hypothesis.

    Residuals of the model that obeys the null are multiplied, cluster by cluster, by a random
    weight, and the model is fitted again (Cameron, Gelbach and Miller 2008). All that a draw needs
    are sums by cluster, so that none passes over the areas (Roodman et al. 2019; MacKinnon 2023).

    Parameters
    ----------
    fitted : Fit
        Its fixed effect nested in the cluster.
    rng : Generator
    count : int
        Draws; where there are no more patterns of signs than that, all of them are used.

    Returns
    -------
    Draws

    Raises
    ------
    EstimationError
        For fewer than `LEAST` clusters, one area per cluster, a contrast that varies in too few
        clusters, residuals of zero, or a fixed effect that is not nested in the cluster.
    """
    clusters = _refused_if_few(fitted)
    columns = _taking_part(fitted)
    inverse = np.linalg.inv(columns.T @ columns)
    of_contrast = inverse[:, fitted.design.position]
    influence = columns @ of_contrast
    # Sums by cluster: scores of the fit, and what each unit of r adds to them.
    scores = _by_cluster(columns * fitted.residuals[:, None], fitted.design.clusters)
    shifts = _by_cluster(columns * influence[:, None], fitted.design.clusters)
    own = influence @ influence
    error = _error(fitted, shifts @ of_contrast / own)
    weights, enumerated = _weights(clusters, rng, count)
    tops, parts = [], []
    for sums in (scores, shifts / own):
        told = weights * (sums @ of_contrast)
        tops.append(told.sum(axis=1))
        parts.append(told - (weights @ (sums @ inverse)) @ shifts.T)
    first, second = parts
    squares = np.stack([(first**2).sum(1), (first * second).sum(1), (second**2).sum(1)], axis=1)
    # The factor of the observed error is that of every draw.
    factor = error**2 / np.square(scores @ of_contrast).sum()
    return Draws(fitted.estimate, error, np.stack(tops, axis=1), factor * squares, enumerated)


def _refused_if_few(fitted: Fit) -> int:
    clusters = int(fitted.design.clusters.max()) + 1
    if clusters < LEAST:
        raise TooFewClustersError(
            "There are too few clusters for the wild cluster bootstrap.",
            where="models.cluster in params.yaml",
            expected=f"at least {LEAST}",
            got=str(clusters),
            todo="Report it as not testable in this study.",
        )
    if not fitted.clustered:
        raise EstimationError(
            "Every area is a cluster of its own: there is nothing to keep together.",
            where="models.cluster in params.yaml",
            expected="a cluster with more than one area",
            got=f"{clusters:,} areas in as many clusters",
            todo="Use HC3 and Conley errors.",
        )
    return clusters


def _error(fitted: Fit, shares: np.ndarray) -> float:
    """Give the CR1 error, unless it or the contrast rests on next to nothing."""
    error = cr1(fitted)
    varying = int((shares > SLACK).sum())
    if varying < LEAST or error <= SLACK * abs(fitted.estimate):
        raise TooFewClustersError(
            "The wild bootstrap has nothing to tell of this contrast.",
            where=fitted.design.names[fitted.design.position],
            expected=f"a contrast that varies in {LEAST} clusters or more, and residuals",
            got=f"variation in {varying} of {len(shares)} clusters, error {error:.3g}",
            todo="Report it as not testable in this study.",
        )
    return error


def _taking_part(fitted: Fit) -> np.ndarray:
    """Give the regressors; without fixed effects, the constant too."""
    if fitted.design.groups.max() > 0:
        return fitted.regressors
    return np.column_stack([fitted.regressors, np.sqrt(fitted.design.weights)])


def _by_cluster(values: np.ndarray, clusters: np.ndarray) -> np.ndarray:
    sums = np.zeros((clusters.max() + 1, values.shape[1]))
    np.add.at(sums, clusters, values)
    return sums


def _weights(clusters: int, rng: np.random.Generator, count: int) -> tuple[np.ndarray, bool]:
    """Give weights, shape (draws, clusters), and whether they are all there are.

    A pattern and its mirror image have the same |t|: the first sign is held.
    """
    if clusters < TWO_POINTS_FROM:
        return rng.choice(SIX_POINTS, size=(count, clusters)), False
    if 2 ** (clusters - 1) > count:
        return rng.choice([-1.0, 1.0], size=(count, clusters)), False
    bits = np.arange(2 ** (clusters - 1))[:, None] >> np.arange(clusters) & 1
    return 1.0 - 2 * bits, True
