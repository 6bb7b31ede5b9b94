"""How often many problems meet in one area, and how often they would if each went its own way."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np


@dataclass(frozen=True)
class Problems:
    """Areas with all their problems known.

    Attributes
    ----------
    values : ndarray, shape (n, K)
        More is worse.
    weights : ndarray, shape (n,)
        Positive.
    strata : ndarray of int, shape (n,)
        Codes 0..S-1. Within a stratum a problem could as well have been elsewhere.
    share : float
        An area has a problem from this weighted quantile on, 0 to 1.
    many : int
        So many problems at once are called many.
    together : bool
        Count as if areas stood in one order for all problems: the ceiling of what is seen.
    """

    values: np.ndarray
    weights: np.ndarray
    strata: np.ndarray
    share: float
    many: int
    together: bool = False

    def without(self, column: int) -> Problems:
        """Leave out one problem; many is then at most all but one of those that are left."""
        left = np.delete(self.values, column, axis=1)
        return replace(self, values=left, many=min(self.many, left.shape[1] - 1))

    def subset(self, keep: np.ndarray) -> Problems:
        """Keep some areas; strata are numbered anew."""
        strata = np.unique(self.strata[keep], return_inverse=True)[1]
        values, weights = self.values[keep], self.weights[keep]
        return replace(self, values=values, weights=weights, strata=strata)


@dataclass(frozen=True)
class Counted:
    """Shares of the weight by number of problems, shape (K + 1,): seen, and under independence."""

    observed: np.ndarray
    expected: np.ndarray
    many: int

    @property
    def shares(self) -> tuple[float, float]:
        """Share with many problems: observed and expected."""
        return float(self.observed[self.many :].sum()), float(self.expected[self.many :].sum())

    @property
    def ratio(self) -> float:
        """Observed over expected."""
        observed, expected = self.shares
        return observed / expected


def order_of(problems: Problems) -> np.ndarray:
    """Put areas in the order of each problem, shape (n, K); once for all weights."""
    return np.argsort(problems.values, axis=0, kind="stable")


def marked(problems: Problems, order: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Mark the areas that have a problem.

    Parameters
    ----------
    problems : Problems
    order : ndarray of int, shape (n, K)
        From `order_of`.
    weights : ndarray, shape (n,)
        Not negative; cut-offs are those of the average one.

    Returns
    -------
    ndarray of bool, shape (n, K)
    """
    reached = np.cumsum(weights[order], axis=0)
    # Sums of the same weights differ in their last digits with the order of the areas.
    first = np.argmax(reached >= problems.share * reached[-1] * (1 - 1e-12), axis=0)
    columns = np.arange(order.shape[1])
    return problems.values >= problems.values[order[first, columns], columns]


def counted(problems: Problems, order: np.ndarray, weights: np.ndarray) -> Counted:
    """Count problems per area, beside what chance would give.

    Chance: each problem of an area is drawn by itself from the areas of its stratum, in proportion
    to their weight. Cut-offs, and how common a problem is in a stratum, stay as they are. With
    equal weights this is the mean over all ways of permuting each problem by itself within strata,
    exactly: counts of independent problems are Poisson-binomial (Wang 1993), so that nothing need
    be drawn.

    With `problems.together`, what is seen makes way for what would be seen if, within each stratum,
    all problems had one order of areas: the areas with the rarest problem also have all others.

    Parameters
    ----------
    problems : Problems
    order : ndarray of int, shape (n, K)
    weights : ndarray, shape (n,)
        Not negative.

    Returns
    -------
    Counted
    """
    has = marked(problems, order, weights)
    kinds = has.shape[1]
    whole = weights.sum()
    observed = np.bincount(has.sum(axis=1), weights, minlength=kinds + 1) / whole
    sizes = np.bincount(problems.strata, weights)
    present = sizes > 0
    common = np.stack(
        [np.bincount(problems.strata, weights * one, minlength=len(sizes)) for one in has.T], axis=1
    )
    chances = common[present] / sizes[present, None]
    if problems.together:
        observed = sizes[present] @ in_one_order(chances) / whole
    chance = sizes[present] @ poisson_binomial(chances) / whole
    return Counted(observed, chance, problems.many)


def in_one_order(chances: np.ndarray) -> np.ndarray:
    """Distribution of the number of successes where one order of areas serves all trials.

    The trials are comonotone (Dhaene et al. 2002): at least j succeed as often as the j-th most
    common one does.

    Parameters
    ----------
    chances : ndarray, shape (S, K)

    Returns
    -------
    ndarray, shape (S, K + 1)
        Rows sum to 1.
    """
    at_least = -np.sort(-chances, axis=1)
    return -np.diff(at_least, axis=1, prepend=1, append=0)


def poisson_binomial(chances: np.ndarray) -> np.ndarray:
    """Distribution of the number of successes in independent trials with unequal chances.

    Parameters
    ----------
    chances : ndarray, shape (S, K)

    Returns
    -------
    ndarray, shape (S, K + 1)
        Rows sum to 1.
    """
    found = np.zeros((len(chances), chances.shape[1] + 1))
    found[:, 0] = 1
    for chance in chances.T:
        failed = found * (1 - chance)[:, None]
        failed[:, 1:] += found[:, :-1] * chance[:, None]
        found = failed
    return found
