"""The figure of slopes by group: urbanity, small places, Limburg, each with its one test."""

from __future__ import annotations

import pandas as pd

from nplvanalysis.report import numbers
from nplvanalysis.report.chart import Chart
from nplvanalysis.report.edition import Edition
from nplvanalysis.report.fits import sample_in_words
from nplvanalysis.report.lines_chart import DRAWN_TOGETHER, lines
from nplvanalysis.report.results import capital, caveats, each, years_of
from nplvanalysis.report.ways_chart import largest

BY = "by "


def groups(estimates: pd.DataFrame, edition: Edition) -> Chart:
    """Draw the slope in each group, and name the test that all slopes are equal.

    Parameters
    ----------
    estimates : DataFrame
        Rows of one row of the register, from `models.heterogeneity.estimate_interaction`.
    edition : Edition

    Returns
    -------
    Chart
        The title has one p for each grouping, or that it cannot be tested here.

    Raises
    ------
    DataError
        If no group has a slope.
    """
    rows = largest(estimates)
    rows = rows[~rows["sample"].str.startswith(BY)].reset_index(drop=True)
    together = rows["sample"].str.endswith(DRAWN_TOGETHER)
    rows["role"] = together.map({True: "gate", False: "primary"})
    labels = [
        f"{capital(sample_in_words(str(row.sample), edition))} ({edition.number(row.n)})"
        for row in each(rows)
    ]
    first = estimates.iloc[0]
    title = edition.say(
        *("chart", "groups_title"),
        outcome=edition.title(str(first["outcome"])),
        per=edition.contrast(str(first["exposure"]), "per"),
        tests="; ".join(tests(estimates, edition)),
    )
    caption = edition.say(
        *("chart", "groups_caption"),
        areas=edition.areas,
        refused=_refused(estimates, edition),
        caveat=caveats(str(first["outcome"]), edition, years_of(estimates)),
    ).replace("  ", " ")
    return lines(rows, labels, title, caption, edition)


def tests(estimates: pd.DataFrame, edition: Edition) -> list[str]:
    """Tell of each grouping how likely such slopes are if all are equal.

    Parameters
    ----------
    estimates : DataFrame
        See `groups`.
    edition : Edition

    Returns
    -------
    list of str
        With the largest p of all kinds of error.
    """
    joint = estimates[estimates["sample"].str.startswith(BY)]
    told = []
    for name, own in joint.groupby("sample", sort=False):
        by = edition.say("chart", f"groups_{str(name).removeprefix(BY).replace(' ', '_')}")
        p = own["p"].max()
        if own["status"].ne("ok").all():
            told.append(edition.say("chart", "groups_untested", by=by))
        else:
            small = p < 0.001
            shown = numbers.number(max(p, 0.001), edition.language, 3 if p < 0.1 else 2)
            told.append(
                edition.say("chart", "groups_test", by=by, p=f"{'<' if small else '='} {shown}")
            )
    return told


def _refused(estimates: pd.DataFrame, edition: Edition) -> str:
    failed = estimates[estimates["status"].ne("ok") & ~estimates["sample"].str.startswith(BY)]
    names = [sample_in_words(str(name), edition) for name in failed["sample"].unique()]
    return edition.say("chart", "groups_refused", names=", ".join(names)) if names else ""
