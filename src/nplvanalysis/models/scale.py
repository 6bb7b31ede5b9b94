"""The same association at coarser levels, and without fixed effects (the scale question)."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from nplvanalysis.models.estimates import estimate_row
from nplvanalysis.models.rows import COLUMNS
from nplvanalysis.models.verdicts import deciding_row
from nplvanalysis.params import NONE, Study
from nplvanalysis.registers import Hypothesis
from nplvanalysis.schema import Column

LEVELS = ("buurt", "wijk", "gemeente")


@dataclass(frozen=True)
class Scale:
    """A level, what is held constant there, and within what errors may go together."""

    unit: str
    fixed_effects: str
    cluster: str


def scales(study: Study) -> list[Scale]:
    """List the levels at which a study asks the same thing.

    Parameters
    ----------
    study : Study

    Returns
    -------
    list of Scale
        The level of the study with its own fixed effect and without any, then the coarser levels
        without any, errors within municipalities: with the fixed effect a slope is within
        municipalities, at their own level it is between them. Empty for areas that make up no
        coarser level.
    """
    models = study.models
    if study.unit not in LEVELS[:-1]:
        return []
    coarser = LEVELS[LEVELS.index(study.unit) + 1 :]
    own = [Scale(study.unit, models.fixed_effects, models.cluster)]
    own += [Scale(study.unit, NONE, models.cluster)] if models.fixed_effects != NONE else []
    return own + [
        Scale(unit, NONE, NONE if unit == "gemeente" else "municipality") for unit in coarser
    ]


def estimate_scales(
    panel: pd.DataFrame,
    hypotheses: dict[str, Hypothesis],
    study: Study,
    dictionary: dict[str, Column],
) -> pd.DataFrame:
    """Estimate the row that decides each hypothesis at every level.

    Parameters
    ----------
    panel : DataFrame
        Measures of all levels, rows (code, division, year).
    hypotheses : dict of str to Hypothesis
    study : Study
    dictionary : dict of str to Column

    Returns
    -------
    DataFrame
        `rows.COLUMNS`, role "scale"; the first level repeats the estimate that decides.
    """
    parts = [
        _at(panel, name, hypothesis, study, dictionary, scale)
        for name, hypothesis in hypotheses.items()
        for scale in scales(study)
    ]
    found = [part for part in parts if len(part)]
    return pd.concat(found, ignore_index=True) if found else pd.DataFrame(columns=COLUMNS)


def _at(
    panel: pd.DataFrame,
    name: str,
    hypothesis: Hypothesis,
    study: Study,
    dictionary: dict[str, Column],
    scale: Scale,
) -> pd.DataFrame:
    row = deciding_row(hypothesis, study.study)
    own = panel[panel["level"] == scale.unit]
    if row is None or row.estimator != "cross_section" or own.empty:
        return pd.DataFrame(columns=COLUMNS)
    held = {"fixed_effects": scale.fixed_effects, "cluster": scale.cluster}
    models = study.models.model_copy(update=held)
    here = study.model_copy(update={"unit": scale.unit, "models": models})
    place = hypothesis.studies[study.study].index(row)
    made = estimate_row(own, row, here, dictionary)
    return made[made["role"] == row.role].assign(
        role="scale",
        study=study.study,
        claim=str(hypothesis.conclusion),
        hypothesis=name,
        row=place,
    )[COLUMNS]
