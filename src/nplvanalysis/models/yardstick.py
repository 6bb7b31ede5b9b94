"""The spread of an outcome between areas: the yardstick of the smallest relevant effect."""

from __future__ import annotations

import numpy as np
import pandas as pd

from nplvanalysis.params import Study


def weighted_sd(values: pd.Series, weights: pd.Series) -> float:
    """Compute the weighted standard deviation between areas.

    Parameters
    ----------
    values, weights : Series
        Missing values are left out.

    Returns
    -------
    float
        NaN for fewer than two values.
    """
    present = values.notna() & weights.notna() & (weights > 0)
    if present.sum() < 2:
        return float("nan")
    value, weight = values[present].astype(float), weights[present].astype(float)
    mean = np.average(value, weights=weight)
    return float(np.sqrt(np.average((value - mean) ** 2, weights=weight)))


def outcome_sd(panel: pd.DataFrame, outcome: str, study: Study) -> float:
    """Compute the spread of an outcome between areas in its first wave, weighted by dwellings.

    The yardstick of the smallest relevant effect; fixed over waves. A wave counts from
    `models.min_areas` areas of the sample on.

    Parameters
    ----------
    panel : DataFrame
        Rows (code, division, year).
    outcome : str
    study : Study
        Smaller areas than its sample allows are left out.

    Returns
    -------
    float
        In units of the outcome; NaN if no wave has it.
    """
    stock = panel.loc[panel["year"] == study.years.exposure, ["code", "dwellings"]]
    stock = stock[stock["dwellings"] >= study.sample.min_dwellings]
    if outcome not in panel:
        return float("nan")
    waves = panel.dropna(subset=[outcome])[["code", "year", outcome]]
    both = waves.merge(stock, on="code", how="inner", validate="m:1")
    for _, wave in both.groupby("year", sort=True):
        if len(wave) >= study.models.min_areas:
            return weighted_sd(wave[outcome], wave["dwellings"])
    return float("nan")
