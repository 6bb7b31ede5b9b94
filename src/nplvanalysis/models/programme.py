"""What changed in the focus areas since the programme began, beyond what chance does elsewhere."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace

import numpy as np
import pandas as pd

from nplvanalysis.errors import EstimationError
from nplvanalysis.models.balanced import Balanced, balanced
from nplvanalysis.models.event_study import Comparison, compare
from nplvanalysis.models.focus import START
from nplvanalysis.models.placebo_areas import Placebos, draw
from nplvanalysis.models.rows import GIVEN, unusable
from nplvanalysis.models.specification import years_of
from nplvanalysis.params import NONE, Study
from nplvanalysis.registers import Row

# Estimates set against those of 1,000 sets of placebo areas, and t-statistics against theirs.
OF_ESTIMATE = "randomisation, 1,000 placebo areas"
OF_STATISTIC = "randomisation of t, 1,000 placebo areas"
# The programme is said to have started so many years earlier, when nothing started.
EARLIER = 4
SHARED, CROSSED = "year", "year x urbanity"


@dataclass(frozen=True)
class Asked:
    """One row of the answer: what it is for, and how it is made."""

    role: str
    how: Comparison
    sample: str = "main"


def estimate_programme(
    panel: pd.DataFrame, row: Row, study: Study, rng: np.random.Generator
) -> pd.DataFrame:
    """Estimate how focus areas changed since the start of the programme, with gates and checks.

    Parameters
    ----------
    panel : DataFrame
        Rows (code, division, year) of one level, with focus_area; see `focus.focus_of`.
    row : Row
        Its outcome; `year_first` is the first year that counts, `year_outcome` the last.
    study : Study
    rng : Generator
        Draws the placebo areas; all rows of the answer use the same ones.

    Returns
    -------
    DataFrame
        `rows.GIVEN`, two per fit: by the estimates of placebo areas, and by their t-statistics.
        low, high and p are those of the randomisation test; degrees are one less than the placebo
        sets that find room without an area in common; n counts areas, clusters focus areas.

    Raises
    ------
    EstimationError
        If there are too few areas, focus areas, years or placebo areas, or a column is missing.
    """
    areas = balanced(panel, row.outcome, study, row.year_first, years_of(row, study).outcome)
    Comparison().sides(areas.years)
    placebos = draw(areas.ground, areas.focus, rng)
    parts = []
    for one in _asked(row):
        try:
            part = _tidy(areas, placebos, one.how, study)
        except EstimationError as error:
            part = unusable(error.code)
        weights = study.models.weights if one.how.weighted else NONE
        controls = CROSSED if one.how.crossed else SHARED
        labels = {"weights": weights, "controls": controls, "sample": one.sample}
        parts.append(part.assign(role=one.role, **labels))
    return pd.concat(parts, ignore_index=True)[GIVEN]


def _asked(row: Row) -> list[Asked]:
    """List the row itself, its gates, and the checks that decide nothing."""
    own, last = Comparison(), START - 1
    gates = [Asked("gate", replace(own, weighted=False))]
    if row.role in ("primary", "instrument"):
        without = replace(own, leave_out=True)
        gates += [
            Asked("gate", replace(own, crossed=True)),
            Asked("gate", without, "without the largest focus area"),
        ]
    earlier = replace(own, start=START - EARLIER, until=last)
    return [
        *(Asked(row.role, own), *gates),
        Asked("sensitivity", replace(own, skip=(last,)), f"without {last}"),
        Asked("sensitivity", replace(own, skip=(START,)), f"without {START}"),
        Asked("placebo", earlier, f"start {earlier.start}, until {last}"),
    ]


def _tidy(areas: Balanced, placebos: Placebos, how: Comparison, study: Study) -> pd.DataFrame:
    found = compare(areas, placebos, how)
    judged = [found.of_estimate(study.models.alpha), found.of_statistic(study.models.alpha)]
    out = areas.focus == areas.largest if how.leave_out else areas.focus < -1
    return pd.DataFrame([asdict(one) for one in judged]).assign(
        standard_errors=[OF_ESTIMATE, OF_STATISTIC],
        estimate=found.estimate,
        degrees=int(placebos.room) - 1,
        n=int((~out).sum()),
        clusters=len(areas.names) - int(how.leave_out),
        status="ok",
    )
