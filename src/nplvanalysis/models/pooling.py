"""Partial pooling: slopes of groups, drawn towards their mean."""

from __future__ import annotations

import numpy as np


def drawn_together(values: np.ndarray, errors: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Draw slopes of groups towards their mean, the more the less sure they are.

    Empirical Bayes with a normal spread between groups, estimated by Paule and Mandel (1982).

    Parameters
    ----------
    values, errors : ndarray, shape (J,)
        Slopes and their standard errors.

    Returns
    -------
    tuple of ndarray, shape (J,)
        Drawn-together slopes and their errors, that of the mean included.
    """
    from statsmodels.stats.meta_analysis import combine_effects

    spread = max(float(combine_effects(values, errors**2, method_re="iterated").tau2), 0.0)
    precision = 1 / (spread + errors**2)
    mean = precision @ values / precision.sum()
    kept = spread * precision
    variance = kept * errors**2 + (1 - kept) ** 2 / precision.sum()
    return mean + kept * (values - mean), np.sqrt(variance)
