"""The association of one cross-section: least squares of an outcome on housing, with its gates."""

from __future__ import annotations

import numpy as np
import pandas as pd

from nplvanalysis.errors import EstimationError, TooFewClustersError
from nplvanalysis.models.rows import tidy, unusable
from nplvanalysis.models.specification import cross_section, years_of
from nplvanalysis.models.variants import Variant, allowing_few, fit_variant, variants
from nplvanalysis.models.wild_bootstrap import wild_row
from nplvanalysis.models.wild_draws import LEAST
from nplvanalysis.params import Study
from nplvanalysis.registers import Row


def estimate_association(
    panel: pd.DataFrame, row: Row, study: Study, rng: np.random.Generator
) -> pd.DataFrame:
    """Estimate a row of the register and its gates by least squares.

    With fewer clusters than `models.min_clusters`, cluster-robust errors are too small: the
    restricted wild cluster bootstrap takes their place.

    Parameters
    ----------
    panel : DataFrame
        Measures, rows (code, division, year).
    row : Row
    study : Study
    rng : Generator
        Of the bootstrap; nothing else here is random.

    Returns
    -------
    DataFrame
        `rows.GIVEN`; a fit that fails is a row with its reason as `status`.
    """
    table = cross_section(panel, years_of(row, study), row.outcome)
    parts = []
    for variant in variants(row, study):
        try:
            part = answered(table, row, variant, study, rng)
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


def answered(
    table: pd.DataFrame, row: Row, variant: Variant, study: Study, rng: np.random.Generator
) -> pd.DataFrame:
    """Fit one variant of a row; where clusters are few, with the wild bootstrap.

    Parameters
    ----------
    table : DataFrame
        Cross-section with the columns of the specification.
    row : Row
    variant : Variant
    study : Study
    rng : Generator
        Of the bootstrap.

    Returns
    -------
    DataFrame
        As `rows.tidy`.

    Raises
    ------
    EstimationError
        If it cannot be estimated.
    """
    step = study.models.specifications[row.specification].step
    try:
        return tidy(fit_variant(table, row, variant, study), step, study)
    except TooFewClustersError:
        fitted = fit_variant(table, row, variant, allowing_few(study, LEAST))
        return wild_row(fitted, step, study, rng)
