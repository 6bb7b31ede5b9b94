"""One panel, (code, division, year) by columns, all on one set of borders."""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import pandas as pd

from nplvanalysis.errors import DataError
from nplvanalysis.harmonise import coverage
from nplvanalysis.harmonise.apportion import apportion
from nplvanalysis.harmonise.borders import refuse_other_borders, refuse_unknown_places
from nplvanalysis.harmonise.crosswalk import METHODS, Crosswalk
from nplvanalysis.harmonise.evidence import Evidence, crosswalk
from nplvanalysis.harmonise.join import IDENTITY, cut, joined
from nplvanalysis.registers import Source
from nplvanalysis.schema import KEY


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
                todo="Give it codes by `names.coded`, or leave it out of `sources`.",
            )


@dataclass(frozen=True)
class Harmonised:
    """The panel, what was kept and lost per source, year and reason, and how places were found.

    `crosswalks` has, by division, where areas of other divisions are.
    """

    panel: pd.DataFrame
    coverage: pd.DataFrame
    crosswalks: dict[int, Crosswalk]


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
        kept.append((dataset, placed))
    panel = joined(kept, areas)
    if evidence.given:
        panel = panel.merge(cut([table for _, table in kept]), on=KEY, validate="1:1")
    return Harmonised(panel, pd.concat(counts, ignore_index=True), walks)


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


def with_municipality_names(
    panel: pd.DataFrame, tables: dict[str, pd.DataFrame], sources: dict[str, Source]
) -> pd.DataFrame:
    """Fill in names of municipalities from a table at municipality level, where there is one.

    Parameters
    ----------
    panel : DataFrame
    tables : dict of str to DataFrame
        All tables of the study, by source.
    sources : dict of str to Source

    Returns
    -------
    DataFrame
        `municipality_name` filled where it was missing.
    """
    for name, table in tables.items():
        if sources[name].level == "gemeente" and "code" in table:
            names = table.drop_duplicates("code").set_index("code")["name"]
            filled = panel["municipality_name"].fillna(panel["municipality"].map(names))
            panel = panel.assign(municipality_name=filled)
    return panel
