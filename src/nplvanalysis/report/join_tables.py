"""Tables of what it costs to put years on one set of borders, and of what bare codes would do."""

from __future__ import annotations

from html import escape
from typing import Any

import pandas as pd

from nplvanalysis.report import numbers
from nplvanalysis.report.edition import Edition
from nplvanalysis.report.markup import Fragment, Group
from nplvanalysis.report.results import each
from nplvanalysis.report.tables import build

ROW = ["source", "year", "counted"]
COUNTS = ("dwellings", "persons", "areas")
# Columns of the table, and the rows of the coverage report behind them.
HARMONISED = {"whole": "kept", "apportioned": "apportioned", "lost": "lost"}
BARE = {"right": "kept", "misplaced": "misplaced", "gone": "lost"}


def shares(coverage: pd.DataFrame, naive: pd.DataFrame) -> pd.DataFrame:
    """Turn two coverage reports into percentages of what came in.

    Parameters
    ----------
    coverage, naive : DataFrame
        source, year, step, areas, dwellings, persons: of the panel, and of a join on bare codes.

    Returns
    -------
    DataFrame
        source, year, counted ("dwellings" and "persons", or "areas" where neither is known), whole,
        apportioned, lost, right, misplaced, gone (%). Years that both keep whole are left out.
    """
    parts = [_wide(coverage, HARMONISED), _wide(naive, BARE)]
    both = parts[0].merge(parts[1], on=["source", "year", "counted"], validate="1:1")
    changed = both[(both["whole"] < 100) | (both["right"] < 100)]
    known = changed.groupby(["source", "year"])["counted"].transform("size") > 1
    return changed[(changed["counted"] != "areas") | ~known].reset_index(drop=True)


def _wide(coverage: pd.DataFrame, steps: dict[str, str]) -> pd.DataFrame:
    long = coverage.melt(["source", "year", "step"], list(COUNTS), "counted", "value")
    # what is not known of one step cannot be a percentage of all
    known = long["value"].notna().groupby([long[name] for name in ROW]).transform("all")
    long = long[known]
    sums = long.pivot_table("value", ROW, "step", aggfunc="sum")
    totals = sums.sum(axis=1)
    percent = 100 * sums[totals > 0].div(totals[totals > 0], axis=0)
    named = {name: percent.get(step, 0.0) for name, step in steps.items()}
    return percent.assign(**named)[list(steps)].fillna(0.0).reset_index()


def shares_table(coverage: pd.DataFrame, naive: pd.DataFrame, edition: Edition) -> Fragment:
    """Show, per source and year, what the panel keeps and where bare codes would put it.

    Parameters
    ----------
    coverage, naive : DataFrame
        See `shares`.
    edition : Edition

    Returns
    -------
    Fragment
    """
    table = shares(coverage, naive)
    groups = [
        Group(f"{source}, {year}", [_percentages(row, edition) for row in each(part)])
        for (source, year), part in table.groupby(["source", "year"], sort=False)
    ]
    columns = ["counted", *HARMONISED, *BARE]
    return build("shares", columns, groups, edition, numeric=range(1, 7))


def _percentages(row: Any, edition: Edition) -> list[str]:
    values = [getattr(row, name) for name in (*HARMONISED, *BARE)]
    cells = [f"{edition.number(value, 1)} %" for value in values]
    return [escape(edition.say("column", row.counted)), *cells]


def joins_table(compared: pd.DataFrame, edition: Edition) -> Fragment:
    """Show the same estimate on panels that were joined in different ways.

    Parameters
    ----------
    compared : DataFrame
        See `nplvanalysis.models.joins.compared`.
    edition : Edition

    Returns
    -------
    Fragment
    """
    key = ["hypothesis", "what", "first", "year_exposure", "year_outcome"]
    groups = [
        Group(_heading(part.iloc[0], edition), [_joined(row, edition) for row in each(part)])
        for _, part in compared.groupby(key, sort=False)
    ]
    columns = ["join", "estimate", "error", "areas", "left_out"]
    return build("joins", columns, groups, edition, numeric=(1, 2, 3, 4))


def _heading(row: Any, edition: Edition) -> str:
    what = f"{edition.axis(row['outcome'])}, {edition.contrast(row['specification'], 'per')}"
    years = {name: int(row[name]) for name in ("first", "year_exposure", "year_outcome")}
    return f"{row['hypothesis']}: {what}; {edition.say('join', row['what'], **years)}"


def _joined(row: Any, edition: Edition) -> list[str]:
    name = edition.say("join", row.join)
    if row.status != "ok":
        cells = [numbers.NOTHING, edition.say("reason", row.status), numbers.NOTHING]
    else:
        places = numbers.decimals(row.std_error)
        cells = [
            numbers.signed(row.estimate, edition.language, places),
            edition.number(row.std_error, places),
            edition.number(row.n),
        ]
    left_out = edition.number(row.left_out) if row.what == "change" else numbers.NOTHING
    return [escape(cell) for cell in (name, *cells, left_out)]


def unresolved_table(unresolved: pd.DataFrame, edition: Edition) -> Fragment:
    """List rows and areas of tables keyed by name that have no figures in the panel.

    Parameters
    ----------
    unresolved : DataFrame
        source, name, code, reason.
    edition : Edition
    """
    groups = [
        Group(str(source), [[escape(str(cell)) for cell in row] for row in part.to_numpy()])
        for source, part in unresolved.groupby("source")[["name", "code", "reason"]]
    ]
    return build("unresolved", ["name", "code", "reason"], groups, edition)


def addresses_table(matched: pd.DataFrame, edition: Edition) -> Fragment:
    """Show how many addresses two lists have in common.

    Parameters
    ----------
    matched : DataFrame
        division, target_division, addresses, found, share, areas_left_out.
    edition : Edition
    """
    rows = [
        [
            f"{row.division} → {row.target_division}",
            edition.number(row.addresses),
            f"{edition.number(row.share, 1)} %",
            edition.number(row.areas_left_out),
        ]
        for row in each(matched)
    ]
    columns = ["years", "addresses", "found", "areas_left_out"]
    return build("addresses", columns, [Group("", rows)], edition, numeric=(1, 2, 3))
