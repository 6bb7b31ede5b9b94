"""Estimates and errors against plain dummy regressions."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from hypothesis import given, settings
from hypothesis import strategies as st

from nplvanalysis.errors import (
    ColumnMissingError,
    EstimationError,
    TooFewAreasError,
    TooFewClustersError,
)
from nplvanalysis.models import standard_errors
from nplvanalysis.models.design import design
from nplvanalysis.models.regression import contrast_r2, demean, fit
from nplvanalysis.models.specification import Question, losses
from nplvanalysis.models.yardstick import weighted_sd

from ..conftest import TRUE_SWAP, make_toy_city

SWAP = "owner-to-corporation"


def asked(study, controls=("urbanity",), weights="dwellings", name=SWAP):
    specification = study.models.specifications[name]
    conventions = (study.models, study.sample)
    return Question("crime_violence_rate", specification, list(controls), weights, *conventions)


def made(table, study, **question):
    return design(table, asked(study, **question))


def dummy_regression(design_, weighted=True):
    """The same model in statsmodels, with one dummy per municipality."""
    dummies = pd.get_dummies(design_.groups, dtype=float).to_numpy()
    columns = np.hstack([design_.columns, dummies])
    weights = design_.weights if weighted else np.ones(len(design_.outcome))
    return sm.WLS(design_.outcome, columns, weights=weights)


@pytest.mark.parametrize("weights", ["dwellings", None])
def test_coefficients_equal_a_dummy_regression(toy_city, study, weights):
    fitted = fit(made(toy_city, study, weights=weights))
    peer = dummy_regression(fitted.design).fit()
    np.testing.assert_allclose(
        fitted.estimates, peer.params[: len(fitted.estimates)], rtol=1e-8, atol=1e-10
    )


@pytest.mark.parametrize("weights", ["dwellings", None])
def test_cr1_equals_statsmodels_under_the_named_convention(toy_city, study, weights):
    fitted = fit(made(toy_city, study, weights=weights))
    peer = dummy_regression(fitted.design).fit(
        cov_type="cluster",
        cov_kwds={"groups": fitted.design.clusters, "use_correction": False},
    )
    count, slopes = fitted.regressors.shape
    clusters = fitted.design.clusters.max() + 1
    factor = clusters / (clusters - 1) * (count - 1) / (count - slopes)
    expected = peer.bse[fitted.design.position] * np.sqrt(factor)
    assert standard_errors.cr1(fitted) == pytest.approx(expected, rel=1e-8)


@pytest.mark.parametrize("weights", ["dwellings", None])
def test_hc3_equals_statsmodels(toy_city, study, weights):
    fitted = fit(made(toy_city, study, weights=weights))
    peer = dummy_regression(fitted.design).fit(cov_type="HC3")
    assert standard_errors.hc3(fitted) == pytest.approx(peer.bse[fitted.design.position], rel=1e-8)


def test_cr3_equals_refitting_without_each_cluster(toy_city, study):
    fitted = fit(made(toy_city, study))
    whole = fitted.design
    shifts = []
    for cluster in range(whole.clusters.max() + 1):
        rest = whole.subset(whole.clusters != cluster)
        peer = dummy_regression(rest).fit()
        shifts.append(peer.params[whole.position] - fitted.estimate)
    clusters = len(shifts)
    expected = np.sqrt((clusters - 1) / clusters * np.square(shifts).sum())
    assert standard_errors.cr3(fitted) == pytest.approx(expected, rel=1e-8)


@pytest.mark.parametrize("unknown", [0, 7])
def test_conley_equals_the_textbook_double_sum(toy_city, study, unknown):
    """Areas of unknown place count as far from all others."""
    lost = toy_city["code"].isin(toy_city["code"].iloc[50 : 50 + unknown])
    fitted = fit(made(toy_city.assign(x=toy_city["x"].mask(lost)), study))
    places = fitted.design.places
    scores = fitted.regressors * fitted.residuals[:, None]
    apart = np.linalg.norm(places[:, None] - places[None], axis=2)
    weights = np.nan_to_num(np.clip(1 - apart / 10_000, 0, None), nan=0.0)
    np.fill_diagonal(weights, 1)
    variance = fitted.bread @ (scores.T @ weights @ scores) @ fitted.bread
    count, slopes = fitted.regressors.shape
    factor = count / (count - slopes - fitted.design.groups.max() - 1)
    expected = np.sqrt(factor * variance[fitted.design.position, fitted.design.position])
    assert standard_errors.conley(fitted, 10.0) == pytest.approx(expected, rel=1e-8)


def test_leverage_equals_the_hat_matrix_of_the_dummy_regression(toy_city, study):
    fitted = fit(made(toy_city, study))
    peer = dummy_regression(fitted.design)
    hat = np.einsum("ij,ji->i", peer.wexog, np.linalg.pinv(peer.wexog))
    np.testing.assert_allclose(fitted.leverage, hat, rtol=1e-8)


def test_partial_leverage_sums_to_one(toy_city, study):
    fitted = fit(made(toy_city, study))
    assert fitted.partial_leverage.sum() == pytest.approx(1)


def test_the_true_swap_is_inside_four_errors(toy_city, study):
    fitted = fit(made(toy_city, study))
    assert abs(fitted.estimate - TRUE_SWAP) < 4 * standard_errors.cr1(fitted)


def test_contrast_r2_equals_an_auxiliary_regression(toy_city, study):
    fitted = fit(made(toy_city, study))
    whole = fitted.design
    rest = np.delete(whole.columns, whole.position, axis=1)
    dummies = pd.get_dummies(whole.groups, dtype=float).to_numpy()
    peer = sm.WLS(
        whole.columns[:, whole.position], np.hstack([rest, dummies]), weights=whole.weights
    ).fit()
    assert contrast_r2(fitted) == pytest.approx(peer.rsquared, rel=1e-8)


def test_singletons_are_dropped(toy_city, study):
    alone = toy_city.iloc[[0]].assign(
        code="BU99990000", municipality="GM9999", crime_violence_rate=1e6, dwellings=900.0
    )
    fitted = fit(made(pd.concat([toy_city, alone]), study))
    without = fit(made(toy_city, study))
    np.testing.assert_array_equal(fitted.estimates, without.estimates)


def test_small_areas_are_left_out(toy_city, study):
    small = toy_city["dwellings"] < study.sample.min_dwellings
    assert small.any()
    assert len(made(toy_city, study).codes) == (~small).sum()


def test_a_collinear_control_is_refused_by_name(toy_city, study):
    table = toy_city.assign(twin=2 * toy_city["tenure_corporation"])
    with pytest.raises(EstimationError, match="twin"):
        fit(made(table, study, controls=["twin"]))


def test_a_control_that_is_constant_within_municipalities_is_refused(toy_city, study):
    table = toy_city.assign(fixed=pd.factorize(toy_city["municipality"])[0].astype(float))
    with pytest.raises(EstimationError, match="fixed"):
        fit(made(table, study, controls=["fixed"]))


def test_a_contrast_that_others_nearly_explain_is_not_identified(toy_city, study):
    rng = np.random.default_rng(1)
    near = toy_city["tenure_corporation"] + rng.normal(scale=1, size=len(toy_city))
    with pytest.raises(EstimationError, match="not identified"):
        fit(made(toy_city.assign(near=near), study, controls=["near"]), identification_r2=0.8)


def test_an_exposure_without_variation_is_refused(toy_city, study):
    with pytest.raises(EstimationError, match="does not vary"):
        made(toy_city.assign(tenure_corporation=30.0), study)


def test_too_few_areas_are_refused(toy_city, study):
    with pytest.raises(TooFewAreasError, match="at least 30"):
        made(toy_city.head(20).assign(dwellings=500.0), study)


def test_too_few_clusters_are_refused(toy_city, study):
    with pytest.raises(TooFewClustersError, match="clusters"):
        made(toy_city.head(200).assign(dwellings=500.0), study)


def test_clusters_are_counted_after_singletons_have_gone(toy_city, study):
    big = toy_city.assign(dwellings=500.0)
    few = big[big["municipality"] < "GM9005"]
    alone = big.drop_duplicates("municipality")
    with pytest.raises(TooFewClustersError, match="5"):
        made(pd.concat([few, alone]).drop_duplicates("code"), study)


def test_a_class_that_only_singletons_have_is_no_dummy(toy_city, study):
    table = toy_city.assign(urbanity=toy_city["urbanity"].clip(upper=4))
    alone = table.iloc[[0]].assign(
        code="BU99990000", municipality="GM9999", urbanity=5, dwellings=900.0
    )
    both = fit(made(pd.concat([table, alone]), study))
    assert "urbanity_5" not in both.design.names


def test_areas_with_much_unknown_tenure_are_left_out_of_every_specification(toy_city, study):
    table = toy_city.assign(tenure_unknown=0.0)
    table.loc[table.index[:5], "tenure_unknown"] = 6.0
    known = study.models.specifications.items()
    asks = [name for name, one in known if {*one.terms} <= {*table}]
    assert len(asks) >= 3
    for name in asks:
        reasons = losses(table, asked(study, name=name))
        assert (reasons[:5].isin(["unknown", "small"])).all()


def test_a_missing_column_is_named(toy_city, study):
    for table in (
        toy_city.drop(columns="crime_violence_rate"),
        toy_city.assign(crime_violence_rate=np.nan),
    ):
        with pytest.raises(ColumnMissingError, match="crime_violence_rate"):
            made(table, study)


def test_a_fixed_effect_across_clusters_is_refused(toy_city, study):
    fitted = fit(made(toy_city, study))
    crossed = fitted.design.subset(np.ones(len(fitted.residuals), dtype=bool))
    object.__setattr__(crossed, "clusters", np.arange(len(crossed.codes)) % 35)
    object.__setattr__(fitted, "design", crossed)
    with pytest.raises(EstimationError, match="nested"):
        standard_errors.cr1(fitted)


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10_000), shift=st.floats(-50, 50), scale=st.floats(0.1, 10))
def test_estimates_follow_the_units_of_the_outcome(seed, shift, scale):
    """Adding a constant changes nothing; stretching the outcome stretches the estimate."""
    from nplvanalysis import params

    from ..conftest import ROOT

    study = params.load(ROOT / "studies" / "sample.yaml")
    table = make_toy_city(seed % 5)
    moved = table.assign(crime_violence_rate=shift + scale * table["crime_violence_rate"])
    one, other = fit(made(table, study)), fit(made(moved, study))
    assert other.estimate == pytest.approx(scale * one.estimate, rel=1e-7)
    assert standard_errors.cr3(other) == pytest.approx(scale * standard_errors.cr3(one), rel=1e-7)


def test_demeaned_values_have_no_weighted_mean_within_groups():
    rng = np.random.default_rng(0)
    groups, weights = rng.integers(0, 6, 80), rng.uniform(1, 9, 80)
    within = demean(rng.normal(size=(80, 2)), groups, weights)
    sums = np.zeros((6, 2))
    np.add.at(sums, groups, within * weights[:, None])
    np.testing.assert_allclose(sums, 0, atol=1e-10)


def test_weighted_sd_of_repeated_values_equals_the_plain_one():
    values, counts = pd.Series([1.0, 4.0, 9.0]), pd.Series([1.0, 2.0, 3.0])
    repeated = np.repeat(values.to_numpy(), [1, 2, 3])
    assert weighted_sd(values, counts) == pytest.approx(repeated.std())


def test_without_fixed_effects_and_clusters_hc3_is_that_of_plain_least_squares(toy_city, study):
    plain = study.models.model_copy(update={"fixed_effects": "none", "cluster": "none"})
    fitted = fit(made(toy_city, study.model_copy(update={"models": plain})))
    columns = sm.add_constant(fitted.design.columns)
    peer = sm.WLS(fitted.design.outcome, columns, weights=fitted.design.weights)
    position = fitted.design.position + 1
    kinds = standard_errors.all_kinds(fitted, [5.0])
    assert fitted.estimate == pytest.approx(peer.fit().params[position], rel=1e-8)
    assert kinds["HC3"] == pytest.approx(peer.fit(cov_type="HC3").bse[position], rel=1e-8)
    assert not {"CR1", "CR3"} & set(kinds)
    assert fitted.degrees == peer.fit().df_resid


def without_fixed_effects(toy_city, study):
    models = study.models.model_copy(update={"fixed_effects": "none"})
    return fit(made(toy_city, study.model_copy(update={"models": models})))


def test_cr1_without_fixed_effects_equals_statsmodels_with_a_constant(toy_city, study):
    fitted = without_fixed_effects(toy_city, study)
    columns = sm.add_constant(fitted.design.columns)
    peer = sm.WLS(fitted.design.outcome, columns, weights=fitted.design.weights).fit(
        cov_type="cluster", cov_kwds={"groups": fitted.design.clusters}
    )
    expected = peer.bse[fitted.design.position + 1]
    assert standard_errors.cr1(fitted) == pytest.approx(expected, rel=1e-8)


def test_cr3_without_fixed_effects_equals_refitting_without_each_cluster(toy_city, study):
    fitted = without_fixed_effects(toy_city, study)
    whole = fitted.design
    clusters = np.unique(whole.clusters)
    left = np.array([fit(whole.subset(whole.clusters != g)).estimate for g in clusters])
    expected = np.sqrt((len(clusters) - 1) / len(clusters) * ((left - fitted.estimate) ** 2).sum())
    assert standard_errors.cr3(fitted) == pytest.approx(expected, rel=1e-8)
