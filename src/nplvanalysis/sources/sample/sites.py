"""Where municipalities lie, on land of a given shape, and where their buurten are."""

from __future__ import annotations

import numpy as np
import pandas as pd

from nplvanalysis.sources.sample import ground, tessellation
from nplvanalysis.sources.sample.ground import Land
from nplvanalysis.sources.sample.sizes import HECTARES, Size

GOLDEN = np.pi * (3 - np.sqrt(5))
# Shares of buurten in the main place and in villages; the rest is countryside.
SHARES = {"city": (0.86, 0.06), "town": (0.66, 0.16), "rural": (0.27, 0.38)}
# Mean number of buurten of a village, and the room that one takes, in metres.
VILLAGE, ROOM = 3.0, 250.0
# From the edge of the main place and of villages to the fields around them, in metres.
FIELDS = {"main": 350.0, "village": 220.0}


def sites(size: Size, extra: int, rng: np.random.Generator) -> tuple[pd.DataFrame, Land]:
    """Place the centres of municipalities before any merger.

    Parameters
    ----------
    size : Size
    extra : int
        More than there are municipalities in the end.
    rng : Generator

    Returns
    -------
    DataFrame
        settlement, buurten (number), spread (metres), mass, x, y; islands last.
    Land
    """
    least = min(size.kinds, key=lambda name: size.kinds[name].buurten)
    rows = []
    for name in sorted(size.kinds, key=lambda name: name == least):
        kind = size.kinds[name]
        count = kind.municipalities + (extra if name == least else 0)
        share = np.exp(0.35 * rng.standard_normal(count))
        number = np.rint(kind.buurten * kind.municipalities * share / share.sum())
        about = {"settlement": name, "buurten": np.maximum(number, 3).astype(int)}
        rows.append(pd.DataFrame(about).assign(spread=kind.spread * np.sqrt(share)))
    table = pd.concat(rows, ignore_index=True)
    terrain = ground.land(size, len(table))
    inland = len(table) - len(terrain.islands)
    chosen = np.vstack([_scattered(inland, terrain, rng), terrain.islands])
    mass = np.maximum(np.arange(len(table)) - inland + 1, 0)
    return table.assign(mass=mass, x=chosen[:, 0], y=chosen[:, 1]), terrain


def _scattered(count: int, terrain: Land, rng: np.random.Generator) -> np.ndarray:
    """Spread centres out: each is the farthest from the others of some tries."""
    found = terrain.centre[None]
    while len(found) < count:
        tries = terrain.sample(20, rng)
        found = np.vstack([found, tries[tessellation.spread_out(tries, found, 1)]])
    return found


def owner(points: np.ndarray, table: pd.DataFrame, terrain: Land) -> np.ndarray:
    """Find the nearest site on the same land.

    Parameters
    ----------
    points : ndarray, shape (n, 2)
    table : DataFrame
        From `sites`.
    terrain : Land

    Returns
    -------
    ndarray of int, shape (n,)
        Positions in `table`; -1 at sea.
    """
    from scipy.spatial import cKDTree

    # a third coordinate keeps land across the water far away
    mass = terrain.mass(points)
    tree = cKDTree(np.column_stack([table[["x", "y"]], 1e7 * table["mass"]]))
    found = tree.query(np.column_stack([points, 1e7 * mass]))[1]
    return np.where(mass < 0, -1, found)


def points(table: pd.DataFrame, terrain: Land, rng: np.random.Generator) -> pd.DataFrame:
    """Place the buurten of every site, and some lakes.

    Parameters
    ----------
    table : DataFrame
        From `sites`.
    terrain : Land
    rng : Generator

    Returns
    -------
    DataFrame
        x, y, site, place (main, village, outlying, water), size (buurten in the main place or
        village), out (distance from the centre of the main place, 1 at its edge).
    """
    near = _room(table, terrain, rng)
    drawn = [
        _of_site(site, table.loc[site], free, rng)
        for site, free in zip(table.index, near, strict=True)
    ]
    found = pd.concat(drawn, ignore_index=True)
    found["site"] = owner(found[["x", "y"]].to_numpy(), table, terrain)
    found = found[found["site"] >= 0]
    kept = tessellation.apart(found[["x", "y"]].to_numpy(), 110.0)
    return found[kept].reset_index(drop=True)


def _room(table: pd.DataFrame, terrain: Land, rng: np.random.Generator) -> list[np.ndarray]:
    """Draw places for villages and lakes on the land of each site, outside its main place."""
    reach = 0.75 * np.sqrt(HECTARES * 1e4 * table["buurten"].mean())
    offsets = rng.uniform(-reach, reach, (len(table), 80, 2))
    tries = (table[["x", "y"]].to_numpy()[:, None] + offsets).reshape(-1, 2)
    site = np.repeat(np.arange(len(table)), 80)
    outside = np.hypot(*offsets.reshape(-1, 2).T) > table["spread"].to_numpy()[site] + 900
    # not at the very coast
    inland = (
        terrain.mass(terrain.centre + 1.02 * (tries - terrain.centre))
        == table["mass"].to_numpy()[site]
    )
    good = outside & (inland | (site >= len(table) - len(terrain.islands)))
    good &= owner(tries, table, terrain) == site
    return [tries[good & (site == number)] for number in range(len(table))]


def _of_site(site: int, row: pd.Series, free: np.ndarray, rng: np.random.Generator) -> pd.DataFrame:
    main, villages, outlying = _numbers(row["buurten"], SHARES[row["settlement"]])
    centre = np.array([row["x"], row["y"]])
    count = int(np.ceil(villages / VILLAGE))
    chosen = free[tessellation.spread_out(free, centre[None], count + 1)]
    lakes = chosen[count:] if site % 6 == 2 else chosen[:0]
    drawn = [_disc(centre, main, row["spread"], rng).assign(place="main", size=main)]
    rings = [(centre, row["spread"] + FIELDS["main"])]
    for position, village in enumerate(chosen[:count]):
        number = villages // count + (position < villages % count)
        if number:
            edge = ROOM * np.sqrt(number)
            drawn.append(_disc(village, number, edge, rng).assign(place="village", size=number))
            rings.append((village, edge + FIELDS["village"]))
    drawn.append(_rings(rings, outlying, rng).assign(place="outlying", size=0))
    drawn.append(pd.DataFrame(lakes, columns=["x", "y"]).assign(place="water", size=0))
    return pd.concat(drawn, ignore_index=True)


def _numbers(total: int, shares: tuple[float, float]) -> tuple[int, int, int]:
    main = max(1, round(total * shares[0]))
    villages = round(total * shares[1])
    return main, villages, total - main - villages


def _disc(centre: np.ndarray, count: int, edge: float, rng: np.random.Generator) -> pd.DataFrame:
    """Place points as seeds in a sunflower: evenly, and denser towards the middle."""
    out = (np.arange(count) / count) ** 0.6
    angle = GOLDEN * np.arange(count) + rng.uniform(0, 2 * np.pi)
    stretch = np.exp(rng.normal(0, 0.12, 2))
    circle = np.stack([np.cos(angle), np.sin(angle)], axis=1) * out[:, None]
    jitter = rng.normal(0, 0.22 / np.sqrt(count), (count, 2))
    place = centre + edge * (circle + jitter) * stretch
    place[0] = centre
    return pd.DataFrame({"x": place[:, 0], "y": place[:, 1], "out": out})


def _rings(
    around: list[tuple[np.ndarray, float]], count: int, rng: np.random.Generator
) -> pd.DataFrame:
    """Place countryside around the main place and each village, in turn."""
    turn = np.arange(count) % len(around)
    centre = np.array([middle for middle, _ in around])[turn]
    edge = np.array([reach for _, reach in around])[turn] * rng.uniform(1, 1.35, count)
    each = np.bincount(turn, minlength=len(around))[turn]
    start = rng.uniform(0, 2 * np.pi, len(around))[turn]
    angle = start + 2 * np.pi * (np.arange(count) // len(around)) / np.maximum(each, 1)
    angle += rng.normal(0, 0.15, count)
    place = centre + edge[:, None] * np.stack([np.cos(angle), np.sin(angle)], axis=1)
    return pd.DataFrame({"x": place[:, 0], "y": place[:, 1], "out": 2.0})
