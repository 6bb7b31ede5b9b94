"""Spatial noise: made-up columns in which neighbours are as alike as in a real one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from nplvanalysis.errors import ColumnMissingError

# Areas on which the next one is drawn; more changes nothing that can be seen.
NEIGHBOURS = 30
# Noise is matched up to the distance within which a typical area has so many others.
WITHIN = 40
BINS = 10
# Ranges and nuggets that are tried, and trial draws.
RANGES = 9
NUGGETS = 21
TRIALS = 50
# Distances are looked through in blocks of so many areas.
BLOCK = 500
JITTER = 1e-9


@dataclass(frozen=True)
class Field:
    """Noise whose covariance over distance d is (1 - nugget) exp(-d/range), and 1 at d = 0."""

    range_m: float
    nugget: float


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


def refuse_unplaced(places: np.ndarray) -> None:
    """Refuse areas without a place.

    Raises
    ------
    ColumnMissingError
        If a coordinate is unknown.
    """
    if np.isnan(places).any():
        raise ColumnMissingError(
            "Spatial noise needs to know where areas lie.",
            where="x and y of the panel",
            expected="the coordinates of every area of the model",
            got=f"none for {int(np.isnan(places).any(axis=1).sum()):,} of {len(places):,} areas",
            todo="Add borders of these areas to the study, or leave this check out.",
        )


def smooth_fields(
    places: np.ndarray,
    range_m: float,
    draws: int,
    rng: np.random.Generator,
    neighbours: int = NEIGHBOURS,
) -> np.ndarray:
    """Draw Gaussian fields with covariance exp(-distance/range).

    Each area is drawn given the nearest of those drawn before, in random order (Vecchia 1988);
    with all of them as neighbours it is exact. Time grows with the number of areas and not with
    its cube.

    Parameters
    ----------
    places : ndarray, shape (n, 2)
        Metres.
    range_m : float
        Metres at which the correlation is 1/e.
    draws : int
    rng : Generator
    neighbours : int

    Returns
    -------
    ndarray, shape (n, draws)
        Mean 0, variance 1.
    """
    order = rng.permutation(len(places))
    near, slopes, spread = _conditional(places[order], range_m, neighbours)
    fields = np.empty((len(places), draws))
    noise = rng.standard_normal((len(places), draws))
    for area, own in enumerate(near):
        known = own >= 0
        fields[area] = slopes[area, known] @ fields[own[known]] + spread[area] * noise[area]
    made = np.empty_like(fields)
    made[order] = fields
    return made


def _conditional(
    points: np.ndarray, range_m: float, neighbours: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Give each point its earlier neighbours, their slopes, and what they leave open."""
    near = _earlier(points, min(neighbours, max(1, len(points) - 1)))
    unknown = near < 0
    around = points[np.maximum(near, 0)]
    between = np.linalg.norm(around[:, :, None] - around[:, None, :], axis=3)
    known = ~(unknown[:, :, None] | unknown[:, None, :])
    covariance = np.exp(-between / range_m) * known
    diagonal = np.arange(near.shape[1])
    covariance[:, diagonal, diagonal] = 1 + JITTER
    own = np.exp(-np.linalg.norm(around - points[:, None], axis=2) / range_m) * ~unknown
    slopes = np.linalg.solve(covariance, own[:, :, None])[:, :, 0]
    spread = np.sqrt(np.maximum(1 - (slopes * own).sum(axis=1), 0))
    return near, slopes, spread


def _earlier(points: np.ndarray, count: int) -> np.ndarray:
    """List the nearest of the points before each point, padded with -1."""
    from scipy.spatial.distance import cdist

    near = np.full((len(points), count), -1)
    for start in range(0, len(points), BLOCK):
        rows = np.arange(start, min(start + BLOCK, len(points)))
        apart = cdist(points[rows], points[: rows[-1] + 1])
        apart[np.arange(len(points[: rows[-1] + 1])) >= rows[:, None]] = np.inf
        size = min(count, apart.shape[1])
        found = np.argpartition(apart, size - 1, axis=1)[:, :size]
        usable = np.isfinite(np.take_along_axis(apart, found, axis=1))
        near[rows, :size] = np.where(usable, found, -1)
    return near


def draw(places: np.ndarray, field: Field, draws: int, rng: np.random.Generator) -> np.ndarray:
    """Draw noise of a field; see `Field`.

    Parameters
    ----------
    places : ndarray, shape (n, 2)
        Metres.
    field : Field
    draws : int
    rng : Generator

    Returns
    -------
    ndarray, shape (n, draws)
    """
    smooth = smooth_fields(places, field.range_m, draws, rng)
    rough = rng.standard_normal(smooth.shape)
    return np.sqrt(1 - field.nugget) * smooth + np.sqrt(field.nugget) * rough


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
        of neighbours, by distance.
    """
    near = pairs(places)
    apart, size = unlike(column[:, None], near)
    rough = unlike(left(rng.standard_normal((len(places), TRIALS))), near)
    found = []
    for range_m in _ranges(places):
        smooth = unlike(left(smooth_fields(places, range_m, TRIALS, rng)), near)
        for nugget in np.linspace(0, 1, NUGGETS):
            above, below = (
                (1 - nugget) * one + nugget * other
                for one, other in zip(smooth, rough, strict=True)
            )
            found.append((float(((above / below - apart / size) ** 2).sum()), range_m, nugget))
    _, range_m, nugget = min(found)
    return Field(float(range_m), float(nugget))


def _ranges(places: np.ndarray) -> np.ndarray:
    """Ranges from half the distance to the nearest area up to a quarter of the whole width."""
    from scipy.spatial import cKDTree

    nearest = cKDTree(places).query(places, min(2, len(places)))[0][:, -1]
    least = max(float(np.median(nearest)) / 2, 1.0)
    most = max(float(np.ptp(places, axis=0).max()) / 4, 2 * least)
    return np.geomspace(least, most, RANGES)
