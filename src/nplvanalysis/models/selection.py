"""Which areas enter a model, counted step by step; and what they look like."""

from __future__ import annotations

import numpy as np
import pandas as pd

from nplvanalysis.errors import ColumnMissingError
from nplvanalysis.models.specification import (
    Question,
    controls_of,
    cross_section,
    losses,
    within,
    years_of,
)
from nplvanalysis.models.yardstick import weighted_sd
from nplvanalysis.params import Study
from nplvanalysis.registers import Claims, Row


def of_level(panel: pd.DataFrame, unit: str) -> pd.DataFrame:
    """Keep the rows of one level of areas."""
    return panel[panel["level"] == unit].reset_index(drop=True)


def side_by_side(panel: pd.DataFrame, own: pd.Series, study: Study) -> pd.DataFrame:
    """Put the outcome of an estimate beside the housing of the areas of the sample.

    Parameters
    ----------
    panel : DataFrame
        Measures, rows (code, division, year).
    own : Series
        A row of the estimates: outcome, year_exposure, year_outcome.
    study : Study

    Returns
    -------
    DataFrame
        One row per area with enough dwellings.
    """
    years = {"exposure": int(own["year_exposure"]), "outcome": int(own["year_outcome"])}
    table = cross_section(panel, study.years.model_copy(update=years), str(own["outcome"]))
    return table[table["dwellings"] >= study.sample.min_dwellings]


def steps(panel: pd.DataFrame, row: Row, study: Study) -> pd.DataFrame:
    """Count what is left after each demand that the primary fit of a row makes.

    Parameters
    ----------
    panel : DataFrame
        Measures, rows (code, division, year).
    row : Row
        Outcome and specification.
    study : Study

    Returns
    -------
    DataFrame
        year, step ("kept" or "lost"), reason, areas, dwellings, persons. An area that fails
        several demands is counted under the first; the last row is what the model uses.
    """
    models = study.models
    specification = models.specifications[row.specification]
    years = years_of(row, study)
    table = cross_section(within(panel, row, study), years, row.outcome)
    controls = controls_of(row, study)
    question = Question(
        *(row.outcome, specification, controls, models.weights, models, study.sample)
    )
    try:
        reasons = losses(table, question)
    except ColumnMissingError:
        reasons = pd.Series("column missing", index=table.index)
    lost = [
        _count(table[reasons == reason], "lost", reason) for reason in reasons.unique() if reason
    ]
    counted = [*lost, _count(table[reasons == ""], "kept", "")]
    return pd.DataFrame(counted).assign(year=years.exposure)


def _count(rows: pd.DataFrame, step: str, reason: str) -> dict[str, object]:
    persons = rows["population"].sum() if "population" in rows else float("nan")
    return {
        "step": step,
        "reason": reason,
        "areas": float(len(rows)),
        "dwellings": float(rows["dwellings"].sum()),
        "persons": float(persons),
    }


def all_steps(panel: pd.DataFrame, claims: Claims, study: Study) -> pd.DataFrame:
    """Count the steps of every hypothesis that this study decides by one cross-section.

    Parameters
    ----------
    panel : DataFrame
    claims : Claims
    study : Study

    Returns
    -------
    DataFrame
        The columns of `steps`, and `what`, the hypothesis.
    """
    parts = [
        steps(panel, row, study).assign(what=name)
        for name, hypothesis in claims.hypotheses.items()
        for row in hypothesis.studies.get(study.study, [])
        if row.role in ("primary", "instrument") and row.estimator == "cross_section"
    ]
    empty = pd.DataFrame(columns=["step", "reason", "areas", "dwellings", "persons", "year"])
    return pd.concat(parts, ignore_index=True) if parts else empty.assign(what="")


def together(borders: pd.DataFrame, models: pd.DataFrame) -> pd.DataFrame:
    """Stack what the borders cost and what the models leave out.

    Parameters
    ----------
    borders, models : DataFrame
        step, what, year, areas, dwellings, persons, reason.

    Returns
    -------
    DataFrame
        The same columns, and `part`: "borders" or "models".
    """
    columns = ["step", "what", "year", "areas", "dwellings", "persons", "reason"]
    parts = [borders[columns].assign(part="borders"), models[columns].assign(part="models")]
    return pd.concat(parts, ignore_index=True)


def describe(table: pd.DataFrame, columns: list[str], weights: str) -> pd.DataFrame:
    """Describe columns between areas, weighted.

    Parameters
    ----------
    table : DataFrame
        One row per area.
    columns : list of str
        Those without any value are left out.
    weights : str
        Column of weights.

    Returns
    -------
    DataFrame
        column, areas, missing, mean, sd, low (minimum), median (unweighted), high (maximum).
    """
    rows = []
    for name in columns:
        values = table[name].astype("float64") if name in table else pd.Series(dtype=float)
        present = values.notna() & table[weights].gt(0)
        if not present.any():
            continue
        kept, weight = values[present], table.loc[present, weights].astype(float)
        rows.append(
            {
                "column": name,
                "areas": int(present.sum()),
                "missing": int((~present).sum()),
                "mean": float(np.average(kept, weights=weight)),
                "sd": weighted_sd(kept, weight),
                "low": float(kept.min()),
                "median": float(kept.median()),
                "high": float(kept.max()),
            }
        )
    return pd.DataFrame(rows)


def correlations(table: pd.DataFrame, columns: list[str]) -> pd.DataFrame:
    """Correlate columns between areas, unweighted, on pairs that are present.

    Returns
    -------
    DataFrame
        column, other, correlation; each pair once.
    """
    present = [name for name in columns if name in table and table[name].notna().any()]
    matrix = table[present].astype("float64").corr()
    pairs = [
        {"column": one, "other": other, "correlation": matrix.loc[one, other]}
        for i, one in enumerate(present)
        for other in present[i + 1 :]
    ]
    return pd.DataFrame(pairs, columns=["column", "other", "correlation"])
