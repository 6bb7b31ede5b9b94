"""One small country for every estimator: all columns, years and areas that any of them needs."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Self

import numpy as np
import pandas as pd

from nplvanalysis import schema
from nplvanalysis.models.estimates import estimate_row
from nplvanalysis.params import Study
from nplvanalysis.registers import Row

from .moving_city import make_moving_city, with_models

YEARS = (2018, 2020, 2021, 2022, 2024)
TOWNS, EACH = 36, 9
# The first areas of the first towns are focus areas; the first half of the towns is Limburg.
FOCUS, SIZE, LIMBURG = 3, 3, 18
OUTCOME, CONTRAST = "crime_violence_rate", "tenure_corporation"
SHARES = ["tenure_corporation", "tenure_other", "tenure_owner"]

# What the row of an estimator has beyond the common one; others are asked with that.
FELT = {"outcome": "feels_unsafe", "year_first": None}
ASKED: dict[str, dict[str, object]] = {
    "agreement": {**FELT, "rule": "agreement", "specification": "agreement"},
    "excess": {
        "outcome": "stacking",
        "rule": "ratio",
        "specification": "independence",
        "year_first": None,
    },
    "gap": {**FELT, "specification": "felt-given-registered"},
    "lagged": {"year_first": 2018, "year_exposure": 2021, "year_outcome": 2024},
    "lookalikes": {"rule": "list"},
    "mediation": {"controls": ["urbanity", "income_low"]},
    "programme": {"specification": "programme", "sign": -1},
}


@dataclass(frozen=True)
class World:
    """A panel, a study and the row of an estimator."""

    panel: pd.DataFrame
    study: Study
    row: Row

    def with_columns(self, **columns: object) -> Self:
        """Replace columns of the panel; a callable takes the panel."""
        return replace(self, panel=self.panel.assign(**columns))

    def with_models(self, **changed: object) -> Self:
        """Replace parameters of the models."""
        return replace(self, study=with_models(self.study, **changed))

    def asking(self, **changed: object) -> Self:
        """Replace parts of the row."""
        return replace(self, row=self.row.model_copy(update=changed))

    def keeping(self, kept: pd.Series) -> Self:
        """Keep rows of the panel."""
        return replace(self, panel=self.panel[kept].reset_index(drop=True))

    def estimated(self) -> pd.DataFrame:
        """Estimate the row by the public door."""
        return estimate_row(self.panel, self.row, self.study, schema.columns())


def make_panel(seed: int = 3) -> pd.DataFrame:
    """Build the country: tenure moves and violence with it, counts behind rates."""
    rng = np.random.default_rng(seed)
    city = make_moving_city(YEARS, municipalities=TOWNS)
    town, spot = np.divmod(np.tile(np.arange(TOWNS * EACH), len(YEARS)), EACH)
    lasting = rng.uniform(size=(3, TOWNS * EACH))
    first, second, third = np.tile(lasting, len(YEARS))
    shares = city[SHARES].clip(lower=0.5)
    shares = 100 * shares.div(shares.sum(axis=1), axis=0)
    homes = (500 + 1000 * first).round()
    people = (2.1 * homes).round()
    violence = city[OUTCOME] + 0.4 * (shares[CONTRAST] - city[CONTRAST])
    offences = (violence.clip(lower=1) * people / 1000).round()
    inside = (town < FOCUS) & (spot < SIZE)
    unsafe = 15 + 0.3 * violence + rng.normal(0, 3, len(city))
    damage = rng.poisson(0.01 * people * rng.gamma(4, 0.25, len(city))).astype(float)
    problems = {
        name: violence / 10 + rng.normal(0, 1, len(city)) + 10
        for name in ("social_assistance_rate", "unemployment_rate", "disability_rate")
    }
    return city.assign(
        **shares,
        owner_occupied=shares["tenure_owner"],
        dwellings=homes,
        population=people,
        urbanity=pd.array(1 + (town + spot) % 5, dtype="Int64"),
        x=1e3 * (20 * (town % 6) + spot % 3) + 50 * second,
        y=1e3 * (20 * (town // 6) + spot // 3) + 50 * third,
        total_area=20 + 180 * second,
        province=np.where(town < LIMBURG, "Limburg", "Zeeland"),
        focus_area=np.where(inside, np.char.add("area-", town.astype(str)), ""),
        focus_candidate="",
        income_low=20 + 0.2 * shares[CONTRAST] + rng.normal(0, 3, len(city)),
        crime_violence=offences,
        crime_vandalism=damage,
        crime_vandalism_rate=1000 * damage / people,
        feels_unsafe=unsafe,
        **problems,
        **{OUTCOME: 1000 * offences / people},
    )


def asked_of(estimator: str) -> Row:
    """Give the deciding row of an estimator in this country."""
    given = {
        "role": "primary",
        "outcome": OUTCOME,
        "specification": "owner-to-corporation",
        "sign": 1,
        "estimator": estimator,
        "year_first": YEARS[0],
    }
    return Row.model_validate(given | ASKED.get(estimator, {}))
