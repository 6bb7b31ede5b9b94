"""What felt unsafety goes with at equal registered crime: a regression, with its errors bounded."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from nplvanalysis.errors import EstimationError
from nplvanalysis.models.errors_in_variables import Corrected, correct
from nplvanalysis.models.felt import Pair, pair_of
from nplvanalysis.models.registered import CHANCE, REGISTERED
from nplvanalysis.models.regression import Fit
from nplvanalysis.models.reliability import from_chance, least
from nplvanalysis.models.rows import GIVEN, tidy, unusable, with_interval
from nplvanalysis.models.specification import controls_of
from nplvanalysis.models.variants import Variant, fit_variant, variants
from nplvanalysis.params import Study
from nplvanalysis.registers import Row

SANDWICH = "corrected sandwich"
POISSON, LOWEST = "corrected for chance", "lowest reliability"
RANKED = "registered crime by rank"
WITHOUT = "registered crime left out"


@dataclass(frozen=True)
class Fitted:
    """Felt unsafety on housing and registered crime; `pair` says what is known of its errors."""

    pair: Pair
    fit: Fit


def estimate_gap(
    panel: pd.DataFrame, row: Row, study: Study, _rng: np.random.Generator
) -> pd.DataFrame:
    """Estimate what felt safety goes with at equal registered crime.

    A difference of standardised scores would fix the slope on registered crime at one, and be
    smaller wherever crime is higher (Edwards 2001). Here registered crime stands among the
    regressors. Its errors leave part of it unheld, which housing then takes over; so the corrected
    estimates are gates. So is registered crime by rank: where few live and many come, a straight
    line bends to a few areas and holds little constant among the others.

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
        `rows.GIVEN`: the row by least squares with registered crime as it is, its gates, among
        them registered crime by rank, corrected for Poisson errors, and as if all change between
        waves were error. Sensitivities: without a city's centre, both corrections without it too,
        and without registered crime.

    Raises
    ------
    EstimationError
        If a column is missing or areas are too few.
    """
    pair = pair_of(panel, row, study)
    held = row.model_copy(update={"controls": [*controls_of(row, study), REGISTERED]})
    step = study.models.specifications[row.specification].step
    parts = [
        _least_squares(pair.table, row, variant, step, study) for variant in variants(held, study)
    ]
    own = variants(held, study)[0]
    if row.role == "primary":
        gate, by_rank = replace(own, role="gate"), pair.table[REGISTERED].rank(pct=True)
        table = pair.table.assign(**{REGISTERED: by_rank})
        parts += [_least_squares(table, row, gate, step, study, RANKED)]
        parts += _corrected(pair, row, gate, study)
        parts += _checks(pair, row, own, study)
    return pd.concat(parts, ignore_index=True)[GIVEN]


def _least_squares(
    table: pd.DataFrame, row: Row, variant: Variant, step: float, study: Study, sample: str = ""
) -> pd.DataFrame:
    try:
        part = tidy(fit_variant(table, row, variant, study), step, study)
    except EstimationError as error:
        part = unusable(error.code)
    return part.assign(**_labels(variant, sample or variant.sample))


def _labels(variant: Variant, sample: str) -> dict[str, str]:
    return {
        "role": variant.role,
        "weights": variant.weights or "none",
        "controls": " + ".join(variant.controls),
        "sample": sample,
    }


def _corrected(
    pair: Pair, row: Row, gate: Variant, study: Study, where: str = ""
) -> list[pd.DataFrame]:
    wanted = {POISSON: from_chance} | ({LOWEST: least} if pair.registered.repeated else {})
    parts = []
    for sample, measure in wanted.items():
        try:
            reliable = measure(pair.registered, pair.weights)
            part = corrected_row(fitted(pair, row, gate, study), reliable, row, study)
        except EstimationError as error:
            part = unusable(error.code)
        parts.append(part.assign(**_labels(gate, sample + where)))
    return parts


def _checks(pair: Pair, row: Row, own: Variant, study: Study) -> list[pd.DataFrame]:
    step = study.models.specifications[row.specification].step
    check = replace(own, role="sensitivity")
    bare = replace(check, controls=controls_of(row, study))
    parts = []
    if study.unit == "gebied":
        # With the centre nearly all spread of crime is real, so that a correction changes little.
        outside = replace(check, without="centre")
        kept = pair.table.index.isin(outside.of(pair.table).index)
        parts += _corrected(pair.subset(kept), row, check, study, f" {outside.sample}")
    parts.append(_least_squares(pair.table, row, bare, step, study, WITHOUT))
    return parts


def fitted(pair: Pair, row: Row, variant: Variant, study: Study) -> Fitted:
    """Fit felt unsafety on housing and registered crime by least squares."""
    return Fitted(pair, fit_variant(pair.table, row, variant, study))


def corrected_row(own: Fitted, reliability: float, row: Row, study: Study) -> pd.DataFrame:
    """Correct a fit for a reliability of registered crime.

    Parameters
    ----------
    own : Fitted
    reliability : float
        Of registered crime over all areas of the pair. Its error variance is spread over areas as
        Poisson errors are, and scaled to this.
    row : Row
    study : Study

    Returns
    -------
    DataFrame
        One row: the numbers of `rows.GIVEN`.

    Raises
    ------
    EstimationError
        If nearly all that is left of registered crime is error.
    """
    found = corrected_fit(own, reliability)
    step = study.models.specifications[row.specification].step
    numbers = {
        "standard_errors": SANDWICH,
        "estimate": found.estimate * step,
        "std_error": found.std_error * step,
        "degrees": found.fit.degrees,
        "n": len(found.fit.residuals),
        "clusters": int(found.fit.design.clusters.max()) + 1,
        "status": "ok",
    }
    return with_interval(pd.DataFrame([numbers]), study.models.alpha)


def corrected_fit(own: Fitted, reliability: float) -> Corrected:
    """Take the errors that a reliability implies out of a fit; see `corrected_row`."""
    chance = own.pair.table.set_index("code")[CHANCE].loc[own.fit.design.codes].to_numpy(float)
    poisson = from_chance(own.pair.registered, own.pair.weights)
    scale = (1 - reliability) / (1 - poisson)
    return correct(own.fit, REGISTERED, scale * chance)


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
        reliability, and the numbers of `rows.GIVEN`; a reliability that leaves too little of
        registered crime has its reason as `status`.

    Raises
    ------
    EstimationError
        If the model itself cannot be fitted.
    """
    own = _deciding(panel, row, study)
    parts = []
    for one in reliabilities:
        try:
            part = corrected_row(own, one, row, study)
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
