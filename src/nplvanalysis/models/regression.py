"""Least squares with one absorbed effect, weighted or not."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from nplvanalysis.errors import (
    CollinearError,
    EstimationError,
    NoVariationError,
    PerfectFitError,
)
from nplvanalysis.models.design import Design

# A column whose spread is lost by more than this when it is demeaned carries no information.
RELATIVE_TOLERANCE = 1e-10


@dataclass(frozen=True)
class Fit:
    """A fitted model; arrays are in the order of the design's areas.

    Attributes
    ----------
    design : Design
        What was fitted.
    estimates : ndarray, shape (k,)
        Coefficients, in the order of `design.names`.
    regressors : ndarray, shape (n, k)
        Demeaned within the fixed effect and multiplied by the root of the weight.
    residuals : ndarray, shape (n,)
        Multiplied by the root of the weight.
    bread : ndarray, shape (k, k)
        Inverse of regressors' regressors.
    leverage : ndarray, shape (n,)
        Diagonal of the hat matrix of the model with all dummies.
    """

    design: Design
    estimates: np.ndarray
    regressors: np.ndarray
    residuals: np.ndarray
    bread: np.ndarray
    leverage: np.ndarray

    @property
    def estimate(self) -> float:
        """Coefficient of the contrast, per unit of its column."""
        return float(self.estimates[self.design.position])

    @property
    def clustered(self) -> bool:
        """Whether some cluster holds more than one area."""
        return int(self.design.clusters.max()) + 1 < len(self.residuals)

    @property
    def degrees(self) -> int:
        """Degrees of freedom of Student's t: G-1, or N-k (dummies counted) without clusters."""
        if self.clustered:
            return int(self.design.clusters.max())
        parameters = self.regressors.shape[1] + int(self.design.groups.max()) + 1
        return len(self.residuals) - parameters

    @property
    def partial_leverage(self) -> np.ndarray:
        """Share of each area in the variation that identifies the contrast; sums to 1."""
        rest = np.delete(self.regressors, self.design.position, axis=1)
        column = self.regressors[:, self.design.position]
        own = column - rest @ np.linalg.lstsq(rest, column, rcond=None)[0]
        return own**2 / (own @ own)


def demean(values: np.ndarray, groups: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Subtract weighted means within groups.

    Parameters
    ----------
    values : ndarray, shape (n,) or (n, k)
    groups : ndarray of int, shape (n,)
        Codes 0..G-1.
    weights : ndarray, shape (n,)
        Positive.

    Returns
    -------
    ndarray
        Of the shape of `values`.
    """
    table = values.reshape(len(values), -1)
    totals = np.zeros((groups.max() + 1, table.shape[1]))
    np.add.at(totals, groups, table * weights[:, None])
    means = totals / np.bincount(groups, weights)[:, None]
    return (table - means[groups]).reshape(values.shape)


def fit(design: Design, identification_r2: float = 1.0) -> Fit:
    """Fit a design by weighted least squares with its fixed effect absorbed.

    Equal to a regression with one dummy per group (Frisch-Waugh-Lovell).

    Parameters
    ----------
    design : Design
        Complete cases.
    identification_r2 : float
        A contrast explained by the other regressors and the fixed effect with a larger R2 is
        refused.

    Returns
    -------
    Fit

    Raises
    ------
    EstimationError
        For perfect collinearity, an exposure or an outcome without variation within the fixed
        effect, an outcome that regressors foretell without any rest, or a contrast that is not
        identified.
    """
    root = np.sqrt(design.weights)
    columns = demean(design.columns, design.groups, design.weights) * root[:, None]
    outcome = demean(design.outcome, design.groups, design.weights) * root
    _refuse_collinear(columns, design)
    _refuse_still(outcome, design)
    bread = np.linalg.inv(columns.T @ columns)
    estimates = bread @ (columns.T @ outcome)
    result = Fit(
        design=design,
        estimates=estimates,
        regressors=columns,
        residuals=outcome - columns @ estimates,
        bread=bread,
        leverage=_leverage(columns, bread, design),
    )
    _refuse_perfect(result, outcome)
    explained = contrast_r2(result)
    if explained > identification_r2:
        raise EstimationError(
            "The contrast is not identified: the other regressors explain nearly all of it.",
            where=f"{design.names[design.position]} among {', '.join(design.names)}",
            expected=f"R2 on the other regressors of at most {identification_r2}",
            got=f"{explained:.3f}",
            todo="Report it as not testable; do not read the coefficient.",
        )
    return result


def _leverage(columns: np.ndarray, bread: np.ndarray, design: Design) -> np.ndarray:
    dummies = design.weights / np.bincount(design.groups, design.weights)[design.groups]
    return np.einsum("ij,ij->i", columns @ bread, columns) + dummies


def _refuse_collinear(columns: np.ndarray, design: Design) -> None:
    centred = design.columns - np.average(design.columns, axis=0, weights=design.weights)
    size = np.sqrt(design.weights @ centred**2)
    flat = np.linalg.norm(columns, axis=0) <= RELATIVE_TOLERANCE * np.maximum(size, 1e-300)
    scaled = columns[:, ~flat] / np.linalg.norm(columns[:, ~flat], axis=0)
    dependent = np.zeros(len(flat), dtype=bool)
    dependent[~flat] = np.abs(np.diag(np.linalg.qr(scaled, mode="r"))) <= RELATIVE_TOLERANCE
    bad = [name for name, one in zip(design.names, flat | dependent, strict=True) if one]
    if bad:
        raise CollinearError(
            "Regressors are perfectly collinear, or one does not vary within the fixed effect.",
            where=", ".join(bad),
            expected="regressors that vary independently of the others",
            got=f"{len(design.outcome):,} areas in {design.groups.max() + 1} groups",
            todo="Leave out the regressor, or choose another fixed effect.",
        )


def _refuse_still(outcome: np.ndarray, design: Design) -> None:
    """Refuse an outcome of which demeaning leaves rounding only: its slopes would be noise."""
    centred = design.outcome - np.average(design.outcome, weights=design.weights)
    size = np.sqrt(design.weights @ centred**2)
    if np.linalg.norm(outcome) <= RELATIVE_TOLERANCE * size:
        raise NoVariationError(
            "The outcome does not vary within the fixed effect.",
            where="the outcome of a fit",
            expected="an outcome that differs between areas of a group",
            got=f"one value in each of {design.groups.max() + 1} groups",
            todo="Look at the source of the column: it may be known for whole groups only.",
        )


def _refuse_perfect(fitted: Fit, outcome: np.ndarray) -> None:
    """Refuse residuals that are rounding only: their errors would be too."""
    if np.linalg.norm(fitted.residuals) <= RELATIVE_TOLERANCE * np.linalg.norm(outcome):
        raise PerfectFitError(
            "Regressors foretell the outcome without any rest: it was made of them.",
            where=", ".join(fitted.design.names),
            expected="residuals larger than rounding",
            got=f"none in {len(outcome):,} areas",
            todo="Look up how the outcome was made; leave out what it was made of.",
        )


def contrast_r2(fitted: Fit) -> float:
    """R2 of the contrast on the other regressors and the fixed effect, weighted.

    Returns
    -------
    float
        Near 1 if the contrast is hardly distinguishable from the others.
    """
    design = fitted.design
    column = design.columns[:, design.position]
    total = design.weights @ (column - np.average(column, weights=design.weights)) ** 2
    return float(1 - 1 / (fitted.bread[design.position, design.position] * total))
