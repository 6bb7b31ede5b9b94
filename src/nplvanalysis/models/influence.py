"""Which municipality or area an estimate rests on."""

from __future__ import annotations

import numpy as np
import pandas as pd

from nplvanalysis.errors import EstimationError
from nplvanalysis.models.design import Design
from nplvanalysis.models.regression import Fit
from nplvanalysis.models.standard_errors import FULL_LEVERAGE
from nplvanalysis.models.variants import fit_variant, variants
from nplvanalysis.params import NONE, Study
from nplvanalysis.registers import Row

AREA = "area"


def area_shifts(fitted: Fit) -> np.ndarray:
    """Give how much the contrast shifts when one area is left out.

    Parameters
    ----------
    fitted : Fit

    Returns
    -------
    ndarray, shape (n,)
        Estimate without the area less estimate, per unit of the contrast; exact, dummies included
        (Belsley, Kuh and Welsch 1980). 0 where the area has a dummy or a regressor to itself.
    """
    room = 1 - fitted.leverage
    alone = room <= FULL_LEVERAGE
    residuals = np.where(alone, 0, fitted.residuals / np.where(alone, 1, room))
    return -(fitted.regressors @ fitted.bread[:, fitted.design.position]) * residuals


def group_shifts(fitted: Fit, groups: np.ndarray) -> np.ndarray:
    """Give how much the contrast shifts when one group of areas is left out.

    Parameters
    ----------
    fitted : Fit
    groups : ndarray of int, shape (n,)
        Codes 0..G-1; the fixed effect is nested in them, or there is none.

    Returns
    -------
    ndarray, shape (G,)
        Estimate without the group less estimate, per unit of the contrast; exact, from the
        cross-products of each group (MacKinnon, Nielsen and Webb 2023). NaN where the contrast
        cannot be estimated without the group.

    Raises
    ------
    EstimationError
        If the fixed effect is not nested, or there is one group only.
    """
    _refuse_crossing(fitted.design.groups, groups)
    absorbed = fitted.design.groups.max() > 0
    constant = [] if absorbed else [np.sqrt(fitted.design.weights)]
    columns = np.column_stack([fitted.regressors, *constant])
    scale = np.linalg.norm(columns, axis=0)
    columns = columns / scale
    position = fitted.design.position
    total = columns.T @ columns
    shifts = np.full(int(groups.max()) + 1, np.nan)
    for group in range(len(shifts)):
        own = columns[groups == group]
        left = np.linalg.pinv(total - own.T @ own, hermitian=True)
        # The contrast is still estimable if its unit vector lies in the space that is left.
        unit = left @ (total - own.T @ own)[:, position]
        if abs(unit[position] - 1) < 1e-6:
            shifts[group] = -(left @ (own.T @ fitted.residuals[groups == group]))[position]
    return shifts / scale[position]


def _refuse_crossing(fixed: np.ndarray, groups: np.ndarray) -> None:
    pairs = len(np.unique(np.stack([fixed, groups]), axis=1).T)
    if groups.max() == 0 or (fixed.max() > 0 and pairs > fixed.max() + 1):
        raise EstimationError(
            "Groups of areas cannot be left out one by one.",
            where="the groups that are left out, and models.fixed_effects in params.yaml",
            expected="two groups or more, with each fixed effect inside one of them",
            got=f"{groups.max() + 1} groups, {fixed.max() + 1} fixed effects",
            todo="Leave out the groups of the fixed effect, or single areas.",
        )


def units_left_out(study: Study) -> list[str]:
    """Name what is left out: clusters; without them the groups of the fixed effect, and areas."""
    models = study.models
    if models.cluster != NONE:
        return [models.cluster]
    return [AREA] if models.fixed_effects == NONE else [models.fixed_effects, AREA]


def left_out(
    table: pd.DataFrame, row: Row, study: Study, delta: float = float("nan")
) -> pd.DataFrame:
    """Estimate a row without each municipality, or without each area where there is no cluster.

    Parameters
    ----------
    table : DataFrame
        Cross-section of the row.
    row : Row
    study : Study
    delta : float
        Smallest relevant effect per step; NaN: nothing is below it.

    Returns
    -------
    DataFrame
        One row per unit left out, by unit and estimate: unit, left_out, name, areas, dwellings,
        estimate (per step), shift, estimate_all, sign_changes, below_delta (in the direction that
        the row expects; only where the estimate of all is not below it itself).

    Raises
    ------
    EstimationError
        If the row itself cannot be estimated, or nothing can be left out.
    """
    fitted = fit_variant(table, row, variants(row, study)[0], study)
    step = study.models.specifications[row.specification].step
    cases = _cases(table, fitted.design)
    parts = [_without(fitted, cases, unit) for unit in units_left_out(study)]
    made = pd.concat(parts, ignore_index=True)
    whole, shift = fitted.estimate * step, made["shift"] * step
    made = made.assign(shift=shift, estimate=whole + shift, estimate_all=whole)
    made["sign_changes"] = made["estimate"] * whole < 0
    made["below_delta"] = (row.sign * made["estimate"] < delta) & (row.sign * whole >= delta)
    return made.sort_values(["unit", "estimate", "left_out"], ignore_index=True)


def _cases(table: pd.DataFrame, design: Design) -> pd.DataFrame:
    """Give the rows of the areas of a design, in its order."""
    return table.set_index("code", drop=False).rename_axis(None).loc[design.codes]


def _without(fitted: Fit, cases: pd.DataFrame, unit: str) -> pd.DataFrame:
    labels = cases["code" if unit == AREA else unit].astype(str)
    groups, names = pd.factorize(labels, sort=True)
    shifts = area_shifts(fitted)[np.argsort(groups)] if unit == AREA else None
    if shifts is None:
        shifts = group_shifts(fitted, groups)
    titles = cases.get("name" if unit == AREA else f"{unit}_name", labels)
    sums = pd.DataFrame({"group": groups, "dwellings": cases["dwellings"], "name": titles})
    found = sums.groupby("group").agg(
        areas=("group", "size"), dwellings=("dwellings", "sum"), name=("name", "first")
    )
    return found.assign(unit=unit, left_out=names, shift=shifts).reset_index(drop=True)


def influential_areas(table: pd.DataFrame, row: Row, study: Study, top: int = 10) -> pd.DataFrame:
    """List the areas that shift the estimate most.

    Parameters
    ----------
    table : DataFrame
        Cross-section of the row.
    row : Row
    study : Study
    top : int

    Returns
    -------
    DataFrame
        code, name, municipality_name, leverage, partial_leverage (its share in what identifies
        the contrast), dfbeta (estimate less that without the area, per step), dfbetas (the same
        in errors of a fit without the area; Belsley, Kuh and Welsch 1980: noteworthy above
        2/√n), largest first.

    Raises
    ------
    EstimationError
        If the row cannot be estimated.
    """
    fitted = fit_variant(table, row, variants(row, study)[0], study)
    step = study.models.specifications[row.specification].step
    cases = _cases(table, fitted.design)
    names = {key: cases.get(key, cases["code"]).to_numpy() for key in ("name", "municipality_name")}
    dfbeta = -area_shifts(fitted)
    made = pd.DataFrame(
        {
            "code": fitted.design.codes,
            **names,
            "leverage": fitted.leverage,
            "partial_leverage": fitted.partial_leverage,
            "dfbeta": dfbeta * step,
            "dfbetas": dfbeta / _errors_without(fitted),
        }
    )
    order = made["dfbeta"].abs().sort_values(ascending=False, kind="stable").index
    return made.loc[order].head(top).reset_index(drop=True)


def _errors_without(fitted: Fit) -> np.ndarray:
    """Give the error of the contrast, its variance taken from the fit without each area."""
    position = fitted.design.position
    degrees = len(fitted.residuals) - fitted.regressors.shape[1] - fitted.design.groups.max() - 1
    room = np.maximum(1 - fitted.leverage, FULL_LEVERAGE)
    total = fitted.residuals @ fitted.residuals
    variance = (total - fitted.residuals**2 / room) / (degrees - 1)
    return np.sqrt(np.maximum(variance, 0) * fitted.bread[position, position])
