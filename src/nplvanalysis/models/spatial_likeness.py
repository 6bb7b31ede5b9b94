"""How alike neighbours are, and the noise in which they are as alike as in a real column."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from nplvanalysis.models.spatial_noise import Field, smooth_fields

# Noise is matched up to the distance within which a typical area has so many others.
WITHIN = 40
BINS = 10
# Ranges and nuggets that are tried, and trial draws.
RANGES = 9
NUGGETS = 21
TRIALS = 50


@dataclass(frozen=True)
class Pairs:
    """Pairs of areas by distance.

    Attributes
    ----------
    one, other : ndarray of int, shape (p,)
    bins : ndarray of int, shape (p,)
        Class of distance, 0 for the nearest; classes have equally many pairs.
    """

    one: np.ndarray
    other: np.ndarray
    bins: np.ndarray


def pairs(places: np.ndarray, within: int = WITHIN, bins: int = BINS) -> Pairs:
    """List the pairs of areas that lie near each other, by distance.

    Parameters
    ----------
    places : ndarray, shape (n, 2)
        Metres.
    within : int
        Pairs up to the distance within which a typical area has so many others.
    bins : int

    Returns
    -------
    Pairs
    """
    from scipy.spatial import cKDTree

    tree = cKDTree(places)
    nearest = tree.query(places, min(within + 1, len(places)))[0]
    near = tree.query_pairs(float(np.median(nearest[:, -1])), output_type="ndarray")
    apart = np.linalg.norm(places[near[:, 0]] - places[near[:, 1]], axis=1)
    edges = np.quantile(apart, np.linspace(0, 1, bins + 1)[1:-1])
    return Pairs(near[:, 0], near[:, 1], np.searchsorted(edges, apart))


def unlike(columns: np.ndarray, near: Pairs) -> tuple[np.ndarray, np.ndarray]:
    """Compute the variogram and the variance of the areas that it is made of.

    Parameters
    ----------
    columns : ndarray, shape (n, k)
        With mean 0.
    near : Pairs

    Returns
    -------
    tuple of ndarray, each of shape (bins,)
        By class of distance, means over columns: half the squared difference of the pairs
        (Matheron 1963), and their variance. One over the other is 1 less the correlation of
        neighbours: unlike the variogram alone it stays the same where areas of cities, which lie
        closer together, differ more from each other.
    """
    one, other = columns[near.one], columns[near.other]
    apart = ((one - other) ** 2).mean(axis=1) / 2
    size = (one**2 + other**2).mean(axis=1) / 2
    pairs_in = np.bincount(near.bins)
    return np.bincount(near.bins, apart) / pairs_in, np.bincount(near.bins, size) / pairs_in


def matched(
    column: np.ndarray,
    places: np.ndarray,
    left: Callable[[np.ndarray], np.ndarray],
    rng: np.random.Generator,
) -> Field:
    """Find the noise that is as alike between neighbours as a column, once a model is through.

    A model takes out what controls and fixed effects explain, and with it most of what areas far
    apart share. So noise goes through the same model before it is compared: what is left of noise
    and what is left of the column must look alike.

    Parameters
    ----------
    column : ndarray, shape (n,)
        What a model leaves of it.
    places : ndarray, shape (n, 2)
        Metres.
    left : callable
        From columns, shape (n, k), to what the model leaves of them.
    rng : Generator

    Returns
    -------
    Field
        The best of `RANGES` ranges and `NUGGETS` nuggets: least squares between the correlations
        of neighbours, by distance. `at_end` tells whether its range is the least or the largest.
    """
    near, ranges = pairs(places), _ranges(places)
    apart, size = unlike(column[:, None], near)
    rough = unlike(left(rng.standard_normal((len(places), TRIALS))), near)
    found = []
    for range_m in ranges:
        smooth = unlike(left(smooth_fields(places, range_m, TRIALS, rng)), near)
        for nugget in np.linspace(0, 1, NUGGETS):
            above, below = (
                (1 - nugget) * one + nugget * other
                for one, other in zip(smooth, rough, strict=True)
            )
            found.append((float(((above / below - apart / size) ** 2).sum()), range_m, nugget))
    _, range_m, nugget = min(found)
    # Noise that nothing is shared of has no range.
    at_end = bool(nugget < 1 and range_m in ranges[[0, -1]])
    return Field(float(range_m), float(nugget), at_end)


def _ranges(places: np.ndarray) -> np.ndarray:
    """Ranges from half the distance to the nearest area up to a quarter of the whole width."""
    from scipy.spatial import cKDTree

    nearest = cKDTree(places).query(places, min(2, len(places)))[0][:, -1]
    least = max(float(np.median(nearest)) / 2, 1.0)
    most = max(float(np.ptp(places, axis=0).max()) / 4, 2 * least)
    return np.geomspace(least, most, RANGES)
