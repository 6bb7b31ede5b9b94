"""How far a slope can be told whose control, registered crime, is measured with error."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from nplvanalysis.errors import NoVariationError
from nplvanalysis.models.corrected_errors import all_kinds
from nplvanalysis.models.errors_in_variables import Corrected, correct
from nplvanalysis.models.felt import Pair
from nplvanalysis.models.registered import CHANCE, REGISTERED
from nplvanalysis.models.regression import RELATIVE_TOLERANCE, Fit, demean
from nplvanalysis.models.rows import tidy_errors
from nplvanalysis.models.variants import Variant, fit_variant
from nplvanalysis.params import Study
from nplvanalysis.registers import Row


@dataclass(frozen=True)
class Fitted:
    """Felt unsafety on housing and registered crime; `pair` says what is known of its errors."""

    pair: Pair
    fit: Fit


def fitted(pair: Pair, row: Row, variant: Variant, study: Study) -> Fitted:
    """Fit felt unsafety on housing and registered crime by least squares."""
    return Fitted(pair, fit_variant(pair.table, row, variant, study))


def without_chance(own: Fitted, times: float = 1.0) -> Corrected:
    """Take the errors that chance alone makes out of a fit.

    Parameters
    ----------
    own : Fitted
    times : float
        So many times the variance of Poisson errors.

    Returns
    -------
    Corrected

    Raises
    ------
    UnreliableError
        If nearly all that is left of registered crime is error.
    """
    chance = own.pair.table.set_index("code")[CHANCE].loc[own.fit.design.codes]
    return correct(own.fit, REGISTERED, times * chance.to_numpy(float))


def without_change(own: Fitted) -> Corrected:
    """Take all of registered crime that does not last to another wave out of a fit.

    Of what the other regressors leave of registered crime, as much is more than error as correlates
    with what they leave of the other wave: what lies between municipalities, or goes with housing,
    is no error even if it is all that lasts. Errors are spread over areas as those of chance are.

    Parameters
    ----------
    own : Fitted
        Most of its areas have another wave.

    Returns
    -------
    Corrected

    Raises
    ------
    NoVariationError
        If the other regressors leave nothing of the other wave.
    UnreliableError
        If nearly all that is left of registered crime is error.
    """
    again = pd.Series(own.pair.registered.again, own.pair.table["code"]).loc[own.fit.design.codes]
    now, before = left_of(own.fit, REGISTERED, again.to_numpy())
    change = 1 - now @ before / np.sqrt((now @ now) * (before @ before))
    chance = 1 - without_chance(own).left
    # errors are at least those of chance
    return without_chance(own, max(1.0, change / chance))


def left_of(fit: Fit, name: str, again: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Give what the other regressors leave of one, and of the same at another time.

    Parameters
    ----------
    fit : Fit
    name : str
        Of a regressor.
    again : ndarray, shape (n,)
        NaN where it is not known; these areas are left out of both.

    Returns
    -------
    tuple of ndarray, shape (m,)
        Multiplied by the root of the weight.

    Raises
    ------
    NoVariationError
        If nothing is left of the other time.
    """
    known = fit.design.subset(np.isfinite(again)).without_singletons()
    there = np.isin(fit.design.codes, known.codes)
    place = known.names.index(name)
    columns = np.column_stack([known.columns, again[there]])
    columns = demean(columns, known.groups, known.weights) * np.sqrt(known.weights)[:, None]
    others = np.delete(columns[:, :-1], place, axis=1)
    both = columns[:, [place, -1]]
    left = both - others @ np.linalg.lstsq(others, both, rcond=None)[0]
    sizes = np.linalg.norm(left, axis=0)
    if not (sizes > RELATIVE_TOLERANCE * np.linalg.norm(both, axis=0)).all():
        raise NoVariationError(
            "A measure does not vary between areas beyond what other columns tell.",
            where=f"{name}, at two times",
            expected="values that differ",
            got=f"{sizes[0]:.2g} and {sizes[1]:.2g} left",
            todo="Look at the source of the column.",
        )
    return left[:, 0], left[:, 1]


def between(ends: list[Corrected], step: float, study: Study) -> pd.DataFrame:
    """Give one estimate for all that lies between the ends of a range.

    Which of them holds cannot be told from the data, so that the interval is the union of those of
    the ends, each with the larger error of both: a bound, not a spread (Manski 2003, chapter 1).

    Parameters
    ----------
    ends : list of Corrected
        One or more, of the same areas.
    step : float
        The estimate is given per this many units of the contrast.
    study : Study

    Returns
    -------
    DataFrame
        See `rows.tidy`. The estimate is the middle of the ends. An error is such that times
        Student's t it reaches from there to the end of the interval. At a stricter level it
        reaches somewhat too far; at a laxer one, as one-sided, it would reach too little, so that
        `judgement` takes the end of the interval there.

    Raises
    ------
    NoNumberError
        If no kind of error can be computed.
    """
    from scipy.special import stdtrit

    estimates = [step * one.estimate for one in ends]
    middle, half = (max(estimates) + min(estimates)) / 2, (max(estimates) - min(estimates)) / 2
    first = ends[0].fit
    unknown = half / float(stdtrit(first.degrees, 1 - study.models.alpha / 2))
    kinds = pd.DataFrame([all_kinds(one, study.models.conley_km) for one in ends])
    errors = step * kinds.dropna(axis=1).max() + unknown
    return tidy_errors(middle, {str(name): error for name, error in errors.items()}, first, study)
