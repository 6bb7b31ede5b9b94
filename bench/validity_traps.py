"""Traps of the written truth: a naive estimate beside the proper one and the truth."""

from __future__ import annotations

from dataclasses import astuple

import numpy as np
import pandas as pd
import validity_panel
from scipy.special import stdtrit
from validity_setup import Setup

from nplvanalysis.errors import EstimationError
from nplvanalysis.models import registry
from nplvanalysis.models.specification import Question, cross_section, losses
from nplvanalysis.params import Specification
from nplvanalysis.sources.sample import effects
from nplvanalysis.sources.sample.country import Country

TENURE = ["tenure_corporation", "tenure_other"]
# Exposures that the panel has already, by `nplvanalysis.measures`.
MEASURES = [*TENURE, "blending"]
COLUMNS = ["trap", "estimator", "estimate", "std_error", "degrees"]


def fell(setup: Setup, country: Country) -> pd.DataFrame:
    """Answer the question of each trap, naively and properly.

    Naive is one line through unweighted areas, with the error of independent draws; proper is the
    estimator that decides verdicts: beside the shares of tenure, with controls, within
    municipalities, weighted by dwellings.

    Parameters
    ----------
    setup : Setup
    country : Country
        Redrawn.

    Returns
    -------
    DataFrame
        `COLUMNS`; estimates per unit of the exposure.
    """
    listed = effects.traps(country.truth)
    named = dict.fromkeys([*listed["outcome"], *listed["exposure"]])
    columns = [name for name in named if name not in MEASURES]
    years = [setup.study.years.exposure]
    panel = validity_panel.panel(country, setup.places, setup.study, columns, years)
    rows = []
    for trap in listed.itertuples():
        question = _question(setup, trap.outcome, trap.exposure)
        table = cross_section(panel, setup.study.years, trap.outcome)
        used = table[losses(table, question) == ""]
        naive = _line(used[trap.exposure].to_numpy(float), used[trap.outcome].to_numpy(float))
        rows.append((trap.name, "naive", *naive))
        rows.append((trap.name, "proper", *_proper(table, question)))
    return pd.DataFrame(rows, columns=COLUMNS)


def tidy(found: pd.DataFrame | None) -> pd.DataFrame:
    """Give an empty table where no traps were tried."""
    return pd.DataFrame(columns=COLUMNS) if found is None else found


def _question(setup: Setup, outcome: str, exposure: str) -> Question:
    models = setup.study.models
    terms = list(dict.fromkeys([exposure, *TENURE]))
    specification = Specification(
        terms=terms, contrast=exposure, against="", step=1.0, kind="share"
    )
    return Question(
        *(outcome, specification, models.controls, models.weights, models), setup.study.sample
    )


def _proper(table: pd.DataFrame, question: Question) -> tuple[float, float, int]:
    try:
        return astuple(registry.ESTIMATORS[registry.DECIDING].estimate(table, question))
    except EstimationError:
        return np.nan, np.nan, 0


def _line(exposure: np.ndarray, outcome: np.ndarray) -> tuple[float, float, int]:
    """Fit one straight line by least squares, with the textbook error."""
    centred = exposure - exposure.mean()
    slope = centred @ outcome / (centred @ centred)
    left = outcome - outcome.mean() - slope * centred
    degrees = len(outcome) - 2
    return float(slope), float(np.sqrt(left @ left / degrees / (centred @ centred))), degrees


def summary(found: pd.DataFrame, setup: Setup, alpha: float = 0.05) -> pd.DataFrame:
    """Count how often each answer misses the truth.

    Parameters
    ----------
    found : DataFrame
        draw and `COLUMNS`.
    setup : Setup
    alpha : float

    Returns
    -------
    DataFrame
        trap, outcome, exposure, unit, why, truth, then for naive and proper: the mean estimate,
        its Monte Carlo error (`_mc`), and the share of draws whose interval misses (`_missed`).
    """
    rows = []
    for trap in effects.traps(setup.base.truth).itertuples():
        row = {
            name: getattr(trap, name) for name in ("outcome", "exposure", "unit", "why", "truth")
        }
        for name in ("naive", "proper"):
            own = found[(found["trap"] == trap.name) & (found["estimator"] == name)].dropna()
            reach = own["std_error"] * stdtrit(own["degrees"].to_numpy(float), 1 - alpha / 2)
            row[name] = own["estimate"].mean()
            row[f"{name}_mc"] = own["estimate"].std() / np.sqrt(max(len(own), 1))
            row[f"{name}_missed"] = ((own["estimate"] - trap.truth).abs() > reach).mean()
        rows.append({"trap": trap.name, **row})
    return pd.DataFrame(rows)
