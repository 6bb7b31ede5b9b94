"""What an estimate was asked: the columns that go with it into every table."""

from __future__ import annotations

from typing import Any

import pandas as pd

from nplvanalysis.models.specification import subset, years_of
from nplvanalysis.models.yardstick import outcome_sd
from nplvanalysis.params import Study
from nplvanalysis.registers import Row


def labels(panel: pd.DataFrame, row: Row, study: Study) -> dict[str, Any]:
    """Say what a row of the register asks of a study.

    Parameters
    ----------
    panel : DataFrame
        All areas of the study, for the yardstick of the outcome.
    row : Row
    study : Study

    Returns
    -------
    dict of str to object
        Those of `rows.COLUMNS` that do not depend on the fit.
    """
    specification = study.models.specifications[row.specification]
    years = years_of(row, study)
    return {
        "outcome": row.outcome,
        "exposure": row.specification,
        "contrast": f"{specification.step:g} of {specification.contrast} against "
        f"{specification.against}",
        "subset": subset(row),
        "term": specification.contrast,
        "fixed_effects": study.models.fixed_effects,
        "outcome_sd": outcome_sd(panel, row.outcome, study),
        "year_first": row.year_first or years.exposure,
        "year_exposure": years.exposure,
        "year_outcome": years.outcome,
        "division": years.division,
        "unit": study.unit,
    }
