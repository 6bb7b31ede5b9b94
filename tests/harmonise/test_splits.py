"""Municipalities divided among others: households say what part went where."""

import pandas as pd
import pytest

from nplvanalysis import errors
from nplvanalysis.harmonise import recodes
from nplvanalysis.harmonise.crosswalk import assembled
from nplvanalysis.harmonise.splits import counts

STEP = ["code", "division", "target_code", "target_division"]
# P is divided between A and B in 2014; B becomes C with D in 2016; E joins A in 2015.
CHANGES = pd.DataFrame(
    [
        ("GMP", 2013, "GMA", 2014),
        ("GMP", 2013, "GMB", 2014),
        ("GME", 2014, "GMA", 2015),
        ("GMB", 2015, "GMC", 2016),
        ("GMD", 2015, "GMC", 2016),
    ],
    columns=STEP,
)
SPLITS = pd.DataFrame(
    [("GMP", 2013, "GMA", 2014, 300), ("GMP", 2013, "GMB", 2014, 100)],
    columns=[*STEP, "households"],
)


def test_parts_are_followed_to_the_division_wanted():
    made = counts(SPLITS, CHANGES, 2010, 2022)
    assert made.set_index("target_code")["addresses"].to_dict() == {"GMA": 300, "GMC": 100}
    assert set(made["division"]) == {2010}
    assert set(made["target_division"]) == {2022}


def test_a_division_in_between_is_reached_too():
    made = counts(SPLITS, CHANGES, 2013, 2015)
    assert made.set_index("target_code")["addresses"].to_dict() == {"GMA": 300, "GMB": 100}


@pytest.mark.parametrize(("division", "target"), [(2014, 2022), (2010, 2013)])
def test_divisions_on_one_side_of_the_split_have_no_counts(division, target):
    assert counts(SPLITS, CHANGES, division, target).empty


def test_with_counts_the_divided_municipality_is_placed_and_nothing_is_lost():
    codes, targets = {"GMA", "GMB", "GMD", "GME", "GMP"}, {"GMA", "GMC"}
    moved = recodes.recoded(CHANGES, codes, targets, 2013, 2022)
    without = assembled(codes, targets, [moved])
    tied = recodes.counted(counts(SPLITS, CHANGES, 2013, 2022), codes, targets, 2013, 2022)
    made = assembled(codes, targets, [moved, tied])
    assert (set(without.lost), without.lacking) == ({"GMP"}, frozenset({"GMA", "GMC"}))
    assert (made.lost, made.lacking) == ({}, frozenset())
    parts = made.pairs[made.pairs["code"] == "GMP"].set_index("target_code")["weight"]
    assert parts.to_dict() == {"GMA": 0.75, "GMC": 0.25}


def test_a_divided_municipality_that_took_in_another_is_refused():
    more = pd.concat([CHANGES, pd.DataFrame([("GMX", 2011, "GMP", 2012)], columns=STEP)])
    with pytest.raises(errors.DivisionError, match="GMP"):
        counts(SPLITS, more, 2010, 2022)


def test_a_part_that_is_divided_again_is_refused():
    more = pd.concat([CHANGES, pd.DataFrame([("GMB", 2015, "GMA", 2016)], columns=STEP)])
    with pytest.raises(errors.DivisionError, match="GMB"):
        counts(SPLITS, more, 2010, 2022)
