"""Stacking beyond chance: how often many problems meet in one area, over what chance would give."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from nplvanalysis.errors import EstimationError
from nplvanalysis.models.city_areas import CENTRE, UNIONS
from nplvanalysis.models.ratio import ratio_row, without_largest
from nplvanalysis.models.rows import GIVEN, unusable
from nplvanalysis.models.specification import years_of
from nplvanalysis.models.stacked import Counting, Stacked, many_of, of_both, regions_of, stacked
from nplvanalysis.models.waves import refuse_rounding
from nplvanalysis.params import NONE, Study
from nplvanalysis.registers import Row

CUT_OFFS = (75.0, 90.0)
LARGEST = "without the area that adds most"
# What the estimate would be if all problems had one order of areas.
CEILING = "ceiling"


@dataclass(frozen=True)
class Asked:
    """One row of the answer: what it is for, how it counts, and on which areas."""

    role: str
    how: Counting
    sample: str = "main"


def estimate_excess(
    panel: pd.DataFrame, row: Row, study: Study, rng: np.random.Generator
) -> pd.DataFrame:
    """Estimate how many times as often many problems meet in one area as by chance.

    Chance keeps how common a problem is within a class of urbanity (and province, where a study has
    several), as far as groups are large enough (`counted_areas.held` says how far), and moves each
    problem by itself; see `independence.counted`. The question is about
    areas: whether the same persons have several problems cannot be seen.

    Parameters
    ----------
    panel : DataFrame
        Measures, rows (code, division, year) of one level.
    row : Row
        With `year_first` the estimate is by what factor the ratio has grown from that year to the
        exposure year of the row, over areas that both years have.
    study : Study
    rng : Generator
        Draws clusters; every row of the answer uses draws of its own.

    Returns
    -------
    DataFrame
        `rows.GIVEN`. The interval is the estimate times and over exp(z s), s the spread of its
        logarithm over 999 bootstrap samples (see `ratio.ratio_row`); p is against `rules.RATIO` (a
        trend: against 1).
        Gates: unweighted, chance within municipalities as far as groups are large enough, without
        the area that adds most. Sensitivities: chance within urbanity alone and over all areas
        alike, other cut-offs, each problem left out, without areas that a city puts together and
        without its centre, and the ceiling: what the ratio would be with the same chance if all
        problems had one order of areas. A row that cannot be estimated has its reason as `status`.
    """
    years = [row.year_first] if row.year_first else []
    years.append(years_of(row, study).exposure)
    parts = []
    for one in _asked(panel, row, study):
        try:
            cases = _cases(panel, row, years, study, one.how)
            if one.sample == LARGEST:
                cases = [without_largest(case) for case in cases]
            part = ratio_row(cases, study, rng)
        except EstimationError as error:
            part = unusable(error.code)
        held = "" if one.how.anywhere else " + ".join(filter(None, ["urbanity", one.how.region]))
        weights = study.models.weights if one.how.weighted else NONE
        parts.append(part.assign(role=one.role, weights=weights, controls=held, sample=one.sample))
    return pd.concat(parts, ignore_index=True)[GIVEN]


def _cases(
    panel: pd.DataFrame, row: Row, years: list[int], study: Study, how: Counting
) -> list[Stacked]:
    """Collect one year, or two of one precision with the same areas."""
    for name in study.measures.problems if len(years) > 1 else []:
        if name in panel:
            refuse_rounding(panel, name, tuple(years))
    cases = [stacked(panel, row, year, study, how) for year in years]
    return of_both(*cases) if len(cases) > 1 else cases


def _without(name: str, study: Study) -> str:
    """Name a count without one problem, and how many are many if that is fewer then."""
    left = len(study.measures.problems) - 1
    fewer = many_of(left) < many_of(left + 1)
    return f"without {name}, {many_of(left)} or more" if fewer else f"without {name}"


def _asked(panel: pd.DataFrame, row: Row, study: Study) -> list[Asked]:
    """List the row itself, its gates, and the checks that decide nothing."""
    region, *places = regions_of(panel, study)
    own = Counting(region=region)
    asked = [Asked(row.role, own), Asked("gate", Counting(weighted=False, region=region))]
    if row.role != "primary":
        return asked
    asked += [Asked("gate", Counting(region=place)) for place in places]
    asked.append(Asked("gate", own, LARGEST))
    asked.append(Asked("sensitivity", Counting(region=region, together=True), CEILING))
    if region:
        asked.append(Asked("sensitivity", Counting()))
    asked.append(Asked("sensitivity", Counting(anywhere=True)))
    asked += [
        Asked("sensitivity", Counting(region=region, cut_off=one), f"cut-off {one:g}")
        for one in CUT_OFFS
    ]
    asked += [
        Asked("sensitivity", Counting(region=region, drop=name), _without(name, study))
        for name in study.measures.problems
    ]
    if study.unit == "gebied":
        asked += [
            Asked("sensitivity", Counting(region=region, without="unions"), UNIONS),
            Asked("sensitivity", Counting(region=region, without="centre"), CENTRE),
        ]
    return asked
