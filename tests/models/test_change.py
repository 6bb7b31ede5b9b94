"""Differences between years, and what bare codes do to an estimate."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from nplvanalysis import registers, schema
from nplvanalysis.models import estimates, joins
from nplvanalysis.models.change import differences, keeping, steady

from ..conftest import TRUE_SWAP

MOVED = ["tenure_corporation", "tenure_other", "crime_violence_rate"]


@pytest.fixture
def two_years(toy_city) -> pd.DataFrame:
    """The toy city ten years later: tenure moved, and violence with it."""
    rng = np.random.default_rng(3)
    corporation, other = rng.normal(0, 4, len(toy_city)), rng.normal(0, 4, len(toy_city))
    # without any noise it would be refused as made of tenure
    noise = rng.normal(0, 1e-6, len(toy_city))
    later = toy_city.assign(
        tenure_corporation=toy_city["tenure_corporation"] + corporation,
        tenure_other=toy_city["tenure_other"] + other,
        crime_violence_rate=toy_city["crime_violence_rate"] + TRUE_SWAP * corporation + noise,
    )
    return pd.concat([toy_city.assign(year=2014), later], ignore_index=True)


def test_a_difference_is_later_less_earlier(two_years):
    made = differences(two_years, 2014, 2024, MOVED).set_index("code")
    later = two_years[two_years["year"] == 2024].set_index("code")
    early = two_years[two_years["year"] == 2014].set_index("code")
    for name in MOVED:
        np.testing.assert_allclose(made[name], later[name] - early[name], atol=1e-12)


def test_weights_and_controls_are_those_of_the_first_year(two_years):
    grown = two_years.assign(dwellings=two_years["dwellings"] + two_years["year"])
    made = differences(grown, 2014, 2024, MOVED).set_index("code")
    first = grown[grown["year"] == 2014].set_index("code")
    pd.testing.assert_series_equal(made["dwellings"], first["dwellings"], check_like=True)


def test_areas_of_one_year_only_have_no_difference(two_years):
    lost = two_years[(two_years["year"] == 2024) | (two_years["code"] != two_years["code"].iloc[0])]
    assert len(differences(lost, 2014, 2024, MOVED)) == two_years["code"].nunique() - 1


def test_areas_over_the_limit_of_apportioned_stock_leave(two_years, study):
    codes = two_years["code"].unique()
    parts = pd.Series(0.0, codes)
    parts.iloc[:3] = [10.0, 10.1, np.nan]
    cut = two_years.assign(apportioned=0.0)
    cut.loc[cut["year"] == 2014, "apportioned"] = parts.to_numpy()
    left = steady(differences(cut, 2014, 2024, MOVED), study)
    assert set(codes) - set(left["code"]) == {codes[1], codes[2]}


def test_areas_that_became_another_class_of_urbanity_leave(two_years, study):
    codes = two_years["code"].unique()
    built = two_years.copy()
    at = (built["year"] == 2024) & (built["code"] == codes[2])
    built.loc[at, "urbanity"] = built.loc[at, "urbanity"] % 5 + 1
    left = steady(differences(built, 2014, 2024, MOVED), study)
    assert set(codes) - set(left["code"]) == {codes[2]}


def test_areas_of_another_class_of_urbanity_stay_where_the_study_keeps_them(two_years, study):
    built = two_years.copy()
    at = (built["year"] == 2024) & (built["code"] == built["code"].iloc[2])
    built.loc[at, "urbanity"] = built.loc[at, "urbanity"] % 5 + 1
    moved = differences(built, 2014, 2024, MOVED)
    assert len(steady(moved, keeping(study))) == len(steady(moved, study)) + 1


def test_joins_are_compared_on_the_areas_that_the_models_of_the_study_use(
    two_years, study, in_root
):
    built = two_years.copy()
    at = (built["year"] == 2024) & (built["code"] == built["code"].iloc[2])
    built.loc[at, "urbanity"] = built.loc[at, "urbanity"] % 5 + 1
    panels = {joins.HARMONISED: built, joins.BARE: two_years}
    before, after = (
        compared(one, study).sort_index().loc["change", "n"]
        for one in ({joins.HARMONISED: two_years}, panels)
    )
    assert after.tolist() == 2 * [before.iloc[0] - 1]


def compared(panels, study) -> pd.DataFrame:
    made = joins.compared(panels, registers.claims(), study)
    return made[made["hypothesis"] == "A1"].set_index(["what", "first", "join"])


def test_a_change_is_found_beside_the_levels(two_years, study, in_root):
    made = compared({joins.HARMONISED: two_years}, study)
    assert list(made.index.droplevel("join")) == [
        ("level", 2024),
        ("level", 2014),
        ("change", 2014),
    ]
    row = made.loc[("change", 2014, joins.HARMONISED)]
    assert row["estimate"] == pytest.approx(10 * TRUE_SWAP, abs=1e-6)


def test_codes_that_mean_other_places_pass_differences_between_places_off_as_change(
    two_years, study, in_root
):
    # what always differed between places, and did not move with tenure
    trait = 5 * two_years[two_years["year"] == 2014].set_index("code")["tenure_corporation"]
    violence = two_years["crime_violence_rate"] + two_years["code"].map(trait)
    panel = two_years.assign(crime_violence_rate=violence)
    codes = panel["code"].unique()
    elsewhere = dict(zip(codes, np.roll(codes, 9 * 7), strict=True))
    early = panel["year"] == 2014
    bare = panel.assign(code=panel["code"].mask(early, panel["code"].map(elsewhere)))
    made = compared({joins.HARMONISED: panel, joins.BARE: bare}, study)
    change = made.xs("change", level="what").droplevel("first")["estimate"]
    assert change[joins.HARMONISED] == pytest.approx(10 * TRUE_SWAP, abs=1e-6)
    assert change[joins.BARE] > 50


def test_a_study_of_one_year_compares_levels_only(toy_city, study, in_root):
    made = compared({joins.HARMONISED: toy_city}, study)
    assert set(made.index.get_level_values("what")) == {joins.LEVEL}


def test_a_comparison_that_cannot_be_estimated_says_why(two_years, study, in_root):
    flat = two_years.assign(tenure_corporation=30.0)
    assert (compared({joins.HARMONISED: flat}, study)["status"] != "ok").all()


def test_areas_whose_owners_were_unknown_in_any_year_leave(two_years, study):
    code = two_years["code"].iloc[0]
    between = two_years[two_years["year"] == 2014].assign(year=2019)
    known = pd.concat([two_years, between], ignore_index=True).assign(tenure_unknown=0.0)
    known.loc[known["year"].eq(2019) & known["code"].eq(code), "tenure_unknown"] = 5.1
    left = steady(differences(known, 2014, 2024, MOVED), study)
    assert set(two_years["code"]) - set(left["code"]) == {code}


def test_the_error_beside_an_estimate_is_the_largest_kind(toy_city, study, in_root):
    row = registers.claims().hypotheses["A1"].studies["sample"][0]
    kinds = estimates.estimate_row(toy_city, row, study, schema.columns())
    largest = kinds.loc[kinds["role"] == "primary", "std_error"].max()
    made = compared({joins.HARMONISED: toy_city}, study)
    assert made["std_error"].iloc[0] == pytest.approx(largest)
