"""One panel, (code, division, year) by columns, all on one set of borders."""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import pandas as pd

from nplvanalysis.errors import DataError, DivisionError, ParameterError
from nplvanalysis.harmonise.crosswalk import to_division
from nplvanalysis.registers import Source
from nplvanalysis.schema import KEY

IDENTITY = ["name", "level", "municipality", "municipality_name", "province"]


@dataclass(frozen=True)
class Cleaned:
    """A cleaned table with the catalogue entry that it came from."""

    name: str
    source: Source
    table: pd.DataFrame


@dataclass(frozen=True)
class Harmonised:
    """The panel, and a table of what was kept and lost per source, year and reason."""

    panel: pd.DataFrame
    coverage: pd.DataFrame


def harmonise(cleaned: list[Cleaned], areas: gpd.GeoDataFrame, division: int) -> Harmonised:
    """Put all tables on the borders of one division and join them.

    Parameters
    ----------
    cleaned : list of Cleaned
        Tables of the unit of the study, of any year and division.
    areas : GeoDataFrame
        code, division, geometry: the borders.
    division : int
        Year of the division wanted.

    Returns
    -------
    Harmonised
        Panel rows (code, division, year), with `x` and `y` of the centroid.

    Raises
    ------
    DivisionError
        If the borders are of another year, or figures cannot be brought to them.
    DataError
        If a source has areas, in the division's own year, that the borders lack.
    """
    refuse_other_borders(areas, division)
    flags = _change_flags(cleaned)
    stock = _stock(cleaned)
    kept: list[tuple[str, pd.DataFrame]] = []
    coverage: list[pd.DataFrame] = []
    for item in cleaned:
        converted, changed = to_division(item.table, division, flags)
        refuse_unknown_places(item, areas, division)
        on_map = converted["code"].isin(areas["code"])
        reasons = {
            "": converted[on_map],
            "other borders or code": changed,
            "not on the borders": converted[~on_map],
        }
        kept.append((item.source.dataset, converted[on_map]))
        coverage += [_counted(item, rows, why, stock) for why, rows in reasons.items()]
    places = pd.DataFrame({"code": areas["code"], "x": areas.centroid.x, "y": areas.centroid.y})
    panel = _joined(kept).merge(places, on="code", how="left", validate="m:1")
    table = pd.concat(coverage, ignore_index=True)
    return Harmonised(panel.sort_values(KEY, ignore_index=True), table)


def borders_of(sources: dict[str, Source], unit: str) -> str:
    """Name the one source of borders of a study.

    Parameters
    ----------
    sources : dict of str to Source
        Those of the study.
    unit : str
        Level of the areas.

    Raises
    ------
    ParameterError
        If there is none, or more than one.
    """
    found = [
        name
        for name, source in sources.items()
        if source.dataset in ("boundaries", "kwb_rda") and source.level == unit
    ]
    if len(found) != 1:
        raise ParameterError(
            "A study needs one source of borders.",
            where="params.yaml, sources",
            expected=f"one source of dataset boundaries or kwb_rda at the level {unit}",
            got=", ".join(found) or "none",
            todo="Add or remove a source of borders.",
        )
    return found[0]


def refuse_other_borders(areas: gpd.GeoDataFrame, division: int) -> None:
    """Refuse borders of another year than the study asks for.

    Raises
    ------
    DivisionError
        Codes are used again for other places, so that a join would mix places in silence.
    """
    found = sorted(set(areas["division"]))
    if found != [division]:
        raise DivisionError(
            "The borders are of another year than the study asks for.",
            where="the source of borders in params.yaml",
            expected=f"division {division}",
            got=f"division {', '.join(map(str, found)) or 'none'}",
            todo="Set years.division to the year of the borders, or add borders of that year.",
        )


def refuse_unknown_places(item: Cleaned, areas: gpd.GeoDataFrame, division: int) -> None:
    """Refuse figures of the division's own year for areas that the borders lack.

    Parameters
    ----------
    item : Cleaned
        Checked for its release year, and only if it is of this division.
    areas : GeoDataFrame
    division : int

    Raises
    ------
    DataError
        Such a code means that borders and figures are not of the same division after all.
    """
    table = item.table
    own = table[(table["division"] == division) & (table["year"] == item.source.year)]
    strangers = sorted(set(own["code"]) - set(areas["code"]))
    if strangers:
        raise DataError(
            "Areas with figures are not on the borders.",
            where=item.name,
            expected=f"every area of {item.source.year} on the borders of {division}",
            got=f"{len(strangers):,} without borders, such as {', '.join(strangers[:5])}",
            todo="Check that figures and borders are of the same division.",
        )


def _change_flags(cleaned: list[Cleaned]) -> pd.DataFrame:
    columns = ["code", "division", "change_flag"]
    flagged = [item.table[columns] for item in cleaned if "change_flag" in item.table]
    return pd.concat([pd.DataFrame(columns=columns), *flagged], ignore_index=True)


def _stock(cleaned: list[Cleaned]) -> pd.DataFrame:
    """Dwellings and persons by area and year, each on the borders of its own division."""
    columns = [*KEY, "dwellings", "population"]
    tables = [item.table[columns] for item in cleaned if {*columns} <= {*item.table}]
    stock = pd.concat([pd.DataFrame(columns=columns), *tables], ignore_index=True)
    return stock.drop_duplicates(KEY)


def _counted(item: Cleaned, rows: pd.DataFrame, why: str, stock: pd.DataFrame) -> pd.DataFrame:
    """Count areas, dwellings and persons per year; NaN unless the stock of every area is known."""
    every = pd.Index(sorted(item.table["year"].unique()), name="year")
    own = rows[["code", "year"]].assign(division=item.table["division"].iloc[0])
    both = own.merge(stock, on=KEY, how="left", validate="1:1")
    totals = both.groupby("year").agg(
        areas=("code", "size"),
        dwellings=("dwellings", lambda values: values.sum(skipna=False)),
        persons=("population", lambda values: values.sum(skipna=False)),
    )
    counted = totals.reindex(every).astype("float64")
    counted.loc[counted["areas"].isna()] = 0.0
    step = "lost" if why else "kept"
    return counted.reset_index().assign(source=item.name, step=step, reason=why)


def _joined(kept: list[tuple[str, pd.DataFrame]]) -> pd.DataFrame:
    stacked = {
        dataset: pd.concat([table for own, table in kept if own == dataset], ignore_index=True)
        for dataset in dict.fromkeys(dataset for dataset, _ in kept)
    }
    everything = pd.concat(stacked.values(), ignore_index=True).reindex(columns=[*KEY, *IDENTITY])
    panel = everything.drop_duplicates(KEY).astype(dict.fromkeys(IDENTITY, "str"))
    for dataset, table in stacked.items():
        figures = table.drop(columns=IDENTITY, errors="ignore")
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
