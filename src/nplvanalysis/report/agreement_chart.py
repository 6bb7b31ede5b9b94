"""Figures of felt and registered unsafety: area by area, and how far reliability matters."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from nplvanalysis.errors import DataError
from nplvanalysis.report import numbers
from nplvanalysis.report.chart import BLUE, GREY, ORANGE, Chart, broken, canvas, drawing, finish
from nplvanalysis.report.edition import Edition
from nplvanalysis.report.results import each, lowered

# So many areas are named on each side of the line: those with the largest gaps.
NAMED = 3
# The height of a name, as a part of the vertical axis.
NAME = 0.035


def side_by_side(gaps: pd.DataFrame, outcome: str, edition: Edition) -> Chart:
    """Draw felt beside registered unsafety, one point per area.

    Parameters
    ----------
    gaps : DataFrame
        name, felt, registered (ranks in per cent of areas, less their mean; more is less safe),
        gap, low, high; largest gaps first. See models.safety_gap.gaps.
    outcome : str
        A column of the dictionary: what is felt.
    edition : Edition

    Returns
    -------
    Chart
        Areas whose gap is larger than its error allows stand out; the largest are named. The line
        is what registered crime makes one expect.

    Raises
    ------
    DataError
        If there are fewer than three areas.
    """
    if len(gaps) < 3:
        raise _not_drawable("at least three areas", str(len(gaps)))
    apart = (gaps["low"] > 0) | (gaps["high"] < 0)
    named = pd.concat([gaps[side].head(NAMED) for side in (gaps["gap"] > 0, gaps["gap"] < 0)])
    with drawing():
        figure, (axes,) = canvas(4.6)
        axes.axline((0, 0), slope=_slope(gaps), color="black", linewidth=1)
        axes.plot(*_of(gaps[~apart]), "o", color=GREY, markersize=4, alpha=0.6)
        axes.plot(*_of(gaps[apart]), "D", color=ORANGE, markersize=4)
        _name(axes, named)
        axes.set_xlabel(edition.say("chart", "agreement_registered"))
        axes.set_ylabel(
            broken(
                edition.say("chart", "agreement_felt", outcome=lowered(edition.title(outcome))), 40
            )
        )
        return finish(
            figure,
            edition.say(
                *("chart", "agreement_apart"),
                count=int(apart.sum()),
                n=edition.number(len(gaps)),
                areas=edition.areas,
            ),
            edition.say("chart", "agreement_alt", rows=_told(named, edition)),
            f"{edition.say('chart', 'agreement_apart_caption')} {edition.say('caveat', 'level')}",
            edition,
        )


def _name(axes: Axes, named: pd.DataFrame) -> None:
    """Write names beside their points, towards the middle, and none over another."""
    left, right = axes.get_xlim()
    bottom, top = axes.get_ylim()
    height, rows = NAME * (top - bottom), named.sort_values("felt")
    free = top - height * (len(rows) - np.arange(len(rows)))
    below = bottom
    for row, highest in zip(each(rows), free, strict=True):
        outside = row.registered > (left + right) / 2
        below = max(below + height, min(row.felt, highest))
        shift = (left - right if outside else right - left) * 0.015
        axes.annotate(
            *(row.name, (row.registered, row.felt), (row.registered + shift, below)),
            size=7,
            ha="right" if outside else "left",
            va="center",
            arrowprops={"arrowstyle": "-", "linewidth": 0.5, "color": GREY},
        )
    axes.set_xlim(left, right)
    axes.set_ylim(bottom, top)


def _slope(gaps: pd.DataFrame) -> float:
    """Slope of what registered crime makes one expect: felt less the gap."""
    expected = (gaps["felt"] - gaps["gap"]).to_numpy(float)
    registered = gaps["registered"].to_numpy(float)
    return float(expected @ registered / (registered @ registered))


def _of(gaps: pd.DataFrame) -> tuple[pd.Series, pd.Series]:
    return gaps["registered"], gaps["felt"]


def _told(named: pd.DataFrame, edition: Edition) -> str:
    return " ".join(
        edition.say(
            *("chart", "agreement_row"),
            name=row.name,
            gap=numbers.signed(row.gap, edition.language, 0),
            interval=numbers.interval(row.low, row.high, edition.language, 0),
        )
        for row in each(named)
    )


def reliabilities(
    found: pd.DataFrame, ends: list[float], outcome: str, exposure: str, edition: Edition
) -> Chart:
    """Draw an estimate over the reliabilities that registered crime may have.

    Parameters
    ----------
    found : DataFrame
        reliability, estimate, low, high, status; see models.gap.over_reliabilities. Those that
        could not be estimated are left out.
    ends : list of float
        The reliabilities that the estimate of the row lies between, the highest first; see
        models.gap.reliabilities.
    outcome : str
        A column of the dictionary.
    exposure : str
        A specification of the study.
    edition : Edition

    Returns
    -------
    Chart

    Raises
    ------
    DataError
        If fewer than two could be estimated.
    """
    rows = found[found["status"] == "ok"].sort_values("reliability")
    if len(rows) < 2:
        raise _not_drawable("at least two reliabilities", str(len(rows)))
    places = numbers.decimals(float(rows["std_error"].max()))
    told = [
        f"{edition.number(row.reliability, _places(ends))}: "
        f"{numbers.signed(row.estimate, edition.language, places)} "
        f"({numbers.interval(row.low, row.high, edition.language, places)})."
        for row in each(rows)
    ]
    with drawing():
        figure, (axes,) = canvas(4.4)
        axes.fill_between(
            rows["reliability"], rows["low"], rows["high"], color=BLUE, alpha=0.25, linewidth=0
        )
        axes.plot(rows["reliability"], rows["estimate"], "o-", color=BLUE, markersize=4)
        axes.axhline(0, color="black", linewidth=1)
        for end in ends:
            axes.axvline(end, color="black", linewidth=1, linestyle="--")
        axes.set_xlabel(edition.say("chart", "reliability_x"))
        unit, per = edition.unit(outcome, "amount"), edition.contrast(exposure, "per")
        label = edition.say(
            "chart", "difference", outcome=edition.title(outcome), unit=unit, per=per
        )
        axes.set_ylabel(broken(label, 44), size=8)
        return finish(
            figure,
            edition.say("chart", "reliability_title"),
            edition.say("chart", "reliability_alt", rows=" ".join(told)),
            edition.say("chart", "reliability_caption", ends=_ends(ends, edition)),
            edition,
        )


def _ends(ends: list[float], edition: Edition) -> str:
    places = _places(ends)
    most, least = (edition.number(one, places) for one in (ends[0], ends[-1]))
    key = "reliability_end"
    if len(ends) > 1:
        key = "reliability_same" if np.isclose(ends[0], ends[1]) else "reliability_ends"
    return edition.say("chart", key, most=most, least=least)


def _places(ends: list[float]) -> int:
    """Decimals that tell reliabilities apart, however near they lie to 1."""
    return max(2, numbers.decimals(1 - min(ends)))


def _not_drawable(expected: str, got: str) -> DataError:
    return DataError(
        "This figure of felt and registered safety cannot be drawn.",
        where="nplvanalysis.report.agreement_chart",
        expected=expected,
        got=got,
        todo="Draw only where both were measured.",
    )
