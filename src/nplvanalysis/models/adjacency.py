"""Which areas lie beside each other, as rows of neighbours."""

from __future__ import annotations

import numpy as np

# Nearest neighbours that count as adjacent where only centroids are known.
NEAREST = 6


def adjacent(points: np.ndarray, nearest: int = NEAREST) -> np.ndarray:
    """List adjacent areas: the nearest ones, and those of which an area is one of the nearest.

    Parameters
    ----------
    points : ndarray, shape (n, 2)
        Metres.
    nearest : int

    Returns
    -------
    ndarray of int, shape (n, m)
        Padded with -1.
    """
    from scipy.spatial import cKDTree

    count = len(points)
    found = cKDTree(points).query(points, min(nearest + 1, count))[1].reshape(count, -1)
    one = np.repeat(np.arange(count), found.shape[1])
    pairs = np.column_stack([one, found.ravel()])
    return padded(pairs[pairs[:, 0] != pairs[:, 1]], count)


def padded(pairs: np.ndarray, count: int) -> np.ndarray:
    """Turn pairs of adjacent areas, such as those with a border in common, into rows.

    Parameters
    ----------
    pairs : ndarray of int, shape (p, 2)
        In one direction or both.
    count : int
        Areas in all.

    Returns
    -------
    ndarray of int, shape (count, m)
        Padded with -1; areas without neighbours have nothing else.
    """
    both = np.unique(np.vstack([pairs, pairs[:, ::-1]]), axis=0)
    degree = np.bincount(both[:, 0], minlength=count)
    rank = np.arange(len(both)) - np.repeat(np.cumsum(degree) - degree, degree)
    near = np.full((count, max(1, int(degree.max(initial=0)))), -1)
    near[both[:, 0], rank] = both[:, 1]
    return near
