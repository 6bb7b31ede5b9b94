"""How the cells were grouped and coded in each year."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from nplvanalysis.sources.sample import coding, events, names
from nplvanalysis.sources.sample.geography import Geography
from nplvanalysis.sources.sample.sizes import Size

SAME, NEW_CODE, NEW_BORDERS = 1, 2, 3
LEVELS = {"Gemeente": "municipality", "Wijk": "wijk", "Buurt": "code"}


@dataclass(frozen=True)
class Divisions:
    """The divisions of all years.

    Attributes
    ----------
    tables : dict of int to DataFrame
        See `codes`.
    events : DataFrame
        See `events.plan`.
    hectares : Series
        Of all cells.
    """

    tables: dict[int, pd.DataFrame]
    events: pd.DataFrame
    hectares: pd.Series

    def codes(self, year: int) -> pd.DataFrame:
        """Give the division of a year.

        Parameters
        ----------
        year : int

        Returns
        -------
        DataFrame
            On the index of all cells: code (BU..), wijk (WK..), municipality (GM..), province
            (name), name, wijk_name, municipality_name.
        """
        return self.tables[year]

    def changes(self, year: int) -> pd.Series:
        """Flag changes against the year before, as the publisher does.

        Parameters
        ----------
        year : int

        Returns
        -------
        Series of int
            By BU, WK and GM code: 1 unchanged, 2 another code for the same cells, 3 other borders.
            All 1 in the first year.
        """
        now = self.tables[year]
        before = self.tables.get(year - 1, now)
        flags = [_flags(now[level], before[level]) for level in LEVELS.values()]
        return pd.concat(flags).rename("change")

    def crosswalk(self, homes: pd.Series, year: int, target: int) -> pd.DataFrame:
        """Count the dwellings that buurten of two divisions have in common.

        Parameters
        ----------
        homes : Series
            Dwellings by cell; cells that are left out (water) take no part.
        year, target : int
            Years of the divisions.

        Returns
        -------
        DataFrame
            code, division, target_code, target_division, dwellings, share (of the buurt `code`;
            by hectares where nobody lives).
        """
        weights = pd.DataFrame({"dwellings": homes, "hectares": self.hectares.reindex(homes.index)})
        keys = {
            "code": self.tables[year]["code"].reindex(homes.index),
            "target_code": self.tables[target]["code"].reindex(homes.index),
        }
        common = weights.assign(**keys).groupby(list(keys), as_index=False).sum()
        whole = common.groupby("code")[["dwellings", "hectares"]].transform("sum")
        shares = common[["dwellings", "hectares"]] / whole
        share = shares["dwellings"].where(whole["dwellings"] > 0, shares["hectares"])
        columns = ["code", "division", "target_code", "target_division", "dwellings", "share"]
        return common.assign(division=year, target_division=target, share=share)[columns]


def make(geography: Geography, size: Size, rng: np.random.Generator) -> Divisions:
    """Draw the changes and apply them year by year.

    Parameters
    ----------
    geography : Geography
    size : Size
    rng : Generator

    Returns
    -------
    Divisions
        The last year is the reference division.
    """
    wijk = coding.wijken(geography)
    planned = events.plan(geography, wijk, size.years, rng)
    state = coding.start(geography, wijk, planned)
    kinds = geography.cells["kind"].to_numpy()
    titles = names.buurten(kinds, _places(state.gm), _first(geography), rng)
    first, last = size.years
    tables = {}
    for year in range(first, last + 1):
        for event in planned[planned["year"] == year].itertuples():
            coding.apply(state, event)
        tables[year] = _table(state, geography, titles)
    return Divisions(tables, planned, geography.cells["hectares"])


def _first(geography: Geography) -> np.ndarray:
    return ~geography.cells["site"].duplicated().to_numpy()


def _places(gm: np.ndarray) -> np.ndarray:
    return names.municipalities(gm.astype(int) - coding.FIRST)


def _table(state: coding.State, geography: Geography, titles: np.ndarray) -> pd.DataFrame:
    head = state.head
    gm, wijk, number = state.gm[head], state.wijk[head], state.number[head]
    table = pd.DataFrame(
        {
            "code": "BU" + gm + wijk + number,
            "wijk": "WK" + gm + wijk,
            "municipality": "GM" + gm,
            "province": names.provinces(geography.cells["province"].to_numpy()[head]),
            "name": titles[head],
            "municipality_name": _places(gm),
        }
    )
    firsts = table.groupby("wijk")["name"].transform("first")
    return table.assign(wijk_name="Wijk " + table["wijk"].str[6:] + " " + firsts)


def _flags(now: pd.Series, before: pd.Series) -> pd.Series:
    """Compare groups of cells: equal if all came from one group, and all of it came."""
    number, code = pd.factorize(now, sort=True)
    former, old = pd.factorize(before)
    order = np.argsort(number, kind="stable")
    starts = np.searchsorted(number[order], np.arange(len(code)))
    least, most = (ufunc.reduceat(former[order], starts) for ufunc in (np.minimum, np.maximum))
    whole = (least == most) & (np.bincount(number) == np.bincount(former)[least])
    flags = np.select([whole & (old[least] == code), whole], [SAME, NEW_CODE], NEW_BORDERS)
    return pd.Series(flags, index=code)
