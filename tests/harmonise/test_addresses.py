"""Two lists of addresses joined: counts per pair of areas, and what the lists do not tell."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nplvanalysis.errors import DivisionError
from nplvanalysis.harmonise import addresses
from nplvanalysis.harmonise.recodes import counted


def street(postcode: str, code: str, first: int, last: int, division: int) -> pd.DataFrame:
    """List house numbers of one postcode in one area."""
    numbers = range(first, last + 1)
    about = {"postcode": postcode, "code": code, "division": division, "year": division}
    return pd.DataFrame({"house_number": numbers}).assign(**about)


def listed(division: int, *streets: tuple[str, str, int, int]) -> pd.DataFrame:
    return pd.concat([street(*own, division) for own in streets], ignore_index=True)


OLD = listed(2020, ("1011AA", "BU00140000", 1, 100), ("1011AB", "BU00140001", 1, 40))
# 30 addresses of the first area go to the second, the code of which is new
NEW = listed(
    2024,
    ("1011AA", "BU00140000", 1, 70),
    ("1011AA", "BU00140002", 71, 100),
    ("1011AB", "BU00140002", 1, 40),
)


def pairs(made: addresses.Counts) -> dict[tuple[str, str], int]:
    return made.table.set_index(["code", "target_code"])["addresses"].to_dict()


def test_addresses_are_counted_by_pair_of_areas():
    assert pairs(addresses.counts(OLD, NEW)) == {
        ("BU00140000", "BU00140000"): 70,
        ("BU00140000", "BU00140002"): 30,
        ("BU00140001", "BU00140002"): 40,
    }


def test_the_order_of_rows_makes_no_difference():
    shuffled = NEW.sample(frac=1, random_state=1, ignore_index=True)
    made = addresses.counts(OLD.iloc[::-1].reset_index(drop=True), shuffled)
    pd.testing.assert_frame_equal(made.table, addresses.counts(OLD, NEW).table)


def test_rows_that_do_not_start_at_0_are_joined_as_well():
    assert pairs(addresses.counts(OLD.iloc[100:], NEW.iloc[100:])) == {
        ("BU00140001", "BU00140002"): 40
    }


def test_addresses_of_one_year_only_are_left_out_and_reported():
    old = OLD.drop(index=range(10))
    new = pd.concat([NEW.drop(index=range(130, 140)), street("1011AD", "BU00140000", 1, 5, 2024)])
    made = addresses.counts(old, new)
    assert sum(pairs(made).values()) == 120
    row = made.matched.iloc[0]
    assert (row["addresses"], row["found"]) == (130, 120)
    assert row["share"] == pytest.approx(100 * 120 / 130)


def test_an_area_of_which_most_addresses_are_not_found_is_left_out():
    made = addresses.counts(OLD, NEW.drop(index=range(118, 140)))
    assert set(made.table["code"]) == {"BU00140000"}
    assert made.matched["areas_left_out"].tolist() == [1]


def test_counts_become_weights():
    codes, targets = set(OLD["code"]), set(NEW["code"])
    made = counted(addresses.counts(OLD, NEW).table, codes, targets, 2020, 2024)
    weights = made.set_index(["code", "target_code"])["weight"].to_dict()
    assert weights[("BU00140000", "BU00140002")] == pytest.approx(0.3)
    assert weights[("BU00140001", "BU00140002")] == 1


def test_a_list_that_was_cut_is_refused():
    with pytest.raises(DivisionError, match="lists of 2020 and 2024"):
        addresses.counts(OLD, NEW.head(100))


def test_an_old_list_that_was_cut_is_refused():
    with pytest.raises(DivisionError, match="80% of the addresses"):
        addresses.counts(OLD.head(100), NEW)


def test_a_list_of_another_country_is_refused():
    with pytest.raises(DivisionError, match="not about the same places"):
        addresses.counts(OLD, NEW.assign(postcode="9999ZZ").drop_duplicates("house_number"))


def test_every_other_year_is_tied_to_the_one_wanted():
    middle = OLD.assign(division=2022, year=2022)
    made = addresses.tied([NEW, OLD, middle], 2024)
    assert made.matched["division"].tolist() == [2020, 2022]
    assert set(made.table["target_division"]) == {2024}


def test_a_division_is_tied_backwards_as_well():
    made = addresses.tied([OLD, NEW], 2020)
    assert pairs(made)[("BU00140002", "BU00140000")] == 30


def test_a_study_without_lists_has_no_counts():
    made = addresses.tied([], 2024)
    assert made.evidence is None
    assert list(made.matched) == list(addresses.counts(OLD, NEW).matched)


def test_the_list_of_the_year_wanted_alone_ties_nothing():
    assert addresses.tied([NEW], 2024).evidence is None


def test_lists_without_the_year_wanted_are_refused():
    with pytest.raises(DivisionError, match="one list of 2023"):
        addresses.tied([OLD, NEW], 2023)


def test_two_lists_of_one_year_are_refused():
    with pytest.raises(DivisionError, match="lists of 2020, 2020, 2024"):
        addresses.tied([OLD, OLD, NEW], 2024)


@given(
    some=st.lists(
        st.tuples(st.sampled_from("ABC"), st.sampled_from("XYZ"), st.booleans()),
        min_size=1,
        max_size=60,
    )
)
def test_counts_are_those_of_a_loop_over_addresses(some):
    # most addresses stay, so that the lists are of one country
    homes = some + 5 * len(some) * [("D", "X", True)]
    old = pd.DataFrame({"house_number": range(1, len(homes) + 1)})
    old = old.assign(postcode="1011AA", division=2020, code=[own for own, *_ in homes])
    new = old.assign(code=[target for _, target, _ in homes], division=2024)
    true: dict[tuple[str, str], int] = {}
    found: dict[str, list[bool]] = {}
    for own, target, kept in homes:
        true[own, target] = true.get((own, target), 0) + kept
        found.setdefault(own, []).append(kept)
    sure = {own for own, kept in found.items() if 2 * sum(kept) >= len(kept)}
    made = addresses.counts(old, new[[kept for *_, kept in homes]])
    assert pairs(made) == {pair: n for pair, n in true.items() if n and pair[0] in sure}
