"""Areas of a city's own division, made of buurten."""

import os
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import box

from nplvanalysis import schema, store
from nplvanalysis.errors import DataError, DivisionError
from nplvanalysis.harmonise import area_list, unions

LIST = """code,name,division,buurt,buurt_name,part,first,last,moved,note
GB05990010,Stadsdriehoek,2014,BU05990110,Stadsdriehoek,whole,2014,2018,,
GB05990078,Zuiderpark en Zuidrand,2014,BU05991570,Charlois Zuidrand,whole,2014,2018,,
GB05990078,Zuiderpark en Zuidrand,2014,BU05991578,Zuiderpark,whole,2014,2018,2018,
GB05991009,Groot IJsselmonde-Noord,2014,BU05991289,Groot-IJsselmonde,half,2014,2018,,
GB05991010,Groot IJsselmonde-Zuid,2014,BU05991289,Groot-IJsselmonde,half,2014,2018,,
"""
DICTIONARY = schema.columns()
NAMES = ["Stadsdriehoek", "Charlois Zuidrand", "Zuiderpark"]


@pytest.fixture
def raw() -> pd.DataFrame:
    """The list as text: a whole buurt, a union of two, two halves of one."""
    header, *rows = [line.split(",") for line in LIST.strip().splitlines()]
    return pd.DataFrame(rows, columns=header, dtype="str")


@pytest.fixture
def list_(raw) -> pd.DataFrame:
    return area_list.members(raw)


@pytest.fixture
def buurten() -> pd.DataFrame:
    """Figures of 2016: one buurt is in no area."""
    return pd.DataFrame(
        {
            "code": ["BU05990110", "BU05991570", "BU05991578", "BU05991289", "BU05992306"],
            "name": [
                "Stadsdriehoek",
                "Charlois Zuidrand",
                "Zuiderpark",
                "Groot IJsselmonde",
                "Botlek",
            ],
            "level": pd.Series(["buurt"] * 5, dtype="str"),
            "municipality": "GM0599",
            "municipality_name": "Rotterdam",
            "year": 2016,
            "division": 2016,
            "change_flag": pd.array([1, 1, 3, 1, 1], dtype="Int64"),
            "urbanity": pd.array([1, 4, 2, 1, 5], dtype="Int64"),
            "population": [14825.0, 490, 980, 28120, 0],
            "dwellings": [9394.0, 132, 505, 14330, 3],
            "owner_occupied": [35.0, 73, 20, 34, np.nan],
            "corporation_rent": [17.0, 2, 49, 57, np.nan],
            "income_low": [29.6, 30, 60, 50, np.nan],
        }
    )


@pytest.fixture
def areas() -> pd.DataFrame:
    """Figures of all areas of the list."""
    codes = ["GB05990010", "GB05990078", "GB05991009", "GB05991010"]
    names = ["Stadsdriehoek", "Zuiderpark en Zuidrand"]
    names += ["Groot IJsselmonde-Noord", "Groot IJsselmonde-Zuid"]
    table = pd.DataFrame({"code": codes, "name": names, "level": "gebied", "year": 2016})
    return table.assign(division=2014, safety_index=[90.0, 100, 110, 120])


def united(table, list_):
    return unions.united(table, list_, DICTIONARY).set_index("code")


def test_areas_agree_with_the_dictionary(buurten, list_):
    made = schema.check(unions.united(buurten, list_, DICTIONARY), "areas")
    assert made["code"].tolist() == ["GB05990010", "GB05990078"]
    assert set(made["level"]) == {"gebied"}
    assert set(made["division"]) == {2014}
    assert made["name"].tolist() == ["Stadsdriehoek", "Zuiderpark en Zuidrand"]


def test_counts_are_added_up(buurten, list_):
    row = united(buurten, list_).loc["GB05990078"]
    assert row[["population", "dwellings", "buurten"]].tolist() == [1470, 637, 2]


def test_shares_go_through_their_numerators_and_denominators(buurten, list_):
    row = united(buurten, list_).loc["GB05990078"]
    assert row["owner_occupied"] == pytest.approx((0.73 * 132 + 0.20 * 505) / 637 * 100)
    assert row["income_low"] == pytest.approx((0.30 * 490 + 0.60 * 980) / 1470 * 100)


def test_a_class_is_that_of_the_buurt_with_most_dwellings(buurten, list_):
    assert united(buurten, list_).loc["GB05990078", "urbanity"] == 2


def test_an_area_of_one_buurt_keeps_its_figures(buurten, list_):
    row = united(buurten, list_).loc["GB05990010"]
    assert row[["owner_occupied", "income_low", "urbanity", "buurten"]].tolist() == [35, 29.6, 1, 1]


def test_an_area_of_which_a_buurt_lacks_a_count_has_none(buurten, list_):
    buurten.loc[1, "population"] = np.nan
    assert np.isnan(united(buurten, list_).loc["GB05990078", "population"])


def test_an_area_of_which_a_large_buurt_lacks_a_share_has_none(buurten, list_):
    buurten.loc[1, ["owner_occupied", "corporation_rent"]] = np.nan
    shares = united(buurten, list_).loc["GB05990078", ["owner_occupied", "corporation_rent"]]
    assert shares.isna().all()


def test_a_buurt_with_two_houses_and_no_share_does_not_take_that_of_its_area(buurten, list_):
    buurten.loc[1, "dwellings"] = 2
    buurten.loc[1, ["owner_occupied", "corporation_rent"]] = np.nan
    assert united(buurten, list_).loc["GB05990078", "owner_occupied"] == 20


def test_change_flags_are_those_of_buurten_and_leave(buurten, list_):
    assert "change_flag" not in united(buurten, list_)


def test_areas_made_of_halves_leave_a_table_of_areas(areas, list_):
    assert list(united(areas, list_).index) == ["GB05990010", "GB05990078"]


def test_the_table_handed_in_is_not_changed(buurten, list_):
    before = buurten.copy()
    unions.united(buurten, list_, DICTIONARY)
    pd.testing.assert_frame_equal(buurten, before)


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(st.integers(1, 9000), st.floats(0, 100)), min_size=2, max_size=2))
def test_a_share_of_a_union_lies_between_those_of_its_buurten(cells):
    header, *rows = [line.split(",") for line in LIST.strip().splitlines()]
    list_ = area_list.members(pd.DataFrame(rows[1:3], columns=header, dtype="str"))
    table = pd.DataFrame(
        {
            "code": ["BU05991570", "BU05991578"],
            "name": ["Charlois Zuidrand", "Zuiderpark"],
            "level": "buurt",
            "year": 2016,
            "division": 2016,
            "dwellings": [float(count) for count, _ in cells],
            "single_family": [share for _, share in cells],
        }
    )
    made = unions.united(table, list_, DICTIONARY).iloc[0]
    total = table["dwellings"].sum()
    assert made["dwellings"] == total
    exact = (table["dwellings"] * table["single_family"]).sum() / total
    assert made["single_family"] == pytest.approx(exact, abs=1e-9)


def test_fates_of_buurten_say_what_is_lost_and_why(buurten, list_):
    fates = unions.fates(buurten, list_).set_index("code")
    assert fates.loc["BU05990110", ["step", "reason"]].tolist() == ["kept", ""]
    assert fates.loc["BU05991578", ["step", "reason"]].tolist() == ["apportioned", "merged"]
    assert fates.loc["BU05991289", ["step", "reason"]].tolist() == ["lost", "half of a buurt"]
    assert fates.loc["BU05992306", "reason"] == "in no area of the city"


def test_fates_of_areas_name_the_halves(areas, list_):
    fates = unions.fates(areas, list_).set_index("code")
    assert fates["step"].tolist() == ["kept", "kept", "lost", "lost"]


def drawn() -> gpd.GeoDataFrame:
    codes = ["BU05990110", "BU05991570", "BU05991578", "BU05991289", "BU06060101"]
    names = [*NAMES, "Groot IJsselmonde", "Schiedam"]
    squares = [box(10 * left, 0, 10 * left + 10, 10) for left in range(5)]
    table = {"code": codes, "name": names, "municipality": "GM0599", "division": 2015}
    return gpd.GeoDataFrame(table, geometry=squares, crs=28992)


def test_borders_of_areas_are_those_of_their_buurten_together(list_):
    made = unions.united_areas(drawn(), list_)
    schema.check(made, "areas", key=["code", "division"])
    assert made["code"].tolist() == ["GB05990010", "GB05990078"]
    assert made.area.tolist() == [100, 200]
    assert set(made.geom_type) == {"Polygon"}
    assert set(made["division"]) == {2014}
    assert made.crs.to_epsg() == 28992


def test_a_buurt_without_borders_is_named(list_):
    with pytest.raises(DataError, match="BU05991578"):
        unions.united_areas(drawn().query("code != 'BU05991578'"), list_)


def test_borders_of_a_year_beyond_the_list_are_refused(list_):
    with pytest.raises(DivisionError, match="2019"):
        unions.united_areas(drawn().assign(division=2019), list_)


def test_figures_of_a_year_beyond_the_list_are_refused(buurten, list_):
    with pytest.raises(DivisionError, match="2020"):
        united(buurten.assign(year=2020), list_)


def test_a_buurt_that_the_year_does_not_have_is_named(buurten, list_):
    with pytest.raises(DataError, match="BU05991570"):
        united(buurten.query("code != 'BU05991570'"), list_)


def test_a_code_that_was_given_to_another_place_is_refused(buurten, list_):
    buurten.loc[2, "name"] = "Waalhaven"
    with pytest.raises(DataError, match="'Waalhaven'; the list has 'Zuiderpark'"):
        united(buurten, list_)


@pytest.mark.parametrize("name", ["GROOT-IJSSELMONDE", "Groot IJsselmonde", "Groot-IJsselmonde."])
def test_capitals_spaces_and_marks_of_a_name_do_not_matter(buurten, list_, name):
    buurten.loc[3, "name"] = name
    assert len(united(buurten, list_)) == 2


def test_an_area_that_the_list_lacks_is_named(areas, list_):
    stray = areas.assign(code=areas["code"].replace("GB05990010", "GB05990011"))
    with pytest.raises(DataError, match="GB05990010"):
        united(stray, list_)


def test_an_area_that_the_table_lacks_is_named(areas, list_):
    with pytest.raises(DataError, match="GB05991009"):
        united(areas.query("code != 'GB05991009'"), list_)


def test_areas_with_names_that_changed_places_are_refused(areas, list_):
    areas["name"] = areas["name"].tolist()[::-1]
    with pytest.raises(DataError, match="names of the list"):
        united(areas, list_)


@pytest.mark.parametrize(
    ("row", "column", "cell", "expected"),
    [
        (0, "code", "", "eight digits"),
        (0, "code", "GB599001", "eight digits"),
        (0, "buurt", "WK059901", "codes of buurten"),
        (0, "part", "quarter", "whole or half"),
        (0, "buurt", "BU05991578", "each buurt in one area"),
        (3, "part", "whole", "each buurt in one area"),
        (2, "name", "Zuiderpark", "one name and division"),
        (2, "division", "2015", "one name and division"),
        (0, "first", "2019", "first up to last"),
        (0, "last", "soon", "first up to last"),
        (0, "moved", "once", "moved"),
    ],
)
def test_a_row_of_the_list_that_cannot_be_right_is_refused(raw, row, column, cell, expected):
    raw.loc[row, column] = cell
    with pytest.raises(DataError, match=expected):
        area_list.members(raw)


def test_a_column_that_the_list_lacks_is_named(raw):
    with pytest.raises(DataError, match="no part"):
        area_list.members(raw.drop(columns="part"))


def test_a_row_that_stands_twice_is_refused(raw):
    with pytest.raises(DataError, match="each buurt in one area"):
        area_list.members(pd.concat([raw, raw.iloc[[0]]], ignore_index=True))


def test_the_list_of_rotterdam_has_71_areas_of_which_69_can_be_made(root):
    found = area_list.members(store.read_csv(root / "data" / "rotterdam_areas.csv"))
    assert found["code"].nunique() == 71
    able = area_list.whole(found)
    assert able["code"].nunique() == 69
    digits = able["code"].str[-2:] == able["buurt"].str[-2:]
    assert able.loc[digits & (able["code"].str[6:] < "1000"), "code"].nunique() == 63
    assert able[able["code"].str[6:] >= "3000"]["code"].nunique() == 6


def test_the_list_of_rotterdam_is_of_names_that_both_publishers_use(root):
    """An area of one buurt has its name; one of several has a part of the name of each."""
    found = area_list.members(store.read_csv(root / "data" / "rotterdam_areas.csv"))
    names, buurten = (
        found[name].str.lower().str.replace("[^a-z]", "", regex=True)
        for name in ("name", "buurt_name")
    )
    single = ~found.duplicated("code", keep=False) & (found["part"] == "whole")
    assert (names == buurten)[single].all()
    shared = [
        name in area or name.removeprefix("charlois") in area
        for name, area in zip(buurten[~single], names[~single], strict=True)
    ]
    assert all(shared)


def test_real_buurten_of_all_years_fit_the_list(root):
    folder = Path(os.environ.get("NPLV_MIRROR") or root.parent / "shared" / "mirror") / "kwb"
    if not folder.is_dir():
        pytest.skip("real files are not here: set NPLV_MIRROR")
    found = area_list.members(store.read_csv(root / "data" / "rotterdam_areas.csv"))
    for year in range(2014, 2019):
        path = folder / f"Kerncijfers_wijken_en_buurten_{year}.csv"
        raw = store.read_csv(path, sep=";", skiprows=4, header=None, names=range(124))
        code = raw.apply(lambda column: column.str.startswith("BU0599")).any()
        (place,) = code.index[code.fillna(False)]
        buurt = raw[raw[place].str.startswith("BU0599").fillna(False)]
        table = pd.DataFrame({"code": buurt[place], "name": buurt[0]})
        table = table.assign(level="buurt", year=year)
        area_list.refuse_members(found, table, path.name)
        assert len(table) == 92
        fates = unions.fates(table, found).value_counts(["step", "reason"])
        moved = 2 if year == 2018 else 0
        assert fates[("kept", "")] == 62 - moved
        assert fates.get(("lost", "its border moved"), 0) == moved
        assert fates[("apportioned", "merged")] == 15
        assert fates[("lost", "half of a buurt")] == 1
        assert fates[("lost", "in no area of the city")] == 14


def test_areas_of_which_a_buurt_has_moved_leave_from_that_year_on(buurten, list_):
    before = unions.united(buurten, list_, DICTIONARY)
    after = unions.united(buurten.assign(year=2018, division=2018), list_, DICTIONARY)
    assert before["code"].tolist() == ["GB05990010", "GB05990078"]
    assert after["code"].tolist() == ["GB05990010"]
    fate = unions.fates(buurten.assign(year=2018), list_).set_index("code")["reason"]
    assert fate[["BU05991570", "BU05991578"]].tolist() == ["its border moved"] * 2


def test_areas_that_the_city_numbers_as_unions_are_marked(buurten, raw):
    own = raw.replace("GB05990078", "GB05993001")
    made = unions.united(buurten, area_list.members(own), DICTIONARY).set_index("code")
    assert made["union"].to_dict() == {"GB05990010": 0, "GB05993001": 1}


def test_a_join_by_number_takes_the_last_two_digits_for_the_area(buurten):
    made = unions.by_number(buurten)
    assert made["code"].tolist() == [
        *("GB05990010", "GB05990070", "GB05990078", "GB05990089", "GB05990006"),
    ]
    twice = pd.concat([buurten, buurten.assign(code="BU05997710")])
    assert "GB05990010" not in set(unions.by_number(twice)["code"])


def test_a_join_by_number_is_right_lost_or_at_another_place(buurten, raw):
    # in truth the buurt of number 10 is in area 78, and that of 78 is an area that CBS numbers 10
    swapped = raw.replace({"GB05990010": "GB05990078", "GB05990078": "GB05990010"})
    for own, steps in (
        (raw, ["kept", "lost", "kept", "lost", "lost"]),
        (swapped, ["misplaced", "lost", "misplaced", "lost", "lost"]),
    ):
        fate = unions.number_fates(buurten, area_list.members(own)).set_index("code")["step"]
        assert fate[buurten["code"]].tolist() == steps
