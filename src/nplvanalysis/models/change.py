"""Differences between two years of the same areas."""

from __future__ import annotations

import pandas as pd

from nplvanalysis.params import Study

APPORTIONED = "apportioned"


def differences(panel: pd.DataFrame, first: int, last: int, columns: list[str]) -> pd.DataFrame:
    """Subtract an earlier year from a later one.

    Parameters
    ----------
    panel : DataFrame
        Rows (code, division, year), all on one set of borders.
    first, last : int
        Years.
    columns : list of str
        Terms and outcome: these become later less earlier, and are missing where either is.

    Returns
    -------
    DataFrame
        One row per area that both years have. Other columns, such as controls and weights, are
        those of the first year: what came later may be a result of the change. `apportioned` is
        the larger of both years.
    """
    early = panel[panel["year"] == first].set_index("code")
    late = panel[panel["year"] == last].set_index("code")
    both = early.index.intersection(late.index)
    early, late = early.loc[both], late.loc[both]
    changed = {name: late[name].astype(float) - early[name].astype(float) for name in columns}
    if APPORTIONED in panel:
        # not known counts as wholly apportioned
        parts = pd.concat([early[APPORTIONED].fillna(100.0), late[APPORTIONED].fillna(100.0)])
        changed[APPORTIONED] = parts.groupby(level=0).max()
    return early.assign(**changed).reset_index()


def steady(table: pd.DataFrame, study: Study) -> pd.DataFrame:
    """Keep areas whose figures were not apportioned for too large a part.

    Parameters
    ----------
    table : DataFrame
        From `differences`.
    study : Study
        `sample.max_apportioned`, % of dwellings.

    Returns
    -------
    DataFrame
        What a crosswalk puts on other borders is an estimate, and the error of its change may be
        larger than the change.
    """
    if APPORTIONED not in table:
        return table
    return table[table[APPORTIONED] <= study.sample.max_apportioned]
