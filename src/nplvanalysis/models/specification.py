"""From a specification (data) to a design (arrays), past the guard against circularity."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from nplvanalysis.errors import (
    CircularityError,
    EstimationError,
    TooFewAreasError,
    TooFewClustersError,
)
from nplvanalysis.params import Models, Sample, Specification, Study
from nplvanalysis.registers import Row
from nplvanalysis.schema import Column

LEEFBAAROMETER = ("lbm", "afw", "fys", "onv", "soc", "vrz", "won")


@dataclass(frozen=True)
class Design:
    """Complete cases of one specification.

    Attributes
    ----------
    codes : ndarray of str, shape (n,)
    outcome : ndarray, shape (n,)
    columns : ndarray, shape (n, k)
    names : tuple of str
        Of the k columns.
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
        """Keep some areas; codes of groups and clusters are made contiguous again."""
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


def refuse_circular(row: Row, specification: Specification, dictionary: dict[str, Column]) -> None:
    """Refuse outcomes that were made with housing indicators.

    Parameters
    ----------
    row : Row
        Outcome and role.
    specification : Specification
        Its terms are the exposure.
    dictionary : dict of str to Column
        With the flag `modelled_with_housing`.

    Raises
    ------
    CircularityError
        If the outcome is flagged and the role is confirmatory, if it is certainly made of
        housing and decides a verdict, or if property value is the exposure of a
        Leefbaarometer outcome (its model was fitted on house prices).
    """
    flag = dictionary[row.outcome].modelled_with_housing
    allowed = {"no": True, "suspected": row.role in ("instrument", "decomposition")}
    if not allowed.get(flag, row.role == "decomposition"):
        raise CircularityError(
            "The outcome was made with housing indicators: housing would explain itself.",
            where=f"outcome {row.outcome!r} in role {row.role!r}",
            expected="an outcome with modelled_with_housing = no in data/columns.csv",
            got=f"modelled_with_housing = {flag}",
            todo="Use registered crime, a direct survey or a register; show the Leefbaarometer "
            "as role 'decomposition', or a dimension without housing as role 'instrument'.",
        )
    if row.outcome in LEEFBAAROMETER and "woz" in specification.terms:
        raise CircularityError(
            "Property value cannot explain the Leefbaarometer, which was fitted on house prices.",
            where=f"outcome {row.outcome!r}, terms {specification.terms}",
            expected="tenure shares or measures of housing mix",
            got="woz",
            todo="Take woz out of the terms.",
        )


def cross_section(panel: pd.DataFrame, study: Study, outcome: str) -> pd.DataFrame:
    """Put the outcome of one year beside the housing of another.

    Parameters
    ----------
    panel : DataFrame
        Rows (code, division, year).
    study : Study
        Its years.
    outcome : str
        A column of the panel.

    Returns
    -------
    DataFrame
        One row per code that the exposure year has; `outcome` from the outcome year.
    """
    base = panel[panel["year"] == study.years.exposure]
    if study.years.outcome == study.years.exposure:
        return base
    later = panel.loc[panel["year"] == study.years.outcome, ["code", outcome]]
    return base.drop(columns=outcome).merge(later, on="code", how="left", validate="1:1")


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

    Parameters
    ----------
    table : DataFrame
        A cross-section, one row per area; with `x` and `y` in metres if known.
    outcome : str
    specification : Specification
    models : Models
        Fixed effect, cluster and the smallest numbers of areas and clusters.
    sample : Sample
        Areas with fewer dwellings are left out.
    controls : list of str
        A column of unit "class" becomes dummies.
    weights : str or None
        Column of weights; None for equal weights.

    Returns
    -------
    Design

    Raises
    ------
    EstimationError
        If there are too few areas or clusters, or the exposure or outcome does not vary.
    """
    needed = {outcome, *specification.terms, *controls, models.fixed_effects, models.cluster}
    needed |= {"dwellings"} | ({weights} if weights else set())
    cases = table[table["dwellings"] >= sample.min_dwellings].dropna(subset=sorted(needed))
    cases = cases.sort_values("code", ignore_index=True)
    _refuse_small(cases, models, outcome)
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


def _refuse_small(cases: pd.DataFrame, models: Models, outcome: str) -> None:
    counts = {
        TooFewAreasError: (len(cases), models.min_areas, "areas with all columns present"),
        TooFewClustersError: (cases[models.cluster].nunique(), models.min_clusters, "clusters"),
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
