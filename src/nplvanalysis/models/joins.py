"""What it does to an estimate when years are joined on bare codes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pandas as pd

from nplvanalysis.errors import EstimationError
from nplvanalysis.models.change import RECLASSED, differences, reclassed, steady
from nplvanalysis.models.design import design
from nplvanalysis.models.regression import fit
from nplvanalysis.models.specification import Question, controls_of, cross_section, within, years_of
from nplvanalysis.models.standard_errors import all_kinds
from nplvanalysis.params import Study, Years
from nplvanalysis.registers import Claims, Row

LEVEL, CHANGE = "level", "change"
HARMONISED, BARE = "harmonised", "bare codes"


@dataclass(frozen=True)
class Asked:
    """One comparison: a level in the years given, or a change from `first` to the last of them."""

    what: str
    years: Years
    first: int | None = None


def compared(panels: dict[str, pd.DataFrame], claims: Claims, study: Study) -> pd.DataFrame:
    """Estimate the same thing on panels that were joined in different ways.

    Parameters
    ----------
    panels : dict of str to DataFrame
        By way of joining, the first being the panel of the study: rows (code, division, year).
    claims : Claims
    study : Study

    Returns
    -------
    DataFrame
        hypothesis, outcome, specification, what ("level" or "change"), first, exposure, outcome
        years, join, estimate (per step), std_error (the largest kind), n, left_out (areas that
        are not steady enough for a change: `change.steady`), status. Which areas came to be of
        another class of urbanity is told from the panel of the study for all. Neither decides a
        verdict: they show what the join does.
    """
    own = next(iter(panels.values()))
    rows = [
        {"hypothesis": name, "join": join, **_estimate(panel, own, row, asked, study)}
        for name, hypothesis in claims.hypotheses.items()
        for row in hypothesis.studies.get(study.study, [])
        if row.role in ("primary", "instrument") and row.estimator == "cross_section"
        for asked in _questions(own, row, study)
        for join, panel in panels.items()
    ]
    columns = ["hypothesis", "outcome", "specification", "what", "first", "year_exposure"]
    columns += ["year_outcome", "join", "estimate", "std_error", "n", "left_out", "status"]
    return pd.DataFrame(rows, columns=columns)


def _questions(panel: pd.DataFrame, row: Row, study: Study) -> Iterator[Asked]:
    """Ask the level in the years of the row, in the first year that has both, and the change."""
    years = years_of(row, study)
    yield Asked(LEVEL, years)
    needed = [*study.models.specifications[row.specification].terms, row.outcome]
    if not {*needed} <= {*panel}:
        return
    full = panel.groupby("year")[needed].count().min(axis=1)
    waves = [int(year) for year in full.index[full >= study.models.min_areas]]
    if waves and waves[0] < years.exposure:
        yield Asked(LEVEL, years.model_copy(update={"exposure": waves[0], "outcome": waves[0]}))
        if years.exposure in waves:
            last = years.model_copy(update={"outcome": years.exposure})
            yield Asked(CHANGE, last, waves[0])


def _estimate(
    panel: pd.DataFrame, own: pd.DataFrame, row: Row, asked: Asked, study: Study
) -> dict[str, object]:
    specification = study.models.specifications[row.specification]
    table, left_out = _table(panel, own, row, asked, study)
    conventions = (study.models.weights, study.models, study.sample)
    question = Question(row.outcome, specification, controls_of(row, study), *conventions)
    found: dict[str, object] = {
        "outcome": row.outcome,
        "specification": row.specification,
        "what": asked.what,
        "first": asked.first or asked.years.exposure,
        "year_exposure": asked.years.exposure,
        "year_outcome": asked.years.outcome,
        "left_out": left_out,
    }
    try:
        fitted = fit(design(table, question), study.models.identification_r2)
    except EstimationError as error:
        nothing = {"estimate": float("nan"), "std_error": float("nan"), "n": 0}
        return found | nothing | {"status": error.code}
    largest = max(all_kinds(fitted, study.models.conley_km).values())
    return found | {
        "estimate": fitted.estimate * specification.step,
        "std_error": largest * specification.step,
        "n": len(fitted.residuals),
        "status": "ok",
    }


def _table(
    panel: pd.DataFrame, own: pd.DataFrame, row: Row, asked: Asked, study: Study
) -> tuple[pd.DataFrame, int]:
    if asked.first is None:
        return cross_section(within(panel, row, study), asked.years, row.outcome), 0
    terms = study.models.specifications[row.specification].terms
    table = differences(panel, asked.first, asked.years.exposure, [*terms, row.outcome])
    # where codes mean other places so do classes of urbanity: those of the study count for all
    if RECLASSED in table and "urbanity" in own:
        between = own[own["year"].between(asked.first, asked.years.exposure)]
        table[RECLASSED] = table["code"].map(reclassed(between)).fillna(False).astype(bool)
    kept = steady(table, study)
    return kept, len(table) - len(kept)
