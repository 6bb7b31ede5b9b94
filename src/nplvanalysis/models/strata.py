"""Strata within which areas may stand in for each other: urbanity within regions."""

from __future__ import annotations

import numpy as np
import pandas as pd

# Fewer areas than these are no group to draw from: an area would mostly stand in for itself.
LEAST = 20


def strata(table: pd.DataFrame, region: str = "", least: int = LEAST) -> np.ndarray:
    """Group areas by class of urbanity within a region, as far as groups are large enough.

    Areas of small groups are put together with others, so that urbanity or region is not held
    constant for them; `held` says for which it is.

    Parameters
    ----------
    table : DataFrame
        One row per area; urbanity without missing values, and the column `region`.
    region : str
        For example province or municipality; empty: urbanity alone.
    least : int
        A class of urbanity within a region that has fewer areas is dissolved: they are grouped by
        region alone, then, if that is too small as well, by urbanity alone over all regions, where
        classes that are still too small join the next one.

    Returns
    -------
    ndarray of int, shape (n,)
        Codes 0..S-1.
    """
    classes = table["urbanity"].astype(int).to_numpy()
    groups, left = np.zeros(len(table), dtype=np.int64), np.ones(len(table), dtype=bool)
    for keys in [[region, "urbanity"], [region]] if region else []:
        cells = table.groupby(keys, dropna=False).ngroup().to_numpy()
        large = left & (np.bincount(cells[left], minlength=cells.max() + 1)[cells] >= least)
        groups[large] = groups.max() + 1 + cells[large]
        left &= ~large
    if left.any():
        groups[left] = groups.max() + 1 + _joined(classes[left], least)
    return pd.factorize(groups, sort=True)[0]


def held(groups: np.ndarray, values: pd.Series) -> np.ndarray:
    """Tell for each area whether all areas of its stratum have the same value.

    Parameters
    ----------
    groups : ndarray of int, shape (n,)
        From `strata`.
    values : Series, shape (n,)
        For example the class of urbanity, or the municipality.

    Returns
    -------
    ndarray of bool, shape (n,)
    """
    kinds = values.reset_index(drop=True).groupby(groups).transform("nunique", dropna=False)
    return kinds.to_numpy() == 1


def _joined(classes: np.ndarray, least: int) -> np.ndarray:
    """Put neighbouring classes together until each group is large enough, or all are one."""
    label, size, labels = 0, 0, {}
    for one in np.unique(classes):
        labels[one] = label
        size += int(np.sum(classes == one))
        if size >= least:
            label, size = label + 1, 0
    last = label - 1 if label > 0 and size < least else label
    return np.array([min(labels[one], last) for one in classes], dtype=np.int64)
