"""Figures with one row per claim, in smallest differences that matter: the frame they share."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes

from nplvanalysis.errors import DataError
from nplvanalysis.report import numbers
from nplvanalysis.report.chart import LABEL, Chart, broken, canvas, drawing, finish
from nplvanalysis.report.edition import Edition

# Characters in a line of a row's label.
LINE = 40


def usable(found: Sequence[Any]) -> list[Any]:
    """Keep the checks of rows that could be estimated and have a smallest difference."""
    return [one for one in found if one.case.status == "ok" and one.case.delta > 0]


def named(found: Any, edition: Edition) -> str:
    """Name a claim: hypothesis and outcome."""
    title = edition.title(found.case.row.outcome)
    return edition.say("robustness", "label", hypothesis=found.case.hypothesis, outcome=title)


def scaled(values: Any, found: Any) -> Any:
    """Put estimates in smallest differences that matter, positive as the claim expects."""
    return values * found.case.row.sign / found.case.delta


def in_deltas(value: float, edition: Edition) -> str:
    """Write a number of smallest differences."""
    return numbers.signed(value, edition.language, 1)


def band(axes: Axes) -> None:
    """Mark what is too small to matter."""
    axes.axvspan(-1, 1, color="#e3e3e3", zorder=0)
    axes.axvline(0, color="black", linewidth=1)


def strips(
    labels: Sequence[str],
    draw: Callable[[Axes, list[float]], None],
    axis: str,
    texts: tuple[str, str, str],
    edition: Edition,
) -> Chart:
    """Draw one row per label.

    Parameters
    ----------
    labels : sequence of str
        From top to bottom; lines in it are kept.
    draw : callable
        Gets the axes and the height of each row.
    axis : str
        Label of the horizontal axis.
    texts : tuple of str
        Title, text alternative, caption.
    edition : Edition

    Returns
    -------
    Chart

    Raises
    ------
    DataError
        If there is no row.
    """
    if not labels:
        raise DataError(
            "There is nothing to draw.",
            where="nplvanalysis.report.strips",
            expected="checks of a claim that could be estimated",
            got="none",
            todo="Draw only where a claim is decided by one cross-section.",
        )
    shown = ["\n".join(broken(line, LINE) for line in label.splitlines()) for label in labels]
    heights = [0.16 + 0.15 * (1 + label.count("\n")) for label in shown]
    # Rows with longer labels are higher: each is placed at the middle of its own height.
    ends = np.cumsum([0.0, *heights])
    places = [float(place) for place in -(ends[:-1] + ends[1:]) / 2]
    with drawing():
        figure, (axes,) = canvas(1.9 + float(ends[-1]))
        draw(axes, places)
        axes.set_yticks(places, shown, size=8)
        axes.set_ylim(-float(ends[-1]) - 0.05, 0.05)
        axes.grid(visible=False, axis="y")
        axes.set_xlabel(broken(axis, LABEL))
        return finish(figure, *texts, edition)
