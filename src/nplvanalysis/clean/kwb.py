"""Kerncijfers wijken en buurten: the workbook that CBS publishes for one year."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from nplvanalysis import errors, schema
from nplvanalysis.clean import cells, editions, headers, tidy

if TYPE_CHECKING:
    from nplvanalysis.registers import Source

# Columns that every edition has had since 2013; one that is gone was renamed.
REQUIRED = [
    *("gwb_code_10|gwb_code", "regio", "gm_naam", "recs", "ind_wbi", "ste_mvs"),
    *("a_inw", "a_hh", "a_woning", "g_woz|g_wozbag"),
    *("p_koopw", "p_huurw", "p_wcorpw", "p_ov_hw"),
]
LEVELS = ["land", "gemeente", "wijk", "buurt"]
TEXTS = ["code", "name", "municipality_name"]


def clean(raw: pd.DataFrame, entry: Source) -> tidy.Cleaned:
    """Clean the workbook of one year.

    Parameters
    ----------
    raw : DataFrame
        Text cells with the publisher's headers.
    entry : Source
        Its level says which rows are kept.

    Returns
    -------
    Cleaned
        One row per area of the level. A figure of 0 in an area where what it is a share of is 0
        (no dwellings, no residents) is missing, not 0.

    Raises
    ------
    FormatError
        If a column is missing, renamed or there twice.
    DataError
        If a cell, code, level, sum of tenure shares or share of an age group cannot be right.
    DivisionError
        If the catalogue lists it under another year's borders.
    """
    tidy.own_borders(entry)
    table = headers.tidied(raw, entry.file)
    headers.require(table, REQUIRED, entry.file)
    table = _without_blanks(table)
    rows = _one_code(_of_level(table, entry), entry.file)
    found = headers.known(rows, schema.published_names("kwb"), entry.file)
    figures = tidy.identified(_parsed(rows, found, entry.file), entry)
    country = int((table["recs"].str.strip().str.lower() == "land").sum())
    notes = {
        "row of the country": country,
        "rows of other levels": len(table) - len(rows) - country,
    }
    full = editions.completed(figures, entry.file)
    return tidy.Cleaned(full, notes=notes | editions.shortfall(full))


def _without_blanks(table: pd.DataFrame) -> pd.DataFrame:
    blank = table.apply(lambda column: column.str.strip() == "").all(axis=1)
    return table.loc[~blank]


def _of_level(table: pd.DataFrame, entry: Source) -> pd.DataFrame:
    level = table["recs"].str.strip().str.lower()
    codes = table.filter(["gwb_code_10", "gwb_code"]).iloc[:, 0]
    strange = ~level.isin(LEVELS).to_numpy(dtype=bool)
    cells.refuse(strange, table["recs"], codes, entry.file, f"one of {', '.join(LEVELS)}")
    rows = table[level == entry.level]
    if rows.empty:
        raise errors.DataError(
            f"The workbook has no rows of level {entry.level}.",
            where=f"{entry.file}, column recs",
            expected=f"rows with {entry.level.capitalize()}",
            got=f"{len(table):,} rows: {level.value_counts().to_dict()}",
            todo="See whether it is the right file, complete, and the level in data/sources.yaml.",
        )
    return rows


def _one_code(rows: pd.DataFrame, where: str) -> pd.DataFrame:
    """Compare the columns that carry the code, and keep one."""
    (code, *others) = [name for name in ("gwb_code_10", "gwb_code") if name in rows]
    codes = rows[code].str.strip()
    for other in others:
        differs = (rows[other].str.strip() != codes).to_numpy(dtype=bool)
        cells.refuse(differs, rows[other], codes, where, f"the same code as {code}")
    if "gwb_code_8" in rows:
        # a number to Excel, which dropped its leading zeros
        short = rows["gwb_code_8"].str.strip().str.removesuffix(".0").str.lstrip("0")
        other_area = (short != codes.str[2:].str.lstrip("0")) & ~short.isin(["", "."])
        says = f"the characters of {code} after the first two"
        wrong = other_area.to_numpy(dtype=bool)
        cells.refuse(wrong, rows["gwb_code_8"], codes, where, says)
    return rows.drop(columns=others)


def _parsed(rows: pd.DataFrame, found: dict[str, str], where: str) -> pd.DataFrame:
    dictionary = schema.columns()
    codes = rows[found["code"]].str.strip()
    parsed: dict[str, pd.Series] = {}
    for name, published in found.items():
        column, about = rows[published], dictionary[name]
        if name in TEXTS:
            parsed[name] = tidy.text(column)
        elif about.type == "integer":
            parsed[name] = cells.whole(column, codes, where)
        elif about.type == "number":
            parsed[name] = cells.numbers(column, codes, where)
            if about.kind == "extensive" and about.unit != "hectare":
                cells.refuse_fractions(parsed[name], column, codes, where)
    return pd.DataFrame(parsed)
