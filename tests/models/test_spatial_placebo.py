"""Spatial noise, and what it shows in the place of an exposure."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from nplvanalysis.errors import ColumnMissingError
from nplvanalysis.models import spatial_noise
from nplvanalysis.models.design import Design
from nplvanalysis.models.regression import fit
from nplvanalysis.models.spatial_likeness import matched, pairs, unlike
from nplvanalysis.models.spatial_noise import Field, draw, smooth_fields
from nplvanalysis.models.spatial_placebo import _Model, spatial_placebo
from nplvanalysis.models.standard_errors import cr1
from nplvanalysis.models.variants import fit_variant, variants
from nplvanalysis.registers import Row

from ..conftest import make_toy_city

ROW = Row(
    role="primary", outcome="crime_violence_rate", specification="owner-to-corporation", sign=1
)
KM = 1_000.0


def scattered(count, seed=0, width=40 * KM):
    return np.random.default_rng(seed).uniform(0, width, (count, 2))


def exponential(places, range_m):
    apart = np.linalg.norm(places[:, None] - places[None, :], axis=2)
    return np.exp(-apart / range_m)


def test_with_all_neighbours_the_covariance_is_exact():
    """The factors that a draw is made with, multiplied out."""
    places = scattered(40)
    near, slopes, spread = spatial_noise._conditional(places, 8 * KM, neighbours=39)
    lower = np.eye(40)
    for area, own in enumerate(near):
        lower[area, own[own >= 0]] -= slopes[area, own >= 0]
    root = np.linalg.inv(lower) * spread
    np.testing.assert_allclose(root @ root.T, exponential(places, 8 * KM), atol=1e-6)


def test_with_thirty_neighbours_the_covariance_is_close():
    places = scattered(400)
    near, slopes, spread = spatial_noise._conditional(places, 10 * KM, neighbours=30)
    lower = np.eye(400)
    for area, own in enumerate(near):
        lower[area, own[own >= 0]] -= slopes[area, own >= 0]
    root = np.linalg.inv(lower) * spread
    assert np.abs(root @ root.T - exponential(places, 10 * KM)).max() < 0.02


def test_draws_have_the_covariance_that_is_asked():
    places = scattered(60)
    drawn = smooth_fields(places, 12 * KM, 20_000, np.random.default_rng(1))
    # of 20,000 draws the standard error of a covariance is at most 0.01
    assert np.abs(np.cov(drawn) - exponential(places, 12 * KM)).max() < 0.05


def test_the_nugget_is_not_shared_with_neighbours():
    places = scattered(60)
    drawn = draw(places, Field(12 * KM, 0.6), 20_000, np.random.default_rng(1))
    wanted = 0.4 * exponential(places, 12 * KM) + 0.6 * np.eye(60)
    assert np.abs(np.cov(drawn) - wanted).max() < 0.05


def test_areas_at_the_same_place_can_be_drawn():
    places = np.repeat(scattered(10), 2, axis=0)
    drawn = smooth_fields(places, 12 * KM, 50, np.random.default_rng(1))
    np.testing.assert_allclose(drawn[::2], drawn[1::2], atol=1e-2)


def test_a_pair_is_listed_once_and_only_if_it_is_near():
    places = scattered(300)
    near = pairs(places, within=20, bins=5)
    assert (near.one < near.other).all()
    assert np.ptp(np.bincount(near.bins)) <= 2
    apart = np.linalg.norm(places[near.one] - places[near.other], axis=1)
    assert (np.diff([apart[near.bins == b].mean() for b in range(5)]) > 0).all()
    found = len(set(zip(near.one, near.other, strict=True)))
    assert found == len(near.one)


def test_unlikeness_is_one_less_the_correlation_of_neighbours():
    places = scattered(60)
    drawn = draw(places, Field(10 * KM, 0.3), 4_000, np.random.default_rng(1))
    near = pairs(places)
    apart, size = unlike(drawn, near)
    distance = np.linalg.norm(places[near.one] - places[near.other], axis=1)
    mean = np.bincount(near.bins, np.exp(-distance / (10 * KM))) / np.bincount(near.bins)
    np.testing.assert_allclose(1 - apart / size, 0.7 * mean, atol=0.03)


@pytest.mark.parametrize("nugget", [0.0, 0.5, 1.0])
def test_noise_is_matched_to_the_likeness_of_neighbours(nugget):
    """Not to its range and nugget, which can stand in for each other, but to what they give."""
    places, rng = scattered(900), np.random.default_rng(4)
    column = draw(places, Field(4 * KM, nugget), 1, rng)
    found = matched(column[:, 0], places, lambda one: one, rng)
    drawn = draw(places, found, 200, rng)
    near = pairs(places)
    (apart, size), (mine, own) = unlike(column, near), unlike(drawn, near)
    assert np.abs(mine / own - apart / size).max() < 0.12


@pytest.mark.parametrize(("range_km", "at_end"), [(0.3, True), (4, False), (400, True)])
def test_a_range_at_an_end_of_the_search_is_marked(range_km, at_end):
    """Ranges run from a few hundred metres up to a quarter of the 40 km of these places."""
    places, rng = scattered(900), np.random.default_rng(4)
    column = draw(places, Field(range_km * KM, 0.0), 1, rng)[:, 0]
    assert matched(column, places, lambda one: one, rng).at_end == at_end


def test_noise_that_shares_nothing_has_no_range_to_be_marked():
    """A chessboard, a little shaken: neighbours are unlike, and no range fits better."""
    across, along = np.divmod(np.arange(400), 20)
    places = KM * np.column_stack([across, along]) + scattered(400, width=0.1 * KM)
    column = np.where((across + along) % 2, 1.0, -1.0)
    found = matched(column, places, lambda one: one, np.random.default_rng(4))
    assert found.nugget == 1
    assert not found.at_end


def test_cities_that_differ_more_are_no_likeness():
    """A spread that is larger where areas lie closer is not taken for noise without neighbours."""
    rng = np.random.default_rng(2)
    dense, sparse = scattered(300, 1, 6 * KM), scattered(300, 2) + 10 * KM
    places = np.vstack([dense, sparse])
    column = draw(places, Field(5 * KM, 0.0), 1, rng)[:, 0] * np.repeat([3.0, 1.0], 300)
    assert matched(column, places, lambda one: one, rng).nugget < 0.5


def test_a_draw_equals_a_fit_with_noise_in_place_of_the_contrast(toy_city, study):
    own = fit_variant(toy_city, ROW, variants(ROW, study)[0], study)
    found = spatial_placebo(own, np.random.default_rng(5), draws=7)
    rng, made = np.random.default_rng(5), own.design
    model = _Model(own)
    contrast = made.columns[:, [made.position]]
    field = matched(model.unweighed(contrast)[:, 0], made.places, model.unweighed, rng)
    assert field == found.field
    noise = draw(made.places, field, 7, rng)
    count, slopes = own.regressors.shape
    clusters = made.clusters.max() + 1
    factor = clusters / (clusters - 1) * (count - 1) / (count - slopes)
    assert found.t == pytest.approx(own.estimate / cr1(own) * np.sqrt(factor), rel=1e-8)
    for number in range(7):
        columns = made.columns.copy()
        columns[:, made.position] = noise[:, number]
        again = fit(replace(made, columns=columns))
        wanted = again.estimate / cr1(again) * np.sqrt(factor)
        assert found.drawn[number] == pytest.approx(wanted, rel=1e-8)
    reached = (np.abs(found.drawn) >= abs(found.t)).sum()
    assert found.p == (1 + reached) / 8
    assert found.rank == 1 + reached


def test_a_true_effect_stands_out_among_noise(toy_city, study):
    own = fit_variant(toy_city, ROW, variants(ROW, study)[0], study)
    found = spatial_placebo(own, np.random.default_rng(5), draws=199)
    assert found.p == pytest.approx(1 / 200)
    assert found.rank == 1


def clustered_noise(seed, areas=120):
    """Exposure and outcome are spatial noise of their own: nothing goes with anything."""
    rng = np.random.default_rng(seed)
    places = scattered(areas, seed)
    both = draw(places, Field(8 * KM, 0.1), 2, rng)
    return Design(
        codes=np.arange(areas).astype(str),
        outcome=both[:, 0],
        columns=both[:, 1:],
        names=("noise",),
        position=0,
        weights=np.ones(areas),
        groups=np.zeros(areas, dtype=int),
        clusters=np.arange(areas),
        places=places,
    )


def test_independent_noise_is_found_about_as_often_as_it_should_and_usual_errors_find_more():
    found = [
        spatial_placebo(fit(clustered_noise(seed)), np.random.default_rng(seed), draws=39)
        for seed in range(120)
    ]
    rejected = np.mean([one.p <= 0.05 for one in found])
    usual = np.mean([one.taken_for_real for one in found])
    # of 120 at 5 %, 14 or more come about once in two hundred times
    assert rejected <= 13 / 120
    assert usual > 0.2


def test_without_coordinates_there_is_no_noise(toy_city, study):
    nowhere = toy_city.assign(x=toy_city["x"].mask(toy_city.index == 3))
    keep = nowhere.assign(dwellings=500.0)
    own = fit_variant(keep, ROW, variants(ROW, study)[0], study)
    with pytest.raises(ColumnMissingError, match="where areas lie"):
        spatial_placebo(own, np.random.default_rng(1), draws=9)


def test_a_model_without_other_regressors_has_a_placebo_too(study):
    city = make_toy_city()
    row = ROW.model_copy(update={"specification": "owner-share", "controls": []})
    own = fit_variant(city, row, variants(row, study)[0], study)
    found = spatial_placebo(own, np.random.default_rng(1), draws=19)
    assert np.isfinite(found.drawn).all()
