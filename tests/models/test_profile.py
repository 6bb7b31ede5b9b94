"""Features of the profile: which are used, and on what scale."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from nplvanalysis import errors
from nplvanalysis.models import profile


def with_focus(city: pd.DataFrame) -> pd.DataFrame:
    """Add incomes, residents and two focus areas, one of them with a candidate code."""
    rng = np.random.default_rng(3)
    city = city.assign(
        dwellings=np.maximum(city["dwellings"], 120.0),
        income_low=30 + 0.3 * city["tenure_corporation"] + rng.normal(size=len(city)),
        population=1000.0,
        total_area=rng.uniform(10, 200, len(city)),
        focus_area="",
        focus_candidate="",
    )
    city.loc[city.index[:4], "focus_area"] = "north"
    city.loc[city.index[30:33], "focus_area"] = "south"
    city.loc[city.index[4], "focus_candidate"] = "north"
    return city


@pytest.fixture
def known(toy_city, study):
    return profile.cases(with_focus(toy_city), study)


def test_each_concept_uses_the_first_of_its_columns_that_is_there(known):
    assert known.concepts["tenure"] == ("tenure_corporation", "tenure_other")
    assert known.concepts["income"] == ("income_low",)
    assert "work" not in known.concepts


def test_owner_share_stands_for_tenure_where_it_is_the_only_one(toy_city, study):
    alone = with_focus(toy_city).drop(columns=["tenure_corporation", "tenure_other"])
    assert profile.cases(alone, study).concepts["tenure"] == ("owner_occupied",)


def test_no_score_and_no_property_value_is_a_feature():
    used = {name for choices in profile.CONCEPTS.values() for names in choices for name in names}
    assert not used & {"lbm", "afw", "won", "onv", "soc", "fys", "vrz", "woz"}


def test_a_column_that_is_mostly_missing_is_no_feature(toy_city, study):
    city = with_focus(toy_city)
    city["social_assistance_rate"] = np.where(np.arange(len(city)) % 2, 1.0, np.nan)
    assert "assistance" not in profile.cases(city, study).concepts


def test_an_area_without_a_feature_is_left_out(toy_city, study):
    city = with_focus(toy_city)
    city.loc[9, "income_low"] = np.nan
    assert city.loc[9, "code"] not in set(profile.cases(city, study).table["code"])


def test_too_few_features_are_refused(toy_city, study):
    bare = with_focus(toy_city)[["code", "dwellings", "focus_area", "income_low"]]
    with pytest.raises(errors.ColumnMissingError, match="too few features"):
        profile.cases(bare, study)


def test_a_feature_that_is_the_same_everywhere_is_refused(toy_city, study):
    flat = profile.cases(with_focus(toy_city).assign(income_low=40.0), study)
    with pytest.raises(errors.EstimationError, match="does not vary"):
        profile.coordinates(flat, "euclidean")


@pytest.mark.parametrize("metric", ["euclidean", "mahalanobis"])
def test_features_have_mean_0_and_variance_1(known, metric):
    for block in profile.coordinates(known, metric).values():
        np.testing.assert_allclose(block.mean(axis=0), 0, atol=1e-10)
        np.testing.assert_allclose(block.var(axis=0), 1)


def test_ranks_lie_between_0_and_1(known):
    for block in profile.coordinates(known, "rank").values():
        assert block.min() > 0
        assert block.max() == 1


def test_log_ratios_of_tenure_keep_the_distance_of_aitchison(known, study):
    """Against the sum over pairs of log-ratios (Aitchison 1986), up to the common scale."""
    table = known.table
    parts = table[["tenure_corporation", "tenure_other"]].to_numpy() / 100
    parts = np.column_stack([parts, 1 - parts.sum(axis=1)])
    logs = np.log(parts)
    pairs = [(0, 1), (0, 2), (1, 2)]
    one, two = logs[0], logs[7]
    expected = np.sqrt(sum((one[i] - one[j] - two[i] + two[j]) ** 2 for i, j in pairs) / 3)
    values = table[list(known.ratios)].to_numpy()
    assert np.linalg.norm(values[0] - values[7]) == pytest.approx(expected, abs=1e-10)
    block = profile.coordinates(known, "aitchison")["tenure"]
    assert block.var(axis=0).mean() == pytest.approx(1)


def test_a_share_of_zero_has_a_log_ratio(toy_city, study):
    city = with_focus(toy_city)
    city.loc[5, ["tenure_corporation", "tenure_other"]] = [0.0, 10.0]
    made = profile.cases(city, study)
    row = made.table[made.table["code"] == city.loc[5, "code"]][list(made.ratios)].to_numpy()[0]
    assert row.sum() == pytest.approx(0, abs=1e-12)
    fractions = np.exp(row) / np.exp(row).sum()
    assert fractions[0] == pytest.approx(study.measures.zero_replacement)


def test_candidate_codes_count_only_where_they_are_asked_for(known):
    assert (known.ids(profile.DERIVED) == "north").sum() == 4
    assert (known.ids(profile.CANDIDATES) == "north").sum() == 5


def test_a_centre_is_the_mean_weighted_by_dwellings(known):
    names, weights = profile.centres(known.ids(profile.DERIVED), known.table["dwellings"])
    own = known.table[known.table["focus_area"] == "south"]
    expected = np.average(own["income_low"], weights=own["dwellings"])
    shares = weights[names.index("south")] / weights[names.index("south")].sum()
    assert shares @ known.table["income_low"] == pytest.approx(expected)


def test_the_summary_shows_the_profile_with_and_without_candidates(known):
    region = known.ids(profile.CANDIDATES) == ""
    rows = profile.summary(known, "north", region).set_index("column")
    own = known.table[known.table["focus_area"] != ""]
    expected = np.average(own["income_low"], weights=own["dwellings"])
    assert rows.loc["income_low", "focus_derived"] == pytest.approx(expected)
    assert rows.loc["income_low", "focus_with_candidates"] != pytest.approx(expected)
