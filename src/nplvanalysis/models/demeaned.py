"""A panel without the means of its areas, regions and years."""

from __future__ import annotations

import numpy as np
import pandas as pd

from nplvanalysis.models.area_years import AreaYears
from nplvanalysis.models.design import Design, refuse_small
from nplvanalysis.models.regression import RELATIVE_TOLERANCE, Fit, demean, fit
from nplvanalysis.params import Study


def within_fit(made: AreaYears, study: Study) -> Fit:
    """Fit the demeaned panel, and refuse what cannot be told apart or has too few areas.

    Raises
    ------
    EstimationError
    """
    made_design = within_design(made)
    one_each = np.unique(made_design.codes, return_index=True)[1]
    refuse_small(made_design.subset(one_each), study.models, made.outcome)
    return fit(made_design, study.models.identification_r2)


def within_design(made: AreaYears) -> Design:
    """Build the arrays of a panel without the means of its areas, regions and years.

    With weights that stay the same in a balanced panel, subtracting means of areas and means of
    each region and year commute, so that one after the other is exact. Effects of years that all
    regions share become columns: they cross clusters, and CR3 must estimate them anew each time.

    Parameters
    ----------
    made : AreaYears

    Returns
    -------
    Design
        One row per area and year; groups are areas, or all alike for changes from wave to wave. A
        column that does not vary within its effects is 0.
    """
    table = made.table
    columns = table[[*made.terms, *made.trends]]
    if not made.regional:
        years = pd.get_dummies(table["year"], prefix="year", drop_first=True, dtype=float)
        columns = pd.concat([columns, years], axis=1)
    weights = table["weight"].to_numpy(float)
    areas = pd.factorize(table["code"] if made.levels else np.zeros(len(table)))[0]
    raw = np.column_stack([table[made.outcome], columns]).astype(float)
    values = demean(raw, areas, weights)
    values = demean(values, made.cells, weights) if made.regional else values
    # what is left of a constant is rounding, which a later fit would take for variation
    still = np.linalg.norm(values, axis=0) <= RELATIVE_TOLERANCE * np.linalg.norm(raw, axis=0)
    values[:, still] = 0
    return Design(
        codes=table["code"].to_numpy(),
        outcome=values[:, 0],
        columns=values[:, 1:],
        names=tuple(columns.columns),
        position=0,
        weights=weights,
        groups=areas,
        clusters=pd.factorize(table["cluster"])[0],
        places=np.full((len(table), 2), np.nan),
    )


def heaviest(within: Fit) -> str:
    """Find the area with the largest share in the variation that identifies the contrast."""
    shares = pd.Series(within.partial_leverage).groupby(within.design.codes).sum()
    return str(shares.idxmax())
