"""What felt unsafety goes with at equal registered crime: a regression, with its errors bounded."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from nplvanalysis.errors import EstimationError
from nplvanalysis.models.city_areas import kept
from nplvanalysis.models.felt import Pair, pair_of
from nplvanalysis.models.gap_range import (
    Fitted,
    between,
    corrected_fit,
    corrected_rows,
    fitted,
    range_of,
)
from nplvanalysis.models.registered import REGISTERED
from nplvanalysis.models.rows import GIVEN, tidy, unusable
from nplvanalysis.models.specification import controls_of
from nplvanalysis.models.variants import Variant, fit_variant, variants
from nplvanalysis.params import Study
from nplvanalysis.registers import Row

# The two ends of what the errors of registered crime may be, each by itself; and none.
POISSON, LOWEST, RAW = "corrected for chance", "lowest reliability", "not corrected"
RANKED = "registered crime by rank"
WITHOUT = "registered crime left out"


def estimate_gap(
    panel: pd.DataFrame, row: Row, study: Study, _rng: np.random.Generator
) -> pd.DataFrame:
    """Estimate what felt safety goes with at equal registered crime.

    A difference of standardised scores would fix the slope on registered crime at one, and be
    smaller wherever crime is higher (Edwards 2001). Here registered crime stands among the
    regressors. Its errors leave part of it unheld, which housing then takes over; so they are taken
    out. They are at least those of chance, and at most all change between two waves: crime itself
    changes, and offences come in series. Between these two ends the estimate cannot be told; see
    `between`.

    Registered crime by rank is a gate: where few live and many come, a straight line bends to a few
    areas and holds little constant among the others.

    Parameters
    ----------
    panel : DataFrame
        Measures, rows (code, division, year) of one level.
    row : Row
        Its outcome is felt; its specification is a swap.
    study : Study
    _rng : Generator
        Not used: nothing here is random.

    Returns
    -------
    DataFrame
        `rows.GIVEN`: the row and its gates, among them registered crime by rank as it is.
        Sensitivities: each end by itself, no correction, registered crime left out, and in a city
        without unions and without its centre.

    Raises
    ------
    EstimationError
        If a column is missing or areas are too few.
    """
    pair = pair_of(panel, row, study)
    held = row.model_copy(update={"controls": [*controls_of(row, study), REGISTERED]})
    asked = variants(held, study)
    parts = [_bounded(pair, row, variant, study) for variant in asked]
    if row.role == "primary":
        parts += _checks(pair, row, asked[0], study)
    return pd.concat(parts, ignore_index=True)[GIVEN]


def _bounded(pair: Pair, row: Row, variant: Variant, study: Study) -> pd.DataFrame:
    """Estimate a variant at both ends of what the errors of registered crime may be."""
    own = pair.subset(kept(pair.table, variant.without).to_numpy())
    try:
        made = fitted(own, row, variant, study)
        ends = [corrected_fit(made, reliable) for reliable in range_of(made)]
        part = between(ends, study.models.specifications[row.specification].step, study)
    except EstimationError as error:
        part = unusable(error.code)
    return _labelled(part, variant)


def _least_squares(
    pair: Pair, row: Row, variant: Variant, study: Study, sample: str
) -> pd.DataFrame:
    step = study.models.specifications[row.specification].step
    try:
        part = tidy(fit_variant(pair.table, row, variant, study), step, study)
    except EstimationError as error:
        part = unusable(error.code)
    return _labelled(part, variant, sample)


def _labelled(part: pd.DataFrame, variant: Variant, sample: str = "") -> pd.DataFrame:
    return part.assign(
        role=variant.role,
        weights=variant.weights or "none",
        controls=" + ".join(variant.controls),
        sample=sample or variant.sample,
    )


def _checks(pair: Pair, row: Row, own: Variant, study: Study) -> list[pd.DataFrame]:
    """Estimate by rank, at each end, and with registered crime as it is or not at all."""
    gate, check = (replace(own, role=role) for role in ("gate", "sensitivity"))
    by_rank = pair.table[REGISTERED].rank(pct=True)
    ranks = replace(pair, table=pair.table.assign(**{REGISTERED: by_rank}))
    parts = [_least_squares(ranks, row, gate, study, RANKED)]
    parts += _ends(pair, row, check, study)
    bare = replace(check, controls=controls_of(row, study))
    parts.append(_least_squares(pair, row, check, study, RAW))
    parts.append(_least_squares(pair, row, bare, study, WITHOUT))
    return parts


def _ends(pair: Pair, row: Row, check: Variant, study: Study) -> list[pd.DataFrame]:
    try:
        own = fitted(pair, row, check, study)
        ends = dict(zip((POISSON, LOWEST), range_of(own), strict=False))
    except EstimationError as error:
        return [_labelled(unusable(error.code), check, POISSON)]
    parts = []
    for sample, reliable in ends.items():
        try:
            part = corrected_rows(own, reliable, row, study)
        except EstimationError as error:
            part = unusable(error.code)
        parts.append(_labelled(part, check, sample))
    return parts


def over_reliabilities(
    panel: pd.DataFrame, row: Row, study: Study, reliabilities: list[float]
) -> pd.DataFrame:
    """Show how far the estimate depends on how reliable registered crime is.

    Parameters
    ----------
    panel : DataFrame
    row : Row
    study : Study
    reliabilities : list of float
        0 to 1; 1 is least squares.

    Returns
    -------
    DataFrame
        reliability, and the numbers of `rows.GIVEN` with the largest error; a reliability that
        leaves too little of registered crime has its reason as `status`.

    Raises
    ------
    EstimationError
        If the model itself cannot be fitted.
    """
    own = _deciding(panel, row, study)
    parts = []
    for one in reliabilities:
        try:
            part = corrected_rows(own, one, row, study).sort_values("std_error").tail(1)
        except EstimationError as error:
            part = unusable(error.code)
        parts.append(part.assign(reliability=one))
    return pd.concat(parts, ignore_index=True)


def areas(panel: pd.DataFrame, row: Row, study: Study) -> pd.Index:
    """Give the codes of the areas that the deciding fit of a row uses.

    Raises
    ------
    EstimationError
        If the model cannot be fitted.
    """
    return pd.Index(_deciding(panel, row, study).fit.design.codes)


def _deciding(panel: pd.DataFrame, row: Row, study: Study) -> Fitted:
    held = row.model_copy(update={"controls": [*controls_of(row, study), REGISTERED]})
    return fitted(pair_of(panel, row, study), row, variants(held, study)[0], study)
