"""Linear mixed models by optimisers of which two must agree."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import Any

import numpy as np

from nplvanalysis.errors import NotConvergedError

OPTIMISERS = ("lbfgs", "powell")
# Asked where these differ: gradients stop short where a slope hardly differs between groups.
THIRD, STEPS = "nm", 5_000
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
        Restricted; the largest of all optimisers.
    disagreement : float
        By how much the two largest log-likelihoods differ.
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
    """Fit a linear mixed model by restricted maximum likelihood, with two optimisers or three.

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
    NotConvergedError
        If no two optimisers converge at the largest maximum.
    """
    from statsmodels.regression.mixed_linear_model import MixedLM

    model = MixedLM(outcome, columns, groups=groups, exog_re=random)
    with warnings.catch_warnings():
        # What the warnings say is asked of the results below.
        warnings.simplefilter("ignore")
        tried = [model.fit(method=one, reml=True) for one in OPTIMISERS]
        if not _settled(tried):
            tried.append(model.fit(method=THIRD, reml=True, maxiter=STEPS))
    if not _settled(tried):
        raise NotConvergedError(
            "The multilevel model did not converge.",
            where=f"{len(outcome)} areas in {len(np.unique(groups))} groups",
            expected="one maximum, found by two optimisers",
            got=", ".join(
                f"{name}: {'' if one.converged else 'not '}converged at {one.llf:.4f}"
                for name, one in zip((*OPTIMISERS, THIRD), tried, strict=False)
            ),
            todo="Report it as not estimated; leave out the random slope.",
        )
    ended = sorted(_ended(tried), key=lambda one: -one.llf)
    best = ended[0]
    return Mixed(
        estimates=np.asarray(best.fe_params),
        std_errors=np.asarray(best.bse_fe),
        spread=np.asarray(best.cov_re),
        scale=float(best.scale),
        log_likelihood=float(best.llf),
        disagreement=float(best.llf - ended[1].llf),
        effects=np.array([np.asarray(one) for _, one in sorted(best.random_effects.items())]),
    )


def _ended(tried: list[Any]) -> list[Any]:
    return [one for one in tried if one.converged and np.isfinite(one.llf)]


def _settled(tried: list[Any]) -> bool:
    """Whether two that ended are at the largest likelihood that any of them saw."""
    ended = _ended(tried)
    if len(ended) < 2:
        return False
    highest = np.nanmax([one.llf for one in tried])
    return sum(one.llf >= highest - AGREEMENT for one in ended) >= 2
