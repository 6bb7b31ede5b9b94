"""How strong an omitted variable would have to be to change an estimate."""

from __future__ import annotations

from dataclasses import asdict, dataclass

import numpy as np
import pandas as pd

from nplvanalysis.errors import EstimationError
from nplvanalysis.models.regression import Fit
from nplvanalysis.models.standard_errors import all_kinds
from nplvanalysis.models.variants import fit_variant, variants
from nplvanalysis.params import Study
from nplvanalysis.registers import Row


@dataclass(frozen=True)
class Adjusted:
    """Estimate, classical error and t if an omitted variable were held constant too."""

    estimate: float
    std_error: float
    t: float


@dataclass(frozen=True)
class Sensitivity:
    """How strong an omitted variable must be to change a conclusion.

    Attributes
    ----------
    estimate, std_error : float
        Per step; the error is the classical one, the currency of partial R2s.
    degrees : int
        N-k, the dummies of the fixed effect counted.
    largest, kind : float, str
        The largest error per step, and its convention.
    partial_r2 : float
        Share of the remaining variation of the outcome that goes with the contrast.
    robustness : float
        Partial R2 with the contrast and with the outcome at which the asked share of the estimate
        would be gone.
    robustness_alpha : float
        The same until the interval of the largest error reaches what is left; 0 if it does now.
    """

    estimate: float
    std_error: float
    degrees: int
    largest: float
    kind: str
    partial_r2: float
    robustness: float
    robustness_alpha: float


def partial_r2(t: float, degrees: int) -> float:
    """Give the share of the remaining variation of the outcome that goes with a regressor.

    Parameters
    ----------
    t : float
        Of the classical error.
    degrees : int
        Residual degrees of freedom.

    Returns
    -------
    float
        t²/(t² + degrees), Cinelli and Hazlett (2020), section 4.2.
    """
    return t**2 / (t**2 + degrees)


def robustness_value(t: float, degrees: int, share: float = 1.0, threshold: float = 0.0) -> float:
    """Give the partial R2, with contrast and outcome alike, that takes away part of an estimate.

    Parameters
    ----------
    t : float
        Of the classical error.
    degrees : int
        Residual degrees of freedom.
    share : float
        The part of the estimate that has to go; 1: all of it.
    threshold : float
        Critical t over the root of `degrees` - 1; 0: the estimate alone counts.

    Returns
    -------
    float
        Between 0 and 1; Cinelli and Hazlett (2020), equations 18 and 20. An omitted variable may
        also tell less of the outcome than of the contrast, which matters for a very large t only.
    """
    strength = share * abs(t) / np.sqrt(degrees)
    room = strength - threshold
    if room <= 0:
        return 0.0
    if strength * threshold > 1:
        return float((strength**2 - threshold**2) / (1 + strength**2))
    return float((np.sqrt(room**4 + 4 * room**2) - room**2) / 2)


def adjusted(
    estimate: float, std_error: float, degrees: int, r2_exposure: float, r2_outcome: float
) -> Adjusted:
    """Give what an estimate would be with an omitted variable that works against it.

    Parameters
    ----------
    estimate, std_error : float
        Of the fit without it; the classical error.
    degrees : int
        Residual degrees of freedom of that fit.
    r2_exposure : float
        Partial R2 of the omitted variable with the contrast, in [0, 1).
    r2_outcome : float
        Its partial R2 with the outcome, given the contrast, in [0, 1].

    Returns
    -------
    Adjusted
        Exact for least squares (Cinelli and Hazlett 2020, equations 8 and 9).

    Raises
    ------
    EstimationError
        If a partial R2 is out of range, or no degree of freedom would be left.
    """
    if not (0 <= r2_exposure < 1 and 0 <= r2_outcome <= 1 and degrees > 1):
        raise EstimationError(
            "An omitted variable cannot be that strong.",
            where="partial R2 with exposure, with outcome, degrees of freedom",
            expected="in [0, 1), in [0, 1], more than 1",
            got=f"{r2_exposure:.4g}, {r2_outcome:.4g}, {degrees}",
            todo="Ask for a weaker one.",
        )
    odds = r2_exposure / (1 - r2_exposure)
    bias = std_error * np.sqrt(degrees * r2_outcome * odds)
    kept = (1 - r2_outcome) / (1 - r2_exposure) * degrees / (degrees - 1)
    left, error = np.sign(estimate) * (abs(estimate) - bias), std_error * np.sqrt(kept)
    return Adjusted(float(left), float(error), float(left / error) if error else float("nan"))


def residual_degrees(fitted: Fit) -> int:
    """Give N-k with the dummies of the fixed effect counted, clusters or not."""
    count, slopes = fitted.regressors.shape
    return count - slopes - int(fitted.design.groups.max()) - 1


def classical_error(fitted: Fit) -> float:
    """Give the error of the contrast for independent areas with equal (weighted) variance."""
    position = fitted.design.position
    variance = fitted.residuals @ fitted.residuals / residual_degrees(fitted)
    return float(np.sqrt(variance * fitted.bread[position, position]))


def omitted_variables(fitted: Fit, step: float, study: Study, share: float = 1.0) -> Sensitivity:
    """Give the robustness values of a fit.

    What an omitted variable takes from an estimate is algebra of (weighted) least squares, and is
    counted in classical errors whatever the true ones are. Only the critical value is not: it is
    that of the largest error, taken to change as the classical one would.

    Parameters
    ----------
    fitted : Fit
    step : float
        Units of the contrast.
    study : Study
    share : float
        The part of the estimate that has to go.

    Returns
    -------
    Sensitivity

    Raises
    ------
    EstimationError
        If no degree of freedom is left, or the fit is perfect.
    """
    from scipy.special import stdtrit

    degrees, classical = residual_degrees(fitted), classical_error(fitted)
    if degrees < 2 or classical <= 0:
        raise EstimationError(
            "There is nothing left that an omitted variable could explain.",
            where=f"the fit of {fitted.design.names[fitted.design.position]}",
            expected="two degrees of freedom and residuals that vary",
            got=f"{degrees} degrees of freedom, an error of {classical:.3g}",
            todo="Use fewer regressors, or more areas.",
        )
    kinds = all_kinds(fitted, study.models.conley_km)
    kind = max(kinds, key=lambda name: kinds[name])
    critical = stdtrit(fitted.degrees, 1 - study.models.alpha / 2) / np.sqrt(degrees - 1)
    t = fitted.estimate / classical
    return Sensitivity(
        estimate=fitted.estimate * step,
        std_error=classical * step,
        degrees=degrees,
        largest=kinds[kind] * step,
        kind=kind,
        partial_r2=partial_r2(t, degrees),
        robustness=robustness_value(t, degrees, share),
        robustness_alpha=robustness_value(t, degrees, share, critical * kinds[kind] / classical),
    )


def sensitivity_table(
    table: pd.DataFrame, row: Row, study: Study, delta: float = float("nan")
) -> pd.DataFrame:
    """Give the robustness values of a row of the register.

    Parameters
    ----------
    table : DataFrame
        Cross-section of the row.
    row : Row
    study : Study
    delta : float
        Smallest relevant effect per step.

    Returns
    -------
    DataFrame
        One row: the fields of `Sensitivity`; robustness_delta, the robustness value until no more
        than the smallest relevant effect is left (0 if no more is there now); n and status (an
        error's code, then no numbers).
    """
    try:
        fitted = fit_variant(table, row, variants(row, study)[0], study)
        found = omitted_variables(
            fitted, study.models.specifications[row.specification].step, study
        )
    except EstimationError as error:
        return pd.DataFrame([{"n": 0, "status": error.code}])
    surplus = 1 - delta / abs(found.estimate)
    t = found.estimate / found.std_error
    left = robustness_value(t, found.degrees, surplus) if surplus > 0 else 0.0
    own = {"robustness_delta": left if surplus == surplus else float("nan"), "status": "ok"}
    return pd.DataFrame([{**asdict(found), **own, "n": len(fitted.residuals)}])
