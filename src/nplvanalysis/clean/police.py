"""Registered crime: offences by kind, area and year, all years on one division (47018NED)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from nplvanalysis import schema
from nplvanalysis.clean import areas, cells, crime_sums, statline, tidy, vintage

if TYPE_CHECKING:
    from nplvanalysis.clean.statline import Table
    from nplvanalysis.clean.topics import Topic
    from nplvanalysis.registers import Source

DIMENSION, COUNTED = "SoortMisdrijf", "GeregistreerdeMisdrijven"
TOTAL, REST = "crime_total", "crime_other"
# Default of the column in DataProperties. That an empty cell then means 0 offences is our reading:
# the publisher does not say it in words.
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
        taken as 0, which the column's Default ("Zero") suggests and no text of the publisher says;
        not in a year for which an area was not filled (`crime_sums.unfilled`): there the figures
        are missing. The rest is the total less the named groups. Kinds that the publisher hides by
        area (sex offences) are in no named group, and so in the rest if the total counts them,
        which is not verified.

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
    table = statline.opened(members, entry, "police", [DIMENSION])
    vintage.on_division(table, stated=True)
    texts = {name: topic for name, topic in table.chosen.items() if topic.datatype == "String"}
    counted = _counted(table)
    frame = statline.rows(table, texts | {"count": counted})
    codes, column = frame[table.areas.name], frame["count"].rename(counted.key)
    negative = (frame["count"] < 0).to_numpy()
    cells.refuse(negative, column, codes, entry.file, "a count from 0 up")
    groups = _groups(table, frame)
    periods = np.arange(len(table.periods.keys if table.periods else []))
    used = np.isin(periods, frame[_period(table)].cat.codes)
    cube = _cube(frame, table)
    sums = _sums(cube, used, groups, table)
    first = frame[(frame[DIMENSION] == groups[TOTAL][0]).to_numpy()].drop(columns="count")
    place = tuple(first[name].cat.codes.to_numpy() for name in (_period(table), table.areas.name))
    counts = {name: values[place] for name, values in sums.items()}
    blank = np.isnan(cube[_places(groups, table)[TOTAL][0]])[place]
    first = first.assign(**counts, blank=blank).reset_index(drop=True)
    kept, notes = areas.of_level(first, table)
    made, _ = areas.identified(kept, table)
    return tidy.Cleaned(made, notes=notes | _assumed(kept) | _hidden(cube, groups, table))


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


def _places(groups: dict[str, list[str]], table: Table) -> dict[str, list[int]]:
    keys = table.dimensions[DIMENSION].keys
    return {name: [keys.index(code) for code in codes] for name, codes in groups.items()}


def _sums(
    cube: np.ndarray, used: np.ndarray, groups: dict[str, list[str]], table: Table
) -> dict[str, np.ndarray]:
    """Sum the counts of each group by period and area, and check them against each other."""
    places = _places(groups, table)
    crime_sums.filled(cube, used, places, table)
    missing = crime_sums.unfilled(cube, cube[places[TOTAL][0]], table) & used[:, None]
    known = np.nan_to_num(cube)
    sums = {name: known[place].sum(axis=0) for name, place in places.items()}
    details = known.sum(axis=0) - sums[TOTAL]
    crime_sums.within_total(details, sums[TOTAL], table)
    for name, values in sums.items():
        crime_sums.parts_fit(values, missing, name, table)
    named = sum(values for name, values in sums.items() if name != TOTAL)
    sums[REST] = sums[TOTAL] - named
    return {name: np.where(missing, np.nan, values) for name, values in sums.items()}


def _assumed(kept: pd.DataFrame) -> dict[str, int]:
    """Count, at the level that is kept, where null is missing and where it is taken as 0."""
    missing = kept[TOTAL].isna()
    never = kept.groupby("code")["blank"].all()
    notes = {
        "areas and years that were not filled: missing, not 0": missing.sum(),
        "areas and years without a figure, taken as 0 offences (an assumption)": (
            kept["blank"] & ~missing
        ).sum(),
        "areas without a figure in any year (their 0 is an assumption)": never.sum(),
    }
    return {what: int(count) for what, count in notes.items() if count}


def _hidden(cube: np.ndarray, groups: dict[str, list[str]], table: Table) -> dict[str, int]:
    """Count the kinds without any figure: in the rest, if the total counts them."""
    named = {code for codes in groups.values() for code in codes}
    nothing = np.isnan(cube).all(axis=(1, 2))
    kinds = [
        key
        for key, none in zip(table.dimensions[DIMENSION].keys, nothing, strict=True)
        if none and key not in named
    ]
    what = f"kinds hidden in every area, in {REST} if the total counts them ({', '.join(kinds)})"
    return {what: len(kinds)} if kinds else {}
