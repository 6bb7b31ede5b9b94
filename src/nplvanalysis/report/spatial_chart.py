"""The figure of one estimate in space: as it decides, and with errors or outcomes shared."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from nplvanalysis.errors import DataError
from nplvanalysis.report import numbers
from nplvanalysis.report.chart import (
    BLUE,
    GREEN,
    LABEL,
    ORANGE,
    Chart,
    broken,
    canvas,
    drawing,
    finish,
)
from nplvanalysis.report.edition import Edition
from nplvanalysis.report.results import capital, difference, each

LOOKS = {"deciding": (BLUE, "o"), "error": (ORANGE, "D"), "lag": (GREEN, "s")}
COLUMNS = {
    "deciding": ("moran", "estimate", "low", "high"),
    "error": ("error_lambda", "error", "error_low", "error_high"),
    "lag": ("lag_rho", "total", "total_low", "total_high"),
}


def spatial(own: pd.DataFrame, edition: Edition) -> Chart:
    """Draw the deciding estimate beside those of models of space, graph by graph.

    Parameters
    ----------
    own : DataFrame
        Rows of one hypothesis of `models.spatial.spatial_table`; those with other weights than the
        first that could be estimated, and models that failed, are left out; the title counts the
        graphs that were tried.
    edition : Edition

    Returns
    -------
    Chart

    Raises
    ------
    DataError
        If nothing could be estimated, or there is more than one hypothesis.
    """
    used, named = own[own["status"] == "ok"], own["hypothesis"].unique()
    if len(named) != 1 or used.empty:
        raise DataError(
            "A figure of models of space needs the graphs of one estimate.",
            where="nplvanalysis.report.spatial_chart",
            expected="rows of one hypothesis, at least one of them with an estimate",
            got=f"{len(named)} hypotheses, {len(used)} such rows",
            todo="Select the rows of one hypothesis before drawing.",
        )
    about = used.iloc[0]
    lines = _lines(used[used["weights"] == about["weights"]])
    tried = int(own["weights"].eq(about["weights"]).sum())
    labels = [_label(line, edition) for line in each(lines)]
    with drawing():
        figure, (axes,) = canvas(1.9 + 0.36 * len(lines))
        kind = edition.study.models.specifications[about["exposure"]].kind
        delta = edition.study.models.delta[kind] * about["outcome_sd"]
        axes.axvspan(-delta, delta, color="#e3e3e3", zorder=0)
        _draw(axes, lines, labels)
        axes.set_xlabel(_axis(about, edition))
        return finish(
            figure,
            _title(lines, tried, about, edition),
            edition.say("chart", "space_alt", rows=_told(lines, labels, about, edition)),
            edition.say("chart", "space_caption", caveat=edition.say("caveat", "level")),
            edition,
        )


def _lines(used: pd.DataFrame) -> pd.DataFrame:
    """List what is drawn: kind, graph, strength, estimate, low, high."""
    parts = []
    for kind, columns in COLUMNS.items():
        rows = used.head(1) if kind == "deciding" else used
        named = dict(zip(columns, ("strength", "estimate", "low", "high"), strict=True))
        part = rows.reindex(columns=["graph", *columns]).rename(columns=named)
        parts.append(part.dropna(subset=["estimate", "low", "high"]).assign(kind=kind))
    return pd.concat(parts, ignore_index=True)


def _label(line: object, edition: Edition) -> str:
    kind, strength = line.kind, line.strength  # type: ignore[attr-defined]
    said = numbers.signed(strength, edition.language, 2)
    if kind == "deciding":
        return edition.say("chart", "space_line_deciding", moran=said)
    graph = edition.say("sample", line.graph)  # type: ignore[attr-defined]
    return edition.say("chart", f"space_line_{kind}", graph=graph, strength=said)


def _draw(axes: Axes, lines: pd.DataFrame, labels: list[str]) -> None:
    places = np.arange(len(lines))[::-1]
    axes.axvline(0, color="black", linewidth=1)
    for line, place in zip(each(lines), places, strict=True):
        color, marker = LOOKS[line.kind]
        axes.plot([line.low, line.high], [place, place], color=color, linewidth=1.8)
        axes.plot(line.estimate, place, marker, color=color, markersize=6)
    axes.set_yticks(places, [broken(label, LABEL) for label in labels], size=8)
    axes.set_ylim(-0.6, len(lines) - 0.4)
    axes.grid(visible=False)


def _axis(about: pd.Series, edition: Edition) -> str:
    label = edition.say(
        *("chart", "difference"),
        outcome=edition.title(about["outcome"]),
        unit=edition.unit(about["outcome"], "amount"),
        per=edition.contrast(about["exposure"], "per"),
    )
    return "\n".join(broken(line, LABEL) for line in label.splitlines())


def _title(lines: pd.DataFrame, tried: int, about: pd.Series, edition: Edition) -> str:
    shared = lines[lines["kind"] == "error"]
    sign = np.sign(about["estimate"])
    wide = int(((shared["low"] <= 0) & (shared["high"] >= 0)).sum())
    key = "all" if wide == 0 else "most"
    turned = int((np.sign(shared["estimate"]) != sign).sum())
    key = "split" if turned else key
    return edition.say(
        *("chart", f"space_title_{key if len(shared) else 'none'}"),
        outcome=capital(edition.outcome(about["outcome"])),
        per=edition.contrast(about["exposure"], "per"),
        direction=edition.say("direction", "higher" if sign > 0 else "lower"),
        count=len(shared),
        tried=tried,
        wide=wide,
        turned=turned,
    )


def _told(lines: pd.DataFrame, labels: list[str], about: pd.Series, edition: Edition) -> str:
    places = numbers.decimals(about["std_error"])
    return " ".join(
        f"{label}: {difference(line.estimate, about['outcome'], edition, places)} "
        f"({numbers.interval(line.low, line.high, edition.language, places)})."
        for line, label in zip(each(lines), labels, strict=True)
    )
