"""Reading figures as the publishers write them, for the moments of real data."""

from __future__ import annotations

import numpy as np
import pandas as pd

MISSING = -99_999_000
TENURES = ["owner", "corporation", "other"]
BENEFITS = {
    "WWB_UITTOT": "social_assistance_rate",
    "AO_UIT_TOT": "disability_rate",
    "WW_UIT_TOT": "unemployment_rate",
}


def decimal(text: str) -> float:
    """Read a number with a decimal comma; a dot or nothing is missing."""
    clean = text.strip().replace(",", ".")
    return float(clean) if clean not in {"", "."} else np.nan


def numbers(raw: pd.DataFrame, names: dict[str, str]) -> pd.DataFrame:
    """Take columns as numbers under our names; large negative ones are missing."""
    table = raw[list(names)].astype(float).rename(columns=names)
    return table.where(table > MISSING)


def rates(raw: pd.DataFrame, population: pd.Series) -> pd.DataFrame:
    """Turn persons on benefits into rates per 1000 residents."""
    persons = numbers(raw, BENEFITS)
    return persons.div(population.where(population > 0), axis=0) * 1000


def closed_tenure(table: pd.DataFrame) -> pd.DataFrame:
    """Close the three tenures: the unknown are left out."""
    known = table[TENURES].sum(axis=1, min_count=3)
    known = known.where(known >= 50)
    shares = {f"tenure_{name}": 100 * table[name] / known for name in TENURES}
    return table.assign(**shares).drop(columns=TENURES)
