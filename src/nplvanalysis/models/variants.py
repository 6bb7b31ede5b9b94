"""The fits of one row of the register: itself, and the checks that its verdict must survive."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from nplvanalysis.models.city_areas import Left, kept
from nplvanalysis.models.design import design, refuse_small
from nplvanalysis.models.regression import Fit, fit
from nplvanalysis.models.specification import Question, controls_of, other_controls
from nplvanalysis.params import Study
from nplvanalysis.registers import Row


@dataclass(frozen=True)
class Variant:
    """How one fit differs from the primary one.

    `leave_out` drops the most influential area; `without` those that a city puts together
    ("unions"), or where far more people come than live ("centre").
    """

    role: str
    weights: str | None
    controls: list[str]
    leave_out: bool = False
    without: Left = ""

    @property
    def sample(self) -> str:
        """Name the areas that are used."""
        if self.without:
            return f"without {self.without}"
        return "without largest leverage" if self.leave_out else "main"

    def of(self, table: pd.DataFrame) -> pd.DataFrame:
        """Choose the areas of a table (code; union in studies of a city) that are asked."""
        return table[kept(table, self.without)]


def variants(row: Row, study: Study) -> list[Variant]:
    """List the fits of a row: itself, and the gates that a verdict must survive.

    Parameters
    ----------
    row : Row
    study : Study

    Returns
    -------
    list of Variant
        The first is the row itself. Rows that decide a verdict are also fitted with the other
        control set and without the area of largest leverage; and, deciding nothing, where a study
        is of the areas of a city, without those that it puts together and without its centre. A
        conditional row is shown beside the total one and has no gates.
    """
    models = study.models
    own = Variant(row.role, models.weights, controls_of(row, study))
    if row.role == "conditional":
        return [own]
    gates = [replace(own, role="gate", weights=None)]
    if row.role in ("primary", "instrument"):
        gates += [
            replace(own, role="gate", controls=other_controls(row, study)),
            replace(own, role="gate", leave_out=True),
        ]
    if row.role in ("primary", "instrument") and study.unit == "gebied":
        check = replace(own, role="sensitivity")
        gates += [replace(check, without="unions"), replace(check, without="centre")]
    return [own, *gates]


def allowing_few(study: Study, clusters: int = 2) -> Study:
    """Let fits have few clusters, where errors of clusters decide nothing or are bootstrapped.

    Parameters
    ----------
    study : Study
    clusters : int
        The least that serve.

    Returns
    -------
    Study
    """
    models = study.models.model_copy(update={"min_clusters": clusters})
    return study.model_copy(update={"models": models})


def fit_variant(table: pd.DataFrame, row: Row, variant: Variant, study: Study) -> Fit:
    """Fit one variant of a row.

    Parameters
    ----------
    table : DataFrame
        Cross-section with the columns of the specification.
    row : Row
    variant : Variant
    study : Study

    Returns
    -------
    Fit

    Raises
    ------
    EstimationError
        If it cannot be estimated.
    """
    models = study.models
    specification = models.specifications[row.specification]
    question = Question(
        *(row.outcome, specification, variant.controls, variant.weights, models, study.sample)
    )
    fitted = fit(design(variant.of(table), question), models.identification_r2)
    if not variant.leave_out:
        return fitted
    keep = np.arange(len(fitted.residuals)) != int(np.argmax(fitted.partial_leverage))
    rest = fitted.design.subset(keep).without_singletons()
    refuse_small(rest, models, row.outcome)
    return fit(rest, models.identification_r2)
