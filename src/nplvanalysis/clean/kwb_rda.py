"""Kerncijfers wijken en buurten as R data: a selection of columns with simplified borders.

The file gives total area only, so the density per km2 of land is not computed from it.
"""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from nplvanalysis import errors, schema
from nplvanalysis.clean import cells, headers, shapes, tidy

if TYPE_CHECKING:
    from nplvanalysis.registers import Source

URBANITY = {
    "extremely urbanised": 1,
    "strongly urbanised": 2,
    "moderately urbanised": 3,
    "hardly urbanised": 4,
    "not urbanised": 5,
}
HECTARES_PER_KM2 = 100.0


def clean(raw: dict[str, Any], entry: Source) -> tidy.Cleaned:
    """Clean the one table of an R data file.

    Parameters
    ----------
    raw : dict
        Names and contents of its objects.
    entry : Source
        Its level, year and division.

    Returns
    -------
    Cleaned
        With areas; invalid shapes are repaired and counted.

    Raises
    ------
    FormatError
        If there is not one table, a column is missing, or the geometry is not multipolygons.
    DataError
        If a code, an urbanity class or a shape cannot be right.
    DivisionError
        If the catalogue lists it under another year's borders.
    """
    tidy.own_borders(entry)
    names = schema.published_names("kwb_rda")
    source = _only_table(raw, entry.file)
    headers.require(source, [*names, "geometry"], entry.file)
    table = tidy.identified(_parsed(source, names, entry.file), entry)
    geometry, count = shapes.repaired(_multipolygons(source["geometry"], entry.file))
    shapes.in_grid(geometry, table["code"], entry.file)
    notes = {"invalid shapes repaired": count}
    return tidy.Cleaned(table, shapes.areas(table, geometry), notes)


def _only_table(raw: dict[str, Any], where: str) -> pd.DataFrame:
    tables = [item for item in raw.values() if isinstance(item, pd.DataFrame)]
    if len(tables) != 1:
        raise errors.FormatError(
            "The R data file does not hold one table.",
            where=where,
            expected="one data frame",
            got=f"objects {', '.join(raw) or 'none'}, of which {len(tables)} data frames",
            todo="See whether it is the right file.",
        )
    return tables[0].reset_index(drop=True)


def _parsed(source: pd.DataFrame, names: dict[str, str], where: str) -> pd.DataFrame:
    dictionary = schema.columns()
    parsed: dict[str, pd.Series] = {}
    for published, name in names.items():
        column = source[published]
        if name == "urbanity":
            parsed[name] = _urbanity(column, source["code"], where)
        elif dictionary[name].type == "text":
            parsed[name] = tidy.text(column)
        else:
            parsed[name] = cells.stored(column, where)
    parsed["total_area"] = parsed["total_area"] * HECTARES_PER_KM2
    return pd.DataFrame(parsed)


def _urbanity(column: pd.Series, codes: pd.Series, where: str) -> pd.Series:
    words = tidy.text(column)
    strange = (words.notna() & ~words.isin(list(URBANITY))).to_numpy(dtype=bool)
    cells.refuse(strange, column, codes, where, f"one of {', '.join(URBANITY)}")
    return words.map(URBANITY).astype("Int64")


def _multipolygons(nested: pd.Series, where: str) -> np.ndarray:
    """Build shapes from lists of polygons, each a list of rings, each an (n, 2) array."""
    import shapely

    try:
        polygons = list(chain.from_iterable(nested))
        rings = list(chain.from_iterable(polygons))
        points = np.concatenate(rings)
        lines = shapely.linearrings(points, indices=_owners(rings))
        parts = shapely.polygons(lines, indices=_owners(polygons))
        shapes_found = shapely.multipolygons(parts, indices=_owners(nested))
    except (TypeError, ValueError, shapely.errors.ShapelyError) as error:
        raise _not_multipolygons(where, str(error)) from error
    if len(shapes_found) != len(nested):
        raise _not_multipolygons(where, f"{len(shapes_found)} shapes for {len(nested)} areas")
    return shapes_found


def _owners(groups: list[Any] | pd.Series) -> np.ndarray:
    return np.repeat(np.arange(len(groups)), [len(group) for group in groups])


def _not_multipolygons(where: str, got: str) -> errors.FormatError:
    return errors.FormatError(
        "The geometry cannot be read.",
        where=f"{where}, column geometry",
        expected="multipolygons: lists of polygons, each a list of rings of coordinates",
        got=got,
        todo="See whether it is the right file; a newer `sf` may store geometry otherwise.",
    )
