"""Least squares in which one regressor is measured with error of a known variance."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from nplvanalysis.errors import UnreliableError
from nplvanalysis.models.regression import Fit

# Of what the other regressors leave of the noisy one, at least this part must be more than error:
# below it the corrected estimate has no mean, and a rounding decides its sign.
LEAST = 0.1


@dataclass(frozen=True)
class Corrected:
    """A fit corrected for the error of one regressor.

    Attributes
    ----------
    fit : Fit
        The least-squares fit that is corrected.
    estimates : ndarray, shape (k,)
        In the order of `fit.design.names`.
    std_errors : ndarray, shape (k,)
        Clustered if the fit has clusters, else one area at a time; see `correct`.
    left : float
        Part of the noisy regressor, given the others, that is more than error.
    """

    fit: Fit
    estimates: np.ndarray
    std_errors: np.ndarray
    left: float

    @property
    def estimate(self) -> float:
        """Coefficient of the contrast, per unit of its column."""
        return float(self.estimates[self.fit.design.position])

    @property
    def std_error(self) -> float:
        """Error of the contrast."""
        return float(self.std_errors[self.fit.design.position])


def correct(fitted: Fit, noisy: str, variance: np.ndarray) -> Corrected:
    """Take the error variance of one regressor out of the normal equations.

    b = (X'WX - L)^-1 X'Wy, L the weighted sum of the error variances at the place of the noisy
    regressor (Fuller 1987, section 2.2; with fixed effects, of what demeaning leaves of them). The
    variances count as known. Errors are a sandwich of the corrected equations with the factor
    G/(G-1) (N-1)/(N-k), areas without clusters each being their own; k counts the slopes, and the
    constant where no effect is absorbed.

    Parameters
    ----------
    fitted : Fit
        By least squares, with the noisy regressor as it was measured.
    noisy : str
        Its name.
    variance : ndarray, shape (n,)
        Of the error of each area, in the order of the areas; not negative. A negative one adds
        error, which is how simulation checks the formula.

    Returns
    -------
    Corrected

    Raises
    ------
    UnreliableError
        If nearly all that the other regressors leave of the noisy one is error.
    """
    design, place = fitted.design, fitted.design.names.index(noisy)
    sizes = np.bincount(design.groups, design.weights)[design.groups]
    each = design.weights * variance * (1 - design.weights / sizes)
    gram = fitted.regressors.T @ fitted.regressors
    left = 1 - each.sum() * fitted.bread[place, place]
    if not left >= LEAST:
        raise UnreliableError(
            "Nearly all that is left of a regressor is error of measurement.",
            where=f"{noisy}, given {', '.join(name for name in design.names if name != noisy)}",
            expected=f"at least {LEAST:.0%} more than error",
            got=f"{left:.0%}",
            todo="Use a measure with less error: larger areas, or several years together.",
        )
    taken = gram.copy()
    taken[place, place] -= each.sum()
    bread = np.linalg.inv(taken)
    whole = fitted.regressors.T @ (fitted.regressors @ fitted.estimates + fitted.residuals)
    estimates = bread @ whole
    errors = _sandwich(fitted, bread, estimates, each, place)
    return Corrected(fitted, estimates, errors, float(left))


def _sandwich(
    fitted: Fit, bread: np.ndarray, estimates: np.ndarray, each: np.ndarray, place: int
) -> np.ndarray:
    outcome = fitted.regressors @ fitted.estimates + fitted.residuals
    scores = fitted.regressors * (outcome - fitted.regressors @ estimates)[:, None]
    scores[:, place] += each * estimates[place]
    clusters = fitted.design.clusters
    sums = np.zeros((int(clusters.max()) + 1, scores.shape[1]))
    np.add.at(sums, clusters, scores)
    count, size = len(scores), len(sums)
    slopes = scores.shape[1] + int(fitted.design.groups.max() == 0)
    if size == count:
        slopes = scores.shape[1] + int(fitted.design.groups.max()) + 1
    factor = size / (size - 1) * (count - 1) / (count - slopes)
    return np.sqrt(factor * np.diag(bread @ (sums.T @ sums) @ bread))
