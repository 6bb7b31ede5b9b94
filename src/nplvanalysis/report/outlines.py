"""Areas as short SVG paths: simplified together, so that neighbours keep a common border."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely

from nplvanalysis.errors import DataError

if TYPE_CHECKING:
    import geopandas as gpd

# Metres per unit of the drawing.
GRID = 50.0
# Corners that matter less than a triangle of this side, in metres, go.
TOLERANCE = 150.0
RD = 28992


@dataclass(frozen=True)
class Outlines:
    """Paths in the order of the areas, and the drawing's width and height in units of `GRID`."""

    paths: list[str]
    width: int
    height: int


def outlines(areas: gpd.GeoDataFrame, tolerance: float = TOLERANCE) -> Outlines:
    """Draw areas as SVG paths.

    Parameters
    ----------
    areas : GeoDataFrame
        Polygons in EPSG:28992.
    tolerance : float
        Of the simplification, in metres; see `shapely.coverage_simplify` (the algorithm is that
        of Visvalingam and Whyatt, 1993, on a coverage).

    Returns
    -------
    Outlines
        An area smaller than the grid becomes a square of one unit, so that none disappears.

    Raises
    ------
    DataError
        If the areas are in another reference system, or one has no geometry.
    """
    missing = areas.loc[areas.geometry.isna() | areas.geometry.is_empty, "code"].tolist()
    if areas.crs is None or areas.crs.to_epsg() != RD or missing or not len(areas):
        raise DataError(
            "These areas cannot be drawn.",
            where="nplvanalysis.report.outlines",
            expected=f"at least one area, all with geometry, in EPSG:{RD}",
            got=f"{len(areas)} areas in {areas.crs}; without geometry: {missing[:5]}",
            todo="Use data/harmonised/areas.parquet, and leave out areas without geometry.",
        )
    simple = shapely.coverage_simplify(areas.geometry.to_numpy(), tolerance)
    west, south, east, north = areas.total_bounds
    corner = np.array([west, north])
    paths = [_path(area, corner) for area in simple]
    size = np.ceil(np.array([east - west, north - south]) / GRID).astype(int)
    return Outlines(paths, int(size[0]), int(size[1]))


def _path(area: shapely.Geometry, corner: np.ndarray) -> str:
    rings = [ring for ring in (_ring(coordinates, corner) for coordinates in _rings(area)) if ring]
    if rings:
        return "".join(rings)
    x, y = np.round((shapely.get_coordinates(area)[0] - corner) / GRID * (1, -1)).astype(int)
    return f"M{x} {y}h1v1h-1z"


def _rings(area: shapely.Geometry) -> Iterator[np.ndarray]:
    for part in shapely.get_parts(area):
        yield shapely.get_coordinates(shapely.get_exterior_ring(part))
        for place in range(shapely.get_num_interior_rings(part)):
            yield shapely.get_coordinates(shapely.get_interior_ring(part, place))


def _ring(coordinates: np.ndarray, corner: np.ndarray) -> str:
    """Write a closed ring as relative steps on the grid; empty if it has no area there."""
    points = np.round((coordinates[:-1] - corner) / GRID * (1, -1)).astype(int)
    moved = np.any(points != np.roll(points, 1, axis=0), axis=1)
    points = points[moved]
    if len(points) < 3:
        return ""
    steps = np.diff(points, axis=0)
    text = " ".join(f"{x} {y}" for x, y in steps.tolist()).replace(" -", "-")
    return f"M{points[0][0]} {points[0][1]}l{text}z"
