"""Balance before and after choosing, hulls, separation and propensities."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.spatial import Delaunay

from nplvanalysis import params
from nplvanalysis.models import balance, ranking
from tests.conftest import ROOT, make_toy_city
from tests.models.test_lookalikes import city_of, row
from tests.models.test_profile import with_focus


@pytest.fixture(scope="module")
def ranked():
    study = params.load(ROOT / "studies/sample.yaml")
    return ranking.ranking(with_focus(make_toy_city()), row(), study)


def test_standardised_differences_follow_the_textbook(ranked):
    found = balance.balance(ranked).set_index("column").loc["income_low"]
    table = ranked.made.known.table
    focus = table[table["focus_area"] != ""]
    region = table[table["code"].isin(ranked.areas["code"])]
    means = [np.average(one["income_low"], weights=one["dwellings"]) for one in (region, focus)]
    spread = np.sqrt((focus["income_low"].var() + region["income_low"].var()) / 2)
    assert found["smd_before"] == pytest.approx((means[0] - means[1]) / spread, abs=1e-12)


def test_planted_look_alikes_are_balanced_and_the_region_is_not():
    study = params.load(ROOT / "studies/sample.yaml")
    found = balance.balance(ranking.ranking(city_of(planted=4), row(), study))
    assert (found["smd_after"].abs() < found["smd_before"].abs()).all()
    assert found.set_index("column").loc["income_low", "smd_before"] < -1


def test_without_a_list_the_ten_that_are_most_often_near_are_chosen():
    study = params.load(ROOT / "studies/sample.yaml")
    bare = ranking.ranking(city_of(planted=0), row(), study)
    assert len(balance.chosen(bare)) == ranking.TOP


def test_hulls_agree_with_a_triangulation():
    rng = np.random.default_rng(2)
    others, points = rng.normal(size=(40, 2)), rng.normal(scale=1.5, size=(60, 2))
    expected = Delaunay(others).find_simplex(points) >= 0
    assert [balance.in_hull(point, others) for point in points] == expected.tolist()
    assert 0 < expected.sum() < 60


@pytest.mark.parametrize(
    ("group", "expected"),
    [
        ([0, 0, 0, 1, 1, 1], True),
        ([0, 0, 1, 0, 1, 1], False),
        ([1, 1, 1, 0, 0, 0], True),
    ],
)
def test_separation_is_found(group, expected):
    values = np.arange(6.0)[:, None]
    assert balance.separated(values, np.array(group, dtype=bool)) is expected


def test_groups_that_touch_at_one_point_are_separated():
    values = np.array([0.0, 1, 2, 2, 3, 4])[:, None]
    assert balance.separated(values, np.array([0, 0, 0, 1, 1, 1], dtype=bool))


def test_separated_groups_have_no_propensity():
    status, fitted = balance.propensity(np.arange(6.0)[:, None], np.arange(6) > 2)
    assert status == balance.SEPARATION
    assert np.isnan(fitted).all()


def test_propensities_equal_newtons_method():
    rng = np.random.default_rng(9)
    values = rng.normal(size=(300, 2))
    group = rng.random(300) < 1 / (1 + np.exp(1 - values[:, 0]))
    status, fitted = balance.propensity(values, group)
    design, beta = np.column_stack([np.ones(300), values]), np.zeros(3)
    for _ in range(30):
        chance = 1 / (1 + np.exp(-design @ beta))
        weight = (chance * (1 - chance))[:, None]
        beta += np.linalg.solve(design.T @ (design * weight), design.T @ (group - chance))
    assert status == "ok"
    np.testing.assert_allclose(fitted, 1 / (1 + np.exp(-design @ beta)), atol=1e-7)


def test_focus_areas_far_from_all_others_are_in_no_hull():
    study = params.load(ROOT / "studies/sample.yaml")
    found = balance.overlap(ranking.ranking(city_of(planted=0), row(), study))
    assert found.in_range == 0
    assert found.in_hull == 0
    assert found.status == balance.SEPARATION
    assert found.propensity.empty


def test_focus_areas_drawn_like_all_others_overlap(ranked):
    found = balance.overlap(ranked)
    assert found.in_range > 0
    assert found.status in ("ok", balance.SEPARATION)
