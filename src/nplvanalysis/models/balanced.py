"""Areas that have an outcome in every year, as arrays: what an event study takes."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from nplvanalysis.errors import ColumnMissingError, TooFewAreasError
from nplvanalysis.models.adjacency import adjacent
from nplvanalysis.models.change import APPORTIONED
from nplvanalysis.models.focus import COLUMN
from nplvanalysis.models.placebo_areas import Ground
from nplvanalysis.params import Study

# One area alone cannot be told from whatever else happened there.
LEAST_FOCUS = 2
NEEDED = ["municipality", "x", "y", "urbanity"]


@dataclass(frozen=True)
class Balanced:
    """Areas by years.

    Attributes
    ----------
    codes : ndarray of str, shape (n,)
    years : ndarray of int, shape (t,)
        In order.
    outcome : ndarray, shape (n, t)
    homes : ndarray, shape (n,)
        Dwellings in the first year that has them.
    urbanity : ndarray of int, shape (n,)
        Class in the first year that has one.
    town : ndarray of int, shape (n,)
        Number of the municipality.
    points : ndarray, shape (n, 2)
        Metres.
    focus : ndarray of int, shape (n,)
        Number of the focus area; -1 outside.
    names : tuple of str
        Of the focus areas.
    """

    codes: np.ndarray
    years: np.ndarray
    outcome: np.ndarray
    homes: np.ndarray
    urbanity: np.ndarray
    town: np.ndarray
    points: np.ndarray
    focus: np.ndarray
    names: tuple[str, ...]

    @property
    def ground(self) -> Ground:
        """Where placebo areas can be drawn."""
        return Ground(adjacent(self.points), self.homes, self.town, self.urbanity)

    @property
    def largest(self) -> int:
        """Number of the focus area with the most dwellings."""
        inside = self.focus >= 0
        return int(np.bincount(self.focus[inside], self.homes[inside]).argmax())

    def alone(self, name: str) -> Balanced:
        """Keep one focus area; the others leave, so that it is not compared with them."""
        kept = (self.focus < 0) | (self.focus == self.names.index(name))
        parts = ["codes", "outcome", "homes", "urbanity", "town", "points"]
        arrays = {part: getattr(self, part)[kept] for part in parts}
        focus = np.where(self.focus[kept] < 0, -1, 0)
        return replace(self, **arrays, focus=focus, names=(name,))


def balanced(
    panel: pd.DataFrame, outcome: str, study: Study, first: int | None, last: int
) -> Balanced:
    """Collect the areas that have an outcome in every year in which there is one.

    Parameters
    ----------
    panel : DataFrame
        Rows (code, division, year) of one level, with focus_area, municipality, urbanity, x and y.
    outcome : str
    study : Study
        Areas with fewer dwellings than `sample.min_dwellings`, or of which a larger part than
        `sample.max_apportioned` comes from areas that were cut in any year, leave.
    first : int, optional
        None: the first year that has the outcome.
    last : int

    Returns
    -------
    Balanced

    Raises
    ------
    ColumnMissingError
        If a column is missing or has no values.
    TooFewAreasError
        If fewer areas are left than `models.min_areas`, or fewer focus areas than two.
    """
    _require(panel, [outcome, "dwellings", COLUMN, *NEEDED])
    since = panel[panel["year"] >= (first or panel["year"].min())].sort_values("year")
    known = since[since[outcome].notna() & (since["year"] <= last)]
    counts = known["year"].value_counts()
    rows = known[known["year"].isin(counts.index[counts >= study.models.min_areas])]
    wide = rows.pivot_table(outcome, "code", "year", aggfunc="first").dropna()
    # of each column the first that is known
    about = since.groupby("code")[["dwellings", COLUMN, *NEEDED]].first().loc[wide.index]
    kept = about["dwellings"].ge(max(1, study.sample.min_dwellings))
    kept &= about[NEEDED].notna().all(axis=1)
    if APPORTIONED in rows:
        parts = rows.groupby("code")[APPORTIONED].max()
        kept &= parts.reindex(wide.index) <= study.sample.max_apportioned
    return _arrays(wide[kept], about[kept], study)


def _arrays(wide: pd.DataFrame, about: pd.DataFrame, study: Study) -> Balanced:
    if len(wide) < study.models.min_areas:
        raise _too_few("areas with the outcome in every year", study.models.min_areas, len(wide))
    focus, names = pd.factorize(about[COLUMN].where(about[COLUMN] != ""), sort=True)
    if len(names) < LEAST_FOCUS:
        raise _too_few("focus areas with the outcome in every year", LEAST_FOCUS, len(names))
    return Balanced(
        codes=wide.index.to_numpy(),
        years=wide.columns.to_numpy(),
        outcome=wide.to_numpy(float),
        homes=about["dwellings"].to_numpy(float),
        urbanity=about["urbanity"].to_numpy(int),
        town=pd.factorize(about["municipality"], sort=True)[0],
        points=about[["x", "y"]].to_numpy(float),
        focus=focus,
        names=tuple(names),
    )


def _require(panel: pd.DataFrame, needed: list[str]) -> None:
    missing = [name for name in needed if name not in panel or panel[name].isna().all()]
    if missing:
        raise ColumnMissingError(
            "A column that the event study needs is missing.",
            where="the panel of this study",
            expected=", ".join(needed),
            got=f"no value for {', '.join(missing)}",
            todo="Report it as not testable in this study.",
        )


def _too_few(what: str, least: int, got: int) -> TooFewAreasError:
    return TooFewAreasError(
        "There are too few areas for an event study.",
        where="the panel of this study",
        expected=f"at least {least} {what}",
        got=str(got),
        todo="Report it as not testable in this study.",
    )
