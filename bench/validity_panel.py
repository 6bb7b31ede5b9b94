"""A synthetic country as the pipeline would see it after publication, without files between.

Figures are summed over the cells of an area, rounded and kept secret by the same functions that
write the published files, and given to `nplvanalysis.measures`. Every year is put on the last
division, so that nothing is lost to changed borders.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from nplvanalysis.measures.panel import RATES, measure
from nplvanalysis.measures.rates import per_1000
from nplvanalysis.params import Study
from nplvanalysis.sources.sample import figures
from nplvanalysis.sources.sample.country import Country
from nplvanalysis.sources.sample.publishing import derived, indicators

COUNTS = ["dwellings", "population", "persons_15_24", "persons_65_plus"]
# The share of unknown tenure is not published since 2020: it is what these leave of 100.
TENURES = ["owner_occupied", "corporation_rent", "other_rent"]
AGES = {"share_15_24": "persons_15_24", "share_65_plus": "persons_65_plus"}


@dataclass(frozen=True)
class Places:
    """The buurten of a division: `table` (code, municipality, x, y), and the area of each cell."""

    table: pd.DataFrame
    area: np.ndarray
    division: int


def places(country: Country, division: int) -> Places:
    """Group the cells of a country into the buurten of a division.

    Parameters
    ----------
    country : Country
    division : int
        Year.

    Returns
    -------
    Places
        Areas in the order of their codes, with their centroids.
    """
    import shapely

    land = country.geography.land
    codes = country.divisions.codes(division).loc[land.index]
    area, found = pd.factorize(codes["code"], sort=True)
    points = shapely.centroid(country.geography.shapes[: len(land)])
    size = land["hectares"].to_numpy(float)
    total = np.bincount(area, size)
    first = codes.drop_duplicates("code").set_index("code").loc[list(found)].reset_index()
    table = first[["code", "municipality"]].assign(
        level="buurt",
        x=np.bincount(area, size * shapely.get_x(points)) / total,
        y=np.bincount(area, size * shapely.get_y(points)) / total,
    )
    return Places(table, area, division)


def panel(
    country: Country,
    where: Places,
    study: Study,
    outcomes: list[str],
    years: list[int],
    exact: bool = False,
) -> pd.DataFrame:
    """Make the measured panel.

    Parameters
    ----------
    country : Country
    where : Places
        Of the last division.
    study : Study
    outcomes, years : list
        Columns and years that are wanted.
    exact : bool
        True: nothing rounded or secret, and rates instead of the counts drawn from them.

    Returns
    -------
    DataFrame
        Rows (code, division, year) with the measures of the study.
    """
    parts = []
    for year in years:
        latent = country.latent[country.latent["year"] == year]
        rows = _exact(latent, country, where)
        columns = {name: _value(name, rows, exact) for name in [*COUNTS, *TENURES, "urbanity"]}
        columns["urbanity"] = pd.array(columns["urbanity"], dtype="Int64")
        for name in outcomes:
            columns[counts_of(name)] = (
                _without_chance(name, latent, where) if exact else _published(name, rows)
            )
        parts.append(where.table.assign(**columns, year=year, division=where.division))
    table = pd.concat(parts, ignore_index=True)
    persons = table["population"].where(table["population"] > 0)
    ages = {share: (100 * table[count] / persons).clip(upper=100) for share, count in AGES.items()}
    return _with_rates(measure(table.assign(**ages), study).panel, outcomes)


def counts_of(name: str) -> str:
    """Name the published column that an outcome is computed of: a count for most rates."""
    bare = name.removesuffix("_rate")
    return RATES.get(name, bare if bare in indicators.INDICATORS else name)


def _with_rates(table: pd.DataFrame, outcomes: list[str]) -> pd.DataFrame:
    """Add rates that are no measure of the pipeline (yet)."""
    lacking = [name for name in outcomes if name not in table]
    rates = {name: per_1000(table[counts_of(name)], table["population"]) for name in lacking}
    return table.assign(**rates)


def _exact(latent: pd.DataFrame, country: Country, where: Places) -> pd.DataFrame:
    """Sum cells over buurten only; `figures.figures` does so for all levels."""
    cells = figures.extensive(latent, country.geography.land)
    totals = np.zeros((len(where.table), cells.shape[1]))
    np.add.at(totals, where.area, cells.to_numpy())
    sums = pd.DataFrame(totals, columns=cells.columns)
    return derived.exact(sums.assign(recs="Buurt", code=where.table["code"]))


def _value(name: str, rows: pd.DataFrame, exact: bool) -> np.ndarray:
    about = indicators.INDICATORS[name]
    if not exact:
        return indicators.value(name, rows)
    of = rows[about.of].to_numpy(float)
    if not about.over:
        return of
    over = rows[about.over].to_numpy(float)
    return about.per * np.divide(of, over, out=np.full(len(of), np.nan), where=over > 0)


def _published(name: str, rows: pd.DataFrame) -> np.ndarray:
    """Round as published; the police publish their counts as they are."""
    column = counts_of(name)
    if column in indicators.INDICATORS:
        return indicators.value(column, rows)
    return rows[f"{name}_count"].to_numpy(float)


def _without_chance(name: str, latent: pd.DataFrame, where: Places) -> np.ndarray:
    persons = latent["population"].to_numpy(float)
    events = np.bincount(where.area, latent[name].to_numpy(float) * persons)
    if counts_of(name) != name:
        return events / 1000
    living = np.bincount(where.area, persons)
    return np.divide(events, living, out=np.full(len(events), np.nan), where=living > 0)
