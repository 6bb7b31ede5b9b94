"""Where felt and registered unsafety part, and why scores are not subtracted."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nplvanalysis.models import felt, safety_gap
from nplvanalysis.models.felt import Pair
from nplvanalysis.models.reliability import Measured

from .felt_city import AGREEMENT, KINDS, make_felt_city


def pair_of(one, other, chance=0.0) -> Pair:
    count = len(one)
    table = pd.DataFrame({"code": np.arange(count).astype(str), "name": "x"})
    sides = [Measured(v, np.full(count, chance), np.full(count, np.nan)) for v in (one, other)]
    return Pair(table, *sides, np.ones(count))


@pytest.fixture(scope="module")
def pair():
    from nplvanalysis import params

    study = params.load(params.root() / "studies" / "sample.yaml")
    return felt.pair_of(make_felt_city(alike=0.6), AGREEMENT, study, KINDS)


def test_a_difference_of_unrelated_scores_correlates_at_minus_seven_tenths():
    """Over 400 pairs of unrelated measures, and as algebra has it: -1 / sqrt(2)."""
    rng = np.random.default_rng(4)
    found = [safety_gap.difference(pair_of(*rng.normal(size=(2, 100)))) for _ in range(400)]
    mean = np.mean([one.with_registered for one in found])
    error = np.std([one.with_registered for one in found], ddof=1) / 20
    assert abs(mean - found[0].built_in) < 3 * error
    assert round(found[0].built_in, 2) == -0.71


@settings(max_examples=50, deadline=None)
@given(st.integers(0, 10_000), st.floats(-0.95, 0.95))
def test_a_difference_correlates_as_the_two_correlate_whatever_they_are(seed, alike):
    """cor(f - r, r) = -sqrt((1 - cor(f, r)) / 2): it says nothing that cor(f, r) does not."""
    one, rest = np.random.default_rng(seed).normal(size=(2, 40))
    pair = pair_of(one, alike * one + np.sqrt(1 - alike**2) * rest)
    observed = np.corrcoef(pair.felt.values, pair.registered.values)[0, 1]
    found = safety_gap.difference(pair)
    assert found.with_registered == pytest.approx(-np.sqrt((1 - observed) / 2), abs=1e-9)
    assert found.with_felt == pytest.approx(np.sqrt((1 - observed) / 2), abs=1e-9)


def test_fifths_hold_equal_numbers_and_agreement_is_the_diagonal():
    same = np.arange(50.0)
    table = safety_gap.fifths(pair_of(same, 2 * same))
    assert np.array_equal(table.to_numpy(), 10 * np.eye(5))
    rng = np.random.default_rng(1)
    mixed = safety_gap.fifths(pair_of(*rng.normal(size=(2, 50))))
    assert mixed.sum(axis=0).tolist() == mixed.sum(axis=1).tolist() == [10] * 5


def test_gaps_are_what_a_line_leaves_and_go_with_registered_crime_no_more():
    rng = np.random.default_rng(2)
    one, other = rng.normal(size=(2, 80))
    pair = pair_of(one + other, other)
    gaps = safety_gap.gaps(pair)
    assert gaps["gap"].mean() == pytest.approx(0, abs=1e-12)
    assert np.corrcoef(gaps["gap"], gaps["registered"])[0, 1] == pytest.approx(0, abs=1e-9)
    line = np.polynomial.Polynomial.fit(other, one + other, 1)
    left = (one + other - line(other)) / (one + other).std()
    found = gaps.set_index("code")["gap"].loc[pair.table["code"]]
    assert found.to_numpy() == pytest.approx(left, abs=1e-9)


def test_gaps_without_error_are_not_drawn_in_and_those_of_error_alone_are_gone():
    rng = np.random.default_rng(3)
    one, other = rng.normal(size=(2, 200))
    exact = safety_gap.gaps(pair_of(one, other))
    assert (exact["shrunk"] == exact["gap"]).all()
    noisy = safety_gap.gaps(pair_of(one, 5 * other, chance=1.2))
    assert noisy["shrunk"].abs().max() < 0.1 * noisy["gap"].abs().max()


def test_gaps_come_largest_first_with_intervals_of_their_errors(pair):
    gaps = safety_gap.gaps(pair)
    assert gaps["gap"].abs().is_monotonic_decreasing
    width = (gaps["high"] - gaps["low"]) / gaps["std_error"]
    assert width.to_numpy() == pytest.approx(2 * 1.959964)


def test_gaps_are_in_the_spreads_that_are_given(pair):
    own, twice = safety_gap.gaps(pair, (5.0, 3.0)), safety_gap.gaps(pair, (10.0, 3.0))
    assert own["gap"].to_numpy() == pytest.approx(2 * twice["gap"].to_numpy())


def test_errors_of_gaps_are_those_that_made_them():
    """The same areas asked and counted 300 times: their gaps spread as their errors say."""
    rng = np.random.default_rng(5)
    one, other = rng.normal(size=(2, 100))
    true, found, said = other + one, [], []
    for _ in range(300):
        pair = pair_of(true + rng.normal(0, 0.5, 100), other + rng.normal(0, 0.5, 100), 0.25)
        gaps = safety_gap.gaps(pair, (1.0, 1.0)).set_index("code").loc[pair.table["code"]]
        found.append(gaps["gap"])
        said.append(gaps["std_error"].mean())
    spread = np.array(found).std(axis=0, ddof=1).mean()
    assert np.mean(said) == pytest.approx(spread, rel=0.05)
