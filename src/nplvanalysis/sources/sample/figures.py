"""Exact figures of areas: sums over cells, on the borders of any year."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from nplvanalysis.sources.sample.divisions import LEVELS, SAME

if TYPE_CHECKING:
    from nplvanalysis.sources.sample.country import Country

NATION = "NL00"
# Means and rates, and what they are means over.
WEIGHTS = {
    "income_low": "population",
    "income_high": "population",
    "income_per_resident": "population",
    "address_density": "addresses",
    "gp_distance": "population",
    "supermarket_distance": "population",
    "childcare_distance": "population",
    "school_distance": "population",
    "green_distance": "population",
    "schools_within_3km": "population",
    **dict.fromkeys(["fys", "onv", "soc", "vrz", "won", "afw", "lbm"], "dwellings"),
}
# Numbers of homes and persons; so are all columns that end in _count or _sum.
NUMBERS = {
    *("dwellings", "owner", "corporation", "other", "unknown"),
    *("terraced", "corner", "semi_detached", "detached", "flats", "single_family"),
    *("vacant_homes", "recent_homes", "new_homes", "households", "single_households"),
    *("households_with_children", "households_without_children", "population", "men"),
    *("persons_0_14", "persons_15_24", "persons_25_44", "persons_45_64", "persons_65_plus"),
    *("persons_under_23", "western", "non_western"),
    *("origin_dutch", "origin_europe", "origin_outside_europe", "electorate", "respondents"),
}


def figures(country: Country, year: int, division: int | None = None) -> pd.DataFrame:
    """Sum the figures of one year.

    Parameters
    ----------
    country : Country
    year : int
    division : int, optional
        The year of the borders and codes; by default `year`.

    Returns
    -------
    DataFrame
        Rows for Land, Gemeente, Wijk and Buurt, sorted by code: recs, code, name, municipality
        (code), municipality_name, change (1, 2 or 3), hectares, water (ha), addresses, the
        numbers among the latent columns, and a mean `<x>` as `<x>_sum`: times what it is a mean
        over (see `WEIGHTS`). Rates have their `<x>_count`.
    """
    division = year if division is None else division
    now = country.latent[country.latent["year"] == year]
    sums = extensive(now, country.geography.land)
    codes = country.divisions.codes(division).loc[sums.index]
    changes = country.divisions.changes(division)
    rows = [_nation(sums)] + [_summed(codes, sums, recs, changes) for recs in LEVELS]
    return pd.concat(rows, ignore_index=True)


def extensive(now: pd.DataFrame, land: pd.DataFrame) -> pd.DataFrame:
    """Give what adds up over cells.

    Parameters
    ----------
    now : DataFrame, length n
        Latent columns of one year.
    land : DataFrame, length n
        Cells on land.

    Returns
    -------
    DataFrame, length n
        On the index of `land`, all float.
    """
    now = now.set_axis(land.index)
    hectares = land["hectares"]
    ground = {
        "hectares": hectares,
        "water": hectares * (0.01 + 0.04 * np.modf(hectares)[0]),
        "addresses": now["dwellings"] + 1,
    }
    base = now.assign(**ground)
    means = {
        f"{name}_sum": base[name] * base[weight]
        for name, weight in WEIGHTS.items()
        if name in now and weight in base
    }
    kept = [
        name
        for name in base
        if name in {*NUMBERS, *ground} or str(name).endswith(("_count", "_sum"))
    ]
    return base[kept].assign(**means).astype(float)


def _nation(sums: pd.DataFrame) -> pd.DataFrame:
    about = {"recs": "Land", "code": NATION, "name": "Nederland", "municipality": ""}
    row = pd.DataFrame([about | {"municipality_name": "Nederland", "change": SAME}])
    return pd.concat([row, sums.sum().to_frame().T], axis=1)


def _summed(codes: pd.DataFrame, sums: pd.DataFrame, recs: str, changes: pd.Series) -> pd.DataFrame:
    level = LEVELS[recs]
    number, code = pd.factorize(codes[level], sort=True)
    totals = np.zeros((len(code), sums.shape[1]))
    np.add.at(totals, number, sums.to_numpy())
    first = codes.iloc[np.unique(number, return_index=True)[1]]
    title = {"Gemeente": "municipality_name", "Wijk": "wijk_name", "Buurt": "name"}[recs]
    about = {
        "recs": recs,
        "code": code,
        "name": first[title].to_numpy(),
        "municipality": first["municipality"].to_numpy(),
        "municipality_name": first["municipality_name"].to_numpy(),
        "change": changes.loc[code].to_numpy(),
    }
    return pd.concat([pd.DataFrame(about), pd.DataFrame(totals, columns=sums.columns)], axis=1)
