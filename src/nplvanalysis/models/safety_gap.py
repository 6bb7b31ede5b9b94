"""Where felt and registered unsafety part: fifths beside each other, and areas with their gap."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from nplvanalysis.models.felt import Pair
from nplvanalysis.models.reliability import correlation, moments, reliability

FIFTHS = 5
SIDE = 1.959964
# Ranks run from 0 to 1.
PER_CENT = (0.01, 0.01)


@dataclass(frozen=True)
class Difference:
    """Why a difference of standardised scores is no measure of its own.

    Attributes
    ----------
    with_registered : float
        Correlation of the difference with registered crime.
    built_in : float
        What that correlation would be if both measures had nothing to do with each other.
    with_felt : float
        Correlation of the difference with felt unsafety.
    """

    with_registered: float
    built_in: float
    with_felt: float


def fifths(pair: Pair) -> pd.DataFrame:
    """Count areas by fifth of felt and fifth of registered unsafety.

    Parameters
    ----------
    pair : Pair

    Returns
    -------
    DataFrame
        Index felt, columns registered, both 1 (safest) to 5; fifths hold equal numbers of areas.
    """
    sides = {"felt": pair.felt, "registered": pair.registered}
    labels = range(1, FIFTHS + 1)
    made = {
        name: pd.qcut(pd.Series(side.values, name=name).rank(method="first"), FIFTHS, labels=labels)
        for name, side in sides.items()
    }
    return pd.crosstab(made["felt"], made["registered"], dropna=False)


def gaps(pair: Pair, spreads: tuple[float, float] | None = None) -> pd.DataFrame:
    """List areas by how much less safe they feel than registered crime foretells.

    The gap is what is left of felt unsafety beyond a straight line in registered crime, whose slope
    is corrected for the errors of registered crime. Its own error holds those of both measures;
    where the survey publishes none, the most that two waves allow.

    Parameters
    ----------
    pair : Pair
    spreads : tuple of float, optional
        What both measures are divided by, such as the standard deviations between areas in the
        first wave, or `PER_CENT` for ranks; None: their own standard deviations.

    Returns
    -------
    DataFrame
        code, name, felt, registered (from the mean, in `spreads`), gap, std_error, low, high
        (95 %), shrunk (towards 0, by how much of the spread of gaps is error); largest first,
        either way.
    """
    variances = moments(pair.felt.values, pair.registered.values, pair.weights)
    felt_sd, registered_sd = spreads or tuple(np.sqrt(variances[:2]))
    felt = _scaled(pair.felt.values, pair.weights, felt_sd)
    registered = _scaled(pair.registered.values, pair.weights, registered_sd)
    slope = _slope(pair, felt, registered)
    error = (
        _error(pair, felt_sd, variances[0]) + slope**2 * pair.registered.chance / registered_sd**2
    )
    gap = felt - slope * registered
    own = pair.weights / pair.weights.sum()
    real = max(0.0, 1 - (own @ error) / (own @ gap**2))
    made = pair.table[["code", "name"]].assign(
        felt=felt, registered=registered, gap=gap, std_error=np.sqrt(error)
    )
    made = made.assign(
        low=made["gap"] - SIDE * made["std_error"],
        high=made["gap"] + SIDE * made["std_error"],
        shrunk=real * made["gap"],
    )
    return made.sort_values("gap", key=np.abs, ascending=False, ignore_index=True)


def _scaled(values: np.ndarray, weights: np.ndarray, spread: float) -> np.ndarray:
    return (values - np.average(values, weights=weights)) / spread


def _slope(pair: Pair, felt: np.ndarray, registered: np.ndarray) -> float:
    _, spread, both = moments(felt, registered, pair.weights)
    return float(both / spread / reliability(pair.registered, pair.weights)[1])


def _error(pair: Pair, spread: float, variance: float) -> np.ndarray:
    """Variance of the error of felt unsafety, in units of `spread`."""
    if pair.felt.known:
        return np.nan_to_num(pair.felt.chance, nan=np.nanmean(pair.felt.chance)) / spread**2
    most = 1 - reliability(pair.felt, pair.weights)[0]
    return np.full(len(pair.weights), most * variance / spread**2)


def difference(pair: Pair) -> Difference:
    """Take the difference of standardised scores, and show what is built into it.

    Parameters
    ----------
    pair : Pair

    Returns
    -------
    Difference
        Two unrelated measures differ by something that correlates at minus one over the root of
        two with the second, and plus as much with the first.
    """
    spreads = np.sqrt(moments(pair.felt.values, pair.registered.values, pair.weights)[:2])
    felt = _scaled(pair.felt.values, pair.weights, spreads[0])
    registered = _scaled(pair.registered.values, pair.weights, spreads[1])
    return Difference(
        with_registered=correlation(felt - registered, registered, pair.weights),
        built_in=float(-1 / np.sqrt(2)),
        with_felt=correlation(felt - registered, felt, pair.weights),
    )
