"""Tenure as a composition, told as swaps."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import ortho_group

from nplvanalysis.errors import EstimationError
from nplvanalysis.measures.housing_mix import balances as pivot_balances
from nplvanalysis.models import balances
from nplvanalysis.models.joint import covariances, fit_terms
from nplvanalysis.registers import Row
from tests.conftest import make_toy_city

ROW = Row(
    role="secondary", outcome="crime_violence_rate", specification="owner-to-corporation", sign=1
)
BASELINE = (20.0, 70.0, 10.0)
CITY = make_toy_city()
SHARES = CITY[balances.TENURES].to_numpy(float)


def test_the_published_composition_has_the_published_balances():
    found = balances.log_ratios(np.array([[0.1, 0.3, 0.6]]), 0.0033)[0]
    assert found == pytest.approx([-1.179989, -0.490129], abs=1e-6)
    assert np.linalg.norm(found) == pytest.approx(1.2777, abs=1e-4)


def test_balances_are_those_of_the_measures():
    assert balances.log_ratios(SHARES, 0.0033) == pytest.approx(pivot_balances(SHARES / 100))


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000), st.floats(15, 80), st.floats(1, 14), st.floats(0.0005, 0.01))
def test_any_basis_gives_the_same_fit_and_the_same_swap(seed, owner, step, replacement):
    rng = np.random.default_rng(seed)
    turn = ortho_group.rvs(2, random_state=rng)
    baseline = (95 - owner, owner, 5.0)
    shares = SHARES.copy()
    shares[np.arange(0, len(shares), 7), rng.integers(3)] = 0.0
    outcome = rng.normal(size=len(shares))
    fits = []
    for basis in (balances.PIVOT, balances.PIVOT @ turn):
        columns = balances.swap_columns(shares, baseline, step, replacement, basis)
        columns = np.column_stack([columns, np.ones(len(columns))])
        slopes = np.linalg.lstsq(columns, outcome, rcond=None)[0]
        fits.append((slopes[0], columns @ slopes))
    assert fits[0][0] == pytest.approx(fits[1][0], rel=1e-6, abs=1e-9)
    assert fits[0][1] == pytest.approx(fits[1][1], abs=1e-8)


def test_the_swap_and_its_error_are_those_of_the_delta_method(toy_city, study):
    ratios = balances.log_ratios(SHARES, 0.0033)
    named = toy_city.assign(one=ratios[:, 0], two=ratios[:, 1])
    plain = fit_terms(named, ROW, study, ["one", "two"])
    moved = balances.displacement(BASELINE, 10)
    made = balances.estimate_balances(toy_city, ROW, study, np.random.default_rng(0))
    own = made[made["sample"] == "balances at 20/70/10, zeros 0.0033"]
    assert own["estimate"].iloc[0] == pytest.approx(moved @ plain.estimates[:2], rel=1e-9)
    for kind, covariance in covariances(plain).items():
        error = own.loc[own["standard_errors"] == kind, "std_error"].iloc[0]
        assert error == pytest.approx(np.sqrt(moved @ covariance[:2, :2] @ moved), rel=1e-8)


def test_a_finite_swap_is_the_difference_of_two_predictions():
    slopes = np.array([1.5, -0.7])
    before, after = np.array([[70.0, 20.0, 10.0]]), np.array([[80.0, 10.0, 10.0]])
    ends = [balances.log_ratios(one, 0.0)[0] @ slopes for one in (before, after)]
    assert balances.displacement((70.0, 20.0, 10.0), 10) @ slopes == pytest.approx(
        ends[1] - ends[0]
    )


def test_a_known_log_ratio_effect_is_recovered(toy_city, study):
    rng = np.random.default_rng(3)
    effect = balances.log_ratios(SHARES, 0.0033) @ np.array([4.0, -2.0])
    known = toy_city.assign(crime_violence_rate=effect + rng.normal(size=len(SHARES)))
    made = balances.estimate_balances(known, ROW, study, rng)
    own = made[made["sample"] == "balances at 20/70/10, zeros 0.0033"].iloc[0]
    true = balances.displacement(BASELINE, 10) @ np.array([4.0, -2.0])
    assert own["low"] < true < own["high"]
    assert own["std_error"] < 0.2


def test_without_zeros_only_the_stand_in_of_the_study_is_shown(toy_city, study):
    made = balances.estimate_balances(toy_city, ROW, study, np.random.default_rng(0))
    assert {name.split(", ")[1] for name in made["sample"]} == {"zeros 0.0033"}
    assert made["status"].eq("ok").all()
    assert set(made["role"]) == {"sensitivity"}


def test_zeros_that_are_no_small_share_change_the_sign_with_a_level_of_their_own(toy_city, study):
    zero = np.arange(len(toy_city)) % 4 == 0
    corporation = toy_city["tenure_corporation"].mask(zero, 0.0)
    owner = toy_city["tenure_owner"] + toy_city["tenure_corporation"] - corporation
    # Areas without any corporation home are as those with most, not as those with least.
    rng = np.random.default_rng(1)
    violence = 0.4 * corporation + 20.0 * zero + rng.normal(size=len(zero))
    known = toy_city.assign(
        tenure_corporation=corporation, tenure_owner=owner, crime_violence_rate=violence
    )
    made = balances.estimate_balances(known, ROW, study, rng)
    apart = made["sample"].str.endswith("zeros apart")
    assert (made.loc[apart, "estimate"] > 0).all()
    assert (made.loc[~apart, "estimate"] < 0).any()


def test_another_contrast_is_refused(toy_city, study):
    row = ROW.model_copy(update={"specification": "owner-share"})
    with pytest.raises(EstimationError, match="a swap from owner-occupied"):
        balances.estimate_balances(toy_city, row, study, np.random.default_rng(0))


def test_a_swap_of_homes_that_are_not_there_is_refused():
    with pytest.raises(EstimationError, match="not possible from this baseline"):
        balances.displacement((85.0, 5.0, 10.0), 10)
