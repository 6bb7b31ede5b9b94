"""The registry of estimators: what each fits, the error it uses, and where it should hold.

An estimator that is entered here is tried by `make validity`, without a change elsewhere.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Any, Literal

import pandas as pd

from nplvanalysis.models.design import design
from nplvanalysis.models.regression import Fit, fit
from nplvanalysis.models.specification import Question
from nplvanalysis.models.standard_errors import all_kinds, conley, cr1, cr3, hc3

CONLEY_KM = (5.0, 10.0, 20.0)
WLS, OLS = "WLS", "OLS"
DECIDING = f"{WLS}, largest of all"

# What may tie the errors of two areas: the same cluster, or that they lie close together.
Tie = Literal["cluster", "distance"]


@dataclass(frozen=True)
class Estimate:
    """An estimate per step of its specification, its error, and the degrees of Student's t."""

    estimate: float
    std_error: float
    degrees: int


@dataclass(frozen=True)
class Estimator:
    """One way to answer a question.

    Attributes
    ----------
    name : str
        Unique.
    model : str
        What it fits, in words.
    standard_error : str
        Its convention.
    assumes : str
        Where it should hold, in one line.
    holds_with : frozenset of {"cluster", "distance"}
        Ties between the errors of areas under which it should still hold.
    fits : callable
        Cross-section and question to whatever `reads` understands. Estimators that share this
        function share one fit.
    reads : callable
        Fit and question to an `Estimate`.
    conservative : bool
        True: its intervals are meant to cover at least, and not about, their level.
    """

    name: str
    model: str
    standard_error: str
    assumes: str
    holds_with: frozenset[Tie]
    fits: Callable[[pd.DataFrame, Question], Any]
    reads: Callable[[Any, Question], Estimate]
    conservative: bool = False

    def estimate(self, table: pd.DataFrame, question: Question) -> Estimate:
        """Answer a question.

        Parameters
        ----------
        table : DataFrame
            A cross-section, one row per area.
        question : Question
            Its weights give way to those of the estimator.

        Raises
        ------
        EstimationError
            If it cannot be estimated.
        """
        return self.reads(self.fits(table, question), question)


@dataclass(frozen=True)
class _Error:
    """A standard error with its assumption, apart from the model it is used with."""

    name: str
    convention: str
    assumes: str
    holds_with: frozenset[Tie]
    compute: Callable[[Fit, Question], float]
    conservative: bool = False


def _weighted(table: pd.DataFrame, question: Question) -> Fit:
    own = replace(question, weights=question.models.weights)
    return fit(design(table, own), question.models.identification_r2)


def _unweighted(table: pd.DataFrame, question: Question) -> Fit:
    own = replace(question, weights=None)
    return fit(design(table, own), question.models.identification_r2)


def _conley(cutoff: float) -> _Error:
    return _Error(
        name=f"Conley {cutoff:g} km",
        convention="weight 1 - distance/cut-off between centroids, factor N/(N-k)",
        assumes=f"errors of areas farther apart than {cutoff:g} km are unrelated, and the area "
        "studied is many times wider than that",
        holds_with=frozenset({"distance"}),
        compute=lambda fitted, _: conley(fitted, cutoff),
    )


ERRORS = [
    _Error(
        name="CR1",
        convention="clusters, factor G/(G-1) (N-1)/(N-k), nested effects not in k",
        assumes="errors of areas in different clusters are unrelated; 30 clusters or more, none "
        "of them dominant",
        holds_with=frozenset({"cluster"}),
        compute=lambda fitted, _: cr1(fitted),
    ),
    _Error(
        name="CR3",
        convention="cluster jackknife",
        assumes="as CR1, but also with unequal clusters and single areas of large leverage",
        holds_with=frozenset({"cluster"}),
        compute=lambda fitted, _: cr3(fitted),
    ),
    _Error(
        name="HC3",
        convention="one area at a time, residuals over 1 - leverage",
        assumes="errors of different areas are unrelated, though their spread may differ",
        holds_with=frozenset(),
        compute=lambda fitted, _: hc3(fitted),
    ),
    *(_conley(cutoff) for cutoff in CONLEY_KM),
    _Error(
        name="largest of all",
        convention="the largest of CR1, CR3, HC3 and, from 200 areas on, Conley at each cut-off",
        assumes="as whichever is widest; errs on the side of saying nothing; decides verdicts",
        holds_with=frozenset({"cluster", "distance"}),
        compute=lambda fitted, question: max(
            all_kinds(fitted, question.models.conley_km).values(), default=float("nan")
        ),
        conservative=True,
    ),
]


def _reader(error: _Error) -> Callable[[Fit, Question], Estimate]:
    def read(fitted: Fit, question: Question) -> Estimate:
        step = question.specification.step
        degrees = int(fitted.design.clusters.max())
        return Estimate(step * fitted.estimate, step * error.compute(fitted, question), degrees)

    return read


def _linear(
    short: str, model: str, fits: Callable[[pd.DataFrame, Question], Fit]
) -> list[Estimator]:
    return [
        Estimator(
            name=f"{short}, {error.name}",
            model=model,
            standard_error=error.convention,
            assumes=error.assumes,
            holds_with=error.holds_with,
            fits=fits,
            reads=_reader(error),
            conservative=error.conservative,
        )
        for error in ERRORS
    ]


ESTIMATORS = {
    one.name: one
    for one in [
        *_linear(
            WLS, "least squares with the weights of the study, one effect absorbed", _weighted
        ),
        *_linear(OLS, "least squares, one effect absorbed", _unweighted),
    ]
}


def estimate_all(
    table: pd.DataFrame, question: Question, estimators: Iterable[Estimator] | None = None
) -> dict[str, Estimate]:
    """Answer a question by every estimator, fitting each model once.

    Parameters
    ----------
    table : DataFrame
        A cross-section, one row per area.
    question : Question
    estimators : iterable of Estimator, optional
        None: all that are registered.

    Returns
    -------
    dict of str to Estimate
        By name of the estimator.

    Raises
    ------
    EstimationError
        If a model cannot be estimated.
    """
    fitted: dict[Callable[..., Any], Any] = {}
    found = {}
    for one in ESTIMATORS.values() if estimators is None else estimators:
        if one.fits not in fitted:
            fitted[one.fits] = one.fits(table, question)
        found[one.name] = one.reads(fitted[one.fits], question)
    return found
