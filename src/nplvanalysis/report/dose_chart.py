"""The figure of a curve: how an outcome differs along a share, with the band that holds it all."""

from __future__ import annotations

from typing import Any

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
from nplvanalysis.report.results import caveats, each, lowered

# A bend is called one below this probability.
BENT = 0.05


def dose_response(curve: Any, edition: Edition) -> Chart:
    """Draw a curve, its pointwise interval and its simultaneous band.

    Parameters
    ----------
    curve : models.dose_response.Curve
        points (share, difference, straight, low, high, band_low, band_high), outcome, exposure,
        reference, deciles, p, level, n.
    edition : Edition

    Returns
    -------
    Chart
        Difference from areas with the median share; ticks at its foot are the deciles of dwellings.

    Raises
    ------
    DataError
        If the curve has fewer than two points.
    """
    points = curve.points
    if len(points) < 2:
        raise DataError(
            "A curve needs at least two points.",
            where="nplvanalysis.report.dose_chart",
            expected="the curve of nplvanalysis.models.dose_response",
            got=f"{len(points)} points",
            todo="Estimate the curve before drawing it.",
        )
    reference = edition.number(curve.reference)
    with drawing():
        figure, (axes,) = canvas(4.2)
        _lines(axes, points, curve.deciles, edition)
        axes.set_xlabel(edition.axis(curve.exposure))
        outcome, unit = edition.title(curve.outcome), edition.unit(curve.outcome, "amount")
        label = edition.say("chart", "dose_axis", outcome=outcome, unit=unit, reference=reference)
        axes.set_ylabel(broken(label, 38))
        axes.legend(loc="lower left", bbox_to_anchor=(0, 1), ncols=2, frameon=False, fontsize=8)
        return finish(
            figure,
            _title(curve, edition),
            edition.say("chart", "dose_alt", rows=_told(points, curve.outcome, edition)),
            edition.say(
                *("chart", "dose_caption"),
                n=edition.number(curve.n),
                areas=edition.areas,
                reference=reference,
                level=numbers.level(1 - curve.level, edition.language),
                caveat=caveats(curve.outcome, edition),
            ),
            edition,
        )


def _lines(axes: Axes, points: pd.DataFrame, deciles: tuple[float, ...], edition: Edition) -> None:
    share = points["share"]
    ends = {"dose_band": ("band_low", "band_high", 0.16), "dose_pointwise": ("low", "high", 0.36)}
    for name, (low, high, alpha) in ends.items():
        look: dict[str, Any] = {"color": BLUE, "linewidth": 0, "alpha": alpha}
        label = edition.say("chart", name)
        axes.fill_between(share, points[low], points[high], **look, label=label)
    lines = {"dose_curve": ("difference", BLUE, "-"), "dose_straight": ("straight", ORANGE, "--")}
    for name, (column, colour, style) in lines.items():
        axes.plot(share, points[column], style, color=colour, label=edition.say("chart", name))
    axes.axhline(0, color="black", linewidth=1)
    foot: dict[str, Any] = {"transform": axes.get_xaxis_transform(), "clip_on": False}
    axes.plot(deciles, np.zeros(len(deciles)), "|", color=GREY, markersize=9, **foot)


def _title(curve: Any, edition: Edition) -> str:
    small = curve.p < 0.001
    p = numbers.number(0.001 if small else curve.p, edition.language, 3 if curve.p < 0.1 else 2)
    return edition.say(
        *("chart", "dose_bent" if curve.p < BENT else "dose_unbent"),
        outcome=edition.title(curve.outcome),
        exposure=lowered(edition.title(curve.exposure)),
        p=f"{'<' if small else '='} {p}",
    )


def _told(points: pd.DataFrame, outcome: str, edition: Edition) -> str:
    rows = points.iloc[np.linspace(0, len(points) - 1, 5).round().astype(int)]
    places = numbers.decimals(float(points["std_error"].max()))
    return " ".join(
        edition.say(
            *("chart", "dose_row"),
            share=edition.number(row.share),
            difference=numbers.signed(row.difference, edition.language, places),
            unit=edition.unit(outcome, "amount"),
            interval=numbers.interval(row.band_low, row.band_high, edition.language, places),
        )
        for row in each(rows)
    )
