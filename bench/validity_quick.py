"""Estimators of the register without what no verdict uses, for many redraws.

`models.two_way` fits by pyfixest, with checks that decide nothing. Here the same panels are fitted
by the demeaning that it identifies them with: a test compares the two.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import numpy as np
import pandas as pd

from nplvanalysis.errors import EstimationError
from nplvanalysis.models import estimates
from nplvanalysis.models.area_years import AreaYears, area_years, common_waves
from nplvanalysis.models.demeaned import heaviest, within_fit
from nplvanalysis.models.jackknife import jackknife_error
from nplvanalysis.models.regression import Fit
from nplvanalysis.models.rows import unusable, with_interval
from nplvanalysis.models.standard_errors import cr1
from nplvanalysis.models.two_way import LATER, Absorbed, unrounded, with_effective_degrees
from nplvanalysis.models.variants import Variant, variants
from nplvanalysis.params import Study
from nplvanalysis.registers import Row

# What a bootstrap makes slow: their checks, and the gates but the weighting, are left out. A gate
# can only make "mixed" of "supported".
BOOTSTRAPPED = ("excess", "agreement")


@contextmanager
def estimators() -> Iterator[None]:
    """Use what is quick here in place of the estimators of the same name."""
    usual = dict(estimates.ESTIMATORS)
    quick = {name: _with_one_gate(usual[name]) for name in BOOTSTRAPPED if name in usual}
    estimates.ESTIMATORS.update({"two_way": two_way} | quick)
    try:
        yield
    finally:
        estimates.ESTIMATORS.update(usual)


def _with_one_gate(estimator: estimates.Estimator) -> estimates.Estimator:
    def estimated(
        panel: pd.DataFrame, row: Row, study: Study, rng: np.random.Generator
    ) -> pd.DataFrame:
        found = estimator(panel, row.model_copy(update={"role": "secondary"}), study, rng)
        return found.assign(role=found["role"].replace("secondary", row.role))

    return estimated


def two_way(panel: pd.DataFrame, row: Row, study: Study, _rng: np.random.Generator) -> pd.DataFrame:
    """Estimate a row by fixed effects of areas and years, its gates and its placebo.

    Parameters
    ----------
    panel : DataFrame
        Measures, rows (code, division, year).
    row : Row
    study : Study
        Years have an effect in each region, regions are nested in clusters.
    _rng : Generator
        Not used.

    Returns
    -------
    DataFrame
        As `models.two_way.estimate_two_way`, without sensitivities.
    """
    own, plain, other, without = variants(row, study)
    main = area_years(panel, row, own, study)
    fitted = within_fit(main, study)
    parts = [_tidy(main, fitted, own, row, study, jackknife=True)]
    gates = [
        (plain, replace(main, table=main.table.assign(weight=1.0))),
        (other, area_years(panel, row, other, study)),
        (without, main.without(heaviest(fitted))),
    ]
    parts += [_tried(made, variant, row, study) for variant, made in gates]
    later = -(len(common_waves(panel, row, study)) // 2)
    placebo = replace(own, role="placebo")
    ahead = area_years(panel, row, own, study, later)
    parts.append(_tried(ahead, placebo, row, study, jackknife=True).assign(sample=LATER))
    return pd.concat(parts, ignore_index=True)


def _tried(
    made: AreaYears, variant: Variant, row: Row, study: Study, jackknife: bool = False
) -> pd.DataFrame:
    try:
        return _tidy(made, within_fit(made, study), variant, row, study, jackknife)
    except EstimationError as error:
        return _labelled(unusable(error.code), variant)


def _tidy(
    made: AreaYears,
    fitted: Fit,
    variant: Variant,
    row: Row,
    study: Study,
    jackknife: bool = False,
) -> pd.DataFrame:
    specification = study.models.specifications[row.specification]
    if specification.rounded_to:
        found = unrounded(made, fitted, specification.rounded_to, jackknife)
    else:
        found = _demeaned(fitted, jackknife)
    found = with_effective_degrees(found, fitted)
    errors = {name: specification.step * error for name, error in found.std_errors.items()}
    part = pd.DataFrame(
        {"standard_errors": [*errors], "std_error": [*errors.values()], "status": "ok"}
    ).assign(
        estimate=specification.step * found.estimate,
        degrees=found.degrees,
        n=found.areas,
        clusters=found.clusters,
    )
    return _labelled(with_interval(part, study.models.alpha), variant)


def _demeaned(fitted: Fit, jackknife: bool) -> Absorbed:
    # pyfixest counts one parameter for all effects that are nested in clusters
    left = len(fitted.residuals) - fitted.regressors.shape[1]
    errors = {"CR1": cr1(fitted) * np.sqrt(left / (left - 1))}
    errors |= {"CR3": jackknife_error(fitted)} if jackknife else {}
    areas, clusters = len(np.unique(fitted.design.codes)), int(fitted.design.clusters.max()) + 1
    return Absorbed(fitted.estimate, errors, areas, clusters, clusters - 1)


def _labelled(part: pd.DataFrame, variant: Variant) -> pd.DataFrame:
    return part.assign(
        role=variant.role,
        weights=variant.weights or "none",
        controls=" + ".join(variant.controls),
        sample=variant.sample,
    )
