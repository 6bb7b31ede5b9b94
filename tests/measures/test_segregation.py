"""Segregation: published vectors, textbook formulas, what defines it, and chance taken out."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from sklearn.metrics import mutual_info_score

from nplvanalysis.errors import ParameterError
from nplvanalysis.measures import unevenness
from nplvanalysis.measures.segregation import beyond_chance, segregation
from tests.conftest import ROOT

# Four areas of 100; computed with the package segregation 2.5.4.
KNOWN = np.array([[10, 90], [20, 80], [30, 70], [40, 60]], dtype=float)
APART = np.array([[300, 0], [0, 500], [0, 250], [400, 0]], dtype=float)
counts = arrays(float, (6, 2), elements=st.integers(1, 500).map(float))
SEED = 2022


def test_dissimilarity_isolation_and_theil_of_the_published_vector():
    assert unevenness.dissimilarity(KNOWN) == pytest.approx(0.2667, abs=5e-5)
    assert unevenness.isolation(KNOWN) == pytest.approx(0.30)
    assert unevenness.theil(KNOWN) == pytest.approx(0.06223, abs=5e-6)


def by_the_book(table: np.ndarray) -> dict[str, float]:
    """The formulas as textbooks print them, one area at a time."""
    first, second = float(table[:, 0].sum()), float(table[:, 1].sum())
    total = first + second

    def mixed(share: float) -> float:
        return -sum(p * math.log(p) for p in (share, 1 - share) if p > 0)

    own = mixed(first / total)
    lost = sum((a + b) * (own - mixed(a / (a + b))) for a, b in table)
    return {
        "dissimilarity": 0.5 * sum(abs(a / first - b / second) for a, b in table),
        "isolation": sum(a / first * a / (a + b) for a, b in table),
        "exposure": sum(a / first * b / (a + b) for a, b in table),
        "theil": lost / (total * own),
    }


@given(counts)
def test_indices_equal_the_textbook_formulas(table):
    for name, expected in by_the_book(table).items():
        assert getattr(unevenness, name)(table) == pytest.approx(expected, abs=1e-9), name


@given(arrays(float, (5, 3), elements=st.integers(1, 400).map(float)))
def test_mutual_information_equals_that_of_another_library(table):
    peer = mutual_info_score(None, None, contingency=table)
    assert unevenness.mutual_information(table) == pytest.approx(peer, abs=1e-9)


def test_complete_separation_is_one_also_beyond_chance():
    made = beyond_chance(APART, np.random.default_rng(SEED), draws=50).set_index("index")
    most = unevenness.entropy(APART.sum(axis=0) / APART.sum())
    expected = {"dissimilarity": 1, "isolation": 1, "theil": 1, "mutual_information": most}
    assert made["value"].to_dict() == pytest.approx(expected)
    assert made["corrected"].to_dict() == pytest.approx(expected)


@given(counts, st.integers(2, 9))
def test_an_even_spread_is_zero_whatever_the_sizes(table, times):
    sizes = table.sum(axis=1, keepdims=True)
    even = sizes * np.array([[0.3, 0.7]]) * times
    assert unevenness.dissimilarity(even) == pytest.approx(0, abs=1e-12)
    assert unevenness.theil(even) == pytest.approx(0, abs=1e-9)
    assert unevenness.isolation(even) == pytest.approx(0.3)


@given(counts, st.permutations(range(6)))
def test_the_order_of_areas_does_not_matter(table, order):
    for name in ("dissimilarity", "isolation", "theil", "mutual_information"):
        index = getattr(unevenness, name)
        assert index(table[list(order)]) == pytest.approx(index(table))


@given(counts)
def test_areas_of_one_mix_may_be_put_together(table):
    """Organisational equivalence: cutting an area in alike halves changes nothing."""
    cut = np.concatenate([table / 2, table / 2])
    for name in ("dissimilarity", "isolation", "theil", "mutual_information"):
        index = getattr(unevenness, name)
        assert index(cut) == pytest.approx(index(table), abs=1e-9)


@given(counts)
def test_a_move_towards_the_mean_never_makes_it_more_uneven(table):
    """One home of each group changes places between the two areas that differ most."""
    share = table[:, 0] / table.sum(axis=1)
    high, low = int(share.argmax()), int(share.argmin())
    after = table.copy()
    after[high] += [-1, 1]
    after[low] += [1, -1]
    if after.min() >= 0 and after[high, 0] / after[high].sum() >= after[low, 0] / after[low].sum():
        assert unevenness.dissimilarity(after) <= unevenness.dissimilarity(table) + 1e-12
        assert unevenness.theil(after) <= unevenness.theil(table) + 1e-12


def test_random_allocation_over_small_areas_is_zero_after_correction_and_not_before():
    rng = np.random.default_rng(SEED)
    made = [
        beyond_chance(np.stack([a := rng.binomial(25, 0.2, size=40), 25 - a], axis=1), rng, 99)
        for _ in range(60)
    ]
    mean = pd.concat(made).groupby("index")[["value", "corrected"]].mean()
    assert mean.loc["dissimilarity", "value"] > 0.15
    assert mean["corrected"].abs().max() < 0.006


def test_beyond_chance_is_not_the_index_without_chance_where_areas_differ():
    # thirty areas of 200 homes; the chances of their homes differ by a dissimilarity of 0.19
    chances = np.linspace(0.144, 0.456, 30)
    without = unevenness.dissimilarity(200 * np.stack([chances, 1 - chances], axis=1))
    rng, found = np.random.default_rng(SEED), []
    for _ in range(60):
        first = rng.binomial(200, chances)
        table = np.stack([first, 200 - first], axis=1)
        found.append(beyond_chance(table, rng, 99).set_index("index").loc["dissimilarity"])
    made = pd.DataFrame(found)
    assert round(without, 2) == 0.19
    assert made["value"].mean() > without
    assert round(made["corrected"].mean(), 2) == 0.15
    assert made["high"].ge(without).mean() < 0.6
    page = (ROOT / "docs/methods/stacking-and-safety.md").read_text(encoding="utf-8")
    notebook = (ROOT / "notebooks/3b-stacking.ipynb").read_text(encoding="utf-8")
    for text in (page, notebook):
        assert "beyond chance; not the index without chance" in text
    assert "not the index without chance" in (beyond_chance.__doc__ or "")


@pytest.mark.parametrize("parts", [2, 5])
def test_correction_brings_small_areas_to_the_value_of_large_ones(parts):
    shares = np.repeat(np.linspace(0.1, 0.6, 6), 8)
    rng = np.random.default_rng(parts)
    large = unevenness.theil(np.stack([shares, 1 - shares], axis=1))
    found = []
    for _ in range(30):
        first = rng.binomial(20 * parts, shares)
        table = np.stack([first, 20 * parts - first], axis=1)
        found.append(beyond_chance(table, rng, 60).set_index("index").loc["theil", "corrected"])
    assert np.mean(found) == pytest.approx(large, abs=0.02)


@pytest.mark.parametrize("wrong", [KNOWN[:, :1], -KNOWN, np.full((3, 2), np.nan), KNOWN[0]])
def test_what_is_no_table_of_counts_is_refused(wrong):
    with pytest.raises(ParameterError, match="counts of groups by area"):
        unevenness.dissimilarity(wrong)


def test_a_place_without_one_of_the_groups_has_no_index():
    alone = np.array([[100.0, 0], [50, 0]])
    for name in ("dissimilarity", "theil"):
        assert math.isnan(getattr(unevenness, name)(alone))
    assert math.isnan(unevenness.mutual_information(np.zeros((3, 2))))


def place(name: str, shares: list[float], size: float = 400.0) -> pd.DataFrame:
    return pd.DataFrame({"municipality": name, "corporation": shares, "dwellings": size})


def test_places_with_few_areas_or_one_group_and_small_areas_are_left_out():
    table = pd.concat(
        [
            place("GM0001", [10, 20, 30, 40, 50]),
            place("GM0002", [10, 20, 30, 40]),
            place("GM0003", [0, 0, 0, 0, 0]),
            place("GM0001", [100], size=199),
        ],
        ignore_index=True,
    )
    made = segregation(table, "corporation", "dwellings", np.random.default_rng(SEED))
    assert set(made["municipality"]) == {"GM0001"}
    assert set(made["areas"]) == {5}
    assert made["share"].unique() == pytest.approx([30])


def test_the_interval_holds_the_corrected_index():
    made = beyond_chance(KNOWN, np.random.default_rng(SEED))
    assert ((made["low"] <= made["corrected"]) & (made["corrected"] <= made["high"])).all()
