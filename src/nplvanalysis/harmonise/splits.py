"""Municipalities that were divided among others: what part of their households went where."""

from __future__ import annotations

import pandas as pd

from nplvanalysis.harmonise.crosswalk import refuse
from nplvanalysis.harmonise.recodes import within

COUNTS = ["code", "division", "target_code", "target_division", "addresses"]


def counts(splits: pd.DataFrame, changes: pd.DataFrame, division: int, target: int) -> pd.DataFrame:
    """Count what links two divisions through the municipalities that were divided between them.

    Parameters
    ----------
    splits : DataFrame
        code, division, target_code, target_division, households (as `data/municipal_splits.csv`
        has it): the last division that has the code, the first after it.
    changes : DataFrame
        See `recodes.recoded`: what became of the parts afterwards.
    division, target : int
        Years.

    Returns
    -------
    DataFrame
        code, division, target_code, target_division, addresses, as `recodes.counted` wants them:
        households stand for addresses, since only their proportions count.

    Raises
    ------
    DivisionError
        If a municipality is divided that got another code, or a part, after `division`: which of
        its parts are meant is not known.
    """
    steps = within(changes, division, target)
    parts = within(splits, division, target)
    made = steps[["target_code", "target_division"]].rename(columns={"target_code": "code"})
    told = parts[["code", "division"]].drop_duplicates()
    both = told.merge(made, on="code", validate="m:m")
    refuse(both[both["target_division"] <= both["division"]], "codes that stayed", "the splits")
    now = [
        _followed(str(row.target_code), steps[steps["division"] >= row.target_division])
        for row in parts.itertuples()
    ]
    found = parts.assign(division=division, target_division=target, target_code=now)
    found = found.rename(columns={"households": "addresses"})
    total = found.groupby(COUNTS[:4])["addresses"].sum().astype(float)
    return total.reset_index()


def _followed(code: str, steps: pd.DataFrame) -> str:
    """Follow one part through what happened to its municipality afterwards."""
    for _, rows in steps.groupby("target_division", sort=True):
        step = rows[rows["code"] == code]
        refuse(step[step.duplicated("code", keep=False)], "parts left whole", "the splits")
        code = str(step["target_code"].iloc[0]) if len(step) else code
    return code
