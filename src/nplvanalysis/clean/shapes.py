"""Shapes of areas: valid polygons in the Dutch national grid (EPSG:28992)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from nplvanalysis import errors

if TYPE_CHECKING:
    import geopandas as gpd
    from shapely.geometry.base import BaseGeometry

EPSG = 28992
# Metres: west, south, east, north of the grid's use on land, with some room.
EXTENT = (-7_000.0, 289_000.0, 300_000.0, 640_000.0)


def repaired(geometry: np.ndarray) -> tuple[np.ndarray, int]:
    """Make polygons valid.

    Parameters
    ----------
    geometry : array of shapely geometries, length n

    Returns
    -------
    array of (multi)polygons, length n
        Lines and points that a repair leaves behind are dropped.
    int
        How many were invalid.
    """
    import shapely

    wrong = ~shapely.is_valid(geometry)
    geometry = geometry.copy()
    geometry[wrong] = [_polygons(shape) for shape in shapely.make_valid(geometry[wrong])]
    return geometry, int(wrong.sum())


def _polygons(shape: BaseGeometry) -> BaseGeometry:
    import shapely

    parts = shapely.get_parts(shapely.get_parts(shape))
    flat = parts[np.isin(shapely.get_type_id(parts), [3, 6])]
    return shapely.union_all(flat)


def in_grid(geometry: np.ndarray, codes: pd.Series, where: str) -> None:
    """Stop at shapes that are empty or lie outside the grid.

    Parameters
    ----------
    geometry : array of shapely geometries, length n
        Coordinates in metres.
    codes : Series of str, length n
        Named in errors.
    where : str
        The file, named in errors.

    Raises
    ------
    DataError
        It names the areas.
    """
    import shapely

    box = shapely.bounds(geometry)
    west, south, east, north = EXTENT
    inside = (box[:, :2] >= (west, south)).all(axis=1) & (box[:, 2:] <= (east, north)).all(axis=1)
    if not inside.all():
        outside = codes[~inside].head(3).tolist()
        raise errors.DataError(
            "Areas have no shape, or one outside the Netherlands.",
            where=where,
            expected=f"polygons in metres of EPSG:{EPSG}, within {EXTENT}",
            got=f"{(~inside).sum():,} areas such as {', '.join(outside)}; "
            f"first bounds {np.round(box[~inside][0], 1).tolist()}",
            todo="The file may hold degrees or another grid; fetch it again from its publisher.",
        )


def areas(table: pd.DataFrame, geometry: np.ndarray) -> gpd.GeoDataFrame:
    """Put shapes beside the columns that identify them.

    Parameters
    ----------
    table : DataFrame, length n
        With code, name, municipality and division.
    geometry : array of shapely geometries, length n

    Returns
    -------
    GeoDataFrame
        code, name, municipality, division, geometry.
    """
    import geopandas as gpd

    identity = table[["code", "name", "municipality", "division"]]
    return gpd.GeoDataFrame(identity.copy(), geometry=geometry, crs=EPSG)
