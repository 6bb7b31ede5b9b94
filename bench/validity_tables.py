"""The tables of the validity page."""

from __future__ import annotations

import re
from collections.abc import Callable

import pandas as pd
import validity_answers as answered
import validity_summary as summary
from validity_lattice import COLUMNS, LAMBDA, ROWS
from validity_words import Figures, false_supports, percent

from nplvanalysis.models import registry

NUMBER = re.compile(r"[-−+–]?[\d.,]*( [%δ]| points)?")
VERDICTS = [
    *("supported", "mixed", "contradicted", "not_supported", "inconclusive", "too_imprecise"),
    "not_testable",
]


def table(rows: list[list[str]], head: list[str]) -> str:
    """Lay out a Markdown table; columns of numbers are set to the right."""
    columns = list(zip(*rows, strict=True)) or [()] * len(head)
    rule = ["---:" if all(map(NUMBER.fullmatch, column)) else "---" for column in columns]
    lines = [head, rule, *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines) + "\n"


def _met(met: bool) -> str:
    return "met" if met else "**missed**"


def targets(figures: Figures) -> str:
    """Set what was aimed at beside what was found."""
    rows = []
    for one in figures.judgements.itertuples():
        conservative = registry.ESTIMATORS[one.estimator].conservative
        words = {"trusted": "missed by less than chance may explain", "narrow": "**missed**"}
        words["wide"] = "met" if conservative else "**missed**: too wide"
        rows.append(
            [
                f"coverage of *{one.estimator}* where its assumptions hold",
                "at least 93 %" if conservative else "93 to 97 %",
                f"{percent(one.low)} to {percent(one.high)} ({one.within} of {one.cells} within)",
                "met" if one.within == one.cells else words[one.result],
            ]
        )
    rows += [_size_row(figures)] if figures.clustered else []
    rows += _answer_rows(figures)
    rows += _support_rows(figures)
    rows += _power_rows(figures)
    return table(rows, ["target", "aim", "found", ""])


def _size_row(figures: Figures) -> list[str]:
    own = figures.counted[
        (figures.counted["estimator"] == registry.DECIDING)
        & figures.counted["world"].isin(figures.clustered)
    ]
    worst = own["rejection"].max()
    return [
        f"rejection by *{registry.DECIDING}* where exposure and outcome are unrelated, both "
        "clustered in space",
        "at most 8 %",
        f"{percent(own['rejection'].min())} to {percent(worst)}",
        _met(worst <= summary.SIZE),
    ]


def _answer_rows(figures: Figures) -> list[list[str]]:
    """Judge the intervals of rows that other estimators decide, and placebos."""
    rows = []
    for one in answered.deciding(figures.answers).itertuples():
        missed = one.coverage < summary.COVERAGE[0]
        chance = one.coverage + 2 * one.coverage_mc >= summary.COVERAGE[0]
        said = "missed by less than chance may explain" if chance else "**missed**"
        where = f"{one.hypothesis} (*{one.estimator}*), {figures.worlds[one.world].title}"
        words = [f"coverage of {where}", "at least 93 %", percent(one.coverage)]
        rows.append([*words, said if missed else "met"])
    for one in answered.placebos(figures.answers).itertuples():
        where = f"{one.hypothesis} (*{one.estimator}*), {figures.worlds[one.world].title}"
        words = [f"placebo of {where}: finds something", "at most 8 %", percent(one.rejection)]
        rows.append([*words, _met(one.rejection <= summary.SIZE)])
    return rows


def _support_rows(figures: Figures) -> list[list[str]]:
    aim = f"at most {percent(summary.FALSE_SUPPORT)}"
    rows = []
    for one in false_supports(figures).sort_values("hypothesis").itertuples():
        where = figures.worlds[one.world].title
        name = f"*supported* where the claim is not true, {one.hypothesis}, worst world ({where})"
        met = _met(one.supported <= summary.FALSE_SUPPORT)
        rows.append([name, aim, percent(one.supported), met])
    return rows


def _power_rows(figures: Figures) -> list[list[str]]:
    rows = []
    for one in figures.power.itertuples():
        where = figures.worlds[one.world].title
        name = f"*supported*, {one.hypothesis}, {where}: truth {one.truth:.1f} δ, error ≤ δ/2"
        if one.small_draws < summary.FEW:
            few = f"{one.small_draws or 'no'} draws have so small an error"
            rows.append([name, "at least 80 %", few, "not tested"])
            continue
        found = f"{percent(one.supported)} of the {percent(one.small, 0)} with so small an error"
        rows.append([name, "at least 80 %", found, _met(one.supported >= summary.POWER)])
    return rows


def judgements(figures: Figures) -> str:
    """Say which estimator to trust where."""
    words = {"trusted": "yes", "wide": "yes, too wide", "narrow": "**no: too narrow**"}
    rows = [
        [
            one.estimator,
            registry.ESTIMATORS[one.estimator].assumes,
            words[one.result],
            f"{percent(one.low)} to {percent(one.high)}",
            "–"
            if pd.isna(one.other_low)
            else f"{percent(one.other_low)} to {percent(one.other_high)}",
            f"{one.width:.2f}",
        ]
        for one in figures.judgements.itertuples()
    ]
    head = ["estimator", "assumes", "trust it there", "coverage there", "coverage elsewhere"]
    note = "\nWidth: mean standard error over that of the error that decides verdicts.\n"
    return table(rows, [*head, "width"]) + note


def bias(figures: Figures) -> str:
    """Compare mean estimates with their targets."""
    deltas = figures.verdicts.set_index(["world", "hypothesis"])["delta"]
    models = figures.counted["estimator"].map(lambda name: registry.ESTIMATORS[name].model)
    each = figures.counted.assign(model=models).drop_duplicates(["world", "hypothesis", "model"])
    rows = []
    for one in each.itertuples():
        delta = deltas[one.world, one.hypothesis]
        rows.append(
            [
                figures.worlds[one.world].title,
                one.hypothesis,
                one.model,
                f"{one.target:.4g}" if abs(one.target) > 1e-9 else "0",
                f"{one.mean:.4g}",
                f"{one.bias / delta:+.3f}",
                f"{one.bias_mc / delta:.3f}",
                percent(one.refused, 0),
            ]
        )
    head = ["world", "", "model", "target", "mean estimate", "bias / δ", "Monte Carlo error"]
    return table(rows, [*head, "refused"])


def _by_hypothesis(
    rows: pd.DataFrame, column: str, write: Callable[[float], str], names: list[str]
) -> list[str]:
    values = rows.set_index("hypothesis")[column]
    return [write(values.get(name, float("nan"))) for name in names]


def worlds(figures: Figures) -> str:
    """Show coverage, rejection and the size of errors, world by world."""
    names = list(dict.fromkeys(figures.counted["hypothesis"]))
    parts = []
    for key, world in figures.worlds.items():
        own = figures.counted[figures.counted["world"] == key]
        if own.empty:
            continue
        null = world.effects == "none"
        rows = []
        for name, each in own.groupby("estimator", sort=False):
            holding = summary.holds(registry.ESTIMATORS[str(name)], world)
            cells = _by_hypothesis(each, "coverage", percent, names)
            cells += _by_hypothesis(each, "rejection", percent, names) if null else []
            cells += _by_hypothesis(each, "ratio", lambda value: f"{value:.2f}", names)
            rows.append([str(name), "yes" if holding else "no", *cells])
        head = [f"coverage {name}" for name in names]
        head += [f"rejection {name}" for name in names] if null else []
        head += [f"error / sd {name}" for name in names]
        parts.append(f"### {world.title}\n\n" + table(rows, ["estimator", "should hold", *head]))
    return "\n".join(parts)


def answers(figures: Figures) -> str:
    """Show what the estimators that the register names find, their placebos included."""
    deltas = figures.verdicts.set_index(["world", "hypothesis"])["delta"]
    rows = []
    for one in figures.answers.itertuples():
        delta = deltas.get((one.world, one.hypothesis), float("nan"))
        told = one.estimator in (*answered.GIVEN, *answered.RANGES)
        scaled = one.role != "placebo" and not told and pd.notna(delta)
        what = one.sample if one.role == "placebo" else ""
        rows.append(
            [
                figures.worlds[one.world].title,
                one.hypothesis,
                one.estimator,
                f"placebo: {what}" if what else one.standard_errors,
                f"{one.target:.3g}" if abs(one.target) > 1e-9 else "0",
                f"{one.mean:.3g}",
                f"{one.bias / delta:+.2f} ± {one.bias_mc / delta:.2f}" if scaled else "–",
                percent(one.coverage),
                "–" if one.estimator in answered.GIVEN else percent(one.rejection),
                f"{one.ratio:.2f}",
                percent(one.refused, 0),
            ]
        )
    head = ["world", "", "estimator", "error", "target", "mean", "bias / δ", "coverage"]
    return table(rows, [*head, "p of at most 5 %", "error / sd", "refused"])


def verdicts(figures: Figures) -> str:
    """Show the shares of draws per verdict."""
    found = [name for name in VERDICTS if name in figures.verdicts]
    rows = [
        [
            figures.worlds[row["world"]].title,
            row["hypothesis"],
            f"{row['error'] / row['delta']:.2f}",
            *(percent(row[name]) for name in found),
        ]
        for _, row in figures.verdicts.iterrows()
    ]
    head = ["world", "", "error / δ", *(name.replace("_", " ") for name in found)]
    note = "\nδ is the smallest relevant effect; the error is the one that decides (largest).\n"
    return table(rows, head) + note


def traps(figures: Figures) -> str:
    """Set naive estimates beside proper ones and the truth."""
    if figures.traps.empty:
        return "The world as written was not drawn.\n"
    rows = [
        [
            f"{one.trap}: {one.outcome} by {one.exposure} ({one.unit})",
            f"{one.truth:.3g}",
            f"{one.naive:.3g} ± {one.naive_mc:.1g}",
            percent(one.naive_missed, 0),
            f"{one.proper:.3g} ± {one.proper_mc:.1g}",
            percent(one.proper_missed, 0),
        ]
        for one in figures.traps.itertuples()
    ]
    why = "\n".join(f"- *{one.trap}*: {one.why}" for one in figures.traps.itertuples())
    note = (
        "\nNaive: one line through unweighted areas, textbook error. Proper: the estimator that "
        "decides verdicts, beside the shares of tenure. Means over the redraws of the world as "
        "written, ± Monte Carlo error; missed: draws whose 95 % interval misses the truth.\n\n"
    )
    head = ["trap", "truth", "naive", "missed", "proper", "missed"]
    return table(rows, head) + note + why + "\n"


def lattice(figures: Figures) -> str:
    """Say whether spatial error models find the correlation that is there."""
    rows = [
        [
            one.estimator,
            f"{one.runs}",
            f"{one.mean:.3f} ± {one.mean_mc:.3f}",
            f"{one.ratio:.2f}",
            f"{percent(one.within)} ± {percent(one.within_mc)}",
            _met(one.within >= summary.COVERAGE[0]) if one.runs >= 100 else "too few runs",
        ]
        for one in figures.lattice.itertuples()
    ]
    text = (
        f"A lattice of {ROWS} x {COLUMNS} areas, u = λWu + e with λ = {LAMBDA}, queen neighbours. "
        "Aim: λ within two standard errors in at least 93 % of 200 runs. The likelihoods are those "
        "of this repository (`models/spatial_error.py`), the others those of the package spreg. "
        "None decides a verdict. With a dummy for each of the 80 municipalities of 25 areas, the "
        "plain likelihood and moments find too little dependence: that is why the restricted "
        "likelihood is the one that is used.\n\n"
    )
    head = ["estimator", "runs", "mean λ", "error / sd", "within two errors", ""]
    return text + table(rows, head)
