"""The same steady areas in every wave: the table of a two-way model."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from nplvanalysis.errors import (
    ColumnMissingError,
    EstimationError,
    OneWaveError,
    TooFewAreasError,
)
from nplvanalysis.models.change import APPORTIONED, RECLASSED, reclassed, steady
from nplvanalysis.models.specification import Question, losses, unknown_tenure, years_of
from nplvanalysis.models.variants import Variant
from nplvanalysis.models.waves import refuse_rounding, waves_of
from nplvanalysis.params import NONE, Study
from nplvanalysis.registers import Row


@dataclass(frozen=True)
class AreaYears:
    """A balanced panel, sorted by code and year.

    Attributes
    ----------
    table : DataFrame
        code, year, outcome and terms of that year; weight, cluster and region of the first wave;
        controls of the first wave times each later year.
    outcome : str
    terms, trends : list of str
        Columns: the terms of the specification (the contrast first), and what is held constant.
    regional : bool
        Whether years have an effect of their own in each region.
    levels : bool
        False for changes from wave to wave, of which no mean of areas is subtracted.
    lag : int
        How many waves earlier than the outcome the terms are; below 0: later.
    """

    table: pd.DataFrame
    outcome: str
    terms: list[str]
    trends: list[str]
    regional: bool
    levels: bool = True
    lag: int = 0

    @property
    def cells(self) -> np.ndarray:
        """Number of the region and year of each row; of the year if regions share them."""
        region = self.table["region"].to_numpy() if self.regional else 0
        return pd.factorize(region * 10_000 + self.table["year"].to_numpy())[0]

    def without(self, code: str) -> AreaYears:
        """Leave out an area, and regions that are left with one."""
        table = self.table[self.table["code"] != code]
        sizes = table.groupby("region")["code"].transform("nunique")
        return replace(self, table=table[sizes > 1].reset_index(drop=True))

    def differenced(self) -> AreaYears:
        """Give changes from each wave to the next, in the year of the later one."""
        columns = [self.outcome, *self.terms, *self.trends]
        moved = self.table.groupby("code")[columns].diff()
        later = self.table.drop(columns=columns).join(moved)[moved[self.outcome].notna()]
        return replace(self, table=later.reset_index(drop=True), levels=False)


def area_years(
    panel: pd.DataFrame, row: Row, variant: Variant, study: Study, lag: int = 0
) -> AreaYears:
    """Keep areas that are steady and complete in every wave of the years of a row.

    Parameters
    ----------
    panel : DataFrame
        Rows (code, division, year) of one level.
    row : Row
        Waves from `year_first` (or the first there is) to the year of the outcome count.
    variant : Variant
        Weights and controls.
    study : Study
    lag : int
        Put the terms of so many waves earlier beside the outcome; below 0 those of later waves,
        with the terms of the same wave held constant.

    Returns
    -------
    AreaYears

    Raises
    ------
    EstimationError
        With fewer than two waves, or waves that are not of one precision.
    """
    models = study.models
    specification = models.specifications[row.specification]
    waves = common_waves(panel, row, study, at_least=2 + abs(lag))
    question = Question(
        *(row.outcome, specification, variant.controls, variant.weights, models, study.sample)
    )
    first = _first_wave(panel, waves, [row.outcome, *specification.terms], study)
    kept = _used(first, question).set_index("code")
    rows = panel[panel["code"].isin(kept.index) & panel["year"].isin(waves)]
    for name in (row.outcome, *specification.terms):
        refuse_rounding(rows, name, tuple(waves))
    others = [name for name in specification.terms if name != specification.contrast]
    terms = [specification.contrast, *others]
    table = rows.sort_values(["code", "year"])[["code", "year", row.outcome, *terms]]
    table = table.astype(dict.fromkeys([row.outcome, *terms], float))
    held = {name: f"{name} now" for name in terms} if lag < 0 else {}
    table = table.assign(**{now: table[name] for name, now in held.items()})
    if lag:
        table[terms] = table.groupby("code")[terms].shift(lag)
        table = table.dropna(subset=terms)
    table = _with_groups(table, kept, variant.weights, study).reset_index(drop=True)
    trends = _trends(table, kept, variant.controls)
    return AreaYears(
        table=pd.concat([table, trends], axis=1),
        outcome=row.outcome,
        terms=terms,
        trends=[*held.values(), *map(str, trends.columns)],
        regional=models.fixed_effects != NONE,
        lag=lag,
    )


def common_waves(panel: pd.DataFrame, row: Row, study: Study, at_least: int = 2) -> list[int]:
    """List the waves of the years of a row that have outcome and terms.

    Raises
    ------
    EstimationError
        If a column is missing, or the waves are fewer than `at_least`.
    """
    terms = study.models.specifications[row.specification].terms
    missing = {row.outcome, *terms} - {*panel}
    if missing:
        raise ColumnMissingError(
            "A column that the model needs is missing.",
            where="the panel of this study",
            expected=", ".join([row.outcome, *terms]),
            got=f"no {', '.join(sorted(missing))}",
            todo="Report it as not testable in this study, or add a source that has the column.",
        )
    last = years_of(row, study).outcome
    every = waves_of(panel, [row.outcome, *terms], study)
    waves = [year for year in every if (row.year_first or 0) <= year <= last]
    if len(waves) < at_least:
        _refuse_thin(panel, [row.outcome, *terms], study, at_least)
        raise OneWaveError(
            "An area cannot be compared with itself without another wave.",
            where=row.outcome,
            expected=f"at least {at_least} waves with outcome and terms",
            got=f"{len(waves)}: {', '.join(map(str, waves)) or 'none'}",
            todo="Report it as not testable in this study.",
        )
    return waves


def _refuse_thin(panel: pd.DataFrame, columns: list[str], study: Study, at_least: int) -> None:
    """Refuse years that are there, and hold too few areas to count as waves."""
    counts = panel[columns].notna().all(axis=1).groupby(panel["year"]).sum()
    if (counts > 0).sum() >= at_least > (counts >= study.models.min_areas).sum():
        raise TooFewAreasError(
            "There are too few areas in each year.",
            where=columns[0],
            expected=f"at least {study.models.min_areas} areas in {at_least} years",
            got=", ".join(f"{year}: {count}" for year, count in counts.items()),
            todo="Report it as not testable in this study.",
        )


def _first_wave(
    panel: pd.DataFrame, waves: list[int], needed: list[str], study: Study
) -> pd.DataFrame:
    """Give the first wave of areas that are complete in all, with the worst of all years."""
    full = panel[panel["year"].isin(waves)].dropna(subset=needed)
    counts = full["code"].value_counts()
    complete = panel["code"].isin(counts.index[counts == len(waves)])
    between = panel[complete & panel["year"].between(waves[0], waves[-1])]
    worst = {"tenure_unknown": unknown_tenure(between)}
    if APPORTIONED in panel:
        worst[APPORTIONED] = between[APPORTIONED].fillna(100.0)
    worst = {name: values.groupby(between["code"]).max() for name, values in worst.items()}
    if "urbanity" in panel:
        worst[RECLASSED] = reclassed(between)
    first = between[between["year"] == waves[0]]
    return steady(first.assign(**{n: first["code"].map(one) for n, one in worst.items()}), study)


def _used(first: pd.DataFrame, question: Question) -> pd.DataFrame:
    """Keep the areas of a first wave that can be used; none at all is refused."""
    kept = first[losses(first, question) == ""] if len(first) else first
    if kept.empty:
        raise TooFewAreasError(
            "No area is complete and steady in all waves.",
            where=question.outcome,
            expected=f"at least {question.models.min_areas} areas",
            got=f"0 of {len(first)}",
            todo="Report it as not testable in this study.",
        )
    return kept


def _with_groups(
    table: pd.DataFrame, kept: pd.DataFrame, weights: str | None, study: Study
) -> pd.DataFrame:
    """Add weight, region and cluster of the first wave."""
    models, codes = study.models, table["code"]
    regional, clustered = models.fixed_effects != NONE, models.cluster != NONE
    region = codes.map(kept[models.fixed_effects]) if regional else pd.Series(0, codes.index)
    cluster = codes.map(kept[models.cluster]) if clustered else codes
    made = table.assign(
        weight=codes.map(kept[weights]).astype(float) if weights else 1.0,
        region=pd.factorize(region)[0],
        cluster=pd.factorize(cluster)[0],
    )
    torn = made.groupby("region")["cluster"].nunique().gt(1)
    if regional and torn.any():
        raise EstimationError(
            "Years have an effect in each region, and regions are not nested within clusters.",
            where="models.fixed_effects and models.cluster in params.yaml",
            expected="each region inside one cluster",
            got=f"{int(torn.sum())} regions in several clusters",
            todo="Cluster at the level of the fixed effect or above it.",
        )
    return made


def _trends(table: pd.DataFrame, kept: pd.DataFrame, controls: list[str]) -> pd.DataFrame:
    """Multiply the controls of the first wave by each later year."""
    columns = {}
    for name in controls:
        parts = kept[[name]].astype(float)
        if name == "urbanity":
            parts = pd.get_dummies(kept[name], prefix=name, drop_first=True, dtype=float)
        for part in parts:
            level = table["code"].map(parts[part]).to_numpy(float)
            for year in sorted(set(table["year"]))[1:]:
                columns[f"{part} {year}"] = level * (table["year"] == year).to_numpy(float)
    return pd.DataFrame(columns, index=table.index)
