"""Observed over expected: of one year, or its growth from one year to another, with an interval."""

from __future__ import annotations

import numpy as np
import pandas as pd

from nplvanalysis.errors import NoCountsError, NoVariationError
from nplvanalysis.models.independence import Counted, counted, marked, order_of
from nplvanalysis.models.resampling import BOOTSTRAP, DRAWS, clusters_of, multiplicities
from nplvanalysis.models.rules import RATIO
from nplvanalysis.models.stacked import Stacked
from nplvanalysis.params import Study

# With fewer areas of many problems, a draw of the bootstrap may well hold none.
STACKED = 5
TINY = 1e-12


def excess(case: Stacked) -> Counted:
    """Count problems of one year, beside what chance would give.

    Parameters
    ----------
    case : Stacked

    Returns
    -------
    Counted

    Raises
    ------
    NoCountsError
        If fewer than five areas have many problems.
    """
    order = order_of(case.problems)
    has = marked(case.problems, order, case.problems.weights)
    found = int((has.sum(axis=1) >= case.problems.many).sum())
    if found < STACKED:
        raise NoCountsError(
            "Too few areas have many problems at once for a ratio.",
            where=f"{has.shape[1]} problems, many: {case.problems.many}",
            expected=f"at least {STACKED} areas",
            got=str(found),
            todo="Report it as not testable in this study.",
        )
    return counted(case.problems, order, case.problems.weights)


def without_largest(case: Stacked) -> Stacked:
    """Leave out, of the areas with many problems, the one without which the ratio is smallest.

    Parameters
    ----------
    case : Stacked

    Returns
    -------
    Stacked
        `case` as it is where no area has many problems.
    """
    order, weights = order_of(case.problems), case.problems.weights
    has = marked(case.problems, order, weights)
    rows = np.flatnonzero(has.sum(axis=1) >= case.problems.many)
    ratios = [
        counted(case.problems, order, np.where(np.arange(len(weights)) == one, 0, weights)).ratio
        for one in rows
    ]
    keep = np.arange(len(weights)) != (rows[int(np.argmin(ratios))] if len(rows) else -1)
    return case.subset(keep)


def ratio_row(
    cases: list[Stacked], study: Study, rng: np.random.Generator, draws: int = DRAWS
) -> pd.DataFrame:
    """Estimate the ratio of one year, or its growth, with an interval.

    Areas that are drawn twice share a rank, which widens the interval: with 300 areas 95 % means
    98 of 100 cases, with 1,000 it means 95.

    Parameters
    ----------
    cases : list of Stacked
        One year, or the first and the last.
    study : Study
    rng : Generator
    draws : int
        Of the bootstrap.

    Returns
    -------
    DataFrame
        One row: the numbers of `rows.GIVEN`; see `estimate_excess`.

    Raises
    ------
    NoCountsError
        If too few areas have many problems.
    NoVariationError
        If no draw differs from another, as where a year holds the figures of the other.
    """
    from scipy.special import ndtr, ndtri

    ratios = [excess(case).ratio for case in cases]
    estimate = ratios[-1] / ratios[0] if len(ratios) > 1 else ratios[0]
    clusters = clusters_of(pd.concat([case.table for case in cases], ignore_index=True), study)
    spread = float(np.std(log_draws(cases, clusters, rng, draws), ddof=1))
    if not spread > TINY:
        raise NoVariationError(
            "The ratio is the same in every draw of areas, so that it has no error.",
            where=f"{len(cases)} year(s) of {len(cases[-1].table)} areas",
            expected="draws that differ",
            got="figures that are the same in both years" if len(cases) > 1 else "no spread",
            todo="Look whether a year holds the figures of another.",
        )
    reach = np.exp(spread * ndtri(1 - study.models.alpha / 2))
    away = abs(np.log(estimate / (1.0 if len(cases) > 1 else RATIO)))
    made = {
        "standard_errors": BOOTSTRAP,
        "estimate": estimate,
        "std_error": estimate * spread,
        "low": estimate / reach,
        "high": estimate * reach,
        "degrees": int(clusters.max()),
        "p": float(2 * ndtr(-away / spread)),
        "n": len(cases[-1].table),
        "clusters": int(clusters.max()) + 1,
        "status": "ok",
    }
    return pd.DataFrame([made])


def log_draws(
    cases: list[Stacked], clusters: np.ndarray, rng: np.random.Generator, draws: int = DRAWS
) -> np.ndarray:
    """Draw clusters and take the logarithm of the ratio, or of its growth, each time.

    Cut-offs are found anew in each draw. Draws without an area of many problems are left out; with
    five such areas that is one in 150.

    Parameters
    ----------
    cases : list of Stacked
        One year, or the first and the last.
    clusters : ndarray of int, shape (n,)
        Of the areas of all cases, in their order.
    rng : Generator
    draws : int

    Returns
    -------
    ndarray
        At most `draws` values.
    """
    orders = [order_of(case.problems) for case in cases]
    ends = np.cumsum([len(case.table) for case in cases])[:-1]
    signs = [-1.0] * (len(cases) - 1) + [1.0]
    found = []
    for drawn in multiplicities(clusters, rng, draws):
        parts = zip(cases, orders, np.split(drawn, ends), strict=True)
        shares = [counted(c.problems, o, d * c.problems.weights).shares for c, o, d in parts]
        if all(observed > 0 for observed, _ in shares):
            logs = [np.log(observed / expected) for observed, expected in shares]
            found.append(float(np.dot(signs, logs)))
    return np.array(found)
