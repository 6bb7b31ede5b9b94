"""Look-alikes: areas outside the programme that stay close to its profile however it is drawn."""

from __future__ import annotations

import numpy as np
import pandas as pd

from nplvanalysis.errors import ColumnMissingError
from nplvanalysis.models.focus import COLUMN as FOCUS
from nplvanalysis.models.focus import SURE, focus_of
from nplvanalysis.models.profile import CANDIDATE, CANDIDATES
from nplvanalysis.models.ranking import Ranking, meets_rule, ranking
from nplvanalysis.models.resemblance import Comparisons
from nplvanalysis.params import Study
from nplvanalysis.registers import Row

DRAWS = 200
# Features of variants: ages say who lives somewhere rather than how they fare, and the score of
# nuisance and safety is a prediction that may hold housing.
AGES, SUSPECTED = ["young", "old"], "onv"


def marked(
    panel: pd.DataFrame,
    listed: pd.DataFrame,
    study: Study,
    pairs: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Mark focus areas in a panel, apart where only a candidate code says so.

    Parameters
    ----------
    panel : DataFrame
        Rows (code, division, year) of one level.
    listed, study, pairs
        See `focus.focus_of`.

    Returns
    -------
    DataFrame
        With focus_area (derived codes) and focus_candidate (areas that only a candidate code puts
        in a focus area); empty outside.
    """
    sure = focus_of(panel, listed, study, pairs).panel
    wide = focus_of(panel, listed, study, pairs, [*SURE, "candidate"]).panel[FOCUS]
    return sure.assign(**{CANDIDATE: wide.where(sure[FOCUS] == "", "")})


def redrawn(made: Comparisons, rng: np.random.Generator, draws: int = DRAWS) -> np.ndarray:
    """Count the areas on the list with the focus areas drawn again, with replacement.

    Parameters
    ----------
    made : Comparisons
    rng : Generator
    draws : int

    Returns
    -------
    ndarray of int, shape (draws,); empty with fewer than two focus areas.
    """
    sizes = {codes: len(set(made.known.ids(codes)) - {""}) for codes in made.codes}
    if min(sizes.values()) < 2:
        return np.array([], dtype=int)
    found = []
    for _ in range(draws):
        counts = {
            codes: rng.multinomial(size, np.full(size, 1 / size)) for codes, size in sizes.items()
        }
        found.append(meets_rule(made.relative(counts)).sum())
    return np.array(found)


def estimate_lookalikes(
    panel: pd.DataFrame, row: Row, study: Study, rng: np.random.Generator
) -> pd.DataFrame:
    """Count the look-alikes of a region, and say how stable the list is.

    Parameters
    ----------
    panel : DataFrame
        See `ranking`.
    row : Row
    study : Study
    rng : Generator
        For the bootstrap over focus areas.

    Returns
    -------
    DataFrame
        `rows.GIVEN`. First the number listed; with role "gate" the mean overlap of the top tens;
        with role "sensitivity" the mean rank correlation, and the number listed by parts of the
        comparisons, without ages and with a score suspected of housing.
    """
    ranked = ranking(panel, row, study)
    counts = redrawn(ranked.made, rng)
    tail = study.models.alpha / 2
    low, high = np.quantile(counts, [tail, 1 - tail]) if len(counts) else (np.nan, np.nan)
    first = {
        "standard_errors": "bootstrap of focus areas" if len(counts) else "none",
        "estimate": float(ranked.areas["listed"].sum()),
        "std_error": float(counts.std(ddof=1)) if len(counts) else np.nan,
        "low": float(low),
        "high": float(high),
        "role": row.role,
        "sample": "main",
    }
    variants = _variants(panel, row, study)
    checks = [
        {"estimate": value, "role": role, "sample": sample}
        for role, sample, value in [*_checks(ranked), *variants]
    ]
    return pd.DataFrame([first, *checks]).assign(
        standard_errors=lambda made: made["standard_errors"].fillna("none"),
        degrees=0,
        p=np.nan,
        n=len(ranked.areas),
        clusters=len(set(ranked.made.known.ids(CANDIDATES)) - {""}),
        status="ok",
        weights="dwellings",
        controls=" + ".join(ranked.made.known.columns),
    )


def _checks(ranked: Ranking) -> list[tuple[str, str, float]]:
    steady = ranked.stability
    found = [
        ("gate", "mean overlap of top tens", steady.jaccard),
        ("sensitivity", "mean overlap by chance", steady.by_chance),
        ("sensitivity", "mean rank correlation", steady.rank_correlation),
    ]
    for part in ("codes", "metric", "against"):
        for value, names in listed_by(ranked, part).items():
            found.append(("sensitivity", f"listed by {part} {value}", float(len(names))))
    return found


def listed_by(ranked: Ranking, part: str) -> dict[str, list[str]]:
    """Apply the rule to each part of the comparisons by itself.

    Parameters
    ----------
    ranked : Ranking
    part : str
        "metric", "codes" or "against".

    Returns
    -------
    dict of str to list of str
        By value: name and, if known, municipality of the areas on its list.
    """
    made = ranked.made
    table = made.known.table.iloc[made.rows[made.outside]]
    names = table["name"].astype(str)
    if "municipality_name" in table:
        names = names + " " + table["municipality_name"].astype(str)
    kinds = made.listed[part]
    return {
        str(value): names[meets_rule(ranked.relative[kinds.eq(value).to_numpy()])].tolist()
        for value in kinds.unique()
    }


def _variants(panel: pd.DataFrame, row: Row, study: Study) -> list[tuple[str, str, float]]:
    """Count the list with other features: without ages, and with a score suspected of housing."""
    found = []
    asked: list[tuple[str, list[str], list[str]]] = [("without ages", [], AGES)]
    if SUSPECTED in panel and panel[SUSPECTED].notna().any():
        asked.append((f"with {SUSPECTED}", [SUSPECTED], []))
    for name, extra, without in asked:
        try:
            count = float(ranking(panel, row, study, extra, without).areas["listed"].sum())
        except ColumnMissingError:
            continue
        found.append(("sensitivity", f"listed {name}", count))
    return found
