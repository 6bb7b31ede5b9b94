"""The long difference: what goes with a change of the housing of the same areas."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from nplvanalysis.errors import EstimationError
from nplvanalysis.models.baseline import estimate_bound, estimate_instrumented
from nplvanalysis.models.change import KEPT, keeping
from nplvanalysis.models.leads import estimate_leads
from nplvanalysis.models.permutation import estimate_permuted
from nplvanalysis.models.rows import tidy, unusable
from nplvanalysis.models.rules import DETECTABLE
from nplvanalysis.models.specification import controls_of
from nplvanalysis.models.variants import Variant, fit_variant, variants
from nplvanalysis.models.waves import changes, windows
from nplvanalysis.models.yardstick import outcome_sd, weighted_sd
from nplvanalysis.params import Study
from nplvanalysis.registers import Row


def estimate_change(
    panel: pd.DataFrame, row: Row, study: Study, rng: np.random.Generator
) -> pd.DataFrame:
    """Estimate how a change of the outcome goes with a change of the terms of a specification.

    Both are later less earlier, so that all that stays the same about an area drops out. Controls
    and weights are of the first wave. The outcome of the first wave is no control: its noise is in
    the change with the opposite sign (Allison 1990).

    Parameters
    ----------
    panel : DataFrame
        Measures, rows (code, division, year).
    row : Row
        From `year_first` to `year_exposure` (terms) and `year_outcome` (outcome).
    study : Study
    rng : Generator
        Permutes.

    Returns
    -------
    DataFrame
        `rows.GIVEN`: the row and its gates; for a row that decides also role "sensitivity"
        (`change.KEPT` where areas of another class of urbanity leave, tenure permuted, a bound
        with the outcome of the first wave, the same instrumented) and "placebo" (earlier change of
        the outcome on later change of tenure).

    Raises
    ------
    EstimationError
        If a year is missing, or waves are not of one precision.
    """
    terms = study.models.specifications[row.specification].terms
    table = changes(panel, windows(row, study), terms, row.outcome, study)
    made = [answered(table, row, variant, study) for variant in variants(row, study)]
    if row.role in ("primary", "instrument"):
        if study.sample.leave_out_reclassed:
            made.append(_with_reclassed(panel, row, study))
        made += [
            estimate_permuted(table, row, study, rng),
            estimate_bound(table, row, study),
            estimate_instrumented(panel, row, study),
            estimate_leads(panel, row, study, rng),
        ]
    return pd.concat(made, ignore_index=True)


def _with_reclassed(panel: pd.DataFrame, row: Row, study: Study) -> pd.DataFrame:
    terms = study.models.specifications[row.specification].terms
    table = changes(panel, windows(row, study), terms, row.outcome, keeping(study))
    own = replace(variants(row, study)[0], role="sensitivity")
    return answered(table, row, own, study).assign(sample=KEPT)


def answered(table: pd.DataFrame, row: Row, variant: Variant, study: Study) -> pd.DataFrame:
    """Fit one variant of a row on a table of changes; a fit that fails gives its reason."""
    step = study.models.specifications[row.specification].step
    try:
        part = tidy(fit_variant(table, row, variant, study), step, study)
    except EstimationError as error:
        part = unusable(error.code)
    return part.assign(
        role=variant.role,
        weights=variant.weights or "none",
        controls=" + ".join(variant.controls),
        sample=variant.sample,
    )


def power_of_change(panel: pd.DataFrame, row: Row, study: Study) -> pd.DataFrame:
    """Show what a model of change could find at all.

    Parameters
    ----------
    panel : DataFrame
    row : Row
    study : Study

    Returns
    -------
    DataFrame
        One row: outcome, year_first, year_exposure, year_outcome, areas (used), left_out (not
        steady), spread (weighted SD of the change of the contrast, in its unit), std_error (the
        largest kind, per step), detectable (2.8 of them: found with 80 % power at the 5 % level),
        outcome_sd (between areas), relevant (the smallest relevant effect). `detectable` above
        four times `relevant` means too imprecise, whatever the estimate.

    Raises
    ------
    EstimationError
        If the change cannot be estimated.
    """
    asked, models = windows(row, study), study.models
    specification = models.specifications[row.specification]
    table = changes(panel, asked, specification.terms, row.outcome, study)
    own = Variant(row.role, models.weights, controls_of(row, study))
    fitted = fit_variant(table, row, own, study)
    error = float(tidy(fitted, specification.step, study)["std_error"].max())
    first = panel.loc[panel["year"] == asked.exposure[0], "code"]
    both = first.isin(panel.loc[panel["year"] == asked.exposure[1], "code"])
    moved = pd.Series(fitted.design.columns[:, fitted.design.position])
    yardstick = outcome_sd(panel, row.outcome, study)
    found = {
        "outcome": row.outcome,
        "year_first": asked.exposure[0],
        "year_exposure": asked.exposure[1],
        "year_outcome": asked.outcome[1],
        "areas": len(fitted.residuals),
        "left_out": int(both.sum()) - len(table),
        "spread": weighted_sd(moved, pd.Series(fitted.design.weights)),
        "std_error": error,
        "detectable": DETECTABLE * error,
        "outcome_sd": yardstick,
        "relevant": models.delta[specification.kind] * yardstick,
    }
    return pd.DataFrame([found])
