"""The restricted wild cluster bootstrap: tests and intervals for few clusters."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from nplvanalysis.errors import TooFewClustersError
from nplvanalysis.models.regression import Fit
from nplvanalysis.models.wild_draws import DRAWS, Draws, draws
from nplvanalysis.params import Study

WILD = "wild cluster bootstrap"
# Limits are sought among multiples of the CR1 error, with this many steps to each.
REACH, GRID, HALVINGS = 32.0, 8, 30


@dataclass(frozen=True)
class WildBootstrap:
    """What the bootstrap says of one contrast, per unit of its column.

    `p` is of no association, two-sided; `enumerated` tells that all patterns of signs were used.
    """

    p: float
    low: float
    high: float
    draws: int
    enumerated: bool


def limit(drawn: Draws, alpha: float, side: int) -> float:
    """Find the farthest value on one side that a test at level alpha does not reject.

    Parameters
    ----------
    drawn : Draws
    alpha : float
    side : int
        -1 or 1.

    Returns
    -------
    float
        Per unit of the column of the contrast.

    Raises
    ------
    TooFewClustersError
        If no value within `REACH` errors is rejected.
    """
    step = side * drawn.std_error / GRID
    steps = np.arange(1, int(REACH * GRID) + 1)
    kept = [drawn.p(drawn.estimate + one * step) > alpha for one in steps]
    if kept[-1]:
        raise TooFewClustersError(
            "The wild bootstrap bounds the contrast on one side only, or not at all.",
            where="nplvanalysis.models.wild_bootstrap",
            expected=f"a value within {REACH:g} errors that is rejected at {alpha:g}",
            got=f"p = {drawn.p(drawn.estimate + steps[-1] * step):.3f} at that distance",
            todo="Report it as not testable: a few clusters carry the whole contrast.",
        )
    inside = float(np.max(steps[kept], initial=0))
    outside = inside + 1
    for _ in range(HALVINGS):
        middle = (inside + outside) / 2
        if drawn.p(drawn.estimate + middle * step) > alpha:
            inside = middle
        else:
            outside = middle
    return drawn.estimate + outside * step


def wild_bootstrap(
    fitted: Fit, alpha: float, rng: np.random.Generator, count: int = DRAWS
) -> WildBootstrap:
    """Test a contrast and give its interval by the restricted wild cluster bootstrap.

    Fewer than 12 clusters get Webb's six-point weights, more of them random signs (Rademacher).

    Parameters
    ----------
    fitted : Fit
    alpha : float
        The interval holds the values that are not rejected at this level.
    rng : Generator
    count : int
        Draws at most.

    Returns
    -------
    WildBootstrap

    Raises
    ------
    EstimationError
        See `draws`; or if the interval has no end.
    """
    drawn = draws(fitted, rng, count)
    low, high = (limit(drawn, alpha, side) for side in (-1, 1))
    return WildBootstrap(drawn.p(), low, high, len(drawn.numerators), drawn.enumerated)


def wild_row(fitted: Fit, step: float, study: Study, rng: np.random.Generator) -> pd.DataFrame:
    """Turn a fit into the one row that a verdict can use where clusters are few.

    Parameters
    ----------
    fitted : Fit
    step : float
        The estimate is given per this many units of the contrast.
    study : Study
    rng : Generator

    Returns
    -------
    DataFrame
        The columns of `rows.tidy`. The bootstrap has no error of its own: `std_error` is the longer
        arm of the interval over the quantile of Student's t, so that what is made of it at another
        level is about as wide.
    """
    from scipy.special import stdtrit

    alpha = study.models.alpha
    found = wild_bootstrap(fitted, alpha, rng)
    arm = max(found.high - fitted.estimate, fitted.estimate - found.low)
    numbers = {
        "standard_errors": WILD,
        "std_error": step * arm / float(stdtrit(fitted.degrees, 1 - alpha / 2)),
        "status": "ok",
        "estimate": step * fitted.estimate,
        "degrees": fitted.degrees,
        "n": len(fitted.residuals),
        "clusters": int(fitted.design.clusters.max()) + 1,
        "low": step * found.low,
        "high": step * found.high,
        "p": found.p,
    }
    return pd.DataFrame([numbers])
