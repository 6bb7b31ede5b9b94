"""What the checks of estimates that decide say, in plain sentences."""

from __future__ import annotations

from html import escape
from typing import Any

import numpy as np
import pandas as pd

from nplvanalysis.report import numbers
from nplvanalysis.report.edition import Edition
from nplvanalysis.report.markup import Fragment
from nplvanalysis.report.results import difference, each
from nplvanalysis.report.robustness_tables import reason

ROLE = "robustness"
# As models/robustness_rows.py names them.
VALUE, SMALL = "robustness value", "robustness value of the smallest relevant difference"
INTERVAL, CONTROL = "robustness value of the interval", "negative control"
YARDSTICK, BASE = "1 times as strong as ", "0 times as strong as "


def told(estimates: pd.DataFrame, edition: Edition) -> Fragment:
    """Say in a sentence per claim how strong something omitted would have to be.

    Parameters
    ----------
    estimates : DataFrame
        All rows; those of role `ROLE` are used.
    edition : Edition

    Returns
    -------
    Fragment
        A list; a sentence if no claim was checked.
    """
    rows = estimates[estimates["role"] == ROLE]
    items = [
        f"<li><strong>{escape(str(name))}.</strong> {escape(_told(own, edition))}</li>"
        for name, own in rows.groupby("hypothesis", sort=True)
    ]
    nothing = f"<p>{escape(edition.say('robustness', 'nothing'))}</p>"
    html = f"<ul>{''.join(items)}</ul>" if items else nothing
    decided = estimates.loc[estimates["role"].isin(["primary", "instrument"]), "hypothesis"]
    others = ", ".join(sorted(set(decided) - set(rows["hypothesis"])))
    if others:
        html += f"<p>{escape(edition.say('robustness', 'unchecked', names=others))}</p>"
    return Fragment(f'<div lang="{edition.language}">{html}</div>', "robustness")


def _told(rows: pd.DataFrame, edition: Edition) -> str:
    shares = rows[rows["estimator"] == "omitted_variable"].set_index("sample")
    first: Any = shares.loc[VALUE]
    if first["status"] != "ok":
        why = reason(first["status"], edition)
        return edition.say("robustness", "told_none", reason=why)
    value = edition.number(100 * first["estimate"])
    small = edition.number(100 * float(shares["estimate"][SMALL]))
    # What stands in brackets says how a share was made, and is for the dictionary.
    contrast = edition.title(str(first["term"])).split(" (")[0]
    zero = edition.number(100 * float(shares["estimate"][INTERVAL]))
    kept = "told_interval_zero" if zero == "0" else "told_interval"
    parts = [
        edition.say("robustness", "told", value=value, small=small, contrast=contrast),
        edition.say("robustness", kept, value=zero),
        _told_worst(rows, edition),
        _told_noise(rows, contrast, edition),
        _told_controls(rows, edition),
        _told_density(rows, edition),
    ]
    return " ".join(part for part in parts if part)


def _told_worst(rows: pd.DataFrame, edition: Edition) -> str:
    """Name the observed feature beside which least would be left, and of which estimate."""
    known = rows[rows["estimator"].eq("yardstick") & rows["status"].eq("ok")]
    once = known[known["sample"].str.startswith(YARDSTICK)]
    if once.empty:
        return ""
    names = once["sample"].str.removeprefix(YARDSTICK)
    bases = known.set_index("sample")["estimate"].loc[BASE + names].to_numpy()
    # Something omitted works against the estimate, whatever the claim expects.
    place = int((once["estimate"] * np.sign(bases)).argmin())
    worst: Any = once.iloc[place]
    places = numbers.decimals(worst["std_error"])
    turned = bases[place] * worst["estimate"] < 0
    return edition.say(
        *("robustness", "told_worst"),
        turned=edition.say("robustness", "turned") if turned else "",
        benchmark=edition.held(names.iloc[place]),
        left=difference(worst["estimate"], worst["outcome"], edition, places),
        estimate=difference(bases[place], worst["outcome"], edition, places),
    )


def _told_noise(rows: pd.DataFrame, contrast: str, edition: Edition) -> str:
    known = rows[rows["estimator"].eq("spatial_placebo") & rows["status"].eq("ok")]
    if known.empty:
        return ""
    share = f"{edition.number(100 * float(known['p'].iloc[0]), 1)} %"
    return edition.say("robustness", "told_noise", contrast=contrast, share=share)


def apart_controls(rows: pd.DataFrame) -> pd.DataFrame:
    """Pick the outcomes that a claim says nothing about and that differ all the same.

    Parameters
    ----------
    rows : DataFrame
        Estimates of one claim.

    Returns
    -------
    DataFrame
        The widest row of each whose interval excludes zero in the model of the claim; with suffix
        `_denser` its numbers at equal density, NaN where that was not asked.
    """
    widest = _controls(rows)
    own = widest["sample"].eq(CONTROL)
    key = ["outcome", "year_outcome"]
    denser = widest.loc[~own, [*key, "estimate", "std_error", "low", "high"]]
    found = widest[_apart(widest) & own]
    return found.merge(denser, on=key, how="left", suffixes=("", "_denser"), validate="1:1")


def at_density(control: Any, edition: Edition) -> str:
    """Say whether what `apart_controls` gave stays at equal density; empty if not asked."""
    low, high = control.low_denser, control.high_denser
    if np.isnan(low):
        return ""
    places = numbers.decimals(control.std_error_denser)
    return edition.say(
        *("robustness", "told_control_held" if low * high > 0 else "told_control_gone"),
        estimate=difference(control.estimate_denser, control.outcome, edition, places),
        interval=numbers.interval(low, high, edition.language, places),
        level=numbers.level(edition.study.models.alpha, edition.language),
    )


def _controls(rows: pd.DataFrame) -> pd.DataFrame:
    known = rows[rows["estimator"].eq("negative_control") & rows["status"].eq("ok")]
    known = known.sort_values("std_error", ascending=False, kind="stable")
    return known.drop_duplicates(["outcome", "year_outcome", "sample"])


def _apart(rows: pd.DataFrame) -> pd.Series:
    return rows["low"] * rows["high"] > 0


def _told_controls(rows: pd.DataFrame, edition: Edition) -> str:
    """Warn where an outcome that the claim says nothing about differs too."""
    said = []
    for one in each(apart_controls(rows)):
        places = numbers.decimals(one.std_error)
        warned = edition.say(
            *("robustness", "told_control"),
            outcome=edition.outcome(one.outcome),
            estimate=difference(one.estimate, one.outcome, edition, places),
            interval=numbers.interval(one.low, one.high, edition.language, places),
            level=numbers.level(edition.study.models.alpha, edition.language),
        )
        said += [warned, at_density(one, edition)]
    return " ".join(part for part in said if part)


def _told_density(rows: pd.DataFrame, edition: Edition) -> str:
    known = rows[rows["estimator"].eq("at_equal_density") & rows["status"].eq("ok")]
    if known.empty:
        return ""
    widest = next(each(known.sort_values("std_error", ascending=False)))
    places = numbers.decimals(widest.std_error)
    return edition.say(
        *("robustness", "told_density"),
        estimate=difference(widest.estimate, widest.outcome, edition, places),
        interval=numbers.interval(widest.low, widest.high, edition.language, places),
        level=numbers.level(edition.study.models.alpha, edition.language),
    )
