"""Placebo areas: places outside the programme that look like its focus areas on the map."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from nplvanalysis.errors import TooFewPlacebosError

DRAWS = 1_000
# How often an area that does not fit is drawn anew, and then the whole set.
ATTEMPTS, ROUNDS = 40, 25
# Fewer sets that have nothing in common than this say little about what chance can do.
LEAST_ROOM = 5.0


@dataclass(frozen=True)
class Ground:
    """The areas among which placebo areas are drawn, and what makes them alike.

    Attributes
    ----------
    near : ndarray of int, shape (n, m)
        Adjacent areas of each area, see `adjacency`; -1 where there are fewer than m.
    homes : ndarray, shape (n,)
        Dwellings.
    town : ndarray of int, shape (n,)
        Number of the municipality: a placebo area lies within one, as focus areas do.
    urbanity : ndarray, shape (n,)
        Class 1 to 5.
    band : float
        The dwellings of a placebo area lie between those of the focus area divided by this, and
        times this.
    classes : float
        So far may the mean urbanity of the homes be from that of the focus area; infinite: it
        does not matter.
    """

    near: np.ndarray
    homes: np.ndarray
    town: np.ndarray
    urbanity: np.ndarray
    band: float = 2.0
    classes: float = 1.0


@dataclass(frozen=True)
class Placebos:
    """Draws of the whole set of placebo areas.

    Attributes
    ----------
    members : ndarray of int, shape (draws, k)
        Positions of the areas; k is the number of areas in all focus areas.
    focus : ndarray of int, shape (k,)
        Which focus area each column stands for.
    room : float
        How many sets without an area in common would vary as much as these: k / sum of p squared,
        p the part of the draws that an area is in. It is n / k if each of n areas is drawn equally
        often, and 1 if all draws are the same.
    """

    members: np.ndarray
    focus: np.ndarray
    room: float


def draw(
    ground: Ground, focus: np.ndarray, rng: np.random.Generator, draws: int = DRAWS
) -> Placebos:
    """Draw sets of placebo areas, each set of as many areas as the real one.

    For each focus area a seed is drawn, and adjacent areas are added at random until there are as
    many; what is not like the focus area is drawn anew. Areas of a set do not overlap. Focus areas
    and their neighbours take no part.

    Parameters
    ----------
    ground : Ground
    focus : ndarray of int, shape (n,)
        Number of the focus area, 0 and on; -1 outside.
    rng : Generator
    draws : int

    Returns
    -------
    Placebos

    Raises
    ------
    TooFewPlacebosError
        If areas that fit are not found, or all draws are more or less the same ones.
    """
    beside = np.unique(ground.near[focus >= 0])
    barred = focus >= 0
    barred[beside[beside >= 0]] = True
    real = [np.flatnonzero(focus == one) for one in range(focus.max() + 1)]
    order = _hardest_first(ground, real, barred, rng)
    owners = np.concatenate([np.full(len(real[one]), one) for one in order])
    members, left = np.full((draws, len(owners)), -1), np.arange(draws)
    for _ in range(ROUNDS):
        members[left] = _sets(ground, [real[one] for one in order], barred, rng, len(left))
        left = np.flatnonzero((members < 0).any(axis=1))
        if not len(left):
            break
    if len(left):
        raise _no_room(f"nothing that fits in {len(left)} of {draws} draws")
    share = np.bincount(members.ravel(), minlength=len(focus)) / draws
    room = float(len(owners) / (share**2).sum())
    if room < LEAST_ROOM:
        raise _no_room(f"room for {room:.1f}")
    return Placebos(members, owners, room)


def _hardest_first(
    ground: Ground, real: list[np.ndarray], barred: np.ndarray, rng: np.random.Generator
) -> list[int]:
    """Order focus areas by how seldom an area that is grown at random is like them."""
    rates = []
    for own in real:
        seeds = _seeds(ground, len(own), barred)
        taken = np.tile(barred, (DRAWS, 1))
        grown = _grown(ground, rng.choice(seeds, DRAWS), len(own), taken, rng)
        rates.append(_alike(ground, grown, own).mean())
    return [int(one) for one in np.argsort(rates, kind="stable")]


def _sets(
    ground: Ground,
    real: list[np.ndarray],
    barred: np.ndarray,
    rng: np.random.Generator,
    draws: int,
) -> np.ndarray:
    """Draw sets of areas that do not overlap; -1 where none is found that fits."""
    taken, parts = np.tile(barred, (draws, 1)), []
    for own in real:
        seeds, left = _seeds(ground, len(own), barred), np.arange(draws)
        found = np.full((draws, len(own)), -1)
        for _ in range(ATTEMPTS):
            grown = _grown(ground, rng.choice(seeds, len(left)), len(own), taken[left], rng)
            fits = _alike(ground, grown, own)
            found[left[fits]] = grown[fits]
            left = left[~fits]
            if not len(left):
                break
        placed = np.flatnonzero((found >= 0).all(axis=1))
        taken[placed[:, None], found[placed]] = True
        parts.append(found)
    return np.hstack(parts)


def _seeds(ground: Ground, size: int, barred: np.ndarray) -> np.ndarray:
    """List the areas in municipalities with room for an area of some size."""
    room = np.bincount(ground.town[~barred], minlength=int(ground.town.max()) + 1)
    seeds = np.flatnonzero(~barred & (room[ground.town] >= size))
    if not len(seeds):
        raise _no_room(f"no municipality with {size} areas that are free")
    return seeds


def _grown(
    ground: Ground, seeds: np.ndarray, size: int, taken: np.ndarray, rng: np.random.Generator
) -> np.ndarray:
    """Grow areas from seeds; -1 where an area finds no more neighbours that are free."""
    draws, rows = len(taken), np.arange(len(taken))
    grown = np.full((draws, size), -1)
    grown[:, 0] = np.where(taken[rows, seeds], -1, seeds)
    for step in range(1, size):
        edge = ground.near[grown[:, :step]].reshape(draws, -1)
        # where a member is -1, near is that of the last area
        known = (grown[:, :step] >= 0).repeat(ground.near.shape[1], axis=1)
        fits = known & (edge >= 0) & ~np.take_along_axis(taken, edge, axis=1)
        fits &= ground.town[edge] == ground.town[seeds][:, None]
        for member in grown[:, :step].T:
            fits &= edge != member[:, None]
        chance = np.where(fits, rng.random(edge.shape), -1.0)
        best = chance.argmax(axis=1)
        grown[:, step] = np.where(chance[rows, best] >= 0, edge[rows, best], -1)
    return grown


def _alike(ground: Ground, grown: np.ndarray, real: np.ndarray) -> np.ndarray:
    """Tell which areas are complete, have about as many homes, and are about as urban."""
    homes, wanted = ground.homes[grown].sum(axis=1), ground.homes[real].sum()
    fits = (grown >= 0).all(axis=1)
    fits &= (homes >= wanted / ground.band) & (homes <= wanted * ground.band)
    if np.isinf(ground.classes):
        return fits
    weighed = (ground.homes * ground.urbanity)[grown].sum(axis=1) / homes
    goal = np.average(ground.urbanity[real], weights=ground.homes[real])
    return fits & (np.abs(weighed - goal) <= ground.classes)


def _no_room(got: str) -> TooFewPlacebosError:
    return TooFewPlacebosError(
        "There is no room for placebo areas like the focus areas.",
        where="areas that are neither a focus area nor a neighbour of one",
        expected=f"room for {LEAST_ROOM:g} or more sets that have no area in common, each area "
        "within one municipality",
        got=got,
        todo="Report it as not testable, or allow placebo areas that are less alike.",
    )
