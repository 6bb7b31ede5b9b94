"""Scores in the format of the Leefbaarometer: all waves on the last division."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd

from nplvanalysis.sources.sample.names import MARK
from nplvanalysis.sources.sample.publishing import archive

DIMENSIONS = ["fys", "onv", "soc", "vrz", "won"]
# Waves that have a total only.
TOTAL_ONLY = [2016]
WAVES = [2014, 2016, 2018, 2020, 2022, 2024]
# Total score of a place without deviation.
LEVEL = 4.1
# Fewer homes or residents: no score.
LEAST_HOMES, LEAST_RESIDENTS = 20, 40
LEVELS = {"Buurt": ("bu", "buurten"), "Wijk": ("wk", "wijken"), "Gemeente": ("gm", "gemeenten")}

Figures = Callable[[int], pd.DataFrame]


def write(figures: Figures, early: pd.DataFrame, waves: list[int], year: int, path: Path) -> None:
    """Write the release of a year: a zip with a table per level.

    Parameters
    ----------
    figures : callable
        Gives the sums of a year on the last division, always of the same areas in one order.
    early : DataFrame
        From `early_totals`: deviations of the waves before the first year.
    waves : list of int
        Those from the first year on.
    year : int
        Of the release.
    path : Path
    """
    whole = table(figures, early, waves)
    folder = f"Leefbaarometer 3.0 - Meting {year} - open data"
    first = min([*early.columns, *waves])
    members = {
        f"{folder}/Leefbaarometer-scores {plural} {first}-{year}.csv": _text(whole, level)
        for level, (_, plural) in LEVELS.items()
    }
    about = f"{MARK}: made by nplvanalysis. No score is about a real place.\n"
    archive.write([(f"{folder}/LEESMIJ.txt", about.encode()), *members.items()], path)


def table(figures: Figures, early: pd.DataFrame, waves: list[int]) -> pd.DataFrame:
    """Make the scores of all levels.

    Parameters
    ----------
    figures, early, waves
        As in `write`.

    Returns
    -------
    DataFrame
        recs, code, naam, jaar, lbm, afw, fys, onv, soc, vrz, won; by area, then year. Dimensions
        are missing in early waves and in `TOTAL_ONLY`; areas with hardly any homes are absent.
    """
    now = figures(waves[0])
    parts = [
        _wave(now, wave, early[wave].to_numpy(), None)[_scored(now, early[wave])]
        for wave in map(int, early.columns.tolist())
    ]
    for wave in waves:
        rows = figures(wave)
        homes = rows["dwellings"].where(rows["dwellings"] > 0)
        shown = pd.DataFrame({name: rows[f"{name}_sum"] / homes for name in DIMENSIONS})
        # added from left to right, so that readers who do the same find no difference at all
        total = sum(shown[name].to_numpy() for name in DIMENSIONS)
        own = None if wave in TOTAL_ONLY else shown
        parts.append(_wave(rows, wave, np.asarray(total), own)[_scored(rows, shown["fys"])])
    return pd.concat(parts).sort_values(["code", "jaar"], ignore_index=True)


def early_totals(
    early: pd.DataFrame, homes: np.ndarray, codes: pd.DataFrame, figures: pd.DataFrame
) -> pd.DataFrame:
    """Average the early scores of cells over areas, weighted by homes.

    Parameters
    ----------
    early : DataFrame
        Land cells, one column per wave.
    homes : ndarray, one per land cell
    codes : DataFrame
        code, wijk and municipality of the land cells on the last division.
    figures : DataFrame
        The areas wanted, by code.

    Returns
    -------
    DataFrame
        In the order of `figures`; missing for an area without homes.
    """
    weighed = early.mul(homes, axis=0).set_axis([int(wave) for wave in early.columns], axis=1)
    sums = []
    for level in ("code", "wijk", "municipality"):
        area = codes[level].to_numpy()
        total = pd.Series(homes, dtype=float).groupby(area).sum()
        sums.append(weighed.groupby(area).sum().div(total.where(total > 0), axis=0))
    return pd.concat(sums).reindex(figures["code"]).reset_index(drop=True)


def _scored(rows: pd.DataFrame, value: pd.Series) -> np.ndarray:
    lived_in = (rows["dwellings"] >= LEAST_HOMES) & (rows["population"] >= LEAST_RESIDENTS)
    return lived_in.to_numpy() & value.notna().to_numpy()


def _wave(
    rows: pd.DataFrame, wave: int, total: np.ndarray, parts: pd.DataFrame | None
) -> pd.DataFrame:
    shown = parts if parts is not None else pd.DataFrame(np.nan, rows.index, DIMENSIONS)
    whole = rows[["recs", "code", "name"]].rename(columns={"name": "naam"})
    whole = whole.assign(jaar=wave, lbm=LEVEL + total, afw=total)
    return pd.concat([whole, shown], axis=1)


def _text(whole: pd.DataFrame, level: str) -> bytes:
    """Write one level as the publisher does: commas, points, full precision, NA."""
    prefix, _ = LEVELS[level]
    own = whole[whole["recs"] == level].drop(columns="recs")
    own = own.rename(columns={"code": f"{prefix}_code", "naam": f"{prefix}_naam"})
    return own.to_csv(index=False, na_rep="NA", lineterminator="\n").encode()
