"""Which cells the programme chooses: where things were worst before it began."""

from __future__ import annotations

import numpy as np

from nplvanalysis.sources.sample.geography import Geography
from nplvanalysis.sources.sample.process import Columns
from nplvanalysis.sources.sample.truth import Programme

# Years before the start that the choice looks at, and the fewest homes of a chosen cell.
LOOKS_BACK = 1
LEAST_DWELLINGS = 100
# How much worse than average, in standard deviations of one column, the neighbours are.
WORSE = 1.0


def chosen(known: Columns, about: Programme, places: Geography) -> np.ndarray:
    """Choose focus areas.

    Per municipality its worst cell, in the municipalities where that is worst; of its neighbours
    those that are clearly worse than average themselves. The state they are chosen on is what
    was registered in one year and holds what is passing, so that they would improve by themselves.

    Parameters
    ----------
    known : dict of str to ndarray, shape (years, n)
    about : Programme
    places : Geography

    Returns
    -------
    ndarray of bool, shape (n,)
    """
    state = _state(known, about)
    near = places.neighbours
    number = known["municipality"][0]
    here = number[near] == number[:, None]
    # a cell at the edge of its municipality is no heart of an area
    heart = np.where(here.sum(axis=1) >= near.shape[1] // 2, state, -np.inf)
    wanted = max(2, round(len(state) / about.areas_per_cells))
    found = np.zeros(len(state), dtype=bool)
    taken: set[int] = set()
    for cell in np.argsort(-heart, kind="stable"):
        if len(taken) == wanted:
            break
        if number[cell] not in taken:
            taken.add(int(number[cell]))
            found[cell] = True
            found[near[cell][here[cell] & (state[near[cell]] > WORSE)]] = True
    return found


def registered(known: Columns, name: str) -> np.ndarray:
    """Give a column as a register shows it: counted events per resident, or the column itself.

    Parameters
    ----------
    known : dict of str to ndarray, shape (years, n)
    name : str

    Returns
    -------
    ndarray, shape (years, n)
    """
    count = known.get(f"{name}_count")
    return known[name] if count is None else count / np.maximum(known["population"], 1)


def _state(known: Columns, about: Programme) -> np.ndarray:
    """Weigh standardised columns of the last years before the start."""
    years = known["year"][:, 0]
    before = np.flatnonzero(years < about.start)[-LOOKS_BACK:]
    rows = before if len(before) else np.array([0])
    homes = known["dwellings"][rows].mean(axis=0) >= LEAST_DWELLINGS
    state = np.zeros(known["dwellings"].shape[1])
    for name, weight in about.selected_on.items():
        values = registered(known, name)[rows].mean(axis=0)
        state += weight * (values - values[homes].mean()) / values[homes].std()
    return np.where(homes, state, -5.0)
