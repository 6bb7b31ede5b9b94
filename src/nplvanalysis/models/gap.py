"""What felt unsafety goes with at equal registered crime: a regression, with its errors bounded."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pandas as pd

from nplvanalysis.errors import EstimationError
from nplvanalysis.models.disattenuation import LOWEST, RAW
from nplvanalysis.models.errors_in_variables import Corrected
from nplvanalysis.models.felt import Pair, pair_of
from nplvanalysis.models.gap_range import Fitted, between, fitted, without_chance, without_change
from nplvanalysis.models.registered import REGISTERED
from nplvanalysis.models.reliability import from_chance
from nplvanalysis.models.rows import GIVEN, tidy, unusable
from nplvanalysis.models.specification import controls_of
from nplvanalysis.models.variants import Variant, fit_variant, variants
from nplvanalysis.params import Study
from nplvanalysis.registers import Row

# The end of the least errors, by itself; that of the most is `LOWEST`.
POISSON = "corrected for chance"
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
    parts = [_corrected(pair, row, variant, study) for variant in asked]
    if row.role == "primary":
        parts += _checks(pair, row, asked[0], study)
    return pd.concat(parts, ignore_index=True)[GIVEN]


def _ends(pair: Pair) -> dict[str, Callable[[Fitted], Corrected]]:
    """Say what to take out of registered crime: the least and, with another wave, the most."""
    ends: dict[str, Callable[[Fitted], Corrected]] = {POISSON: without_chance}
    return ends | {LOWEST: without_change} if pair.registered.repeated else ends


def _corrected(pair: Pair, row: Row, variant: Variant, study: Study, end: str = "") -> pd.DataFrame:
    """Estimate a variant at one end of what the errors may be, or between both."""
    ends, step = _ends(pair), study.models.specifications[row.specification].step
    try:
        own = fitted(pair, row, variant, study)
        part = between([ends[one](own) for one in ([end] if end else ends)], step, study)
    except EstimationError as error:
        part = unusable(error.code)
    return _labelled(part, variant, end)


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
    parts += [_corrected(pair, row, check, study, end) for end in _ends(pair)]
    bare = replace(check, controls=controls_of(row, study))
    parts.append(_least_squares(pair, row, check, study, RAW))
    parts.append(_least_squares(pair, row, bare, study, WITHOUT))
    return parts


def reliabilities(panel: pd.DataFrame, row: Row, study: Study) -> list[float]:
    """Say which reliabilities of registered crime the estimate of a row lies between.

    Parameters
    ----------
    panel : DataFrame
    row : Row
    study : Study

    Returns
    -------
    list of float
        Over all areas of the pair: with only chance as error, and with all change; the second is
        not there where most areas have no other wave.

    Raises
    ------
    EstimationError
        If the row cannot be estimated.
    """
    own = _deciding(panel, row, study)
    taken = [end(own).taken.sum() for end in _ends(own.pair).values()]
    chance = 1 - from_chance(own.pair.registered, own.pair.weights)
    return [float(1 - chance * one / taken[0]) for one in taken]


def over_reliabilities(
    panel: pd.DataFrame, row: Row, study: Study, asked: list[float]
) -> pd.DataFrame:
    """Show how far the estimate depends on how reliable registered crime is.

    Parameters
    ----------
    panel : DataFrame
    row : Row
    study : Study
    asked : list of float
        Reliabilities of registered crime over all areas of the pair, 0 to 1; 1 is least squares.
        Errors are spread over areas as those of chance are.

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
    own, step = _deciding(panel, row, study), study.models.specifications[row.specification].step
    chance = 1 - from_chance(own.pair.registered, own.pair.weights)
    parts = []
    for one in asked:
        try:
            part = between([without_chance(own, (1 - one) / chance)], step, study)
            part = part.sort_values("std_error").tail(1)
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
