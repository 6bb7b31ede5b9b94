"""Wijk- en buurtkaart: the borders of one year, as a layer of a GeoPackage or a regional map."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from nplvanalysis import errors
from nplvanalysis.clean import cells, headers, regional_map, shapes, tidy

if TYPE_CHECKING:
    import geopandas as gpd

    from nplvanalysis.registers import Source

LAYERS = {"buurt": "buurten", "wijk": "wijken", "gemeente": "gemeenten"}
# JA is water, B is abroad (municipality GM0998): neither has residents.
LAND = "NEE"
NOT_LAND = ["JA", "B"]


def clean(raw: gpd.GeoDataFrame | str, entry: Source) -> tidy.Cleaned:
    """Clean the layer of the entry's level.

    Parameters
    ----------
    raw : GeoDataFrame or str
        With the publisher's columns; or the GeoJSON of a region, which `regional_map` cleans.
    entry : Source
        Its level decides the code column.

    Returns
    -------
    Cleaned
        Land only, one valid shape per code; the table has no figures.

    Raises
    ------
    FormatError
        If a column is missing or the coordinates are not in EPSG:28992.
    DivisionError
        If the layer is of another year than the entry says.
    DataError
        If a code or a shape is wrong, or the parts of one code have different names.
    """
    if isinstance(raw, str):
        return regional_map.clean(raw, entry)
    layer = headers.tidied(raw, entry.file)
    level = entry.level
    headers.require(layer, [f"{level}code", f"{level}naam", "water", "geometry"], entry.file)
    _in_national_grid(raw, entry.file)
    _of_division(layer, entry)
    land = _land(layer, entry)
    merged = _merged(land, f"{level}code", entry.file)
    names = {"code": f"{level}code", "name": f"{level}naam", "municipality_name": "gemeentenaam"}
    texts = {name: tidy.text(merged[code]) for name, code in names.items() if code in merged}
    table = tidy.identified(pd.DataFrame(texts), entry)
    geometry, count = shapes.repaired(merged["geometry"].to_numpy())
    shapes.in_grid(geometry, table["code"], entry.file)
    notes = {
        "parts of water or abroad dropped": len(layer) - len(land),
        "parts merged": len(land) - len(merged),
        "invalid shapes repaired": count,
    }
    return tidy.Cleaned(table, shapes.areas(table, geometry), notes)


def _in_national_grid(layer: gpd.GeoDataFrame, where: str) -> None:
    if layer.crs is None or layer.crs.to_epsg() != shapes.EPSG:
        raise errors.FormatError(
            "The borders are in other coordinates.",
            where=where,
            expected=f"EPSG:{shapes.EPSG} (Amersfoort / RD New), as CBS publishes them",
            got="none" if layer.crs is None else layer.crs.to_string(),
            todo="Fetch the file from CBS; do not convert it.",
        )


def _of_division(layer: pd.DataFrame, entry: Source) -> None:
    if "jrstatcode" not in layer:
        return
    stamps = tidy.text(layer["jrstatcode"]).dropna()
    strange = stamps[~stamps.str.startswith(str(entry.division))]
    if len(strange):
        raise errors.DivisionError(
            "The borders are of another year than the catalogue says.",
            where=f"{entry.file}, column jrstatcode",
            expected=f"codes that start with {entry.division}",
            got=f"{len(strange):,} others, such as {strange.iloc[0]}",
            todo="Correct year and division in data/sources.yaml, or fetch the map of the year.",
        )


def _land(layer: pd.DataFrame, entry: Source) -> pd.DataFrame:
    water = layer["water"].str.strip().str.upper()
    strange = ~water.isin([LAND, *NOT_LAND]).to_numpy(dtype=bool)
    codes = layer[f"{entry.level}code"]
    cells.refuse(strange, layer["water"], codes, entry.file, f"{LAND}, {' or '.join(NOT_LAND)}")
    land = layer[(water == LAND).to_numpy()]
    if land.empty:
        raise errors.DataError(
            f"The map has no {LAYERS[entry.level]} on land.",
            where=f"{entry.file}, column water",
            expected=f"rows with {LAND}",
            got=f"{len(layer):,} rows: {water.value_counts().to_dict()}",
            todo="Fetch the map again from CBS; it may be cut off or edited.",
        )
    return land


def _merged(land: pd.DataFrame, code: str, where: str) -> pd.DataFrame:
    """Dissolve the parts of areas that come in several."""
    import shapely

    repeated = land.duplicated(code, keep=False)
    if not repeated.any():
        return land.reset_index(drop=True)
    name = code.replace("code", "naam")
    parts = land[repeated].groupby(code, sort=False)
    names = parts[name].transform("nunique").to_numpy() > 1
    cells.refuse(
        names, land.loc[repeated, name], land.loc[repeated, code], where, "one name per code"
    )
    union = parts["geometry"].agg(
        lambda shape: shapely.union_all(shapely.make_valid(np.array(shape)))
    )
    first = land.drop_duplicates(code).set_index(code)
    first.loc[union.index, "geometry"] = union
    return first.reset_index()
