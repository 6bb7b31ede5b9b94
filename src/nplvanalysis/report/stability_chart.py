"""Figures of what an estimate rests on: parts that are left out, and outcomes that are missing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd
from matplotlib.axes import Axes

from nplvanalysis.report.chart import BLUE, GREY, ORANGE, Chart
from nplvanalysis.report.edition import Edition
from nplvanalysis.report.strips import band, in_deltas, named, scaled, strips, usable


def unit_in_words(unit: str, edition: Edition) -> str:
    """Name what is left out: a municipality, a province, an area."""
    return edition.say("robustness", "area") if unit == "area" else edition.held(unit)


def left_out(found: Sequence[Any], edition: Edition) -> Chart:
    """Draw each estimate without one municipality, province or area at a time.

    Parameters
    ----------
    found : sequence of Checks
        `case` and `left_out` (unit, name, estimate, estimate_all) of each.
    edition : Edition

    Returns
    -------
    Chart
        One row per claim and kind of unit.

    Raises
    ------
    DataError
        If there is nothing to draw.
    """
    lines = _left_out_lines(found)
    labels, told = [], []
    for one, unit, own in lines:
        words = {"claim": named(one, edition), "unit": unit_in_words(unit, edition)}
        labels.append(edition.say("robustness", "left_out_label", **words))
        told.append(edition.say("robustness", "left_out_row", **words, **_ends(own, edition)))
    rests = sum(bool((own["scaled"].min() < 1) & (own["whole"].iloc[0] >= 1)) for *_, own in lines)
    what = edition.say("robustness", "unit")

    def draw(axes: Axes, places: list[float]) -> None:
        band(axes)
        for (_, _, own), place in zip(lines, places, strict=True):
            axes.plot(own["scaled"], [place] * len(own), "|", color=GREY, markersize=9, alpha=0.7)
            colour = ORANGE if own["scaled"].min() < 1 else BLUE
            axes.plot(own["whole"].iloc[0], place, "o", color=colour, markersize=6)

    texts = (
        edition.say("robustness", "left_out_title", count=rests, all=len(lines), what=what),
        edition.say("robustness", "left_out_alt", rows=" ".join(told)),
        edition.say("robustness", "left_out_caption"),
    )
    return strips(labels, draw, edition.say("robustness", "axis"), texts, edition)


def _left_out_lines(found: Sequence[Any]) -> list[tuple[Any, str, pd.DataFrame]]:
    lines = []
    for one in usable(found):
        if one.left_out.empty:
            continue
        values = scaled(one.left_out[["estimate", "estimate_all"]], one)
        own = one.left_out.assign(scaled=values["estimate"], whole=values["estimate_all"])
        known = own.dropna(subset=["scaled"])
        lines += [(one, str(unit), part) for unit, part in known.groupby("unit", sort=True)]
    return lines


def _ends(own: pd.DataFrame, edition: Edition) -> dict[str, str]:
    ordered = own.sort_values("scaled", kind="stable")
    first, last = ordered.iloc[0], ordered.iloc[-1]
    return {
        "low": in_deltas(first["scaled"], edition),
        "first": str(first["name"]),
        "high": in_deltas(last["scaled"], edition),
        "last": str(last["name"]),
    }


def bounds(found: Sequence[Any], edition: Edition) -> Chart:
    """Draw what each estimate could be if missing outcomes were as good or as bad as they can be.

    Parameters
    ----------
    found : sequence of Checks
        `case` and `bounds` (limits, estimate, low, high, n, missing, status), the narrow limits
        first, of each.
    edition : Edition

    Returns
    -------
    Chart
        One row per claim.

    Raises
    ------
    DataError
        If there is nothing to draw.
    """
    lines = [
        (one, one.bounds.iloc[0], one.bounds.iloc[1])
        for one in usable(found)
        if len(one.bounds) and one.bounds["status"].eq("ok").all()
    ]
    ends = [[_limits(own, one) for own in pair] for one, *pair in lines]
    labels, told = [], []
    for (one, inner, _), (narrow, wide) in zip(lines, ends, strict=True):
        words = {
            "claim": named(one, edition),
            "missing": edition.number(inner["missing"]),
            "n": edition.number(inner["n"]),
        }
        values = dict(zip(("low", "high", "lowest", "highest"), [*narrow, *wide], strict=True))
        shown = {name: in_deltas(value, edition) for name, value in values.items()}
        labels.append(edition.say("robustness", "bounds_label", **words))
        told.append(edition.say("robustness", "bounds_row", **words, **shown))

    def draw(axes: Axes, places: list[float]) -> None:
        band(axes)
        for (one, inner, _), (narrow, wide), place in zip(lines, ends, places, strict=True):
            axes.plot(wide, [place, place], color=GREY, linewidth=1)
            axes.plot(narrow, [place, place], color=GREY, linewidth=4)
            axes.plot(scaled(inner["estimate"], one), place, "o", color=BLUE, markersize=6)

    small = sum(
        narrow[0] < 1 <= scaled(inner["estimate"], one)
        for (one, inner, _), (narrow, _) in zip(lines, ends, strict=True)
    )
    texts = (
        edition.say("robustness", "bounds_title", count=int(small), all=len(lines)),
        edition.say("robustness", "bounds_alt", rows=" ".join(told)),
        edition.say("robustness", "bounds_caption"),
    )
    return strips(labels, draw, edition.say("robustness", "axis"), texts, edition)


def _limits(own: pd.Series, found: Any) -> list[float]:
    return sorted(float(scaled(own[name], found)) for name in ("low", "high"))
