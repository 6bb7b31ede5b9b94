"""How alike look-alikes are: balance before and after choosing, and overlap."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from nplvanalysis.models.profile import DERIVED
from nplvanalysis.models.ranking import TOP, Ranking

# A standardised difference below this is taken as balanced (Austin 2009).
BALANCED = 0.1
# What a fit of the propensity can end in, beside "ok".
SEPARATION, NOT_CONVERGED = "separation", "not_converged"
# Slack of the linear programmes.
TOLERANCE = 1e-7


@dataclass(frozen=True)
class Overlap:
    """Whether areas outside the programme lie where the focus areas lie.

    Attributes
    ----------
    in_range : float
        Share of the focus areas' own areas of which every feature lies within the range of the
        region.
    in_hull : float
        Share that are a mixture of areas of the region (King and Zeng 2006): 0 means that any
        comparison with them extrapolates.
    status : str
        Of the propensity: "ok", "separation" (features tell the groups apart without error, so that
        no finite fit exists) or "not_converged".
    propensity : DataFrame
        code, focus (bool), propensity; empty unless the status is "ok".
    """

    in_range: float
    in_hull: float
    status: str
    propensity: pd.DataFrame


def chosen(ranked: Ranking) -> pd.DataFrame:
    """Give the areas on the list; if there is none, the ten that are most often nearest."""
    listed = ranked.areas[ranked.areas["listed"]]
    return listed if len(listed) else ranked.areas.head(TOP)


def _focus(ranked: Ranking, reference_only: bool) -> np.ndarray:
    ids = ranked.made.known.ids(DERIVED)
    return ids == ranked.made.reference if reference_only else ids != ""


def balance(ranked: Ranking, reference_only: bool = False) -> pd.DataFrame:
    """Compare means before and after choosing.

    Parameters
    ----------
    ranked : Ranking
    reference_only : bool
        Against the own areas of the reference, not of all focus areas.

    Returns
    -------
    DataFrame
        column, focus, before (all areas of the region), after (`chosen`): means weighted by
        dwellings; smd_before, smd_after: difference from the focus areas in standard deviations,
        the root of the mean of both groups' variances before choosing (Austin 2009); balanced:
        smd_after within 0.1.
    """
    known = ranked.made.known
    table, columns = known.table, known.columns
    region = table["code"].isin(ranked.areas["code"]).to_numpy()
    own = _focus(ranked, reference_only)
    after = table["code"].isin(chosen(ranked)["code"]).to_numpy()
    values, homes = table[columns].to_numpy(float), table["dwellings"].to_numpy(float)
    focus, start, end = (
        np.average(values[which], axis=0, weights=homes[which]) for which in (own, region, after)
    )
    spread = np.sqrt((values[own].var(axis=0, ddof=1) + values[region].var(axis=0, ddof=1)) / 2)
    made = {"column": columns, "focus": focus, "before": start, "after": end}
    smd = {"smd_before": (start - focus) / spread, "smd_after": (end - focus) / spread}
    return pd.DataFrame(made | smd).assign(balanced=lambda rows: rows["smd_after"].abs() < BALANCED)


def overlap(ranked: Ranking, reference_only: bool = False) -> Overlap:
    """Say whether the focus areas' own areas lie among those of the region.

    Parameters
    ----------
    ranked : Ranking
    reference_only : bool
        Only the own areas of the reference.

    Returns
    -------
    Overlap
    """
    known = ranked.made.known
    table = known.table
    region = table["code"].isin(ranked.areas["code"]).to_numpy()
    own = _focus(ranked, reference_only)
    values = table[known.columns].to_numpy(float)
    values = (values - values.mean(axis=0)) / values.std(axis=0)
    inside = (values[own] >= values[region].min(0)) & (values[own] <= values[region].max(0))
    hull = [in_hull(point, values[region]) for point in values[own]]
    both = own | region
    status, fitted = propensity(values[both], own[both])
    columns = {"code": table.loc[both, "code"].to_numpy(), "focus": own[both], "propensity": fitted}
    drawn = pd.DataFrame(columns) if status == "ok" else pd.DataFrame(columns=list(columns))
    return Overlap(float(inside.all(axis=1).mean()), float(np.mean(hull)), status, drawn)


def in_hull(point: np.ndarray, others: np.ndarray) -> bool:
    """Tell whether a point is a weighted mean of others, by linear programming.

    Parameters
    ----------
    point : ndarray, shape (k,)
    others : ndarray, shape (n, k)
    """
    from scipy.optimize import linprog

    count = len(others)
    equal = np.vstack([others.T, np.ones(count)])
    found = linprog(np.zeros(count), A_eq=equal, b_eq=np.append(point, 1.0), bounds=(0, None))
    return bool(found.status == 0)


def separated(values: np.ndarray, group: np.ndarray) -> bool:
    """Tell whether a plane parts two groups, touching points allowed (Konis 2007).

    Parameters
    ----------
    values : ndarray, shape (n, k)
    group : ndarray of bool, shape (n,)
    """
    from scipy.optimize import linprog

    signed = np.column_stack([np.ones(len(values)), values]) * np.where(group, 1.0, -1.0)[:, None]
    found = linprog(-signed.sum(axis=0), A_ub=-signed, b_ub=np.zeros(len(values)), bounds=(-1, 1))
    return bool(found.status == 0 and -found.fun > TOLERANCE)


def propensity(values: np.ndarray, group: np.ndarray) -> tuple[str, np.ndarray]:
    """Fit the chance of being a focus area by its features (logistic regression).

    Parameters
    ----------
    values : ndarray, shape (n, k)
        Standardised.
    group : ndarray of bool, shape (n,)

    Returns
    -------
    str
        "ok", "separation" or "not_converged".
    ndarray, shape (n,)
        NaN unless "ok".
    """
    import statsmodels.api as sm

    nothing = np.full(len(values), np.nan)
    if separated(values, group):
        return SEPARATION, nothing
    fitted = sm.Logit(group.astype(float), sm.add_constant(values)).fit(disp=False, maxiter=200)
    if not fitted.mle_retvals["converged"]:
        return NOT_CONVERGED, nothing
    return "ok", np.asarray(fitted.predict())
