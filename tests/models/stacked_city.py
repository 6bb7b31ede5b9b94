"""Areas whose problems go their own way, or go together; for tests of stacking."""

from __future__ import annotations

import numpy as np
import pandas as pd

from nplvanalysis.params import Study
from nplvanalysis.registers import Row

PROBLEMS = ["social_assistance_rate", "unemployment_rate", "disability_rate", "income_low", "debts"]
ROW = Row(
    role="primary",
    estimator="excess",
    rule="ratio",
    outcome="stacking",
    specification="independence",
    sign=1,
)


def city(
    seed: int = 1, areas: int = 300, together: float = 0.0, year: int = 2024, urban: float = 0.0
) -> pd.DataFrame:
    """Areas of one year; `together` is the correlation of problems, `urban` their slope."""
    rng = np.random.default_rng(seed)
    urbanity = np.arange(areas) % 3 + 1
    shared = np.sqrt(together) * rng.normal(size=(areas, 1)) - urban * urbanity[:, None]
    values = shared + np.sqrt(1 - together) * rng.normal(size=(areas, len(PROBLEMS)))
    made = pd.DataFrame(np.round(50 + 10 * values, 6), columns=PROBLEMS)
    return made.assign(
        code=[f"BU{i:08d}" for i in range(areas)],
        municipality=[f"GM{i // 6:04d}" for i in range(areas)],
        urbanity=pd.array(urbanity, dtype="Int64"),
        dwellings=rng.integers(100, 2000, size=areas).astype(float),
        level="buurt",
        year=year,
        division=2024,
        stacking=0,
    )


def with_problems(study: Study, problems: list[str] = PROBLEMS, **models: object) -> Study:
    """A study of these problems."""
    measures = study.measures.model_copy(update={"problems": problems})
    own = study.models.model_copy(update=models)
    years = study.years.model_copy(update={"exposure": 2024, "outcome": 2024})
    return study.model_copy(update={"measures": measures, "models": own, "years": years})
