"""Spatial noise: made-up columns in which neighbours are as alike as in a real one."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from nplvanalysis.errors import ColumnMissingError

# Areas on which the next one is drawn; more changes nothing that can be seen.
NEIGHBOURS = 30
# Distances are looked through in blocks of so many areas.
BLOCK = 500
JITTER = 1e-9


@dataclass(frozen=True)
class Field:
    """Noise whose covariance over distance d is (1 - nugget) exp(-d/range), and 1 at d = 0.

    `at_end`: the range was found at an end of those that were tried, so one beyond may fit better.
    """

    range_m: float
    nugget: float
    at_end: bool = False


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
