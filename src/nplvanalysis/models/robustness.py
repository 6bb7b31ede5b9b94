"""All checks of the rows that decide: what each found, and the same as tidy rows."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from nplvanalysis.errors import EstimationError
from nplvanalysis.models.benchmarks import benchmarks
from nplvanalysis.models.influence import influential_areas, left_out
from nplvanalysis.models.labels import labels
from nplvanalysis.models.missing_bounds import bounds_table
from nplvanalysis.models.negative_controls import (
    DENSITY,
    at_equal_density,
    negative_control,
    with_density,
)
from nplvanalysis.models.regression import Fit
from nplvanalysis.models.sensitivity import sensitivity_table
from nplvanalysis.models.spatial_placebo import DRAWS, Placebo, spatial_placebo
from nplvanalysis.models.specification import cross_section, within, years_of
from nplvanalysis.models.suppression import withheld
from nplvanalysis.models.variants import allowing_few, fit_variant, variants
from nplvanalysis.models.verdicts import deciding_row
from nplvanalysis.params import Study
from nplvanalysis.registers import Claims, NegativeControl, Row
from nplvanalysis.schema import Column


@dataclass(frozen=True)
class Case:
    """A row that decides by one cross-section, its table and its fit.

    Attributes
    ----------
    hypothesis : str
    conclusion, position : int
        Position of the row among those of the hypothesis in this study.
    row : Row
    controls : list of NegativeControl
    table : DataFrame
        Its cross-section.
    fitted : Fit or None
        None where it cannot be estimated.
    status : str
        "ok", or the code of the error.
    about : dict
        What was asked; see `labels.labels`.
    delta : float
        The smallest relevant effect per step.
    """

    hypothesis: str
    conclusion: int
    position: int
    row: Row
    controls: list[NegativeControl]
    table: pd.DataFrame
    fitted: Fit | None
    status: str
    about: dict[str, Any]
    delta: float


@dataclass(frozen=True)
class Checks:
    """What every check found of one case; a table without rows could not be made.

    `placebo_status` and `left_out_status` are "ok" or the code of an error. `controls` are negative
    controls, each also with density held constant (`held`); `denser` is the row itself with it.
    """

    case: Case
    withheld: pd.DataFrame
    placebo: Placebo | None
    placebo_status: str
    left_out: pd.DataFrame
    left_out_status: str
    sensitivity: pd.DataFrame = field(default_factory=pd.DataFrame)
    yardsticks: pd.DataFrame = field(default_factory=pd.DataFrame)
    controls: pd.DataFrame = field(default_factory=pd.DataFrame)
    denser: pd.DataFrame = field(default_factory=pd.DataFrame)
    influential: pd.DataFrame = field(default_factory=pd.DataFrame)
    bounds: pd.DataFrame = field(default_factory=pd.DataFrame)


def cases(panel: pd.DataFrame, claims: Claims, study: Study) -> list[Case]:
    """Collect the rows that decide a hypothesis of this study by one linear cross-section.

    Parameters
    ----------
    panel : DataFrame
        Measures of one level, rows (code, division, year).
    claims : Claims
    study : Study

    Returns
    -------
    list of Case
        Those that cannot be estimated too, with their reason.
    """
    found = []
    for name, hypothesis in claims.hypotheses.items():
        row = deciding_row(hypothesis, study.study)
        if row is None or row.estimator != "cross_section":
            continue
        table = cross_section(within(panel, row, study), years_of(row, study), row.outcome)
        about = labels(panel, row, study)
        kind = study.models.specifications[row.specification].kind
        fitted, status = _fitted(table, row, study)
        found.append(
            Case(
                hypothesis=name,
                conclusion=hypothesis.conclusion,
                position=hypothesis.studies[study.study].index(row),
                row=row,
                controls=hypothesis.negative_controls.get(study.study, []),
                table=table,
                fitted=fitted,
                status=status,
                about=about,
                delta=study.models.delta[kind] * about["outcome_sd"],
            )
        )
    return found


def _fitted(table: pd.DataFrame, row: Row, study: Study) -> tuple[Fit | None, str]:
    try:
        return fit_variant(table, row, variants(row, study)[0], allowing_few(study)), "ok"
    except EstimationError as error:
        return None, error.code


def check(
    case: Case,
    panel: pd.DataFrame,
    study: Study,
    dictionary: dict[str, Column],
    draws: int = DRAWS,
) -> Checks:
    """Try everything that could make an estimate look better than it is.

    Parameters
    ----------
    case : Case
    panel : DataFrame
        Measures of one level, for the outcomes of negative controls.
    study : Study
        Its seed is that of the placebo.
    dictionary : dict of str to Column
    draws : int
        Of spatial noise.

    Returns
    -------
    Checks
        Without anything but the areas that are withheld where the row cannot be estimated.
    """
    table, row, fitted = case.table, case.row, case.fitted
    lost = withheld(table, row, study)
    if fitted is None:
        return Checks(case, lost, None, case.status, pd.DataFrame(), case.status)
    few = allowing_few(study)
    return Checks(
        case,
        lost,
        *_placebo(fitted, study, draws),
        *_without(case, few),
        sensitivity=sensitivity_table(table, row, few, case.delta),
        yardsticks=benchmarks(table, row, few),
        controls=_controls(case, panel, study, dictionary),
        denser=at_equal_density(table, row, study),
        influential=influential_areas(table, row, few),
        bounds=bounds_table(table, row, few),
    )


def _placebo(fitted: Fit, study: Study, draws: int) -> tuple[Placebo | None, str]:
    try:
        return spatial_placebo(fitted, np.random.default_rng(study.seed), draws), "ok"
    except EstimationError as error:
        return None, error.code


def _without(case: Case, study: Study) -> tuple[pd.DataFrame, str]:
    try:
        return left_out(case.table, case.row, study, case.delta), "ok"
    except EstimationError as error:
        return pd.DataFrame(), error.code


def _controls(
    case: Case, panel: pd.DataFrame, study: Study, dictionary: dict[str, Column]
) -> pd.DataFrame:
    known = [control for control in case.controls if control.outcome is not None]
    denser = with_density(case.row, study)
    parts = [
        negative_control(panel, row, control, study, dictionary).assign(held=held)
        for control in known
        for row, held in ((case.row, ""), (denser, DENSITY))
    ]
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame()
