"""Dimensions of a StatLine table: its keys, without their padding, and what they stand for."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

import pandas as pd

from nplvanalysis import errors
from nplvanalysis.clean import tidy
from nplvanalysis.clean.responses import Responses

AREAS = ("GeoDetail", "GeoDimension")
PERIODS = ("TimeDimension",)
PREFIXES = {"land": "NL", "gemeente": "GM", "wijk": "WK", "buurt": "BU"}
# Figures of which the publisher does not know the area: in the totals, in no area.
UNKNOWN = r"(GM0000|WK0000..|BU0000....)"


@dataclass(frozen=True)
class Dimension:
    """One dimension.

    Parameters
    ----------
    name : str
        The column in the rows.
    kind : str
        Type in DataProperties.
    about : str
        Description in DataProperties.
    keys, titles : list of str
        Stripped, in the order of the publisher.
    index : dict of str to int
        Position of a key, padded as published or stripped.
    """

    name: str
    kind: str
    about: str
    keys: list[str]
    titles: list[str]
    index: dict[str, int]


def dimensions(responses: Responses, named: Iterable[str] = ()) -> dict[str, Dimension]:
    """Read all dimensions that DataProperties names.

    Parameters
    ----------
    responses : Responses
    named : iterable of str
        Dimensions that may be there, besides those of areas and of periods.

    Raises
    ------
    FormatError
        If there is none for areas or an unnamed one (a part, such as men, would pass for all), a
        key is missing or there twice, or an area's own code differs from its key.
    """
    found = {
        str(row["Key"]): _dimension(responses, row)
        for row in responses.rows("DataProperties")
        if str(row.get("Type")).endswith(("Dimension", "GeoDetail"))
    }
    kinds = [one.kind for one in found.values()]
    if sum(kind in AREAS for kind in kinds) != 1 or sum(kind in PERIODS for kind in kinds) > 1:
        expected = "one dimension of areas and at most one of periods"
        got = ", ".join(f"{one.name} ({one.kind})" for one in found.values()) or "none"
        raise responses.broken("DataProperties", expected, got)
    read = {*named, *(one.name for one in found.values() if one.kind in (*AREAS, *PERIODS))}
    if set(found) - read:
        raise _unread(sorted(set(found) - read), sorted(read), responses.where)
    return found


def _unread(more: list[str], read: list[str], where: str) -> errors.FormatError:
    return errors.FormatError(
        "A table is split by a dimension that its cleaner does not read.",
        where=f"{where}, DataProperties",
        expected=f"no dimension besides {', '.join(read)}",
        got=", ".join(more),
        todo="Rows of one key would pass for the whole. Take the publisher's table without this "
        "dimension, or teach the cleaner in nplvanalysis.clean which key stands for all.",
    )


def _dimension(responses: Responses, about: dict) -> Dimension:
    name = str(about["Key"])
    rows = responses.rows(name)
    if not all(isinstance(row.get("Key"), str) for row in rows):
        raise responses.broken(f"{name}.json", "rows with a Key", str(rows[:1])[:80])
    keys = [row["Key"].strip() for row in rows]
    if not keys or len(set(keys)) != len(keys):
        twice = sorted({key for key in keys if keys.count(key) > 1})[:3] if len(keys) < 1e5 else []
        raise responses.broken(f"{name}.json", "each key once", ", ".join(twice) or "no keys")
    for row, key in zip(rows, keys, strict=True):
        if (row.get("DetailRegionCode") or key).strip() not in (key, ""):
            got = f"{row['DetailRegionCode']} for {key}"
            raise responses.broken(f"{name}.json", "DetailRegionCode equal to Key", got)
    index = {row["Key"]: place for place, row in enumerate(rows)}
    index |= {key: place for place, key in enumerate(keys)}
    titles = [str(row.get("Title") or "").strip() for row in rows]
    kind, description = str(about["Type"]), str(about.get("Description") or "")
    return Dimension(name, kind, description, keys, titles, index)


def levels(areas: Dimension, where: str) -> pd.Series:
    """Tell the level of each area by its code.

    Returns
    -------
    Series of str, by code
        land, gemeente, wijk, buurt; `unknown` for codes that stand for no place.

    Raises
    ------
    DataError
        For a code that is of no level: of the wrong length, or with other characters.
    """
    by_prefix = {prefix: level for level, prefix in PREFIXES.items()}
    found = {key: by_prefix.get(key[:2], "other") for key in areas.keys}
    wrong = [
        key
        for key, level in found.items()
        if level in tidy.CODES and not re.fullmatch(tidy.CODES[level], key)
    ]
    if wrong:
        raise errors.DataError(
            "A cell does not hold what its column promises.",
            where=f"{where}, {areas.name}, column Key",
            expected="GM and 4, WK and 6 or BU and 8 characters",
            got=f"{len(wrong):,} others, such as {wrong[0]!r}",
            todo="Fetch the table again from its publisher.",
        )
    unknown = {key: "unknown" for key in areas.keys if re.fullmatch(UNKNOWN, key)}
    return pd.Series(found | unknown, dtype="str")


def years(periods: Dimension, where: str) -> list[int]:
    """Read periods as years.

    Raises
    ------
    FormatError
        For a period that is not a whole year.
    """
    wrong = [key for key in periods.keys if not re.fullmatch(r"(19|20)\d\dJJ00", key)]
    if wrong:
        raise errors.FormatError(
            "A period is not a year.",
            where=f"{where}, {periods.name}",
            expected="keys such as 2023JJ00",
            got=", ".join(wrong[:3]),
            todo="See whether it is the table of years, not that of months or quarters.",
        )
    return [int(key[:4]) for key in periods.keys]
