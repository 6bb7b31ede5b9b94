"""Homes by cell and year: how many, of what type and age, empty or not, and what they are worth."""

from __future__ import annotations

import numpy as np
import pandas as pd

from nplvanalysis.sources.sample import affluence, events, tenure
from nplvanalysis.sources.sample.geography import Geography
from nplvanalysis.sources.sample.noise import Ground, smooth

# Median number of dwellings and addresses per km2 around an address, by settlement and kind.
SIZE = {
    ("city", "centre"): (580, 3350),
    ("city", "residential"): (585, 1960),
    ("city", "village"): (225, 620),
    ("town", "centre"): (720, 1500),
    ("town", "residential"): (720, 1130),
    ("town", "village"): (250, 480),
    ("rural", "centre"): (560, 850),
    ("rural", "residential"): (450, 740),
    ("rural", "village"): (260, 360),
}
OUTLYING, INDUSTRY = (39, 8), (6, 300)
CLASSES = [2500, 1500, 1000, 500]
TYPES = ["flats", "terraced", "corner", "semi_detached", "detached"]
# Log-odds of dwelling types against terraced, by urbanity class.
TYPE_ODDS = {
    "flats": [1.9, 0.35, -0.7, -1.15, -1.5],
    "corner": [-0.75, -0.7, -0.65, -0.55, -0.4],
    "semi_detached": [-2.6, -1.5, -0.9, -0.35, 0.2],
    "detached": [-3.0, -1.9, -1.2, -0.3, 1.1],
}
# Average value of a dwelling (1000 euro) in the country, by year of the key figures.
WOZ = {2013: 222, 2014: 211, 2015: 206, 2016: 209, 2017: 217, 2018: 231, 2019: 249, 2020: 271}
WOZ |= {2021: 290, 2022: 317, 2023: 368, 2024: 379}
RENEWED_FROM = 2000
# The width of regions that are built densely.
REGION_KM = 20.0
# How much of the density of a cell is that of its surroundings, and how wide these are.
MIXED, AROUND_KM = 0.5, 0.8
# How far people go for amenities.
SURROUNDINGS_KM = 3.0
# The densest real buurten have about so many dwellings per hectare.
MOST_PER_HECTARE = 130


def make(geography: Geography, years: range, rng: np.random.Generator) -> pd.DataFrame:
    """Draw homes.

    Parameters
    ----------
    geography : Geography
    years : range
    rng : Generator

    Returns
    -------
    DataFrame, length years x n
        Years below each other, land cells in the order of the map: cell, year, municipality,
        province, urbanity (1 to 5), address_density (per km2), density_around (logarithm of
        thousands of addresses per km2, averaged over the homes of the surroundings); numbers of
        dwellings, owner, corporation, other, unknown, flats, terraced, corner, semi_detached,
        detached, vacant_homes, recent_homes (built from 2000), new_homes (in the last ten years);
        woz_sum (1000 euro); tenure_owner, tenure_corporation, tenure_other (% of known), blending,
        corporation_around (% in the municipality less that of the country); vacant,
        built_from_2000, single_family (%), woz (1000 euro); affluence (standard normal, of the
        place, published nowhere).
    """
    # one stream per part, so that a later addition leaves the others as they are
    streams = dict(zip(["stock", "tenure", "types", "ages", "value"], rng.spawn(5), strict=True))
    land = geography.land
    ground = ground_of(geography)
    start, density = _stock(land, ground, streams["stock"])
    grown = _growth(ground, years, streams["ages"])
    room = MOST_PER_HECTARE * land["hectares"].to_numpy() / grown[-1]
    dwellings = np.floor(np.minimum(start, room) * grown)
    address = density * grown
    share = tenure.shares(land, dwellings[0], density, ground, len(years), streams["tenure"])
    columns = _ids(land, years) | {
        "address_density": address,
        "density_around": _surroundings(np.log(address / 1000), dwellings, ground, SURROUNDINGS_KM),
        "urbanity": urbanity(address),
        "dwellings": dwellings,
        **tenure.counts(dwellings, share),
    }
    columns |= tenure.closed(columns)
    columns |= _types(columns, land, ground, streams["types"])
    columns |= _built(columns, ground, (share.renewed, grown), years, streams["ages"])
    columns |= _value(columns, ground, years, streams["value"])
    flat = {name: np.broadcast_to(c, dwellings.shape).ravel() for name, c in columns.items()}
    return pd.DataFrame(flat)


def ground_of(geography: Geography) -> Ground:
    """Lay out the places of noise: pieces are like the cell that they end up with.

    Parameters
    ----------
    geography : Geography

    Returns
    -------
    Ground
        Of the cells on land.
    """
    points = geography.land[["x", "y"]].to_numpy(float)
    host = np.arange(len(points))
    for piece, own, _ in events.beside(geography):
        host[piece] = own
    return Ground(points, host)


def urbanity(density: np.ndarray) -> np.ndarray:
    """Classify addresses per km2: 1 for 2,500 or more, to 5 for fewer than 500."""
    return 1 + (density[..., None] < CLASSES).sum(axis=-1)


def _ids(land: pd.DataFrame, years: range) -> dict[str, np.ndarray]:
    ids = {name: land[name].to_numpy() for name in ("municipality", "province")}
    return {"cell": land.index.to_numpy(), "year": np.array(years)[:, None], **ids}


def _stock(
    land: pd.DataFrame, ground: Ground, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Draw dwellings and address density of the first year."""
    pairs = zip(land["settlement"], land["kind"], strict=True)
    edges = {"outlying": OUTLYING, "industry": INDUSTRY}
    middle = [edges.get(kind) or SIZE[settlement, kind] for settlement, kind in pairs]
    size, density = np.array(middle, dtype=float).T
    noise = ground.shared(rng.standard_normal((2, len(land))))
    number = land["municipality"].to_numpy()
    local = 0.20 * rng.standard_normal(number.max() + 1)[number]
    region = smooth(ground.points, REGION_KM, rng)
    # where the homes of a country happen to stand must not make it more urban than another
    local = local + 0.48 * (region - np.average(region, weights=land["part"] * size))
    spread = np.where(size > 300, 0.85, 1.0)
    dwellings = np.rint(land["part"].to_numpy() * size * np.exp(spread * noise[0]))
    empty = (land["kind"] == "industry").to_numpy() & (rng.random(len(land)) < 0.5)
    dwellings[empty] = 0
    around = density * np.exp(0.35 * noise[1] + 0.12 * spread * noise[0] + local)
    around = _averaged(around, dwellings, ground)
    own = 100 * dwellings / land["hectares"].to_numpy()
    return dwellings, np.clip(around, np.minimum(0.3 * own, 5000), 12_000)


def _averaged(around: np.ndarray, dwellings: np.ndarray, ground: Ground) -> np.ndarray:
    """Mix the density of a cell with that of the homes around it: both count the same streets."""
    log = np.log(around)
    return np.exp((1 - MIXED) * log + MIXED * _surroundings(log, dwellings, ground, AROUND_KM))


def _surroundings(
    values: np.ndarray, dwellings: np.ndarray, ground: Ground, range_km: float
) -> np.ndarray:
    """Average over the homes around each cell; both of shape (n,) or (years, n)."""
    near, weight = ground.kernel(range_km), dwellings + 1
    return np.asarray(((values * weight) @ near.T) / (weight @ near.T))


def _growth(ground: Ground, years: range, rng: np.random.Generator) -> np.ndarray:
    """Draw the stock relative to the first year: slow growth, and some whole new quarters."""
    count = len(ground.points)
    rate = rng.gamma(1.0, 0.006, count)
    quarter = (rng.random(count) < 0.02) * rng.uniform(0.05, 0.15, count)
    begin = rng.integers(0, max(len(years) - 3, 1), count)
    steps = np.arange(len(years))[:, None]
    return ground.shared((1 + rate) ** steps * (1 + quarter) ** np.clip(steps - begin, 0, 5))


def _types(
    columns: dict[str, np.ndarray], land: pd.DataFrame, ground: Ground, rng: np.random.Generator
) -> dict[str, np.ndarray]:
    """Split dwellings by type: log-odds by urbanity, rent, and the cell."""
    rented = (columns["tenure_corporation"] + columns["tenure_other"]) / 100 - 0.4
    centre = (land["kind"] == "centre").to_numpy()
    tilt = {"flats": 0.4, "corner": 0.0, "semi_detached": -1.6, "detached": -2.6}
    odds = {"terraced": np.ones(columns["dwellings"].shape)}
    for name, table in TYPE_ODDS.items():
        lean = np.array(table)[columns["urbanity"] - 1] + tilt[name] * rented
        lean = lean + 0.8 * centre * (name == "flats")
        own = ground.noise(1, 0.3, 2.0, rng)[0] * (0.9 if name == "flats" else 0.5)
        odds[name] = np.exp(lean + own)
    whole = sum(odds.values())
    counts = {name: np.floor(columns["dwellings"] * odds[name] / whole) for name in TYPES[1:]}
    flats = columns["dwellings"] - sum(counts.values())
    single = 100 * (1 - _share(flats, columns["dwellings"], 0.36))
    return {"flats": flats, **counts, "single_family": single}


def _built(
    columns: dict[str, np.ndarray],
    ground: Ground,
    changed: tuple[np.ndarray, np.ndarray],
    years: range,
    rng: np.random.Generator,
) -> dict[str, np.ndarray]:
    """Count homes built from 2000 and in the last ten years, and empty ones."""
    stock, number = columns["dwellings"], columns["municipality"]
    renewed, grown = changed
    local = rng.standard_normal((2, number.max() + 1))[:, number]
    before = np.asarray(rng.beta(0.7, 5.0, stock.shape[1]))
    before = np.minimum(ground.shared(before) * np.exp(0.35 * local[0] - 0.06), 0.95)
    span = max(years[0] - RENEWED_FROM, 1)
    added = np.diff(grown + renewed, axis=0, prepend=(grown + renewed)[:1])
    built = np.cumsum(added, axis=0)
    recent = np.rint(stock * np.clip((before + built) / grown, 0, 1))
    # what was there at first was built evenly over the years since 2000
    age = np.array(years)[:, None] - 10
    old = before * np.clip(years[0] - np.maximum(age, RENEWED_FROM), 0, span) / span
    late = np.vstack([np.zeros((10, stock.shape[1])), built])[: len(years)]
    new = np.minimum(np.rint(stock * (old + built - late) / grown), recent)
    town = np.array([5.6, 4.2, 3.6, 3.4, 4.2])[columns["urbanity"] - 1]
    own = ground.noise(1, 0.0, 1.0, rng)[0] * 0.4 + 0.1 * rng.standard_normal(stock.shape)
    place = 0.4 * local[1]
    rate = (town + 0.05 * columns["tenure_other"] - 0.5) * np.exp(own + place - 0.165)
    empty = np.rint(stock * np.clip(rate, 0, 60) / 100)
    return {
        "recent_homes": recent,
        "new_homes": new,
        "vacant_homes": empty,
        "vacant": 100 * _share(empty, stock, 0.04),
        "built_from_2000": 100 * _share(recent, stock, 0.18),
    }


def _value(
    columns: dict[str, np.ndarray], ground: Ground, years: range, rng: np.random.Generator
) -> dict[str, np.ndarray]:
    """Draw values, which rise with how well-off a place is: by region, municipality and cell."""
    better = affluence.drawn(ground, columns["municipality"], rng)
    town = np.array([0.30, 0.10, 0.03, -0.02, -0.12])[columns["urbanity"] - 1]
    detached = _share(columns["detached"], columns["dwellings"], 0.13)
    lean = (
        town
        - 0.0080 * (columns["tenure_corporation"] - 29)
        - 0.0040 * (columns["tenure_other"] - 13)
        + 0.5 * (detached - 0.15)
        + 0.36 * better
        + 0.08 * ground.noise(1, 0.6, 1.5, rng)[0]
    )
    level = np.array([WOZ[min(max(year, min(WOZ)), max(WOZ))] for year in years])[:, None]
    woz = 0.81 * level * np.exp(lean)
    return {"affluence": better, "woz": woz, "woz_sum": woz * columns["dwellings"]}


def _share(part: np.ndarray, whole: np.ndarray, otherwise: float) -> np.ndarray:
    """Divide; where there is nothing, take what is usual."""
    return np.where(whole > 0, part / np.maximum(whole, 1), otherwise)
