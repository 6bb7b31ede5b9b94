"""Tables of the checks of estimates that decide."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import Any

import numpy as np
import pandas as pd

from nplvanalysis.report import numbers, words
from nplvanalysis.report.edition import Edition
from nplvanalysis.report.markup import Fragment, Group
from nplvanalysis.report.results import capital, difference
from nplvanalysis.report.stability_chart import unit_in_words
from nplvanalysis.report.strips import named
from nplvanalysis.report.tables import build

LOST = ("no outcome", "no exposure", "small", "other")


def _percent(share: float, edition: Edition) -> str:
    return f"{edition.number(100 * share)}\N{NO-BREAK SPACE}%"


def reason(status: str, edition: Edition) -> str:
    """Put the code of an error in words."""
    return edition.say("reason", status) if words.known("reason", status) else status


def omitted_table(found: Sequence[Any], edition: Edition) -> Fragment:
    """Show how strong an omitted variable would have to be, and what the strongest known one takes.

    Parameters
    ----------
    found : sequence of Checks
        `case`, `sensitivity` and `yardsticks` of each.
    edition : Edition

    Returns
    -------
    Fragment
        One row per claim; a reason where it could not be estimated.
    """
    rows = []
    for one in found:
        claim = escape(named(one, edition))
        if one.sensitivity.empty or one.sensitivity["status"].iloc[0] != "ok":
            status = one.case.status if one.sensitivity.empty else one.sensitivity["status"].iloc[0]
            rows.append([claim, escape(reason(status, edition)), "", "", "", ""])
            continue
        own = one.sensitivity.iloc[0]
        places = numbers.decimals(own["std_error"])
        kinds = ("robustness", "robustness_alpha", "robustness_delta")
        rows.append(
            [
                *(claim, difference(own["estimate"], one.case.row.outcome, edition, places)),
                *(_percent(own[kind], edition) for kind in kinds),
                _worst(one, places, edition),
            ]
        )
    columns = ["claim", "estimate", "all_of_it", "interval_gone", "too_small", "worst"]
    return build("omitted", columns, [Group("", rows)], edition, numeric=(2, 3, 4))


def _worst(found: Any, places: int, edition: Edition) -> str:
    table = found.yardsticks
    once = table[table["status"].eq("ok") & table["multiple"].eq(1)]
    if once.empty:
        return numbers.NOTHING
    # Something omitted works against the estimate, whatever the claim expects.
    worst = once.loc[(once["adjusted"] * np.sign(once["estimate"])).idxmin()]
    ends = {
        name: difference(worst[column], found.case.row.outcome, edition, places)
        for name, column in (("left", "adjusted"), ("estimate", "estimate"))
    }
    benchmark = edition.held(worst["benchmark"])
    return escape(edition.say("robustness", "worst", benchmark=benchmark, **ends))


def density_table(found: Sequence[Any], edition: Edition) -> Fragment:
    """Show each estimate as it decides, and with density held constant too.

    Parameters
    ----------
    found : sequence of Checks
        `case`, `sensitivity` and `denser` (estimate, std_error, low, high, status) of each.
    edition : Edition

    Returns
    -------
    Fragment
        One row per claim that could be estimated; a reason where density is not known.
    """
    rows = [_density(one, edition) for one in found if len(one.denser)]
    columns = ["claim", "decided", "at_equal_density", "interval", "delta"]
    return build("density", columns, [Group("", rows)], edition)


def _density(found: Any, edition: Edition) -> list[str]:
    outcome = found.case.row.outcome
    widest = found.denser.sort_values("std_error", na_position="first").iloc[-1]
    own = found.sensitivity["estimate"].iloc[0]
    places = numbers.decimals(float(found.sensitivity["std_error"].iloc[0]))
    first = [escape(named(found, edition)), difference(own, outcome, edition, places)]
    if widest["status"] != "ok":
        return [*first, escape(reason(widest["status"], edition)), "", ""]
    ends = numbers.interval(widest["low"], widest["high"], edition.language, places)
    smallest = f"{edition.number(found.case.delta, places)} {edition.unit(outcome, 'amount')}"
    return [*first, difference(widest["estimate"], outcome, edition, places), ends, smallest]


def left_out_table(found: Sequence[Any], edition: Edition) -> Fragment:
    """Show the least and the most that an estimate becomes, and the area that shifts it most.

    Parameters
    ----------
    found : sequence of Checks
        `case`, `left_out` and `influential` of each.
    edition : Edition

    Returns
    -------
    Fragment
        Grouped by claim, one row per kind of unit that is left out.
    """
    groups = []
    for one in found:
        rows = []
        if len(one.left_out):
            rows = [
                _left_out(one, str(unit), part, edition)
                for unit, part in one.left_out.groupby("unit", sort=True)
            ]
        else:
            rows = [[escape(reason(one.left_out_status, edition)), "", "", "", ""]]
        groups.append(Group(named(one, edition), rows))
    return build("left_out", ["what", "least", "most", "changed", "weightiest"], groups, edition)


def _left_out(found: Any, unit: str, part: pd.DataFrame, edition: Edition) -> list[str]:
    ordered = part.dropna(subset=["estimate"]).sort_values("estimate", kind="stable")
    places = numbers.decimals(float(ordered["shift"].abs().max()))
    ends = [
        f"{difference(one['estimate'], found.case.row.outcome, edition, places)} "
        f"({escape(str(one['name']))})"
        for one in (ordered.iloc[0], ordered.iloc[-1])
    ]
    changed = int((part["sign_changes"] | part["below_delta"]).sum())
    top = found.influential.iloc[0]
    place = ", ".join(dict.fromkeys([str(top["name"]), str(top["municipality_name"])]))
    counted = f"{edition.number(changed)} / {edition.number(len(part))}"
    return [escape(capital(unit_in_words(unit, edition))), *ends, counted, escape(place)]


def withheld_table(found: Sequence[Any], edition: Edition) -> Fragment:
    """Show which areas an estimate has and lacks, by class of urbanity and by region.

    Parameters
    ----------
    found : sequence of Checks
        `case` and `withheld` of each.
    edition : Edition

    Returns
    -------
    Fragment
        Grouped by claim.
    """
    groups = [
        Group(
            named(one, edition), [_group(row, edition) for row in one.withheld.to_dict("records")]
        )
        for one in found
    ]
    columns = ["group", "areas", "kept_areas", "no_outcome", "no_exposure", "small", "other_loss"]
    numeric = range(1, 8)
    return build("withheld", [*columns, "kept_dwellings"], groups, edition, numeric=numeric)


def _group(row: dict[str, Any], edition: Edition) -> list[str]:
    group = str(row["group"])
    known = next((name for name in ("robustness", "sample") if words.known(name, group)), "")
    title = edition.say(known, group) if known else group
    shares = [_percent(row[name], edition) for name in ("kept", *LOST, "kept_dwellings")]
    return [escape(capital(title)), edition.number(row["areas"]), *shares]
