"""A kink that one half of the clusters chooses and the other half tests."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from nplvanalysis.models.kinks import profile
from nplvanalysis.models.regression import Fit
from nplvanalysis.models.thresholds import line_of, places_of
from nplvanalysis.params import Study
from nplvanalysis.registers import Row

# How often clusters are split in two: the answer of one split hangs on the draw.
SPLITS = 25


@dataclass(frozen=True)
class Splits:
    """What many splits of the clusters say of a kink.

    Attributes
    ----------
    at, low, high : float
        Median of the places that halves choose, and their middle 80 %.
    change : float
        Median change of slope in the other halves, per unit of the exposure: chosen and tested on
        different clusters, so that choosing does not enlarge it.
    p : float
        Twice the median p of the other halves.
    splits : int
    """

    at: float
    low: float
    high: float
    change: float
    p: float
    splits: int


def _split(line: Fit, places: np.ndarray, rng: np.random.Generator) -> pd.DataFrame:
    clusters = line.design.clusters
    first = rng.permutation(clusters.max() + 1)[: (clusters.max() + 1) // 2]
    found = []
    for half, used in enumerate((np.isin(clusters, first), ~np.isin(clusters, first)), start=1):
        at = int(np.argmax(profile(line, places, used).observed))
        there = profile(line, places[[at]], ~used)
        own = {"half": half, "at": places[at], "change": float(there.changes[0])}
        own |= {"p": there.p(float(there.observed[0]), rng)}
        found.append({**own, "n": int((~used).sum()), "clusters": there.clusters})
    return pd.DataFrame(found)


def split_often(
    panel: pd.DataFrame, row: Row, study: Study, rng: np.random.Generator, splits: int = SPLITS
) -> Splits:
    """Split the clusters again and again, and put the answers together.

    Twice the median of p-values that are each valid is valid, however they hang together
    (Meinshausen, Meier and Buhlmann 2009, with gamma 1/2).

    Parameters
    ----------
    panel : DataFrame
        Measures of one level, rows (code, division, year).
    row : Row
    study : Study
    rng : Generator
    splits : int

    Returns
    -------
    Splits
    """
    line = line_of(panel, row, study)
    places = places_of(line)
    halves = pd.concat([_split(line, places, rng) for _ in range(splits)], ignore_index=True)
    low, middle, high = np.quantile(halves["at"], [0.1, 0.5, 0.9])
    change, p = float(halves["change"].median()), float(min(1.0, 2 * halves["p"].median()))
    return Splits(float(middle), float(low), float(high), change, p, splits)
