"""Recodes and mergers are followed year by year; addresses become weights."""

from __future__ import annotations

import pandas as pd
import pytest

from nplvanalysis.errors import DivisionError
from nplvanalysis.harmonise.recodes import counted, recoded


def recodes(*rows: tuple[str, str, int]) -> pd.DataFrame:
    table = pd.DataFrame(rows, columns=["code", "target_code", "target_division"])
    return table.assign(division=table["target_division"] - 1)


def addresses(*rows: tuple[str, str, float]) -> pd.DataFrame:
    table = pd.DataFrame(rows, columns=["code", "target_code", "addresses"])
    return table.assign(division=2018, target_division=2024)


def went(pairs: pd.DataFrame) -> dict[str, str]:
    """Tell where the areas that were placed are."""
    inside = pairs.get("inside", pd.Series(1.0, pairs.index))
    return pairs[inside == 1].set_index("code")["target_code"].to_dict()


def test_mergers_are_followed_through_several_years():
    table = recodes(("WK01", "WK03", 2019), ("WK02", "WK03", 2019), ("WK03", "WK04", 2022))
    made = recoded(table, {"WK01", "WK02"}, {"WK04"}, 2018, 2024)
    assert went(made) == {"WK01": "WK04", "WK02": "WK04"}


def test_mergers_outside_the_years_are_left_out():
    table = recodes(("WK01", "WK03", 2018), ("WK02", "WK04", 2025))
    assert recoded(table, {"WK01", "WK02"}, {"WK03", "WK04"}, 2018, 2024).empty


def test_a_municipality_that_takes_others_in_keeps_its_own():
    made = recoded(
        recodes(("GM0001", "GM0002", 2020)), {"GM0001", "GM0002"}, {"GM0002"}, 2018, 2024
    )
    assert went(made) == {"GM0001": "GM0002", "GM0002": "GM0002"}


def test_a_smaller_area_that_takes_others_in_needs_a_row_of_its_own():
    """Without it, its code may have been given to another place."""
    joins = ("BU03", "BU01", 2020)
    alone = recoded(recodes(joins), {"BU01", "BU03"}, {"BU01"}, 2018, 2024)
    assert went(alone) == {"BU03": "BU01"}
    stays = recoded(recodes(joins, ("BU01", "BU01", 2020)), {"BU01", "BU03"}, {"BU01"}, 2018, 2024)
    assert went(stays) == {"BU01": "BU01", "BU03": "BU01"}


def test_a_code_that_was_given_away_does_not_concern_the_area_that_had_left_it():
    table = recodes(("BU01", "BU02", 2019), ("BU03", "BU01", 2021))
    made = recoded(table, {"BU01", "BU03"}, {"BU01", "BU02"}, 2018, 2024)
    assert went(made) == {"BU01": "BU02", "BU03": "BU01"}


def test_only_municipalities_keep_a_code_that_no_row_names():
    made = recoded(recodes(), {"GM0001", "BU00010000"}, {"GM0001", "BU00010000"}, 2018, 2024)
    assert went(made) == {"GM0001": "GM0001"}


def test_mergers_are_not_undone_backwards():
    table = recodes(("GM0001", "GM0002", 2020))
    assert recoded(table, {"GM0002"}, {"GM0001", "GM0002"}, 2024, 2018).empty


def test_a_merger_that_names_an_unknown_old_code_is_refused():
    with pytest.raises(DivisionError, match="GM9999 to GM0002"):
        recoded(recodes(("GM9999", "GM0002", 2020)), {"GM0002"}, {"GM0002"}, 2018, 2024)


def test_a_merger_that_names_an_unknown_new_code_is_refused():
    with pytest.raises(DivisionError, match="GM0001 to GM9999"):
        recoded(recodes(("GM0001", "GM9999", 2020)), {"GM0001"}, {"GM0002"}, 2018, 2024)


def test_mergers_of_other_places_are_left_alone():
    assert recoded(recodes(("GM7", "GM8", 2020)), {"GM0001"}, {"GM0002"}, 2018, 2024).empty


def test_a_code_that_goes_to_two_areas_is_not_placed_and_names_both():
    table = recodes(("WK01", "WK02", 2020), ("WK01", "WK03", 2020))
    made = recoded(table, {"WK01"}, {"WK02", "WK03"}, 2018, 2024)
    assert went(made) == {}
    assert made["target_code"].tolist() == ["WK02", "WK03"]


def test_a_row_that_stands_there_twice_is_refused():
    table = recodes(("WK01", "WK02", 2020), ("WK01", "WK02", 2020))
    with pytest.raises(DivisionError, match=r"(?s)each pair once.*WK01"):
        recoded(table, {"WK01"}, {"WK02"}, 2018, 2024)


def test_weights_are_shares_of_addresses():
    table = addresses(("A", "A", 300), ("A", "B", 100), ("B", "B", 50))
    made = counted(table, {"A", "B"}, {"A", "B"}, 2018, 2024)
    assert made["weight"].tolist() == [0.75, 0.25, 1.0]


def test_addresses_do_not_tell_how_land_is_shared_out():
    table = addresses(("A", "A", 300), ("A", "B", 100), ("B", "B", 50))
    made = counted(table, {"A", "B"}, {"A", "B"}, 2018, 2024)
    assert made["ground"].isna().tolist() == [True, True, False]


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([("A", "A", -1.0)], "0 or more"),
        ([("A", "A", 1.0), ("A", "A", 2.0)], "each pair once"),
        ([("A", "X", 1.0)], "codes of the division of 2024"),
    ],
)
def test_wrong_counts_of_addresses_are_refused(rows, expected):
    with pytest.raises(DivisionError, match=f"(?s){expected}.*A to"):
        counted(addresses(*rows), {"A"}, {"A"}, 2018, 2024)
