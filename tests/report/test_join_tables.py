"""Tables of borders and bare codes."""

from __future__ import annotations

import pandas as pd
import pytest

from nplvanalysis.report.join_tables import (
    addresses_table,
    joins_table,
    shares,
    shares_table,
    unresolved_table,
)


def report(**steps) -> pd.DataFrame:
    """Coverage of one source: dwellings by step, twice as many residents."""
    rows = [
        {"source": "kwb", "year": 2014, "step": step, "areas": 1.0, "dwellings": float(count)}
        for step, count in steps.items()
    ]
    table = pd.DataFrame(rows)
    return table.assign(persons=2 * table["dwellings"])


COVERAGE = report(kept=70, apportioned=20, lost=10)
NAIVE = report(kept=60, misplaced=25, lost=15)


def test_shares_are_percentages_of_what_came_in():
    made = shares(COVERAGE, NAIVE).set_index("counted")
    assert made.loc["dwellings", "whole":].tolist() == [70, 20, 10, 60, 25, 15]
    assert made.loc["persons", "lost"] == 10


def test_areas_are_counted_only_where_dwellings_are_not_known():
    unknown = [
        table.assign(dwellings=float("nan"), persons=float("nan")) for table in (COVERAGE, NAIVE)
    ]
    assert shares(*unknown)["counted"].tolist() == ["areas"]
    assert "areas" not in shares(COVERAGE, NAIVE)["counted"].tolist()


def test_years_that_both_keep_whole_are_not_listed():
    assert shares(report(kept=100), report(kept=100)).empty


def test_the_table_of_shares_names_source_and_year(edition):
    html = shares_table(COVERAGE, NAIVE, edition).html
    assert "kwb, 2014" in html
    assert edition.number(25, 1) + " %" in html


@pytest.fixture
def compared() -> pd.DataFrame:
    row = {
        "hypothesis": "A4",
        "outcome": "income_low",
        "specification": "owner-share",
        "what": "change",
        "first": 2014,
        "year_exposure": 2024,
        "year_outcome": 2024,
        "join": "harmonised",
        "estimate": -2.0,
        "std_error": 0.4,
        "n": 400,
        "left_out": 39,
        "status": "ok",
    }
    failed = {"join": "bare codes", "estimate": float("nan"), "status": "not_identified"}
    return pd.DataFrame([row, row | failed])


def test_both_joins_stand_under_one_heading(compared, edition):
    html = joins_table(compared, edition).html
    assert html.count('scope="rowgroup"') == 1
    assert edition.say("join", "harmonised") in html
    assert ">39<" in html


def test_an_estimate_that_failed_shows_its_reason_instead_of_a_number(compared, edition):
    assert edition.say("reason", "not_identified") in joins_table(compared, edition).html


def test_names_without_a_place_stand_under_their_source(edition):
    row = {"source": "crime", "name": "Elders", "code": "", "reason": "no municipality"}
    html = unresolved_table(pd.DataFrame([row]), edition).html
    assert "crime" in html
    assert "Elders" in html


def test_addresses_found_again_are_a_percentage(edition):
    row = {"division": 2020, "target_division": 2024, "addresses": 1000, "found": 950}
    table = pd.DataFrame([row | {"share": 95.0, "areas_left_out": 2}])
    assert f"{edition.number(95.0, 1)} %" in addresses_table(table, edition).html


def test_a_step_that_is_not_known_leaves_no_percentages_of_dwellings():
    unknown = COVERAGE.copy()
    unknown.loc[unknown["step"] == "kept", ["dwellings", "persons"]] = float("nan")
    assert shares(unknown, NAIVE)["counted"].tolist() == ["areas"]


def test_a_year_that_the_panel_keeps_and_bare_codes_do_not_is_listed():
    assert len(shares(report(kept=100), report(kept=90, lost=10)))
