"""Felt and registered unsafety of the same areas, with what is known of the errors of both."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from nplvanalysis.errors import ColumnMissingError, TooFewAreasError
from nplvanalysis.models.registered import (
    CHANCE,
    REGISTERED,
    kinds_of,
    other_wave,
    survey_variance,
    with_registered,
)
from nplvanalysis.models.reliability import Measured
from nplvanalysis.models.specification import cross_section, within, years_of
from nplvanalysis.params import Study
from nplvanalysis.registers import Row

# Columns in which more is safer; all others of this family rise with unsafety.
SAFER = ("safety_perception_index", "safety_index_subjective", "safety_index_objective")


@dataclass(frozen=True)
class Pair:
    """Felt and registered unsafety of the same areas.

    Attributes
    ----------
    table : DataFrame
        One row per area, in the order of the arrays.
    felt, registered : Measured
        More is less safe.
    weights : ndarray, shape (n,)
    """

    table: pd.DataFrame
    felt: Measured
    registered: Measured
    weights: np.ndarray

    def subset(self, keep: np.ndarray) -> Pair:
        """Keep some areas."""
        parts = self.felt.subset(keep), self.registered.subset(keep), self.weights[keep]
        return Pair(self.table[keep].reset_index(drop=True), *parts)


def pair_of(panel: pd.DataFrame, row: Row, study: Study, kinds: list[str] | None = None) -> Pair:
    """Put felt and registered unsafety of the same areas side by side.

    Parameters
    ----------
    panel : DataFrame
        Measures, rows (code, division, year) of one level.
    row : Row
        Its outcome is felt; `year_outcome` is its year, `year_exposure` that of registered crime.
    study : Study
    kinds : list of str, optional
        Kinds of crime that are added up; None: those of the specification "agreement".

    Returns
    -------
    Pair

    Raises
    ------
    ColumnMissingError
        If felt or registered safety is missing.
    TooFewAreasError
        If too few areas have both.
    """
    made = with_registered(within(panel, row, study), kinds or kinds_of(study))
    if row.outcome not in made or made[row.outcome].isna().all():
        raise ColumnMissingError(
            "Felt safety is missing.",
            where="the panel of this study",
            expected=row.outcome,
            got="no value",
            todo="Report it as not testable in this study, or add a survey.",
        )
    years, weights = years_of(row, study), study.models.weights
    table = _side_by_side(made, row, study)
    turned = -1.0 if row.outcome in SAFER else 1.0
    felt = Measured(
        turned * table[row.outcome].to_numpy(float),
        survey_variance(table, row.outcome),
        turned * table["code"].map(other_wave(made, row.outcome, years.outcome)).to_numpy(float),
    )
    registered = Measured(
        table[REGISTERED].to_numpy(float),
        table[CHANCE].to_numpy(float),
        table["code"].map(other_wave(made, REGISTERED, years.exposure)).to_numpy(float),
        at_least=True,
    )
    return Pair(table, felt, registered, table[weights].to_numpy(float))


def _side_by_side(made: pd.DataFrame, row: Row, study: Study) -> pd.DataFrame:
    years, weights = years_of(row, study), study.models.weights
    table = cross_section(made, years, row.outcome)
    wave = made[made["year"] == years.outcome].set_index("code")
    ends = [f"{row.outcome}_{end}" for end in ("low", "high") if f"{row.outcome}_{end}" in made]
    table = table.assign(**{one: table["code"].map(wave[one]) for one in ends})
    needed = [row.outcome, REGISTERED, CHANCE, weights, "dwellings"]
    kept = table[needed].notna().all(axis=1) & table["dwellings"].ge(study.sample.min_dwellings)
    kept &= table[weights] > 0
    if kept.sum() < study.models.min_areas:
        raise TooFewAreasError(
            "Too few areas have both felt and registered safety.",
            where=f"{row.outcome} of {years.outcome}, registered crime of {years.exposure}",
            expected=f"at least {study.models.min_areas} areas",
            got=str(int(kept.sum())),
            todo="Report it as not testable in this study.",
        )
    return table[kept].sort_values("code", ignore_index=True)
