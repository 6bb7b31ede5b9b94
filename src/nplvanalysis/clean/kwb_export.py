"""Kerncijfers wijken en buurten: an export of the StatLine portal, opened and saved again.

Above the figures stand a title with the year, a line of headers and a line of units. Headers begin
with marks of nesting; the headings that they are nested under are not in the file, so a column is
known by its own header together with its unit: `Koopwoningen [%]`.
"""

from __future__ import annotations

import csv
import re
from typing import TYPE_CHECKING

import pandas as pd

from nplvanalysis import errors, schema
from nplvanalysis.clean import cells, editions, headers, tidy
from nplvanalysis.clean.city_sums import agree

if TYPE_CHECKING:
    from nplvanalysis.registers import Source

TITLE = r"Kerncijfers wijken en buurten (\d{4})"
HEADERS_AT, UNITS_AT, FIGURES_AT = 3, 4, 5
YEAR = "Jaar"
LEVELS = ("Gemeente", "Wijk", "Buurt")
NOTATION = cells.Notation(
    missing=("", "."),
    pattern=r"[+-]?[0-9]+(,[0-9]+)?",
    says="a number with at most a decimal comma and no thousands mark, or '.' for missing",
    thousands=True,
)
# Editions in which a figure begins or ends; the others are in all of 2014-2018.
FIRST = {
    **dict.fromkeys(["single_households", "households_without_children"], 2015),
    **dict.fromkeys(["households_with_children", "non_western"], 2015),
    **dict.fromkeys(["persons_15_24", "persons_65_plus"], 2015),
    **dict.fromkeys(["burglary_rate", "vandalism_rate", "violence_rate"], 2016),
}
LAST = dict.fromkeys(["share_15_24", "share_65_plus"], 2014)
# In the edition of 2017 areas without a figure have -1 schools, at 0 km.
NO_FIGURE = {"schools_within_3km": -1.0, "school_distance": 0.0}


def clean(text: str, entry: Source) -> tidy.Cleaned:
    """Clean the export of one year.

    Parameters
    ----------
    text : str
        The file read as latin-1, which keeps every byte.
    entry : Source
        Its level says which rows are kept.

    Returns
    -------
    Cleaned
        One row per area of the level. A figure of 0 in an area where what it is a share of is 0
        (no dwellings, no residents) is missing, not 0. Columns without any figure are left out.

    Raises
    ------
    FormatError
        If it is not such an export, or a column is missing, renamed or there twice.
    DataError
        If a cell or code is wrong, shares do not add up, or buurten do not sum to their wijk and
        wijken to their gemeente.
    DivisionError
        If the title, the column of years and the catalogue differ.
    """
    tidy.own_borders(entry)
    lines = list(csv.reader(_decoded(text, entry.file).splitlines(), delimiter=";"))
    _of_year(lines[0][0] if lines and lines[0] else "", entry)
    table = headers.tidied(_table(lines, entry.file), entry.file)
    names = _names(entry.year)
    headers.require(table, names, entry.file)
    _years(table, entry)
    every = _parsed(table, headers.known(table, names, entry.file), entry.file)
    agree(every, entry.file)
    rows = every[every["level"] == entry.level.capitalize()].reset_index(drop=True)
    figures, empty = _filled(tidy.identified(rows, entry))
    known, marks = _without_marks(figures)
    full = editions.completed(known, entry.file)
    _types(full, entry.file)
    zeros = int(known.notna().sum().sum() - full[[*known]].notna().sum().sum())
    notes = {
        "rows of other levels": len(every) - len(rows),
        "marks of no figure (-1 schools, 0 km) made missing": marks,
        "zeros that are a share of nothing made missing": zeros,
    }
    told = {what: count for what, count in notes.items() if count}
    return tidy.Cleaned(full, notes=told | empty | editions.shortfall(full))


def _decoded(text: str, where: str) -> str:
    try:
        return text.encode("latin-1").decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise _format(where, "text in UTF-8", str(error)) from error


def _of_year(title: str, entry: Source) -> None:
    found = re.fullmatch(TITLE, title.strip())
    if not found:
        raise _format(entry.file, f"{TITLE} in the first line", repr(title[:60]))
    if int(found[1]) != entry.year:
        raise _other_year(f"{entry.file}, line 1", entry.year, title.strip())


def _table(lines: list[list[str]], where: str) -> pd.DataFrame:
    """Name columns by header and unit: "Koopwoningen [%]"."""
    if len(lines) <= FIGURES_AT:
        raise _format(where, "five lines of headers, and figures", f"{len(lines)} lines")
    titles, units = lines[HEADERS_AT], lines[UNITS_AT]
    uneven = [i for i, line in enumerate(lines, 1) if len(line) != len(titles)]
    if uneven:
        got = f"{len(uneven)} lines with another number of cells, such as line {uneven[0]}"
        raise _format(where, f"lines of {len(titles)} cells", got)
    named = [
        f"{title.lstrip('|').strip()} [{unit.strip()}]".strip()
        for title, unit in zip(titles, units, strict=True)
    ]
    # a renamed header may not hide behind the number that pandas gives to the second of two
    return pd.DataFrame(lines[FIGURES_AT:], columns=named, dtype="str")


def _names(year: int) -> dict[str, str]:
    """Map the columns of an edition to names of the dictionary."""
    return {
        code.lower(): name
        for code, name in schema.published_names("kwb_export").items()
        if FIRST.get(name, year) <= year <= LAST.get(name, year)
    }


def _years(table: pd.DataFrame, entry: Source) -> None:
    column = f"{YEAR.lower()} []"
    headers.require(table, [column], entry.file)
    others = sorted(set(table[column].str.strip()) - {str(entry.year)})
    if others:
        raise _other_year(f"{entry.file}, column {YEAR}", entry.year, ", ".join(others[:5]))


def _parsed(table: pd.DataFrame, found: dict[str, str], where: str) -> pd.DataFrame:
    dictionary = schema.columns()
    codes = table[found["code"]].str.strip()
    parsed: dict[str, pd.Series] = {}
    for name, published in found.items():
        column, about = table[published], dictionary[name]
        if about.type == "text":
            parsed[name] = tidy.text(column)
        else:
            parsed[name] = cells.numbers(column, codes, where, NOTATION)
            if about.kind == "extensive" or about.type == "integer":
                cells.refuse_fractions(parsed[name], column, codes, where)
        if about.type == "integer":
            parsed[name] = parsed[name].astype("Int64")
    level = table[found["level"]]
    strange = ~parsed["level"].isin(LEVELS).to_numpy(dtype=bool)
    cells.refuse(strange, level, codes, where, f"one of {', '.join(LEVELS)}")
    return pd.DataFrame(parsed)


def _without_marks(table: pd.DataFrame) -> tuple[pd.DataFrame, int]:
    marked = {name: table[name] == mark for name, mark in NO_FIGURE.items() if name in table}
    made = {name: table[name].mask(where) for name, where in marked.items()}
    return table.assign(**made), int(sum(where.sum() for where in marked.values()))


def _types(table: pd.DataFrame, where: str) -> None:
    """Check that homes are either single-family or flats, rounding apart."""
    over = (table["single_family"] + table["flats"] - 100).abs() > schema.SHARES_SUM_WITHIN
    says = "what single-family homes leave of 100"
    cells.refuse(over.to_numpy(dtype=bool), table["flats"], table["code"], where, says)


def _filled(table: pd.DataFrame) -> tuple[pd.DataFrame, dict[str, int]]:
    """Leave out columns that the publisher had not filled when the file was saved."""
    empty = [str(name) for name in table if table[name].isna().all()]
    note = {f"columns without any figure ({', '.join(empty)})": len(empty)} if empty else {}
    return table.drop(columns=empty), note


def _other_year(where: str, expected: int, got: str) -> errors.DivisionError:
    return errors.DivisionError(
        "The figures are of another year than the catalogue says.",
        where=where,
        expected=str(expected),
        got=got,
        todo="Correct the year in data/sources.yaml, or fetch the edition of that year.",
    )


def _format(where: str, expected: str, got: str) -> errors.FormatError:
    return errors.FormatError(
        "The file is not an export of the StatLine portal.",
        where=where,
        expected=expected,
        got=got,
        todo="Fetch it again: the Kerncijfers of one year, as CSV with headers and units.",
    )
