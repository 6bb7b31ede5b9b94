"""Resampling whole clusters with replacement: how often each area is drawn."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from nplvanalysis.errors import TooFewClustersError
from nplvanalysis.params import NONE, Study

DRAWS = 999
BOOTSTRAP = "cluster bootstrap"


def clusters_of(table: pd.DataFrame, study: Study) -> np.ndarray:
    """Give each area the number of what is drawn together: clusters, or areas without clusters.

    Parameters
    ----------
    table : DataFrame
        With code and the cluster column of the study. An area that stands there in several years
        is one cluster, or part of one.
    study : Study
        `models.cluster` and `models.min_clusters`.

    Returns
    -------
    ndarray of int, shape (n,)

    Raises
    ------
    TooFewClustersError
        A bootstrap of few clusters understates errors, and one of areas, as if neighbours had
        nothing in common, does so more.
    """
    column, least = study.models.cluster, study.models.min_clusters
    if column == NONE:
        return pd.factorize(table["code"], sort=True)[0]
    clusters, names = pd.factorize(table[column], sort=True)
    if len(names) < least:
        raise TooFewClustersError(
            "There are too few clusters for a bootstrap.",
            where=f"models.cluster in params.yaml: {column}",
            expected=f"at least {least}",
            got=str(len(names)),
            todo="Report it as not testable in this study.",
        )
    return clusters


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
