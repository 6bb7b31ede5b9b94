"""Groups of areas that a slope may differ between: urbanity, small places, Limburg."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd

# The nearest that open tables come to a village: the whole wijk has fewer residents than this.
SMALL = 7000
SCATTERED = "verspreide huizen"


def by_urbanity(table: pd.DataFrame) -> pd.Series:
    """Group areas by class of urbanity, from 1 (extremely urbanised) to 5."""
    return table["urbanity"].map("urbanity {}".format, na_action="ignore")


def by_small_place(table: pd.DataFrame) -> pd.Series:
    """Group areas into those of small places and all others.

    Parameters
    ----------
    table : DataFrame
        code, name, level, urbanity, population.

    Returns
    -------
    Series
        "small place": hardly or not urbanised, in a wijk of fewer than `SMALL` residents. Scattered
        houses are no place, and a municipality or a part of a city is none either: missing.
    """
    wijk = table["code"].str.removeprefix("BU").str.removeprefix("WK").str[:6]
    residents = table.groupby(wijk)["population"].transform("sum")
    rural = table["urbanity"].astype(float) >= 4
    small = (rural & (residents < SMALL)).map({True: "small place", False: "other place"})
    place = table["level"].isin(["buurt", "wijk"]) & table["urbanity"].notna()
    scattered = table["name"].astype(str).str.lower().str.contains(SCATTERED)
    return small.where(place & ~scattered)


def by_limburg(table: pd.DataFrame) -> pd.Series:
    """Group areas into those of Limburg and those elsewhere; missing without a province."""
    inside = table["province"].eq("Limburg").map({True: "Limburg", False: "elsewhere"})
    return inside.where(table["province"].notna())


# In this order; each names its groups so that the first less the last is what is reported.
MODERATORS: dict[str, tuple[Callable[[pd.DataFrame], pd.Series], list[str]]] = {
    "urbanity": (by_urbanity, [f"urbanity {one}" for one in range(1, 6)]),
    "small places": (by_small_place, ["small place", "other place"]),
    "Limburg": (by_limburg, ["Limburg", "elsewhere"]),
}


def grouped(table: pd.DataFrame, moderator: str) -> pd.Series:
    """Give each area its group.

    Parameters
    ----------
    table : DataFrame
        A cross-section; a column that it lacks counts as missing everywhere.
    moderator : str
        Of `MODERATORS`.

    Returns
    -------
    Series of str
        Missing where an area belongs to no group.
    """
    needed = {"urbanity", "population", "level", "name", "province"}
    lacking = dict.fromkeys(needed - {*table}, np.nan)
    return MODERATORS[moderator][0](table.assign(**lacking))
