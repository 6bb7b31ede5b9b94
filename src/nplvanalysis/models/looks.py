"""A second look at the rows that decide: all that is asked of them besides their estimate."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from nplvanalysis.errors import EstimationError
from nplvanalysis.models.asked import deciding_rows, rows_by
from nplvanalysis.models.change_checks import OF_CHANGE, change_checks
from nplvanalysis.models.cutoffs import errors_by_cutoff
from nplvanalysis.models.estimates import estimate_row
from nplvanalysis.models.lagged import both_directions
from nplvanalysis.models.long_difference import power_of_change
from nplvanalysis.models.mediation import Mediation, mediation
from nplvanalysis.models.regression_to_mean import RegressionToMean, Waves, of_worst
from nplvanalysis.models.shape import Shape, has_shape, shape
from nplvanalysis.models.specification import within
from nplvanalysis.models.ways import estimate_ways, ratio_of
from nplvanalysis.params import Study
from nplvanalysis.registers import Hypothesis, Row
from nplvanalysis.schema import Column


@dataclass(frozen=True)
class LevelLook:
    """A row of levels: its error by convention, other ways of asking, and its shape.

    `ratio` is that of the counts, empty where there are none; `shape` is None for a contrast that
    is no share.
    """

    row: Row
    errors: pd.DataFrame
    ways: pd.DataFrame
    ratio: pd.DataFrame
    shape: Shape | None


@dataclass(frozen=True)
class ChangeLook:
    """A row of change: its checks, what could be seen, and what choosing bad years does.

    `returned` is None where there is no wave between; `why` says so.
    """

    row: Row
    checks: pd.DataFrame
    power: pd.DataFrame
    waves: Waves | None
    returned: RegressionToMean | None
    why: str


def level_looks(
    panel: pd.DataFrame,
    hypotheses: dict[str, Hypothesis],
    made: pd.DataFrame,
    study: Study,
    dictionary: dict[str, Column],
) -> list[LevelLook]:
    """Look again at every cross-section that decides.

    Parameters
    ----------
    panel : DataFrame
        Measures of one level, rows (code, division, year).
    hypotheses : dict of str to Hypothesis
    made : DataFrame
        Their estimates; rows that could not be estimated are left out.
    study : Study
    dictionary : dict of str to Column

    Returns
    -------
    list of LevelLook
    """
    found = []
    for row in answered(hypotheses, made, study, "cross_section"):
        try:
            errors = errors_by_cutoff(panel, row, study)
        except EstimationError:
            # its estimates have a row with the reason
            continue
        # a generator for each row: no answer hangs on what else is asked
        rng = np.random.default_rng(study.seed)
        shaped = shape(panel, row, study, rng) if has_shape(row, study) else None
        ways = estimate_ways(panel, row, study, dictionary)
        found.append(LevelLook(row, errors, ways, ratio_of(panel, row, study), shaped))
    return found


def change_looks(
    panel: pd.DataFrame,
    hypotheses: dict[str, Hypothesis],
    made: pd.DataFrame,
    study: Study,
    dictionary: dict[str, Column],
) -> list[ChangeLook]:
    """Look again at every row of change that decides; parameters as `level_looks`."""
    found = []
    for row in answered(hypotheses, made, study, *OF_CHANGE):
        rng = np.random.default_rng(study.seed)
        own = within(panel, row, study)
        checks = change_checks(panel, row, study, dictionary)
        power = power_of_change(own, row, study)
        try:
            waves, returned = of_worst(own, row, study, rng)
            found.append(ChangeLook(row, checks, power, waves, returned, ""))
        except EstimationError as error:
            found.append(ChangeLook(row, checks, power, None, None, error.what))
    return found


def order_looks(
    panel: pd.DataFrame, hypotheses: dict[str, Hypothesis], made: pd.DataFrame, study: Study
) -> list[tuple[Row, pd.DataFrame]]:
    """Put both directions beside each other for every lagged row that decides."""
    rows = answered(hypotheses, made, study, "lagged")
    return [(row, both_directions(within(panel, row, study), row, study)) for row in rows]


def mediations(
    panel: pd.DataFrame, hypotheses: dict[str, Hypothesis], study: Study
) -> list[tuple[Row, Mediation]]:
    """Fit every row that holds a possible mediator constant; one that fails is left out."""
    found = []
    for row in rows_by(hypotheses, study.study, "mediation"):
        rng = np.random.default_rng(study.seed)
        try:
            found.append((row, mediation(within(panel, row, study), row, study, rng)))
        except EstimationError:
            # its estimates have a row with the reason
            continue
    return found


def answered(
    hypotheses: dict[str, Hypothesis], made: pd.DataFrame, study: Study, *estimators: str
) -> list[Row]:
    """List the rows that decide and could be estimated.

    Parameters
    ----------
    hypotheses : dict of str to Hypothesis
    made : DataFrame
        Their estimates.
    study : Study
    *estimators : str
        Names of models/estimates.py.

    Returns
    -------
    list of Row
    """
    deciding = made["role"].isin(["primary", "instrument"]) & made["status"].eq("ok")
    names = set(made.loc[deciding, "hypothesis"])
    rows = deciding_rows(hypotheses, study.study, *estimators)
    return [row for name, row in rows.items() if name in names]


def by_groups(
    panel: pd.DataFrame,
    hypotheses: dict[str, Hypothesis],
    study: Study,
    dictionary: dict[str, Column],
) -> list[pd.DataFrame]:
    """Estimate the slope of every cross-section that decides in each group of areas.

    Parameters
    ----------
    panel : DataFrame
        Measures of one level, rows (code, division, year).
    hypotheses : dict of str to Hypothesis
    study : Study
    dictionary : dict of str to Column

    Returns
    -------
    list of DataFrame
        From `heterogeneity.estimate_interaction`; those without any slope are left out.
    """
    rows = deciding_rows(hypotheses, study.study, "cross_section").values()
    role = {"role": "interaction", "estimator": "interaction"}
    parts = [
        estimate_row(panel, row.model_copy(update=role), study, dictionary)
        for row in rows
        if row.role == "primary"
    ]
    return [part for part in parts if part["status"].eq("ok").any()]
