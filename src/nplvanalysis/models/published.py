"""One published figure, computed anew: the answer, and the rows that it is computed from."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from nplvanalysis.models.profile import CANDIDATE, FOCUS
from nplvanalysis.params import Study

YES, PARTLY, NO, NOT_HERE = "yes", "partly", "no", "not here"


@dataclass(frozen=True)
class Answer:
    """A figure computed here.

    Attributes
    ----------
    ours : float
    year : int
    reproduced : str
        "yes", "partly" (same order or sign, or part of the areas, with the reason) or "no".
    why : str
        What differs from the publication, in English.
    """

    ours: float
    year: int
    reproduced: str
    why: str


Check = Callable[[pd.DataFrame, Study], Answer | None]


def latest(panel: pd.DataFrame, level: str, *columns: str) -> pd.DataFrame:
    """Keep the last year in which areas of a level have all columns.

    Parameters
    ----------
    panel : DataFrame
    level : str
    *columns : str

    Returns
    -------
    DataFrame
        Areas that have them; empty if no year does.
    """
    if not {*columns} <= {*panel}:
        return panel.iloc[:0]
    rows = panel[panel["level"] == level].dropna(subset=list(columns))
    return rows[rows["year"] == rows["year"].max()]


def focus_rows(rows: pd.DataFrame) -> pd.DataFrame:
    """Keep the areas of focus areas, candidate codes included."""
    none = pd.Series("", index=rows.index)
    return rows[rows.get(FOCUS, none).ne("") | rows.get(CANDIDATE, none).ne("")]


def mean(rows: pd.DataFrame, column: str, weight: str) -> float:
    """Compute a weighted mean."""
    return float(np.average(rows[column].to_numpy(float), weights=rows[weight].to_numpy(float)))
