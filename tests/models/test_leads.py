"""Leads as placebo."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from nplvanalysis.models.leads import EARLIER, HELD, estimate_leads, lead_table, placebo_windows
from nplvanalysis.models.waves import Windows

from ..conftest import TRUE_SWAP
from .moving_city import asked, make_moving_city


@pytest.fixture(scope="module")
def city() -> pd.DataFrame:
    return make_moving_city()


def estimated(panel, study, **changed) -> pd.Series:
    made = estimate_leads(panel, asked(**changed), study, np.random.default_rng(1))
    assert set(made["role"]) == {"placebo"}
    worst = made.sort_values("std_error").groupby("sample", sort=False).tail(1)
    return (worst["estimate"] / worst["std_error"]).set_axis(worst["sample"])


def test_the_outcome_before_the_first_year_is_the_first_choice(city, study):
    made = placebo_windows(city, asked(year_first=2018), study)
    assert made == Windows(exposure=(2018, 2020), outcome=(2016, 2018))


def test_tenure_after_the_last_year_is_the_second(city, study):
    made = placebo_windows(city, asked(year_exposure=2018, year_outcome=2018), study)
    assert made == Windows(exposure=(2018, 2020), outcome=(2014, 2018))


def test_else_tenure_of_the_second_half_meets_the_outcome_of_the_first(city, study):
    later = city[city["year"] != 2018]
    made = placebo_windows(later, asked(), study)
    assert made == Windows(exposure=(2016, 2020), outcome=(2014, 2016))


def test_two_waves_have_no_lead(city, study):
    two = city[city["year"].isin([2014, 2020])]
    made = estimate_leads(two, asked(), study, np.random.default_rng(1))
    assert made["status"].tolist() == ["one_wave"]


def test_an_honest_association_shows_no_lead(city, study):
    assert estimated(city, study).abs().max() < 3


def test_tenure_that_follows_the_outcome_shows_as_a_lead(city, study):
    """Homes are let instead of sold where violence rose before."""
    wide = city.pivot(index="code", columns="year", values="crime_violence_rate")
    rose = city["code"].map(wide[2016] - wide[2014])
    followed = city.assign(
        tenure_corporation=city["tenure_corporation"] + rose.where(city["year"] > 2016, 0.0)
    )
    t = estimated(followed, study)
    assert t[EARLIER] > 4
    assert t[HELD] > 4


def test_tenure_that_runs_on_looks_like_a_lead_unless_its_own_years_are_held(study):
    rng = np.random.default_rng(2)
    city = make_moving_city(noise=0.5)
    start = city.groupby("code")["tenure_corporation"].transform("first")
    pace = city["code"].map(pd.Series(rng.normal(0, 1, 360), city["code"].unique()))
    own = start + pace * (city["year"] - 2014) / 2 + rng.normal(0, 0.7, len(city))
    gained = TRUE_SWAP * (own - city["tenure_corporation"])
    moved = city.assign(
        tenure_corporation=own, crime_violence_rate=city["crime_violence_rate"] + gained
    )
    t = estimated(moved, study)
    assert t[EARLIER] > 4
    assert abs(t[HELD]) < 3


def test_the_change_of_the_own_years_is_known_only_where_tenure_is(city, study):
    late = city.copy()
    late.loc[late["year"] < 2018, ["tenure_corporation", "tenure_other"]] = np.nan
    table, held = lead_table(late, asked(year_first=2018), study)
    assert held == []
    assert len(table) == city["code"].nunique()
