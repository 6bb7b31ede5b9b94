"""Areas of a region ranked by their distance to the profile of focus areas, in every comparison."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from nplvanalysis.errors import EstimationError, NoFocusAreaError, TooFewAreasError
from nplvanalysis.models.profile import CANDIDATES, DERIVED, FOCUS, Cases, cases, summary
from nplvanalysis.models.resemblance import Comparisons, comparisons
from nplvanalysis.models.specification import years_of
from nplvanalysis.params import Study
from nplvanalysis.registers import Row

# The rule for the list, fixed beforehand: areas of this many dwellings, among the nearest ten in
# this share of the comparisons, and no farther than the median of the reference's own areas.
LEAST_DWELLINGS = 500
TOP = 10
OFTEN = 0.8


@dataclass(frozen=True)
class Stability:
    """How much the ranking depends on the comparison.

    Attributes
    ----------
    jaccard : float
        Mean over all pairs of comparisons: areas in both top tens over areas in either.
    by_chance : float
        The same for top tens drawn at random.
    rank_correlation : float
        Mean over all pairs of comparisons (Spearman).
    """

    jaccard: float
    by_chance: float
    rank_correlation: float


@dataclass(frozen=True)
class Ranking:
    """Areas of a region ranked by every comparison.

    Attributes
    ----------
    made : Comparisons
    relative : ndarray, shape (comparisons, areas)
        Distance over the median distance of the reference's own areas.
    areas : DataFrame
        One row per area of the region outside the programme: code, name, municipality_name,
        dwellings, share_top, rank_median, rank_low, rank_10, rank_90, rank_high (least, most, and
        the middle 80 % of the comparisons), distance (median), share_near (of
        the comparisons in which it is no farther than the reference's own median), beside (its
        municipality holds a focus area: where the list of codes is not complete, it may belong to
        it), listed. By share_top, then rank_median.
    stability : Stability
    profile : DataFrame
        See `profile.summary`.
    lost : DataFrame
        code, name, dwellings of areas of the region that lack a feature.
    """

    made: Comparisons
    relative: np.ndarray
    areas: pd.DataFrame
    stability: Stability
    profile: pd.DataFrame
    lost: pd.DataFrame


def ranking(
    panel: pd.DataFrame,
    row: Row,
    study: Study,
    extra: Sequence[str] = (),
    without: Sequence[str] = (),
) -> Ranking:
    """Rank the areas of a region under all comparisons.

    Parameters
    ----------
    panel : DataFrame
        Rows (code, division, year) of the whole study: focus areas may lie outside the region. With
        focus_area, and focus_candidate if there are candidate codes.
    row : Row
        Its `where` is the region; empty: everywhere. Its exposure year is used.
    study : Study
    extra, without : sequence of str
        Columns that are features too, and concepts that are not, for labelled variants.

    Returns
    -------
    Ranking

    Raises
    ------
    EstimationError
        If the region has no focus area, or features are missing or do not vary.
    TooFewAreasError
        If the region has too few areas outside the programme.
    """
    table = panel[panel["year"] == years_of(row, study).exposure]
    known = cases(_with_focus(table), study, extra, without)
    inside = _inside(known.table, row)
    reference = _reference(known, inside)
    outside = inside & (known.ids(CANDIDATES) == "") & _large(known.table)
    if outside.sum() < study.models.min_areas:
        raise TooFewAreasError(
            "There are too few areas to rank.",
            where="nplvanalysis.models.ranking",
            expected=f"at least {study.models.min_areas} areas of {LEAST_DWELLINGS} dwellings",
            got=str(outside.sum()),
            todo="Choose a larger region.",
        )
    made = comparisons(known, outside, reference)
    relative = made.relative()
    lost = table[_inside(table, row) & _large(table) & ~table["code"].isin(known.table["code"])]
    return Ranking(
        made=made,
        relative=relative,
        areas=_areas(known.table[outside], relative, _beside(known)[outside]),
        stability=_stability(relative),
        profile=summary(known, reference, outside),
        lost=lost.reindex(columns=["code", "name", "dwellings"]),
    )


def _with_focus(table: pd.DataFrame) -> pd.DataFrame:
    if FOCUS not in table or table[FOCUS].eq("").all():
        raise _no_focus("areas of which a source says that they belong to a focus area", "none")
    return table


def _no_focus(expected: str, got: str) -> EstimationError:
    return NoFocusAreaError(
        "There is no focus area to resemble.",
        where="data/focus_areas.csv",
        expected=expected,
        got=got,
        todo="Report it as not testable in this study, or add the codes of a focus area.",
    )


def _inside(table: pd.DataFrame, row: Row) -> np.ndarray:
    kept = np.ones(len(table), dtype=bool)
    for name, values in row.where.items():
        kept &= table[name].isin(values).to_numpy() if name in table else False
    return kept


def _large(table: pd.DataFrame) -> np.ndarray:
    return table["dwellings"].ge(LEAST_DWELLINGS).to_numpy()


def _reference(known: Cases, inside: np.ndarray) -> str:
    """Choose the focus area of the region with the most areas of its own."""
    found = pd.Series(known.ids(DERIVED)[inside])
    counts = found[found != ""].value_counts().sort_index()
    if counts.empty:
        raise _no_focus("a focus area in the region asked", "none with a source for its borders")
    return str(counts.idxmax())


def top(relative: np.ndarray) -> np.ndarray:
    """Mark the ten nearest areas of each comparison; ties at the tenth place are all let in."""
    tenth = np.partition(relative, TOP - 1, axis=1)[:, [TOP - 1]]
    return relative <= tenth


def meets_rule(relative: np.ndarray) -> np.ndarray:
    """Apply the rule of the list.

    Parameters
    ----------
    relative : ndarray, shape (comparisons, areas)

    Returns
    -------
    ndarray of bool, shape (areas,)
    """
    often = top(relative).mean(axis=0) >= OFTEN
    return often & (np.median(relative, axis=0) <= 1)


def _beside(known: Cases) -> np.ndarray:
    table = known.table
    if "municipality" not in table:
        return np.zeros(len(table), dtype=bool)
    holding = table.loc[known.ids(CANDIDATES) != "", "municipality"]
    return table["municipality"].isin(holding).to_numpy()


def _areas(table: pd.DataFrame, relative: np.ndarray, beside: np.ndarray) -> pd.DataFrame:
    ranks = _ranks(relative)
    names = ["code", "name", "municipality_name", "dwellings"]
    made = table.reindex(columns=names).assign(
        share_top=top(relative).mean(axis=0),
        rank_median=np.median(ranks, axis=0),
        rank_low=ranks.min(axis=0),
        rank_10=np.quantile(ranks, 0.1, axis=0),
        rank_90=np.quantile(ranks, 0.9, axis=0),
        rank_high=ranks.max(axis=0),
        distance=np.median(relative, axis=0),
        share_near=(relative <= 1).mean(axis=0),
        beside=beside,
        listed=meets_rule(relative),
    )
    order = ["share_top", "rank_median", "code"]
    return made.sort_values(order, ascending=[False, True, True], ignore_index=True)


def _ranks(relative: np.ndarray) -> np.ndarray:
    from scipy.stats import rankdata

    return rankdata(relative, axis=1)


def _stability(relative: np.ndarray) -> Stability:
    chosen = top(relative).astype(float)
    both = chosen @ chosen.T
    sizes = np.diag(both)
    overlap = both / (sizes[:, None] + sizes - both)
    expected = TOP / relative.shape[1]
    return Stability(
        jaccard=_off_diagonal(overlap),
        by_chance=expected / (2 - expected),
        rank_correlation=_off_diagonal(np.corrcoef(_ranks(relative))),
    )


def _off_diagonal(matrix: np.ndarray) -> float:
    count = len(matrix)
    return float((matrix.sum() - np.trace(matrix)) / (count * (count - 1)))
