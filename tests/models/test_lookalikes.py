"""The list of look-alikes, its stability, and what is refused."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pandas as pd
import pytest
from scipy.stats import spearmanr

from nplvanalysis import errors, params
from nplvanalysis.models import lookalikes, ranking
from nplvanalysis.registers import Row
from tests.conftest import ROOT, make_toy_city
from tests.models.test_profile import with_focus

FEATURES = ["income_low", "crime_violence_rate", "share_15_24", "share_65_plus", "total_area"]
TENURES = ["tenure_corporation", "tenure_other"]


def row(**changed) -> Row:
    asked = {"role": "primary", "outcome": "income_low", "specification": "owner-share"}
    return Row(**asked, sign=1, estimator="lookalikes", rule="list", **changed)


def city_of(planted: int) -> pd.DataFrame:
    """Build a city with two odd focus areas, and elsewhere `planted` areas that equal them."""
    city = with_focus(make_toy_city()).assign(dwellings=1000.0, focus_candidate="")
    rng = np.random.default_rng(8)
    odd = np.r_[np.flatnonzero(city["focus_area"] != ""), 100 : 100 + planted]
    low = city[FEATURES].max() * 1.5
    close = np.r_[np.ones(7), np.zeros(planted)][:, None]
    noise = 0.05 * city[FEATURES].std().to_numpy() * rng.normal(size=(len(odd), len(FEATURES)))
    city.loc[odd, FEATURES] = low.to_numpy() + noise * close
    city.loc[odd, TENURES] = [70.0, 15.0]
    city.loc[odd, TENURES] += rng.normal(0, 0.5, size=(len(odd), 2)) * close
    return city


@pytest.fixture(scope="module")
def sample_study():
    return params.load(ROOT / "studies/sample.yaml")


@pytest.fixture(scope="module")
def ranked(sample_study):
    return ranking.ranking(with_focus(make_toy_city()), row(), sample_study)


def test_areas_that_equal_the_focus_areas_are_listed_and_no_others(sample_study):
    city = city_of(planted=4)
    found = ranking.ranking(city, row(), sample_study).areas
    assert set(found.loc[found["listed"], "code"]) == set(city.loc[100:103, "code"])
    assert (found.loc[found["listed"], "share_top"] == 1).all()


def test_nothing_is_listed_where_nothing_is_near(sample_study):
    """The ten nearest are always ten; only the yardstick of distance keeps them off the list."""
    found = ranking.ranking(city_of(planted=0), row(), sample_study).areas
    assert found["share_top"].max() > 0.5
    assert not found["listed"].any()


def test_focus_areas_candidates_and_small_areas_are_not_ranked(ranked):
    city = with_focus(make_toy_city())
    left = city[city["code"].isin(ranked.areas["code"])]
    assert left["focus_area"].eq("").all()
    assert left["focus_candidate"].eq("").all()
    assert left["dwellings"].min() >= 500


def test_the_region_limits_what_is_ranked_but_not_the_profile(sample_study):
    city = with_focus(make_toy_city())
    city["province"] = np.where(city.index < 250, "here", "there")
    city.loc[300:303, "focus_area"] = "far"
    whole = ranking.ranking(city, row(where={"province": ["here"]}), sample_study)
    assert set(city.loc[city["code"].isin(whole.areas["code"]), "province"]) == {"here"}
    near = city.assign(focus_area=city["focus_area"].mask(city["focus_area"] == "far", ""))
    other = ranking.ranking(near, row(where={"province": ["here"]}), sample_study)
    assert not np.allclose(whole.profile["focus_derived"], other.profile["focus_derived"])


def test_the_reference_is_the_focus_area_with_the_most_areas_in_the_region(ranked):
    assert ranked.made.reference == "north"


def test_an_area_whose_municipality_holds_a_focus_area_is_marked(ranked):
    beside = ranked.areas.set_index("code")["beside"]
    assert beside[[code.startswith("BU9000") for code in beside.index]].all()
    assert not beside[[code.startswith("BU9020") for code in beside.index]].any()


def test_the_overlap_is_the_mean_jaccard_of_all_pairs(ranked):
    some = ranked.relative[::40]
    tops = [set(np.flatnonzero(one)) for one in ranking.top(some)]
    pairs = [len(a & b) / len(a | b) for a, b in combinations(tops, 2)]
    assert ranking._stability(some).jaccard == pytest.approx(np.mean(pairs), abs=1e-12)


def test_the_rank_correlation_is_the_mean_over_all_pairs(ranked):
    some = ranked.relative[::60]
    pairs = [spearmanr(a, b).statistic for a, b in combinations(some, 2)]
    assert ranking._stability(some).rank_correlation == pytest.approx(np.mean(pairs), abs=1e-10)


def test_equal_comparisons_overlap_completely():
    same = np.tile(np.arange(1.0, 41.0), (5, 1))
    found = ranking._stability(same)
    assert found.jaccard == pytest.approx(1)
    assert found.rank_correlation == pytest.approx(1)


def test_random_rankings_overlap_as_chance_says():
    rng = np.random.default_rng(5)
    random = rng.random((400, 200))
    found = ranking._stability(random)
    assert found.jaccard == pytest.approx(found.by_chance, rel=0.1)
    assert found.rank_correlation == pytest.approx(0, abs=0.02)


def test_an_area_at_the_median_of_the_references_own_is_still_near():
    relative = np.tile(np.r_[1.0, np.full(20, 2.0)], (10, 1))
    assert ranking.meets_rule(relative).tolist() == [True, *[False] * 20]


def test_eighty_per_cent_of_the_comparisons_is_enough():
    near = np.r_[0.1, np.linspace(0.2, 0.9, 20)]
    far = np.r_[5.0, np.linspace(0.2, 0.9, 20)]
    assert ranking.meets_rule(np.array([near] * 8 + [far] * 2))[0]
    assert not ranking.meets_rule(np.array([near] * 7 + [far] * 3))[0]


def test_the_order_of_the_rows_does_not_matter(sample_study, ranked):
    mixed = with_focus(make_toy_city()).sample(frac=1, random_state=1)
    again = ranking.ranking(mixed, row(), sample_study)
    pd.testing.assert_frame_equal(again.areas, ranked.areas)


def test_the_estimate_is_the_length_of_the_list_and_the_gate_the_overlap(sample_study, ranked):
    made = lookalikes.estimate_lookalikes(
        with_focus(make_toy_city()), row(), sample_study, np.random.default_rng(1)
    )
    assert made.iloc[0]["role"] == "primary"
    assert made.iloc[0]["estimate"] == ranked.areas["listed"].sum()
    gate = made[made["role"] == "gate"].iloc[0]
    assert gate["estimate"] == pytest.approx(ranked.stability.jaccard)
    assert set(made["n"]) == {len(ranked.areas)}


def test_the_bootstrap_repeats_with_its_seed(ranked):
    one, two = (lookalikes.redrawn(ranked.made, np.random.default_rng(4), 5) for _ in range(2))
    assert one.tolist() == two.tolist()


def test_the_bootstrap_leaves_a_clear_list_as_it_is(sample_study):
    found = ranking.ranking(city_of(planted=4), row(), sample_study)
    assert set(lookalikes.redrawn(found.made, np.random.default_rng(4), 20)) == {4}


def test_one_focus_area_gives_a_list_without_interval(sample_study):
    city = with_focus(make_toy_city()).assign(focus_candidate="")
    city["focus_area"] = city["focus_area"].where(city["focus_area"] == "north", "")
    made = lookalikes.estimate_lookalikes(city, row(), sample_study, np.random.default_rng(1))
    assert made.iloc[0][["low", "high", "std_error"]].isna().all()
    assert made.iloc[0]["standard_errors"] == "none"


@pytest.mark.parametrize("column", [None, ""])
def test_a_study_without_focus_areas_is_refused(sample_study, column):
    city = with_focus(make_toy_city()).drop(columns=["focus_area"])
    city = city if column is None else city.assign(focus_area=column)
    with pytest.raises(errors.EstimationError, match="no focus area"):
        ranking.ranking(city, row(), sample_study)


def test_a_region_without_focus_area_is_refused(sample_study):
    city = with_focus(make_toy_city())
    city["province"] = np.where(city.index < 60, "there", "here")
    with pytest.raises(errors.EstimationError, match="no focus area"):
        ranking.ranking(city, row(where={"province": ["here"]}), sample_study)


def test_too_small_a_region_is_refused(sample_study):
    city = with_focus(make_toy_city())
    city["province"] = np.where(city.index < 25, "here", "there")
    with pytest.raises(errors.TooFewAreasError, match="too few areas"):
        ranking.ranking(city, row(where={"province": ["here"]}), sample_study)


def test_large_areas_that_lack_a_feature_are_named(sample_study):
    city = with_focus(make_toy_city())
    index = int(city.index[(city["dwellings"] >= 500) & (city.index > 50)][0])
    city.loc[index, "income_low"] = np.nan
    lost = ranking.ranking(city, row(), sample_study).lost
    assert lost["code"].tolist() == [city.loc[index, "code"]]


def test_candidates_are_marked_apart(toy_city, study):
    codes = toy_city["code"].tolist()
    listed = pd.DataFrame(
        {
            "area_id": "north",
            "level": "buurt",
            "code": codes[:3],
            "division": 2024,
            "status": ["derived", "derived", "candidate"],
        }
    )
    made = lookalikes.marked(toy_city, listed, study)
    assert made["focus_area"].tolist()[:4] == ["north", "north", "", ""]
    assert made["focus_candidate"].tolist()[:4] == ["", "", "north", ""]


def test_parts_of_the_comparisons_have_lists_of_their_own(sample_study):
    city = city_of(planted=4).assign(municipality_name="Town")
    found = ranking.ranking(city, row(), sample_study)
    lists = lookalikes.listed_by(found, "against")
    assert set(lists) == {"mean", "nearest", "reference"}
    assert set(lists["reference"]) == {f"Buurt {i} Town" for i in range(100, 104)}
