"""What the register asks of a study and its tables do not answer."""

from __future__ import annotations

import pandas as pd

from nplvanalysis.registers import Claims
from nplvanalysis.report import words

# Reasons that say something about this version, or nothing, instead of about the data.
NO_REASONS = ("", "no_estimator", "no_row")


def unanswered(claims: Claims, study: str, estimates: pd.DataFrame, verdicts: pd.DataFrame) -> list:
    """List rows without an estimate or a reason, and hypotheses without a verdict or a reason.

    Parameters
    ----------
    claims : Claims
    study : str
    estimates : DataFrame
        hypothesis, row, estimate, status.
    verdicts : DataFrame
        hypothesis, verdict, theta, reason; one study.

    Returns
    -------
    list of str
    """
    found = []
    for name, hypothesis in claims.hypotheses.items():
        found += _verdict(name, verdicts[verdicts["hypothesis"] == name])
        own = estimates[estimates["hypothesis"] == name]
        rows = hypothesis.studies.get(study, [])
        for place, row in enumerate(rows):
            every = own[own["row"].astype(int).eq(place)]
            # balances are checks on another row, whatever their own role
            mine = every["role"].eq(row.role)
            fits = every[mine] if mine.any() else every[every["role"].eq("sensitivity")]
            found += _row(f"{name}, row {place} ({row.estimator} of {row.outcome})", fits)
        beyond = own["row"].astype(int).ge(len(rows))
        found += [f"{name}: estimates of rows that the register lacks"] if beyond.any() else []
    return found


def _verdict(name: str, own: pd.DataFrame) -> list[str]:
    if len(own) != 1:
        return [f"{name}: {len(own)} verdicts"]
    one = own.iloc[0]
    if one["verdict"] not in words.texts()["verdict"]:
        return [f"{name}: unknown verdict {one['verdict']!r}"]
    if one["verdict"] == "not_testable":
        return [f"{name}: no reason"] if one["reason"] in NO_REASONS else []
    return [] if pd.notna(one["theta"]) else [f"{name}: a verdict without an estimate"]


def _row(name: str, fits: pd.DataFrame) -> list[str]:
    """A row is answered by numbers, or by a reason that a reader finds in words."""
    if fits.empty:
        return [f"{name}: neither result nor reason"]
    told = [
        pd.notna(one.estimate) if one.status == "ok" else words.known("reason", one.status)
        for one in fits.itertuples()
    ]
    return [] if all(told) else [f"{name}: no number, and no reason in words"]
