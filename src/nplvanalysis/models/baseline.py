"""The outcome of the first wave as a control of its own change: a bound, and its instrument.

Noise of the first wave is in the change too, with the opposite sign. Held constant, it makes areas
with a bad first wave improve, and whatever goes with bad waves seems to help.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from nplvanalysis.errors import EstimationError, OneWaveError, WeakInstrumentError
from nplvanalysis.models.absorbing import feols
from nplvanalysis.models.design import Design, design
from nplvanalysis.models.regression import fit
from nplvanalysis.models.rows import tidy, unusable, with_interval
from nplvanalysis.models.specification import Question, controls_of
from nplvanalysis.models.waves import BASELINE, Windows, changes, waves_of, windows
from nplvanalysis.params import NONE, Study
from nplvanalysis.registers import Row

BOUND = "with baseline outcome: a bound"
INSTRUMENTED = "with baseline outcome, instrumented by an earlier wave"
EARLIER = "earlier_outcome"
# Below this first-stage F an instrument is weak (Staiger and Stock 1997).
WEAK = 10.0


@dataclass(frozen=True)
class Instrumented:
    """Two-stage least squares of one contrast, per unit of its column.

    `standard_errors` is "CR1", or "HC1" where every area stands alone; `first_stage` is the F of
    the earlier wave with that error.
    """

    estimate: float
    std_error: float
    standard_errors: str
    first_stage: float
    degrees: int
    design: Design


def _question(row: Row, study: Study, more: list[str]) -> Question:
    models = study.models
    controls = [*controls_of(row, study), *more]
    specification = models.specifications[row.specification]
    return Question(row.outcome, specification, controls, models.weights, models, study.sample)


def _labels(row: Row, study: Study, sample: str) -> dict[str, str]:
    controls = " + ".join(controls_of(row, study))
    weights = study.models.weights
    return {"role": "sensitivity", "weights": weights, "controls": controls, "sample": sample}


def estimate_bound(table: pd.DataFrame, row: Row, study: Study) -> pd.DataFrame:
    """Hold the outcome of the first wave constant; never an estimate, a bound at best.

    Parameters
    ----------
    table : DataFrame
        From `waves.changes`.
    row : Row
    study : Study

    Returns
    -------
    DataFrame
        `rows.GIVEN`, role "sensitivity", sample `BOUND`.
    """
    step = study.models.specifications[row.specification].step
    try:
        fitted = fit(design(table, _question(row, study, [BASELINE])))
        part = tidy(fitted, step, study)
    except EstimationError as error:
        part = unusable(error.code)
    return part.assign(**_labels(row, study, BOUND))


def estimate_instrumented(panel: pd.DataFrame, row: Row, study: Study) -> pd.DataFrame:
    """Hold the outcome of the first wave constant as far as an earlier wave foretells it.

    Parameters
    ----------
    panel : DataFrame
    row : Row
    study : Study

    Returns
    -------
    DataFrame
        One row of `rows.GIVEN`, role "sensitivity", sample `INSTRUMENTED`; unusable with fewer
        than three waves or a weak instrument.
    """
    step = study.models.specifications[row.specification].step
    try:
        found = instrument_baseline(panel, row, study)
    except EstimationError as error:
        return unusable(error.code).assign(**_labels(row, study, INSTRUMENTED))
    numbers = {
        "standard_errors": found.standard_errors,
        "estimate": found.estimate * step,
        "std_error": found.std_error * step,
        "degrees": found.degrees,
        "n": len(found.design.codes),
        "clusters": int(found.design.clusters.max()) + 1,
        "status": "ok",
    }
    made = with_interval(pd.DataFrame([numbers]), study.models.alpha)
    return made.assign(**_labels(row, study, INSTRUMENTED))


def instrument_waves(panel: pd.DataFrame, row: Row, study: Study) -> tuple[int, Windows] | None:
    """Choose an earlier wave, and the years of the change it serves.

    The last wave before the first year of the row; without one the change begins a wave later, and
    the first year becomes the earlier wave.

    Returns
    -------
    tuple of int and Windows, or None
        None with fewer than three waves.
    """
    asked = windows(row, study)
    terms = study.models.specifications[row.specification].terms
    first = asked.exposure[0]
    before = [year for year in waves_of(panel, [row.outcome], study) if year < first]
    if before:
        return before[-1], asked
    last = min(asked.exposure[1], asked.outcome[1])
    both = waves_of(panel, [row.outcome, *terms], study)
    between = [year for year in both if first < year < last]
    if not between:
        return None
    begin = between[0]
    return first, Windows((begin, asked.exposure[1]), (begin, asked.outcome[1]))


def instrument_baseline(panel: pd.DataFrame, row: Row, study: Study) -> Instrumented:
    """Fit by two-stage least squares: an earlier wave stands in for the outcome's first.

    Valid if the noise of both waves is independent (Anderson and Hsiao 1981).

    Parameters
    ----------
    panel : DataFrame
    row : Row
    study : Study

    Returns
    -------
    Instrumented

    Raises
    ------
    EstimationError
        With fewer than three waves or a weak instrument.
    """
    chosen = instrument_waves(panel, row, study)
    if chosen is None:
        raise OneWaveError(
            "An instrument for the first wave needs a third.",
            where=row.outcome,
            expected="three waves of the outcome",
            got=f"waves {', '.join(map(str, waves_of(panel, [row.outcome], study)))}",
            todo="Read the bound, and say that it is one.",
        )
    earlier, asked = chosen
    terms = study.models.specifications[row.specification].terms
    table = changes(panel, asked, terms, row.outcome, study)
    levels = panel[panel["year"] == earlier].set_index("code")[row.outcome]
    table[EARLIER] = table["code"].map(levels)
    made = design(table, _question(row, study, [BASELINE, EARLIER]))
    return two_stage(made, BASELINE, EARLIER, study)


def two_stage(made: Design, endogenous: str, instrument: str, study: Study) -> Instrumented:
    """Fit a design of which one regressor is instrumented by another column.

    Parameters
    ----------
    made : Design
        Both are among its columns.
    endogenous, instrument : str
    study : Study

    Returns
    -------
    Instrumented
        Conventions of `absorbing.feols`.

    Raises
    ------
    EstimationError
        If regressors are collinear, or the first-stage F is below `WEAK`.
    """
    fit(made)  # pyfixest would drop what is collinear, and go on
    names = [f"c{number}" for number in range(len(made.names))]
    data = pd.DataFrame(made.columns, columns=names)
    data = data.assign(
        outcome=made.outcome, weight=made.weights, unit=made.groups, cluster=made.clusters
    )
    one, other = (names[made.names.index(name)] for name in (endogenous, instrument))
    free = " + ".join(name for name in names if name not in (one, other))
    absorbed = "" if study.models.fixed_effects == NONE else " | unit"
    clustered = int(made.clusters.max()) + 1 < len(made.codes)
    fitted = feols(
        f"outcome ~ {free}{absorbed} | {one} ~ {other}",
        data,
        cluster="cluster" if clustered else None,
        weights="weight",
    )
    first_stage = _first_stage(fitted._model_1st_stage, other)
    if not first_stage >= WEAK:
        raise WeakInstrumentError(
            "The earlier wave is a weak instrument.",
            where=f"{instrument} for {endogenous}",
            expected=f"a first-stage F of at least {WEAK:g}",
            got=f"{first_stage:.1f}",
            todo="Read the bound, and say that it is one.",
        )
    contrast = names[made.position]
    return Instrumented(
        estimate=float(fitted.coef()[contrast]),
        std_error=float(fitted.se()[contrast]),
        standard_errors="CR1" if clustered else "HC1",
        first_stage=first_stage,
        degrees=int(fitted._df_t),
        design=made,
    )


def _first_stage(fitted: object, instrument: str) -> float:
    """One instrument: the F is its squared t, with the error of the second stage."""
    coefficients, errors = fitted.coef(), fitted.se()  # type: ignore[attr-defined]
    return float(np.square(coefficients[instrument] / errors[instrument]))
