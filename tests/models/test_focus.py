"""Focus areas are marked by codes of the right year, and none is dropped in silence."""

from __future__ import annotations

import pandas as pd
import pytest

from nplvanalysis.models.focus import focus_of


@pytest.fixture
def panel():
    codes = ["BU1", "BU2", "BU3", "BU4", "BU5"]
    one = pd.DataFrame({"code": codes, "division": 2024, "change_flag": [1, 1, 3, 1, 1]})
    return pd.concat([one.assign(year=year) for year in (2022, 2023, 2024)], ignore_index=True)


def rows(*codes, division=2022, status="derived", level="buurt", area="north"):
    about = {"division": division, "status": status, "level": level, "area_id": area}
    return pd.DataFrame({"code": list(codes)}).assign(**about)


def pairs(*moves):
    columns = ["code", "target_code", "weight"]
    return pd.DataFrame(moves, columns=columns).assign(division=2022, target_division=2024)


def marked(found):
    own = found.panel[found.panel["focus_area"] != ""]
    return dict(zip(own["code"], own["focus_area"], strict=True))


def fate(found):
    return dict(zip(found.fates["code"], found.fates["fate"], strict=True))


def test_codes_of_the_same_division_are_the_same_areas(panel, study):
    found = focus_of(panel, rows("BU1", "BU3", division=2024), study)
    assert marked(found) == {"BU1": "north", "BU3": "north"}
    assert set(found.fates["fate"]) == {"same code"}
    assert found.lost == 0


def test_without_a_crosswalk_only_codes_that_never_changed_are_the_same(panel, study):
    found = focus_of(panel, rows("BU1", "BU3"), study)
    assert marked(found) == {"BU1": "north"}
    assert fate(found) == {"BU1": "same code", "BU3": "not found"}
    assert found.lost == 1


def test_without_change_flags_no_code_of_another_year_is_trusted(panel, study):
    bare = panel.drop(columns="change_flag")
    assert focus_of(bare, rows("BU1"), study).lost == 1


def test_areas_are_followed_to_their_new_codes(panel, study):
    walk = pairs(("OLD", "BU2", 1.0), ("BU1", "BU1", 1.0), ("BU2", "BU5", 1.0))
    found = focus_of(panel, rows("OLD", "BU1"), study, walk)
    assert marked(found) == {"BU1": "north", "BU2": "north"}
    assert fate(found) == {"OLD": "followed", "BU1": "same code"}


def test_a_code_that_is_another_place_now_is_not_marked(panel, study):
    # BU2 of 2022 is BU5 now; what is called BU2 now was BU4
    walk = pairs(("BU2", "BU5", 1.0), ("BU4", "BU2", 1.0))
    assert marked(focus_of(panel, rows("BU2"), study, walk)) == {"BU5": "north"}


def test_an_area_that_was_cut_marks_what_is_mostly_made_of_it(panel, study):
    walk = pairs(("OLD", "BU1", 0.4), ("OLD", "BU2", 0.6), ("BU1", "BU1", 1.0))
    found = focus_of(panel, rows("OLD"), study, walk)
    assert marked(found) == {"BU2": "north"}
    assert fate(found) == {"OLD": "cut"}
    assert found.fates["target_code"].tolist() == ["BU2"]


def test_the_homes_of_a_merged_area_decide_if_they_are_known(panel, study):
    walk = pairs(("OLD", "BU1", 1.0), ("BU1", "BU1", 1.0))
    small = walk.assign(dwellings=[100.0, 900.0])
    assert marked(focus_of(panel, rows("OLD"), study, walk)) == {"BU1": "north"}
    found = focus_of(panel, rows("OLD"), study, small)
    assert (marked(found), found.lost, fate(found)) == ({}, 1, {"OLD": "cut"})


def test_candidates_count_only_if_asked(panel, study):
    listed = rows("BU1", division=2024, status="candidate")
    assert marked(focus_of(panel, listed, study)) == {}
    both = ("derived", "candidate")
    assert marked(focus_of(panel, listed, study, statuses=both)) == {"BU1": "north"}


def test_rows_of_another_level_do_not_count(panel, study):
    found = focus_of(panel, rows("BU1", division=2024, level="gebied"), study)
    assert found.fates.empty
    assert set(found.panel["focus_area"]) == {""}


def test_a_wijk_stands_for_its_buurten(study):
    codes = ["BU09171001", "BU09171002", "BU09171101"]
    panel = pd.DataFrame({"code": codes, "division": 2024, "year": 2024})
    listed = rows("WK091710", "WK999999", division=2024, level="wijk")
    found = focus_of(panel, listed, study)
    assert set(marked(found)) == set(codes[:2])
    assert fate(found) == dict.fromkeys(codes[:2], "same code") | {"WK999999": "not found"}


def test_every_listed_area_has_one_fate_and_the_panel_keeps_its_rows(panel, study):
    walk = pairs(("A", "BU1", 0.5), ("A", "BU2", 0.5), ("B", "BU3", 1.0), ("C", "GONE", 1.0))
    listed = pd.concat([rows("A", "B"), rows("C", "D", area="south")], ignore_index=True)
    found = focus_of(panel, listed, study, walk)
    assert found.fates["code"].tolist() == ["A", "B", "C", "D"]
    assert found.fates["fate"].tolist() == ["cut", "followed", "not found", "not found"]
    assert len(found.panel) == len(panel)
    assert found.lost == 2
