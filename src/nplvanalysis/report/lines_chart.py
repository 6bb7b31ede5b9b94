"""The frame of every figure of estimates: points and intervals below each other."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from nplvanalysis.errors import DataError
from nplvanalysis.report import numbers
from nplvanalysis.report.chart import (
    BLUE,
    GREY,
    LABEL,
    ORANGE,
    Chart,
    broken,
    canvas,
    drawing,
    finish,
)
from nplvanalysis.report.edition import Edition
from nplvanalysis.report.fits import sample_in_words
from nplvanalysis.report.results import capital, dated, difference, each

CHECKS = ("gate", "sensitivity")
DRAWN_TOGETHER = ", drawn together"


def lines(
    rows: pd.DataFrame, labels: Sequence[str], title: str, caption: str, edition: Edition
) -> Chart:
    """Draw differences of one outcome and exposure below each other.

    Parameters
    ----------
    rows : DataFrame
        One line each: estimate, low, high, std_error, role, outcome, exposure, outcome_sd.
    labels : sequence of str
    title, caption : str
    edition : Edition

    Returns
    -------
    Chart
        Checks are orange diamonds, open where they decide nothing, placebos grey squares; the band
        marks differences smaller than the smallest that matters.

    Raises
    ------
    DataError
        If there is no line.
    """
    if rows.empty:
        raise DataError(
            "There is nothing to draw.",
            where="nplvanalysis.report.lines_chart",
            expected="at least one difference that could be estimated",
            got="none",
            todo="Draw only where something was estimated.",
        )
    outcome, exposure = str(rows["outcome"].iloc[0]), str(rows["exposure"].iloc[0])
    delta = smallest(rows, edition)
    with drawing():
        figure, (axes,) = canvas(height(len(rows)))
        axes.axvspan(-delta, delta, color="#e3e3e3", zorder=0)
        draw(axes, rows, labels)
        axes.set_xlabel(difference_axis(outcome, exposure, edition))

        def written(value: float, places: int) -> str:
            return difference(value, outcome, edition, places)

        alt = edition.say("chart", "lines_alt", rows=told(rows, labels, edition, written))
        return finish(figure, title, alt, caption, dated(edition, rows.iloc[0]))


def height(lines: int) -> float:
    """Give the height of a figure of so many lines, in inches."""
    return max(1.9 + 0.4 * lines, 2.7)


def difference_axis(outcome: str, exposure: str, edition: Edition) -> str:
    """Label the axis of a difference: outcome, unit and step, in lines that fit."""
    label = edition.say(
        *("chart", "difference"),
        outcome=edition.title(outcome),
        unit=edition.unit(outcome, "amount"),
        per=edition.contrast(exposure, "per"),
    )
    return "\n".join(broken(line, LABEL) for line in label.splitlines())


def smallest(rows: pd.DataFrame, edition: Edition) -> float:
    """Give the smallest difference that matters, in units of the outcome."""
    models = edition.study.models
    kind = models.specifications[rows["exposure"].iloc[0]].kind
    return float(models.delta[kind] * rows["outcome_sd"].iloc[0])


def draw(axes: Axes, rows: pd.DataFrame, labels: Sequence[str], neutral: float = 0.0) -> None:
    """Draw points and intervals, the first on top, beside a line where nothing would be."""
    places = np.arange(len(rows))[::-1]
    axes.axvline(neutral, color="black", linewidth=1)
    for row, place in zip(each(rows), places, strict=True):
        colour, marker, width = _look(row.role)
        axes.plot([row.low, row.high], [place, place], color=colour, linewidth=width)
        inside = "white" if row.role == "sensitivity" else colour
        axes.plot(row.estimate, place, marker, color=colour, markersize=5.5, markerfacecolor=inside)
    axes.set_yticks(places, [broken(label, 52) for label in labels], size=7.5)
    axes.set_ylim(-0.6, len(rows) - 0.4)
    axes.grid(visible=False)


def _look(role: str) -> tuple[str, str, float]:
    if role == "placebo":
        return GREY, "s", 1.5
    return (ORANGE, "D", 1.5) if role in CHECKS else (BLUE, "o", 2.5)


def amount(value: float, rows: pd.DataFrame, edition: Edition) -> str:
    """Write a difference with as many decimals as the error of the first line has."""
    places = numbers.decimals(float(rows["std_error"].iloc[0]))
    return numbers.signed(value, edition.language, places)


def told(
    rows: pd.DataFrame,
    labels: Sequence[str],
    edition: Edition,
    written: Callable[[float, int], str],
    signs: bool = True,
) -> str:
    """Tell each line in words.

    Parameters
    ----------
    rows : DataFrame
        estimate, low, high, std_error.
    labels : sequence of str
    edition : Edition
    written : callable
        Writes an estimate with so many decimals.
    signs : bool
        Whether ends of intervals have signs.
    """
    found = []
    for row, label in zip(each(rows), labels, strict=True):
        places = numbers.decimals(row.std_error)
        ends = numbers.interval(row.low, row.high, edition.language, places, signs)
        found.append(f"{label}: {written(row.estimate, places)} ({ends}).")
    return " ".join(found)


def label_of(row: Any, first: Any, edition: Edition) -> str:
    """Say by what estimator a line was made, and in what else it differs from the first.

    Parameters
    ----------
    row, first : named tuple
        estimator, weights, controls, sample, role.
    edition : Edition
    """
    if row.estimator == "multilevel":
        return capital(sample_in_words(str(row.sample), edition))
    parts = [edition.say("estimator", row.estimator)]
    if row.role == "placebo":
        parts.insert(0, edition.say("chart", "placebo"))
    if row.weights != first.weights:
        parts.append(edition.say("table", "unweighted"))
    added = [name for name in str(row.controls).split(" + ") if name not in str(first.controls)]
    parts += [", ".join(edition.held(name) for name in added)] if any(added) else []
    parts += [] if row.sample == "main" else [sample_in_words(str(row.sample), edition)]
    return capital("; ".join(parts))
