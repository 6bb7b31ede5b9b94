"""How a fit was made, in words: weight, controls, sample, what is held constant."""

from __future__ import annotations

import re
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pandas as pd

from nplvanalysis import params
from nplvanalysis.errors import DataError
from nplvanalysis.report import words
from nplvanalysis.report.edition import Edition
from nplvanalysis.report.results import lowered

GATE = re.compile(r"weights (?P<weights>\S*), controls (?P<controls>.*), sample (?P<sample>.*)")
WITHOUT = re.compile(r"without (?P<problem>\w+)(?:, (?P<many>\d+) or more)?")

# What models/agreement.py appends to the only kind of crime that a fit is about.
ALONE = " alone"


def variant(row: Any, edition: Edition) -> str:
    """Describe how a fit was made: weight; controls; sample.

    Parameters
    ----------
    row : named tuple
        With weights, controls and sample, and fixed_effects where they may not be the study's.
    edition : Edition

    Returns
    -------
    str
        In the edition's language.
    """
    return "; ".join(_parts(row, edition))


def labels_of(rows: pd.DataFrame, edition: Edition) -> list[str]:
    """Label fits of one row of the register, each with its role, the one that decides first.

    Parameters
    ----------
    rows : DataFrame
        role, and what `variant` needs.
    edition : Edition

    Returns
    -------
    list of str
        The first says how it was made, the others in what they differ from it.
    """
    found: list[str] = []
    usual: list[str] = []
    for row in rows.itertuples(index=False):
        parts = _parts(row, edition)
        # what a check lacks cannot be told by what it adds
        own = [] if len(parts) < len(usual) else [part for part in parts if part not in usual]
        told = own or parts
        found.append(f"{edition.say('role', str(row.role))}: {'; '.join(told)}")
        usual = usual or parts
    return found


def _parts(row: Any, edition: Edition) -> list[str]:
    unweighted = row.weights in ("", "none")
    weight = (
        edition.say("table", "unweighted")
        if unweighted
        else edition.say("table", "weighted", weight=edition.title(row.weights).lower())
    )
    named = [edition.held(name) for name in str(row.controls).split(" + ") if name]
    shuffled = getattr(row, "estimator", "") == "excess"
    controls = ", ".join(named) or edition.say("table", "anywhere" if shuffled else "no_controls")
    if named and shuffled:
        controls = edition.say("table", "within", names=controls)
    parts = [weight, controls]
    held = getattr(row, "fixed_effects", edition.study.models.fixed_effects)
    if held != edition.study.models.fixed_effects:
        parts.append(edition.say("table", "held_none"))
    if row.sample != "main":
        parts.append(sample_in_words(str(row.sample), edition))
    return parts


def sample_in_words(sample: str, edition: Edition) -> str:
    """Name which areas, problems, years or baseline a fit is about, from its code.

    Parameters
    ----------
    sample : str
        As the estimators write it; may end in a column or a number, and one without words stays as
        it is.
    edition : Edition

    Returns
    -------
    str
    """
    if words.known("sample", sample):
        return edition.say("sample", sample)
    left_out = WITHOUT.fullmatch(sample)
    if left_out and left_out["problem"] in edition.dictionary:
        title, many = lowered(edition.title(left_out["problem"])), left_out["many"]
        return edition.say("table", "fewer" if many else "without", title=title, many=many)
    kind = sample.removesuffix(ALONE)
    if kind != sample and kind in edition.dictionary:
        return edition.say("sample", "alone", title=lowered(edition.title(kind)))
    if sample.startswith("cut-off "):
        return edition.say("table", "cut_off", percentile=sample.removeprefix("cut-off "))
    for pattern, fill in FILLED.items():
        found = pattern.fullmatch(sample)
        if found:
            return fill(edition, **found.groupdict())
    return sample


def _balances(edition: Edition, baseline: str, zeros: str) -> str:
    apart = zeros == "apart"
    share = "" if apart else edition.number(100 * float(zeros), 2)
    key = "zeros_apart" if apart else "zeros_as"
    said = edition.say("sample", key, **({} if apart else {"share": share}))
    mean = baseline == "mean"
    where = edition.say("sample", "baseline_mean") if mean else baseline
    return edition.say("sample", "balances", baseline=where, zeros=said)


def _mediated(key: str) -> Callable[..., str]:
    def fill(edition: Edition, mediator: str) -> str:
        return edition.say("sample", key, mediator=edition.title(mediator).lower())

    return fill


def _placebo(edition: Edition, start: str, last: str) -> str:
    return edition.say("sample", "placebo_start", start=start, last=last)


# Codes that hold a name or a number.
FILLED: dict[re.Pattern[str], Callable[..., str]] = {
    re.compile(r"balances at (?P<baseline>\S+), zeros (?P<zeros>\S+)"): _balances,
    re.compile(r"conditional on (?P<mediator>\w+)"): _mediated("conditional_on"),
    re.compile(r"total, beside (?P<mediator>\w+)"): _mediated("total_beside"),
    re.compile(r"indirect, with (?P<mediator>\w+)"): _mediated("indirect_with"),
    re.compile(r"start (?P<start>\d+), until (?P<last>\d+)"): _placebo,
}


def conventions(edition: Edition) -> str:
    """Say what the fits of a study hold constant, weigh by and cluster on."""
    models = edition.study.models
    names = [models.fixed_effects, *models.controls]
    held = [edition.held(name) for name in names if name != params.NONE]
    clustered = models.cluster != params.NONE
    return edition.say(
        *("sentence", "conventions"),
        held=", ".join(held) or edition.say("sentence", "held_nothing"),
        weights=edition.title(models.weights).lower(),
        errors=edition.say(
            *("sentence", "clustered" if clustered else "unclustered"),
            cluster=edition.held(models.cluster),
        ),
    )


def others(edition: Edition) -> str:
    """Name what the other set of controls holds constant besides the first."""
    models = edition.study.models
    return ", ".join(
        edition.held(name) for name in models.controls_other if name not in models.controls
    )


def gates_in_words(failed: str, edition: Edition) -> str:
    """Put the gates that a verdict failed in words, from their codes.

    Parameters
    ----------
    failed : str
        "weights w, controls a + b, sample s", joined by semicolons.
    edition : Edition
    """
    found = [GATE.fullmatch(part.strip()) for part in failed.split(";")]
    if not all(found):
        raise DataError(
            "A gate of a verdict is not in the form that the verdict rules write.",
            where="data/estimates/verdicts.parquet, gates_failed",
            expected="weights w, controls a + b, sample s",
            got=failed,
            todo="Run `dvc repro` so that verdicts and pages follow the same code.",
        )
    return " / ".join(
        variant(SimpleNamespace(**gate.groupdict()), edition) for gate in found if gate
    )
