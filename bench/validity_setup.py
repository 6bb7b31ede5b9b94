"""What all redraws share: the country, the study and the rows that decide."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

import pandas as pd
import validity_panel
from validity_panel import FOCUS, TOTAL, Places, parts_of

from nplvanalysis import params, registers, schema
from nplvanalysis.models.specification import Question
from nplvanalysis.models.verdicts import deciding_row
from nplvanalysis.params import Specification, Study
from nplvanalysis.registers import Claims, Row
from nplvanalysis.schema import Column
from nplvanalysis.sources.sample import country as countries
from nplvanalysis.sources.sample import truth as truths
from nplvanalysis.sources.sample.country import Country

# Deciding rows of the cross-section that every registered estimator answers.
REGISTRY = ["A1", "A2", "A4"]


@dataclass(frozen=True)
class Setup:
    """What all redraws share.

    Attributes
    ----------
    base : Country
        Places, homes and people, with the written truth.
    places : Places
    study : Study
    claims : Claims
        Of the hypotheses whose deciding rows are tried.
    rows : dict of str to Row
        The deciding row of each hypothesis.
    also : tuple of (str, Row)
        Hypotheses, and rows of theirs that decide nothing and are tried as well.
    dictionary : dict of str to Column
    """

    base: Country
    places: Places
    study: Study
    claims: Claims
    rows: dict[str, Row]
    dictionary: dict[str, Column]
    also: tuple[tuple[str, Row], ...] = ()

    @property
    def outcomes(self) -> list[str]:
        """Deciding outcomes, a total as its parts."""
        return sorted({part for row in self.every for part in parts_of(row.outcome)})

    @property
    def every(self) -> list[Row]:
        """All rows that are tried."""
        return [*self.rows.values(), *(row for _, row in self.also)]

    @property
    def exposures(self) -> list[str]:
        """What is not tenure and outcomes are set against: columns of the written truth."""
        return sorted({name for row in self.every for name in self._exposures(row)})

    @property
    def apart(self) -> list[Setup]:
        """Split the rows by their exposures: of one row that may be the outcome of another."""
        parts = []
        for kind in sorted({self._exposures(row) for row in self.every}):
            names = [name for name, row in self.rows.items() if self._exposures(row) == kind]
            also = [
                (name, row.estimator) for name, row in self.also if self._exposures(row) == kind
            ]
            parts.append(self.only(names, also))
        return parts

    def _exposures(self, row: Row) -> tuple[str, ...]:
        return tuple(sorted({*self._beside(row)} & {*self.base.truth.columns}))

    @property
    def columns(self) -> list[str]:
        """What the panel must have beside homes and people."""
        named = [n for row in self.every for n in (*self._beside(row), *(row.controls or []))]
        named += [row.outcome for row in self.every]
        return sorted({*named} & {*self.base.truth.columns, FOCUS, TOTAL})

    def _beside(self, row: Row) -> list[str]:
        """Name the columns that an outcome stands beside: terms, problems or registered crime."""
        study = self.study
        if row.estimator == "excess":
            return study.measures.problems
        felt = row.estimator in ("agreement", "gap")
        held = study.models.specifications["agreement"].terms if felt else []
        return [*self.specification(row).terms, *held]

    @property
    def years(self) -> list[int]:
        """The first year, for the yardstick, and those of the cross-section; all for changes."""
        first, years = int(self.base.latent["year"].min()), self.study.years
        if any(row.year_first for row in self.every):
            return list(range(first, years.outcome + 1))
        own = {year for row in self.every for year in (row.year_exposure, row.year_outcome)}
        return sorted({first, years.exposure, years.outcome, *own} - {None})

    def only(self, hypotheses: Iterable[str], also: Iterable[tuple[str, str]] = ()) -> Setup:
        """Keep some hypotheses, and of some of them a row by another estimator as well."""
        chosen = {name: self.claims.hypotheses[name] for name in hypotheses}
        claims = self.claims.model_copy(update={"hypotheses": chosen})
        others = tuple((name, self._row_by(name, estimator)) for name, estimator in also)
        rows = {name: self.rows[name] for name in chosen}
        return replace(self, claims=claims, rows=rows, also=others)

    def _row_by(self, hypothesis: str, estimator: str) -> Row:
        rows = self.claims.hypotheses[hypothesis].studies[self.study.study]
        return next(row for row in rows if row.estimator == estimator)

    @property
    def exact(self) -> Setup:
        """The same, for figures of which nothing is rounded: there is no error to take out."""
        models = self.study.models
        whole = {
            name: one.model_copy(update={"rounded_to": 0.0})
            for name, one in models.specifications.items()
        }
        models = models.model_copy(update={"specifications": whole})
        return replace(self, study=self.study.model_copy(update={"models": models}))

    def specification(self, row: Row) -> Specification:
        """Look up the specification of a row."""
        return self.study.models.specifications[row.specification]

    def question(self, row: Row) -> Question:
        """Put the question of a row."""
        models = self.study.models
        specification = models.specifications[row.specification]
        return Question(
            *(row.outcome, specification, models.controls, models.weights, models),
            self.study.sample,
        )


def prepare(root: Path, seed: int) -> Setup:
    """Read the study and make the country that is redrawn.

    Parameters
    ----------
    root : path
        Of the repository.
    seed : int

    Returns
    -------
    Setup
        With every hypothesis that has a deciding row in the study.
    """
    study = params.load(root / "studies" / "sample.yaml")
    claims = registers.claims(root / registers.CLAIMS)
    rows = {name: deciding_row(one, study.study) for name, one in claims.hypotheses.items()}
    made = countries.make(seed, truths.load())
    return Setup(
        base=made,
        places=validity_panel.places(made, study.years.division),
        study=study,
        claims=claims,
        rows={name: row for name, row in rows.items() if row is not None},
        dictionary=schema.columns(root / schema.DICTIONARY),
    )


def seen(setup: Setup, country: Country, exact: bool = False) -> pd.DataFrame:
    """Publish and measure the columns and years that the rows need."""
    wanted = setup.columns, setup.years
    return validity_panel.panel(country, setup.places, setup.study, *wanted, exact)
