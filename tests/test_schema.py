"""Tables that break the dictionary are refused with the place and the value."""

from __future__ import annotations

import pandas as pd
import pytest

from nplvanalysis import registers, schema
from nplvanalysis.errors import DataError, RegisterError

GOOD = pd.DataFrame(
    {
        "code": ["BU00010000", "BU00010001"],
        "division": [2020, 2020],
        "year": [2020, 2020],
        "owner_occupied": [60.0, None],
        "urbanity": pd.array([1, None], dtype="Int64"),
    }
)


def broken(**columns) -> pd.DataFrame:
    return GOOD.assign(**columns)


def test_a_good_table_passes_unchanged(in_root):
    assert schema.check(GOOD, "toy") is GOOD


def test_a_share_outside_0_to_100_names_the_area_and_the_value(in_root):
    with pytest.raises(DataError, match=r"owner_occupied.*130.*BU00010001"):
        schema.check(broken(owner_occupied=[60.0, 130.0]), "toy")


def test_a_duplicated_code_is_refused(in_root):
    with pytest.raises(DataError, match="share a key"):
        schema.check(broken(code="BU00010000"), "toy")


def test_a_column_that_the_dictionary_lacks_is_named(in_root):
    with pytest.raises(DataError, match="bijzonder"):
        schema.check(broken(bijzonder=1.0), "toy")


def test_a_missing_code_is_refused(in_root):
    with pytest.raises(DataError, match="code"):
        schema.check(broken(code=["BU00010000", None]), "toy")


def test_a_table_without_its_key_is_refused(in_root):
    with pytest.raises(DataError, match="no year"):
        schema.check(GOOD.drop(columns="year"), "toy")


def test_a_number_stored_as_text_is_refused(in_root):
    with pytest.raises(DataError, match="owner_occupied"):
        schema.check(broken(owner_occupied=["60", "70"]), "toy")


def test_a_column_that_stands_twice_in_the_dictionary_is_refused(tmp_path, root):
    lines = (root / "data" / "columns.csv").read_text(encoding="utf-8").splitlines()
    (tmp_path / "columns.csv").write_text("\n".join([*lines, lines[1]]), encoding="utf-8")
    with pytest.raises(RegisterError, match="twice"):
        schema.columns(tmp_path / "columns.csv")


def test_publishers_codes_map_to_one_column_each(in_root):
    names = schema.published_names("kwb")
    assert names["g_woz"] == names["g_wozbag"] == "woz"
    assert names["p_wcorpw"] == "corporation_rent"


def test_a_hypothesis_with_two_deciding_rows_is_refused(tmp_path, root):
    text = (root / "data" / "claims.yaml").read_text(encoding="utf-8")
    doubled = text.replace(
        "role: secondary, outcome: income_high", "role: primary, outcome: income_high"
    )
    (tmp_path / "claims.yaml").write_text(doubled, encoding="utf-8")
    with pytest.raises(RegisterError, match="exactly one row"):
        registers.claims(tmp_path / "claims.yaml")


def test_an_unknown_source_in_a_study_is_named(study, in_root):
    other = study.model_copy(update={"sources": ["nowhere"]})
    from nplvanalysis.errors import ParameterError

    with pytest.raises(ParameterError, match="nowhere"):
        registers.chosen(other, registers.sources())
