"""Figures of estimates that are judged against a line of their own: a ratio, a correlation."""

from __future__ import annotations

import pandas as pd
from matplotlib.axes import Axes

from nplvanalysis.report.chart import LABEL, Chart, broken, canvas, drawing, finish
from nplvanalysis.report.charts import forest, one_contrast
from nplvanalysis.report.edition import Edition
from nplvanalysis.report.fits import labels_of
from nplvanalysis.report.lines_chart import draw, height, told
from nplvanalysis.report.results import dated

# Where chance alone, or full agreement, would put the estimate; and where verdicts begin.
LINES = {"ratio": (1.0, 2.0), "agreement": (1.0, 0.7, 0.9)}
# Where an axis of ratios may have its ticks.
FACTORS = (0.25, 0.5, 1, 1.5, 2, 3, 4, 6, 8, 12, 16, 24, 32)


def figure(estimates: pd.DataFrame, rule: str, edition: Edition) -> Chart | None:
    """Draw the estimate that decides and its checks, as its rule reads them.

    Parameters
    ----------
    estimates : DataFrame
        Rows of one row of the register: the deciding fit, gates, sensitivities.
    rule : str
        delta, ratio, agreement or list.
    edition : Edition

    Returns
    -------
    Chart or None
        None for a list, which is a table.
    """
    if rule == "delta":
        return forest(estimates, edition)
    return against(estimates, rule, edition) if rule in LINES else None


def against(estimates: pd.DataFrame, rule: str, edition: Edition) -> Chart:
    """Draw estimates beside the line that their verdict is read against.

    Parameters
    ----------
    estimates : DataFrame
        Rows of one row of the register, any kinds of error.
    rule : str
        A key of `LINES`.
    edition : Edition

    Returns
    -------
    Chart
    """
    rows = one_contrast(estimates)
    labels = labels_of(rows, edition)
    neutral, *limits = LINES[rule]
    with drawing():
        drawn, (axes,) = canvas(height(len(rows)))
        draw(axes, rows, labels, neutral)
        for limit in limits:
            axes.axvline(limit, color="black", linewidth=1, linestyle="--")
        if rule == "ratio":
            _by_factors(axes, edition)
        axes.set_xlabel(broken(edition.say("chart", f"{rule}_axis"), LABEL))
        first = edition.number(float(rows["estimate"].iloc[0]), 2)
        lines = told(rows, labels, edition, edition.number, signs=rule != "ratio")
        return finish(
            drawn,
            edition.say("chart", f"{rule}_title", estimate=first),
            edition.say("chart", "lines_alt", rows=lines),
            edition.say(
                "chart", f"{rule}_caption", cutoff=f"{edition.study.measures.problem_cutoff:g}"
            ),
            dated(edition, rows.iloc[0]),
        )


def _by_factors(axes: Axes, edition: Edition) -> None:
    """Give equal factors equal lengths: half as often is as far from chance as twice as often."""
    axes.set_xscale("log")
    axes.autoscale_view()
    low, high = axes.get_xlim()
    shown = [factor for factor in FACTORS if low <= factor <= high]
    places = [len(f"{factor:g}".partition(".")[2]) for factor in shown]
    written = [edition.number(*one) for one in zip(shown, places, strict=True)]
    axes.set_xticks(shown, [f"{one}×" for one in written])
    axes.minorticks_off()
