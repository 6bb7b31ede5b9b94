"""Topics of a StatLine table: which column holds which figure, by its DataProperties.

A column is called stem + rank among the topics, so an inserted topic renames all later ones, within
one table id too. A stem can occur several times: then its group tells which is meant.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from nplvanalysis import errors, schema
from nplvanalysis.clean.responses import Responses

# How StatLine writes the units of the dictionary.
UNITS = {
    "": ["code", "naam", "omschrijving", ""],
    "class": ["code"],
    "%": ["%"],
    "persons": ["aantal"],
    "households": ["aantal"],
    "dwellings": ["aantal"],
    "offences": ["aantal"],
    "schools": ["aantal"],
    "1000 euro": ["x 1 000 euro"],
    "per 1000 residents": ["per 1 000 inwoners"],
    "km": ["km"],
    "hectare": ["ha"],
    "persons per km2": ["aantal inwoners per km²"],
    "addresses per km2": ["per km²"],
}


@dataclass(frozen=True)
class Topic:
    """One column of figures.

    Parameters
    ----------
    key : str
        Name of the column in the rows, such as Koopwoningen_41.
    stem : str
        The key without its rank.
    groups : tuple of str
        Titles of the groups that it is in, outermost first.
    unit, datatype, default : str
        As published; `default` is what an absent cell stands for (Zero, Impossible, Missing).
    """

    key: str
    stem: str
    groups: tuple[str, ...]
    unit: str
    datatype: str
    default: str


def topics(responses: Responses) -> list[Topic]:
    """Read the topics of a table.

    Parameters
    ----------
    responses : Responses
        With DataProperties.

    Returns
    -------
    list of Topic
        In the order of the table.

    Raises
    ------
    FormatError
        If there are none, a key is there twice, or a key does not end in its rank.
    """
    rows = responses.rows("DataProperties")
    fields = {"ID", "Type", "Key", "Title", "ParentID"}
    if not rows or not all(fields <= set(row) for row in rows):
        got = f"{len(rows):,} rows, the first with {', '.join(rows[0]) if rows else 'nothing'}"
        raise responses.broken("DataProperties", f"rows with {', '.join(sorted(fields))}", got)
    parents = {row["ID"]: row for row in rows}
    found = [_topic(row, parents) for row in rows if row["Type"] == "Topic"]
    for rank, topic in enumerate(found, start=1):
        if topic.key != f"{topic.stem}_{rank}":
            expected = f"{topic.stem}_{rank}, since it is topic {rank}: keys end in their rank"
            raise responses.broken("DataProperties", expected, topic.key or "an empty key")
    if not found:
        raise responses.broken("DataProperties", "rows of type Topic", "none")
    return found


def _topic(row: dict, parents: dict) -> Topic:
    key = _text(row["Key"])
    groups: list[str] = []
    parent = parents.get(row["ParentID"])
    while parent is not None and len(groups) < len(parents):
        groups.insert(0, _text(parent["Title"]))
        parent = parents.get(parent["ParentID"])
    about = [_text(row.get(field)) for field in ("Unit", "Datatype", "Default")]
    return Topic(key, re.sub(r"_\d+$", "", key), tuple(groups), *about)


def _text(cell: object) -> str:
    return "" if cell is None else str(cell).strip()


def resolved(found: list[Topic], dataset: schema.Dataset, where: str) -> dict[str, Topic]:
    """Find the columns of the dictionary among the topics.

    Parameters
    ----------
    found : list of Topic
        All topics of the table.
    dataset : str
        The column of the dictionary that holds this publisher's codes: `Stem`, or `Group>Stem`
        where the stem occurs several times.
    where : str
        The file, named in errors.

    Returns
    -------
    dict of str to Topic
        From name in the dictionary; without those that the table does not have.

    Raises
    ------
    FormatError
        If two topics answer to one name, or the unit is not that of the dictionary.
    """
    dictionary = schema.columns()
    chosen: dict[str, Topic] = {}
    for code, name in schema.published_names(dataset).items():
        group, _, stem = code.rpartition(">")
        for topic in found:
            if topic.stem != stem or (group and group not in topic.groups):
                continue
            if name in chosen:
                raise _ambiguous(name, [chosen[name], topic], where)
            chosen[name] = topic
            _in_unit(topic, dictionary[name].unit, where)
    return chosen


def _ambiguous(name: str, topics: list[Topic], where: str) -> errors.FormatError:
    paths = [f"{topic.key} ({' > '.join(topic.groups)}; {topic.unit})" for topic in topics]
    return errors.FormatError(
        "A figure is there twice.",
        where=f"{where}, DataProperties",
        expected=f"one topic of {name}",
        got=" and ".join(paths),
        todo="Tell them apart in data/columns.csv by their group: `Group title>Stem`.",
    )


def _in_unit(topic: Topic, unit: str, where: str) -> None:
    known = UNITS.get(unit, [])
    if topic.unit.lower() not in known:
        raise errors.FormatError(
            "A figure is in another unit than the dictionary says.",
            where=f"{where}, DataProperties, column {topic.key}",
            expected=f"{unit or 'no unit'}: {' or '.join(known)}",
            got=repr(topic.unit),
            todo="See what the publisher changed. Another unit is another column of "
            "data/columns.csv; a new spelling belongs in nplvanalysis.clean.topics.",
        )


def require(chosen: dict[str, Topic], names: list[str], dataset: str, where: str) -> None:
    """Stop when a table lacks a figure that all its editions have.

    Raises
    ------
    FormatError
        It names the column of the dictionary and the publisher's code.
    """
    dictionary = schema.columns()
    missing = [name for name in names if name not in chosen]
    if missing:
        codes = [f"{getattr(dictionary[name], dataset)} ({name})" for name in missing]
        raise errors.FormatError(
            "A column is missing or was renamed.",
            where=f"{where}, DataProperties",
            expected=f"topics {', '.join(codes)}",
            got=f"{len(chosen)} other topics of the dictionary: {', '.join(chosen) or 'none'}",
            todo="See whether it is the right table. If the publisher renamed the topic, add the "
            "new stem to data/columns.csv, separated by |.",
        )
