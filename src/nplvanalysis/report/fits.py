"""How a fit was made, in words: weight, controls, sample, what is held constant."""

from __future__ import annotations

import re
from types import SimpleNamespace
from typing import Any

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
    unweighted = row.weights in ("", "none")
    weight = (
        edition.say("table", "unweighted")
        if unweighted
        else edition.say("table", "weighted", weight=edition.title(row.weights).lower())
    )
    named = [edition.held(name) for name in str(row.controls).split(" + ") if name]
    nothing = "anywhere" if getattr(row, "estimator", "") == "excess" else "no_controls"
    controls = ", ".join(named) or edition.say("table", nothing)
    parts = [weight, controls]
    held = getattr(row, "fixed_effects", edition.study.models.fixed_effects)
    if held != edition.study.models.fixed_effects:
        parts.append(edition.say("table", "held_none"))
    if row.sample != "main":
        parts.append(_sample(str(row.sample), edition))
    return "; ".join(parts)


def _sample(code: str, edition: Edition) -> str:
    """Name the areas or problems that a fit uses; codes may end in a column or a percentile."""
    if words.known("sample", code):
        return edition.say("sample", code)
    left_out = WITHOUT.fullmatch(code)
    if left_out and left_out["problem"] in edition.dictionary:
        title, many = lowered(edition.title(left_out["problem"])), left_out["many"]
        return edition.say("table", "fewer" if many else "without", title=title, many=many)
    kind = code.removesuffix(ALONE)
    if kind != code and kind in edition.dictionary:
        return edition.say("sample", "alone", title=lowered(edition.title(kind)))
    if code.startswith("cut-off "):
        return edition.say("table", "cut_off", percentile=code.removeprefix("cut-off "))
    return code


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
