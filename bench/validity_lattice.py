"""Whether estimators of spatially correlated errors find the correlation that is there.

The model y = 1 + x b + u, u = lambda W u + e on a lattice, W the row-standardised neighbours. It is
fitted by this repository's sparse likelihood and by spreg, without dummies and with one for each
square of 5 x 5 areas, as for a municipality.
"""

from __future__ import annotations

import contextlib
import io
import warnings
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from scipy import sparse

from nplvanalysis.models.design import Design
from nplvanalysis.models.neighbours import Neighbours
from nplvanalysis.models.regression import fit
from nplvanalysis.models.spatial_design import spatial_design
from nplvanalysis.models.spatial_error import error_by_likelihood

ROWS, COLUMNS, LAMBDA, SLOPES, SQUARE = 40, 50, 0.5, (1.0, -0.5), 5
# Of the two likelihoods of this repository: the one that is used, and the textbook's.
OWN = {"restricted likelihood": True, "plain likelihood": False}
DUMMIES = "; municipal dummies"
# How often each is run: the exact methods of spreg take seconds each.
RUNS = {
    **dict.fromkeys([*OWN, "spreg GM_Error_Het"], 200),
    **dict.fromkeys([f"{name}{DUMMIES}" for name in (*OWN, "spreg GM_Error_Het")], 200),
    "spreg ML_Error, ord": 20,
    "spreg ML_Error, full": 10,
}


@dataclass(frozen=True)
class _Map:
    """The lattice: weights of libpysal, the same as a graph of ours, and the municipalities."""

    weights: Any
    neighbours: Neighbours
    municipalities: np.ndarray


def _lattice() -> _Map:
    import libpysal

    weights = libpysal.weights.lat2W(ROWS, COLUMNS, rook=False)
    codes, links = np.arange(ROWS * COLUMNS), sparse.csr_array(weights.sparse)
    weights.transform = "r"
    row, column = np.divmod(codes, COLUMNS)
    squares = row // SQUARE * COLUMNS + column // SQUARE
    graph = Neighbours("queen", codes.astype(str), links, (), 1, 1.5)
    return _Map(weights, graph, np.unique(squares, return_inverse=True)[1])


def runs(seed: int, counts: dict[str, int] | None = None) -> pd.DataFrame:
    """Simulate and fit.

    Parameters
    ----------
    seed : int
        The k-th data set is the same for every estimator.
    counts : dict of str to int, optional
        None: `RUNS`.

    Returns
    -------
    DataFrame
        estimator, run, estimate (of lambda), std_error.
    """
    from scipy.sparse.linalg import splu

    area, size = _lattice(), ROWS * COLUMNS
    filtered = sparse.eye_array(size) - LAMBDA * area.neighbours.rows
    solve = splu(sparse.csc_matrix(filtered)).solve
    found = []
    for estimator, count in (counts or RUNS).items():
        for run in range(count):
            rng = np.random.default_rng([seed, run])
            regressors = rng.standard_normal((size, len(SLOPES)))
            outcome = 1 + regressors @ SLOPES + solve(rng.standard_normal(size))
            found.append((estimator, run, *_fitted(estimator, outcome, regressors, area)))
    return pd.DataFrame(found, columns=["estimator", "run", "estimate", "std_error"])


def _fitted(
    estimator: str, outcome: np.ndarray, regressors: np.ndarray, area: _Map
) -> tuple[float, float]:
    name = estimator.removesuffix(DUMMIES)
    groups = area.municipalities if name != estimator else np.zeros(len(outcome), dtype=int)
    if name in OWN:
        space = spatial_design(fit(_design(outcome, regressors, groups)), area.neighbours)
        made = error_by_likelihood(space, restricted=OWN[name])
        return made.strength, made.strength_error
    dummies = np.eye(groups.max() + 1)[groups][:, 1:]
    return _by_spreg(name.removeprefix("spreg "), outcome, np.hstack([regressors, dummies]), area)


def _design(outcome: np.ndarray, regressors: np.ndarray, groups: np.ndarray) -> Design:
    count = len(outcome)
    return Design(
        codes=np.arange(count).astype(str),
        outcome=outcome,
        columns=regressors,
        names=tuple(f"x{one}" for one in range(regressors.shape[1])),
        position=0,
        weights=np.ones(count),
        groups=groups,
        clusters=np.arange(count),
        places=np.full((count, 2), np.nan),
    )


def _by_spreg(
    estimator: str, outcome: np.ndarray, regressors: np.ndarray, area: _Map
) -> tuple[float, float]:
    import spreg

    name, _, method = estimator.partition(", ")
    options = {"method": method} if method else {}
    # it prints its progress, and warns of a tolerance and of a pandas call that are its own
    with contextlib.redirect_stdout(io.StringIO()), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model = getattr(spreg, name)(outcome[:, None], regressors, w=area.weights, **options)
    return float(np.ravel(model.betas)[-1]), float(np.ravel(model.std_err)[-1])


def summary(found: pd.DataFrame) -> pd.DataFrame:
    """Count how often lambda lies within two errors of its estimate.

    Returns
    -------
    DataFrame
        estimator, runs, mean (of the estimates), mean_mc (its Monte Carlo error), sd, ratio
        (mean error over sd), within (share), within_mc.
    """
    rows = []
    for name, runs_ in found.groupby("estimator", sort=False):
        within = (runs_["estimate"] - LAMBDA).abs() <= 2 * runs_["std_error"]
        count, sd, share = len(runs_), runs_["estimate"].std(), within.mean()
        rows.append(
            {
                "estimator": name,
                "runs": count,
                "mean": runs_["estimate"].mean(),
                "mean_mc": sd / np.sqrt(count),
                "sd": sd,
                "ratio": runs_["std_error"].mean() / sd,
                "within": share,
                "within_mc": np.sqrt(share * (1 - share) / count),
            }
        )
    return pd.DataFrame(rows)
