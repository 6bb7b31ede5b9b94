"""Measures of mix against published vectors and the properties that define them."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from nplvanalysis.measures import housing_mix as mix

KNOWN = np.array([[0.55, 0.30, 0.15]])
positive = arrays(float, (4, 3), elements=st.floats(1e-3, 1))


def compositions(values: np.ndarray) -> np.ndarray:
    return values / values.sum(axis=1, keepdims=True)


def test_entropy_of_the_published_vector():
    assert mix.entropy(KNOWN)[0] == pytest.approx(0.887092, abs=5e-7)
    assert mix.entropy(KNOWN)[0] * np.log(3) == pytest.approx(0.974570, abs=5e-7)


def test_simpson_of_the_published_vector():
    assert mix.simpson(KNOWN)[0] == pytest.approx(0.585)
    assert mix.simpson(KNOWN)[0] * 3 / 2 == pytest.approx(0.8775)
    assert 1 - mix.simpson(KNOWN)[0] == pytest.approx(0.415)


def test_balances_of_the_published_vector():
    expected = [[-1.179989, -0.490129]]
    np.testing.assert_allclose(mix.balances(np.array([[0.1, 0.3, 0.6]])), expected, atol=5e-7)


def test_one_tenure_has_no_entropy_and_equal_tenures_have_all():
    assert mix.entropy(np.array([[1.0, 0.0, 0.0], [1 / 3, 1 / 3, 1 / 3]])) == pytest.approx([0, 1])


@given(values=positive)
def test_measures_do_not_depend_on_the_order_of_tenures(values):
    fractions = compositions(values)
    turned = fractions[:, [2, 0, 1]]
    np.testing.assert_allclose(mix.entropy(fractions), mix.entropy(turned))
    np.testing.assert_allclose(mix.simpson(fractions), mix.simpson(turned))


@given(values=positive)
def test_balances_keep_the_aitchison_norm(values):
    fractions = compositions(values)
    centred = np.log(fractions) - np.log(fractions).mean(axis=1, keepdims=True)
    np.testing.assert_allclose(
        np.linalg.norm(mix.balances(fractions), axis=1),
        np.linalg.norm(centred, axis=1),
        atol=1e-12,
    )


@given(values=positive, factor=st.floats(0.01, 100))
def test_closing_does_not_depend_on_the_unit(values, factor):
    np.testing.assert_allclose(mix.close(values), mix.close(values * factor))
    np.testing.assert_allclose(mix.close(values).sum(axis=1), 1)


@given(values=positive)
def test_replacing_zeros_keeps_the_ratios_of_the_other_tenures(values):
    values[:, 0] = 0
    fractions = compositions(values)
    filled = mix.without_zeros(fractions, 0.0033)
    np.testing.assert_allclose(filled.sum(axis=1), 1)
    np.testing.assert_allclose(filled[:, 1] / filled[:, 2], fractions[:, 1] / fractions[:, 2])
    assert (filled > 0).all()


def test_one_sidedness_has_the_sign_of_the_dominant_tenure():
    owner, corporation = np.array([95.0, 10.0, 50.0]), np.array([5.0, 80.0, 45.0])
    sides = mix.one_sidedness(owner, corporation)
    assert sides == pytest.approx([-(95 - 200 / 3), 80 - 200 / 3, 0])


def test_blending_is_one_at_half_and_half_and_zero_without_either():
    assert mix.blending(np.array([0.5, 1.0, 0.0]), np.array([0.5, 0.0, 1.0])).tolist() == [1, 0, 0]


def panel(**columns) -> pd.DataFrame:
    base = {"owner_occupied": [60.0], "corporation_rent": [30.0], "other_rent": [8.0]}
    return pd.DataFrame(base | columns)


def test_unknown_tenure_is_dropped_and_the_rest_closed_to_100():
    made = mix.housing_mix(panel(tenure_unknown=[2.0]), 5.0, 0.0033)
    assert made[mix.CLOSED].sum(axis=1)[0] == pytest.approx(100)
    assert made["tenure_owner"][0] == pytest.approx(100 * 60 / 98)


def test_too_much_unknown_tenure_gives_no_measure():
    made = mix.housing_mix(panel(tenure_unknown=[6.0]), 5.0, 0.0033)
    assert made.isna().all(axis=None)


def test_unknown_tenure_that_is_not_published_is_what_the_others_leave():
    shares = {"owner_occupied": [40.0], "corporation_rent": [30.0], "other_rent": [10.0]}
    assert mix.housing_mix(pd.DataFrame(shares), 5.0, 0.0033).isna().all(axis=None)
    blank = pd.DataFrame(shares | {"tenure_unknown": [np.nan]})
    assert mix.housing_mix(blank, 5.0, 0.0033).isna().all(axis=None)


def test_a_missing_share_gives_no_measure():
    made = mix.housing_mix(panel(other_rent=[np.nan]), 5.0, 0.0033)
    assert made.isna().all(axis=None)


def test_no_dwellings_of_any_tenure_gives_no_measure():
    made = mix.housing_mix(
        panel(owner_occupied=[0.0], corporation_rent=[0.0], other_rent=[0.0]), 5, 0.0033
    )
    assert made.isna().all(axis=None)
