"""Estimates and verdicts made ready to be shown: one row per fit, units and signs in words."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pandas as pd

from nplvanalysis.report import numbers, words
from nplvanalysis.report.edition import Edition

# What one association is about, and what tells its fits apart.
ASSOCIATION = ["hypothesis", "row", "unit"]
# Estimators whose answer is no difference, so that it has no sign.
RATIOS = ("excess",)
# Estimators that ask nothing about tenure.
WITHOUT_TENURE = (*RATIOS, "agreement")
FIT = [*ASSOCIATION, "role", "weights", "controls", "sample", "fixed_effects"]


def each(table: pd.DataFrame) -> Iterator[Any]:
    """Go through the rows of a table as named tuples."""
    return iter(table.itertuples(index=False))


def widest(estimates: pd.DataFrame) -> pd.DataFrame:
    """Keep, of every fit, the row with the largest standard error.

    Parameters
    ----------
    estimates : DataFrame
        One row per fit and kind of standard error.

    Returns
    -------
    DataFrame
        One row per fit, in the order of `estimates`; fits that failed keep their one row.
    """
    order = estimates["std_error"].fillna(-1.0).sort_values(ascending=False, kind="stable").index
    return estimates.loc[order].drop_duplicates(FIT).sort_index().reset_index(drop=True)


def difference(value: float, outcome: str, edition: Edition, places: int) -> str:
    """Write a difference in an outcome with its sign and unit."""
    amount = numbers.signed(value, edition.language, places)
    return f"{amount} {edition.unit(outcome, 'amount')}"


def in_outcome_units(verdict: Any) -> tuple[float, float, float]:
    """Turn theta and its interval back to the sign of the outcome.

    Parameters
    ----------
    verdict : named tuple or Series
        A row of the verdicts; theta is the estimate times the expected sign.

    Returns
    -------
    tuple of float
        Estimate, lower and upper end, lower first.
    """
    ends = sorted((verdict.sign * verdict.low, verdict.sign * verdict.high))
    return verdict.sign * verdict.theta, ends[0], ends[1]


def is_tested(verdicts: pd.DataFrame) -> pd.Series:
    """Tell which verdicts rest on an estimate."""
    return verdicts["verdict"].ne("not_testable") & verdicts["theta"].notna()


def counted(verdicts: pd.DataFrame, edition: Edition) -> str:
    """Say how many hypotheses a study tests, views through a model, and cannot test."""
    tested = verdicts[is_tested(verdicts)]
    viewed = int(tested["role"].eq("instrument").sum())
    return edition.say(
        *("sentence", "counted"),
        conclusions=len(edition.claims.conclusions),
        hypotheses=len(verdicts),
        tested=len(tested) - viewed,
        viewed=edition.say("sentence", "viewed", viewed=viewed) if viewed else "",
        untested=len(verdicts) - len(tested),
    )


def years(verdict: Any, edition: Edition) -> str:
    """Name the years of tenure, outcome and borders; one of all three when they are the same.

    Where something else stands in the place of tenure, or all figures are of one year, that is
    said.
    """
    exposure, outcome = int(verdict.year_exposure), int(verdict.year_outcome)
    key, title = "three_years", ""
    contrast = str(getattr(verdict, "specification", getattr(verdict, "exposure", "")))
    own = edition.study.models.specifications.get(contrast)
    if contrast.startswith("stacking"):
        key = "problems"
    elif contrast and not own:
        key = "unknown_years"
    elif own and own.kind == "other":
        key, title = "other_years", lowered(edition.title(own.contrast))
    by_itself = getattr(verdict, "rule", "") in ("ratio", "agreement")
    if exposure == outcome and (by_itself or getattr(verdict, "estimator", "") in WITHOUT_TENURE):
        key = "figures"
    return edition.of_years(exposure, outcome, int(verdict.division), key, title)


def _of_tenure(contrast: str, edition: Edition) -> bool:
    own = edition.study.models.specifications.get(contrast)
    return not contrast.startswith("stacking") and (not own or own.kind != "other")


def dated(edition: Edition, row: Any) -> Edition:
    """Give an edition the years of a row, so that a figure names the years that it shows.

    Parameters
    ----------
    edition : Edition
    row : named tuple or Series
        year_exposure, year_outcome, division; exposure and estimator if it is an estimate.

    Returns
    -------
    Edition
    """
    own = {
        "exposure": int(row.year_exposure),
        "outcome": int(row.year_outcome),
        "division": int(row.division),
    }
    study = edition.study.model_copy(update={"years": edition.study.years.model_copy(update=own)})
    tenure = _of_tenure(str(getattr(row, "exposure", "")), edition)
    apart = own["exposure"] != own["outcome"] or row.estimator not in WITHOUT_TENURE
    told = years(row, edition) if apart and not tenure else ""
    return replace(edition, study=study, told_years=told)


def capital(text: str) -> str:
    """Start a sentence; unlike `str.capitalize`, the rest keeps its capitals."""
    return text[:1].upper() + text[1:]


def lowered(text: str) -> str:
    """Continue a sentence; abbreviations and what follows keep their capitals."""
    kept = text[:2].isupper() or text.startswith("Wmo")
    return text if kept else text[:1].lower() + text[1:]


def reason_in_words(reason: str, edition: Edition) -> str:
    """Put why areas are lost in words: a code such as "small", or "no" and a column."""
    if reason.startswith("no ") and reason[3:] in edition.dictionary:
        return edition.say("coverage", "none", title=edition.title(reason[3:]).lower())
    sample = edition.study.sample
    limits: dict[str, object] = {
        "least": sample.min_dwellings,
        "unknown": edition.number(sample.max_tenure_unknown),
        "inside": edition.held(edition.study.models.fixed_effects),
    }
    known = words.known("coverage", reason)
    return edition.say("coverage", reason, **limits) if known else reason


def step_in_words(row: Any, edition: Edition) -> str:
    """Label a row of a coverage table: kept, or lost and why."""
    step = edition.say("coverage", row.step) if words.known("coverage", row.step) else row.step
    return f"{step}: {reason_in_words(row.reason, edition)}" if row.reason else step


def at_verdict_level(estimates: pd.DataFrame, verdicts: pd.DataFrame) -> pd.DataFrame:
    """Give the estimates that decide the interval of their verdict.

    The level of a verdict follows Holm's correction, so that it is known only once all notebooks
    have run.

    Parameters
    ----------
    estimates, verdicts : DataFrame

    Returns
    -------
    DataFrame
        `estimates`, with low and high of the deciding rows as the verdicts have them.
    """
    made = estimates.copy()
    for row in each(verdicts[is_tested(verdicts)]):
        own = made["hypothesis"].eq(row.hypothesis) & made["role"].eq(row.role)
        made.loc[own, ["low", "high"]] = in_outcome_units(row)[1:]
    return made


def with_gates(estimates: pd.DataFrame, own: pd.Series) -> pd.DataFrame:
    """Pick a deciding estimate and the gates that it must survive.

    Parameters
    ----------
    estimates : DataFrame
    own : Series
        A row of it, of the role that decides.

    Returns
    -------
    DataFrame
        All kinds of standard error of each, the deciding estimate first.
    """
    same = estimates[estimates[ASSOCIATION].eq(own[ASSOCIATION]).all(axis=1)]
    return same[same["role"].isin([own["role"], "gate", "sensitivity"])]


def caveats(outcome: str, edition: Edition, years: tuple[int, int] | None = None) -> str:
    """Say what a figure of an outcome may not be taken for.

    Parameters
    ----------
    outcome : str
        A column; more is said if it was made with housing.
    edition : Edition
    years : tuple of int, optional
        Of the exposure and of the outcome; more is said if the outcome is older.

    Returns
    -------
    str
    """
    entry = edition.dictionary.get(outcome)
    said = [edition.say("caveat", "level")]
    if entry is not None and entry.modelled_with_housing != "no":
        said.append(edition.say("caveat", "housing"))
    if years and years[1] < years[0]:
        said.append(edition.say("caveat", "before", exposure=years[0], outcome=years[1]))
    return " ".join(said)


def years_of(rows: pd.DataFrame) -> tuple[int, int]:
    """Give the years of exposure and outcome of the first of some estimates."""
    return int(rows["year_exposure"].iloc[0]), int(rows["year_outcome"].iloc[0])
