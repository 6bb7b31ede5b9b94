"""Counts keep their totals, shares go through numerators and denominators, whole areas stay."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nplvanalysis import schema
from nplvanalysis.errors import DivisionError, RegisterError
from nplvanalysis.harmonise.apportion import apportion
from nplvanalysis.harmonise.crosswalk import PAIRS

DICTIONARY = schema.columns()
# A is cut in two, B and C go whole to T2 and T3.
CUT = [("A", "T1", 0.6), ("A", "T2", 0.4), ("B", "T2", 1.0), ("C", "T3", 1.0)]


def pairs(rows: list[tuple[str, str, float]] = CUT, method: str = "overlay") -> pd.DataFrame:
    table = pd.DataFrame(rows, columns=["code", "target_code", "weight"])
    return table.assign(division=2019, target_division=2020, method=method, ground=table["weight"])[
        PAIRS
    ]


def figures(codes: str = "ABC", **columns: list) -> pd.DataFrame:
    table = pd.DataFrame({"code": list(codes), "division": 2019, "year": 2019})
    return table.assign(**columns)


def by_code(table: pd.DataFrame, column: str) -> list[float]:
    return table.sort_values("code")[column].tolist()


@st.composite
def crosswalks(draw) -> pd.DataFrame:
    """Any crosswalk of up to 6 areas to up to 5."""
    rows = []
    for code in "ABCDEF"[: draw(st.integers(1, 6))]:
        parts = draw(st.lists(st.integers(0, 1000), min_size=5, max_size=5).filter(any))
        rows += [(code, f"T{i}", part / sum(parts)) for i, part in enumerate(parts) if part]
    return pairs(rows)


@settings(max_examples=40, deadline=None)
@given(crosswalks(), st.data())
def test_totals_of_counts_are_conserved(walk, data):
    codes = "".join(walk["code"].unique())
    homes = st.lists(st.floats(0, 1e6), min_size=len(codes), max_size=len(codes))
    table = figures(codes, dwellings=data.draw(homes), population=data.draw(homes))
    made = apportion(table, walk, DICTIONARY)
    for name in ("dwellings", "population"):
        assert made[name].sum() == pytest.approx(table[name].sum(), rel=1e-9, abs=1e-9)


@settings(max_examples=40, deadline=None)
@given(crosswalks(), st.data())
def test_a_mean_lies_between_those_of_its_pieces(walk, data):
    codes = "".join(walk["code"].unique())
    shares = st.lists(st.floats(0, 100), min_size=len(codes), max_size=len(codes))
    homes = st.lists(st.floats(1, 1e4), min_size=len(codes), max_size=len(codes))
    table = figures(codes, dwellings=data.draw(homes), owner_occupied=data.draw(shares))
    made = apportion(table, walk, DICTIONARY).set_index("code")["owner_occupied"]
    pieces = walk.assign(share=walk["code"].map(table.set_index("code")["owner_occupied"]))
    limits = pieces.groupby("target_code")["share"].agg(["min", "max"]).loc[made.index]
    assert ((made >= limits["min"] - 1e-9) & (made <= limits["max"] + 1e-9)).all()


def test_counts_are_shared_out_by_weight():
    made = apportion(figures(dwellings=[100.0, 50.0, 70.0]), pairs(), DICTIONARY)
    assert by_code(made, "dwellings") == [60.0, 90.0, 70.0]


def test_a_suppressed_piece_makes_the_count_missing_and_leaves_other_areas_alone():
    made = apportion(figures(dwellings=[100.0, np.nan, 70.0]), pairs(), DICTIONARY)
    assert by_code(made, "dwellings") == pytest.approx([60, np.nan, 70], nan_ok=True)


def test_an_area_without_a_row_counts_as_a_suppressed_piece():
    made = apportion(figures("AC", dwellings=[100.0, 70.0]), pairs(), DICTIONARY)
    assert by_code(made, "dwellings") == pytest.approx([60, np.nan, 70], nan_ok=True)


def test_shares_go_through_numerators_and_denominators():
    """T2 has 40 dwellings of A, 20 of them owned, and 50 of B, 40 of them owned."""
    table = figures(dwellings=[100.0, 50.0, 70.0], owner_occupied=[50.0, 80.0, 10.0])
    made = apportion(table, pairs(), DICTIONARY)
    assert by_code(made, "owner_occupied") == pytest.approx([50, 100 * (20 + 40) / 90, 10])


def test_a_share_of_merged_areas_equals_the_count_over_their_dwellings():
    rng = np.random.default_rng(3)
    dwellings = rng.integers(1, 900, 40)
    owners = rng.binomial(dwellings, 0.6)
    codes = [f"B{i:02d}" for i in range(40)]
    targets = [f"T{i % 7}" for i in range(40)]
    table = pd.DataFrame({"code": codes, "division": 2019, "year": 2019})
    table = table.assign(dwellings=dwellings.astype(float), owner_occupied=100 * owners / dwellings)
    walk = pairs([(code, to, 1.0) for code, to in zip(codes, targets, strict=True)])
    made = apportion(table, walk, DICTIONARY).set_index("code")["owner_occupied"]
    direct = pd.DataFrame({"owners": owners, "dwellings": dwellings}).groupby(targets).sum()
    assert made.to_dict() == pytest.approx((100 * direct["owners"] / direct["dwellings"]).to_dict())


def test_a_mean_is_given_from_95_percent_of_its_weight_on():
    walk = pairs([("A", "T", 1.0), ("B", "T", 1.0)])
    for small, expected in ((5.0, 30.0), (6.0, np.nan)):
        table = figures("AB", dwellings=[100 - small, small], owner_occupied=[30.0, np.nan])
        made = apportion(table, walk, DICTIONARY)
        assert made["owner_occupied"].tolist() == pytest.approx([expected], nan_ok=True)


def test_a_mean_is_missing_where_the_weight_of_a_piece_is_not_known():
    walk = pairs([("A", "T", 1.0), ("B", "T", 1.0)])
    table = figures("AB", dwellings=[100, np.nan], owner_occupied=[30.0, 40.0])
    assert apportion(table, walk, DICTIONARY)["owner_occupied"].isna().all()


def test_one_whole_area_keeps_its_figure_without_a_weight():
    table = figures("C", dwellings=[np.nan], owner_occupied=[30.0])
    made = apportion(table, pairs(), DICTIONARY)
    assert made[["code", "owner_occupied"]].to_numpy().tolist() == [["T3", 30.0]]


def test_a_part_of_one_area_has_the_figure_of_that_area():
    table = figures("A", dwellings=[np.nan], owner_occupied=[30.0])
    made = apportion(table, pairs([("A", "T1", 0.6), ("A", "T2", 0.4)]), DICTIONARY)
    assert made["owner_occupied"].tolist() == [30.0, 30.0]


def test_weights_may_come_from_another_table():
    walk = pairs([("A", "T", 1.0), ("B", "T", 1.0)])
    over = figures("AB", dwellings=[300.0, 100.0])
    made = apportion(figures("AB", lbm=[4.0, 8.0]), walk, DICTIONARY, over)
    assert made["lbm"].tolist() == [5.0]
    assert "dwellings" not in made


def test_land_is_shared_out_by_land_and_density_follows():
    """A has 90 % of its people on 10 % of its land."""
    walk = pairs([("A", "T1", 0.9), ("A", "T2", 0.1)]).assign(ground=[0.1, 0.9])
    table = figures("A", population=[1000.0], land_area=[100.0], population_density=[1000.0])
    made = apportion(table, walk, DICTIONARY).set_index("code")
    assert made["land_area"].tolist() == pytest.approx([10, 90])
    assert made["population_density"].tolist() == pytest.approx([9000, 1000 / 9])


def test_land_is_missing_where_addresses_cut_an_area():
    walk = pairs([("A", "T1", 0.9), ("A", "T2", 0.1)], "addresses").assign(ground=np.nan)
    table = figures("A", dwellings=[100.0], land_area=[100.0])
    made = apportion(table, walk, DICTIONARY)
    assert made["land_area"].isna().all()
    assert made["dwellings"].tolist() == [90, 10]


def test_a_class_is_that_of_the_largest_piece():
    table = figures(dwellings=[100.0, 50.0, 70.0])
    table = table.assign(urbanity=pd.array([1, 5, 3], dtype="Int64"))
    made = apportion(table, pairs(), DICTIONARY)
    assert by_code(made, "urbanity") == [1, 5, 3]


def test_identifiers_come_from_the_target():
    table = figures(name=["a", "b", "c"], change_flag=[1, 1, 1], dwellings=[1.0, 1.0, 1.0])
    places = pd.DataFrame({"name": ["one", "two", "three"]}, index=["T1", "T2", "T3"])
    made = apportion(table, pairs(), DICTIONARY, places=places).sort_values("code")
    assert made["name"].tolist() == ["one", "two", "three"]
    assert made["change_flag"].isna().all()


def test_unchanged_areas_are_left_as_they_are():
    table = figures("C", name=["c"], change_flag=[1], dwellings=[0.1 + 0.2])
    made = apportion(table, pairs([("C", "C", 1.0)], "unchanged"), DICTIONARY)
    expected = table.assign(division=2020, apportioned=0.0)
    pd.testing.assert_frame_equal(made, expected, check_exact=True)


def test_apportioned_is_the_share_of_dwellings_from_areas_that_were_cut():
    made = apportion(figures(dwellings=[100.0, 60.0, 70.0]), pairs(), DICTIONARY)
    assert by_code(made, "apportioned") == [100.0, 40.0, 0.0]


def test_areas_merged_whole_are_not_apportioned():
    walk = pairs([("A", "T", 1.0), ("B", "T", 1.0)])
    made = apportion(figures("AB", dwellings=[3.0, np.nan]), walk, DICTIONARY)
    assert made["apportioned"].tolist() == [0.0]


def test_each_year_is_put_on_the_borders_by_itself():
    table = figures(dwellings=[100.0, 50.0, 70.0])
    both = pd.concat([table, table.assign(year=2018, dwellings=10.0)])
    made = apportion(both, pairs(), DICTIONARY).sort_values(["year", "code"])
    assert made["dwellings"].tolist() == pytest.approx([6, 14, 10, 60, 90, 70])


def test_a_code_twice_in_one_year_is_refused():
    with pytest.raises(DivisionError, match=r"(?s)once a year.*such as A"):
        apportion(figures("AAB", dwellings=[1.0, 2.0, 3.0]), pairs(), DICTIONARY)


def test_a_leak_is_refused():
    with pytest.raises(DivisionError, match="sum to 1"):
        apportion(figures(dwellings=[1.0, 2.0, 3.0]), pairs()[1:], DICTIONARY)


def test_a_column_that_the_dictionary_cannot_put_together_is_refused():
    with pytest.raises(RegisterError, match="none for shade"):
        apportion(figures(shade=[1.0, 2.0, 3.0]), pairs(), DICTIONARY)


# --- areas that get land and no dwellings, and pieces that are not known

# All dwellings of A are on the half of its land that T1 gets.
EMPTY = pairs([("A", "T1", 1.0), ("A", "T2", 0.0)]).assign(ground=0.5)


def test_an_area_without_dwellings_has_no_counts_where_those_of_its_pieces_are_unknown():
    made = apportion(figures("A", dwellings=[np.nan], crime_total=[np.nan]), EMPTY, DICTIONARY)
    assert made[["dwellings", "crime_total"]].isna().all(axis=None)


def test_an_area_without_dwellings_has_nothing_of_what_is_known():
    made = apportion(figures("A", dwellings=[100.0], owner_occupied=[40.0]), EMPTY, DICTIONARY)
    assert by_code(made, "dwellings") == [100, 0]
    assert by_code(made, "owner_occupied") == pytest.approx([40, np.nan], nan_ok=True)


@pytest.mark.parametrize("dwellings", [100.0, np.nan])
def test_both_parts_of_an_area_that_lost_land_alone_are_apportioned(dwellings):
    made = apportion(figures("A", dwellings=[dwellings]), EMPTY, DICTIONARY)
    assert by_code(made, "apportioned") == [100, 100]


def test_land_of_an_area_that_keeps_its_dwellings_is_cut():
    made = apportion(figures("A", dwellings=[100.0], land_area=[8.0]), EMPTY, DICTIONARY)
    assert by_code(made, "land_area") == [4, 4]


def test_a_piece_without_dwellings_takes_nothing_from_what_is_known_of_the_others():
    walk = pd.concat([EMPTY, pairs([("B", "T2", 1.0)])])
    made = apportion(figures("AB", dwellings=[np.nan, 50.0]), walk, DICTIONARY)
    assert by_code(made, "dwellings") == pytest.approx([np.nan, 50], nan_ok=True)


def classes(dwellings: list[float]) -> list[int]:
    walk = pairs([("A", "T", 0.9), ("A", "U", 0.1), ("B", "T", 0.2), ("B", "U", 0.8)])
    table = figures("AB", dwellings=dwellings)
    table = table.assign(urbanity=pd.array([1, 5], dtype="Int64"))
    return by_code(apportion(table, walk, DICTIONARY), "urbanity")


def test_the_largest_piece_is_that_with_most_dwellings():
    assert classes([10.0, 100.0]) == [5, 5]


@pytest.mark.parametrize("dwellings", [[np.nan, np.nan], [np.nan, 100.0]])
def test_the_largest_piece_is_that_of_most_weight_where_dwellings_are_unknown(dwellings):
    assert classes(dwellings) == [1, 5]


BOUNDED = DICTIONARY | {
    "feels_unsafe_low": DICTIONARY["feels_unsafe_low"].model_copy(update={"weight": ""})
}


@pytest.mark.parametrize(
    "rows", [[("A", "T", 1.0), ("B", "T", 1.0)], [("A", "T", 0.5), ("A", "U", 0.5)]]
)
def test_a_figure_without_a_weight_is_missing_where_areas_are_merged_or_cut(rows):
    table = figures("AB", population=[5.0, 5.0], feels_unsafe_low=[10.0, 10.0])
    assert apportion(table, pairs(rows), BOUNDED)["feels_unsafe_low"].isna().all()


def test_a_figure_without_a_weight_stays_where_the_area_is_whole():
    made = apportion(figures("C", feels_unsafe_low=[10.0]), pairs(), BOUNDED)
    assert made["feels_unsafe_low"].tolist() == [10]


TENURES = ["owner_occupied", "corporation_rent", "other_rent"]


@pytest.mark.parametrize(
    ("small", "expected"), [(4.0, [40, 60, 0]), (10.0, [np.nan, np.nan, np.nan])]
)
def test_shares_of_tenures_rest_on_the_same_pieces(small, expected):
    """The second area has no share of corporation rent."""
    table = figures("AB", dwellings=[100 - small, small], tenure_unknown=np.nan)
    table[TENURES] = [[40.0, 60.0, 0.0], [90.0, np.nan, 10.0]]
    made = apportion(table, pairs([("A", "T", 1.0), ("B", "T", 1.0)]), DICTIONARY)
    assert made[TENURES].iloc[0].tolist() == pytest.approx(expected, nan_ok=True)


def test_a_part_of_one_area_keeps_the_tenures_that_are_known():
    table = figures("A", dwellings=[10.0], owner_occupied=[40.0], corporation_rent=[np.nan])
    made = apportion(table, pairs([("A", "T1", 0.6), ("A", "T2", 0.4)]), DICTIONARY)
    assert made["owner_occupied"].tolist() == [40, 40]


def test_an_area_made_of_a_whole_and_a_part_without_dwellings_is_apportioned():
    walk = pairs([("A", "T1", 0.6), ("A", "T2", 0.4), ("B", "T2", 1.0)])
    made = apportion(figures("AB", dwellings=[0.0, 0.0]), walk, DICTIONARY)
    assert by_code(made, "apportioned") == [100, 100]
