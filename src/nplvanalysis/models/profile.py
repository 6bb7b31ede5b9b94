"""The profile of focus areas: by which features areas are compared, and where they stand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from nplvanalysis.errors import ColumnMissingError, EstimationError, NoVariationError
from nplvanalysis.models.focus import COLUMN as FOCUS
from nplvanalysis.models.soundness import refuse_negative
from nplvanalysis.params import Study

# Each concept by the first of its columns that a study has. Registers and surveys only: no score of
# the Leefbaarometer, and no property value, whose level is that of the region. Ages are among them
# because students and homes for the old have low incomes without having the profile.
CONCEPTS: dict[str, tuple[tuple[str, ...], ...]] = {
    "income": (("income_low",),),
    "work": (("employment",), ("income_from_work",)),
    "education": (("higher_education",),),
    "assistance": (("social_assistance_rate",),),
    "tenure": (("tenure_corporation", "tenure_other"), ("owner_occupied",)),
    "violence": (("crime_violence_rate",), ("police_violence",)),
    "vandalism": (("crime_vandalism_rate",), ("police_vandalism",)),
    "young": (("share_15_24",),),
    "old": (("share_65_plus",),),
    "density": (("density",),),
}
FEWEST_CONCEPTS = 4
# A column counts as present if it has a value in this share of the areas.
PRESENT = 0.9
METRICS = ("euclidean", "mahalanobis", "rank", "aitchison")
DERIVED, CANDIDATES = "derived", "with candidates"
CANDIDATE = "focus_candidate"


@dataclass(frozen=True)
class Cases:
    """Areas with all features, sorted by code.

    Attributes
    ----------
    table : DataFrame
        code, dwellings, focus_area, focus_candidate, the columns of `concepts` and of `ratios`;
        and the other columns of the panel.
    concepts : dict of str to tuple of str
        Columns of each concept.
    ratios : tuple of str
        Centred log-ratios of tenure; they replace its shares in the metric of Aitchison.
    """

    table: pd.DataFrame
    concepts: dict[str, tuple[str, ...]]
    ratios: tuple[str, ...]

    @property
    def columns(self) -> list[str]:
        """All columns by which areas are compared."""
        return [name for names in self.concepts.values() for name in names]

    def ids(self, codes: str) -> np.ndarray:
        """Give the focus area of each area, empty outside; of derived codes, or of all."""
        own = self.table[FOCUS]
        wide = own.mask(own == "", self.table[CANDIDATE])
        return (own if codes == DERIVED else wide).to_numpy(str)


def cases(
    table: pd.DataFrame, study: Study, extra: Sequence[str] = (), without: Sequence[str] = ()
) -> Cases:
    """Choose the features that a study has and the areas that have them all.

    Parameters
    ----------
    table : DataFrame
        One row per area: code, dwellings, focus_area, and focus_candidate if there are any.
    study : Study
        Smaller areas than its sample allows are left out.
    extra : sequence of str
        Further columns, each a concept of its own: for labelled variants.
    without : sequence of str
        Concepts that are left out in all comparisons.

    Returns
    -------
    Cases

    Raises
    ------
    ColumnMissingError
        If fewer than `FEWEST_CONCEPTS` concepts have a column.
    """
    rows = table[table["dwellings"] >= study.sample.min_dwellings]
    rows = rows.assign(density=_density(rows), **{CANDIDATE: rows.get(CANDIDATE, "")})
    concepts = _present(rows) | {name: (name,) for name in extra}
    concepts = {name: columns for name, columns in concepts.items() if name not in without}
    if len(concepts) < FEWEST_CONCEPTS:
        raise ColumnMissingError(
            "There are too few features for a profile.",
            where="nplvanalysis.models.profile",
            expected=f"at least {FEWEST_CONCEPTS} of {', '.join(CONCEPTS)}",
            got=", ".join(concepts) or "none",
            todo="Report it as not testable in this study, or add a source.",
        )
    ratios = _log_ratios(rows, concepts.get("tenure", ()), study.measures.zero_replacement)
    rows = pd.concat([rows, ratios], axis=1)
    needed = [*(name for names in concepts.values() for name in names), *ratios]
    complete = rows.dropna(subset=needed).sort_values("code", ignore_index=True)
    return Cases(complete, concepts, tuple(map(str, ratios.columns)))


def _present(rows: pd.DataFrame) -> dict[str, tuple[str, ...]]:
    found = {}
    for concept, choices in CONCEPTS.items():
        for names in choices:
            if all(name in rows and rows[name].notna().mean() >= PRESENT for name in names):
                found[concept] = names
                break
    return found


def _density(rows: pd.DataFrame) -> pd.Series:
    """Take the log of addresses, or else of residents, per area; missing where there are none."""
    nothing = pd.Series(np.nan, index=rows.index)
    number = rows.get("address_density", nothing)
    if number.isna().all():
        number = rows.get("population", nothing) / rows.get("total_area", nothing)
    positive = number.astype("float64").where(number > 0)
    return pd.Series(np.log(positive.to_numpy()), index=rows.index)


def _log_ratios(rows: pd.DataFrame, tenure: tuple[str, ...], replacement: float) -> pd.DataFrame:
    """Compute centred log-ratios of the tenures (Aitchison 1986); zeros as in the measures."""
    if not tenure:
        return pd.DataFrame(index=rows.index)
    shares = rows[list(tenure)].astype("float64") / 100
    refuse_negative(shares.to_numpy())
    parts = shares.assign(rest=(1 - shares.sum(axis=1, skipna=False)).clip(lower=0)).to_numpy()
    zero = parts == 0
    filled = np.where(zero, replacement, parts * (1 - replacement * zero.sum(1, keepdims=True)))
    logs = np.log(filled)
    names = [f"log_ratio_{name}" for name in (*tenure, "rest")]
    return pd.DataFrame(logs - logs.mean(1, keepdims=True), index=rows.index, columns=names)


def coordinates(known: Cases, metric: str) -> dict[str, np.ndarray]:
    """Put all features on one scale.

    Parameters
    ----------
    known : Cases
        Scales are those of all its areas, unweighted.
    metric : str
        "euclidean" and "mahalanobis": standard deviations; "rank": places from 0 to 1; "aitchison":
        as euclidean, but tenure by its log-ratios, their total variance set to 1.

    Returns
    -------
    dict of str to ndarray, shape (n, columns of the concept)

    Raises
    ------
    EstimationError
        If a feature is the same everywhere.
    """
    blocks = {}
    for concept, columns in known.concepts.items():
        ratios = metric == "aitchison" and concept == "tenure"
        values = known.table[list(known.ratios if ratios else columns)].to_numpy(float)
        spread = values.std(axis=0)
        if not spread.all():
            raise _flat(concept)
        if metric == "rank":
            blocks[concept] = known.table[list(columns)].rank(pct=True).to_numpy(float)
            continue
        if ratios:
            spread = np.sqrt((spread**2).sum() / len(spread))
        blocks[concept] = (values - values.mean(axis=0)) / spread
    return blocks


def _flat(concept: str) -> EstimationError:
    return NoVariationError(
        "A feature of the profile does not vary.",
        where=f"nplvanalysis.models.profile, {concept}",
        expected="a feature that differs between areas",
        got="one value everywhere",
        todo="Look at the source of the column.",
    )


def centres(ids: np.ndarray, dwellings: np.ndarray) -> tuple[list[str], np.ndarray]:
    """Give the weights by which focus areas make a profile.

    Parameters
    ----------
    ids : ndarray of str, shape (n,)
        Focus area of each area, empty outside.
    dwellings : ndarray, shape (n,)

    Returns
    -------
    list of str
        Focus areas, sorted.
    ndarray, shape (k, n)
        One row per focus area: the dwellings of its own areas.
    """
    names = sorted(set(ids) - {""})
    return names, np.array([np.where(ids == name, dwellings, 0.0) for name in names])


def summary(known: Cases, reference: str, region: np.ndarray) -> pd.DataFrame:
    """Describe the profile: dwelling-weighted means, with and without candidate codes.

    Parameters
    ----------
    known : Cases
    reference : str
        The focus area that other areas are measured against.
    region : ndarray of bool
        Areas outside the programme among which look-alikes are sought.

    Returns
    -------
    DataFrame
        column, focus_derived, focus_with_candidates, reference (derived codes), region (means) and
        spread (standard deviation of all areas of the study, unweighted).
    """
    table, homes = known.table, known.table["dwellings"].to_numpy(float)
    own = known.ids(DERIVED)
    groups = {
        "focus_derived": own != "",
        "focus_with_candidates": known.ids(CANDIDATES) != "",
        "reference": own == reference,
        "region": region,
    }
    values = table[known.columns].to_numpy(float)
    means = {
        name: np.average(values[which], axis=0, weights=homes[which])
        for name, which in groups.items()
    }
    return pd.DataFrame({"column": known.columns, **means, "spread": values.std(axis=0)})
