"""Kerncijfers wijken en buurten: the workbook that CBS publishes for one year."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from nplvanalysis import errors, schema
from nplvanalysis.clean import cells, headers, tidy

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
AGES = {"share_15_24": "persons_15_24", "share_65_plus": "persons_65_plus"}
# A count above the population by more than this share (in %) is not rounding.
AGE_SHARE_UP_TO = 105.0


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
    rows = _one_code(_of_level(table, entry), entry.file)
    found = headers.known(rows, schema.published_names("kwb"), entry.file)
    figures = tidy.identified(_parsed(rows, found, entry.file), entry)
    figures = _without_base(_with_age_shares(figures, entry.file))
    _tenure_sums(figures, entry.file)
    order = [name for name in schema.columns() if name in figures]
    return tidy.Cleaned(figures[order], notes={"rows of other levels": len(raw) - len(rows)})


def _of_level(table: pd.DataFrame, entry: Source) -> pd.DataFrame:
    blank = table.apply(lambda column: column.str.strip() == "").all(axis=1)
    table = table.loc[~blank]
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


def _with_age_shares(table: pd.DataFrame, where: str) -> pd.DataFrame:
    """Compute shares of age groups in editions that have counts only (from 2017 on)."""
    computed = {}
    for share, count in AGES.items():
        if share in table or count not in table:
            continue
        population = table["population"].where(table["population"] > 0)
        percent = 100 * table[count] / population
        too_many = (percent > AGE_SHARE_UP_TO).to_numpy(dtype=bool)
        says = f"at most the population (and {AGE_SHARE_UP_TO - 100:.0f} % for rounding)"
        cells.refuse(too_many, table[count], table["code"], where, says)
        computed[share] = percent.clip(upper=100)
    return table.assign(**computed)


def _without_base(table: pd.DataFrame) -> pd.DataFrame:
    """Drop zeros that are a share or mean of nothing: some editions write 0 for them."""
    missing = {}
    for name, about in schema.columns().items():
        if name in table and about.kind == "intensive" and about.weight in table:
            nothing = (table[name] == 0) & (table[about.weight] == 0)
            missing[name] = table[name].mask(nothing)
    return table.assign(**missing)


def _tenure_sums(table: pd.DataFrame, where: str) -> None:
    """Check what holds in every edition: the shares of owners add up, rounding apart."""
    rented = table["corporation_rent"] + table["other_rent"]
    _agree(rented, table["rented"], table, where, "corporation_rent + other_rent = rented")
    known = table["owner_occupied"] + table["rented"]
    if "tenure_unknown" in table:
        _agree(known + table["tenure_unknown"], 100, table, where, "tenure shares sum to 100")
    else:
        _agree(known.clip(lower=100), 100, table, where, "owner_occupied + rented up to 100")


def _agree(
    total: pd.Series, target: pd.Series | float, table: pd.DataFrame, where: str, rule: str
) -> None:
    gap = np.abs(total - target)
    worst = table.assign(total=total, gap=gap).nlargest(3, "gap")
    worst = worst[worst["gap"] > schema.SHARES_SUM_WITHIN]
    if len(worst):
        shares = ["owner_occupied", "rented", "corporation_rent", "other_rent", "tenure_unknown"]
        first = worst.filter(["code", *shares]).iloc[0].to_dict()
        raise errors.DataError(
            "Tenure shares do not add up.",
            where=where,
            expected=f"{rule}, within {schema.SHARES_SUM_WITHIN:g} points",
            got=f"{(gap > schema.SHARES_SUM_WITHIN).sum():,} areas: {', '.join(worst['code'])}; "
            f"the first has {first}",
            todo="Compare these areas with the publisher's page. A swapped decimal mark or "
            "columns that were pasted in another order give such sums.",
        )
