"""What a join on bare codes makes of the same tables: shown beside the panel, used for nothing."""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import pandas as pd

from nplvanalysis.harmonise import coverage
from nplvanalysis.harmonise.crosswalk import WITHIN, Crosswalk
from nplvanalysis.harmonise.join import joined
from nplvanalysis.harmonise.panel import Cleaned

# Figures that are given to an area which does not hold them.
MISPLACED = "misplaced"


@dataclass(frozen=True)
class Naive:
    """The panel that bare codes give, and how much of it stands at another place."""

    panel: pd.DataFrame
    coverage: pd.DataFrame


def by_bare_codes(
    cleaned: list[Cleaned],
    areas: gpd.GeoDataFrame,
    division: int,
    crosswalks: dict[int, Crosswalk],
) -> Naive:
    """Join all tables on their codes as if a code were always the same place.

    Parameters
    ----------
    cleaned : list of Cleaned
    areas : GeoDataFrame
        code, geometry: the borders.
    division : int
        Their year.
    crosswalks : dict of int to Crosswalk
        By division, where its areas really are: see `panel.Harmonised`.

    Returns
    -------
    Naive
        The coverage has the rows of `coverage.tallied`. Kept is the part that the area of the same
        code does hold, misplaced what it does not, lost an area whose code is gone.
    """
    codes, known = set(areas["code"]), coverage.stock([item.table for item in cleaned])
    kept: list[tuple[str, pd.DataFrame]] = []
    counts = []
    for item in cleaned:
        walk = crosswalks.get(int(item.table["division"].iloc[0]))
        fate = fates(item.table, walk, codes)
        counts.append(coverage.tallied(item.name, item.table, fate, known))
        same = item.table[item.table["code"].isin(codes)]
        kept.append((item.source.dataset, same.assign(division=division)))
    return Naive(joined(kept, areas), pd.concat(counts, ignore_index=True))


def fates(table: pd.DataFrame, crosswalk: Crosswalk | None, codes: set[str]) -> pd.DataFrame:
    """Say where a join on bare codes puts each area.

    Parameters
    ----------
    table : DataFrame
        code.
    crosswalk : Crosswalk, optional
        Where the areas are; None: the table is of the target division.
    codes : set of str
        Of the target division.

    Returns
    -------
    DataFrame
        code, step, reason, share, as `coverage.fates`. What no method can place counts as
        misplaced, with the reason why it cannot.
    """
    own = coverage.on_map(table, codes)
    if crosswalk is None:
        return own
    pairs = crosswalk.pairs
    same = pairs[pairs["code"] == pairs["target_code"]].set_index("code")["weight"]
    there = own[own["step"] == coverage.KEPT]
    share = there["code"].map(same.to_dict()).astype(float).fillna(0.0)
    right = there.assign(share=share)
    reason = there["code"].map(lambda code: crosswalk.lost.get(code, ""))
    wrong = right.assign(step=MISPLACED, share=1 - share, reason=reason)
    every = pd.concat([right, wrong, own[own["step"] == coverage.LOST]], ignore_index=True)
    return every[every["share"] > WITHIN].reset_index(drop=True)
