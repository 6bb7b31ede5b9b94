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
    noisy : int
        Place of the noisy regressor in `fit.design.names`.
    taken : ndarray, shape (n,)
        What the error of each area takes out of the normal equations, at the place of `noisy`.
    estimates : ndarray, shape (k,)
        In the order of `fit.design.names`.
    bread : ndarray, shape (k, k)
        Inverse of the corrected normal equations.
    """

    fit: Fit
    noisy: int
    taken: np.ndarray
    estimates: np.ndarray
    bread: np.ndarray

    @property
    def estimate(self) -> float:
        """Coefficient of the contrast, per unit of its column."""
        return float(self.estimates[self.fit.design.position])

    @property
    def residuals(self) -> np.ndarray:
        """Of the corrected estimates, multiplied by the root of the weight; shape (n,)."""
        return self.fit.residuals + self.fit.regressors @ (self.fit.estimates - self.estimates)

    @property
    def left(self) -> float:
        """Part of the noisy regressor, given the others, that is more than error."""
        return _left(self.fit, self.noisy, self.taken)


def correct(fitted: Fit, noisy: str, variance: np.ndarray) -> Corrected:
    """Take the error variance of one regressor out of the normal equations.

    b = (X'WX - L)^-1 X'Wy, L the weighted sum of the error variances at the place of the noisy
    regressor (Fuller 1987, section 2.2; with fixed effects, of what demeaning leaves of them). The
    variances count as known. `corrected_errors` has the errors of the result.

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
    taken = design.weights * variance * (1 - design.weights / sizes)
    left = _left(fitted, place, taken)
    if not left >= LEAST:
        raise UnreliableError(
            "Nearly all that is left of a regressor is error of measurement.",
            where=f"{noisy}, given {', '.join(name for name in design.names if name != noisy)}",
            expected=f"at least {LEAST:.0%} more than error",
            got=f"{left:.0%}",
            todo="Use a measure with less error: larger areas, or several years together.",
        )
    gram = fitted.regressors.T @ fitted.regressors
    rest = gram.copy()
    rest[place, place] -= taken.sum()
    bread = np.linalg.inv(rest)
    return Corrected(fitted, place, taken, bread @ gram @ fitted.estimates, bread)


def _left(fitted: Fit, noisy: int, taken: np.ndarray) -> float:
    return float(1 - taken.sum() * fitted.bread[noisy, noisy])
