"""Estimates of many sets at once equal the full regression, and p-values count as they should."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nplvanalysis.errors import EstimationError
from nplvanalysis.models.randomisation import Randomised, contrasts, critical, share_beyond

YEARS, AFTER = 8, 5


@pytest.fixture(scope="module")
def panel():
    """Areas by years, with weights, classes and two sets of areas."""
    rng = np.random.default_rng(3)
    outcome = rng.normal(size=(90, YEARS)) + rng.normal(0, 3, (90, 1))
    sets = np.array([rng.choice(90, 7, replace=False) for _ in range(2)])
    return outcome, rng.uniform(50, 900, 90), rng.integers(0, 3, 90), sets


def changes(outcome):
    return outcome[:, AFTER:].mean(axis=1) - outcome[:, :AFTER].mean(axis=1)


def full_regression(outcome, weights, groups, inside):
    """The panel with all its effects, by pyfixest; errors clustered by area without factors."""
    import pyfixest

    area = np.repeat(np.arange(len(outcome)), YEARS)
    year = np.tile(np.arange(YEARS), len(outcome))
    long = pd.DataFrame(
        {
            "outcome": outcome.ravel(),
            "area": area,
            "effect": year * 10 + groups[area],
            "weight": weights[area],
            "treated": (np.isin(area, inside) & (year >= AFTER)).astype(float),
        }
    )
    fitted = pyfixest.feols(
        "outcome ~ treated | area + effect",
        data=long,
        weights="weight",
        vcov={"CRV1": "area"},
        ssc=pyfixest.ssc(k_adj=False, G_adj=False),
        demeaner=pyfixest.MapDemeaner(fixef_tol=1e-13),
    )
    return fitted.coef()["treated"], fitted.se()["treated"]


@pytest.mark.filterwarnings("ignore::pandas.errors.Pandas4Warning")
@pytest.mark.parametrize("crossed", [False, True])
@pytest.mark.parametrize("weighted", [False, True])
def test_a_draw_equals_the_regression_of_the_whole_panel(panel, crossed, weighted):
    outcome, homes, classes, sets = panel
    weights = homes if weighted else np.ones(len(homes))
    groups = classes if crossed else np.zeros(len(homes), dtype=int)
    estimates, errors = contrasts(changes(outcome), weights, groups, sets)
    for one, inside in enumerate(sets):
        found = full_regression(outcome, weights, groups, inside)
        np.testing.assert_allclose((estimates[one], errors[one]), found, rtol=1e-8, atol=1e-10)


def test_without_weights_and_groups_it_is_a_difference_of_means(panel):
    outcome, _, _, sets = panel
    moved, ones = changes(outcome), np.ones(len(outcome))
    estimates, _ = contrasts(moved, ones, np.zeros(len(ones), dtype=int), sets[:1])
    outside = np.delete(moved, sets[0])
    assert estimates[0] == pytest.approx(moved[sets[0]].mean() - outside.mean(), abs=1e-12)


def test_several_outcomes_at_once_are_the_same_as_one_by_one(panel):
    outcome, homes, classes, sets = panel
    both = contrasts(outcome[:, 1:3], homes, classes, sets)
    for column in (1, 2):
        alone = contrasts(outcome[:, column], homes, classes, sets)
        for one, other in zip(both, alone, strict=True):
            np.testing.assert_allclose(one[:, column - 1], other, rtol=1e-12)


def test_changes_that_do_not_differ_are_refused():
    weights, groups = np.ones(6), np.zeros(6, dtype=int)
    with pytest.raises(EstimationError, match="same amount everywhere"):
        contrasts(np.full(6, 2.0), weights, groups, np.array([[0, 1]]))


def test_a_set_that_is_a_whole_group_has_nothing_to_compare_with():
    groups = np.array([0, 0, 1, 1, 1])
    with pytest.raises(EstimationError, match="nothing to compare"):
        contrasts(np.arange(5.0), np.ones(5), groups, np.array([[0, 1]]))


def test_a_p_counts_the_real_set_among_the_draws():
    drawn = np.array([0.1, 0.5, 0.9, 1.4])
    assert share_beyond(1.0, drawn) == pytest.approx(2 / 5)
    assert share_beyond(9.0, drawn) == pytest.approx(1 / 5)
    assert share_beyond(0.5, drawn) == pytest.approx(4 / 5)


def test_too_few_draws_for_a_level_reject_nothing():
    assert critical(np.ones(9), 0.05) == np.inf


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.floats(0, 10, allow_nan=False), min_size=1, max_size=80, unique=True),
    st.floats(0.01, 0.9),
    st.floats(0, 12, allow_nan=False),
)
def test_an_interval_holds_just_what_is_not_rejected(drawn, alpha, value):
    sizes = np.array(drawn)
    limit = critical(sizes, alpha)
    if value > limit * (1 + 1e-9) + 1e-9:
        assert share_beyond(value, sizes) <= alpha + 1e-9
    if value < limit * (1 - 1e-9) - 1e-9:
        assert share_beyond(value, sizes) > alpha - 1e-9


def test_a_noisy_estimate_is_judged_by_its_own_noise():
    rng = np.random.default_rng(1)
    found = Randomised(2.0, 4.0, rng.normal(0, 1, 999), np.ones(999))
    assert found.of_estimate(0.05).p < 0.1 < found.of_statistic(0.05).p
    assert found.of_statistic(0.05).std_error == pytest.approx(
        4 * found.of_estimate(0.05).std_error
    )


def test_a_shift_of_all_placebo_areas_counts_as_error():
    drawn = np.random.default_rng(1).normal(3, 1, 999)
    spread = Randomised(3.0, 1.0, drawn, np.ones(999)).of_estimate(0.05).std_error
    assert spread == pytest.approx(np.sqrt(np.mean(drawn**2)))
    assert spread > 3 > 2 * drawn.std()
