"""Do felt and registered safety rank areas alike: their correlation, corrected for reliability."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from nplvanalysis.errors import EstimationError
from nplvanalysis.models.city_areas import CENTRE, UNIONS, Left, kept
from nplvanalysis.models.disattenuation import LOWEST, RAW, agreement_row
from nplvanalysis.models.felt import SAFER, Pair, pair_of
from nplvanalysis.models.registered import kinds_of
from nplvanalysis.models.reliability import Measured, correlation, ranked
from nplvanalysis.models.rows import GIVEN, unusable
from nplvanalysis.params import NONE, Study
from nplvanalysis.registers import Row

# A city's own index of safety that holds more than registrations: victims from the same survey.
INDEX = "safety_index_objective"
VALUES = "values"
LARGEST = "without largest disagreement"
ALONE, OBJECTIVE = " alone", "objective index"
WITHOUT: dict[str, Left] = {CENTRE: "centre", UNIONS: "unions"}


@dataclass(frozen=True)
class Asked:
    """One row of the answer: what it is for, its sample or manner, and its weight."""

    role: str
    sample: str = "main"
    weighted: bool = True


def estimate_agreement(
    panel: pd.DataFrame, row: Row, study: Study, rng: np.random.Generator
) -> pd.DataFrame:
    """Estimate the rank correlation of felt and registered unsafety, corrected for reliability.

    The claim is about ranks; and where few live and many come, as in a city centre, offences per
    resident would let a few areas decide. Errors of measurement make a correlation too small, so
    that two measures of the same thing would seem to differ (Spearman 1904). Of registered crime
    the error is at least Poisson, since offences come in series, and at most all change between two
    waves; of the survey it follows from its published bounds, or else lies between all change and
    none.

    Parameters
    ----------
    panel : DataFrame
        Measures, rows (code, division, year) of one level.
    row : Row
        Its outcome is felt; registered crime is the sum of the terms of its specification in its
        exposure year.
    study : Study
    rng : Generator
        Draws clusters; every row of the answer uses draws of its own.

    Returns
    -------
    DataFrame
        `rows.GIVEN`. Where reliability is known, the estimate and its interval, from the spread of
        999 bootstrap samples on Fisher's scale: an interval of a correlation reaches further down
        than up. Where reliability is a range, the interval reaches from the lower end at the
        highest to the upper end at the lowest, and the estimate is the middle of what the range
        gives. p is against `rules.APART`. Gates: unweighted, values instead of ranks, without
        the area that lowers it most, all change between waves as error. Sensitivities: not
        corrected, each kind of crime alone, a city's own index, without its centre, without areas
        that it puts together.

    Raises
    ------
    EstimationError
        If a column is missing or areas are too few.
    """
    kinds = kinds_of(study, row.specification)
    pair = pair_of(panel, row, study, kinds)
    parts = []
    for one in _asked(pair, row, kinds, study):
        try:
            used = _chosen(pair, one, panel, row, study)
            used = used if one.sample == VALUES else in_ranks(used)
            part = agreement_row(used, one.sample, study, rng)
        except EstimationError as error:
            part = unusable(error.code)
        weights = study.models.weights if one.weighted else NONE
        parts.append(part.assign(role=one.role, weights=weights, controls="", sample=one.sample))
    return pd.concat(parts, ignore_index=True)[GIVEN]


def _asked(pair: Pair, row: Row, kinds: list[str], study: Study) -> list[Asked]:
    """List the row itself, its gates, and the checks that decide nothing."""
    asked = [Asked(row.role), Asked("gate", weighted=False)]
    if row.role != "primary":
        return asked
    asked += [Asked("gate", VALUES), Asked("gate", LARGEST)]
    # A survey may err by more than its margins say, and less error reads as apart.
    asked += [Asked("gate", LOWEST)] if pair.registered.repeated else []
    names = [RAW, *(f"{one}{ALONE}" for one in kinds if len(kinds) > 1)]
    names += [OBJECTIVE] if INDEX in pair.table else []
    names += [CENTRE, UNIONS] if study.unit == "gebied" else []
    return asked + [Asked("sensitivity", name) for name in names]


def _chosen(pair: Pair, one: Asked, panel: pd.DataFrame, row: Row, study: Study) -> Pair:
    """Give the areas and measures that one row of the answer is about."""
    if not one.weighted:
        return replace(pair, weights=np.ones(len(pair.weights)))
    if one.sample.endswith(ALONE):
        return pair_of(panel, row, study, [one.sample.removesuffix(ALONE)])
    if one.sample == OBJECTIVE:
        values = (-1 if INDEX in SAFER else 1) * pair.table[INDEX].to_numpy(float)
        exact = Measured(values, np.zeros(len(values)), np.full(len(values), np.nan))
        return replace(pair, registered=exact)
    if one.sample in WITHOUT:
        return pair.subset(kept(pair.table, WITHOUT[one.sample]).to_numpy())
    return pair.subset(_all_but_lowering(pair)) if one.sample == LARGEST else pair


def in_ranks(pair: Pair) -> Pair:
    """Put ranks in the place of values, on both sides; weights stay."""
    felt, registered = (ranked(one, pair.weights) for one in (pair.felt, pair.registered))
    return replace(pair, felt=felt, registered=registered)


def _all_but_lowering(pair: Pair) -> np.ndarray:
    """Keep all areas but the one without which both measures rank the others most alike."""
    every, by_rank = np.arange(len(pair.weights)), in_ranks(pair)
    left = [
        correlation(
            by_rank.felt.values, by_rank.registered.values, np.where(every == one, 0, pair.weights)
        )
        for one in every
    ]
    return every != int(np.argmax(left))
