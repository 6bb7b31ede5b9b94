"""Sums that hold in a table of offences, and areas that were not filled in a year."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from nplvanalysis import errors

if TYPE_CHECKING:
    from nplvanalysis.clean.statline import Table

# Offences at an unknown place are few: a whole exceeds its parts by at most this share, or by so
# many offences that it says nothing. Those of an unknown gemeente have a row of their own.
LOST, FEW = {"WK": 0.1, "GM": 0.1, "NL": 0.02}, 50
PARTS = {"BU": [("WK", 8), ("GM", 6)], "GM": [("NL", 2)]}
# An area with so many offences a year does not have a year without any: chance 5 in 100,000 if
# they are independent.
RESIDENTS_SCALE = 10


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


def unfilled(cube: np.ndarray, total: np.ndarray, table: Table) -> np.ndarray:
    """Tell where null is no zero: an area without any figure in one year of several.

    Parameters
    ----------
    cube : array of float64, kinds by periods by areas
        NaN where the publisher has null.
    total : array of float64, periods by areas
        The same for the kind that is the total.
    table : Table

    Returns
    -------
    array of bool, periods by areas
        True where no kind has a figure though the total of the years that have one is
        `RESIDENTS_SCALE` or more on average, and in areas without figures inside such an area.
        Elsewhere an area without a figure in any year is False: nothing tells it from one without
        offences.
    """
    known = ~np.isnan(total)
    mean = np.nansum(total, axis=0) / np.maximum(known.sum(axis=0), 1)
    missing = ~known & ~(cube > 0).any(axis=0) & (mean >= RESIDENTS_SCALE)
    own, keys = missing.copy(), table.areas.keys
    index = {key: i for i, key in enumerate(keys)}
    inside = {"BU": [("WK", 8), ("GM", 6)], "WK": [("GM", 6)]}
    for i, key in enumerate(keys):
        for prefix, length in inside.get(key[:2], []):
            whole = index.get(prefix + key[2:length])
            if whole is not None:
                missing[:, i] |= own[:, whole] & ~known[:, i]
    return missing


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


def parts_fit(values: np.ndarray, missing: np.ndarray, name: str, table: Table) -> None:
    """Compare buurten with their wijk and gemeente, and gemeenten with the country.

    Parameters
    ----------
    values : array of float64, periods by areas
        Counts of one group; 0 where they are missing.
    missing : array of bool, periods by areas
        Where parts are missing they may fall short of their wijk or gemeente, not of the country.
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
            if -1 in owners:
                orphan = keys[parts[owners.index(-1)]]
                expected = "a row of the whole that every area is a part of"
                raise _broken(table, expected, f"none of {orphan}")
            place = (np.array(parts), np.array(owners))
            short = (1 - LOST[prefix]) * values - _summed(values, *place)
            if prefix != "NL":
                short = np.where(_summed(missing, *place) > 0, 0, short)
            _fit(values, place, short > 0, name, table)


def _summed(values: np.ndarray, parts: np.ndarray, owners: np.ndarray) -> np.ndarray:
    """Sum parts by period and whole; 0 for areas that are no whole."""
    rows = [np.bincount(owners, row[parts], values.shape[1]) for row in values]
    return np.stack(rows)


def _fit(
    values: np.ndarray,
    place: tuple[np.ndarray, np.ndarray],
    short: np.ndarray,
    name: str,
    table: Table,
) -> None:
    sums = _summed(values, *place)
    whole = np.zeros(values.shape[1], dtype=bool)
    whole[place[1]] = True
    lost = short & (values - sums > FEW)
    wrong = np.argwhere(whole & ((sums > values) | lost))
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
