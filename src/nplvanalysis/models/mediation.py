"""Total and conditional association: how much of a slope goes together with a mediator."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from nplvanalysis.errors import EstimationError
from nplvanalysis.models.joint import fit_terms, self_contained, sum_by
from nplvanalysis.models.regression import Fit, contrast_r2, fit
from nplvanalysis.models.rows import tidy, unusable
from nplvanalysis.models.specification import controls_of, cross_section, years_of
from nplvanalysis.params import Study
from nplvanalysis.registers import Row

DRAWS = 1999


@dataclass(frozen=True)
class Mediation:
    """A slope without and with the mediator; all per step of the specification.

    Attributes
    ----------
    total, conditional : Fit
        Of the same areas, without and with the mediator.
    mediator : str
    indirect, std_error, low, high, p : float
        Total less conditional; error, percentile interval and p from resampled clusters.
    rho, rho_low, rho_high : float
        Correlation between the errors of mediator and outcome at which the indirect part is 0.
    n, clusters : int
    """

    total: Fit
    conditional: Fit
    mediator: str
    indirect: float
    std_error: float
    low: float
    high: float
    p: float
    rho: float
    rho_low: float
    rho_high: float
    n: int
    clusters: int

    @property
    def explained(self) -> float:
        """Share of what is left of both that an unmeasured trait must explain to undo it."""
        return abs(self.rho)


def mediation(
    panel: pd.DataFrame, row: Row, study: Study, rng: np.random.Generator, draws: int = DRAWS
) -> Mediation:
    """Fit a row without and with its mediator, and resample clusters.

    Least squares is linear, so that total less conditional equals the product of two slopes,
    mediator on exposure and outcome on mediator (MacKinnon, Warsi and Dwyer 1995).

    Parameters
    ----------
    panel : DataFrame
        Measures of one level, rows (code, division, year).
    row : Row
        The last of its controls is the mediator; the others are held constant in both fits.
    study : Study
    rng : Generator
    draws : int

    Returns
    -------
    Mediation

    Raises
    ------
    EstimationError
        If the row has no controls, or the model cannot be estimated.
    """
    specification = study.models.specifications[row.specification]
    controls = _controls(row, study)
    table = cross_section(panel, years_of(row, study), row.outcome)
    terms = [specification.contrast]
    terms += [name for name in specification.terms if name not in terms]
    conditional = fit_terms(table, row, study, terms, controls)
    made = conditional.design
    total = fit(replace(made, columns=made.columns[:, :-1], names=made.names[:-1]))
    grams, length = _grams(total, made.columns[:, -1])
    per = np.array([specification.step / length, 1.0])
    own = _split(grams.sum(axis=0)[None])[0] * per
    counts = rng.multinomial(len(grams), np.full(len(grams), 1 / len(grams)), size=draws)
    summed = counts.astype(float) @ grams.reshape(len(grams), -1)
    drawn = _split(summed.reshape(-1, *grams.shape[1:])) * per
    ends = np.quantile(drawn, [study.models.alpha / 2, 1 - study.models.alpha / 2], axis=0)
    tail = min((drawn[:, 0] <= 0).sum(), (drawn[:, 0] >= 0).sum())
    return Mediation(
        total=total,
        conditional=conditional,
        mediator=controls[-1],
        indirect=float(own[0]),
        std_error=float(drawn[:, 0].std(ddof=1)),
        low=float(ends[0, 0]),
        high=float(ends[1, 0]),
        p=min(1.0, 2 * (1 + int(tail)) / (1 + draws)),
        rho=float(own[1]),
        rho_low=float(ends[0, 1]),
        rho_high=float(ends[1, 1]),
        n=len(made.codes),
        clusters=len(grams),
    )


def _controls(row: Row, study: Study) -> list[str]:
    controls = controls_of(row, study)
    if not row.controls or controls[-1] == "urbanity":
        raise EstimationError(
            "The row names no mediator.",
            where=f"controls of {row.outcome} in data/claims.yaml",
            expected="controls of its own, the mediator last",
            got=", ".join(controls) or "none",
            todo="Give the row its controls, with the mediator as the last of them.",
        )
    return controls


def _grams(total: Fit, mediator: np.ndarray) -> tuple[np.ndarray, float]:
    """Cross-products of regressors, mediator and outcome in each cluster, (G, k+2, k+2).

    Regressors have length 1, so that a class missing from a draw is told from a small column; the
    length of the first comes along.
    """
    columns = self_contained(total)
    lengths = np.linalg.norm(columns, axis=0)
    between = fit(replace(total.design, outcome=mediator))
    # Mediator and outcome less what the absorbed effect explains, times the root of the weight.
    both = [one.residuals + one.regressors @ one.estimates for one in (between, total)]
    values = np.column_stack([columns / lengths, *both])
    products = values[:, :, None] * values[:, None, :]
    return sum_by(products, total.design.clusters), float(lengths[0])


def _split(grams: np.ndarray) -> np.ndarray:
    """Indirect part (per length of the exposure) and correlation of errors, (draws, 2)."""
    regressors, both = grams[:, :-2, :-2], grams[:, :-2, -2:]
    slopes = np.linalg.pinv(regressors, rcond=1e-10, hermitian=True) @ both
    left = grams[:, -2:, -2:] - np.swapaxes(both, 1, 2) @ slopes
    outcome_on_mediator = left[:, 0, 1] / left[:, 0, 0]
    correlation = left[:, 0, 1] / np.sqrt(left[:, 0, 0] * left[:, 1, 1])
    return np.column_stack([slopes[:, 0, 0] * outcome_on_mediator, correlation])


def estimate_mediation(
    panel: pd.DataFrame, row: Row, study: Study, rng: np.random.Generator
) -> pd.DataFrame:
    """Estimate a row without and with its mediator, and the difference.

    Parameters
    ----------
    panel : DataFrame
        Measures of one level, rows (code, division, year).
    row : Row
        The last of its controls is the mediator.
    study : Study
    rng : Generator

    Returns
    -------
    DataFrame
        `rows.GIVEN`. The conditional fit has the role of the row; "total" (on the same areas) and
        "indirect" are "sensitivity". `sample` names which of the three, and the mediator. Where
        the mediator leaves too little of the contrast (`models.identification_r2`), only the total
        has numbers.
    """
    found = mediation(panel, row, study, rng)
    step = study.models.specifications[row.specification].step
    controls = _controls(row, study)
    through = pd.DataFrame(
        [
            {
                "standard_errors": "cluster bootstrap",
                "estimate": found.indirect,
                "std_error": found.std_error,
                "low": found.low,
                "high": found.high,
                "p": found.p,
                "degrees": found.clusters - 1,
                "n": found.n,
                "clusters": found.clusters,
                "status": "ok",
            }
        ]
    )
    conditional = tidy(found.conditional, step, study)
    if contrast_r2(found.conditional) > study.models.identification_r2:
        # the parts of a total cannot be told apart where housing and the mediator cannot
        conditional = through = unusable(EstimationError.code)
    parts = {
        f"conditional on {found.mediator}": (conditional, controls),
        f"total, beside {found.mediator}": (tidy(found.total, step, study), controls[:-1]),
        f"indirect, with {found.mediator}": (through, controls),
    }
    made = [
        part.assign(
            role="sensitivity" if place else row.role,
            weights=study.models.weights,
            controls=" + ".join(held),
            sample=name,
        )
        for place, (name, (part, held)) in enumerate(parts.items())
    ]
    return pd.concat(made, ignore_index=True)
