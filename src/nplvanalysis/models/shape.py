"""All that is asked about the shape of one relation: its curve, stated kinks, and a search."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
import pandas as pd

from nplvanalysis.errors import EstimationError
from nplvanalysis.models.dose_response import Curve, dose_response
from nplvanalysis.models.specification import within
from nplvanalysis.models.splits import Splits, split_often
from nplvanalysis.models.thresholds import Search, search_kink, stated_kinks
from nplvanalysis.params import Study
from nplvanalysis.registers import Row

T = TypeVar("T")
SHAPED = ("swap", "share")
BENT = 0.05


@dataclass(frozen=True)
class Shape:
    """The shape of one relation.

    Attributes
    ----------
    curve : Curve or None
    kinks : DataFrame
        From `thresholds.stated_kinks`; empty if not even a line can be fitted.
    search : Search or None
    splits : Splits or None
    why : str
        Code of what stopped the first part that is missing; empty if nothing did.
    step : float
        Units of the exposure for which changes of slope are told.
    """

    curve: Curve | None
    kinks: pd.DataFrame
    search: Search | None
    splits: Splits | None
    why: str
    step: float

    @property
    def found(self) -> bool:
        """Whether a bend is there: the search and the split clusters agree (p < 0.05 in both).

        Neither tells a kink from a curve that bends slowly.
        """
        parts = [self.search, self.splits]
        return all(part is not None and part.p < BENT for part in parts)


def has_shape(row: Row, study: Study) -> bool:
    """Tell whether a row is a level along a share, of which a curve can be drawn."""
    kind = study.models.specifications[row.specification].kind
    return row.estimator == "cross_section" and kind in SHAPED


def shape(panel: pd.DataFrame, row: Row, study: Study, rng: np.random.Generator) -> Shape:
    """Ask for the curve, the stated kinks and the search; what cannot be answered is None.

    Parameters
    ----------
    panel : DataFrame
        Measures of one level, rows (code, division, year).
    row : Row
        See `has_shape`.
    study : Study
    rng : Generator

    Returns
    -------
    Shape
    """
    own = within(panel, row, study)
    kinks, no_line = _tried(lambda: stated_kinks(own, row, study))
    curve, no_curve = _tried(lambda: dose_response(own, row, study, rng))
    search, no_search = _tried(lambda: search_kink(own, row, study, rng))
    splits, no_splits = _tried(lambda: split_often(own, row, study, rng))
    why = no_line or no_curve or no_search or no_splits
    step = study.models.specifications[row.specification].step
    kinks = pd.DataFrame() if kinks is None else kinks
    return Shape(curve, kinks, search, splits, why, step)


def _tried(part: Callable[[], T]) -> tuple[T | None, str]:
    """Answer one part, or give the code of what stopped it."""
    try:
        return part(), ""
    except EstimationError as error:
        return None, error.code
