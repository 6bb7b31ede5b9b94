"""The map shows every column in the year that its test used."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from nplvanalysis.report.map_years import figures, marked, shown


@pytest.fixture
def panel() -> pd.DataFrame:
    rows = [
        {"code": code, "name": code, "municipality_name": "X", "year": year}
        | {"owner_occupied": 50.0 if year == 2018 else np.nan}
        | {"crime_violence_rate": float(year), "income_low": 40.0 if year == 2016 else np.nan}
        for code in ("A", "B")
        for year in (2016, 2017, 2018)
    ]
    return pd.DataFrame(rows)


@pytest.fixture
def tested(verdicts) -> pd.DataFrame:
    row = {"outcome": "crime_violence_rate", "theta": 1.0, "year_outcome": 2017}
    return pd.DataFrame([row, row | {"outcome": "", "theta": np.nan}])


@pytest.fixture
def study(english):
    years = english.study.years.model_copy(update={"exposure": 2018})
    return english.study.model_copy(update={"years": years})


def test_an_outcome_is_shown_in_the_year_of_its_test(panel, tested, study):
    assert shown(panel, tested, study)["crime_violence_rate"] == 2017


def test_what_the_year_of_tenure_lacks_is_shown_in_its_last_year(panel, tested, study):
    assert shown(panel, tested, study)["income_low"] == 2016


def test_columns_without_figures_are_not_shown(panel, tested, study):
    assert list(shown(panel, tested, study)) == [
        "owner_occupied",
        "crime_violence_rate",
        "income_low",
    ]


def test_columns_of_different_years_stand_side_by_side(panel, tested, study):
    made = figures(panel, shown(panel, tested, study))
    assert made["code"].tolist() == ["A", "B"]
    assert made[["owner_occupied", "crime_violence_rate", "income_low"]].iloc[0].tolist() == [
        50,
        2017,
        40,
    ]


def test_focus_areas_that_sources_give_go_before_those_as_usually_drawn(study):
    real = study.model_copy(update={"synthetic": False})
    rows = {"code": ["A", "B"], "level": real.unit, "division": real.years.division}
    focus = pd.DataFrame(rows | {"status": ["derived", "candidate"]})
    assert marked(focus, real) == (["A"], "map_text")
    assert marked(focus[1:], real) == (["B"], "map_text_candidate")
    assert marked(focus.assign(division=1900), real) == ([], "map_text_none")


def test_a_synthetic_map_has_no_focus_areas(study):
    fake = study.model_copy(update={"synthetic": True})
    assert marked(pd.DataFrame(), fake) == ([], "map_text_synthetic")
