"""Verdicts in plain sentences, with their numbers, years and areas."""

from __future__ import annotations

import math
from typing import Any

from nplvanalysis.report import numbers
from nplvanalysis.report.edition import Edition
from nplvanalysis.report.results import capital, difference, in_outcome_units, years

# As the verdict rules have them: the error that is too large for any verdict.
DETECTABLE, TOO_WIDE = 2.8, 4.0
# Estimators in which both sides are changes.
CHANGES = ("change", "lagged", "two_way")


def sentence(verdict: Any, edition: Edition) -> str:
    """Put a verdict with its numbers in one plain sentence.

    Parameters
    ----------
    verdict : named tuple or Series
        A row of the verdicts that rests on an estimate.
    edition : Edition

    Returns
    -------
    str
        Associational, with interval, number of areas and years.
    """
    if verdict.rule != "delta":
        return _by_rule(verdict, edition)
    estimate, low, high = in_outcome_units(verdict)
    places = numbers.decimals(verdict.std_error)
    named = changed(verdict, edition)
    code = verdict.verdict
    key = code if code in ("in_line", "not_in_line", "too_imprecise") else "found"
    apart = key == "too_imprecise" and low * high > 0
    said = edition.say(
        "sentence",
        "imprecise_apart" if apart else "in_line" if key == "not_in_line" else key,
        detectable=edition.number(DETECTABLE * verdict.std_error, places),
        limit=edition.number(TOO_WIDE * verdict.delta, places),
        where=edition.contrast(verdict.specification, where(verdict)),
        per=edition.contrast(verdict.specification, "per"),
        outcome=capital(named) if key == "too_imprecise" else named,
        amount=f"{edition.number(abs(estimate), places)} {edition.unit(verdict.outcome, 'amount')}",
        signed=difference(estimate, verdict.outcome, edition, places),
        direction=edition.say("direction", "higher" if estimate > 0 else "lower"),
        verdict=edition.say("verdict", code),
        level=numbers.level(verdict.level, edition.language),
        interval=numbers.interval(low, high, edition.language, places),
        n=edition.number(verdict.n),
        areas=edition.areas,
        times=edition.number(abs(estimate) / verdict.delta, 1),
        years=years(verdict, edition),
        hypothesis=verdict.hypothesis,
        caveat=edition.say("caveat", "housing"),
    )
    return f"{said} {part(verdict, edition)}".strip()


def imprecision(verdict: Any, edition: Edition) -> str:
    """Say by how much a difference misses the precision that a verdict needs."""
    places = numbers.decimals(verdict.std_error)
    return edition.say(
        *("sentence", "imprecision"),
        detectable=edition.number(DETECTABLE * verdict.std_error, places),
        limit=edition.number(TOO_WIDE * verdict.delta, places),
    )


def where(verdict: Any) -> str:
    """Choose the words of a contrast: of levels, or of changes."""
    return "where_change" if verdict.estimator in CHANGES else "where"


def changed(verdict: Any, edition: Edition) -> str:
    """Name the outcome of a verdict, or its change from the first year to the last."""
    outcome = edition.outcome(verdict.outcome)
    if verdict.estimator not in CHANGES:
        return outcome
    ends = {"first": int(verdict.year_first), "last": int(verdict.year_outcome)}
    return edition.say("sentence", "change", outcome=outcome, **ends)


def part(verdict: Any, edition: Edition) -> str:
    """Say in a sentence which areas a verdict is about, if not all."""
    named = which(verdict, edition)
    return edition.say("sentence", "part", subset=named) if named else ""


def which(row: Any, edition: Edition) -> str:
    """Name the areas that a row is about: "hardly urbanised, not urbanised"; empty for all."""
    split = [one.split(" ", 1) for one in row.subset.split("; ") if one]
    return "; ".join(_kept(column, kept, edition) for column, kept in split)


def _kept(column: str, kept: str, edition: Edition) -> str:
    if column == "urbanity":
        classes = [edition.say("chart", f"urbanity_{one}") for one in kept.split(", ")]
        return ", ".join(classes)
    return f"{edition.title(column).lower()} {kept}"


def _by_rule(verdict: Any, edition: Edition) -> str:
    """Put a ratio, a correlation or the length of a list in one sentence."""
    places = 0 if verdict.rule == "list" else 2
    ends = verdict.low, verdict.high
    none = verdict.rule == "list" and verdict.theta < 1
    said = edition.say(
        "sentence",
        "list_none" if none else verdict.rule,
        estimate=edition.number(verdict.theta, places),
        delta=edition.number(verdict.delta, 1 if verdict.rule == "agreement" else 0),
        verdict=edition.say("verdict", verdict.verdict),
        level=numbers.level(verdict.level, edition.language),
        interval=numbers.interval(*ends, edition.language, places, verdict.rule == "agreement"),
        n=edition.number(verdict.n),
        areas=edition.areas,
        years=years(verdict, edition),
    )
    return " ".join(filter(None, [said, _more(verdict, edition), _ceiling(verdict, edition)]))


def _more(verdict: Any, edition: Edition) -> str:
    """Say of a ratio that is not decided whether it is above that of chance at least."""
    above = verdict.rule == "ratio" and verdict.verdict == "inconclusive" and verdict.low > 1
    return edition.say("sentence", "ratio_more") if above else ""


def _ceiling(verdict: Any, edition: Edition) -> str:
    """Say what a ratio would be if all problems had one order of areas, where that is known."""
    most = float(getattr(verdict, "ceiling", math.nan))
    if verdict.rule != "ratio" or math.isnan(most):
        return ""
    return edition.say("sentence", "ceiling", ceiling=edition.number(most, 2))
