"""The search for a kink, and its bootstrap, from sums by cluster alone."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from nplvanalysis.models.joint import self_contained, sum_by
from nplvanalysis.models.regression import Fit, demean

DRAWS = 999


@dataclass(frozen=True)
class Profile:
    """Sums by cluster from which any draw of the bootstrap follows without the areas.

    Attributes
    ----------
    own, squares : ndarray, shape (places, G)
        Sums of kink x residual and of kink squared, kinks cleared of the other regressors.
    cross : ndarray, shape (places, G, k)
        Sums of kink x regressor.
    shift : ndarray, shape (G, k)
        What turning a cluster over does to the other coefficients.
    factor : float
        Of CR1.
    """

    own: np.ndarray
    squares: np.ndarray
    cross: np.ndarray
    shift: np.ndarray
    factor: float

    @property
    def clusters(self) -> int:
        """Count the clusters."""
        return self.own.shape[1]

    @property
    def changes(self) -> np.ndarray:
        """Change of slope at each place, per unit of the exposure, (places,)."""
        return self.own.sum(axis=1) / self.squares.sum(axis=1)

    @property
    def observed(self) -> np.ndarray:
        """Squared t of each place, CR1, (places,)."""
        return self.statistics(np.ones((1, self.clusters)))[0]

    def statistics(self, turned: np.ndarray) -> np.ndarray:
        """Squared t of each place, (draws, places), for residuals times `turned` (draws, G)."""
        moved = turned @ self.shift
        found = np.empty((len(turned), len(self.own)))
        for place, (own, squares) in enumerate(zip(self.own, self.squares, strict=True)):
            change = turned @ own / squares.sum()
            scores = turned * own - moved @ self.cross[place].T - change[:, None] * squares
            variance = self.factor * (scores**2).sum(axis=1) / squares.sum() ** 2
            found[:, place] = change**2 / variance
        return found

    def p(self, statistic: float, rng: np.random.Generator) -> float:
        """Share of draws from a straight line whose largest statistic is at least this one."""
        turned = rng.choice([-1.0, 1.0], size=(DRAWS, self.clusters))
        larger = int((self.statistics(turned).max(axis=1) >= statistic).sum())
        return (1 + larger) / (1 + DRAWS)


def profile(line: Fit, places: np.ndarray, used: np.ndarray | None = None) -> Profile:
    """Sum up, by cluster, what a kink at each place needs.

    Parameters
    ----------
    line : Fit
        The straight line; its first column is bent.
    places : ndarray, shape (places,)
        In units of that column.
    used : ndarray of bool, shape (n,), optional
        Areas of whole clusters; None: all.

    Returns
    -------
    Profile
    """
    used = np.ones(len(line.residuals), dtype=bool) if used is None else used
    made = line.design
    kinks = np.maximum(made.columns[:, :1] - places, 0)
    kinks = demean(kinks, made.groups, made.weights) * np.sqrt(made.weights)[:, None]
    columns = self_contained(line)
    outcome = (line.residuals + line.regressors @ line.estimates)[used]
    columns, kinks = columns[used] / np.linalg.norm(columns, axis=0), kinks[used]
    clusters = np.unique(made.clusters[used], return_inverse=True)[1]
    # A half of the clusters may lack a class of urbanity: the generalised inverse leaves it out.
    inverse = np.linalg.pinv(columns.T @ columns, hermitian=True)
    residuals = outcome - columns @ (inverse @ (columns.T @ outcome))
    kinks = kinks - columns @ (inverse @ (columns.T @ kinks))
    groups, (count, width) = clusters.max() + 1, columns.shape
    return Profile(
        own=sum_by(kinks * residuals[:, None], clusters).T,
        squares=sum_by(kinks**2, clusters).T,
        cross=np.stack([sum_by(columns * one[:, None], clusters) for one in kinks.T]),
        shift=sum_by(columns * residuals[:, None], clusters) @ inverse,
        factor=groups / (groups - 1) * (count - 1) / (count - width - 1),
    )
