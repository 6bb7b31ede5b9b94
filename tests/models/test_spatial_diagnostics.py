"""Moran's I of residuals and Lagrange multipliers: published numbers, spreg, and dense formulas."""

from __future__ import annotations

from dataclasses import replace

import esda
import libpysal
import numpy as np
import pandas as pd
import pytest
import spreg
from esda.moran import assuncao_rate

from nplvanalysis.models.regression import fit
from nplvanalysis.models.spatial_design import spatial_design
from nplvanalysis.models.spatial_diagnostics import alike, moran, moran_permuted, multipliers

from .columbus import as_neighbours, columbus, dense, design, peer_weights, shipped, small_country


def by_spreg(space):
    """Least squares with the dummies as regressors, weighted by multiplying everything."""
    outcome, every, _, weights = dense(space)
    root = np.sqrt(weights)[:, None]
    return spreg.ols.BaseOLS(outcome[:, None] * root, every * root)


def test_the_residuals_of_columbus_have_the_published_moran():
    found = moran(columbus())
    assert found.value == pytest.approx(0.2221094, abs=1e-7)
    assert found.z == pytest.approx(2.8393, abs=1e-4)


def test_columbus_has_the_published_least_squares_fit():
    fitted = columbus().fitted
    assert fitted.estimates == pytest.approx([-1.5973108, -0.2739315], abs=1e-7)
    variance = fitted.residuals @ fitted.residuals / 46
    assert np.sqrt(variance * np.diag(fitted.bread)) == pytest.approx(
        [0.334131, 0.103199], abs=1e-6
    )


@pytest.mark.parametrize(
    ("name", "statistic", "p"),
    [
        ("error", 5.20621, 0.0225),
        ("lag", 8.89800, 0.00285),
        ("error_robust", 0.04391, 0.8340),
        ("lag_robust", 3.73569, 0.0533),
        ("both", 8.94190, 0.01144),
    ],
)
def test_the_multipliers_of_columbus_are_the_published_ones(name, statistic, p):
    found = multipliers(columbus(), standardised=False)[name]
    assert found.statistic == pytest.approx(statistic, abs=1e-5)
    assert found.p == pytest.approx(p, abs=5e-5)


def test_homicides_around_st_louis_have_the_published_moran():
    table = pd.read_csv(libpysal.examples.get_path("stl_hom.csv"))
    weights = shipped("stl_hom_rook.gal")
    values = table["HR8893"].to_numpy(float)
    assert alike(values - values.mean(), weights.sparse) == pytest.approx(0.2436558, abs=1e-7)


def test_sudden_deaths_in_north_carolina_have_the_published_moran():
    table = libpysal.io.open(libpysal.examples.get_path("sids2.dbf"))
    weights = shipped("sids2.gal")
    rates = assuncao_rate(np.array(table.by_col("SID79")), np.array(table.by_col("BIR79")))
    assert alike(rates - rates.mean(), weights.sparse) == pytest.approx(0.1662234, abs=1e-7)


def test_without_weights_and_effects_moran_and_its_moments_are_those_of_spreg():
    space = columbus()
    outcome, every, _, _ = dense(space)
    peer = spreg.MoranRes(spreg.ols.BaseOLS(outcome[:, None], every), peer_weights(), z=True)
    found = moran(space)
    assert (found.value, found.expected, found.z) == pytest.approx(
        (peer.I, float(np.squeeze(peer.eI)), float(np.squeeze(peer.zI))), rel=1e-8
    )


def test_moments_with_weights_and_effects_are_those_of_dense_matrices():
    space = small_country()
    _, every, lag, weights = dense(space)
    root = np.sqrt(weights)
    scaled, columns = root[:, None] * lag / root, every * root[:, None]
    maker = np.eye(len(root)) - columns @ np.linalg.pinv(columns)
    form = maker @ (scaled + scaled.T) / 2 @ maker
    free = len(root) - space.parameters
    first, second = np.trace(form), np.trace(form @ form)
    variance = (2 * second + first**2) / (free * (free + 2)) - (first / free) ** 2
    found = moran(space)
    assert found.expected == pytest.approx(first / free, rel=1e-9)
    assert found.sd == pytest.approx(np.sqrt(variance), rel=1e-9)


def test_moments_are_those_of_residuals_of_unrelated_errors():
    space = small_country()
    draws = space.off(np.random.default_rng(5).normal(size=(120, 20_000)))
    values = (draws * (space.lag @ draws)).sum(axis=0) / (draws**2).sum(axis=0)
    found = moran(space)
    assert values.mean() == pytest.approx(found.expected, abs=4 * found.sd / np.sqrt(20_000))
    assert values.std() == pytest.approx(found.sd, rel=0.02)


def test_multipliers_with_weights_and_effects_are_those_of_spreg_on_scaled_data():
    space = small_country()
    peer = by_spreg(space)

    class Lag:
        sparse = space.lag

    found = multipliers(space, standardised=False)
    cache = spreg.diagnostics_sp.spDcache(peer, Lag)
    own = {
        "error": spreg.diagnostics_sp.lmErr(peer, Lag, cache),
        "lag": spreg.diagnostics_sp.lmLag(peer, Lag, cache),
        "error_robust": spreg.diagnostics_sp.rlmErr(peer, Lag, cache),
        "lag_robust": spreg.diagnostics_sp.rlmLag(peer, Lag, cache),
    }
    for name, (statistic, p) in own.items():
        assert found[name].statistic == pytest.approx(float(np.squeeze(statistic)), rel=1e-7), name
        assert found[name].p == pytest.approx(float(np.squeeze(p)), rel=1e-6), name


def test_the_standardised_test_against_an_error_is_the_square_of_z_of_moran():
    space = small_country()
    assert multipliers(space)["error"].statistic == pytest.approx(moran(space).z ** 2, rel=1e-9)


def test_with_effects_standardised_tests_keep_their_size_and_textbook_ones_do_not():
    rejected = {True: [], False: []}
    for draw in range(300):
        space = small_country(240, 40, error=0.0, seed=draw)
        for standardised, found in rejected.items():
            made = multipliers(space, standardised)
            found.append([made[name].p < 0.05 for name in ("error", "lag", "lag_robust")])
    kept, textbook = (np.mean(rejected[one], axis=0) for one in (True, False))
    assert (kept > 0.015).all()
    assert (kept < 0.09).all()
    assert textbook[0] > 0.15


def test_equal_weights_change_nothing():
    one, ten = moran(columbus()), moran(columbus(np.full(49, 10.0)))
    assert one.value == pytest.approx(ten.value, rel=1e-10)
    assert one.z == pytest.approx(ten.z, rel=1e-10)


def test_permuting_says_of_columbus_what_the_moments_and_esda_say():
    space = columbus()
    p = moran_permuted(space, np.random.default_rng(2), draws=4_999)
    assert p == pytest.approx(moran(space).p, abs=0.006)
    np.random.seed(3)  # noqa: NPY002 - esda draws from the old generator
    peer = esda.Moran(space.fitted.residuals, peer_weights(), permutations=4_999)
    assert float(peer.I) == pytest.approx(moran(space).value, rel=1e-9)
    assert p == pytest.approx(2 * peer.p_sim, abs=0.006)


def test_permuting_keeps_its_size_where_effects_are_absorbed():
    space, rng = small_country(error=0.0), np.random.default_rng(8)
    found = []
    for _ in range(200):
        noise = space.off(rng.normal(size=120))
        own = replace(space, fitted=replace(space.fitted, residuals=noise))
        found.append(moran_permuted(own, rng, draws=99))
    assert 0.01 <= np.mean(np.array(found) <= 0.05) <= 0.10


def test_shared_errors_are_found_and_unrelated_ones_are_not():
    assert moran(small_country(600, 40, error=0.6)).p < 1e-6
    assert moran(small_country(600, 40, error=0.0)).p > 0.05


def test_an_error_model_and_a_lag_model_are_told_apart_by_the_robust_forms():
    shared = multipliers(small_country(900, 30, error=0.6))
    assert shared["error_robust"].statistic > 3 * shared["lag_robust"].statistic
    lagged = multipliers(small_country(900, 30, error=0.0, lag=0.6))
    assert lagged["lag_robust"].statistic > 3 * lagged["error_robust"].statistic


def test_the_lag_is_taken_by_position():
    space = columbus()
    order = np.random.default_rng(6).permutation(49)
    about, weights = space.fitted.design, peer_weights()
    turned = libpysal.weights.WSP(weights.sparse[order][:, order]).to_W(silence_warnings=True)
    shuffled = fit(design(about.outcome[order], about.columns[order]))
    again = spatial_design(shuffled, as_neighbours(turned))
    assert moran(again).value == pytest.approx(moran(space).value, rel=1e-10)
