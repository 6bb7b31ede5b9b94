"""What stands beside a verdict so that it is not taken for more than it is."""

from __future__ import annotations

from typing import Any

import pandas as pd

from nplvanalysis.report import numbers
from nplvanalysis.report.edition import Edition
from nplvanalysis.report.fits import WITHOUT, labels_of
from nplvanalysis.report.results import difference, each, is_tested, widest
from nplvanalysis.report.robustness_sentences import apart_controls

# Of a *not supported*, as the verdict rules have it; and where what is not known is part of the
# error, so that the end of the interval counts.
ONE_SIDED, UNKNOWN = 0.95, ("gap",)
DECIDING = ("primary", "instrument")


def notes(verdicts: pd.DataFrame, estimates: pd.DataFrame, edition: Edition) -> dict[str, str]:
    """Say beside each verdict what it rules out, how far its checks move it, and what warns.

    Parameters
    ----------
    verdicts, estimates : DataFrame
    edition : Edition

    Returns
    -------
    dict of str to str
        By hypothesis; one without anything to say is left out.
    """
    said = {
        row.hypothesis: _note(row, estimates[estimates["hypothesis"].eq(row.hypothesis)], edition)
        for row in each(verdicts[is_tested(verdicts)])
    }
    return {name: text for name, text in said.items() if text}


def _note(verdict: Any, own: pd.DataFrame, edition: Edition) -> str:
    section = edition.say("findings", "robust").removeprefix("## ")
    parts = [_ruled_out(verdict, own, edition), _moved(verdict, own, edition)]
    parts += [
        edition.say("note", "control", outcome=edition.outcome(str(outcome)), section=section)
        for outcome in apart_controls(own)["outcome"]
    ]
    return " ".join(part for part in parts if part)


def _ruled_out(verdict: Any, own: pd.DataFrame, edition: Edition) -> str:
    """Give the one-sided end that rules out a difference that matters."""
    from scipy.special import stdtrit

    if verdict.rule != "delta" or verdict.verdict != "not_supported":
        return ""
    rows = own[own["role"].isin(DECIDING) & own["status"].eq("ok")]
    worst: Any = rows.sort_values("std_error").iloc[-1]
    two_sided = 1 - edition.study.models.alpha / 2
    share = two_sided if verdict.estimator in UNKNOWN else ONE_SIDED
    reach = verdict.std_error * float(stdtrit(int(worst["degrees"]), share))
    bound = verdict.theta + reach
    places = numbers.decimals(verdict.std_error)
    return edition.say(
        *("note", "at_most" if verdict.sign > 0 else "at_least"),
        bound=difference(verdict.sign * bound, verdict.outcome, edition, places),
        delta=difference(verdict.sign * verdict.delta, verdict.outcome, edition, places),
    )


def _moved(verdict: Any, own: pd.DataFrame, edition: Edition) -> str:
    """Name the checks that move a ratio or a correlation furthest, to both sides."""
    if verdict.rule not in ("ratio", "agreement"):
        return ""
    rows = own[own["role"].isin([*DECIDING, "gate", "sensitivity"]) & own["status"].eq("ok")]
    rows = widest(rows[rows["row"].eq(rows["row"].iloc[0])])
    labels = [label.partition(": ")[2] for label in labels_of(rows, edition)]
    checks = [
        (float(row.estimate), label)
        for row, label in zip(each(rows), labels, strict=True)
        if row.role not in DECIDING and _comparable(str(row.sample), edition)
    ]
    if not checks:
        return ""
    (low, lowest), (high, highest) = min(checks), max(checks)
    return edition.say(
        *("note", "moved"),
        low=edition.number(low, 2),
        lowest=lowest,
        high=edition.number(high, 2),
        highest=highest,
    )


def _comparable(sample: str, edition: Edition) -> bool:
    """Tell whether a check counts the same problems, so that it has the same ceiling."""
    left_out = WITHOUT.fullmatch(sample)
    fewer = left_out is not None and left_out["problem"] in edition.dictionary
    return not (fewer or sample == "ceiling" or sample.startswith("cut-off"))


def uncounted(verdicts: pd.DataFrame, counted: pd.DataFrame, edition: Edition) -> str:
    """Say on how many areas verdicts rest that the table of areas does not count.

    Parameters
    ----------
    verdicts : DataFrame
    counted : DataFrame
        what: the hypotheses in that table.
    edition : Edition

    Returns
    -------
    str
        Empty if all are in it.
    """
    rest = verdicts[is_tested(verdicts) & ~verdicts["hypothesis"].isin(counted["what"])]
    counts = [f"{row.hypothesis} {edition.number(row.n)}" for row in each(rest)]
    return edition.say("note", "uncounted", counts=", ".join(counts)) if counts else ""
