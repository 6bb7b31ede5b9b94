"""Figures of the data: outcome by exposure, the distribution of tenure."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from nplvanalysis.errors import DataError
from nplvanalysis.report.chart import (
    BLUE,
    GREEN,
    GREY,
    ORANGE,
    PURPLE,
    Chart,
    broken,
    canvas,
    drawing,
    finish,
)
from nplvanalysis.report.edition import Edition
from nplvanalysis.report.results import lowered
from nplvanalysis.report.weighted import bin_means, quantiles

# Instead of a class of urbanity: all areas.
EVERY = 0
LOOKS = {
    EVERY: (BLUE, "o"),
    1: (ORANGE, "o"),
    2: (PURPLE, "s"),
    3: (BLUE, "D"),
    4: (GREEN, "^"),
    5: (GREY, "v"),
}
TENURES = ("tenure_owner", "tenure_corporation", "tenure_other")
QUARTILES = (0.25, 0.5, 0.75)


def binned_scatter(
    panel: pd.DataFrame, exposure: str, outcome: str, edition: Edition, bins: int = 10
) -> Chart:
    """Draw mean outcome by exposure, within classes of urbanity.

    Parameters
    ----------
    panel : DataFrame
        One row per area: urbanity (1 to 5), dwellings, exposure and outcome.
    exposure, outcome : str
        Columns of the dictionary.
    edition : Edition
    bins : int
        Bins of equal numbers of dwellings in each class.

    Returns
    -------
    Chart
        Dwelling-weighted means; classes with fewer than two areas per bin are left out. Where fewer
        than two classes are left, all areas are one group.

    Raises
    ------
    DataError
        If an area stands in the table twice, or nothing is left to draw.
    """
    rows = panel.dropna(subset=[exposure, outcome, "urbanity", "dwellings"])
    rows = rows[rows["dwellings"] > 0]
    twice = int(rows["code"].duplicated().sum())
    drawn = _large_classes(rows, 2 * bins)
    if twice or drawn.empty:
        raise _not_drawable(
            f"one row per area and at least {2 * bins} areas in a class of urbanity",
            f"{len(rows)} usable rows, {twice} of them areas that stand there twice",
        )
    groups = {
        int(float(str(urbanity))): bin_means(part, exposure, outcome, bins)
        for urbanity, part in drawn.groupby("urbanity")
    }
    with drawing():
        figure, (axes,) = canvas(4.4)
        for group, means in groups.items():
            colour, marker = LOOKS[group]
            look: dict[str, Any] = {
                "color": colour,
                "marker": marker,
                "markersize": 4.5,
                "linewidth": 1,
            }
            label = edition.say("chart", f"urbanity_{group}")
            axes.plot(means[exposure], means[outcome], **look, label=label)
        axes.set_xlabel(edition.axis(exposure))
        axes.set_ylabel(edition.axis(outcome))
        axes.legend(loc="lower left", bbox_to_anchor=(0, 1), ncols=3, frameon=False, fontsize=8)
        return finish(
            figure,
            _scatter_title(groups, exposure, outcome, edition),
            edition.say("chart", "scatter_alt", rows=_ranges(groups, outcome, edition)),
            _scatter_caption(len(drawn), bins, edition),
            edition,
        )


def _scatter_caption(areas: int, bins: int, edition: Edition) -> str:
    said = {"areas": edition.areas, "caveat": edition.say("caveat", "level")}
    return edition.say("chart", "scatter_caption", bins=bins, n=edition.number(areas), **said)


def _large_classes(rows: pd.DataFrame, least: int) -> pd.DataFrame:
    """Keep classes of enough areas; with fewer than two such, put all areas in one class."""
    large = rows[rows.groupby("urbanity")["code"].transform("size") >= least]
    if len(set(large["urbanity"])) > 1:
        return large
    return rows.assign(urbanity=EVERY) if len(rows) >= least else rows.iloc[:0]


def _not_drawable(expected: str, got: str) -> DataError:
    return DataError(
        "This figure cannot be drawn from this table.",
        where="nplvanalysis.report.data_charts",
        expected=expected,
        got=got,
        todo="Select one year and areas with figures before drawing.",
    )


def _scatter_title(
    groups: dict[int, pd.DataFrame], exposure: str, outcome: str, edition: Edition
) -> str:
    slopes = {
        np.sign(np.polyfit(means[exposure], means[outcome], 1)[0]) for means in groups.values()
    }
    key = {(1.0,): "together", (-1.0,): "opposite"}.get(tuple(slopes), "unclear")
    key = f"{key}_every" if EVERY in groups else key
    return edition.say(
        *("chart", "scatter_title"),
        outcome=edition.title(outcome),
        exposure=lowered(edition.title(exposure)),
        sign=edition.say("chart", key),
    )


def _ranges(groups: dict[int, pd.DataFrame], outcome: str, edition: Edition) -> str:
    return " ".join(
        edition.say(
            *("chart", "scatter_row"),
            urbanity=edition.say("chart", f"urbanity_{group}"),
            first=edition.number(means[outcome].iloc[0], 2),
            last=edition.number(means[outcome].iloc[-1], 2),
        )
        for group, means in groups.items()
    )


def tenure(panel: pd.DataFrame, edition: Edition) -> Chart:
    """Draw how dwellings are spread over areas with little and much of each tenure.

    Parameters
    ----------
    panel : DataFrame
        One row per area: dwellings and the closed shares (tenure_owner, tenure_corporation,
        tenure_other); without those the published owner share is drawn alone.
    edition : Edition

    Returns
    -------
    Chart
        One panel per tenure: thousands of dwellings by the share in their area.
    """
    found = [name for name in TENURES if name in panel and panel[name].notna().any()]
    found = found if len(found) == len(TENURES) else ["owner_occupied"]
    rows = panel.dropna(subset=["dwellings", *found])
    if rows["code"].duplicated().any() or not len(rows):
        raise _not_drawable("one row per area, with shares", f"{len(rows)} usable rows")
    weights = rows["dwellings"].to_numpy(dtype=float)
    with drawing():
        figure, panels = canvas(3.3, len(found))
        told = [
            _histogram(axes, rows[name].to_numpy(dtype=float), weights, name, edition)
            for axes, name in zip(panels, found, strict=True)
        ]
        panels[0].set_ylabel(edition.say("chart", "tenure_y"))
        return finish(
            figure,
            edition.say(
                "chart", "tenure_title", tenure=told[0]["tenure"], median=told[0]["median"]
            ),
            edition.say(
                *("chart", "tenure_alt"),
                rows=" ".join(edition.say("chart", "tenure_row", **each) for each in told),
            ),
            edition.say(
                "chart", "tenure_caption", n=edition.number(len(rows)), areas=edition.areas
            ),
            edition,
        )


def _histogram(
    axes: Axes, shares: np.ndarray, weights: np.ndarray, name: str, edition: Edition
) -> dict[str, str]:
    ends = quantiles(shares, weights, QUARTILES)
    axes.hist(
        shares, bins=list(range(0, 101, 5)), weights=weights / 1000, color=BLUE, edgecolor="white"
    )
    axes.axvline(ends[1], color="black", linewidth=1.5)
    axes.set_xlim(0, 100)
    title = edition.title(name)
    axes.set_xlabel(broken(edition.say("chart", "tenure_x", tenure=title), 30))
    low, median, high = (edition.number(end) for end in ends)
    return {"tenure": lowered(title), "low": low, "median": median, "high": high}
