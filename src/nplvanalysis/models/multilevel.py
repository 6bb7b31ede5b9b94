"""Areas within municipalities: a slope within, a slope between, and how slopes differ."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from nplvanalysis.errors import CollinearError, TooFewClustersError
from nplvanalysis.models.design import Design, design
from nplvanalysis.models.mixed import fit_mixed
from nplvanalysis.models.rows import with_interval
from nplvanalysis.models.specification import Question, controls_of, cross_section, years_of
from nplvanalysis.params import Study
from nplvanalysis.registers import Row


@dataclass(frozen=True)
class Multilevel:
    """A slope within municipalities and one between them; per step of the specification.

    Attributes
    ----------
    within, within_error, between, between_error : float
    spread : float
        Standard deviation of the slope between municipalities.
    shared : float
        Part of the variance of the outcome, given the regressors, that lies between
        municipalities, at the mean exposure.
    slopes : DataFrame
        cluster (its number), slope (drawn together), areas.
    n, clusters : int
    disagreement : float
        Between optimisers, in log-likelihood.
    """

    within: float
    within_error: float
    between: float
    between_error: float
    spread: float
    shared: float
    slopes: pd.DataFrame
    n: int
    clusters: int
    disagreement: float


def multilevel(panel: pd.DataFrame, row: Row, study: Study) -> Multilevel:
    """Fit a row with slopes within and between municipalities, and a slope drawn for each.

    Mundlak (1978): with the mean of each regressor beside its deviation from it, the slope within
    is not mixed with what differs between municipalities. Unweighted.

    Parameters
    ----------
    panel : DataFrame
        Measures of one level, rows (code, division, year).
    row : Row
    study : Study

    Returns
    -------
    Multilevel

    Raises
    ------
    EstimationError
        If there are too few clusters of several areas, or the fit does not converge.
    """
    specification = study.models.specifications[row.specification]
    question = Question(
        *(row.outcome, specification, controls_of(row, study), None, study.models, study.sample)
    )
    made = design(cross_section(panel, years_of(row, study), row.outcome), question)
    _refuse_few(made, study)
    means = _means(made)
    inside = made.columns - means
    # In units near 1, or the optimisers stop too early.
    size, step = float(made.outcome.std()), specification.step
    scale = np.maximum(inside.std(axis=0), 1e-12)
    scale[made.position] = step
    varying = np.ptp(means, axis=0) > 0
    centred = ((means - means.mean(axis=0)) / scale)[:, varying]
    constant = np.ones((len(inside), 1))
    columns = np.hstack([constant, inside / scale, centred])
    _refuse_collinear(columns)
    random = np.hstack([constant, columns[:, [1 + made.position]]])
    fitted = fit_mixed(made.outcome / size, columns, made.clusters, random)
    places = [1 + made.position, 1 + len(scale) + int(varying[: made.position].sum())]
    within, between = size * fitted.estimates[places]
    errors = size * fitted.std_errors[places]
    level, slope = np.diag(fitted.spread)
    slopes = {"slope": within + size * fitted.effects[:, 1], "areas": np.bincount(made.clusters)}
    return Multilevel(
        within=float(within),
        within_error=float(errors[0]),
        between=float(between),
        between_error=float(errors[1]),
        spread=size * float(np.sqrt(max(slope, 0))),
        shared=float(level / (level + fitted.scale)),
        slopes=pd.DataFrame(slopes).rename_axis("cluster").reset_index(),
        n=len(made.codes),
        clusters=len(fitted.effects),
        disagreement=fitted.disagreement,
    )


def _refuse_few(made: Design, study: Study) -> None:
    several = int((np.bincount(made.clusters) > 1).sum())
    if several < study.models.min_clusters:
        raise TooFewClustersError(
            "Too few groups of several areas for slopes within and between them.",
            where=study.models.cluster,
            expected=f"at least {study.models.min_clusters} with two areas or more",
            got=str(several),
            todo="Report it as not testable in this study.",
        )


def _refuse_collinear(columns: np.ndarray) -> None:
    rank = int(np.linalg.matrix_rank(columns))
    if rank < columns.shape[1]:
        raise CollinearError(
            "Regressors are perfectly collinear, or one does not vary within the groups.",
            where="the fixed part of a multilevel model",
            expected=f"{columns.shape[1]} columns of which none follows from the others",
            got=f"rank {rank}",
            todo="Leave out the regressor.",
        )


def _means(made: Design) -> np.ndarray:
    counts = np.bincount(made.clusters)
    sums = np.stack([np.bincount(made.clusters, column) for column in made.columns.T], axis=1)
    return (sums / counts[:, None])[made.clusters]


def estimate_multilevel(
    panel: pd.DataFrame, row: Row, study: Study, _rng: np.random.Generator
) -> pd.DataFrame:
    """Estimate a row by a multilevel model, within and between municipalities.

    Parameters
    ----------
    panel : DataFrame
        Measures of one level, rows (code, division, year).
    row : Row
    study : Study
    _rng : Generator
        Not used: nothing here is random.

    Returns
    -------
    DataFrame
        `rows.GIVEN`: the slope within ("multilevel, within", role of the row) and the slope
        between ("multilevel, between", role "sensitivity"), unweighted.
    """
    found = multilevel(panel, row, study)
    made = pd.DataFrame(
        {
            "sample": ["multilevel, within", "multilevel, between"],
            "role": [row.role, "sensitivity"],
            "estimate": [found.within, found.between],
            "std_error": [found.within_error, found.between_error],
        }
    ).assign(
        standard_errors="REML",
        degrees=found.clusters - 1,
        n=found.n,
        clusters=found.clusters,
        status="ok",
        weights="none",
        controls=" + ".join(controls_of(row, study)),
    )
    return with_interval(made, study.models.alpha)
