"""Areas of a city that answers are also asked without."""

from __future__ import annotations

import pandas as pd

from nplvanalysis.models.city_areas import kept


def city(union) -> pd.DataFrame:
    codes = ["GB05990010", "GB05990076", "GB05990020"]
    return pd.DataFrame({"code": codes, "union": pd.array(union, dtype="Int64")}, index=[5, 3, 1])


def test_all_areas_stay_where_none_is_left_out():
    assert kept(city([1, 0, pd.NA]), "").tolist() == [True, True, True]


def test_unions_leave_and_so_does_an_area_that_may_be_one():
    found = kept(city([1, 0, pd.NA]), "unions")
    assert found.to_dict() == {5: False, 3: True, 1: False}


def test_the_centre_and_zuidplein_leave():
    assert kept(city([0, 0, 0]), "centre").to_dict() == {5: False, 3: False, 1: True}


def test_studies_without_unions_need_no_such_column():
    assert kept(city([0, 0, 0]).drop(columns="union"), "centre").sum() == 1
