"""The engine that draws the columns that truth.yaml describes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from nplvanalysis.sources.sample.noise import Ground, smooth, stream
from nplvanalysis.sources.sample.truth import Counted, Process, Truth, impossible

# Where noise is proportional the mean must stay positive, whatever the municipality.
MOST_OF_BASE = 0.6
# A mean that noise of other columns brings near or below 0 is held at this part of the base.
LEAST_OF_BASE = 0.05
# Hidden fields are cut off here, in standard deviations.
CUT_OFF = 2.5

Columns = dict[str, np.ndarray]


@dataclass(frozen=True)
class Frame:
    """The cells that columns are drawn for.

    Attributes
    ----------
    given : dict of str to ndarray, shape (years, n)
        year, municipality (0, 1, ...), urbanity (1 to 5), address_density, tenure_corporation and
        tenure_other (%), blending, corporation_around (% in the municipality less that of the
        country), programme_year, and what processes go through or are counted out of.
    ground : Ground
        Of the n cells.
    """

    given: Columns
    ground: Ground


def draw(truth: Truth, frame: Frame, seed: int) -> Columns:
    """Draw every column.

    Parameters
    ----------
    truth : Truth
    frame : Frame
    seed : int
        Each column has a stream of its own.

    Returns
    -------
    dict of str to ndarray, shape (years, n)
        The columns, their counts, and their sums.

    Raises
    ------
    ParameterError
        If a rate has a mean that is not positive.
    """
    require_positive(truth, frame)
    fields = {
        name: _hidden(frame.ground.points, field.range_km, stream(seed, "field", name))
        for name, field in truth.fields.items()
    }
    drawn = dict(frame.given)
    made: Columns = {}
    for name, process in truth.columns.items():
        rng = stream(seed, "column", name)
        hidden = sum(slope * fields[one] for one, slope in process.hidden.items())
        programme = truth.programme.effects.get(name, 0.0) * drawn["programme_year"]
        mean = expected(process, drawn, truth.year) + hidden + programme
        made[name] = drawn[name] = _column(process, mean, drawn, frame.ground, rng)
        if process.counted:
            count = process.counted.name or f"{name}_count"
            made[count] = counted(made[name], drawn[process.counted.of], process.counted, rng)
    return made | {
        name: np.add.reduce([made[part] for part in parts]) for name, parts in truth.sums.items()
    }


def means(truth: Truth, given: Columns) -> Columns:
    """Compute the mean of every column without municipality effects, hidden fields and noise.

    Parameters
    ----------
    truth : Truth
    given : dict of str to ndarray
        See `Frame`.

    Returns
    -------
    dict of str to ndarray
        Columns and sums. What goes through other drawn columns goes through their means.
    """
    known, found = dict(given), {}
    for name, process in truth.columns.items():
        found[name] = known[name] = expected(process, known, truth.year)
    return found | {
        name: np.add.reduce([found[part] for part in parts]) for name, parts in truth.sums.items()
    }


def expected(process: Process, known: Columns, origin: int) -> np.ndarray:
    """Compute the mean of a column but for the municipality effect and hidden fields.

    Parameters
    ----------
    process : Process
    known : dict of str to ndarray
        See `Frame`, and columns drawn so far.
    origin : int
        The year in which `base` holds.

    Returns
    -------
    ndarray
    """
    rented, place = known["tenure_corporation"], known["urbanity"] - 1
    mean = process.base + np.array(process.urbanity)[place] + _over_time(process, known, origin)
    mean = mean + (process.corporation + np.array(process.corporation_by_urbanity)[place]) * (
        rented / 10
    )
    if process.bend:
        mean = mean + process.bend.slope * np.maximum(rented - process.bend.at, 0) / 10
    if process.density:
        mean = mean + process.density * np.log(np.maximum(known["address_density"], 60) / 1000)
    for via, slope in process.through.items():
        mean = mean + slope * known[via]
    blended = process.blending * known["blending"]
    return np.asarray(mean + process.other_rent * known["tenure_other"] / 10 + blended)


def _over_time(process: Process, known: Columns, origin: int) -> np.ndarray:
    change = process.trend * (known["year"] - origin)
    for year, step in process.years.items():
        change = change + step * (known["year"] == year)
    return change


def require_positive(truth: Truth, frame: Frame) -> None:
    """Refuse rates whose mean is not positive somewhere.

    Parameters
    ----------
    truth : Truth
    frame : Frame

    Raises
    ------
    ParameterError
    """
    for name, mean in means(truth, frame.given).items():
        process = truth.columns.get(name)
        if process and process.noise.form == "proportional" and mean.min() <= 0:
            least = f"a mean of {mean.min():.3g}, though its noise is proportional"
            raise impossible(f"truth.yaml, {name}", least)


def _hidden(points: np.ndarray, range_km: float, rng: np.random.Generator) -> np.ndarray:
    return np.clip(smooth(points, range_km, rng), -CUT_OFF, CUT_OFF)


def _column(
    process: Process, mean: np.ndarray, known: Columns, ground: Ground, rng: np.random.Generator
) -> np.ndarray:
    about = process.noise
    mean = mean + _municipal(process, known, rng)
    years = len(known["year"])
    noise = ground.over_years(years, about.lasting, about.spatial, about.range_km, rng)
    if about.form == "additive":
        drawn = mean + about.spread * noise
    else:
        floor = LEAST_OF_BASE * abs(process.base)
        drawn = np.maximum(mean, floor) * np.exp(about.spread * noise - about.spread**2 / 2)
    return drawn if process.range is None else drawn.clip(*process.range)


def _municipal(process: Process, known: Columns, rng: np.random.Generator) -> np.ndarray:
    about, number = process.municipality, known["municipality"][0]
    effect = about.spread * rng.standard_normal(number.max() + 1)[number]
    effect = effect + about.with_corporation * known["corporation_around"] / 10
    for name, slope in about.with_mean.items():
        effect = effect + slope * around(known[name], number)
    limited = process.noise.form == "proportional"
    limit = MOST_OF_BASE * abs(process.base) if limited else np.inf
    return np.asarray(effect.clip(-limit, limit), dtype=float)


def around(values: np.ndarray, number: np.ndarray) -> np.ndarray:
    """Average over municipalities, less the mean of all cells.

    Parameters
    ----------
    values : ndarray, shape (years, n)
    number : ndarray of int, shape (n,)
        Municipality of each cell.

    Returns
    -------
    ndarray, shape (years, n)
    """
    size = np.maximum(np.bincount(number), 1)
    local = np.array([np.bincount(number, row) / size for row in values])
    return np.asarray(local[:, number] - values.mean(axis=1, keepdims=True))


def counted(
    rate: np.ndarray, exposed: np.ndarray, about: Counted, rng: np.random.Generator
) -> np.ndarray:
    """Draw counts at a rate.

    Parameters
    ----------
    rate : ndarray
        Events for every `about.per` of `exposed`; below 0 counts as 0.
    exposed : ndarray
    about : Counted
    rng : Generator

    Returns
    -------
    ndarray of int
        Poisson, or binomial where nobody can be counted twice. Where events come in series the
        rate of each count is drawn from a gamma distribution first: negative binomial.
    """
    chance = np.maximum(rate, 0) / about.per
    if about.draw == "binomial":
        return rng.binomial(exposed.astype(int), np.minimum(chance, 1))
    means = chance * exposed
    if about.series > 1:
        means = rng.gamma(means / (about.series - 1), about.series - 1)
    return rng.poisson(means)


def table(columns: Columns) -> pd.DataFrame:
    """Put years below each other.

    Parameters
    ----------
    columns : dict of str to ndarray, shape (years, n)

    Returns
    -------
    DataFrame, length years x n
    """
    return pd.DataFrame({name: column.ravel() for name, column in columns.items()})
