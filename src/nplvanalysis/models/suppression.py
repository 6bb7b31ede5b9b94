"""Where figures are withheld: which areas an estimate does not have, by urbanity and region."""

from __future__ import annotations

import pandas as pd

from nplvanalysis.errors import EstimationError
from nplvanalysis.models.groupings import grouped
from nplvanalysis.models.missing_bounds import question_of
from nplvanalysis.models.specification import cross_section, losses, within, years_of
from nplvanalysis.params import Study
from nplvanalysis.registers import Row

BY = ("urbanity", "Limburg")
KEPT, UNKNOWN = "kept", "unknown"
LOST = ("no outcome", "no exposure", "small", "other")


def reasons(table: pd.DataFrame, row: Row, study: Study) -> pd.Series:
    """Say for each area why an estimate does not have it.

    Parameters
    ----------
    table : DataFrame
        Cross-section of the row.
    row : Row
    study : Study

    Returns
    -------
    Series of str
        `KEPT`, or one of `LOST`: "no outcome"; "no exposure" (a term of the model missing, or the
        owner of too many dwellings); "small"; or "other" (a control is missing, or alone in its
        fixed effect). An area that fails several is under the first of "small", "no exposure",
        "no outcome", "other".

    Raises
    ------
    ColumnMissingError
        If a column is not in the table, or has no value at all.
    """
    question = question_of(row, study)
    found = losses(table, question)
    exposure = {"unknown", *(f"no {name}" for name in question.specification.terms)}
    named = {"": KEPT, "small": "small", f"no {row.outcome}": "no outcome"}
    named |= dict.fromkeys(exposure, "no exposure")
    return found.map(lambda reason: named.get(reason, "other"))


def withheld(table: pd.DataFrame, row: Row, study: Study) -> pd.DataFrame:
    """Count the areas that an estimate has and lacks, by class of urbanity and by region.

    Parameters
    ----------
    table : DataFrame
        Cross-section of the row.
    row : Row
    study : Study

    Returns
    -------
    DataFrame
        One row per group: by ("all", "urbanity", "Limburg"), group ("unknown" where an area has
        none), areas, dwellings, and the share of areas (0 to 1) that is kept or lost, by reason;
        kept_dwellings, the share of dwellings that is kept. No rows where a column that the model
        needs has no value at all.
    """
    try:
        why = reasons(table, row, study)
    except EstimationError:
        return pd.DataFrame()
    parts = [_shares(table, why, pd.Series("all", index=table.index), "all")]
    for name in BY:
        groups = grouped(table, name)
        if len(groups.dropna().unique()) > 1:
            parts.append(_shares(table, why, groups.fillna(UNKNOWN), name))
    return pd.concat(parts, ignore_index=True)


def beside(panel: pd.DataFrame, row: Row, study: Study, used: pd.Index) -> pd.DataFrame:
    """Count the areas that an estimate of felt and registered safety has and lacks.

    Parameters
    ----------
    panel : DataFrame
        Measures, rows (code, division, year) of one level.
    row : Row
    study : Study
    used : Index of str
        Codes of the areas that the estimate has.

    Returns
    -------
    DataFrame
        As `withheld`, for all areas and by urbanity. An area that is not used is "small", else
        "no outcome", else "other": registered crime or a term of the model is missing, or it is
        alone in its fixed effect.
    """
    table = cross_section(within(panel, row, study), years_of(row, study), row.outcome)
    small = table["dwellings"].lt(study.sample.min_dwellings) | table["dwellings"].isna()
    why = pd.Series("other", index=table.index).mask(table[row.outcome].isna(), "no outcome")
    why = why.mask(small, "small").mask(table["code"].isin(used), KEPT)
    groups = grouped(table, "urbanity").fillna(UNKNOWN)
    every = pd.Series("all", index=table.index)
    parts = [_shares(table, why, every, "all"), _shares(table, why, groups, "urbanity")]
    return pd.concat(parts, ignore_index=True).drop(columns="no exposure")


def _shares(table: pd.DataFrame, why: pd.Series, groups: pd.Series, by: str) -> pd.DataFrame:
    found = pd.DataFrame({name: why.eq(name).groupby(groups).mean() for name in (KEPT, *LOST)})
    dwellings = table["dwellings"].astype("float64").fillna(0)
    total = dwellings.groupby(groups).sum()
    kept = dwellings.where(why.eq(KEPT), 0).groupby(groups).sum() / total.where(total > 0)
    counted = found.assign(areas=groups.value_counts(), dwellings=total, kept_dwellings=kept, by=by)
    return counted.rename_axis("group").reset_index()
