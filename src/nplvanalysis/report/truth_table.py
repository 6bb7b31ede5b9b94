"""Where the one draw of the synthetic province disagrees with the effects that it was made with."""

from __future__ import annotations

from html import escape
from typing import Any

import pandas as pd

from nplvanalysis.report import numbers
from nplvanalysis.report.edition import Edition
from nplvanalysis.report.markup import Fragment, Group
from nplvanalysis.report.results import each, is_tested, widest
from nplvanalysis.report.tables import build

KEY = ["outcome", "exposure"]
# The truth is written for all areas, without mediators, and for one year.
TOTAL = ("primary", "secondary", "instrument", "decomposition")


def beside_truth(estimates: pd.DataFrame, truths: pd.DataFrame) -> pd.DataFrame:
    """Put estimates beside the effects that the synthetic province was made with.

    Parameters
    ----------
    estimates : DataFrame
        Any rows; checks, conditional rows and parts of the areas are left out.
    truths : DataFrame
        outcome, exposure, truth: one row per outcome and exposure, in the unit of the estimate.

    Returns
    -------
    DataFrame
        The rows of cross-sections that have a truth, the widest interval of each, with `truth` and
        `inside`: whether the interval holds it.
    """
    total = estimates["role"].isin(TOTAL) & estimates["subset"].eq("")
    usable = estimates["status"].eq("ok") & estimates["estimator"].eq("cross_section")
    rows = widest(estimates[total & usable])
    both = rows.merge(truths[[*KEY, "truth"]], on=KEY, how="inner", validate="m:1")
    both = both.drop_duplicates(KEY).reset_index(drop=True)
    return both.assign(inside=both["truth"].between(both["low"], both["high"]))


def disagreements(
    estimates: pd.DataFrame, verdicts: pd.DataFrame, truths: pd.DataFrame
) -> pd.DataFrame:
    """List estimates whose interval misses the truth, and verdicts that the truth belies.

    Parameters
    ----------
    estimates, verdicts : DataFrame
        Of the synthetic province.
    truths : DataFrame
        outcome, exposure, truth.

    Returns
    -------
    DataFrame
        hypothesis, outcome, exposure, kind ("interval" or the verdict), estimate, std_error, low,
        high, truth. A verdict is belied if it says that an association is there, or large enough
        to matter, and the truth is smaller than that; or that it is not, and the truth is.
    """
    both = beside_truth(estimates, truths)
    missed = both[~both["inside"]].assign(kind="interval")
    own = verdicts[is_tested(verdicts)].rename(columns={"specification": "exposure"})
    judged = own.merge(truths[[*KEY, "truth"]], on=KEY, how="inner", validate="m:1")
    wrong = judged[pd.Series([_belied(row) for row in each(judged)], judged.index, dtype=bool)]
    wrong = wrong.assign(kind=wrong["verdict"], estimate=wrong["sign"] * wrong["theta"])
    columns = ["hypothesis", *KEY, "kind", "estimate", "std_error", "low", "high", "truth"]
    return pd.concat([missed[columns], wrong[columns]], ignore_index=True)


def _belied(verdict: Any) -> bool:
    theta = verdict.sign * verdict.truth
    return {
        "supported": theta < verdict.delta,
        "mixed": theta < verdict.delta,
        "contradicted": theta > -verdict.delta,
        "not_supported": theta >= verdict.delta,
    }.get(verdict.verdict, False)


def disagreements_table(
    estimates: pd.DataFrame, verdicts: pd.DataFrame, truths: pd.DataFrame, edition: Edition
) -> Fragment:
    """Show where this draw disagrees with the truth; none is mended by choosing another draw.

    Parameters
    ----------
    estimates, verdicts, truths : DataFrame
        See `disagreements`.
    edition : Edition

    Returns
    -------
    Fragment
    """
    rows = []
    for row in each(disagreements(estimates, verdicts, truths)):
        places = numbers.decimals(row.std_error)
        what = f"{row.hypothesis}: {edition.axis(row.outcome)}, "
        rows.append(
            [
                escape(what + edition.contrast(row.exposure, "per")),
                escape(_kind(row.kind, edition)),
                escape(numbers.signed(row.estimate, edition.language, places)),
                escape(numbers.signed(row.truth, edition.language, places)),
            ]
        )
    columns = ["what", "disagreement", "estimate", "true"]
    return build("disagreements", columns, [Group("", rows)], edition, numeric=(2, 3))


def _kind(kind: str, edition: Edition) -> str:
    if kind == "interval":
        return edition.say("truth", "interval")
    return edition.say("truth", "verdict", verdict=edition.say("verdict", kind))
