"""One standard error after another: how the error of an estimate hangs on its convention."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from nplvanalysis.models.specification import cross_section, within, years_of
from nplvanalysis.models.standard_errors import all_kinds, conley
from nplvanalysis.models.variants import allowing_few, fit_variant, variants
from nplvanalysis.params import Study
from nplvanalysis.registers import Row

# Kilometres; more of them than decide, because the error neither rises nor falls with the cut-off.
CUTOFFS = (1.0, 2.0, 5.0, 10.0, 20.0, 30.0, 50.0, 75.0, 100.0)
CONLEY = "Conley"


def errors_by_cutoff(
    panel: pd.DataFrame, row: Row, study: Study, cutoffs: Sequence[float] = CUTOFFS
) -> pd.DataFrame:
    """Compute the error of a row under every convention, and by Conley at many cut-offs.

    Parameters
    ----------
    panel : DataFrame
        Measures of one level, rows (code, division, year).
    row : Row
        Of estimator cross_section.
    study : Study
    cutoffs : sequence of float
        Kilometres.

    Returns
    -------
    DataFrame
        kind, cutoff (km; NaN where it has none), std_error (per step), decides (whether the
        convention counts for a verdict; none does where clusters are so few that the wild bootstrap
        decides), estimate, n. A negative variance is left out.

    Raises
    ------
    EstimationError
        If the row cannot be estimated.
    """
    table = cross_section(within(panel, row, study), years_of(row, study), row.outcome)
    fitted = fit_variant(table, row, variants(row, study)[0], allowing_few(study))
    step, models = study.models.specifications[row.specification].step, study.models
    deciding = all_kinds(fitted, models.conley_km)
    named = {name: error for name, error in deciding.items() if not name.startswith(CONLEY)}
    rows = [{"kind": name, "cutoff": float("nan"), "std_error": e} for name, e in named.items()]
    for cutoff in sorted({*cutoffs, *models.conley_km}):
        rows.append({"kind": CONLEY, "cutoff": cutoff, "std_error": conley(fitted, cutoff)})
    made = pd.DataFrame(rows).dropna(subset="std_error")
    spatial = made["kind"].eq(CONLEY)
    counts = [f"{CONLEY} {one:g} km" in deciding for one in made["cutoff"]]
    enough = int(fitted.design.clusters.max()) + 1 >= models.min_clusters
    return made.assign(
        std_error=made["std_error"] * step,
        decides=enough & (~spatial | pd.Series(counts, made.index)),
        estimate=fitted.estimate * step,
        n=len(fitted.residuals),
    ).reset_index(drop=True)
