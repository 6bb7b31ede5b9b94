"""Wijken and gemeenten made of buurten."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from nplvanalysis import schema
from nplvanalysis.harmonise.levels import raised, with_coarser, with_published_urbanity


@pytest.fixture
def panel() -> pd.DataFrame:
    """Three buurten of two wijken of one gemeente, one of a second gemeente; two years."""
    codes = ["BU00010101", "BU00010102", "BU00010201", "BU00020101"]
    year = pd.DataFrame(
        {
            "code": codes,
            "division": 2024,
            "name": codes,
            "level": "buurt",
            "municipality": ["GM0001"] * 3 + ["GM0002"],
            "municipality_name": ["Oost"] * 3 + ["West"],
            "dwellings": [100.0, 300.0, 600.0, 50.0],
            "owner_occupied": [80.0, 40.0, 10.0, 70.0],
            "address_density": [3000.0, 2000.0, 900.0, 100.0],
            "urbanity": pd.array([1, 2, 4, 5], dtype="Int64"),
            "x": [0.0, 1000.0, 2000.0, 9000.0],
            "y": [0.0, 0.0, 500.0, 0.0],
        }
    )
    table = pd.concat([year.assign(year=2023), year.assign(year=2024)], ignore_index=True)
    return table.astype(dict.fromkeys(("code", "name", "level"), "str"))


def of(panel: pd.DataFrame, level: str, code: str) -> pd.Series:
    made = raised(panel, level, schema.columns())
    return made[(made["code"] == code) & (made["year"] == 2024)].iloc[0]


def test_counts_are_added_up(panel):
    assert of(panel, "wijk", "WK000101")["dwellings"] == 400
    assert of(panel, "gemeente", "GM0001")["dwellings"] == 1000


def test_shares_are_weighted_by_what_the_dictionary_names(panel):
    assert of(panel, "wijk", "WK000101")["owner_occupied"] == pytest.approx(50)
    assert of(panel, "gemeente", "GM0001")["owner_occupied"] == pytest.approx(26)


def test_urbanity_is_that_of_the_mean_density(panel):
    assert of(panel, "wijk", "WK000101")["urbanity"] == 2
    assert of(panel, "gemeente", "GM0001")["urbanity"] == 3


def test_the_place_is_the_middle_of_the_dwellings(panel):
    row = of(panel, "wijk", "WK000101")
    assert (row["x"], row["y"]) == (pytest.approx(750), pytest.approx(0))


def test_a_gemeente_is_named_and_a_wijk_is_not(panel):
    assert of(panel, "gemeente", "GM0001")["name"] == "Oost"
    assert pd.isna(of(panel, "wijk", "WK000101")["name"])


def test_a_count_is_missing_where_a_part_is(panel):
    gap = panel.assign(dwellings=panel["dwellings"].where(panel["code"] != "BU00010101"))
    assert np.isnan(of(gap, "wijk", "WK000101")["dwellings"])


def test_all_levels_stand_in_one_panel_that_the_dictionary_knows(panel):
    made = with_coarser(panel, "buurt", schema.columns())
    assert made.groupby("level").size().to_dict() == {"buurt": 8, "gemeente": 4, "wijk": 6}
    schema.check(made, "the panel")


def test_a_study_of_gemeenten_has_no_coarser_level(panel):
    whole = raised(panel, "gemeente", schema.columns())
    pd.testing.assert_frame_equal(with_coarser(whole, "gemeente", schema.columns()), whole)


@pytest.mark.parametrize(("density", "urbanity"), [(2500, 1), (2499.9, 2), (500, 4), (499.9, 5)])
def test_a_density_on_the_limit_is_of_the_more_urban_class(panel, density, urbanity):
    even = panel.assign(address_density=float(density))
    assert of(even, "gemeente", "GM0001")["urbanity"] == urbanity


def test_without_density_the_class_is_not_known(panel):
    blind = panel.drop(columns="address_density")
    assert pd.isna(of(blind, "gemeente", "GM0001")["urbanity"])


def test_a_published_class_goes_before_one_that_is_worked_out(panel):
    made = with_coarser(panel, "buurt", schema.columns())
    own = pd.DataFrame({"code": ["GM0001"], "division": [2024], "year": [2024], "urbanity": [5]})
    both = with_published_urbanity(made, [own]).set_index(["code", "year"])["urbanity"]
    assert (both["GM0001", 2024], both["GM0001", 2023], both["WK000101", 2024]) == (5, 3, 2)
