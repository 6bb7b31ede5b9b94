"""One fit made ready for models of space: its arrays, its dummies and its neighbour graph."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy import sparse

from nplvanalysis.errors import TooFewAreasError
from nplvanalysis.models.neighbours import Neighbours
from nplvanalysis.models.regression import Fit


@dataclass(frozen=True)
class SpatialDesign:
    """A weighted fit with all its dummies, and the lag W that belongs to it.

    Everything is multiplied by the root of the weights w, and the lag becomes w^½ W w^-½, which
    has the determinants of W. The formulas of unweighted models then hold as they stand: errors
    have the variance sigma²/w, as in the fit itself.

    Demeaning before the lag is taken would be wrong: neighbours lie in other municipalities too.
    So the dummies stay regressors, and lags are taken of what was not demeaned.

    Attributes
    ----------
    fitted : Fit
    neighbours : Neighbours
    lag : csr_array, shape (n, n)
        w^½ W w^-½.
    dummies : csr_array, shape (n, G)
        Orthonormal: w^½ within each group. Without fixed effects, the constant.
    """

    fitted: Fit
    neighbours: Neighbours
    lag: sparse.csr_array
    dummies: sparse.csr_array

    @cached_property
    def outcome(self) -> np.ndarray:
        """Outcome times w^½, shape (n,)."""
        design = self.fitted.design
        return design.outcome * np.sqrt(design.weights)

    @cached_property
    def columns(self) -> np.ndarray:
        """Regressors times w^½, not demeaned, shape (n, k)."""
        design = self.fitted.design
        return design.columns * np.sqrt(design.weights)[:, None]

    @cached_property
    def _factors(self) -> tuple[np.ndarray, np.ndarray]:
        return np.linalg.qr(self.fitted.regressors)

    @property
    def basis(self) -> np.ndarray:
        """Orthonormal columns of the demeaned regressors, shape (n, k)."""
        return self._factors[0]

    @property
    def triangle(self) -> np.ndarray:
        """`basis` times this are the demeaned regressors, shape (k, k)."""
        return self._factors[1]

    @property
    def parameters(self) -> int:
        """Slopes and dummies."""
        return self.columns.shape[1] + self.dummies.shape[1]

    def off(self, values: np.ndarray) -> np.ndarray:
        """Take out of columns what dummies and regressors explain.

        Parameters
        ----------
        values : ndarray, shape (n,) or (n, m)

        Returns
        -------
        ndarray
            Of the shape of `values`.
        """
        return self.off_regressors(self.off_dummies(values))

    def off_dummies(self, values: np.ndarray) -> np.ndarray:
        """Take the dummies out of columns: demean them, weighted."""
        return values - self.dummies @ (self.dummies.T @ values)

    def off_regressors(self, values: np.ndarray) -> np.ndarray:
        """Take the regressors out of demeaned columns."""
        return values - self.basis @ (self.basis.T @ values)

    def log_determinant(self, strength: float) -> float:
        """Compute log |I - strength W| by a sparse LU decomposition.

        The matrix that is decomposed is similar to it and symmetric, for fewer fill-ins (Ord
        1975; Pace and Barry 1997).

        Parameters
        ----------
        strength : float
            Between -1 and 1.
        """
        from scipy.sparse.linalg import splu

        matrix = sparse.csc_array(sparse.eye_array(self.lag.shape[0]) - strength * self._symmetric)
        factor = splu(
            matrix,
            permc_spec="MMD_AT_PLUS_A",
            diag_pivot_thresh=0.0,
            options={"SymmetricMode": True},
        )
        return float(np.log(np.abs(factor.U.diagonal())).sum())

    @cached_property
    def _symmetric(self) -> sparse.csr_array:
        half = sparse.diags_array(1 / np.sqrt(self.neighbours.degrees))
        return sparse.csr_array(half @ self.neighbours.links @ half)


def spatial_design(fitted: Fit, neighbours: Neighbours) -> SpatialDesign:
    """Put a fit and a neighbour graph together.

    Parameters
    ----------
    fitted : Fit
    neighbours : Neighbours
        Of the same areas in the same order.

    Returns
    -------
    SpatialDesign

    Raises
    ------
    DataError
        If the graph is about other areas, or in another order.
    EstimationError
        If there are hardly more areas than slopes and dummies.
    """
    design = fitted.design
    neighbours.require(design.codes)
    root, count = np.sqrt(design.weights), len(design.weights)
    share = root / np.sqrt(np.bincount(design.groups, design.weights))[design.groups]
    where = (np.arange(count), design.groups)
    made = SpatialDesign(
        fitted=fitted,
        neighbours=neighbours,
        lag=sparse.csr_array(
            sparse.diags_array(root) @ neighbours.rows @ sparse.diags_array(1 / root)
        ),
        dummies=sparse.csr_array((share, where), shape=(count, int(design.groups.max()) + 1)),
    )
    if count < made.parameters + 10:
        raise TooFewAreasError(
            "There are too few areas for a model of space.",
            where=f"{made.parameters} slopes and dummies",
            expected=f"at least {made.parameters + 10} areas",
            got=str(count),
            todo="Report it as not testable in this study.",
        )
    return made
