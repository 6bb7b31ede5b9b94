"""Figures of what could mislead: omitted variables, spatial noise, other outcomes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from nplvanalysis.report import numbers
from nplvanalysis.report.chart import BLUE, GREY, ORANGE, Chart
from nplvanalysis.report.edition import Edition
from nplvanalysis.report.results import each
from nplvanalysis.report.strips import band, in_deltas, named, scaled, strips, usable

# The usual share of noise that an estimate must stand out from.
MOST = 0.95
# Yardsticks drawn of each claim: those that would take most.
STRONGEST = 2
_LOOK: Any = {"color": ORANGE, "size": 6.5, "weight": "bold"}


def yardsticks(found: Sequence[Any], edition: Edition) -> Chart:
    """Draw what omitted variables as strong as observed ones would leave of each estimate.

    Parameters
    ----------
    found : sequence of Checks
        `case` and `yardsticks` (benchmark, multiple, estimate, adjusted, status) of each.
    edition : Edition

    Returns
    -------
    Chart
        One row per claim and yardstick; what lies far off is an arrow.

    Raises
    ------
    DataError
        If there is nothing to draw.
    """
    lines = [line for one in usable(found) for line in _strongest(one)]
    labels = [
        edition.say(
            *("robustness", "yardstick"),
            claim=named(one, edition),
            benchmark=edition.held(name),
        )
        for one, name, _ in lines
    ]
    scales = [scaled(own[["estimate", "adjusted"]], one) for one, _, own in lines]
    once = [own.iloc[0] for own in scales]
    told = [
        edition.say(
            *("robustness", "yardsticks_row"),
            claim=named(one, edition),
            benchmark=edition.held(name),
            estimate=in_deltas(own["estimate"], edition),
            once=in_deltas(own["adjusted"], edition),
        )
        for (one, name, _), own in zip(lines, once, strict=True)
    ]
    fallen = sum(own["adjusted"] < 1 <= own["estimate"] for own in once)
    texts = _texts("yardsticks", fallen, told, edition)
    axis = edition.say("robustness", "axis")

    def draw(axes: Axes, places: list[float]) -> None:
        _yardsticks(axes, places, scales)

    return strips(labels, draw, axis, texts, edition)


def _strongest(one: Any) -> list[tuple[Any, str, pd.DataFrame]]:
    """Pick the yardsticks that would take most, once, by multiple of their strength."""
    if one.yardsticks.empty:
        return []
    fine = one.yardsticks[one.yardsticks["status"] == "ok"]
    parts = [
        (one, str(name), own.set_index("multiple").sort_index())
        for name, own in fine.groupby("benchmark", sort=False)
    ]
    # What works against an estimate takes from it whatever its sign.
    taken = np.array([abs((own["adjusted"] - own["estimate"]).iloc[0]) for *_, own in parts])
    return [parts[place] for place in np.argsort(-taken, kind="stable")[:STRONGEST]]


def _texts(name: str, count: int, told: list[str], edition: Edition) -> tuple[str, str, str]:
    """Give title, text alternative and caption; the title counts."""
    return (
        edition.say("robustness", f"{name}_title", count=int(count), all=len(told)),
        edition.say("robustness", f"{name}_alt", rows=" ".join(told)),
        edition.say("robustness", f"{name}_caption"),
    )


def _yardsticks(axes: Axes, places: list[float], scales: list[pd.DataFrame]) -> None:
    estimates = [float(own["estimate"].iloc[0]) for own in scales]
    room = 0.05 * max(map(abs, estimates))
    least, most = min(-2.0, *estimates) - room, max(2.0, *estimates) + room
    band(axes)
    for place, own, estimate in zip(places, scales, estimates, strict=True):
        within = own["adjusted"].between(least, most, inclusive="neither")
        inside, beyond = own[within], own[~within]
        # The weakest comes first, so the last lies farthest from the estimate.
        end = float(own["adjusted"].clip(least, most).iloc[-1])
        axes.plot([end, estimate], [place, place], color=GREY, linewidth=0.8)
        axes.plot(estimate, place, "o", color=BLUE, markersize=6)
        # The weakest comes last, on top where they lie close together.
        for multiple, left in inside["adjusted"].iloc[::-1].items():
            axes.plot(left, place, "D", color="white", markeredgecolor=ORANGE, markersize=9)
            axes.text(left, place, str(multiple), ha="center", va="center", **_LOOK)
        if len(beyond):
            marker, shift, side = ("<", 7, "left") if end == least else (">", -7, "right")
            axes.plot(end, place, marker, color=ORANGE, markersize=8)
            axes.annotate(
                *(", ".join(map(str, beyond.index)), (end, place)),
                xytext=(shift, 3),
                textcoords="offset points",
                ha=side,
                **_LOOK,
            )
    axes.set_xlim(least - room, most + room)


def placebo(found: Sequence[Any], edition: Edition) -> Chart:
    """Draw each estimate beside what spatial noise gives in its place.

    Parameters
    ----------
    found : sequence of Checks
        `case` and `placebo` (t, drawn, rank, taken_for_real) of each.
    edition : Edition

    Returns
    -------
    Chart
        One row per claim; those without a placebo are left out.

    Raises
    ------
    DataError
        If there is nothing to draw.
    """
    drawn = [one for one in usable(found) if one.placebo is not None]
    sizes = [np.abs(one.placebo.drawn) for one in drawn]
    limits = [float(np.quantile(size, MOST)) for size in sizes]
    told = [
        edition.say(
            *("robustness", "placebo_row"),
            claim=named(one, edition),
            t=edition.number(abs(one.placebo.t), 1),
            rank=edition.number(one.placebo.rank),
            draws=edition.number(1 + len(one.placebo.drawn)),
            limit=edition.number(limit, 1),
            share=edition.number(100 * one.placebo.taken_for_real),
        )
        for one, limit in zip(drawn, limits, strict=True)
    ]
    over = sum(abs(one.placebo.t) > limit for one, limit in zip(drawn, limits, strict=True))

    def draw(axes: Axes, places: list[float]) -> None:
        for one, size, limit, place in zip(drawn, sizes, limits, places, strict=True):
            axes.plot([0, size.max()], [place, place], color=GREY, linewidth=0.8)
            axes.plot([0, limit], [place, place], color=GREY, linewidth=4)
            colour = BLUE if abs(one.placebo.t) > limit else ORANGE
            axes.plot(abs(one.placebo.t), place, "o", color=colour, markersize=7)
        axes.set_xlim(left=0)

    axis = edition.say("robustness", "placebo_axis")
    labels = [named(one, edition) for one in drawn]
    return strips(labels, draw, axis, _texts("placebo", over, told, edition), edition)


def controls(found: Sequence[Any], edition: Edition) -> Chart:
    """Draw outcomes that a claim says nothing about, each with its widest interval.

    Parameters
    ----------
    found : sequence of Checks
        `case` and `controls` (outcome, held, estimate, std_error, low, high, outcome_sd) of each.
    edition : Edition

    Returns
    -------
    Chart
        In smallest differences that matter of the control; no direction is expected of it.

    Raises
    ------
    DataError
        If there is nothing to draw.
    """
    lines = [(one, row) for one in usable(found) for row in each(_widest(one.controls))]
    labels = [f"{named(one, edition)}\n→ {_control(row, edition)}" for one, row in lines]
    ends = [
        np.array([row.estimate, row.low, row.high])
        / (one.case.delta / one.case.about["outcome_sd"] * row.outcome_sd)
        for one, row in lines
    ]
    told = [
        edition.say(
            *("robustness", "controls_row"),
            claim=named(one, edition),
            outcome=_control(row, edition),
            estimate=in_deltas(own[0], edition),
            interval=numbers.interval(own[1], own[2], edition.language, 1),
        )
        for (one, row), own in zip(lines, ends, strict=True)
    ]

    def draw(axes: Axes, places: list[float]) -> None:
        band(axes)
        for own, place in zip(ends, places, strict=True):
            colour = ORANGE if own[1] * own[2] > 0 else BLUE
            axes.plot(own[1:], [place, place], color=colour, linewidth=2)
            axes.plot(own[0], place, "o", color=colour, markersize=6)

    # Claims can share a control and its regression, which counts once.
    first = {_regression(one, row): row.low * row.high > 0 for one, row in lines if not row.held}
    _, alt, caption = _texts("controls", 0, told, edition)
    count = sum(first.values())
    title = edition.say("robustness", "controls_title", count=count, all=len(first))
    axis = edition.say("robustness", "controls_axis")
    return strips(labels, draw, axis, (title, alt, caption), edition)


def _regression(found: Any, row: Any) -> tuple[object, ...]:
    """Tell regressions of controls apart, whatever claim they were made for."""
    asked = ("exposure", "subset", "year_first", "year_exposure")
    own = (found.case.about[name] for name in asked)
    return (row.outcome, row.year_outcome, f"{row.estimate:.9g}", *own)


def _control(row: Any, edition: Edition) -> str:
    title = edition.title(row.outcome)
    return edition.say("robustness", "controls_held", outcome=title) if row.held else title


def _widest(table: pd.DataFrame) -> pd.DataFrame:
    """Keep, of every control that could be estimated, the row with the largest error."""
    if table.empty:
        return table
    fine = table[table["status"].eq("ok") & table["outcome_sd"].gt(0)]
    return (
        fine.sort_values("std_error", ascending=False)
        .drop_duplicates(["outcome", "held"])
        .sort_index()
    )
