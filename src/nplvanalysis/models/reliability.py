"""Reliability: how much of the spread between areas is more than chance in the measurement."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from nplvanalysis.errors import NoVariationError, UnreliableError

# Below this there is hardly anything to correlate: a correction would be a guess.
LEAST = 0.2
# Stated where nothing is published and no second wave exists: surveys of some hundred persons.
STATED = 0.7
# So many areas at a time are set beside all others: the whole square may not fit in memory.
ROWS = 500


@dataclass(frozen=True)
class Measured:
    """One measure of all areas, and what is known of its error.

    Attributes
    ----------
    values : ndarray, shape (n,)
    chance : ndarray, shape (n,)
        Variance of the error of each area; NaN where nobody publishes it.
    again : ndarray, shape (n,)
        The same measure at another time; NaN where there is none.
    at_least : bool
        Whether errors may be larger than `chance`, as those of counts are whose events come in
        series.
    """

    values: np.ndarray
    chance: np.ndarray
    again: np.ndarray
    at_least: bool = False

    def subset(self, keep: np.ndarray) -> Measured:
        """Keep some areas."""
        parts = {name: getattr(self, name)[keep] for name in ("values", "chance", "again")}
        return replace(self, **parts)

    @property
    def known(self) -> bool:
        """Whether the error of most areas is published."""
        return bool(np.isfinite(self.chance).mean() > 0.5)

    @property
    def repeated(self) -> bool:
        """Whether most areas were measured twice."""
        return bool(np.isfinite(self.again).mean() > 0.5)


def ranked(measured: Measured, weights: np.ndarray) -> Measured:
    """Put ranks in the place of values, with the errors that ranks have.

    An error that is the same everywhere moves an area past many others where values lie close
    together, and past none where it stands apart. So the variance of a rank is that of the share of
    areas below a value that errs by a normal deviate. The values that err are drawn towards the
    mean first, until they spread as those without error do: measured ones hold their error already,
    and would have too little room left to move.

    Parameters
    ----------
    measured : Measured
    weights : ndarray, shape (n,)

    Returns
    -------
    Measured
        Mid-ranks from 0 to 1.
    """
    centres, errors = _drawn_in(measured, weights), np.sqrt(measured.chance)
    return replace(
        measured,
        values=_share_below(measured.values, measured.values),
        chance=_rank_variance(centres, errors, np.sort(measured.values)),
        again=_share_below(measured.again, measured.again),
    )


def _rank_variance(centres: np.ndarray, errors: np.ndarray, ordered: np.ndarray) -> np.ndarray:
    """Variance of the share of `ordered` below centre + error * a normal deviate; NaN stays NaN.

    The deviate passes two values if it passes the larger: of n^2 pairs, 2k - 1 have the k-th value
    as their larger one. That gives the mean of the squared share without drawing anything.
    """
    from scipy.special import ndtr

    larger = (2 * np.arange(len(ordered)) + 1) / len(ordered) ** 2
    found = np.empty(len(centres))
    for some in np.array_split(np.arange(len(centres)), 1 + len(centres) // ROWS):
        steps = np.where(errors[some] == 0, 1, errors[some])[:, None]
        passed = ndtr((centres[some][:, None] - ordered) / steps)
        found[some] = passed @ larger - passed.mean(axis=1) ** 2
    return np.where(errors == 0, 0.0, found)


def _drawn_in(measured: Measured, weights: np.ndarray) -> np.ndarray:
    """Values with the spread that they would have without error, area by area."""
    values, own = measured.values, weights / weights.sum()
    if not measured.known:
        return values
    mean = own @ values
    spread = own @ (values - mean) ** 2
    if not spread > 0:
        return values
    real = max(from_chance(measured, weights), LEAST) * spread
    return mean + np.sqrt(real / (real + measured.chance)) * (values - mean)


def _share_below(known: np.ndarray, values: np.ndarray) -> np.ndarray:
    """Share of areas below each value, those with the same value by half; NaN stays NaN."""
    ordered = np.sort(known[np.isfinite(known)])
    if not len(ordered):
        return np.full(values.shape, np.nan)
    sides = [np.searchsorted(ordered, values, side) for side in ("left", "right")]
    return np.where(np.isfinite(values), (sides[0] + sides[1]) / (2 * len(ordered)), np.nan)


def moments(one: np.ndarray, other: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Weighted variances and covariance (var one, var other, cov), over pairs that are known."""
    both = np.isfinite(one) & np.isfinite(other)
    own = weights[both] / weights[both].sum()
    left, right = one[both] - own @ one[both], other[both] - own @ other[both]
    return np.array([own @ left**2, own @ right**2, own @ (left * right)])


def correlation(one: np.ndarray, other: np.ndarray, weights: np.ndarray) -> float:
    """Weighted correlation over pairs that are known.

    Raises
    ------
    NoVariationError
        If one of both does not vary.
    """
    known = np.isfinite(one) & np.isfinite(other) & (weights > 0)
    if not all(known.any() and np.ptp(side[known]) > 0 for side in (one, other)):
        raise NoVariationError(
            "A measure does not vary between areas.",
            where="felt or registered safety",
            expected="values that differ",
            got="one value everywhere",
            todo="Look at the source of the column.",
        )
    left, right, both = moments(one, other, weights)
    return float(both / np.sqrt(left * right))


def from_chance(measured: Measured, weights: np.ndarray) -> float:
    """One less the variance of the errors over that of the measure, both weighted.

    Returns
    -------
    float
        Below 1; 0 if areas do not differ, and below if less than chance alone would make them.
    """
    both = np.isfinite(measured.chance) & np.isfinite(measured.values)
    own = weights[both] / weights[both].sum()
    spread = own @ (measured.values[both] - own @ measured.values[both]) ** 2
    return float(1 - own @ measured.chance[both] / spread) if spread > 0 else 0.0


def from_waves(measured: Measured, weights: np.ndarray) -> float:
    """Correlation with the same measure at another time.

    The least that the reliability can be, if errors are as large both times: areas also change.
    """
    return correlation(measured.values, measured.again, weights)


def reliability(measured: Measured, weights: np.ndarray) -> tuple[float, float]:
    """Give the range within which the reliability lies; at least `LEAST`, unless it is refused.

    Parameters
    ----------
    measured : Measured
    weights : ndarray, shape (n,)

    Returns
    -------
    tuple of float
        Twice the same where the error is published. Where only the least error is known, from the
        correlation between waves to what that leaves; with one wave, twice what it leaves.
        Otherwise from the correlation between waves, or `STATED` with one wave, to 1.

    Raises
    ------
    UnreliableError
        If even the higher end is below `LEAST`.
    """
    ends = unrefused(measured, weights)
    if not ends[1] >= LEAST:
        raise UnreliableError(
            "Areas differ hardly more than chance alone would make them.",
            where="felt or registered safety",
            expected=f"a reliability of at least {LEAST}",
            got=f"{ends[1]:.2f}",
            todo="Report it as not testable; use larger areas or more years.",
        )
    return max(ends[0], LEAST), ends[1]


def unrefused(measured: Measured, weights: np.ndarray) -> tuple[float, float]:
    """Give the range of the reliability, however low: for resampling; see `reliability`."""
    if measured.known:
        found = from_chance(measured, weights)
        wider = measured.at_least and measured.repeated
        return (min(from_waves(measured, weights), found) if wider else found), found
    return (from_waves(measured, weights) if measured.repeated else STATED), 1.0


def least(measured: Measured, weights: np.ndarray) -> float:
    """Give the lowest reliability that two waves allow, if there are two; else the lowest known.

    At least `LEAST`, so that it can be divided by.
    """
    known = unrefused(measured, weights)[0]
    waves = from_waves(measured, weights) if measured.repeated else known
    return max(LEAST, min(known, waves))


def disattenuated(observed: float, felt: float, registered: float) -> float:
    """Correct a correlation for the errors of both measures (Spearman 1904).

    Parameters
    ----------
    observed : float
    felt, registered : float
        Reliabilities, positive.

    Returns
    -------
    float
        observed / sqrt(felt registered). By chance it may pass 1: to cut it off there would hide
        how far it errs.
    """
    return float(observed / np.sqrt(felt * registered))
