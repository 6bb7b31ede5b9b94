"""Tidy tables: the columns that identify a row, and what a cleaner hands back."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pandas as pd

from nplvanalysis import errors, schema
from nplvanalysis.clean import cells

if TYPE_CHECKING:
    import geopandas as gpd

    from nplvanalysis.registers import Source

# Letters occur since 2023 (WK0363AA, BU0363AA01): a code is text and never a number.
CODES = {
    "gemeente": r"GM[0-9]{4}",
    "wijk": r"WK[0-9]{4}[0-9A-Z]{2}",
    "buurt": r"BU[0-9]{4}[0-9A-Z]{4}",
    # an area of a city's own division: GB, the municipality, the city's number
    "gebied": r"GB[0-9]{4}[0-9]{4}",
}


@dataclass(frozen=True)
class Cleaned:
    """What a cleaner makes of one source.

    Parameters
    ----------
    table : DataFrame
        In names of the dictionary, one row per key.
    areas : GeoDataFrame, optional
        code, name, municipality, division and geometry in EPSG:28992; valid land polygons.
    notes : dict of str to int
        What was dropped, merged or repaired, with counts.
    key : list of str, optional
        Columns that identify a row. None: code, division and year.
    """

    table: pd.DataFrame
    areas: gpd.GeoDataFrame | None = None
    notes: dict[str, int] = field(default_factory=dict)
    key: list[str] | None = None


def identified(table: pd.DataFrame, entry: Source) -> pd.DataFrame:
    """Add level, municipality, year and division, and check the codes.

    Parameters
    ----------
    table : DataFrame
        With `code`; a `year` that is there already is kept.
    entry : Source
        Its level, year and division hold for all rows.

    Returns
    -------
    DataFrame
        Columns in the order of the dictionary, text as `str`.

    Raises
    ------
    DataError
        For a code that is not one of this level, or a code that is there twice in a year.
    """
    code = text(table["code"])
    wrong = ~code.str.fullmatch(CODES[entry.level]).fillna(False).to_numpy(dtype=bool)
    cells.refuse(
        wrong, table["code"], table["code"], entry.file, f"codes like {CODES[entry.level]}"
    )
    full = table.assign(
        code=code,
        level=pd.Series(entry.level, index=table.index, dtype="str"),
        municipality="GM" + code.str[2:6],
        year=table.get("year", pd.Series(entry.year, index=table.index)).astype("int64"),
        division=pd.Series(entry.division, index=table.index, dtype="int64"),
    )
    unique(full, entry.file)
    order = [name for name in schema.columns() if name in full]
    return full[order].reset_index(drop=True)


def unique(table: pd.DataFrame, where: str) -> None:
    """Stop when an area is there twice in one year.

    Raises
    ------
    DataError
        It names the areas.
    """
    twice = table[table.duplicated(["code", "year"])]
    if len(twice):
        shown = [f"{row.code} in {row.year}" for row in twice.head(3).itertuples()]
        raise errors.DataError(
            "An area is there twice.",
            where=where,
            expected="one row per code and year",
            got=f"{len(twice):,} rows too many: {', '.join(shown)}",
            todo="Fetch the file again from its publisher; rows may have been pasted twice.",
        )


def own_borders(entry: Source) -> None:
    """Stop when figures that CBS publishes on their own year's borders are listed under others.

    Raises
    ------
    DivisionError
        If year and division differ.
    """
    if entry.year != entry.division:
        raise errors.DivisionError(
            "Figures of one year are listed under the borders of another.",
            where=f"data/sources.yaml, the source with file {entry.file}",
            expected=f"division {entry.year}: CBS publishes these figures on that year's borders",
            got=f"division {entry.division}",
            todo="Correct the division; a crosswalk in `harmonise` puts figures on other borders.",
        )


def text(column: pd.Series) -> pd.Series:
    """Strip a text column; empty cells become missing.

    Returns
    -------
    Series of str
    """
    stripped = column.astype("object").where(column.notna(), None).astype("str").str.strip()
    return stripped.where(stripped != "")
