"""Cells: what becomes a number, what is missing, what stops."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nplvanalysis import errors
from nplvanalysis.clean import cells

padding = st.text(alphabet=" \t\u00a0", max_size=8)


def read(*texts: str, notation: cells.Notation = cells.CBS) -> list[float]:
    column = pd.Series(texts, name="p_koopw", dtype="str")
    codes = pd.Series([f"BU0014{place:04d}" for place in range(len(texts))])
    return cells.numbers(column, codes, "kwb-2018.xlsx", notation).tolist()


@settings(deadline=None)
@given(tenths=st.integers(-999_000, 10**9), mark=st.sampled_from(",."), left=padding, right=padding)
def test_a_number_survives_either_decimal_mark_and_any_padding(tenths, mark, left, right):
    sign, (whole, tenth) = "-" if tenths < 0 else "", divmod(abs(tenths), 10)
    assert read(f"{left}{sign}{whole}{mark}{tenth}{right}") == [tenths / 10]


@settings(deadline=None)
@given(value=st.integers(0, 10**12), left=padding, right=padding)
def test_whole_numbers_survive(value, left, right):
    assert read(f"{left}{value}{right}") == [value]


@settings(deadline=None)
@given(mark=st.sampled_from(["", ".", ","]), left=padding, right=padding)
def test_missing_marks_are_missing_with_any_padding(mark, left, right):
    assert np.isnan(read(f"{left}{mark}{right}")[0])


@settings(deadline=None)
@given(text=st.text(max_size=12))
def test_any_text_is_a_plain_number_or_missing_or_refused(text):
    try:
        (value,) = read(text)
    except errors.DataError:
        return
    plain = text.strip().replace(",", ".")
    if np.isnan(value):
        assert plain in ("", ".") or float(plain) <= -99990
    else:
        assert value == float(plain)


@pytest.mark.parametrize(
    "text",
    ["1.234", "1,234", "1.234,5", "1,234.5", "1 234", "12a", "x", "12.", "..", "1e3", "nan", "inf",
     "45%", "2018-04-26 00:00:00", "True", "--1", "1.5.2", "٣"],
)  # fmt: skip
def test_a_cell_that_is_no_number_or_ambiguous_is_refused(text):
    with pytest.raises(errors.DataError):
        read("12", text)


def test_the_error_names_file_column_area_and_cell():
    with pytest.raises(errors.DataError) as caught:
        read("12", "1.234,5")
    message = str(caught.value)
    assert all(word in message for word in ["kwb-2018.xlsx", "p_koopw", "BU00140001", "1.234,5"])


def test_codes_of_missing_values_of_cbs_are_missing():
    assert np.isnan(read("-99997", "-99995", "-99991", "-99999999")).all()


def test_leefbaarometer_reads_exponents_and_full_precision():
    assert read("-1e-05", "4.131519995884998", notation=cells.LEEFBAAROMETER) == [
        -1e-05,
        4.131519995884998,
    ]


@pytest.mark.parametrize("text", ["", ".", "4,13", "na", "n/a", "nan"])
def test_leefbaarometer_knows_no_other_missing_mark_than_na(text):
    with pytest.raises(errors.DataError):
        read(text, notation=cells.LEEFBAAROMETER)


def test_a_class_with_a_fraction_is_refused():
    column = pd.Series(["1", "2,5"], name="ste_mvs", dtype="str")
    with pytest.raises(errors.DataError, match="ste_mvs"):
        cells.whole(column, column, "kwb-2018.xlsx")
