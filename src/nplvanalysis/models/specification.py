"""From a specification (data) to a design (arrays)."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from nplvanalysis.errors import (
    ColumnMissingError,
    EstimationError,
    ParameterError,
    TooFewAreasError,
    TooFewClustersError,
)
from nplvanalysis.params import Models, Sample, Specification, Study


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
        Codes of the fixed effect and of the cluster.
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


def cross_section(panel: pd.DataFrame, study: Study, outcome: str) -> pd.DataFrame:
    """Put the outcome of one year beside the housing of another.

    Parameters
    ----------
    panel : DataFrame
        Rows (code, division, year).
    study : Study
    outcome : str

    Returns
    -------
    DataFrame
        One row per code that the exposure year has; `outcome` from the outcome year.

    Raises
    ------
    ParameterError
        If the exposure year has no figures.
    """
    base = panel[panel["year"] == study.years.exposure]
    if base.empty:
        raise ParameterError(
            "There are no figures of the year that the study asks for.",
            where="params.yaml, years.exposure",
            expected=f"one of {', '.join(map(str, sorted(set(panel['year']))))}",
            got=str(study.years.exposure),
            todo="Choose one of these years, or add a source.",
        )
    if study.years.outcome == study.years.exposure or outcome not in panel:
        return base
    later = panel.loc[panel["year"] == study.years.outcome, ["code", outcome]]
    return base.drop(columns=outcome).merge(later, on="code", how="left", validate="1:1")


def losses(
    table: pd.DataFrame,
    outcome: str,
    specification: Specification,
    models: Models,
    sample: Sample,
    controls: list[str],
    weights: str | None,
) -> pd.Series:
    """Say for each area why it is left out of a fit.

    Parameters are those of `design`.

    Returns
    -------
    Series of str
        The first demand that is not met: "small", "unknown" (tenure), "no" and the missing
        column, "alone" (in its fixed effect); empty for areas that are used.

    Raises
    ------
    ColumnMissingError
        If a column is not in the table, or has no value at all.
    """
    needed = [*specification.terms, outcome, *controls, models.fixed_effects, models.cluster]
    needed = list(dict.fromkeys([*needed, *([weights] if weights else [])]))
    _refuse_missing(table, ["dwellings", *needed])
    unknown = table.get("tenure_unknown", pd.Series(0.0, index=table.index)).fillna(0)
    demands = {
        "small": table["dwellings"] >= sample.min_dwellings,
        "unknown": unknown <= sample.max_tenure_unknown,
        **{f"no {name}": table[name].notna() for name in needed},
    }
    reasons = pd.Series("", index=table.index)
    for reason, met in demands.items():
        reasons = reasons.mask((reasons == "") & ~met, reason)
    used = reasons == ""
    sizes = table.loc[used, models.fixed_effects].value_counts()
    alone = used & table[models.fixed_effects].map(sizes).eq(1)
    return reasons.mask(alone, "alone")


def design(
    table: pd.DataFrame,
    outcome: str,
    specification: Specification,
    models: Models,
    sample: Sample,
    controls: list[str],
    weights: str | None,
) -> Design:
    """Choose the areas and build the arrays of one fit.

    Areas that are alone in their fixed effect are left out: they say nothing about the slopes and
    would distort the errors.

    Parameters
    ----------
    table : DataFrame
        A cross-section, one row per area; with `x` and `y` in metres if known.
    outcome, specification : str, Specification
    models : Models
        Fixed effect, cluster and the smallest numbers of areas and clusters.
    sample : Sample
        Areas with fewer dwellings or more unknown tenure are left out.
    controls : list of str
        Urbanity becomes dummies of its classes.
    weights : str or None
        Column of weights; None for equal weights.

    Returns
    -------
    Design

    Raises
    ------
    EstimationError
        If a column is missing or does not vary, or areas or clusters are too few.
    """
    reasons = losses(table, outcome, specification, models, sample, controls, weights)
    cases = table[reasons == ""].sort_values("code", ignore_index=True)
    regressors = pd.concat([cases[specification.terms], _controls(cases, controls)], axis=1)
    made = Design(
        codes=cases["code"].to_numpy(),
        outcome=cases[outcome].to_numpy(float),
        columns=regressors.to_numpy(float),
        names=tuple(regressors.columns),
        position=specification.terms.index(specification.contrast),
        weights=cases[weights].to_numpy(float) if weights else np.ones(len(cases)),
        groups=pd.factorize(cases[models.fixed_effects], sort=True)[0],
        clusters=pd.factorize(cases[models.cluster], sort=True)[0],
        places=cases.reindex(columns=["x", "y"]).to_numpy(float),
    )
    refuse_small(made, models, outcome)
    _refuse_flat(made, outcome)
    return made


def _controls(cases: pd.DataFrame, controls: list[str]) -> pd.DataFrame:
    parts = [
        pd.get_dummies(cases[name], prefix=name, drop_first=True, dtype=float)
        if name == "urbanity"
        else cases[[name]]
        for name in controls
    ]
    return pd.concat(parts, axis=1) if parts else pd.DataFrame(index=cases.index)


def _refuse_missing(table: pd.DataFrame, needed: list[str]) -> None:
    missing = [name for name in needed if name not in table or table[name].isna().all()]
    if missing:
        raise ColumnMissingError(
            "A column that the model needs is missing.",
            where="the cross-section of this study",
            expected=", ".join(needed),
            got=f"no value for {', '.join(missing)}",
            todo="Report it as not testable in this study, or add a source that has the column.",
        )


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
        raise EstimationError(
            "A column does not vary.",
            where=", ".join(flat),
            expected="an exposure and an outcome that differ between areas",
            got="one value everywhere",
            todo="Look at the source of the column.",
        )
