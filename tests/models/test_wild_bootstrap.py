"""The wild cluster bootstrap against a peer, a textbook version, and its promised size."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import stdtrit
from scipy.stats import binom

from nplvanalysis.errors import EstimationError, TooFewClustersError
from nplvanalysis.models import wild_draws
from nplvanalysis.models.design import Design
from nplvanalysis.models.regression import fit
from nplvanalysis.models.standard_errors import cr1
from nplvanalysis.models.wild_bootstrap import limit, wild_bootstrap, wild_row
from nplvanalysis.models.wild_draws import draws

TRUE = 0.3


def few(clusters=12, areas=8, seed=1, effects=True, slope=TRUE, weighted=True):
    """A design of a few uneven clusters whose slopes and spreads differ."""
    rng = np.random.default_rng(seed)
    cluster = np.repeat(np.arange(clusters), rng.integers(areas // 2, 2 * areas, clusters))
    count = len(cluster)
    columns = rng.normal(size=(count, 3)) + rng.normal(size=(clusters, 3))[cluster]
    slopes = slope + 0.5 * rng.normal(size=clusters)[cluster]
    noise = rng.normal(size=clusters)[cluster] + rng.normal(size=count) * (1 + cluster / clusters)
    return Design(
        codes=np.arange(count).astype(str),
        outcome=slopes * columns[:, 0] + columns[:, 1] + noise,
        columns=columns,
        names=("contrast", "one", "other"),
        position=0,
        weights=rng.uniform(0.5, 2, count) if weighted else np.ones(count),
        groups=cluster if effects else np.zeros(count, dtype=np.int64),
        clusters=cluster,
        places=np.full((count, 2), np.nan),
    )


def arrays(fitted):
    """Columns and outcome as a plain regression has them, without effects with a constant."""
    columns = fitted.regressors
    if fitted.design.groups.max() == 0:
        columns = np.column_stack([columns, np.sqrt(fitted.design.weights)])
    return columns, fitted.regressors @ fitted.estimates + fitted.residuals


def textbook_t(columns, outcome, clusters, null):
    """Refit with plain matrices and give t by CR1 with the factor G/(G-1) (N-1)/(N-k)."""
    bread = np.linalg.inv(columns.T @ columns)
    estimates = bread @ columns.T @ outcome
    residuals = outcome - columns @ estimates
    count, slopes = columns.shape
    groups = np.unique(clusters)
    meat = sum(
        np.outer(score, score)
        for score in (columns[clusters == g].T @ residuals[clusters == g] for g in groups)
    )
    factor = len(groups) / (len(groups) - 1) * (count - 1) / (count - slopes)
    return (estimates[0] - null) / np.sqrt(factor * (bread @ meat @ bread)[0, 0])


def textbook_draws(fitted, weights, null):
    """Build each bootstrap outcome under the null, and fit it again."""
    columns, outcome = arrays(fitted)
    clusters = fitted.design.clusters
    rest = columns[:, 1:]
    held = outcome - null * columns[:, 0]
    others = np.linalg.lstsq(rest, held, rcond=None)[0]
    expected = null * columns[:, 0] + rest @ others
    return np.array(
        [
            textbook_t(columns, expected + one[clusters] * (outcome - expected), clusters, null)
            for one in weights
        ]
    )


@pytest.mark.parametrize("effects", [True, False])
def test_t_values_equal_wildboottest_over_all_patterns(effects):
    from wildboottest.wildboottest import WildboottestCL

    fitted = fit(few(effects=effects))
    columns, outcome = arrays(fitted)
    chosen = np.eye(columns.shape[1])[0]
    peer = WildboottestCL(
        X=columns,
        Y=outcome,
        cluster=fitted.design.clusters,
        R=chosen,
        B=wild_draws.DRAWS,
        seed=1,
        parallel=False,
    )
    peer.get_scores(bootstrap_type="11", impose_null=True, adj=True, cluster_adj=True)
    peer.get_weights(weights_type="rademacher")
    peer.get_numer()
    peer.get_denom()
    peer.get_tboot()
    peer.get_vcov()
    peer.get_tstat()
    peer.get_pvalue()
    drawn = draws(fitted, np.random.default_rng(0))
    # the peer draws each pattern and its mirror image
    theirs = np.sort(np.abs(peer.t_boot))[::2]
    np.testing.assert_allclose(np.sort(np.abs(drawn.t_values())), theirs, rtol=1e-8, atol=1e-10)
    assert fitted.estimate / drawn.std_error == pytest.approx(peer.t_stat, rel=1e-10)
    # whether the peer counts the observed pattern, one of 2048, is left to rounding
    assert -1e-12 <= drawn.p() - peer.pvalue <= 1 / 2048 + 1e-12


@pytest.mark.parametrize("effects", [True, False])
@pytest.mark.parametrize("null", [0.0, 0.7])
@pytest.mark.parametrize("clusters", [7, 12])
def test_t_values_equal_refitting_every_draw(effects, null, clusters):
    fitted = fit(few(clusters=clusters, areas=4, effects=effects))
    drawn = draws(fitted, np.random.default_rng(5), count=2048)
    weights, _ = wild_draws._weights(clusters, np.random.default_rng(5), 2048)
    expected = textbook_draws(fitted, weights[:60], null)
    np.testing.assert_allclose(drawn.t_values(null)[:60], expected, rtol=1e-8, atol=1e-10)


def test_the_observed_t_is_that_of_cr1():
    fitted = fit(few())
    assert draws(fitted, np.random.default_rng(0)).std_error == pytest.approx(cr1(fitted))


def test_two_point_weights_are_enumerated_once_up_to_mirror_images():
    weights, enumerated = wild_draws._weights(12, np.random.default_rng(0), wild_draws.DRAWS)
    assert enumerated
    assert len(np.unique(weights, axis=0)) == 2**11
    assert set(np.unique(weights)) == {-1.0, 1.0}
    assert (weights[:, 0] == 1).all() or not {*map(tuple, weights)} & {*map(tuple, -weights)}


@pytest.mark.parametrize(("clusters", "points"), [(11, 6), (15, 2)])
def test_weights_have_mean_zero_and_variance_one(clusters, points):
    weights, enumerated = wild_draws._weights(clusters, np.random.default_rng(0), 9_999)
    assert not enumerated
    assert len(np.unique(weights)) == points
    values = np.unique(weights)
    assert values.mean() == pytest.approx(0, abs=1e-12)
    assert np.square(values).mean() == pytest.approx(1)


def test_an_enumerated_p_is_the_same_for_every_seed():
    fitted = fit(few())
    one, other = (draws(fitted, np.random.default_rng(seed)).p() for seed in (1, 2))
    assert one == other


def test_a_sampled_p_counts_the_observed_pattern():
    fitted = fit(few(clusters=8, slope=30.0))
    assert draws(fitted, np.random.default_rng(0), count=99).p() >= 1 / 100


@pytest.mark.parametrize("clusters", [7, 12])
def test_limits_are_where_p_crosses_alpha(clusters):
    fitted = fit(few(clusters=clusters))
    drawn = draws(fitted, np.random.default_rng(0))
    for side in (-1, 1):
        end = limit(drawn, 0.05, side)
        hair = side * drawn.std_error * 1e-6
        assert drawn.p(end - hair) > 0.05
        assert drawn.p(end + hair) <= 0.05


@settings(max_examples=10, deadline=None)
@given(st.integers(0, 10_000), st.sampled_from([0.01, 0.05, 0.1]))
def test_p_and_interval_agree_on_zero(seed, alpha):
    fitted = fit(few(seed=seed))
    found = wild_bootstrap(fitted, alpha, np.random.default_rng(0))
    if found.p > alpha:
        assert found.low <= 0 <= found.high


@settings(max_examples=10, deadline=None)
@given(st.floats(-5, 5), st.floats(0.1, 50))
def test_moving_and_scaling_the_outcome_moves_and_scales_the_interval(shift, scale):
    design = few()
    own = wild_bootstrap(fit(design), 0.05, np.random.default_rng(0))
    moved = scale * (design.outcome + shift * design.columns[:, 0])
    other = wild_bootstrap(fit(replace(design, outcome=moved)), 0.05, np.random.default_rng(0))
    assert other.low == pytest.approx(scale * (own.low + shift), abs=1e-6 * scale)
    assert other.high == pytest.approx(scale * (own.high + shift), abs=1e-6 * scale)


@pytest.mark.parametrize(("clusters", "count"), [(12, 9_999), (6, 499)])
def test_a_true_null_is_rejected_in_about_five_per_cent_of_samples(clusters, count):
    rng, samples = np.random.default_rng(8), 300
    rejected = sum(
        draws(fit(few(clusters, 5, seed, slope=0.0)), rng, count).p() <= 0.05
        for seed in range(samples)
    )
    low, high = binom.ppf([0.001, 0.999], samples, 0.05)
    assert low <= rejected <= high


def test_student_t_with_cr1_rejects_more_often_than_the_bootstrap():
    rng = np.random.default_rng(8)
    plain, wild = 0, 0
    for seed in range(150):
        fitted = fit(few(6, 5, seed, slope=0.0))
        plain += abs(fitted.estimate / cr1(fitted)) > stdtrit(5, 0.975)
        wild += draws(fitted, rng, 499).p() <= 0.05
    assert wild < plain


def test_the_true_slope_is_kept_in_about_95_per_cent_of_samples():
    rng, samples = np.random.default_rng(8), 300
    kept = sum(draws(fit(few(seed=seed)), rng).p(TRUE) > 0.05 for seed in range(samples))
    assert binom.ppf(0.001, samples, 0.95) <= kept <= binom.ppf(0.999, samples, 0.95)


def test_a_row_gives_the_interval_per_step_and_an_error_no_shorter_than_its_arms(study):
    fitted = fit(few())
    row = wild_row(fitted, 10.0, study, np.random.default_rng(0)).iloc[0]
    own = wild_bootstrap(fitted, study.models.alpha, np.random.default_rng(0))
    assert (row["low"], row["high"]) == pytest.approx((10 * own.low, 10 * own.high))
    reach = row["std_error"] * stdtrit(row["degrees"], 0.975)
    assert row["estimate"] - reach <= row["low"] + 1e-9
    assert row["estimate"] + reach >= row["high"] - 1e-9
    assert (row["clusters"], row["degrees"]) == (12, 11)


def test_a_single_cluster_is_refused():
    with pytest.raises(TooFewClustersError):
        draws(fit(replace(few(), clusters=np.zeros(len(few().outcome), int))), None)


def test_four_clusters_are_refused():
    with pytest.raises(TooFewClustersError, match="at least 5"):
        draws(fit(few(clusters=4)), np.random.default_rng(0))


def test_one_area_per_cluster_is_refused():
    design = few(effects=False)
    with pytest.raises(EstimationError, match="cluster of its own"):
        draws(fit(replace(design, clusters=np.arange(len(design.outcome)))), None)


def test_a_contrast_that_varies_in_four_clusters_is_refused():
    design = few()
    columns = design.columns.copy()
    columns[design.clusters > 3, 0] = 1.0
    with pytest.raises(EstimationError, match="4 of 12 clusters"):
        draws(fit(replace(design, columns=columns[:, :1], names=("contrast",))), None)


def test_residuals_of_zero_are_refused():
    design = few()
    fitted = fit(design)
    exact = replace(fitted, residuals=0 * fitted.residuals)
    with pytest.raises(EstimationError, match="nothing to tell"):
        draws(exact, None)


def test_a_fixed_effect_across_clusters_is_refused():
    design = few()
    crossing = np.arange(len(design.outcome)) % 3
    with pytest.raises(EstimationError, match="not nested"):
        draws(fit(replace(design, groups=crossing)), None)


def test_an_interval_without_end_is_refused():
    drawn = draws(fit(few()), np.random.default_rng(0))
    with pytest.raises(EstimationError, match="one side only"):
        limit(drawn, 1e-4, 1)  # one of 2048 patterns always reaches the observed t
