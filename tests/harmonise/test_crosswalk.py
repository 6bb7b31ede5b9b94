"""Each code gets the best method at hand, and a crosswalk that leaks is refused."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from nplvanalysis.errors import DivisionError
from nplvanalysis.harmonise.crosswalk import (
    CHANGED,
    FLAGGED,
    OFF_MAP,
    PAIRS,
    assembled,
    refuse_leaks,
    unchanged,
    whole,
)

FLAGS = pd.DataFrame(
    {
        "code": ["BU1", "BU2", "BU3", "BU1", "BU2", "BU4"],
        "division": [2019, 2019, 2019, 2020, 2020, 2020],
        "change_flag": [1, 1, 1, 1, 3, 2],
    }
)


def pairs(method: str, *rows: tuple[str, str, float]) -> pd.DataFrame:
    table = pd.DataFrame(rows, columns=["code", "target_code", "weight"])
    return table.assign(division=2019, target_division=2020, method=method, ground=table["weight"])[
        PAIRS
    ]


def weights(table: pd.DataFrame) -> dict[tuple[str, str], float]:
    return table.set_index(["code", "target_code"])["weight"].to_dict()


def test_only_unbroken_chains_are_followed():
    assert unchanged(FLAGS, 2018, 2020) == {"BU1"}


def test_the_chain_is_the_same_in_both_directions():
    assert unchanged(FLAGS, 2018, 2020) == unchanged(FLAGS, 2020, 2018)


def test_a_missing_edition_is_an_error_that_names_the_year():
    with pytest.raises(DivisionError, match="2021"):
        unchanged(FLAGS, 2019, 2021)


def test_each_code_gets_the_best_method_at_hand():
    found = [
        pairs("overlay", *[(code, code, 1.0) for code in "ABCD"]),
        pairs("addresses", *[(code, code, 1.0) for code in "ABC"]),
        pairs("recoded", *[(code, code, 1.0) for code in "AB"]),
        pairs("unchanged", ("A", "A", 1.0)),
    ]
    made = assembled("ABCD", set("ABCD"), found).pairs
    assert made["method"].tolist() == ["unchanged", "recoded", "addresses", "overlay"]


def test_codes_without_a_method_are_listed_as_lost():
    made = assembled("AB", set("AB"), [whole({"A": "A"}, 2019, 2020, "unchanged")])
    assert made.lost == {"B": CHANGED}
    assert made.lacking == set()


def test_an_unchanged_area_takes_nothing_from_others():
    found = [
        pairs("unchanged", ("A", "A", 1.0)),
        pairs("overlay", ("B", "A", 0.05), ("B", "B", 0.57), ("B", "C", 0.38)),
    ]
    made = assembled("AB", set("ABC"), found)
    assert weights(made.pairs) == pytest.approx({("A", "A"): 1, ("B", "B"): 0.6, ("B", "C"): 0.4})


def test_an_area_that_lies_elsewhere_for_a_large_part_is_lost_and_its_targets_lack_a_piece():
    found = [
        pairs("overlay", ("A", "A", 1.0), ("B", "A", 1.0)).assign(inside=[1.0, 0.4]),
    ]
    made = assembled("AB", {"A"}, found)
    assert made.lost == {"B": OFF_MAP}
    assert made.lacking == {"A"}


def test_addresses_that_contradict_the_flags_give_way_to_the_overlay():
    found = [
        pairs("unchanged", ("A", "A", 1.0)),
        pairs("addresses", ("B", "A", 0.5), ("B", "B", 0.5)),
        pairs("overlay", ("B", "B", 1.0)),
    ]
    made = assembled("AB", set("AB"), found).pairs
    assert made["method"].tolist() == ["unchanged", "overlay"]


def test_a_reused_code_follows_the_borders_and_not_the_code():
    """Code A stands for another place in the new division: its flag breaks the chain."""
    found = [pairs("overlay", ("A", "B", 1.0), ("Z", "A", 1.0))]
    made = assembled("AZ", set("AB"), found)
    assert weights(made.pairs) == {("A", "B"): 1.0, ("Z", "A"): 1.0}


def test_an_area_whose_only_targets_are_flagged_unchanged_is_not_called_off_the_map():
    found = [pairs("unchanged", ("A", "A", 1.0)), pairs("overlay", ("B", "A", 1.0))]
    assert assembled("AB", {"A"}, found).lost == {"B": FLAGGED}


LEAKS = {
    "sum to 1": pairs("overlay", ("A", "A", 0.5), ("A", "B", 0.5 - 1e-8), ("C", "C", 1.0)),
    "0 or more": pairs("overlay", ("A", "A", 1.1), ("A", "B", -0.1), ("C", "C", 1.0)),
    "once": pairs("overlay", ("A", "A", 0.5), ("A", "A", 0.5), ("C", "C", 1.0)),
    "weights of": pairs("overlay", ("A", "A", np.nan), ("C", "C", 1.0)),
    "land": pairs("overlay", ("A", "A", 1.0)).assign(ground=1 - 9e-6),
}


@pytest.mark.parametrize("expected", LEAKS)
def test_a_crosswalk_that_leaks_is_refused_and_names_the_code(expected):
    with pytest.raises(DivisionError, match=rf"(?s){expected}.*such as A to"):
        refuse_leaks(LEAKS[expected])


def test_weights_may_differ_from_1_by_the_last_digits():
    refuse_leaks(pairs("overlay", *[("A", f"T{i}", 1 / 7) for i in range(7)]))


def test_a_target_code_that_the_target_division_lacks_is_refused():
    with pytest.raises(DivisionError, match=r"(?s)target division.*A to X"):
        refuse_leaks(pairs("recoded", ("A", "X", 1.0)), {"A"})
