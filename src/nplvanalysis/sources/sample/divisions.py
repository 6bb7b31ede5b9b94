"""Codes and borders by year: what the map of 2020 was called, and how it was cut, before."""

from __future__ import annotations

import numpy as np
import pandas as pd

from nplvanalysis.sources.sample.province import Province

# The only changes are between 2018 and 2019.
CHANGED = 2019
# This municipality numbered its buurten anew, with letters, on the same borders.
RECODED = "GM9020"
# In this many municipalities a piece of one buurt belonged to its neighbour before.
SWAPS, PIECE = 4, 0.2
SAME, NEW_CODE, NEW_BORDERS = 1, 2, 3
LEVELS = {"Gemeente": "municipality", "Wijk": "wijk", "Buurt": "code"}


def codes(areas: pd.DataFrame, year: int) -> pd.DataFrame:
    """Give the codes that areas have in a division.

    Parameters
    ----------
    areas : DataFrame
        With code, wijk and municipality as the map numbers them.
    year : int

    Returns
    -------
    DataFrame
        code, wijk, municipality on the index of `areas`.
    """
    own = areas[["code", "wijk", "municipality"]].copy()
    if year < CHANGED:
        return own
    anew = (own["municipality"] == RECODED) & (own["wijk"].str[6:] != "99")
    letters = "A" + own.loc[anew, "wijk"].str[7].map(lambda digit: chr(ord("A") + int(digit)))
    number = (own.loc[anew, "code"].str[8:].astype(int) + 1).map("{:02d}".format)
    four = own.loc[anew, "municipality"].str[2:]
    own.loc[anew, "wijk"] = "WK" + four + letters
    own.loc[anew, "code"] = "BU" + four + letters + number
    return own


def swaps(province: Province) -> list[tuple[int, int]]:
    """List pairs (i, j): before the change a piece of buurt i was part of buurt j.

    Parameters
    ----------
    province : Province

    Returns
    -------
    list of (int, int)
        Positions among the buurten on land.
    """
    land = province.geography.land
    homes = province.latent["dwellings"].to_numpy()[: len(land)]
    place = land["municipality"].to_numpy()
    found: dict[str, tuple[int, int]] = {}
    for one, other in enumerate(province.geography.neighbours[:, 0]):
        large = min(homes[one], homes[other]) >= 200
        if large and place[one] == place[other] != RECODED:
            found.setdefault(place[one], (one, int(other)))
    # one in every so many municipalities, so that not all are cities
    return list(found.values())[:: max(1, len(found) // SWAPS)][:SWAPS]


def figures(province: Province, year: int) -> pd.DataFrame:
    """Sum the figures of one year on that year's borders.

    Parameters
    ----------
    province : Province
    year : int

    Returns
    -------
    DataFrame
        Rows for gemeenten, wijken and buurten: recs, code, name, municipality_name,
        municipality, change (1, 2 or 3) and extensive figures.
    """
    land = province.geography.land
    sums = _extensive(province, year)
    pairs = swaps(province)
    if year < CHANGED:
        values = sums.to_numpy()
        for one, other in pairs:
            values[other] += PIECE * values[one]
            values[one] *= 1 - PIECE
        sums = pd.DataFrame(values, columns=sums.columns)
    base = pd.concat([land[["name", "municipality_name"]], codes(land, year), sums], axis=1)
    base["change"] = _changes(land, pairs) if year == CHANGED else SAME
    return pd.concat([_summed(base, recs) for recs in LEVELS], ignore_index=True)


def wijk_names(areas: pd.DataFrame) -> pd.Series:
    """Name a wijk after its number and first buurt; on the index of `areas`."""
    return "Wijk " + areas["wijk"].str[6:] + " " + areas.groupby("wijk")["name"].transform("first")


def _extensive(province: Province, year: int) -> pd.DataFrame:
    latent = province.latent
    now = latent[latent["year"] == year].reset_index(drop=True)
    hectares = province.geography.land["hectares"].to_numpy()
    water = hectares * (0.01 + 0.04 * np.modf(hectares)[0])
    kept = [
        *("dwellings", "owner", "corporation", "other", "unknown", "single_family"),
        *("vacant_homes", "recent_homes", "woz_sum", "households", "population", "men"),
        *("persons_0_14", "persons_15_24", "persons_25_44", "persons_45_64", "persons_65_plus"),
        *("persons_under_23", *now.filter(like="_count").columns),
    ]
    weight = now["dwellings"] + 1
    return now[kept].assign(
        low=now["income_low"] / 100 * now["population"],
        high=now["income_high"] / 100 * now["population"],
        income=now["income_per_resident"] * now["population"],
        hectares=hectares,
        water=water,
        addresses=weight,
        density=now["address_density"] * weight,
    )


def _changes(land: pd.DataFrame, pairs: list[tuple[int, int]]) -> np.ndarray:
    change = np.where(land["municipality"] == RECODED, NEW_CODE, SAME)
    change[np.ravel(pairs)] = NEW_BORDERS
    return change


def _summed(base: pd.DataFrame, recs: str) -> pd.DataFrame:
    level = LEVELS[recs]
    if level == "code":
        return base.assign(recs=recs)
    groups = base.groupby(level, sort=True)
    summed = groups.sum(numeric_only=True)
    named = groups[["municipality_name"]].first()
    if level == "wijk":
        named["municipality"] = groups["municipality"].first()
        named["name"] = base.assign(name=wijk_names(base)).groupby(level)["name"].first()
        named["change"] = _wijk_changes(base)
    else:
        # a gemeente keeps its code and its borders
        named = named.assign(municipality=named.index, change=SAME)
        named["name"] = named["municipality_name"]
    figures = summed.drop(columns="change")
    return pd.concat([named, figures], axis=1).rename_axis("code").reset_index().assign(recs=recs)


def _wijk_changes(base: pd.DataFrame) -> pd.Series:
    """Flag wijken: a piece that moves between two buurten of one wijk leaves its borders alone."""
    groups = base.groupby("wijk")["change"]
    anew = groups.min() == NEW_CODE
    moved = groups.agg(lambda change: int((change == NEW_BORDERS).sum()))
    # both of a pair in one wijk make two
    return anew.map({True: NEW_CODE, False: SAME}).mask(moved % 2 == 1, NEW_BORDERS)
