"""The strength of spatial dependence: where a likelihood peaks, and how sharply."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from nplvanalysis.errors import NotConvergedError

# Beyond this a likelihood that still rises has no peak worth the name.
BOUND = 0.995
# Where the search looks first: a likelihood may have more than one peak.
GRID = np.array([-BOUND, -0.6, -0.2, 0.2, 0.5, 0.75, 0.92, BOUND])
# Step of the derivatives, as a share of the distance to 1, where log-determinants end.
STEP = 0.01


@dataclass(frozen=True)
class Strength:
    """Where the likelihood peaks, its error by the curvature there, and the likelihood itself."""

    value: float
    std_error: float
    log_likelihood: float


def peak(log_likelihood: Callable[[float], float], what: str) -> Strength:
    """Find the highest point of a concentrated log-likelihood between -1 and 1.

    Parameters
    ----------
    log_likelihood : callable
    what : str
        Named in errors.

    Returns
    -------
    Strength
        The error comes from the second derivative (observed information); what was concentrated
        out is allowed for.

    Raises
    ------
    NotConvergedError
        If it rises up to the bound, or is not curved at its top.
    """
    from scipy.optimize import minimize_scalar

    heights = np.array([log_likelihood(one) for one in GRID])
    top = int(np.argmax(heights))
    if not np.isfinite(heights).all():
        raise _no_peak(what, f"the highest value at {GRID[top]:g}")
    found = minimize_scalar(
        lambda one: -log_likelihood(one),
        # a peak may lie between the last two places; at the bound itself it is refused below
        bounds=(GRID[max(top - 1, 0)], GRID[min(top + 1, len(GRID) - 1)]),
        method="bounded",
        options={"xatol": 1e-8},
    )
    value = float(found.x)
    curvature = derivatives(log_likelihood, value)[1]
    if not found.success or abs(value) > BOUND - 1e-3 or not curvature < 0:
        raise _no_peak(what, f"{value:.4f} with second derivative {curvature:.3g}")
    return Strength(value, float(1 / np.sqrt(-curvature)), -float(found.fun))


def derivatives(function: Callable[[float], float], at: float) -> tuple[float, float]:
    """Give the first and second derivative by central differences of the fourth order.

    Parameters
    ----------
    function : callable
        Smooth between -1 and 1.
    at : float

    Returns
    -------
    tuple of float
    """
    step = STEP * (1 - abs(at))
    low2, low1, here, up1, up2 = (function(at + step * side) for side in (-2, -1, 0, 1, 2))
    first = (low2 - 8 * low1 + 8 * up1 - up2) / (12 * step)
    second = (-low2 + 16 * low1 - 30 * here + 16 * up1 - up2) / (12 * step**2)
    return first, second


def _no_peak(what: str, got: str) -> NotConvergedError:
    return NotConvergedError(
        "The likelihood of a model of space has no peak.",
        where=what,
        expected=f"a highest point between {-BOUND} and {BOUND}",
        got=got,
        todo="Read another neighbour graph.",
    )
