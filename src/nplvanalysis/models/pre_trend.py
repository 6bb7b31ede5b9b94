"""Whether focus areas went another way before the programme, and what that test could see."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from nplvanalysis.models.randomisation import Randomised, critical, share_beyond

POWER = 0.8
# Halvings of an interval, until its width is of no account.
STEPS = 60


@dataclass(frozen=True)
class PreTrend:
    """The joint test of the years before.

    Attributes
    ----------
    statistic : float
        Mean of the squared t-statistics of the years.
    p : float
        Share of placebo sets with a statistic at least as large, the real one counted in.
    detectable : float
        Slope per year that the test finds in 80 % of cases, whichever its sign; infinite if it
        finds none.
    carried : float
        What a slope of that size would add to the pooled estimate all by itself.
    years : int
        Years that are compared with the last one before the start.
    """

    statistic: float
    p: float
    detectable: float
    carried: float
    years: int


def pre_trend(found: list[Randomised], times: np.ndarray, lapse: float, alpha: float) -> PreTrend:
    """Test all years before the programme together, by randomisation.

    The statistic needs no covariance of the years: with few placebo sets that have nothing in
    common, a form in its inverse rejects four times out of ten where nothing is the matter.

    Parameters
    ----------
    found : list of Randomised
        Each earlier year less the reference year, inside less outside.
    times : ndarray, shape (t,)
        These years less the reference year: negative.
    lapse : float
        Mean year after less mean year before, of the pooled estimate.
    alpha : float
        Level of the test.

    Returns
    -------
    PreTrend
    """
    drawn = np.column_stack([one.statistics for one in found])
    errors = np.array([one.error for one in found])
    sizes = (drawn**2).mean(axis=1)
    statistic = float(np.mean((np.array([one.estimate for one in found]) / errors) ** 2))
    slope = _detectable(drawn, times / errors, critical(sizes, alpha))
    p = share_beyond(statistic, sizes)
    return PreTrend(statistic, p, slope, abs(slope * lapse), len(found))


def _detectable(drawn: np.ndarray, line: np.ndarray, limit: float) -> float:
    """Find the slope from which on 80 % of placebo sets with it added are beyond the limit.

    Parameters
    ----------
    drawn : ndarray, shape (draws, t)
        t-statistics.
    line : ndarray, shape (t,)
        What a slope of 1 adds to them.
    limit : float
        Of the mean of their squares.

    Returns
    -------
    float
    """
    across, own = (drawn * line).mean(axis=1), float(np.mean(line**2))
    sizes = (drawn**2).mean(axis=1)
    if not np.isfinite(limit) or own <= 0:
        return float("inf")

    def power(slope: float) -> float:
        moved = sizes[:, None] + 2 * slope * np.outer(across, (1, -1)) + slope**2 * own
        return float((moved > limit).mean(axis=0).min())

    low, high = 0.0, float(np.sqrt(limit / own))
    while power(high) < POWER:
        high *= 2
    for _ in range(STEPS):
        middle = (low + high) / 2
        low, high = (low, middle) if power(middle) >= POWER else (middle, high)
    return high
