"""The engine that draws the columns that truth.yaml describes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from nplvanalysis.errors import ParameterError
from nplvanalysis.sources.sample.truth import Noise, Process

# The share of the noise's variance that stays with a buurt over the years.
LASTING = 0.8
# Where noise is proportional the mean must stay positive, whatever the municipality.
MOST_OF_BASE = 0.6


@dataclass(frozen=True)
class Frame:
    """The areas that columns are drawn for, years below each other.

    Attributes
    ----------
    table : DataFrame, length years x n
        years_on (since the year of the truth), municipality (0, 1, ...), urbanity (1 to 5),
        tenure_corporation and tenure_other (%), blending, corporation_around (% in the
        municipality less that of the province), and columns drawn so far.
    neighbours : ndarray of int, shape (n, k)
    """

    table: pd.DataFrame
    neighbours: np.ndarray

    @property
    def areas(self) -> int:
        """Buurten per year."""
        return len(self.neighbours)


def draw(name: str, process: Process, frame: Frame, rng: np.random.Generator) -> np.ndarray:
    """Draw one column.

    Parameters
    ----------
    name : str
        Named in errors.
    process : Process
    frame : Frame
    rng : Generator

    Returns
    -------
    ndarray, shape (years x n,)

    Raises
    ------
    ParameterError
        If a mean is not positive although its noise is proportional.
    """
    proportional = process.noise.form == "proportional"
    mean = expected(process, frame.table) + _municipal(process, frame.table, proportional, rng)
    noise = process.noise.spread * _field(process.noise, frame, rng)
    if not proportional:
        drawn = mean + noise
    elif mean.min() > 0:
        drawn = mean * np.exp(noise - process.noise.spread**2 / 2)
    else:
        raise ParameterError(
            "A mean of the synthetic province is not positive, though its noise is proportional.",
            where=f"truth.yaml, {name}",
            expected="a base that its effects cannot bring below 0",
            got=f"a mean of {mean.min():.3g}",
            todo="Raise the base or lower the effects.",
        )
    return drawn if process.range is None else drawn.clip(*process.range)


def expected(process: Process, table: pd.DataFrame) -> np.ndarray:
    """Compute the mean of a column but for the municipality effect.

    Parameters
    ----------
    process : Process
    table : DataFrame
        See `Frame`.

    Returns
    -------
    ndarray, shape (len(table),)
    """
    through = sum(slope * table[via] for via, slope in process.through.items())
    return np.asarray(
        process.base
        + process.corporation * table["tenure_corporation"] / 10
        + process.other_rent * table["tenure_other"] / 10
        + process.blending * table["blending"]
        + np.array(process.urbanity)[table["urbanity"] - 1]
        + process.trend * table["years_on"]
        + through,
        dtype=float,
    )


def _municipal(
    process: Process, table: pd.DataFrame, limited: bool, rng: np.random.Generator
) -> np.ndarray:
    number = table["municipality"].to_numpy()
    own = process.municipality.spread * rng.standard_normal(number.max() + 1)
    effect = own[number] + process.municipality.with_corporation * table["corporation_around"] / 10
    limit = MOST_OF_BASE * abs(process.base) if limited else np.inf
    return np.asarray(effect.clip(-limit, limit), dtype=float)


def _field(noise: Noise, frame: Frame, rng: np.random.Generator) -> np.ndarray:
    """Draw standard normal noise, shared in part with neighbours and with other years."""
    years = len(frame.table) // frame.areas
    white = rng.standard_normal((2, years + 1, frame.areas))
    # the first layer lasts, the others are of one year each
    near = white[0][:, frame.neighbours].sum(axis=2) / np.sqrt(frame.neighbours.shape[1])
    layers = np.sqrt(noise.spatial) * near + np.sqrt(1 - noise.spatial) * white[1]
    return (np.sqrt(LASTING) * layers[0] + np.sqrt(1 - LASTING) * layers[1:]).ravel()


def counted(
    rate: np.ndarray, exposed: np.ndarray, per: float, rng: np.random.Generator
) -> np.ndarray:
    """Draw Poisson counts at a rate.

    Parameters
    ----------
    rate : ndarray, shape (n,)
        Events for every `per` of `exposed`; below 0 counts as 0.
    exposed : ndarray, shape (n,)
    per : float
    rng : Generator

    Returns
    -------
    ndarray of int, shape (n,)
    """
    return rng.poisson(np.maximum(rate, 0) * exposed / per)
