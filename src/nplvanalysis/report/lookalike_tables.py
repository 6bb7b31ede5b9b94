"""Tables of look-alikes: the list, the profile, and what decides the list."""

from __future__ import annotations

from html import escape

import pandas as pd

from nplvanalysis.report.edition import Edition
from nplvanalysis.report.lookalike_chart import feature
from nplvanalysis.report.markup import Fragment, Group
from nplvanalysis.report.results import each
from nplvanalysis.report.tables import build

SHOWN = 20
# What the list shows of an area besides its code.
COLUMNS = [
    *("name", "municipality_name", "dwellings", "share_top", "rank_median", "rank_low"),
    *("rank_high", "distance", "beside", "listed"),
]


def list_table(areas: pd.DataFrame, edition: Edition) -> Fragment:
    """Show the areas that are most often among the nearest ten.

    Parameters
    ----------
    areas : DataFrame
        code and `COLUMNS`, nearest first; the first `SHOWN` are shown.
    edition : Edition
    """
    rows = [
        [
            escape(f"{row.name}, {row.municipality_name} ({row.code})"),
            edition.number(row.dwellings),
            f"{edition.number(100 * row.share_top)} %",
            edition.number(row.rank_median),
            f"{edition.number(row.rank_low)}\N{EN DASH}{edition.number(row.rank_high)}",
            edition.number(row.distance, 2),
            escape(_mark(row, edition)),
        ]
        for row in each(areas.head(SHOWN))
    ]
    columns = ["area", "dwellings", "share_top", "rank_median", "rank_range", "distance", "listed"]
    return build("lookalikes", columns, [Group("", rows)], edition, numeric=(1, 2, 3, 4, 5))


def _mark(row: object, edition: Edition) -> str:
    listed, beside = row.listed, row.beside  # type: ignore[attr-defined]
    said = [edition.say("lookalike", "listed" if listed else "not_listed")]
    return ", ".join([*said, *([edition.say("lookalike", "beside")] if beside else [])])


def profile_table(profile: pd.DataFrame, edition: Edition) -> Fragment:
    """Show the profile of the focus areas, with and without candidate codes.

    Parameters
    ----------
    profile : DataFrame
        column, focus_derived, focus_with_candidates, reference, region, spread.
    edition : Edition
    """
    names = ["focus_derived", "focus_with_candidates", "reference", "region", "spread"]
    rows = [
        [
            escape(feature(row.column, edition)),
            *(edition.number(getattr(row, name), 1) for name in names),
        ]
        for row in each(profile)
    ]
    columns = ["feature", *names]
    return build("profile", columns, [Group("", rows)], edition, numeric=range(1, 6))


def parts_table(estimates: pd.DataFrame, edition: Edition) -> Fragment:
    """Show how many areas are listed by each part of the comparisons, and the stability.

    Parameters
    ----------
    estimates : DataFrame
        Rows of `lookalikes.estimate_lookalikes`: sample, estimate, low, high.
    edition : Edition
    """
    rows = [
        [
            escape(edition.say("lookalike", str(row.sample).replace(" ", "_"))),
            edition.number(row.estimate, 0 if _counts(row) else 2),
            _interval(row, edition),
        ]
        for row in each(estimates[estimates["status"] == "ok"])
    ]
    columns = ["comparisons", "value", "interval"]
    return build("lookalike_parts", columns, [Group("", rows)], edition, numeric=(1, 2))


def _counts(row: object) -> bool:
    return not str(row.sample).startswith("mean")  # type: ignore[attr-defined]


def _interval(row: object, edition: Edition) -> str:
    low, high = row.low, row.high  # type: ignore[attr-defined]
    if pd.isna(low):
        return ""
    return f"{edition.number(low)}\N{EN DASH}{edition.number(high)}"
