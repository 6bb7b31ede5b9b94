"""Land of a given size in the sea: a mainland and islands."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from nplvanalysis.sources.sample.sizes import HECTARES, Size

# Metres of EPSG:28992. A province lies in the North Sea, where no map shows it on real places;
# a country needs the whole grid.
SEA, GRID = (52_000.0, 527_000.0), (146_500.0, 461_000.0)
# Between points at sea, in metres.
SEA_STEP = 1_800.0


@dataclass(frozen=True)
class Land:
    """A mainland and islands.

    Attributes
    ----------
    centre : ndarray, shape (2,)
    radius : float
        Of the mainland on average, in metres.
    islands : ndarray, shape (k, 2)
        Their centres.
    reach : float
        Radius of an island.
    """

    centre: np.ndarray
    radius: float
    islands: np.ndarray
    reach: float

    def mass(self, points: np.ndarray) -> np.ndarray:
        """Tell what points lie on: 0 for the mainland, 1 and on for islands, -1 for sea."""
        east, north = (points - self.centre).T
        found = np.where(np.hypot(east, north) < _coast(east, north, self.radius), 0, -1)
        for number, island in enumerate(self.islands, start=1):
            found[np.hypot(*(points - island).T) < self.reach] = number
        return found

    def sample(self, count: int, rng: np.random.Generator) -> np.ndarray:
        """Draw points on the mainland, not at the very coast."""
        draws = rng.uniform(-1.2, 1.2, (6 * count, 2)) * self.radius
        outward = 1 + min(0.08, 2_500 / self.radius)
        return (self.centre + draws)[self.mass(self.centre + outward * draws) == 0][:count]

    def sea(self, near: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        """Draw points at sea, a few rows of them along every coast."""
        from scipy.spatial import cKDTree

        step = SEA_STEP
        reach = 1.3 * self.radius + 2 * self.reach + 10 * step
        steps = np.arange(-reach, reach, step)
        grid = np.stack(np.meshgrid(steps, steps), axis=-1).reshape(-1, 2) + self.centre
        grid += rng.uniform(-0.25, 0.25, grid.shape) * step
        gaps = cKDTree(near).query(grid)[0]
        return grid[(self.mass(grid) < 0) & (gaps < 8 * step)]


def _coast(east: np.ndarray, north: np.ndarray, radius: float) -> np.ndarray:
    angle = np.arctan2(north, east)
    return np.asarray(radius * (1 + 0.1 * np.cos(2 * angle + 2.6) + 0.06 * np.cos(5 * angle)))


def land(size: Size, sites: int) -> Land:
    """Shape the land.

    Parameters
    ----------
    size : Size
    sites : int
        Municipalities before any merger.

    Returns
    -------
    Land
        One island for every three provinces, at least one if there are municipalities enough.
    """
    area = size.buurten * HECTARES * 1e4
    islands = 0 if sites < 4 else max(1, size.provinces // 3)
    radius = np.sqrt(area * (sites - islands) / sites / np.pi)
    reach = np.sqrt(0.8 * area / sites / np.pi)
    angle = np.pi / 2 + (np.arange(islands) - (islands - 1) / 2) * 0.28 - 0.1
    away = np.stack([np.cos(angle), np.sin(angle)], axis=1)
    shore = _coast(away[:, 0], away[:, 1], radius) + 1.4 * reach + 3_500
    centre = np.array(SEA if size.provinces == 1 else GRID)
    return Land(centre, float(radius), centre + away * shore[:, None], float(reach))
