"""From the fits of a deciding row to its verdict, by the rule that the register names."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from nplvanalysis.models import rules
from nplvanalysis.params import Study
from nplvanalysis.registers import Row

# Estimators whose error is partly what is not known of the data, and reaches to the end of the
# interval: no level narrows that, so that the one-sided end is the same.
UNKNOWN = ("gap",)


@dataclass(frozen=True)
class Judgement:
    """A verdict and what it rests on.

    `theta` is the estimate times the expected sign, `delta` the size that matters: the smallest
    relevant difference, a ratio, a correlation or a number of areas.
    """

    theta: float
    std_error: float
    low: float
    high: float
    delta: float
    failed: list[str]
    verdict: str


@dataclass(frozen=True)
class Case:
    """What is judged: the fit of a row with its largest error, one row per gate, and the level.

    `level` is that after Holm's correction: intervals cover 1 - level.
    """

    row: Row
    worst: pd.Series
    gates: pd.DataFrame
    study: Study
    level: float


def judge(case: Case) -> Judgement:
    """Apply the rule that the register names for a row.

    Parameters
    ----------
    case : Case

    Returns
    -------
    Judgement
    """
    return JUDGES[case.row.rule](case)


def _by_delta(case: Case) -> Judgement:
    from scipy.special import stdtrit

    models, worst, sign = case.study.models, case.worst, case.row.sign
    kind = models.specifications[case.row.specification].kind
    delta = models.delta[kind] * float(worst["outcome_sd"])
    theta, error = sign * float(worst["estimate"]), float(worst["std_error"])
    degrees = int(worst["degrees"])
    failed = rules.gates_failed(case.gates, sign, delta)
    reach = error * float(stdtrit(degrees, 1 - case.level / 2))
    one_sided = 1 - models.alpha / 2 if case.row.estimator in UNKNOWN else rules.ONE_SIDED
    verdict = rules.decide(theta, error, delta, degrees, case.level, not failed, one_sided)
    return Judgement(theta, error, theta - reach, theta + reach, delta, failed, verdict)


def _by_ratio(case: Case) -> Judgement:
    interval = _at_level(case, np.log, np.exp)
    failed = rules.gates_failed(case.gates, 1, rules.RATIO)
    return _judged(case, interval, rules.RATIO, failed, rules.decide_ratio(interval, not failed))


def _by_agreement(case: Case) -> Judgement:
    interval = _each_end(case)
    failed = rules.gates_failed(case.gates, -1, -rules.APART)
    verdict = rules.decide_agreement(interval, not failed)
    return _judged(case, interval, rules.APART, failed, verdict)


def _by_list(case: Case) -> Judgement:
    failed = rules.gates_failed(case.gates, 1, rules.STABLE)
    ends = float(case.worst["low"]), float(case.worst["high"])
    verdict = rules.decide_list(float(case.worst["estimate"]), not failed)
    return _judged(case, rules.Interval(*ends, *ends), 1.0, failed, verdict)


def _at_level(case: Case, to: Callable, back: Callable) -> rules.Interval:
    """Widen an interval to another level on the scale on which it is symmetric."""
    from scipy.special import ndtri

    worst, alpha = case.worst, case.study.models.alpha
    centre, low, high = to(worst[["estimate", "low", "high"]].to_numpy(float))
    error = (high - low) / (2 * ndtri(1 - alpha / 2))
    reach, one_sided = error * ndtri(1 - case.level / 2), error * ndtri(rules.ONE_SIDED)
    ends = back(centre + np.array([-reach, reach, -one_sided, one_sided]))
    return rules.Interval(*(float(end) for end in ends))


def _each_end(case: Case) -> rules.Interval:
    """Move each end of a lopsided interval to another level by its own distance.

    Part of the distance may be what is not known of reliability, which no level narrows: so the
    one-sided ends are the same.
    """
    from scipy.special import ndtri

    estimate, *ends = case.worst[["estimate", "low", "high"]].to_numpy(float)
    wider = ndtri(1 - case.level / 2) / ndtri(1 - case.study.models.alpha / 2)
    low, high = (float(estimate + wider * (end - estimate)) for end in ends)
    return rules.Interval(low, high, low, high)


def _judged(
    case: Case, interval: rules.Interval, size: float, failed: list[str], verdict: str
) -> Judgement:
    own = float(case.worst["estimate"]), float(case.worst["std_error"])
    return Judgement(*own, interval.low, interval.high, size, failed, verdict)


JUDGES = {"delta": _by_delta, "ratio": _by_ratio, "agreement": _by_agreement, "list": _by_list}
