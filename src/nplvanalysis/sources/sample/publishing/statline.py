"""StatLine, OData version 3: the raw responses of one table in a zip."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from nplvanalysis.sources.sample.names import MARK

PAGE = 10_000
CBS, POLICE = "https://opendata.cbs.nl", "https://dataderden.cbs.nl"
KEY_WIDTH = {"WijkenEnBuurten": 10, "SoortMisdrijf": 6}
MODIFIED = "2022-01-01T02:00:00"


@dataclass(frozen=True)
class Topic:
    """A column of figures.

    Attributes
    ----------
    stem : str
        Its key without the rank that is written behind it.
    title, unit : str
    datatype : str
        Long, Double or String.
    groups : tuple of str
        Titles of the groups it stands under, the outermost first.
    default : str
        What an absent cell stands for: Impossible, Missing or Zero.
    width : int
        Text is padded to this many characters.
    """

    stem: str
    title: str
    unit: str = "aantal"
    datatype: str = "Long"
    groups: tuple[str, ...] = ()
    default: str = "Impossible"
    width: int = 0


@dataclass(frozen=True)
class Dimension:
    """A dimension: its key, its title, its type, and its members (a column Key comes first)."""

    key: str
    title: str
    kind: str
    members: pd.DataFrame


@dataclass(frozen=True)
class Table:
    """What stands around the figures of a table."""

    identifier: str
    title: str
    period: str
    note: str
    dimensions: list[Dimension]
    topics: list[Topic]
    host: str = CBS
    catalog: str = "CBS"


def members(table: Table, rows: pd.DataFrame) -> Iterator[tuple[str, bytes]]:
    """Write a table as the responses that a client gets.

    Parameters
    ----------
    table : Table
    rows : DataFrame
        The keys of the dimensions, in order, and a column per topic, named by its place among
        `table.topics` (0 and on); a topic without a column, and a missing number, is null.

    Yields
    ------
    (str, bytes)
        TableInfos, DataProperties, each dimension, and pages of the TypedDataSet.
    """
    yield _response(table, "TableInfos", [_information(table)])
    yield _response(table, "DataProperties", properties(table))
    for dimension in table.dimensions:
        listed = dimension.members.assign(Key=_padded(dimension.key, dimension.members["Key"]))
        yield _response(table, dimension.key, listed.to_dict("records"))
    for number, start in enumerate(range(0, max(len(rows), 1), PAGE)):
        page = _page(table, rows.iloc[start : start + PAGE], start)
        yield f"TypedDataSet-{number:03d}.json", _envelope(table, page, start + PAGE, len(rows))


def keys(table: Table) -> list[str]:
    """Give the topics their keys: the rank behind the stem."""
    return [f"{topic.stem}_{rank}" for rank, topic in enumerate(table.topics, 1)]


def properties(table: Table) -> list[dict[str, Any]]:
    """List dimensions, groups and topics as in DataProperties.

    Parameters
    ----------
    table : Table

    Returns
    -------
    list of dict
        A group stands before its first topic; only dimensions and topics have a position.
    """
    listed = [_dimension(place, about) for place, about in enumerate(table.dimensions)]
    groups: dict[tuple[str, ...], int] = {}
    first = len(table.dimensions)
    for place, (key, topic) in enumerate(zip(keys(table), table.topics, strict=True), first):
        for depth in range(1, len(topic.groups) + 1):
            path = topic.groups[:depth]
            if path not in groups:
                parent = groups.get(path[:-1])
                groups[path] = len(listed)
                listed.append(_property("TopicGroup", len(listed), None, parent, "", path[-1]))
        parent = groups.get(topic.groups)
        about = _property("Topic", len(listed), place, parent, key, topic.title)
        listed.append(about | _measured(topic))
    return listed


def _dimension(place: int, about: Dimension) -> dict[str, Any]:
    # the year of the map is one that the publisher forgot to change
    year = {"MapYear": 2019} if about.kind == "GeoDetail" else {}
    return _property(about.kind, place, place, None, about.key, about.title) | year


def _property(
    kind: str, number: int, place: int | None, parent: int | None, key: str, title: str
) -> dict[str, Any]:
    return {
        "odata.type": f"Cbs.OData.{kind}",
        "ID": number,
        "Position": place,
        "ParentID": parent,
        "Type": kind,
        "Key": key,
        "Title": title,
        "Description": "",
    }


def _measured(topic: Topic) -> dict[str, Any]:
    relative = topic.unit == "%" or topic.unit.startswith("per ")
    shown = "Relative" if relative else "Absolute"
    return {
        "ReleasePolicy": False,
        "Datatype": topic.datatype,
        "Unit": topic.unit,
        "Decimals": int(topic.datatype == "Double"),
        "Default": topic.default,
        "PresentationType": "" if topic.datatype == "String" else shown,
    }


def _information(table: Table) -> dict[str, Any]:
    return {
        "ID": 0,
        "Title": table.title,
        "ShortTitle": table.title,
        "Identifier": table.identifier,
        "Summary": f"{MARK}: made by code, not by a publisher",
        "Modified": MODIFIED,
        "ReasonDelivery": "Actualisering",
        "ExplanatoryText": table.note,
        "Language": "nl",
        "Catalog": table.catalog,
        "Frequency": "Perjaar",
        "Period": table.period,
        "OutputStatus": "Regulier",
        "Source": f"{MARK}, nplvanalysis",
        "MetaDataModified": MODIFIED,
    }


def _response(table: Table, entity: str, value: Sequence[Mapping[Any, Any]]) -> tuple[str, bytes]:
    address = f"{table.host}/ODataApi/odata/{table.identifier}/$metadata#{entity}"
    body = json.dumps({"odata.metadata": address, "value": value}, ensure_ascii=False)
    return f"{entity}.json", body.encode()


def _envelope(table: Table, page: str, following: int, count: int) -> bytes:
    feed = f"{table.host}/ODataFeed/odata/{table.identifier}"
    link = f',"odata.nextLink":"{feed}/TypedDataSet?$format=json&$skip={following}"'
    entity = f'"{feed}/$metadata#Cbs.OData.WebAPI.TypedDataSet"'
    more = link if following < count else ""
    return f'{{"odata.metadata":{entity},"value":[{page}]{more}}}'.encode()


def _padded(key: str, column: pd.Series) -> pd.Series:
    return column.astype(str).str.ljust(KEY_WIDTH.get(key, 0))


def _page(table: Table, rows: pd.DataFrame, start: int) -> str:
    parts = [[f'{{"ID":{number}' for number in range(start, start + len(rows))]]
    for dimension in table.dimensions:
        parts.append(_texts(dimension.key, _padded(dimension.key, rows[dimension.key])))
    for place, (key, topic) in enumerate(zip(keys(table), table.topics, strict=True)):
        if place not in rows:
            parts.append([f',"{key}":null'] * len(rows))
        elif topic.datatype == "String":
            parts.append(_texts(key, rows[place].str.ljust(topic.width)))
        else:
            parts.append(_numbers(key, rows[place].to_numpy(float), topic.datatype == "Long"))
    parts.append(["}"] * len(rows))
    return ",\n".join(map("".join, zip(*parts, strict=True)))


def _texts(key: str, column: pd.Series) -> list[str]:
    places, different = pd.factorize(column.to_numpy(dtype=object))
    written = [f',"{key}":{json.dumps(text, ensure_ascii=False)}' for text in different]
    # a missing text has place -1: the last
    return np.array([*written, f',"{key}":null'], dtype=object)[places].tolist()


def _numbers(key: str, values: np.ndarray, whole: bool) -> list[str]:
    places, different = pd.factorize(values)
    listed = different.astype(np.int64).tolist() if whole else different.tolist()
    written = [f',"{key}":{number}' for number in listed]
    return np.array([*written, f',"{key}":null'], dtype=object)[places].tolist()
