"""The panel with its measures, and what a study cannot have; absent is not zero."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from nplvanalysis.measures.housing_mix import CLOSED, PUBLISHED, housing_mix
from nplvanalysis.measures.rates import per_1000
from nplvanalysis.measures.stacking import STACKING, stacking
from nplvanalysis.params import Study

MIX = [
    *CLOSED,
    *("entropy", "simpson", "one_sidedness", "blending", "balance_corporation", "balance_owner"),
]
# Measure per 1000 residents, and the published count behind it.
RATES = {
    "social_assistance_rate": "social_assistance",
    "unemployment_rate": "unemployment",
    "disability_rate": "disability",
    "crime_violence_rate": "crime_violence",
    "crime_vandalism_rate": "crime_vandalism",
    "crime_burglary_rate": "crime_burglary",
    "crime_other_rate": "crime_other",
    "crime_total_rate": "crime_total",
    "arrivals_rate": "arrivals",
    "departures_rate": "departures",
}


# Share of the residents, and the count behind it: editions give the one or the other.
SHARES = {"share_15_24": "persons_15_24", "share_65_plus": "persons_65_plus"}


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
        Limits for unknown tenure, the handling of zeros, and which problems may stack up.

    Returns
    -------
    Measured
        `absent` has one row per measure that needs a column without any value. Without a list of
        problems there is no stacking, and the parameter is named as what is missing.

    Raises
    ------
    ParameterError
        If there are too few problems to stack.
    """
    panel = _with_shares(panel)
    needs = dict.fromkeys(MIX, PUBLISHED)
    needs |= {name: [count, "population"] for name, count in RATES.items()}
    absent = {name: _missing(panel, columns) for name, columns in needs.items()}
    parts = [panel]
    if not absent["blending"]:
        limits = (study.sample.max_tenure_unknown, study.measures.zero_replacement)
        parts.append(housing_mix(panel, *limits))
    parts += [
        per_1000(panel[count], panel["population"]).rename(name).to_frame()
        for name, count in RATES.items()
        if not absent[name]
    ]
    made = pd.concat(parts, axis=1)
    problems = study.measures.problems
    lacking = _missing(made, [*problems, "dwellings"]) if problems else "measures.problems"
    absent |= dict.fromkeys(STACKING, lacking)
    if not lacking:
        made = made.join(stacking(made, problems, study.measures.problem_cutoff), validate="1:1")
    rows = [(name, columns) for name, columns in absent.items() if columns]
    return Measured(made, pd.DataFrame(rows, columns=["measure", "missing"], dtype=str))


def _with_shares(panel: pd.DataFrame) -> pd.DataFrame:
    """Work out shares of residents where only the count is published."""
    made = {
        share: panel.get(share, pd.Series(float("nan"), panel.index)).fillna(
            per_1000(panel[count], panel["population"]) / 10
        )
        for share, count in SHARES.items()
        if count in panel and "population" in panel
    }
    return panel.assign(**made)


def _missing(panel: pd.DataFrame, columns: list[str]) -> str:
    return ", ".join(name for name in columns if name not in panel or panel[name].isna().all())
