"""Regression to the mean: how much of a change is expected of areas chosen for a bad year."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from nplvanalysis.errors import ColumnMissingError, OneWaveError, TooFewAreasError
from nplvanalysis.models.resampling import clusters_of, multiplicities
from nplvanalysis.models.waves import refuse_absent, refuse_rounding, waves_of, windows
from nplvanalysis.params import NONE, Study
from nplvanalysis.registers import Row

DRAWS = 999
# The part of the areas that is chosen to show what choosing does.
WORST = 0.1


@dataclass(frozen=True)
class Waves:
    """Three years of one outcome: before the choice, of the choice, and after it."""

    before: int
    chosen: int
    after: int


@dataclass(frozen=True)
class RegressionToMean:
    """What became of chosen areas, all relative to the mean of all areas, in units of the outcome.

    Attributes
    ----------
    areas, chosen : int
        All areas with the three waves, and those chosen among them.
    distance : float
        How far the chosen stood from the mean in the wave of the choice.
    kept : float
        What part of a distance in that wave is found in the wave before, over all areas.
    observed : float
        Their change from the wave of the choice to the one after.
    expected : float
        The change that a straight-line fall-back gives: -(1 - kept) distance.
    remaining, low, high : float
        observed - expected, and its interval from resampled clusters, or areas without clusters.
    from_before : float
        Their change from the wave before, on which they were not chosen.
    """

    areas: int
    chosen: int
    distance: float
    kept: float
    observed: float
    expected: float
    remaining: float
    low: float
    high: float
    from_before: float


def worst(panel: pd.DataFrame, outcome: str, year: int, share: float, study: Study) -> list[str]:
    """Choose the areas where an outcome is highest in one year.

    Parameters
    ----------
    panel : DataFrame
        Rows (code, year).
    outcome : str
        Higher is worse; turn the sign of a score.
    year : int
    share : float
        Between 0 and 1, of areas with enough dwellings.
    study : Study

    Returns
    -------
    list of str
        Codes.
    """
    large = _closest(panel, "dwellings", year).astype(float) >= study.sample.min_dwellings
    values = panel[panel["year"] == year].set_index("code")[outcome].dropna().astype(float)
    values = values[large.reindex(values.index, fill_value=False)]
    return list(values.index[values >= values.quantile(1 - share)])


def middle_waves(panel: pd.DataFrame, row: Row, study: Study) -> Waves:
    """Choose the first and last year of a row of change, and the wave nearest to their middle.

    Raises
    ------
    OneWaveError
        If no wave of the outcome lies between.
    """
    first, last = windows(row, study).outcome
    between = [year for year in waves_of(panel, [row.outcome], study) if first < year < last]
    if not between:
        raise OneWaveError(
            "Regression to the mean needs a wave between the first and the last.",
            where=f"outcome {row.outcome}",
            expected=f"a wave between {first} and {last}",
            got="none",
            todo="Read the change without it, and say so.",
        )
    return Waves(first, min(between, key=lambda year: abs(2 * year - first - last)), last)


def of_worst(
    panel: pd.DataFrame, row: Row, study: Study, rng: np.random.Generator
) -> tuple[Waves, RegressionToMean]:
    """Show what choosing the worst areas of a wave between would do to a row of change.

    Parameters
    ----------
    panel : DataFrame
    row : Row
        Of change; a higher outcome is worse.
    study : Study
    rng : Generator

    Returns
    -------
    tuple of Waves and RegressionToMean

    Raises
    ------
    EstimationError
        See `middle_waves` and `regression_to_mean`.
    """
    waves = middle_waves(panel, row, study)
    chosen = worst(panel, row.outcome, waves.chosen, WORST, study)
    return waves, regression_to_mean(panel, row.outcome, waves, chosen, study, rng)


def regression_to_mean(
    panel: pd.DataFrame,
    outcome: str,
    waves: Waves,
    chosen: list[str],
    study: Study,
    rng: np.random.Generator,
    draws: int = DRAWS,
) -> RegressionToMean:
    """Split the change of chosen areas into what a straight line gives and what remains.

    Areas chosen because a year was bad are chosen for that year's noise too, and the next year has
    its own (Galton 1886; Davis 1976). How much of a distance lasts is taken from the wave before:
    the slope over all areas of that wave on the wave of the choice. It serves for the wave after if
    both are equally far from the choice, and if what is chosen on is this outcome.

    Parameters
    ----------
    panel : DataFrame
        Rows (code, year) of one level; weights are the dwellings of the year closest to the choice.
    outcome : str
    waves : Waves
    chosen : list of str
        Codes, from `worst` or a programme.
    study : Study
    rng : Generator
        Resamples clusters, or areas in a study without clusters.
    draws : int

    Returns
    -------
    RegressionToMean

    Raises
    ------
    EstimationError
        For a missing year, waves of several precisions or out of order, few areas or clusters.
    """
    table = _wide(panel, outcome, waves, study)
    picked = table.index.isin(chosen)
    if len(table) < study.models.min_areas or picked.sum() < 2 or picked.all():
        raise TooFewAreasError(
            "There are too few areas to tell noise from change.",
            where=f"outcome {outcome}",
            expected=f"{study.models.min_areas} areas with three waves, at least two of them "
            "chosen, and some not",
            got=f"{len(table)} areas, {int(picked.sum())} chosen",
            todo="Take another outcome or other waves.",
        )
    values, weights = table[["before", "chosen", "after"]].to_numpy(), table["weight"].to_numpy()
    point = _split(values, weights, picked)
    remaining = np.full(draws, np.nan)
    for draw, times in enumerate(multiplicities(clusters_of(table, study), rng, draws)):
        if times[picked].any() and times[~picked].any():
            remaining[draw] = _split(values, weights * times, picked)["remaining"]
    low, high = np.nanquantile(remaining, [study.models.alpha / 2, 1 - study.models.alpha / 2])
    return RegressionToMean(
        areas=len(table), chosen=int(picked.sum()), low=float(low), high=float(high), **point
    )


def _wide(panel: pd.DataFrame, outcome: str, waves: Waves, study: Study) -> pd.DataFrame:
    years = (waves.before, waves.chosen, waves.after)
    if not waves.before < waves.chosen < waves.after:
        raise OneWaveError(
            "Regression to the mean needs a wave before the choice and one after it.",
            where=f"outcome {outcome}",
            expected="three years in order",
            got=", ".join(map(str, years)),
            todo="Choose other waves.",
        )
    if outcome not in panel:
        raise ColumnMissingError(
            "A column that the model needs is missing.",
            where="the panel of this study",
            expected=outcome,
            got="no such column",
            todo="Take another outcome.",
        )
    refuse_absent(panel, {*years})
    refuse_rounding(panel, outcome, years)
    wide = panel[panel["year"].isin(years)].pivot_table(
        index="code", columns="year", values=outcome
    )
    wide = wide.reindex(columns=list(years)).set_axis(["before", "chosen", "after"], axis=1)
    stock = _closest(panel, "dwellings", waves.chosen).astype(float)
    table = wide.astype(float).assign(weight=stock, code=wide.index)
    if study.models.cluster != NONE:
        table[study.models.cluster] = _closest(panel, study.models.cluster, waves.chosen)
    table = table.dropna()
    return table[table["weight"] >= study.sample.min_dwellings]


def _closest(panel: pd.DataFrame, column: str, year: int) -> pd.Series:
    """Give a column in the year closest to one; not every edition has it."""
    known = panel.dropna(subset=column).reset_index(drop=True)
    order = (known["year"] - year).abs().sort_values(kind="stable").index
    return known.loc[order].groupby("code")[column].first()


def _split(values: np.ndarray, weights: np.ndarray, picked: np.ndarray) -> dict[str, float]:
    """Give distance, change and expected change of the chosen, relative to all areas."""
    apart = values - np.average(values, axis=0, weights=weights)
    before, distance, after = np.average(apart[picked], axis=0, weights=weights[picked])
    kept = (weights * apart[:, 0]) @ apart[:, 1] / ((weights * apart[:, 1]) @ apart[:, 1])
    observed, expected = after - distance, -(1 - kept) * distance
    return {
        "distance": float(distance),
        "kept": float(kept),
        "observed": float(observed),
        "expected": float(expected),
        "remaining": float(observed - expected),
        "from_before": float(after - before),
    }
