"""Tables of one division side by side: one row per area and year."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd

from nplvanalysis.errors import DataError
from nplvanalysis.harmonise.apportion import ADDED
from nplvanalysis.schema import KEY

IDENTITY = ["name", "level", "municipality", "municipality_name", "province"]
# One statistic that comes in several formats over the years: its editions stand below each other.
SERIES = {"kwb_rda": "kwb", "kwb_statline": "kwb", "kwb_export": "kwb", "kwb_dbf": "kwb"}


def cut(tables: list[pd.DataFrame]) -> pd.DataFrame:
    """Take the largest share that was apportioned over the tables; not known counts as largest.

    Parameters
    ----------
    tables : list of DataFrame
        Of one division, some with `apportioned`; those without it are whole.

    Returns
    -------
    DataFrame
        code, division, year, apportioned (%).
    """
    parts = [table.reindex(columns=[*KEY, ADDED]) for table in tables if ADDED in table]
    whole = [table[KEY].assign(**{ADDED: 0.0}) for table in tables if ADDED not in table]
    every = pd.concat([*parts, *whole], ignore_index=True)
    most = every.fillna({ADDED: np.inf}).groupby(KEY)[ADDED].max()
    return most.replace(np.inf, np.nan).reset_index()


def joined(kept: list[tuple[str, pd.DataFrame]], areas: gpd.GeoDataFrame) -> pd.DataFrame:
    """Join tables of one division.

    Parameters
    ----------
    kept : list of (dataset, DataFrame)
        Editions of one statistic stand below each other. Tables of different datasets stand side
        by side, and so do those of one dataset that share no figure, such as two kinds of election.
    areas : GeoDataFrame
        code, geometry: the borders.

    Returns
    -------
    DataFrame
        One row per code, division and year, in that order, with `x` and `y` of the centroid.

    Raises
    ------
    DataError
        If two datasets give the same column, or one gives an area twice in a year.
    """
    stacked = _stacked(kept)
    everything = pd.concat(stacked.values(), ignore_index=True).reindex(columns=[*KEY, *IDENTITY])
    # the first that is known of each column
    panel = everything.groupby(KEY, as_index=False, sort=False).first()
    # what one source knows of an area holds for its other years
    known = panel.groupby("code")[IDENTITY].transform("first")
    panel[IDENTITY] = panel[IDENTITY].fillna(known)
    panel = panel.astype(dict.fromkeys(IDENTITY, "str"))
    for dataset, table in stacked.items():
        _refuse_two_editions(dataset, table)
        figures = table.drop(columns=[*IDENTITY, ADDED], errors="ignore")
        twice = set(figures.columns) & set(panel.columns) - set(KEY)
        if twice:
            raise DataError(
                "Two datasets give the same column.",
                where=dataset,
                expected="each column from one dataset",
                got=", ".join(sorted(twice)),
                todo="Choose one in data/columns.csv.",
            )
        panel = panel.merge(figures, on=KEY, how="left", validate="1:1")
    places = pd.DataFrame({"code": areas["code"], "x": areas.centroid.x, "y": areas.centroid.y})
    panel = panel.merge(places, on="code", how="left", validate="m:1")
    return panel.sort_values(KEY, ignore_index=True)


def _stacked(kept: list[tuple[str, pd.DataFrame]]) -> dict[str, pd.DataFrame]:
    """Put below each other what is one statistic."""
    series: dict[str, list[pd.DataFrame]] = {}
    for dataset, table in kept:
        series.setdefault(SERIES.get(dataset, dataset), []).append(table)
    return {
        f"{dataset}, part {number}" if number else dataset: pd.concat(part, ignore_index=True)
        for dataset, tables in series.items()
        for number, part in enumerate(_parts(tables))
    }


def _parts(tables: list[pd.DataFrame]) -> list[list[pd.DataFrame]]:
    """Group tables that share a figure with another of the group."""
    groups: list[tuple[set[str], list[pd.DataFrame]]] = []
    for table in tables:
        own = {str(name) for name in table} - {*KEY, *IDENTITY, ADDED}
        alike = [group for group in groups if own & group[0]]
        groups = [group for group in groups if not own & group[0]]
        figures = own.union(*(group[0] for group in alike))
        groups.append((figures, [*(one for group in alike for one in group[1]), table]))
    return [group for _, group in groups]


def _refuse_two_editions(dataset: str, table: pd.DataFrame) -> None:
    twice = table[table.duplicated(KEY)]
    if len(twice):
        first = twice.iloc[0]
        raise DataError(
            "A statistic gives an area twice in one year.",
            where=dataset,
            expected="one edition per year among the sources of the study",
            got=f"{len(twice):,} rows again, such as {first['code']} in {first['year']}",
            todo="Leave one of the editions out of `sources` in params.yaml.",
        )
