"""Kerncijfers wijken en buurten as the attribute table (dBase) of the Wijk- en Buurtkaart.

Water has rows of its own, with the code of the municipality that it lies in and no figures.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from nplvanalysis import errors, schema
from nplvanalysis.clean import cells, headers, tidy

if TYPE_CHECKING:
    from nplvanalysis.registers import Source

WATER, YEAR = "h2o", "jaar"
LAND = "NEE"
LEFT_OUT = {"JA": "rows of water left out", "B": "rows of abroad left out"}
# CBS writes -99999999 for missing; newer editions have other numbers of this size.
MISSING_FROM = -99990
# Whole percentages that sum to another one, and by how many points rounding may make them differ.
SUMS: dict[tuple[str, ...], str | float] = {
    ("owner_occupied", "rented", "tenure_unknown"): 100.0,
    ("single_family", "flats"): 100.0,
    ("corporation_rent", "other_rent"): "rented",
}
WITHIN = 1.5


def clean(raw: pd.DataFrame, entry: Source) -> tidy.Cleaned:
    """Clean one attribute table.

    Parameters
    ----------
    raw : DataFrame
        The table as read: numbers as numbers, text in UTF-8.
    entry : Source
        Its level, year and division.

    Returns
    -------
    Cleaned
        Rows of land; percentages, 1000 euro, km and hectares as published.

    Raises
    ------
    FormatError
        If a column is missing, or holds text for numbers.
    DataError
        If a code, a kind of row or a share cannot be right, or there is no land.
    DivisionError
        If the table is of another year than the catalogue says.
    """
    tidy.own_borders(entry)
    names = schema.published_names("kwb_dbf")
    source = headers.tidied(raw, entry.file)
    lowered = {code.lower(): name for code, name in names.items()}
    headers.require(source, [*lowered, WATER, YEAR], entry.file)
    _of_year(source[YEAR], entry)
    land, notes = _land(source, entry.file)
    table = tidy.identified(_parsed(land, lowered, entry.file), entry)
    _shares(table, entry.file)
    if entry.level == "gemeente":
        table["municipality_name"] = table["name"]
    order = [name for name in schema.columns() if name in table]
    return tidy.Cleaned(table[order], notes=notes)


def _of_year(years: pd.Series, entry: Source) -> None:
    found = sorted({str(year) for year in years})
    if found != [str(entry.year)]:
        raise errors.DivisionError(
            "The table is of another year than the catalogue says.",
            where=f"{entry.file}, column {YEAR.upper()}",
            expected=str(entry.year),
            got=", ".join(found) or "no rows",
            todo="Correct the year in data/sources.yaml, or fetch the edition of that year.",
        )


def _land(source: pd.DataFrame, where: str) -> tuple[pd.DataFrame, dict[str, int]]:
    kind = tidy.text(source[WATER])
    codes = tidy.text(source["gm_code"])
    strange = ~kind.isin([LAND, *LEFT_OUT]).to_numpy(dtype=bool)
    cells.refuse(strange, source[WATER], codes, where, f"{LAND}, {' or '.join(LEFT_OUT)}")
    notes = {says: int((kind == code).sum()) for code, says in LEFT_OUT.items()}
    land = source[(kind == LAND).to_numpy(dtype=bool)].reset_index(drop=True)
    if land.empty:
        raise errors.DataError(
            "The table has no rows of land.",
            where=f"{where}, column {WATER.upper()}",
            expected=f"rows with {LAND}",
            got=f"{len(source):,} rows without",
            todo="See whether it is the right file.",
        )
    return land, {says: count for says, count in notes.items() if count}


def _parsed(source: pd.DataFrame, names: dict[str, str], where: str) -> pd.DataFrame:
    dictionary = schema.columns()
    parsed: dict[str, pd.Series] = {}
    for published, name in names.items():
        kind = dictionary[name].type
        if kind == "text":
            parsed[name] = tidy.text(source[published])
            continue
        values = cells.stored(source[published], where)
        values = values.where(values > MISSING_FROM, np.nan)
        if kind == "integer":
            cells.refuse_fractions(values, source[published], source["gm_code"], where)
        parsed[name] = values.astype("Int64") if kind == "integer" else values
    return pd.DataFrame(parsed)


def _shares(table: pd.DataFrame, where: str) -> None:
    """Compare shares with their sums: a column that took another's place must not pass."""
    for parts, whole in SUMS.items():
        total = table[list(parts)].sum(axis=1, skipna=False)
        told = table[whole] if isinstance(whole, str) else whole
        wrong = ((total - told).abs() > WITHIN).to_numpy()
        cells.refuse(
            wrong, total.rename(" + ".join(parts)), table["code"], where, f"a sum of {whole}"
        )
