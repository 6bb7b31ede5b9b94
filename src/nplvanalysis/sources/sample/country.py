"""The whole country before it is published: every figure of every cell, exact."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from nplvanalysis.sources.sample import divisions, focus, geography, homes, process, residents
from nplvanalysis.sources.sample.divisions import Divisions
from nplvanalysis.sources.sample.geography import Geography
from nplvanalysis.sources.sample.noise import Ground, stream
from nplvanalysis.sources.sample.request import require_seed
from nplvanalysis.sources.sample.sizes import PROVINCE, Size
from nplvanalysis.sources.sample.truth import Truth

EARLY_WAVES = [2002, 2008, 2012]


@dataclass(frozen=True)
class Country:
    """Places, homes and people, and what happened there.

    Attributes
    ----------
    size : Size
    geography : Geography
    divisions : Divisions
    latent : DataFrame, length years x n
        Years below each other, the n land cells in their order: the columns of `homes.make` and
        `residents.make`, each column of truth.yaml as its process gives it, `<column>_count` for
        counted ones, focus (bool) and programme_year.
    early : DataFrame, length n
        Total scores (deviations) of the waves before the first year, one column per wave.
    truth : Truth
    people : int
        How many of the first columns of `latent` are places, homes and people.
    """

    size: Size
    geography: Geography
    divisions: Divisions
    latent: pd.DataFrame
    early: pd.DataFrame
    truth: Truth
    people: int


def make(seed: int, truth: Truth, size: Size = PROVINCE) -> Country:
    """Draw a country.

    Parameters
    ----------
    seed : int
        Not negative.
    truth : Truth
    size : Size

    Returns
    -------
    Country

    Raises
    ------
    ParameterError
        For a seed that is none, or a truth that is not possible here.
    """
    require_seed(seed)
    places = geography.make(size, stream(seed, "geography"))
    borders = divisions.make(places, size, stream(seed, "divisions"))
    years = range(size.years[0], size.years[1] + 1)
    stock = homes.make(places, years, stream(seed, "homes"))
    people = residents.make(stock, _ground(places), stream(seed, "residents"))
    base = pd.concat([stock, people], axis=1)
    bare = Country(size, places, borders, base, pd.DataFrame(), truth, base.shape[1])
    return redraw(bare, truth, seed)


def redraw(country: Country, truth: Truth, seed: int) -> Country:
    """Draw other outcomes for the same places, homes and people.

    Parameters
    ----------
    country : Country
    truth : Truth
        It may differ from that of the country.
    seed : int

    Returns
    -------
    Country
    """
    require_seed(seed)
    base = country.latent.iloc[:, : country.people]
    ground = _ground(country.geography)
    given = {str(one): base[one].to_numpy().reshape(-1, len(ground.points)) for one in base}
    frame = process.Frame(given | {"programme_year": np.zeros(given["year"].shape)}, ground)
    drawn = process.draw(truth, frame, seed)
    chosen = focus.chosen(given | drawn, truth.programme, country.geography)
    since = chosen * np.maximum(given["year"] - truth.programme.start, 0)
    if any(truth.programme.effects.values()):
        # the same streams: what was before the programme is as it was
        treated = process.Frame(given | {"programme_year": since}, ground)
        drawn = process.draw(truth, treated, seed)
    drawn["focus"] = np.broadcast_to(chosen, since.shape)
    drawn["programme_year"] = since
    latent = pd.concat([base, process.table(drawn)], axis=1)
    early = _early(country, drawn["afw"][0], seed) if "afw" in drawn else pd.DataFrame()
    return replace(country, latent=latent, early=early, truth=truth)


def _ground(places: Geography) -> Ground:
    return homes.ground_of(places)


def _early(country: Country, first: np.ndarray, seed: int) -> pd.DataFrame:
    rng, start = stream(seed, "early"), country.size.years[0]
    scores = {
        wave: first - 0.002 * (start - wave) + rng.normal(0, 0.03, len(first))
        for wave in EARLY_WAVES
    }
    return pd.DataFrame(scores, index=country.geography.land.index)
