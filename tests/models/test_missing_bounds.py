"""Bounds over the outcomes that areas without one could have, and which areas those are."""

from __future__ import annotations

from itertools import product

import numpy as np
import pandas as pd
import pytest

from nplvanalysis.errors import EstimationError
from nplvanalysis.models.design import design
from nplvanalysis.models.missing_bounds import LIMITS, bounds_table, outcome_bounds, question_of
from nplvanalysis.models.regression import fit
from nplvanalysis.models.suppression import LOST, reasons, withheld
from nplvanalysis.registers import Row

ROW = Row(
    role="primary", outcome="crime_violence_rate", specification="owner-to-corporation", sign=1
)
ALL = (0.0, 100.0)


def hide(city, count, rng):
    """Hide the outcome of some areas, never that of the lowest and the highest."""
    values = city["crime_violence_rate"]
    inside = values.index[(values > values.min()) & (values < values.max())]
    chosen = rng.choice(inside, count, replace=False)
    return city.assign(crime_violence_rate=values.mask(values.index.isin(chosen)))


def estimate(city, study):
    return 10 * fit(design(city, question_of(ROW, study))).estimate


def test_the_bounds_hold_the_estimate_of_complete_data(toy_city, study):
    large = toy_city[toy_city["dwellings"] >= 100].reset_index(drop=True)
    whole = estimate(large, study)
    for seed in range(10):
        found = outcome_bounds(hide(large, 30, np.random.default_rng(seed)), ROW, study, ALL)
        assert found.low <= whole <= found.high
        assert found.missing == 30
        assert found.n == len(large)


def test_the_bounds_are_those_of_the_worst_and_the_best_outcomes(toy_city, study):
    """By trying every combination of the limits."""
    few = hide(toy_city[toy_city["dwellings"] >= 100], 4, np.random.default_rng(1))
    found = outcome_bounds(few, ROW, study, (10.0, 90.0))
    lacking = few.index[few["crime_violence_rate"].isna()]
    tried = []
    for values in product((found.least, found.most), repeat=len(lacking)):
        filled = few["crime_violence_rate"].copy()
        filled[lacking] = values
        tried.append(estimate(few.assign(crime_violence_rate=filled), study))
    assert found.low == pytest.approx(min(tried), abs=1e-8)
    assert found.high == pytest.approx(max(tried), abs=1e-8)


def test_narrower_limits_give_narrower_bounds(toy_city, study):
    made = bounds_table(hide(toy_city, 40, np.random.default_rng(2)), ROW, study)
    assert made["limits"].tolist() == list(LIMITS)
    inner, outer = made.iloc[0], made.iloc[1]
    assert outer["low"] < inner["low"] < inner["high"] < outer["high"]


def test_without_missing_outcomes_the_bounds_are_the_estimate(toy_city, study):
    found = outcome_bounds(toy_city, ROW, study, ALL)
    assert found.missing == 0
    assert found.low == pytest.approx(found.estimate, abs=1e-8)
    assert found.high == pytest.approx(found.estimate, abs=1e-8)
    assert found.estimate == pytest.approx(estimate(toy_city, study))


def test_areas_without_tenure_are_not_bounded(toy_city, study):
    hidden = hide(toy_city, 20, np.random.default_rng(3))
    lacking = hidden.index[hidden["crime_violence_rate"].isna()][:5]
    both = hidden.assign(
        tenure_corporation=hidden["tenure_corporation"].mask(hidden.index.isin(lacking))
    )
    small = int((hidden.loc[hidden["crime_violence_rate"].isna(), "dwellings"] < 100).sum())
    found = outcome_bounds(both, ROW, study, ALL)
    assert found.missing <= 15
    assert found.missing >= 15 - small


def test_bounds_of_a_row_without_areas_give_its_reason(toy_city, study):
    made = bounds_table(toy_city.head(20), ROW, study)
    assert set(made["status"]) == {"too_few_areas"}
    assert "low" not in made
    with pytest.raises(EstimationError):
        outcome_bounds(toy_city.head(20), ROW, study, ALL)


def with_losses(city):
    """One lost area of each kind, all of one class of urbanity."""
    rows = city[(city["urbanity"] == 3) & (city["dwellings"] >= 100)].index[:5]
    changed = city.astype({"share_65_plus": float})
    changed.loc[rows[0], "crime_violence_rate"] = np.nan
    changed.loc[rows[1], "tenure_corporation"] = np.nan
    changed.loc[rows[2], "dwellings"] = 50.0
    changed.loc[rows[3], "municipality"] = "GM9999"
    changed["tenure_unknown"] = 0.0
    changed.loc[rows[4], "tenure_unknown"] = 40.0
    return changed, rows


def test_each_area_has_the_reason_why_it_is_lost(toy_city, study):
    changed, rows = with_losses(toy_city[toy_city["dwellings"] >= 100].reset_index(drop=True))
    found = reasons(changed, ROW, study)
    assert found[rows].tolist() == ["no outcome", "no exposure", "small", "other", "no exposure"]
    assert found.drop(rows).eq("kept").all()


def test_shares_by_group_add_up_to_one_and_count_every_area(toy_city, study):
    changed, rows = with_losses(toy_city[toy_city["dwellings"] >= 100].reset_index(drop=True))
    province = np.where(changed["municipality"].eq("GM9000"), "Limburg", "Utrecht")
    made = withheld(changed.assign(province=province), ROW, study)
    np.testing.assert_allclose(made[["kept", *LOST]].sum(axis=1), 1)
    for _, part in made.groupby("by"):
        assert part["areas"].sum() == len(changed)
    assert made.groupby("by", sort=False)["group"].apply(list).to_dict() == {
        "all": ["all"],
        "urbanity": [f"urbanity {one}" for one in range(1, 6)],
        "Limburg": ["Limburg", "elsewhere"],
    }
    third = made[made["group"] == "urbanity 3"].iloc[0]
    assert third["no exposure"] * third["areas"] == pytest.approx(2)
    assert made.loc[made["group"].isin(["urbanity 1", "urbanity 2"]), "kept"].eq(1).all()
    assert len(rows) == 5


def test_areas_without_a_group_are_counted_as_such(toy_city, study):
    some = toy_city.assign(urbanity=toy_city["urbanity"].mask(toy_city.index < 4))
    made = withheld(some, ROW, study)
    assert made.loc[made["group"] == "unknown", "areas"].tolist() == [4]


def test_a_column_without_any_value_leaves_nothing_to_count(toy_city, study):
    none = toy_city.assign(crime_violence_rate=np.nan)
    assert withheld(none, ROW, study).equals(pd.DataFrame())
