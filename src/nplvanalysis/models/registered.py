"""Registered crime beside felt safety: which columns, and how much of each is chance."""

from __future__ import annotations

import numpy as np
import pandas as pd

from nplvanalysis.errors import ColumnMissingError, ParameterError
from nplvanalysis.params import Study

# The specification of params.yaml whose terms are the kinds of crime that are added up.
SPECIFICATION = "agreement"
REGISTERED, CHANCE = "registered", "registered_chance"
PER = 1000
# The published bounds cover 95 %: this many standard errors to both sides.
BOUND = 1.959964


def kinds_of(study: Study, specification: str = SPECIFICATION) -> list[str]:
    """Name the kinds of crime that are added up.

    Parameters
    ----------
    study : Study
    specification : str
        Whose terms they are.

    Returns
    -------
    list of str

    Raises
    ------
    ParameterError
        If the study has no such specification.
    """
    known = study.models.specifications
    if specification not in known:
        raise ParameterError(
            "The study does not say which registered crime stands beside felt safety.",
            where="params.yaml, models.specifications",
            expected=f"an entry {specification!r} whose terms are rates per 1000 residents",
            got=", ".join(known),
            todo="Add the entry, or take the row out of data/claims.yaml.",
        )
    return known[specification].terms


def with_registered(panel: pd.DataFrame, kinds: list[str]) -> pd.DataFrame:
    """Add up kinds of registered crime, with the variance that chance alone gives them.

    Offences of unrelated offenders are Poisson: the variance of a count is its mean. Real offences
    come in series, so that this is the least that chance can do.

    Parameters
    ----------
    panel : DataFrame
        `kinds` per 1000 residents, and population.
    kinds : list of str

    Returns
    -------
    DataFrame
        With `registered` (per 1000 residents) and `registered_chance` (its variance).

    Raises
    ------
    ColumnMissingError
        If a kind, or the number of residents, has no value.
    """
    missing = [n for n in [*kinds, "population"] if n not in panel or panel[n].isna().all()]
    if missing:
        raise ColumnMissingError(
            "Registered crime is missing.",
            where="the panel of this study",
            expected=", ".join([*kinds, "population"]),
            got=f"no value for {', '.join(missing)}",
            todo="Report it as not testable in this study, or add a source.",
        )
    rate = panel[kinds].astype(float).sum(axis=1, skipna=False)
    chance = PER * rate / panel["population"].where(panel["population"] > 0)
    return panel.assign(**{REGISTERED: rate, CHANCE: chance})


def survey_variance(table: pd.DataFrame, outcome: str) -> np.ndarray:
    """Variance of a survey's figure, from the bounds that are published with it.

    Parameters
    ----------
    table : DataFrame
    outcome : str
        With the columns `outcome`_low and `outcome`_high, if they are published.

    Returns
    -------
    ndarray, shape (n,)
        NaN where bounds are not published.
    """
    low, high = (table.get(f"{outcome}_{end}") for end in ("low", "high"))
    if low is None or high is None:
        return np.full(len(table), np.nan)
    width = high.to_numpy(float, na_value=np.nan) - low.to_numpy(float, na_value=np.nan)
    return (width / (2 * BOUND)) ** 2


def other_wave(panel: pd.DataFrame, column: str, year: int) -> pd.Series:
    """Take a column from the nearest other year that has it; of two as near, the earlier.

    Parameters
    ----------
    panel : DataFrame
        Rows (code, division, year).
    column : str
    year : int

    Returns
    -------
    Series
        By code; empty if no other year has the column.
    """
    others = panel.loc[(panel["year"] != year) & panel[column].notna(), ["code", "year", column]]
    if others.empty:
        return pd.Series(dtype=float)
    nearest = min(set(others["year"]), key=lambda one: (abs(one - year), one))
    return others[others["year"] == nearest].set_index("code")[column].astype(float)
