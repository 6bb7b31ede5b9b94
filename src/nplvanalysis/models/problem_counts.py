"""Tables of how many problems areas have: by number of problems, and by year."""

from __future__ import annotations

import numpy as np
import pandas as pd

from nplvanalysis.errors import EstimationError
from nplvanalysis.models.ratio import excess, ratio_row
from nplvanalysis.models.specification import years_of
from nplvanalysis.models.stacked import Counting, region_of, stacked
from nplvanalysis.models.waves import refuse_rounding
from nplvanalysis.params import Study
from nplvanalysis.registers import Row


def distribution(panel: pd.DataFrame, row: Row, study: Study) -> pd.DataFrame:
    """Show how much of the stock has how many problems, beside what chance would give.

    Parameters
    ----------
    panel : DataFrame
    row : Row
        Its exposure year.
    study : Study

    Returns
    -------
    DataFrame
        problems (0 to K), observed, expected (% of the weight), many (whether that is many).

    Raises
    ------
    EstimationError
        If there are too few areas or problems.
    """
    how = Counting(region=region_of(panel))
    found = excess(stacked(panel, row, years_of(row, study).exposure, study, how))
    number = np.arange(len(found.observed))
    shares = {"observed": 100 * found.observed, "expected": 100 * found.expected}
    return pd.DataFrame({"problems": number, **shares, "many": number >= found.many})


def by_year(panel: pd.DataFrame, row: Row, study: Study) -> pd.DataFrame:
    """Estimate the ratio in every year that has all problems.

    Parameters
    ----------
    panel : DataFrame
    row : Row
    study : Study

    Returns
    -------
    DataFrame
        year, and the numbers of `rows.GIVEN`; years that cannot be estimated, or whose figures
        are rounded otherwise than those of the exposure year, are left out.
    """
    parts, last = [], years_of(row, study).exposure
    for year in sorted(set(panel["year"])):
        try:
            case = stacked(panel, row, int(year), study, Counting(region=region_of(panel)))
            for name in study.measures.problems:
                refuse_rounding(panel, name, (int(year), last))
            # a generator for each year: none hangs on which others are known
            rng = np.random.default_rng(study.seed)
            parts.append(ratio_row([case], study, rng).assign(year=int(year)))
        except EstimationError:
            continue
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=["year"])
