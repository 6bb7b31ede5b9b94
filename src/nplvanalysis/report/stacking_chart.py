"""Figures of stacking: areas by number of problems beside chance, and the ratio over the years."""

from __future__ import annotations

from typing import Any

import pandas as pd
from matplotlib.axes import Axes

from nplvanalysis.errors import DataError
from nplvanalysis.report import numbers
from nplvanalysis.report.chart import (
    BLUE,
    ORANGE,
    Chart,
    broken,
    canvas,
    drawing,
    finish,
)
from nplvanalysis.report.edition import Edition
from nplvanalysis.report.results import each
from nplvanalysis.report.rule_chart import LINES

HALF = 0.38


def by_number(counted: pd.DataFrame, edition: Edition) -> Chart:
    """Draw how much of the stock has how many problems, beside what chance would give.

    Parameters
    ----------
    counted : DataFrame
        problems, observed, expected (%), many; see models.problem_counts.distribution.
    edition : Edition

    Returns
    -------
    Chart

    Raises
    ------
    DataError
        If no number of problems is called many.
    """
    if not counted["many"].any():
        raise _not_drawable("numbers of problems, some of them many", f"{len(counted)} rows")
    many = counted[counted["many"]]
    least = int(many["problems"].min())
    shares = {one: edition.number(many[one].sum(), 1) for one in ("observed", "expected")}
    with drawing():
        figure, (axes,) = canvas(3.6)
        _bars(axes, counted, edition)
        axes.axvline(least - 0.5, color="black", linewidth=1, linestyle=":")
        axes.set_xticks(counted["problems"])
        axes.set_xlabel(edition.say("chart", "stacking_x"))
        axes.set_ylabel(edition.say("chart", "stacking_y"))
        axes.legend(loc="upper right", frameon=False, fontsize=8)
        return finish(
            figure,
            edition.say("chart", "stacking_title", many=least, **shares),
            edition.say("chart", "stacking_alt", rows=_told(counted, edition)),
            edition.say("chart", "stacking_caption", many=least),
            edition,
        )


def _bars(axes: Axes, counted: pd.DataFrame, edition: Edition) -> None:
    places = counted["problems"].to_numpy(float)
    seen, chance = (edition.say("chart", f"stacking_{one}") for one in ("observed", "expected"))
    axes.bar(places - HALF / 2, counted["observed"], HALF, color=BLUE, label=seen)
    look: dict[str, Any] = {"facecolor": "white", "edgecolor": ORANGE, "hatch": "////"}
    axes.bar(places + HALF / 2, counted["expected"], HALF, **look, label=chance)
    for row in each(counted):
        for value, side in ((row.observed, -1), (row.expected, 1)):
            text = edition.number(value, 1)
            place = (row.problems + side * HALF / 2, value)
            axes.annotate(text, place, (0, 2), textcoords="offset points", ha="center", size=7)
    axes.grid(visible=False, axis="x")


def _told(counted: pd.DataFrame, edition: Edition) -> str:
    return " ".join(
        edition.say(
            *("chart", "stacking_row"),
            problems=row.problems,
            observed=edition.number(row.observed, 1),
            expected=edition.number(row.expected, 1),
        )
        for row in each(counted)
    )


def by_year(years: pd.DataFrame, edition: Edition) -> Chart:
    """Draw observed over expected in each year.

    Parameters
    ----------
    years : DataFrame
        year, estimate, low, high; see models.problem_counts.by_year.
    edition : Edition

    Returns
    -------
    Chart

    Raises
    ------
    DataError
        If there are fewer than two years.
    """
    if len(years) < 2:
        raise _not_drawable("at least two years", str(len(years)))
    neutral, line = LINES["ratio"]
    with drawing():
        figure, (axes,) = canvas(3.4)
        axes.axhline(neutral, color="black", linewidth=1)
        axes.axhline(line, color="black", linewidth=1, linestyle="--")
        axes.vlines(years["year"], years["low"], years["high"], color=BLUE, linewidth=2)
        axes.plot(years["year"], years["estimate"], "o", color=BLUE, markersize=5)
        axes.set_xticks(years["year"], [str(year) for year in years["year"]], size=8)
        axes.set_ylabel(broken(edition.say("chart", "ratio_axis"), 36))
        ends = _ends(years.sort_values("year"), edition)
        rows = [
            f"{row.year}: {edition.number(row.estimate, 2)} "
            f"({numbers.interval(row.low, row.high, edition.language, 2, False)})."
            for row in each(years)
        ]
        return finish(
            figure,
            edition.say("chart", "stacking_years_title", **ends),
            edition.say("chart", "stacking_years_alt", rows=" ".join(rows)),
            edition.say("chart", "stacking_years_caption"),
            edition,
        )


def _ends(years: pd.DataFrame, edition: Edition) -> dict[str, object]:
    first, last = years.iloc[0], years.iloc[-1]
    said = {"start": first, "end": last}
    told = {name: edition.number(one["estimate"], 2) for name, one in said.items()}
    return {"first": int(first["year"]), "last": int(last["year"]), **told}


def _not_drawable(expected: str, got: str) -> DataError:
    return DataError(
        "This figure of stacking cannot be drawn.",
        where="nplvanalysis.report.stacking_chart",
        expected=expected,
        got=got,
        todo="Draw only where stacking could be estimated.",
    )
