"""Errors of least squares at 14,500 areas beside spreg, pyfixest and wildboottest.

`python bench/errors.py`, on one BLAS thread, exits with 1 if the bar is missed. Areas lie as in a
country of 200 x 300 km: around municipal centres, large cities with many of them. Equality is
asserted before any time is taken; compilers are warmed up outside the times.
"""

from __future__ import annotations

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
os.environ.setdefault("NUMBA_NUM_THREADS", "1")

import time
import warnings
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pandas as pd
from timing import Line, line, run, timed

from nplvanalysis.models.design import Design
from nplvanalysis.models.regression import Fit, fit
from nplvanalysis.models.standard_errors import conley, cr1, cr3
from nplvanalysis.models.wild_bootstrap import wild_bootstrap
from nplvanalysis.models.wild_draws import DRAWS, draws

AREAS, MUNICIPALITIES, FEW = 14_500, 345, 29
CUTOFF_KM, BAR_SECONDS = 5.0, 3.0
SLOPES = 6


def make_design(areas: int, municipalities: int, effects: bool = True) -> Design:
    """Draw areas around municipal centres, with errors that a municipality shares."""
    rng = np.random.default_rng(11)
    sizes = rng.dirichlet(1 / np.arange(1, municipalities + 1) ** 0.5 * 20)
    home = np.sort(
        np.r_[np.repeat(np.arange(municipalities), 2), rng.choice(municipalities, areas, p=sizes)]
    )[:areas]
    home = np.unique(home, return_inverse=True)[1]
    centres = rng.uniform((0, 0), (200_000, 300_000), (municipalities, 2))
    # four in ten municipalities lie in one corner, as in the Randstad
    crowded = rng.random(municipalities) < 0.4
    centres[crowded] = rng.uniform((20_000, 130_000), (90_000, 220_000), (int(crowded.sum()), 2))
    columns = rng.normal(size=(areas, SLOPES)) + rng.normal(size=(municipalities, SLOPES))[home]
    shared = rng.normal(size=municipalities)[home]
    return Design(
        codes=np.arange(areas).astype(str),
        outcome=columns @ np.linspace(0, 1, SLOPES) + shared + rng.normal(size=areas),
        columns=columns,
        names=tuple(f"x{one}" for one in range(SLOPES)),
        position=0,
        weights=rng.uniform(100, 3000, areas),
        groups=home if effects else np.zeros(areas, dtype=np.int64),
        clusters=home,
        places=centres[home] + rng.normal(0, 2_500, (areas, 2)),
    )


def double_sum(fitted: Fit, chunk: int = 500) -> float:
    """Compute Conley's error by all pairs of areas, in chunks of rows."""
    places, limit = fitted.design.places, CUTOFF_KM * 1000
    influence = (fitted.regressors * fitted.residuals[:, None]) @ fitted.bread[:, 0]
    variance = 0.0
    for start in range(0, len(places), chunk):
        part = slice(start, start + chunk)
        apart = np.linalg.norm(places[part, None] - places[None], axis=2)
        variance += influence[part] @ np.clip(1 - apart / limit, 0, None) @ influence
    count, slopes = fitted.regressors.shape
    parameters = slopes + fitted.design.groups.max() + 1
    return float(np.sqrt(variance * count / (count - parameters)))


def by_spreg(fitted: Fit) -> float:
    """Compute the same by libpysal's triangular kernel and spreg's HAC, which has no factor."""
    import spreg
    from libpysal.weights import Kernel

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        kernel = Kernel(
            fitted.design.places,
            bandwidth=CUTOFF_KM * 1000,
            fixed=True,
            function="triangular",
            diagonal=True,
        )
        kernel.transform = "o"
        outcome = fitted.design.outcome[:, None]
        peer = spreg.OLS(outcome, fitted.design.columns, robust="hac", gwk=kernel)
    count = len(outcome)
    return float(np.sqrt(peer.vm[1, 1] * count / (count - SLOPES - 1)))


def by_pyfixest(design: Design, kind: str) -> float:
    """Compute CRV1 or CRV3 by pyfixest without its factors, then with ours."""
    import pyfixest

    data = pd.DataFrame(design.columns, columns=[*design.names]).assign(
        outcome=design.outcome, group=design.groups, weight=design.weights
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        fitted = pyfixest.feols(
            f"outcome ~ {' + '.join(design.names)} | group",
            data,
            vcov={kind: "group"},
            weights="weight",
            ssc=pyfixest.ssc(k_adj=False, k_fixef="nonnested", G_adj=False, G_df="min"),
        )
    count, clusters = len(data), design.clusters.max() + 1
    factor = clusters / (clusters - 1) * (count - 1) / (count - SLOPES)
    own = factor if kind == "CRV1" else (clusters - 1) / clusters
    return float(fitted.se()["x0"] * np.sqrt(own))


def by_wildboottest(fitted: Fit) -> tuple[np.ndarray, float]:
    """Draw by wildboottest; it enumerates where signs have no more patterns than draws."""
    from wildboottest.wildboottest import WildboottestCL

    outcome = fitted.regressors @ fitted.estimates + fitted.residuals
    peer = WildboottestCL(
        X=fitted.regressors,
        Y=outcome,
        cluster=fitted.design.clusters,
        R=np.eye(SLOPES)[0],
        B=DRAWS,
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
    return np.sort(np.abs(peer.t_boot)), float(peer.pvalue)


def once(call: Callable[[], float]) -> tuple[float, float]:
    """Give the result of a slow call, and the seconds it took."""
    start = time.perf_counter()
    value = call()
    return value, time.perf_counter() - start


def slow_peers(whole: Fit, plain: Fit) -> list[float]:
    """Compare with peers that bear one run only (all pairs, spreg, CRV3 of pyfixest); time each."""
    calls = [
        (conley(whole, CUTOFF_KM), lambda: double_sum(whole)),
        (conley(plain, CUTOFF_KM), lambda: by_spreg(plain)),
        (cr3(whole), lambda: by_pyfixest(whole.design, "CRV3")),
    ]
    took = []
    for own, peer in calls:
        value, seconds = once(peer)
        np.testing.assert_allclose(own, value, rtol=1e-6)
        took.append(seconds)
    return took


def assert_equal(whole: Fit, few: Fit) -> None:
    """Compare with the other peers; this also warms up what is compiled."""
    np.testing.assert_allclose(cr1(whole), by_pyfixest(whole.design, "CRV1"), rtol=1e-8)
    twelve = fit(make_design(AREAS, 12))
    own = np.sort(np.abs(draws(twelve, np.random.default_rng(0)).t_values()))
    np.testing.assert_allclose(own, by_wildboottest(twelve)[0][::2], rtol=1e-6, atol=1e-9)
    p = draws(few, np.random.default_rng(0)).p()
    np.testing.assert_allclose(p, by_wildboottest(few)[1], atol=0.02)  # other random signs


def neighbours(design: Design) -> float:
    """Count areas within the cut-off, on average."""
    from scipy.spatial import cKDTree

    tree = cKDTree(design.places)
    return tree.count_neighbors(tree, CUTOFF_KM * 1000) / len(design.places) - 1


def measure() -> list[Line]:
    """Assert equality, then take times."""
    whole, few = fit(make_design(AREAS, MUNICIPALITIES)), fit(make_design(AREAS, FEW))
    flat = make_design(AREAS, MUNICIPALITIES, effects=False)
    assert_equal(whole, few)
    pairs, spreg, jackknife = slow_peers(whole, fit(replace(flat, weights=np.ones(AREAS))))
    rng = np.random.default_rng(0)
    own = timed(lambda: conley(whole, CUTOFF_KM))
    drawn = timed(lambda: draws(few, rng).p())
    return [
        line(
            f"Conley at {CUTOFF_KM:g} km, {neighbours(whole.design):.0f} neighbours",
            own,
            BAR_SECONDS,
            "spreg HAC with its kernel, once",
            spreg,
        ),
        line("  the same", own, None, "all pairs in chunks, once", pairs),
        line(
            "CR1",
            timed(lambda: cr1(whole)),
            None,
            "pyfixest CRV1 with its fit",
            timed(lambda: by_pyfixest(whole.design, "CRV1")),
        ),
        line("CR3", timed(lambda: cr3(whole)), None, "pyfixest CRV3 with its fit, once", jackknife),
        line(
            f"wild bootstrap, {FEW} clusters, {DRAWS:,} draws",
            drawn,
            None,
            "wildboottest",
            timed(lambda: by_wildboottest(few)),
        ),
        line("  with its interval", timed(lambda: wild_bootstrap(few, 0.05, rng))),
    ]


if __name__ == "__main__":
    run(measure)
