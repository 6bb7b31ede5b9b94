"""What the written truth means for changes, and for exposures that are not tenure."""

from __future__ import annotations

import numpy as np
import pandas as pd

from nplvanalysis.sources.sample import process
from nplvanalysis.sources.sample.country import Country
from nplvanalysis.sources.sample.effects import (
    COLUMNS,
    LEAST_DWELLINGS,
    MOST_UNKNOWN,
    caused,
    cleaned,
    demeaned,
    hypotheses,
    unit,
)
from nplvanalysis.sources.sample.truth import Truth

TERMS = ["tenure_corporation", "tenure_other"]
SWAP = "owner-to-corporation"
# Of each specification: its column, its step, the model that asks, the hypothesis and the outcomes.
EXPOSURES = {
    "school": ("school_distance", 1.0, "change", "E1", ["departures_rate"]),
    "supermarket": ("supermarket_distance", 1.0, "change", "E1", ["departures_rate"]),
    "green": ("green_distance", 1.0, "level", "E2", ["crime_total_rate", "crime_violence_rate"]),
    "high-incomes": (
        *("income_high", 10.0, "change", "A6"),
        ["supermarket_distance", "school_distance", "gp_distance"],
    ),
}
# What the police count in total; no column of its own.
TOTALS = {
    "crime_total_rate": [
        *("crime_violence_rate", "crime_vandalism_rate", "crime_burglary_rate", "crime_other_rate")
    ]
}

PROGRAMME = "SYNTHETIC; written: per year since the start, here the mean of its years"


def changes(country: Country) -> pd.DataFrame:
    """List what a change of tenure does to a change of each outcome.

    As `effects.effects`, but over all years of the cells whose class of urbanity stays the same:
    on the terms, with effects of cells, of years by municipality and of years by urbanity.

    Parameters
    ----------
    country : Country

    Returns
    -------
    DataFrame
        `effects.COLUMNS`, model "change".
    """
    truth, given = country.truth, _steady(country)
    outcomes = hypotheses(truth)
    found = process.means(truth, caused(given))
    year, urban = (pd.factorize(given[name])[0] for name in ("year", "urbanity"))
    crossed = pd.get_dummies(year * (urban.max() + 1) + urban).to_numpy(float)
    table = np.column_stack(
        [*(given[name] for name in TERMS), crossed, *(found[name] for name in outcomes)]
    )
    weights = given["weight"]
    table = demeaned(table, weights, pd.factorize(given["cell"])[0])
    cells = given["municipality"] * (year.max() + 1) + year
    table = demeaned(table, weights, cells) * np.sqrt(weights)[:, None]
    own = len(TERMS) + crossed.shape[1]
    slopes = np.linalg.lstsq(table[:, :own], table[:, own:], rcond=1e-10)[0][0]
    note = (
        "SYNTHETIC; per 10 points of dwellings, other rent constant; the change of the same cells"
    )
    rows = [
        (hypothesis, name, SWAP, cleaned(truth.steps[SWAP] * slope), unit(name, truth), note)
        for (name, hypothesis), slope in zip(outcomes.items(), slopes, strict=True)
    ]
    return pd.DataFrame(rows, columns=COLUMNS[:-1]).assign(model="change")


def _steady(country: Country) -> dict[str, np.ndarray]:
    base = country.latent.iloc[:, : country.people].sort_values(["cell", "year"], kind="stable")
    unknown = 100 * base["unknown"] / base["dwellings"].clip(lower=1)
    by_cell = base.assign(unknown=unknown).groupby("cell")
    first = by_cell["dwellings"].first()
    kept = (first >= LEAST_DWELLINGS) & (by_cell["unknown"].max() <= MOST_UNKNOWN)
    kept &= by_cell["urbanity"].min() == by_cell["urbanity"].max()
    used = base[base["cell"].map(kept)]
    given = {str(name): used[name].to_numpy() for name in used}
    return given | {"weight": used["cell"].map(first).to_numpy(float)}


def exposures(country: Country) -> pd.DataFrame:
    """List what exposures that are not tenure do, and the programme, in any part of the areas.

    Parameters
    ----------
    country : Country
        Its truth, and its last year.

    Returns
    -------
    DataFrame
        `effects.COLUMNS`.
    """
    truth, rows = country.truth, []
    for specification, (column, step, model, hypothesis, outcomes) in EXPOSURES.items():
        for name in outcomes:
            parts = TOTALS.get(name, [name])
            effect = step * sum(_slope(truth, part, column) for part in parts)
            note = f"SYNTHETIC; written: through {column}"
            rows.append(
                (hypothesis, name, specification, effect, unit(parts[0], truth), note, model)
            )
    rows += [
        ("G2", name, "programme", size, unit(name, truth), PROGRAMME, "change")
        for name, size in _programme(country).items()
    ]
    return pd.DataFrame(rows, columns=COLUMNS)


def _programme(country: Country) -> dict[str, float]:
    about = country.truth.programme
    since = np.arange(country.size.years[1] - about.start + 1)
    mean = since.mean() if len(since) else 0.0
    return {name: float(size * mean) for name, size in about.effects.items()}


def _slope(truth: Truth, outcome: str, exposure: str) -> float:
    """Add up what an exposure does to an outcome, itself and through other columns."""
    through = truth.columns[outcome].through
    return sum(
        slope * (1.0 if via == exposure else _slope(truth, via, exposure))
        for via, slope in through.items()
        if via == exposure or via in truth.columns
    )
