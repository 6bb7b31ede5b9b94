"""Published tables that say where codes went: recodes and mergers, and counts of addresses."""

from __future__ import annotations

import numpy as np
import pandas as pd

from nplvanalysis.harmonise.crosswalk import PAIRS, refuse, whole

# The publisher never gives the code of a municipality to another place.
STABLE = "GM"


def recoded(
    recodes: pd.DataFrame, codes: set[str], targets: set[str], division: int, target: int
) -> pd.DataFrame:
    """Follow whole areas through recodes and mergers, one year after the other.

    Where others join an area that keeps its code, it keeps its own. A municipality that no row
    names keeps its code, too; smaller areas do not, since their codes are used again.

    Parameters
    ----------
    recodes : DataFrame
        code, division, target_code, target_division: whole areas, from the last division that has
        the old code to the first that has the new one.
    codes, targets : set of str
        Those that the divisions know.
    division, target : int
        Years; mergers are followed forwards only.

    Returns
    -------
    DataFrame
        `PAIRS`, method `recoded`.

    Raises
    ------
    DivisionError
        If a row names a code that is unknown to its division, or a code twice. Rows that name
        areas of neither division are about other places and left alone.
    """
    if target < division:
        return whole({}, division, target, "recoded")
    steps = recodes[(recodes["division"] >= division) & (recodes["target_division"] <= target)]
    twice = steps.duplicated(["code", "target_division"], keep=False)
    refuse(steps[twice], "each code once: a split needs counts of addresses", "the recodes")
    now, touched = {code: code for code in codes | set(steps["code"])}, set()
    for _, rows in steps.groupby("target_division", sort=True):
        step = dict(zip(rows["code"], rows["target_code"], strict=True))
        joined = set(step) | set(step.values())
        touched |= {code for code, at in now.items() if at in joined}
        now = {code: step.get(at, at) for code, at in now.items()}
    made = set(steps["target_code"])
    followed = pd.DataFrame({"code": sorted(touched)}, dtype="str")
    followed["target_code"] = followed["code"].map(now)
    ours, theirs = followed["code"].isin(codes), followed["target_code"].isin(targets)
    strangers = followed[~ours & theirs & ~followed["code"].isin(made)]
    refuse(strangers, f"old codes that the division of {division} has", "the recodes")
    refuse(followed[ours & ~theirs], f"codes of the division of {target}", "the recodes")
    stable = {code for code in codes & targets - touched if code.startswith(STABLE)}
    kept = {code: now[code] for code in sorted(touched & codes)} | {code: code for code in stable}
    return whole(kept, division, target, "recoded")


def counted(
    addresses: pd.DataFrame, codes: set[str], targets: set[str], division: int, target: int
) -> pd.DataFrame:
    """Weigh pairs of codes by the addresses that have both.

    Parameters
    ----------
    addresses : DataFrame
        code, division, target_code, target_division, addresses.
    codes, targets : set of str
        Those that the divisions know.
    division, target : int
        Years; rows of others are left out.

    Returns
    -------
    DataFrame
        `PAIRS`, method `addresses`: weight = addresses / their sum over the code. How land is
        shared out is not known, save for an area that stays whole.

    Raises
    ------
    DivisionError
        For a count that is missing or negative, a pair that stands there twice, or a target code
        that the division lacks.
    """
    where = "the counts of addresses"
    rows = addresses[(addresses["division"] == division) & (addresses["target_division"] == target)]
    known = rows["target_code"].isin(targets)
    refuse(rows[~known & rows["code"].isin(codes)], f"codes of the division of {target}", where)
    rows = rows[known]
    refuse(rows[~(rows["addresses"] >= 0)], "counts of 0 or more", where)
    refuse(rows[rows.duplicated(["code", "target_code"], keep=False)], "each pair once", where)
    rows = rows[rows["addresses"] > 0]
    weight = rows["addresses"] / rows.groupby("code")["addresses"].transform("sum")
    ground = np.where(weight == 1, 1.0, np.nan)
    return rows.assign(method="addresses", weight=weight, ground=ground)[PAIRS]
