"""The figure of an event study: focus areas beside other areas, year by year."""

from __future__ import annotations

from typing import Any

import pandas as pd

from nplvanalysis.errors import DataError
from nplvanalysis.report import numbers
from nplvanalysis.report.chart import BLUE, Chart, broken, canvas, drawing, finish
from nplvanalysis.report.edition import Edition
from nplvanalysis.report.results import capital, each


def event_study(
    years: pd.DataFrame, areas: Any, outcome: str, start: int, edition: Edition
) -> Chart:
    """Draw the difference between focus areas and other areas in each year.

    Parameters
    ----------
    years : DataFrame
        year, estimate, low, high; the reference year has estimate 0.
    areas : models.balanced.Balanced
        codes, focus and names.
    outcome : str
        A column of the dictionary.
    start : int
        First year of the programme; a dotted line stands before it.
    edition : Edition

    Returns
    -------
    Chart
        One point per year with its interval by randomisation.

    Raises
    ------
    DataError
        If there are fewer than two years.
    """
    if len(years) < 2:
        raise DataError(
            "An event study needs years to compare.",
            where="nplvanalysis.report.event_chart",
            expected="at least two years",
            got=str(len(years)),
            todo="Draw only where the event study could be estimated.",
        )
    away = int(((years["low"] > 0) | (years["high"] < 0)).sum())
    with drawing():
        figure, (axes,) = canvas(3.6)
        axes.axhline(0, color="black", linewidth=1)
        axes.axvline(start - 0.5, color="black", linewidth=1, linestyle=":")
        axes.vlines(years["year"], years["low"], years["high"], color=BLUE, linewidth=2)
        axes.plot(years["year"], years["estimate"], "o", color=BLUE, markersize=5)
        axes.set_xticks(years["year"], [str(year) for year in years["year"]], size=8)
        unit = edition.unit(outcome, "amount")
        axes.set_ylabel(broken(edition.say("chart", "event_axis", unit=unit), 40))
        return finish(
            figure,
            edition.say(
                *("chart", "event_title"),
                outcome=capital(edition.outcome(outcome)),
                count=away,
                all=len(years) - 1,
            ),
            edition.say("chart", "event_alt", rows=" ".join(_told(years, edition))),
            edition.say(
                *("chart", "event_caption"),
                start=start,
                n=edition.number(len(areas.codes)),
                areas=edition.areas,
                inside=edition.number(int((areas.focus >= 0).sum())),
                count=edition.number(len(areas.names)),
            ),
            edition,
        )


def _told(years: pd.DataFrame, edition: Edition) -> list[str]:
    places = numbers.decimals(float((years["high"] - years["low"]).max()))
    return [
        f"{row.year}: {numbers.signed(row.estimate, edition.language, places)} "
        f"({numbers.interval(row.low, row.high, edition.language, places)})."
        for row in each(years)
    ]
