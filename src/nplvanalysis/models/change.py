"""Differences between two years of the same areas."""

from __future__ import annotations

import pandas as pd

from nplvanalysis.models.specification import unknown_tenure
from nplvanalysis.params import Study

APPORTIONED = "apportioned"
# Whether an area came to be of another class of urbanity between the years of a change.
RECLASSED = "urbanity_changed"
# The sample of a fit that keeps such areas.
KEPT = "areas of another class of urbanity kept"


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
        the larger of both years, `tenure_unknown` the largest of all years from first to last, and
        `urbanity_changed` whether the class of urbanity differs between any of them.
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
    between = panel[panel["year"].between(first, last) & panel["code"].isin(both)]
    changed["tenure_unknown"] = unknown_tenure(between).groupby(between["code"]).max()
    if "urbanity" in panel:
        changed[RECLASSED] = reclassed(between)
    return early.assign(**changed).reset_index()


def reclassed(panel: pd.DataFrame) -> pd.Series:
    """Tell which areas have more than one class of urbanity in a panel; by code."""
    classes = panel.groupby("code")["urbanity"].agg(["min", "max"])
    return classes["min"].notna() & (classes["min"] != classes["max"]).fillna(False)


def steady(table: pd.DataFrame, study: Study) -> pd.DataFrame:
    """Keep areas of which a difference says more than how figures were put together.

    Parameters
    ----------
    table : DataFrame
        From `differences`.
    study : Study
        `sample.max_apportioned` and `sample.max_tenure_unknown_in_change`, % of dwellings;
        `sample.leave_out_reclassed`.

    Returns
    -------
    DataFrame
        What a crosswalk puts on other borders is an estimate, and the error of its change may be
        larger than the change. Where owners become known, shares change without any home doing so.
        Where so much is built that the class of urbanity changes, more than tenure changes: what
        goes with living closer together would pass for what goes with the swap.
    """
    sample = study.sample
    kept = table["tenure_unknown"] <= sample.max_tenure_unknown_in_change
    if APPORTIONED in table:
        kept &= table[APPORTIONED] <= sample.max_apportioned
    if sample.leave_out_reclassed and RECLASSED in table:
        kept &= ~table[RECLASSED].astype(bool)
    return table[kept]


def keeping(study: Study) -> Study:
    """Give the study with areas that came to be of another class of urbanity."""
    sample = study.sample.model_copy(update={"leave_out_reclassed": False})
    return study.model_copy(update={"sample": sample})
