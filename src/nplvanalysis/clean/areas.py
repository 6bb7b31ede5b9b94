"""Rows of a StatLine table that are of one level, identified as every tidy table is."""

from __future__ import annotations

import numpy as np
import pandas as pd

from nplvanalysis import errors, schema
from nplvanalysis.clean import cells, dimensions, tidy
from nplvanalysis.clean.statline import Table


def tidied(frame: pd.DataFrame, table: Table) -> tidy.Cleaned:
    """Make the tidy table of the entry's level from rows that need nothing else.

    Parameters
    ----------
    frame : DataFrame
        From `statline.rows`.
    table : Table

    Returns
    -------
    Cleaned

    Raises
    ------
    DataError, DivisionError
        As `of_level` and `identified`.
    """
    kept, notes = of_level(frame, table)
    made, empty = identified(kept, table)
    return tidy.Cleaned(made, notes=notes | empty)


def of_level(frame: pd.DataFrame, table: Table) -> tuple[pd.DataFrame, dict[str, int]]:
    """Keep the rows of the entry's level.

    Parameters
    ----------
    frame : DataFrame
        From `statline.rows`.
    table : Table

    Returns
    -------
    DataFrame
        Same columns, and code, name, year.
    dict of str to int
        How many areas were dropped, by reason.

    Raises
    ------
    DataError
        If the file has no area of the level, or an area's columns contradict its code.
    DivisionError
        If figures are of after the year that the catalogue says.
    """
    areas, where = table.areas, table.entry.file
    levels = dimensions.levels(areas, where).to_numpy()
    place = frame[areas.name].cat.codes.to_numpy()
    _consistent(frame, levels[place], table)
    kept = frame[levels[place] == table.entry.level].reset_index(drop=True)
    if kept.empty:
        raise errors.DataError(
            f"The table has no areas of level {table.entry.level}.",
            where=f"{where}, column {areas.name}",
            expected=f"codes that begin with {dimensions.PREFIXES[table.entry.level]}",
            got=f"{len(areas.keys):,} areas: {pd.Series(levels).value_counts().to_dict()}",
            todo="See whether it is the right file, and the level in data/sources.yaml.",
        )
    place = kept[areas.name].cat.codes.to_numpy()
    code = np.array(areas.keys, dtype=object)[place]
    name = np.array(areas.titles, dtype=object)[place]
    kept = kept.assign(code=pd.Series(code, dtype="str"), name=tidy.text(pd.Series(name)))
    notes = {
        "row of the country": int((levels == "land").sum()),
        "areas unknown to the publisher": int((levels == "unknown").sum()),
        "areas of other levels": int(
            (~np.isin(levels, ["land", "unknown", table.entry.level])).sum()
        ),
    }
    return _with_years(kept, table), {what: count for what, count in notes.items() if count}


def _consistent(frame: pd.DataFrame, levels: np.ndarray, table: Table) -> None:
    """Compare the columns that repeat the code and its level."""
    keys = pd.Series(np.array(table.areas.keys, dtype=object)[frame[table.areas.name].cat.codes])
    told = levels != "unknown"
    for name, expected in (("code", keys.to_numpy()), ("level", levels)):
        if name not in frame:
            continue
        column = frame[name].rename(table.chosen[name].key)
        says = column.str.lower().to_numpy() if name == "level" else column.to_numpy()
        wrong = told & (says != expected) & np.isin(levels, list(dimensions.PREFIXES))
        cells.refuse(wrong, column, keys, table.entry.file, f"the {name} of {table.areas.name}")


def _with_years(frame: pd.DataFrame, table: Table) -> pd.DataFrame:
    if table.periods is None:
        return frame
    years = np.array(dimensions.years(table.periods, table.entry.file))
    frame = frame.assign(year=years[frame[table.periods.name].cat.codes])
    if frame["year"].max() > table.entry.year:
        raise errors.DivisionError(
            "The table has figures of after its release.",
            where=f"{table.entry.file}, {table.periods.name}",
            expected=f"years up to {table.entry.year}, on the borders of {table.entry.division}",
            got=str(frame["year"].max()),
            todo="It may be a later release, on other borders. "
            "Give it an entry of its own in data/sources.yaml.",
        )
    return frame


def identified(frame: pd.DataFrame, table: Table) -> tuple[pd.DataFrame, dict[str, int]]:
    """Make the tidy table: columns of the dictionary, without those that are empty.

    Parameters
    ----------
    frame : DataFrame
        One row per code and year.
    table : Table

    Returns
    -------
    DataFrame
    dict of str to int
        Columns that the publisher has not filled yet.

    Raises
    ------
    DataError
        As `tidy.identified`; for text where a whole number should be; if there is no figure at all.
    """
    about, dictionary = table.entry, schema.columns()
    known = [name for name in dictionary if name in frame]
    figures = [name for name in known if dictionary[name].kind != "identifier"]
    empty = [name for name in figures if frame[name].isna().all()]
    if figures and len(empty) == len(figures):
        raise errors.DataError(
            "The table has no figure at all.",
            where=f"{about.file}, columns {', '.join(figures)}",
            expected=f"figures for areas of level {about.level}",
            got=f"{len(frame):,} rows without one",
            todo="The publisher may not have filled the table yet, or not at this level.",
        )
    made = tidy.identified(_whole(frame[known].drop(columns=empty), table), about)
    notes = {f"columns without any figure yet ({', '.join(empty)})": len(empty)} if empty else {}
    return made, notes


def _whole(frame: pd.DataFrame, table: Table) -> pd.DataFrame:
    """Turn classes, which come as numbers or as text, into whole numbers."""
    wholes, dictionary = {}, schema.columns()
    for name in map(str, frame):
        if dictionary[name].type == "integer" and name in table.chosen:
            column = frame[name].rename(table.chosen[name].key)
            if pd.api.types.is_float_dtype(column):
                wholes[name] = column.astype("Int64")
            else:
                wholes[name] = cells.whole(column, frame["code"], table.entry.file)
    return frame.assign(**wholes)
