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
from nplvanalysis.sources.sample import figures, listed
from nplvanalysis.sources.sample.country import Country
from nplvanalysis.sources.sample.publishing import derived, indicators, survey

COUNTS = ["dwellings", "population", "persons_15_24", "persons_65_plus"]
# The share of unknown tenure is not published since 2020: it is what these leave of 100.
TENURES = ["owner_occupied", "corporation_rent", "other_rent"]
CRIMES = [f"crime_{kind}_rate" for kind in ("violence", "vandalism", "burglary", "other")]
TOTAL, FOCUS, FELT = "crime_total_rate", "focus_area", "feels_unsafe"
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
        Rows (code, division, year) with the measures of the study; with focus_area if it is wanted.
    """
    latent = country.latent[country.latent["year"].isin(years)]
    waves = latent["year"].unique()
    rows = _exact(latent, country, where, len(waves))
    columns = {name: _value(name, rows, exact) for name in [*COUNTS, *TENURES, "urbanity"]}
    columns["urbanity"] = pd.array(columns["urbanity"], dtype="Int64")
    counted = [name for name in outcomes if name not in (FOCUS, FELT)]
    if FELT in outcomes:
        columns |= _felt(rows, latent, where, country, exact)
    for name in counted:
        columns[counts_of(name)] = (
            _without_chance(name, latent, where) if exact else _published(name, rows)
        )
    places = pd.concat([where.table] * len(waves), ignore_index=True)
    years_of = {"year": np.repeat(waves, len(where.table)), "division": where.division}
    table = places.assign(**columns, **years_of)
    persons = table["population"].where(table["population"] > 0)
    ages = {share: (100 * table[count] / persons).clip(upper=100) for share, count in AGES.items()}
    made = _with_rates(measure(table.assign(**ages), study).panel, counted)
    return made.assign(**{FOCUS: _focus(country, where, made)}) if FOCUS in outcomes else made


def _felt(
    rows: pd.DataFrame, latent: pd.DataFrame, where: Places, country: Country, exact: bool
) -> dict[str, np.ndarray]:
    """Give the survey of felt safety, in the years in which it is held, and how many it asks."""
    first, last = country.size.years
    held = latent["year"].isin(survey.held(range(first, last + 1))).to_numpy()
    there = held.reshape(-1, len(where.area))[:, 0].repeat(len(where.table))
    three = survey.bounds(rows)
    if exact:
        three = np.repeat(_without_chance(FELT, latent, where, "respondents")[:, None], 3, axis=1)
    shown = np.where(there[:, None], three, np.nan)
    named = dict(zip((FELT, f"{FELT}_low", f"{FELT}_high"), shown.T, strict=True))
    return named | {"respondents": rows["respondents"].to_numpy(float)}


def _focus(country: Country, where: Places, table: pd.DataFrame) -> pd.Series:
    """Name the focus area of each buurt as a list made in the first year of the programme would."""
    latent = country.latent
    now = latent[latent["year"] == country.truth.programme.start]
    homes = now["dwellings"].to_numpy(float)
    total = np.bincount(where.area, homes)
    inside = np.bincount(where.area, homes * now["focus"].to_numpy(float))
    marked = where.table.loc[(inside > 0) & (inside >= listed.PART * total)]
    names = dict(zip(marked["code"], marked["municipality"], strict=True))
    return table["code"].map(names).fillna("")


def counts_of(name: str) -> str:
    """Name the published column that an outcome is computed of: a count for most rates."""
    bare = name.removesuffix("_rate")
    return RATES.get(name, bare if bare in indicators.INDICATORS else name)


def _with_rates(table: pd.DataFrame, outcomes: list[str]) -> pd.DataFrame:
    """Add rates that are no measure of the pipeline (yet)."""
    lacking = [name for name in outcomes if name not in table]
    rates = {name: per_1000(table[counts_of(name)], table["population"]) for name in lacking}
    return table.assign(**rates)


def _exact(latent: pd.DataFrame, country: Country, where: Places, years: int) -> pd.DataFrame:
    """Sum cells over buurten only, years below each other; see `figures.figures` for all levels."""
    land = pd.concat([country.geography.land] * years)
    cells = figures.extensive(latent, land)
    size = len(where.table)
    area = (np.arange(years)[:, None] * size + where.area).ravel()
    totals = np.column_stack([np.bincount(area, cells[name], years * size) for name in cells])
    sums = pd.DataFrame(totals, columns=cells.columns)
    codes = np.tile(where.table["code"].to_numpy(), years)
    return derived.exact(sums.assign(recs="Buurt", code=codes))


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
    """Round as published; the police publish their counts as they are, and their total."""
    column = counts_of(name)
    if column in indicators.INDICATORS:
        return indicators.value(column, rows)
    return np.add.reduce([rows[f"{part}_count"].to_numpy(float) for part in parts_of(name)])


def _without_chance(
    name: str, latent: pd.DataFrame, where: Places, of: str = "population"
) -> np.ndarray:
    persons = latent[of].to_numpy(float)
    years, size = len(latent) // len(where.area), len(where.table)
    area = (np.arange(years)[:, None] * size + where.area).ravel()
    rate = np.add.reduce([latent[part].to_numpy(float) for part in parts_of(name)])
    events = np.bincount(area, rate * persons, years * size)
    if counts_of(name) != name:
        return events / 1000
    living = np.bincount(area, persons, years * size)
    return np.divide(events, living, out=np.full(len(events), np.nan), where=living > 0)


def parts_of(name: str) -> list[str]:
    """Name the columns of the written truth that an outcome is the sum of."""
    return CRIMES if name == TOTAL else [name]
