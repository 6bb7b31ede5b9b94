"""What chance gives: exact on cases small enough to write out in full."""

from __future__ import annotations

from dataclasses import replace
from itertools import permutations, product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from nplvanalysis.models.independence import (
    Problems,
    counted,
    in_one_order,
    marked,
    order_of,
    poisson_binomial,
)

many = arrays(float, (24, 4), elements=st.floats(-9, 9, width=16))
weighing = arrays(float, 24, elements=st.integers(1, 50).map(float))


def problems_of(values, weights=None, strata=None, share=0.6, least=2) -> Problems:
    n = len(values)
    own = np.ones(n) if weights is None else np.asarray(weights, float)
    groups = np.zeros(n, int) if strata is None else np.asarray(strata)
    return Problems(np.asarray(values, float), own, groups, share, least)


def counted_of(problems: Problems):
    return counted(problems, order_of(problems), problems.weights)


@given(arrays(float, (3, 4), elements=st.floats(0, 1)))
def test_the_count_of_independent_problems_equals_that_of_all_outcomes_written_out(chances):
    expected = np.zeros((3, 5))
    for outcome in product([0, 1], repeat=4):
        expected[:, sum(outcome)] += np.where(outcome, chances, 1 - chances).prod(axis=1)
    np.testing.assert_allclose(poisson_binomial(chances), expected, atol=1e-12)


@pytest.mark.parametrize("strata", [[0, 0, 0, 0, 0], [0, 0, 0, 1, 1], [0, 1, 1, 0, 0]])
def test_chance_equals_the_mean_over_all_permutations_within_strata(strata):
    values = np.array([[5, 4, 2], [4, 5, 1], [1, 2, 5], [3, 1, 4], [2, 3, 3.0]])
    problems = problems_of(values, strata=strata)
    has = marked(problems, order_of(problems), problems.weights)
    groups = [np.flatnonzero(np.array(strata) == one) for one in sorted(set(strata))]
    orders = []
    for moved in product(*(permutations(own) for own in groups)):
        order = np.arange(5)
        order[np.concatenate(groups)] = np.concatenate([list(one) for one in moved])
        orders.append(order)
    counts = np.zeros(4)
    # One problem may stay where it is: only where it stands against the others matters.
    for second, third in product(orders, orders):
        number = has[:, 0].astype(int) + has[second, 1] + has[third, 2]
        counts += np.bincount(number, minlength=4) / 5
    expected = counts / len(orders) ** 2
    np.testing.assert_allclose(counted_of(problems).expected, expected, atol=1e-12)


def test_weights_count_in_what_is_seen_and_in_what_chance_gives():
    problems = problems_of([[9, 9, 9], [9, 0, 0], [0, 9, 0]], [2, 1, 1], share=0.6, least=2)
    made = counted_of(problems)
    assert made.observed == pytest.approx([0, 0.5, 0, 0.5])
    # the first two problems are as common as 3/4, the third as 1/2
    assert made.expected == pytest.approx([1 / 32, 7 / 32, 15 / 32, 9 / 32])
    assert made.ratio == pytest.approx(0.5 / 0.75)


@given(many, weighing)
def test_shares_sum_to_one_and_chance_keeps_how_common_problems_are(values, weights):
    made = counted_of(problems_of(values, weights, np.arange(24) % 3))
    assert made.observed.sum() == pytest.approx(1)
    assert made.expected.sum() == pytest.approx(1)
    assert made.observed @ np.arange(5) == pytest.approx(made.expected @ np.arange(5))


@given(many, st.permutations(range(24)))
def test_the_order_of_areas_does_not_matter(values, order):
    strata = np.arange(24) % 3
    one = counted_of(problems_of(values, strata=strata))
    other = counted_of(problems_of(values[list(order)], strata=strata[list(order)]))
    np.testing.assert_allclose(one.observed, other.observed)
    np.testing.assert_allclose(one.expected, other.expected)


@given(many, arrays(int, 24, elements=st.integers(1, 3)))
def test_an_area_of_twice_the_weight_counts_as_two_areas(values, times):
    strata = np.arange(24) % 2
    one = counted_of(problems_of(values, times, strata))
    other = counted_of(
        problems_of(np.repeat(values, times, axis=0), None, np.repeat(strata, times))
    )
    np.testing.assert_allclose(one.observed, other.observed)
    np.testing.assert_allclose(one.expected, other.expected)


def test_with_one_stratum_per_area_chance_has_nothing_to_move():
    values = np.random.default_rng(1).normal(size=(20, 4))
    made = counted_of(problems_of(values, strata=np.arange(20)))
    np.testing.assert_allclose(made.observed, made.expected, atol=1e-12)


def test_an_area_left_out_by_weight_equals_one_that_is_not_there():
    values = np.random.default_rng(2).normal(size=(20, 4))
    problems = problems_of(values, strata=np.arange(20) % 2)
    weights = np.where(np.arange(20) == 7, 0.0, 1.0)
    one = counted(problems, order_of(problems), weights)
    other = counted_of(problems.subset(weights > 0))
    np.testing.assert_allclose(one.observed, other.observed)
    np.testing.assert_allclose(one.expected, other.expected)


def test_with_a_problem_fewer_than_five_many_is_one_fewer():
    problems = problems_of(np.ones((4, 4)), least=3)
    assert (problems.without(0).many, problems.without(0).values.shape) == (2, (4, 3))


@given(arrays(float, (3, 4), elements=st.integers(0, 40).map(lambda k: k / 40)))
def test_one_order_of_areas_equals_a_table_of_areas_put_in_that_order(chances):
    # 40 areas of one weight: the first 40 p of them have a problem, the same first for all problems
    has = np.arange(40)[None, :, None] < np.rint(40 * chances)[:, None, :]
    numbers = has.sum(axis=2)
    expected = np.stack([np.bincount(one, minlength=5) / 40 for one in numbers])
    np.testing.assert_allclose(in_one_order(chances), expected, atol=1e-12)


def test_the_ceiling_keeps_what_chance_gives_and_how_common_each_problem_is():
    rng = np.random.default_rng(1)
    apart = problems_of(rng.normal(size=(60, 4)), rng.integers(1, 9, 60), np.arange(60) % 3, 0.8, 3)
    own, most = counted_of(apart), counted_of(replace(apart, together=True))
    np.testing.assert_allclose(most.expected, own.expected)
    number = np.arange(5)
    assert most.observed @ number == pytest.approx(own.observed @ number)
    assert most.ratio > own.ratio


def test_areas_in_one_order_already_are_at_their_ceiling():
    order = np.arange(60.0)[:, None] * np.ones(4)
    own = problems_of(order, strata=np.arange(60) % 3)
    assert counted_of(own).ratio == pytest.approx(counted_of(replace(own, together=True)).ratio)
