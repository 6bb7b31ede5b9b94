"""Bias, coverage, rejection and verdicts, counted over redraws."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy.special import stdtrit
from validity_worlds import World

from nplvanalysis.models import registry
from nplvanalysis.models.registry import Estimator

# Targets: coverage where assumptions hold; rejection of two unrelated clustered columns; false
# support; support where the truth is large and the error small.
COVERAGE, SIZE, FALSE_SUPPORT, POWER = (0.93, 0.97), 0.08, 0.025, 0.80
# In units of the smallest relevant effect.
LARGE_TRUTH, SMALL_ERROR = 2.0, 0.5
# A share of fewer draws than this says nothing.
FEW = 30
KEY = ["world", "hypothesis", "estimator"]
POWER_COLUMNS = ["world", "hypothesis", "truth", "draws", "small_draws", "small", "supported"]
POWER_COLUMNS += ["mc", "all_supported"]


def shares_error(share: pd.Series | float, count: pd.Series | int) -> pd.Series | float:
    """Monte Carlo error of a share."""
    return np.sqrt(share * (1 - share) / count)


def by_estimator(found: pd.DataFrame, targets: pd.DataFrame, alpha: float = 0.05) -> pd.DataFrame:
    """Compare estimates with what they should find.

    Parameters
    ----------
    found : DataFrame
        world, draw, and the columns of `validity_draw.ESTIMATE_COLUMNS`.
    targets : DataFrame
        world, hypothesis, estimator, target.
    alpha : float

    Returns
    -------
    DataFrame
        `KEY`, draws, refused (share), target, mean, bias, bias_mc (its Monte Carlo error), sd,
        ratio (mean standard error over sd), coverage, coverage_mc, rejection (of no effect).
    """
    both = found.merge(targets[[*KEY, "target"]], on=KEY, how="left", validate="m:1")
    usable = both[both["std_error"].notna()].copy()
    reach = usable["std_error"] * stdtrit(usable["degrees"], 1 - alpha / 2)
    usable["covers"] = (usable["estimate"] - usable["target"]).abs() <= reach
    usable["rejects"] = usable["estimate"].abs() > reach
    counted = usable.groupby(KEY, sort=False).agg(
        draws=("estimate", "size"),
        target=("target", "first"),
        mean=("estimate", "mean"),
        sd=("estimate", "std"),
        error=("std_error", "mean"),
        coverage=("covers", "mean"),
        rejection=("rejects", "mean"),
    )
    asked = both.groupby(KEY, sort=False).size()
    counted["refused"] = 1 - counted["draws"] / asked
    counted["bias"] = counted["mean"] - counted["target"]
    counted["bias_mc"] = counted["sd"] / np.sqrt(counted["draws"])
    counted["ratio"] = counted["error"] / counted["sd"]
    counted["coverage_mc"] = shares_error(counted["coverage"], counted["draws"])
    return counted.reset_index()


def holds(estimator: Estimator, world: World) -> bool:
    """Tell whether what an estimator assumes of errors is so in a world."""
    return world.ties <= estimator.holds_with


def missed(counted: pd.DataFrame) -> pd.Series:
    """Tell where coverage is below its target by more than chance (two Monte Carlo errors)."""
    return counted["coverage"] + 2 * counted["coverage_mc"] < COVERAGE[0]


def judged(counted: pd.DataFrame, worlds: dict[str, World]) -> pd.DataFrame:
    """Say of each estimator, over all worlds and hypotheses, how its intervals cover.

    Parameters
    ----------
    counted : DataFrame
        From `by_estimator`.
    worlds : dict of str to World

    Returns
    -------
    DataFrame
        estimator; lowest and highest coverage where its assumptions hold (low, high), how many
        such cells (world and hypothesis) there are (cells) and how many are within the target
        (within); low and high elsewhere (other_low, other_high; NaN if there is no such world);
        width (its mean error over that of the deciding one); result: "trusted", "wide" (safe but
        too wide) or "narrow" (covers too little where it should hold, by more than chance).
    """
    deciding = counted[counted["estimator"] == registry.DECIDING]
    errors = deciding.set_index(["world", "hypothesis"])["error"]
    rows = []
    for name, own in counted.groupby("estimator", sort=False):
        estimator = registry.ESTIMATORS[str(name)]
        good = own["world"].map(lambda world, one=estimator: holds(one, worlds[world]))
        relative = own.set_index(["world", "hypothesis"])["error"] / errors
        inside, outside = own[good], own.loc[~good, "coverage"]
        top = 1.0 if estimator.conservative else COVERAGE[1]
        rows.append(
            {
                "estimator": name,
                "low": inside["coverage"].min(),
                "high": inside["coverage"].max(),
                "cells": len(inside),
                "within": int(inside["coverage"].between(COVERAGE[0], top).sum()),
                "other_low": outside.min(),
                "other_high": outside.max(),
                "width": relative.mean(),
                "result": _result(inside),
            }
        )
    return pd.DataFrame(rows)


def _result(inside: pd.DataFrame) -> str:
    if missed(inside).any():
        return "narrow"
    wide = inside["coverage"] - 2 * inside["coverage_mc"] > COVERAGE[1]
    return "wide" if wide.any() else "trusted"


def instead(judgements: pd.DataFrame, counted: pd.DataFrame, name: str) -> str | None:
    """Name the narrowest estimator of the same model that covers enough wherever `name` fails.

    Returns
    -------
    str or None
        If none does, the narrowest that falls short by no more than chance; None if there is none.
    """
    own = counted[(counted["estimator"] == name) & missed(counted)]
    failed = pd.MultiIndex.from_frame(own[["world", "hypothesis"]])
    same = [
        str(row.estimator)
        for row in judgements.sort_values("width").itertuples()
        if registry.ESTIMATORS[str(row.estimator)].model == registry.ESTIMATORS[name].model
    ]
    there = {
        one: counted[counted["estimator"] == one].set_index(["world", "hypothesis"]).loc[failed]
        for one in same
    }
    enough = [one for one in same if there[one]["coverage"].min() >= COVERAGE[0]]
    nearly = [one for one in same if not missed(there[one]).any()]
    return next(iter([*enough, *nearly]), None)


def by_verdict(found: pd.DataFrame) -> pd.DataFrame:
    """Count verdicts.

    Parameters
    ----------
    found : DataFrame
        world, draw, hypothesis, verdict, std_error, delta.

    Returns
    -------
    DataFrame
        world, hypothesis, delta and error (means), draws, one column of shares per verdict.
    """
    keys = ["world", "hypothesis"]
    shares = pd.crosstab([found[key] for key in keys], found["verdict"], normalize="index")
    groups = found.groupby(keys, sort=False)
    means = groups.agg(
        delta=("delta", "mean"), error=("std_error", "mean"), draws=("verdict", "size")
    )
    return means.join(shares, validate="1:1").reset_index()


def power(found: pd.DataFrame, targets: pd.DataFrame, signs: dict[str, int]) -> pd.DataFrame:
    """Count how often a large truth is supported, among draws with a small error.

    Parameters
    ----------
    found : DataFrame
        As in `by_verdict`.
    targets : DataFrame
        world, hypothesis, estimator, target, decides.
    signs : dict of str to int
        Of each hypothesis whose size that matters is a difference; others are left out: the error
        of a ratio or of a correlation has no scale of its own.

    Returns
    -------
    DataFrame
        world, hypothesis, truth (in smallest relevant effects), draws (all), small_draws (with an
        error of at most half that effect), small (their share), supported (share of those), mc,
        all_supported.
        Only where the mean truth is about twice the effect or more.
    """
    own = targets[targets["decides"] & targets["hypothesis"].isin(signs)]
    found = found[found["hypothesis"].isin(signs)]
    both = found.merge(own, on=["world", "hypothesis"], how="left", validate="m:1")
    both["truth"] = both["target"] * both["hypothesis"].map(signs).astype(float) / both["delta"]
    both["is_small"] = both["std_error"] <= SMALL_ERROR * both["delta"]
    both["won"] = both["verdict"] == "supported"
    rows = []
    for (world, hypothesis), group in both.groupby(["world", "hypothesis"], sort=False):
        # a pilot set the effect: its mean over redraws differs a little from two
        if not group["truth"].mean() >= 0.95 * LARGE_TRUTH:
            continue
        small = group[group["is_small"]]
        rows.append(
            {
                "world": world,
                "hypothesis": hypothesis,
                "truth": group["truth"].mean(),
                "draws": len(group),
                "small_draws": len(small),
                "small": group["is_small"].mean(),
                "supported": small["won"].mean(),
                "mc": shares_error(small["won"].mean(), max(len(small), 1)),
                "all_supported": group["won"].mean(),
            }
        )
    return pd.DataFrame(rows, columns=POWER_COLUMNS)
