"""Models of space at 14,500 areas beside spreg and esda.

`python bench/space.py`, on one BLAS thread, exits with 1 if a bar is missed. The areas are those of
`bench/errors.py`. Equality is asserted before any time is taken: with dense matrices of spreg on
fewer areas, and at full size with those of its methods that hold there.
"""

from __future__ import annotations

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
os.environ.setdefault("NUMBA_NUM_THREADS", "1")

import contextlib
import io
import multiprocessing
import platform
import resource
import warnings
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from typing import Any

import esda
import libpysal
import numpy as np
import spreg
from errors import AREAS, MUNICIPALITIES, make_design, once
from scipy import sparse
from scipy.sparse.linalg import splu
from timing import Line, Time, line, run, timed

from nplvanalysis.models.neighbours import nearest
from nplvanalysis.models.regression import fit
from nplvanalysis.models.spatial_design import SpatialDesign, spatial_design
from nplvanalysis.models.spatial_diagnostics import moran, moran_permuted
from nplvanalysis.models.spatial_error import error_by_likelihood, error_by_moments
from nplvanalysis.models.spatial_lag import impacts, lag_by_instruments, lag_by_likelihood

# Dense matrices of spreg are bearable at this size.
FEW, PERMUTATIONS, STRENGTH = 1_500, 999, 0.5
BARS = {"spatial error model": 5.0, f"Moran, {PERMUTATIONS} permutations": 2.0}
BAR_GB = 1.5


@dataclass(frozen=True)
class Pair:
    """What is timed, and its peer; a peer without a call is not run at this size."""

    name: str
    own: Callable[[], object]
    peer: str
    theirs: Callable[[], object] | None


def country(areas: int, effects: bool) -> SpatialDesign:
    """Draw areas whose errors are shared by neighbours; without effects, without weights too."""
    made = make_design(areas, MUNICIPALITIES if effects else MUNICIPALITIES // 3, effects)
    graph = nearest(made.codes, made.places)
    noise = np.random.default_rng(5).normal(size=areas)
    shared = splu(sparse.csc_matrix(sparse.eye_array(areas) - STRENGTH * graph.rows)).solve(noise)
    outcome = made.columns @ np.linspace(0, 1, made.columns.shape[1]) + shared
    weights = made.weights if effects else np.ones(areas)
    return spatial_design(fit(replace(made, outcome=outcome, weights=weights)), graph)


def as_weights(space: SpatialDesign) -> Any:
    """Give the graph as libpysal has it."""
    made = libpysal.weights.WSP(sparse.csr_matrix(space.neighbours.links)).to_W(
        silence_warnings=True
    )
    made.transform = "r"
    return made


def by_spreg(kind: str, space: SpatialDesign, weights: Any, **options: object) -> Any:
    """Fit by spreg, which prints, and sorts as pandas gives up."""
    design = space.fitted.design
    with contextlib.redirect_stdout(io.StringIO()), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return getattr(spreg, kind)(design.outcome[:, None], design.columns, w=weights, **options)


def by_esda(space: SpatialDesign, weights: Any, permutations: int = PERMUTATIONS) -> Any:
    """Compute Moran's I of the residuals as if they were any figures of areas."""
    return esda.Moran(space.fitted.residuals, weights, permutations=permutations)


def whole_impacts(space: SpatialDesign) -> object:
    """Fit a lag model by instruments and read it by its impacts."""
    return impacts(space, lag_by_instruments(space, least_f=0))


def same(own: Any, peer: Any, name: str) -> None:
    """Assert slopes and strength of a fit of spreg."""
    values = [*own.estimates, own.strength]
    np.testing.assert_allclose(values, np.ravel(peer.betas)[1:], rtol=1e-6, err_msg=name)


def assert_equal_few() -> dict[str, float]:
    """Compare likelihoods with spreg's dense ones; give the seconds of each."""
    space = country(FEW, effects=False)
    weights, took = as_weights(space), {}
    own = {
        "ML_Error": lambda: error_by_likelihood(space, restricted=False),
        "ML_Lag": lambda: lag_by_likelihood(space),
    }
    for kind, ours in own.items():
        call = lambda kind=kind: by_spreg(kind, space, weights, method="ord", epsilon=1e-12)  # noqa: E731
        peer, took[f"spreg {kind}, ord"] = once(call)
        made, took[f"  own, {kind}"] = once(ours)
        same(made, peer, kind)
    return took


def assert_equal(space: SpatialDesign, weights: Any) -> None:
    """Compare with what holds at full size, unweighted and without effects."""
    same(error_by_moments(space), by_spreg("GM_Error_Het", space, weights, step1c=True), "moments")
    own = lag_by_instruments(space, 2, robust=False, least_f=0)
    same(own, by_spreg("GM_Lag", space, weights, w_lags=2), "lag")
    peer = by_esda(space, weights, 1)
    np.testing.assert_allclose(moran(space).value, peer.I, rtol=1e-8)
    whole = sparse.csc_matrix(sparse.eye_array(AREAS) - STRENGTH * space.neighbours.rows)
    plain = np.log(np.abs(splu(whole).U.diagonal())).sum()
    np.testing.assert_allclose(space.log_determinant(STRENGTH), plain, rtol=1e-9)


def peak_memory(effects: bool) -> tuple[float, float]:
    """Fit the error model in a process of its own; give its lambda and its peak in GB."""
    found = error_by_likelihood(country(AREAS, effects))
    unit = 1024**3 if platform.system() == "Darwin" else 1024**2
    return found.strength, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit


def pairs(whole: SpatialDesign, plain: SpatialDesign, weights: Any) -> list[Pair]:
    """List what is timed: `whole` has weights and dummies, peers have neither."""
    rng, dense = np.random.default_rng(0), "spreg ML (dense matrices of 1.7 GB each)"
    moments = lambda: by_spreg("GM_Error_Het", plain, weights, step1c=True)  # noqa: E731
    return [
        Pair("spatial error model", lambda: error_by_likelihood(whole), dense, None),
        Pair("  without dummies", lambda: error_by_likelihood(plain), "GM_Error_Het", moments),
        Pair("error model by moments", lambda: error_by_moments(whole), "GM_Error_Het", moments),
        Pair(
            *("lag model with impacts", lambda: whole_impacts(whole)),
            *("GM_Lag, no impacts", lambda: by_spreg("GM_Lag", plain, weights, w_lags=2)),
        ),
        Pair(
            *(f"Moran, {PERMUTATIONS} permutations", lambda: moran_permuted(whole, rng)),
            *("esda, residuals as any figures", lambda: by_esda(plain, weights)),
        ),
        Pair("Moran with exact moments", lambda: moran(whole), "", None),
    ]


def measure() -> list[Line]:
    """Assert equality, then take times, and the peak memory of a process of its own."""
    few = assert_equal_few()
    plain, whole = country(AREAS, effects=False), country(AREAS, effects=True)
    weights = as_weights(plain)
    assert_equal(plain, weights)
    lines = []
    for one in pairs(whole, plain, weights):
        others = timed(one.theirs) if one.theirs else None
        peer = one.peer if one.theirs or not one.peer else f"not run: {one.peer}"
        lines.append(line(one.name, timed(one.own), BARS.get(one.name), peer, others))
    lines += [
        line(f"  {FEW:,} areas, once: {name}", Time(took, took)) for name, took in few.items()
    ]
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
        strength, peak = pool.submit(peak_memory, True).result()
    drawn = f"lambda {strength:.3f}, drawn with {STRENGTH:g}"
    return [*lines, Line("spatial error model, peak memory", peak, peak, BAR_GB, drawn, unit="GB")]


if __name__ == "__main__":
    run(measure)
