"""Figures of one question asked in several ways: at one time, of change, through a mediator."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from nplvanalysis.report import numbers
from nplvanalysis.report.chart import Chart
from nplvanalysis.report.edition import Edition
from nplvanalysis.report.fits import sample_in_words
from nplvanalysis.report.lines_chart import amount, label_of, lines, smallest
from nplvanalysis.report.results import capital, caveats, each, years_of

# A difference as large as so many errors is found in 80 % of cases at the 5 % level.
DETECTABLE = 2.8
# One line per fit of these; kinds of error are told apart by `largest`.
FIT = ["estimator", "role", "weights", "controls", "sample"]


def largest(estimates: pd.DataFrame) -> pd.DataFrame:
    """Keep of every fit that could be estimated the row with the largest error.

    Parameters
    ----------
    estimates : DataFrame
        Rows of one question, by any estimators.

    Returns
    -------
    DataFrame
        In the order of `estimates`.
    """
    usable = estimates[estimates["status"] == "ok"]
    order = usable["std_error"].sort_values(ascending=False, kind="stable").index
    return usable.loc[order].drop_duplicates(FIT).sort_index().reset_index(drop=True)


def ways(estimates: pd.DataFrame, ratio: pd.DataFrame, edition: Edition) -> Chart:
    """Draw one association as several estimators give it, in one unit.

    Parameters
    ----------
    estimates : DataFrame
        From `models.ways.estimate_ways`.
    ratio : DataFrame
        From `models.ways.ratio_of`.
    edition : Edition

    Returns
    -------
    Chart

    Raises
    ------
    DataError
        If none could be estimated.
    """
    rows = largest(estimates)
    # below what decides, everything is a check
    rows["role"] = np.where(rows.index == 0, rows["role"], "gate")
    labels = _labels(rows, edition)
    title = edition.say(
        *("chart", "ways_title"),
        **_named(rows, edition),
        low=amount(rows["estimate"].min(), rows, edition),
        high=amount(rows["estimate"].max(), rows, edition),
        count=len(rows),
    )
    about = {**_about(rows, edition), "ratio": _ratio(ratio, edition)}
    caption = edition.say("chart", "ways_caption", **about).replace("  ", " ")
    return lines(rows, labels, title, caption, edition)


def _ratio(ratio: pd.DataFrame, edition: Edition) -> str:
    if ratio.empty:
        return ""
    ends = [edition.number(ratio[name].iloc[0], 3) for name in ("estimate", "low", "high")]
    said = dict(zip(("ratio", "low", "high"), ends, strict=True))
    return edition.say("chart", "ways_ratio", n=edition.number(ratio["n"].iloc[0]), **said)


def change(estimates: pd.DataFrame, power: pd.DataFrame, edition: Edition) -> Chart:
    """Draw a difference of changes with its checks and placebos, and what could be seen at all.

    Parameters
    ----------
    estimates : DataFrame
        From `models.change_checks.change_checks`; the estimate that decides comes first.
    power : DataFrame
        From `models.long_difference.power_of_change`.
    edition : Edition

    Returns
    -------
    Chart

    Raises
    ------
    DataError
        If nothing could be estimated.
    """
    rows = largest(estimates)
    labels, first, spread = _labels(rows, edition), rows.iloc[0], power.iloc[0]
    permuted = rows.loc[rows["standard_errors"] == "permutation", "p"]
    places = numbers.decimals(float(first["std_error"]))
    unit = edition.unit(str(first["outcome"]), "amount")
    detectable = f"{edition.number(DETECTABLE * first['std_error'], places)} {unit}"
    title = edition.say(
        *("chart", "change_title"),
        **_named(rows, edition),
        estimate=amount(first["estimate"], rows, edition),
        interval=numbers.interval(first["low"], first["high"], edition.language, places),
        detectable=detectable,
    )
    caption = edition.say(
        *("chart", "change_caption"),
        **_about(rows, edition),
        term=edition.title(str(first["term"])).lower(),
        points=edition.unit(str(first["term"]), "amount"),
        first=int(spread["year_first"]),
        last=int(spread["year_exposure"]),
        spread=edition.number(spread["spread"], numbers.decimals(spread["spread"])),
        detectable=detectable,
        relevant=f"{edition.number(smallest(rows, edition), places)} {unit}",
        permuted=edition.number(permuted.iloc[0], 2) if len(permuted) else numbers.NOTHING,
    )
    return lines(rows, labels, title, caption, edition)


def mediation(estimates: pd.DataFrame, row: Any, found: Any, edition: Edition) -> Chart:
    """Draw a difference without and with a mediator held equal, and what lies between.

    Parameters
    ----------
    estimates : DataFrame
        Of a family; those of the row are used.
    row : registers.Row
        Of estimator mediation.
    found : models.mediation.Mediation
        mediator, rho, rho_low, rho_high.
    edition : Edition

    Returns
    -------
    Chart
        The total first; where the mediator leaves too little of housing, only the total.

    Raises
    ------
    DataError
        If not even the total could be estimated.
    """
    own = estimates["estimator"].eq("mediation") & estimates["outcome"].eq(row.outcome)
    rows = largest(estimates[own])
    order = rows["sample"].str.startswith("total").map({True: 0, False: 1})
    rows = rows.loc[order.sort_values(kind="stable").index].reset_index(drop=True)
    rows["role"] = np.where(rows.index == 0, "primary", "sensitivity")
    said = {"mediator": edition.title(found.mediator).lower(), **_named(rows, edition)}
    said["total"] = amount(rows["estimate"].iloc[0], rows, edition)
    given = rows.loc[rows["sample"].str.startswith("conditional"), "estimate"]
    key = "mediation_title" if len(given) else "mediation_title_none"
    said |= {"conditional": amount(given.iloc[0], rows, edition)} if len(given) else {}
    interval = numbers.interval(found.rho_low, found.rho_high, edition.language, 2)
    rho = {"rho": numbers.signed(found.rho, edition.language, 2), "interval": interval}
    caption = edition.say(
        *("chart", "mediation_caption" if len(given) else "mediation_caption_none"),
        **_about(rows, edition) | (rho if len(given) else {}),
        mediator=said["mediator"],
    )
    labels = [capital(sample_in_words(str(one.sample), edition)) for one in each(rows)]
    return lines(rows, labels, edition.say("chart", key, **said), caption, edition)


def _labels(rows: pd.DataFrame, edition: Edition) -> list[str]:
    first = next(each(rows), None)
    return [label_of(row, first, edition) for row in each(rows)]


def _named(rows: pd.DataFrame, edition: Edition) -> dict[str, str]:
    if rows.empty:
        return {"outcome": "", "per": ""}
    outcome, exposure = str(rows["outcome"].iloc[0]), str(rows["exposure"].iloc[0])
    return {"outcome": edition.title(outcome), "per": edition.contrast(exposure, "per")}


def _about(rows: pd.DataFrame, edition: Edition) -> dict[str, str]:
    return {
        "n": edition.number(rows["n"].iloc[0]),
        "areas": edition.areas,
        "caveat": caveats(str(rows["outcome"].iloc[0]), edition, years_of(rows)),
    }
