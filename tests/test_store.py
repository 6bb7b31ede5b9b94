"""Files are written whole or not at all, and read with an error that helps."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nplvanalysis import store
from nplvanalysis.errors import FormatError, StoreError


def test_a_table_read_back_is_the_table_written(tmp_path):
    table = pd.DataFrame({"code": ["BU1", "BU2"], "share": [12.5, np.nan], "n": [1, 2]})
    store.write_table(table, tmp_path / "a" / "b.parquet")
    pd.testing.assert_frame_equal(store.read_table(tmp_path / "a" / "b.parquet"), table)


def test_the_same_table_gives_the_same_bytes(tmp_path):
    table = pd.DataFrame({"x": np.linspace(0, 1, 50)})
    for name in ("one.parquet", "two.parquet"):
        store.write_table(table, tmp_path / name)
    assert store.sha256(tmp_path / "one.parquet") == store.sha256(tmp_path / "two.parquet")


@given(value=st.floats(1e-200, 1e200), sign=st.sampled_from([-1, 1]))
def test_rounding_keeps_ten_significant_digits(value, sign):
    once = store.rounded(pd.DataFrame({"x": [sign * value]}))["x"][0]
    assert once == pytest.approx(sign * value, rel=1e-9)
    assert float(f"{once:.9e}") == pytest.approx(once, rel=1e-14)


def test_rounding_leaves_zero_infinity_and_missing_alone():
    table = pd.DataFrame({"x": [0.0, np.inf, -np.inf, np.nan]})
    pd.testing.assert_frame_equal(store.rounded(table), table)


def test_numbers_that_differ_in_the_last_bits_become_equal():
    one, other = 0.1 + 0.2, 0.3
    assert one != other
    rounded = store.rounded(pd.DataFrame({"x": [one, other]}))["x"]
    assert rounded[0] == rounded[1]


def test_a_failure_while_writing_leaves_the_old_file_and_no_other(tmp_path):
    path = tmp_path / "kept.txt"
    store.write_text("old", path)

    def break_off() -> None:
        with store.replacing(path) as temporary:
            temporary.write_text("half")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        break_off()
    assert path.read_text() == "old"
    assert [one.name for one in tmp_path.iterdir()] == ["kept.txt"]


def test_no_permission_to_write_is_an_error_that_names_the_file(tmp_path):
    (tmp_path / "file").write_text("a file where a folder should be")
    with pytest.raises(StoreError, match="Check the permissions"):
        store.write_text("x", tmp_path / "file" / "below.txt")


def test_a_missing_file_is_an_error_that_says_how_it_is_made(tmp_path):
    with pytest.raises(StoreError, match="make findings"):
        store.read_table(tmp_path / "none.parquet")


@pytest.mark.parametrize(
    ("name", "reader"),
    [
        ("x.parquet", store.read_table),
        ("x.parquet", store.read_areas),
        ("x.xlsx", store.read_workbook),
        ("x.rda", store.read_rda),
        ("x.zip", lambda path: store.read_layer(path, "buurten")),
    ],
)
@pytest.mark.parametrize("content", [b"", b"<html>not here</html>", b"PK\x03\x04 cut off"])
def test_a_file_that_is_empty_or_of_another_format_is_an_error(tmp_path, name, reader, content):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(FormatError, match=name):
        reader(tmp_path / name)


def test_text_cells_stay_text(tmp_path):
    (tmp_path / "x.csv").write_text("code,share\n0014,NA\n,1\n")
    table = store.read_csv(tmp_path / "x.csv")
    assert table.to_dict("list") == {"code": ["0014", ""], "share": ["NA", "1"]}
