"""What stands beside a verdict so that it is not taken for more than it is."""

from __future__ import annotations

from html import escape
from typing import Any

import pandas as pd

from nplvanalysis.report import numbers
from nplvanalysis.report.edition import Edition
from nplvanalysis.report.fits import ALONE, WITHOUT, labels_of
from nplvanalysis.report.markup import Fragment
from nplvanalysis.report.results import difference, each, is_tested, widest
from nplvanalysis.report.robustness_sentences import apart_controls, at_density
from nplvanalysis.report.sentences import CHANGES

# Of a *not supported*, as the verdict rules have it; and where what is not known is part of the
# error, so that the end of the interval counts.
ONE_SIDED, UNKNOWN = 0.95, ("gap",)
DECIDING = ("primary", "instrument")
# Checks of a ratio or a correlation that ask something else: another ceiling, another measure.
OTHER = ("ceiling", "not corrected", "objective index")
# Notebooks that count who is missing.
COUNTED = {"B1": "3b", "D1": "3d", "D2": "3d", "G1": "3g"}


def with_notes(verdicts: pd.DataFrame, estimates: pd.DataFrame, edition: Edition) -> pd.DataFrame:
    """Say beside each verdict what it rules out, how far its checks move it, and what warns.

    Parameters
    ----------
    verdicts, estimates : DataFrame
    edition : Edition

    Returns
    -------
    DataFrame
        `verdicts`, with `note`; empty where there is nothing to say.
    """
    said = {
        row.hypothesis: _note(row, estimates[estimates["hypothesis"].eq(row.hypothesis)], edition)
        for row in each(verdicts[is_tested(verdicts)])
    }
    return verdicts.assign(note=[said.get(name, "") for name in verdicts["hypothesis"]])


def _note(verdict: Any, own: pd.DataFrame, edition: Edition) -> str:
    parts = [_ruled_out(verdict, own, edition), _moved(verdict, own, edition)]
    return " ".join(part for part in [*parts, *_warned(own, edition)] if part)


def _warned(own: pd.DataFrame, edition: Edition) -> list[str]:
    """Warn of outcomes that differ although the claim says nothing about them."""
    said = []
    for one in each(apart_controls(own)):
        said.append(edition.say("note", "control", outcome=edition.outcome(one.outcome)))
        said.append(at_density(one, edition))
    if said:
        section = edition.say("findings", "robust").removeprefix("## ")
        said.append(edition.say("note", "see", section=section))
    return said


def _ruled_out(verdict: Any, own: pd.DataFrame, edition: Edition) -> str:
    """Give the one-sided end that rules out a difference that matters."""
    from scipy.special import stdtrit

    if verdict.rule != "delta" or verdict.verdict != "not_supported":
        return ""
    rows = own[own["role"].isin(DECIDING) & own["status"].eq("ok")]
    worst: Any = rows.sort_values("std_error").iloc[-1]
    two_sided = 1 - edition.study.models.alpha / 2
    share = two_sided if verdict.estimator in UNKNOWN else ONE_SIDED
    bound = verdict.theta + verdict.std_error * float(stdtrit(int(worst["degrees"]), share))
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
        *("note", f"moved_{verdict.rule}"),
        low=edition.number(low, 2),
        lowest=lowest,
        high=edition.number(high, 2),
        highest=highest,
    )


def _comparable(sample: str, edition: Edition) -> bool:
    """Tell whether a check asks the same: of the same problems or offences, corrected alike."""
    left_out = WITHOUT.fullmatch(sample)
    fewer = left_out is not None and left_out["problem"] in edition.dictionary
    return not (fewer or sample in OTHER or sample.startswith("cut-off") or sample.endswith(ALONE))


def uncounted(verdicts: pd.DataFrame, counted: pd.DataFrame, edition: Edition) -> Fragment:
    """Say on how many areas verdicts rest that the table of areas does not count.

    Parameters
    ----------
    verdicts : DataFrame
    counted : DataFrame
        what: the hypotheses in that table.
    edition : Edition

    Returns
    -------
    Fragment
        Empty if all are in it.
    """
    rest = verdicts[is_tested(verdicts) & ~verdicts["hypothesis"].isin(counted["what"])]
    if rest.empty:
        return Fragment("", "uncounted")
    counts = [f"{row.hypothesis} {edition.number(row.n)}" for row in each(rest)]
    said = [edition.say("note", "uncounted", counts=", ".join(counts))]
    known = rest["hypothesis"].groupby(rest["hypothesis"].map(COUNTED)).agg(", ".join)
    if len(known):
        where = ", ".join(f"{notebook} ({names})" for notebook, names in known.items())
        said.append(edition.say("note", "missing", notebooks=where))
    changed = rest.loc[rest["estimator"].isin(CHANGES), "hypothesis"]
    if len(changed):
        said.append(edition.say("note", "missing_change", names=", ".join(changed)))
    return Fragment(f'<p lang="{edition.language}">{escape(" ".join(said))}</p>', "uncounted")
