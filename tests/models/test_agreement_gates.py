"""Every gate of felt beside registered safety is what its name says, worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import rankdata

from nplvanalysis import schema
from nplvanalysis.models import agreement, estimates, felt
from nplvanalysis.models.reliability import Measured, ranked

from .felt_city import AGREEMENT, KINDS, make_felt_city, with_change


@pytest.fixture(scope="module")
def city():
    return make_felt_city(alike=0.4)


@pytest.fixture(scope="module")
def moved():
    return with_change(make_felt_city(alike=0.4))


def sides(pair):
    return pair.felt, pair.registered


def by_hand(felt_side: Measured, registered: Measured, weights: np.ndarray) -> float:
    """Weighted correlation over the root of both reliabilities, from numpy's covariance."""
    both = np.cov(felt_side.values, registered.values, aweights=weights, ddof=0)
    errors = [np.average(one.chance, weights=weights) for one in (felt_side, registered)]
    return both[0, 1] / np.sqrt(np.prod(np.diag(both) - errors))


def of_sample(panel, study, sample, weights="dwellings"):
    """Give the estimate that decides, and that of one gate."""
    made = estimates.estimate_row(panel, AGREEMENT, study, schema.columns())
    gate = made["role"].eq("gate") & made["sample"].eq(sample) & made["weights"].eq(weights)
    return made["estimate"].iloc[0], made.loc[gate, "estimate"].item()


def test_the_unweighted_gate_gives_all_areas_one_weight(city, study, in_root):
    pair = felt.pair_of(city, AGREEMENT, study, KINDS)
    ones = np.ones(len(pair.weights))
    primary, gate = of_sample(city, study, "main", "none")
    assert gate == pytest.approx(by_hand(*(ranked(one, ones) for one in sides(pair)), ones))
    assert abs(gate - primary) > 1e-3


def test_the_gate_of_values_uses_values(city, study, in_root):
    pair = felt.pair_of(city, AGREEMENT, study, KINDS)
    primary, gate = of_sample(city, study, "values")
    assert gate == pytest.approx(by_hand(*sides(pair), pair.weights))
    assert abs(gate - primary) > 1e-3


def test_the_gate_without_the_largest_disagreement_lacks_the_area_that_lowers_it_most(
    city, study, in_root
):
    pair = felt.pair_of(city, AGREEMENT, study, KINDS)
    ranks = [rankdata(one.values) for one in sides(pair)]
    every = np.arange(len(pair.weights))
    left = [np.cov(*ranks, aweights=np.where(every == one, 0, pair.weights)) for one in every]
    alike = [both[0, 1] / np.sqrt(both[0, 0] * both[1, 1]) for both in left]
    kept = every != np.argmax(alike)
    weights = pair.weights[kept]
    expected = by_hand(*(ranked(one.subset(kept), weights) for one in sides(pair)), weights)
    primary, gate = of_sample(city, study, "without largest disagreement")
    assert gate == pytest.approx(expected)
    assert gate > primary + 1e-3


def test_the_gate_at_the_lowest_reliability_takes_all_change_between_waves_as_error(
    moved, study, in_root
):
    pair = agreement.in_ranks(felt.pair_of(moved, AGREEMENT, study, KINDS))
    now, again = ([getattr(one, name) for one in sides(pair)] for name in ("values", "again"))
    seen, *kept = (
        _weighted(one, other, pair.weights) for one, other in [now, *zip(now, again, strict=True)]
    )
    primary, gate = of_sample(moved, study, "lowest reliability")
    assert gate == pytest.approx(seen / np.sqrt(np.prod(kept)))
    assert gate > primary + 0.01


def _weighted(one: np.ndarray, other: np.ndarray, weights: np.ndarray) -> float:
    both = np.cov(one, other, aweights=weights, ddof=0)
    return both[0, 1] / np.sqrt(both[0, 0] * both[1, 1])
