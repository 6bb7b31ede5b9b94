"""Covariances of several coefficients, and tests of them together."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm

from nplvanalysis.errors import EstimationError
from nplvanalysis.models.joint import covariances, fit_terms, self_contained, wald
from nplvanalysis.models.standard_errors import conley, cr1, cr3, hc3
from nplvanalysis.registers import Row

ROW = Row(
    role="secondary",
    outcome="crime_violence_rate",
    specification="owner-to-corporation",
    sign=1,
)
TERMS = ["tenure_corporation", "tenure_other"]


@pytest.fixture
def fitted(toy_city, study):
    return fit_terms(toy_city, ROW, study, TERMS)


def with_dummies(fitted):
    """The same model by statsmodels, one dummy per municipality."""
    made = fitted.design
    dummies = pd.get_dummies(made.groups, dtype=float).to_numpy()
    return sm.WLS(made.outcome, np.column_stack([made.columns, dummies]), made.weights)


@pytest.mark.parametrize(("kind", "error"), [("CR1", cr1), ("CR3", cr3), ("HC3", hc3)])
def test_the_diagonal_is_the_error_of_the_contrast(fitted, kind, error):
    found = np.sqrt(covariances(fitted)[kind][0, 0])
    assert found == pytest.approx(error(fitted), rel=1e-10)


def test_cr1_equals_statsmodels_with_the_same_count_of_parameters(fitted):
    peer = with_dummies(fitted).fit(cov_type="cluster", cov_kwds={"groups": fitted.design.clusters})
    slopes = fitted.regressors.shape[1]
    count, all_ = len(fitted.residuals), peer.model.exog.shape[1]
    own = peer.cov_params()[:slopes, :slopes] * (count - all_) / (count - slopes)
    assert covariances(fitted)["CR1"] == pytest.approx(own, rel=1e-7)


def test_hc3_equals_statsmodels(fitted):
    slopes = fitted.regressors.shape[1]
    peer = with_dummies(fitted).fit(cov_type="HC3").cov_params()[:slopes, :slopes]
    assert covariances(fitted)["HC3"] == pytest.approx(peer, rel=1e-7)


def test_cr3_equals_leaving_each_municipality_out(fitted):
    columns, clusters = fitted.regressors, fitted.design.clusters
    outcome = fitted.residuals + columns @ fitted.estimates
    left = [
        np.linalg.lstsq(columns[clusters != g], outcome[clusters != g], rcond=None)[0]
        for g in np.unique(clusters)
    ]
    shifts = np.array(left) - fitted.estimates
    own = (len(left) - 1) / len(left) * shifts.T @ shifts
    assert covariances(fitted)["CR3"] == pytest.approx(own, rel=1e-7)


def test_wald_equals_the_f_test_of_statsmodels(fitted):
    peer = with_dummies(fitted).fit(
        cov_type="cluster", cov_kwds={"groups": fitted.design.clusters}, use_t=True
    )
    slopes = fitted.regressors.shape[1]
    restrictions = np.eye(slopes)[:2]
    tested = peer.f_test(np.eye(peer.model.exog.shape[1])[:2])
    scale = (len(fitted.residuals) - peer.model.exog.shape[1]) / (len(fitted.residuals) - slopes)
    found = wald(fitted, restrictions, covariances(fitted)["CR1"])
    assert found.statistic == pytest.approx(float(tested.fvalue) / scale, rel=1e-7)
    assert (found.restrictions, found.degrees) == (2, fitted.design.clusters.max())


def test_dependent_restrictions_are_refused(fitted):
    twice = np.eye(len(fitted.estimates))[[0, 0]]
    with pytest.raises(EstimationError, match="cannot be tested together"):
        wald(fitted, twice, covariances(fitted)["CR1"])


def test_without_clusters_only_hc3_is_left_and_dummies_stand_apart(toy_city, study):
    models = study.models.model_copy(update={"cluster": "none"})
    alone = fit_terms(toy_city, ROW, study.model_copy(update={"models": models}), TERMS)
    assert [*covariances(alone)] == ["HC3"]
    extra = self_contained(alone).shape[1] - alone.regressors.shape[1]
    assert extra == alone.design.groups.max() + 1


def test_conley_on_the_diagonal_is_the_error_of_the_contrast(fitted):
    found = covariances(fitted, [5.0, 40.0])
    for cutoff in (5.0, 40.0):
        own = np.sqrt(found[f"Conley {cutoff:g} km"][0, 0])
        assert own == pytest.approx(conley(fitted, cutoff), rel=1e-9)


def test_an_area_of_unknown_place_costs_no_kind_of_error(fitted):
    places = fitted.design.places.copy()
    places[:3] = np.nan
    found = covariances(replace(fitted, design=replace(fitted.design, places=places)), [20.0])
    places[:3] = [[1e9, 1e9], [2e9, 2e9], [3e9, 3e9]]
    far = covariances(replace(fitted, design=replace(fitted.design, places=places)), [20.0])
    assert found["Conley 20 km"] == pytest.approx(far["Conley 20 km"], rel=1e-9)


def test_conley_equals_the_sum_over_all_pairs(fitted):
    influence = fitted.regressors * fitted.residuals[:, None] @ fitted.bread
    places = fitted.design.places
    apart = np.linalg.norm(places[:, None] - places[None], axis=2)
    weights = np.maximum(1 - apart / 20_000, 0)
    count, slopes = fitted.regressors.shape
    factor = count / (count - slopes - fitted.design.groups.max() - 1)
    own = factor * influence.T @ weights @ influence
    assert covariances(fitted, [20.0])["Conley 20 km"] == pytest.approx(own, rel=1e-8)
