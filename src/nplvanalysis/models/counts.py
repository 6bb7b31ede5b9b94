"""Crime as counts: what a swap of dwellings goes with, as a rate ratio and in units of the rate."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from nplvanalysis.errors import ColumnMissingError, EstimationError
from nplvanalysis.models.average_change import average_change, rate_ratio
from nplvanalysis.models.design import design, refuse_small
from nplvanalysis.models.poisson import Counted, PoissonFit, poisson_fit
from nplvanalysis.models.rows import unusable
from nplvanalysis.models.specification import Question, cross_section, years_of
from nplvanalysis.models.variants import Variant, variants
from nplvanalysis.params import Study
from nplvanalysis.registers import Row

RATE = "_rate"
# Homes are burgled, people are assaulted.
EXPOSED = {"crime_burglary": "dwellings"}
# Counts from the police by municipality come with the residents that their rates are made with.
RESIDENTS = {"offences": "offences_population"}


def estimate_counts(
    panel: pd.DataFrame, row: Row, study: Study, _rng: np.random.Generator
) -> pd.DataFrame:
    """Estimate a row of the register and its gates from the counts behind a rate.

    Parameters
    ----------
    panel : DataFrame
        Measures, rows (code, division, year).
    row : Row
        Its outcome is a rate.
    study : Study
    _rng : Generator
        Not used: nothing here is random.

    Returns
    -------
    DataFrame
        `rows.GIVEN`: the average change of the rate per step, see `average_change`; a fit that
        fails is a row with its reason as `status`.

    Raises
    ------
    ColumnMissingError
        If the outcome is no rate, or its count or denominator is not in the panel.
    """
    table = with_counts(panel, row, study)
    step = study.models.specifications[row.specification].step
    parts = []
    for variant in variants(row, study):
        try:
            part = average_change(fit_counts(table, row, variant, study), step, study)
        except EstimationError as error:
            part = unusable(error.code)
        parts.append(
            part.assign(
                role=variant.role,
                weights=variant.weights or "none",
                controls=" + ".join(variant.controls),
                sample=variant.sample,
            )
        )
    return pd.concat(parts, ignore_index=True)


def with_counts(panel: pd.DataFrame, row: Row, study: Study) -> pd.DataFrame:
    """Put counts and denominators of the outcome year beside the housing of the exposure year.

    Parameters
    ----------
    panel : DataFrame
        Rows (code, division, year).
    row : Row
        Its outcome is a rate; the count is the column of that name without "_rate".
    study : Study

    Returns
    -------
    DataFrame
        One row per area with residents: the columns of the panel, and of the outcome year
        `exposed` (what the count is relative to: dwellings for burglary, else residents) and
        `residents`.

    Raises
    ------
    ColumnMissingError
        If the outcome is no rate, or its count or denominator is not in the panel.
    """
    count = row.outcome.removesuffix(RATE)
    residents = RESIDENTS.get(count.partition("_")[0], "population")
    exposed = EXPOSED.get(count, residents)
    missing = [name for name in (count, residents, exposed) if name not in panel]
    if missing or count == row.outcome:
        raise ColumnMissingError(
            "A model of counts needs the count behind a rate, and what it is relative to.",
            where=f"outcome {row.outcome}",
            expected=f"a rate, and the columns {count}, {residents} and {exposed}",
            got=f"no {', '.join(missing)}" if missing else "an outcome that is not a rate",
            todo="Estimate it by least squares (estimator cross_section).",
        )
    years = years_of(row, study)
    later = {
        name: cross_section(panel, years, column)[column].to_numpy(float, na_value=np.nan)
        for name, column in (("exposed", exposed), ("residents", residents))
    }
    table = cross_section(panel, years, count).assign(**later)
    return table[(table["exposed"] > 0) & (table["residents"] > 0)]


def fit_counts(table: pd.DataFrame, row: Row, variant: Variant, study: Study) -> PoissonFit:
    """Fit one variant of a row.

    The likelihood weighs an area by its expected count, and so by its residents. A variant without
    weights takes the rate of each area for its count instead, and so weighs by the expected rate.

    Parameters
    ----------
    table : DataFrame
        From `with_counts`.
    row : Row
    variant : Variant
    study : Study

    Returns
    -------
    PoissonFit

    Raises
    ------
    EstimationError
        If it cannot be estimated (see `design` and `poisson_fit`), or the row asks for blending:
        a rate that is a straight line in the shares bends in its logarithm, which would pass for
        curvature.
    """
    models, count = study.models, row.outcome.removesuffix(RATE)
    _refuse_curvature(row, study)
    specification = models.specifications[row.specification]
    used = variant.of(table)
    asked = Question(
        *(count, specification, variant.controls, variant.weights, models, study.sample)
    )
    made = design(used, asked)
    denominators = used.set_index("code").loc[made.codes, ["exposed", "residents"]]
    exposed, residents = denominators.to_numpy(float).T
    prior = np.ones(len(exposed)) if variant.weights else exposed.mean() / exposed
    found = poisson_fit(Counted(made, exposed, residents, prior), models.identification_r2)
    refuse_small(found.fit.design, models, count)
    if not variant.leave_out:
        return found
    largest = found.fit.design.codes[int(np.argmax(found.fit.partial_leverage))]
    return fit_counts(used[used["code"] != largest], row, replace(variant, leave_out=False), study)


def _refuse_curvature(row: Row, study: Study) -> None:
    if study.models.specifications[row.specification].kind == "blending":
        raise EstimationError(
            "A model of the logarithm of a rate cannot judge curvature of the rate.",
            where=f"specification {row.specification}",
            expected="a swap or a share",
            got="blending",
            todo="Estimate the rate by least squares (estimator cross_section).",
        )


def rate_ratios(panel: pd.DataFrame, row: Row, study: Study) -> pd.DataFrame:
    """Estimate how many times as high the rate is, per step of the contrast.

    A ratio is in other units than the outcome, so it is no row of the table of estimates.

    Parameters
    ----------
    panel : DataFrame
        Measures, rows (code, division, year).
    row : Row
        Its outcome is a rate.
    study : Study

    Returns
    -------
    DataFrame
        standard_errors, estimate (1: no association), std_error, low, high, p, degrees, n,
        clusters, status, zero_groups; intervals and p from the logarithm.

    Raises
    ------
    EstimationError
        If the row itself cannot be estimated.
    """
    table = with_counts(panel, row, study)
    found = fit_counts(table, row, variants(row, study)[0], study)
    step = study.models.specifications[row.specification].step
    return rate_ratio(found, step, study).assign(zero_groups=found.zero_groups)
