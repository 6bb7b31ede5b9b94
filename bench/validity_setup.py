"""What all redraws share: the country, the study and the rows that decide."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import validity_panel
from validity_panel import Places

from nplvanalysis import params, registers, schema
from nplvanalysis.models.specification import Question
from nplvanalysis.models.verdicts import deciding_row
from nplvanalysis.params import Study
from nplvanalysis.registers import Claims, Row
from nplvanalysis.schema import Column
from nplvanalysis.sources.sample import country as countries
from nplvanalysis.sources.sample import truth as truths
from nplvanalysis.sources.sample.country import Country

HYPOTHESES = ["A1", "A2", "A4"]


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
    dictionary : dict of str to Column
    """

    base: Country
    places: Places
    study: Study
    claims: Claims
    rows: dict[str, Row]
    dictionary: dict[str, Column]

    @property
    def outcomes(self) -> list[str]:
        """Deciding outcomes."""
        return sorted({row.outcome for row in self.rows.values()})

    def question(self, row: Row) -> Question:
        """Put the question of a row."""
        models = self.study.models
        specification = models.specifications[row.specification]
        return Question(
            *(row.outcome, specification, models.controls, models.weights, models),
            self.study.sample,
        )


def prepare(root: Path, seed: int, hypotheses: list[str] | None = None) -> Setup:
    """Read the study and make the country that is redrawn.

    Parameters
    ----------
    root : path
        Of the repository.
    seed : int
    hypotheses : list of str, optional
        None: `HYPOTHESES`.

    Returns
    -------
    Setup
        Its country holds the first year, for the yardstick, and the years of the cross-section.
    """
    study = params.load(root / "studies" / "sample.yaml")
    claims = registers.claims(root / registers.CLAIMS)
    chosen = {name: claims.hypotheses[name] for name in hypotheses or HYPOTHESES}
    rows = {name: deciding_row(one, study.study) for name, one in chosen.items()}
    made = countries.make(seed, truths.load())
    return Setup(
        base=made,
        places=validity_panel.places(made, study.years.division),
        study=study,
        claims=claims.model_copy(update={"hypotheses": chosen}),
        rows={name: row for name, row in rows.items() if row is not None},
        dictionary=schema.columns(root / schema.DICTIONARY),
    )


def seen(setup: Setup, country: Country, exact: bool = False) -> pd.DataFrame:
    """Publish and measure the years that are used: the first, and those of the cross-section."""
    years = {country.latent["year"].min(), setup.study.years.exposure, setup.study.years.outcome}
    outcomes = (setup.outcomes, sorted(years))
    return validity_panel.panel(country, setup.places, setup.study, *outcomes, exact)
