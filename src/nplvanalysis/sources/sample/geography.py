"""The map: cells that never change, and which municipality and province they are in."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from nplvanalysis.sources.sample import sites, tessellation
from nplvanalysis.sources.sample.sizes import Size

NEIGHBOURS = 12
# Pieces of a buurt that change hands, per buurt; mergers and outlying parts per municipality.
SHIFTS, MERGERS, PARTS = 8 / 625, 2 / 44, 1 / 44
# One in so many pieces crosses the border of a municipality.
CROSSING = 8
# A piece beside a whole cell: a fifth of the homes of both.
PART = 0.25
CENTRES = {"city": 3, "town": 1, "rural": 0}


@dataclass(frozen=True)
class Geography:
    """Cells, the smallest areas that never change.

    Attributes
    ----------
    cells : DataFrame, index 0..n-1, land first and water last
        x, y (metres of EPSG:28992), hectares, settlement (city, town, rural: of the surroundings),
        kind (centre, residential, outlying, village, industry, water), core (small core: bool),
        part (1, or the fraction of the usual number of homes in a piece), site (municipality
        before any merger), municipality (0.., of the last division), province (0..), island.
        The first cell of a site is its centre.
    shapes : ndarray of shapely polygons, shape (n,)
        A tessellation: they share their vertices exactly.
    neighbours : ndarray of int, shape (n on land, 12)
        The nearest others on land (fewer columns if there are fewer).
    pairs : ndarray of int, shape (m, 2)
        Cells with an edge in common.
    """

    cells: pd.DataFrame
    shapes: np.ndarray
    neighbours: np.ndarray
    pairs: np.ndarray

    @property
    def land(self) -> pd.DataFrame:
        """Cells that are not water."""
        return self.cells[self.cells["kind"] != "water"]


def make(size: Size, rng: np.random.Generator) -> Geography:
    """Draw the map.

    Parameters
    ----------
    size : Size
    rng : Generator

    Returns
    -------
    Geography
    """
    mergers, parts = extra(size)
    table, ground = sites.sites(size, mergers + parts, rng)
    found = _with_pieces(_kinds(sites.points(table, ground, rng), table, rng), size, rng)
    places = found[["x", "y"]].to_numpy()
    shapes, pairs = tessellation.cells(places, ground.sea(places, rng))
    found["site"] = _connected(found, pairs)
    found["province"] = _provinces(table, size.provinces)[found["site"]]
    own = _municipalities(found, pairs, (mergers, parts), table, rng)
    found["municipality"] = own[found["site"]]
    found["island"] = table["mass"].to_numpy()[found["site"]] > 0
    return _ordered(found, shapes, pairs)


def extra(size: Size) -> tuple[int, int]:
    """Count mergers of two municipalities, and municipalities of two parts."""
    # both are pairs within a province
    if size.municipalities < 7 * size.provinces:
        return 0, 0
    mergers, parts = (max(1, round(rate * size.municipalities)) for rate in (MERGERS, PARTS))
    return mergers, parts


def _kinds(found: pd.DataFrame, table: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    main = (found["place"] == "main").to_numpy()
    own = table["settlement"].to_numpy()[found["site"]]
    settlement = np.where(main, own, "rural").astype(object)
    urban = main & (own != "rural")
    rank = found.groupby(["site", "place"])["out"].rank(method="first").to_numpy() - 1
    pick = rng.random(len(found))
    edge = urban & (found["out"] > 0.6) & (pick < 0.1)
    chosen = {
        "water": found["place"] == "water",
        "industry": edge | ((found["place"] == "outlying") & (pick < 0.03)),
        "outlying": found["place"] == "outlying",
        "centre": urban & (rank < pd.Series(own).map(CENTRES).to_numpy()),
        "residential": urban,
    }
    kind = np.select(list(chosen.values()), list(chosen), "village").astype(object)
    core = (kind == "village") & (~main | (found["size"] <= 2).to_numpy())
    return found.assign(settlement=settlement, kind=kind, core=core, part=1.0)


def _with_pieces(found: pd.DataFrame, size: Size, rng: np.random.Generator) -> pd.DataFrame:
    """Add a small cell halfway between two neighbours; it belonged to the one, and then to both."""
    places = found[["x", "y"]].to_numpy()
    count = max(1, round(SHIFTS * size.buurten))
    near = tessellation.nearest(places, 1)[:, 0]
    site = found["site"].to_numpy()
    lived = found["kind"].isin(["residential", "village", "centre"]).to_numpy()
    roomy = np.hypot(*(places - places[near]).T) > 260
    same = (site == site[near]) & lived & lived[near] & roomy
    crossing = (site != site[near]) & (found["kind"] != "water").to_numpy() & roomy
    crossing &= (found["kind"] != "water").to_numpy()[near]
    across = _chosen(crossing, near, site, max(1, count // CROSSING), rng)
    one = np.concatenate([across, _chosen(same, near, site, count - len(across), rng)])
    middle = (places[one] + places[near[one]]) / 2
    pieces = found.iloc[one].assign(x=middle[:, 0], y=middle[:, 1], part=PART, out=3.0, core=False)
    return pd.concat([found, pieces], ignore_index=True)


def _chosen(
    good: np.ndarray, near: np.ndarray, site: np.ndarray, count: int, rng: np.random.Generator
) -> np.ndarray:
    """Choose cells, from as many sites as possible, so that no two have the same neighbour."""
    order = rng.permutation(np.flatnonzero(good))
    both = pd.Series(
        [frozenset(pair) for pair in zip(order, near[order], strict=True)], dtype=object
    )
    order = order[~both.duplicated().to_numpy()]
    turn = pd.Series(site[order]).groupby(site[order]).cumcount().to_numpy()
    return order[np.argsort(turn, kind="stable")][:count]


def _connected(found: pd.DataFrame, pairs: np.ndarray) -> np.ndarray:
    """Give cells apart from their site to another, first on land, then water."""
    site = found["site"].to_numpy()
    land = (found["kind"] != "water").to_numpy()
    dry = pairs[land[pairs].all(axis=1)]
    settled = tessellation.joined(np.where(land, site, -1), dry)
    return tessellation.joined(settled, pairs)


def _provinces(table: pd.DataFrame, count: int) -> np.ndarray:
    from scipy.spatial import cKDTree

    places = table[["x", "y"]].to_numpy()
    seeds = places[tessellation.spread_out(places, places[:0], count)]
    # a few steps to the middle make them of about one size
    for _ in range(4):
        own = cKDTree(seeds).query(places)[1]
        seeds = np.array([places[own == number].mean(axis=0) for number in range(count)])
    return np.asarray(cKDTree(seeds).query(places)[1])


def _municipalities(
    found: pd.DataFrame,
    pairs: np.ndarray,
    counts: tuple[int, int],
    table: pd.DataFrame,
    rng: np.random.Generator,
) -> np.ndarray:
    """Join sites that touch (mergers), and sites that share a neighbour but do not touch."""
    touching = np.zeros((len(table),) * 2, dtype=int)
    one, other = found["site"].to_numpy()[pairs].T
    touching[one, other] = touching[other, one] = 1
    np.fill_diagonal(touching, 0)
    city = (table["settlement"] == "city").to_numpy()
    fit = (~city | city.all()) & (table["mass"] == 0).to_numpy()
    fit &= np.isin(np.arange(len(table)), found["site"])
    province = _provinces(table, found["province"].max() + 1)
    allowed = fit[:, None] & fit & (province[:, None] == province)
    apart = (touching @ touching > 0) & (touching == 0) & ~np.eye(len(table), dtype=bool)
    own = np.arange(len(table))
    for count, possible in zip(counts[::-1], (apart, touching > 0), strict=True):
        options = rng.permutation(np.argwhere(np.triu(possible & allowed)))
        for first, second in options:
            if count and own[[first, second]].tolist() == [first, second]:
                free = ~np.isin([first, second], own[own != np.arange(len(own))]).any()
                if free:
                    own[second] = first
                    count -= 1
    kept = np.unique(own[np.unique(found["site"])])
    return np.searchsorted(kept, own)


def _ordered(found: pd.DataFrame, shapes: np.ndarray, pairs: np.ndarray) -> Geography:
    import shapely

    piece = found["part"] < 1
    keys = (found["out"], piece, found["site"], found["municipality"], found["kind"] == "water")
    order = np.lexsort([np.asarray(key) for key in keys])
    place = np.argsort(order)
    cells = found.iloc[order].reset_index(drop=True).drop(columns=["place", "size", "out"])
    cells["hectares"] = shapely.area(shapes[order]) / 1e4
    land = cells.loc[cells["kind"] != "water", ["x", "y"]].to_numpy()
    near = tessellation.nearest(land, min(NEIGHBOURS, len(land) - 1))
    sorted_pairs = np.sort(place[pairs], axis=1)
    return Geography(cells, shapes[order], near, sorted_pairs)
