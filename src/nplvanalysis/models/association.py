"""The association of one cross-section: least squares of an outcome on housing, with its gates."""

from __future__ import annotations

import numpy as np
import pandas as pd

from nplvanalysis.errors import EstimationError
from nplvanalysis.models.rows import tidy, unusable
from nplvanalysis.models.specification import cross_section, years_of
from nplvanalysis.models.variants import fit_variant, variants
from nplvanalysis.params import Study
from nplvanalysis.registers import Row


def estimate_association(
    panel: pd.DataFrame, row: Row, study: Study, _rng: np.random.Generator
) -> pd.DataFrame:
    """Estimate a row of the register and its gates by least squares.

    Parameters
    ----------
    panel : DataFrame
        Measures, rows (code, division, year).
    row : Row
    study : Study
    _rng : Generator
        Not used: nothing here is random.

    Returns
    -------
    DataFrame
        `rows.GIVEN`; a fit that fails is a row with its reason as `status`.
    """
    specification = study.models.specifications[row.specification]
    table = cross_section(panel, years_of(row, study), row.outcome)
    parts = []
    for variant in variants(row, study):
        try:
            part = tidy(fit_variant(table, row, variant, study), specification.step, study)
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
