"""Focus areas before and after a start, year by year and pooled, against placebo areas."""

from __future__ import annotations

from dataclasses import asdict, dataclass

import numpy as np
import pandas as pd

from nplvanalysis.errors import EstimationError, OneWaveError
from nplvanalysis.models.balanced import Balanced
from nplvanalysis.models.focus import START
from nplvanalysis.models.placebo_areas import Placebos
from nplvanalysis.models.pre_trend import PreTrend, pre_trend
from nplvanalysis.models.randomisation import Randomised, contrasts

# The mean of one year holds what is passing, and a line needs two points.
LEAST = 2


@dataclass(frozen=True)
class Comparison:
    """How years after a start are compared with years before.

    Attributes
    ----------
    start : int
        First year after.
    skip : tuple of int
        Years that count on neither side.
    until : int, optional
        The last year that counts.
    weighted : bool
        By dwellings in the first year.
    crossed : bool
        Whether each class of urbanity has year effects of its own.
    leave_out : bool
        Whether the largest focus area is left out.
    """

    start: int = START
    skip: tuple[int, ...] = ()
    until: int | None = None
    weighted: bool = True
    crossed: bool = False
    leave_out: bool = False

    def sides(self, years: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Tell which years are before, and which after.

        Parameters
        ----------
        years : ndarray of int, shape (t,)

        Returns
        -------
        tuple of ndarray of bool, shape (t,)

        Raises
        ------
        EstimationError
            If there are fewer than two on a side.
        """
        counted = ~np.isin(years, self.skip) & (years <= (self.until or years.max()))
        before, after = counted & (years < self.start), counted & (years >= self.start)
        if before.sum() < LEAST or after.sum() < LEAST:
            raise _too_few_years(self.start, int(before.sum()), int(after.sum()))
        return before, after


def compare(areas: Balanced, placebos: Placebos, how: Comparison) -> Randomised:
    """Compare the mean of the years after with that of the years before.

    Parameters
    ----------
    areas : Balanced
    placebos : Placebos
    how : Comparison

    Returns
    -------
    Randomised
        Focus areas less all others; each placebo set less all others but the focus areas.

    Raises
    ------
    EstimationError
        If there are too few years, or there is nothing to compare with.
    """
    before, after = how.sides(areas.years)
    changes = areas.outcome[:, after].mean(axis=1) - areas.outcome[:, before].mean(axis=1)
    return _each(changes[:, None], areas, placebos, how)[0]


def _each(
    changes: np.ndarray, areas: Balanced, placebos: Placebos, how: Comparison
) -> list[Randomised]:
    """Compare columns of changes inside and outside, of focus areas and of placebo areas."""
    weights = areas.homes if how.weighted else np.ones(len(areas.homes))
    groups = areas.urbanity if how.crossed else np.zeros(len(weights), dtype=int)
    kept = np.ones(len(weights), dtype=bool)
    members = placebos.members
    if how.leave_out:
        kept = areas.focus != areas.largest
        members = members[:, placebos.focus != areas.largest]
    inside = np.flatnonzero(kept & (areas.focus >= 0))[None]
    answers = []
    for rows, sets in ((kept, inside), (areas.focus < 0, members)):
        place, numbers = np.cumsum(rows) - 1, np.unique(groups[rows], return_inverse=True)[1]
        answers.append(contrasts(changes[rows], weights[rows], numbers, place[sets]))
    (real, errors), (drawn, drawn_errors) = answers
    return [
        Randomised(float(real[0, one]), float(errors[0, one]), drawn[:, one], drawn_errors[:, one])
        for one in range(changes.shape[1])
    ]


def event_study(
    areas: Balanced, placebos: Placebos, alpha: float, how: Comparison | None = None
) -> pd.DataFrame:
    """Compare each year with the last one before the start.

    Parameters
    ----------
    areas : Balanced
    placebos : Placebos
    alpha : float
        The intervals cover 1 - alpha, each year by itself.
    how : Comparison, optional
        Start, weights and year effects; None: those of the primary estimate.

    Returns
    -------
    DataFrame
        year, estimate (inside less outside, less the same in the reference year), std_error, low,
        high and p by randomisation of t; the reference year has 0 and no p.
    """
    how = how or Comparison()
    reference, others = _reference(areas.years, how.start)
    changes = areas.outcome[:, others] - areas.outcome[:, [reference]]
    rows: list[dict[str, float]] = [
        {"year": areas.years[reference], "estimate": 0.0, "std_error": 0.0, "low": 0.0, "high": 0.0}
    ]
    for year, found in zip(areas.years[others], _each(changes, areas, placebos, how), strict=True):
        own = {"year": year, "estimate": found.estimate}
        rows.append(own | asdict(found.of_statistic(alpha)))
    return pd.DataFrame(rows).sort_values("year", ignore_index=True)


def _reference(years: np.ndarray, start: int) -> tuple[int, np.ndarray]:
    """Find the position of the last year before a start, and of all others."""
    before = np.flatnonzero(years < start)
    if not len(before):
        raise _too_few_years(start, 0, len(years))
    return int(before[-1]), np.flatnonzero(np.arange(len(years)) != before[-1])


def before_start(areas: Balanced, placebos: Placebos, alpha: float, start: int = START) -> PreTrend:
    """Test whether focus areas went another way before the programme.

    Parameters
    ----------
    areas : Balanced
        Years from the start on, if any, only tell what a trend would carry over.
    placebos : Placebos
    alpha : float
        Level of the test.
    start : int
        First year that is not before.

    Returns
    -------
    PreTrend
        A test that finds nothing proves nothing: see `detectable` and `carried`.

    Raises
    ------
    EstimationError
        If there are fewer than two years before the start.
    """
    early = areas.years < start
    if early.sum() < LEAST:
        raise _too_few_years(start, int(early.sum()), int((~early).sum()))
    years, outcome = areas.years[early], areas.outcome[:, early]
    found = _each(outcome[:, :-1] - outcome[:, -1:], areas, placebos, Comparison())
    lapse = float(areas.years[~early].mean() - years.mean()) if (~early).any() else float("nan")
    return pre_trend(found, years[:-1] - years[-1], lapse, alpha)


def references(areas: Balanced, placebos: Placebos, alpha: float) -> pd.DataFrame:
    """Show what regression to the mean does: the same estimate against other years before.

    Areas were chosen because one year was bad. What was passing in that year goes away by itself:
    against that year alone it looks like progress, and in a mean of many years it hardly counts.

    Parameters
    ----------
    areas : Balanced
    placebos : Placebos
    alpha : float

    Returns
    -------
    DataFrame
        reference ("all", "earlier": without the last year before the start, "last": that year
        alone), years, estimate, std_error, low, high, p.

    Raises
    ------
    EstimationError
        If there are fewer than two years on a side.
    """
    before, after = Comparison().sides(areas.years)
    last = areas.years == areas.years[before].max()
    sides = {"all": before, "earlier": before & ~last, "last": last}
    late = areas.outcome[:, after].mean(axis=1)
    changes = np.column_stack([late - areas.outcome[:, own].mean(axis=1) for own in sides.values()])
    rows = []
    for (name, own), found in zip(
        sides.items(), _each(changes, areas, placebos, Comparison()), strict=True
    ):
        numbers = asdict(found.of_statistic(alpha))
        about = {"reference": name, "years": int(own.sum()), "estimate": found.estimate}
        rows.append(about | numbers)
    return pd.DataFrame(rows)


def _too_few_years(start: int, before: int, after: int) -> EstimationError:
    return OneWaveError(
        "There are too few years on one side of the start.",
        where="the years of the panel that have the outcome",
        expected=f"at least {LEAST} years before {start}, and {LEAST} from it on",
        got=f"{before} before, {after} after",
        todo="Report it as not testable in this study, or wait for later years.",
    )
