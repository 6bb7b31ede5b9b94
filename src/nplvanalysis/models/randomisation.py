"""The estimate of a programme set against those of placebo areas."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from nplvanalysis.errors import EstimationError, NoVariationError

# A change that differs by less than this part of its size does not vary.
FLAT = 1e-12


@dataclass(frozen=True)
class Judged:
    """What a randomisation test says of an estimate.

    Attributes
    ----------
    std_error : float
        Root mean square of what is drawn: around 0, where it should be, not around its mean.
    low, high : float
        The values that the test does not reject.
    p : float
        Share of draws at least as large, the real one counted in.
    """

    std_error: float
    low: float
    high: float
    p: float


@dataclass(frozen=True)
class Randomised:
    """An estimate, and the same for every draw of placebo areas.

    Attributes
    ----------
    estimate, error : float
        Weighted difference of the mean change inside and outside; error clustered by area,
        without small-sample factors (they are the same in every draw).
    drawn, drawn_errors : ndarray, shape (draws,)
        The same of the placebo areas; the focus areas take no part in these.
    """

    estimate: float
    error: float
    drawn: np.ndarray
    drawn_errors: np.ndarray

    @property
    def statistics(self) -> np.ndarray:
        """The t-statistics of the draws."""
        return self.drawn / self.drawn_errors

    def of_estimate(self, alpha: float) -> Judged:
        """Judge the estimate by the estimates of placebo areas.

        Right if focus areas are as noisy as placebo areas. Rates that are high vary more, so that
        areas chosen for a high rate are noisier: see `of_statistic`.

        Parameters
        ----------
        alpha : float

        Returns
        -------
        Judged
        """
        return _judged(self.estimate, 1.0, self.drawn, alpha)

    def of_statistic(self, alpha: float) -> Judged:
        """Judge the t-statistic by the t-statistics of placebo areas (MacKinnon and Webb 2020).

        Parameters
        ----------
        alpha : float

        Returns
        -------
        Judged
            In units of the estimate: what the statistics spread, times its own error.
        """
        return _judged(self.estimate, self.error, self.statistics, alpha)


def _judged(estimate: float, unit: float, drawn: np.ndarray, alpha: float) -> Judged:
    sizes = np.abs(drawn)
    reach = critical(sizes, alpha) * unit
    p = share_beyond(abs(estimate) / unit, sizes)
    spread = float(np.sqrt(np.mean(sizes**2)) * unit)
    return Judged(spread, estimate - reach, estimate + reach, p)


def share_beyond(statistic: float, drawn: np.ndarray) -> float:
    """Compute a randomisation p: (1 + draws at least as large) / (1 + draws).

    Parameters
    ----------
    statistic : float
    drawn : ndarray, shape (draws,)

    Returns
    -------
    float
    """
    # what differs by rounding only is as large
    return float((1 + (drawn >= statistic * (1 - FLAT)).sum()) / (1 + len(drawn)))


def critical(drawn: np.ndarray, alpha: float) -> float:
    """Give the value from which on `share_beyond` is at most alpha.

    Parameters
    ----------
    drawn : ndarray, shape (draws,)
    alpha : float

    Returns
    -------
    float
        Infinite if there are too few draws for this alpha.
    """
    rank = int(np.floor(alpha * (1 + len(drawn)) + FLAT))
    if rank < 1:
        return float("inf")
    return float(np.sort(drawn)[len(drawn) - rank]) if rank <= len(drawn) else 0.0


def contrasts(
    changes: np.ndarray, weights: np.ndarray, groups: np.ndarray, members: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Compare the mean change inside sets of areas with that outside, within groups.

    With effects for areas and for years by group, weights that do not change, and every area in
    every year, the coefficient of (inside the set) x (year after) is the weighted regression of the
    areas' changes on being inside and dummies of the groups; so no panel needs to be fitted.

    Parameters
    ----------
    changes : ndarray, shape (n,) or (n, c)
    weights : ndarray, shape (n,)
    groups : ndarray of int, shape (n,)
        Every group has effects of its own; zeros: all areas have the same.
    members : ndarray of int, shape (draws, k)
        Positions of the areas inside.

    Returns
    -------
    tuple of ndarray
        Estimates and errors clustered by area, each of shape (draws,) or (draws, c).

    Raises
    ------
    EstimationError
        If all areas of a group are inside or outside in every group, or changes do not vary.
    """
    count, table = int(groups.max()) + 1, changes.reshape(len(changes), -1)
    _refuse_flat(table)
    weight = np.bincount(groups, weights, count)
    means = _summed(weights[:, None] * table, groups, count) / weight[:, None]
    own = table - means[groups]
    inside = _inside(weights, groups, members, count)
    share = inside / weight
    size = (inside * (1 - share)).sum(axis=1)
    if (size <= FLAT * weights.sum()).any():
        raise _unfounded()
    estimates = (weights[members][:, :, None] * own[members]).sum(axis=1) / size[:, None]
    squares = _squares(own, weights, groups, members, share, estimates)
    errors = np.sqrt(squares) / size[:, None]
    shape = (len(members), *changes.shape[1:])
    return estimates.reshape(shape), errors.reshape(shape)


def _inside(weights: np.ndarray, groups: np.ndarray, members: np.ndarray, count: int) -> np.ndarray:
    """Sum the weights of the members by draw and group."""
    keys = np.arange(len(members))[:, None] * count + groups[members]
    sums = np.bincount(keys.ravel(), weights[members].ravel(), len(members) * count)
    return sums.reshape(len(members), count)


def _summed(values: np.ndarray, groups: np.ndarray, count: int) -> np.ndarray:
    """Sum columns by group."""
    return np.column_stack([np.bincount(groups, column, count) for column in values.T])


def _squares(
    own: np.ndarray,
    weights: np.ndarray,
    groups: np.ndarray,
    members: np.ndarray,
    share: np.ndarray,
    estimates: np.ndarray,
) -> np.ndarray:
    """Sum squared scores over areas: outside a set from sums by group, inside one by one."""
    count, square = share.shape[1], (weights**2)[:, None]
    sums = [_summed(square * own**power, groups, count) for power in (0, 1, 2)]
    outside, b = share[:, :, None], estimates[:, None, :]
    # outside: score = -share w (own + share b)
    terms = sums[2] + 2 * outside * b * sums[1] + (outside * b) ** 2 * sums[0]
    total = (outside**2 * terms).sum(axis=1)
    within = np.take_along_axis(share, groups[members], axis=1)[:, :, None]
    values, squared = own[members], square[members]
    as_outside = squared * within**2 * (values + within * b) ** 2
    as_inside = squared * (1 - within) ** 2 * (values - (1 - within) * b) ** 2
    return np.maximum(total + (as_inside - as_outside).sum(axis=1), 0)


def _refuse_flat(table: np.ndarray) -> None:
    if (np.ptp(table, axis=0) <= FLAT * np.abs(table).max(axis=0)).any():
        raise NoVariationError(
            "The outcome changed by the same amount everywhere.",
            where="the changes of the areas",
            expected="changes that differ between areas",
            got="one value",
            todo="Look at the source of the outcome.",
        )


def _unfounded() -> EstimationError:
    return EstimationError(
        "There is nothing to compare the areas with.",
        where="the changes of the areas, within groups of years by urbanity",
        expected="areas inside and outside in at least one group",
        got="groups that are wholly inside or outside",
        todo="Use year effects that all areas share.",
    )
