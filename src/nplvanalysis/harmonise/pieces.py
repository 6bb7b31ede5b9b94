"""Areas that are made of several others, or of parts: weights as matrices, sums and means."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import sparse

# A weighted mean is given when pieces that have the figure carry at least this share of the weight.
COVERED = 0.95


@dataclass(frozen=True)
class Pieces:
    """Weights as matrices, targets by old areas.

    Attributes
    ----------
    pairs : DataFrame
        `crosswalk.PAIRS`.
    codes, targets : Index
        Columns and rows of the matrices.
    homes, land : csr_array
        Weights of dwellings and of land. Pieces of weight 0 are left out, save those of a target
        that has no others: what they hold must be known before it counts for nothing.
    """

    pairs: pd.DataFrame
    codes: pd.Index
    targets: pd.Index
    homes: sparse.csr_array
    land: sparse.csr_array


def pieces(pairs: pd.DataFrame) -> Pieces:
    """Write pairs of codes as matrices.

    Parameters
    ----------
    pairs : DataFrame
        `crosswalk.PAIRS`.
    """
    codes, targets = pd.Index(pairs["code"].unique()), pd.Index(pairs["target_code"].unique())
    homes, land = (_matrix(pairs, name, codes, targets) for name in ("weight", "ground"))
    return Pieces(pairs, codes, targets, homes, land)


def _matrix(pairs: pd.DataFrame, name: str, codes: pd.Index, targets: pd.Index) -> sparse.csr_array:
    total = pairs.groupby("target_code")[name].transform("sum")
    needed = pairs[(pairs[name] != 0) | (total == 0)]
    row = targets.get_indexer(pd.Index(needed["target_code"]))
    place = (row, codes.get_indexer(pd.Index(needed["code"])))
    return sparse.csr_array((needed[name].to_numpy(), place), (len(targets), len(codes)))


def _count(flags: np.ndarray, weights: sparse.csr_array) -> np.ndarray:
    """Count the pieces of each target for which a flag holds."""
    ones = np.ones_like(weights.data)
    pattern = sparse.csr_array((ones, weights.indices, weights.indptr), weights.shape)
    return pattern @ flags.astype(float)


def added(values: np.ndarray, weights: sparse.csr_array) -> np.ndarray:
    """Add up parts of counts.

    Parameters
    ----------
    values : ndarray
        By old area.
    weights : csr_array
        Targets by old areas.

    Returns
    -------
    ndarray
        By target, missing where a piece is.
    """
    known = np.isfinite(values)
    lacking = _count(~known, weights)
    return np.where(lacking > 0, np.nan, weights @ np.where(known, values, 0))


def averaged(
    values: np.ndarray, over: np.ndarray, known: np.ndarray, parts: Pieces, ground: bool
) -> np.ndarray:
    """Divide the sum of numerators by that of denominators.

    Parameters
    ----------
    values, over : ndarray
        The figure and its denominator, by old area.
    known : ndarray of bool
        The old areas whose figure is used.
    parts : Pieces
    ground : bool
        Whether the denominator is land, and shared out as such.

    Returns
    -------
    ndarray
        By target; missing unless areas that are used carry `COVERED` of the denominator.
    """
    shares = parts.land if ground else parts.homes
    total = added(over, shares)
    have = added(np.where(known, over, 0), shares)
    product = added(np.where(known, values * over, 0), parts.homes)
    with np.errstate(divide="ignore", invalid="ignore"):
        mean = np.where((total > 0) & (have >= COVERED * total), product / have, np.nan)
    if not ground:
        # what is a part of one area has the figure of that area, whatever its weight
        single = (np.diff(parts.homes.indptr) == 1) & (parts.homes.sum(axis=1) > 0)
        mean[single] = values[parts.homes.indices[parts.homes.indptr[:-1][single]]]
    return mean


def largest(values: pd.Series, dwellings: np.ndarray, parts: Pieces) -> pd.Series:
    """Take the value of the piece with most dwellings.

    Parameters
    ----------
    values : Series
        By old area.
    dwellings : ndarray
        By old area. Where those of a piece are not known, its weight tells which is largest.
    parts : Pieces

    Returns
    -------
    Series
        By target.
    """
    pairs = parts.pairs
    place = parts.codes.get_indexer(pd.Index(pairs["code"]))
    homes = dwellings[place] * pairs["weight"]
    unknown = homes.isna().groupby(pairs["target_code"]).transform("any")
    ordered = pairs.assign(
        homes=homes.mask(unknown, pairs["weight"]),
        ground=pairs["ground"].fillna(0),
        value=values.to_numpy()[place],
    ).sort_values(["homes", "weight", "ground", "code"])
    last = ordered.drop_duplicates("target_code", keep="last")
    found = last.set_index("target_code")["value"].reindex(parts.targets)
    return found.astype(values.dtype).reset_index(drop=True)


def share_cut(dwellings: np.ndarray, parts: Pieces) -> np.ndarray:
    """Give the percentage of dwellings from areas that were cut.

    Parameters
    ----------
    dwellings : ndarray
        By old area.
    parts : Pieces

    Returns
    -------
    ndarray
        By target; 100 where it has no dwellings, and one of its areas was cut.
    """
    pairs = parts.pairs
    parted = (pairs["weight"] < 1) | (pairs["ground"] < 1)
    cut = parts.codes.isin(pairs.loc[parted, "code"])
    total = added(dwellings, parts.homes)
    with np.errstate(divide="ignore", invalid="ignore"):
        share = 100 * added(np.where(cut, dwellings, 0), parts.homes) / total
    share = np.where(total == 0, 100.0, np.clip(share, 0, 100))
    share = np.where(_count(~cut, parts.homes) == 0, 100.0, share)
    return np.where(_count(cut, parts.homes) == 0, 0.0, share)
