"""Permuting changes of tenure."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from nplvanalysis.models.change import differences
from nplvanalysis.models.permutation import estimate_permuted, permuted
from nplvanalysis.models.regression import fit
from nplvanalysis.models.standard_errors import cr1
from nplvanalysis.models.variants import Variant, fit_variant

from .moving_city import TERMS, asked, make_moving_city


def fitted(study, effect: float, seed: int = 11):
    city = make_moving_city((2014, 2020), effect, seed=seed)
    table = differences(city, 2014, 2020, [*TERMS, "crime_violence_rate"])
    return table, fit_variant(table, asked(), Variant("primary", "dwellings", ["urbanity"]), study)


def test_a_draw_equals_a_fit_of_shuffled_changes_within_municipalities(study):
    _, own = fitted(study, 0.4)
    drawn = permuted(own, 2, np.random.default_rng(5), draws=20)
    rng, made = np.random.default_rng(5), own.design
    order = np.argsort(made.groups, kind="stable")
    t_values, estimates = [], []
    for _ in range(20):
        other = np.empty(len(order), dtype=int)
        other[order] = np.lexsort((rng.random(len(order)), made.groups))
        assert (made.groups[other] == made.groups).all()
        columns = np.column_stack([made.columns[other, :2], made.columns[:, 2:]])
        again = fit(replace(made, columns=columns))
        estimates.append(again.estimate)
        t_values.append(abs(again.estimate / cr1(again)))
    np.testing.assert_allclose(drawn.estimates, estimates, rtol=1e-9)
    assert drawn.p == (1 + np.sum(np.array(t_values) >= abs(own.estimate / cr1(own)))) / 21


def test_an_effect_stands_out_among_the_draws(study):
    table, _ = fitted(study, 0.4)
    made = estimate_permuted(table, asked(), study, np.random.default_rng(5)).iloc[0]
    assert made["p"] == pytest.approx(1 / 1000)
    assert made["low"] > 0


def test_nothing_is_found_five_times_in_a_hundred(study):
    found = [
        permuted(fitted(study, 0.0, seed)[1], 2, np.random.default_rng(seed), draws=39).p
        for seed in range(60)
    ]
    # of 60 at 5 %, more than 8 come once in two hundred times
    assert np.sum(np.array(found) <= 0.05) <= 8
    assert np.median(found) == pytest.approx(0.5, abs=0.2)


def test_a_fit_that_fails_gives_its_reason(study):
    table, _ = fitted(study, 0.4)
    still = table.assign(tenure_corporation=0.0)
    made = estimate_permuted(still, asked(), study, np.random.default_rng(5))
    assert made["status"].tolist() == ["no_variation"]
