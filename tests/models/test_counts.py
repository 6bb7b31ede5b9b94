"""Models of counts against dummy regressions of statsmodels, and known rate ratios."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from hypothesis import given, settings
from hypothesis import strategies as st

from nplvanalysis import params
from nplvanalysis.errors import ColumnMissingError, EstimationError
from nplvanalysis.models import poisson
from nplvanalysis.models.average_change import _told_by, average_change, rate_ratio
from nplvanalysis.models.counts import estimate_counts, fit_counts, rate_ratios, with_counts
from nplvanalysis.models.rows import GIVEN
from nplvanalysis.models.standard_errors import all_kinds
from nplvanalysis.models.variants import Variant
from nplvanalysis.registers import Row

from ..conftest import ROOT, make_toy_city

SLOPE = 0.02  # of the logarithm of the rate, per point of corporation rent
PRIMARY = Variant("primary", "dwellings", ["urbanity"])
ROW = Row(
    role="primary",
    outcome="crime_violence_rate",
    specification="owner-to-corporation",
    sign=1,
    estimator="counts",
)


def counted_city(seed=7, **size):
    """The toy city with counts whose spread is larger than Poisson's."""
    rng = np.random.default_rng(seed)
    city = make_toy_city(seed, **size)
    level = rng.normal(0, 0.3, 1000)[city["municipality"].str[-3:].astype(int)]
    swap = SLOPE * city["tenure_corporation"] + 0.01 * city["tenure_other"]
    log_rate = 1.5 - 0.2 * city["urbanity"].astype(float) + swap + level
    people = (2.1 * city["dwellings"]).round()
    spread = rng.gamma(8, 1 / 8, len(city))
    count = rng.poisson(people / 1000 * np.exp(log_rate) * spread).astype(float)
    return city.assign(
        population=people, crime_violence=count, crime_violence_rate=1000 * count / people
    )


@pytest.fixture
def city():
    return counted_city()


def fitted_by(panel, study, variant=PRIMARY, row=ROW):
    return fit_counts(with_counts(panel, row, study), row, variant, study)


def without_effects(study, **changes):
    models = study.models.model_copy(update={"fixed_effects": "none", **changes})
    return study.model_copy(update={"models": models})


class Dummies:
    """The same model in statsmodels: a dummy per group, an offset, and the delta method."""

    def __init__(self, found):
        self.design, self.found = found.counted.design, found
        dummies = pd.get_dummies(self.design.groups, dtype=float).to_numpy()
        self.columns = np.hstack([self.design.columns, dummies])
        self.model = self.on(slice(None))
        self.fitted = self.model.fit(tol=1e-14, maxiter=200)

    def on(self, keep):
        columns, prior = self.columns[keep], self.found.counted.prior[keep]
        used = np.abs(columns).sum(axis=0) > 0
        return sm.GLM(
            self.design.outcome[keep],
            columns[:, used],
            family=sm.families.Poisson(),
            offset=np.log(self.found.counted.exposed[keep]),
            **({} if (prior == 1).all() else {"var_weights": prior}),
        )

    def average(self, coefficients):
        """Average derivative of the rate per 1000 residents, times a step of 10 points."""
        counted = self.found.counted
        rates = 1000 * counted.exposed * np.exp(self.columns @ coefficients) / counted.residents
        share = self.design.weights / self.design.weights.sum()
        return 10 * coefficients[self.design.position] * share @ rates

    def gradient(self):
        at = self.fitted.params
        steps = 1e-6 * np.eye(len(at))
        return np.array([(self.average(at + h) - self.average(at - h)) / 2e-6 for h in steps])

    def influence(self, gradient):
        weights = self.found.counted.prior * self.fitted.mu
        bread = np.linalg.inv(self.columns.T @ (weights[:, None] * self.columns))
        scores = self.found.counted.prior * (self.design.outcome - self.fitted.mu)
        hat = weights * np.einsum("ij,jk,ik->i", self.columns, bread, self.columns)
        return self.columns @ bread @ gradient * scores, hat

    def cr1(self, gradient, slopes):
        summed = np.bincount(self.design.clusters, self.influence(gradient)[0])
        count, clusters = len(self.design.outcome), len(summed)
        factor = clusters / (clusters - 1) * (count - 1) / (count - slopes)
        return np.sqrt(factor * summed @ summed)


def error_of(rows, kind):
    return rows.set_index("standard_errors").loc[kind, "std_error"]


@pytest.mark.parametrize("weights", ["dwellings", None])
def test_coefficients_equal_a_poisson_regression_with_dummies(city, study, weights):
    found = fitted_by(city, study, replace(PRIMARY, weights=weights))
    peer = Dummies(found).fitted.params[: len(found.fit.estimates)]
    np.testing.assert_allclose(found.fit.estimates, peer, rtol=1e-7, atol=1e-9)


def test_cr1_of_the_logarithm_equals_statsmodels_under_the_named_convention(city, study):
    found = fitted_by(city, study)
    peer = Dummies(found)
    robust = peer.model.fit(
        tol=1e-14,
        maxiter=200,
        cov_type="cluster",
        cov_kwds={"groups": peer.design.clusters, "use_correction": False},
    )
    count, slopes = found.fit.regressors.shape
    clusters = peer.design.clusters.max() + 1
    factor = clusters / (clusters - 1) * (count - 1) / (count - slopes)
    expected = robust.bse[peer.design.position] * np.sqrt(factor)
    rows = rate_ratio(found, 1.0, study)
    assert error_of(rows, "CR1") / rows["estimate"].iloc[0] == pytest.approx(expected, rel=1e-6)


@pytest.mark.parametrize("weights", ["dwellings", None])
def test_the_average_change_and_its_error_equal_the_delta_method_over_all_dummies(
    city, study, weights
):
    found = fitted_by(city, study, replace(PRIMARY, weights=weights))
    peer, rows = Dummies(found), average_change(found, 10.0, study)
    assert rows["estimate"].iloc[0] == pytest.approx(peer.average(peer.fitted.params), rel=1e-7)
    gradient = peer.gradient()
    expected = peer.cr1(gradient, found.fit.regressors.shape[1])
    assert error_of(rows, "CR1") == pytest.approx(expected, rel=1e-6)
    influence, hat = peer.influence(gradient)
    expected = np.linalg.norm(influence / (1 - hat))
    assert error_of(rows, "HC3") == pytest.approx(expected, rel=1e-6)


def test_conley_equals_the_double_sum_of_the_delta_method(city, study):
    found = fitted_by(city, study)
    peer, rows = Dummies(found), average_change(found, 10.0, study)
    influence, _ = peer.influence(peer.gradient())
    places = peer.design.places
    apart = np.linalg.norm(places[:, None] - places[None], axis=2)
    variance = influence @ np.clip(1 - apart / 10_000, 0, None) @ influence
    count = len(influence)
    expected = np.sqrt(variance * count / (count - peer.columns.shape[1]))
    assert error_of(rows, "Conley 10 km") == pytest.approx(expected, rel=1e-6)


def test_without_fixed_effects_the_error_of_the_average_level_counts(city, study):
    study = without_effects(study)
    found = fitted_by(city, study)
    peer, rows = Dummies(found), average_change(found, 10.0, study)
    expected = peer.cr1(peer.gradient(), peer.columns.shape[1])
    assert error_of(rows, "CR1") == pytest.approx(expected, rel=1e-6)


@pytest.mark.parametrize("effects", [True, False])
def test_cr3_equals_one_newton_step_without_each_cluster(city, study, effects):
    study = study if effects else without_effects(study)
    found = fitted_by(city, study)
    peer = Dummies(found)
    at, gradient, shifts = peer.fitted.params, peer.gradient(), []
    for cluster in range(peer.design.clusters.max() + 1):
        keep = peer.design.clusters != cluster
        used = np.abs(peer.columns[keep]).sum(axis=0) > 0
        step = peer.on(keep).fit(start_params=at[used], maxiter=1).params - at[used]
        # an effect that is left out is that of the areas that are left out: it does not move
        if effects:
            of_slopes = profiled(peer, gradient)
            step = step[: len(of_slopes)]
            shifts.append(of_slopes @ step)
        else:
            shifts.append(gradient @ step)
    count = len(shifts)
    expected = np.sqrt((count - 1) / count * np.square(shifts).sum())
    assert error_of(average_change(found, 10.0, study), "CR3") == pytest.approx(expected, rel=1e-6)


def profiled(peer, gradient):
    """The gradient by the slopes, when each group's level follows them."""
    slopes = peer.design.columns.shape[1]
    weights = peer.found.counted.prior * peer.fitted.mu
    dummies = peer.columns[:, slopes:]
    means = (dummies * weights[:, None]).T @ peer.design.columns / (weights @ dummies)[:, None]
    return gradient[:slopes] - means.T @ gradient[slopes:]


def test_cr3_is_within_two_per_cent_of_refitting_without_each_municipality(city, study):
    found = fitted_by(city, study)
    whole, table = found.counted, []
    for cluster in range(whole.design.clusters.max() + 1):
        rest = poisson.poisson_fit(whole.subset(whole.design.clusters != cluster))
        table.append(rest.fit.estimate - found.fit.estimate)
    count = len(table)
    expected = np.sqrt((count - 1) / count * np.square(table).sum())
    assert all_kinds(found.fit, [])["CR3"] == pytest.approx(expected, rel=0.02)


def test_a_fit_rewritten_for_its_own_contrast_keeps_all_errors(city, study):
    fitted = fitted_by(city, study).fit
    influence = fitted.regressors @ fitted.bread[:, fitted.design.position]
    own, rewritten = all_kinds(fitted, [5.0]), all_kinds(_told_by(influence, fitted), [5.0])
    assert rewritten == pytest.approx(own, rel=1e-8)


@pytest.fixture(scope="module")
def redraws():
    """Rate ratios by CR1 in cities drawn anew."""
    study = params.load(ROOT / "studies" / "sample.yaml")
    rows = [rate_ratios(counted_city(seed), ROW, study).iloc[0] for seed in range(20)]
    assert {row["standard_errors"] for row in rows} == {"CR1"}
    return pd.DataFrame(rows)


def test_a_known_rate_ratio_is_recovered(redraws):
    logs = np.log(redraws["estimate"])
    assert abs(logs.mean() - 10 * SLOPE) < 4 * logs.std() / np.sqrt(len(logs))


def test_intervals_by_cr1_hold_the_true_rate_ratio(redraws):
    assert redraws["low"].lt(np.exp(10 * SLOPE)).sum() >= 17
    assert redraws["high"].gt(np.exp(10 * SLOPE)).sum() >= 17


@settings(max_examples=6, deadline=None)
@given(st.floats(0.01, 100))
def test_a_larger_population_changes_no_rate_ratio_and_divides_the_change(factor):
    study, city = params.load(ROOT / "studies" / "sample.yaml"), counted_city()
    own = fitted_by(city, study)
    other = fitted_by(city.assign(population=factor * city["population"]), study)
    np.testing.assert_allclose(other.fit.estimates, own.fit.estimates, rtol=1e-7, atol=1e-9)
    change, moved = (average_change(one, 10.0, study)["estimate"].iloc[0] for one in (own, other))
    assert moved == pytest.approx(change / factor, rel=1e-7)


def test_the_interval_of_a_rate_ratio_is_that_of_its_logarithm(city, study):
    rows = rate_ratios(city, ROW, study)
    np.testing.assert_allclose(rows["low"] * rows["high"], rows["estimate"] ** 2, rtol=1e-10)
    assert ((rows["low"] > 1) == (rows["p"] < study.models.alpha)).all()


def test_burglary_is_relative_to_dwellings_and_reported_per_1000_residents(city, study):
    row = ROW.model_copy(update={"outcome": "crime_burglary_rate"})
    burgled = city.assign(
        crime_burglary=city["crime_violence"], crime_burglary_rate=city["crime_violence_rate"]
    )
    found = fitted_by(burgled, study, row=row)
    used = burgled.set_index("code").loc[found.counted.design.codes]
    np.testing.assert_array_equal(found.counted.exposed, used["dwellings"])
    np.testing.assert_allclose(found.rates, 1000 * found.expected / used["population"])


def test_counts_and_denominators_are_those_of_the_outcome_year(city, study):
    later = city.assign(
        year=2025, crime_violence=2 * city["crime_violence"], population=3 * city["population"]
    )
    both = pd.concat([city.assign(crime_violence=np.nan, tenure_corporation=1.0), later])
    both.loc[both["year"] == 2024, "tenure_corporation"] = city["tenure_corporation"].to_numpy()
    row = ROW.model_copy(update={"year_outcome": 2025})
    found, own = fitted_by(both, study, row=row), fitted_by(city, study)
    np.testing.assert_allclose(found.fit.estimates, own.fit.estimates, rtol=1e-7)
    np.testing.assert_allclose(found.rates, own.rates * 2 / 3, rtol=1e-7)


def test_areas_without_residents_are_left_out(city, study):
    code = city["code"].iloc[0]
    empty = city.assign(population=city["population"].where(city["code"] != code, 0))
    assert code not in fitted_by(empty, study).counted.design.codes


def test_municipalities_without_any_offence_are_left_out_and_counted(city, study):
    zero = city["municipality"].isin(sorted(set(city["municipality"]))[:2])
    empty = city.assign(crime_violence=city["crime_violence"].where(~zero, 0))
    found, rest = fitted_by(empty, study), fitted_by(city[~zero], study)
    assert found.zero_groups == 2
    np.testing.assert_allclose(found.fit.estimates, rest.fit.estimates, rtol=1e-9)
    assert rate_ratios(empty, ROW, study)["zero_groups"].eq(2).all()


def test_too_few_municipalities_with_offences_are_refused(city, study):
    zero = city["municipality"].isin(sorted(set(city["municipality"]))[:15])
    empty = city.assign(crime_violence=city["crime_violence"].where(~zero, 0))
    with pytest.raises(EstimationError, match="too few"):
        fitted_by(empty, study)


def test_counts_that_are_all_zero_are_refused(city, study):
    with pytest.raises(EstimationError):
        fitted_by(city.assign(crime_violence=0.0), study)


def test_groups_without_any_count_are_refused(city, study):
    made = fitted_by(city, study).counted
    nothing = replace(made, design=replace(made.design, outcome=0 * made.design.outcome))
    with pytest.raises(EstimationError, match="not all 0"):
        poisson.poisson_fit(nothing)


def test_negative_counts_are_refused(city, study):
    with pytest.raises(EstimationError, match="counts cannot be modelled"):
        fitted_by(city.assign(crime_violence=city["crime_violence"] - 1), study)


def test_separated_areas_are_refused(city, study):
    zero = city.index[city["crime_violence"] == 0]
    single = city.assign(single=0.0)
    single.loc[zero[:6], "single"] = 1.0
    with pytest.raises(EstimationError, match="with certainty"):
        fitted_by(single, study, replace(PRIMARY, controls=["urbanity", "single"]))


def test_a_fit_that_does_not_converge_is_refused(city, study, monkeypatch):
    monkeypatch.setattr(poisson, "STEPS", 2)
    with pytest.raises(EstimationError, match="did not converge"):
        fitted_by(city, study)


def test_perfect_collinearity_is_refused_where_pyfixest_would_drop_a_column(city, study):
    double = city.assign(again=2 * city["tenure_other"])
    with pytest.raises(EstimationError, match="collinear"):
        fitted_by(double, study, replace(PRIMARY, controls=["again"]))


def test_a_contrast_that_is_not_identified_is_refused(city, study):
    rng = np.random.default_rng(0)
    near = city.assign(near=city["tenure_corporation"] + rng.normal(0, 0.1, len(city)))
    with pytest.raises(EstimationError, match="not identified"):
        fitted_by(near, study, replace(PRIMARY, controls=["near"]))


def test_blending_is_refused(city, study):
    row = ROW.model_copy(update={"specification": "blending"})
    with pytest.raises(EstimationError, match="curvature"):
        fitted_by(city, study, row=row)


def test_a_straight_line_in_shares_would_pass_for_curvature_in_the_logarithm(study, monkeypatch):
    """Why blending is refused: its true coefficient is 0 here."""
    monkeypatch.setattr("nplvanalysis.models.counts._refuse_curvature", lambda *_: None)
    row = ROW.model_copy(update={"specification": "blending"})
    city = counted_city(municipalities=80)
    people = 100 * city["population"]
    rate = 1 + 0.2 * city["tenure_corporation"]
    straight = city.assign(population=people, crime_violence=people / 1000 * rate)
    found = average_change(fitted_by(straight, study, row=row), 1.0, study)
    assert (found["p"] < 1e-6).all()


def test_an_outcome_that_is_no_rate_is_refused(city, study):
    with pytest.raises(ColumnMissingError, match="not a rate"):
        estimate_counts(city, ROW.model_copy(update={"outcome": "blending"}), study, None)


def test_a_rate_without_its_count_is_refused(city, study):
    with pytest.raises(ColumnMissingError, match="no crime_violence"):
        estimate_counts(city.drop(columns="crime_violence"), ROW, study, None)


def test_a_row_comes_with_its_gates_in_the_form_of_all_estimators(city, study):
    rows = estimate_counts(city, ROW, study, np.random.default_rng(0))
    assert set(rows.columns) == set(GIVEN)
    fits = rows[["role", "weights", "controls", "sample"]].drop_duplicates()
    other = "urbanity + share_15_24 + share_65_plus"
    assert fits.to_numpy().tolist() == [
        ["primary", "dwellings", "urbanity", "main"],
        ["gate", "none", "urbanity", "main"],
        ["gate", "dwellings", other, "main"],
        ["gate", "dwellings", "urbanity", "without largest leverage"],
    ]
    assert rows["status"].eq("ok").all()


def test_a_gate_that_fails_is_a_row_with_its_reason(city, study):
    rows = estimate_counts(city.drop(columns="share_15_24"), ROW, study, None)
    failed = rows[rows["status"] != "ok"]
    assert failed["status"].tolist() == ["column_missing"]
    assert failed["estimate"].isna().all()


def test_the_area_of_largest_leverage_is_left_out(city, study):
    whole = fitted_by(city, study)
    rest = fitted_by(city, study, replace(PRIMARY, leave_out=True))
    gone = set(whole.counted.design.codes) - set(rest.counted.design.codes)
    largest = whole.counted.design.codes[int(np.argmax(whole.fit.partial_leverage))]
    assert largest in gone
