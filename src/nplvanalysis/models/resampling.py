"""Resampling whole clusters with replacement: how often each area is drawn."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from nplvanalysis.params import NONE, Study

DRAWS = 999
BOOTSTRAP = "cluster bootstrap"


def clusters_of(table: pd.DataFrame, study: Study) -> np.ndarray:
    """Give each area the number of what is drawn together: clusters, or areas if these are few.

    Parameters
    ----------
    table : DataFrame
        With code and the cluster column of the study. An area that stands there in several years
        is one cluster, or part of one.
    study : Study
        A bootstrap of fewer than `models.min_clusters` clusters understates errors; areas are then
        drawn one by one, as if neighbours had nothing in common.

    Returns
    -------
    ndarray of int, shape (n,)
    """
    column = study.models.cluster
    if column != NONE and table[column].nunique() >= study.models.min_clusters:
        return pd.factorize(table[column], sort=True)[0]
    return pd.factorize(table["code"], sort=True)[0]


def multiplicities(
    clusters: np.ndarray, rng: np.random.Generator, draws: int = DRAWS
) -> Iterator[np.ndarray]:
    """Draw as many clusters as there are, with replacement.

    Parameters
    ----------
    clusters : ndarray of int, shape (n,)
        Codes 0..G-1.
    rng : Generator
    draws : int

    Yields
    ------
    ndarray of int, shape (n,)
        How often each area is drawn: a factor of its weight.
    """
    size = int(clusters.max()) + 1
    for _ in range(draws):
        yield rng.multinomial(size, np.full(size, 1 / size))[clusters]
