"""Verdicts, computed by rules that were fixed before estimation."""

from __future__ import annotations

from dataclasses import asdict, dataclass

import pandas as pd

from nplvanalysis.models.excess import CEILING
from nplvanalysis.models.judgement import Case, judge
from nplvanalysis.models.reasons import why_not
from nplvanalysis.models.rules import holm
from nplvanalysis.models.specification import subset, years_of
from nplvanalysis.params import Study
from nplvanalysis.registers import Claims, Hypothesis, Row
from nplvanalysis.schema import Column

NUMBERS = ("theta", "std_error", "low", "high", "level", "delta", "ceiling")
INSTRUMENT_WORDS = {"supported": "in_line", "contradicted": "not_in_line"}


@dataclass(frozen=True)
class Verdict:
    """One hypothesis in one study; `theta` is the estimate times the expected sign.

    `ceiling` is what a ratio would be if all problems had one order of areas.
    """

    study: str
    family: str
    conclusion: int
    hypothesis: str
    role: str
    outcome: str
    specification: str
    sign: int
    theta: float
    std_error: float
    standard_errors: str
    low: float
    high: float
    level: float
    delta: float
    ceiling: float
    n: int
    clusters: int
    gates_failed: str
    verdict: str
    reason: str
    detail_nl: str
    detail_en: str
    estimator: str
    rule: str
    subset: str
    year_first: int
    year_exposure: int
    year_outcome: int
    division: int


def deciding_row(hypothesis: Hypothesis, study: str) -> Row | None:
    """Find the row that decides a hypothesis in a study, if one was fixed."""
    rows = hypothesis.studies.get(study, [])
    return next((row for row in rows if row.role in ("primary", "instrument")), None)


def _deciding(estimates: pd.DataFrame, hypothesis: str) -> pd.DataFrame:
    own = estimates[estimates["hypothesis"] == hypothesis]
    return own[own["role"].isin(["primary", "instrument"])]


def _of_row(
    estimates: pd.DataFrame, name: str, hypothesis: Hypothesis, row: Row | None, study: Study
) -> pd.DataFrame:
    """Keep the fits of a row: itself, its gates, and the ceiling of a ratio."""
    if row is None:
        return estimates.iloc[:0]
    position = hypothesis.studies[study.study].index(row)
    return estimates[
        (estimates["hypothesis"] == name)
        & (estimates["row"] == position)
        & (estimates["unit"] == study.unit)
        & (estimates["role"].isin([row.role, "gate"]) | estimates["sample"].eq(CEILING))
    ]


def _usable(rows: pd.DataFrame, row: Row | None) -> bool:
    """Tell whether a deciding estimate can be judged: it exists, and so does its yardstick."""
    measured = rows["outcome_sd"].notna() | bool(row and row.rule != "delta")
    return bool(len(rows)) and bool((rows["status"].eq("ok") & measured).all())


def _reason(rows: pd.DataFrame) -> str:
    failed = rows.loc[rows["status"] != "ok", "status"]
    return str(failed.iloc[0]) if len(failed) else "too_few_areas"


def _levels(estimates: pd.DataFrame, claims: Claims, study: Study) -> dict[str, float]:
    """Holm levels per hypothesis; p from the largest error, families as the register has them.

    A list is no test: it has no p, and takes nothing from the others of its family.
    """
    families: dict[str, dict[str, float]] = {}
    levels: dict[str, float] = {}
    for name, hypothesis in claims.hypotheses.items():
        row = deciding_row(hypothesis, study.study)
        rows = _deciding(estimates, name)
        if not _usable(rows, row):
            continue
        if row and row.rule == "list":
            levels[name] = study.models.alpha
        else:
            families.setdefault(hypothesis.family, {})[name] = float(rows["p"].max())
    for tests in families.values():
        found = holm(pd.Series(tests), study.models.alpha)
        levels |= {str(name): level for name, level in found.items()}
    return levels


def _tested(
    name: str, hypothesis: Hypothesis, row: Row, rows: pd.DataFrame, study: Study, level: float
) -> Verdict:
    worst = rows[rows["role"] == row.role].sort_values("std_error").iloc[-1]
    gates = rows[rows["role"] == "gate"].drop_duplicates(["weights", "controls", "sample"])
    found = judge(Case(row, worst, gates, study, level))
    verdict = found.verdict
    if row.role == "instrument":
        verdict = INSTRUMENT_WORDS.get(verdict, verdict)
    own = {
        "theta": found.theta,
        "std_error": found.std_error,
        "standard_errors": worst["standard_errors"],
        "low": found.low,
        "high": found.high,
        "level": level,
        "delta": found.delta,
        "ceiling": float(rows.loc[rows["sample"] == CEILING, "estimate"].max()),
        "n": int(worst["n"]),
        "clusters": int(worst["clusters"]),
        "gates_failed": "; ".join(found.failed),
        "verdict": verdict,
    }
    return Verdict(**(_blank(name, hypothesis, row, study) | own))


def _blank(name: str, hypothesis: Hypothesis, row: Row | None, study: Study) -> dict:
    nothing = float("nan")
    years = years_of(row, study) if row else study.years
    return {
        "study": study.study,
        "family": hypothesis.family,
        "conclusion": hypothesis.conclusion,
        "hypothesis": name,
        "role": row.role if row else "",
        "outcome": row.outcome if row else "",
        "specification": row.specification if row else "",
        "sign": row.sign if row else 0,
        **dict.fromkeys(NUMBERS, nothing),
        "standard_errors": "",
        "n": 0,
        "clusters": 0,
        "gates_failed": "",
        "verdict": "not_testable",
        "reason": "",
        "detail_nl": "",
        "detail_en": "",
        "estimator": row.estimator if row else "",
        "rule": row.rule if row else "",
        "subset": subset(row) if row else "",
        "year_first": (row.year_first if row else None) or years.exposure,
        "year_exposure": years.exposure,
        "year_outcome": years.outcome,
        "division": years.division,
    }


def verdicts(
    estimates: pd.DataFrame,
    claims: Claims,
    study: Study,
    present: set[str],
    dictionary: dict[str, Column],
) -> pd.DataFrame:
    """Give every hypothesis of the register its verdict in this study.

    Parameters
    ----------
    estimates : DataFrame
        See `nplvanalysis.models.rows.COLUMNS`.
    claims : Claims
    study : Study
    present : set of str
        Columns of the panel with at least one value.
    dictionary : dict of str to Column

    Returns
    -------
    DataFrame
        One row per hypothesis, the fields of `Verdict`.
    """
    levels = _levels(estimates, claims, study)
    found = []
    for name, hypothesis in claims.hypotheses.items():
        row = deciding_row(hypothesis, study.study)
        rows = _of_row(estimates, name, hypothesis, row, study)
        if row and name in levels:
            found.append(_tested(name, hypothesis, row, rows, study, levels[name]))
            continue
        blank = _blank(name, hypothesis, row, study)
        if row and len(rows):
            blank["reason"] = _reason(rows)
        else:
            reason = why_not(hypothesis, study.study, present, dictionary)
            blank |= dict(zip(("reason", "detail_nl", "detail_en"), reason, strict=True))
        found.append(Verdict(**blank))
    return pd.DataFrame([asdict(verdict) for verdict in found])


def elsewhere(published: pd.DataFrame, study: Study) -> pd.DataFrame:
    """Keep the published verdicts of other real studies.

    Parameters
    ----------
    published : DataFrame
        `docs/verdicts.csv`, all text.
    study : Study
        Its own rows are ignored; the synthetic study neither shows others nor is shown.

    Returns
    -------
    DataFrame
        The columns of `published`; no rows for the synthetic study.
    """
    others = (published["study"] != study.study) & (published["study"] != "sample")
    return published[others & (not study.synthetic)].reset_index(drop=True)
