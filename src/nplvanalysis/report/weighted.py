"""Bins, means and quantiles in which every dwelling counts the same."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd


def equal_bins(values: pd.Series, weights: pd.Series, bins: int) -> pd.Series:
    """Cut values into bins of about equal weight.

    Parameters
    ----------
    values, weights : Series
        Same index; weights positive.
    bins : int

    Returns
    -------
    Series of int
        0 to `bins` - 1; ties stay together by their order in the table only.
    """
    order = values.sort_values(kind="stable").index
    before = weights.loc[order].cumsum() - weights.loc[order] / 2
    share = before / weights.sum()
    return (share * bins).astype(int).clip(upper=bins - 1).reindex(values.index)


def bin_means(part: pd.DataFrame, exposure: str, outcome: str, bins: int) -> pd.DataFrame:
    """Average exposure and outcome in bins of equal numbers of dwellings.

    Parameters
    ----------
    part : DataFrame
        exposure, outcome and dwellings, no missing values.
    exposure, outcome : str
    bins : int

    Returns
    -------
    DataFrame
        One row per bin, by rising exposure.
    """
    weights = part["dwellings"].astype(float)
    columns = part[[exposure, outcome]].astype(float)
    place = equal_bins(columns[exposure], weights, bins)
    sums = columns.mul(weights, axis=0).groupby(place).sum()
    return sums.div(weights.groupby(place).sum(), axis=0)


def quantiles(values: np.ndarray, weights: np.ndarray, shares: Sequence[float]) -> list[float]:
    """Find the values below which these shares of the weight lie.

    Parameters
    ----------
    values, weights : ndarray
        Same length, no missing values; weights positive.
    shares : sequence of float
        Between 0 and 1.

    Returns
    -------
    list of float
        Each one of `values`.
    """
    order = np.argsort(values, kind="stable")
    reached = np.cumsum(weights[order]) / weights.sum()
    places = np.minimum(np.searchsorted(reached, shares), len(values) - 1)
    return [float(value) for value in values[order][places]]
