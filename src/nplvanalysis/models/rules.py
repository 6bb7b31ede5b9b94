"""The rules that turn an estimate into a verdict; nothing here knows the data."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

# Detectable with 80 % power at the 5 % level: 2.8 standard errors (1.96 + 0.84).
DETECTABLE = 2.8
# A detectable effect of more than this many times the smallest relevant one tells nothing.
TOO_WIDE = 4.0
ONE_SIDED = 0.95
# Any two correlated problems occur together more often than chance alone would have it; only from
# twice as often on is that called stacking.
RATIO = 2.0
# Below the first, felt and registered safety are called different; above the second, the same.
APART, ALIKE = 0.7, 0.9
# A list of look-alikes is called stable if its versions share this much, on average (Jaccard).
STABLE = 0.5


@dataclass(frozen=True)
class Interval:
    """Two-sided limits, and the one-sided ones (95 %) that a rejection uses."""

    low: float
    high: float
    one_sided_low: float
    one_sided_high: float


def decide(
    theta: float,
    std_error: float,
    delta: float,
    degrees: int,
    alpha: float,
    gates_hold: bool,
    one_sided: float = ONE_SIDED,
) -> str:
    """Apply the rules in their order.

    Parameters
    ----------
    theta : float
        Estimate times expected sign: positive agrees with the claim.
    std_error : float
        The largest of all kinds.
    delta : float
        Smallest relevant effect, in the units of theta.
    degrees : int
        Of Student's t.
    alpha : float
        After Holm's correction.
    gates_hold : bool
    one_sided : float
        Quantile of Student's t that rejects a relevant effect.

    Returns
    -------
    str
        too_imprecise, supported, mixed, contradicted, not_supported or inconclusive.
    """
    from scipy.special import stdtrit

    reach = std_error * stdtrit(degrees, 1 - alpha / 2)
    if std_error * DETECTABLE > TOO_WIDE * delta:
        return "too_imprecise"
    if theta - reach > 0 and theta >= delta:
        return "supported" if gates_hold else "mixed"
    if theta + reach < 0 and theta <= -delta:
        return "contradicted"
    if theta + std_error * stdtrit(degrees, one_sided) < delta:
        return "not_supported"
    return "inconclusive"


def decide_ratio(interval: Interval, gates_hold: bool) -> str:
    """Judge how many times as often problems occur together as chance alone would have it.

    Parameters
    ----------
    interval : Interval
        Of observed over expected.
    gates_hold : bool

    Returns
    -------
    str
        supported or mixed above `RATIO`, contradicted below 1, not_supported if `RATIO` is ruled
        out, too_imprecise if neither 1 nor the square of `RATIO` is, else inconclusive.
    """
    if interval.low > RATIO:
        return "supported" if gates_hold else "mixed"
    if interval.high < 1:
        return "contradicted"
    if interval.one_sided_high < RATIO:
        return "not_supported"
    wide = interval.low <= 1 and interval.high >= RATIO**2
    return "too_imprecise" if wide else "inconclusive"


def decide_agreement(interval: Interval, gates_hold: bool) -> str:
    """Judge a claim that two measures differ, by their correlation corrected for reliability.

    Parameters
    ----------
    interval : Interval
        Of the correlation.
    gates_hold : bool

    Returns
    -------
    str
        supported or mixed below `APART`, not_supported above `ALIKE`, too_imprecise if the
        interval holds both, else inconclusive.
    """
    if interval.high < APART:
        return "supported" if gates_hold else "mixed"
    if interval.one_sided_low > ALIKE:
        return "not_supported"
    wide = interval.low <= APART and interval.high >= ALIKE
    return "too_imprecise" if wide else "inconclusive"


def decide_list(listed: float, gates_hold: bool) -> str:
    """Judge a claim that comparable areas exist, by how many are listed and whether that is stable.

    Parameters
    ----------
    listed : float
        Number of areas.
    gates_hold : bool
        Whether the versions of the list share enough.

    Returns
    -------
    str
        not_supported without any, else supported, or mixed.
    """
    if listed < 1:
        return "not_supported"
    return "supported" if gates_hold else "mixed"


def holm(p_values: pd.Series, alpha: float) -> pd.Series:
    """Give each test of a family its level: alpha/m for the smallest p, then alpha/(m-1), ...

    Holm (1979). Levels do not fall back once a larger p has failed, so that an interval never
    claims more than the step-down test.

    Parameters
    ----------
    p_values : Series
        Of one family in one study, no missing values.
    alpha : float

    Returns
    -------
    Series
        Level per test, same index.
    """
    levels, left, failed = {}, len(p_values), False
    level = alpha
    for name, value in p_values.sort_values(kind="stable").items():
        if not failed:
            level = alpha / left
            failed = value > level
        levels[name] = level
        left -= 1
    return pd.Series(levels).reindex(p_values.index)


def gates_failed(gates: pd.DataFrame, sign: int, delta: float) -> list[str]:
    """Name the gates that an estimate does not survive.

    Parameters
    ----------
    gates : DataFrame
        Rows of role "gate" of one hypothesis, one per variant.
    sign : int
    delta : float

    Returns
    -------
    list of str
        Weights, controls or sample of the variants with theta below delta or without estimate.
    """
    failed = gates[~(gates["estimate"] * sign >= delta)]
    return [
        f"weights {row.weights}, controls {row.controls}, sample {row.sample}"
        for row in failed.itertuples()
    ]
