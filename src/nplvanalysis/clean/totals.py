"""Totals of a StatLine table of one year: what areas sum to is what the whole has."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from nplvanalysis import errors

if TYPE_CHECKING:
    from nplvanalysis.clean.statline import Table

# Residents whose address is not known are in no buurt or wijk: in 2022 up to 0.8 % of those of a
# gemeente. Dwellings all have a place.
LOST = {"population": 0.02, "dwellings": 0.0}
WHOLES = {"BU": ("GM", 6), "WK": ("GM", 6), "GM": ("NL", 2)}
# Counts are rounded to multiples of 5 at most: the error of one is half of this.
ROUNDED_TO = 5


def agree(frame: pd.DataFrame, table: Table) -> None:
    """Compare buurten and wijken with their gemeente, and gemeenten with the country.

    Areas that are gone from the rows and from the dimension alike leave no other trace.

    Parameters
    ----------
    frame : DataFrame
        From `statline.rows`, one row per area.
    table : Table

    Raises
    ------
    DataError
        If the areas that a whole has do not sum to its own count.
    """
    codes = np.array(table.areas.keys, dtype=object)[frame[table.areas.name].cat.codes]
    for name, lost in LOST.items():
        if name in frame and frame[name].notna().any():
            counts = pd.Series(frame[name].to_numpy(float), index=codes.astype(str))
            for part in WHOLES:
                wrong = misfits(counts, part, lost)
                if len(wrong):
                    raise _broken(wrong, name, part, table)


def misfits(counts: pd.Series, part: str, lost: float) -> pd.DataFrame:
    """Find wholes that their parts do not sum to.

    Parameters
    ----------
    counts : Series of float64, by code
    part : str
        BU, WK or GM: begin of the codes of the parts.
    lost : float
        Share of a whole that may be in no part.

    Returns
    -------
    DataFrame, by code of the whole
        sum of the parts, n how many there are, whole its own count (NaN if it has no row). Parts
        without a count may leave the others short of the whole.
    """
    # the country's key is followed by zeros (NL00, NL01)
    prefix, length = WHOLES[part]
    wholes = counts[counts.index.str.startswith(prefix)].rename("whole")
    wholes.index = wholes.index.str[:length]
    parts = counts[counts.index.str.startswith(part)]
    if parts.empty or (prefix == "NL" and wholes.empty):
        return pd.DataFrame(columns=["sum", "n", "whole"])
    by_whole = parts.groupby(prefix + parts.index.str[2:length])
    sums = pd.DataFrame({"sum": by_whole.sum(), "n": by_whole.size(), "known": by_whole.count()})
    sums = sums.reindex(sums.index.union(wholes.index), fill_value=0)
    sums = sums.join(wholes, validate="1:1")
    over = sums["sum"] - sums["whole"]
    rounding = ROUNDED_TO * sums["n"].clip(lower=1)
    short = (sums["known"] == sums["n"]) & (-over > rounding + lost * sums["whole"])
    return sums[(over > rounding) | short | ~sums.index.isin(wholes.index)]


def _broken(wrong: pd.DataFrame, name: str, part: str, table: Table) -> errors.DataError:
    first = wrong.iloc[0]
    whole = "no row" if np.isnan(first["whole"]) else f"{first['whole']:,.0f}"
    return errors.DataError(
        "Areas do not sum to the whole that they are parts of.",
        where=f"{table.entry.file}, column {table.chosen[name].key}",
        expected=f"{name} of the {part} codes that sums to that of the whole, rounding apart",
        got=f"{len(wrong):,} others, such as {wrong.index[0]}: {whole}, its {first['n']:,.0f} "
        f"parts have {first['sum']:,.0f}",
        todo="Areas may be lost from the table, or it was edited. Fetch it again, whole.",
    )
