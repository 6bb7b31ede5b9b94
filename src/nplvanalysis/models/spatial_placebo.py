"""Spatial-noise placebo: how often noise goes with an outcome as strongly as an exposure does."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from nplvanalysis.models.regression import Fit, demean
from nplvanalysis.models.spatial_likeness import matched
from nplvanalysis.models.spatial_noise import Field, draw, refuse_unplaced

DRAWS = 999
# Draws that are fitted at once.
TOGETHER = 250


@dataclass(frozen=True)
class Placebo:
    """An estimate among those of noise.

    Attributes
    ----------
    t : float
        Of the estimate, with an error robust to clusters (or to unequal spread, without them).
    drawn : ndarray, shape (draws,)
        The same of noise in place of the contrast.
    p : float
        (1 + draws with |t| of at least the observed) / (1 + draws).
    taken_for_real : float
        Share of the draws that the usual 5 % rule for this error would call significant.
    field : Field
        The noise that was drawn.
    """

    t: float
    drawn: np.ndarray
    p: float
    taken_for_real: float
    field: Field

    @property
    def rank(self) -> int:
        """Place of the estimate among the draws by |t|, 1 for the largest."""
        return 1 + int((np.abs(self.drawn) >= abs(self.t) * (1 - 1e-12)).sum())


class _Model:
    """What a fit does to a column: demean, weigh, take out the other regressors."""

    def __init__(self, fitted: Fit) -> None:
        self.design = fitted.design
        self.root = np.sqrt(self.design.weights)[:, None]
        rest = np.delete(fitted.regressors, self.design.position, axis=1)
        self.held = np.linalg.qr(rest / np.linalg.norm(rest, axis=0))[0]

    def left(self, columns: np.ndarray) -> np.ndarray:
        """Give what is left of columns, shape (n, k), weighed by the root of the weight."""
        own = demean(columns, self.design.groups, self.design.weights) * self.root
        return own - self.held @ (self.held.T @ own)

    def unweighed(self, columns: np.ndarray) -> np.ndarray:
        """Give what is left of columns, in their own units."""
        return self.left(columns) / self.root


def spatial_placebo(fitted: Fit, rng: np.random.Generator, draws: int = DRAWS) -> Placebo:
    """Replace the contrast of a fit by spatial noise, again and again (Kelly 2019).

    Outcome, weights, controls, fixed effects and clusters stay; the noise is as alike between
    neighbours as the contrast is, once both went through the model (`spatial_likeness.matched`).
    Each draw costs a few cross-products, because the model takes the other regressors out once
    (Frisch-Waugh-Lovell).

    Parameters
    ----------
    fitted : Fit
    rng : Generator
    draws : int

    Returns
    -------
    Placebo

    Raises
    ------
    ColumnMissingError
        If it is unknown where an area lies.
    """
    design, model = fitted.design, _Model(fitted)
    refuse_unplaced(design.places)
    contrast = design.columns[:, [design.position]]
    field = matched(model.unweighed(contrast)[:, 0], design.places, model.unweighed, rng)
    outcome = model.left(design.outcome[:, None])[:, 0]
    t = float(_t_values(model.left(contrast), outcome, design.clusters)[0])
    noise = draw(design.places, field, draws, rng)
    parts = [noise[:, first : first + TOGETHER] for first in range(0, draws, TOGETHER)]
    drawn = np.concatenate(
        [_t_values(model.left(part), outcome, design.clusters) for part in parts]
    )
    # A hair of slack: a draw that equals the contrast must count as reaching it.
    reached = int((np.abs(drawn) >= abs(t) * (1 - 1e-12)).sum())
    share = float(np.mean(np.abs(drawn) / np.sqrt(_factor(fitted)) > _critical(fitted)))
    return Placebo(t, drawn, (1 + reached) / (1 + draws), share, field)


def _t_values(columns: np.ndarray, outcome: np.ndarray, clusters: np.ndarray) -> np.ndarray:
    """Give t of each column by itself, errors robust to clusters, without their factor."""
    from scipy.sparse import csr_array

    sizes = (columns**2).sum(axis=0)
    estimates = (columns.T @ outcome) / sizes
    scores = columns * (outcome[:, None] - columns * estimates)
    count = len(clusters)
    adding = csr_array((np.ones(count), (clusters, np.arange(count))))
    return estimates * sizes / np.sqrt(((adding @ scores) ** 2).sum(axis=0))


def _factor(fitted: Fit) -> float:
    """Give the factor of the variance: of CR1, or N/(N-k) without clusters."""
    count, slopes = fitted.regressors.shape
    if not fitted.clustered:
        return count / fitted.degrees
    alone = 0 if fitted.design.groups.max() > 0 else 1
    clusters = int(fitted.design.clusters.max()) + 1
    return clusters / (clusters - 1) * (count - 1) / (count - slopes - alone)


def _critical(fitted: Fit) -> float:
    from scipy.special import stdtrit

    return float(stdtrit(fitted.degrees, 0.975))
