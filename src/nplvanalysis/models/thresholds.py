"""Kinks in a relation: at values stated beforehand, and searched for honestly."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from nplvanalysis.errors import EstimationError, TooFewAreasError
from nplvanalysis.models.dose_response import weighted_quantiles
from nplvanalysis.models.joint import fit_terms
from nplvanalysis.models.kinks import profile
from nplvanalysis.models.regression import Fit
from nplvanalysis.models.rows import tidy, unusable
from nplvanalysis.models.specification import cross_section, years_of
from nplvanalysis.params import Study
from nplvanalysis.registers import Row

# One third, half and two thirds: in use as thresholds before these data were looked at.
STATED = (100 / 3, 50.0, 200 / 3)
# A kink is searched for between these quantiles of the share: beyond them one side is too thin.
SEARCHED = (0.10, 0.90)
KINK = "kink"


@dataclass(frozen=True)
class Search:
    """The best place for one kink, and what looking for the best is worth.

    Attributes
    ----------
    at : float
        Where the kink fits best, in units of the exposure; no estimate of a threshold unless p
        is small.
    statistic : float
        The largest squared t over all places (sup-F), CR1.
    p : float
        Share of bootstrap draws from a straight line with a larger one.
    change : float
        Change of slope at `at`, per unit of the exposure; too large on average, as it is chosen.
    places : DataFrame
        at, statistic.
    n, clusters : int
    """

    at: float
    statistic: float
    p: float
    change: float
    places: pd.DataFrame
    n: int
    clusters: int


def stated_kinks(panel: pd.DataFrame, row: Row, study: Study) -> pd.DataFrame:
    """Test a kink at each of the stated values, one at a time, beside the straight line.

    Parameters
    ----------
    panel : DataFrame
        Measures of one level, rows (code, division, year).
    row : Row
    study : Study

    Returns
    -------
    DataFrame
        at, estimate (change of slope per step), std_error (the largest kind), low, high, p,
        p_holm (over the usable ones), above and below (areas on each side), n, clusters, status. A
        kink with fewer than `models.min_areas` on either side is unusable.
    """
    from statsmodels.stats.multitest import multipletests

    own = study.models.specifications[row.specification]
    table = cross_section(panel, years_of(row, study), row.outcome)
    share = line_of(panel, row, study).design.columns[:, 0]
    found = []
    for at in STATED:
        above, below = int((share > at).sum()), int((share <= at).sum())
        try:
            made = _at(table, row, study, at, min(above, below))
        except EstimationError as error:
            made = unusable(error.code)
        worst = made.sort_values("std_error", na_position="first").iloc[-1]
        found.append({"at": at, **worst.to_dict(), "above": above, "below": below})
    kinks = pd.DataFrame(found)
    usable = kinks["status"] == "ok"
    kinks["p_holm"] = np.nan
    if usable.any():
        kinks.loc[usable, "p_holm"] = multipletests(kinks.loc[usable, "p"], method="holm")[1]
    columns = ["at", "estimate", "std_error", "low", "high", "p", "p_holm", "above", "below", "n"]
    return kinks[[*columns, "clusters", "standard_errors", "status"]].assign(exposure=own.contrast)


def _at(table: pd.DataFrame, row: Row, study: Study, at: float, fewest: int) -> pd.DataFrame:
    own = study.models.specifications[row.specification]
    if fewest < study.models.min_areas:
        raise TooFewAreasError(
            "Too few areas lie on one side of this value to see a kink.",
            where=f"{own.contrast} above and below {at:g}",
            expected=f"at least {study.models.min_areas}",
            got=str(fewest),
            todo="Report that these areas cannot tell.",
        )
    bent = table.assign(**{KINK: np.maximum(table[own.contrast] - at, 0)})
    return tidy(fit_terms(bent, row, study, [KINK, *own.terms]), own.step, study)


def search_kink(panel: pd.DataFrame, row: Row, study: Study, rng: np.random.Generator) -> Search:
    """Look for the best place of one kink, and bootstrap what the search itself would find.

    Hansen (1996, 2017): under a straight line a searched kink has no ordinary distribution.
    The restricted wild cluster bootstrap repeats the search on a straight line with the residuals
    of whole clusters turned over.

    Parameters
    ----------
    panel : DataFrame
        Measures of one level, rows (code, division, year).
    row : Row
    study : Study
    rng : Generator

    Returns
    -------
    Search

    Raises
    ------
    EstimationError
        If the straight line cannot be estimated, or the share hardly varies.
    """
    line = line_of(panel, row, study)
    places = places_of(line)
    here = profile(line, places)
    best = int(np.argmax(here.observed))
    return Search(
        at=float(places[best]),
        statistic=float(here.observed[best]),
        p=here.p(float(here.observed[best]), rng),
        change=float(here.changes[best]),
        places=pd.DataFrame({"at": places, "statistic": here.observed}),
        n=len(line.residuals),
        clusters=here.clusters,
    )


def line_of(panel: pd.DataFrame, row: Row, study: Study) -> Fit:
    """Fit the straight line of a row, its contrast first among the columns."""
    own = study.models.specifications[row.specification]
    rest = [name for name in own.terms if name != own.contrast]
    table = cross_section(panel, years_of(row, study), row.outcome)
    return fit_terms(table, row, study, [own.contrast, *rest])


def places_of(line: Fit) -> np.ndarray:
    """List the whole values of the exposure at which a kink is searched for.

    Raises
    ------
    EstimationError
        If the exposure varies too little.
    """
    share = line.design.columns[:, 0]
    low, high = weighted_quantiles(share, line.design.weights, SEARCHED)
    places = np.arange(np.ceil(low), np.floor(high) + 1)
    if len(places) < 5:
        raise EstimationError(
            "The exposure varies too little to look for a kink.",
            where=line.design.names[0],
            expected="at least 5 whole values between its 10th and 90th percentile",
            got=f"{low:g} to {high:g}",
            todo="Report that these areas cannot tell.",
        )
    return places
