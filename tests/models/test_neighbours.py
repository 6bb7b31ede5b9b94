"""Neighbour graphs: the rules, islands, filters and bad input."""

from __future__ import annotations

import geopandas as gpd
import libpysal
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from nplvanalysis.errors import DataError, NoPlacesError, TooFewAreasError
from nplvanalysis.models.neighbours import graphs, nearest, touching, within

from .columbus import design


def scattered(count: int = 60, seed: int = 1) -> np.ndarray:
    return np.random.default_rng(seed).uniform(0, 50_000, (count, 2))


def codes(count: int) -> np.ndarray:
    return np.array([f"BU{one:04d}" for one in range(count)])


def squares(side: int = 6, gap: float = 0.0) -> gpd.GeoDataFrame:
    """A lattice of squares of 1 km; `gap` metres between them."""
    shapes = [
        shapely.box(1_000 * x, 1_000 * y, 1_000 * (x + 1) - gap, 1_000 * (y + 1) - gap)
        for y in range(side)
        for x in range(side)
    ]
    return gpd.GeoDataFrame({"code": codes(side**2)}, geometry=shapes, crs=28992)


def centres(areas: gpd.GeoDataFrame) -> np.ndarray:
    return np.column_stack([areas.centroid.x, areas.centroid.y])


def test_nearest_neighbours_are_those_of_libpysal_in_both_directions():
    places = scattered()
    peer = libpysal.weights.KNN(places, k=6).sparse.toarray() > 0
    own = nearest(codes(60), places)
    np.testing.assert_array_equal(own.links.toarray() > 0, peer | peer.T)


def test_a_distance_band_is_that_of_libpysal():
    places = scattered()
    peer = libpysal.weights.DistanceBand(places, 12_000, silence_warnings=True).sparse.toarray()
    own = within(codes(60), places, 12_000)
    assert not own.islands
    np.testing.assert_array_equal(own.links.toarray(), (peer > 0).astype(float))


def test_by_itself_a_band_reaches_six_others_in_the_median_area():
    places = scattered(400)
    assert np.median(within(codes(400), places).degrees) == pytest.approx(6, abs=1)


def test_queen_neighbours_are_those_of_libpysal():
    areas = squares()
    peer = libpysal.weights.Queen.from_dataframe(areas, use_index=False).sparse.toarray()
    own = touching(areas["code"].to_numpy(), centres(areas), areas)
    np.testing.assert_array_equal(own.links.toarray(), peer)


def test_small_gaps_between_borders_make_no_islands():
    areas = squares(gap=10.0)
    strict = libpysal.weights.Queen.from_dataframe(areas, use_index=False, silence_warnings=True)
    assert len(strict.islands) == 36
    own = touching(areas["code"].to_numpy(), centres(areas), areas)
    assert not own.islands
    assert own.degrees.sum() == libpysal.weights.lat2W(6, 6, rook=False).sparse.nnz


def test_an_island_is_tied_to_its_nearest_area_and_named():
    areas = squares()
    far = shapely.box(20_000, 0, 21_000, 1_000)
    wider = gpd.GeoDataFrame(
        {"code": [*areas["code"], "WADDEN"]}, geometry=[*areas.geometry, far], crs=28992
    )
    own = touching(wider["code"].to_numpy(), centres(wider), wider)
    assert own.islands == ("WADDEN",)
    assert own.components == 1
    assert own.codes[own.links[[36]].toarray()[0] > 0].tolist() == ["BU0005"]
    assert own.links[[5], [36]] == 1


def test_two_areas_on_one_place_far_from_others_are_each_others_neighbour():
    places = np.vstack([scattered(), [[900_000, 0], [900_000, 0]]])
    own = within(codes(62), places, 12_000)
    assert not own.islands
    assert own.components == 2
    assert own.links[[60], [61]] == 1


def test_islands_that_share_a_place_with_nobody_go_to_the_nearest():
    places = np.vstack([scattered(), [[900_000, 0], [500_000, 0]]])
    own = within(codes(62), places, 12_000)
    assert set(own.islands) == {"BU0060", "BU0061"}
    assert own.links[[60], [61]] == 1


@settings(max_examples=40, deadline=None)
@given(st.integers(14, 60), st.integers(0, 10_000))
def test_every_graph_is_symmetric_without_loops_or_lonely_areas_and_rows_sum_to_one(count, seed):
    places = scattered(count, seed)
    for own in (nearest(codes(count), places), within(codes(count), places, 3_000)):
        links = own.links.toarray()
        np.testing.assert_array_equal(links, links.T)
        assert not links.diagonal().any()
        assert own.degrees.min() >= 1
        np.testing.assert_allclose(own.rows.toarray().sum(axis=1), 1, rtol=1e-12)


def test_after_a_filter_the_graph_is_another_one_and_the_old_one_is_refused():
    places, names = scattered(), codes(60)
    whole, keep = nearest(names, places), np.arange(60) % 3 > 0
    rebuilt = nearest(names[keep], places[keep])
    cut = whole.links.toarray()[np.ix_(keep, keep)]
    assert (rebuilt.degrees >= 6).all()
    assert (cut.sum(axis=1) < 6).any()
    rebuilt.require(names[keep])
    with pytest.raises(DataError, match="20 of them not the same"):
        whole.require(names[keep])


def test_the_same_areas_in_another_order_are_refused():
    own = nearest(codes(60), scattered())
    with pytest.raises(DataError, match="in another order"):
        own.require(codes(60)[::-1])


def test_the_number_of_neighbours_does_not_depend_on_the_order_of_areas():
    places, order = scattered(), np.random.default_rng(4).permutation(60)
    one, other = nearest(codes(60), places), nearest(codes(60)[order], places[order])
    np.testing.assert_array_equal(one.links.toarray()[np.ix_(order, order)], other.links.toarray())


def test_a_place_that_is_not_known_is_refused_by_name():
    places = scattered()
    places[7] = np.nan
    with pytest.raises(NoPlacesError, match="BU0007"):
        nearest(codes(60), places)


def test_all_areas_in_one_place_are_refused():
    with pytest.raises(NoPlacesError, match="60 of 60 areas"):
        within(codes(60), np.ones((60, 2)))


def test_fewer_areas_than_neighbours_are_refused():
    with pytest.raises(TooFewAreasError, match="more than 7 areas"):
        nearest(codes(7), scattered(7))


def test_an_area_without_a_polygon_is_refused_by_name():
    areas = squares()
    with pytest.raises(NoPlacesError, match="BU0035"):
        touching(areas["code"].to_numpy(), centres(areas), areas.iloc[:35])


def test_a_study_gets_several_graphs_and_a_queen_only_where_borders_are_known():
    areas = squares()
    made = design(np.arange(36), np.arange(36)[:, None], places=centres(areas))
    assert list(graphs(made)) == ["knn-6", "knn-12", "band"]
    named = {name: make() for name, make in graphs(made).items()}
    assert all(name == one.name for name, one in named.items())
    assert list(graphs(made, areas)) == ["knn-6", "knn-12", "band", "queen"]


def test_the_reach_of_a_graph_is_its_longest_link_but_those_of_islands():
    places = np.vstack([centres(squares()), [[90_000, 0]]])
    assert within(codes(37), places, 1_100).reach == pytest.approx(1_000)
