"""The arrays of one fit, and which designs are refused."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from nplvanalysis.errors import (
    NoVariationError,
    TooFewAreasError,
    TooFewClustersError,
)
from nplvanalysis.models.specification import Question, losses
from nplvanalysis.params import NONE, Models


@dataclass(frozen=True)
class Design:
    """Complete cases of one specification.

    Attributes
    ----------
    codes, outcome : ndarray, shape (n,)
    columns : ndarray, shape (n, k)
    names : tuple of str
    position : int
        Which column is the contrast.
    weights : ndarray, shape (n,)
        Positive; ones if unweighted.
    groups, clusters : ndarray of int, shape (n,)
        Codes of the fixed effect and of the cluster; without clusters every area is its own.
    places : ndarray, shape (n, 2)
        Coordinates in metres; NaN where unknown.
    """

    codes: np.ndarray
    outcome: np.ndarray
    columns: np.ndarray
    names: tuple[str, ...]
    position: int
    weights: np.ndarray
    groups: np.ndarray
    clusters: np.ndarray
    places: np.ndarray

    def subset(self, keep: np.ndarray) -> Design:
        """Keep some areas; groups and clusters are numbered anew."""
        return replace(
            self,
            codes=self.codes[keep],
            outcome=self.outcome[keep],
            columns=self.columns[keep],
            weights=self.weights[keep],
            groups=np.unique(self.groups[keep], return_inverse=True)[1],
            clusters=np.unique(self.clusters[keep], return_inverse=True)[1],
            places=self.places[keep],
        )

    def without_singletons(self) -> Design:
        """Drop areas that are alone in their fixed effect."""
        return self.subset(np.bincount(self.groups)[self.groups] > 1)


def design(table: pd.DataFrame, question: Question) -> Design:
    """Choose the areas and build the arrays of one fit.

    Areas that are alone in their fixed effect are left out: they say nothing about the slopes and
    would distort the errors.

    Parameters
    ----------
    table : DataFrame
        A cross-section, one row per area; with `x` and `y` in metres if known.
    question : Question
        Among its controls, urbanity becomes dummies of its classes.

    Returns
    -------
    Design

    Raises
    ------
    EstimationError
        If a column is missing or does not vary, or areas or clusters are too few.
    """
    models, terms = question.models, question.specification.terms
    cases = table[losses(table, question) == ""].sort_values("code", ignore_index=True)
    weights = cases[question.weights].to_numpy(float) if question.weights else np.ones(len(cases))
    regressors = pd.concat([cases[terms], _controls(cases, question.controls)], axis=1)
    made = Design(
        codes=cases["code"].to_numpy(),
        outcome=cases[question.outcome].to_numpy(float),
        columns=regressors.to_numpy(float),
        names=tuple(regressors.columns),
        position=terms.index(question.specification.contrast),
        weights=weights,
        groups=_groups(cases, models.fixed_effects),
        clusters=_groups(cases, "code" if models.cluster == NONE else models.cluster),
        places=cases.reindex(columns=["x", "y"]).to_numpy(float),
    )
    refuse_small(made, models, question.outcome)
    _refuse_flat(made, question.outcome)
    return made


def _groups(cases: pd.DataFrame, column: str) -> np.ndarray:
    """Give areas the number of their group; without a column all are one group."""
    if column == NONE:
        return np.zeros(len(cases), dtype=np.int64)
    return pd.factorize(cases[column], sort=True)[0]


def _controls(cases: pd.DataFrame, controls: list[str]) -> pd.DataFrame:
    parts = [
        pd.get_dummies(cases[name], prefix=name, drop_first=True, dtype=float)
        if name == "urbanity"
        else cases[[name]]
        for name in controls
    ]
    return pd.concat(parts, axis=1) if parts else pd.DataFrame(index=cases.index)


def refuse_small(made: Design, models: Models, outcome: str) -> None:
    """Refuse fewer areas or clusters than the study asks for."""
    clusters = len(np.unique(made.clusters))
    counts = {
        TooFewAreasError: (len(made.codes), models.min_areas, "areas with all columns present"),
        TooFewClustersError: (clusters, models.min_clusters, "clusters"),
    }
    for kind, (got, least, what) in counts.items():
        if got < least:
            raise kind(
                "There are too few cases for an estimate with an honest error.",
                where=f"outcome {outcome}",
                expected=f"at least {least} {what}",
                got=str(got),
                todo="Report it as not testable in this study.",
            )


def _refuse_flat(made: Design, outcome: str) -> None:
    flat = [made.names[made.position]] if np.ptp(made.columns[:, made.position]) == 0 else []
    flat += [outcome] if np.ptp(made.outcome) == 0 else []
    if flat:
        raise NoVariationError(
            "A column does not vary.",
            where=", ".join(flat),
            expected="an exposure and an outcome that differ between areas",
            got="one value everywhere",
            todo="Look at the source of the column.",
        )
