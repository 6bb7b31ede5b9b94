"""Permuting changes of tenure between areas: a p that needs no theory of errors."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from nplvanalysis.errors import EstimationError
from nplvanalysis.models.regression import Fit, demean
from nplvanalysis.models.rows import unusable
from nplvanalysis.models.specification import controls_of
from nplvanalysis.models.variants import Variant, fit_variant
from nplvanalysis.params import Study
from nplvanalysis.registers import Row

PERMUTED = "tenure permuted"
DRAWS = 999


@dataclass(frozen=True)
class Permuted:
    """What permutation says of one contrast, per unit of its column.

    `p` compares t-values; `estimates` are those of the draws, shape (draws,).
    """

    p: float
    estimates: np.ndarray


def estimate_permuted(
    table: pd.DataFrame, row: Row, study: Study, rng: np.random.Generator
) -> pd.DataFrame:
    """Compare an estimate with those of areas that got the change of another area.

    Parameters
    ----------
    table : DataFrame
        Changes, one row per area.
    row : Row
    study : Study
    rng : Generator

    Returns
    -------
    DataFrame
        One row of `rows.GIVEN`, role "sensitivity". `std_error` is the spread of the draws, the
        interval the estimate less and plus what 1 - alpha of the draws stay below.
    """
    models = study.models
    specification = models.specifications[row.specification]
    own = Variant("sensitivity", models.weights, controls_of(row, study))
    labels = {"role": own.role, "weights": models.weights, "controls": " + ".join(own.controls)}
    try:
        fitted = fit_variant(table, row, own, study)
    except EstimationError as error:
        return unusable(error.code).assign(sample=PERMUTED, **labels)
    drawn = permuted(fitted, len(specification.terms), rng)
    estimate = fitted.estimate * specification.step
    reach = np.quantile(np.abs(drawn.estimates), 1 - models.alpha) * specification.step
    numbers = {
        "standard_errors": "permutation",
        "estimate": estimate,
        "std_error": float(drawn.estimates.std()) * specification.step,
        "low": estimate - reach,
        "high": estimate + reach,
        "p": drawn.p,
        "degrees": fitted.degrees,
        "n": len(fitted.residuals),
        "clusters": int(fitted.design.clusters.max()) + 1,
        "status": "ok",
    }
    return pd.DataFrame([numbers]).assign(sample=PERMUTED, **labels)


def permuted(fitted: Fit, terms: int, rng: np.random.Generator, draws: int = DRAWS) -> Permuted:
    """Permute the first columns of a fit, as rows, within its fixed effect.

    Shares of one area stay together; outcome, controls and weight stay with their area. What is
    compared is the t-value with an error that is robust to clusters (or to unequal spread, if
    there are none), which keeps its size where spreads differ (DiCiccio and Romano 2017). Areas
    are taken as exchangeable within the fixed effect: what neighbours share is not kept.

    Parameters
    ----------
    fitted : Fit
    terms : int
        How many of the first columns move together.
    rng : Generator
    draws : int

    Returns
    -------
    Permuted
        p = (1 + draws with |t| of at least the observed) / (1 + draws).
    """
    design = fitted.design
    root = np.sqrt(design.weights)
    rest = fitted.regressors[:, terms:]
    held = np.linalg.qr(rest)[0] if rest.shape[1] else np.zeros((len(root), 0))
    outcome = demean(design.outcome, design.groups, design.weights) * root
    outcome = outcome - held @ (held.T @ outcome)
    order = np.argsort(design.groups, kind="stable")

    def refit(columns: np.ndarray) -> tuple[float, float]:
        own = demean(columns, design.groups, design.weights) * root[:, None]
        return _contrast(own - held @ (held.T @ own), outcome, design.clusters, design.position)

    moved = design.columns[:, :terms]
    observed = abs(refit(moved)[1])
    found = np.empty((draws, 2))
    for draw in range(draws):
        shuffled = np.empty(len(root), dtype=np.int64)
        shuffled[order] = np.lexsort((rng.random(len(root)), design.groups))
        found[draw] = refit(moved[shuffled])
    # A hair of slack: a draw that repeats the observed order must count as reaching it.
    reached = np.abs(found[:, 1]) >= observed * (1 - 1e-12)
    return Permuted(p=float((1 + reached.sum()) / (1 + draws)), estimates=found[:, 0])


def _contrast(
    columns: np.ndarray, outcome: np.ndarray, clusters: np.ndarray, position: int
) -> tuple[float, float]:
    """Give a coefficient and its t; factors that are the same in every draw are left out."""
    bread = np.linalg.inv(columns.T @ columns)
    estimates = bread @ (columns.T @ outcome)
    scores = (columns @ bread[:, position]) * (outcome - columns @ estimates)
    sums = np.bincount(clusters, scores)
    return estimates[position], estimates[position] / np.sqrt(sums @ sums)
