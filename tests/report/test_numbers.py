import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nplvanalysis.report import numbers


def test_dutch_has_a_decimal_comma_and_points_for_thousands():
    assert numbers.number(1234567.891, "nl", 2) == "1.234.567,89"


def test_english_has_a_decimal_point_and_commas_for_thousands():
    assert numbers.number(1234567.891, "en", 2) == "1,234,567.89"


def test_negative_numbers_have_a_real_minus_sign():
    assert numbers.number(-2.5, "nl", 1) == "−2,5"


def test_what_rounds_to_zero_has_no_sign():
    assert numbers.signed(-0.004, "en", 2) == "0.00"


@pytest.mark.parametrize("value", [None, math.nan, math.inf])
def test_nothing_is_a_dash_and_not_a_number(value):
    assert numbers.number(value, "en", 1) == "–"


def test_an_interval_shows_both_signs():
    assert numbers.interval(-0.5, 1.25, "nl", 2) == "−0,50 tot +1,25"


@pytest.mark.parametrize(
    ("alpha", "shown"), [(0.05, "95\u00a0%"), (0.025, "97.5\u00a0%"), (0.0125, "98.75\u00a0%")]
)
def test_the_level_keeps_the_digits_it_needs(alpha, shown):
    assert numbers.level(alpha, "en") == shown


@given(st.floats(1e-5, 1e5))
def test_decimals_show_a_spread_in_two_digits_or_as_a_whole_number(spread):
    places = numbers.decimals(spread)
    assert abs(round(spread, places) - spread) <= max(spread * 0.0501, 0.5 * (places == 0))


@given(st.floats(-1e9, 1e9), st.integers(0, 4))
def test_both_languages_write_the_same_number(value, places):
    swap = str.maketrans(",.", ".,")
    dutch = numbers.number(value, "nl", places)
    assert dutch.translate(swap) == numbers.number(value, "en", places)
