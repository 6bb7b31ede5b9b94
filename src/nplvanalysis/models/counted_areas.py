"""The areas in which problems are counted: which are left out, and what chance holds constant."""

from __future__ import annotations

import pandas as pd

from nplvanalysis.models import strata
from nplvanalysis.models.specification import within, years_of
from nplvanalysis.models.stacked import (
    Counting,
    needed_of,
    region_of,
    regions_of,
    stacked,
    uncounted,
)
from nplvanalysis.params import Study
from nplvanalysis.registers import Row

ALL, UNKNOWN = "all", "urbanity unknown"


def held(panel: pd.DataFrame, row: Row, study: Study) -> pd.DataFrame:
    """Count the areas for which chance really holds constant what it is said to.

    Strata that are too small are put together (`strata.strata`), so that what a label names is held
    constant only as far as groups of `strata.LEAST` areas allow.

    Parameters
    ----------
    panel : DataFrame
        Measures, rows (code, division, year) of one level.
    row : Row
        Its exposure year.
    study : Study

    Returns
    -------
    DataFrame
        chance_within (as the labels of the row that decides and of its gate), held (a column),
        areas (for which it is), of (all), share (%).

    Raises
    ------
    EstimationError
        As `stacked`.
    """
    rows = []
    for region in regions_of(panel, study):
        case = stacked(panel, row, years_of(row, study).exposure, study, Counting(region=region))
        names = ["urbanity", *filter(None, [region])]
        for name in names:
            kept = strata.held(case.problems.strata, case.table[name])
            counts = {"areas": int(kept.sum()), "of": len(kept), "share": 100 * kept.mean()}
            rows.append({"chance_within": " + ".join(names), "held": name, **counts})
    return pd.DataFrame(rows)


def left_out(panel: pd.DataFrame, row: Row, study: Study) -> pd.DataFrame:
    """Count the areas that the row that decides has and lacks, by class of urbanity.

    Parameters
    ----------
    panel : DataFrame
    row : Row
        Its exposure year.
    study : Study

    Returns
    -------
    DataFrame
        group ("all", "urbanity 1" to "urbanity 5", `UNKNOWN`), areas, counted, and the number of
        areas per reason that occurs; see `stacked.uncounted`.
    """
    now = within(panel, row, study)
    now = now[now["year"] == years_of(row, study).exposure].reset_index(drop=True)
    why = uncounted(now, needed_of(study, Counting(region=region_of(panel))), study)
    groups = now["urbanity"].map("urbanity {:.0f}".format, na_action="ignore").fillna(UNKNOWN)
    found = pd.crosstab(groups, why.where(why != "", "counted"))
    found.loc[ALL] = found.sum()
    found = found.loc[[ALL, *(name for name in found.index if name != ALL)]]
    reasons = [name for name in found if name != "counted"]
    counted = found.get("counted", pd.Series(0, found.index))
    made = found[reasons].assign(areas=found.sum(axis=1), counted=counted)
    return (
        made[["areas", "counted", *reasons]].rename_axis(index="group", columns=None).reset_index()
    )
