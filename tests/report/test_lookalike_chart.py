"""Figures and tables of look-alikes."""

from __future__ import annotations

import pandas as pd
import pytest

from nplvanalysis.errors import DataError
from nplvanalysis.report import lookalike_chart, lookalike_tables


def areas(count=3, listed=1):
    return pd.DataFrame(
        {
            "code": [f"WK{i}" for i in range(count)],
            "name": [f"Area {i}" for i in range(count)],
            "municipality_name": "Town",
            "dwellings": 1500.0,
            "share_top": [0.9 - 0.1 * i for i in range(count)],
            "rank_median": [3.0 + i for i in range(count)],
            "rank_low": 1.0,
            "rank_10": 2.0,
            "rank_90": 20.0,
            "rank_high": 44.0,
            "distance": 0.7,
            "beside": [i == 0 for i in range(count)],
            "listed": [i < listed for i in range(count)],
        }
    )


DIFFERENCES = pd.DataFrame(
    {
        "column": ["income_low", "density"],
        "smd_before": [-1.4, 0.2],
        "smd_after": [0.05, 0.3],
    }
)


def test_the_ranks_are_told_in_words(edition):
    chart = lookalike_chart.rank_stability(areas(), 696, edition)
    assert "Area 0, Town" in chart.alt
    assert "44" in chart.alt
    assert "696" in chart.caption


def test_the_title_counts_the_list(english):
    assert "1 of 3" in lookalike_chart.rank_stability(areas(), 9, english).alt
    assert "None of 3" in lookalike_chart.rank_stability(areas(listed=0), 9, english).alt


def test_a_synthetic_study_is_marked(edition):
    assert "SYNTHETIC" in lookalike_chart.rank_stability(areas(), 9, edition).alt


def test_only_the_first_areas_are_drawn(english):
    chart = lookalike_chart.rank_stability(areas(count=30), 9, english)
    assert "Area 19" in chart.alt
    assert "Area 20" not in chart.alt


def test_no_areas_cannot_be_drawn(english):
    with pytest.raises(DataError):
        lookalike_chart.rank_stability(areas().iloc[:0], 9, english)


def test_balance_counts_features_within_the_band(english):
    assert "1 of 2" in lookalike_chart.balance(DIFFERENCES, english).alt


def test_balance_without_features_cannot_be_drawn(english):
    with pytest.raises(DataError):
        lookalike_chart.balance(DIFFERENCES.iloc[:0], english)


def test_the_list_names_areas_beside_a_focus_area(edition):
    html = lookalike_tables.list_table(areas(), edition).html
    assert html.count(edition.say("lookalike", "beside")) == 1
    assert "Area 2, Town (WK2)" in html


def test_the_profile_names_its_features(edition):
    profile = pd.DataFrame(
        {
            "column": ["income_low", "density"],
            "focus_derived": [48.7, 4.0],
            "focus_with_candidates": [48.1, 4.1],
            "reference": [49.9, 3.4],
            "region": [42.4, 2.4],
            "spread": [5.2, 1.8],
        }
    )
    html = lookalike_tables.profile_table(profile, edition).html
    assert edition.title("income_low") in html
    assert edition.say("lookalike", "density") in html


def test_the_parts_show_counts_whole_and_overlaps_with_decimals(english):
    rows = pd.DataFrame(
        {
            "sample": ["main", "mean overlap of top tens"],
            "estimate": [2.0, 0.332],
            "low": [0.0, float("nan")],
            "high": [2.0, float("nan")],
            "status": "ok",
        }
    )
    html = lookalike_tables.parts_table(rows, english).html
    assert "0.33" in html
    assert "0–2" in html
