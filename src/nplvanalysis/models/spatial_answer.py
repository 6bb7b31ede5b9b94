"""What models of space say of one fit on one graph, as one row of a table."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd

from nplvanalysis.errors import EstimationError
from nplvanalysis.models.regression import Fit
from nplvanalysis.models.rows import tidy, with_interval
from nplvanalysis.models.spatial_design import SpatialDesign
from nplvanalysis.models.spatial_diagnostics import moran, multipliers
from nplvanalysis.models.spatial_error import error_by_likelihood
from nplvanalysis.models.spatial_lag import impacts, lag_by_instruments
from nplvanalysis.models.wild_bootstrap import wild_row
from nplvanalysis.params import Study


def deciding(fitted: Fit, step: float, study: Study) -> dict[str, object]:
    """Give an estimate as it decides: widest error; where clusters are few, the wild bootstrap.

    Parameters
    ----------
    fitted : Fit
    step : float
    study : Study

    Returns
    -------
    dict of str to object
        estimate, std_error, low, high.
    """
    clusters = int(fitted.design.clusters.max()) + 1
    if clusters < study.models.min_clusters:
        kinds = wild_row(fitted, step, study, np.random.default_rng(study.seed))
    else:
        kinds = tidy(fitted, step, study)
    widest = kinds.iloc[int(kinds["std_error"].argmax())]
    return {name: float(widest[name]) for name in ("estimate", "std_error", "low", "high")}


def answer(space: SpatialDesign, step: float, study: Study) -> dict[str, object]:
    """Look at one fit on one graph: residuals, error model, lag model.

    Parameters
    ----------
    space : SpatialDesign
    step : float
        Estimates are per this many units of the contrast.
    study : Study

    Returns
    -------
    dict of str to object
        Columns of `spatial.spatial_table` on graph, residuals and models. A model that fails leaves
        its reason.
    """
    fitted, graph = space.fitted, space.neighbours
    found = {
        "n": len(fitted.residuals),
        "neighbours": float(graph.degrees.mean()),
        "reach_km": graph.reach / 1000,
        "islands": len(graph.islands),
        "island_codes": ", ".join(graph.islands[:5]),
        "components": graph.components,
        **_residuals(space),
        **_tried("error", lambda: _error(space, step)),
        **_tried("lag", lambda: _lag(space, step)),
    }
    free = len(fitted.residuals) - space.parameters - 1
    return found | _intervals(found, free, study.models.alpha)


def _residuals(space: SpatialDesign) -> dict[str, object]:
    own = moran(space)
    found: dict[str, object] = {
        "moran": own.value,
        "moran_expected": own.expected,
        "moran_z": own.z,
        "moran_p": own.p,
    }
    for name, test in multipliers(space).items():
        found |= {f"lm_{name}": test.statistic, f"lm_{name}_p": test.p}
    return found


def _tried(name: str, estimate: Callable[[], dict[str, object]]) -> dict[str, object]:
    try:
        return {f"{name}_status": "ok"} | estimate()
    except EstimationError as error:
        return {f"{name}_status": error.code}


def _error(space: SpatialDesign, step: float) -> dict[str, object]:
    made, own = error_by_likelihood(space), space.fitted.design.position
    return {
        "error_lambda": made.strength,
        "error_lambda_se": made.strength_error,
        "error": step * made.estimates[own],
        "error_se": step * made.robust_errors[own],
    }


def _lag(space: SpatialDesign, step: float) -> dict[str, object]:
    made = lag_by_instruments(space)
    found = impacts(space, made)
    parts = {"direct": found.direct, "indirect": found.indirect, "total": found.total}
    numbers = {
        "lag_rho": made.strength,
        "lag_rho_se": made.strength_error,
        "lag_f": made.instrument_f,
    }
    for name, part in parts.items():
        numbers |= {name: step * part.estimate, f"{name}_se": step * part.std_error}
    return dict(numbers)


def _intervals(found: dict[str, object], free: int, alpha: float) -> dict[str, object]:
    ends: dict[str, object] = {"degrees": free}
    for name in ("error", "total"):
        if name in found:
            numbers = {"estimate": found[name], "std_error": found[f"{name}_se"], "degrees": free}
            one = with_interval(pd.DataFrame([numbers]), alpha).iloc[0]
            ends |= {f"{name}_{end}": float(one[end]) for end in ("low", "high", "p")}
    return ends
