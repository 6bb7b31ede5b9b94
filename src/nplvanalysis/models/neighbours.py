"""Neighbour graphs: built for the areas of one fit, in their order, with no area left alone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy import sparse
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree

from nplvanalysis.errors import DataError, NoPlacesError, TooFewAreasError
from nplvanalysis.models.adjacency import NEAREST, adjacent
from nplvanalysis.models.design import Design

if TYPE_CHECKING:
    import geopandas as gpd

# Borders this close, in metres, are a common border: those of a publisher may not quite meet.
SNAP = 25.0
# Of the second graph of nearest neighbours: does it matter how many there are?
MORE = 2 * NEAREST


@dataclass(frozen=True)
class Neighbours:
    """Which areas are neighbours, by position.

    Attributes
    ----------
    name : str
        Rule by which it was made.
    codes : ndarray, shape (n,)
        The areas, in the order of rows.
    links : csr_array, shape (n, n)
        1 for neighbours, symmetric, diagonal 0, no empty row.
    islands : tuple of str
        Areas that had no neighbour by the rule and were tied to the nearest area.
    components : int
        Parts that no link connects.
    reach : float
        Length of the longest link in metres, those that tie islands left out.
    """

    name: str
    codes: np.ndarray
    links: sparse.csr_array
    islands: tuple[str, ...]
    components: int
    reach: float

    @property
    def degrees(self) -> np.ndarray:
        """Neighbours of each area, shape (n,)."""
        return np.diff(self.links.indptr)

    @property
    def rows(self) -> sparse.csr_array:
        """The links with every row summing to 1: a lag is the mean of the neighbours."""
        return sparse.csr_array(sparse.diags_array(1 / self.degrees) @ self.links)

    def require(self, codes: np.ndarray) -> None:
        """Assert that rows stand in the order of the data.

        Raises
        ------
        DataError
            If they do not: every number that follows would be about other areas.
        """
        if not np.array_equal(self.codes, codes):
            differ = len({*self.codes.tolist()} ^ {*codes.tolist()})
            raise DataError(
                "A neighbour graph is not about the areas of the fit, or in another order.",
                where=f"graph {self.name}",
                expected=f"the {len(codes):,} areas of the fit, in their order",
                got=f"{len(self.codes):,} areas, {differ:,} of them not the same",
                todo="Build the graph from the design of the fit, after every filter.",
            )


def nearest(codes: np.ndarray, places: np.ndarray, count: int = NEAREST) -> Neighbours:
    """Tie each area to its nearest ones, and to those of which it is one of the nearest.

    Parameters
    ----------
    codes : ndarray, shape (n,)
    places : ndarray, shape (n, 2)
        Metres.
    count : int

    Returns
    -------
    Neighbours

    Raises
    ------
    EstimationError
        If a place is unknown, areas are too few, or more areas share one place than an area has
        nearest ones, so that which are nearest would be arbitrary.
    """
    _refuse_places(codes, places, count)
    near = adjacent(places, count)
    one = np.repeat(np.arange(len(codes)), near.shape[1])
    known = near.ravel() >= 0
    pairs = np.column_stack([one[known], near.ravel()[known]])
    return _graph(f"knn-{count}", codes, places, pairs)


def within(codes: np.ndarray, places: np.ndarray, metres: float | None = None) -> Neighbours:
    """Tie areas whose centroids lie within a distance.

    Parameters
    ----------
    codes : ndarray, shape (n,)
    places : ndarray, shape (n, 2)
        Metres.
    metres : float, optional
        None: the distance within which the median area has `NEAREST` others.

    Returns
    -------
    Neighbours

    Raises
    ------
    EstimationError
        As `nearest`.
    """
    _refuse_places(codes, places, NEAREST)
    tree = cKDTree(places)
    reach = metres or float(np.median(tree.query(places, NEAREST + 1)[0][:, -1]))
    pairs = tree.query_pairs(reach, output_type="ndarray")
    return _graph("band", codes, places, pairs)


def touching(
    codes: np.ndarray, places: np.ndarray, areas: gpd.GeoDataFrame, snap: float = SNAP
) -> Neighbours:
    """Tie areas with a border or a corner in common (queen), small gaps between borders bridged.

    Parameters
    ----------
    codes : ndarray, shape (n,)
    places : ndarray, shape (n, 2)
        Metres; to tie islands.
    areas : GeoDataFrame
        code and polygons in metres; others than those of the fit are left out.
    snap : float
        Metres.

    Returns
    -------
    Neighbours

    Raises
    ------
    EstimationError
        As `nearest`, or if an area has no polygon.
    """
    import shapely

    _refuse_places(codes, places, NEAREST)
    shapes = areas.drop_duplicates("code").set_index("code").geometry.reindex(codes)
    lacking = shapes.isna() | shapes.is_empty
    if lacking.any():
        raise _no_places(codes[lacking.to_numpy()], "a polygon")
    drawn = shapes.to_numpy()
    pairs = shapely.STRtree(drawn).query(drawn, predicate="dwithin", distance=snap).T
    return _graph("queen", codes, places, pairs)


def graphs(
    design: Design, areas: gpd.GeoDataFrame | None = None
) -> dict[str, Callable[[], Neighbours]]:
    """List the graphs with which a fit is tried; which areas are neighbours is a choice.

    Parameters
    ----------
    design : Design
        Of the fit: the areas that are left after every filter.
    areas : GeoDataFrame, optional
        Their borders.

    Returns
    -------
    dict of str to callable
        Name to what makes the graph; the first is the main one.
    """
    codes, places = design.codes, design.places
    made = {
        f"knn-{NEAREST}": lambda: nearest(codes, places),
        f"knn-{MORE}": lambda: nearest(codes, places, MORE),
        "band": lambda: within(codes, places),
    }
    if areas is not None:
        made["queen"] = lambda: touching(codes, places, areas)
    return made


def _graph(name: str, codes: np.ndarray, places: np.ndarray, pairs: np.ndarray) -> Neighbours:
    count = len(codes)
    pairs = pairs[pairs[:, 0] != pairs[:, 1]]
    apart = np.linalg.norm(places[pairs[:, 0]] - places[pairs[:, 1]], axis=1)
    reach = float(apart.max(initial=0))
    alone = np.setdiff1d(np.arange(count), pairs)
    if len(alone):
        # the area itself comes first, or not at all where another one shares its place
        found = cKDTree(places).query(places[alone], 2)[1]
        other = np.where(found[:, 0] == alone, found[:, 1], found[:, 0])
        pairs = np.vstack([pairs, np.column_stack([alone, other])])
    both = np.unique(np.vstack([pairs, pairs[:, ::-1]]), axis=0)
    links = sparse.csr_array((np.ones(len(both)), both.T), shape=(count, count))
    parts = int(connected_components(links, directed=False, return_labels=False))
    return Neighbours(name, codes, links, tuple(map(str, codes[alone])), parts, reach)


def _refuse_places(codes: np.ndarray, places: np.ndarray, count: int) -> None:
    unknown = ~np.isfinite(places).all(axis=1)
    if unknown.any():
        raise _no_places(codes[unknown], "coordinates")
    if len(codes) <= count + 1:
        raise TooFewAreasError(
            "There are too few areas for a neighbour graph that says anything.",
            where="the areas of the fit",
            expected=f"more than {count + 1} areas",
            got=str(len(codes)),
            todo="Report it as not testable in this study.",
        )
    shared = np.unique(places, axis=0, return_counts=True)[1].max()
    if shared > count:
        raise NoPlacesError(
            "Too many areas lie in one place: which are neighbours would be arbitrary.",
            where="x and y of the panel",
            expected=f"at most {count} areas in one place",
            got=f"{shared:,} of {len(codes):,} areas",
            todo="Look at the source of the coordinates.",
        )


def _no_places(codes: np.ndarray, what: str) -> NoPlacesError:
    return NoPlacesError(
        "Areas have no known place, so that their neighbours are unknown.",
        where=", ".join(map(str, codes[:5])),
        expected=f"{what} of every area of the fit",
        got=f"none for {len(codes):,} areas",
        todo="Add a source with borders, or leave the areas out of the fit.",
    )
