"""What the estimators that the register names find, and their placebos, over redraws."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy.special import stdtrit
from validity_summary import shares_error

LARGEST = "largest of all"
KEY = ["world", "hypothesis", "estimator", "role", "sample", "standard_errors"]
FIT = ["world", "draw", "hypothesis", "estimator", "role", "sample"]
# Kinds of errors of a cross-section are counted by the registry; here only those of other models.
GIVEN = ("excess", "agreement")
# Their estimate is the middle of a range: that it is not the truth is no bias.
RANGES = ("gap",)
LISTED = ("two_way", "change", "lagged", "programme", "count")


def by_row(found: pd.DataFrame, targets: pd.DataFrame, alpha: float = 0.05) -> pd.DataFrame:
    """Compare what rows of the register find with what they should find.

    Parameters
    ----------
    found : DataFrame
        world, draw, and the columns of `validity_draw.ANSWER_COLUMNS`.
    targets : DataFrame
        world, hypothesis, estimator, target. Placebos should find nothing.
    alpha : float

    Returns
    -------
    DataFrame
        `KEY` (standard_errors: each kind, and the largest, by which verdicts are), draws, refused,
        target, mean, bias, bias_mc, sd, ratio (mean standard error over sd), coverage,
        coverage_mc, rejection (share with p of at most alpha).
    """
    if found.empty:
        return pd.DataFrame(columns=[*KEY, "draws", "coverage", "bias", "rejection"])
    usable = found[found["status"] == "ok"]
    kinds = usable["estimator"].isin(LISTED) & (usable["role"] != "placebo")
    both = pd.concat([_largest(usable), usable[kinds]])
    both = both.merge(
        targets[["world", "hypothesis", "estimator", "target"]],
        on=["world", "hypothesis", "estimator"],
        how="left",
        validate="m:1",
    )
    both.loc[both["role"] == "placebo", "target"] = 0.0
    both["covers"] = both["target"].between(both["low"], both["high"])
    both["rejects"] = both["p"] <= alpha
    counted = both.groupby(KEY, sort=False).agg(
        draws=("estimate", "size"),
        target=("target", "first"),
        mean=("estimate", "mean"),
        sd=("estimate", "std"),
        error=("std_error", "mean"),
        coverage=("covers", "mean"),
        rejection=("rejects", "mean"),
    )
    asked = found.groupby("world")["draw"].nunique()
    counted["refused"] = 1 - counted["draws"] / counted.index.get_level_values("world").map(asked)
    counted["bias"] = counted["mean"] - counted["target"]
    counted["bias_mc"] = counted["sd"] / np.sqrt(counted["draws"])
    counted["ratio"] = counted["error"] / counted["sd"]
    counted["coverage_mc"] = shares_error(counted["coverage"], counted["draws"])
    return counted.reset_index()


def _largest(usable: pd.DataFrame) -> pd.DataFrame:
    """Take the kind with the largest error, and the interval that the verdict rules make of it."""
    order = usable["std_error"].sort_values(ascending=False, kind="stable").index
    worst = usable.loc[order].drop_duplicates(FIT).sort_index()
    # rules for ratios and correlations take the interval as it is given
    symmetric = ~worst["estimator"].isin(GIVEN)
    reach = worst["std_error"] * stdtrit(worst["degrees"].to_numpy(float), 0.975)
    low = worst["low"].mask(symmetric, worst["estimate"] - reach)
    high = worst["high"].mask(symmetric, worst["estimate"] + reach)
    largest = usable.groupby(FIT)["p"].max().rename("p").reset_index()
    worst = worst.drop(columns="p").merge(largest, on=FIT, how="left", validate="1:1")
    return worst.assign(low=low.to_numpy(), high=high.to_numpy(), standard_errors=LARGEST)


def deciding(answers: pd.DataFrame) -> pd.DataFrame:
    """Keep the rows that verdicts rest on, with the error that they take."""
    return answers[(answers["role"] == "primary") & (answers["standard_errors"] == LARGEST)]


def placebos(answers: pd.DataFrame) -> pd.DataFrame:
    """Keep the placebos, with their largest error."""
    return answers[(answers["role"] == "placebo") & (answers["standard_errors"] == LARGEST)]
