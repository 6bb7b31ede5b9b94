"""Stacking: on how many problems an area is among the worst part of the study."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from nplvanalysis.errors import CircularityError, ParameterError
from nplvanalysis.schema import Column

# With two there is nothing to stack.
LEAST = 3
STACKING = ["stacking", "stacking_z"]


def refuse_exposures(problems: Sequence[str], dictionary: Mapping[str, Column]) -> None:
    """Refuse problems that are housing, or were made with it: the stock would explain itself.

    Parameters
    ----------
    problems : sequence of str
    dictionary : mapping of str to Column

    Raises
    ------
    ParameterError
        If one is not in the dictionary.
    CircularityError
        If one is a tenure share, a property value or a prediction with housing in it.
    """
    unknown = [name for name in problems if name not in dictionary]
    if unknown:
        raise ParameterError(
            "A problem is not a column of the dictionary.",
            where="params.yaml, measures.problems",
            expected="columns of data/columns.csv",
            got=", ".join(unknown),
            todo="Correct the name.",
        )
    made = [name for name in problems if dictionary[name].modelled_with_housing != "no"]
    if made:
        raise CircularityError(
            "Stacking counts problems, and housing is none of them.",
            where="params.yaml, measures.problems",
            expected="columns with modelled_with_housing = no in data/columns.csv",
            got=", ".join(made),
            todo="Take them out of measures.problems.",
        )


def cut_off(values: np.ndarray, weights: np.ndarray, share: float) -> float:
    """Find the value below which a share of the weight lies.

    Parameters
    ----------
    values, weights : ndarray, shape (n,)
        Areas without a value or a positive weight are left out.
    share : float
        0 to 1.

    Returns
    -------
    float
        The smallest value at or below which at least `share` of the weight lies; NaN without any.
    """
    known = np.isfinite(values) & (weights > 0)
    if not known.any():
        return float("nan")
    order = np.argsort(values[known], kind="stable")
    reached = np.cumsum(weights[known][order])
    # Sums of the same weights differ in their last digits with the order of the areas.
    place = np.searchsorted(reached, share * reached[-1] * (1 - 1e-12))
    return float(values[known][order][place])


def flags(values: np.ndarray, weights: np.ndarray, share: float) -> np.ndarray:
    """Mark the areas that are at or above the cut-off of each problem.

    Parameters
    ----------
    values : ndarray, shape (n, K)
        Of one level and year; more is worse.
    weights : ndarray, shape (n,)
        Dwellings or persons: the cut-off is that of the average one.
    share : float
        0 to 1; 0.8 marks the worst fifth.

    Returns
    -------
    ndarray, shape (n, K)
        1 or 0, NaN where the value is missing, and throughout where the cut-off is the lowest value
        there is: then every area would have the problem.
    """
    columns = []
    for one in values.T:
        limit, known = cut_off(one, weights, share), np.isfinite(one)
        tells = known & (limit > np.min(one[known & (weights > 0)], initial=np.inf))
        columns.append(np.where(tells, (one >= limit).astype(float), np.nan))
    return np.stack(columns, axis=1)


def count(marked: np.ndarray) -> np.ndarray:
    """Count problems per area; missing as soon as one of them is not known.

    Parameters
    ----------
    marked : ndarray, shape (n, K)
        From `flags`.

    Returns
    -------
    ndarray, shape (n,)
        0 to K. A count over the problems that happen to be known would call areas better off the
        less is published about them.
    """
    return marked.sum(axis=1)


def mean_z(values: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Average the problems of each area in standard deviations, as a check on the count.

    Parameters
    ----------
    values : ndarray, shape (n, K)
    weights : ndarray, shape (n,)
        Mean and spread are weighted.

    Returns
    -------
    ndarray, shape (n,)
        Missing as soon as one problem is; NaN throughout if a problem does not vary.
    """
    counted = np.isfinite(values) & (weights > 0)[:, None]
    own = np.where(counted, weights[:, None], 0.0)
    filled = np.where(counted, values, 0.0)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = (own * filled).sum(axis=0) / own.sum(axis=0)
        spread = np.sqrt((own * (filled - mean) ** 2).sum(axis=0) / own.sum(axis=0))
        scored = (values - mean) / np.where(spread > 0, spread, np.nan)
    return scored.mean(axis=1)


def stacking(panel: pd.DataFrame, problems: Sequence[str], percentile: float) -> pd.DataFrame:
    """Count problems, and average them, with the cut-offs of each level and year.

    Parameters
    ----------
    panel : DataFrame
        Rows (code, division, year) with level, dwellings and `problems`; more is worse.
    problems : sequence of str
        Columns; none of them housing (see `refuse_exposures`).
    percentile : float
        An area has a problem at or above this dwelling-weighted percentile of its level and year.

    Returns
    -------
    DataFrame
        Index of `panel`: stacking (0 to K) and stacking_z (standard deviations). Missing where a
        problem or the number of dwellings is, and in a whole level and year where a problem does
        not tell areas apart: a count of the other problems would be another measure.

    Raises
    ------
    ParameterError
        If there are fewer than three problems.
    """
    if len(problems) < LEAST:
        raise ParameterError(
            "There are too few problems to stack.",
            where="params.yaml, measures.problems",
            expected=f"at least {LEAST} columns, or none at all",
            got=", ".join(problems) or "none",
            todo="Add columns, or leave the list empty: stacking is then absent.",
        )
    made = pd.DataFrame(np.nan, index=panel.index, columns=STACKING)
    for _, part in panel.groupby(["level", "year"], sort=False):
        values = part[list(problems)].to_numpy(float, na_value=np.nan)
        weights = part["dwellings"].to_numpy(float, na_value=np.nan)
        known = np.isfinite(weights)
        weights = np.where(known, weights, 0.0)
        both = np.stack([count(flags(values, weights, percentile / 100)), mean_z(values, weights)])
        made.loc[part.index] = np.where(known, both, np.nan).T
    return made.astype({"stacking": "Int64"})
