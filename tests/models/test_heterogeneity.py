"""Slopes that differ between groups of areas."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm

from nplvanalysis.models import groupings
from nplvanalysis.models.heterogeneity import estimate_interaction, slopes
from nplvanalysis.models.joint import fit_terms
from nplvanalysis.models.pooling import drawn_together, spread_between
from nplvanalysis.registers import Row
from tests.conftest import make_toy_city

ROW = Row(
    role="interaction", outcome="crime_violence_rate", specification="owner-to-corporation", sign=1
)
BARE = ROW.model_copy(update={"controls": []})
TERMS = ["tenure_corporation", "tenure_other"]


def province(seed: int = 7) -> pd.DataFrame:
    """Sixty municipalities, a third of them in Limburg, where the slope is twice as steep."""
    city, rng = make_toy_city(seed, municipalities=60), np.random.default_rng(seed)
    number = city["municipality"].str[3:].astype(int)
    inside = number < 20
    slope = np.where(inside, 0.6, 0.3)
    outcome = slope * city["tenure_corporation"] + number + rng.normal(scale=3, size=len(city))
    return city.assign(
        province=np.where(inside, "Limburg", "Zeeland"),
        crime_violence_rate=outcome,
        population=500.0,
    )


def estimated(table: pd.DataFrame, study, row: Row = ROW) -> pd.DataFrame:
    return estimate_interaction(table, row, study, np.random.default_rng(0))


def test_slopes_of_whole_municipalities_are_those_of_fits_apart(study):
    table = province()
    study = study.model_copy(
        update={"models": study.models.model_copy(update={"min_clusters": 10})}
    )
    found = slopes(table, BARE, study, "Limburg")
    for name, place in zip(["Limburg", "Zeeland"], found.positions, strict=True):
        own = fit_terms(table[table["province"] == name], BARE, study, TERMS)
        assert found.fitted.estimates[place] == pytest.approx(own.estimate, rel=1e-9)


def test_the_joint_test_is_the_f_test_of_statsmodels(study):
    table = province()
    found = slopes(table, ROW, study, "urbanity")
    made = found.fitted.design
    dummies = pd.get_dummies(made.groups, dtype=float).to_numpy()
    columns = np.column_stack([made.columns, dummies])
    peer = sm.WLS(made.outcome, columns, made.weights).fit(
        cov_type="cluster", cov_kwds={"groups": made.clusters}, use_t=True
    )
    every = np.eye(columns.shape[1])[found.positions]
    scale = (len(columns) - columns.shape[1]) / (len(columns) - made.columns.shape[1])
    statistic = float(peer.f_test(every[:-1] - every[-1]).fvalue) / scale
    from scipy.special import fdtrc

    rows = estimated(table, study)
    joint = rows[(rows["sample"] == "by urbanity") & (rows["standard_errors"] == "CR1")].iloc[0]
    assert joint["p"] == pytest.approx(fdtrc(4, made.clusters.max(), statistic), rel=1e-6)


def test_a_steeper_slope_in_limburg_is_found(study):
    rows = estimated(province(), study)
    joint = rows[rows["sample"] == "by Limburg"]
    assert (joint["low"] < 10 * 0.3).all()
    assert (joint["high"] > 10 * 0.3).all()
    assert (joint["p"] < 0.001).all()
    assert set(joint["role"]) == {"interaction"}


def test_equal_slopes_are_seldom_told_apart(study):
    found = []
    for seed in range(25):
        rng = np.random.default_rng(seed)
        city = make_toy_city(seed, municipalities=60)
        noise = rng.normal(scale=3, size=len(city))
        city = city.assign(crime_violence_rate=0.3 * city["tenure_corporation"] + noise)
        rows = estimated(city, study)
        found.append(rows.loc[rows["sample"] == "by urbanity", "p"].max())
    assert np.mean(np.array(found) < 0.05) <= 0.12


def test_a_group_with_few_clusters_is_unusable_and_the_others_go_on(toy_city, study):
    number = toy_city["municipality"].str[3:].astype(int)
    rare = toy_city["urbanity"].mask(toy_city["urbanity"].eq(1) & number.gt(4), 2)
    rows = estimated(toy_city.assign(urbanity=rare), study).set_index("sample")
    assert rows.loc["urbanity 1", "status"] == "too_few_clusters"
    assert np.isnan(rows.loc["urbanity 1", "estimate"])
    assert (rows.loc["urbanity 2", "status"] == "ok").all()
    assert (rows.loc["by urbanity", "status"] == "ok").all()


def test_a_study_without_provinces_says_so(toy_city, study):
    rows = estimated(toy_city, study).set_index("sample")
    assert rows.loc["by Limburg", "status"] == "column_missing"


def test_degrees_of_a_group_count_its_own_clusters(study):
    rows = estimated(province(), study)
    own = rows[rows["sample"] == "Limburg"]
    assert (own["degrees"] == own["clusters"] - 1).all()


def test_slopes_are_drawn_towards_their_mean_and_the_unsure_most():
    values, errors = np.array([1.0, 2.0, 4.0, 5.0]), np.array([0.2, 0.2, 0.2, 2.0])
    together, spread = drawn_together(values, errors)
    moved = np.abs(together - values)
    assert moved.argmax() == 3
    assert values.min() < together.min() < together.max() < values.max()
    assert spread[3] < errors[3]


def test_slopes_that_do_not_differ_are_drawn_to_their_weighted_mean():
    values, errors = np.array([1.0, 1.1, 0.9]), np.array([1.0, 1.0, 0.5])
    together, spread = drawn_together(values, errors)
    precision = 1 / errors**2
    assert together == pytest.approx(np.full(3, precision @ values / precision.sum()))
    assert spread == pytest.approx(np.full(3, precision.sum() ** -0.5))


def test_shrinkage_is_the_textbook_formula_at_the_spread_that_it_finds():
    """Paule and Mandel: at this spread the generalised Q is the number of groups less one."""
    values, errors = np.array([10.0, 7.8, 5.9, 4.6, 3.2]), np.array([1.5, 1.7, 1.1, 0.8, 0.7])
    together, _ = drawn_together(values, errors)
    from statsmodels.stats.meta_analysis import combine_effects

    spread = combine_effects(values, errors**2, method_re="iterated", atol=1e-9).tau2
    assert spread_between(values, errors) == pytest.approx(spread, rel=1e-8)
    precision = 1 / (spread + errors**2)
    mean = precision @ values / precision.sum()
    own = mean + spread * precision * (values - mean)
    assert together == pytest.approx(own, rel=1e-8)


def test_a_small_place_is_rural_small_and_no_scattered_houses():
    table = pd.DataFrame(
        {
            "code": ["BU00010101", "BU00010102", "BU00010201", "BU00010301", "BU00010302"],
            "name": ["Dorp", "Verspreide huizen Dorp", "Stad", "Groot dorp", "Groot dorp"],
            "level": "buurt",
            "urbanity": [5, 5, 2, 5, 5],
            "population": [3000, 200, 3000, 5000, 4000],
        }
    )
    found = groupings.grouped(table, "small places")
    assert found.iloc[[0, 2, 3]].tolist() == ["small place", "other place", "other place"]
    assert found.isna().tolist() == [False, True, False, False, False]


def test_a_municipality_is_no_small_place():
    table = pd.DataFrame({"code": ["GM0001"], "level": ["gemeente"], "urbanity": [5]})
    assert groupings.grouped(table, "small places").isna().all()
