"""Counts of persons as rates, where a publisher gives the count only."""

from __future__ import annotations

import pandas as pd


def per_1000(count: pd.Series, population: pd.Series) -> pd.Series:
    """Divide a count of persons by the residents.

    Parameters
    ----------
    count, population : Series
        Persons, same index.

    Returns
    -------
    Series
        Per 1000 residents; NaN where there are no residents or either is missing.
    """
    return 1000 * count / population.where(population > 0)
