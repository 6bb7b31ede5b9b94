"""Tidy rows of estimates: the one form in which every estimator answers."""

from __future__ import annotations

import numpy as np
import pandas as pd

from nplvanalysis.errors import NoNumberError
from nplvanalysis.models.regression import Fit
from nplvanalysis.models.standard_errors import all_kinds
from nplvanalysis.params import Study

# The notebooks that write such rows.
NOTEBOOKS = [
    *("3a-housing-mix", "3b-stacking", "3c-inflow", "3d-safety-gap", "3e-small-places"),
    *("3g-comparable-areas", "4-robustness"),
]

# What an estimator gives; `estimates.estimate_row` adds what it was asked.
GIVEN = [
    *("standard_errors", "estimate", "std_error", "low", "high", "degrees", "p", "n", "clusters"),
    *("status", "role", "weights", "controls", "sample"),
]

COLUMNS = [
    *("study", "claim", "hypothesis", "row", "estimator", "outcome", "exposure", "contrast"),
    *("subset", "sample", "weights", "fixed_effects", "controls", "standard_errors", "term"),
    *("estimate", "std_error", "low", "high", "p", "degrees", "n", "clusters", "role"),
    *("outcome_sd", "status", "year_first", "year_exposure", "year_outcome", "division", "unit"),
]

KEY = [
    *("study", "hypothesis", "row", "estimator", "role", "outcome", "exposure", "subset"),
    *("weights", "controls", "sample", "fixed_effects", "year_first", "year_exposure"),
    *("year_outcome", "unit", "standard_errors"),
]


def tidy(fitted: Fit, step: float, study: Study) -> pd.DataFrame:
    """Turn a fit into rows, one per kind of error.

    Parameters
    ----------
    fitted : Fit
    step : float
        The estimate is given per this many units of the contrast.
    study : Study

    Returns
    -------
    DataFrame
        standard_errors, estimate, std_error, low, high, p, degrees, n, clusters, status;
        intervals and p from Student's t.

    Raises
    ------
    NoNumberError
        If no kind of error can be computed.
    """
    kinds = all_kinds(fitted, study.models.conley_km)
    errors = {name: step * error for name, error in kinds.items()}
    return tidy_errors(step * fitted.estimate, errors, fitted, study)


def tidy_errors(
    estimate: float, errors: dict[str, float], fitted: Fit, study: Study
) -> pd.DataFrame:
    """Turn an estimate and its errors into rows; see `tidy`.

    Parameters
    ----------
    estimate : float
    errors : dict of str to float
        By kind, in the units of the estimate.
    fitted : Fit
        Whose areas, clusters and degrees of freedom these are.
    study : Study

    Returns
    -------
    DataFrame

    Raises
    ------
    NoNumberError
        If there is no error.
    """
    if not errors:
        raise NoNumberError(
            "No kind of error can be computed.",
            where=", ".join(fitted.design.names),
            expected="an error that is finite",
            got=f"none for an estimate of {estimate:g}",
            todo="Look at the columns of the model for values far out of range.",
        )
    made = pd.DataFrame(
        {"standard_errors": [*errors], "std_error": [*errors.values()], "status": "ok"}
    ).assign(
        estimate=estimate,
        degrees=fitted.degrees,
        n=len(fitted.residuals),
        clusters=int(fitted.design.clusters.max()) + 1,
    )
    return with_interval(made, study.models.alpha)


def with_interval(rows: pd.DataFrame, alpha: float) -> pd.DataFrame:
    """Add interval and p from Student's t.

    Parameters
    ----------
    rows : DataFrame
        estimate, std_error, degrees.
    alpha : float
        The interval covers 1 - alpha.

    Returns
    -------
    DataFrame
        `rows` with low, high and two-sided p against 0.
    """
    from scipy.special import stdtr, stdtrit

    reach = rows["std_error"] * stdtrit(rows["degrees"], 1 - alpha / 2)
    return rows.assign(
        low=rows["estimate"] - reach,
        high=rows["estimate"] + reach,
        p=2 * stdtr(rows["degrees"], -(rows["estimate"] / rows["std_error"]).abs()),
    )


def without_empty(made: pd.DataFrame, tested: bool = True) -> pd.DataFrame:
    """Turn rows that call themselves usable, and hold no number, into unusable ones.

    Parameters
    ----------
    made : DataFrame
        `GIVEN`.
    tested : bool
        Whether an estimate needs an error above 0: all do but those of a list.

    Returns
    -------
    DataFrame
        With status `NoNumberError.code` where the estimate or, if tested, its error is not finite,
        or the error is 0.
    """
    sound = np.isfinite(made["estimate"].to_numpy(float))
    if tested:
        errors = made["std_error"].to_numpy(float)
        sound &= np.isfinite(errors) & (errors > 0)
    empty = made["status"].eq("ok") & ~sound
    if not empty.any():
        return made
    blank = unusable(NoNumberError.code)
    columns = {str(name): made[name].mask(empty, blank[name].item()) for name in blank}
    return made.assign(**columns)


def unusable(status: str) -> pd.DataFrame:
    """Give the one row of a fit that failed: no numbers, and its reason as `status`."""
    empty = dict.fromkeys(("estimate", "std_error", "low", "high", "p"), float("nan"))
    counts = dict.fromkeys(("degrees", "n", "clusters"), 0)
    return pd.DataFrame([{"standard_errors": "", **empty, **counts, "status": status}])
