"""What a join on bare codes puts at the right place, at another one, and nowhere."""

from __future__ import annotations

import pandas as pd
import pytest

from nplvanalysis.harmonise.crosswalk import PAIRS, Crosswalk
from nplvanalysis.harmonise.naive import by_bare_codes, fates
from nplvanalysis.harmonise.panel import harmonise

from .test_panel import AREAS, BOTH, kwb, scores


def walk(pairs, lost=None) -> Crosswalk:
    rows = [(code, 2019, target, 2020, "addresses", weight, 1.0) for code, target, weight in pairs]
    return Crosswalk(pd.DataFrame(rows, columns=PAIRS), lost or {}, frozenset())


def told(crosswalk: Crosswalk | None, codes=("A", "B")) -> dict[tuple[str, str], float]:
    table = fates(pd.DataFrame({"code": list(codes)}), crosswalk, {"A", "B"})
    return table.set_index(["code", "step"])["share"].to_dict()


def test_of_a_cut_area_only_the_part_that_kept_the_code_is_right():
    made = walk([("A", "A", 0.7), ("A", "B", 0.3), ("B", "B", 1.0)])
    found = told(made)
    assert found == pytest.approx({("A", "kept"): 0.7, ("A", "misplaced"): 0.3, ("B", "kept"): 1})


def test_a_code_that_was_given_to_another_place_is_wholly_misplaced():
    assert told(walk([("A", "B", 1.0), ("B", "A", 1.0)])) == {
        ("A", "misplaced"): 1,
        ("B", "misplaced"): 1,
    }


def test_a_code_that_is_gone_is_lost():
    assert told(walk([("A", "A", 1.0)]), ["A", "C"]) == {("A", "kept"): 1, ("C", "lost"): 1}


def test_what_no_method_can_place_is_misplaced_with_the_reason():
    made = fates(pd.DataFrame({"code": ["A"]}), walk([], {"A": "other borders or code"}), {"A"})
    assert made[["step", "reason"]].to_numpy().tolist() == [["misplaced", "other borders or code"]]


def test_tables_of_the_target_division_are_right_as_they_are():
    assert told(None) == {("A", "kept"): 1, ("B", "kept"): 1}


def test_bare_codes_take_figures_of_areas_that_the_panel_refuses():
    tables = [kwb(2019, BOTH, [1, 1]), kwb(2020, BOTH, [1, 3]), scores(2020, BOTH)]
    made = harmonise(tables, AREAS, 2020)
    bare = by_bare_codes(tables, AREAS, 2020, made.crosswalks)
    assert (made.panel["year"] == 2019).sum() == 1
    assert (bare.panel["year"] == 2019).sum() == 2
    counted = bare.coverage.query("source == 'kwb-2019'").set_index("step")["dwellings"]
    assert counted["misplaced"].sum() == 100


def test_both_panels_are_the_same_where_no_border_changed():
    tables = [kwb(2020, BOTH, [1, 1]), scores(2020, BOTH)]
    made = harmonise(tables, AREAS, 2020)
    pd.testing.assert_frame_equal(
        made.panel, by_bare_codes(tables, AREAS, 2020, made.crosswalks).panel
    )
