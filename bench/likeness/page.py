"""The page that shows synthetic beside real moments."""

from __future__ import annotations

from typing import Any

import pandas as pd

from likeness.moment import RESIDENTS, RESIDENTS_MORAN
from likeness.statistics import NEIGHBOURS

THEMES = {
    "Places and sizes": ("population", "households", "dwellings", "land_area", "address_density"),
    "Homes and tenure": ("tenure_", "woz", "single_family", "vacant", "built_"),
    "Residents": ("share_",),
    "Income, benefits and care": (
        "income_",
        "social_",
        "disability",
        "unemployment",
        "youth",
        "wmo",
    ),
    "Safety": ("crime_", "feels_"),
    "Leefbaarometer": ("afw", "fys", "onv", "soc", "vrz", "won"),
    "Amenities and turnout": ("gp_", "supermarket_", "school_", "turnout"),
}
KINDS = {
    "areas": "number of areas",
    "mean": "mean",
    "spread": "spread between areas",
    "p10": "10th percentile",
    "p50": "median",
    "p90": "90th percentile",
    "correlation": "correlation",
    "moran": "Moran's I",
    "between": "share of variance between municipalities",
    "spread_within": "spread within the city",
    "rank_within": "rank correlation within the city",
    "urbanity_share": "% of residents",
    "over_two_thirds": "% of residents where over two thirds",
}
WORDS = {
    "address_density": "addresses per km2",
    "land_area": "land (ha)",
    "tenure_owner": "owner-occupied (%)",
    "tenure_corporation": "corporation rent (%)",
    "tenure_other": "other rent (%)",
    "woz": "property value (1000 euro)",
    "single_family": "single-family homes (%)",
    "vacant": "vacant homes (%)",
    "built_from_2000": "built from 2000 (%)",
    "share_0_14": "aged 0-14 (%)",
    "share_15_24": "aged 15-24 (%)",
    "share_25_44": "aged 25-44 (%)",
    "share_65_plus": "aged 65+ (%)",
    "share_single": "one-person households (%)",
    "share_with_children": "households with children (%)",
    "share_non_western": "non-western origin (%)",
    "income_low": "low incomes (%)",
    "income_high": "high incomes (%)",
    "income_per_resident": "income per resident (1000 euro)",
    "social_assistance_rate": "social assistance (per 1000)",
    "disability_rate": "disability benefit (per 1000)",
    "unemployment_rate": "unemployment benefit (per 1000)",
    "youth_care": "youth care (%)",
    "wmo_clients": "Wmo clients (per 1000)",
    "crime_total_rate": "all crime (per 1000)",
    "crime_violence_rate": "violence (per 1000)",
    "crime_vandalism_rate": "vandalism and public order (per 1000)",
    "crime_burglary_rate": "burglary (per 1000)",
    "feels_unsafe": "feels unsafe (%)",
    "gp_distance": "km to a GP",
    "supermarket_distance": "km to a supermarket",
    "school_distance": "km to a school",
    "turnout": "turnout (%)",
    "afw": "total score",
    "fys": "physical environment",
    "onv": "nuisance and unsafety",
    "soc": "social cohesion",
    "vrz": "amenities",
    "won": "housing stock",
}
LEVELS = {"city": "buurt, in cities"}
HEAD = "| moment | level | real | synthetic | difference | tolerance | within | province |"
RULE = "|---|---|---:|---:|---:|---:|:-:|---:|"
FIRST = """# Calibration of the synthetic country

Written by `python bench/calibration.py`: every number below is computed, none typed in.

**{inside} of {all} moments of the synthetic country lie within their tolerance.**
{said}
Constants were set by hand with this seed and two others in view; {others}.
The first number is therefore no test of another draw: what a new seed misses is nearer to the last
ones.

For readers: the country looks like the Netherlands in the figures below, one or two columns at a
time, and in nothing else. Use it to test code, estimators and pages under realistic sizes, spreads
and correlations. It says nothing about a real place, and an association in it is one that
was written into `truth.yaml`, not evidence for it. The default `province` is one small draw of the
same process: its figures are shown, not judged.
"""
RULES = """## How it is measured

Real moments come from `src/nplvanalysis/sources/sample/moments.csv`, which holds moments only;
`bench/moments.py` computes them from the files listed below. The same functions then run on
the exact figures of the synthetic country (seed {seed}), before rounding and suppression. Means and
spreads are weighted by dwellings (homes, scores) or residents (the rest); percentiles of
sizes count every area once. Buurten and wijken with fewer than {least} residents are left out,
for Moran's I buurten with fewer than {moran}. Moran's I takes the {neighbours} nearest centroids
of each area, each row of weights adding to 1. *In cities*: Rotterdam 2017 beside the {cities}
largest synthetic municipalities, each less its own mean. *Class* 1 is extremely urbanised, 5
not urbanised.

The tolerance was fixed by kind before the synthetic country was seen. Most have a part for
the shape and a part, two standard errors (s.e.), for the chance in one draw:

| kind | tolerance |
|---|---|
| mean, also of a class | 0.25 of the real spread between areas + 2 s.e. |
| percentile | 0.30 of the real spread + 4 s.e. of a mean; of a size 30 % of the value |
| number of areas | 5 % |
| spread | 20 % of the value + 2 s.e. |
| correlation, Moran's I | 0.12 + 2 s.e. |
| share of variance between municipalities | 0.12 |
| % of residents in a class | 5 points |
| % of residents where over two thirds is corporation rent | 3 points |
"""


def page(result: pd.DataFrame, seed: int, cities: int, others: dict[int, int]) -> str:
    """Write the page.

    Parameters
    ----------
    result : DataFrame
        From `comparison.explained`.
    seed, cities : int
    others : dict of int to int
        Moments within their tolerance in other draws, by seed.

    Returns
    -------
    str
        Markdown.
    """
    result = result.assign(theme=[theme(column) for column in result["column"]])
    parts = [first(result, others), "## Overview\n", overview(result), *outside(result)]
    for name, rows in result.groupby("theme", sort=False):
        parts += [f"## {name}\n", table(rows)]
    rules = RULES.format(
        seed=seed,
        cities=cities,
        least=RESIDENTS["buurt"],
        moran=RESIDENTS_MORAN["buurt"],
        neighbours=NEIGHBOURS,
    )
    return "\n".join([*parts, rules, "## Sources\n", sources(result)])


def theme(column: str) -> str:
    """Find the theme of a column."""
    return next(name for name, starts in THEMES.items() if column.startswith(starts))


def first(result: pd.DataFrame, others: dict[int, int]) -> str:
    """Say what is matched and what is not."""
    within = result["within"].fillna(False).astype(bool)
    drawn = [f"seed {seed} has {count} within" for seed, count in others.items()]
    numbers = {"inside": int(within.sum()), "all": len(result), "others": ", ".join(drawn)}
    return FIRST.format(**numbers, said=matched(result["theme"], within))


def matched(themes: pd.Series, within: pd.Series) -> str:
    """Name the themes that are wholly matched, and count what is outside in the others."""
    if within.all():
        return "Every theme is wholly matched."
    whole = [name for name, rows in within.groupby(themes, sort=False) if rows.all()]
    said = f"Wholly matched: {', '.join(whole).lower() or 'no theme'}."
    counts = themes[~within].value_counts(sort=False)
    parts = ", ".join(f"{str(name).lower()} ({count})" for name, count in counts.items())
    return f"{said} Outside, with the reasons below the overview: {parts}."


def overview(result: pd.DataFrame) -> str:
    """Count by theme."""
    lines = ["| theme | moments | within | largest miss, in tolerances |", "|---|---:|---:|---:|"]
    for name, rows in result.groupby("theme", sort=False):
        worst = (rows["difference"].abs() / rows["tolerance"]).max()
        inside = int(rows["within"].fillna(False).sum())
        lines.append(f"| {name} | {len(rows)} | {inside} | {number(worst)} |")
    return "\n".join([*lines, ""])


def outside(result: pd.DataFrame) -> list[str]:
    """List what is outside its tolerance and why, the farthest first."""
    left = result[~result["within"].fillna(False).astype(bool)]
    if left.empty:
        return []
    far = (left["difference"].abs() / left["tolerance"]).fillna(float("inf"))
    rows = left.loc[far.sort_values(ascending=False).index]
    said = [f"* {label(row)}: {row['reason'] or '**no reason known**'}" for row in records(rows)]
    return ["## Outside the tolerance\n", table(rows), "Why:\n", *said, ""]


def records(rows: pd.DataFrame) -> list[dict[str, Any]]:
    """Give rows as dicts by column name."""
    return [{str(key): value for key, value in row.items()} for row in rows.to_dict("records")]


def table(rows: pd.DataFrame) -> str:
    """Show moments, one per line."""
    lines = [HEAD, RULE]
    for row in records(rows):
        judged = {True: "yes", False: "**no**"}.get(row["within"], "**missing**")
        values = [number(row[name]) for name in ("value", "synthetic", "difference", "tolerance")]
        level = f"{LEVELS.get(row['level'], row['level'])} {row['year']}"
        cells = [label(row), level, *values, judged, number(row["province"])]
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join([*lines, ""])


def label(row: dict[str, Any]) -> str:
    """Name a moment in words."""
    if row["moment"] == "areas":
        return KINDS["areas"]
    words = [f"{KINDS[row['moment']]}:", name(row["column"])]
    if row["other"]:
        words += ["with", name(row["other"])]
    if row["urbanity"]:
        words.append(f"(class {row['urbanity']})")
    return " ".join(words)


def name(column: str) -> str:
    """Name a column in words."""
    for ending, said in {"_before": ", first year", "_change": ", change"}.items():
        if column.endswith(ending):
            return WORDS[column.removesuffix(ending)] + said
    return WORDS.get(column, column)


def number(value: float) -> str:
    """Write a number with three digits, or a dash."""
    if pd.isna(value):
        return "-"
    if abs(value) >= 1000:
        return f"{value:,.0f}"
    return f"{value:.3f}" if abs(value) < 1 else f"{value:.3g}"


def sources(result: pd.DataFrame) -> str:
    """List where the real moments come from."""
    lines = ["| level | source | moments | areas | note |", "|---|---|---:|---:|---|"]
    keys = ["level", "year", "source", "note"]
    for (level, year, source, note), rows in result.groupby(keys, sort=False):
        most = rows["n"].max()
        areas = "-" if pd.isna(most) else f"{most:,.0f}"
        lines.append(f"| {level} {year} | {source} | {len(rows)} | {areas} | {note} |")
    return "\n".join([*lines, ""])
