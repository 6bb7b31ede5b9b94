"""Which codes mean the same place in two divisions, and how an area that was cut is shared out."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from nplvanalysis.errors import DivisionError

# `weight`: share of the area's dwellings; `ground`: share of its land, missing where not known.
PAIRS = ["code", "division", "target_code", "target_division", "method", "weight", "ground"]
# The best first.
METHODS = ("unchanged", "recoded", "addresses", "overlay")
UNCHANGED = 1
# Of floating-point sums of weights.
WITHIN = 1e-9
# An area of which a larger part lies elsewhere than on the areas it can go to is given up.
INSIDE = 0.9
# Why an area is lost. The last: it is placed, but what else its target is made of is not.
CHANGED, OFF_MAP = "other borders or code", "not on the borders"
FLAGGED, UNSURE = "goes to areas flagged unchanged", "recodes leave open where it went"
UNDRAWN, GAP = "without borders in its own year", "joined to a part without figures"


@dataclass(frozen=True)
class Crosswalk:
    """Where the areas of one division are in another.

    Attributes
    ----------
    pairs : DataFrame
        `PAIRS`: weights of 0 to 1 that sum to 1 per code.
    lost : dict of str to str
        Codes that no method can place, and why: one of the reasons above.
    lacking : frozenset of str
        Target codes of which a piece is lost or unknown: they have no figures.
    """

    pairs: pd.DataFrame
    lost: dict[str, str]
    lacking: frozenset[str]


def unchanged(flags: pd.DataFrame, one: int, other: int) -> set[str]:
    """Find the codes whose borders did not change between two divisions.

    The publisher flags a change against the previous year only, so a code is followed through an
    unbroken chain of "unchanged". A new code for the same borders (flag 2) breaks it: the old code
    is not published with it.

    Parameters
    ----------
    flags : DataFrame
        code, division, change_flag of every edition at hand.
    one, other : int
        Divisions, in any order.

    Returns
    -------
    set of str

    Raises
    ------
    DivisionError
        If an edition between the two is missing, so that the chain cannot be followed.
    """
    steps = range(min(one, other) + 1, max(one, other) + 1)
    missing = sorted(set(steps) - set(flags["division"]))
    if missing:
        raise DivisionError(
            "Figures of one division cannot be put on the borders of another.",
            where=f"figures of {one}, borders of {other}",
            expected=f"an edition with change flags for each of {list(steps)}",
            got=f"none for {missing}",
            todo=f"Add these editions or borders of {one} to `sources`, or use borders of the "
            "same year.",
        )
    chain = flags[flags["division"].isin(steps) & (flags["change_flag"] == UNCHANGED)]
    counts = chain.groupby("code")["division"].nunique()
    return set(counts.index[counts == len(steps)])


def whole(moved: dict[str, str], division: int, target: int, method: str) -> pd.DataFrame:
    """Write pairs of areas that go to one other area each.

    Parameters
    ----------
    moved : dict of str to str
        From code to target code.
    division, target : int
        Their years.
    method : str
        One of `METHODS`.

    Returns
    -------
    DataFrame
        `PAIRS`, weight 1.
    """
    pairs = pd.DataFrame({"code": list(moved), "target_code": list(moved.values())}, dtype="str")
    pairs = pairs.assign(division=division, target_division=target, method=method)
    return pairs.assign(weight=1.0, ground=1.0)[PAIRS]


def assembled(codes: Iterable[str], targets: set[str], found: list[pd.DataFrame]) -> Crosswalk:
    """Give each code the best method at hand.

    An area that is known to be unchanged takes nothing from others: what other methods would put
    there are slivers of borders drawn again, or stray addresses, and goes to their other targets.
    Counts of addresses that cut an area go before a table that moves it whole.

    Parameters
    ----------
    codes : iterable of str
        The areas to place.
    targets : set of str
        Areas of the target division that have borders.
    found : list of DataFrame
        Pairs by each method, `PAIRS`, in any order; some with `inside`, the share of the area
        that is known to be on the targets.

    Returns
    -------
    Crosswalk

    Raises
    ------
    DivisionError
        If the pairs of a method leak.
    """
    for pairs in found:
        refuse_leaks(pairs)
    empty = pd.DataFrame(columns=PAIRS).astype({"weight": float, "ground": float})
    every = pd.concat([empty, *found], ignore_index=True)
    every = every[every["code"].isin(set(codes))]
    every["inside"] = every.get("inside", pd.Series(1.0, every.index)).fillna(1.0)
    every = every[~_outranked(every)]
    chosen, free = [], set(targets)
    for method in METHODS:
        fit = _fitting(every[every["method"] == method], free)
        chosen.append(fit)
        every = every[~every["code"].isin(fit["code"])]
        free -= set(fit["target_code"]) if method == METHODS[0] else set()
    pairs = pd.concat(chosen, ignore_index=True).sort_values(PAIRS[:4], ignore_index=True)
    refuse_leaks(pairs, targets)
    lost = _reasons(set(codes) - set(pairs["code"]), every, targets)
    return Crosswalk(pairs, lost, frozenset(set(every["target_code"]) & free))


def _outranked(every: pd.DataFrame) -> pd.Series:
    """Find recodes of areas that addresses cut."""
    cut = every.loc[(every["method"] == "addresses") & (every["weight"] < 1), "code"]
    return (every["method"] == "recoded") & every["code"].isin(cut)


def _reasons(lost: set[str], left: pd.DataFrame, targets: set[str]) -> dict[str, str]:
    """Say why the pairs that are left over do not place an area."""
    there = left[left["target_code"].isin(targets)]
    share = there.groupby(["code", "method"])["weight"].transform("sum")
    barred = set(there.loc[share * there["inside"] >= INSIDE, "code"])
    most = left.groupby("code")["inside"].max()
    found = dict.fromkeys(sorted(lost), CHANGED) | dict.fromkeys(most.index, OFF_MAP)
    return found | dict.fromkeys(most.index[most == 0], UNSURE) | dict.fromkeys(barred, FLAGGED)


def _fitting(pairs: pd.DataFrame, free: set[str]) -> pd.DataFrame:
    """Keep areas that go to free targets for the larger part, and make that part their whole."""
    there = pairs[pairs["target_code"].isin(free)]
    share = there.groupby("code")["weight"].transform("sum")
    fit = there[share * there["inside"] >= INSIDE]
    by_code = fit.groupby("code")
    scaled = {
        name: fit[name] / by_code[name].transform("sum", min_count=1)
        for name in ("weight", "ground")
    }
    scaled["ground"] = scaled["ground"].where(fit["ground"].notna())
    return fit.assign(**scaled)[PAIRS]


def refuse_leaks(pairs: pd.DataFrame, targets: set[str] | None = None) -> None:
    """Refuse a crosswalk that would lose dwellings or make them up.

    Parameters
    ----------
    pairs : DataFrame
        `PAIRS`.
    targets : set of str, optional
        Codes that the target division has. None: not checked.

    Raises
    ------
    DivisionError
        For a weight that is missing or negative, a pair that stands there twice, weights that do
        not sum to 1 per code and division, or a target code that is unknown. It names the codes.
    """
    key = ["code", "division", "target_division"]
    per_code = pairs.groupby(key)[["weight", "ground"]].transform("sum")
    part = pairs.groupby(key)["ground"].transform("count") > 0
    leaks = ~np.isclose(per_code["weight"], 1, rtol=0, atol=WITHIN)
    wrong = {
        "weights of 0 or more": ~(pairs["weight"] >= 0) | (pairs["ground"] < 0),
        "each pair of codes once": pairs.duplicated([*key, "target_code"], keep=False),
        "weights that sum to 1 per code": leaks,
        "shares of land that sum to 1": part & ~np.isclose(per_code["ground"], 1, 0, WITHIN),
        "target codes of the target division": pd.Series(False, pairs.index)
        if targets is None
        else ~pairs["target_code"].isin(targets),
    }
    for expected, rows in wrong.items():
        refuse(pairs[rows], expected, "a crosswalk")


def refuse(rows: pd.DataFrame, expected: str, where: str) -> None:
    """Stop if there are rows, and name their codes.

    Parameters
    ----------
    rows : DataFrame
        code and, where it is known, target_code: those that are wrong.
    expected : str
        What should have been there.
    where : str
        The table.

    Raises
    ------
    DivisionError
        If there is a row.
    """
    if rows.empty:
        return
    names = rows["code"].astype(str)
    if "target_code" in rows:
        names = names + " to " + rows["target_code"].astype(str)
    raise DivisionError(
        "Codes of two divisions are not tied together as they should be.",
        where=where,
        expected=expected,
        got=f"{len(rows):,} that are not so, such as {', '.join(names.head(5))}",
        todo="Correct these rows, or leave the table out: areas without a method are listed as "
        "lost, which is better than a wrong number.",
    )
