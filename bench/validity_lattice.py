"""Whether estimators of spatially correlated errors find the correlation that is there.

The model y = 1 + x b + u, u = lambda W u + e on a lattice, W the row-standardised neighbours.
It is fitted by spreg: this repository has no spatial error estimator of its own yet.
"""

from __future__ import annotations

import contextlib
import io
import warnings

import numpy as np
import pandas as pd

ROWS, COLUMNS, LAMBDA, SLOPES = 40, 50, 0.5, (1.0, -0.5)
# How often each is run: the exact methods take seconds each.
RUNS = {"GM_Error_Het": 200, "ML_Error, ord": 20, "ML_Error, full": 10}


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
    import libpysal
    from scipy.sparse import eye
    from scipy.sparse.linalg import splu

    weights = libpysal.weights.lat2W(ROWS, COLUMNS, rook=False)
    weights.transform = "r"
    size = ROWS * COLUMNS
    solve = splu((eye(size) - LAMBDA * weights.sparse).tocsc()).solve
    found = []
    for estimator, count in (counts or RUNS).items():
        for run in range(count):
            rng = np.random.default_rng([seed, run])
            regressors = rng.standard_normal((size, len(SLOPES)))
            outcome = 1 + regressors @ SLOPES + solve(rng.standard_normal(size))
            found.append((estimator, run, *_fitted(estimator, outcome, regressors, weights)))
    return pd.DataFrame(found, columns=["estimator", "run", "estimate", "std_error"])


def _fitted(
    estimator: str, outcome: np.ndarray, regressors: np.ndarray, weights: object
) -> tuple[float, float]:
    import spreg

    name, _, method = estimator.partition(", ")
    options = {"method": method} if method else {}
    # it prints its progress, and warns of a tolerance and of a pandas call that are its own
    with contextlib.redirect_stdout(io.StringIO()), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model = getattr(spreg, name)(outcome[:, None], regressors, w=weights, **options)
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
