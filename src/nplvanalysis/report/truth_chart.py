"""Figure of estimates beside the effects that the synthetic province was made with."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from nplvanalysis.report import numbers
from nplvanalysis.report.chart import BLUE, GREEN, Chart, broken, canvas, drawing, finish
from nplvanalysis.report.edition import Edition
from nplvanalysis.report.results import each
from nplvanalysis.report.truth_table import beside_truth


def truth(estimates: pd.DataFrame, truths: pd.DataFrame, edition: Edition) -> Chart:
    """Draw estimates of the synthetic province beside the effects that it was made with.

    Parameters
    ----------
    estimates : DataFrame
        Any rows; see `truth_table.beside_truth` for those that are drawn.
    truths : DataFrame
        See `truth_table.known`.
    edition : Edition

    Returns
    -------
    Chart
        Estimate less truth, in smallest differences that matter, so that a bias of less than one of
        them can be seen.
    """
    both = beside_truth(estimates, truths)
    inside = both["inside"]
    scaled = _off_by(both, edition)
    labels = [_label(row, edition) for row in each(both)]
    with drawing():
        figure, (axes,) = canvas(2.2 + 0.5 * len(both))
        places = np.arange(len(both))[::-1]
        axes.hlines(places, scaled["low"], scaled["high"], color=BLUE, linewidth=2)
        axes.plot(
            scaled["estimate"],
            places,
            "o",
            color=BLUE,
            label=edition.say("chart", "truth_estimate"),
        )
        axes.axvspan(-1, 1, color="#e3e3e3", zorder=0)
        axes.axvline(0, color=GREEN, linewidth=2, label=edition.say("chart", "truth_true"))
        axes.set_yticks(places, [broken(label) for label in labels], size=8)
        axes.set_ylim(-0.6, len(both) - 0.4)
        axes.set_xlabel(edition.say("chart", "truth_axis"))
        axes.legend(loc="lower right", bbox_to_anchor=(1, 1), ncols=2, frameon=False)
        return finish(
            figure,
            edition.say("chart", "truth_title", inside=int(inside.sum()), count=len(both)),
            edition.say("chart", "truth_alt", rows=" ".join(_beside(both, labels, edition))),
            edition.say("chart", "truth_caption"),
            edition,
        )


def _label(row: Any, edition: Edition) -> str:
    said = f"{edition.title(row.outcome)}, {edition.contrast(row.exposure, 'per')}"
    plain = row.estimator == "cross_section"
    return said if plain else f"{said} ({edition.say('estimator', row.estimator)})"


def _off_by(both: pd.DataFrame, edition: Edition) -> pd.DataFrame:
    models = edition.study.models
    kinds = [models.specifications[name].kind for name in both["exposure"]]
    delta = both["outcome_sd"] * [models.delta[kind] for kind in kinds]
    return both[["estimate", "low", "high"]].sub(both["truth"], axis=0).div(delta, axis=0)


def _beside(both: pd.DataFrame, labels: list[str], edition: Edition) -> list[str]:
    told = []
    for row, label in zip(each(both), labels, strict=True):
        places = numbers.decimals(row.std_error)
        shown = (
            numbers.signed(value, edition.language, places) for value in (row.estimate, row.truth)
        )
        estimate, true = shown
        told.append(edition.say("chart", "truth_row", label=label, estimate=estimate, truth=true))
    return told
