"""Codes are followed only through unbroken chains of unchanged borders."""

from __future__ import annotations

import pandas as pd
import pytest

from nplvanalysis.errors import DivisionError
from nplvanalysis.harmonise.crosswalk import to_division, unchanged

FLAGS = pd.DataFrame(
    {
        "code": ["BU1", "BU2", "BU3", "BU1", "BU2", "BU4"],
        "division": [2019, 2019, 2019, 2020, 2020, 2020],
        "change_flag": [1, 1, 1, 1, 3, 2],
    }
)


def test_only_unbroken_chains_are_followed():
    assert unchanged(FLAGS, 2018, 2020) == {"BU1"}


def test_the_chain_is_the_same_in_both_directions():
    assert unchanged(FLAGS, 2018, 2020) == unchanged(FLAGS, 2020, 2018)


def test_a_missing_edition_is_an_error_that_names_the_year():
    with pytest.raises(DivisionError, match="2021"):
        unchanged(FLAGS, 2019, 2021)


def test_a_table_of_the_same_division_is_left_alone():
    table = pd.DataFrame({"code": ["BU2"], "division": [2020]})
    kept, lost = to_division(table, 2020, FLAGS)
    assert kept is table
    assert lost.empty


def test_changed_areas_are_given_up_and_returned():
    table = pd.DataFrame({"code": ["BU1", "BU2"], "division": [2018, 2018]})
    kept, lost = to_division(table, 2020, FLAGS)
    assert kept.to_dict("list") == {"code": ["BU1"], "division": [2020]}
    assert lost["code"].tolist() == ["BU2"]
