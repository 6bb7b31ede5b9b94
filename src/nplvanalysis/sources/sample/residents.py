"""People and households by cell and year, given the homes."""

from __future__ import annotations

import numpy as np
import pandas as pd

from nplvanalysis.sources.sample.noise import Ground

AGES = ["persons_0_14", "persons_15_24", "persons_25_44", "persons_45_64", "persons_65_plus"]
# Shares (%) of residents by urbanity class; the rest is 45 to 64.
AGE = {
    "persons_0_14": [14.6, 16.2, 16.2, 16.0, 15.6],
    "persons_15_24": [13.6, 11.5, 11.2, 11.0, 11.2],
    "persons_25_44": [33.5, 26.5, 24.0, 22.5, 20.5],
    "persons_65_plus": [13.5, 18.0, 20.0, 21.0, 20.5],
}
# Share (%) of households of one person, and of the others those with children.
SINGLE, CHILDREN = [47.0, 37.0, 31.5, 30.0, 31.0], [50.0, 52.0, 53.0, 53.0, 54.0]
# Share (%) of residents with origins outside Europe, and in the rest of Europe.
OUTSIDE, EUROPE = [17.6, 11.0, 7.6, 4.6, 2.6], [12.5, 8.8, 7.0, 5.8, 5.0]
# The survey of safety asks about so many of every 100 residents of 15 or older.
ASKED = 9.0


def make(homes: pd.DataFrame, ground: Ground, rng: np.random.Generator) -> pd.DataFrame:
    """Draw residents.

    Parameters
    ----------
    homes : DataFrame, length years x n
        From `homes.make`.
    ground : Ground
        Of the n cells.
    rng : Generator

    Returns
    -------
    DataFrame, length years x n
        Numbers of households, single_households, households_with_children,
        households_without_children, population, men, the age groups, persons_under_23, western,
        non_western, origin_dutch, origin_europe, origin_outside_europe, electorate, respondents
        (of the survey of safety); share_15_24, share_65_plus (% of residents).
    """
    years = len(homes) // len(ground.points)
    given = {str(name): homes[name].to_numpy().reshape(years, -1) for name in homes}
    streams = rng.spawn(4)
    # old people live in some places rather than in others, and often alone
    old = 6.2 * ground.noise(1, 0.15, 2.0, streams[1])[0] + 2.2 * _local(given, streams[1])
    columns = _households(given, old, ground, streams[0])
    columns |= _ages(columns["population"], given, old, ground, streams[1])
    columns |= _origins(columns["population"], given, ground, streams[2])
    columns |= _voters(columns, given, streams[3])
    return pd.DataFrame({name: column.ravel() for name, column in columns.items()})


def _of_class(table: list[float], given: dict[str, np.ndarray]) -> np.ndarray:
    return np.array(table)[given["urbanity"] - 1]


def _local(given: dict[str, np.ndarray], rng: np.random.Generator) -> np.ndarray:
    """Draw a standard normal number for every municipality."""
    number = given["municipality"][0]
    return rng.standard_normal(number.max() + 1)[number]


def _households(
    given: dict[str, np.ndarray], old: np.ndarray, ground: Ground, rng: np.random.Generator
) -> dict[str, np.ndarray]:
    households = given["dwellings"] - given["vacant_homes"]
    rented = (given["tenure_corporation"] - 29) / 10, (given["tenure_other"] - 13) / 10
    own = 6.0 * ground.noise(1, 0.3, 1.5, rng)[0] + 2.0 * _local(given, rng) + 0.65 * old
    single = _of_class(SINGLE, given) + 2.0 * rented[0] + 2.6 * rented[1] + own
    alone = np.rint(households * single.clip(4, 92) / 100)
    family = _of_class(CHILDREN, given) + 5.0 * ground.noise(1, 0.3, 1.5, rng)[0]
    children = np.rint((households - alone) * family.clip(10, 85) / 100)
    couples = households - alone - children
    size = 3.55 + 0.1 * ground.noise(1, 0.0, 1.0, rng)[0]
    population = np.rint(alone + 2.05 * couples + size * children)
    men = np.rint(population * (0.497 + 0.01 * ground.noise(1, 0.0, 1.0, rng)[0]))
    return {
        "households": households,
        "single_households": alone,
        "households_with_children": children,
        "households_without_children": couples,
        "population": population,
        "men": men,
    }


def _ages(
    population: np.ndarray,
    given: dict[str, np.ndarray],
    old: np.ndarray,
    ground: Ground,
    rng: np.random.Generator,
) -> dict[str, np.ndarray]:
    """Split residents by age: the old and the young live apart, the country grows older."""
    later = given["year"] - 2018
    rented = (given["tenure_other"] - 13) / 10
    renting = (given["tenure_corporation"] + given["tenure_other"] - 42) / 10
    youth = np.exp(0.36 * ground.noise(1, 0.0, 1.0, rng)[0] - 0.06)
    student = np.where(_of_class([1, 1, 0, 0, 0], given) > 0, 1.6, 0.4) * rented
    share = {name: _of_class(table, given) for name, table in AGE.items()}
    share["persons_65_plus"] = (share["persons_65_plus"] + old + 0.33 * later).clip(2, 70)
    share["persons_15_24"] = (share["persons_15_24"] * youth + student).clip(3, 60)
    share["persons_0_14"] = (share["persons_0_14"] - 0.32 * old - 0.12 * later).clip(2, 35)
    share["persons_25_44"] = (share["persons_25_44"] - 0.45 * old + 0.5 * renting).clip(5, 60)
    scale = np.minimum(1, 92 / sum(share.values()))
    groups = {name: np.floor(population * scale * part / 100) for name, part in share.items()}
    groups["persons_45_64"] = population - sum(groups.values())
    ages = {name: groups[name] for name in AGES}
    under = np.rint(ages["persons_0_14"] + 0.8 * ages["persons_15_24"])
    shares = {
        f"share_{a}": _percent(ages[f"persons_{a}"], population) for a in ("15_24", "65_plus")
    }
    return ages | {"persons_under_23": under} | shares


def _percent(part: np.ndarray, whole: np.ndarray) -> np.ndarray:
    """Divide; where nobody lives, take the mean of the country."""
    return np.where(whole > 0, 100 * part / np.maximum(whole, 1), 100 * part.sum() / whole.sum())


def _origins(
    population: np.ndarray,
    given: dict[str, np.ndarray],
    ground: Ground,
    rng: np.random.Generator,
) -> dict[str, np.ndarray]:
    """Split residents by origin, as it is told now and as it was told until 2022."""
    later = given["year"] - 2018
    rented = (given["tenure_corporation"] + 0.7 * given["tenure_other"] - 38) / 100
    noise = 0.37 * ground.noise(1, 0.5, 1.5, rng)[0] + 0.32 * _local(given, rng)
    outside = _of_class(OUTSIDE, given) * np.exp(2.3 * rented + noise - 0.14) * 1.022**later
    movers = 0.3 * ground.noise(1, 0.0, 1.0, rng)[0]
    europe = _of_class(EUROPE, given) * np.exp(movers) * 1.03**later
    europe += 0.06 * (given["tenure_other"] - 13).clip(0, 60)
    outside, europe = outside.clip(0, 80), europe.clip(0, 18)
    outer, inner = (np.rint(population * share / 100) for share in (outside, europe))
    non_western = np.rint(0.93 * outer)
    return {
        "non_western": non_western,
        "western": np.rint(1.05 * inner + 0.05 * outer),
        "origin_dutch": population - outer - inner,
        "origin_europe": inner,
        "origin_outside_europe": outer,
    }


def _voters(
    columns: dict[str, np.ndarray], given: dict[str, np.ndarray], rng: np.random.Generator
) -> dict[str, np.ndarray]:
    """Count who may vote for the municipality, and draw who is asked about safety."""
    adults = columns["population"] - columns["persons_0_14"] - 0.3 * columns["persons_15_24"]
    electorate = np.floor(adults - 0.15 * columns["origin_outside_europe"]).clip(0)
    asked = ASKED * np.exp(0.3 * _local(given, rng) - 0.045) / 100
    respondents = rng.poisson(asked * (columns["population"] - columns["persons_0_14"]))
    return {"electorate": electorate, "respondents": respondents}
