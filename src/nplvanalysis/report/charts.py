"""Figures of estimates: the variants of one, and the five parts of the score."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from nplvanalysis.errors import DataError
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
from nplvanalysis.report.fits import labels_of
from nplvanalysis.report.lines_chart import lines, told
from nplvanalysis.report.results import (
    ASSOCIATION,
    FIT,
    capital,
    caveats,
    difference,
    each,
    widest,
    years_of,
)

DIMENSIONS = ("fys", "onv", "soc", "vrz", "won")
TOTALS = ("afw", "lbm")
MADE_OF_HOUSING = "won"


def forest(estimates: pd.DataFrame, edition: Edition) -> Chart:
    """Draw one estimate and its gates, each with its interval.

    Parameters
    ----------
    estimates : DataFrame
        Rows of one hypothesis, outcome and exposure, any kinds of standard error.
    edition : Edition

    Returns
    -------
    Chart
        One line per variant that could be estimated, with its widest interval; the band marks
        differences smaller than the smallest that matters.

    Raises
    ------
    DataError
        If there is no fit, or more than one outcome or exposure.
    """
    rows = one_contrast(estimates)
    caution = caveats(str(rows["outcome"].iloc[0]), edition, years_of(rows))
    caption = f"{edition.say('chart', 'forest_caption')} {caution}"
    return lines(rows, labels_of(rows, edition), _forest_title(rows, edition), caption, edition)


def one_contrast(estimates: pd.DataFrame) -> pd.DataFrame:
    """Keep the fits of one row of the register, one line each, the one that decides first.

    Raises
    ------
    DataError
        If there is no fit, or more than one row of the register.
    """
    rows = widest(estimates)
    rows = rows[rows["status"] == "ok"].sort_values("role", key=_rank, kind="stable")
    # A decomposition row may repeat the fit that decides; it is drawn once, under its first role.
    rows = rows.drop_duplicates([name for name in FIT if name not in ("hypothesis", "role")])
    rows = rows.reset_index(drop=True)
    kinds = rows[ASSOCIATION].drop_duplicates()
    if len(kinds) != 1:
        raise DataError(
            "A forest plot needs the variants of one estimate.",
            where="nplvanalysis.report.charts.forest",
            expected="rows of one hypothesis, outcome and exposure, at least one estimated",
            got=f"{len(kinds)} of them: {kinds.to_dict('records')[:5]}",
            todo="Select the rows of one hypothesis before drawing.",
        )
    return rows


def _rank(roles: pd.Series) -> pd.Series:
    order = ("primary", "instrument", "secondary", "decomposition", "gate", "sensitivity")
    return roles.map({role: place for place, role in enumerate(order)})


def _forest_title(rows: pd.DataFrame, edition: Edition) -> str:
    signs = np.sign(rows["estimate"])
    wide = int(((rows["low"] <= 0) & (rows["high"] >= 0)).sum())
    key = "forest_split" if signs.min() < signs.max() else "forest_most" if wide else "forest_all"
    return edition.say(
        *("chart", key),
        outcome=capital(edition.outcome(rows["outcome"].iloc[0])),
        direction=edition.say("direction", "higher" if signs.iloc[0] > 0 else "lower"),
        per=edition.contrast(rows["exposure"].iloc[0], "per"),
        count=len(rows),
        wide=wide,
    )


def five_bars(estimates: pd.DataFrame, edition: Edition) -> Chart:
    """Draw an effect on the score as five signed bars and their sum.

    Parameters
    ----------
    estimates : DataFrame
        One fit per dimension (fys, onv, soc, vrz, won), of one exposure and one weighting; with
        or without the total (afw or lbm).
    edition : Edition

    Returns
    -------
    Chart
        `won` is hatched and named as the part certainly made of housing.

    Raises
    ------
    DataError
        If a dimension is missing, stands there twice or was not estimated.
    """
    rows = widest(estimates[estimates["status"] == "ok"])
    found = rows["outcome"].tolist()
    if sorted(set(found) - set(TOTALS)) != sorted(DIMENSIONS) or len(set(found)) != len(found):
        raise DataError(
            "The five bars need one estimate for each dimension.",
            where="nplvanalysis.report.charts.five_bars",
            expected=f"{', '.join(DIMENSIONS)}, each once; {' or '.join(TOTALS)} beside them",
            got=", ".join(found) or "no estimates",
            todo="Select one exposure and one weighting before drawing.",
        )
    order = {name: place for place, name in enumerate((*DIMENSIONS, *TOTALS))}
    rows = rows.sort_values("outcome", key=lambda names: names.map(order)).reset_index(drop=True)
    with drawing():
        return _bars(rows, edition)


def _bars(rows: pd.DataFrame, edition: Edition) -> Chart:
    figure, (axes,) = canvas(1.75 + 0.4 * len(rows))
    labels = [_part(name, edition) for name in rows["outcome"]]
    places = np.arange(len(rows))[::-1]
    for row, place in zip(each(rows), places, strict=True):
        _bar(axes, row, place)
    axes.axvline(0, color="black", linewidth=1)
    axes.set_yticks(places, [broken(label, 34) for label in labels])
    axes.grid(visible=False, axis="y")
    per = edition.contrast(rows["exposure"].iloc[0], "per")
    axes.set_xlabel(broken(edition.say("chart", "bars_axis", per=per), LABEL))
    parts = rows[rows["outcome"].isin(DIMENSIONS)]
    largest = parts["outcome"].iloc[int(parts["estimate"].abs().argmax())]

    def written(value: float, places: int) -> str:
        return difference(value, largest, edition, places)

    return finish(
        figure,
        edition.say("chart", "bars_title", largest=_part(largest, edition), per=per),
        edition.say("chart", "bars_alt", rows=told(rows, labels, edition, written)),
        f"{edition.say('chart', 'bars_caption', own=edition.say('caveat', 'own'))} "
        f"{edition.say('caveat', 'level')}",
        edition,
    )


def _part(outcome: str, edition: Edition) -> str:
    if outcome in TOTALS:
        return edition.say("chart", "bars_total")
    title = edition.title(outcome).removeprefix("Leefbaarometer ")
    own = f" ({edition.say('caveat', 'own')})" if outcome == MADE_OF_HOUSING else ""
    return f"{title}{own}"


def _bar(axes: Axes, row: Any, place: float) -> None:
    own, total = row.outcome == MADE_OF_HOUSING, row.outcome in TOTALS
    colour = GREY if total else ORANGE if own else BLUE
    look: dict[str, Any] = {
        "facecolor": "white" if own else colour,
        "hatch": "////" if own else None,
    }
    axes.barh(place, row.estimate, 0.62, edgecolor=colour, **look)
    axes.plot([row.low, row.high], [place, place], color="black", linewidth=1.5)
    for end in (row.low, row.high):
        axes.plot([end, end], [place - 0.12, place + 0.12], color="black", linewidth=1.5)
