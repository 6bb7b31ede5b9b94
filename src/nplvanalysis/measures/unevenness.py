"""Indices of how unevenly groups are spread over areas."""

from __future__ import annotations

import numpy as np

from nplvanalysis.errors import ParameterError


def checked(counts: np.ndarray, groups: int = 0) -> np.ndarray:
    """Refuse what is no table of counts, shape (..., n, K); `groups` is K if only that will do."""
    made = np.asarray(counts, dtype=float)
    wrong = made.ndim < 2 or made.shape[-1] < 2 or (groups > 0 and made.shape[-1] != groups)
    if wrong or not np.isfinite(made).all() or (made < 0).any():
        raise ParameterError(
            "Segregation needs counts of groups by area.",
            where="nplvanalysis.measures.unevenness",
            expected=f"areas by {groups or 'two or more'} groups, none negative or missing",
            got=f"shape {made.shape}",
            todo="Leave out areas without figures.",
        )
    return made


def _ratio(part: np.ndarray, whole: np.ndarray) -> np.ndarray:
    return np.divide(part, whole, out=np.zeros(np.broadcast(part, whole).shape), where=whole > 0)


def _positive(total: np.ndarray) -> np.ndarray:
    """Give NaN in the place of 0: nobody there, so no index either."""
    return np.where(total > 0, total, np.nan)


def dissimilarity(counts: np.ndarray) -> np.ndarray:
    """Dissimilarity D: the part of either group that would have to move for an even spread.

    Half the sum of |a_i/A - b_i/B| (Duncan and Duncan 1955).

    Parameters
    ----------
    counts : ndarray, shape (..., n, 2)
        Homes or persons of both groups, by area; not negative.

    Returns
    -------
    ndarray, shape (...)
        0 (even) to 1 (apart); NaN where a group is absent.

    Raises
    ------
    ParameterError
        If a count is negative or missing, or there are not two groups.
    """
    made = checked(counts, 2)
    total = made.sum(axis=-2, keepdims=True)
    shares = made / _positive(total)
    return np.abs(shares[..., 0] - shares[..., 1]).sum(axis=-1) / 2


def isolation(counts: np.ndarray) -> np.ndarray:
    """Isolation: the share of the first group in the area of its average member.

    Parameters
    ----------
    counts : ndarray, shape (..., n, 2)

    Returns
    -------
    ndarray, shape (...)
        The share of the first group overall (even) to 1 (apart): compare it with that share.

    Raises
    ------
    ParameterError
        As `dissimilarity`.
    """
    made = checked(counts, 2)
    total = made[..., 0].sum(axis=-1)
    inside = (made[..., 0] * _ratio(made[..., 0], made.sum(axis=-1))).sum(axis=-1)
    return inside / _positive(total)


def exposure(counts: np.ndarray) -> np.ndarray:
    """Exposure: the share of the second group in the area of the average member of the first.

    Parameters
    ----------
    counts : ndarray, shape (..., n, 2)

    Returns
    -------
    ndarray, shape (...)
        1 less the isolation of the first group.

    Raises
    ------
    ParameterError
        As `dissimilarity`.
    """
    return 1 - isolation(counts)


def entropy(shares: np.ndarray) -> np.ndarray:
    """Shannon entropy in nats over the last axis; 0 ln 0 is 0."""
    logs = np.log(shares, out=np.zeros_like(shares), where=shares > 0)
    return -(shares * logs).sum(axis=-1)


def mutual_information(counts: np.ndarray) -> np.ndarray:
    """Mutual information M of group and area: the entropy of the place less that of its areas.

    Parameters
    ----------
    counts : ndarray, shape (..., n, K)

    Returns
    -------
    ndarray, shape (...)
        In nats; 0 to the entropy of the place. Unlike H it splits exactly into parts, and can be
        compared where the mix of the place changes (Mora and Ruiz-Castillo 2011).

    Raises
    ------
    ParameterError
        If a count is negative or missing, or there is one group.
    """
    made = checked(counts)
    sizes = made.sum(axis=-1)
    whole = _positive(sizes.sum(axis=-1))
    inside = (sizes * entropy(_ratio(made, sizes[..., None]))).sum(axis=-1)
    overall = entropy(made.sum(axis=-2) / whole[..., None])
    return np.maximum(0.0, overall - inside / whole)


def theil(counts: np.ndarray) -> np.ndarray:
    """Theil's information index H: mutual information over the entropy of the place.

    Parameters
    ----------
    counts : ndarray, shape (..., n, K)

    Returns
    -------
    ndarray, shape (...)
        0 (even) to 1 (apart); NaN where there is one group only.

    Raises
    ------
    ParameterError
        As `mutual_information`.
    """
    made = checked(counts)
    overall = entropy(made.sum(axis=-2) / _positive(made.sum(axis=(-2, -1)))[..., None])
    return mutual_information(made) / _positive(overall)
