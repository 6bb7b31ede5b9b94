"""Published tables that say where codes went: recodes and mergers, and counts of addresses."""

from __future__ import annotations

import numpy as np
import pandas as pd

from nplvanalysis.harmonise.crosswalk import PAIRS, refuse, whole

# The publisher never gives the code of a municipality to another place.
STABLE = "GM"


def within(recodes: pd.DataFrame, division: int, target: int) -> pd.DataFrame:
    """Select the recodes that lie between two divisions, forwards.

    Parameters
    ----------
    recodes : DataFrame
        See `recoded`.
    division, target : int
        Years.
    """
    return recodes[(recodes["division"] >= division) & (recodes["target_division"] <= target)]


def recoded(
    recodes: pd.DataFrame, codes: set[str], targets: set[str], division: int, target: int
) -> pd.DataFrame:
    """Follow whole areas through recodes and mergers, one year after the other.

    A municipality that others join, or that no row names, keeps its code. Smaller areas do not,
    since their codes are used again for other places: one that others join and that stays needs a
    row of its own, from its code to the same code.

    The table must list every area that was split or done away with, with a row for each area that
    may have got a part of it: those it does not name are taken to have got nothing.

    Parameters
    ----------
    recodes : DataFrame
        code, division, target_code, target_division: from the last division that has the old code
        to the first that has the new one.
    codes, targets : set of str
        Those that the divisions know.
    division, target : int
        Years; mergers are followed forwards only.

    Returns
    -------
    DataFrame
        `PAIRS`, method `recoded`, and `inside`: 1, or 0 for an area that this table does not
        place: it was split, or its code was given to another area.

    Raises
    ------
    DivisionError
        If a row names a code that is unknown to its division, or stands there twice. Rows that
        name areas of neither division are about other places and left alone.
    """
    if target < division:
        return whole({}, division, target, "recoded")
    steps = within(recodes, division, target)
    twice = steps.duplicated(["code", "target_code", "target_division"], keep=False)
    refuse(steps[twice], "each pair once", "the recodes")
    now, touched, unsure = _followed(steps, codes)
    made = set(steps["target_code"])
    followed = pd.DataFrame(
        [(code, at) for code in sorted(touched) for at in sorted(now[code])],
        columns=["code", "target_code"],
        dtype="str",
    )
    ours, theirs = followed["code"].isin(codes), followed["target_code"].isin(targets)
    strangers = followed[~ours & theirs & ~followed["code"].isin(made)]
    refuse(strangers, f"old codes that the division of {division} has", "the recodes")
    refuse(followed[ours & ~theirs], f"codes of the division of {target}", "the recodes")
    stable = {code for code in codes & targets - touched if code.startswith(STABLE)}
    kept = whole({code: code for code in sorted(stable)}, division, target, "recoded")
    moved = followed[ours].assign(division=division, target_division=target, method="recoded")
    moved["weight"] = 1 / moved.groupby("code")["code"].transform("size")
    moved["ground"] = moved["weight"].where(moved["weight"] == 1)
    every = pd.concat([moved[PAIRS], kept], ignore_index=True)
    return every.assign(inside=(~every["code"].isin(unsure)).astype(float))


def _followed(
    steps: pd.DataFrame, codes: set[str]
) -> tuple[dict[str, frozenset[str]], set[str], set[str]]:
    """Tell where codes are after all steps, which of them rows name, and which are not placed."""
    now = {code: frozenset({code}) for code in codes | set(steps["code"])}
    touched: set[str] = set()
    unsure: set[str] = set()
    for _, rows in steps.groupby("target_division", sort=True):
        step = rows.groupby("code")["target_code"].agg(frozenset).to_dict()
        given = set(rows["target_code"]) - set(step)
        reused = {code for code in given if not code.startswith(STABLE)}
        touched |= {code for code, at in now.items() if at & (given | set(step))}
        unsure |= {code for code, at in now.items() if at & reused}
        now = {
            code: frozenset().union(*(step.get(one, {one}) for one in at))
            for code, at in now.items()
        }
    unsure |= {code for code, at in now.items() if len(at) > 1}
    return now, touched, unsure


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
