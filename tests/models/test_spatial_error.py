"""The spatial error model: published numbers, spreg, textbook formulas and simulation."""

from __future__ import annotations

import contextlib
import io
import warnings
from dataclasses import replace

import numpy as np
import pytest
import spreg
from scipy import sparse
from scipy.optimize import minimize_scalar
from scipy.sparse.linalg import splu

from nplvanalysis.errors import DataError, NotConvergedError, TooFewAreasError
from nplvanalysis.models.neighbours import nearest
from nplvanalysis.models.regression import fit
from nplvanalysis.models.spatial_design import spatial_design
from nplvanalysis.models.spatial_error import error_by_likelihood, error_by_moments
from nplvanalysis.models.spatial_strength import derivatives, peak

from .columbus import columbus, dense, design, peer_weights, small_country


def by_spreg(space, kind="ML_Error", **options):
    """The peer of an unweighted fit without effects; it prints, and sorts as pandas gives up."""
    outcome, every, _, _ = dense(space)
    with contextlib.redirect_stdout(io.StringIO()), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        columns = every[:, : space.columns.shape[1]]
        return getattr(spreg, kind)(outcome[:, None], columns, w=peer_weights(), **options)


def generalised(space, strength):
    """Textbook generalised least squares with dense matrices: slopes, their errors, sum, logdet."""
    outcome, every, lag, weights = dense(space)
    filtered = np.eye(len(outcome)) - strength * lag
    precision = filtered.T @ np.diag(weights) @ filtered
    gram = every.T @ precision @ every
    slopes = np.linalg.solve(gram, every.T @ precision @ outcome)
    rest = outcome - every @ slopes
    return slopes, gram, float(rest @ precision @ rest), np.linalg.slogdet(filtered)[1]


def textbook(space, strength, restricted):
    """Log-likelihood of lambda with everything else concentrated out."""
    _, gram, sums, determinant = generalised(space, strength)
    _, every, _, weights = dense(space)
    count = len(weights)
    free = count - every.shape[1] if restricted else count
    value = (
        determinant + np.log(weights).sum() / 2 - free / 2 * (np.log(2 * np.pi * sums / free) + 1)
    )
    return value - np.linalg.slogdet(gram)[1] / 2 if restricted else value


def test_columbus_by_maximum_likelihood_is_the_published_model():
    found = error_by_likelihood(columbus(), restricted=False)
    assert found.strength == pytest.approx(0.546753, abs=1e-6)
    assert found.intercepts[0] == pytest.approx(60.27947, abs=1e-5)
    assert found.estimates == pytest.approx([-0.957305, -0.304559], abs=1e-6)
    assert found.log_likelihood == pytest.approx(-183.74943, abs=1e-5)


def test_sparse_likelihood_is_that_of_spreg_with_dense_matrices():
    space = columbus()
    found = error_by_likelihood(space, restricted=False)
    peer = by_spreg(space, method="full", epsilon=1e-12)
    own = [found.intercepts[0], *found.estimates, found.strength]
    assert own == pytest.approx(peer.betas[:, 0].tolist(), rel=1e-6)
    assert found.log_likelihood == pytest.approx(float(peer.logll), rel=1e-9)
    assert found.variance == pytest.approx(float(np.squeeze(peer.sig2)), rel=1e-6)
    assert found.std_errors == pytest.approx(peer.std_err[1:3], rel=1e-6)


def test_moments_are_those_of_spreg():
    space = columbus()
    found = error_by_moments(space)
    peer = by_spreg(space, "GM_Error_Het", step1c=True)
    own = [found.intercepts[0], *found.estimates, found.strength]
    assert own == pytest.approx(peer.betas[:, 0].tolist(), rel=1e-6)
    assert [*found.std_errors, found.strength_error] == pytest.approx(peer.std_err[1:], rel=1e-6)


@pytest.mark.parametrize("restricted", [True, False])
def test_with_weights_and_effects_it_is_generalised_least_squares_of_the_textbook(restricted):
    space = small_country()
    found = error_by_likelihood(space, restricted)
    best = minimize_scalar(
        lambda one: -textbook(space, one, restricted),
        bounds=(-0.9, 0.98),
        method="bounded",
        options={"xatol": 1e-10},
    )
    slopes, gram, sums, _ = generalised(space, found.strength)
    free = 120 - space.parameters if restricted else 120
    errors = np.sqrt(sums / free * np.diag(np.linalg.inv(gram)))
    assert found.strength == pytest.approx(best.x, abs=1e-6)
    assert [*found.estimates, *found.intercepts] == pytest.approx(slopes.tolist(), rel=1e-6)
    assert found.std_errors == pytest.approx(errors[:2], rel=1e-6)
    assert found.variance == pytest.approx(sums / free, rel=1e-6)


def test_robust_errors_leave_one_area_out_at_a_time():
    """HC3 of the textbook, on dense filtered data with all dummies."""
    space = small_country()
    found = error_by_likelihood(space)
    outcome, every, lag, weights = dense(space)
    filtered = np.sqrt(weights)[:, None] * (np.eye(120) - found.strength * lag)
    columns, own = filtered @ every, filtered @ outcome
    bread = np.linalg.inv(columns.T @ columns)
    room = 1 - np.einsum("ij,jk,ik->i", columns, bread, columns)
    rest = (own - columns @ bread @ columns.T @ own) / room
    variance = bread @ (columns.T * rest**2) @ columns @ bread
    assert found.robust_errors == pytest.approx(np.sqrt(np.diag(variance))[:2], rel=1e-6)


@pytest.mark.parametrize("restricted", [True, False])
def test_the_error_of_lambda_is_the_curvature_of_the_textbook_likelihood(restricted):
    space = small_country()
    found = error_by_likelihood(space, restricted)
    second = derivatives(lambda one: textbook(space, one, restricted), found.strength)[1]
    assert found.strength_error == pytest.approx((-second) ** -0.5, rel=1e-5)


def test_the_likelihood_itself_is_that_of_the_textbook():
    space = small_country()
    found = error_by_likelihood(space, restricted=False)
    expected = textbook(space, found.strength, restricted=False)
    assert found.log_likelihood == pytest.approx(expected, rel=1e-9)


def test_the_log_determinant_is_that_of_the_dense_matrix():
    space = small_country()
    lag = space.neighbours.rows.toarray()
    for strength in (-0.7, 0.0, 0.4, 0.99):
        expected = np.linalg.slogdet(np.eye(120) - strength * lag)[1]
        assert space.log_determinant(strength) == pytest.approx(expected, rel=1e-9, abs=1e-9)


def test_without_shared_errors_least_squares_and_the_error_model_agree():
    space = small_country(900, 30, error=0.0)
    found = error_by_likelihood(space)
    assert abs(found.strength) < 2 * found.strength_error
    assert found.estimates == pytest.approx(space.fitted.estimates, abs=0.01)


def lattice(side: int = 45) -> tuple:
    """A map of about 2,000 areas with errors of strength 0.5, and what draws them."""
    places = np.argwhere(np.ones((side, side))) * 1_000.0
    places += np.random.default_rng(1).uniform(-400, 400, places.shape)
    graph = nearest(np.arange(side**2).astype(str), places)
    whole = sparse.csc_matrix(sparse.eye_array(side**2) - 0.5 * graph.rows)
    return places, graph, splu(whole).solve


def test_lambda_is_within_two_errors_of_the_truth():
    """Forty draws here; `make validity` does 200."""
    places, graph, solve = lattice()
    within = 0
    for draw in range(40):
        rng = np.random.default_rng([7, draw])
        columns = rng.normal(size=(len(places), 2))
        outcome = 1 + columns @ [1.0, -0.5] + solve(rng.normal(size=len(places)))
        found = error_by_likelihood(spatial_design(fit(design(outcome, columns)), graph))
        within += abs(found.strength - 0.5) <= 2 * found.strength_error
    assert within >= 36


def test_with_a_dummy_for_each_municipality_the_plain_likelihood_finds_too_little():
    places, graph, solve = lattice()
    groups = (places[:, 0] // 3_000 * 100 + places[:, 1] // 3_000).astype(int)
    groups = np.unique(groups, return_inverse=True)[1]
    found = {True: [], False: []}
    for draw in range(8):
        rng = np.random.default_rng([9, draw])
        columns = rng.normal(size=(len(places), 1))
        outcome = columns[:, 0] + solve(rng.normal(size=len(places)))
        space = spatial_design(fit(design(outcome, columns, groups=groups)), graph)
        for restricted, made in found.items():
            made.append(error_by_likelihood(space, restricted).strength)
    assert np.mean(found[True]) == pytest.approx(0.5, abs=0.04)
    assert np.mean(found[False]) < 0.4


def test_a_likelihood_that_rises_to_the_bound_has_not_converged():
    with pytest.raises(NotConvergedError, match="no peak"):
        peak(lambda one: one, "made up")
    with pytest.raises(NotConvergedError, match="no peak"):
        peak(lambda _: float("nan"), "made up")


@pytest.mark.parametrize("place", [-0.98, -0.9, 0.94, 0.97, 0.985])
def test_a_peak_near_the_end_of_the_grid_is_found(place):
    def heights(one):
        return -2_000 * (one - place) ** 2

    found = peak(heights, "made up")
    assert found.value == pytest.approx(place, abs=1e-6)
    assert found.std_error == pytest.approx(1 / np.sqrt(4_000), rel=1e-6)


@pytest.mark.parametrize("place", [-1.0, 0.995, 1.0])
def test_a_likelihood_that_rises_up_to_the_bound_is_refused(place):
    with pytest.raises(NotConvergedError, match="no peak"):
        peak(lambda one: -2_000 * (one - place) ** 2, "made up")


def test_of_two_peaks_the_higher_one_is_taken():
    def heights(one):
        return np.exp(-((one + 0.6) ** 2) / 0.02) + 1.2 * np.exp(-((one - 0.75) ** 2) / 0.02)

    assert peak(heights, "made up").value == pytest.approx(0.75, abs=1e-6)


def test_derivatives_are_those_of_a_known_function():
    first, second = derivatives(lambda one: np.log(1 - one), 0.9)
    assert (first, second) == pytest.approx((-10, -100), rel=1e-6)


def test_hardly_more_areas_than_dummies_is_refused():
    space = small_country(60, 50, error=0.3)
    about = space.fitted.design
    pairs = replace(
        about,
        groups=np.arange(60) // 2,
        columns=np.random.default_rng(2).normal(size=(60, 24)),
        names=tuple("abcdefghijklmnopqrstuvwx"),
    )
    with pytest.raises(TooFewAreasError, match="54 slopes and dummies"):
        spatial_design(fit(pairs), space.neighbours)


def test_a_graph_of_other_areas_is_refused():
    space = small_country()
    keep = np.arange(120) > 3
    with pytest.raises(DataError, match="not about the areas of the fit"):
        spatial_design(fit(space.fitted.design.subset(keep)), space.neighbours)
