"""Two-way fixed effects of an exposure that is published in steps."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from nplvanalysis.errors import UnreliableError
from nplvanalysis.models.area_years import AreaYears
from nplvanalysis.models.errors_in_variables import LEAST
from nplvanalysis.models.jackknife import by_cluster, left_out_error
from nplvanalysis.models.regression import Fit

# Where more than this part of the changes from wave to wave is exactly nothing, what is rounded
# moves by less than half a step, and errors of rounding last: they would be taken out twice. With
# normal changes of half a step it is 0.61, and errors of two waves correlate at 0.004.
STILL = 0.6


@dataclass(frozen=True)
class Unrounded:
    """A contrast without the error of rounding, per unit of its column.

    `left` is the part of what the other regressors leave of it that is more than rounding.
    """

    estimate: float
    cr1: float
    cr3: float
    left: float


def without_rounding(made: AreaYears, within: Fit, rounded_to: float) -> Unrounded:
    """Take the error of rounding a contrast out of the normal equations of a two-way fit.

    b = (X'WX - L)^-1 X'Wy, as `errors_in_variables.correct` does, L being what demeaning leaves of
    errors of variance h^2 / 12 (Sheppard 1898), independent between waves. With weights that stay
    the same in a balanced panel it is exact: of an error, area means leave 1 - 1/T, means of region
    and year 1 - w/W. A contrast of another wave beside that of the same wave shares its errors,
    T - lag of them in other rows. Effects of years that are columns are known without error; that
    the mean of all changes is subtracted from changes is left out of account (1/N of them).

    Parameters
    ----------
    made : AreaYears
    within : Fit
        Of `made`, demeaned.
    rounded_to : float
        The step h, in the unit of the contrast.

    Returns
    -------
    Unrounded
        CR1 with the factor of `absorbing.feols`, CR3 by leaving out clusters from both sides of the
        corrected equations. The variance of rounding counts as known.

    Raises
    ------
    UnreliableError
        If nearly all that is left of the contrast is rounding, or if it stands still so often that
        errors of rounding are not independent.
    """
    _refuse_still(made)
    rows, grams = by_cluster(within)
    taken = _errors(made, within, rounded_to)
    left = 1 - float(np.linalg.eigvals(within.bread @ taken.sum(axis=0)).real.max())
    if not left >= LEAST:
        raise UnreliableError(
            "Nearly all that is left of a regressor is error of rounding.",
            where=made.terms[0],
            expected=f"at least {LEAST:.0%} more than rounding to {rounded_to:g}",
            got=f"{left:.0%}",
            todo="Use a measure with more decimals, or years that are further apart.",
        )
    outcome = within.regressors @ within.estimates + within.residuals
    whole = np.stack([within.regressors[own].T @ outcome[own] for own in rows])
    grams = grams - taken
    bread = np.linalg.inv(grams.sum(axis=0))
    estimates = bread @ whole.sum(axis=0)
    scores = whole - grams @ estimates
    place = within.design.position
    count, (size, slopes) = len(outcome), scores.shape
    # effects that are nested in clusters count once
    factor = size / (size - 1) * (count - 1) / (count - slopes - 1)
    cr1 = np.sqrt(factor * ((scores @ bread[place]) ** 2).sum())
    cr3 = left_out_error(grams, scores, place)
    return Unrounded(float(estimates[place]), float(cr1), cr3, left)


def _refuse_still(made: AreaYears) -> None:
    """Refuse a contrast that mostly stays what it is from wave to wave."""
    contrast = made.table[made.terms[0]]
    moved = contrast.groupby(made.table["code"]).diff().dropna() if made.levels else contrast
    still = float(np.isclose(moved, 0).mean())
    if still > STILL:
        raise UnreliableError(
            "A rounded regressor stands still so often that its errors of rounding last.",
            where=made.terms[0],
            expected=f"at most {STILL:.0%} of the changes from wave to wave exactly nothing",
            got=f"{still:.0%}",
            todo="Read the estimate as published, or use waves that are further apart.",
        )


def _errors(made: AreaYears, within: Fit, rounded_to: float) -> np.ndarray:
    """Sum, by cluster, what is expected of products of demeaned errors; shape (G, k, k)."""
    first = np.unique(within.design.codes, return_index=True)[1]
    weights, clusters = within.design.weights[first], within.design.clusters[first]
    if made.regional:
        region = made.table["region"].to_numpy()[first]
        weights = weights * (1 - weights / np.bincount(region, weights)[region])
    sizes = np.bincount(clusters, weights) * rounded_to**2 / 12
    names = within.design.names
    noisy = _waves_of(made, len(within.residuals) // len(first))
    each = np.zeros((len(names), len(names)))
    for one, own in noisy.items():
        for other, its in noisy.items():
            each[names.index(one), names.index(other)] = np.trace(own.T @ its)
    return sizes[:, None, None] * each


def _waves_of(made: AreaYears, count: int) -> dict[str, np.ndarray]:
    """Tell of which waves a rounded column is in each row of an area, less their mean."""
    contrast, now = made.terms[0], f"{made.terms[0]} now"
    if not made.levels:
        return {contrast: np.diff(np.eye(count + 1), axis=0)}
    ahead = max(-made.lag, 0)
    waves = {contrast: np.eye(count, count + ahead, ahead)}
    if now in made.trends:
        waves[now] = np.eye(count, count + ahead)
    return {name: own - own.mean(axis=0) for name, own in waves.items()}
