"""The shape of a relation: a restricted cubic spline of a share, and its bands."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from nplvanalysis.errors import EstimationError
from nplvanalysis.models.joint import Wald, cautious, fit_terms, tests
from nplvanalysis.models.regression import Fit
from nplvanalysis.models.specification import cross_section, years_of
from nplvanalysis.params import Study
from nplvanalysis.registers import Row

# Harrell (2015), Regression Modeling Strategies, table 2.3: where the knots lie.
QUANTILES = {4: (0.05, 0.35, 0.65, 0.95), 5: (0.05, 0.275, 0.5, 0.725, 0.95)}
# The curve is drawn between these; beyond them hardly any dwelling stands.
SHOWN = (0.01, 0.99)
DECILES = tuple(place / 10 for place in range(1, 10))
DRAWS = 10_000


@dataclass(frozen=True)
class Curve:
    """How an outcome differs along a share.

    Attributes
    ----------
    points : DataFrame
        share (in units of the exposure), difference (from `reference`, in units of the outcome),
        straight (the same by a straight line), std_error, low, high (pointwise), band_low,
        band_high (simultaneous).
    outcome, exposure : str
    reference : float
        Weighted median of the exposure.
    deciles : tuple of float
        Of the exposure, weighted as the fit is.
    knots : tuple of float
    critical : float
        Half the width of the band in standard errors.
    straight : dict of str to Wald
        Test of the straight line against the spline, by convention of the covariance.
    n, clusters : int
    level : float
        Of the intervals and of the band.
    """

    points: pd.DataFrame
    outcome: str
    exposure: str
    reference: float
    deciles: tuple[float, ...]
    knots: tuple[float, ...]
    critical: float
    straight: dict[str, Wald]
    n: int
    clusters: int
    level: float

    @property
    def p(self) -> float:
        """Probability of such a bend if the line is straight: the largest of all conventions."""
        return max(one.p for one in self.straight.values())


def spline(values: np.ndarray, knots: tuple[float, ...]) -> np.ndarray:
    """Compute a restricted cubic spline: cubic between knots, straight beyond them.

    Harrell (2015, equation 2.25), divided by the square of the range of the knots.

    Parameters
    ----------
    values : ndarray, shape (n,)
    knots : tuple of float
        K of them, rising.

    Returns
    -------
    ndarray, shape (n, K-1)
        The values themselves, and K-2 bends.
    """
    last, before = knots[-1], knots[-2]

    def cubed(knot: float) -> np.ndarray:
        return np.maximum(values - knot, 0) ** 3

    bends = [
        cubed(knot)
        - cubed(before) * (last - knot) / (last - before)
        + cubed(last) * (before - knot) / (last - before)
        for knot in knots[:-2]
    ]
    return np.column_stack([values, *(bend / (last - knots[0]) ** 2 for bend in bends)])


def weighted_quantiles(
    values: np.ndarray, weights: np.ndarray, quantiles: tuple[float, ...]
) -> tuple[float, ...]:
    """Give the values below which these parts of the weight lie."""
    found = np.quantile(values, quantiles, weights=weights, method="inverted_cdf")
    return tuple(float(one) for one in found)


def dose_response(
    panel: pd.DataFrame, row: Row, study: Study, rng: np.random.Generator, knots: int = 4
) -> Curve:
    """Fit a spline of the contrast of a row, its other terms and controls beside it.

    Parameters
    ----------
    panel : DataFrame
        Measures of one level, rows (code, division, year).
    row : Row
        Outcome, specification, controls, years.
    study : Study
    rng : Generator
        Draws the simultaneous band.
    knots : int
        4 or 5.

    Returns
    -------
    Curve

    Raises
    ------
    EstimationError
        If the exposure takes too few values for its knots, or the model cannot be estimated.
    """
    own = study.models.specifications[row.specification]
    rest = [name for name in own.terms if name != own.contrast]
    table = cross_section(panel, years_of(row, study), row.outcome)
    line = fit_terms(table, row, study, [own.contrast, *rest])
    share, weights = line.design.columns[:, 0], line.design.weights
    places = _knots(share, weights, knots, own.contrast)
    bends = [f"bend {place}" for place in range(1, knots - 1)]
    basis = spline(table[own.contrast].to_numpy(float), places)
    bent = table.assign(**dict(zip(bends, basis[:, 1:].T, strict=True)))
    fitted = fit_terms(bent, row, study, [own.contrast, *bends, *rest])
    (reference,) = weighted_quantiles(share, weights, (0.5,))
    shares = _grid(share, weights)
    contrasts = spline(shares, places) - spline(np.array([reference]), places)
    points, critical = _curve(fitted, contrasts, study.models.alpha, rng)
    return Curve(
        points=points.assign(share=shares, straight=line.estimate * (shares - reference)),
        outcome=row.outcome,
        exposure=own.contrast,
        reference=reference,
        deciles=weighted_quantiles(share, weights, DECILES),
        knots=places,
        critical=critical,
        straight=tests(
            fitted, np.eye(len(fitted.estimates))[1 : knots - 1], study.models.conley_km
        ),
        n=len(fitted.residuals),
        clusters=int(fitted.design.clusters.max()) + 1,
        level=1 - study.models.alpha,
    )


def _knots(share: np.ndarray, weights: np.ndarray, count: int, name: str) -> tuple[float, ...]:
    places = weighted_quantiles(share, weights, QUANTILES[count])
    if len(set(places)) < count:
        raise EstimationError(
            "The exposure takes too few values for a curve.",
            where=name,
            expected=f"{count} different quantiles at {QUANTILES[count]}",
            got=", ".join(f"{place:g}" for place in places),
            todo="Use fewer knots, or only the straight line.",
        )
    return places


def _grid(share: np.ndarray, weights: np.ndarray) -> np.ndarray:
    low, high = weighted_quantiles(share, weights, SHOWN)
    return np.linspace(low, high, 101)


def _curve(
    fitted: Fit, contrasts: np.ndarray, alpha: float, rng: np.random.Generator
) -> tuple[pd.DataFrame, float]:
    from scipy.special import stdtrit

    width = contrasts.shape[1]
    covariance = cautious(fitted)[:width, :width]
    difference = contrasts @ fitted.estimates[:width]
    error = np.sqrt(np.einsum("ij,jk,ik->i", contrasts, covariance, contrasts))
    critical = sup_t(contrasts, covariance, fitted.degrees, alpha, rng)
    reach = float(stdtrit(fitted.degrees, 1 - alpha / 2)) * error
    points = pd.DataFrame({"difference": difference, "std_error": error})
    points = points.assign(low=difference - reach, high=difference + reach)
    band = critical * error
    return points.assign(band_low=difference - band, band_high=difference + band), critical


def sup_t(
    contrasts: np.ndarray,
    covariance: np.ndarray,
    degrees: int,
    alpha: float,
    rng: np.random.Generator,
) -> float:
    """Find how many errors wide a band must be to hold a whole curve.

    Montiel Olea and Plagborg-Moller (2019): the quantile of the largest absolute t over the curve,
    drawn from a multivariate t.

    Parameters
    ----------
    contrasts : ndarray, shape (m, k)
        Points of the curve as combinations of coefficients; those without an error are left out.
    covariance : ndarray, shape (k, k)
    degrees : int
        Of Student's t.
    alpha : float
        The band holds the whole curve with probability 1 - alpha.
    rng : Generator

    Returns
    -------
    float
        At least the pointwise quantile, at most that of Bonferroni (but for chance).
    """
    error = np.sqrt(np.einsum("ij,jk,ik->i", contrasts, covariance, contrasts))
    moving = error > 1e-9 * error.max()
    values, vectors = np.linalg.eigh(covariance)
    root = vectors * np.sqrt(np.maximum(values, 0))
    scaled = (contrasts[moving] / error[moving, None]) @ root
    drawn = rng.standard_normal((DRAWS, len(values))) @ scaled.T
    spread = np.sqrt(rng.chisquare(degrees, DRAWS) / degrees)
    return float(np.quantile(np.abs(drawn).max(axis=1) / spread, 1 - alpha))
