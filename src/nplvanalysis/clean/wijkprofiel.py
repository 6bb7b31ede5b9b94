"""Wijkprofiel Rotterdam: indices, survey and registers by area of the city's own division.

A wave comes as four files: `vi` safety, `fi_obj` and `fi_subj` physical, `si` social. Headers
repeat between the files and within one, so the dictionary names a figure by file and header; of
several codes (kinds of offences per 1000 residents) the sum is taken.
"""

from __future__ import annotations

import csv
import re
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from nplvanalysis import errors, schema
from nplvanalysis.clean import cells, headers, tidy

if TYPE_CHECKING:
    from nplvanalysis.registers import Source

CITY = "GB0599"
FILE = r"gemeente (\d{4}) (vi|fi_obj|fi_subj|si)\.csv"
DISTRICT, NUMBER, NAME = "naam gebied (voormalig deelgemeente)", "wijknr", "buurt"
# Numbers of areas are below those of former districts; the last is the city's.
DISTRICTS_FROM, CITY_NUMBER = 4000, 5000
# Letters that occur in headers and names; others are of a file read in another code page.
CHARACTERS = r"[ -~µëéï]*"
SHARES = cells.Notation(
    missing=("",),
    pattern=r"[0-9]{1,3}(,[0-9]+)?%|0",
    says="a percentage such as 55% or 1,30%, or an empty cell",
    thousands=False,
)
NUMBERS = cells.Notation(
    missing=("",),
    pattern=r"[0-9]+(,[0-9]+)?",
    says="a number with at most a decimal comma and without a percent sign, or an empty cell",
    thousands=False,
)


def clean(text: str, entry: Source) -> tidy.Cleaned:
    """Clean one file of one wave.

    Parameters
    ----------
    text : str
        The file read as latin-1, which keeps every byte.
    entry : Source
        Level gebied; its file name says the wave and the part, which the file itself does not.

    Returns
    -------
    Cleaned
        One row per area, code GB0599 and the city's number in four digits. Former districts and
        the city are left out, after their figures were compared with those of their areas.

    Raises
    ------
    FormatError
        If it is not such a file, or a column is missing, renamed or there twice.
    DataError
        If a cell, number or name is wrong, an area has no district, or the figure of a district
        lies outside those of its areas.
    DivisionError
        If the catalogue has another year than the name of the file.
    """
    part = _part(entry)
    table = _table(_decoded(text, entry.file), entry.file)
    number = _numbers(table, entry.file)
    wanted = {
        _header(code.partition(":")[2]): name
        for code, name in schema.published_names("wijkprofiel").items()
        if code.partition(":")[0] == part
    }
    headers.require(table, wanted, entry.file)
    figures = _figures(table, wanted, entry.file)
    _districts(table, number, figures, entry.file)
    area = (number < DISTRICTS_FROM).to_numpy()
    name, code = tidy.text(table[NAME]), CITY + number.astype(str).str.zfill(4)
    city = name[number == CITY_NUMBER].item()
    identity = pd.DataFrame({"code": code, "name": name}).assign(municipality_name=city)
    made = pd.concat([identity, figures], axis=1)[area].reset_index(drop=True)
    made = made.astype({"municipality_name": "str"})
    notes = {"former districts and the city left out": int((~area).sum())}
    return tidy.Cleaned(tidy.identified(made, entry), notes=notes | _whole(figures))


def _part(entry: Source) -> str:
    found = re.fullmatch(FILE, entry.file.rpartition("/")[-1])
    if not found:
        raise _format(entry.file, f"a file name like {FILE}", entry.file)
    if int(found[1]) != entry.year:
        raise errors.DivisionError(
            "The figures are of another year than the catalogue says.",
            where=f"data/sources.yaml, the source with file {entry.file}",
            expected=f"year {found[1]}, as the file is named",
            got=str(entry.year),
            todo="Correct the year in data/sources.yaml, or name the file of that year.",
        )
    return found[2]


def _decoded(text: str, where: str) -> str:
    content = text.encode("latin-1")
    for encoding in ("utf-8-sig", "cp1252"):
        try:
            decoded = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if all(re.fullmatch(CHARACTERS, line) for line in decoded.splitlines()):
            return decoded
    raise _format(where, "text in utf-8 or cp1252", "other characters")


def _header(title: str) -> str:
    """Write a header without what differs between editions: capitals, spaces, spaces at dashes."""
    return re.sub(r"\s*-\s*", "-", " ".join(title.split())).lower()


def _table(text: str, where: str) -> pd.DataFrame:
    lines = list(csv.reader(text.splitlines(), delimiter=";"))
    titles = [_header(title) for title in lines[0]] if lines else []
    uneven = [i for i, line in enumerate(lines, 1) if len(line) != len(titles)]
    if len(lines) < 2 or uneven:
        got = f"line {uneven[0]} has {len(lines[uneven[0] - 1])}" if uneven else "no lines"
        raise _format(where, f"lines of {len(titles)} cells", got)
    # the second of two equal headers: no figure of the dictionary may rest on one of these
    unique = pd.Index(titles).where(~pd.Index(titles).duplicated(keep=False), "")
    table = pd.DataFrame(lines[1:], columns=unique, dtype="str").drop(columns="", errors="ignore")
    headers.require(table, [DISTRICT, NUMBER, NAME], where)
    return table


def _numbers(table: pd.DataFrame, where: str) -> pd.Series:
    column, names = table[NUMBER], table[NAME]
    wrong = ~column.str.strip().str.fullmatch(r"[0-9]{1,4}").to_numpy(dtype=bool)
    cells.refuse(wrong, column, names, where, "the number of an area, of up to four digits")
    cells.refuse((names.str.strip() == "").to_numpy(), names, column, where, "a name")
    number = column.str.strip().astype(int)
    twice = number.duplicated(keep=False).to_numpy()
    cells.refuse(twice, column, names, where, "each number once")
    return number


def _figures(table: pd.DataFrame, wanted: dict[str, str], where: str) -> pd.DataFrame:
    """Sum the columns of each figure."""
    dictionary, names = schema.columns(), table[NAME]
    parts: dict[str, list[pd.Series]] = {}
    for title, name in wanted.items():
        percent = dictionary[name].unit == "%"
        notation = SHARES if percent else NUMBERS
        wrong = ~table[title].str.strip().str.fullmatch(f"({notation.pattern})?").to_numpy(bool)
        cells.refuse(wrong, table[title], names, where, notation.says)
        plain = table[title].str.strip().str.removesuffix("%").rename(title)
        parts.setdefault(name, []).append(cells.numbers(plain, names, where, NUMBERS))
    return pd.DataFrame({name: sum(columns[1:], columns[0]) for name, columns in parts.items()})


def _districts(table: pd.DataFrame, number: pd.Series, figures: pd.DataFrame, where: str) -> None:
    """Compare each former district with its areas, and the city with all: a mean lies between."""
    total = number >= DISTRICTS_FROM
    groups = table[DISTRICT].str.strip()
    owners = groups[total & (number < CITY_NUMBER)]
    lost = (~groups.isin(set(owners)) & (number < CITY_NUMBER)).to_numpy(dtype=bool)
    cells.refuse(lost, table[DISTRICT], table[NAME], where, "a district that has a line itself")
    if (number == CITY_NUMBER).sum() != 1:
        raise _format(where, f"one line of the city, number {CITY_NUMBER}", "none")
    dictionary = schema.columns()
    # an index of a district is made anew from its figures: no mean of those of its areas
    means = figures[[name for name in figures if dictionary[str(name)].unit != "index"]]
    for place in np.flatnonzero(total):
        group, value = groups.iloc[place], means.iloc[place]
        own = means[~total & (groups.eq(group) | (number.iloc[place] == CITY_NUMBER))]
        # what an area lacks may still count in its district
        outside = own.notna().all() & ((value < own.min()) | (value > own.max()))
        if outside.any():
            raise _outside(f"{where}, {value[outside].index[0]} of {group}", value, own, outside)


def _whole(figures: pd.DataFrame) -> dict[str, int]:
    """Count the rates of the police that this edition gives without decimals."""
    rates = figures.filter(regex="^(police|reports)_")
    count = int((rates.dropna() % 1 == 0).all().sum())
    return {"rates of the police given as whole numbers": count} if count else {}


def _outside(
    where: str, value: pd.Series, own: pd.DataFrame, outside: pd.Series
) -> errors.DataError:
    name = outside.index[outside][0]
    return errors.DataError(
        "The figure of a district is not a mean of those of its areas.",
        where=where,
        expected=f"from {own[name].min():g} to {own[name].max():g}, as its {len(own)} areas have",
        got=f"{value[name]:g}",
        todo="Areas may be lost, or cells edited. Fetch the file again from its publisher.",
    )


def _format(where: str, expected: str, got: str) -> errors.FormatError:
    return errors.FormatError(
        "The file is not one of the Wijkprofiel.",
        where=where,
        expected=expected,
        got=got,
        todo="Fetch it again: vi, fi_obj, fi_subj or si of one wave, as CSV with semicolons.",
    )
