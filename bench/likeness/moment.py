"""Moments: what they measure, and the rules of their tolerances."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from likeness.statistics import between, correlation, mean, moran, quantile, spread, within

# Areas with fewer residents say little: the publishers round benefits to 10 persons.
RESIDENTS = {"buurt": 200, "city": 200, "wijk": 200}
RESIDENTS_MORAN = {"buurt": 500, "wijk": 200}
SIZES = {"population", "households", "dwellings", "land_area", "address_density"}
OF_HOMES = (
    *("tenure_", "woz", "single_family", "vacant", "built_"),
    *("afw", "fys", "onv", "soc", "vrz", "won"),
)
KEYS = ["level", "year", "column", "other", "urbanity"]

Tables = Mapping[tuple[str, int], pd.DataFrame]


@dataclass(frozen=True)
class Moment:
    """What is measured: `kind` of `column` (with `other`) of the areas of a level and year."""

    kind: str
    level: str
    year: int
    column: str
    other: str = ""
    urbanity: str = ""


def weight(column: str) -> str:
    """Name what an average counts: dwellings for homes and scores, else residents."""
    return "dwellings" if column.startswith(OF_HOMES) else "population"


def measure(moment: Moment, tables: Tables) -> tuple[float, int]:
    """Compute one moment.

    Parameters
    ----------
    moment : Moment
    tables : mapping
        (level, year) to a table by area: municipality, population, dwellings, urbanity, x, y
        and the columns of the moment.

    Returns
    -------
    tuple
        The value, and the number of areas behind it; missing if a column is not there.
    """
    table = tables.get((moment.level, moment.year), pd.DataFrame())
    needed = {moment.column, moment.other} - {""}
    if not needed <= set(table.columns):
        return np.nan, 0
    kept = _kept(moment, table, sorted(needed))
    if len(kept) < 3:
        return np.nan, len(kept)
    return KINDS[moment.kind](moment, kept), len(kept)


def _kept(moment: Moment, table: pd.DataFrame, needed: list[str]) -> pd.DataFrame:
    """Areas with the figures asked for and enough residents, in the urbanity class asked for."""
    least = (RESIDENTS_MORAN if moment.kind == "moran" else RESIDENTS).get(moment.level, 1)
    if moment.column in SIZES and moment.kind != "correlation":
        least = 0 if moment.kind == "areas" else 1
    finite = [*needed, "x", "y"] if moment.kind == "moran" else needed
    kept = np.isfinite(table[finite].to_numpy(float)).all(axis=1)
    kept &= (table["population"] >= least).to_numpy()
    if moment.urbanity and moment.kind != "urbanity_share":
        kept &= (table["urbanity"] == int(moment.urbanity)).to_numpy()
    return table.loc[kept]


def _weights(moment: Moment, table: pd.DataFrame) -> np.ndarray:
    name = weight(moment.column)
    return table[name if name in table else "population"].to_numpy(float)


def _quantile(moment: Moment, table: pd.DataFrame) -> float:
    sizes = moment.column in SIZES
    weights = np.ones(len(table)) if sizes else _weights(moment, table)
    return quantile(_first(moment, table), weights, int(moment.kind[1:]) / 100)


def _spread_within(moment: Moment, table: pd.DataFrame) -> float:
    weights, groups = _weights(moment, table), table["municipality"].to_numpy()
    return spread(within(_first(moment, table), weights, groups), weights)


def _rank_within(moment: Moment, table: pd.DataFrame) -> float:
    pair = table.groupby("municipality")[[moment.column, moment.other]].rank(pct=True)
    even, groups = np.ones(len(table)), table["municipality"].to_numpy()
    first, second = (within(pair[name].to_numpy(float), even, groups) for name in pair)
    return correlation(first, second, even)


def _urbanity_share(moment: Moment, table: pd.DataFrame) -> float:
    chosen = table["urbanity"] == int(moment.urbanity)
    return float(100 * table.loc[chosen, moment.column].sum() / table[moment.column].sum())


def _over_two_thirds(moment: Moment, table: pd.DataFrame) -> float:
    chosen = table[moment.column] > 200 / 3
    return float(100 * table.loc[chosen, "population"].sum() / table["population"].sum())


def _correlation(moment: Moment, table: pd.DataFrame) -> float:
    return correlation(_first(moment, table), _second(moment, table), _weights(moment, table))


def _between(moment: Moment, table: pd.DataFrame) -> float:
    groups = table["municipality"].to_numpy()
    return between(_first(moment, table), _weights(moment, table), groups)


def _first(moment: Moment, table: pd.DataFrame) -> np.ndarray:
    return table[moment.column].to_numpy(float)


def _second(moment: Moment, table: pd.DataFrame) -> np.ndarray:
    return table[moment.other].to_numpy(float)


KINDS: dict[str, Callable[[Moment, pd.DataFrame], float]] = {
    "areas": lambda _, table: float(len(table)),
    "mean": lambda m, t: mean(_first(m, t), _weights(m, t)),
    "spread": lambda m, t: spread(_first(m, t), _weights(m, t)),
    "p10": _quantile,
    "p50": _quantile,
    "p90": _quantile,
    "correlation": _correlation,
    "moran": lambda m, t: moran(_first(m, t), t[["x", "y"]].to_numpy()),
    "between": _between,
    "spread_within": _spread_within,
    "rank_within": _rank_within,
    "urbanity_share": _urbanity_share,
    "over_two_thirds": _over_two_thirds,
}


def tolerance(moment: Moment, value: float, n: int, deviation: float) -> float:
    """Give the absolute tolerance: a rule per kind of moment, plus two standard errors.

    The second part is the chance in one draw of a country with `n` areas.

    Parameters
    ----------
    moment : Moment
    value : float
        The real moment.
    n : int
        Areas behind it.
    deviation : float
        Real spread of the column between the areas of the level.

    Returns
    -------
    float
    """
    relative = moment.column in SIZES
    rules: dict[str, float] = {
        "areas": 0.05 * value,
        "mean": 0.25 * deviation + 2 * deviation / np.sqrt(n),
        "quantile": 0.30 * value if relative else 0.30 * deviation + 4 * deviation / np.sqrt(n),
        "spread": 0.20 * value + 2 * value / np.sqrt(2 * n),
        "correlation": 0.12 + 2 * (1 - value**2) / np.sqrt(n),
        "between": 0.12,
        "urbanity_share": 5.0,
        "over_two_thirds": 3.0,
    }
    same = {"p10": "quantile", "p50": "quantile", "p90": "quantile", "moran": "correlation"}
    same |= {"rank_within": "correlation", "spread_within": "spread"}
    return float(rules[same.get(moment.kind, moment.kind)])
