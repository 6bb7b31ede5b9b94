"""Borders of a study: those of its division, and those of other years to lay over them."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd

from nplvanalysis.errors import DataError, DivisionError, ParameterError
from nplvanalysis.registers import Source


def borders_of(sources: dict[str, Source], unit: str, division: int) -> str:
    """Name the one source of the borders on which a study puts its figures.

    Parameters
    ----------
    sources : dict of str to Source
        Those of the study.
    unit : str
        Level of the areas.
    division : int
        Year of the division of the study. A study that has one source of borders uses that one:
        `refuse_other_borders` says what is wrong with it.

    Raises
    ------
    ParameterError
        If there is none, or two of one year.
    """
    every = _sources(sources, unit, ("boundaries", "kwb_rda"))
    if len(every) == 1:
        return next(iter(every))
    found = [name for name, source in every.items() if source.division == division]
    if len(found) != 1:
        raise _not_one(unit, division, found)
    return found[0]


def other_borders(sources: dict[str, Source], unit: str, division: int) -> dict[int, str]:
    """Name the sources of borders of other years.

    Parameters
    ----------
    sources : dict of str to Source
    unit : str
    division : int
        Year of the division of the study.

    Returns
    -------
    dict of int to str
        From division to source.

    Raises
    ------
    ParameterError
        If there are two of one year.
    """
    found: dict[int, str] = {}
    for name, source in _sources(sources, unit, ("boundaries",)).items():
        if source.division == division:
            continue
        if source.division in found:
            raise _not_one(unit, source.division, [found[source.division], name])
        found[source.division] = name
    return found


def _sources(sources: dict[str, Source], unit: str, datasets: tuple[str, ...]) -> dict[str, Source]:
    return {
        name: source
        for name, source in sources.items()
        if source.dataset in datasets and source.level == unit
    }


def _not_one(unit: str, division: int, found: list[str]) -> ParameterError:
    return ParameterError(
        "A study needs one source of borders of each division.",
        where="params.yaml, sources",
        expected=f"one source of dataset boundaries or kwb_rda at the level {unit}, of {division}",
        got=", ".join(found) or "none",
        todo="Add or remove a source of borders, or change years.division.",
    )


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


def refuse_unknown_places(
    name: str, year: int, table: pd.DataFrame, areas: gpd.GeoDataFrame, division: int
) -> None:
    """Refuse figures of the division's own year for areas that the borders lack.

    Parameters
    ----------
    name : str
        The source.
    year : int
        Its release year: checked for that year, and only if it is of this division.
    table : DataFrame
        code, division, year.
    areas : GeoDataFrame
    division : int

    Raises
    ------
    DataError
        Such a code means that borders and figures are not of the same division after all.
    """
    own = table[(table["division"] == division) & (table["year"] == year)]
    strangers = sorted(set(own["code"]) - set(areas["code"]))
    if strangers:
        raise DataError(
            "Areas with figures are not on the borders.",
            where=name,
            expected=f"every area of {year} on the borders of {division}",
            got=f"{len(strangers):,} without borders, such as {', '.join(strangers[:5])}",
            todo="Check that figures and borders are of the same division.",
        )
