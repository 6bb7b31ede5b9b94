"""A StatLine table (CBS OData v3) as received: complete rows, in names of the dictionary."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from nplvanalysis import errors, schema
from nplvanalysis.clean import dimensions, tidy, topics
from nplvanalysis.clean.dimensions import Dimension
from nplvanalysis.clean.responses import Responses
from nplvanalysis.clean.topics import Topic
from nplvanalysis.registers import Source

ROWS = "TypedDataSet"


@dataclass(frozen=True)
class Table:
    """A table whose metadata are read and whose rows are not yet.

    Parameters
    ----------
    responses : Responses
    about : dict
        The row of TableInfos.
    topics : list of Topic
        All of them.
    chosen : dict of str to Topic
        Those of the dictionary, by name.
    dimensions : dict of str to Dimension
        By name.
    entry : Source
        The catalogue's entry.
    """

    responses: Responses
    about: dict[str, Any]
    topics: list[Topic]
    chosen: dict[str, Topic]
    dimensions: dict[str, Dimension]
    entry: Source

    @property
    def areas(self) -> Dimension:
        """The dimension of areas."""
        return next(one for one in self.dimensions.values() if one.kind in dimensions.AREAS)

    @property
    def periods(self) -> Dimension | None:
        """The dimension of periods; None in a table of one year."""
        found = [one for one in self.dimensions.values() if one.kind in dimensions.PERIODS]
        return found[0] if found else None


def opened(
    members: dict[str, bytes], entry: Source, dataset: schema.Dataset, named: Iterable[str] = ()
) -> Table:
    """Read the metadata of a table.

    Parameters
    ----------
    members : dict of str to bytes
        Raw responses, by name.
    entry : Source
    dataset : str
        The column of the dictionary with the publisher's codes.
    named : iterable of str
        Dimensions that the cleaner reads, besides areas and periods.

    Raises
    ------
    FormatError
        If a response is broken, the file holds another table than its name says, or the table has
        a dimension that the cleaner does not read.
    """
    responses = Responses(members, entry.file)
    about = responses.rows("TableInfos")
    name = entry.file.rpartition("/")[-1].partition(".")[0]
    table = str(about[0].get("Identifier") or "").strip() if len(about) == 1 else ""
    if not table or (re.fullmatch(r"\d\w{5,9}", name) and name.lower() != table.lower()):
        expected = f"one row, whose Identifier is the table's ({name})"
        raise responses.broken("TableInfos.json", expected, table or f"{len(about)} rows")
    found = topics.topics(responses)
    chosen = topics.resolved(found, dataset, entry.file)
    every = dimensions.dimensions(responses, named)
    return Table(responses, about[0], found, chosen, every, entry)


def rows(table: Table, wanted: dict[str, Topic] | None = None) -> pd.DataFrame:
    """Read the rows of a table.

    Parameters
    ----------
    table : Table
    wanted : dict of str to Topic, optional
        Columns to read, by the name they get. None: all of the dictionary.

    Returns
    -------
    DataFrame
        A categorical column per dimension, float64 for numbers (NaN where the publisher has
        null) and str for texts. Every combination of an area with a key that occurs is there once.

    Raises
    ------
    FormatError
        If columns differ from DataProperties, or combinations are missing.
    DataError
        If a key is unknown or there twice, or a cell is not of its column's type.
    """
    wanted = table.chosen if wanted is None else wanted
    pages = [_page(table, page, wanted) for page in table.responses.pages(ROWS)]
    joined = {name: np.concatenate([page[name] for page in pages]) for name in pages[0]}
    frame = pd.DataFrame({name: joined[name] for name in wanted})
    for name, topic in wanted.items():
        if topic.datatype == "String":
            frame[name] = tidy.text(frame[name])
    for name, one in table.dimensions.items():
        frame[name] = pd.Categorical.from_codes(joined[name], pd.Index(one.keys, dtype="str"))
    _complete(table, joined)
    return frame


def _page(table: Table, page: list[dict], wanted: dict[str, Topic]) -> dict[str, np.ndarray]:
    columns = [*table.dimensions, *(topic.key for topic in table.topics)]
    for row in page:
        if len(row) != len(page[0]):
            raise _other_columns(table, row, columns)
    if page and set(page[0]) - {"ID"} != set(columns):
        raise _other_columns(table, page[0], columns)
    try:
        places = {name: _places(one, page, table) for name, one in table.dimensions.items()}
        figures = {name: _cells(topic, page, table) for name, topic in wanted.items()}
    except KeyError as error:
        got = f"a row without {error.args[0]}"
        raise table.responses.broken(ROWS, "the same columns in every row", got) from error
    return places | figures


def _other_columns(table: Table, row: dict, columns: list[str]) -> errors.FormatError:
    lacking = [name for name in columns if name not in row]
    more = [name for name in row if name not in {*columns, "ID"}]
    texts = [f"lacks {', '.join(lacking[:5])}"] if lacking else []
    texts += [f"has {', '.join(more[:5])} too"] if more else []
    expected = f"the {len(columns)} dimensions and topics of DataProperties, received with it"
    return table.responses.broken(ROWS, expected, " and ".join(texts) or "other columns")


def _places(one: Dimension, page: list[dict], table: Table) -> np.ndarray:
    cells = [row[one.name] for row in page]
    places = [one.index.get(cell, -1) if isinstance(cell, str) else -1 for cell in cells]
    if -1 in places:
        cell = cells[places.index(-1)]
        raise _wrong(table, one.name, f"a key of {one.name}.json", repr(cell))
    return np.array(places, dtype=np.int32)


def _cells(topic: Topic, page: list[dict], table: Table) -> np.ndarray:
    cells = [row[topic.key] for row in page]
    allowed: Iterable[type] = (str,) if topic.datatype == "String" else (int, float)
    strange = set(map(type, cells)) - {type(None), *allowed}
    if strange:
        got = next(_shown(table, row, topic) for row in page if type(row[topic.key]) in strange)
        raise _wrong(table, topic.key, f"{topic.datatype} or null", got)
    if topic.datatype == "String":
        return np.array(cells, dtype=object)
    numbers = np.array(cells, dtype=float)
    whole = topic.datatype != "Double"
    wrong = np.isinf(numbers) | (whole & ~np.isnan(numbers) & (numbers % 1 != 0))
    if wrong.any():
        got = _shown(table, page[int(wrong.argmax())], topic)
        raise _wrong(table, topic.key, f"{topic.datatype} or null", got)
    return numbers


def _shown(table: Table, row: dict, topic: Topic) -> str:
    return f"{row[table.areas.name].strip()}: {row[topic.key]!r}"


def _wrong(table: Table, column: str, expected: str, got: str) -> errors.DataError:
    return errors.DataError(
        "A cell does not hold what its column promises.",
        where=f"{table.entry.file}, {ROWS}, column {column}",
        expected=expected,
        got=got,
        todo="Compare the table with its publisher's page, and fetch it again.",
    )


def _complete(table: Table, joined: dict[str, np.ndarray]) -> None:
    """Count rows against the keys: a lost page or a repeated one must not pass for figures."""
    every = list(table.dimensions.values())
    places = [joined[one.name] for one in every]
    seen = np.zeros([len(one.keys) for one in every], dtype=bool)
    seen[tuple(places)] = True
    more, expected = len(places[0]) - int(seen.sum()), 1
    if more:
        first = int(pd.DataFrame(dict(enumerate(places))).duplicated().to_numpy().argmax())
        shown = [one.keys[place[first]] for one, place in zip(every, places, strict=True)]
        got = f"{more:,} rows too many, such as {' '.join(shown)}"
        raise _wrong(table, table.areas.name, "each combination of keys once", got)
    for one, place in zip(every, places, strict=True):
        expected *= len(one.keys) if one is table.areas else len(np.flatnonzero(np.bincount(place)))
    if len(places[0]) != expected or not expected:
        got = f"{len(places[0]):,} rows"
        raise table.responses.broken(ROWS, f"{expected:,} rows: every area each time", got)
