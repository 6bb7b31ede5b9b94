"""The list of areas of a city's own division, and the buurten of CBS that each is made of."""

from __future__ import annotations

import pandas as pd

from nplvanalysis.errors import DataError, DivisionError

LEVEL = "gebied"
# A code may be given to another place, so that the name of the buurt is compared too.
# `part`: whole, or half of a buurt that lies in two areas; `first`, `last`: years for which the
# row holds; `moved`: year in which the border of the buurt moved so far that figures before and
# after it are not those of one place.
MEMBERS = ["code", "name", "division", "buurt", "buurt_name", "part", "first", "last"]
MEMBERS += ["moved", "note"]
WHOLE, HALF = "whole", "half"
AREA, BUURT = r"GB[0-9]{8}", r"BU[0-9]{4}[0-9A-Z]{4}"


def members(raw: pd.DataFrame) -> pd.DataFrame:
    """Type and check the list of areas and their buurten.

    Parameters
    ----------
    raw : DataFrame
        `MEMBERS`, every cell as text.

    Returns
    -------
    DataFrame
        division, first and last as int64, moved as Int64.

    Raises
    ------
    DataError
        If a column is missing, a code is none, a part is neither whole nor half, a buurt is in two
        areas and not a half of each, or an area has two names or divisions.
    """
    missing = [name for name in MEMBERS if name not in raw]
    if missing:
        raise _refused(f"the columns {', '.join(MEMBERS)}", f"no {', '.join(missing)}")
    years = ["division", "first", "last"]
    numeric = raw[years].apply(pd.to_numeric, errors="coerce")
    moved = pd.to_numeric(raw["moved"].where(raw["moved"] != ""), errors="coerce")
    shared = raw.duplicated("buurt", keep=False) & (raw["part"] != HALF)
    one = raw.groupby("code")[["name", "division"]].transform("nunique").max(axis=1) > 1
    wrong = {
        "area codes of GB and eight digits": ~raw["code"].str.fullmatch(AREA),
        "codes of buurten": ~raw["buurt"].str.fullmatch(BUURT),
        f"{WHOLE} or {HALF} as part": ~raw["part"].isin([WHOLE, HALF]),
        "each buurt in one area, or a half of it in each of two": shared,
        "one name and division per area": one,
        "division, and years with first up to last": numeric.isna().any(axis=1)
        | (numeric["first"] > numeric["last"]),
        "a year or nothing as moved": moved.isna() & (raw["moved"] != ""),
    }
    for expected, rows in wrong.items():
        if rows.any():
            shown = raw.loc[rows, ["code", "buurt"]].head(3).agg(" of ".join, axis=1)
            raise _refused(expected, f"{rows.sum()} rows that are not so: {', '.join(shown)}")
    return raw.assign(**numeric.astype("int64"), moved=moved.astype("Int64"))[MEMBERS]


def refuse_members(list_: pd.DataFrame, table: pd.DataFrame, where: str) -> None:
    """Stop when the list of areas does not fit a table.

    Parameters
    ----------
    list_ : DataFrame
        From `members`.
    table : DataFrame
        code, name, level, year: buurten of the city, or areas of its own division.
    where : str
        The source, named in errors.

    Raises
    ------
    DivisionError
        If the table is of a year for which the list does not hold.
    DataError
        If a buurt of the list is not in the table of a year, or areas of the table and of the list
        are not the same by code and name.
    """
    years = sorted(table["year"].unique())
    outside = [year for year in years if not _holds(list_, year).all()]
    if outside:
        raise DivisionError(
            "The list of areas does not hold for the year of the figures.",
            where=where,
            expected=f"years {list_['first'].max()} to {list_['last'].min()}",
            got=", ".join(map(str, outside)),
            todo="See whether codes and borders are still the same, then change first and last.",
        )
    areas, buurten = (
        list_.drop_duplicates(key).set_index(key)[name]
        for key, name in (("code", "name"), ("buurt", "buurt_name"))
    )
    for year, rows in table.groupby("year"):
        own = set(rows["level"]) == {LEVEL}
        _same(rows, areas if own else buurten, own, f"{where}, {year}")


def _holds(list_: pd.DataFrame, year: int) -> pd.Series:
    return (list_["first"] <= year) & (year <= list_["last"])


def _same(rows: pd.DataFrame, known: pd.Series, own: bool, where: str) -> None:
    found = rows.set_index("code")["name"]
    strangers = sorted(set(found.index) - set(known.index)) if own else []
    for alone, expected in (
        (sorted(set(known.index) - set(found.index)), "every area of the list in the table"),
        (strangers, "every area of the table in the list"),
    ):
        if alone:
            raise _refused(expected, f"{len(alone)} that are not, such as {alone[:5]}", where)
    named = found.reindex(known.index)
    other = known[named.map(_letters) != known.map(_letters)]
    if len(other):
        shown = [f"{code} is {named[str(code)]!r}" for code in other.index[:3]]
        got = f"{', '.join(shown)}; the list has {', '.join(map(repr, other.head(3)))}"
        raise _refused("the names of the list", got, where)


def _letters(name: str) -> str:
    """Write a name without what editions differ in: capitals, spaces, dashes and points."""
    return "".join(sign for sign in name.lower() if sign.isalnum())


def whole(list_: pd.DataFrame) -> pd.DataFrame:
    """Keep areas all of whose buurten are whole: one made of a half has no figures of CBS.

    Parameters
    ----------
    list_ : DataFrame
        From `members`.
    """
    halved = set(list_.loc[list_["part"] != WHOLE, "code"])
    return list_[~list_["code"].isin(halved)]


def _refused(expected: str, got: str, where: str = "the list of areas") -> DataError:
    return DataError(
        "Areas of a city and buurten are not tied together as they should be.",
        where=where,
        expected=expected,
        got=got,
        todo="Correct data/rotterdam_areas.csv, after looking the area up by name at both "
        "publishers.",
    )
