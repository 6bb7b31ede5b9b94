"""Measures of housing mix, from the shares of three tenures."""

from __future__ import annotations

import numpy as np
import pandas as pd

PUBLISHED = ["owner_occupied", "corporation_rent", "other_rent"]
CLOSED = ["tenure_owner", "tenure_corporation", "tenure_other"]
# Above this share one tenure dominates (the "corporatiebuurt" of the Veerkracht studies).
DOMINANCE = 200 / 3


def close(shares: np.ndarray) -> np.ndarray:
    """Scale rows so that they sum to 1.

    Parameters
    ----------
    shares : ndarray, shape (n, K)
        Not negative, in any unit.

    Returns
    -------
    ndarray, shape (n, K)
        NaN where a row sums to 0 or holds a NaN.
    """
    total = shares.sum(axis=1, keepdims=True)
    return np.divide(shares, total, out=np.full(shares.shape, np.nan), where=total > 0)


def entropy(fractions: np.ndarray) -> np.ndarray:
    """Shannon entropy divided by ln K: 0 for one tenure, 1 for equal shares.

    Not monotone in any share; never a regressor beside the corporation share, of which it is
    almost a function (see docs/methods.md).

    Parameters
    ----------
    fractions : ndarray, shape (n, K)
        Rows sum to 1; 0 ln 0 is 0.

    Returns
    -------
    ndarray, shape (n,)
    """
    logs = np.log(fractions, out=np.zeros_like(fractions), where=fractions > 0)
    return -(fractions * logs).sum(axis=1) / np.log(fractions.shape[1])


def simpson(fractions: np.ndarray) -> np.ndarray:
    """Gini-Simpson index 1 - sum p2: the chance that two random dwellings differ in tenure.

    Parameters
    ----------
    fractions : ndarray, shape (n, K)
        Rows sum to 1.

    Returns
    -------
    ndarray, shape (n,)
        0 to (K-1)/K; 1 less this is the Herfindahl-Hirschman index.
    """
    return 1 - (fractions**2).sum(axis=1)


def one_sidedness(owner: np.ndarray, corporation: np.ndarray) -> np.ndarray:
    """Signed one-sidedness: corporation share above two thirds less owner share above two thirds.

    A claim about one-sided cheap stock needs the sign: a suburb with 95 % owner-occupied homes is
    just as one-sided, the other way.

    Parameters
    ----------
    owner, corporation : ndarray, shape (n,)
        Percentages.

    Returns
    -------
    ndarray, shape (n,)
        Points; positive is one-sided corporation rent.
    """
    return np.maximum(corporation - DOMINANCE, 0) - np.maximum(owner - DOMINANCE, 0)


def blending(owner: np.ndarray, corporation: np.ndarray) -> np.ndarray:
    """Blending of owner-occupied and corporation homes: 4 p q, 1 at half and half.

    Beside both shares it carries the curvature, which is what "mixing pays" means.

    Parameters
    ----------
    owner, corporation : ndarray, shape (n,)
        Fractions.

    Returns
    -------
    ndarray, shape (n,)
        0 to 1.
    """
    return 4 * owner * corporation


def without_zeros(fractions: np.ndarray, replacement: float) -> np.ndarray:
    """Replace zeros multiplicatively, so that log-ratios exist (Martin-Fernandez et al. 2003).

    Parameters
    ----------
    fractions : ndarray, shape (n, K)
        Rows sum to 1.
    replacement : float
        Stands for a zero; the other parts shrink so that ratios between them stay.

    Returns
    -------
    ndarray, shape (n, K)
        Positive, rows sum to 1.
    """
    zero = fractions == 0
    kept = fractions * (1 - replacement * zero.sum(axis=1, keepdims=True))
    return np.where(zero, replacement, kept)


def balances(fractions: np.ndarray) -> np.ndarray:
    """Pivot balances: the first part against the others, the second against the third, ...

    Isometric log-ratios (Egozcue et al. 2003): z_i = sqrt((K-i)/(K-i+1)) ln(x_i / g(x_i+1..x_K)),
    g the geometric mean.

    Parameters
    ----------
    fractions : ndarray, shape (n, K)
        Positive.

    Returns
    -------
    ndarray, shape (n, K-1)
    """
    logs = np.log(fractions)
    parts = fractions.shape[1]
    columns = [
        np.sqrt((parts - i - 1) / (parts - i)) * (logs[:, i] - logs[:, i + 1 :].mean(axis=1))
        for i in range(parts - 1)
    ]
    return np.stack(columns, axis=1)


def housing_mix(panel: pd.DataFrame, max_unknown: float, zero_replacement: float) -> pd.DataFrame:
    """Compute every measure of mix from published tenure shares.

    Parameters
    ----------
    panel : DataFrame
        With the columns `PUBLISHED` in percent, and `tenure_unknown` if known.
    max_unknown : float
        Areas with a larger share of unknown tenure get no measures: their shares mean little.
    zero_replacement : float
        See `without_zeros`.

    Returns
    -------
    DataFrame
        Index of `panel`; closed shares (percent) and measures, NaN where a share is missing.
    """
    # Where a publisher gives no unknown share, it is what the others leave of 100.
    rest = (100 - panel[PUBLISHED].sum(axis=1)).clip(lower=0)
    unknown = panel.get("tenure_unknown", rest).fillna(rest)
    shares = panel[PUBLISHED].where(unknown <= max_unknown)
    fractions = close(shares.to_numpy(float))
    owner, corporation = fractions[:, 0], fractions[:, 1]
    pivot = balances(without_zeros(fractions[:, [1, 0, 2]], zero_replacement))
    columns = {
        **dict(zip(CLOSED, (100 * fractions).T, strict=True)),
        "entropy": entropy(fractions),
        "simpson": simpson(fractions),
        "one_sidedness": one_sidedness(100 * owner, 100 * corporation),
        "blending": blending(owner, corporation),
        "balance_corporation": pivot[:, 0],
        "balance_owner": pivot[:, 1],
    }
    return pd.DataFrame(columns, index=panel.index)
