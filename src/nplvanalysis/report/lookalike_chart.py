"""Figures of look-alikes: how stable the ranking is, and how alike the areas are."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from nplvanalysis.errors import DataError
from nplvanalysis.report import numbers
from nplvanalysis.report.chart import (
    BLUE,
    GREY,
    ORANGE,
    Chart,
    broken,
    canvas,
    drawing,
    finish,
)
from nplvanalysis.report.edition import Edition
from nplvanalysis.report.results import each

# Areas drawn, the places that count as the top, and how often an area must be among them.
SHOWN = 20
TOP = 10
OFTEN = 80.0
# Standardised differences up to here count as balanced.
BALANCED = 0.1


def rank_stability(areas: pd.DataFrame, comparisons: int, edition: Edition) -> Chart:
    """Draw the ranks of the areas that are most often among the nearest ten.

    Parameters
    ----------
    areas : DataFrame
        name, municipality_name, share_top, rank_median, rank_low, rank_10, rank_90, rank_high,
        listed; the first are drawn.
    comparisons : int
        How many comparisons there are.
    edition : Edition

    Returns
    -------
    Chart
        Left the ranks: all (thin), the middle 80 % (thick) and the median; right how often among
        the nearest ten. Areas on the list are blue.

    Raises
    ------
    DataError
        If there is no area.
    """
    rows = areas.head(SHOWN).reset_index(drop=True)
    if rows.empty:
        raise _nothing("areas of a region outside the programme")
    labels = [_label(row) for row in each(rows)]
    places = np.arange(len(rows))[::-1]
    with drawing():
        figure, (left, right) = canvas(2.0 + 0.24 * len(rows), columns=2)
        for row, place in zip(each(rows), places, strict=True):
            _ranks(left, row, float(place))
            right.barh(place, 100 * row.share_top, 0.62, color=BLUE if row.listed else GREY)
        left.axvline(TOP, color="black", linewidth=1, linestyle=":")
        left.set_xscale("log")
        left.set_xticks([1, 10, 100], ["1", "10", "100"])
        left.set_yticks(places, [broken(label, 34) for label in labels], size=7.5)
        left.set_xlabel(edition.say("chart", "lookalikes_ranks"))
        right.axvline(OFTEN, color="black", linewidth=1, linestyle=":")
        right.set_xlim(0, 100)
        right.set_xlabel(broken(edition.say("chart", "lookalikes_often"), 34))
        for axes in (left, right):
            axes.grid(visible=False, axis="y")
        return finish(
            figure,
            _title(areas, edition),
            edition.say("chart", "lookalikes_alt", rows=" ".join(_told(rows, labels, edition))),
            edition.say(
                *("chart", "lookalikes_caption"),
                count=edition.number(comparisons),
                n=edition.number(len(areas)),
                areas=edition.areas,
            ),
            edition,
        )


def _nothing(expected: str) -> DataError:
    return DataError(
        "There is nothing to draw.",
        where="nplvanalysis.report.lookalike_chart",
        expected=expected,
        got="an empty table",
        todo="Draw only where look-alikes could be sought.",
    )


def _label(row: object) -> str:
    return f"{row.name}, {row.municipality_name}"  # type: ignore[attr-defined]


def _ranks(axes: Axes, row: object, place: float) -> None:
    colour = BLUE if row.listed else GREY  # type: ignore[attr-defined]
    for low, high, width in (("rank_low", "rank_high", 0.8), ("rank_10", "rank_90", 3.0)):
        ends = [getattr(row, low), getattr(row, high)]
        axes.plot(ends, [place, place], color=colour, linewidth=width)
    axes.plot(row.rank_median, place, "o", color=colour, markersize=5)  # type: ignore[attr-defined]


def _title(areas: pd.DataFrame, edition: Edition) -> str:
    count, n = int(areas["listed"].sum()), edition.number(len(areas))
    key = "lookalikes_title" if count else "lookalikes_title_none"
    return edition.say("chart", key, count=edition.number(count), n=n, areas=edition.areas)


def _told(rows: pd.DataFrame, labels: list[str], edition: Edition) -> list[str]:
    return [
        edition.say(
            *("chart", "lookalikes_row"),
            area=label,
            share=edition.number(100 * row.share_top),
            median=edition.number(row.rank_median),
            low=edition.number(row.rank_low),
            high=edition.number(row.rank_high),
        )
        for row, label in zip(each(rows), labels, strict=True)
    ]


def balance(table: pd.DataFrame, edition: Edition) -> Chart:
    """Draw standardised differences from the focus areas, before and after choosing.

    Parameters
    ----------
    table : DataFrame
        column, smd_before, smd_after.
    edition : Edition

    Returns
    -------
    Chart
        One line per feature; the band marks differences that count as balanced.

    Raises
    ------
    DataError
        If there is no feature.
    """
    if table.empty:
        raise _nothing("features with their standardised differences")
    labels = [feature(name, edition) for name in table["column"]]
    places = np.arange(len(table))[::-1]
    with drawing():
        figure, (axes,) = canvas(2.1 + 0.28 * len(table))
        axes.axvspan(-BALANCED, BALANCED, color="#e3e3e3", zorder=0)
        axes.axvline(0, color="black", linewidth=1)
        looks = {"before": (GREY, "D"), "after": (ORANGE, "o")}
        for when, (colour, marker) in looks.items():
            label = edition.say("chart", f"balance_{when}")
            axes.plot(
                *(table[f"smd_{when}"], places, marker), color=colour, label=label, markersize=6
            )
        axes.set_yticks(places, [broken(label, 34) for label in labels], size=8)
        axes.set_xlabel(edition.say("chart", "balance_axis"))
        axes.legend(loc="lower left", bbox_to_anchor=(0, 1), ncols=2, frameon=False, fontsize=8)
        count = int(table["smd_after"].abs().lt(BALANCED).sum())
        return finish(
            figure,
            edition.say("chart", "balance_title", count=count, all=len(table)),
            edition.say("chart", "balance_alt", rows=" ".join(_smds(table, labels, edition))),
            edition.say("chart", "balance_caption"),
            edition,
        )


def feature(column: str, edition: Edition) -> str:
    """Name a feature of the profile."""
    return edition.say("lookalike", "density") if column == "density" else edition.title(column)


def _smds(table: pd.DataFrame, labels: list[str], edition: Edition) -> list[str]:
    return [
        edition.say(
            *("chart", "balance_row"),
            feature=label,
            before=numbers.signed(row.smd_before, edition.language, 2),
            after=numbers.signed(row.smd_after, edition.language, 2),
        )
        for row, label in zip(each(table), labels, strict=True)
    ]
