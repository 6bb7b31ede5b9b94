"""What came first."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from nplvanalysis.errors import EstimationError
from nplvanalysis.models.lagged import (
    REVERSE,
    both_directions,
    estimate_lagged,
    lagged_windows,
    reverse,
)
from nplvanalysis.models.waves import Windows
from nplvanalysis.params import Specification

from .moving_city import asked, make_moving_city, with_models

INCOME = Specification(
    terms=["income_high"], contrast="income_high", against="fewer", step=10.0, kind="other"
)
ROW = {
    "outcome": "supermarket_distance",
    "specification": "income-high",
    "sign": -1,
    "year_exposure": 2016,
    "year_outcome": 2018,
}


@pytest.fixture
def study(study):
    return with_models(
        study,
        specifications={"income-high": INCOME},
        delta={**study.models.delta, "other": 0.1},
    )


def make_city(forth: float, back: float) -> pd.DataFrame:
    """Distances follow incomes of a wave earlier by `forth`, incomes distances by `back`."""
    rng = np.random.default_rng(8)
    city = make_moving_city((2014, 2016, 2018))
    count = city["code"].nunique()
    incomes = [rng.normal(25, 5, count), rng.normal(0, 2, count)]
    distances = [rng.normal(9, 1, count), rng.normal(0, 0.5, count)]
    incomes.append(back * distances[1] + rng.normal(0, 2, count))
    distances.append(forth * incomes[1] + rng.normal(0, 0.5, count))
    return city.assign(
        income_high=np.cumsum(incomes, axis=0).ravel(),
        supermarket_distance=np.cumsum(distances, axis=0).ravel(),
    )


def estimated(city, study, **changed) -> pd.DataFrame:
    return estimate_lagged(city, asked(**(ROW | changed)), study, np.random.default_rng(1))


def test_the_outcome_changes_after_the_exposure(study):
    made = lagged_windows(asked(**ROW), study)
    assert made == Windows(exposure=(2014, 2016), outcome=(2016, 2018))


@pytest.mark.parametrize("years", [(None, 2016), (2016, 2016), (2014, 2018)])
def test_years_that_do_not_follow_each_other_are_refused(years, study):
    first, exposure = years
    with pytest.raises(EstimationError, match="three years in order"):
        lagged_windows(asked(**ROW | {"year_first": first, "year_exposure": exposure}), study)


def test_the_direction_that_holds_is_found_and_the_other_is_not(study):
    made = estimated(make_city(forth=-0.1, back=0.0), study)
    worst = made.sort_values("std_error").groupby("role", sort=False).tail(1).set_index("role")
    t = worst["estimate"] / worst["std_error"]
    assert worst.loc["primary", "estimate"] == pytest.approx(-1, abs=0.4)
    assert t["primary"] < -4
    assert abs(t["placebo"]) < 3
    assert worst.loc["placebo", "sample"] == REVERSE


def test_the_reverse_is_found_where_amenities_come_first(study):
    city = make_city(forth=0.0, back=2.0)
    fitted = reverse(city, asked(**ROW), study)
    assert fitted.estimate == pytest.approx(2, abs=0.8)
    shown = both_directions(city, asked(**ROW), study).set_index("direction")
    assert shown.loc["reverse", "low"] > 0
    assert shown.loc["as claimed", "p"] > 0.01


def test_on_one_scale_and_without_controls_both_are_correlations(study):
    city = make_city(forth=-0.1, back=1.0).assign(dwellings=500.0)
    study = with_models(study, fixed_effects="none", cluster="none", controls=[])
    shown = both_directions(city, asked(**ROW), study).set_index("direction")["estimate"]
    wide = city.pivot(index="code", columns="year", values=["income_high", "supermarket_distance"])
    income, distance = (wide[name].diff(axis=1) for name in ("income_high", "supermarket_distance"))
    assert shown["as claimed"] == pytest.approx(np.corrcoef(income[2016], distance[2018])[0, 1])
    assert shown["reverse"] == pytest.approx(np.corrcoef(distance[2016], income[2018])[0, 1])


def test_a_study_of_one_year_is_refused(toy_city, study):
    with pytest.raises(EstimationError, match="both its years"):
        estimated(toy_city.assign(income_high=1.0, supermarket_distance=1.0), study)
