"""One redraw of one world, seen by every estimator of the registry and by the verdict rules."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import astuple
from itertools import groupby

import numpy as np
import pandas as pd
import validity_dealt
import validity_quick
import validity_traps
import validity_truth
import validity_worlds
from validity_panel import FOCUS, parts_of
from validity_setup import REGISTRY, Setup, seen
from validity_truth import FIELD_OF, PROGRAMME, THROUGH
from validity_worlds import World

from nplvanalysis.errors import EstimationError
from nplvanalysis.models import gap, registry
from nplvanalysis.models.estimates import estimate, estimate_row
from nplvanalysis.models.specification import cross_section
from nplvanalysis.models.verdicts import verdicts
from nplvanalysis.models.yardstick import outcome_sd
from nplvanalysis.registers import Row
from nplvanalysis.sources.sample import country as countries
from nplvanalysis.sources.sample.truth import Truth

# Pilot redraws, and rounds, to find the effect that is twice the smallest relevant one.
PILOTS, ROUNDS, PILOT_FROM = 20, 4, 1_000_000
# Of the spread of an outcome: what a target may be off by.
HAIR = 1e-6
ESTIMATE_COLUMNS = ["hypothesis", "estimator", "estimate", "std_error", "degrees"]
ANSWER_COLUMNS = ["hypothesis", "estimator", "role", "sample", "standard_errors", "estimate"]
ANSWER_COLUMNS += ["std_error", "low", "high", "p", "degrees", "status"]
ROLES = ["primary", "secondary", "placebo"]


def targets(setup: Setup, truth: Truth) -> pd.DataFrame:
    """Compute what each estimator should find: its own regression on figures without noise.

    Parameters
    ----------
    setup : Setup
    truth : Truth
        Of a world; the exposure is that of the country.

    Returns
    -------
    DataFrame
        hypothesis, estimator, target, decides (whether a verdict rests on it): per step. Where an
        effect bends or differs between places it is the line that the estimator would fit to the
        whole truth.
    """
    parts = [_targets(part, truth) for part in setup.exact.apart]
    return pd.concat(parts, ignore_index=True)


def _targets(setup: Setup, truth: Truth) -> pd.DataFrame:
    """Compute the targets of rows with the same exposures."""
    quiet = validity_truth.without_noise(truth, setup.exposures)
    panel = _stirred(setup, seen(setup, countries.redraw(setup.base, quiet, 0), exact=True))
    found = estimates(setup, panel)[["hypothesis", "estimator", "estimate"]]
    found = found.assign(decides=found["estimator"] == registry.DECIDING)
    others = [
        (name, row.estimator, _target(setup, truth, panel, row), decides)
        for name, row, decides in _others(setup)
    ]
    made = pd.DataFrame(others, columns=found.columns)
    both = pd.concat([one for one in (found, made) if len(one)], ignore_index=True)
    return both.rename(columns={"estimate": "target"})


def _stirred(setup: Setup, panel: pd.DataFrame) -> pd.DataFrame:
    """Give outcomes a hair of noise: a fit without any rest is refused, and rightly so."""
    rng = np.random.default_rng(0)
    outcomes = {row.outcome for row in setup.rows.values()} | {row.outcome for _, row in setup.also}
    known = [name for name in sorted(outcomes) if name in panel]
    hair = rng.standard_normal((len(panel), len(known))) * HAIR * panel[known].std().to_numpy()
    return panel.assign(**(panel[known] + hair))


def _target(setup: Setup, truth: Truth, panel: pd.DataFrame, row: Row) -> float:
    """Compute what a row should find.

    Without noise the programme would choose other areas, so that of the programme it is what it
    does in the mean of its years.
    """
    if setup.specification(row).contrast != FOCUS:
        found = answered(setup, panel, row)
        # without noise there is no error of registered crime to take out
        exact = found[found["sample"] == gap.RAW] if row.estimator == "gap" else found
        return float(exact["estimate"].iloc[0])
    since = np.arange(truth.programme.start, setup.study.years.outcome + 1)
    effect = truth.programme.effects.get(row.outcome, 0.0)
    return float(effect * (since - truth.programme.start).mean())


def _others(setup: Setup) -> Iterator[tuple[str, Row, bool]]:
    """Go through the rows that the registry does not answer; tell which decide."""
    yield from ((name, row, True) for name, row in setup.rows.items() if name not in REGISTRY)
    yield from ((name, row, False) for name, row in setup.also)


def answered(setup: Setup, panel: pd.DataFrame, row: Row) -> pd.DataFrame:
    """Estimate a row by the estimator that the register names."""
    with validity_quick.estimators():
        return estimate_row(panel, row, setup.study, setup.dictionary)


def _answers(
    setup: Setup, panel: pd.DataFrame, row: Row
) -> Iterator[tuple[str, registry.Estimate | None]]:
    """Answer by every estimator; None where its model refuses the question."""
    table, question = cross_section(panel, setup.study.years, row.outcome), setup.question(row)
    everything = sorted(registry.ESTIMATORS.values(), key=lambda one: one.model)
    for _, group in groupby(everything, key=lambda one: one.model):
        same = list(group)
        try:
            yield from registry.estimate_all(table, question, same).items()
        except EstimationError:
            yield from ((one.name, None) for one in same)


def estimates(setup: Setup, panel: pd.DataFrame) -> pd.DataFrame:
    """Let every registered estimator answer the deciding questions of `REGISTRY`.

    Returns
    -------
    DataFrame
        `ESTIMATE_COLUMNS`; no figures where a model refuses the question.
    """
    nothing = (np.nan, np.nan, 0)
    found = [
        (name, estimator, *(astuple(one) if one else nothing))
        for name, row in setup.rows.items()
        if name in REGISTRY
        for estimator, one in _answers(setup, panel, row)
    ]
    made = pd.DataFrame(found, columns=ESTIMATE_COLUMNS)
    return made.astype({"estimate": float, "std_error": float, "degrees": int})


def judged(setup: Setup, panel: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Apply the verdict rules, gates and Holm's correction included, as the pipeline does.

    Returns
    -------
    answers : DataFrame
        `ANSWER_COLUMNS`: of rows that the registry of estimators does not answer, all kinds of
        errors, and their placebos.
    verdicts : DataFrame
        hypothesis, verdict, theta, std_error, delta, level, standard_errors, gates_failed.
    """
    deciding = {
        name: one.model_copy(update={"studies": {setup.study.study: [setup.rows[name]]}})
        for name, one in setup.claims.hypotheses.items()
    }
    claims = setup.claims.model_copy(update={"hypotheses": deciding})
    with validity_quick.estimators():
        made = estimate(panel, deciding, setup.study, setup.dictionary)
    found = verdicts(made, claims, setup.study, set(panel.columns), setup.dictionary)
    columns = ["hypothesis", "verdict", "theta", "std_error", "delta", "level"]
    own = [made[~made["hypothesis"].isin(REGISTRY)]]
    own += [answered(setup, panel, row).assign(hypothesis=name) for name, row in setup.also]
    kept = pd.concat(own, ignore_index=True)
    answers = kept.loc[kept["role"].isin(ROLES), ANSWER_COLUMNS].reset_index(drop=True)
    return answers, found[[*columns, "standard_errors", "gates_failed"]]


def field_of(setup: Setup, row: Row) -> str:
    """Name the field of the written truth that the effect of a row stands in."""
    contrast = setup.specification(row).contrast
    if contrast == FOCUS:
        return f"{PROGRAMME}/{row.outcome}"
    field = FIELD_OF.get(contrast, f"{THROUGH}{contrast}")
    # of a total, the last part, which goes through nothing that others do
    return f"{parts_of(row.outcome)[-1]}/{field}"


def direct_effects(setup: Setup, world: World, seed: int) -> dict[str, float]:
    """Find direct effects that make each total effect twice the smallest relevant one.

    Parameters
    ----------
    setup : Setup
    world : World
    seed : int

    Returns
    -------
    dict of str to float
        By "outcome/field"; empty for worlds with other effects; of figures that are dealt out, what
        makes their true size that of the world. Effects, and the spread of the
        outcomes that the smallest relevant effect is a share of, depend on each other, hence
        the rounds.
    """
    if world.made != "country":
        return {validity_dealt.MIX: validity_dealt.mix_for(setup, world, seed)}
    if world.effects != "two deltas":
        return {}
    fields = {name: field_of(setup, row) for name, row in setup.rows.items()}
    direct = dict.fromkeys(fields.values(), 0.0)
    for _ in range(ROUNDS):
        truth = world_truth(setup, world, direct)
        deltas = _deltas(setup, world, truth, seed)
        total = targets(setup, truth).query("decides")
        found = total.set_index("hypothesis")["target"]
        for name, row in setup.rows.items():
            direct[fields[name]] += 2 * row.sign * deltas[name] - found[name]
    return direct


def world_truth(setup: Setup, world: World, direct: dict[str, float]) -> Truth:
    """Give the truth of a world for what is asked in it; see `validity_truth.truth_of`."""
    written = setup.base.truth
    return validity_truth.truth_of(written, world, setup.outcomes, direct, setup.exposures)


def _deltas(setup: Setup, world: World, truth: Truth, seed: int) -> dict[str, float]:
    drawn = (
        validity_worlds.drawn(setup.base, truth, world, seed, PILOT_FROM + k) for k in range(PILOTS)
    )
    panels = [seen(setup, one) for one in drawn]
    models = setup.study.models
    return {
        name: models.delta[models.specifications[row.specification].kind]
        * float(np.mean([outcome_sd(one, row.outcome, setup.study) for one in panels]))
        for name, row in setup.rows.items()
    }


def one(
    setup: Setup, world: World, direct: dict[str, float], seed: int, draw: int
) -> tuple[pd.DataFrame, ...]:
    """Draw once, and see what estimators and rules make of it.

    Parameters
    ----------
    setup : Setup
    world : World
    direct : dict of str to float
        From `direct_effects`.
    seed, draw : int

    Returns
    -------
    tuple of DataFrame
        From `estimates`, `judged` (answers, verdicts) and, in the world as written,
        `validity_traps.fell`.
    """
    traps = None
    if world.made == "country":
        truth = world_truth(setup, world, direct)
        country = validity_worlds.drawn(setup.base, truth, world, seed, draw)
        panel = seen(setup, country)
        traps = validity_traps.fell(setup, country) if world.effects == "written" else None
    else:
        panel = validity_dealt.panel(setup, world, direct[validity_dealt.MIX], seed, draw)
    return estimates(setup, panel), *judged(setup, panel), validity_traps.tidy(traps)
