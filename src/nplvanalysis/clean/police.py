"""Registered crime: offences by kind, area and year, all years on one division (47018NED)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from nplvanalysis import schema
from nplvanalysis.clean import areas, cells, crime_sums, statline, tidy

if TYPE_CHECKING:
    from nplvanalysis.clean.statline import Table
    from nplvanalysis.clean.topics import Topic
    from nplvanalysis.registers import Source

DIMENSION, COUNTED = "SoortMisdrijf", "GeregistreerdeMisdrijven"
TOTAL, REST = "crime_total", "crime_other"
# What an absent cell stands for, where the publisher says so.
ZERO = "Zero"


def clean(members: dict[str, bytes], entry: Source) -> tidy.Cleaned:
    """Clean the counts of offences.

    Parameters
    ----------
    members : dict of str to bytes
        Raw responses of OData v3, by name.
    entry : Source
        Its year is that of the release, its division holds for all years.

    Returns
    -------
    Cleaned
        One row per area of the level and year: groups of kinds, the total, and the rest. Null is
        0, as the publisher defines. Sex offences are hidden: they are in no group.

    Raises
    ------
    FormatError
        If a response, a page, a column or a kind of offence is missing or broken.
    DataError
        If a count is negative, details exceed the total, parts do not fit their whole, or a year
        has no figures.
    DivisionError
        If the areas are of another year.
    """
    table = statline.opened(members, entry, "police")
    statline.on_division(table, stated=True)
    texts = {name: topic for name, topic in table.chosen.items() if topic.datatype == "String"}
    counted = _counted(table)
    frame = statline.rows(table, texts | {"count": counted})
    codes, column = frame[table.areas.name], frame["count"].rename(counted.key)
    negative = (frame["count"] < 0).to_numpy()
    cells.refuse(negative, column, codes, entry.file, "a count from 0 up")
    groups = _groups(table, frame)
    periods = np.arange(len(table.periods.keys if table.periods else []))
    used = np.isin(periods, frame[_period(table)].cat.codes)
    sums = _sums(_cube(frame, table), used, groups, table)
    first = frame[(frame[DIMENSION] == groups[TOTAL][0]).to_numpy()].drop(columns="count")
    place = tuple(first[name].cat.codes.to_numpy() for name in (_period(table), table.areas.name))
    counts = {name: values[place] for name, values in sums.items()}
    kept, notes = areas.of_level(first.assign(**counts).reset_index(drop=True), table)
    made, _ = areas.identified(kept, table)
    return tidy.Cleaned(made, notes=notes)


def _period(table: Table) -> str:
    if table.periods is None or DIMENSION not in table.dimensions:
        expected = f"the dimensions {DIMENSION} and one of periods"
        raise table.responses.broken("DataProperties", expected, ", ".join(table.dimensions))
    return table.periods.name


def _counted(table: Table) -> Topic:
    found = [topic for topic in table.topics if topic.datatype != "String"]
    if [(topic.stem, topic.unit, topic.default) for topic in found] != [(COUNTED, "aantal", ZERO)]:
        got = ", ".join(f"{topic.key} ({topic.unit}, {topic.default})" for topic in found)
        expected = f"one topic of numbers: {COUNTED}, in 'aantal' and with Default {ZERO}"
        raise table.responses.broken("DataProperties", expected, got or "none")
    return found[0]


def _groups(table: Table, frame: pd.DataFrame) -> dict[str, list[str]]:
    """Kinds of offences by column of the dictionary."""
    _period(table)
    groups: dict[str, list[str]] = {}
    for code, name in schema.published_names("police").items():
        if name.startswith("crime_"):
            groups.setdefault(name, []).append(code)
    present = set(frame[DIMENSION].unique())
    missing = [code for codes in groups.values() for code in codes if code not in present]
    if missing:
        expected = f"rows of the kinds {', '.join(missing)} of {DIMENSION}"
        raise table.responses.broken(statline.ROWS, expected, f"{len(present)} other kinds")
    return groups


def _cube(frame: pd.DataFrame, table: Table) -> np.ndarray:
    """Arrange the counts by kind, period and area; NaN where there is none."""
    order = [DIMENSION, _period(table), table.areas.name]
    cube = np.full([len(table.dimensions[name].keys) for name in order], np.nan)
    cube[tuple(frame[name].cat.codes.to_numpy() for name in order)] = frame["count"]
    return cube


def _sums(
    cube: np.ndarray, used: np.ndarray, groups: dict[str, list[str]], table: Table
) -> dict[str, np.ndarray]:
    """Sum the counts of each group by period and area, and check them against each other."""
    keys = table.dimensions[DIMENSION].keys
    places = {name: [keys.index(code) for code in codes] for name, codes in groups.items()}
    crime_sums.filled(cube, used, places, table)
    known = np.nan_to_num(cube)
    sums = {name: known[place].sum(axis=0) for name, place in places.items()}
    details = known.sum(axis=0) - sums[TOTAL]
    crime_sums.within_total(details, sums[TOTAL], table)
    for name, values in sums.items():
        crime_sums.parts_fit(values, name, table)
    named = sum(values for name, values in sums.items() if name != TOTAL)
    return sums | {REST: sums[TOTAL] - named}
