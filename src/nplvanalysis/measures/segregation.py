"""Segregation between the areas of a place, beyond what chance alone would give."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
import pandas as pd

from nplvanalysis.measures.unevenness import (
    checked,
    dissimilarity,
    isolation,
    mutual_information,
    theil,
)

# Smaller areas look segregated by chance alone; with fewer areas there is little to spread over.
LEAST_UNITS, LEAST_AREAS = 200, 5
DRAWS = 499
LEVEL = (2.5, 97.5)
NUMBERS = ["index", "value", "chance", "corrected", "low", "high"]

# From counts, shape (..., n, K), to an index of each table of n areas by K groups, shape (...).
Index = Callable[[np.ndarray], np.ndarray]
INDICES: Mapping[str, Index] = {
    "dissimilarity": dissimilarity,
    "isolation": isolation,
    "theil": theil,
    "mutual_information": mutual_information,
}


def dealt(counts: np.ndarray, rng: np.random.Generator, draws: int = DRAWS) -> np.ndarray:
    """Deal two groups out to the areas at random; areas keep their sizes, groups theirs.

    Parameters
    ----------
    counts : ndarray, shape (n, 2)
        Rounded to whole homes or persons.
    rng : Generator
    draws : int

    Returns
    -------
    ndarray, shape (draws, n, 2)
        Multivariate hypergeometric.

    Raises
    ------
    ParameterError
        As `dissimilarity`.
    """
    whole = np.rint(checked(counts, 2)).astype(np.int64)
    sizes, first = whole.sum(axis=1), int(whole[:, 0].sum())
    drawn = rng.multivariate_hypergeometric(sizes, first, size=draws, method="marginals")
    return np.stack([drawn, sizes - drawn], axis=2).astype(float)


def beyond_chance(counts: np.ndarray, rng: np.random.Generator, draws: int = DRAWS) -> pd.DataFrame:
    """Compute each index of two groups, what chance alone would give, and what is beyond that.

    What is beyond chance is not the index without chance. Chance adds much to dissimilarity where
    areas are even and little where they are not, and what it would give an even spread is taken off
    everywhere. Of 30 areas of 200 homes with a dissimilarity of 0.19 between their chances, 0.15 is
    beyond chance on average. Read it on a scale from dealing at random (0) to complete segregation
    (1), and its interval as one for that.

    Parameters
    ----------
    counts : ndarray, shape (n, 2)
        Homes or persons of both groups, by area.
    rng : Generator
    draws : int
        Of dealing at random, and of areas with replacement.

    Returns
    -------
    DataFrame
        index, value, chance (its mean when groups are dealt at random), corrected
        (value - chance) / (most - chance), times most for mutual information, so that complete
        segregation stays what it was (Carrington and Troske 1997; Allen et al. 2015), low, high
        (95 %, of corrected; areas drawn with replacement).

    Raises
    ------
    ParameterError
        As `dissimilarity`.
    """
    made = np.asarray(counts, dtype=float)
    random = dealt(made, rng, draws)
    again = made[rng.integers(len(made), size=(draws, len(made)))]
    # What isolation would be for an even spread is the share of the group, in each draw its own.
    moved = _overall(again) - _overall(made)
    rows = []
    for name, index in INDICES.items():
        most = float(index(np.diag(made.sum(axis=0))))
        chance = float(np.nanmean(index(random)))
        unit = most if index is mutual_information else 1.0
        level = chance + moved if index is isolation else chance
        value = float(index(made))
        found = unit * (value - chance) / (most - chance)
        ends = np.nanpercentile(unit * (index(again) - level) / (most - level), LEVEL)
        rows.append((name, value, chance, found, float(ends[0]), float(ends[1])))
    return pd.DataFrame(rows, columns=NUMBERS)


def _overall(counts: np.ndarray) -> np.ndarray:
    return counts[..., 0].sum(axis=-1) / counts.sum(axis=(-2, -1))


def segregation(table: pd.DataFrame, share: str, of: str, rng: np.random.Generator) -> pd.DataFrame:
    """Compute segregation between the areas of each municipality.

    Parameters
    ----------
    table : DataFrame
        One row per area of one year: municipality, `share` and `of`.
    share : str
        Per cent of `of` that belongs to the first group; the others are the second.
    of : str
        Number of homes or persons.
    rng : Generator

    Returns
    -------
    DataFrame
        municipality, areas, share (of the first group, %), and the columns of `beyond_chance`; one
        row per index. Areas of fewer than 200 are left out, and municipalities with fewer than five
        areas, or with one group only.
    """
    kept = table[table[share].notna() & table[of].ge(LEAST_UNITS)]
    parts = []
    for place, own in kept.groupby("municipality", sort=True):
        size = own[of].to_numpy(float)
        first = size * own[share].to_numpy(float) / 100
        overall = 100 * first.sum() / size.sum()
        if len(own) >= LEAST_AREAS and 0 < overall < 100:
            made = beyond_chance(np.stack([first, size - first], axis=1), rng)
            parts.append(made.assign(municipality=place, areas=len(own), share=overall))
    columns = ["municipality", "areas", "share", *NUMBERS]
    return pd.concat(parts, ignore_index=True)[columns] if parts else pd.DataFrame(columns=columns)
