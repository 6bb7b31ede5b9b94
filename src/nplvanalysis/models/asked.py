"""What the register asks of a study, and what the study cannot answer."""

from __future__ import annotations

import pandas as pd

from nplvanalysis.models.reasons import why_not
from nplvanalysis.models.verdicts import deciding_row
from nplvanalysis.registers import Hypothesis, Row
from nplvanalysis.schema import Column


def rows_by(hypotheses: dict[str, Hypothesis], study: str, *estimators: str) -> list[Row]:
    """List the rows of the register that some estimators answer.

    Parameters
    ----------
    hypotheses : dict of str to Hypothesis
    study : str
    *estimators : str
        Names of models/estimates.py.

    Returns
    -------
    list of Row
        In the order of the register.
    """
    every = [row for one in hypotheses.values() for row in one.studies.get(study, [])]
    return [row for row in every if row.estimator in estimators]


def deciding_rows(
    hypotheses: dict[str, Hypothesis], study: str, *estimators: str
) -> dict[str, Row]:
    """Give the row that decides each hypothesis, by its name.

    Parameters
    ----------
    hypotheses : dict of str to Hypothesis
    study : str
    *estimators : str
        Only rows that one of these answers; none: all.

    Returns
    -------
    dict of str to Row
        Without those that the study cannot test.
    """
    found = {name: deciding_row(one, study) for name, one in hypotheses.items()}
    return {
        name: row
        for name, row in found.items()
        if row and (not estimators or row.estimator in estimators)
    }


def untested(
    hypotheses: dict[str, Hypothesis],
    study: str,
    panel: pd.DataFrame,
    dictionary: dict[str, Column],
) -> dict[str, str]:
    """Say of each hypothesis that a study cannot test why not.

    Parameters
    ----------
    hypotheses : dict of str to Hypothesis
    study : str
    panel : DataFrame
        A column counts as present if it has at least one value.
    dictionary : dict of str to Column

    Returns
    -------
    dict of str to str
        English text by hypothesis, for those without a row that decides.
    """
    present = {name for name in panel.columns if panel[name].notna().any()}
    tested = deciding_rows(hypotheses, study)
    return {
        name: why_not(one, study, present, dictionary)[2]
        for name, one in hypotheses.items()
        if name not in tested
    }
