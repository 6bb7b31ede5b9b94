"""Which years of a panel can be compared, and what changed between them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from nplvanalysis.errors import OneWaveError, RoundingError
from nplvanalysis.models.change import APPORTIONED, RECLASSED, differences, steady
from nplvanalysis.models.specification import years_of
from nplvanalysis.params import Study
from nplvanalysis.registers import Row

# The level of the outcome where its change begins; see models/baseline.py for why it is no control.
BASELINE = "baseline_outcome"
# What the worse of two windows decides.
WORST = (APPORTIONED, RECLASSED)
# Figures of two waves are of one kind if both, or neither, are mostly whole numbers.
MOSTLY = 0.5


@dataclass(frozen=True)
class Windows:
    """From which year to which year the exposure and the outcome change."""

    exposure: tuple[int, int]
    outcome: tuple[int, int]


def windows(row: Row, study: Study) -> Windows:
    """Give the years between which a row asks for changes.

    Parameters
    ----------
    row : Row
        `year_first` is the first year of both changes.
    study : Study

    Returns
    -------
    Windows

    Raises
    ------
    EstimationError
        If the row has no first year, or one that is not before the last.
    """
    years = years_of(row, study)
    first = row.year_first
    if first is None or first >= min(years.exposure, years.outcome):
        raise OneWaveError(
            "A change needs an earlier year.",
            where=f"year_first of the row on {row.outcome} in data/claims.yaml",
            expected=f"a year before {min(years.exposure, years.outcome)}",
            got=str(first),
            todo="Give the row a first year, or report it as not testable in this study.",
        )
    return Windows((first, years.exposure), (first, years.outcome))


def waves_of(panel: pd.DataFrame, columns: list[str], study: Study) -> list[int]:
    """List the years in which at least `models.min_areas` areas have all the columns."""
    if not {*columns} <= {*panel}:
        return []
    counts = panel[columns].notna().all(axis=1).groupby(panel["year"]).sum()
    return [int(year) for year in counts.index[counts >= study.models.min_areas]]


def changes(
    panel: pd.DataFrame, asked: Windows, terms: list[str], outcome: str, study: Study
) -> pd.DataFrame:
    """Put the change of the outcome beside the change of the terms.

    Parameters
    ----------
    panel : DataFrame
        Rows (code, division, year) of one level.
    asked : Windows
    terms : list of str
    outcome : str
    study : Study
        `sample` says which areas are steady enough for a change.

    Returns
    -------
    DataFrame
        One row per steady area that has all the years: terms and outcome are later less earlier,
        `BASELINE` is the outcome where its window begins, all else is of the first year of the
        exposure.

    Raises
    ------
    EstimationError
        If the panel lacks a year, or one wave is in whole numbers and the other is not.
    """
    refuse_absent(panel, {*asked.exposure, *asked.outcome})
    needed = [name for name in (*terms, outcome) if name in panel]
    moved = differences(panel, *asked.exposure, [name for name in terms if name in panel])
    later = differences(panel, *asked.outcome, [outcome] if outcome in panel else [])
    before = panel[panel["year"] == asked.outcome[0]].set_index("code").get(outcome)
    own = later[[name for name in ("code", outcome, *WORST) if name in later]]
    table = moved.drop(columns=outcome, errors="ignore").merge(
        own, on="code", how="inner", validate="1:1", suffixes=("", "_outcome")
    )
    if before is not None:
        table[BASELINE] = table["code"].map(before)
    for name in WORST:
        if name in table:
            table[name] = table[[name, f"{name}_outcome"]].max(axis=1)
    kept = steady(table, study)
    used = panel[panel["code"].isin(kept["code"])]
    for name in needed:
        refuse_rounding(used, name, asked.outcome if name == outcome else asked.exposure)
    return kept


def refuse_absent(panel: pd.DataFrame, years: set[int]) -> None:
    """Refuse years that a panel does not have; a study of one year has no change.

    Raises
    ------
    EstimationError
    """
    there = sorted({int(year) for year in panel["year"]})
    absent = sorted(years - {*there})
    if absent:
        raise OneWaveError(
            "A change needs figures of both its years.",
            where=f"years {', '.join(map(str, absent))}",
            expected=f"some of {', '.join(map(str, there))}",
            got="no figures",
            todo="Report it as not testable in this study, or add a source of that year.",
        )


def refuse_rounding(panel: pd.DataFrame, column: str, years: tuple[int, ...]) -> None:
    """Refuse to compare whole numbers with unrounded ones.

    The rounding of one wave only would pass for change: police rates of Rotterdam are whole
    numbers in one edition. Rounding of all waves alike is no reason to refuse.

    Parameters
    ----------
    panel : DataFrame
        Rows (code, year).
    column : str
    years : tuple of int

    Raises
    ------
    EstimationError
        If all values of a wave are whole numbers, and most of another wave are not.
    """
    values, of = panel[column].to_numpy(float, na_value=np.nan), panel["year"].to_numpy()
    shares = {year: _whole(values[of == year]) for year in years}
    whole = [year for year, share in shares.items() if share == 1]
    fine = [year for year, share in shares.items() if share < MOSTLY]
    if whole and fine:
        raise RoundingError(
            "One wave is in whole numbers and another is not: rounding would pass for change.",
            where=column,
            expected="waves of one precision",
            got=f"whole numbers in {', '.join(map(str, whole))}, "
            f"not in {', '.join(map(str, fine))}",
            todo="Compare waves of the same precision only.",
        )


def _whole(values: np.ndarray) -> float:
    present = values[~np.isnan(values)]
    return float((present % 1 == 0).mean()) if len(present) else float("nan")
