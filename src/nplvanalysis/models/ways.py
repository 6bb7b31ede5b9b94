"""The same swap asked in other ways: counts, balances, several levels, few clusters."""

from __future__ import annotations

import numpy as np
import pandas as pd

from nplvanalysis.errors import EstimationError
from nplvanalysis.models.balances import MEAN
from nplvanalysis.models.city_areas import CENTRE, UNIONS
from nplvanalysis.models.counts import RATE, rate_ratios
from nplvanalysis.models.estimates import estimate_row
from nplvanalysis.models.rows import unusable
from nplvanalysis.models.specification import controls_of, cross_section, within, years_of
from nplvanalysis.models.variants import Variant, fit_variant
from nplvanalysis.models.wild_bootstrap import WILD, wild_row
from nplvanalysis.models.wild_draws import LEAST
from nplvanalysis.params import NONE, Study
from nplvanalysis.registers import Row
from nplvanalysis.schema import Column


def estimate_ways(
    panel: pd.DataFrame, row: Row, study: Study, dictionary: dict[str, Column]
) -> pd.DataFrame:
    """Estimate one association by every estimator that gives it in the same units.

    Parameters
    ----------
    panel : DataFrame
        Measures of one level, rows (code, division, year).
    row : Row
        Of estimator cross_section.
    study : Study
    dictionary : dict of str to Column

    Returns
    -------
    DataFrame
        Columns of `estimates.estimate_row`. First least squares as it decides and unweighted, then
        with the wild cluster bootstrap, counts (for a rate whose count is known), balances at the
        mean composition (for a swap), slopes within and between municipalities. What fails is
        there with its reason; what the question does not allow is not there.
    """
    # of the gates only the unweighted fit is shown, and a secondary row has no other
    role = row.role if row.role == "instrument" else "secondary"
    own = row.model_copy(update={"role": role})
    found = {
        way: estimate_row(panel, own.model_copy(update={"estimator": way}), study, dictionary)
        for way in _allowed(panel, row, study)
    }
    plain = found.pop("cross_section")
    parts = [plain, _wild(panel, own, study, plain), *found.values()]
    made = pd.concat(parts, ignore_index=True)
    mean = f"balances at {MEAN}, zeros {study.measures.zero_replacement}"
    kept = made["estimator"].ne("balances") | made["sample"].isin([mean, "main"])
    kept &= made["role"].ne("gate") | (made["weights"].eq("none") & made["sample"].eq("main"))
    kept &= ~made["sample"].isin([UNIONS, CENTRE])
    return made[kept].reset_index(drop=True)


def ratio_of(panel: pd.DataFrame, row: Row, study: Study) -> pd.DataFrame:
    """Give the rate ratio per step with its largest error; no row where counts are not known.

    Parameters
    ----------
    panel : DataFrame
    row : Row
        Of estimator cross_section.
    study : Study

    Returns
    -------
    DataFrame
        At most one row of `counts.rate_ratios`.
    """
    if "count" not in _allowed(panel, row, study):
        return pd.DataFrame()
    try:
        found = rate_ratios(within(panel, row, study), row, study)
    except EstimationError:
        return pd.DataFrame()
    return found.sort_values("std_error").tail(1)


def _allowed(panel: pd.DataFrame, row: Row, study: Study) -> list[str]:
    """Name the estimators that this outcome and contrast allow."""
    count = row.outcome.removesuffix(RATE)
    allowed = ["cross_section"]
    kind = study.models.specifications[row.specification].kind
    allowed += ["count"] if count != row.outcome and count in panel and kind != "blending" else []
    allowed += ["balances"] if kind == "swap" else []
    return [*allowed, "multilevel"] if study.models.cluster != NONE else allowed


def _wild(panel: pd.DataFrame, row: Row, study: Study, plain: pd.DataFrame) -> pd.DataFrame:
    """Bootstrap whole clusters; a study without them turns over its regions."""
    models = study.models
    cluster = models.fixed_effects if models.cluster == NONE else models.cluster
    if cluster == NONE:
        return plain.iloc[:0]
    few = models.model_copy(update={"min_clusters": LEAST, "cluster": cluster})
    table = cross_section(within(panel, row, study), years_of(row, study), row.outcome)
    held = controls_of(row, study)
    try:
        own = study.model_copy(update={"models": few})
        fitted = fit_variant(table, row, Variant(row.role, models.weights, held), own)
        step = models.specifications[row.specification].step
        made = wild_row(fitted, step, own, np.random.default_rng(study.seed))
    except EstimationError as error:
        made = unusable(error.code)
    about = plain.head(1).drop(columns=[name for name in made if name in plain])
    return made.merge(about, how="cross", validate="1:1").assign(sample=WILD)
