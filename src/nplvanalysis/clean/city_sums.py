"""Sums of an export of one city: buurten sum to their wijk, and wijken to the gemeente."""

from __future__ import annotations

import pandas as pd

from nplvanalysis import errors

# Persons and households are rounded to 5 and land to 1 hectare: the error of one is half of that.
ROUNDED_TO = {"population": 5.0, "households": 5.0, "dwellings": 0.0, "land_area": 1.0}
# Residents whose address is not known are in no wijk: 0.03 % of those of a city at most.
LOST = {"population": 0.001, "households": 0.001}


def agree(areas: pd.DataFrame, where: str) -> None:
    """Compare buurten with their wijk, and wijken with their gemeente.

    Areas that are gone from the file leave no other trace.

    Parameters
    ----------
    areas : DataFrame
        code and counts: all levels of the file.
    where : str
        The file, named in errors.

    Raises
    ------
    DataError
        If the areas that a whole has do not sum to its own count, or a whole has no row.
    """
    for name, step in ROUNDED_TO.items():
        counts = areas.set_index("code")[name]
        for part, whole, length in (("BU", "WK", 8), ("WK", "GM", 6)):
            parts = counts[counts.index.str.startswith(part)]
            wholes = counts[counts.index.str.startswith(whole)]
            lost = LOST.get(name, 0.0) if whole == "GM" else 0.0
            sums = _sums(parts, whole + parts.index.str[2:length], wholes)
            rounding = step / 2 * (sums["n"] + 1)
            over = sums["sum"] - sums["whole"]
            fits = (over <= rounding) & (-over <= rounding + lost * sums["whole"])
            if not fits.all():
                raise _broken(sums[~fits], name, part, where)


def _sums(parts: pd.Series, owners: pd.Index, wholes: pd.Series) -> pd.DataFrame:
    by_whole = parts.groupby(owners)
    sums = pd.DataFrame({"sum": by_whole.sum(), "n": by_whole.size()})
    # a wijk without a buurt, or a buurt of a wijk that has no row, is a lost row
    return sums.join(wholes.groupby(level=0).first().rename("whole"), how="outer", validate="1:1")


def _broken(wrong: pd.DataFrame, name: str, part: str, where: str) -> errors.DataError:
    first = {
        column: "none" if pd.isna(value) else f"{value:,.0f}"
        for column, value in wrong.iloc[0].items()
    }
    return errors.DataError(
        "Areas do not sum to the whole that they are parts of.",
        where=f"{where}, {name}",
        expected=f"{name} of the {part} codes that sums to that of the whole, rounding apart",
        got=f"{len(wrong):,} others, such as {wrong.index[0]}: {first['whole']}, its {first['n']} "
        f"parts have {first['sum']}",
        todo="Rows may be lost or repeated, or cells edited. Fetch the export again, whole.",
    )
