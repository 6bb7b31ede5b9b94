"""Standard normal noise over places and years: shared with neighbours, or smooth over the map."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

# Beyond so many times its range a kernel is cut off: what is left there is under 5 %.
CUT_OFF = 3.0
# Waves that make up a smooth field.
WAVES = 96


def stream(seed: int, *names: Hashable) -> np.random.Generator:
    """Give each named part a stream of its own, so that a new part leaves the others as they are.

    Parameters
    ----------
    seed : int
        Not negative.
    *names
        Of the part.

    Returns
    -------
    Generator
    """
    import zlib

    keys = tuple(zlib.crc32(str(name).encode()) for name in names)
    return np.random.default_rng(np.random.SeedSequence(seed, spawn_key=keys))


def kernel(points: np.ndarray, range_km: float) -> Any:
    """Weigh neighbours by exp(-distance / range), so that white noise stays of variance 1.

    Parameters
    ----------
    points : ndarray, shape (n, 2)
        Metres.
    range_km : float

    Returns
    -------
    scipy.sparse.csr_array, shape (n, n)
        The squares of each row add up to 1.
    """
    from scipy.sparse import csr_array, diags_array
    from scipy.spatial import cKDTree

    reach = 1000 * range_km
    tree = cKDTree(points)
    near = csr_array(tree.sparse_distance_matrix(tree, CUT_OFF * reach, output_type="coo_matrix"))
    near.data = np.exp(-near.data / reach)
    # a distance of 0 to itself is not stored
    near.setdiag(1.0)
    length = np.sqrt(near.multiply(near).sum(axis=1))
    return csr_array(diags_array(1 / length) @ near)


def smooth(points: np.ndarray, range_km: float, rng: np.random.Generator) -> np.ndarray:
    """Draw a field whose correlation is exp(-distance^2 / (2 range^2)), as a sum of waves.

    Parameters
    ----------
    points : ndarray, shape (n, 2)
        Metres.
    range_km : float
    rng : Generator

    Returns
    -------
    ndarray, shape (n,)
        Of variance 1. Random Fourier features: Rahimi and Recht (2007).
    """
    waves = rng.standard_normal((2, WAVES)) / (1000 * range_km)
    phase = rng.uniform(0, 2 * np.pi, WAVES)
    size = rng.standard_normal(WAVES)
    size *= np.sqrt(2 * WAVES / (size**2).sum())
    return np.asarray(np.cos(points @ waves + phase) @ size / np.sqrt(WAVES))


@dataclass(frozen=True)
class Ground:
    """Places that noise lies on; kernels are worked out once per range.

    Attributes
    ----------
    points : ndarray, shape (n, 2)
        Metres.
    host : ndarray of int, shape (n,), optional
        The place whose noise each place has: a piece that changes hands is like the buurt that it
        ends up in. By default its own.
    """

    points: np.ndarray
    host: np.ndarray | None = None
    _kernels: dict[float, Any] = field(default_factory=dict, compare=False, repr=False)

    def kernel(self, range_km: float) -> Any:
        """Look up or work out the kernel of a range."""
        if range_km not in self._kernels:
            self._kernels[range_km] = kernel(self.points, range_km)
        return self._kernels[range_km]

    def shared(self, drawn: np.ndarray) -> np.ndarray:
        """Give each place what was drawn for its host.

        Parameters
        ----------
        drawn : ndarray, shape (..., n)

        Returns
        -------
        ndarray, shape (..., n)
        """
        return drawn if self.host is None else drawn[..., self.host]

    def noise(
        self, layers: int, spatial: float, range_km: float, rng: np.random.Generator
    ) -> np.ndarray:
        """Draw layers of noise of which a share of the variance is shared with neighbours.

        Parameters
        ----------
        layers : int
        spatial : float
            Share of the variance, 0 to 1.
        range_km : float
        rng : Generator

        Returns
        -------
        ndarray, shape (layers, n)
            Standard normal.
        """
        white = rng.standard_normal((2, layers, len(self.points)))
        if spatial == 0:
            return self.shared(white[1])
        near = np.asarray(self.kernel(range_km) @ white[0].T).T
        return self.shared(np.sqrt(spatial) * near + np.sqrt(1 - spatial) * white[1])

    def over_years(
        self,
        years: int,
        lasting: float,
        spatial: float,
        range_km: float,
        rng: np.random.Generator,
    ) -> np.ndarray:
        """Draw noise of which a share of the variance stays over the years.

        Parameters
        ----------
        years : int
        lasting, spatial : float
            Shares of the variance, 0 to 1.
        range_km : float
        rng : Generator

        Returns
        -------
        ndarray, shape (years, n)
            Standard normal.
        """
        layers = self.noise(years + 1, spatial, range_km, rng)
        return np.sqrt(lasting) * layers[0] + np.sqrt(1 - lasting) * layers[1:]
