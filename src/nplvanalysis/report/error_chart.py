"""The figure of standard errors: one estimate, its error by every convention and cut-off."""

from __future__ import annotations

from typing import Any

import pandas as pd
from matplotlib.axes import Axes

from nplvanalysis.errors import DataError
from nplvanalysis.report import numbers
from nplvanalysis.report.chart import (
    BLUE,
    GREEN,
    ORANGE,
    PURPLE,
    Chart,
    broken,
    canvas,
    drawing,
    finish,
)
from nplvanalysis.report.edition import Edition
from nplvanalysis.report.results import capital, each

COLOURS = {"CR1": ORANGE, "CR3": PURPLE, "HC3": GREEN}
DASHES = {"CR1": "--", "CR3": "-.", "HC3": ":"}


def errors(table: pd.DataFrame, row: Any, edition: Edition) -> Chart:
    """Draw the error of one estimate against the cut-off of Conley's, the others as lines.

    Parameters
    ----------
    table : DataFrame
        From `models.cutoffs.errors_by_cutoff`.
    row : registers.Row
        Outcome and specification.
    edition : Edition

    Returns
    -------
    Chart
        Errors that count for the verdict are filled; where none does, the title says so.

    Raises
    ------
    DataError
        If there is no error.
    """
    if table.empty:
        raise DataError(
            "There is no standard error to draw.",
            where="nplvanalysis.report.error_chart",
            expected="the errors of nplvanalysis.models.cutoffs",
            got="an empty table",
            todo="Draw only where an estimate was made.",
        )
    places = numbers.decimals(float(table["std_error"].max()))
    unit, decided = edition.unit(row.outcome, "amount"), bool(table["decides"].any())
    with drawing():
        figure, (axes,) = canvas(3.7)
        _draw(axes, table, edition)
        axes.set_xlabel(edition.say("chart", "errors_x"))
        axes.set_ylabel(broken(edition.say("chart", "errors_y", unit=unit), 34))
        axes.set_ylim(bottom=0)
        axes.legend(loc="lower left", bbox_to_anchor=(0, 1), ncols=3, frameon=False, fontsize=7.5)
        return finish(
            figure,
            _title(table, row, edition, places),
            edition.say("chart", "errors_alt", rows=" ".join(_told(table, edition, places))),
            edition.say(
                *("chart", "errors_caption"),
                estimate=f"{_signed(table['estimate'].iloc[0], edition, places)} {unit}",
                per=edition.contrast(row.specification, "per"),
                n=edition.number(table["n"].iloc[0]),
                areas=edition.areas,
                rule=edition.say("chart", "errors_rule" if decided else "errors_rule_few"),
            ),
            edition,
        )


def _title(table: pd.DataFrame, row: Any, edition: Edition, places: int) -> str:
    if not table["decides"].any():
        ends = {"least": table["std_error"].min(), "highest": table["std_error"].max()}
        told = {name: edition.number(end, places) for name, end in ends.items()}
        return edition.say(
            *("chart", "errors_title_few"), outcome=capital(edition.title(row.outcome)), **told
        )
    largest = table[table["decides"]].sort_values("std_error").iloc[-1]
    rest = table.drop(index=largest.name)
    return edition.say(
        *("chart", "errors_title"),
        outcome=capital(edition.title(row.outcome)),
        least=edition.number(rest["std_error"].min(), places),
        most=edition.number(largest["std_error"], places),
        highest=edition.number(rest["std_error"].max(), places),
        kind=_kind(largest),
    )


def _signed(value: float, edition: Edition, places: int) -> str:
    return numbers.signed(value, edition.language, places)


def _draw(axes: Axes, table: pd.DataFrame, edition: Edition) -> None:
    spatial = table[table["cutoff"].notna()]
    axes.plot(spatial["cutoff"], spatial["std_error"], color=BLUE, linewidth=1)
    for counts, key in ((True, "errors_counts"), (False, "errors_beside")):
        own = spatial[spatial["decides"] == counts]
        axes.plot(
            *(own["cutoff"], own["std_error"], "o"),
            color=BLUE,
            markerfacecolor=BLUE if counts else "white",
            label=f"Conley: {edition.say('chart', key)}" if len(own) else None,
        )
    for row in each(table[table["cutoff"].isna()]):
        look: dict[str, Any] = {
            "color": COLOURS[row.kind],
            "linestyle": DASHES[row.kind],
            "linewidth": 1.6,
        }
        axes.axhline(row.std_error, label=row.kind, **look)
    if len(spatial):
        axes.set_xscale("log")
        ticks = [f"{one:g}" for one in spatial["cutoff"]]
        axes.set_xticks(spatial["cutoff"], ticks)
        axes.minorticks_off()


def _kind(row: pd.Series) -> str:
    return str(row["kind"]) if pd.isna(row["cutoff"]) else f"{row['kind']} {row['cutoff']:g} km"


def _told(table: pd.DataFrame, edition: Edition, places: int) -> list[str]:
    return [
        f"{_kind(row)}: {edition.number(row['std_error'], places)}." for _, row in table.iterrows()
    ]
