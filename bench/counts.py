"""Counts with municipality effects at 14,500 areas x 12 years, beside pyfixest and statsmodels.

`python bench/counts.py`, on one BLAS thread, exits with 1 if the bar is missed. Equality of
coefficients and errors is asserted before any time is taken: with a dummy regression by statsmodels
at the size of one year, which is what it can bear, and with pyfixest's own errors at full size.
pyfixest compiles on its first call: a warm-up is left out of the times.
"""

from __future__ import annotations

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import warnings

import numpy as np
import pandas as pd
from timing import Line, line, run, timed

from nplvanalysis import params
from nplvanalysis.models.average_change import average_change
from nplvanalysis.models.design import Design
from nplvanalysis.models.poisson import Counted, poisson_fit
from nplvanalysis.models.standard_errors import all_kinds
from nplvanalysis.params import Study

AREAS, YEARS, MUNICIPALITIES = 14_500, 12, 345
NAMES = ("corporation", "other", *(f"urbanity_{one}" for one in range(2, 6)))
BAR_SECONDS = 5.0


def make_counts(areas: int, years: int, municipalities: int) -> Counted:
    """Draw counts in areas whose tenure moves, with more spread than Poisson's."""
    rng = np.random.default_rng(5)
    area = np.repeat(np.arange(areas), years)
    home = rng.integers(municipalities, size=areas)[area]
    shares = [rng.uniform(5, 40, areas)[area] + rng.normal(0, 2, len(area)) for _ in range(2)]
    urbanity = rng.integers(1, 6, areas)[area]
    columns = np.column_stack([*shares, *(1.0 * (urbanity == one) for one in range(2, 6))])
    people = rng.integers(200, 6000, areas)[area].astype(float)
    slopes = np.array([0.03, 0.01, -0.1, -0.2, -0.3, -0.4])
    level = rng.normal(1, 0.3, municipalities)[home]
    rate = np.exp(level + columns @ slopes) * rng.gamma(4, 0.25, len(area))
    made = Design(
        codes=np.arange(len(area)).astype(str),
        outcome=rng.poisson(people / 1000 * rate).astype(float),
        columns=columns,
        names=NAMES,
        position=0,
        weights=people / 2.1,
        groups=np.unique(home, return_inverse=True)[1],
        clusters=np.unique(home, return_inverse=True)[1],
        places=np.full((len(area), 2), np.nan),
    )
    return Counted(made, people, people, np.ones(len(area)))


def ours(made: Counted, study: Study) -> tuple[float, dict[str, float]]:
    """Fit, and give the average change with CR1, CR3 and HC3; return the slope and its errors."""
    found = poisson_fit(made)
    average_change(found, 10.0, study)
    return found.fit.estimate, all_kinds(found.fit, [])


def by_pyfixest(made: Counted) -> tuple[float, float]:
    """Fit by pyfixest; its CRV1 counts the nested effect once, ours does not."""
    import pyfixest

    data = pd.DataFrame(made.design.columns, columns=[*NAMES]).assign(
        counted=made.design.outcome, group=made.design.groups, offset=np.log(made.exposed)
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        fitted = pyfixest.fepois(
            f"counted ~ {' + '.join(NAMES)} | group",
            data,
            vcov={"CRV1": "group"},
            offset="offset",
            ssc=pyfixest.ssc(k_adj=True, k_fixef="nonnested", G_adj=True, G_df="min"),
            iwls_tol=1e-12,
            iwls_maxiter=100,
        )
    rest = len(data) - len(NAMES)
    error = fitted.se()["corporation"] * np.sqrt((rest - 1) / rest)
    return float(fitted.coef()["corporation"]), float(error)


def by_statsmodels(made: Counted) -> tuple[float, float]:
    """Fit by a generalised linear model with a dummy per municipality; error with our factor."""
    import statsmodels.api as sm

    dummies = pd.get_dummies(made.design.groups, dtype=float).to_numpy()
    columns = np.hstack([made.design.columns, dummies])
    fitted = sm.GLM(
        made.design.outcome, columns, family=sm.families.Poisson(), offset=np.log(made.exposed)
    ).fit(
        tol=1e-12,
        cov_type="cluster",
        cov_kwds={"groups": made.design.clusters, "use_correction": False},
    )
    count, clusters = len(made.exposed), made.design.clusters.max() + 1
    factor = clusters / (clusters - 1) * (count - 1) / (count - len(NAMES))
    return float(fitted.params[0]), float(fitted.bse[0] * np.sqrt(factor))


def measure() -> list[Line]:
    """Assert equality, then take times."""
    study = params.load("studies/sample.yaml")
    study = study.model_copy(update={"models": study.models.model_copy(update={"conley_km": []})})
    ours(make_counts(600, 1, 60), study)

    year, panel = make_counts(AREAS, 1, MUNICIPALITIES), make_counts(AREAS, YEARS, MUNICIPALITIES)
    slope, errors = ours(year, study)
    np.testing.assert_allclose((slope, errors["CR1"]), by_statsmodels(year), rtol=1e-6)
    slope, errors = ours(panel, study)
    np.testing.assert_allclose((slope, errors["CR1"]), by_pyfixest(panel), rtol=1e-6)

    whole, one = timed(lambda: ours(panel, study)), timed(lambda: ours(year, study))
    return [
        line(
            "PPML, municipality effects, CR1, CR3, HC3",
            whole,
            BAR_SECONDS,
            "pyfixest, slope and CRV1 only",
            timed(lambda: by_pyfixest(panel)),
        ),
        line(
            "  one year of it",
            one,
            None,
            "statsmodels with dummies, slope and CR1 only",
            timed(lambda: by_statsmodels(year), 3),
        ),
    ]


if __name__ == "__main__":
    run(measure)
