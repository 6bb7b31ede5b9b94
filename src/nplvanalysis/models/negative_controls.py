"""Negative controls: outcomes that a claim says nothing about, by the same model."""

from __future__ import annotations

import numpy as np
import pandas as pd

from nplvanalysis.errors import EstimationError
from nplvanalysis.models.association import answered
from nplvanalysis.models.circularity import refuse_circular
from nplvanalysis.models.rows import unusable
from nplvanalysis.models.specification import controls_of, cross_section, within, years_of
from nplvanalysis.models.variants import variants
from nplvanalysis.models.yardstick import outcome_sd
from nplvanalysis.params import Study
from nplvanalysis.registers import NegativeControl, Row
from nplvanalysis.schema import Column

# What a control that stands out most likely shows: how densely homes are built.
DENSITY = "address_density"


def controlled(row: Row, control: NegativeControl) -> Row:
    """Give a row the outcome of a negative control; it decides nothing."""
    changes = {"outcome": control.outcome, "year_outcome": control.year_outcome}
    return row.model_copy(update={**changes, "role": "secondary"})


def with_density(row: Row, study: Study) -> Row:
    """Let a row hold density constant too; it decides nothing."""
    controls = list(dict.fromkeys([*controls_of(row, study), DENSITY]))
    return row.model_copy(update={"controls": controls, "role": "secondary"})


def at_equal_density(table: pd.DataFrame, row: Row, study: Study) -> pd.DataFrame:
    """Estimate a row with density held constant too.

    Parameters
    ----------
    table : DataFrame
        Cross-section of the row.
    row : Row
    study : Study

    Returns
    -------
    DataFrame
        As `rows.tidy`; a fit that fails is a row with its reason as `status`.
    """
    return _answered(table, with_density(row, study), study)


def _answered(table: pd.DataFrame, row: Row, study: Study) -> pd.DataFrame:
    rng = np.random.default_rng(study.seed)
    try:
        return answered(table, row, variants(row, study)[0], study, rng)
    except EstimationError as error:
        return unusable(error.code)


def negative_control(
    panel: pd.DataFrame,
    row: Row,
    control: NegativeControl,
    study: Study,
    dictionary: dict[str, Column],
) -> pd.DataFrame:
    """Estimate a row with an outcome that its claim says nothing about.

    What misleads the claim (density, who moves where) may mislead here as well: an association that
    stands out is a warning, and none is no proof (Lipsitch, Tchetgen Tchetgen and Cohen 2010).

    Parameters
    ----------
    panel : DataFrame
        Measures of one level, rows (code, division, year).
    row : Row
        That decides.
    control : NegativeControl
    study : Study
    dictionary : dict of str to Column

    Returns
    -------
    DataFrame
        The columns of `rows.tidy`, one row per kind of error, with outcome, outcome_sd and
        year_outcome; a fit that fails is a row with its reason as `status`.

    Raises
    ------
    CircularityError
        If the outcome is made with housing.
    """
    own = controlled(row, control)
    specification = study.models.specifications[own.specification]
    refuse_circular(own, specification, study.models.controls, dictionary)
    years = years_of(own, study)
    table = cross_section(within(panel, own, study), years, own.outcome)
    return _answered(table, own, study).assign(
        outcome=own.outcome,
        outcome_sd=outcome_sd(panel, own.outcome, study),
        year_outcome=years.outcome,
    )
