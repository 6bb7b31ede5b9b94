"""Changes of borders and codes: which, and when."""

from __future__ import annotations

import numpy as np
import pandas as pd

from nplvanalysis.sources.sample.geography import Geography

# Per buurt on land, and per city.
SPLITS, MERGES, REUSED, RECODED = 10 / 625, 6 / 625, 1 / 625, 1 / 10
COLUMNS = ["year", "event", "cell", "other", "target", "reused"]
Pair = tuple[int, int]


def plan(
    geography: Geography, wijk: np.ndarray, years: tuple[int, int], rng: np.random.Generator
) -> pd.DataFrame:
    """Choose what changes, and when.

    Parameters
    ----------
    geography : Geography
    wijk : ndarray of int, shape (n,)
        Number of the wijk of each cell within its site.
    years : (int, int)
        First and last; nothing changes in the first.
    rng : Generator

    Returns
    -------
    DataFrame
        In the order in which they apply: year, event, cell, other, target, reused. Of a split,
        `cell` leaves the buurt of `other`, and may take up the retired number of `reused` (-1:
        a new one); of a merge it joins it; of a shift, the piece `cell` goes from the buurt of
        `other` to that of `target`; of a merger they are the centres of two sites, which get one
        code; of a recode both are the centre.
    """
    if years[0] == years[1]:
        return pd.DataFrame(columns=COLUMNS)
    shifts, mergers, recoded = _shifts(geography), _mergers(geography), _recoded(geography)
    near = {cell for found in beside(geography) for cell in found}
    pairs = _pairs(geography, wijk, near, rng)
    size = len(geography.land)
    splits, merges, reused = (max(1, round(rate * size)) for rate in (SPLITS, MERGES, REUSED))
    moved = set(geography.cells["site"].iloc[[c for both in mergers + recoded for c in both]])
    again = _again(geography, wijk, pairs, moved)[:reused] if years[1] - years[0] >= 3 else []
    taken = {cell for both in again for pair in both for cell in pair}
    free = [pair for pair in pairs if not taken & set(pair)]
    named = {
        "merger": mergers,
        "recode": recoded,
        "merge": ([pair for pair, _ in again] + free[::2])[:merges],
        "split": ([pair for _, pair in again] + free[1::2])[:splits],
        "shift": shifts,
    }
    rows = [(event, *pair) for event, found in named.items() for pair in found]
    found = pd.DataFrame(rows, columns=["event", "cell", "other"]).assign(target=-1, reused=-1)
    goals = {piece: own for piece, own, _ in beside(geography)}
    moved_on = found["event"] == "shift"
    found.loc[moved_on, "target"] = found.loc[moved_on, "cell"].map(goals)
    return _dated(found, again, years, rng)


def _dated(
    found: pd.DataFrame, again: list[tuple[Pair, Pair]], years: Pair, rng: np.random.Generator
) -> pd.DataFrame:
    """Spread events over the years; a number that is used again is absent for a year or more."""
    first, span = years[0], years[1] - years[0]
    turn = found.groupby("event").cumcount() + found["event"].map(len)
    found["year"] = first + 1 + (turn + int(rng.integers(span))) % span
    # as Amsterdam: one of the last years
    found.loc[found["event"] == "recode", "year"] = max(first + 1, years[1] - 1)
    for merge, split in again:
        gone = int(rng.integers(1, span - 1))
        back = int(rng.integers(gone + 2, span + 1))
        at = (found["event"] == "merge") & (found["cell"] == merge[0])
        found.loc[at, "year"] = first + gone
        at = (found["event"] == "split") & (found["cell"] == split[0])
        found.loc[at, "year"] = first + back
        found.loc[at, "reused"] = merge[0]
    return found.sort_values("year", kind="stable", ignore_index=True)[COLUMNS]


def beside(geography: Geography) -> list[tuple[int, int, int]]:
    """List pieces, with the cell that each is part of in the end, and the one it left.

    Parameters
    ----------
    geography : Geography

    Returns
    -------
    list of (piece, cell, former cell)
        -1 for a former cell if there is none.
    """
    cells, near = geography.cells, geography.neighbours
    touching = set(map(tuple, geography.pairs.tolist()))
    site, whole = cells["site"].to_numpy(), (cells["part"] == 1).to_numpy()
    found = []
    for piece in np.flatnonzero(~whole[: len(near)]).tolist():
        close = [cell for cell in near[piece].tolist() if whole[cell]]
        close = [cell for cell in close if (min(piece, cell), max(piece, cell)) in touching]
        own = next((cell for cell in close if site[cell] == site[piece]), piece)
        former = next((cell for cell in close if cell != own), -1)
        found.append((piece, own, former))
    return found


def _shifts(geography: Geography) -> list[Pair]:
    found: list[Pair] = []
    taken: set[int] = set()
    for piece, own, former in beside(geography):
        if own != piece and former >= 0 and not taken & {own, former}:
            found.append((piece, former))
            taken |= {own, former}
    return found


def _mergers(geography: Geography) -> list[Pair]:
    """List pairs of centres of sites that touch and end up in one municipality."""
    cells = geography.cells
    one, other = cells["site"].to_numpy()[geography.pairs].T
    own = cells["municipality"].to_numpy()[geography.pairs].T
    joined = np.sort(np.stack([one, other], axis=1)[(own[0] == own[1]) & (one != other)], axis=1)
    centre = cells.reset_index().groupby("site")["index"].first()
    return [(int(centre[a]), int(centre[b])) for a, b in np.unique(joined, axis=0)]


def _recoded(geography: Geography) -> list[Pair]:
    """List centres of cities that number their buurten anew, with letters."""
    cells = geography.cells
    sites = cells.groupby("municipality")["site"].transform("nunique")
    centres = cells[~cells["site"].duplicated() & (sites == 1)]
    cities = centres[centres["settlement"] == "city"]
    some = cities if len(cities) else centres[~centres["island"]]
    count = max(1, round(RECODED * len(cities)))
    return [(cell, cell) for cell in some.index[-count:].tolist()]


def _pairs(
    geography: Geography, wijk: np.ndarray, taken: set[int], rng: np.random.Generator
) -> list[Pair]:
    """List pairs of inhabited cells that touch, of one wijk, no cell twice, in random order."""
    cells = geography.cells
    lived = cells["kind"].isin(["residential", "village", "outlying"]).to_numpy()
    # a centre keeps its code and name
    lived = lived & (cells["part"] == 1).to_numpy() & cells["site"].duplicated().to_numpy()
    place = cells["site"].to_numpy() * 100 + wijk
    one, other = geography.pairs.T
    good = geography.pairs[lived[one] & lived[other] & (place[one] == place[other])]
    found: list[Pair] = []
    used = set(taken)
    for pair in rng.permutation(good).tolist():
        if not used & set(pair):
            found.append((pair[0], pair[1]))
            used |= set(pair)
    return found


def _again(
    geography: Geography, wijk: np.ndarray, pairs: list[Pair], moved: set[int]
) -> list[tuple[Pair, Pair]]:
    """List two pairs of one wijk: the first merges, the second takes up the number that retires."""
    site = geography.cells["site"].to_numpy()
    waiting: dict[tuple[int, int], Pair] = {}
    found = []
    for pair in pairs:
        place = (int(site[pair[0]]), int(wijk[pair[0]]))
        if place in waiting:
            found.append((waiting.pop(place), pair))
        elif place[0] not in moved:
            waiting[place] = pair
    return found
