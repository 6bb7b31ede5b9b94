"""One panel, (code, division, year) by columns, all on one set of borders."""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd

from nplvanalysis.errors import DataError
from nplvanalysis.harmonise import coverage
from nplvanalysis.harmonise.apportion import ADDED, apportion
from nplvanalysis.harmonise.borders import refuse_other_borders, refuse_unknown_places
from nplvanalysis.harmonise.crosswalk import METHODS, Crosswalk
from nplvanalysis.harmonise.evidence import Evidence, crosswalk
from nplvanalysis.registers import Source
from nplvanalysis.schema import KEY

IDENTITY = ["name", "level", "municipality", "municipality_name", "province"]
# One statistic that comes in several formats over the years: its editions stand below each other.
SERIES = {"kwb_rda": "kwb", "kwb_statline": "kwb"}


@dataclass(frozen=True)
class Cleaned:
    """A cleaned table with the catalogue entry that it came from."""

    name: str
    source: Source
    table: pd.DataFrame

    def __post_init__(self) -> None:
        """Refuse a table keyed by names: two places may share one, and names change."""
        if "code" not in self.table:
            raise DataError(
                "A table names its areas without giving their codes.",
                where=self.name,
                expected="a column code",
                got=", ".join(map(str, self.table.columns)),
                todo="Leave it out of `sources`: this version has no list of names and codes yet.",
            )


@dataclass(frozen=True)
class Harmonised:
    """The panel, and a table of what was kept and lost per source, year and reason."""

    panel: pd.DataFrame
    coverage: pd.DataFrame


def harmonise(
    cleaned: list[Cleaned],
    areas: gpd.GeoDataFrame,
    division: int,
    evidence: Evidence | None = None,
) -> Harmonised:
    """Put all tables on the borders of one division and join them.

    Areas whose borders did not change keep their figures as they are. What `evidence` says about
    the others puts their figures on the borders wanted; without it they are lost.

    Parameters
    ----------
    cleaned : list of Cleaned
        Tables of the unit of the study, of any year and division.
    areas : GeoDataFrame
        code, division, geometry: the borders.
    division : int
        Year of the division wanted.
    evidence : Evidence, optional
        None: the publisher's change flags alone.

    Returns
    -------
    Harmonised
        Panel rows (code, division, year), with `x` and `y` of the centroid and, if there is
        evidence, `apportioned`: the largest share, over the sources of a row, of dwellings that
        come from areas that were cut (%). Coverage has the rows of `coverage.tallied`.

    Raises
    ------
    DivisionError
        If the borders are of another year, or figures cannot be brought to them.
    DataError
        If a source has areas, in the division's own year, that the borders lack, or two sources
        give the same figures.
    """
    refuse_other_borders(areas, division)
    tables = [item.table for item in cleaned]
    evidence = evidence or Evidence()
    walks = _crosswalks(tables, areas, division, evidence)
    known, codes = coverage.stock(tables), set(areas["code"])
    kept: list[tuple[str, pd.DataFrame]] = []
    counts: list[pd.DataFrame] = []
    for item in cleaned:
        table, dataset = item.table, item.source.dataset
        refuse_unknown_places(item.name, item.source.year, table, areas, division)
        walk = walks.get(_division(table))
        fate = coverage.on_map(table, codes) if walk is None else coverage.fates(walk)
        counts.append(coverage.tallied(item.name, table, fate, known))
        placed = table[table["code"].isin(codes)]
        if walk is not None:
            placed = _placed(table, walk, tables, areas, evidence)
        kept.append((SERIES.get(dataset, dataset), placed))
    places = pd.DataFrame({"code": areas["code"], "x": areas.centroid.x, "y": areas.centroid.y})
    panel = _joined(kept).merge(places, on="code", how="left", validate="m:1")
    if evidence.given:
        panel = panel.merge(_cut([table for _, table in kept]), on=KEY, validate="1:1")
    table = pd.concat(counts, ignore_index=True)
    return Harmonised(panel.sort_values(KEY, ignore_index=True), table)


def _division(table: pd.DataFrame) -> int:
    (division,) = table["division"].unique()
    return int(division)


def _crosswalks(
    tables: list[pd.DataFrame], areas: gpd.GeoDataFrame, division: int, evidence: Evidence
) -> dict[int, Crosswalk]:
    """Place each division at hand other than the one wanted."""
    columns = ["code", "division", "change_flag"]
    flagged = [table[columns] for table in tables if "change_flag" in table]
    flags = pd.concat([pd.DataFrame(columns=columns), *flagged], ignore_index=True)
    others = sorted({_division(table) for table in tables} - {division})
    return {own: crosswalk(tables, areas, own, flags, evidence) for own in others}


def _placed(
    table: pd.DataFrame,
    walk: Crosswalk,
    tables: list[pd.DataFrame],
    areas: gpd.GeoDataFrame,
    evidence: Evidence,
) -> pd.DataFrame:
    """Put one table on the borders; areas that lack a piece get no figures."""
    target = int(areas["division"].iloc[0])
    if (walk.pairs["method"] == METHODS[0]).all():
        return table[table["code"].isin(walk.pairs["code"])].assign(division=target)
    weights = {entry.weight for entry in evidence.dictionary.values()} | {"dwellings"}
    own = [
        other[[*KEY, *sorted(weights & set(other))]]
        for other in tables
        if _division(other) == _division(table) and weights & set(other)
    ]
    over = pd.concat([table[KEY], *own]).groupby(KEY, as_index=False).first()
    places = _places(tables, areas)
    made = apportion(table, walk.pairs, evidence.dictionary, over, places)
    return made[~made["code"].isin(walk.lacking)]


def _places(tables: list[pd.DataFrame], areas: gpd.GeoDataFrame) -> pd.DataFrame:
    """List identifiers of the target areas, by code."""
    target = int(areas["division"].iloc[0])
    own = [
        table.reindex(columns=["code", *IDENTITY]).drop_duplicates("code", keep="last")
        for table in tables
        if _division(table) == target
    ]
    drawn = pd.DataFrame(areas.drop(columns="geometry")).reindex(columns=["code", *IDENTITY])
    # the first that is known of each column
    return pd.concat([*own, drawn]).groupby("code")[IDENTITY].first()


def _cut(tables: list[pd.DataFrame]) -> pd.DataFrame:
    """Take the largest share that was apportioned over the tables; not known counts as largest."""
    parts = [table.reindex(columns=[*KEY, ADDED]) for table in tables if ADDED in table]
    whole = [table[KEY].assign(**{ADDED: 0.0}) for table in tables if ADDED not in table]
    every = pd.concat([*parts, *whole], ignore_index=True)
    most = every.fillna({ADDED: np.inf}).groupby(KEY)[ADDED].max()
    return most.replace(np.inf, np.nan).reset_index()


def _joined(kept: list[tuple[str, pd.DataFrame]]) -> pd.DataFrame:
    stacked = {
        dataset: pd.concat([table for own, table in kept if own == dataset], ignore_index=True)
        for dataset in dict.fromkeys(dataset for dataset, _ in kept)
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
    return panel


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


def with_municipality_names(panel: pd.DataFrame, cleaned: list[Cleaned]) -> pd.DataFrame:
    """Fill in names of municipalities from a table at municipality level, where there is one.

    Parameters
    ----------
    panel : DataFrame
    cleaned : list of Cleaned
        All tables of the study.

    Returns
    -------
    DataFrame
        `municipality_name` filled where it was missing.
    """
    for item in cleaned:
        if item.source.level == "gemeente":
            names = item.table.drop_duplicates("code").set_index("code")["name"]
            filled = panel["municipality_name"].fillna(panel["municipality"].map(names))
            panel = panel.assign(municipality_name=filled)
    return panel
