"""A correlation freed from errors of measurement, with its interval from resampled clusters."""

from __future__ import annotations

import numpy as np
import pandas as pd

from nplvanalysis.models.felt import Pair
from nplvanalysis.models.reliability import (
    LEAST,
    Measured,
    correlation,
    disattenuated,
    least,
    reliability,
    unrefused,
)
from nplvanalysis.models.resampling import BOOTSTRAP, clusters_of, multiplicities
from nplvanalysis.models.rules import APART
from nplvanalysis.params import Study

# What is known of the errors is not used, or used as far as it goes.
RAW, LOWEST = "not corrected", "lowest reliability"


def corrected(pair: Pair, weights: np.ndarray, how: str = "main") -> tuple[float, float]:
    """Correlate felt and registered unsafety, corrected for what is known of their errors.

    Parameters
    ----------
    pair : Pair
    weights : ndarray, shape (n,)
        Not negative.
    how : str
        `RAW`: without correction; `LOWEST`: as if all change between waves were error, and nothing
        else.

    Returns
    -------
    tuple of float
        At the highest and at the lowest reliability, the lower number first; reliabilities count as
        `LEAST` where they are lower. Twice the same where both are known, and with `LOWEST`.

    Raises
    ------
    NoVariationError
        If a measure does not vary.
    """
    observed = correlation(pair.felt.values, pair.registered.values, weights)
    if how == RAW:
        return observed, observed
    felt, registered = (_ends(one, weights, how) for one in (pair.felt, pair.registered))
    pairs = zip(felt, registered, strict=True)
    ends = [disattenuated(observed, *reliabilities) for reliabilities in pairs]
    return min(ends), max(ends)


def _ends(one: Measured, weights: np.ndarray, how: str) -> tuple[float, float]:
    low, high = (least(one, weights),) * 2 if how == LOWEST else unrefused(one, weights)
    return max(low, LEAST), max(high, LEAST)


def agreement_row(pair: Pair, how: str, study: Study, rng: np.random.Generator) -> pd.DataFrame:
    """Estimate one corrected correlation with its interval.

    Parameters
    ----------
    pair : Pair
    how : str
        See `corrected`.
    study : Study
    rng : Generator

    Returns
    -------
    DataFrame
        One row: the numbers of `rows.GIVEN`; see `agreement.estimate_agreement`.

    Raises
    ------
    EstimationError
        If a measure does not vary, or hardly more than by chance.
    """
    from scipy.special import ndtri

    ends = corrected(pair, pair.weights, how)
    if how != RAW:
        for one in (pair.felt, pair.registered):
            reliability(one, pair.weights)
    clusters = clusters_of(pair.table, study)
    spread = draws(pair, clusters, how, rng).std(axis=0, ddof=1)
    reach = float(ndtri(1 - study.models.alpha / 2))
    low, high = float(ends[0] - reach * spread[0]), float(ends[1] + reach * spread[1])
    made = {
        "standard_errors": BOOTSTRAP,
        "estimate": (low + high) / 2,
        "std_error": (high - low) / (2 * reach),
        "low": low,
        "high": high,
        "degrees": int(clusters.max()),
        "p": _against_apart(ends, spread),
        "n": len(pair.table),
        "clusters": int(clusters.max()) + 1,
        "status": "ok",
    }
    return pd.DataFrame([made])


def _against_apart(ends: tuple[float, float], spread: np.ndarray) -> float:
    """Two-sided p of the end that is nearest to `APART`; 1 if that lies between both ends."""
    from scipy.special import ndtr

    beyond = max((APART - ends[1]) / spread[1], (ends[0] - APART) / spread[0], 0.0)
    return float(2 * ndtr(-beyond))


def draws(pair: Pair, clusters: np.ndarray, how: str, rng: np.random.Generator) -> np.ndarray:
    """Draw clusters and correct the correlation anew each time.

    Ranks stay those among all areas: to rank anew in every draw would widen the spread by some 5 %
    at sixty areas, and not noticeably at three hundred.

    Parameters
    ----------
    pair : Pair
    clusters : ndarray of int, shape (n,)
    how : str
        See `corrected`.
    rng : Generator

    Returns
    -------
    ndarray, shape (draws, 2)
        At the highest and the lowest reliability.
    """
    drawn = multiplicities(clusters, rng)
    return np.array([corrected(pair, often * pair.weights, how) for often in drawn])
