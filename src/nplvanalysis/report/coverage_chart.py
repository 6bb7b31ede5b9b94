"""The figure of what a selection keeps and loses."""

from __future__ import annotations

import numpy as np
import pandas as pd

from nplvanalysis.report.chart import BLUE, Chart, broken, canvas, drawing, finish
from nplvanalysis.report.edition import Edition
from nplvanalysis.report.results import each, step_in_words


def coverage(steps: pd.DataFrame, edition: Edition) -> Chart:
    """Draw what is kept and what is lost, and why.

    Parameters
    ----------
    steps : DataFrame
        step ("kept" or "lost"), areas, dwellings, reason; of one selection, in order.
    edition : Edition

    Returns
    -------
    Chart
        One bar per row, in dwellings; areas written at its end.
    """
    labels = [step_in_words(row, edition) for row in each(steps)]
    places = np.arange(len(steps))[::-1]
    stock = steps["dwellings"].astype(float).fillna(0)
    with drawing():
        figure, (axes,) = canvas(1.5 + 0.34 * len(steps))
        axes.barh(places, stock / 1000, 0.62, color=BLUE)
        for row, place, bar in zip(each(steps), places, stock / 1000, strict=True):
            text = f" {edition.number(row.areas)} {edition.areas}"
            axes.text(bar, place, text, va="center", size=8)
        axes.set_yticks(places, [broken(label) for label in labels], size=8)
        axes.set_xlim(0, stock.max() / 1000 * 1.25)
        axes.grid(visible=False, axis="y")
        axes.set_xlabel(edition.say("chart", "coverage_axis"))
        kept = stock[steps["step"] == "kept"].sum()
        title = edition.say(
            *("chart", "coverage_title"),
            kept=edition.number(kept),
            all=edition.number(stock.sum()),
        )
        told = edition.say("chart", "coverage_alt", rows=_counted(steps, labels, edition))
        return finish(figure, title, told, edition.say("chart", "coverage_caption"), edition)


def _counted(steps: pd.DataFrame, labels: list[str], edition: Edition) -> str:
    return " ".join(
        edition.say(
            *("chart", "coverage_row"),
            label=label,
            areas=edition.number(row.areas),
            dwellings=edition.number(row.dwellings),
        )
        for label, row in zip(labels, each(steps), strict=True)
    )
