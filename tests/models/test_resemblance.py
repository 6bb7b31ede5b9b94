"""Distances to a profile under every comparison."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.distance import cdist

from nplvanalysis import errors, params
from nplvanalysis.models import profile, resemblance
from tests.conftest import ROOT, make_toy_city
from tests.models.test_profile import with_focus

ALL = ("income", "tenure", "violence", "young", "old", "density")


@pytest.fixture(scope="module")
def known():
    return profile.cases(with_focus(make_toy_city()), params.load(ROOT / "studies/sample.yaml"))


@pytest.fixture(scope="module")
def made(known):
    return resemblance.comparisons(known, known.ids(profile.CANDIDATES) == "", "north")


def distances(known, metric, subset, member=0):
    """Measure all areas against one area."""
    space = resemblance.Space(metric, profile.coordinates(known, metric), [subset])
    weights = np.zeros((1, len(known.table)))
    weights[0, member] = 2.0
    return space.distances(weights, np.arange(len(known.table)))[0, :, 0]


def test_euclidean_distances_equal_those_of_scipy(known):
    subset = ("income", "violence", "young", "old")
    columns = [known.concepts[name][0] for name in subset]
    values = known.table[columns].to_numpy()
    expected = cdist(values, values[:1], "seuclidean", V=values.var(axis=0))[:, 0]
    np.testing.assert_allclose(distances(known, "euclidean", subset) * 2, expected, atol=1e-10)


def test_distances_of_mahalanobis_equal_those_of_scipy(known):
    values = known.table[known.columns].to_numpy(float)
    inverse = np.linalg.inv(np.cov(values, rowvar=False))
    expected = cdist(values, values[:1], "mahalanobis", VI=inverse)[:, 0]
    np.testing.assert_allclose(distances(known, "mahalanobis", ALL), expected, rtol=1e-8)


def test_rank_distances_are_the_mean_difference_of_ranks(known):
    subset = ("income", "violence")
    ranks = known.table[["income_low", "crime_violence_rate"]].rank().to_numpy() / len(known.table)
    expected = np.abs(ranks - ranks[0]).mean(axis=1)
    np.testing.assert_allclose(distances(known, "rank", subset), expected, atol=1e-12)


def test_a_concept_counts_once_however_many_columns_it_has(known):
    block = profile.coordinates(known, "euclidean")
    tenure = ((block["tenure"] - block["tenure"][0]) ** 2).mean(axis=1)
    income = (block["income"][:, 0] - block["income"][0, 0]) ** 2
    found = distances(known, "euclidean", ("income", "tenure"))
    np.testing.assert_allclose(found**2, (tenure + income) / 2, atol=1e-12)


def test_all_comparisons_are_enumerated(known, made):
    subsets = 1 + 6 + 15
    assert len(made.listed) == 4 * 2 * 3 * subsets
    assert len(made.listed.drop_duplicates()) == len(made.listed)
    assert made.relative().shape == (len(made.listed), int(made.outside.sum()))


def test_the_yardstick_is_the_median_of_the_references_own_areas(known, made):
    space = made.spaces[0]
    own = known.ids(profile.DERIVED)
    weights = np.where(own != "", known.table["dwellings"], 0.0)[None]
    every = space.distances(weights, np.arange(len(known.table)))[0, :, 0]
    expected = every[made.rows[made.outside]] / np.median(every[own == "north"])
    np.testing.assert_allclose(made.relative()[0], expected, atol=1e-9)


def test_the_nearest_focus_area_is_never_farther_than_the_reference(made):
    space = made.spaces[0]
    each = made._each[space.metric, "derived"]
    assert (each.min(axis=2) <= each[:, :, 0] + 1e-12).all()


def test_counting_each_focus_area_once_changes_nothing(made):
    once = {codes: np.ones(2) for codes in made.codes}
    np.testing.assert_array_equal(made.relative(once), made.relative())


def test_a_focus_area_that_is_not_drawn_makes_no_profile(made):
    """Without the south, the mean of all focus areas is the reference itself."""
    relative = made.relative({codes: np.array([1, 0]) for codes in made.codes})
    listed = made.listed
    kinds = {kind: relative[listed["against"].eq(kind).to_numpy()] for kind in made.kinds}
    np.testing.assert_allclose(kinds["mean"], kinds["reference"], atol=1e-9)
    np.testing.assert_allclose(kinds["nearest"], kinds["reference"], atol=1e-9)


def test_without_candidates_there_is_one_set_of_codes(known):
    table = known.table.assign(focus_candidate="")
    bare = profile.Cases(table, known.concepts, known.ratios)
    made = resemblance.comparisons(bare, bare.ids(profile.DERIVED) == "", "north")
    assert made.codes == (profile.DERIVED,)


def test_one_focus_area_makes_one_profile(known):
    table = known.table.assign(focus_candidate="")
    table["focus_area"] = table["focus_area"].where(table["focus_area"] == "north", "")
    alone = profile.Cases(table, known.concepts, known.ratios)
    made = resemblance.comparisons(alone, alone.ids(profile.DERIVED) == "", "north")
    assert made.kinds == (resemblance.MEAN,)


def test_features_that_determine_each_other_are_refused(known):
    table = known.table.assign(crime_violence_rate=2 * known.table["income_low"] + 1)
    twice = profile.Cases(table, known.concepts, known.ratios)
    made = resemblance.comparisons(twice, twice.ids(profile.CANDIDATES) == "", "north")
    with pytest.raises(errors.EstimationError, match="determine each other"):
        made.relative()


@settings(max_examples=10, deadline=None)
@given(shift=st.floats(-50, 50), scale=st.floats(0.1, 100))
def test_no_comparison_depends_on_units(known, shift, scale):
    table = known.table.assign(income_low=known.table["income_low"] * scale + shift)
    other = profile.Cases(table, known.concepts, known.ratios)
    for metric in ("euclidean", "mahalanobis"):
        np.testing.assert_allclose(
            distances(other, metric, ALL), distances(known, metric, ALL), rtol=1e-6, atol=1e-9
        )
