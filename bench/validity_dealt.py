"""Figures of the country as it is, dealt out anew: problems, and felt beside registered safety."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.special import ndtri
from validity_panel import FELT
from validity_setup import Setup, seen
from validity_worlds import World, stream

from nplvanalysis.measures.rates import per_1000
from nplvanalysis.sources.sample.noise import Ground
from nplvanalysis.sources.sample.process import counted
from nplvanalysis.sources.sample.publishing import survey
from nplvanalysis.sources.sample.truth import Counted

# Pilots, steps of bisection and the name of what is found by them.
PILOTS, STEPS, MIX = 1000, 10, "mix"
# Of what is dealt out: the share of the order that neighbours have in common, and its range.
SHARED, RANGE_KM = 0.5, 5.0
_BASES: dict[tuple[int, str, bool], pd.DataFrame] = {}
_GROUNDS: dict[bytes, Ground] = {}
_BESIDES: dict[int, Beside] = {}


def panel(setup: Setup, world: World, mix: float, seed: int, draw: int) -> pd.DataFrame:
    """Deal out the figures of one year.

    Parameters
    ----------
    setup : Setup
        Of the one hypothesis that is asked.
    world : World
    mix : float
        From `mix_for`.
    seed, draw : int

    Returns
    -------
    DataFrame
        Rows (code, division, year) of the exposure year of the row; of safety also a year before,
        in which nothing but chance was different.
    """
    rng = np.random.default_rng(stream(seed, world.name, draw, world.made))
    if world.made == "problems":
        return _problems(setup, mix, rng)
    return _safety(setup, mix, world.series, rng)


def mix_for(setup: Setup, world: World, seed: int) -> float:
    """Find what makes the true size that of the world, over pilot draws.

    Parameters
    ----------
    setup : Setup
    world : World
    seed : int

    Returns
    -------
    float
        0 to 1: the part that one field has in all problems, or registered crime in felt safety.
    """
    if world.size == 1.0:
        return float(world.made == "safety")
    low, high = 0.0, 1.0
    for _ in range(STEPS):
        middle = (low + high) / 2
        low, high = (
            (middle, high) if _size(setup, world, middle, seed) < world.size else (low, middle)
        )
    return (low + high) / 2


def _size(setup: Setup, world: World, mix: float, seed: int, pilots: int = PILOTS) -> float:
    """Find the true size at some mix: the mean of what is dealt out, over the same pilots."""
    size = _problems_size if world.made == "problems" else _safety_size
    found = [size(setup, mix, np.random.default_rng([seed, number])) for number in range(pilots)]
    above, below = np.mean(found, axis=0)
    return float(above / below)


def _base(setup: Setup, exact: bool) -> pd.DataFrame:
    """Publish the country as it is, once: the year of the row."""
    (row,) = setup.every
    key = (id(setup.base), row.estimator, exact)
    if key not in _BASES:
        year = row.year_exposure or setup.study.years.exposure
        made = seen(setup, setup.base, exact)
        _BASES[key] = made[made["year"] == year].reset_index(drop=True)
    return _BASES[key]


def _ground(table: pd.DataFrame) -> Ground:
    """Give the places of a table; their kernels are worked out once for all pilots."""
    points = table[["x", "y"]].to_numpy(float)
    return _GROUNDS.setdefault(points.tobytes(), Ground(points))


def _problems(setup: Setup, mix: float, rng: np.random.Generator) -> pd.DataFrame:
    """Deal out problems within strata."""
    from nplvanalysis.models.stacked import region_of
    from nplvanalysis.models.strata import strata

    base, names = _base(setup, exact=False), setup.study.measures.problems
    known = base[[*names, "urbanity"]].notna().all(axis=1)
    known &= base["dwellings"] >= setup.study.sample.min_dwellings
    used = base[known]
    fields = _ground(used).noise(len(names) + 1, SHARED, RANGE_KM, rng)
    order = np.sqrt(mix) * fields[0] + np.sqrt(1 - mix) * fields[1:]
    groups = strata(used, region_of(base))
    dealt = {name: _dealt(used[name], one, groups) for name, one in zip(names, order, strict=True)}
    made = base.copy()
    made.loc[known, names] = pd.DataFrame(dealt, index=used.index)
    return made


def _problems_size(setup: Setup, mix: float, rng: np.random.Generator) -> np.ndarray:
    """Share of homes with many problems, seen and by chance."""
    from nplvanalysis.models import independence
    from nplvanalysis.models.stacked import Counting, region_of, stacked

    made, (row,) = _problems(setup, mix, rng), setup.every
    year = row.year_exposure or setup.study.years.exposure
    found = stacked(made, row, year, setup.study, Counting(region=region_of(made))).problems
    order = independence.order_of(found)
    return np.array(independence.counted(found, order, found.weights).shares)


def _dealt(values: pd.Series, order: np.ndarray, groups: np.ndarray) -> np.ndarray:
    """Give the values of each group to its areas in a given order."""
    found = values.to_numpy(float).copy()
    for group in np.unique(groups):
        rows = np.flatnonzero(groups == group)
        found[rows[np.argsort(order[rows])]] = np.sort(found[rows])
    return found


@dataclass(frozen=True)
class Beside:
    """What felt safety is dealt out to: areas with both measures, and their true rates of crime."""

    base: pd.DataFrame
    known: np.ndarray
    used: pd.DataFrame
    rates: pd.DataFrame
    felt: pd.Series
    crime: np.ndarray


def _beside(setup: Setup) -> Beside:
    """Find the areas that have both measures, once: pilots are many."""
    base, true = _base(setup, exact=False), _base(setup, exact=True)
    key = id(base)
    if key not in _BESIDES:
        kinds = setup.study.models.specifications["agreement"].terms
        known = (true[[FELT, *kinds]].notna().all(axis=1) & base[FELT].notna()).to_numpy()
        known = known & (base["dwellings"] >= setup.study.sample.min_dwellings).to_numpy()
        rates = true.loc[known, kinds]
        crime = _ranks(rates.sum(axis=1).to_numpy())
        _BESIDES[key] = Beside(base, known, base[known], rates, true.loc[known, FELT], crime)
    return _BESIDES[key]


def _own(beside: Beside, rng: np.random.Generator) -> np.ndarray:
    return _ground(beside.used).noise(1, SHARED, RANGE_KM, rng)[0]


def _felt(beside: Beside, mix: float, own: np.ndarray) -> np.ndarray:
    """Deal out felt safety: a part of its order is that of registered crime."""
    order = mix * ndtri(beside.crime) + np.sqrt(1 - mix**2) * own
    return _dealt(beside.felt, order, np.zeros(len(own), dtype=int))


def _safety_size(setup: Setup, mix: float, rng: np.random.Generator) -> np.ndarray:
    """Covariance and spread of the true ranks; nobody is asked and nothing counted.

    A field that goes with crime by chance goes against it turned round: the mean of both is of
    the mix alone.
    """
    beside = _beside(setup)
    own, weights = _own(beside, rng), beside.used["dwellings"].to_numpy(float)
    both = [_ranks(_felt(beside, mix, sign * own)) for sign in (1, -1)]
    return np.mean([_moments(one, beside.crime, weights) for one in both], axis=0)


def _safety(setup: Setup, mix: float, series: float, rng: np.random.Generator) -> pd.DataFrame:
    """Deal out felt safety and draw both measures, twice."""
    beside = _beside(setup)
    felt = _felt(beside, mix, _own(beside, rng))
    now, before = (_measured(beside, felt, series, rng) for _ in range(2))
    return pd.concat([now, before.assign(year=before["year"] - 1)], ignore_index=True)


def _measured(
    beside: Beside, felt: np.ndarray, series: float, rng: np.random.Generator
) -> pd.DataFrame:
    """Count offences and ask people once."""
    used, known = beside.used, beside.known
    persons = used["population"].to_numpy(float)
    how = Counted(of="population", per=1000, series=series)
    made = beside.base.copy()
    for kind in beside.rates:
        rates = beside.rates[kind].to_numpy(float)
        count = pd.Series(counted(rates, persons, how, rng), used.index)
        made.loc[known, kind] = per_1000(count, used["population"])
    asked = used["respondents"].to_numpy(int)
    answers = {"respondents": asked, "feels_unsafe_count": rng.binomial(asked, felt / 100)}
    three = survey.bounds(pd.DataFrame(answers))
    made.loc[known, [FELT, f"{FELT}_low", f"{FELT}_high"]] = three
    return made


def _ranks(values: np.ndarray) -> np.ndarray:
    """Mid-ranks between 0 and 1, the ends left out."""
    return (pd.Series(values).rank().to_numpy() - 0.5) / len(values)


def _moments(one: np.ndarray, other: np.ndarray, weights: np.ndarray) -> list[float]:
    both = np.cov(one, other, aweights=weights)
    return [float(both[0, 1]), float(np.sqrt(both[0, 0] * both[1, 1]))]
