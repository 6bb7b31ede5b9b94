"""The conclusions of the validity page, composed from its figures."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd
import validity_answers as answered
import validity_summary as summary
from validity_worlds import NULL, World

from nplvanalysis.models import registry

# A bias of at least this much of the smallest relevant effect is named.
NOTABLE = 0.1


@dataclass(frozen=True)
class Figures:
    """All that the page shows; tables as `validity_summary` and its neighbours make them.

    Attributes
    ----------
    draws, seed : int
        Redraws per world, and the seed.
    worlds : dict of str to World
    rows : dict of str to str
        What each hypothesis tests, in words.
    untested : dict of str to str
        Why hypotheses with a row that decides are not tried.
    counted, judgements, answers, verdicts, power, traps, lattice : DataFrame
    areas, municipalities : int
        In the fits.
    """

    draws: int
    seed: int
    worlds: dict[str, World]
    rows: dict[str, str]
    untested: dict[str, str]
    counted: pd.DataFrame
    judgements: pd.DataFrame
    answers: pd.DataFrame
    verdicts: pd.DataFrame
    power: pd.DataFrame
    traps: pd.DataFrame
    lattice: pd.DataFrame
    areas: int
    municipalities: int

    @property
    def null(self) -> list[str]:
        """Worlds in which no claim is true."""
        return [name for name, world in self.worlds.items() if world.effects in NULL]

    @property
    def claimed(self) -> list[str]:
        """Worlds of figures dealt out in which what is claimed is so."""
        return [name for name, world in self.worlds.items() if world.effects == "claimed"]

    @property
    def clustered(self) -> list[str]:
        """Worlds whose exposure is noise."""
        return [name for name, world in self.worlds.items() if world.exposure is not None]


def percent(share: float, digits: int = 1) -> str:
    """Write a share as a percentage."""
    return "–" if pd.isna(share) else f"{100 * share:.{digits}f} %"


def conclusions(figures: Figures) -> list[str]:
    """Say in plain words what the figures show, most important first."""
    return [
        _deciding(figures),
        *_estimators(figures),
        *_rows(figures),
        *_placebos(figures),
        _bias(figures),
        *([_false_support(figures)] if figures.null else []),
        *_power(figures),
        *_claimed(figures),
    ]


def _span(counted: pd.DataFrame, column: str = "coverage") -> str:
    low, high = counted[column].min(), counted[column].max()
    return percent(low) if percent(low) == percent(high) else f"{percent(low)} to {percent(high)}"


def _deciding(figures: Figures) -> str:
    own = figures.counted[figures.counted["estimator"] == registry.DECIDING]
    failed = own[summary.missed(own)]
    said = (
        f"**The error that decides verdicts** (*{registry.DECIDING}*) covers the truth in "
        f"{_span(own)} of draws, over all worlds and hypotheses; it promises 95 %."
    )
    if failed.empty:
        return f"{said} It may be trusted in all of these worlds, and is mostly too careful."
    other = summary.instead(figures.judgements, figures.counted, registry.DECIDING)
    use = f"There, use *{other}*." if other else "No registered estimator does better there."
    return f"{said} **It is too narrow** for {_places(figures, failed)}. {use}"


def _places(figures: Figures, rows: pd.DataFrame, most: int = 3) -> str:
    worst = rows.sort_values("coverage")
    named = [
        f"{row.hypothesis}, *{figures.worlds[row.world].title}* ({percent(row.coverage)})"
        for row in worst.head(most).itertuples()
    ]
    more = len(rows) - most
    return "; ".join(named) + (f"; and {more} more" if more > 0 else "")


def _estimators(figures: Figures) -> list[str]:
    failed = figures.counted[summary.missed(figures.counted)]
    names = list(dict.fromkeys(figures.counted["estimator"]))
    safe = [f"*{name}*" for name in names if name not in set(failed["estimator"])]
    first = (
        "**Estimators that nowhere cover less than 93 % (but for chance):** "
        f"{', '.join(safe) or 'none'}."
    )
    return [
        first,
        *(
            _failing(figures, str(name), rows)
            for name, rows in failed.groupby("estimator")
            if name != registry.DECIDING
        ),
    ]


def _failing(figures: Figures, name: str, rows: pd.DataFrame) -> str:
    holding = rows["world"].map(
        lambda world: summary.holds(registry.ESTIMATORS[name], figures.worlds[world])
    )
    excuse = (
        "also where its assumptions hold" if holding.any() else "where its assumptions do not hold"
    )
    other = summary.instead(figures.judgements, figures.counted, name)
    use = f"Use *{other}*." if other else "No estimator of the same model does better."
    return f"*{name}* covers too little, {excuse}: {_places(figures, rows)}. {use}"


def _rows(figures: Figures) -> list[str]:
    """Say of each row that another estimator decides how its interval covers."""
    said = []
    for keys, own in answered.deciding(figures.answers).groupby(["hypothesis", "estimator"]):
        name, estimator = keys
        failed = own[summary.missed(own)]
        text = f"**{name}** (*{estimator}*) covers the truth in {_span(own)} of draws"
        where = f": **too seldom** for {_places(figures, failed)}" if len(failed) else ""
        said.append(f"{text}{where}.")
    return said


def _placebos(figures: Figures) -> list[str]:
    own = answered.placebos(figures.answers)
    if own.empty:
        return []
    worst = own.sort_values("rejection").iloc[-1]
    return [
        "**Placebos** (what came later on what came before; a programme before its start) find "
        f"something in {_span(own, 'rejection')} of draws, where 5 % is what chance gives; most "
        f"often for {worst['hypothesis']}, *{figures.worlds[worst['world']].title}*."
    ]


def _bias(figures: Figures) -> str:
    rows = answered.deciding(figures.answers)
    rows = rows[~rows["estimator"].isin([*answered.GIVEN, *answered.RANGES])]
    found = pd.concat([figures.counted, rows.astype({"draws": float})], ignore_index=True)
    both = found.merge(
        figures.verdicts[["world", "hypothesis", "delta"]],
        on=["world", "hypothesis"],
        how="left",
        validate="m:1",
    )
    both["size"] = (both["bias"] / both["delta"]).abs()
    sure = both[both["bias"].abs() > 3 * both["bias_mc"]]
    large = sure[sure["size"] >= NOTABLE]
    if large.empty:
        size = sure["size"].max() if len(sure) else 0.0
        return (
            "**Estimates are on target.** The largest bias that is more than chance (three Monte "
            f"Carlo errors) is {size:.2f} of the smallest relevant effect δ."
        )
    worst = large.sort_values("size").iloc[-1]
    return (
        f"**Estimates are biased somewhere**, at most by {worst['size']:.2f} of the smallest "
        f"relevant effect δ ({worst['estimator'].split(',')[0]}, {worst['hypothesis']}, "
        f"*{figures.worlds[worst['world']].title}*; Monte Carlo error "
        f"{worst['bias_mc'] / worst['delta']:.2f})."
    )


def false_support(figures: Figures) -> pd.Series:
    """Find the worst share of draws that support a claim that is not true.

    Returns
    -------
    Series
        world, hypothesis, supported, draws.
    """
    none = figures.verdicts[figures.verdicts["world"].isin(figures.null)]
    return none.sort_values("supported", kind="stable").iloc[-1]


def _false_support(figures: Figures) -> str:
    worst = false_support(figures)
    word = "**The verdict rules seldom see what is not there**"
    if worst["supported"] > summary.FALSE_SUPPORT:
        word = "**The verdict rules see too often what is not there**"
    return (
        f"{word}: where it is not true, a claim is *supported* in at most "
        f"{percent(worst['supported'])} of draws ({worst['hypothesis']}, "
        f"*{figures.worlds[worst['world']].title}*)."
    )


def false_supports(figures: Figures) -> pd.DataFrame:
    """Find of each hypothesis the world in which it is not true and is supported most often."""
    none = figures.verdicts[figures.verdicts["world"].isin(figures.null)]
    return none.sort_values("supported", kind="stable").drop_duplicates("hypothesis", keep="last")


def _claimed(figures: Figures) -> list[str]:
    """Say how often a claim about a ratio or a correlation is supported where it is so."""
    true = figures.verdicts[figures.verdicts["world"].isin(figures.claimed)]
    return [
        f"**{row.hypothesis}**, *{figures.worlds[row.world].title}*: *supported* in "
        f"{percent(row.supported)} of draws."
        for row in true.itertuples()
    ]


def _power(figures: Figures) -> list[str]:
    said = []
    for hypothesis, rows in figures.power.groupby("hypothesis", sort=True):
        with_small = rows[rows["small_draws"] >= summary.FEW]
        if len(with_small):
            said.append(
                f"**{hypothesis}** with a true effect of {with_small['truth'].min():.1f} δ or more "
                "and a small error (at most δ/2) is *supported* in "
                f"{_span(with_small, 'supported')} of draws."
            )
        if len(with_small) < len(rows):
            least = rows[rows["small_draws"] < summary.FEW].sort_values("truth").iloc[0]
            said.append(
                f"**{hypothesis} is hard to decide in a province of this size**: with a true "
                f"effect of {least['truth']:.1f} δ, {percent(least['small'], 0)} of draws have an "
                f"error of at most δ/2, and the verdict is *supported* in "
                f"{percent(least['all_supported'])}. That is what *too imprecise* and "
                "*inconclusive* are for."
            )
    return said
