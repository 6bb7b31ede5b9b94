"""The areas in which problems are counted: which, with what weight, and where chance may act."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from nplvanalysis.errors import ColumnMissingError, NoVariationError, TooFewAreasError
from nplvanalysis.models.city_areas import Left, kept
from nplvanalysis.models.independence import Problems, marked, order_of
from nplvanalysis.models.specification import within
from nplvanalysis.models.strata import LEAST, strata
from nplvanalysis.params import Study
from nplvanalysis.registers import Row

# As measures.stacking has them: four of five or more, else all but one; of at least three.
MANY, KINDS = 4, 3


@dataclass(frozen=True)
class Counting:
    """How problems are counted.

    `cut_off` is a percentile, None that of the study; `drop` a problem that is left out; `region`
    the column within which chance may move a problem, empty for urbanity alone; `anywhere` lets it
    move over all areas; `without` leaves areas of a city out (see `city_areas.kept`); `together`
    counts as if all problems had one order of areas.
    """

    weighted: bool = True
    region: str = ""
    anywhere: bool = False
    cut_off: float | None = None
    drop: str = ""
    without: Left = ""
    together: bool = False


@dataclass(frozen=True)
class Stacked:
    """Areas of one year with their problems; rows of `table` and `problems` are the same areas."""

    table: pd.DataFrame
    problems: Problems

    def subset(self, keep: np.ndarray) -> Stacked:
        """Keep some areas, by a mask of shape (n,)."""
        return Stacked(self.table[keep].reset_index(drop=True), self.problems.subset(keep))


def of_both(first: Stacked, last: Stacked) -> list[Stacked]:
    """Keep the areas that two years have in common: others came or went with their figures."""
    pairs = [(first, last), (last, first)]
    return [a.subset(a.table["code"].isin(b.table["code"]).to_numpy()) for a, b in pairs]


def many_of(problems: int) -> int:
    """Say how many problems at once are called many: four, or all but one of fewer than five."""
    return min(MANY, problems - 1)


def region_of(panel: pd.DataFrame) -> str:
    """Name the column of regions: the province, where a study has several; empty otherwise."""
    return "province" if len(set(panel.get("province", pd.Series(dtype=str)).dropna())) > 1 else ""


def regions_of(panel: pd.DataFrame, study: Study) -> list[str]:
    """Name the columns of regions of the row that decides, and of the gate of municipalities."""
    within_places = study.unit in ("buurt", "wijk") and len(set(panel["municipality"])) > 1
    return [region_of(panel), *(["municipality"] if within_places else [])]


def stacked(panel: pd.DataFrame, row: Row, year: int, study: Study, how: Counting) -> Stacked:
    """Collect the areas of one year whose problems are all known.

    Parameters
    ----------
    panel : DataFrame
        Measures, rows (code, division, year) of one level.
    row : Row
        `where` keeps areas.
    year : int
    study : Study
        `measures.problems`, `measures.problem_cutoff`, weights and smallest areas.
    how : Counting

    Returns
    -------
    Stacked

    Raises
    ------
    ColumnMissingError
        If there are fewer than three problems, or one has no value in this year.
    TooFewAreasError
        If too few areas have them all, or too few to hold urbanity constant.
    NoVariationError
        If the cut-off of a problem is its lowest value, so that every area would have it.
    """
    names = [name for name in study.measures.problems if name != how.drop]
    weights = study.models.weights
    needed = needed_of(study, how)
    now = within(panel, row, study)
    now = now[now["year"] == year]
    _refuse_missing(now, names, needed, year)
    counted = uncounted(now, needed, study).eq("") & kept(now, how.without)
    table = now[counted].sort_values("code", ignore_index=True)
    if len(table) < study.models.min_areas:
        raise TooFewAreasError(
            "There are too few areas to count problems in.",
            where=f"year {year}",
            expected=f"at least {study.models.min_areas} areas with all problems known",
            got=str(len(table)),
            todo="Report it as not testable in this study.",
        )
    own = table[weights].to_numpy(float) if how.weighted else np.ones(len(table))
    share = (how.cut_off or study.measures.problem_cutoff) / 100
    values = table[names].to_numpy(float)
    many = many_of(len(names))
    problems = Problems(values, own, _groups(table, how), share, many, how.together)
    _refuse_common(problems, names, year)
    return Stacked(table, problems)


def needed_of(study: Study, how: Counting) -> list[str]:
    """Name the columns that an area must have: problems, what chance heeds, and weight."""
    names = [name for name in study.measures.problems if name != how.drop]
    more = ["urbanity", *filter(None, [how.region]), study.models.weights, "dwellings"]
    return list(dict.fromkeys([*names, *more]))


def uncounted(now: pd.DataFrame, needed: list[str], study: Study) -> pd.Series:
    """Say for each area why problems are not counted in it.

    Parameters
    ----------
    now : DataFrame
        One row per area of one year.
    needed : list of str
        From `needed_of`.
    study : Study

    Returns
    -------
    Series of str
        The first demand that is not met: "small", "no" and the missing column (of weights: or not
        above 0); empty for areas that are counted.
    """
    small = now["dwellings"] < study.sample.min_dwellings
    unmet = {"small": small, **{f"no {name}": now[name].isna() for name in needed}}
    weights = study.models.weights
    unmet[f"no {weights}"] |= now[weights] <= 0
    masks = [one.to_numpy(bool, na_value=False) for one in unmet.values()]
    return pd.Series(np.select(masks, [*unmet], default=""), index=now.index, dtype="str")


def _groups(table: pd.DataFrame, how: Counting) -> np.ndarray:
    """Group areas where chance may act; refuse to pass for constant what could not be held so."""
    if how.anywhere:
        return np.zeros(len(table), dtype=np.int64)
    groups = strata(table, how.region)
    if groups.max() == 0 and table["urbanity"].min() < table["urbanity"].max():
        raise TooFewAreasError(
            "There are too few areas to hold urbanity constant.",
            where="classes of urbanity, neighbouring ones put together",
            expected=f"at least two of {LEAST} areas",
            got=", ".join(f"{len(own)} in class {one}" for one, own in table.groupby("urbanity")),
            todo="Report it as not testable in this study.",
        )
    return groups


def _refuse_common(problems: Problems, names: list[str], year: int) -> None:
    everywhere = marked(problems, order_of(problems), problems.weights).all(axis=0)
    if everywhere.any():
        raise NoVariationError(
            "A problem does not tell areas apart: its cut-off is its lowest value.",
            where=f"params.yaml, measures.problems; year {year}",
            expected=f"a value above the lowest at percentile {100 * problems.share:g}",
            got=", ".join(np.array(names)[everywhere]),
            todo="Take it out of measures.problems, or raise measures.problem_cutoff.",
        )


def _refuse_missing(now: pd.DataFrame, names: list[str], needed: list[str], year: int) -> None:
    missing = [name for name in needed if name not in now or now[name].isna().all()]
    if len(names) < KINDS or missing:
        raise ColumnMissingError(
            "Stacking needs several problems of the same year.",
            where=f"params.yaml, measures.problems; year {year}",
            expected=f"at least {KINDS} columns with figures, and urbanity and dwellings",
            got=f"{len(names)} problems; no value for {', '.join(missing) or 'none of them'}",
            todo="Report it as not testable in this study, or add a source.",
        )
