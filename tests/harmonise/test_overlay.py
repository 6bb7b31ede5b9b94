"""Overlay gives the weights that can be worked out by hand on squares."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import box

from nplvanalysis.errors import DivisionError
from nplvanalysis.harmonise.crosswalk import refuse_leaks
from nplvanalysis.harmonise.overlay import overlay

NONE = pd.Series(dtype=float)


def areas(division: int, crs: str = "EPSG:28992", **strips: tuple[float, ...]) -> gpd.GeoDataFrame:
    """Make areas of strips of 100 m high, from and to so many hundred metres."""
    boxes = [box(100 * strip[0], 0, 100 * strip[1], 100) for strip in strips.values()]
    return gpd.GeoDataFrame({"code": list(strips), "division": division}, geometry=boxes, crs=crs)


def weights(pairs: pd.DataFrame, column: str = "weight") -> dict[tuple[str, str], float]:
    return pairs.set_index(["code", "target_code"])[column].to_dict()


def test_a_split_follows_the_dwellings_of_the_new_areas():
    new = areas(2020, A=(0, 1), B=(1, 2))
    made = overlay(areas(2019, A=(0, 2)), new, pd.Series({"A": 30, "B": 90}))
    assert weights(made) == pytest.approx({("A", "A"): 0.25, ("A", "B"): 0.75})


def test_land_of_a_split_follows_the_borders():
    new = areas(2020, A=(0, 1), B=(1, 4))
    made = overlay(areas(2019, A=(0, 4)), new, pd.Series({"A": 100, "B": 100}))
    assert weights(made, "ground") == pytest.approx({("A", "A"): 0.25, ("A", "B"): 0.75})


def test_areas_that_merge_stay_whole():
    made = overlay(areas(2019, A=(0, 1), B=(1, 2)), areas(2020, C=(0, 2)), pd.Series({"C": 9}))
    assert weights(made) == {("A", "C"): 1.0, ("B", "C"): 1.0}


def test_a_shifted_border_cuts_one_area_only():
    """Half of the new B, with 40 of its 80 dwellings, was A; the new A has 60."""
    old, new = areas(2019, A=(0, 3), B=(3, 4)), areas(2020, A=(0, 2), B=(2, 4))
    made = overlay(old, new, pd.Series({"A": 60, "B": 80}))
    assert weights(made) == pytest.approx({("A", "A"): 0.6, ("A", "B"): 0.4, ("B", "B"): 1.0})


def test_a_recoded_area_keeps_its_borders():
    made = overlay(areas(2019, A=(0, 2)), areas(2020, Z=(0, 2), A=(2, 4)), NONE)
    assert weights(made) == {("A", "Z"): 1.0}


@pytest.mark.parametrize("dwellings", [NONE, pd.Series({"A": 0, "B": 0}), pd.Series({"A": 5.0})])
def test_plain_areal_weights_where_dwellings_are_none_or_not_known(dwellings):
    made = overlay(areas(2019, A=(0, 4)), areas(2020, A=(0, 1), B=(1, 4)), dwellings)
    assert weights(made) == pytest.approx({("A", "A"): 0.25, ("A", "B"): 0.75})


def test_slivers_are_dropped_and_the_rest_sums_to_1():
    old, new = areas(2019, A=(0, 1.005), B=(1.005, 2)), areas(2020, A=(0, 1), B=(1, 2))
    made = overlay(old, new, NONE)
    assert weights(made) == {("A", "A"): 1.0, ("B", "B"): 1.0}


@pytest.mark.parametrize(("width", "pieces"), [(0.9, 1), (1.1, 2)])
def test_a_sliver_is_less_than_one_percent_of_both_areas(width, pieces):
    new = areas(2020, A=(0, 100 - width), B=(100 - width, 200 - width))
    assert len(overlay(areas(2019, A=(0, 100)), new, NONE)) == pieces


def test_a_small_area_cut_out_of_a_large_one_is_no_sliver():
    new = areas(2020, A=(0, 0.5), B=(0.5, 100))
    made = overlay(areas(2019, A=(0, 100)), new, pd.Series({"A": 500, "B": 500}))
    assert weights(made)["A", "A"] == pytest.approx(0.5)


def test_the_part_that_lies_off_the_map_is_told():
    made = overlay(areas(2019, A=(0, 4)), areas(2020, A=(0, 1)), NONE)
    assert made[["weight", "inside"]].to_numpy().tolist() == [[1.0, 0.25]]


def strips(division: int, letter: str, cuts: list[float]) -> gpd.GeoDataFrame:
    ends = [0.0, *sorted(set(cuts)), 100.0]
    return areas(division, **{f"{letter}{i}": ends[i : i + 2] for i in range(len(ends) - 1)})


def test_areal_weights_agree_with_geopandas():
    rng = np.random.default_rng(4)
    old, new = strips(2019, "P", rng.uniform(0, 100, 12)), strips(2020, "Q", rng.uniform(0, 100, 9))
    common = gpd.overlay(old, new).assign(area=lambda table: table.area)
    peer = common.set_index(["code_1", "code_2"])["area"]
    peer = peer / peer.groupby("code_1").transform("sum")
    made = weights(overlay(old, new, NONE, sliver=0.0))
    assert made == pytest.approx(peer.to_dict(), rel=1e-9)


CUTS = st.lists(st.floats(1, 99), max_size=8)


@settings(max_examples=40, deadline=None)
@given(CUTS, CUTS, st.lists(st.integers(0, 9999), min_size=9, max_size=9))
def test_weights_of_any_two_sets_of_borders_sum_to_1(cuts, others, dwellings):
    old, new = strips(2019, "P", cuts), strips(2020, "Q", others)
    made = overlay(old, new, pd.Series(dwellings, index=[f"Q{i}" for i in range(9)]))
    refuse_leaks(made, set(new["code"]))
    assert set(made["code"]) == set(old["code"])


def test_a_code_twice_in_one_division_is_refused():
    old = pd.concat([areas(2019, A=(0, 1)), areas(2019, A=(1, 2))])
    with pytest.raises(DivisionError, match=r"(?s)each code once in a division.*such as A"):
        overlay(old, areas(2020, A=(0, 2)), NONE)


def test_borders_in_other_coordinates_are_refused():
    with pytest.raises(DivisionError, match="same coordinates"):
        overlay(areas(2019, "EPSG:4326", A=(0, 1)), areas(2020, A=(0, 1)), NONE)
