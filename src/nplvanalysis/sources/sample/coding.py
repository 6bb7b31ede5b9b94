"""Codes of buurten, wijken and municipalities, and what each change does to them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from nplvanalysis.sources.sample import events, tessellation
from nplvanalysis.sources.sample.geography import Geography

BUURTEN_OF_WIJK = 4.4
# A wijk can form around every cell of these kinds, and around other cells but for one in so many:
# a wijk of countryside alone has next to no homes.
LIVED, EXCEPT = ["centre", "residential", "village"], 3
# Municipalities are GM9001 and on; former ones follow on the others.
FIRST = 9001
WATER = 99


@dataclass
class State:
    """Codes as they stand; changed by `apply`.

    Attributes
    ----------
    head : ndarray of int, shape (n,)
        The cell that names the buurt of each cell.
    gm, wijk, number : ndarray of str, shape (n,)
        Parts of the code: they count where a cell is a head.
    site : ndarray of int, shape (n,)
    last : ndarray of str, shape (n,)
        The last municipality code (gm) of each cell's site.
    used : dict of (gm, wijk) to int
        The highest number that a wijk ever had.
    """

    head: np.ndarray
    gm: np.ndarray
    wijk: np.ndarray
    number: np.ndarray
    site: np.ndarray
    last: np.ndarray
    used: dict[tuple[str, str], int]

    def numbered(self) -> None:
        """Take note of the numbers in use."""
        heads = np.unique(self.head)
        codes = zip(self.gm[heads], self.wijk[heads], self.number[heads], strict=True)
        for gm, wijk, number in codes:
            self.used[gm, wijk] = max(self.used.get((gm, wijk), -1), int(number))


def wijken(geography: Geography) -> np.ndarray:
    """Group the cells of each site into wijken, most around a cell where people live.

    Parameters
    ----------
    geography : Geography

    Returns
    -------
    ndarray of int, shape (n,)
        0 and on; 99 for water.
    """
    cells = geography.cells
    found = np.full(len(cells), WATER)
    points = cells[["x", "y"]].to_numpy()
    hearts = cells["kind"].isin(LIVED).to_numpy() | (np.arange(len(cells)) % EXCEPT > 0)
    for places in cells[cells["kind"] != "water"].groupby("site").indices.values():
        mine = points[places]
        heart = mine[hearts[places]]
        count = max(0, round(len(mine) / BUURTEN_OF_WIJK) - 1)
        seeds = heart[tessellation.spread_out(heart, mine[:1], count)]
        gaps = np.hypot(*(mine[:, None] - np.vstack([mine[:1], seeds])).T)
        found[places] = gaps.argmin(axis=0)
    for piece, own, _ in events.beside(geography):
        found[piece] = found[own]
    return found


def start(geography: Geography, wijk: np.ndarray, planned: pd.DataFrame) -> State:
    """Code the cells as they were before all changes.

    Parameters
    ----------
    geography : Geography
    wijk : ndarray of int, shape (n,)
        From `wijken`.
    planned : DataFrame
        From `events.plan`.

    Returns
    -------
    State
    """
    cells = geography.cells
    site = cells["site"].to_numpy()
    head = np.arange(len(cells))
    for piece, own, _ in events.beside(geography):
        head[piece] = own
    # what splits off or moves later is still with the other
    later = planned[planned["event"].isin(["split", "shift"])]
    head[later["cell"].to_numpy(dtype=int)] = later["other"].to_numpy(dtype=int)
    last = (FIRST + cells["municipality"]).astype(str).to_numpy(dtype=object)
    gm = _former(last, site, planned)
    wijk = wijk + np.where(wijk < WATER, _offsets(gm, site, wijk), 0)
    order = pd.DataFrame({"gm": gm, "wijk": wijk})[head == np.arange(len(head))]
    number = np.full(len(cells), "", dtype=object)
    counted = order.groupby(["gm", "wijk"]).cumcount() + np.where(order["wijk"] == WATER, 97, 0)
    number[order.index] = _two(counted)
    state = State(head, gm, _two(pd.Series(wijk)), number, site, last, {})
    state.numbered()
    return state


def apply(state: State, event: Any) -> None:
    """Make a change.

    Parameters
    ----------
    state : State
        It is changed.
    event : row of the table of `events.plan`
    """
    if event.event == "merge":
        state.head[state.head == event.cell] = event.other
    elif event.event == "shift":
        # the piece lies beside a cell of its own wijk that is a buurt since the first year
        state.head[event.cell] = event.target
    elif event.event == "split":
        _split(state, event)
    elif event.event == "merger":
        _merger(state, event)
    else:
        _recode(state, event)


def _split(state: State, event: Any) -> None:
    cell, other = event.cell, event.other
    key = state.gm[other], state.wijk[other]
    state.head[cell] = cell
    state.gm[cell], state.wijk[cell] = key
    if event.reused >= 0:
        state.number[cell] = state.number[event.reused]
    else:
        state.used[key] += 1
        state.number[cell] = f"{state.used[key]:02d}"


def _merger(state: State, event: Any) -> None:
    """Put two sites under one code; the wijken of the second follow on those of the first."""
    one = state.site == state.site[event.cell]
    other = state.site == state.site[event.other]
    water = state.wijk == str(WATER)
    shift = 1 + state.wijk[one & ~water].astype(int).max()
    dry = other & ~water
    state.wijk[dry] = _two(pd.Series(state.wijk[dry].astype(int) + shift))
    state.gm[one | other] = state.last[event.cell]
    wet = np.flatnonzero((one | other) & water)
    state.number[wet] = _two(pd.Series(97 + np.arange(len(wet))))
    state.numbered()


def _recode(state: State, event: Any) -> None:
    """Give other numbers, with letters for the wijk."""
    city = (state.site == state.site[event.cell]) & (state.wijk != str(WATER))
    wijk = state.wijk[city].astype(int)
    state.wijk[city] = np.array([_letters(number) for number in wijk], dtype=object)
    heads = np.flatnonzero(city & (state.head == np.arange(len(city))))
    anew = pd.Series(state.wijk[heads]).groupby(state.wijk[heads]).cumcount() + 1
    state.number[heads] = _two(anew)
    state.numbered()


def _letters(number: int) -> str:
    return "".join(chr(ord("A") + digit) for digit in divmod(number, 26))


def _former(last: np.ndarray, site: np.ndarray, planned: pd.DataFrame) -> np.ndarray:
    """Give the sites of a merger their own codes; in every second one the first keeps its code."""
    gm, free = last.copy(), int(last.astype(int).max()) + 1
    mergers = planned[planned["event"] == "merger"]
    pairs = mergers[["other", "cell"]].to_numpy(dtype=int).tolist()
    for turn, centres in enumerate(pairs):
        for centre in centres[: 1 + turn % 2]:
            gm[site == site[centre]] = str(free)
            free += 1
    return gm


def _offsets(gm: np.ndarray, site: np.ndarray, wijk: np.ndarray) -> np.ndarray:
    """Count the wijken of earlier sites of the same municipality."""
    table = pd.DataFrame({"gm": gm, "site": site, "wijk": wijk})
    most = table[wijk < WATER].groupby(["gm", "site"])["wijk"].max() + 1
    before = most.groupby("gm").cumsum() - most
    keys = pd.MultiIndex.from_arrays([gm, site])
    return before.reindex(keys).fillna(0).astype(int).to_numpy()


def _two(numbers: pd.Series) -> np.ndarray:
    return numbers.map("{:02d}".format).to_numpy(dtype=object)
