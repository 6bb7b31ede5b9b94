"""From the register of claims to one tidy table of estimates."""

from __future__ import annotations

import pandas as pd

from nplvanalysis import params
from nplvanalysis.errors import EstimationError, ParameterError
from nplvanalysis.models.circularity import refuse_circular
from nplvanalysis.models.regression import Fit
from nplvanalysis.models.specification import cross_section, years_of
from nplvanalysis.models.standard_errors import all_kinds
from nplvanalysis.models.variants import fit_variant, variants
from nplvanalysis.models.yardstick import outcome_sd
from nplvanalysis.params import Study
from nplvanalysis.registers import Hypothesis, Row
from nplvanalysis.schema import Column

COLUMNS = [
    *("study", "claim", "hypothesis", "outcome", "exposure", "contrast", "sample", "weights"),
    *("fixed_effects", "controls", "standard_errors", "term", "estimate", "std_error", "low"),
    *("high", "p", "degrees", "n", "clusters", "role", "outcome_sd", "status"),
    *("year_exposure", "year_outcome", "division", "unit"),
]

KEY = [
    *("study", "hypothesis", "role", "outcome", "exposure", "weights", "controls", "sample"),
    *("fixed_effects", "year_exposure", "year_outcome", "unit", "standard_errors"),
]


def tidy(fitted: Fit, step: float, study: Study) -> pd.DataFrame:
    """Turn a fit into rows, one per kind of error.

    Parameters
    ----------
    fitted : Fit
    step : float
        The estimate is given per this many units of the contrast.
    study : Study

    Returns
    -------
    DataFrame
        standard_errors, estimate, std_error, low, high, p, degrees, n, clusters, status;
        intervals and p from Student's t.
    """
    from scipy.special import stdtr, stdtrit

    degrees = fitted.degrees
    kinds = pd.Series(all_kinds(fitted, study.models.conley_km)) * step
    estimate = fitted.estimate * step
    reach = kinds * stdtrit(degrees, 1 - study.models.alpha / 2)
    return pd.DataFrame(
        {
            "standard_errors": kinds.index,
            "estimate": estimate,
            "std_error": kinds.to_numpy(),
            "low": estimate - reach.to_numpy(),
            "high": estimate + reach.to_numpy(),
            "degrees": degrees,
            "p": 2 * stdtr(degrees, -abs(estimate) / kinds.to_numpy()),
            "n": len(fitted.residuals),
            "clusters": int(fitted.design.clusters.max()) + 1,
            "status": "ok",
        }
    )


def _unusable(status: str) -> pd.DataFrame:
    empty = dict.fromkeys(("estimate", "std_error", "low", "high", "p"), float("nan"))
    counts = dict.fromkeys(("degrees", "n", "clusters"), 0)
    return pd.DataFrame([{"standard_errors": "", **empty, **counts, "status": status}])


def estimate_row(
    panel: pd.DataFrame, row: Row, study: Study, dictionary: dict[str, Column]
) -> pd.DataFrame:
    """Estimate a row of the register and its gates.

    Parameters
    ----------
    panel : DataFrame
        Measures, rows (code, division, year).
    row : Row
    study : Study
    dictionary : dict of str to Column

    Returns
    -------
    DataFrame
        `COLUMNS` without study, claim and hypothesis; a fit that fails is a row with its
        reason as `status`.

    Raises
    ------
    CircularityError
        If the outcome is refused for this role.
    """
    specification = study.models.specifications[row.specification]
    controls = [*study.models.controls, *study.models.controls_other]
    refuse_circular(row, specification, controls, dictionary)
    years = years_of(row, study)
    table = cross_section(panel, years, row.outcome)
    parts = []
    for variant in variants(row, study):
        try:
            part = tidy(fit_variant(table, row, variant, study), specification.step, study)
        except EstimationError as error:
            part = _unusable(error.code)
        parts.append(
            part.assign(
                role=variant.role,
                weights=variant.weights or "none",
                controls=" + ".join(variant.controls),
                sample=variant.sample,
            )
        )
    return pd.concat(parts, ignore_index=True).assign(
        outcome=row.outcome,
        exposure=row.specification,
        contrast=f"{specification.step:g} of {specification.contrast} against "
        f"{specification.against}",
        term=specification.contrast,
        fixed_effects=study.models.fixed_effects,
        outcome_sd=outcome_sd(panel, row.outcome, study),
        year_exposure=years.exposure,
        year_outcome=years.outcome,
        division=years.division,
        unit=study.unit,
    )


def refuse_unknown_columns(study: Study, dictionary: dict[str, Column]) -> None:
    """Refuse parameters that name a column that does not exist: it would look like missing data."""
    models = study.models
    named = [models.fixed_effects, models.cluster, models.weights]
    named += [*models.controls, *models.controls_other]
    named += [term for one in models.specifications.values() for term in one.terms]
    unknown = sorted(set(named) - {*dictionary, params.NONE})
    if unknown:
        raise ParameterError(
            "A parameter names a column that does not exist.",
            where="params.yaml, models",
            expected="columns of data/columns.csv",
            got=", ".join(unknown),
            todo="Correct the name.",
        )


def estimate(
    panel: pd.DataFrame,
    hypotheses: dict[str, Hypothesis],
    study: Study,
    dictionary: dict[str, Column],
) -> pd.DataFrame:
    """Estimate every row that hypotheses ask of a study.

    Parameters
    ----------
    panel : DataFrame
        Measures, rows (code, division, year).
    hypotheses : dict of str to Hypothesis
        Those without rows for this study add nothing; their verdict says why.
    study : Study
    dictionary : dict of str to Column

    Returns
    -------
    DataFrame
        `COLUMNS`; one row per fit and kind of error.
    """
    refuse_unknown_columns(study, dictionary)
    parts = [
        estimate_row(panel, row, study, dictionary).assign(
            study=study.study, claim=str(hypothesis.conclusion), hypothesis=name
        )
        for name, hypothesis in hypotheses.items()
        for row in hypothesis.studies.get(study.study, [])
    ]
    if not parts:
        return pd.DataFrame(columns=COLUMNS)
    # A decomposition and the row that decides share their unweighted gate.
    return pd.concat(parts, ignore_index=True)[COLUMNS].drop_duplicates(KEY, ignore_index=True)
