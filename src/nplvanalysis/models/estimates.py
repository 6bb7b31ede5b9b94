"""From the register of claims to one tidy table of estimates."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd

from nplvanalysis import params
from nplvanalysis.errors import EstimationError, ParameterError
from nplvanalysis.models.agreement import estimate_agreement
from nplvanalysis.models.association import estimate_association
from nplvanalysis.models.balances import estimate_balances
from nplvanalysis.models.circularity import refuse_circular, refuse_own_problem
from nplvanalysis.models.counts import estimate_counts
from nplvanalysis.models.excess import estimate_excess
from nplvanalysis.models.gap import estimate_gap
from nplvanalysis.models.heterogeneity import estimate_interaction
from nplvanalysis.models.labels import labels
from nplvanalysis.models.lagged import estimate_lagged
from nplvanalysis.models.long_difference import estimate_change
from nplvanalysis.models.lookalikes import estimate_lookalikes
from nplvanalysis.models.mediation import estimate_mediation
from nplvanalysis.models.multilevel import estimate_multilevel
from nplvanalysis.models.programme import estimate_programme
from nplvanalysis.models.rows import COLUMNS, unusable, without_empty
from nplvanalysis.models.soundness import refuse_broken, refuse_unknown
from nplvanalysis.models.specification import controls_of, within
from nplvanalysis.models.two_way import estimate_two_way
from nplvanalysis.params import Study
from nplvanalysis.registers import Hypothesis, Row
from nplvanalysis.schema import Column

Estimator = Callable[[pd.DataFrame, Row, Study, np.random.Generator], pd.DataFrame]

# By the name that a row of the register gives; see docs/methods.md for each.
ESTIMATORS: dict[str, Estimator] = {
    "agreement": estimate_agreement,
    "balances": estimate_balances,
    "change": estimate_change,
    "count": estimate_counts,
    "cross_section": estimate_association,
    "excess": estimate_excess,
    "gap": estimate_gap,
    "interaction": estimate_interaction,
    "lagged": estimate_lagged,
    "lookalikes": estimate_lookalikes,
    "mediation": estimate_mediation,
    "multilevel": estimate_multilevel,
    "programme": estimate_programme,
    "two_way": estimate_two_way,
}
# To these, `where` is a region; what it is compared with lies in the whole country.
WHOLE = ("lookalikes",)


def estimate_row(
    panel: pd.DataFrame, row: Row, study: Study, dictionary: dict[str, Column]
) -> pd.DataFrame:
    """Estimate a row of the register and its gates by the estimator that it names.

    Parameters
    ----------
    panel : DataFrame
        Measures, rows (code, division, year).
    row : Row
    study : Study
    dictionary : dict of str to Column

    Returns
    -------
    DataFrame
        `COLUMNS` without study, claim, hypothesis and row; a fit that fails is a row with its
        reason as `status`.

    Raises
    ------
    CircularityError
        If the outcome is refused for this role, or is one of the problems it is compared with.
    RegisterError
        If the row names what does not exist.
    DataError
        If the panel holds an area twice, or an infinite value.
    """
    refuse_broken(panel)
    return _estimate_row(panel, row, study, dictionary)


def _estimate_row(
    panel: pd.DataFrame, row: Row, study: Study, dictionary: dict[str, Column]
) -> pd.DataFrame:
    refuse_unknown(row, study, dictionary, [*ESTIMATORS])
    models = study.models
    specification = models.specifications[row.specification]
    controls = [*models.controls, *models.controls_other, *(row.controls or [])]
    refuse_circular(row, specification, controls, dictionary)
    refuse_own_problem(row, specification, study.measures.problems)
    rng = np.random.default_rng(study.seed)
    own = panel if row.estimator in WHOLE else within(panel, row, study)
    try:
        made = ESTIMATORS[row.estimator](own, row, study, rng)
    except EstimationError as error:
        held = " + ".join(controls_of(row, study))
        asked = {"role": row.role, "weights": models.weights, "controls": held, "sample": "main"}
        made = unusable(error.code).assign(**asked)
    # a list is counted, not tested: it needs no error
    made = without_empty(made, tested=row.rule != "list")
    return made.assign(estimator=row.estimator, **labels(panel, row, study))


def refuse_unknown_columns(study: Study, dictionary: dict[str, Column]) -> None:
    """Refuse parameters that name a column that does not exist: it would look like missing data."""
    models = study.models
    named = [models.fixed_effects, models.cluster, models.weights]
    named += [*models.controls, *models.controls_other]
    named += [term for one in models.specifications.values() for term in one.terms]
    unknown = sorted(set(named) - {*dictionary, params.NONE})
    if unknown:
        raise ParameterError(
            "A parameter names a column that does not exist.",
            where="params.yaml, models",
            expected="columns of data/columns.csv",
            got=", ".join(unknown),
            todo="Correct the name.",
        )


def estimate(
    panel: pd.DataFrame,
    hypotheses: dict[str, Hypothesis],
    study: Study,
    dictionary: dict[str, Column],
) -> pd.DataFrame:
    """Estimate every row that hypotheses ask of a study.

    Parameters
    ----------
    panel : DataFrame
        Measures, rows (code, division, year).
    hypotheses : dict of str to Hypothesis
        Those without rows for this study add nothing; their verdict says why.
    study : Study
    dictionary : dict of str to Column

    Returns
    -------
    DataFrame
        `COLUMNS`; one row per fit and kind of error. `row` counts the rows of a hypothesis in
        this study from 0, so that a row and its gates stay together.
    """
    refuse_unknown_columns(study, dictionary)
    refuse_broken(panel)
    parts = [
        _estimate_row(panel, row, study, dictionary).assign(
            study=study.study, claim=str(hypothesis.conclusion), hypothesis=name, row=position
        )
        for name, hypothesis in hypotheses.items()
        for position, row in enumerate(hypothesis.studies.get(study.study, []))
    ]
    if not parts:
        return pd.DataFrame(columns=COLUMNS)
    return pd.concat(parts, ignore_index=True)[COLUMNS]
