"""What an estimate could be if the areas without an outcome had the best or the worst one."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from nplvanalysis.errors import EstimationError
from nplvanalysis.models.design import design
from nplvanalysis.models.regression import Fit, fit
from nplvanalysis.models.specification import Question, controls_of
from nplvanalysis.params import Study
from nplvanalysis.registers import Row

# Percentiles of the known outcomes between which the unknown ones are taken to lie.
LIMITS = {"10th to 90th percentile": (10.0, 90.0), "lowest to highest": (0.0, 100.0)}


@dataclass(frozen=True)
class Bounds:
    """What an estimate can be, whatever the missing outcomes are within limits.

    Attributes
    ----------
    estimate : float
        Of the areas with an outcome, per step.
    low, high : float
        Of all areas, per step.
    n, missing : int
        Areas in all, and those without an outcome.
    dwellings_missing : float
        Their share of the dwellings of all.
    least, most : float
        Limits of a missing outcome.
    """

    estimate: float
    low: float
    high: float
    n: int
    missing: int
    dwellings_missing: float
    least: float
    most: float


def outcome_bounds(
    table: pd.DataFrame, row: Row, study: Study, percentiles: tuple[float, float]
) -> Bounds:
    """Bound an estimate over all outcomes that the areas without one could have.

    Least squares is linear in the outcome, so the largest estimate has the upper limit where an
    area pulls up and the lower limit where it pulls down: the bounds are sharp (Horowitz and Manski
    2000). Areas that lack anything else (tenure, a control) stay out: nothing bounds an unknown
    exposure in this way.

    Parameters
    ----------
    table : DataFrame
        Cross-section of the row.
    row : Row
    study : Study
    percentiles : tuple of float
        Of the known outcomes, areas counted alike; limits of the unknown ones.

    Returns
    -------
    Bounds

    Raises
    ------
    EstimationError
        If the row cannot be estimated, with or without these areas.
    """
    question, step = question_of(row, study), study.models.specifications[row.specification].step
    known = fit(design(table, question), study.models.identification_r2)
    filled = _filled(table, question)
    whole = fit(design(filled, question), study.models.identification_r2)
    lacking = table.set_index("code")[row.outcome].isna().loc[whole.design.codes].to_numpy()
    least, most = np.percentile(known.design.outcome, percentiles)
    pulls = _pulls(whole)
    base = pulls[~lacking] @ whole.design.outcome[~lacking]
    ends = np.outer([least, most], pulls[lacking])
    dwellings = filled.set_index("code")["dwellings"].loc[whole.design.codes].to_numpy(float)
    return Bounds(
        estimate=known.estimate * step,
        low=float(base + ends.min(axis=0).sum()) * step,
        high=float(base + ends.max(axis=0).sum()) * step,
        n=len(lacking),
        missing=int(lacking.sum()),
        dwellings_missing=float(dwellings[lacking].sum() / dwellings.sum()),
        least=float(least),
        most=float(most),
    )


def question_of(row: Row, study: Study) -> Question:
    """Put a row of the register as a question, weighed as the study does."""
    models = study.models
    specification = models.specifications[row.specification]
    return Question(
        *(row.outcome, specification, controls_of(row, study), models.weights),
        *(models, study.sample),
    )


def _filled(table: pd.DataFrame, question: Question) -> pd.DataFrame:
    """Give areas without an outcome the mean one, so that a design keeps them."""
    values = table[question.outcome].astype("float64")
    return table.assign(**{question.outcome: values.fillna(values.mean())})


def _pulls(fitted: Fit) -> np.ndarray:
    """Give what one unit more of each area's outcome adds to the estimate."""
    own = fitted.regressors @ fitted.bread[:, fitted.design.position]
    return own * np.sqrt(fitted.design.weights)


def bounds_table(table: pd.DataFrame, row: Row, study: Study) -> pd.DataFrame:
    """Bound an estimate within each pair of limits.

    Parameters
    ----------
    table : DataFrame
        Cross-section of the row.
    row : Row
    study : Study

    Returns
    -------
    DataFrame
        One row per pair of `LIMITS`: limits, the fields of `Bounds`, status (an error's code, then
        no numbers).
    """
    parts = []
    for name, percentiles in LIMITS.items():
        try:
            found = vars(outcome_bounds(table, row, study, percentiles))
            parts.append({"limits": name, **found, "status": "ok"})
        except EstimationError as error:
            parts.append({"limits": name, "n": 0, "status": error.code})
    return pd.DataFrame(parts)
