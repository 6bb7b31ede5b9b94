"""Figures of what came first, and of what comes by itself: directions, regression to the mean."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from nplvanalysis.report import numbers
from nplvanalysis.report.chart import BLUE, ORANGE, Chart, broken, canvas, drawing, finish
from nplvanalysis.report.edition import Edition
from nplvanalysis.report.lines_chart import draw
from nplvanalysis.report.results import capital, each, lowered


def regression_to_mean(waves: Any, found: Any, outcome: str, edition: Edition) -> Chart:
    """Draw areas chosen for a bad year before and after it, beside a straight-line fall-back.

    Parameters
    ----------
    waves : models.regression_to_mean.Waves
        before, chosen, after (years).
    found : models.regression_to_mean.RegressionToMean
    outcome : str
    edition : Edition

    Returns
    -------
    Chart
    """
    places = numbers.decimals(max(found.high - found.low, 1e-9))
    after = found.distance + found.observed
    years = [waves.before, waves.chosen, waves.after]
    seen = [after - found.from_before, found.distance, after]
    rows = [f"{year}: {edition.number(at, places)}." for year, at in zip(years, seen, strict=True)]
    said = {
        name: numbers.signed(getattr(found, name), edition.language, places)
        for name in ("observed", "expected", "remaining")
    }
    said |= {name: str(getattr(waves, name)) for name in ("before", "chosen", "after")}
    with drawing():
        figure, (axes,) = canvas(3.4)
        _fall_back(axes, years, seen, found, edition)
        unit = edition.unit(outcome, "amount")
        axes.set_ylabel(broken(edition.say("chart", "mean_axis", unit=unit), 34))
        return finish(
            figure,
            edition.say("chart", "mean_title", outcome=capital(edition.title(outcome)), **said),
            edition.say("chart", "mean_alt", rows=" ".join(rows)),
            edition.say(
                *("chart", "mean_caption"),
                picked=edition.number(found.chosen),
                n=edition.number(found.areas),
                areas=edition.areas,
                kept=edition.number(100 * found.kept),
                interval=numbers.interval(found.low, found.high, edition.language, places),
                caveat=edition.say("caveat", "level"),
                **said,
            ),
            edition,
        )


def _fall_back(
    axes: Axes, years: list[int], seen: list[float], found: Any, edition: Edition
) -> None:
    axes.axhline(0, color="black", linewidth=1)
    label = edition.say("chart", "mean_observed", chosen=years[1])
    axes.plot(years, seen, "o-", color=BLUE, label=label)
    noise = [found.distance, found.distance + found.expected]
    look: dict[str, Any] = {"color": ORANGE, "label": edition.say("chart", "mean_expected")}
    axes.plot(years[1:], noise, "D--", **look)
    axes.set_xticks(years, [str(year) for year in years])
    axes.legend(loc="lower left", bbox_to_anchor=(0, 1), ncols=2, frameon=False, fontsize=8)


def directions(both: pd.DataFrame, row: Any, edition: Edition) -> Chart:
    """Draw a later on an earlier change, and the reverse, on one scale.

    Parameters
    ----------
    both : DataFrame
        From `models.lagged.both_directions`: as claimed first.
    row : registers.Row
        year_first, year_exposure and year_outcome.
    edition : Edition

    Returns
    -------
    Chart
    """
    labels = [_first_then(one, edition) for one in each(both)]
    told = [
        f"{numbers.signed(one.estimate, edition.language, 2)} "
        f"({numbers.interval(one.low, one.high, edition.language, 2)})"
        for one in each(both)
    ]
    with drawing():
        figure, (axes,) = canvas(2.6)
        draw(axes, both.assign(role=np.where(both.index == 0, "primary", "placebo")), labels)
        axes.set_xlabel(broken(edition.say("chart", "directions_axis"), 54))
        return finish(
            figure,
            edition.say(
                *("chart", "directions_title"),
                earlier=edition.title(both["earlier"].iloc[0]),
                forth=told[0],
                back=told[1],
            ),
            edition.say(
                *("chart", "lines_alt"),
                rows=" ".join(f"{a}: {b}." for a, b in zip(labels, told, strict=True)),
            ),
            edition.say(
                *("chart", "directions_caption"),
                n=edition.number(both["n"].min()),
                areas=edition.areas,
                first=row.year_first,
                middle=row.year_exposure,
                last=row.year_outcome,
                caveat=edition.say("caveat", "level"),
            ),
            edition,
        )


def _first_then(one: Any, edition: Edition) -> str:
    titles = {name: lowered(edition.title(getattr(one, name))) for name in ("earlier", "later")}
    return capital(edition.say("chart", "directions_label", **titles))
