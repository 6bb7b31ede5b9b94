"""The map of the province: municipalities, wijken and buurten, and what lies where."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from nplvanalysis.sources.sample import names

# In the North Sea, in metres of EPSG:28992: no map can show it on top of real places.
CENTRE = (52_000.0, 527_000.0)
RADIUS = 30_000.0
SEA_SPACING = 1_800.0
# Buurten of a municipality, the spread of their centres in metres, and how many municipalities.
KINDS = {"city": (34, 1_500.0, 3), "town": (20, 1_300.0, 8), "rural": (11, 2_300.0, 33)}
WATERS = 6
NEIGHBOURS = 12


@dataclass(frozen=True)
class Geography:
    """Buurten on the borders of 2020.

    Attributes
    ----------
    areas : DataFrame, length n
        code, name, wijk, municipality (codes), municipality_name, settlement (city, town, rural),
        kind, x, y (metres), hectares; water cells last.
    shapes : ndarray of shapely polygons, shape (n,)
        A tessellation: they share their vertices exactly.
    neighbours : ndarray of int, shape (m, NEIGHBOURS)
        For the m buurten on land, the nearest others on land.
    """

    areas: pd.DataFrame
    shapes: np.ndarray
    neighbours: np.ndarray

    @property
    def land(self) -> pd.DataFrame:
        """Buurten that are not water."""
        return self.areas[self.areas["kind"] != "water"]


def make(rng: np.random.Generator) -> Geography:
    """Draw the map.

    Parameters
    ----------
    rng : Generator

    Returns
    -------
    Geography
    """
    places, settlements = _municipalities(rng)
    points, water = _points(places, settlements, rng)
    owner = _nearest(points, places)
    gaps = _distance(points, places[owner])
    order = np.lexsort((gaps, owner, water))
    points = points[order]
    found = {"place": owner, "settlement": settlements[owner], "water": water, "distance": gaps}
    areas = pd.DataFrame({"x": points[:, 0], "y": points[:, 1]})
    areas = areas.assign(**{name: values[order] for name, values in found.items()})
    areas["kind"] = _kinds(areas, rng)
    shapes = _cells(points, rng)
    areas["hectares"] = [shape.area / 1e4 for shape in shapes]
    # in the order of codes the first of a municipality is its centre
    coded = _coded(areas).sort_values(["water", "code"])
    shapes = shapes[coded.index.to_numpy()]
    return _named(coded.reset_index(drop=True), shapes, rng)


def _named(areas: pd.DataFrame, shapes: np.ndarray, rng: np.random.Generator) -> Geography:
    place = np.array(names.MUNICIPALITIES, dtype=object)[areas["place"]]
    name = names.buurten(areas["kind"].to_numpy(), place, rng)
    land = areas.loc[~areas["water"], ["x", "y"]].to_numpy()
    full = areas.assign(municipality_name=place, name=name).drop(columns="water")
    return Geography(full, shapes, _neighbours(land))


def _inside(points: np.ndarray) -> np.ndarray:
    east, north = (points - CENTRE).T
    angle = np.arctan2(north, east)
    coast = RADIUS * (1 + 0.14 * np.cos(2 * angle + 0.7) + 0.07 * np.cos(5 * angle))
    return np.hypot(east, north) < coast


def _within(count: int, rng: np.random.Generator) -> np.ndarray:
    draws = rng.uniform(-1.3 * RADIUS, 1.3 * RADIUS, (6 * count, 2)) + CENTRE
    return draws[_inside(draws)][:count]


def _distance(points: np.ndarray, others: np.ndarray) -> np.ndarray:
    return np.hypot(*(points - others).T)


def _nearest(points: np.ndarray, places: np.ndarray) -> np.ndarray:
    return np.hypot(*(points[:, None] - places[None]).T).T.argmin(axis=1)


def _municipalities(rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Spread centres out: each is the farthest from the others of 30 tries."""
    settlements = np.repeat(list(KINDS), [count for _, _, count in KINDS.values()])
    places = np.array([CENTRE])
    while len(places) < len(settlements):
        tries = _within(30, rng)
        apart = np.hypot(*(tries[:, None] - places[None]).T).T.min(axis=1)
        places = np.vstack([places, tries[apart.argmax()]])
    return places, settlements


def _points(
    places: np.ndarray, settlements: np.ndarray, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    parts = []
    for place, settlement in zip(places, settlements, strict=True):
        count, spread, _ = KINDS[settlement]
        near = place + rng.normal(0, spread, (count - count // 8, 2))
        far = place + rng.normal(
            0, 3 * spread if settlement != "rural" else spread, (count // 8, 2)
        )
        parts.append(np.vstack([place[None], near, far]))
    land = np.vstack(parts)
    land = land[_inside(land)]
    lakes = places + rng.normal(0, 400, places.shape) + (2_800.0, -1_500.0)
    lakes = lakes[_inside(lakes)][:WATERS]
    points = np.vstack([_apart(land), lakes])
    return points, np.arange(len(points)) >= len(points) - len(lakes)


def _apart(points: np.ndarray, metres: float = 180.0) -> np.ndarray:
    """Drop points too near an earlier one: their cells would be slivers."""
    gaps = np.hypot(*(points[:, None] - points[None]).T)
    return points[~np.tril(gaps < metres, -1).any(axis=0)]


def _kinds(areas: pd.DataFrame, rng: np.random.Generator) -> np.ndarray:
    rank = areas.groupby("place")["distance"].rank(pct=True).to_numpy()
    first = areas.groupby("place").cumcount().to_numpy()
    rural = (areas["settlement"] == "rural").to_numpy()
    centres = areas["settlement"].map({"city": 3, "town": 1, "rural": 0}).to_numpy()
    industry = rng.random(len(areas)) < np.where(rural, 0.02, 0.05)
    kinds = np.where(rank > np.where(rural, 0.6, 0.9), "outlying", "residential").astype(object)
    kinds[rural & (kinds == "residential")] = "village"
    kinds[industry & (first > 2)] = "industry"
    kinds[first < centres] = "centre"
    kinds[areas["water"]] = "water"
    return kinds


def _coded(areas: pd.DataFrame) -> pd.DataFrame:
    """Group buurten into wijken and number both; water gets the fictitious numbers 99 and 97."""
    wijk = np.full(len(areas), "99", dtype=object)
    for _, group in areas[~areas["water"]].groupby("place"):
        points = group[["x", "y"]].to_numpy()
        seeds = points[:1]
        for _ in range(len(group) // 7):
            gaps = np.hypot(*(points[:, None] - seeds[None]).T).T.min(axis=1)
            seeds = np.vstack([seeds, points[gaps.argmax()]])
        wijk[group.index.to_numpy()] = [f"{number:02d}" for number in _nearest(points, seeds)]
    four = (9001 + areas["place"]).astype(str)
    number = areas.assign(wijk=wijk).groupby(["place", "wijk"]).cumcount()
    last = number.map("{:02d}".format).where(~areas["water"], (97 + number).astype(str))
    return areas.assign(
        municipality="GM" + four, wijk="WK" + four + wijk, code="BU" + four + wijk + last
    )


def _cells(points: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Voronoi cells; points in the sea make the coast of the same edges, so nothing is clipped."""
    import shapely

    steps = np.arange(-1.5 * RADIUS, 1.5 * RADIUS, SEA_SPACING)
    grid = np.stack(np.meshgrid(steps, steps), axis=-1).reshape(-1, 2) + CENTRE
    sea = grid + rng.uniform(-500, 500, grid.shape)
    sea = sea[~_inside(sea)]
    cells = shapely.voronoi_polygons(shapely.MultiPoint(np.vstack([points, sea])), ordered=True)
    mine = np.array(shapely.get_parts(cells)[: len(points)])
    # millimetres: shared vertices stay shared, since equal numbers round to equal numbers
    return shapely.transform(mine, lambda xy: np.round(xy, 3))


def _neighbours(points: np.ndarray) -> np.ndarray:
    gaps = np.hypot(*(points[:, None] - points[None]).T)
    return gaps.argsort(axis=1, kind="stable")[:, 1 : NEIGHBOURS + 1]
