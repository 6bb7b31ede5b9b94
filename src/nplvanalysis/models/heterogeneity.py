"""Whether a slope differs between groups of areas: by urbanity, small places, Limburg."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from nplvanalysis.errors import ColumnMissingError, EstimationError, TooFewClustersError
from nplvanalysis.models.groupings import MODERATORS, grouped
from nplvanalysis.models.joint import covariances, fit_terms, self_contained, wald
from nplvanalysis.models.pooling import drawn_together
from nplvanalysis.models.regression import Fit, demean
from nplvanalysis.models.rows import unusable, with_interval
from nplvanalysis.models.specification import controls_of, cross_section, years_of
from nplvanalysis.params import Study
from nplvanalysis.registers import Row

# Below this many clusters (areas, without clusters) a group has no slope with an honest error.
MIN_CLUSTERS = 10
GROUP = "group"


@dataclass(frozen=True)
class Slopes:
    """A fit with a slope for each usable group.

    `groups` are in order; the slope of the contrast in group j is coefficient `positions[j]`.
    `refused` are groups with areas, but too few clusters.
    """

    fitted: Fit
    groups: list[str]
    positions: list[int]
    refused: list[str]
    clusters: list[int]
    sizes: list[int]


def estimate_interaction(
    panel: pd.DataFrame, row: Row, study: Study, _rng: np.random.Generator
) -> pd.DataFrame:
    """Test whether the slope of a row differs between groups of areas.

    Parameters
    ----------
    panel : DataFrame
        Measures of one level, rows (code, division, year).
    row : Row
    study : Study
    _rng : Generator
        Not used: nothing here is random.

    Returns
    -------
    DataFrame
        `rows.GIVEN`. For each of `MODERATORS`, a row "by ..." with role of the row: estimate and
        interval are the slope in the first usable group less that in the last (fixed beforehand,
        so not chosen for its size), p is of the joint test that all slopes are equal. Then
        "sensitivity" rows with the slope in each group, and the same drawn together by how much
        groups differ ("drawn together"). A group with too few clusters is unusable.
    """
    table = cross_section(panel, years_of(row, study), row.outcome)
    parts = []
    for name in MODERATORS:
        try:
            found = slopes(table, row, study, name)
            kinds = covariances(found.fitted, study.models.conley_km)
            joint = _joint(found, kinds, row, study).assign(role=row.role, sample=f"by {name}")
            part = pd.concat([joint, _each(found, kinds, row, study)])
        except EstimationError as error:
            part = unusable(error.code).assign(role=row.role, sample=f"by {name}")
        parts.append(part)
    return pd.concat(parts, ignore_index=True).assign(
        weights=study.models.weights, controls=" + ".join(controls_of(row, study))
    )


def slopes(table: pd.DataFrame, row: Row, study: Study, moderator: str) -> Slopes:
    """Fit every term of a row apart in each group, controls and fixed effects in common.

    Parameters
    ----------
    table : DataFrame
        A cross-section.
    row : Row
    study : Study
    moderator : str
        Of `MODERATORS`.

    Returns
    -------
    Slopes

    Raises
    ------
    EstimationError
        If fewer than two groups have enough clusters.
    """
    own = study.models.specifications[row.specification]
    terms = [own.contrast, *(name for name in own.terms if name != own.contrast)]
    order = MODERATORS[moderator][1]
    known = table.assign(**{GROUP: grouped(table, moderator)}).dropna(subset=[GROUP])
    counts = _counts(known, row, study, terms, moderator)
    usable = [name for name in order if counts.get(name, (0, 0))[0] >= MIN_CLUSTERS]
    if len(usable) < 2:
        raise TooFewClustersError(
            "Too few groups have enough clusters for a comparison of slopes.",
            where=f"{row.outcome}, by {moderator}",
            expected=f"two groups of at least {MIN_CLUSTERS} clusters",
            got="; ".join(f"{name}: {counts[name][0]}" for name in order if name in counts) or "-",
            todo="Report it as not testable in this study.",
        )
    return Slopes(
        fitted=_fitted(known[known[GROUP].isin(usable)], row, study, terms, usable),
        groups=usable,
        positions=[place * len(terms) for place in range(len(usable))],
        refused=[name for name in order if name in counts and name not in usable],
        clusters=[counts[name][0] for name in usable],
        sizes=[counts[name][1] for name in usable],
    )


def _counts(
    known: pd.DataFrame, row: Row, study: Study, terms: list[str], moderator: str
) -> dict[str, tuple[int, int]]:
    """Clusters and areas of each group among the complete cases."""
    if known.empty:
        raise ColumnMissingError(
            "This study does not tell the groups apart.",
            where=f"{row.outcome}, by {moderator}",
            expected="columns from which the groups follow, at the level of these areas",
            got="no area in any group",
            todo="Report it as not testable in this study.",
        )
    made = fit_terms(known, row, study, terms).design
    group = known.set_index("code").loc[made.codes, GROUP].to_numpy()
    return {
        name: (len(np.unique(made.clusters[group == name])), int((group == name).sum()))
        for name in np.unique(group)
    }


def _fitted(
    known: pd.DataFrame, row: Row, study: Study, terms: list[str], groups: list[str]
) -> Fit:
    columns = {
        f"{term} in {name}": known[term].where(known[GROUP] == name, 0.0)
        for name in groups
        for term in terms
    }
    levels = {f"is {name}": (known[GROUP] == name).astype(float) for name in groups[1:]}
    made = known.assign(**columns, **levels)
    own = _own_levels(fit_terms(known, row, study, terms), made.set_index("code")[[*levels]])
    return fit_terms(made, row, study, [*columns], [*controls_of(row, study), *own])


def _own_levels(fitted: Fit, levels: pd.DataFrame) -> list[str]:
    """Name the groups whose level neither a control nor the fixed effect says already."""
    own, design, known = [], fitted.design, self_contained(fitted)
    root = np.sqrt(design.weights)
    for name in map(str, levels):
        level = levels[name].loc[list(design.codes)].to_numpy(float)
        level = demean(level, design.groups, design.weights)
        rest = level * root - known @ np.linalg.lstsq(known, level * root, rcond=None)[0]
        if np.linalg.norm(rest) > 1e-8 * np.linalg.norm(root):
            own.append(name)
            known = np.column_stack([known, level * root])
    return own


def _joint(found: Slopes, kinds: dict[str, np.ndarray], row: Row, study: Study) -> pd.DataFrame:
    step = study.models.specifications[row.specification].step
    every = np.eye(len(found.fitted.estimates))[found.positions]
    first_less_last = every[0] - every[-1]
    rows = [
        {
            "standard_errors": kind,
            "estimate": step * float(first_less_last @ found.fitted.estimates),
            "std_error": step * float(np.sqrt(first_less_last @ one @ first_less_last)),
            "joint": wald(found.fitted, every[:-1] - every[-1], one).p,
        }
        for kind, one in kinds.items()
    ]
    made = pd.DataFrame(rows).assign(
        degrees=found.fitted.degrees,
        n=len(found.fitted.residuals),
        clusters=int(found.fitted.design.clusters.max()) + 1,
    )
    made = with_interval(made, study.models.alpha)
    return made.assign(p=made["joint"], status="ok").drop(columns="joint")


def _each(found: Slopes, kinds: dict[str, np.ndarray], row: Row, study: Study) -> pd.DataFrame:
    step = study.models.specifications[row.specification].step
    values = step * found.fitted.estimates[found.positions]
    errors = {kind: step * np.sqrt(np.diag(one)[found.positions]) for kind, one in kinds.items()}
    own = pd.DataFrame({"sample": found.groups, "n": found.sizes, "clusters": found.clusters})
    own = own.assign(degrees=own["clusters"] - 1, estimate=values, status="ok", role="sensitivity")
    parts = [own.assign(standard_errors=kind, std_error=error) for kind, error in errors.items()]
    # Two groups say next to nothing about how much groups differ.
    if len(values) > 2:
        parts.append(_drawn_together(own, values, errors))
    made = with_interval(pd.concat(parts).sort_index(kind="stable"), study.models.alpha)
    refused = [
        unusable(TooFewClustersError.code).assign(role="sensitivity", sample=name)
        for name in found.refused
    ]
    return pd.concat([made, *refused])


def _drawn_together(
    own: pd.DataFrame, values: np.ndarray, kinds: dict[str, np.ndarray]
) -> pd.DataFrame:
    kind = "CR3" if "CR3" in kinds else "HC3"
    together, errors = drawn_together(values, kinds[kind])
    return own.assign(
        sample=own["sample"] + ", drawn together",
        standard_errors=f"empirical Bayes from {kind}",
        estimate=together,
        std_error=errors,
    )
