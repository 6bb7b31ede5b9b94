"""Which codes mean the same place in two divisions."""

from __future__ import annotations

import pandas as pd

from nplvanalysis.errors import DivisionError

UNCHANGED = 1


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
            todo="Add these editions to `sources`, or use borders of the same year.",
        )
    chain = flags[flags["division"].isin(steps) & (flags["change_flag"] == UNCHANGED)]
    counts = chain.groupby("code")["division"].nunique()
    return set(counts.index[counts == len(steps)])


def to_division(
    table: pd.DataFrame, division: int, flags: pd.DataFrame
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Put a table on the borders of a division, or give up the areas where that is not possible.

    Parameters
    ----------
    table : DataFrame
        code, division and figures; one division.
    division : int
        The one wanted.
    flags : DataFrame
        See `unchanged`.

    Returns
    -------
    kept, lost : DataFrame
        `kept` carries the new division; `lost` are the rows whose area changed.

    Raises
    ------
    DivisionError
        If the chain of editions is broken.
    """
    (own,) = table["division"].unique()
    if own == division:
        return table, table.iloc[:0]
    same = table["code"].isin(unchanged(flags, own, division))
    return table[same].assign(division=division), table[~same]
