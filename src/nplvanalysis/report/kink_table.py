"""The table of kinks: those stated beforehand, the one that was searched, and both halves."""

from __future__ import annotations

from html import escape
from typing import Any

from nplvanalysis.report import numbers
from nplvanalysis.report.edition import Edition
from nplvanalysis.report.markup import Fragment, Group
from nplvanalysis.report.results import each, lowered
from nplvanalysis.report.tables import build

COLUMNS = ["place", "test", "slope_change", "interval", "p", "sides"]


def kinks(shape: Any, row: Any, edition: Edition) -> Fragment:
    """Show where a slope was tested for a change, and what came of it.

    Parameters
    ----------
    shape : models.shape.Shape
    row : registers.Row
        Outcome and specification.
    edition : Edition

    Returns
    -------
    Fragment
        A kink that could not be tested has its reason instead of numbers.
    """
    contrast = edition.study.models.specifications[row.specification].contrast
    rows = [_stated(one, edition) for one in each(shape.kinks)]
    if shape.search:
        change = shape.step * shape.search.change
        rows.append(_other(shape.search.at, "kinks_searched", change, shape.search.p, edition))
    if shape.splits:
        change, part = shape.step * shape.splits.change, shape.splits
        said = {
            "splits": part.splits,
            "low": edition.number(part.low),
            "high": edition.number(part.high),
        }
        rows.append(_other(part.at, "kinks_split", change, part.p, edition, **said))
    named = {
        "outcome": edition.title(row.outcome),
        "exposure": lowered(edition.title(contrast)),
        "told": edition.say("table", "kinks_found" if shape.found else "kinks_none"),
        "step": edition.number(shape.step),
        "unit": edition.unit(row.outcome, "amount"),
    }
    if shape.why and not rows:
        rows = [["", escape(edition.say("reason", shape.why)), "", "", "", ""]]
    return build("kinks", COLUMNS, [Group("", rows)], edition, numeric=(0, 2, 3, 4, 5), **named)


def _stated(row: Any, edition: Edition) -> list[str]:
    sides = f"{edition.number(row.below)} / {edition.number(row.above)}"
    place = f"{edition.number(row.at, 0)} %"
    if row.status != "ok":
        reason = edition.say("reason", row.status)
        return [place, escape(reason), numbers.NOTHING, numbers.NOTHING, numbers.NOTHING, sides]
    places = numbers.decimals(row.std_error)
    return [
        place,
        escape(edition.say("table", "kinks_stated")),
        numbers.signed(row.estimate, edition.language, places),
        numbers.interval(row.low, row.high, edition.language, places),
        _p(row.p_holm, edition),
        sides,
    ]


def _other(
    at: float, key: str, change: float, p: float, edition: Edition, **said: object
) -> list[str]:
    places = numbers.decimals(change)
    return [
        f"{edition.number(at)} %",
        escape(edition.say("table", key, **said)),
        numbers.signed(change, edition.language, places),
        numbers.NOTHING,
        _p(p, edition),
        numbers.NOTHING,
    ]


def _p(p: float, edition: Edition) -> str:
    small = "< " if p < 0.001 else ""
    return escape(f"{small}{edition.number(max(p, 0.001), 3)}")
