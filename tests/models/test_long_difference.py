"""The long difference."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm

from nplvanalysis.errors import EstimationError
from nplvanalysis.models.baseline import BOUND, INSTRUMENTED
from nplvanalysis.models.change import KEPT
from nplvanalysis.models.leads import EARLIER, HELD
from nplvanalysis.models.long_difference import estimate_change, power_of_change
from nplvanalysis.models.permutation import PERMUTED
from nplvanalysis.models.rows import GIVEN

from ..conftest import TRUE_SWAP
from .moving_city import TERMS, WAVES, asked, make_moving_city

OUTCOME = "crime_violence_rate"


@pytest.fixture(scope="module")
def city() -> pd.DataFrame:
    return make_moving_city()


def estimated(panel, study, **changed) -> pd.DataFrame:
    return estimate_change(panel, asked(**changed), study, np.random.default_rng(1))


@pytest.fixture
def made(city, study) -> pd.DataFrame:
    return estimated(city, study)


def test_it_equals_a_regression_of_differences_with_dummies(city, study, made):
    wide = city.pivot(index="code", columns="year", values=[OUTCOME, *TERMS])
    first = city[city["year"] == WAVES[0]].set_index("code")
    first = first[first["dwellings"] >= study.sample.min_dwellings]
    moved = {name: wide[name][2020] - wide[name][2014] for name in (OUTCOME, *TERMS)}
    moved = pd.DataFrame(moved).loc[first.index]
    groups = first[["municipality", "urbanity"]].astype(str)
    dummies = pd.get_dummies(groups, drop_first=True, dtype=float)
    columns = sm.add_constant(pd.concat([moved[TERMS], dummies], axis=1))
    peer = sm.WLS(moved[OUTCOME], columns, weights=first["dwellings"]).fit(cov_type="HC3")
    own = made[(made["role"] == "primary") & (made["standard_errors"] == "HC3")].iloc[0]
    assert own["estimate"] == pytest.approx(10 * peer.params[TERMS[0]], rel=1e-8)
    assert own["std_error"] == pytest.approx(10 * peer.bse[TERMS[0]], rel=1e-8)


def test_a_known_effect_is_recovered(made):
    own = made[made["role"] == "primary"]
    worst = own.loc[own["std_error"].idxmax()]
    assert abs(worst["estimate"] - 10 * TRUE_SWAP) < 3 * worst["std_error"] < TRUE_SWAP * 10


def test_the_row_comes_first_then_its_gates_then_the_checks(made):
    assert set(made.columns) == set(GIVEN)
    assert made["role"].iloc[0] == "primary"
    roles = list(dict.fromkeys(made["role"]))
    assert roles == ["primary", "gate", "sensitivity", "placebo"]
    assert set(made["sample"]) == {
        *("main", "without largest leverage", KEPT, PERMUTED, BOUND, INSTRUMENTED, EARLIER, HELD),
    }
    assert (made["status"] == "ok").all()


def test_a_secondary_row_has_no_checks(city, study):
    made = estimated(city, study, role="secondary")
    assert set(made["role"]) == {"secondary", "gate"}


def worlds(seed: int) -> pd.DataFrame:
    """Tenure does nothing, but it falls where violence is high."""
    rng = np.random.default_rng(seed)
    city = make_moving_city(effect=0.0, noise=6.0, seed=seed)
    level = city.groupby("code")["crime_violence_rate"].transform("mean")
    years = (city["year"] - WAVES[0]) / 6
    moved = -0.5 * (level - level.mean()) * years + rng.normal(0, 0.5, len(city)) * years
    start = city.groupby("code")["tenure_corporation"].transform("first")
    return city.assign(tenure_corporation=start + moved)


def test_noise_of_the_first_wave_makes_the_bound_find_what_is_not_there(study):
    made = estimated(worlds(3), study)
    found = made[made["standard_errors"] == "CR1"].drop_duplicates("sample").set_index("sample")
    t = found["estimate"] / found["std_error"]
    assert abs(t["main"]) < 2.5
    assert abs(t[INSTRUMENTED]) < 2.5
    assert abs(t[BOUND]) > 5


def test_a_study_of_one_year_has_no_change(toy_city, study):
    with pytest.raises(EstimationError, match="both its years"):
        estimated(toy_city, study, year_first=2014, year_exposure=2024, year_outcome=2024)


def test_whole_numbers_of_one_edition_are_not_differenced(city, study):
    """Police rates of Rotterdam: decimals in 2016, whole numbers in 2018."""
    whole = city.assign(
        crime_violence_rate=city[OUTCOME].where(city["year"] < 2018, city[OUTCOME].round())
    )
    with pytest.raises(EstimationError, match="rounding"):
        estimated(whole, study, year_first=2016, year_exposure=2018, year_outcome=2018)
    fine = estimated(whole, study, role="secondary", year_exposure=2016, year_outcome=2016)
    assert fine["status"].iloc[0] == "ok"
    rounded = estimated(whole, study, role="secondary", year_first=2018)
    assert rounded["status"].iloc[0] == "ok"


def test_tenure_that_stands_still_gives_a_reason(city, study):
    still = city.assign(tenure_corporation=30.0)
    made = estimated(still, study)
    assert made["status"].iloc[0] != "ok"
    assert made["estimate"].isna().all()


def test_a_missing_column_gives_its_reason(city, study):
    made = estimated(city.drop(columns="tenure_other"), study)
    decides = made["role"].isin(["primary", "gate"])
    assert set(made.loc[decides, "status"]) == {"column_missing"}
    assert made["estimate"].isna().all()


def test_few_clusters_give_their_reason(study):
    made = estimated(make_moving_city(municipalities=12), study)
    assert set(made["status"]) == {"too_few_clusters"}


def test_power_is_2_8_errors_and_counts_who_left(city, study):
    years = study.years.model_copy(update={"exposure": 2020, "outcome": 2020})
    study = study.model_copy(update={"years": years})
    cut = city.assign(apportioned=0.0)
    cut.loc[cut["code"].isin(cut["code"].unique()[:5]), "apportioned"] = 50.0
    shown = power_of_change(cut, asked(), study).iloc[0]
    fitted = estimated(cut, study, role="secondary")
    largest = fitted.loc[fitted["role"] == "secondary", "std_error"].max()
    assert shown["detectable"] == pytest.approx(2.8 * largest)
    assert shown["left_out"] == 5
    assert shown["relevant"] == pytest.approx(0.1 * shown["outcome_sd"])
