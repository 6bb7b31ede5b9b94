"""Homes and who rents or owns them, and residents, by buurt and year."""

from __future__ import annotations

import numpy as np
import pandas as pd

from nplvanalysis.sources.sample.geography import Geography

YEARS = range(2014, 2021)
# Median number of dwellings and addresses per km2 around an address, by settlement and kind.
SIZE = {
    ("city", "centre"): (1300, 3400),
    ("city", "residential"): (1400, 2250),
    ("town", "centre"): (900, 2200),
    ("town", "residential"): (950, 1400),
    ("rural", "village"): (480, 520),
}
OUTLYING, INDUSTRY = (150, 130), (6, 300)
CLASSES = [2500, 1500, 1000, 500]
# Chance of an estate (mostly corporation) and of a mixed buurt, by settlement.
STOCK = {"city": (0.27, 0.38), "town": (0.22, 0.38), "rural": (0.13, 0.38)}


def make(geography: Geography, rng: np.random.Generator) -> pd.DataFrame:
    """Draw dwellings and their tenure.

    Parameters
    ----------
    geography : Geography
    rng : Generator

    Returns
    -------
    DataFrame, length years x n
        Years below each other, buurten on land in the order of the map: code, year, municipality
        (0, 1, ...), urbanity, address_density, dwellings, owner, corporation, other, unknown
        (dwellings), tenure_corporation and tenure_other (% of known), blending,
        corporation_around.
    """
    land = geography.land
    dwellings, density = _stock(land, rng)
    corporation, other = _tenure(land, rng)
    known = 1 - _unknown(len(land), rng)
    selling = np.minimum(rng.gamma(1.2, 0.010, len(land)), 0.05)
    selling[rng.random(len(land)) < 0.05] = 0.08
    growth = 1 + rng.gamma(1.0, 0.005, len(land))
    tables = []
    for years, year in enumerate(YEARS):
        rented = corporation * (1 - selling) ** years
        # a fifth of what corporations sell is let by the new owner
        let = other + 0.2 * (corporation - rented)
        homes = _counts(np.rint(dwellings * growth**years), known, rented, let)
        address = density * growth**years
        tables.append(homes.assign(year=year, address_density=address, urbanity=urbanity(address)))
    identity = land[["code"]].assign(municipality=pd.factorize(land["municipality"])[0])
    repeated = pd.concat([identity] * len(YEARS), ignore_index=True)
    return _with_shares(pd.concat([repeated, pd.concat(tables, ignore_index=True)], axis=1))


def _counts(
    stock: np.ndarray, known: np.ndarray, rented: np.ndarray, let: np.ndarray
) -> pd.DataFrame:
    total = np.rint(stock * known)
    corporation, other = np.rint(total * rented), np.floor(total * let)
    columns = {"dwellings": stock, "corporation": corporation, "other": other}
    return pd.DataFrame(columns | {"owner": total - corporation - other, "unknown": stock - total})


def urbanity(density: np.ndarray) -> np.ndarray:
    """Classify addresses per km2: 1 for 2,500 or more, to 5 for fewer than 500."""
    return 1 + (density[:, None] < CLASSES).sum(axis=1)


def _stock(land: pd.DataFrame, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    middle = [
        {"outlying": OUTLYING, "industry": INDUSTRY}.get(kind) or SIZE[settlement, kind]
        for settlement, kind in zip(land["settlement"], land["kind"], strict=True)
    ]
    size, density = np.array(middle, dtype=float).T
    noise = rng.standard_normal((2, len(land)))
    spread = np.where(size > 800, 0.4, 0.65)
    dwellings = np.rint(size * np.exp(spread * noise[0]))
    empty = (land["kind"] == "industry").to_numpy() & (rng.random(len(land)) < 0.5)
    dwellings[empty] = 0
    around = density * np.exp(0.35 * noise[1] + 0.15 * spread * noise[0])
    return dwellings, np.maximum(around, 100 * dwellings / land["hectares"].to_numpy())


def _tenure(land: pd.DataFrame, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Shares of corporation and other rent: estates, mixed buurten and owner-occupied suburbs."""
    count = len(land)
    chance = np.array([STOCK[settlement] for settlement in land["settlement"]])
    number = pd.factorize(land["municipality"])[0]
    local = np.exp(0.65 * rng.standard_normal(number.max() + 1))[number]
    estate = np.minimum(chance[:, 0] * local, 0.5)
    mixed = np.minimum(chance[:, 1] * np.sqrt(local), 0.45)
    outlying = land["kind"].isin(["outlying", "industry"]).to_numpy()
    estate, mixed = np.where(outlying, 0.0, estate), np.where(outlying, 0.05, mixed)
    pick = rng.random(count)
    shares = np.select(
        [pick < estate, pick < estate + mixed],
        [0.35 + 0.57 * rng.beta(3.0, 1.6, count), 0.6 * rng.beta(2.5, 2.5, count)],
        0.35 * rng.beta(0.9, 6.0, count),
    )
    centre = (land["kind"] == "centre").to_numpy()
    rest = np.where(centre, rng.beta(5, 9, count), rng.beta(2.0, 10.0, count))
    return shares, (1 - shares) * rest


def _unknown(count: int, rng: np.random.Generator) -> np.ndarray:
    """Draw the share of dwellings without a known owner: mostly none, seldom more than half."""
    pick = rng.random(count)
    small = np.where(pick < 0.5, 0.0, rng.uniform(0, 0.03, count))
    large = rng.uniform(0.06, 0.2, count)
    most = rng.uniform(0.55, 0.7, count)
    return np.select([pick > 0.993, pick > 0.975], [most, large], small)


def _with_shares(table: pd.DataFrame) -> pd.DataFrame:
    """Close the shares; a place without dwellings stands at the mean of the province."""
    known = table[["owner", "corporation", "other"]].sum(axis=1)
    stock = table.groupby("year")[["corporation", "other"]].transform("sum")
    total = known.groupby(table["year"]).transform("sum")
    corporation = (table["corporation"] / known).fillna(stock["corporation"] / total)
    other = (table["other"] / known).fillna(stock["other"] / total)
    local = table.assign(known=known).groupby(["year", "municipality"])
    around = local["corporation"].transform("sum") / local["known"].transform("sum")
    return table.assign(
        tenure_corporation=100 * corporation,
        tenure_other=100 * other,
        tenure_owner=100 * (1 - corporation - other),
        blending=4 * corporation * (1 - corporation - other),
        corporation_around=100 * (around - stock["corporation"] / total),
    )
