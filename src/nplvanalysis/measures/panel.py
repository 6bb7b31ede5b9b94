"""The panel with its measures, and what a study cannot have; absent is not zero."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from nplvanalysis.measures.housing_mix import CLOSED, PUBLISHED, housing_mix
from nplvanalysis.measures.rates import per_1000
from nplvanalysis.params import Study

MIX = [
    *CLOSED,
    *("entropy", "simpson", "one_sidedness", "blending", "balance_corporation", "balance_owner"),
]
RATES = ["social_assistance_rate"]


@dataclass(frozen=True)
class Measured:
    """A panel with measures, and a table (measure, missing) of those that cannot be computed."""

    panel: pd.DataFrame
    absent: pd.DataFrame


def measure(panel: pd.DataFrame, study: Study) -> Measured:
    """Add the measures that the columns of a panel allow.

    Parameters
    ----------
    panel : DataFrame
        Harmonised, rows (code, division, year).
    study : Study
        Limits for unknown tenure and the handling of zeros.

    Returns
    -------
    Measured
        `absent` has one row per measure that needs a column without any value.
    """
    absent: list[dict[str, str]] = []
    parts = [panel]
    needs = {
        "mix": (MIX, PUBLISHED),
        "rates": (RATES, ["social_assistance", "population"]),
    }
    missing = {name: _missing(panel, columns) for name, (_, columns) in needs.items()}
    for name, (measures, _) in needs.items():
        absent += [{"measure": one, "missing": missing[name]} for one in measures if missing[name]]
    if not missing["mix"]:
        limits = (study.sample.max_tenure_unknown, study.measures.zero_replacement)
        parts.append(housing_mix(panel, *limits))
    if not missing["rates"]:
        rate = per_1000(panel["social_assistance"], panel["population"])
        parts.append(rate.rename("social_assistance_rate").to_frame())
    table = pd.DataFrame(absent, columns=["measure", "missing"], dtype=str)
    return Measured(pd.concat(parts, axis=1), table)


def _missing(panel: pd.DataFrame, columns: list[str]) -> str:
    return ", ".join(name for name in columns if name not in panel or panel[name].isna().all())
