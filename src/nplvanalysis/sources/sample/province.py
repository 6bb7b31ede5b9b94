"""The whole province before it is published: every figure of every buurt, exact."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from nplvanalysis.sources.sample import geography, homes, process, residents
from nplvanalysis.sources.sample.geography import Geography
from nplvanalysis.sources.sample.truth import Process, Truth

# Drawn before residents, since they decide how many and how old these are.
OF_HOMES = ["vacant", "built_from_2000", "share_65_plus", "share_15_24"]

EARLY_WAVES = [2002, 2008, 2012]


@dataclass(frozen=True)
class Province:
    """The map, and the latent table.

    Attributes
    ----------
    geography : Geography
    latent : DataFrame, length years x n
        Years below each other: the columns of `homes.make` and `residents.make`, each column of
        truth.yaml as its process gives it, and for counted ones `<column>_count` and
        `<column>_observed` (the count as a rate, missing where nobody lives).
    early : DataFrame, length n
        Total scores (deviations) of the waves before the first year, one column per wave.
    """

    geography: Geography
    latent: pd.DataFrame
    early: pd.DataFrame


def make(seed: int, truth: Truth) -> Province:
    """Draw the province.

    Parameters
    ----------
    seed : int
        Not negative.
    truth : Truth

    Returns
    -------
    Province
    """
    # one stream per part and column, so that a later addition leaves the others as they are
    parts = np.random.default_rng(seed).spawn(5)
    made = geography.make(parts[0])
    streams = dict(zip(truth.columns, parts[3].spawn(len(truth.columns)), strict=True))
    table = homes.make(made, parts[1])
    table["years_on"] = table["year"] - truth.year
    for name in OF_HOMES:
        table[name] = _column(name, truth.columns[name], table, made, streams[name])
    table = pd.concat([table, residents.make(table, parts[2])], axis=1)
    for name, about in truth.columns.items():
        if name in OF_HOMES:
            continue
        table[name] = _column(name, about, table, made, streams[name])
        if about.counted:
            exposed = table[about.counted.of]
            rate, persons = table[name].to_numpy(), exposed.to_numpy()
            count = process.counted(rate, persons, about.counted.per, streams[name])
            table[f"{name}_count"] = count
            table[f"{name}_observed"] = about.counted.per * count / exposed.where(exposed > 0)
    for name, added in truth.sums.items():
        table[name] = table[added].sum(axis=1)
    return Province(made, table, _early(table, parts[4]))


def _early(table: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    first = table[table["year"] == min(homes.YEARS)]
    scores = {
        wave: first["afw"] - 0.002 * (min(homes.YEARS) - wave) + rng.normal(0, 0.03, len(first))
        for wave in EARLY_WAVES
    }
    return pd.DataFrame(scores).set_axis(first["code"])


def _column(
    name: str, about: Process, table: pd.DataFrame, made: Geography, rng: np.random.Generator
) -> np.ndarray:
    return process.draw(name, about, process.Frame(table, made.neighbours), rng)
