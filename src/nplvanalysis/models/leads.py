"""Leads as placebo: what came later cannot have gone with what came before."""

from __future__ import annotations

import numpy as np
import pandas as pd

from nplvanalysis.errors import EstimationError, OneWaveError
from nplvanalysis.models.change import differences, steady
from nplvanalysis.models.design import design
from nplvanalysis.models.regression import fit
from nplvanalysis.models.rows import tidy, unusable
from nplvanalysis.models.specification import Question, controls_of
from nplvanalysis.models.waves import Windows, changes, waves_of, windows
from nplvanalysis.params import Study
from nplvanalysis.registers import Row

EARLIER = "earlier change of the outcome"
HELD = "earlier change of the outcome, tenure of those years held constant"


def placebo_windows(panel: pd.DataFrame, row: Row, study: Study) -> Windows | None:
    """Choose years in which the outcome changes before tenure does.

    The first of these that the panel has: the outcome before the first year of the row, about as
    long as the row's own change; tenure after its last year; both halves of its own years.

    Parameters
    ----------
    panel : DataFrame
    row : Row
    study : Study

    Returns
    -------
    Windows or None
        None if the panel is too short.
    """
    asked = windows(row, study)
    terms = study.models.specifications[row.specification].terms
    measured, housed = waves_of(panel, [row.outcome], study), waves_of(panel, terms, study)
    first, last = asked.outcome
    before = [year for year in measured if year < first]
    after = [year for year in housed if year > last]
    within = [year for year in measured if first < year < last and year in housed]
    if before and asked.exposure[0] in housed:
        return Windows(
            asked.exposure, (min(before, key=lambda y: abs(2 * first - last - y)), first)
        )
    if after and last in housed:
        return Windows((last, after[-1]), asked.outcome)
    if within:
        middle = min(within, key=lambda year: abs(2 * year - first - last))
        return Windows((middle, last), (first, middle))
    return None


def estimate_leads(
    panel: pd.DataFrame, row: Row, study: Study, _rng: np.random.Generator
) -> pd.DataFrame:
    """Estimate how an earlier change of the outcome goes with a later change of tenure.

    Tenure that changes where the outcome had already changed follows it, or both follow something
    else. But tenure changes run on from year to year, so an honest association of the same years
    shows up as a lead too. Where it is known, the change of the outcome's own years is therefore
    held constant in a second row; where changes run on too evenly to tell both apart, that row is
    unusable and the first one says little.

    Parameters
    ----------
    panel : DataFrame
    row : Row
    study : Study
    _rng : Generator
        Not used.

    Returns
    -------
    DataFrame
        `rows.GIVEN`, role "placebo", samples `EARLIER` and `HELD`; unusable if the panel is too
        short.
    """
    try:
        table, own = lead_table(panel, row, study)
    except EstimationError as error:
        return _labelled(unusable(error.code), row, study, EARLIER)
    parts = [_lead(table, row, study, [], EARLIER)]
    parts += [_lead(table, row, study, own, HELD)] if own else []
    return pd.concat(parts, ignore_index=True)


def _lead(
    table: pd.DataFrame, row: Row, study: Study, held: list[str], sample: str
) -> pd.DataFrame:
    models = study.models
    specification = models.specifications[row.specification]
    controls = [*controls_of(row, study), *held]
    question = Question(
        *(row.outcome, specification, controls, models.weights, models, study.sample)
    )
    try:
        fitted = fit(design(table, question), models.identification_r2)
        part = tidy(fitted, specification.step, study)
    except EstimationError as error:
        part = unusable(error.code)
    return _labelled(part, row, study, sample)


def _labelled(part: pd.DataFrame, row: Row, study: Study, sample: str) -> pd.DataFrame:
    controls = " + ".join(controls_of(row, study))
    weights = study.models.weights
    return part.assign(role="placebo", weights=weights, controls=controls, sample=sample)


def lead_table(panel: pd.DataFrame, row: Row, study: Study) -> tuple[pd.DataFrame, list[str]]:
    """Put an earlier change of the outcome beside a later change of tenure.

    Returns
    -------
    table : DataFrame
        One row per area, as `waves.changes` gives it.
    own : list of str
        Columns with the change of tenure in the outcome's own years; empty if not known.

    Raises
    ------
    EstimationError
        If the panel is too short.
    """
    asked = placebo_windows(panel, row, study)
    if asked is None:
        raise OneWaveError(
            "A placebo needs an outcome that changes before tenure does.",
            where=row.outcome,
            expected="a wave before the first year, after the last, or between them",
            got=f"waves {', '.join(map(str, waves_of(panel, [row.outcome], study)))}",
            todo="Read the change without this check, and say so.",
        )
    terms = study.models.specifications[row.specification].terms
    table = changes(panel, asked, terms, row.outcome, study)
    if asked.outcome[0] not in waves_of(panel, terms, study):
        return table, []
    names = {name: f"{name}_before" for name in terms}
    moved = steady(differences(panel, *asked.outcome, terms), study)
    held = moved[["code", *terms]].rename(columns=names)
    return table.merge(held, on="code", how="left", validate="1:1"), list(names.values())
