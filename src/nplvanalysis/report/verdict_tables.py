"""Verdicts as tables and sentences: every conclusion, tested or with the reason why not."""

from __future__ import annotations

from html import escape
from typing import Any

import pandas as pd

from nplvanalysis.errors import DataError
from nplvanalysis.report import numbers
from nplvanalysis.report.badges import SIGNS, badge, tally
from nplvanalysis.report.edition import Edition
from nplvanalysis.report.fits import gates_in_words
from nplvanalysis.report.markup import Fragment, Group, claim
from nplvanalysis.report.results import (
    capital,
    counted,
    difference,
    each,
    in_outcome_units,
    is_tested,
    years,
)
from nplvanalysis.report.sentences import changed, imprecision, part, sentence
from nplvanalysis.report.tables import build


def summary(verdicts: pd.DataFrame, edition: Edition) -> Fragment:
    """Say in plain words what was found, with the numbers.

    Parameters
    ----------
    verdicts : DataFrame
        One row per hypothesis of the register; with `note`, see `verdict_notes.with_notes`, that
        stands beside the verdict.
    edition : Edition

    Returns
    -------
    Fragment
        Which hypotheses have which verdict, one sentence for each that could be tested, how many
        could not, and the caveat.
    """
    _complete(verdicts, edition)
    tested = verdicts[is_tested(verdicts)]
    items = "".join(f"<li>{_finding(row, edition)}</li>" for row in each(tested))
    found = f"<ul>{items}</ul>" if items else f"<p>{escape(edition.say('sentence', 'nothing'))}</p>"
    caveat, slope = (escape(edition.say("caveat", key)) for key in ("level", "slope"))
    return Fragment(
        f'<div class="summary" lang="{edition.language}">{tally(tested, edition)}{found}'
        f'<p class="caveat"><strong>{caveat}</strong> {slope}</p>'
        f"<p>{escape(counted(verdicts, edition))}</p></div>",
        "summary",
    )


def _complete(verdicts: pd.DataFrame, edition: Edition) -> None:
    wanted, got = list(edition.claims.hypotheses), verdicts["hypothesis"].tolist()
    if sorted(wanted) != sorted(got):
        raise DataError(
            "The verdicts and the register of claims do not name the same hypotheses.",
            where="data/estimates/verdicts.parquet",
            expected=", ".join(sorted(wanted)),
            got=", ".join(sorted(got)),
            todo="Run `dvc repro` so that the verdicts follow the register.",
        )


def _finding(row: Any, edition: Edition) -> str:
    claimed = claim(f"{row.hypothesis}. {edition.statement(row.hypothesis)}")
    parts = [sentence(row, edition), _note(row), edition.reading(row.hypothesis)]
    said = escape(" ".join(part for part in parts if part))
    return f"{badge(row.verdict, edition)} <em>{claimed}</em><br>{said}"


def verdict_table(verdicts: pd.DataFrame, edition: Edition) -> Fragment:
    """Show all conclusions with their hypotheses, verdicts and numbers, or the reason why not.

    Parameters
    ----------
    verdicts : DataFrame
        As in `summary`.
    edition : Edition

    Returns
    -------
    Fragment

    Raises
    ------
    DataError
        If a hypothesis of the register has no verdict, or a verdict no hypothesis.
    """
    _complete(verdicts, edition)
    groups = [
        Group(_heading(number, edition), _conclusion(number, verdicts, edition), claimed=True)
        for number in sorted(edition.claims.conclusions)
    ]
    columns = ["hypothesis", "verdict", "seen", "delta", "basis"]
    return build("verdicts", columns, groups, edition)


def _heading(number: int, edition: Edition) -> str:
    statement = getattr(edition.claims.conclusions[number].statement, edition.language)
    return f"{edition.say('column', 'conclusion', number=number)}. {statement}"


def _conclusion(number: int, verdicts: pd.DataFrame, edition: Edition) -> list[list[str]]:
    conclusion = edition.claims.conclusions[number]
    own = verdicts.set_index("hypothesis", drop=False).loc[list(conclusion.hypotheses)]
    rows = [_hypothesis(row, edition) for row in each(own)]
    if conclusion.not_testable or not rows:
        why = getattr(conclusion.not_testable, edition.language, "")
        rows.append([numbers.NOTHING, badge("not_testable", edition), escape(why), "", ""])
    return rows


def _hypothesis(row: Any, edition: Edition) -> list[str]:
    stated = claim(edition.statement(row.hypothesis))
    against = edition.falsified(row.hypothesis)
    said = edition.say("table", "falsified", against=against[:1].lower() + against[1:])
    last = f"<br><small>{claim(said)}</small>" if against else ""
    return [f"<strong>{escape(row.hypothesis)}</strong> {stated}{last}", *cells(row, edition)]


def cells(row: Any, edition: Edition) -> list[str]:
    """Show one verdict: the word, what is seen or why not, the smallest difference, the basis.

    Parameters
    ----------
    row : named tuple
        A row of the verdicts.
    edition : Edition
        Of the study of the row.

    Returns
    -------
    list of str
        Four cells, HTML.
    """
    verdict = badge(row.verdict, edition)
    if row.verdict == "not_testable" or row.theta != row.theta:
        return [verdict, escape(_why_not(row, edition)), "", ""]
    basis = f"{years(row, edition)}; {edition.number(row.n)} {edition.areas}"
    seen, smallest = _seen(row, edition)
    remarks = f"{escape(seen)}<br><small>{escape(_remarks(row, edition))}</small>"
    return [verdict, remarks, escape(smallest), escape(basis)]


def _seen(row: Any, edition: Edition) -> tuple[str, str]:
    """Say what is seen, with its interval, and the size from which it matters."""
    if row.rule != "delta":
        limit = edition.number(row.delta, int(row.rule == "agreement"))
        return sentence(row, edition), edition.say("sentence", f"limit_{row.rule}", delta=limit)
    places = numbers.decimals(row.std_error)
    estimate, low, high = in_outcome_units(row)
    level = numbers.level(row.level, edition.language)
    ends = numbers.interval(low, high, edition.language, places)
    seen = (
        f"{capital(changed(row, edition))}: "
        f"{difference(estimate, row.outcome, edition, places)} "
        f"{edition.contrast(row.specification, 'per')} ({level}: {ends})"
    )
    smallest = f"{edition.number(row.delta, places)} {edition.unit(row.outcome, 'amount')}"
    return f"{seen} {part(row, edition)}".strip(), smallest


def _why_not(row: Any, edition: Edition) -> str:
    detail = str(getattr(row, f"detail_{edition.language}") or "")
    reason = f"{capital(edition.say('reason', row.reason))}." if row.reason else ""
    return detail if detail and row.reason != "not_open" else f"{reason} {detail}".strip()


def _remarks(row: Any, edition: Edition) -> str:
    between = row.rule == "delta"
    caveat = edition.say("caveat", "level") if between else ""
    remarks = [_note(row), caveat, edition.reading(row.hypothesis)]
    if row.role == "instrument":
        remarks.append(edition.say("caveat", "housing"))
    if row.verdict == "too_imprecise" and between:
        remarks.insert(0, imprecision(row, edition))
    if row.year_outcome < row.year_exposure:
        ages = {"outcome": int(row.year_outcome), "exposure": int(row.year_exposure)}
        remarks.append(edition.say("caveat", "before", **ages))
    if row.verdict == "mixed" and row.rule == "list":
        remarks.append(edition.say("sentence", "unstable"))
    elif row.verdict == "mixed":
        remarks.append(
            edition.say("sentence", "failed", gates=gates_in_words(row.gates_failed, edition))
        )
    remarks.append(str(getattr(row, f"detail_{edition.language}") or ""))
    return " ".join(remark for remark in remarks if remark)


def _note(row: Any) -> str:
    return str(getattr(row, "note", ""))


def meanings_table(edition: Edition) -> Fragment:
    """Explain the verdict words to somebody who reads no statistics."""
    rows = [[badge(code, edition), escape(edition.say("meaning", code))] for code in SIGNS]
    return build("meanings", ["verdict", "meaning"], [Group("", rows)], edition)


def elsewhere_table(elsewhere: pd.DataFrame, edition: Edition) -> Fragment:
    """Show the published verdicts of other studies, as far as they were tested there.

    Parameters
    ----------
    elsewhere : DataFrame
        Rows of `docs/verdicts.csv` (all text): study, hypothesis, verdict, outcome,
        year_exposure, year_outcome, n.
    edition : Edition
    """
    tested = elsewhere[elsewhere["verdict"] != "not_testable"]
    groups = []
    for study, own in tested.groupby("study", sort=True):
        rows = [
            [
                escape(str(row.hypothesis)),
                badge(row.verdict, edition),
                escape(capital(edition.outcome(row.outcome))),
                escape(years(row, edition)),
                escape(str(row.n)),
            ]
            for row in each(own)
        ]
        groups.append(Group(f"{edition.say('column', 'study')}: {study}", rows))
    columns = ["hypothesis", "verdict", "outcome", "years", "areas"]
    return build("elsewhere", columns, groups, edition)
