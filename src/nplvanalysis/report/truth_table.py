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
# The truth is written for all areas without mediators, and differs between levels and changes.
TOTAL = ("primary", "secondary", "instrument", "decomposition")
MODELS = dict.fromkeys(("cross_section", "count", "balances"), "level")
MODELS |= dict.fromkeys(("two_way", "change", "lagged", "programme"), "change")
# What tenure does differs between places, so that its truth is that of all areas only.
ALL_AREAS = ("owner-share", "owner-to-corporation", "blending")


def known(truths: pd.DataFrame) -> pd.DataFrame:
    """Name the columns of the list of true effects as estimates name them.

    Parameters
    ----------
    truths : DataFrame
        data/raw/truth.csv, all text; empty for real areas.

    Returns
    -------
    DataFrame
        outcome, exposure, model ("level" or "change"), truth; one row for each of the first three.
    """
    named = truths.rename(columns={"specification": "exposure", "effect": "truth"})
    return named.astype({"truth": "float64"}).drop_duplicates([*KEY, "model"])


def with_truth(rows: pd.DataFrame, truths: pd.DataFrame) -> pd.DataFrame:
    """Keep the rows that have a truth, and add it.

    Parameters
    ----------
    rows : DataFrame
        Estimates, or verdicts with their specification named exposure.
    truths : DataFrame
        From `known`.

    Returns
    -------
    DataFrame
        With model and truth.
    """
    model = rows["estimator"].map(MODELS)
    both = rows.assign(model=model).merge(
        truths[[*KEY, "model", "truth"]], on=[*KEY, "model"], how="inner", validate="m:1"
    )
    return both[both["subset"].eq("") | ~both["exposure"].isin(ALL_AREAS)]


def beside_truth(estimates: pd.DataFrame, truths: pd.DataFrame) -> pd.DataFrame:
    """Put estimates beside the effects that the synthetic province was made with.

    Parameters
    ----------
    estimates : DataFrame
        Any rows; checks and conditional rows are left out.
    truths : DataFrame
        From `known`, in the unit of the estimates.

    Returns
    -------
    DataFrame
        The rows that have a truth, the widest interval of each, with `truth` and `inside`: whether
        the interval holds it. Where tenure is the exposure, parts of the areas have none.
    """
    usable = estimates["role"].isin(TOTAL) & estimates["status"].eq("ok")
    both = with_truth(widest(estimates[usable]), truths)
    both = both.drop_duplicates([*KEY, "estimator", "subset"]).reset_index(drop=True)
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
        From `known`.

    Returns
    -------
    DataFrame
        hypothesis, outcome, exposure, estimator, kind ("interval" or the verdict), estimate,
        std_error, low, high, truth. A verdict is belied if it says that an association is there,
        or large enough to matter, and the truth is smaller than that; or that it is not, and the
        truth is.
    """
    both = beside_truth(estimates, truths)
    missed = both[~both["inside"]].assign(kind="interval")
    own = verdicts[is_tested(verdicts)].rename(columns={"specification": "exposure"})
    judged = with_truth(own, truths)
    wrong = judged[pd.Series([_belied(row) for row in each(judged)], judged.index, dtype=bool)]
    wrong = wrong.assign(kind=wrong["verdict"], estimate=wrong["sign"] * wrong["theta"])
    columns = ["hypothesis", *KEY, "estimator", "kind", "estimate", "std_error", "low", "high"]
    columns.append("truth")
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
        rows.append(
            [
                escape(f"{row.hypothesis}: {in_words(row, edition)}"),
                escape(_kind(row.kind, edition)),
                escape(numbers.signed(row.estimate, edition.language, places)),
                escape(numbers.signed(row.truth, edition.language, places)),
            ]
        )
    columns = ["what", "disagreement", "estimate", "true"]
    return build("disagreements", columns, [Group("", rows)], edition, numeric=(2, 3))


def in_words(row: Any, edition: Edition) -> str:
    """Name outcome and contrast of a row, and its estimator if it is no plain cross-section."""
    said = f"{edition.axis(row.outcome)}, {edition.contrast(row.exposure, 'per')}"
    plain = row.estimator == "cross_section"
    return said if plain else f"{said} ({edition.say('estimator', row.estimator)})"


def untold(verdicts: pd.DataFrame, truths: pd.DataFrame, edition: Edition) -> str:
    """Say for which tested hypotheses no truth is written.

    Parameters
    ----------
    verdicts, truths : DataFrame
        See `disagreements`.
    edition : Edition

    Returns
    -------
    str
        A sentence; empty if all have one.
    """
    own = verdicts[is_tested(verdicts)].rename(columns={"specification": "exposure"})
    told = set(with_truth(own, truths)["hypothesis"])
    names = [name for name in own["hypothesis"] if name not in told]
    return edition.say("truth", "untold", names=", ".join(names)) if names else ""


def _kind(kind: str, edition: Edition) -> str:
    if kind == "interval":
        return edition.say("truth", "interval")
    return edition.say("truth", "verdict", verdict=edition.say("verdict", kind))
