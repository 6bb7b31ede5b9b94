"""Wijk- en buurtkaart of one region as GeoJSON in degrees: simplified, and cut out of the country.

Cutting leaves slivers of buurten of other regions, down to points and lines. The file gives the
land of each buurt in hectares, so a piece that holds too little of it is known to be a sliver.
Stretches of water within a buurt are part of its shape.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from nplvanalysis import errors
from nplvanalysis.clean import cells, shapes, tidy

if TYPE_CHECKING:
    import geopandas as gpd

    from nplvanalysis.registers import Source

NAMES = {"code": "BU_CODE", "name": "BU_NAAM", "municipality_name": "GM_NAAM"}
LAND, MUNICIPALITY = "OPP_LAND", "GM_CODE"
DEGREES = ("urn:ogc:def:crs:OGC:1.3:CRS84", "urn:ogc:def:crs:EPSG::4326", "EPSG:4326")
# Buurten that are whole have 80 % or more of their land after simplification, slivers up to 6 %.
WHOLE_FROM = 0.5
SQUARE_METRES = 10_000


def clean(text: str, entry: Source) -> tidy.Cleaned:
    """Clean the map of one region.

    Parameters
    ----------
    text : str
        GeoJSON.
    entry : Source
        Level buurt; the file itself does not say its year.

    Returns
    -------
    Cleaned
        Buurten that are whole in the file, one valid shape per code; the table has no figures.

    Raises
    ------
    FormatError
        If it is not such a map, a property is missing, or the coordinates are not degrees.
    DataError
        If a code, a municipality or a shape is wrong, or no buurt is whole.
    """
    layer = _layer(_features(text, entry), entry.file)
    geometry, repaired = shapes.repaired(_projected(layer.geometry))
    whole = layer.assign(shape=geometry, area=_area(geometry)).sort_values(
        ["code", "area"], ascending=[True, False], kind="stable"
    )
    first = whole.drop_duplicates("code")
    kept = first[first["area"] >= WHOLE_FROM * first[LAND] * SQUARE_METRES]
    if kept.empty:
        raise _format(entry.file, "buurten with most of their land", f"{len(first)} slivers")
    table = tidy.identified(pd.DataFrame(kept[[*NAMES]]).reset_index(drop=True), entry)
    _of_municipality(kept, table, entry.file)
    shape = kept["shape"].to_numpy()
    shapes.in_grid(shape, table["code"], entry.file)
    notes = {
        "smaller pieces of a buurt dropped": len(layer) - len(first),
        "slivers of buurten of other regions dropped": len(first) - len(kept),
        "invalid shapes repaired": repaired,
    }
    return tidy.Cleaned(table, shapes.areas(table, shape), notes)


def _features(text: str, entry: Source) -> dict[str, Any]:
    try:
        found = json.loads(text)
        wrong = found.get("type") != "FeatureCollection" or not found.get("features")
    except (ValueError, AttributeError) as error:
        raise _format(entry.file, "GeoJSON", f"{len(text):,} characters; {error}") from error
    if wrong or entry.level != "buurt":
        raise _format(entry.file, "a FeatureCollection of buurten", f"level {entry.level}")
    crs = (found.get("crs") or {}).get("properties", {}).get("name", DEGREES[0])
    if crs not in DEGREES:
        raise _format(entry.file, f"degrees: one of {', '.join(DEGREES)}", str(crs))
    return found


def _layer(features: dict[str, Any], where: str) -> gpd.GeoDataFrame:
    import geopandas as gpd

    try:
        layer = gpd.GeoDataFrame.from_features(features, crs=4326)
    except (KeyError, TypeError, ValueError, IndexError) as error:
        raise _format(where, "features with properties and a geometry", str(error)) from error
    missing = [name for name in [*NAMES.values(), MUNICIPALITY, LAND] if name not in layer]
    if missing:
        raise _format(where, f"the property {', '.join(missing)}", f"{', '.join(layer.columns)}")
    west, south, east, north = layer.total_bounds
    if not (-180 <= west <= east <= 180 and -90 <= south <= north <= 90):
        got = f"longitudes {west:g} to {east:g}, latitudes {south:g} to {north:g}"
        raise _format(where, "degrees", got)
    texts = {name: tidy.text(layer[published]) for name, published in NAMES.items()}
    land = pd.to_numeric(layer[LAND], errors="coerce")
    wrong = ~(land >= 0).to_numpy()
    cells.refuse(wrong, layer[LAND], texts["code"], where, "hectares of land, 0 or more")
    return layer.assign(**texts, **{LAND: land})


def _projected(geometry: gpd.GeoSeries) -> np.ndarray:
    """Put shapes in the national grid; points and lines become empty."""
    import shapely

    flat = geometry.to_crs(shapes.EPSG).to_numpy()
    areal = np.isin(shapely.get_type_id(flat), [3, 6])
    return np.where(areal, flat, shapely.Polygon())


def _area(geometry: np.ndarray) -> np.ndarray:
    import shapely

    return shapely.area(geometry)


def _of_municipality(kept: pd.DataFrame, table: pd.DataFrame, where: str) -> None:
    column = kept[MUNICIPALITY].reset_index(drop=True)
    wrong = (column != table["municipality"]).to_numpy(dtype=bool)
    cells.refuse(wrong, column, table["code"], where, "the municipality that the code carries")


def _format(where: str, expected: str, got: str) -> errors.FormatError:
    return errors.FormatError(
        "The file is not a regional map of buurten.",
        where=where,
        expected=expected,
        got=got,
        todo="See whether it is the right file, complete: GeoJSON in degrees with BU_CODE.",
    )
