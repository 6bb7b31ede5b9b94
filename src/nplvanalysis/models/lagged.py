"""What came first: a change of the outcome after a change of the exposure, and the reverse."""

from __future__ import annotations

import numpy as np
import pandas as pd

from nplvanalysis.errors import EstimationError, OneWaveError
from nplvanalysis.models.design import design
from nplvanalysis.models.long_difference import answered
from nplvanalysis.models.regression import Fit, fit
from nplvanalysis.models.rows import tidy, unusable
from nplvanalysis.models.specification import Question, controls_of, years_of
from nplvanalysis.models.variants import Variant, fit_variant, variants
from nplvanalysis.models.waves import Windows, changes
from nplvanalysis.models.yardstick import weighted_sd
from nplvanalysis.params import Specification, Study
from nplvanalysis.registers import Row

REVERSE = "reverse: exposure after outcome"


def lagged_windows(row: Row, study: Study) -> Windows:
    """Give the years of a change that follows another.

    Parameters
    ----------
    row : Row
        The exposure changes from `year_first` to `year_exposure`, the outcome from there to
        `year_outcome`.
    study : Study

    Returns
    -------
    Windows

    Raises
    ------
    EstimationError
        If these years do not follow each other.
    """
    years, first = years_of(row, study), row.year_first
    if first is None or not first < years.exposure < years.outcome:
        raise OneWaveError(
            "A change that follows another needs three years in order.",
            where=f"the row on {row.outcome} in data/claims.yaml",
            expected="year_first < year_exposure < year_outcome",
            got=f"{first}, {years.exposure}, {years.outcome}",
            todo="Correct the years, or report it as not testable in this study.",
        )
    return Windows((first, years.exposure), (years.exposure, years.outcome))


def estimate_lagged(
    panel: pd.DataFrame, row: Row, study: Study, _rng: np.random.Generator
) -> pd.DataFrame:
    """Estimate how a change of the outcome goes with an earlier change of the exposure.

    Parameters
    ----------
    panel : DataFrame
        Measures, rows (code, division, year).
    row : Row
        See `lagged_windows`.
    study : Study
    _rng : Generator
        Not used.

    Returns
    -------
    DataFrame
        `rows.GIVEN`: the row and its gates; for a row that decides also role "placebo", sample
        `REVERSE`: the later change of the contrast, in its unit, per unit of the earlier change of
        the outcome. `both_directions` puts the two on one scale.

    Raises
    ------
    EstimationError
        If a year is missing, or waves are not of one precision.
    """
    terms = study.models.specifications[row.specification].terms
    table = changes(panel, lagged_windows(row, study), terms, row.outcome, study)
    made = [answered(table, row, variant, study) for variant in variants(row, study)]
    if row.role in ("primary", "instrument"):
        made.append(_reversed_row(panel, row, study))
    return pd.concat(made, ignore_index=True)


def _reversed_row(panel: pd.DataFrame, row: Row, study: Study) -> pd.DataFrame:
    try:
        part = tidy(reverse(panel, row, study), 1.0, study)
    except EstimationError as error:
        part = unusable(error.code)
    controls, weights = " + ".join(controls_of(row, study)), study.models.weights
    return part.assign(role="placebo", weights=weights, controls=controls, sample=REVERSE)


def reverse(panel: pd.DataFrame, row: Row, study: Study) -> Fit:
    """Fit the later change of the contrast on the earlier change of the outcome.

    Parameters
    ----------
    panel : DataFrame
    row : Row
    study : Study

    Returns
    -------
    Fit
        Its contrast is the outcome of the row.

    Raises
    ------
    EstimationError
    """
    models = study.models
    own = models.specifications[row.specification]
    turned = Specification(
        terms=[row.outcome],
        contrast=row.outcome,
        against="areas where it did not change",
        step=1.0,
        kind="other",
    )
    asked = lagged_windows(row, study)
    table = changes(panel, asked, [row.outcome], own.contrast, study)
    question = Question(
        *(own.contrast, turned, controls_of(row, study), models.weights, models, study.sample)
    )
    return fit(design(table, question), models.identification_r2)


def both_directions(panel: pd.DataFrame, row: Row, study: Study) -> pd.DataFrame:
    """Compare which change comes first, on one scale.

    Parameters
    ----------
    panel : DataFrame
    row : Row
    study : Study

    Returns
    -------
    DataFrame
        direction ("as claimed", "reverse"), earlier, later (columns), estimate, std_error (largest
        kind), low, high, p, n: SD of the later change per SD of the earlier one, both weighted.

    Raises
    ------
    EstimationError
        If one of them cannot be estimated.
    """
    contrast = study.models.specifications[row.specification].contrast
    terms = study.models.specifications[row.specification].terms
    table = changes(panel, lagged_windows(row, study), terms, row.outcome, study)
    own = Variant(row.role, study.models.weights, controls_of(row, study))
    rows = [
        {"direction": "as claimed", "earlier": contrast, "later": row.outcome}
        | _standardised(fit_variant(table, row, own, study), study),
        {"direction": "reverse", "earlier": row.outcome, "later": contrast}
        | _standardised(reverse(panel, row, study), study),
    ]
    return pd.DataFrame(rows)


def _standardised(fitted: Fit, study: Study) -> dict[str, float]:
    weights = pd.Series(fitted.design.weights)
    column = pd.Series(fitted.design.columns[:, fitted.design.position])
    scale = weighted_sd(column, weights) / weighted_sd(pd.Series(fitted.design.outcome), weights)
    worst = tidy(fitted, scale, study).sort_values("std_error").iloc[-1]
    return {name: float(worst[name]) for name in ("estimate", "std_error", "low", "high", "p", "n")}
