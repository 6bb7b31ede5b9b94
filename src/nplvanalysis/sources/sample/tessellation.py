"""Cells around points that share their vertices exactly, and which of them touch."""

from __future__ import annotations

import numpy as np


def cells(points: np.ndarray, around: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Divide the plane among points and keep the cells of the first ones.

    Parameters
    ----------
    points : ndarray, shape (n, 2)
        Metres.
    around : ndarray, shape (k, 2)
        Points on all sides of the others; their cells make the coast, so nothing is clipped.

    Returns
    -------
    ndarray of shapely polygons, shape (n,)
        Coordinates in whole millimetres: equal vertices round to equal numbers.
    ndarray of int, shape (m, 2)
        Pairs of cells with an edge in common, the smaller number first.
    """
    import shapely
    from scipy.spatial import Voronoi

    diagram = Voronoi(np.vstack([points, around]))
    count = len(points)
    rings = [diagram.regions[region] for region in diagram.point_region[:count]]
    sizes = np.array([len(ring) for ring in rings])
    vertices = np.round(diagram.vertices, 3)[np.concatenate(rings)]
    shapes = shapely.polygons(shapely.linearrings(vertices, indices=np.repeat(range(count), sizes)))
    pairs = np.sort(diagram.ridge_points, axis=1)
    return shapes, pairs[pairs[:, 1] < count]


def parts(label: np.ndarray, pairs: np.ndarray) -> np.ndarray:
    """Find the connected parts of areas.

    Parameters
    ----------
    label : ndarray of int, shape (n,)
        The area of each cell.
    pairs : ndarray of int, shape (m, 2)
        Cells that touch.

    Returns
    -------
    ndarray of int, shape (n,)
        A number, the same for cells of one area that touch each other, directly or by others.
    """
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    same = pairs[label[pairs[:, 0]] == label[pairs[:, 1]]]
    graph = coo_array((np.ones(len(same)), (same[:, 0], same[:, 1])), shape=(len(label),) * 2)
    return np.asarray(connected_components(graph, directed=False)[1])


def joined(label: np.ndarray, pairs: np.ndarray) -> np.ndarray:
    """Give cells that lie apart from their area to an area that they touch.

    Parameters
    ----------
    label : ndarray of int, shape (n,)
        The area of each cell; below 0 for a cell that belongs to whatever it touches.
    pairs : ndarray of int, shape (m, 2)

    Returns
    -------
    ndarray of int, shape (n,)
        Every area is in one piece.
    """
    both = np.vstack([pairs, pairs[:, ::-1]])
    label = label.copy()
    while True:
        loose = ~_main(label, parts(label, pairs))
        # from a cell that stays to one that does not; the last of several wins
        ways = both[~loose[both[:, 0]] & loose[both[:, 1]]]
        if not len(ways):
            return label
        label[ways[:, 1]] = label[ways[:, 0]]


def _main(label: np.ndarray, part: np.ndarray) -> np.ndarray:
    """Mark the cells of the largest part of each area, the first of equals."""
    size = np.bincount(part)
    order = np.lexsort((part, -size[part], label))
    first = order[np.unique(label[order], return_index=True)[1]]
    largest = dict(zip(label[first].tolist(), part[first].tolist(), strict=True))
    mine = np.array([largest[area] for area in label.tolist()])
    return np.asarray((label >= 0) & (part == mine))


def nearest(points: np.ndarray, count: int) -> np.ndarray:
    """Find the nearest other points.

    Parameters
    ----------
    points : ndarray, shape (n, 2)
    count : int

    Returns
    -------
    ndarray of int, shape (n, count)
        Nearest first.
    """
    from scipy.spatial import cKDTree

    found = cKDTree(points).query(points, k=count + 1)[1]
    return np.asarray(found[:, 1:])


def apart(points: np.ndarray, metres: float) -> np.ndarray:
    """Mark points that are not too near an earlier one: the cells of others would be slivers.

    Parameters
    ----------
    points : ndarray, shape (n, 2)
    metres : float

    Returns
    -------
    ndarray of bool, shape (n,)
    """
    from scipy.spatial import cKDTree

    near = cKDTree(points).query_pairs(metres, output_type="ndarray")
    kept = np.ones(len(points), dtype=bool)
    kept[near.max(axis=1)] = False
    return kept


def spread_out(candidates: np.ndarray, chosen: np.ndarray, count: int) -> np.ndarray:
    """Choose points far from each other and from those chosen before.

    Parameters
    ----------
    candidates : ndarray, shape (n, 2)
    chosen : ndarray, shape (k, 2)
    count : int

    Returns
    -------
    ndarray of int, at most `count` long
        Positions among the candidates.
    """
    gaps = np.full(len(candidates), np.inf)
    for point in chosen:
        gaps = np.minimum(gaps, np.hypot(*(candidates - point).T))
    found: list[int] = []
    for _ in range(min(count, len(candidates))):
        found.append(int(gaps.argmax()))
        gaps = np.minimum(gaps, np.hypot(*(candidates - candidates[found[-1]]).T))
    return np.array(found, dtype=int)
