"""Two-way fixed effects with clustered errors at 14,500 areas x 12 years, beside linearmodels.

`python bench/change.py`, on one BLAS thread, exits with 1 if a bar is missed. Equality of
coefficient and error is asserted before any time is taken. pyfixest compiles on its first call: a
warm-up on a small panel is left out of the times.
"""

from __future__ import annotations

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np
import pandas as pd
from timing import Line, line, run, timed

from nplvanalysis import params
from nplvanalysis.models.area_years import AreaYears, area_years
from nplvanalysis.models.demeaned import within_fit
from nplvanalysis.models.two_way import Absorbed, absorbed
from nplvanalysis.models.variants import Variant
from nplvanalysis.params import Study
from nplvanalysis.registers import Row

AREAS, YEARS, MUNICIPALITIES = 14_500, 12, 345
BAR_SECONDS = 2.0
ROW = Row(
    role="primary",
    outcome="crime_violence_rate",
    specification="owner-to-corporation",
    sign=1,
    year_exposure=2013 + YEARS - 1,
    year_outcome=2013 + YEARS - 1,
)


def make_panel(areas: int, municipalities: int) -> pd.DataFrame:
    """Draw areas whose tenure moves, in `YEARS` years from 2013 on."""
    rng = np.random.default_rng(5)
    area = np.repeat(np.arange(areas), YEARS)
    year = np.tile(2013 + np.arange(YEARS), areas)
    home = rng.integers(municipalities, size=areas)
    corporation, other = (
        rng.uniform(5, 40, areas)[area] + rng.normal(0, 2, len(area)) for _ in range(2)
    )
    shocks = rng.normal(size=(municipalities, YEARS))[home[area], year - 2013]
    outcome = 0.08 * corporation + 0.05 * other + shocks + rng.normal(0, 3, len(area))
    return pd.DataFrame(
        {
            "code": np.char.add("BU", np.char.zfill(area.astype(str), 8)),
            "division": 2024,
            "year": year,
            "municipality": np.char.add("GM", np.char.zfill(home[area].astype(str), 4)),
            "dwellings": rng.integers(100, 3000, areas)[area].astype(float),
            "urbanity": rng.integers(1, 6, areas)[area],
            "tenure_corporation": corporation,
            "tenure_other": other,
            "tenure_unknown": 0.0,
            "crime_violence_rate": outcome + rng.normal(size=areas)[area],
        }
    )


def plain(study: Study) -> Study:
    """Effects of areas and of years that all municipalities share, clustered by municipality."""
    return study.model_copy(
        update={"models": study.models.model_copy(update={"fixed_effects": "none"})}
    )


def prepare(panel: pd.DataFrame, controls: list[str], study: Study) -> AreaYears:
    """Choose the areas of the fit."""
    return area_years(panel, ROW, Variant("primary", "dwellings", controls), study)


def ours(panel: pd.DataFrame, controls: list[str], study: Study, jackknife: bool) -> Absorbed:
    """From the panel to the estimate, the choice of areas and all refusals included."""
    made = prepare(panel, controls, study)
    within = within_fit(made, study)
    return absorbed(made, within if jackknife else None)


def peer(table: pd.DataFrame) -> tuple[float, float]:
    """Fit the same by linearmodels, its error brought to the factor of pyfixest."""
    from linearmodels.panel import PanelOLS

    data = table.set_index(["code", "year"])
    columns = ["tenure_corporation", "tenure_other"]
    fitted = PanelOLS(
        data[ROW.outcome],
        data[columns],
        weights=data["weight"],
        entity_effects=True,
        time_effects=True,
    ).fit(
        cov_type="clustered",
        clusters=data["cluster"],
        debiased=False,
        group_debias=False,
        auto_df=False,
        count_effects=False,
    )
    rows, groups = len(data), data["cluster"].nunique()
    # areas are nested in the cluster and count once, years do not
    slopes = len(columns) + YEARS
    factor = groups / (groups - 1) * (rows - 1) / (rows - slopes)
    contrast = "tenure_corporation"
    return float(fitted.params[contrast]), float(fitted.std_errors[contrast] * np.sqrt(factor))


def measure() -> list[Line]:
    """Assert equality, then take times."""
    study = params.load("studies/sample.yaml")
    simple = plain(study)
    small = make_panel(600, 60)
    peer(prepare(small, [], simple).table)
    ours(small, ["urbanity"], study, jackknife=True)

    panel = make_panel(AREAS, MUNICIPALITIES)
    table = prepare(panel, [], simple).table
    found, same = ours(panel, [], simple, jackknife=False), peer(table)
    np.testing.assert_allclose(found.estimate, same[0], rtol=1e-8)
    np.testing.assert_allclose(found.std_errors["CR1"], same[1], rtol=1e-8)

    own = timed(lambda: ours(panel, [], simple, False))
    other = timed(lambda: peer(table))
    return [
        line("two-way, areas and years, CR1", own, BAR_SECONDS, "linearmodels", other),
        line("  the same, CR1 and CR3", timed(lambda: ours(panel, [], simple, True))),
        line(
            "  years by municipality and urbanity, CR1 and CR3",
            timed(lambda: ours(panel, ["urbanity"], study, True)),
        ),
    ]


if __name__ == "__main__":
    run(measure)
