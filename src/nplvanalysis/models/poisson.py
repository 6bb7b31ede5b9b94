"""Poisson pseudo-maximum likelihood of counts with an offset and one absorbed effect."""

from __future__ import annotations

import warnings
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from nplvanalysis.errors import NoCountsError, NotConvergedError
from nplvanalysis.models.absorbing import refuse_undemeaned
from nplvanalysis.models.design import Design
from nplvanalysis.models.regression import Fit, fit

STEPS = 100
PER = 1000


@dataclass(frozen=True)
class Counted:
    """Complete cases of a model of counts.

    Attributes
    ----------
    design : Design
        Its outcome is the count, its weights are those of averages over areas.
    exposed, residents : ndarray, shape (n,)
        What the count is relative to (residents or dwellings), and what the rate is.
    prior : ndarray, shape (n,)
        Weight of each area in the likelihood: ones, unless all areas are to count alike.
    """

    design: Design
    exposed: np.ndarray
    residents: np.ndarray
    prior: np.ndarray

    def subset(self, keep: np.ndarray) -> Counted:
        """Keep some areas."""
        rest = (self.exposed[keep], self.residents[keep], self.prior[keep])
        return Counted(self.design.subset(keep), *rest)

    def with_counts(self) -> Counted:
        """Leave out groups in which nothing was counted: their effect is minus infinity."""
        groups = self.design.groups
        return self.subset(np.bincount(groups, self.design.outcome)[groups] > 0)


@dataclass(frozen=True)
class PoissonFit:
    """A fitted model of counts; arrays are in the order of the areas.

    Attributes
    ----------
    fit : Fit
        The weighted regression that the likelihood ends in: coefficients of the logarithm of the
        rate, weights the expected counts, outcome the working response.
    counted : Counted
        The areas that are used.
    expected : ndarray, shape (n,)
        Fitted counts.
    zero_groups : int
        Fixed effects left out because nothing was counted in them.
    """

    fit: Fit
    counted: Counted
    expected: np.ndarray
    zero_groups: int

    @property
    def rates(self) -> np.ndarray:
        """Fitted rates per 1000 residents, shape (n,)."""
        return PER * self.expected / self.counted.residents


def poisson_fit(made: Counted, identification_r2: float = 1.0) -> PoissonFit:
    """Fit counts by Poisson pseudo-maximum likelihood.

    Only the mean has to be right: counts need not be Poisson (Gourieroux, Monfort and Trognon
    1984). pyfixest finds the estimates; one more weighted regression, which leaves them where they
    are, gives what errors are made of. CR1 is then the sandwich of the likelihood; CR3 and HC3
    leave out with one step of Newton instead of a new fit (MacKinnon, Nielsen and Webb 2025).

    Parameters
    ----------
    made : Counted
    identification_r2 : float
        See `regression.fit`.

    Returns
    -------
    PoissonFit

    Raises
    ------
    EstimationError
        If nothing was counted, a count is negative, regressors foretell some zeros with certainty,
        the fit does not converge, or the regressors are refused by `regression.fit`.
    """
    _refuse_counts(made.design.outcome)
    used = made.with_counts()
    zero_groups = int(made.design.groups.max() - used.design.groups.max())
    expected = _expected(used)
    response = np.log(expected / used.exposed) + used.design.outcome / expected - 1
    working = replace(used.design, outcome=response, weights=used.prior * expected)
    found = fit(working, identification_r2)
    return PoissonFit(found, used, expected, zero_groups)


def _refuse_counts(counts: np.ndarray) -> None:
    if counts.min() < 0 or counts.max() <= 0:
        raise NoCountsError(
            "The counts cannot be modelled.",
            where="the outcome of a model of counts",
            expected="counts of 0 and more, not all 0",
            got=f"from {counts.min():g} to {counts.max():g} in {len(counts):,} areas",
            todo="Report it as not testable in this study.",
        )


def _expected(made: Counted) -> np.ndarray:
    names = [f"x{i}" for i in range(made.design.columns.shape[1])]
    data = pd.DataFrame(made.design.columns, columns=names).assign(
        counted=made.design.outcome,
        group=made.design.groups,
        prior=made.prior,
        offset=np.log(made.exposed),
    )
    fitted = _fepois(f"counted ~ {' + '.join(names)} | group", data)
    certain = len(fitted.na_index)
    if certain:
        raise NoCountsError(
            "Regressors foretell a count of zero with certainty: their coefficient is infinite.",
            where=", ".join(made.design.names),
            expected="no set of areas with zeros only that regressors single out",
            got=f"{certain} such areas of {len(data):,}",
            todo="Leave out the regressor, or model the rate by least squares.",
        )
    return fitted.predict(type="response")


def _fepois(formula: str, data: pd.DataFrame) -> Any:
    import pyfixest

    with warnings.catch_warnings(record=True) as told:
        # pyfixest 0.60 still uses what pandas 3.1 gives up; what else it warns of is counted here.
        warnings.simplefilter("always")
        try:
            fitted = pyfixest.fepois(
                formula,
                data=data,
                vcov="iid",  # not used: the CRV3 of 0.60 refits without the offset
                weights="prior",
                offset="offset",
                ssc=pyfixest.ssc(k_adj=True, k_fixef="nonnested", G_adj=True, G_df="min"),
                fixef_rm="none",
                separation_check=["ir"],
                iwls_tol=1e-12,
                iwls_maxiter=STEPS,
            )
        except ValueError as error:
            refuse_undemeaned(error)
            raise
    unended = any("before convergence" in str(one.message) for one in told)
    if unended or not (fitted.convergence and np.isfinite(fitted.deviance)):
        raise NotConvergedError(
            "The model of counts did not converge.",
            where="nplvanalysis.models.poisson",
            expected=f"a deviance that stands still within {STEPS} steps, and an answer to "
            "whether some zeros are certain",
            got=f"deviance {fitted.deviance:g} for {len(data):,} areas",
            todo="Look for areas or controls that foretell a count of zero.",
        )
    return fitted
