"""From a model of the logarithm of a rate to a change in units of the rate."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from nplvanalysis.models.poisson import PoissonFit
from nplvanalysis.models.regression import Fit
from nplvanalysis.models.rows import with_interval
from nplvanalysis.models.standard_errors import all_kinds
from nplvanalysis.params import Study


def rate_ratio(found: PoissonFit, step: float, study: Study) -> pd.DataFrame:
    """Give how many times as high the rate is per step, one row per kind of error.

    Parameters
    ----------
    found : PoissonFit
    step : float
        Units of the contrast.
    study : Study

    Returns
    -------
    DataFrame
        The columns of `rows.tidy`. Interval and p are those of the logarithm; std_error is the
        error of the logarithm times the ratio.
    """
    kinds = all_kinds(found.fit, study.models.conley_km)
    errors = {name: step * error for name, error in kinds.items()}
    logs = _rows(step * found.fit.estimate, errors, found.fit, study)
    ratio = np.exp(logs["estimate"])
    return logs.assign(
        estimate=ratio,
        std_error=logs["std_error"] * ratio,
        low=np.exp(logs["low"]),
        high=np.exp(logs["high"]),
    )


def average_change(found: PoissonFit, step: float, study: Study) -> pd.DataFrame:
    """Give the average change of the rate per step, one row per kind of error.

    The derivative of the fitted rate by the contrast, times the step, averaged over areas with the
    weights of the design (Wooldridge 2010, section 18.2). Errors by the delta method: they hold
    that of the average rate too.

    Parameters
    ----------
    found : PoissonFit
    step : float
        Units of the contrast.
    study : Study

    Returns
    -------
    DataFrame
        The columns of `rows.tidy`, per 1000 residents.
    """
    fitted, weights = found.fit, found.counted.design.weights
    share = weights / weights.sum() * found.rates
    slope, level = step * fitted.estimate, share.sum()
    root = np.sqrt(fitted.design.weights)
    # A coefficient moves the average as its factor, and through the rates.
    gradient = slope * (share / root) @ fitted.regressors
    gradient[fitted.design.position] += step * level
    of_slopes = fitted.regressors @ (fitted.bread @ gradient)
    groups = fitted.design.groups
    totals = np.bincount(groups, fitted.design.weights)
    of_levels = slope * root * (np.bincount(groups, share) / totals)[groups]
    kinds = all_kinds(_told_by(of_slopes + of_levels, fitted), study.models.conley_km)
    if fitted.clustered:
        kinds |= _clustered(of_slopes, of_levels, fitted)
    return _rows(slope * level, kinds, fitted, study)


def _clustered(of_slopes: np.ndarray, of_levels: np.ndarray, fitted: Fit) -> dict[str, float]:
    """Compute CR1 and CR3 of a function of coefficients.

    Residuals add up to nothing in a group, so that whole groups tell nothing about its level; the
    level of a model without groups is a coefficient like the others.
    """
    if fitted.design.groups.max() > 0:
        kinds = all_kinds(_told_by(of_slopes, fitted), [])
    else:
        root = np.sqrt(fitted.design.weights)
        whole = replace(
            fitted,
            regressors=np.column_stack([fitted.regressors, root]),
            # with groups of its own, no error adds a second constant
            design=replace(fitted.design, groups=fitted.design.clusters),
        )
        kinds = all_kinds(_told_by(of_slopes + of_levels, whole), [])
    return {name: kinds[name] for name in ("CR1", "CR3")}


def _told_by(influence: np.ndarray, fitted: Fit) -> Fit:
    """Rewrite a fit so that its contrast is the function of coefficients with this influence.

    A sum over areas of influence times residual is the coefficient of influence/|influence|^2 among
    columns orthogonal to it; with them it spans what the regressors span, so that every kind of
    error, leaving out included, is that of the function.
    """
    scaled = fitted.regressors / np.linalg.norm(fitted.regressors, axis=0)
    unit = influence / np.linalg.norm(influence)
    apart = np.linalg.svd(scaled - np.outer(unit, unit @ scaled), full_matrices=False)[0]
    columns = np.column_stack([unit / np.linalg.norm(influence), apart[:, : scaled.shape[1] - 1]])
    return replace(
        fitted,
        regressors=columns,
        bread=np.linalg.inv(columns.T @ columns),
        design=replace(fitted.design, position=0),
    )


def _rows(estimate: float, errors: dict[str, float], fitted: Fit, study: Study) -> pd.DataFrame:
    made = pd.DataFrame(
        {"standard_errors": [*errors], "std_error": [*errors.values()], "status": "ok"}
    ).assign(
        estimate=estimate,
        degrees=fitted.degrees,
        n=len(fitted.residuals),
        clusters=int(fitted.design.clusters.max()) + 1,
    )
    return with_interval(made, study.models.alpha)
