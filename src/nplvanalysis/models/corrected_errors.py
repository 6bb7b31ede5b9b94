"""Standard errors of a contrast whose fit was corrected for the error of another regressor.

Kinds and conventions are those of `standard_errors`, of which each is the case without error. What
an area adds to the corrected normal equations takes the place of what it adds to the usual ones.
"""

from __future__ import annotations

import numpy as np

from nplvanalysis.models.errors_in_variables import Corrected
from nplvanalysis.models.jackknife import left_out_error, left_out_shifts
from nplvanalysis.models.standard_errors import SPATIAL, conley_of, sum_by, with_constant


def all_kinds(found: Corrected, cutoffs_km: list[float]) -> dict[str, float]:
    """Compute every kind of error; see `standard_errors.all_kinds`.

    Parameters
    ----------
    found : Corrected
    cutoffs_km : list of float
        Conley cut-offs; used from 200 areas on.

    Returns
    -------
    dict of str to float
        Name of the convention and error of the contrast, per unit of its column; those that cannot
        be computed left out.
    """
    kinds = {"CR1": cr1(found), "CR3": cr3(found)} if found.fit.clustered else {}
    kinds |= {"HC3": hc3(found)}
    if len(found.taken) >= SPATIAL:
        kinds |= {f"Conley {cut:g} km": conley(found, cut) for cut in cutoffs_km}
    return {name: error for name, error in kinds.items() if np.isfinite(error)}


def cr1(found: Corrected) -> float:
    """Cluster-robust error with the factor G/(G-1) (N-1)/(N-k) of `standard_errors.cr1`."""
    count, slopes = with_constant(found.fit).shape
    sums = sum_by(_scores(found, found.fit.regressors), found.fit.design.clusters)
    shifts = sums @ found.bread[:, found.fit.design.position]
    factor = len(sums) / (len(sums) - 1) * (count - 1) / (count - slopes)
    return float(np.sqrt(factor * (shifts @ shifts)))


def cr3(found: Corrected) -> float:
    """Cluster jackknife: each cluster is left out with the error that it holds."""
    design, columns = found.fit.design, with_constant(found.fit)
    grams, scores = _grams(found, columns), _scores(found, columns)
    clusters = sum_by(grams, design.clusters), sum_by(scores, design.clusters)
    return left_out_error(*clusters, design.position)


def hc3(found: Corrected) -> float:
    """Jackknife of areas: each is left out with its error, and with its part in the fixed effect.

    The fixed effect without the area is as if what it adds were divided by one less its part in
    the weight of its group: exact without error, where the jackknife is HC3 to the letter, and
    with it up to what the area's leaving moves of the errors that demeaning leaves of the others.
    """
    design, columns = found.fit.design, found.fit.regressors
    room = 1 - design.weights / np.bincount(design.groups, design.weights)[design.groups]
    grams = _grams(found, columns) / room[:, None, None]
    scores = _scores(found, columns) / room[:, None]
    rest = columns.T @ columns
    rest[found.noisy, found.noisy] -= found.taken.sum()
    shifts = left_out_shifts(rest, grams, scores, design.position)
    return float(np.sqrt(shifts @ shifts))


def conley(found: Corrected, cutoff_km: float) -> float:
    """Spatial error; see `standard_errors.conley`."""
    scores = _scores(found, found.fit.regressors)
    return conley_of(scores @ found.bread[:, found.fit.design.position], found.fit, cutoff_km)


def _scores(found: Corrected, columns: np.ndarray) -> np.ndarray:
    """Give what each area adds to the corrected equations at their solution."""
    scores = columns * found.residuals[:, None]
    scores[:, found.noisy] += found.taken * found.estimates[found.noisy]
    return scores


def _grams(found: Corrected, columns: np.ndarray) -> np.ndarray:
    """Give the products of the columns of each area, less its error."""
    grams = columns[:, :, None] * columns[:, None, :]
    grams[:, found.noisy, found.noisy] -= found.taken
    return grams
