"""Standard errors of a fit that was corrected for the error of a regressor."""

from __future__ import annotations

import numpy as np
import pytest

from nplvanalysis.models import corrected_errors, standard_errors
from nplvanalysis.models.design import Design
from nplvanalysis.models.errors_in_variables import correct
from nplvanalysis.models.regression import fit

AREAS, TOWNS = 240, 30
CUTOFFS = [5.0, 20.0]


def made(towns: bool = True, clusters: bool = True) -> Design:
    """Outcome 2 swap + 3 crime; crime goes with the swap and is measured with error."""
    rng = np.random.default_rng(8)
    swap = rng.normal(size=AREAS)
    crime = 0.6 * swap + rng.normal(size=AREAS)
    town = np.repeat(np.arange(TOWNS), AREAS // TOWNS)
    return Design(
        codes=np.arange(AREAS).astype(str),
        outcome=2 * swap + 3 * crime + town + rng.normal(size=AREAS),
        columns=np.column_stack([swap, crime + rng.normal(scale=0.6, size=AREAS)]),
        names=("swap", "registered"),
        position=0,
        weights=rng.uniform(0.5, 3, AREAS),
        groups=town if towns else np.zeros(AREAS, dtype=int),
        clusters=town if clusters else np.arange(AREAS),
        places=rng.uniform(0, 40_000, (AREAS, 2)),
    )


VARIANCE = np.random.default_rng(9).uniform(0.1, 0.6, AREAS)


@pytest.mark.parametrize("towns", [True, False])
@pytest.mark.parametrize("clusters", [True, False])
def test_without_error_every_kind_is_as_in_least_squares(towns, clusters):
    fitted = fit(made(towns, clusters))
    found = corrected_errors.all_kinds(correct(fitted, "registered", np.zeros(AREAS)), CUTOFFS)
    usual = standard_errors.all_kinds(fitted, CUTOFFS)
    assert list(found) == list(usual)
    assert found == pytest.approx(usual, rel=1e-9)


def test_cr1_is_a_sandwich_written_out():
    """Sum over clusters of the scores of the corrected equations, with the factor of CR1."""
    own = made(towns=False)
    found = correct(fit(own), "registered", VARIANCE)
    weights, total = own.weights, own.weights.sum()
    centred = own.columns - weights @ own.columns / total
    rest = own.outcome - weights @ own.outcome / total
    lost = weights * VARIANCE * (1 - weights / total)
    gram = centred.T @ (weights[:, None] * centred) - np.diag([0, lost.sum()])
    meat = np.zeros((2, 2))
    for town in range(TOWNS):
        score = np.zeros(2)
        for i in np.flatnonzero(own.clusters == town):
            score += weights[i] * centred[i] * (rest[i] - centred[i] @ found.estimates)
            score += np.array([0, lost[i] * found.estimates[1]])
        meat += np.outer(score, score)
    bread = np.linalg.inv(gram)
    factor = TOWNS / (TOWNS - 1) * (AREAS - 1) / (AREAS - 3)
    expected = np.sqrt((factor * bread @ meat @ bread)[0, 0])
    assert corrected_errors.cr1(found) == pytest.approx(expected, rel=1e-9)


def test_cr3_leaves_out_each_town_and_corrects_anew():
    own = made()
    whole = correct(fit(own), "registered", VARIANCE).estimate
    without = [
        correct(fit(own.subset(own.clusters != town)), "registered", VARIANCE[own.clusters != town])
        for town in range(TOWNS)
    ]
    squares = sum((one.estimate - whole) ** 2 for one in without)
    found = corrected_errors.cr3(correct(fit(own), "registered", VARIANCE))
    assert found == pytest.approx(np.sqrt((TOWNS - 1) / TOWNS * squares), rel=1e-9)


def test_hc3_leaves_out_each_area_and_corrects_anew():
    """With weights and errors that are equal the jackknife of areas is exact."""
    own = made()
    own = Design(**{**own.__dict__, "weights": np.ones(AREAS)})
    equal = np.full(AREAS, 0.36)
    whole = correct(fit(own), "registered", equal).estimate
    keeps = ~np.eye(AREAS, dtype=bool)
    without = [correct(fit(own.subset(one)), "registered", equal[one]) for one in keeps]
    squares = sum((one.estimate - whole) ** 2 for one in without)
    found = corrected_errors.hc3(correct(fit(own), "registered", equal))
    assert found == pytest.approx(np.sqrt(squares), rel=1e-9)


def test_conley_adds_products_of_near_areas_less_the_farther_apart_they_are():
    own = made()
    found = correct(fit(own), "registered", VARIANCE)
    scores = found.fit.regressors * found.residuals[:, None]
    scores[:, 1] += found.taken * found.estimates[1]
    influence = scores @ found.bread[:, 0]
    apart = np.linalg.norm(own.places[:, None] - own.places, axis=2)
    weight = np.clip(1 - apart / 5000, 0, None)
    expected = np.sqrt(influence @ weight @ influence * AREAS / (AREAS - 2 - TOWNS))
    assert corrected_errors.conley(found, 5.0) == pytest.approx(expected, rel=1e-9)
