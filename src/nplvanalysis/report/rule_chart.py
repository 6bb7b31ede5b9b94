"""Figures of estimates that are judged against a line of their own: a ratio, a correlation."""

from __future__ import annotations

import numpy as np
import pandas as pd

from nplvanalysis.report import numbers
from nplvanalysis.report.chart import LABEL, Chart, broken, canvas, drawing, finish
from nplvanalysis.report.charts import draw_intervals, forest, one_contrast
from nplvanalysis.report.edition import Edition
from nplvanalysis.report.fits import variant
from nplvanalysis.report.results import dated, each

# Where chance alone, or full agreement, would put the estimate; and where verdicts begin.
LINES = {"ratio": (1.0, 2.0), "agreement": (1.0, 0.7, 0.9)}


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
    labels = [f"{edition.say('role', r.role)}: {variant(r, edition)}" for r in each(rows)]
    places = np.arange(len(rows))[::-1]
    neutral, *lines = LINES[rule]
    with drawing():
        drawn, (axes,) = canvas(1.75 + 0.56 * len(rows))
        axes.axvline(neutral, color="black", linewidth=1)
        for line in lines:
            axes.axvline(line, color="black", linewidth=1, linestyle="--")
        draw_intervals(axes, rows, places)
        axes.set_yticks(places, [broken(label) for label in labels], size=8)
        axes.set_ylim(-0.6, len(rows) - 0.4)
        axes.grid(visible=False)
        axes.set_xlabel(broken(edition.say("chart", f"{rule}_axis"), LABEL))
        said = {"estimate": edition.number(float(rows["estimate"].iloc[0]), 2)}
        return finish(
            drawn,
            edition.say("chart", f"{rule}_title", **said),
            edition.say("chart", "forest_alt", rows=" ".join(_told(rows, labels, rule, edition))),
            edition.say("chart", f"{rule}_caption"),
            dated(edition, rows.iloc[0]),
        )


def _told(rows: pd.DataFrame, labels: list[str], rule: str, edition: Edition) -> list[str]:
    signs = rule != "ratio"
    return [
        f"{label}: {edition.number(row.estimate, 2)} "
        f"({numbers.interval(row.low, row.high, edition.language, 2, signs)})."
        for row, label in zip(each(rows), labels, strict=True)
    ]
