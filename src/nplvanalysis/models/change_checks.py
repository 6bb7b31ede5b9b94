"""Every way of asking one question of change, on the same areas and years."""

from __future__ import annotations

import pandas as pd

from nplvanalysis.models.estimates import estimate_row
from nplvanalysis.params import Study
from nplvanalysis.registers import Row
from nplvanalysis.schema import Column

OF_CHANGE = ("two_way", "change")


def change_checks(
    panel: pd.DataFrame, row: Row, study: Study, dictionary: dict[str, Column]
) -> pd.DataFrame:
    """Estimate a row of change by two-way fixed effects and by long differences, with all checks.

    The register lets one of the two decide; its checks do not say what those of the other do.

    Parameters
    ----------
    panel : DataFrame
        Measures of one level, rows (code, division, year).
    row : Row
        Of estimator two_way or change.
    study : Study
    dictionary : dict of str to Column

    Returns
    -------
    DataFrame
        Columns of `estimates.estimate_row`, the estimator of the row first; the main fit of the
        other has role "sensitivity".
    """
    order = sorted(OF_CHANGE, key=lambda name: name != row.estimator)
    parts = [
        estimate_row(panel, row.model_copy(update={"estimator": name}), study, dictionary)
        for name in order
    ]
    parts[1] = parts[1].replace({"role": {row.role: "sensitivity"}})
    return pd.concat(parts, ignore_index=True)
