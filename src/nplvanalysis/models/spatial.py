"""The deciding estimates of a study, seen in space: one table that sets no verdict."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from nplvanalysis.errors import EstimationError
from nplvanalysis.models.labels import labels
from nplvanalysis.models.neighbours import Neighbours, graphs
from nplvanalysis.models.regression import Fit
from nplvanalysis.models.rows import COLUMNS
from nplvanalysis.models.spatial_answer import answer, deciding
from nplvanalysis.models.spatial_design import spatial_design
from nplvanalysis.models.specification import controls_of, cross_section, within, years_of
from nplvanalysis.models.variants import Variant, allowing_few, fit_variant
from nplvanalysis.models.verdicts import deciding_row
from nplvanalysis.models.waves import changes, windows
from nplvanalysis.params import Study
from nplvanalysis.registers import Hypothesis, Row

if TYPE_CHECKING:
    import geopandas as gpd

ROLE = "spatial"
# By the estimator of a row: the columns of its reason and its estimate, and the kind of error.
ANSWERS = {
    "spatial_error": ("error_status", "error", "HC3"),
    "spatial_lag": ("lag_status", "total", "White"),
}


def _level(panel: pd.DataFrame, row: Row, study: Study) -> pd.DataFrame:
    return cross_section(panel, years_of(row, study), row.outcome)


def _change(panel: pd.DataFrame, row: Row, study: Study) -> pd.DataFrame:
    terms = study.models.specifications[row.specification].terms
    return changes(panel, windows(row, study), terms, row.outcome, study)


# Deciding rows that are one fit with one line per area; others have no residuals on a map.
TABLES: dict[str, Callable[[pd.DataFrame, Row, Study], pd.DataFrame]] = {
    "cross_section": _level,
    "change": _change,
}


@dataclass(frozen=True)
class _Asked:
    """One deciding row with one weight, and how its study steps and errs."""

    row: Row
    weights: str | None
    study: Study

    @property
    def step(self) -> float:
        return self.study.models.specifications[self.row.specification].step

    def fit(self, panel: pd.DataFrame) -> Fit:
        """Fit as the row decides; few clusters are no matter for models of space."""
        study = allowing_few(self.study)
        variant = Variant(self.row.role, self.weights, controls_of(self.row, study))
        own = TABLES[self.row.estimator](within(panel, self.row, study), self.row, study)
        return fit_variant(own, self.row, variant, study)


def spatial_table(
    panel: pd.DataFrame,
    hypotheses: dict[str, Hypothesis],
    study: Study,
    areas: gpd.GeoDataFrame | None = None,
) -> pd.DataFrame:
    """Ask of each deciding estimate whether space changes it.

    Graphs are made anew from the areas of each fit. Fits have the weights of the study on every
    graph, and none on the first one.

    Parameters
    ----------
    panel : DataFrame
        Measures of the level of the study, rows (code, division, year).
    hypotheses : dict of str to Hypothesis
        Those without a deciding row that is one fit over areas add nothing.
    study : Study
    areas : GeoDataFrame, optional
        code and borders; adds the graph of areas that touch.

    Returns
    -------
    DataFrame
        One row per hypothesis, graph and weight, per step of the contrast. What was asked:
        `labels`, study, claim, hypothesis, row, role, weights, controls, graph, status, n. The
        graph: neighbours (mean), reach_km, islands, island_codes (five at most), components. The
        deciding fit: estimate, std_error (widest kind), low, high. Its residuals: moran,
        moran_expected, moran_z, moran_p, and lm_* with lm_*_p. The error model: error_status,
        error_lambda, error_lambda_se, error, error_se (HC3), error_low, error_high. The lag
        model: lag_status, lag_rho, lag_rho_se, lag_f, direct, indirect and total with _se,
        total_low, total_high. What failed is missing, with its reason in the status.
    """
    made = [
        asked | found
        for name, hypothesis in hypotheses.items()
        for asked, found in _of(panel, name, hypothesis, study, areas)
    ]
    return pd.DataFrame(made) if made else pd.DataFrame(columns=["hypothesis", "status"])


def _of(
    panel: pd.DataFrame,
    name: str,
    hypothesis: Hypothesis,
    study: Study,
    areas: gpd.GeoDataFrame | None,
) -> Iterator[tuple[dict[str, object], dict[str, object]]]:
    row = deciding_row(hypothesis, study.study)
    if row is None or row.estimator not in TABLES:
        return
    about = labels(panel, row, study) | {
        "study": study.study,
        "claim": str(hypothesis.conclusion),
        "hypothesis": name,
        "row": hypothesis.studies[study.study].index(row),
        "role": row.role,
        "controls": " + ".join(controls_of(row, study)),
    }
    for weights in dict.fromkeys((study.models.weights, None)):
        asked = _Asked(row, weights, study)
        own = about | {"weights": weights or "none"}
        try:
            fitted = asked.fit(panel)
            own |= deciding(fitted, asked.step, study)
        except EstimationError as error:
            yield own, {"graph": "", "status": error.code}
            continue
        known = graphs(fitted.design, areas)
        for place, (graph, make) in enumerate(known.items()):
            if weights or place == 0:
                yield own | {"graph": graph}, _answered(fitted, make, asked)


def _answered(fitted: Fit, make: Callable[[], Neighbours], asked: _Asked) -> dict[str, object]:
    try:
        space = spatial_design(fitted, make())
    except EstimationError as error:
        return {"status": error.code, "n": len(fitted.residuals)}
    return {"status": "ok"} | answer(space, asked.step, asked.study)


def spatial_rows(table: pd.DataFrame) -> pd.DataFrame:
    """Turn the table into tidy rows, beside those of other estimators.

    Parameters
    ----------
    table : DataFrame
        Of `spatial_table`.

    Returns
    -------
    DataFrame
        `rows.COLUMNS`, role "spatial", which no verdict reads; `sample` is the graph. Estimator
        "spatial_error": the contrast where errors are shared; "spatial_lag": its total impact.
    """
    parts = [_rows(table, estimator) for estimator in ANSWERS if len(table)]
    return pd.concat(parts, ignore_index=True)[COLUMNS] if parts else pd.DataFrame(columns=COLUMNS)


def _rows(table: pd.DataFrame, estimator: str) -> pd.DataFrame:
    reason, name, errors = ANSWERS[estimator]
    wanted = {"estimate": name, "std_error": f"{name}_se"}
    wanted |= {end: f"{name}_{end}" for end in ("low", "high", "p")}
    every = table.reindex(
        columns=list(dict.fromkeys([*table.columns, reason, *wanted.values(), "n", "degrees"]))
    )
    status = every["status"].where(every["status"] != "ok", every[reason])
    usable = status == "ok"
    made = every.assign(
        role=ROLE,
        estimator=estimator,
        sample=every["graph"],
        standard_errors=usable.map({True: errors, False: ""}),
        status=status,
        n=every["n"].fillna(0).astype("int64"),
        clusters=every["n"].fillna(0).astype("int64"),
        degrees=every["degrees"].fillna(0).astype("int64"),
    )
    for own, given in wanted.items():
        made[own] = every[given].where(usable)
    return made
