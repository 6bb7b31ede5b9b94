"""Two-way fixed effects: each area compared with itself, each year with all areas of its region."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from nplvanalysis.errors import EstimationError
from nplvanalysis.models.absorbing import feols
from nplvanalysis.models.area_years import AreaYears, area_years, common_waves
from nplvanalysis.models.change import KEPT, keeping
from nplvanalysis.models.demeaned import heaviest, within_fit
from nplvanalysis.models.jackknife import effective_degrees, jackknife_error
from nplvanalysis.models.regression import Fit
from nplvanalysis.models.rounding import without_rounding
from nplvanalysis.models.rows import unusable, with_interval
from nplvanalysis.models.variants import Variant, variants
from nplvanalysis.params import Study
from nplvanalysis.registers import Row

LAGGED = "tenure of a wave earlier"
LATER = "tenure of half the waves later, its own held constant"
FIRST_DIFFERENCES = "first differences"
PLAIN = "effects of areas and years only"
AS_PUBLISHED = "rounding not taken out"


@dataclass(frozen=True)
class Absorbed:
    """A contrast with absorbed effects, per unit of its column."""

    estimate: float
    std_errors: dict[str, float]
    areas: int
    clusters: int
    degrees: int


def estimate_two_way(
    panel: pd.DataFrame, row: Row, study: Study, _rng: np.random.Generator
) -> pd.DataFrame:
    """Estimate by fixed effects of areas and of years, over all waves of the years of a row.

    Years have an effect of their own in each region (the fixed effect of the study), controls of
    the first wave one in each year: with two waves this is the long difference. Weights are those
    of the first wave. Errors are clustered by `models.cluster`, or else by area, so that years of
    one area are never taken as independent; intervals have the degrees of freedom of the clusters
    that hold the variation, see `jackknife.effective_degrees`. Where the specification says that
    its contrast is published in steps, the error of rounding is taken out; see
    `rounding.without_rounding`.

    Parameters
    ----------
    panel : DataFrame
        Measures, rows (code, division, year).
    row : Row
        Waves from `year_first` (or the first there is) to the year of the outcome.
    study : Study
    _rng : Generator
        Not used.

    Returns
    -------
    DataFrame
        `rows.GIVEN`, n in areas: the row (CR1 and CR3) and its gates (CR1); for a row that decides
        also role "sensitivity" (`LAGGED`, `FIRST_DIFFERENCES`, `PLAIN`; `AS_PUBLISHED` where
        rounding is taken out, `change.KEPT` where areas of another class of urbanity leave) and
        "placebo" (`LATER`, CR1 and CR3: few areas tell later tenure from their own, and CR1 alone
        is too small).
    """
    asked = variants(row, study)
    made = [_row(panel, row, asked[0], study, jackknife=True)]
    made += [_row(panel, row, variant, study) for variant in asked[1:]]
    if row.role in ("primary", "instrument"):
        own = replace(asked[0], role="sensitivity")
        others = [LAGGED, FIRST_DIFFERENCES, PLAIN]
        if study.models.specifications[row.specification].rounded_to:
            others.append(AS_PUBLISHED)
        if study.sample.leave_out_reclassed:
            others.append(KEPT)
        made += [_row(panel, row, own, study, sample=sample) for sample in others]
        placebo = replace(own, role="placebo")
        made.append(_row(panel, row, placebo, study, sample=LATER, jackknife=True))
    return pd.concat(made, ignore_index=True)


def _row(
    panel: pd.DataFrame,
    row: Row,
    variant: Variant,
    study: Study,
    sample: str = "main",
    jackknife: bool = False,
) -> pd.DataFrame:
    step = study.models.specifications[row.specification].step
    try:
        part = _tidy(_fitted(panel, row, variant, study, sample, jackknife), step, study)
    except EstimationError as error:
        part = unusable(error.code)
    return part.assign(
        role=variant.role,
        weights=variant.weights or "none",
        controls=" + ".join(variant.controls),
        sample=variant.sample if sample == "main" else sample,
    )


def _tidy(found: Absorbed, step: float, study: Study) -> pd.DataFrame:
    errors = pd.Series(found.std_errors) * step
    made = pd.DataFrame({"standard_errors": errors.index, "std_error": errors.to_numpy()}).assign(
        estimate=found.estimate * step,
        degrees=found.degrees,
        n=found.areas,
        clusters=found.clusters,
        status="ok",
    )
    return with_interval(made, study.models.alpha)


def _fitted(
    panel: pd.DataFrame, row: Row, variant: Variant, study: Study, sample: str, jackknife: bool
) -> Absorbed:
    used = variant.of(panel)
    lag = int(sample == LAGGED)
    if sample == LATER:
        # from one wave to the next tenure hardly moves, and could not be told from its own
        lag = -(len(common_waves(used, row, study)) // 2)
    made = area_years(used, row, variant, keeping(study) if sample == KEPT else study, lag)
    if sample == PLAIN:
        made = replace(made, trends=[], regional=False)
    if sample == FIRST_DIFFERENCES:
        made = made.differenced()
    within = within_fit(made, study)
    if variant.leave_out:
        made = made.without(heaviest(within))
        within = within_fit(made, study)
    rounded_to = study.models.specifications[row.specification].rounded_to
    if rounded_to and sample != AS_PUBLISHED:
        found = unrounded(made, within, rounded_to, jackknife)
    else:
        found = absorbed(made, within if jackknife else None)
    return with_effective_degrees(found, within)


def with_effective_degrees(found: Absorbed, within: Fit) -> Absorbed:
    """Count no more degrees of freedom than the clusters that an estimate rests on.

    Parameters
    ----------
    found : Absorbed
    within : Fit
        The same model demeaned, of which rounding is not taken out.

    Returns
    -------
    Absorbed
        With degrees rounded down; see `jackknife.effective_degrees`.
    """
    return replace(found, degrees=min(found.degrees, int(effective_degrees(within))))


def unrounded(made: AreaYears, within: Fit, rounded_to: float, jackknife: bool) -> Absorbed:
    """Take the error of rounding out of a panel that is fitted; CR3 if `jackknife`.

    Raises
    ------
    EstimationError
        If rounding cannot be taken out.
    """
    found = without_rounding(made, within, rounded_to)
    errors = {"CR1": found.cr1} | ({"CR3": found.cr3} if jackknife else {})
    areas, clusters = (int(made.table[name].nunique()) for name in ("code", "cluster"))
    return Absorbed(found.estimate, errors, areas, clusters, clusters - 1)


def absorbed(made: AreaYears, within: Fit | None = None) -> Absorbed:
    """Fit a panel with its effects absorbed.

    Parameters
    ----------
    made : AreaYears
        Of which nothing is collinear: pyfixest would drop it and go on.
    within : Fit, optional
        The same model demeaned; adds CR3.

    Returns
    -------
    Absorbed
        CR1 by the conventions of `absorbing.feols`; N counts rows.
    """
    columns = [*made.terms, *made.trends]
    names = {name: f"c{number}" for number, name in enumerate(columns)}
    data = made.table.rename(columns=names | {made.outcome: "outcome"}).assign(cell=made.cells)
    effects = "code + cell" if made.levels else "cell"
    formula = f"outcome ~ {' + '.join(names.values())} | {effects}"
    fitted = feols(formula, data, cluster="cluster", weights="weight")
    errors = {"CR1": float(fitted.se()["c0"])}
    errors |= {"CR3": jackknife_error(within)} if within else {}
    areas, clusters = (int(made.table[name].nunique()) for name in ("code", "cluster"))
    return Absorbed(float(fitted.coef()["c0"]), errors, areas, clusters, clusters - 1)
