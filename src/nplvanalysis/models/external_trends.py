"""What was published on where the Leefbaarometer rose and fell, computed anew from the scores."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd

from nplvanalysis.models.external_scores import WEAK
from nplvanalysis.models.published import NO, PARTLY, YES, Answer, Check, focus_rows
from nplvanalysis.params import Study

DIMENSIONS = ("fys", "onv", "soc", "vrz", "won")
# Amsterdam, Rotterdam, The Hague and Utrecht.
LARGEST_CITIES = ("GM0363", "GM0599", "GM0518", "GM0344")
OF_WIJKEN = "Whole wijken, weighted by dwellings; scores of the edition of 2022."
SHORTER = "To 2022 instead of 2024; the focus areas whose borders are known, against all wijken."
PLACES = "Wijken that are hardly or not urbanised against all others: the publisher counts places."

# Marks the areas that a figure is about, in a table of one row per area.
Part = Callable[[pd.DataFrame], pd.Series]


def change(column: str, years: tuple[int, int], part: Part) -> Check:
    """Make the check of a change of a score in a part of the areas.

    Parameters
    ----------
    column : str
    years : tuple of int
        Waves.
    part : callable

    Returns
    -------
    callable
        Panel and study to an answer of which only the sign was published, or None.
    """

    def check(panel: pd.DataFrame, study: Study) -> Answer | None:
        moved = _changes(panel, study, years, column)
        if moved.empty:
            return None
        own = moved[part(moved)]
        return _by_sign(_mean(own, column), years[1], OF_WIJKEN) if len(own) else None

    return check


def fall(column: str, years: tuple[int, int], part: Part) -> Check:
    """Make the check of a fall: as `change`, with the sign turned."""
    rise = change(column, years, part)

    def check(panel: pd.DataFrame, study: Study) -> Answer | None:
        found = rise(panel, study)
        return found and _by_sign(-found.ours, found.year, found.why)

    return check


def place_of(column: str, years: tuple[int, int], weakest: bool) -> Check:
    """Make the check of which dimension rose most: its place among the five.

    Parameters
    ----------
    column : str
        A dimension.
    years : tuple of int
    weakest : bool
        Only the lowest-scoring areas of the first wave that hold 11 % of all dwellings.

    Returns
    -------
    callable
    """

    def check(panel: pd.DataFrame, study: Study) -> Answer | None:
        moved = _changes(panel, study, years, *DIMENSIONS)
        if moved.empty:
            return None
        ordered = moved.sort_values("before", kind="stable")
        low = ordered["homes"].cumsum() / ordered["homes"].sum() <= WEAK
        own = ordered[low] if weakest else ordered
        if own.empty:
            return None
        rises = pd.Series({name: _mean(own, name) for name in DIMENSIONS})
        rank = float(rises.rank(ascending=False)[column])
        told = ", ".join(f"{name} {rise:+.3f}" for name, rise in rises.items())
        return Answer(rank, years[1], YES if rank == 1 else NO, f"{told}. {OF_WIJKEN}")

    return check


def focus_rise(panel: pd.DataFrame, study: Study) -> Answer | None:
    """Compare the rise of focus areas since 2018 with that of all areas."""
    moved = _changes(panel, study, (2018, 2022), "lbm")
    own = focus_rows(moved)
    if own.empty:
        return None
    return _by_sign(_mean(own, "lbm") - _mean(moved, "lbm"), 2022, SHORTER, PARTLY)


def small_places(column: str, sign: int) -> Check:
    """Make the check of a score of small places less that of all others, times `sign`."""

    def check(panel: pd.DataFrame, study: Study) -> Answer | None:
        rows = panel[(panel["level"] == study.unit) & (panel["year"] == study.years.outcome)]
        if study.unit != "wijk" or not {column, "urbanity", "dwellings"} <= {*rows}:
            return None
        known = rows.dropna(subset=[column, "urbanity", "dwellings"])
        known = known.assign(homes=known["dwellings"].astype(float))
        small = known["urbanity"].astype(int) >= 4
        if not 0 < small.sum() < len(known):
            return None
        apart = sign * (_mean(known[small], column) - _mean(known[~small], column))
        return _by_sign(apart, study.years.outcome, PLACES, PARTLY)

    return check


def largest_cities(moved: pd.DataFrame) -> pd.Series:
    """Mark the areas of the four largest cities."""
    return moved["municipality"].isin(LARGEST_CITIES)


def of_urbanity(one: int) -> Part:
    """Make the mark of a class of urbanity."""
    return lambda moved: moved["urbanity"].astype(float).eq(one)


def _changes(
    panel: pd.DataFrame, study: Study, years: tuple[int, int], *columns: str
) -> pd.DataFrame:
    """Give later less earlier of columns, `before` (the score in the first wave) and `homes`."""
    needed = {*columns, "lbm", "dwellings", "urbanity"}
    if study.unit != "wijk" or not needed <= {*panel}:
        return pd.DataFrame()
    rows = panel[panel["level"] == study.unit]
    now = rows[rows["year"] == study.years.exposure].set_index("code")
    first, last = (rows[rows["year"] == year].set_index("code") for year in years)
    both = now.index.intersection(first.index).intersection(last.index)
    values = last.loc[both, list(columns)].astype(float) - first.loc[both, list(columns)]
    made = now.loc[both].assign(before=first.loc[both, "lbm"], homes=now.loc[both, "dwellings"])
    made = made.assign(**{name: values[name] for name in columns})
    return made.dropna(subset=[*columns, "before", "homes"])


def _mean(rows: pd.DataFrame, column: str) -> float:
    return float(np.average(rows[column].to_numpy(float), weights=rows["homes"].to_numpy(float)))


def _by_sign(ours: float, year: int, why: str, at_best: str = YES) -> Answer:
    return Answer(ours, year, at_best if ours > 0 else NO, why)


TRENDS: dict[str, Check] = {
    "focus_rise": focus_rise,
    "average_amenities": place_of("vrz", (2014, 2020), weakest=False),
    "weak_safety": place_of("onv", (2014, 2020), weakest=True),
    "cities_safety": fall("onv", (2020, 2022), largest_cities),
    "rural_safety": change("onv", (2020, 2022), of_urbanity(5)),
    "rural_amenities": fall("vrz", (2020, 2022), of_urbanity(4)),
    "small_score": small_places("lbm", 1),
    "small_amenities": small_places("vrz", -1),
}
