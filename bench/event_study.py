"""Randomisation inference with 1,000 sets of placebo areas at 14,500 areas x 12 years.

`python bench/event_study.py`, on one BLAS thread, exits with 1 if a bar is missed. The peer fits
the whole panel again for each set, by pyfixest: equality of estimate and clustered error is
asserted for a few sets before any time is taken, and its time for 1,000 is what these few take,
times as many. It compiles on its first call: that is left out.
"""

from __future__ import annotations

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import warnings
from pathlib import Path

import numpy as np
import pandas as pd
from timing import Line, line, run, timed

from nplvanalysis import params
from nplvanalysis.models.balanced import Balanced, balanced
from nplvanalysis.models.event_study import Comparison, compare
from nplvanalysis.models.focus import START
from nplvanalysis.models.placebo_areas import DRAWS, Placebos, draw
from nplvanalysis.models.programme import estimate_programme
from nplvanalysis.registers import Row

TOWNS, SIDE, YEARS, FIRST = 145, 10, 12, 2013
FOCUS, SIZE = 20, 14
BAR_SECONDS = 20.0
RUNS, REFITS = 3, 4
OUTCOME = "crime_violence_rate"


def make_panel() -> pd.DataFrame:
    """Draw 145 towns of 10 x 10 areas; in each of 20 towns 14 areas are a focus area."""
    rng = np.random.default_rng(5)
    count = TOWNS * SIDE**2
    town, spot = np.divmod(np.arange(count), SIDE**2)
    inside = (town < FOCUS) & (spot >= 3 * SIDE) & (spot < 3 * SIDE + SIZE)
    about = pd.DataFrame(
        {
            "code": [f"BU{one:08d}" for one in range(count)],
            "municipality": [f"GM{one:04d}" for one in town],
            "division": 2024,
            "dwellings": rng.integers(100, 3000, count).astype(float),
            "urbanity": 1 + town % 5,
            "x": 1e3 * (15 * (town % 12) + spot % SIDE) + rng.uniform(0, 400, count),
            "y": 1e3 * (15 * (town // 12) + spot // SIDE) + rng.uniform(0, 400, count),
            "focus_area": np.where(inside, [f"area-{one}" for one in town], ""),
        }
    )
    level, shocks = rng.normal(8, 3, count), rng.normal(0, 0.5, (YEARS, TOWNS))
    years = [
        about.assign(
            year=FIRST + at, **{OUTCOME: level + shocks[at][town] + rng.normal(0, 2, count)}
        )
        for at in range(YEARS)
    ]
    return pd.concat(years, ignore_index=True)


def refit(areas: Balanced, members: np.ndarray) -> tuple[float, float]:
    """Fit the whole panel without focus areas by pyfixest, with one set in their role."""
    import pyfixest

    kept = np.flatnonzero(areas.focus < 0)
    area, column = np.repeat(kept, YEARS), np.tile(np.arange(YEARS), len(kept))
    treated = np.isin(area, members) & (areas.years[column] >= START)
    long = pd.DataFrame(
        {
            "outcome": areas.outcome[area, column],
            "treated": treated.astype(float),
            "area": area,
            "year": column,
            "homes": areas.homes[area],
        }
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        fitted = pyfixest.feols(
            "outcome ~ treated | area + year",
            data=long,
            weights="homes",
            vcov={"CRV1": "area"},
            ssc=pyfixest.ssc(k_adj=False, G_adj=False),
            demeaner=pyfixest.MapDemeaner(fixef_tol=1e-12),
        )
    return float(fitted.coef()["treated"]), float(fitted.se()["treated"])


def assert_equal(areas: Balanced, placebos: Placebos) -> None:
    """Hold a few draws against the regression of the whole panel."""
    found = compare(areas, placebos, Comparison())
    for one in range(REFITS):
        own = found.drawn[one], found.drawn_errors[one]
        np.testing.assert_allclose(own, refit(areas, placebos.members[one]), rtol=1e-8)


def measure() -> list[Line]:
    """Assert equality, then take times."""
    panel = make_panel()
    study = params.load(Path(__file__).resolve().parents[1] / "studies/sample.yaml")
    row = Row(role="primary", outcome=OUTCOME, specification="owner-share", sign=-1)
    areas = balanced(panel, OUTCOME, study, None, FIRST + YEARS - 1)
    placebos = draw(areas.ground, areas.focus, np.random.default_rng(1))
    assert_equal(areas, placebos)
    whole = timed(lambda: estimate_programme(panel, row, study, np.random.default_rng(1)), RUNS)
    drawn = timed(lambda: draw(areas.ground, areas.focus, np.random.default_rng(1)), RUNS)
    compared = timed(lambda: compare(areas, placebos, Comparison()), RUNS)
    refits = DRAWS * timed(lambda: refit(areas, placebos.members[0]), REFITS).clock
    return [
        line(f"randomisation, {DRAWS:,} placebo sets, all rows", whole, BAR_SECONDS),
        line("  of which drawing the sets", drawn),
        line("  of which one comparison", compared, None, "pyfixest, a fit per set", refits),
    ]


if __name__ == "__main__":
    run(measure)
