"""Placebo areas are places like focus areas: connected, as large, elsewhere."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from nplvanalysis.errors import TooFewPlacebosError
from nplvanalysis.models.adjacency import adjacent, padded
from nplvanalysis.models.balanced import balanced
from nplvanalysis.models.placebo_areas import draw

from .towns import make_towns


@pytest.fixture(scope="module")
def areas(root):
    from nplvanalysis import params

    study = params.load(root / "studies/sample.yaml")
    return balanced(make_towns(), "crime_violence_rate", study, None, 2024)


@pytest.fixture(scope="module")
def drawn(areas):
    return draw(areas.ground, areas.focus, np.random.default_rng(1), 200)


def each(drawn):
    """Placebo areas one by one, with the focus area that each stands for."""
    for one in np.unique(drawn.focus):
        for row in drawn.members[:, drawn.focus == one]:
            yield one, row


def test_adjacency_goes_both_ways(areas):
    near = adjacent(areas.points)
    for area, row in enumerate(near):
        assert all(area in near[other] for other in row[row >= 0])
        assert area not in row


def test_pairs_with_a_common_border_become_rows_of_neighbours():
    near = padded(np.array([[0, 1], [2, 1], [1, 0]]), 4)
    assert [sorted(row[row >= 0].tolist()) for row in near] == [[1], [0, 2], [1], []]


def test_a_placebo_area_has_as_many_areas_and_about_as_many_homes(areas, drawn):
    for one, members in each(drawn):
        real = areas.focus == one
        assert len(set(members.tolist())) == real.sum()
        ratio = areas.homes[members].sum() / areas.homes[real].sum()
        assert 0.5 <= ratio <= 2


def test_a_placebo_area_is_connected_and_lies_in_one_municipality(areas, drawn):
    near = areas.ground.near
    for _, members in each(drawn):
        reached, mine = {members[0]}, set(members.tolist())
        while more := {n for area in reached for n in near[area]} & mine - reached:
            reached |= more
        assert reached == mine
        assert len(set(areas.town[members])) == 1


def test_a_placebo_area_is_about_as_urban(areas, drawn):
    for one, members in each(drawn):
        goal = np.average(areas.urbanity[areas.focus == one])
        assert abs(np.average(areas.urbanity[members], weights=areas.homes[members]) - goal) <= 1


def test_focus_areas_and_their_neighbours_take_no_part(areas, drawn):
    beside = areas.ground.near[areas.focus >= 0]
    barred = {*np.flatnonzero(areas.focus >= 0).tolist(), *beside[beside >= 0].tolist()}
    assert not barred & set(drawn.members.ravel().tolist())


def test_areas_of_a_set_do_not_overlap(drawn):
    assert all(len(set(row.tolist())) == len(row) for row in drawn.members)


def test_a_seed_gives_the_same_sets_and_another_seed_others(areas, drawn):
    again = draw(areas.ground, areas.focus, np.random.default_rng(1), 200)
    assert np.array_equal(again.members, drawn.members)
    other = draw(areas.ground, areas.focus, np.random.default_rng(2), 200)
    assert not np.array_equal(other.members, drawn.members)


def test_room_is_the_number_of_sets_that_have_nothing_in_common(areas, drawn):
    free = len(areas.codes) - 12
    assert 5 <= drawn.room <= free / 12
    share = np.bincount(drawn.members.ravel(), minlength=len(areas.codes)) / 200
    assert drawn.room == pytest.approx(12 / (share**2).sum())


def test_an_area_that_no_municipality_has_room_for_is_refused(areas):
    focus = np.where(areas.town == 0, 0, -1)
    ground = replace(areas.ground, homes=np.ones(len(focus)))
    # one more than a municipality has
    focus[np.flatnonzero(areas.town == 1)[0]] = 0
    with pytest.raises(TooFewPlacebosError, match="no municipality with 37 areas"):
        draw(ground, focus, np.random.default_rng(1), 50)


def test_an_area_that_is_larger_than_all_others_is_refused(areas):
    homes = np.where(areas.focus == 0, 100.0, 1.0) * areas.homes
    with pytest.raises(TooFewPlacebosError, match="nothing that fits in 50 of 50"):
        draw(replace(areas.ground, homes=homes), areas.focus, np.random.default_rng(1), 50)


def test_draws_that_are_all_much_the_same_places_are_refused(study):
    panel = make_towns(size=6)
    few = panel[panel["municipality"] < "GM0003"]
    small = balanced(few, "crime_violence_rate", study, None, 2024)
    with pytest.raises(TooFewPlacebosError, match="room for"):
        draw(replace(small.ground, classes=0.5), small.focus, np.random.default_rng(1), 100)


def test_an_island_is_in_no_placebo_area_of_several_areas(areas):
    islands = np.flatnonzero((areas.town == 9) & (areas.focus < 0))[:5]
    near = np.where(np.isin(areas.ground.near, islands), -1, areas.ground.near)
    near[islands] = -1
    drawn = draw(replace(areas.ground, near=near), areas.focus, np.random.default_rng(1), 100)
    assert not np.isin(drawn.members, islands).any()


def test_a_country_of_islands_has_no_room(areas):
    near = np.full_like(areas.ground.near, -1)
    with pytest.raises(TooFewPlacebosError, match="nothing that fits"):
        draw(replace(areas.ground, near=near), areas.focus, np.random.default_rng(1), 20)
