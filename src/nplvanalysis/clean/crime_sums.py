"""Sums that hold in a table of offences: details within the total, parts within their whole."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from nplvanalysis import errors

if TYPE_CHECKING:
    from nplvanalysis.clean.statline import Table

# Offences of which the municipality is known and the area in it is not, are few: a whole exceeds
# its parts by at most a tenth, or by so many offences that it says nothing.
LOST, FEW = 0.1, 50
PARTS = {"BU": [("WK", 8), ("GM", 6)], "GM": [("NL", 2)]}


def filled(cube: np.ndarray, used: np.ndarray, places: dict[str, list[int]], table: Table) -> None:
    """Stop when a group of offences has no figure at all in a year: null would pass for zero.

    Parameters
    ----------
    cube : array of float64, kinds by periods by areas
        NaN where the publisher has null, and in periods without rows.
    used : array of bool, periods
        Which periods have rows.
    places : dict of str to list of int
        Kinds of each group.
    table : Table

    Raises
    ------
    DataError
    """
    periods = table.periods.keys if table.periods else []
    for name, place in places.items():
        nothing = used & (np.nansum(cube[place], axis=(0, 2)) == 0)
        if nothing.any():
            years = [periods[i] for i in np.flatnonzero(nothing)]
            raise _broken(table, f"offences of {name} somewhere in every year", ", ".join(years))


def within_total(details: np.ndarray, total: np.ndarray, table: Table) -> None:
    """Stop when details exceed the total of an area and year.

    Parameters
    ----------
    details, total : array of float64, periods by areas
    table : Table

    Raises
    ------
    DataError
    """
    wrong = np.argwhere(details > total)
    if len(wrong):
        period, area = wrong[0]
        got = f"{len(wrong):,} times, such as {details[period, area]:,.0f} details"
        place = _place(period, area, table)
        expected = "at least as many offences in all as the kinds have together"
        raise _broken(table, expected, f"{got} of {total[period, area]:,.0f} in {place}")


def parts_fit(values: np.ndarray, name: str, table: Table) -> None:
    """Compare buurten with their wijk and gemeente, and gemeenten with the country.

    Parameters
    ----------
    values : array of float64, periods by areas
        Counts of one group.
    name : str
        The group, named in errors.
    table : Table

    Raises
    ------
    DataError
        If parts exceed their whole, or fall short by more than offences at an unknown place do.
    """
    keys = table.areas.keys
    index = {"NL" if key.startswith("NL") else key: i for i, key in enumerate(keys)}
    for level, wholes in PARTS.items():
        parts = [i for i, key in enumerate(keys) if key.startswith(level)]
        for prefix, length in wholes:
            if not parts or not any(key.startswith(prefix) for key in keys):
                continue
            owners = [index.get(prefix + keys[i][2:length], -1) for i in parts]
            _fit(values, np.array(parts), np.array(owners), name, table)


def _fit(
    values: np.ndarray, parts: np.ndarray, owners: np.ndarray, name: str, table: Table
) -> None:
    if (owners < 0).any():
        orphan = table.areas.keys[parts[owners < 0][0]]
        raise _broken(table, "a row of the whole that every area is a part of", f"none of {orphan}")
    sums = np.zeros_like(values)
    for period in range(len(values)):
        sums[period] = np.bincount(owners, values[period, parts], values.shape[1])
    whole = np.zeros(values.shape[1], dtype=bool)
    whole[owners] = True
    short = (sums < (1 - LOST) * values) & (values - sums > FEW)
    wrong = np.argwhere(whole & ((sums > values) | short))
    if len(wrong):
        period, area = wrong[0]
        got = f"{len(wrong):,} times, such as parts of {sums[period, area]:,.0f} in a whole of "
        got += f"{values[period, area]:,.0f} in {_place(period, area, table)}"
        expected = f"{name}: parts that sum to their whole, less a few at an unknown place"
        raise _broken(table, expected, got)


def _place(period: int, area: int, table: Table) -> str:
    year = table.periods.keys[period] if table.periods else ""
    return f"{table.areas.keys[area]} {year}".strip()


def _broken(table: Table, expected: str, got: str) -> errors.DataError:
    column = next(topic.key for topic in table.topics if topic.datatype != "String")
    return errors.DataError(
        "Counts of offences break a rule that holds in every release.",
        where=f"{table.entry.file}, column {column}",
        expected=expected,
        got=got,
        todo="The table may be incomplete or edited. Fetch it again from its publisher.",
    )
