"""Tenure as a composition: log-ratio balances, told as swaps between two tenures."""

from __future__ import annotations

import numpy as np
import pandas as pd

from nplvanalysis.errors import EstimationError
from nplvanalysis.models.joint import fit_terms
from nplvanalysis.models.rows import tidy, unusable
from nplvanalysis.models.soundness import refuse_negative
from nplvanalysis.models.specification import controls_of, cross_section, years_of
from nplvanalysis.params import Specification, Study
from nplvanalysis.registers import Row

TENURES = ["tenure_corporation", "tenure_owner", "tenure_other"]
# Orthonormal columns: corporation against both others, owner against other (Egozcue et al. 2003).
PIVOT = np.array(
    [
        [np.sqrt(2 / 3), 0.0],
        [-np.sqrt(1 / 6), np.sqrt(1 / 2)],
        [-np.sqrt(1 / 6), -np.sqrt(1 / 2)],
    ]
)
# From where the swap starts, % corporation, owner, other; and the mean of the study. Ten points
# from 60/30/10 are the reverse of ten points from corporation to owner in an area of 70/20/10.
BASELINES = {"20/70/10": (20.0, 70.0, 10.0), "60/30/10": (60.0, 30.0, 10.0)}
MEAN = "mean"
REPLACEMENTS = (0.001, 0.0033, 0.005)
APART = "apart"
SWAP, REST, ZERO = "swap", "rest of the composition", "a tenure of 0 %"


def log_ratios(shares: np.ndarray, replacement: float, basis: np.ndarray = PIVOT) -> np.ndarray:
    """Compute isometric log-ratios of shares, zeros replaced multiplicatively.

    Egozcue et al. (2003); Martin-Fernandez et al. (2003).

    Parameters
    ----------
    shares : ndarray, shape (n, K)
        Not negative, in any unit.
    replacement : float
        Stands for a share of 0, as a fraction.
    basis : ndarray, shape (K, K-1)
        Orthonormal columns that each sum to 0.

    Returns
    -------
    ndarray, shape (n, K-1)

    Raises
    ------
    DataError
        If a share is below 0.
    """
    refuse_negative(shares)
    fractions = shares / shares.sum(axis=1, keepdims=True)
    zero = fractions == 0
    kept = fractions * (1 - replacement * zero.sum(axis=1, keepdims=True))
    return np.log(np.where(zero, replacement, kept)) @ basis


def displacement(baseline: tuple[float, ...], step: float, basis: np.ndarray = PIVOT) -> np.ndarray:
    """Say how balances move when dwellings pass from owner-occupied to corporation rent.

    Parameters
    ----------
    baseline : tuple of float
        % corporation, owner, other.
    step : float
        Points of dwellings.
    basis : ndarray, shape (3, 2)

    Returns
    -------
    ndarray, shape (2,)
        The effect of the swap is its product with the coefficients of the balances.

    Raises
    ------
    EstimationError
        If the baseline has not so many owner-occupied homes.
    """
    start = np.array([baseline])
    end = start + np.array([[step, -step, 0.0]])
    if end.min() <= 0 or start.min() <= 0:
        raise EstimationError(
            "This swap is not possible from this baseline.",
            where=f"{step:g} points from owner-occupied to corporation rent",
            expected="each share above 0 before and after",
            got=", ".join(f"{share:.1f} %" for share in baseline),
            todo="Choose another baseline or a smaller step.",
        )
    return (log_ratios(end, 0.0, basis) - log_ratios(start, 0.0, basis))[0]


def swap_columns(
    shares: np.ndarray,
    baseline: tuple[float, ...],
    step: float,
    replacement: float,
    basis: np.ndarray = PIVOT,
) -> np.ndarray:
    """Turn the balances so that one coefficient is the swap itself.

    Errors of the swap are then those of a coefficient: the delta method, exact because the swap is
    linear in the coefficients. Any basis gives the same fit and the same first coefficient.

    Parameters
    ----------
    shares : ndarray, shape (n, 3)
        Corporation, owner, other.
    baseline : tuple of float
    step : float
        Points of dwellings from owner-occupied to corporation rent.
    replacement : float
    basis : ndarray, shape (3, 2)

    Returns
    -------
    ndarray, shape (n, 2)
        The coefficient of the first is the effect of the swap.
    """
    moved = displacement(baseline, step, basis)
    across = np.array([-moved[1], moved[0]])
    ratios = log_ratios(shares, replacement, basis)
    return ratios @ np.linalg.inv(np.stack([moved, across]))


def estimate_balances(
    panel: pd.DataFrame, row: Row, study: Study, _rng: np.random.Generator
) -> pd.DataFrame:
    """Estimate a swap from log-ratio balances, at several baselines and stand-ins for zero.

    Parameters
    ----------
    panel : DataFrame
        Measures of one level, rows (code, division, year), with the closed shares `TENURES`.
    row : Row
        Its specification is a swap from owner-occupied to corporation rent.
    study : Study
    _rng : Generator
        Not used: nothing here is random.

    Returns
    -------
    DataFrame
        `rows.GIVEN`, role "sensitivity"; `sample` names baseline (corporation/owner/other or the
        study's mean) and stand-in for zero: "balances at 20/70/10, zeros 0.0033". With zeros
        "apart", areas without some tenure have a level of their own. Where no area lacks a tenure,
        only the stand-in of the study.

    Raises
    ------
    EstimationError
        If the row is not such a swap.
    """
    own = study.models.specifications[row.specification]
    _refuse_other(own)
    table = cross_section(panel, years_of(row, study), row.outcome)
    sample = fit_terms(table, row, study, [*TENURES[:1], TENURES[2]]).design
    mean = np.average(sample.columns[:, :2], axis=0, weights=sample.weights)
    baselines = {**BASELINES, MEAN: (float(mean[0]), 100 - float(mean.sum()), float(mean[1]))}
    shares = table.loc[table["code"].isin(sample.codes), TENURES]
    # without a zero all stand-ins give the same, and there is no level to keep apart
    zeros = bool((shares == 0).any(axis=None))
    stand_ins: list[float | str] = [study.measures.zero_replacement]
    stand_ins = [*REPLACEMENTS, APART] if zeros else stand_ins
    parts = [
        _one(table, row, study, baseline, stand_in).assign(
            role="sensitivity",
            weights=study.models.weights,
            controls=" + ".join(controls_of(row, study)),
            sample=f"balances at {name}, zeros {stand_in}",
        )
        for name, baseline in baselines.items()
        for stand_in in stand_ins
    ]
    return pd.concat(parts, ignore_index=True)


def _refuse_other(own: Specification) -> None:
    if own.kind != "swap" or own.contrast != TENURES[0]:
        raise EstimationError(
            "Balances answer a swap from owner-occupied to corporation rent only.",
            where=f"contrast {own.contrast}",
            expected="a specification of kind swap with contrast tenure_corporation",
            got=f"kind {own.kind}, against {own.against}",
            todo="Give the row the specification owner-to-corporation.",
        )


def _one(
    table: pd.DataFrame,
    row: Row,
    study: Study,
    baseline: tuple[float, ...],
    stand_in: float | str,
) -> pd.DataFrame:
    own = study.models.specifications[row.specification]
    replacement = study.measures.zero_replacement if isinstance(stand_in, str) else stand_in
    shares = table[TENURES].to_numpy(float)
    try:
        columns = swap_columns(shares, baseline, own.step, replacement)
        made = table.assign(**{SWAP: columns[:, 0], REST: columns[:, 1]})
        made[ZERO] = (shares == 0).any(axis=1).astype(float)
        terms = [SWAP, REST, ZERO] if stand_in == APART else [SWAP, REST]
        return tidy(fit_terms(made, row, study, terms), 1.0, study)
    except EstimationError as error:
        return unusable(error.code)
