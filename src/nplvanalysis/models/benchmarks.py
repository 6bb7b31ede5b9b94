"""What an omitted variable as strong as an observed control would take from an estimate."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from nplvanalysis.errors import CollinearError, EstimationError, TooStrongError
from nplvanalysis.models.regression import Fit
from nplvanalysis.models.sensitivity import adjusted, classical_error, residual_degrees
from nplvanalysis.models.specification import other_controls
from nplvanalysis.models.variants import fit_variant, variants
from nplvanalysis.params import Study
from nplvanalysis.registers import Row

MULTIPLES = (1, 2, 3)
# Yardsticks beside the controls of a row and of the study: they are added for the comparison.
OTHERS = ("address_density", "population_density")


@dataclass(frozen=True)
class Strength:
    """Partial R2 with the contrast, and with the outcome given the contrast."""

    exposure: float
    outcome: float


def observed_strength(fitted: Fit, control: str) -> Strength:
    """Measure how strongly a control, or all dummies of one, goes with contrast and outcome.

    Parameters
    ----------
    fitted : Fit
        With the control among its regressors.
    control : str
        A column; "urbanity" stands for all its dummies.

    Returns
    -------
    Strength
        Within the fixed effect, given the other regressors.

    Raises
    ------
    EstimationError
        If the control is not in the model.
    """
    names = np.array(fitted.design.names)
    own = (names == control) | np.char.startswith(names.astype(str), "urbanity_") * (
        control == "urbanity"
    )
    if not own.any():
        raise EstimationError(
            "A yardstick is not in the model.",
            where=control,
            expected=", ".join(names),
            got=control,
            todo="Name one of the controls.",
        )
    contrast = np.arange(len(names)) == fitted.design.position
    columns = fitted.regressors
    outcome = columns @ fitted.estimates + fitted.residuals
    exposure = columns[:, fitted.design.position]
    return Strength(
        exposure=_explained(exposure, columns[:, ~own & ~contrast], columns[:, ~contrast]),
        outcome=_explained(outcome, columns[:, ~own], columns),
    )


def _explained(values: np.ndarray, without: np.ndarray, with_it: np.ndarray) -> float:
    return 1 - _left(values, with_it) / _left(values, without)


def _left(values: np.ndarray, columns: np.ndarray) -> float:
    scaled = columns / np.linalg.norm(columns, axis=0)
    residuals = values - scaled @ np.linalg.lstsq(scaled, values, rcond=None)[0]
    return float(residuals @ residuals)


def bound(observed: Strength, multiple: float) -> Strength:
    """Give the strongest omitted variable that is `multiple` times as strong as an observed one.

    Parameters
    ----------
    observed : Strength
    multiple : float
        How many times as much of contrast and outcome it tells.

    Returns
    -------
    Strength
        Cinelli and Hazlett (2020), section 4.4, equation 22 and appendix B.

    Raises
    ------
    CollinearError
        If it would tell all of the contrast.
    TooStrongError
        If it would tell all of the outcome, or more.
    """
    part = observed.exposure
    if part >= 1 or multiple * part / (1 - part) >= 1:
        raise _too_strong(multiple, part)
    shared = multiple * part**2 / ((1 - multiple * part) * (1 - part))
    if shared >= 1:
        raise _too_strong(multiple, part)
    factor = (np.sqrt(multiple) + np.sqrt(shared)) / np.sqrt(1 - shared)
    told = factor**2 * observed.outcome
    if told >= 1 - observed.outcome:
        raise TooStrongError(
            "No variable can be that many times as strong: it would tell all of the outcome.",
            where=f"{multiple:g} times the yardstick",
            expected="less than all of the outcome that contrast and controls leave",
            got=f"partial R2 of the yardstick {observed.outcome:.3f}",
            todo="Take a smaller multiple.",
        )
    return Strength(multiple * part / (1 - part), float(told / (1 - observed.outcome)))


def _too_strong(multiple: float, part: float) -> CollinearError:
    return CollinearError(
        "No variable can be that many times as strong: it would tell all of the contrast.",
        where=f"{multiple:g} times the yardstick",
        expected="less than all of the contrast",
        got=f"partial R2 of the yardstick {part:.3f}",
        todo="Take a smaller multiple.",
    )


def benchmarks(
    table: pd.DataFrame, row: Row, study: Study, others: tuple[str, ...] = OTHERS
) -> pd.DataFrame:
    """Give an estimate as it would be with an omitted variable like an observed one.

    Parameters
    ----------
    table : DataFrame
        Cross-section of the row.
    row : Row
    study : Study
    others : tuple of str
        Yardsticks beside the controls of the row and the other set of the study. Those that are
        no control of the row are held constant for this comparison.

    Returns
    -------
    DataFrame
        One row per yardstick and multiple: benchmark, held (a control of the row), multiple,
        r2_exposure, r2_outcome (of the omitted variable), estimate (before; with the yardstick
        held constant), adjusted, std_error (classical, adjusted), t, n, status (an error's code,
        then no numbers).
    """
    own = variants(row, study)[0]
    parts = []
    for name in dict.fromkeys([*other_controls(row, study), *own.controls, *others]):
        controls = list(dict.fromkeys([*own.controls, name]))
        labels = {"benchmark": name, "held": name in own.controls}
        try:
            fitted = fit_variant(table, row, replace(own, controls=controls), study)
        except EstimationError as error:
            parts.append({**labels, "multiple": 1, "status": error.code})
            continue
        step = study.models.specifications[row.specification].step
        parts += [{**labels, **_answer(fitted, name, times, step)} for times in MULTIPLES]
    return pd.DataFrame(parts)


def _answer(fitted: Fit, name: str, multiple: int, step: float) -> dict[str, object]:
    asked = {"multiple": multiple, "n": len(fitted.residuals), "estimate": fitted.estimate * step}
    try:
        omitted = bound(observed_strength(fitted, name), multiple)
        left = adjusted(
            fitted.estimate * step,
            classical_error(fitted) * step,
            residual_degrees(fitted),
            omitted.exposure,
            omitted.outcome,
        )
    except EstimationError as error:
        return {**asked, "status": error.code}
    return {
        **asked,
        "r2_exposure": omitted.exposure,
        "r2_outcome": omitted.outcome,
        "adjusted": left.estimate,
        "std_error": left.std_error,
        "t": left.t,
        "status": "ok",
    }
