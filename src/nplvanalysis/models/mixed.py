"""Linear mixed models by two optimisers that must agree."""

from __future__ import annotations

import warnings
from dataclasses import dataclass

import numpy as np

from nplvanalysis.errors import EstimationError

OPTIMISERS = ("lbfgs", "powell")
# Log-likelihoods of two optimisers that differ by more have not found the same maximum.
AGREEMENT = 0.01


@dataclass(frozen=True)
class Mixed:
    """A linear model with an intercept and a slope drawn for each group.

    Attributes
    ----------
    estimates, std_errors : ndarray, shape (k,)
    spread : ndarray, shape (q, q)
        Covariance of the random effects.
    scale : float
        Variance of the residuals.
    log_likelihood : float
        Restricted; the larger of both optimisers.
    disagreement : float
        By how much the log-likelihoods of the optimisers differ; NaN where one did not end.
    effects : ndarray, shape (G, q)
        Predicted random effects, groups in sorted order.
    """

    estimates: np.ndarray
    std_errors: np.ndarray
    spread: np.ndarray
    scale: float
    log_likelihood: float
    disagreement: float
    effects: np.ndarray


def fit_mixed(
    outcome: np.ndarray, columns: np.ndarray, groups: np.ndarray, random: np.ndarray
) -> Mixed:
    """Fit a linear mixed model by restricted maximum likelihood, with two optimisers.

    Parameters
    ----------
    outcome : ndarray, shape (n,)
    columns : ndarray, shape (n, k)
        Fixed part, constant included.
    groups : ndarray of int, shape (n,)
    random : ndarray, shape (n, q)
        Columns whose coefficients differ between groups.

    Returns
    -------
    Mixed

    Raises
    ------
    EstimationError
        If neither optimiser converges, or they end at different maxima.
    """
    from statsmodels.regression.mixed_linear_model import MixedLM

    model = MixedLM(outcome, columns, groups=groups, exog_re=random)
    with warnings.catch_warnings():
        # What the warnings say is asked of the results below.
        warnings.simplefilter("ignore")
        tried = [model.fit(method=one, reml=True) for one in OPTIMISERS]
    # The larger log-likelihood, unless no optimiser says that it ended, or the other disagrees.
    ended = [one for one in tried if one.converged and np.isfinite(one.llf)]
    best = max(ended, key=lambda one: one.llf, default=None)
    if best is None or not all(
        abs(one.llf - best.llf) <= AGREEMENT for one in tried if one.converged or one.llf > best.llf
    ):
        raise EstimationError(
            "The multilevel model did not converge.",
            where=f"{len(outcome)} areas in {len(np.unique(groups))} groups",
            expected=f"one maximum, found by {' and '.join(OPTIMISERS)}",
            got=", ".join(
                f"{name}: {'' if one.converged else 'not '}converged at {one.llf:.4f}"
                for name, one in zip(OPTIMISERS, tried, strict=True)
            ),
            todo="Report it as not estimated; leave out the random slope.",
        )
    return Mixed(
        estimates=np.asarray(best.fe_params),
        std_errors=np.asarray(best.bse_fe),
        spread=np.asarray(best.cov_re),
        scale=float(best.scale),
        log_likelihood=float(best.llf),
        disagreement=abs(ended[0].llf - ended[1].llf) if len(ended) > 1 else float("nan"),
        effects=np.array([np.asarray(one) for _, one in sorted(best.random_effects.items())]),
    )
