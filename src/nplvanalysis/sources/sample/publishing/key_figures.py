"""Kerncijfers wijken en buurten as StatLine tables: one a year, with topics that come and go."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from nplvanalysis.sources.sample.names import MARK
from nplvanalysis.sources.sample.publishing import archive, areas, indicators, statline

FIRST = 2020
TOPICS = Path(__file__).with_name("topics.csv")
WIDTHS = {"Gemeentenaam": 40, "SoortRegio": 10, "Codering": 10, "MeestVoorkomendePostcode": 10}


def write(exact: pd.DataFrame, year: int, identifier: str, path: Path) -> None:
    """Write the table of one year.

    Parameters
    ----------
    exact : DataFrame
        From `derived.exact`, sorted by `areas.sorted_as_listed`.
    year : int
        At least `FIRST`.
    identifier : str
        Of the table.
    path : Path
    """
    listed = topics(year)
    table = statline.Table(
        identifier,
        f"Kerncijfers wijken en buurten {year} ({MARK})",
        str(year),
        "",
        [areas.dimension(exact, year)],
        [_topic(row) for row in listed.to_dict("records")],
    )
    archive.write(statline.members(table, _rows(exact, listed)), path)


def topics(year: int) -> pd.DataFrame:
    """List the topics of a year in order.

    Parameters
    ----------
    year : int

    Returns
    -------
    DataFrame
        stem, title, unit, datatype, groups, indicator; the rank of a row, from 1, is the suffix.
    """
    listed = _listed()
    own = (listed["first"] <= year) & (year <= listed["last"])
    return listed[own].reset_index(drop=True)


@cache
def _listed() -> pd.DataFrame:
    return pd.read_csv(TOPICS, keep_default_na=False)


def _topic(row: Mapping[Any, Any]) -> statline.Topic:
    stem, groups = row["stem"], tuple(row["groups"].split(">"))
    width = WIDTHS.get(stem, 0)
    return statline.Topic(stem, row["title"], row["unit"], row["datatype"], groups, width=width)


def _rows(exact: pd.DataFrame, listed: pd.DataFrame) -> pd.DataFrame:
    named = areas.texts(exact)
    columns: dict[str | int, pd.Series | np.ndarray] = {"WijkenEnBuurten": exact["code"]}
    for place, name in enumerate(listed["indicator"]):
        if name:
            columns[place] = named[name] if name in named else indicators.value(name, exact)
    return pd.DataFrame(columns)
