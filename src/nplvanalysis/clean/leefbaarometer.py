"""Leefbaarometer 3.0: scores of wijken, buurten or gemeenten over all waves in one CSV."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from nplvanalysis import errors, schema
from nplvanalysis.clean import cells, headers, tidy

if TYPE_CHECKING:
    from nplvanalysis.registers import Source

PREFIXES = {"buurt": "bu", "wijk": "wk", "gemeente": "gm"}
DIMENSIONS = ["fys", "onv", "soc", "vrz", "won"]
SCORES = ["lbm", "afw", *DIMENSIONS]
# Scores come in full floating-point precision: more than this is another number.
TOLERANCE = 1e-9


def member(level: str) -> str:
    """Give the pattern of the CSV of a level in a release: folder and names change every time.

    Parameters
    ----------
    level : str
        buurt, wijk or gemeente.

    Returns
    -------
    str
        A regular expression. `scores`, then the level, singular or plural; the files of
        developments between two waves do not match.
    """
    plural = {"buurt": "buurt(en)?", "wijk": "wijk(en)?", "gemeente": "gemeenten?"}[level]
    return rf"(?i)(?!.*ontwikkeling).*scores\W+{plural}\b.*\.csv"


def clean(raw: pd.DataFrame | dict[str, bytes], entry: Source) -> tidy.Cleaned:
    """Clean the scores of one release.

    Parameters
    ----------
    raw : DataFrame or dict of str to bytes
        Text cells with the publisher's headers; or the members of a zip that match `member`.
    entry : Source
        Its level decides the names of the code and name columns; its division holds for all
        waves, since a release puts them on one.

    Returns
    -------
    Cleaned
        One row per area and wave. Waves without dimension scores keep them missing.

    Raises
    ------
    FormatError
        If the columns are not those of the publisher.
    DataError
        If a cell or code is wrong, or what holds in every release does not: the deviation is the
        sum of the five dimensions, an area has all of them or none, the total score less the
        deviation is one constant.
    """
    if isinstance(raw, dict):
        raw = _only_table(raw, entry)
    table = headers.tidied(raw, entry.file)
    names = _names(table, entry)
    parsed = _parsed(table, names, entry)
    _vintage(parsed, entry)
    _complete(parsed, entry.file)
    _sums(parsed, entry.file)
    _constant(parsed, entry.file)
    return tidy.Cleaned(tidy.identified(parsed, entry))


def _only_table(members: dict[str, bytes], entry: Source) -> pd.DataFrame:
    text: dict[str, Any] = {"dtype": str, "keep_default_na": False, "encoding": "utf-8-sig"}
    try:
        (content,) = members.values()
        return pd.read_csv(io.BytesIO(content), **text)
    except ValueError as error:
        raise errors.FormatError(
            "The zip does not hold one table of scores.",
            where=f"{entry.file}, {', '.join(members)}",
            expected=f"one CSV of scores by {entry.level}",
            got=f"{len(members)} members; {type(error).__name__}: {error}",
            todo="See whether it is the right file; fetch it again from leefbaarometer.nl.",
        ) from error


def _names(table: pd.DataFrame, entry: Source) -> dict[str, str]:
    prefix = PREFIXES[entry.level]
    wanted = [f"{prefix}_code", f"{prefix}_naam", "jaar", *SCORES]
    headers.require(table, wanted, entry.file)
    more = [str(name) for name in table if name not in [*wanted, "versie"]]
    if more:
        raise errors.FormatError(
            "The file has columns that a Leefbaarometer release does not have.",
            where=entry.file,
            expected=", ".join(wanted),
            got=f"also {', '.join(more)}",
            todo="See whether it is the right file. A new release may have new columns: "
            "read its documentation before changing nplvanalysis.clean.leefbaarometer.",
        )
    known = schema.published_names("leefbaarometer")
    return {known[code]: code for code in wanted}


def _parsed(table: pd.DataFrame, names: dict[str, str], entry: Source) -> pd.DataFrame:
    codes = table[names["code"]].str.strip()
    years = cells.whole(table["jaar"], codes, entry.file)
    cells.refuse(years.isna().to_numpy(), table["jaar"], codes, entry.file, "a year")
    notation = cells.LEEFBAAROMETER
    scores = {name: cells.numbers(table[name], codes, entry.file, notation) for name in SCORES}
    name = tidy.text(table[names["name"]])
    return pd.DataFrame({"code": codes, "name": name, "year": years.astype("int64"), **scores})


def _vintage(table: pd.DataFrame, entry: Source) -> None:
    late = table[table["year"] > entry.year]
    if len(late):
        raise errors.DivisionError(
            "The file has waves after its release.",
            where=entry.file,
            expected=f"waves up to {entry.year}, on the borders of {entry.division}",
            got=f"{len(late):,} rows, such as {late['code'].iloc[0]} in {late['year'].iloc[0]}",
            todo="It may be a later release, on other borders. "
            "Give it an entry of its own in data/sources.yaml.",
        )


def _complete(table: pd.DataFrame, where: str) -> None:
    present = table[DIMENSIONS].notna().sum(axis=1)
    some = ~present.isin([0, len(DIMENSIONS)]) | (table["lbm"].isna() | table["afw"].isna())
    if some.any():
        first = table[some].iloc[0]
        missing = [name for name in SCORES if pd.isna(first[name])]
        raise _broken(
            where,
            "lbm and afw in every row, and all five dimensions or none",
            f"{some.sum():,} rows; {first['code']} in {first['year']} lacks {', '.join(missing)}",
        )


def _sums(table: pd.DataFrame, where: str) -> None:
    gap = table[DIMENSIONS].sum(axis=1, skipna=False) - table["afw"]
    rule = f"afw = {' + '.join(DIMENSIONS)}, within {TOLERANCE:g}"
    _within(gap, table, where, rule)


def _constant(table: pd.DataFrame, where: str) -> None:
    level = table["lbm"] - table["afw"]
    rule = f"lbm - afw the same in every row ({level.median():.9f}), within {TOLERANCE:g}"
    _within(level - level.median(), table, where, rule)


def _within(gap: pd.Series, table: pd.DataFrame, where: str, rule: str) -> None:
    wrong = np.abs(gap) > TOLERANCE
    if wrong.any():
        place = np.abs(gap).idxmax()
        row = table.loc[place]
        got = f"{wrong.sum():,} rows; {row['code']} in {row['year']} differs by {gap[place]:.6g}"
        raise _broken(where, rule, got)


def _broken(where: str, expected: str, got: str) -> errors.DataError:
    return errors.DataError(
        "Leefbaarometer scores break a rule that holds in every release.",
        where=where,
        expected=expected,
        got=got,
        todo="The file may be truncated, edited or of another version. Fetch it again from "
        "https://www.leefbaarometer.nl.",
    )
