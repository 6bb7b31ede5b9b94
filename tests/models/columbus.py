"""Crime in Columbus (Anselin 1988), as libpysal ships it, and small maps of our own."""

from __future__ import annotations

import libpysal
import numpy as np
from scipy import sparse
from scipy.sparse.csgraph import connected_components
from scipy.sparse.linalg import splu

from nplvanalysis.models.design import Design
from nplvanalysis.models.neighbours import Neighbours, nearest
from nplvanalysis.models.regression import fit
from nplvanalysis.models.spatial_design import SpatialDesign, spatial_design


def shipped(graph: str):
    """Weights that libpysal ships, rows summing to 1."""
    weights = libpysal.io.open(libpysal.examples.get_path(graph)).read()
    weights.transform = "r"
    return weights


def as_neighbours(weights) -> Neighbours:
    """Weights of libpysal as ours, by position."""
    links = sparse.csr_array((weights.sparse != 0).astype(float))
    codes = np.arange(weights.n).astype(str)
    parts = int(connected_components(links, directed=False, return_labels=False))
    return Neighbours("shipped", codes, links, (), parts, float("nan"))


def columbus(weights: np.ndarray | None = None) -> SpatialDesign:
    """CRIME on INC and HOVAL with the shipped queen weights."""
    table = libpysal.io.open(libpysal.examples.get_path("columbus.dbf"))
    columns = np.column_stack([table.by_col("INC"), table.by_col("HOVAL")]).astype(float)
    outcome = np.array(table.by_col("CRIME"), dtype=float)
    plain = design(outcome, columns, weights=weights)
    return spatial_design(fit(plain), as_neighbours(peer_weights()))


def peer_weights():
    """The shipped queen weights, rows summing to 1."""
    return shipped("columbus.gal")


def design(outcome, columns, weights=None, groups=None, places=None) -> Design:
    """Arrays as a design."""
    count = len(outcome)
    return Design(
        codes=np.arange(count).astype(str),
        outcome=np.asarray(outcome, dtype=float),
        columns=np.asarray(columns, dtype=float),
        names=tuple(f"x{one}" for one in range(columns.shape[1])),
        position=0,
        weights=np.ones(count) if weights is None else weights,
        groups=np.zeros(count, dtype=int) if groups is None else groups,
        clusters=np.arange(count),
        places=np.full((count, 2), np.nan) if places is None else places,
    )


def small_country(
    count: int = 120, groups: int = 12, error: float = 0.5, lag: float = 0.0, seed: int = 3
) -> SpatialDesign:
    """Weighted areas in groups that touch, with errors or outcomes shared by neighbours."""
    rng = np.random.default_rng(seed)
    places = rng.uniform(0, 10_000, (count, 2))
    group = np.sort(rng.integers(0, groups, count))
    group = np.unique(group, return_inverse=True)[1]
    places = places[np.lexsort((places[:, 1], places[:, 0] // 3_000))]
    graph = nearest(np.arange(count).astype(str), places)
    columns = rng.normal(size=(count, 2))
    weights = rng.uniform(50, 2_000, count)

    def solve(strength: float, values: np.ndarray) -> np.ndarray:
        return splu(sparse.csc_matrix(sparse.eye_array(count) - strength * graph.rows)).solve(
            values
        )

    shared = solve(error, rng.normal(size=count) / np.sqrt(weights / weights.mean()))
    level = rng.normal(size=groups)[group]
    outcome = solve(lag, 3 + columns @ [1.0, -0.5] + level + shared)
    return spatial_design(fit(design(outcome, columns, weights, group, places)), graph)


def dense(space: SpatialDesign) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Outcome, regressors with one dummy per group, row-standardised W, and weights, unscaled."""
    about = space.fitted.design
    dummies = np.eye(about.groups.max() + 1)[about.groups]
    every = np.column_stack([about.columns, dummies])
    return about.outcome, every, space.neighbours.rows.toarray(), about.weights
