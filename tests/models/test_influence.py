"""Leaving out one municipality or one area, against fitting anew."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from nplvanalysis.errors import EstimationError
from nplvanalysis.models.influence import (
    area_shifts,
    group_shifts,
    influential_areas,
    left_out,
    units_left_out,
)
from nplvanalysis.models.regression import fit
from nplvanalysis.models.variants import fit_variant, variants
from nplvanalysis.registers import Row

from ..conftest import make_toy_city

ROW = Row(
    role="primary", outcome="crime_violence_rate", specification="owner-to-corporation", sign=1
)


def fitted(table, study):
    return fit_variant(table, ROW, variants(ROW, study)[0], study)


def with_models(study, **changed):
    return study.model_copy(update={"models": study.models.model_copy(update=changed)})


def test_leaving_out_an_area_equals_fitting_anew(study):
    own = fitted(make_toy_city(municipalities=35, areas=3), study)
    shifts = area_shifts(own)
    for area in range(len(own.residuals)):
        keep = np.arange(len(own.residuals)) != area
        again = fit(own.design.subset(keep))
        assert own.estimate + shifts[area] == pytest.approx(again.estimate, abs=1e-8)


def test_leaving_out_a_municipality_equals_fitting_anew(toy_city, study):
    own = fitted(toy_city, study)
    shifts = group_shifts(own, own.design.clusters)
    for group, shift in enumerate(shifts):
        again = fit(own.design.subset(own.design.clusters != group))
        assert own.estimate + shift == pytest.approx(again.estimate, abs=1e-8)


def test_groups_can_be_left_out_of_a_fit_without_fixed_effects(toy_city, study):
    free = with_models(study, fixed_effects="none")
    own = fitted(toy_city, free)
    shifts = group_shifts(own, own.design.clusters)
    for group in (0, 7, 39):
        again = fit(own.design.subset(own.design.clusters != group))
        assert own.estimate + shifts[group] == pytest.approx(again.estimate, abs=1e-8)


def test_a_group_that_identifies_the_contrast_alone_has_no_shift(toy_city, study):
    first = toy_city["municipality"].eq("GM9000")
    one = toy_city["tenure_corporation"].where(first, 20.0)
    own = fitted(toy_city.assign(tenure_corporation=one), study)
    shifts = group_shifts(own, own.design.clusters)
    assert np.isnan(shifts[0])
    assert np.isfinite(shifts[1:]).all()


def test_groups_that_cut_through_a_fixed_effect_are_refused(toy_city, study):
    own = fitted(toy_city, study)
    crossing = np.arange(len(own.residuals)) % 4
    with pytest.raises(EstimationError, match="one by one"):
        group_shifts(own, crossing)


def test_a_single_group_cannot_be_left_out(toy_city, study):
    own = fitted(toy_city, study)
    with pytest.raises(EstimationError, match="one by one"):
        group_shifts(own, np.zeros(len(own.residuals), dtype=int))


def test_dfbetas_equal_those_of_statsmodels(study):
    """Unweighted, without fixed effects: statsmodels deletes each area in turn."""
    import statsmodels.api as sm

    free = with_models(study, fixed_effects="none")
    own = fitted(make_toy_city(municipalities=35, areas=2).assign(dwellings=500.0), free)
    columns = sm.add_constant(own.design.columns)
    peer = sm.OLS(own.design.outcome, columns).fit().get_influence().dfbetas[:, 1]
    city = make_toy_city(municipalities=35, areas=2).assign(dwellings=500.0)
    found = influential_areas(city, ROW, free, top=500).set_index("code")["dfbetas"]
    np.testing.assert_allclose(found.loc[own.design.codes], peer, rtol=1e-6, atol=1e-10)


def test_an_outlier_is_the_most_influential_area(toy_city, study):
    top = toy_city["tenure_corporation"].idxmax()
    odd = toy_city["crime_violence_rate"].copy()
    odd[top] += 500
    found = influential_areas(toy_city.assign(crime_violence_rate=odd, dwellings=900.0), ROW, study)
    assert found["code"].iloc[0] == toy_city["code"][top]
    assert found["name"].iloc[0] == toy_city["name"][top]
    assert len(found) == 10


def test_what_is_left_out_follows_the_errors_of_the_study(study):
    assert units_left_out(study) == ["municipality"]
    assert units_left_out(with_models(study, cluster="none")) == ["municipality", "area"]
    both = with_models(study, cluster="none", fixed_effects="none")
    assert units_left_out(both) == ["area"]


def test_every_municipality_is_left_out_once_with_its_areas(toy_city, study):
    made = left_out(toy_city, ROW, study, delta=0.5)
    used = fitted(toy_city, study)
    assert sorted(made["left_out"]) == sorted(toy_city["municipality"].unique())
    assert made["areas"].sum() == len(used.residuals)
    assert made["estimate"].is_monotonic_increasing
    np.testing.assert_allclose(made["estimate_all"], 10 * used.estimate)
    one = made.iloc[0]
    names = toy_city.set_index("code").loc[used.design.codes, "municipality"].to_numpy()
    again = fit(used.design.subset(names != one["left_out"]))
    assert one["estimate"] == pytest.approx(10 * again.estimate, abs=1e-7)


def test_an_estimate_that_falls_below_the_smallest_relevant_one_is_marked(toy_city, study):
    assert not left_out(toy_city, ROW, study, delta=0.0)["below_delta"].any()
    whole = 10 * fitted(toy_city, study).estimate
    made = left_out(toy_city, ROW, study, delta=0.999 * whole)
    assert made["below_delta"].equals(made["estimate"] < 0.999 * whole)
    assert 0 < made["below_delta"].sum() < len(made)


def test_no_unit_makes_an_estimate_small_that_is_small_or_opposed_with_all(toy_city, study):
    assert not left_out(toy_city, ROW, study, delta=1e6)["below_delta"].any()
    opposite = replace_sign(ROW)
    assert not left_out(toy_city, opposite, study, delta=0.1)["below_delta"].any()


def replace_sign(row):
    return row.model_copy(update={"sign": -row.sign})


def test_areas_are_left_out_by_their_own_code(toy_city, study):
    free = with_models(study, cluster="none")
    made = left_out(toy_city, ROW, free)
    areas = made[made["unit"] == "area"].set_index("left_out")
    own = fitted(toy_city, free)
    code = own.design.codes[17]
    again = fit(replace(own.design).subset(own.design.codes != code))
    assert areas.loc[code, "estimate"] == pytest.approx(10 * again.estimate, abs=1e-7)
    assert set(made["unit"]) == {"area", "municipality"}
