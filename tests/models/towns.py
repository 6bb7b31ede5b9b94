"""Towns of square areas, some of which a programme chooses: what event studies are tested on."""

from __future__ import annotations

import numpy as np
import pandas as pd

from nplvanalysis.models.focus import COLUMN

YEARS = range(2015, 2025)
TOWNS, SIDE, KM = 16, 6, 1_000.0


def make_towns(seed: int = 5, effect: float = 0.0, areas: int = 3, size: int = 4) -> pd.DataFrame:
    """Build a panel of 16 towns of 36 areas; `effect` is added in focus areas from 2022 on."""
    rng = np.random.default_rng(seed)
    town = np.repeat(np.arange(TOWNS), SIDE**2)
    spot = np.tile(np.arange(SIDE**2), TOWNS)
    count, inside = len(town), np.zeros(TOWNS * SIDE**2, dtype=int) - 1
    # a row of areas in the middle of each of the first towns
    for number in range(areas):
        inside[number * SIDE**2 + 2 * SIDE : number * SIDE**2 + 2 * SIDE + size] = number
    lasting = rng.normal(20, 5, count)
    shocks = rng.normal(0, 1, (TOWNS, len(YEARS)))[town]
    noise = rng.normal(0, 1, (count, len(YEARS))) + 0.2 * shocks
    after = np.array([year >= 2022 for year in YEARS])
    outcome = lasting[:, None] + noise + effect * np.outer(inside >= 0, after)
    homes = rng.integers(300, 1_500, count).astype(float)
    names = np.array(["", *(f"area-{number}" for number in range(areas))])
    about = pd.DataFrame(
        {
            "code": [f"BU{t:04d}{s:04d}" for t, s in zip(town, spot, strict=True)],
            "municipality": [f"GM{t:04d}" for t in town],
            "level": "buurt",
            "division": 2024,
            "dwellings": homes,
            "urbanity": pd.array(1 + town % 3, dtype="Int64"),
            "x": KM * (20 * (town % 4) + spot % SIDE) + rng.uniform(-50, 50, count),
            "y": KM * (20 * (town // 4) + spot // SIDE) + rng.uniform(-50, 50, count),
            COLUMN: names[inside + 1],
        }
    )
    years = [
        about.assign(year=year, crime_violence_rate=outcome[:, column])
        for column, year in enumerate(YEARS)
    ]
    return pd.concat(years, ignore_index=True)
