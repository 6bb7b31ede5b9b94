"""How strong an omitted variable would have to be, and what one like a control would take away."""

from __future__ import annotations

import numpy as np
import pytest
import statsmodels.api as sm
from hypothesis import given
from hypothesis import strategies as st

from nplvanalysis.errors import CollinearError, EstimationError, TooStrongError
from nplvanalysis.models import benchmarks, sensitivity
from nplvanalysis.models.design import design
from nplvanalysis.models.regression import fit
from nplvanalysis.models.sensitivity import adjusted, partial_r2, robustness_value
from nplvanalysis.models.specification import Question
from nplvanalysis.registers import Row

ROW = Row(
    role="primary", outcome="crime_violence_rate", specification="owner-to-corporation", sign=1
)
# Darfur: Cinelli and Hazlett (2020), section 5, with the digits of the tests of R's sensemakr.
ESTIMATE, ERROR, DEGREES = 0.09731582, 0.02325654, 783
FEMALE_EXPOSURE = [0.00916428667504862, 0.0183285733500972, 0.0274928600251459]
FEMALE_OUTCOME = [0.12464092303637, 0.249324064199975, 0.374050471038094]
FEMALE_LEFT = [0.0752202698486415, 0.0529151689180575, 0.0303960178770157]
FEMALE_ERROR = [0.0218733298036818, 0.0203500639944344, 0.0186700665753491]


def critical(alpha=0.05, degrees=DEGREES):
    from scipy.stats import t

    return t.ppf(1 - alpha / 2, degrees - 1) / np.sqrt(degrees - 1)


def test_the_published_example_of_darfur_is_reproduced():
    t = ESTIMATE / ERROR
    assert partial_r2(t, DEGREES) == pytest.approx(0.02187309, rel=1e-5)
    assert robustness_value(t, DEGREES) == pytest.approx(0.1387764, rel=1e-5)
    limit = critical()
    assert robustness_value(t, DEGREES, threshold=limit) == pytest.approx(0.07625797, rel=1e-5)


def test_the_published_benchmark_of_darfur_is_reproduced():
    exposure = FEMALE_EXPOSURE[0] / (1 + FEMALE_EXPOSURE[0])
    shared = exposure**2 / (1 - exposure) ** 2
    odds = FEMALE_OUTCOME[0] * (1 - shared) / (1 + np.sqrt(shared)) ** 2
    female = benchmarks.Strength(exposure, odds / (1 + odds))
    for place, multiple in enumerate((1, 2, 3)):
        omitted = benchmarks.bound(female, multiple)
        assert omitted.exposure == pytest.approx(FEMALE_EXPOSURE[place], rel=1e-9)
        assert omitted.outcome == pytest.approx(FEMALE_OUTCOME[place], rel=1e-9)
        left = adjusted(ESTIMATE, ERROR, DEGREES, omitted.exposure, omitted.outcome)
        assert left.estimate == pytest.approx(FEMALE_LEFT[place], rel=1e-8)
        assert left.std_error == pytest.approx(FEMALE_ERROR[place], rel=1e-8)


@given(st.floats(-40, 40), st.integers(10, 5_000), st.floats(0.1, 1.0))
def test_an_omitted_variable_of_the_robustness_value_takes_the_asked_share(t, degrees, share):
    value = robustness_value(t, degrees, share)
    assert 0 <= value < 1
    left = adjusted(t, 1.0, degrees, value, value).estimate
    assert left == pytest.approx((1 - share) * t, abs=1e-7 * max(1, abs(t)))


@given(st.floats(2.5, 12), st.integers(60, 5_000))
def test_at_the_robustness_value_of_the_interval_t_is_the_critical_one(t, degrees):
    limit = critical(degrees=degrees)
    value = robustness_value(t, degrees, threshold=limit)
    if t / np.sqrt(degrees) * limit < 1 and value > 0:
        left = adjusted(t, 1.0, degrees, value, value)
        assert left.t == pytest.approx(limit * np.sqrt(degrees - 1), rel=1e-6)


def fitted(table, study, controls=("urbanity",)):
    own = Question(
        *("crime_violence_rate", study.models.specifications["owner-to-corporation"]),
        *(list(controls), "dwellings", study.models, study.sample),
    )
    return fit(design(table, own))


def test_adding_the_omitted_variable_gives_the_adjusted_estimate_and_error(toy_city, study):
    """The algebra against least squares with the variable in it, weighted, with fixed effects."""
    rng = np.random.default_rng(3)
    hidden = 0.03 * toy_city["tenure_corporation"] + rng.normal(size=len(toy_city))
    violence = toy_city["crime_violence_rate"] + 3 * hidden
    city = toy_city.assign(crime_violence_rate=violence, share_15_24=hidden)
    short, long = fitted(city, study), fitted(city, study, ["urbanity", "share_15_24"])
    at = benchmarks.observed_strength(long, "share_15_24")
    rest = [name != "share_15_24" for name in long.design.names]
    exposure = long.regressors[:, long.design.position]
    others = np.delete(long.regressors[:, rest], long.design.position, axis=1)
    column = long.regressors[:, ~np.array(rest)]
    without = sm.OLS(exposure, others).fit().ssr
    with_it = sm.OLS(exposure, np.hstack([others, column])).fit().ssr
    assert at.exposure == pytest.approx(1 - with_it / without, rel=1e-8)
    left = adjusted(
        *(short.estimate, sensitivity.classical_error(short)),
        *(sensitivity.residual_degrees(short), at.exposure, at.outcome),
    )
    assert left.estimate == pytest.approx(long.estimate, rel=1e-8)
    assert left.std_error == pytest.approx(sensitivity.classical_error(long), rel=1e-8)


def test_the_classical_error_is_that_of_a_dummy_regression(toy_city, study):
    short = fitted(toy_city, study)
    dummies = np.eye(short.design.groups.max() + 1)[short.design.groups]
    columns = np.hstack([short.design.columns, dummies])
    peer = sm.WLS(short.design.outcome, columns, weights=short.design.weights).fit()
    assert sensitivity.residual_degrees(short) == peer.df_resid
    own = peer.bse[short.design.position]
    assert sensitivity.classical_error(short) == pytest.approx(own, rel=1e-8)


def test_the_strength_of_urbanity_is_that_of_all_its_dummies(toy_city, study):
    """Against the sums of squares of two regressions."""
    whole = fitted(toy_city, study, ["urbanity", "share_65_plus"])
    own = benchmarks.observed_strength(whole, "urbanity")
    named = np.array([name.startswith("urbanity") for name in whole.design.names])
    rest = whole.regressors[:, ~named]
    outcome = whole.regressors @ whole.estimates + whole.residuals
    without = sm.OLS(outcome, rest).fit().ssr
    assert own.outcome == pytest.approx(1 - whole.residuals @ whole.residuals / without, rel=1e-8)


def test_a_wider_error_lowers_the_robustness_of_the_interval_only(toy_city, study):
    short = fitted(toy_city, study)
    found = sensitivity.omitted_variables(short, 10.0, study)
    assert found.largest >= found.std_error
    assert found.robustness_alpha < found.robustness
    assert found.estimate == pytest.approx(10 * short.estimate)


def test_the_smallest_relevant_difference_is_reached_before_nothing(toy_city, study):
    table = sensitivity.sensitivity_table(toy_city, ROW, study, delta=1.0).iloc[0]
    assert 0 < table["robustness_delta"] < table["robustness"]
    left = adjusted(
        *(table["estimate"], table["std_error"], int(table["degrees"])),
        *(table["robustness_delta"], table["robustness_delta"]),
    )
    assert left.estimate == pytest.approx(1.0, rel=1e-8)


def test_an_estimate_below_the_smallest_relevant_difference_needs_nothing_omitted(toy_city, study):
    table = sensitivity.sensitivity_table(toy_city, ROW, study, delta=1e6).iloc[0]
    assert table["robustness_delta"] == 0


def test_every_yardstick_is_tried_and_a_missing_one_says_why(toy_city, study):
    made = benchmarks.benchmarks(toy_city, ROW, study)
    assert set(made["benchmark"]) == {
        *("urbanity", "share_15_24", "share_65_plus", "address_density", "population_density")
    }
    known = made[made["benchmark"].isin(["urbanity", "share_15_24", "share_65_plus"])]
    assert known["multiple"].tolist() == [1, 2, 3] * 3
    # Urbanity tells more than half of this outcome: nothing can do so twice.
    assert known["status"].tolist() == ["ok", "too_strong", "too_strong", *["ok"] * 6]
    missing = made[made["benchmark"] == "address_density"]
    assert missing["status"].tolist() == ["column_missing"]
    assert missing["adjusted"].isna().all()


def test_a_yardstick_taken_more_often_leaves_less(toy_city, study):
    made = benchmarks.benchmarks(toy_city, ROW, study)
    for _, own in made[made["status"] == "ok"].groupby("benchmark"):
        assert own["adjusted"].is_monotonic_decreasing


def test_the_only_regressor_beside_the_contrast_can_be_a_yardstick(toy_city, study):
    row = ROW.model_copy(update={"specification": "owner-share", "controls": ["share_65_plus"]})
    made = benchmarks.benchmarks(toy_city, row, study, others=())
    assert made.loc[made["benchmark"] == "share_65_plus", "status"].eq("ok").all()


def test_a_variable_that_would_tell_all_of_the_contrast_is_refused():
    with pytest.raises(CollinearError, match="all of the contrast"):
        benchmarks.bound(benchmarks.Strength(0.6, 0.1), 2)


@pytest.mark.parametrize("outcome", [0.5, 0.6, 1.0])
def test_a_variable_that_would_tell_all_of_the_outcome_is_refused(outcome):
    """Without a share in the contrast its odds are those of the yardstick: 1 from a half on."""
    assert benchmarks.bound(benchmarks.Strength(0.0, 0.49), 1).outcome == pytest.approx(49 / 51)
    with pytest.raises(TooStrongError, match="all of the outcome"):
        benchmarks.bound(benchmarks.Strength(0.0, outcome), 1)


def test_a_yardstick_that_tells_nearly_all_of_the_outcome_gives_a_reason_and_no_number(
    toy_city, study
):
    rng = np.random.default_rng(4)
    ages = rng.uniform(5, 30, len(toy_city))
    violence = 10 * ages + toy_city["tenure_corporation"] + rng.normal(size=len(toy_city))
    city = toy_city.assign(share_15_24=ages, crime_violence_rate=violence)
    made = benchmarks.benchmarks(city, ROW, study, others=()).set_index("benchmark")
    assert made.loc["share_15_24", "status"].eq("too_strong").all()
    assert made.loc["share_15_24", ["adjusted", "std_error", "t"]].isna().all(axis=None)
    fine = made[made["status"] == "ok"]
    assert len(fine)
    assert fine["std_error"].gt(0).all()


@pytest.mark.parametrize(("exposure", "outcome"), [(1.0, 0.5), (-0.1, 0.5), (0.5, 1.1)])
def test_a_strength_out_of_range_is_refused(exposure, outcome):
    with pytest.raises(EstimationError, match="cannot be that strong"):
        adjusted(1.0, 0.5, 100, exposure, outcome)


def test_a_yardstick_that_is_not_in_the_model_is_refused(toy_city, study):
    with pytest.raises(EstimationError, match="not in the model"):
        benchmarks.observed_strength(fitted(toy_city, study), "share_65_plus")


def test_a_perfect_fit_leaves_nothing_to_omit(toy_city, study):
    own = fitted(toy_city, study)
    exact = own.residuals * 0
    perfect = type(own)(
        *(own.design, own.estimates, own.regressors, exact, own.bread, own.leverage)
    )
    with pytest.raises(EstimationError, match="nothing left"):
        sensitivity.omitted_variables(perfect, 10.0, study)


def test_a_row_that_cannot_be_estimated_gives_its_reason(toy_city, study):
    same = toy_city.assign(tenure_corporation=30.0)
    made = sensitivity.sensitivity_table(same, ROW, study)
    assert made["status"].tolist() == ["no_variation"]
    assert "robustness" not in made
