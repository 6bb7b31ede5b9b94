"""The verdict rules, one test per row of the table."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from nplvanalysis.models import rules
from nplvanalysis.models.rules import decide, gates_failed, holm

FREE = 10_000  # degrees of freedom at which Student's t is the normal


def verdict(theta: float, error: float, delta: float = 1.0, gates: bool = True) -> str:
    return decide(theta, error, delta, FREE, 0.05, gates)


def test_a_wide_interval_is_too_imprecise_whatever_the_estimate():
    assert verdict(theta=50, error=1.43) == "too_imprecise"
    assert verdict(theta=0, error=1.43) == "too_imprecise"


def test_a_relevant_effect_away_from_zero_is_supported():
    assert verdict(theta=1.2, error=0.5) == "supported"


def test_a_failed_gate_makes_it_mixed():
    assert verdict(theta=1.2, error=0.5, gates=False) == "mixed"


def test_a_significant_but_small_effect_is_not_supported():
    assert verdict(theta=0.3, error=0.05) == "not_supported"


def test_a_relevant_effect_the_other_way_is_contradicted():
    assert verdict(theta=-1.2, error=0.5) == "contradicted"


def test_an_interval_inside_delta_is_not_supported():
    assert verdict(theta=0.0, error=0.5) == "not_supported"


def test_anything_else_is_inconclusive():
    assert verdict(theta=0.5, error=0.6) == "inconclusive"


def test_holm_gives_the_smallest_p_the_strictest_level():
    levels = holm(pd.Series({"a": 0.001, "b": 0.02, "c": 0.04}), 0.05)
    assert levels.to_dict() == pytest.approx({"a": 0.05 / 3, "b": 0.05 / 2, "c": 0.05})


def test_holm_rejects_exactly_what_the_published_procedure_rejects():
    from statsmodels.stats.multitest import multipletests

    rng = np.random.default_rng(3)
    # few draws: statsmodels collects garbage at every call
    for _ in range(40):
        p_values = pd.Series(rng.uniform(0, 0.08, size=5))
        mine = p_values <= holm(p_values, 0.05)
        assert mine.tolist() == multipletests(p_values, 0.05, method="holm")[0].tolist()


def test_a_gate_below_delta_or_without_estimate_fails():
    gates = pd.DataFrame(
        {
            "estimate": [2.0, 0.5, float("nan")],
            "weights": ["none", "dwellings", "dwellings"],
            "controls": ["u", "u + age", "u"],
            "sample": ["main", "main", "without largest leverage"],
        }
    )
    failed = gates_failed(gates, sign=1, delta=1.0)
    assert len(failed) == 2
    assert "u + age" in failed[0]


def interval(low: float, high: float, one_low: float | None = None, one_high: float | None = None):
    return rules.Interval(low, high, low if one_low is None else one_low, one_high or high)


@pytest.mark.parametrize(
    ("ends", "holds", "verdict"),
    [
        ((2.1, 5.0), True, "supported"),
        ((2.1, 5.0), False, "mixed"),
        ((2.0, 5.0), True, "inconclusive"),  # the lower limit must lie above 2, not on it
        ((0.3, 0.9), True, "contradicted"),
        ((0.8, 2.1, 0.9, 1.9), True, "not_supported"),
        ((0.9, 4.5), True, "too_imprecise"),
        ((1.4, 2.6), True, "inconclusive"),
    ],
)
def test_stacking_is_supported_only_above_twice_what_chance_gives(ends, holds, verdict):
    assert rules.decide_ratio(interval(*ends), holds) == verdict


@pytest.mark.parametrize(
    ("ends", "holds", "verdict"),
    [
        ((0.1, 0.69), True, "supported"),
        ((0.1, 0.69), False, "mixed"),
        ((0.89, 0.99, 0.91, 0.98), True, "not_supported"),
        ((0.5, 0.95), True, "too_imprecise"),
        ((0.6, 0.8), True, "inconclusive"),
    ],
)
def test_felt_and_registered_differ_only_below_a_correlation_of_seven_tenths(ends, holds, verdict):
    assert rules.decide_agreement(interval(*ends), holds) == verdict


@pytest.mark.parametrize(
    ("listed", "holds", "verdict"),
    [(3.0, True, "supported"), (3.0, False, "mixed"), (0.0, True, "not_supported")],
)
def test_comparable_areas_exist_if_a_stable_list_names_one(listed, holds, verdict):
    assert rules.decide_list(listed, holds) == verdict
