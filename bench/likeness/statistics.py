"""The statistics that moments are made of: plain functions of arrays."""

from __future__ import annotations

import numpy as np
import pandas as pd

NEIGHBOURS = 6


def mean(values: np.ndarray, weights: np.ndarray) -> float:
    """Weighted mean.

    Parameters
    ----------
    values, weights : ndarray, shape (n,)

    Returns
    -------
    float
    """
    return float(np.average(values, weights=weights))


def spread(values: np.ndarray, weights: np.ndarray) -> float:
    """Weighted standard deviation between areas (see `mean` for shapes)."""
    return float(np.sqrt(mean((values - mean(values, weights)) ** 2, weights)))


def quantile(values: np.ndarray, weights: np.ndarray, share: float) -> float:
    """Smallest value at or below which at least `share` of the weight lies."""
    order = np.argsort(values, kind="stable")
    reached = np.cumsum(weights[order]) >= share * weights.sum() * (1 - 1e-12)
    return float(values[order][reached.argmax()])


def correlation(first: np.ndarray, second: np.ndarray, weights: np.ndarray) -> float:
    """Weighted product-moment correlation."""
    product = (first - mean(first, weights)) * (second - mean(second, weights))
    return mean(product, weights) / (spread(first, weights) * spread(second, weights))


def moran(values: np.ndarray, points: np.ndarray) -> float:
    """Moran's I over the six nearest centroids of each area, rows of the weights adding to 1.

    Parameters
    ----------
    values : ndarray, shape (n,)
    points : ndarray, shape (n, 2)
        Metres.

    Returns
    -------
    float
    """
    from scipy.spatial import cKDTree

    away = values - values.mean()
    nearest = cKDTree(points).query(points, NEIGHBOURS + 1)[1][:, 1:]
    return float((away * away[nearest].mean(axis=1)).sum() / (away**2).sum())


def between(values: np.ndarray, weights: np.ndarray, groups: np.ndarray) -> float:
    """Share of the weighted variance that lies between groups."""
    number = pd.factorize(groups)[0]
    total = np.bincount(number, weights)
    means = np.bincount(number, weights * values) / total
    return (spread(means, total) / spread(values, weights)) ** 2


def within(values: np.ndarray, weights: np.ndarray, groups: np.ndarray) -> np.ndarray:
    """Values less the weighted mean of their group."""
    number = pd.factorize(groups)[0]
    means = np.bincount(number, weights * values) / np.bincount(number, weights)
    return values - means[number]
