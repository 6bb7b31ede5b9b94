"""How well-off places are: drawn without regard to tenure, and published nowhere."""

from __future__ import annotations

import numpy as np

from nplvanalysis.sources.sample.noise import Ground, smooth

# Spread by region (and its range), by municipality and by cell; of the whole about 1.
REGION, REGION_KM = 0.52, 20.0
LOCAL, OWN = 0.15, 0.84
# Further out there is nobody.
MOST = 3.5


def drawn(ground: Ground, municipality: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Draw how well-off each cell is.

    Parameters
    ----------
    ground : Ground
        Of n cells.
    municipality : ndarray of int, shape (n,)
    rng : Generator

    Returns
    -------
    ndarray, shape (n,)
        Near standard normal.
    """
    parts = [
        REGION * smooth(ground.points, REGION_KM, rng),
        LOCAL * rng.standard_normal(municipality.max() + 1)[municipality],
        OWN * ground.noise(1, 0.6, 1.5, rng)[0],
    ]
    return np.clip(sum(parts), -MOST, MOST)
