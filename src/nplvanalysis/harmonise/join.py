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
        Tables of one dataset, and editions of one statistic, stand below each other; those of
        different ones side by side.
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
    series = [(SERIES.get(dataset, dataset), table) for dataset, table in kept]
    stacked = {
        dataset: pd.concat([table for own, table in series if own == dataset], ignore_index=True)
        for dataset in dict.fromkeys(dataset for dataset, _ in series)
    }
    everything = pd.concat(stacked.values(), ignore_index=True).reindex(columns=[*KEY, *IDENTITY])
    # the first that is known of each column
    panel = everything.groupby(KEY, as_index=False, sort=False).first()
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
