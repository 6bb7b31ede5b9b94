"""The toy city in several years: tenure moves, and violence with it by a known amount."""

from __future__ import annotations

import numpy as np
import pandas as pd

from nplvanalysis.registers import Row

from ..conftest import TRUE_SWAP, make_toy_city

WAVES = (2014, 2016, 2018, 2020)
TERMS = ["tenure_corporation", "tenure_other"]


def make_moving_city(
    waves: tuple[int, ...] = WAVES,
    effect: float = TRUE_SWAP,
    noise: float = 1.0,
    seed: int = 11,
    municipalities: int = 40,
) -> pd.DataFrame:
    """Build a panel of areas with levels of their own, and years with shocks per municipality."""
    rng = np.random.default_rng(seed)
    first = make_toy_city(municipalities=municipalities)
    count = len(first)
    home = first["municipality"].astype("category").cat.codes.to_numpy()
    corporation, other = first["tenure_corporation"].to_numpy(), first["tenure_other"].to_numpy()
    level = first["crime_violence_rate"].to_numpy() - effect * corporation
    parts = []
    for year in waves:
        corporation = corporation + rng.normal(-1, 4, count)
        other = other + rng.normal(0, 3, count)
        shocks = rng.normal(0, 2, municipalities)[home]
        violence = level + effect * corporation + shocks + rng.normal(0, noise, count)
        parts.append(
            first.assign(
                year=year,
                tenure_corporation=corporation,
                tenure_other=other,
                tenure_owner=100 - corporation - other,
                tenure_unknown=0.0,
                crime_violence_rate=violence,
            )
        )
    return pd.concat(parts, ignore_index=True)


def asked(**changed: object) -> Row:
    """A deciding row on violence from the first wave to the last."""
    given = {
        "role": "primary",
        "outcome": "crime_violence_rate",
        "specification": "owner-to-corporation",
        "sign": 1,
        "year_first": WAVES[0],
        "year_exposure": WAVES[-1],
        "year_outcome": WAVES[-1],
    }
    return Row.model_validate(given | changed)


def with_models(study, **changed):
    """The study with other models."""
    return study.model_copy(update={"models": study.models.model_copy(update=changed)})
