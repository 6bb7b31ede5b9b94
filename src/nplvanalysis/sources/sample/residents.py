"""Residents by age, households, and property values, given the homes."""

from __future__ import annotations

import numpy as np
import pandas as pd

AGES = ["persons_0_14", "persons_15_24", "persons_25_44", "persons_45_64", "persons_65_plus"]


def make(table: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Draw residents.

    Parameters
    ----------
    table : DataFrame, length years x n
        From `homes.make`, with vacant, built_from_2000, share_15_24 and share_65_plus (%).
    rng : Generator

    Returns
    -------
    DataFrame, length years x n
        households, population, men, age groups, persons_under_23 (persons), and the dwellings
        single_family, vacant_homes, recent_homes, and woz_sum (1000 euro).
    """
    areas = table["code"].nunique()
    years = len(table) // areas

    def lasting(spread: float) -> np.ndarray:
        return np.tile(rng.normal(0, spread, areas), years)

    town = 5 - table["urbanity"]
    households = np.rint(table["dwellings"] * (1 - table["vacant"] / 100))
    size = 2.45 - 0.12 * town - 0.003 * table["tenure_corporation"] + lasting(0.12)
    population = np.rint(households * size.clip(lower=1.1))
    single = 92 - 9 * town - 0.35 * table["tenure_corporation"] - 0.3 * table["tenure_other"]
    value = 5.75 - 0.006 * table["tenure_corporation"] - 0.002 * table["tenure_other"]
    rise = 0.04 * (table["year"] - 2018)
    place = rng.normal(0, 0.12, table["municipality"].max() + 1)[table["municipality"]]
    woz = np.exp(value + 0.02 * town + rise + place + lasting(0.12))
    return pd.DataFrame(
        {
            "households": households,
            "population": population,
            "men": np.rint(population * (0.497 + lasting(0.01))),
            **_ages(table, population, lasting(1.5)),
            "single_family": np.rint(table["dwellings"] * (single + lasting(8)).clip(0, 100) / 100),
            "vacant_homes": table["dwellings"] - households,
            "recent_homes": np.rint(table["dwellings"] * table["built_from_2000"] / 100),
            "woz_sum": woz * table["dwellings"],
        }
    )


def _ages(table: pd.DataFrame, population: pd.Series, noise: np.ndarray) -> dict[str, pd.Series]:
    young = np.rint(population * (15.5 + noise) / 100)
    youth = np.rint(population * table["share_15_24"] / 100)
    old = np.rint(population * table["share_65_plus"] / 100)
    rest = population - young - youth - old
    middle = np.floor(rest * (0.46 + 0.02 * (3 - table["urbanity"])))
    groups = [young, youth, middle, rest - middle, old]
    named = dict(zip(AGES, groups, strict=True))
    return named | {"persons_under_23": np.rint(young + 0.8 * youth)}
