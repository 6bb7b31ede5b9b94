"""Who owns the homes: shares of owners, corporations and other landlords, and how they change."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from nplvanalysis.sources.sample.noise import Ground

# Above so many addresses per km2 the slopes are steeper.
STEEPER_FROM = 2000


@dataclass(frozen=True)
class Landlord:
    """Share of a landlord, by log-odds: corporations of all dwellings, others of the rest.

    Attributes
    ----------
    level, slope, steeper : float
        level + slope * log(addresses per km2 / 1000), and `steeper` more of it from STEEPER_FROM.
    local : float
        Spread between municipalities.
    outlying, centre : float
        Outside villages and in industry, and in centres of cities and towns.
    like : float
        Larger means that cells of a municipality are more alike.
    """

    level: float
    slope: float
    steeper: float
    local: float
    outlying: float
    centre: float
    like: float


CORPORATION = Landlord(-0.96, 0.36, 0.50, 0.17, -1.4, -0.3, 3.4)
OTHER = Landlord(-1.90, 0.40, 1.85, 0.42, 0.35, 0.5, 9.0)
# What is left of chance in the mean of a municipality: where one quarter has much corporation rent
# another has less.
LEFT = 0.35
# Correlation of both: other landlords let where corporations do not.
APART = -0.50
# Share of estates that are restructured, and from how much corporation rent a cell is one.
RESTRUCTURED, ESTATE = 0.07, 0.45


@dataclass(frozen=True)
class Shares:
    """Shares of dwellings, as fractions.

    Attributes
    ----------
    corporation, other : ndarray, shape (years, n)
        Of dwellings with a known owner.
    known : ndarray, shape (years, n)
        Dwellings with a known owner, of all.
    renewed : ndarray, shape (years, n)
        Dwellings replaced since the first year, of those of the first year.
    """

    corporation: np.ndarray
    other: np.ndarray
    known: np.ndarray
    renewed: np.ndarray


def shares(
    land: pd.DataFrame,
    dwellings: np.ndarray,
    density: np.ndarray,
    ground: Ground,
    years: int,
    rng: np.random.Generator,
) -> Shares:
    """Draw shares and their change by selling, restructuring and new building.

    Parameters
    ----------
    land : DataFrame, length n
        Cells on land.
    dwellings : ndarray, shape (n,)
        In the first year.
    density : ndarray, shape (n,)
        Addresses per km2 in the first year.
    ground : Ground
    years : int
    rng : Generator

    Returns
    -------
    Shares
    """
    streams = rng.spawn(4)
    corporation, rest = _first(land, dwellings, density, ground, streams[0])
    steps = np.arange(years)[:, None]
    kept = (1 - ground.shared(_selling(len(land), streams[1]))) ** steps
    renewed = ground.shared(_restructured(corporation, years, streams[2]))
    now = np.clip(corporation * kept - renewed, 0, 1)
    # a quarter of what corporations no longer let is let by somebody else
    other = (1 - corporation) * rest + 0.25 * (corporation - now)
    other = _traded(other, 1 - now - other, ground.shared(_trading(len(land), streams[3])), steps)
    known = 1 - ground.shared(_unknown(len(land), streams[1]))
    return Shares(now, other, np.broadcast_to(known, now.shape), renewed)


def _first(
    land: pd.DataFrame,
    dwellings: np.ndarray,
    density: np.ndarray,
    ground: Ground,
    rng: np.random.Generator,
) -> tuple[np.ndarray, np.ndarray]:
    """Draw the corporation share, and the other landlords' share of the rest."""
    from scipy.special import ndtr
    from scipy.stats import beta

    number = land["municipality"].to_numpy()
    noise = ground.noise(2, 0.35, 1.0, rng)
    noise[1] = APART * noise[0] + np.sqrt(1 - APART**2) * noise[1]
    drawn = []
    for one, about in zip(noise, (CORPORATION, OTHER), strict=True):
        mean = _mean(land, density, about, rng)
        place = ndtr(one - (1 - LEFT) * _around(one, dwellings, number))
        drawn.append(beta.ppf(place, mean * about.like, (1 - mean) * about.like))
    return drawn[0], drawn[1]


def _mean(
    land: pd.DataFrame, density: np.ndarray, about: Landlord, rng: np.random.Generator
) -> np.ndarray:
    """Work out the mean share by density, kind of place and municipality."""
    number = land["municipality"].to_numpy()
    outlying = land["kind"].isin(["outlying", "industry"]).to_numpy()
    centre = (land["kind"] == "centre").to_numpy()
    town = np.log(np.maximum(density, 60) / 1000)
    steep = np.log(np.maximum(density, STEEPER_FROM) / STEEPER_FROM)
    local = about.local * rng.standard_normal(number.max() + 1)[number]
    odds = about.level + about.slope * town + about.steeper * steep + local
    odds += about.outlying * outlying + about.centre * centre
    return np.asarray(1 / (1 + np.exp(-odds)))


def _around(noise: np.ndarray, dwellings: np.ndarray, number: np.ndarray) -> np.ndarray:
    """Average over the dwellings of the municipality of each cell."""
    total = np.bincount(number, noise * dwellings) / np.maximum(np.bincount(number, dwellings), 1)
    return np.asarray(total[number])


def _selling(count: int, rng: np.random.Generator) -> np.ndarray:
    """Draw the share of its homes that a corporation sells in a year: little, seldom much."""
    selling = np.minimum(rng.gamma(1.2, 0.006, count), 0.04)
    selling[rng.random(count) < 0.04] = 0.06
    return selling


def _trading(count: int, rng: np.random.Generator) -> np.ndarray:
    """Draw what landlords buy of owners in a year, as a share; negative where they sell to them."""
    return np.clip(rng.normal(0.0005, 0.003, count), -0.012, 0.012)


def _traded(
    other: np.ndarray, owner: np.ndarray, trading: np.ndarray, steps: np.ndarray
) -> np.ndarray:
    """Let landlords buy homes of owners, or sell theirs to them, year after year."""
    part = 1 - (1 - np.abs(trading)) ** steps
    return np.asarray(other + part * np.where(trading > 0, owner, -other))


def _restructured(corporation: np.ndarray, years: int, rng: np.random.Generator) -> np.ndarray:
    """Replace 10 to 20 of 100 dwellings of some estates, within three to eight years."""
    count = len(corporation)
    chosen = (corporation > ESTATE) & (rng.random(count) < RESTRUCTURED)
    drop = np.where(chosen, rng.uniform(0.1, 0.2, count), 0)
    begin = rng.integers(0, max(years - 2, 1), count)
    pace = rng.integers(3, 9, count)
    return np.asarray(drop * np.clip((np.arange(years)[:, None] - begin) / pace, 0, 1))


def _unknown(count: int, rng: np.random.Generator) -> np.ndarray:
    """Draw the share of dwellings without a known owner: mostly none, seldom more than half."""
    pick = rng.random(count)
    small = np.where(pick < 0.5, 0.0, rng.uniform(0, 0.03, count))
    large = rng.uniform(0.06, 0.2, count)
    most = rng.uniform(0.55, 0.7, count)
    return np.select([pick > 0.993, pick > 0.975], [most, large], small)


def counts(dwellings: np.ndarray, share: Shares) -> dict[str, np.ndarray]:
    """Count dwellings by owner.

    Parameters
    ----------
    dwellings : ndarray, shape (years, n)
    share : Shares

    Returns
    -------
    dict of str to ndarray
        owner, corporation, other, unknown: they add up to the dwellings.
    """
    total = np.rint(dwellings * share.known)
    corporation, other = np.rint(total * share.corporation), np.floor(total * share.other)
    return {
        "owner": total - corporation - other,
        "corporation": corporation,
        "other": other,
        "unknown": dwellings - total,
    }


def closed(columns: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Work out shares of known owners, blending, and the share in the municipality.

    Parameters
    ----------
    columns : dict of str to ndarray, shape (years, n)
        owner, corporation, other, and municipality, shape (n,).

    Returns
    -------
    dict of str to ndarray
        tenure_owner, tenure_corporation, tenure_other (%), blending, corporation_around (%). A
        cell without dwellings stands at the mean of the country.
    """
    known = columns["owner"] + columns["corporation"] + columns["other"]
    part = {}
    for name in ("corporation", "other"):
        country = columns[name].sum(axis=1, keepdims=True) / known.sum(axis=1, keepdims=True)
        part[name] = np.where(known > 0, columns[name] / np.maximum(known, 1), country)
    number = columns["municipality"]
    local = np.array(
        [
            np.bincount(number, rents) / np.maximum(np.bincount(number, all_), 1)
            for rents, all_ in zip(columns["corporation"], known, strict=True)
        ]
    )
    country = columns["corporation"].sum(axis=1) / known.sum(axis=1)
    owner = 1 - part["corporation"] - part["other"]
    return {
        "tenure_owner": 100 * owner,
        "tenure_corporation": 100 * part["corporation"],
        "tenure_other": 100 * part["other"],
        "blending": 4 * part["corporation"] * owner,
        "corporation_around": 100 * (local - country[:, None])[:, number],
    }
