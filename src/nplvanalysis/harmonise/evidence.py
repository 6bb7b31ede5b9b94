"""What is known about where codes went between divisions, put together into a crosswalk."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import geopandas as gpd
import pandas as pd

from nplvanalysis.errors import DivisionError
from nplvanalysis.harmonise.crosswalk import (
    CHANGED,
    UNDRAWN,
    Crosswalk,
    assembled,
    unchanged,
    whole,
)
from nplvanalysis.harmonise.overlay import overlay, uncovered
from nplvanalysis.harmonise.recodes import counted, recoded, within
from nplvanalysis.schema import Column


@dataclass(frozen=True)
class Evidence:
    """What a study has besides the publisher's change flags.

    Attributes
    ----------
    dictionary : dict of str to Column
        How each column is put on other borders.
    borders : dict of int to GeoDataFrame
        code, division, geometry of other divisions, by division.
    recodes : DataFrame, optional
        See `recodes.recoded`.
    addresses : DataFrame, optional
        See `recodes.counted`.
    codes : dict of int to set of str
        Every code that a division is known to have, whether there are figures of it or not.
    """

    dictionary: dict[str, Column] = field(default_factory=dict)
    borders: dict[int, gpd.GeoDataFrame] = field(default_factory=dict)
    recodes: pd.DataFrame | None = None
    addresses: pd.DataFrame | None = None
    codes: dict[int, set[str]] = field(default_factory=dict)

    @property
    def given(self) -> bool:
        """Whether there is any."""
        return bool(self.borders) or self.recodes is not None or self.addresses is not None

    def about(self, division: int, target: int) -> bool:
        """Tell whether it says where areas of one division are in another."""
        counts, recodes = self.addresses, self.recodes
        tied = counts is not None and bool(
            ((counts["division"] == division) & (counts["target_division"] == target)).any()
        )
        moved = recodes is not None and not within(recodes, division, target).empty
        return division in self.borders or tied or moved


def crosswalk(
    tables: list[pd.DataFrame],
    areas: gpd.GeoDataFrame,
    division: int,
    flags: pd.DataFrame,
    evidence: Evidence,
) -> Crosswalk:
    """Place the areas of one division on the borders of another.

    Parameters
    ----------
    tables : list of DataFrame
        All figures of the study: code, division, year and, for some, dwellings.
    areas : GeoDataFrame
        code, division, geometry: the borders wanted.
    division : int
        The division to place.
    flags : DataFrame
        code, division, change_flag.
    evidence : Evidence

    Returns
    -------
    Crosswalk
        Of every area of `division` that has figures or borders. Where borders are laid over each
        other, target areas of which the old map leaves out a part are lacking.

    Raises
    ------
    DivisionError
        If nothing says where its areas are.
    """
    target = int(areas["division"].iloc[0])
    on_map = set(areas["code"])
    codes = _codes(tables, division) | evidence.codes.get(division, set())
    known = _codes(tables, target) | on_map
    old = evidence.borders.get(division)
    codes |= set() if old is None else set(old["code"])
    found = [_followed(flags, codes, division, target, evidence)]
    if evidence.recodes is not None:
        found.append(recoded(evidence.recodes, codes, known, division, target))
    if evidence.addresses is not None:
        found.append(counted(evidence.addresses, codes, known, division, target))
        codes |= set(found[-1]["code"])
    first = assembled(codes, on_map, found)
    if old is None or not first.lost:
        return first
    rest = old[old["code"].isin(first.lost)]
    laid = overlay(rest, areas, _dwellings(tables, target))
    found.append(laid)
    made = assembled(codes, on_map, found)
    undrawn = {
        code: UNDRAWN
        for code, reason in made.lost.items()
        if reason == CHANGED and code not in set(old["code"])
    }
    lacking = made.lacking | uncovered(made.pairs, laid, old, areas)
    return replace(made, lost=made.lost | undrawn, lacking=lacking)


def _followed(
    flags: pd.DataFrame, codes: set[str], division: int, target: int, evidence: Evidence
) -> pd.DataFrame:
    try:
        same = unchanged(flags, division, target) & codes
    except DivisionError:
        if not evidence.about(division, target):
            raise
        same = set()
    return whole({code: code for code in sorted(same)}, division, target, "unchanged")


def _codes(tables: list[pd.DataFrame], division: int) -> set[str]:
    return {code for table in tables for code in table.loc[table["division"] == division, "code"]}


def _dwellings(tables: list[pd.DataFrame], division: int) -> pd.Series:
    """Dwellings by area in the year of a division."""
    own = [
        table.loc[(table["division"] == division) & (table["year"] == division)]
        for table in tables
        if "dwellings" in table
    ]
    parts = [table.set_index("code")["dwellings"].dropna() for table in own]
    every = pd.concat([pd.Series(dtype=float), *parts])
    return every[~every.index.duplicated()]
