"""Columns of the moments, from the exact sums of a synthetic country."""

from __future__ import annotations

import pandas as pd

CLASSES = [2500, 1500, 1000, 500]
# Of a mean: what it is a mean over.
MEANS = {
    "woz": "dwellings",
    "address_density": "addresses",
    **dict.fromkeys(["afw", "fys", "onv", "soc", "vrz", "won"], "dwellings"),
    **dict.fromkeys(["income_low", "income_high", "income_per_resident"], "population"),
    **dict.fromkeys(["gp_distance", "supermarket_distance", "school_distance"], "population"),
}
# Of a count: whom it is out of, and per how many.
CRIMES = ["violence", "vandalism", "burglary", "other"]
COUNTS = {
    **dict.fromkeys(
        ["social_assistance_rate", "disability_rate", "unemployment_rate", "wmo_clients"],
        ("population", 1000),
    ),
    **{f"crime_{kind}_rate": ("population", 1000) for kind in CRIMES},
    "youth_care": ("persons_under_23", 100),
    "turnout": ("electorate", 100),
    "feels_unsafe": ("respondents", 100),
}
SHARES = {
    "share_0_14": ("persons_0_14", "population"),
    "share_15_24": ("persons_15_24", "population"),
    "share_25_44": ("persons_25_44", "population"),
    "share_65_plus": ("persons_65_plus", "population"),
    "share_non_western": ("non_western", "population"),
    "share_single": ("single_households", "households"),
    "share_with_children": ("households_with_children", "households"),
    "vacant": ("vacant_homes", "dwellings"),
    "built_from_2000": ("recent_homes", "dwellings"),
}
TENURES = ["owner", "corporation", "other"]
SINGLE_FAMILY = ["terraced", "corner", "semi_detached", "detached"]
KEPT = ["population", "households", "dwellings"]


def derived(figures: pd.DataFrame) -> pd.DataFrame:
    """Turn exact sums into the columns of the moments.

    Parameters
    ----------
    figures : DataFrame
        A row per area, the sums that `sources.sample.figures` gives. What it lacks is left out.

    Returns
    -------
    DataFrame
        On the same index: sizes, shares (%), rates (per 1000 residents) and means.
    """
    have = set(figures.columns)
    table = figures[[name for name in KEPT if name in have]].astype(float)
    for name, (part, whole) in SHARES.items():
        if {part, whole} <= have:
            table[name] = _ratio(figures[part], figures[whole], 100)
    for name, whole in MEANS.items():
        if {f"{name}_sum", whole} <= have:
            table[name] = _ratio(figures[f"{name}_sum"], figures[whole], 1)
    for name, (whole, per) in COUNTS.items():
        counted = "votes_count" if name == "turnout" else f"{name}_count"
        if {counted, whole} <= have:
            table[name] = _ratio(figures[counted], figures[whole], per)
    return _closed(figures, table)


def _ratio(part: pd.Series, whole: pd.Series, per: float) -> pd.Series:
    return per * part / whole.where(whole > 0)


def _closed(figures: pd.DataFrame, table: pd.DataFrame) -> pd.DataFrame:
    """Add what several columns make: tenures, single-family homes, all crime, urbanity."""
    known = figures[TENURES].sum(axis=1)
    for name in TENURES:
        table[f"tenure_{name}"] = _ratio(figures[name], known.where(known >= 50), 100)
    if set(SINGLE_FAMILY) <= set(figures.columns):
        homes = figures[SINGLE_FAMILY].sum(axis=1)
        table["single_family"] = _ratio(homes, figures["dwellings"], 100)
    rates = [f"crime_{kind}_rate" for kind in CRIMES]
    if set(rates) <= set(table.columns):
        table["crime_total_rate"] = table[rates].sum(axis=1, min_count=len(rates))
    density = table["address_density"].to_numpy()
    table["urbanity"] = 1 + (density[:, None] < CLASSES).sum(axis=1)
    return table
