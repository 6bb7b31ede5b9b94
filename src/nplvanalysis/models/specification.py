"""What a fit asks, and which areas can answer it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from nplvanalysis.errors import ColumnMissingError, ParameterError
from nplvanalysis.params import NONE, Models, Sample, Specification, Study, Years
from nplvanalysis.registers import Row


def years_of(row: Row, study: Study) -> Years:
    """Give the years of a row: its own, or else those of the study."""
    own = {"exposure": row.year_exposure, "outcome": row.year_outcome}
    return study.years.model_copy(update={name: year for name, year in own.items() if year})


def controls_of(row: Row, study: Study) -> list[str]:
    """Give the controls of a row: its own, or else those of the study."""
    return study.models.controls if row.controls is None else row.controls


def other_controls(row: Row, study: Study) -> list[str]:
    """Give the other set of controls that a row must survive: that of the study and its own."""
    return list(dict.fromkeys([*study.models.controls_other, *(row.controls or [])]))


def subset(row: Row) -> str:
    """Name the areas that a row is about, such as "urbanity 4, 5"; empty for all."""
    return "; ".join(f"{name} {', '.join(map(str, kept))}" for name, kept in row.where.items())


def within(panel: pd.DataFrame, row: Row, study: Study) -> pd.DataFrame:
    """Keep, in all years, the areas that a row is about, as they are in its exposure year.

    Of a change it is the first year that counts: what came later may be a part of it.

    Parameters
    ----------
    panel : DataFrame
        Rows (code, division, year).
    row : Row
        `where`: the values of a column that are kept.
    study : Study

    Returns
    -------
    DataFrame
        All of `panel` where the row asks for no part of it.
    """
    now = panel[panel["year"] == (row.year_first or years_of(row, study).exposure)]
    kept = pd.Series(True, index=now.index)
    for name, values in row.where.items():
        kept &= now[name].isin(values) if name in now else False
    return panel[panel["code"].isin(now.loc[kept, "code"])] if row.where else panel


def cross_section(panel: pd.DataFrame, years: Years, outcome: str) -> pd.DataFrame:
    """Put the outcome of one year beside the housing of another.

    Parameters
    ----------
    panel : DataFrame
        Rows (code, division, year).
    years : Years
    outcome : str

    Returns
    -------
    DataFrame
        One row per code that the exposure year has; `outcome` from the outcome year.

    Raises
    ------
    ParameterError
        If the exposure year has no figures.
    """
    base = panel[panel["year"] == years.exposure]
    if base.empty:
        raise ParameterError(
            "There are no figures of the year that the study asks for.",
            where="params.yaml, years.exposure, or year_exposure of a row of data/claims.yaml",
            expected=f"one of {', '.join(map(str, sorted(set(panel['year']))))}",
            got=str(years.exposure),
            todo="Choose one of these years, or add a source.",
        )
    if years.outcome == years.exposure or outcome not in panel:
        return base
    later = panel.loc[panel["year"] == years.outcome, ["code", outcome]]
    return base.drop(columns=outcome).merge(later, on="code", how="left", validate="1:1")


@dataclass(frozen=True)
class Question:
    """What one fit asks, under the conventions and the sample of a study.

    `weights` is a column, or None for equal weights.
    """

    outcome: str
    specification: Specification
    controls: list[str]
    weights: str | None
    models: Models
    sample: Sample

    @property
    def columns(self) -> list[str]:
        """Columns that an area must have to be used."""
        named = [*self.specification.terms, self.outcome, *self.controls]
        named += [self.models.fixed_effects, self.models.cluster, self.weights or NONE]
        return [name for name in dict.fromkeys(named) if name != NONE]


def losses(table: pd.DataFrame, question: Question) -> pd.Series:
    """Say for each area why it is left out of a fit.

    Parameters
    ----------
    table : DataFrame
        A cross-section, one row per area.
    question : Question

    Returns
    -------
    Series of str
        The first demand that is not met: "small", "unknown" (tenure), "no" and the missing
        column (of weights: or not above 0), "alone" (in its fixed effect); empty for areas that
        are used.

    Raises
    ------
    ColumnMissingError
        If a column is not in the table, or has no value at all.
    """
    sample, fixed_effects = question.sample, question.models.fixed_effects
    _refuse_missing(table, ["dwellings", *question.columns])
    unknown = unknown_tenure(table)
    demands = {
        "small": table["dwellings"] >= sample.min_dwellings,
        "unknown": unknown <= sample.max_tenure_unknown,
        **{f"no {name}": table[name].notna() for name in question.columns},
    }
    if question.weights:
        demands[f"no {question.weights}"] &= table[question.weights] > 0
    unmet = [~met.to_numpy(bool, na_value=False) for met in demands.values()]
    first = np.select(unmet, [*demands], default="")
    reasons = pd.Series(first, index=table.index, dtype="str")
    if fixed_effects == NONE:
        return reasons
    used = reasons == ""
    sizes = table.loc[used, fixed_effects].value_counts()
    alone = used & table[fixed_effects].map(sizes).eq(1)
    return reasons.mask(alone, "alone")


def unknown_tenure(table: pd.DataFrame) -> pd.Series:
    """Give the share of unknown tenure; where it is not published, what the tenures leave.

    Parameters
    ----------
    table : DataFrame
        tenure_unknown, or owner_occupied, corporation_rent and other_rent (%), if there are any.

    Returns
    -------
    Series
        % of dwellings; 0 where nothing is known.
    """
    known = ["owner_occupied", "corporation_rent", "other_rent"]
    rest = pd.Series(0.0, index=table.index)
    if {*known} <= {*table}:
        rest = (100 - table[known].sum(axis=1, skipna=False)).clip(lower=0)
    return table.get("tenure_unknown", rest).fillna(rest).fillna(0)


def _refuse_missing(table: pd.DataFrame, needed: list[str]) -> None:
    missing = [name for name in needed if name not in table or table[name].isna().all()]
    if missing:
        raise ColumnMissingError(
            "A column that the model needs is missing.",
            where="the cross-section of this study",
            expected=", ".join(needed),
            got=f"no value for {', '.join(missing)}",
            todo="Report it as not testable in this study, or add a source that has the column.",
        )
