"""One redraw of one world, seen by every estimator of the registry and by the verdict rules."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import astuple
from itertools import groupby

import numpy as np
import pandas as pd
import validity_traps
import validity_worlds
from validity_setup import Setup, seen
from validity_worlds import FIELD_OF, World

from nplvanalysis.errors import EstimationError
from nplvanalysis.models import registry
from nplvanalysis.models.estimates import estimate
from nplvanalysis.models.specification import cross_section
from nplvanalysis.models.verdicts import verdicts
from nplvanalysis.models.yardstick import outcome_sd
from nplvanalysis.registers import Row
from nplvanalysis.sources.sample import country as countries
from nplvanalysis.sources.sample.truth import Truth

# Pilot redraws, and rounds, to find the effect that is twice the smallest relevant one.
PILOTS, ROUNDS, PILOT_FROM = 20, 4, 1_000_000
ESTIMATE_COLUMNS = ["hypothesis", "estimator", "estimate", "std_error", "degrees"]


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
        hypothesis, estimator, target: per step. Where an effect bends or differs between places
        it is the line that the estimator would fit to the whole truth.
    """
    quiet = validity_worlds.without_noise(truth)
    panel = seen(setup, countries.redraw(setup.base, quiet, 0), exact=True)
    found = estimates(setup, panel)[["hypothesis", "estimator", "estimate"]]
    return found.rename(columns={"estimate": "target"})


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
    """Let every registered estimator answer every deciding question.

    Returns
    -------
    DataFrame
        `ESTIMATE_COLUMNS`; no figures where a model refuses the question.
    """
    nothing = (np.nan, np.nan, 0)
    found = [
        (name, estimator, *(astuple(one) if one else nothing))
        for name, row in setup.rows.items()
        for estimator, one in _answers(setup, panel, row)
    ]
    return pd.DataFrame(found, columns=ESTIMATE_COLUMNS)


def judged(setup: Setup, panel: pd.DataFrame) -> pd.DataFrame:
    """Apply the verdict rules, gates and Holm's correction included, as the pipeline does.

    Returns
    -------
    DataFrame
        hypothesis, verdict, theta, std_error, delta, level, standard_errors, gates_failed.
    """
    deciding = {
        name: one.model_copy(update={"studies": {setup.study.study: [setup.rows[name]]}})
        for name, one in setup.claims.hypotheses.items()
    }
    claims = setup.claims.model_copy(update={"hypotheses": deciding})
    made = estimate(panel, deciding, setup.study, setup.dictionary)
    found = verdicts(made, claims, setup.study, set(panel.columns), setup.dictionary)
    columns = ["hypothesis", "verdict", "theta", "std_error", "delta", "level"]
    return found[[*columns, "standard_errors", "gates_failed"]]


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
        By "outcome/field"; empty for worlds with other effects. Effects, and the spread of the
        outcomes that the smallest relevant effect is a share of, depend on each other, hence
        the rounds.
    """
    if world.effects != "two deltas":
        return {}
    fields = {
        name: f"{row.outcome}/{FIELD_OF[row.specification]}" for name, row in setup.rows.items()
    }
    direct = dict.fromkeys(fields.values(), 0.0)
    for _ in range(ROUNDS):
        truth = validity_worlds.truth_of(setup.base.truth, world, setup.outcomes, direct)
        deltas = _deltas(setup, world, truth, seed)
        total = targets(setup, truth).query("estimator == @registry.DECIDING")
        found = total.set_index("hypothesis")["target"]
        for name, row in setup.rows.items():
            direct[fields[name]] += 2 * row.sign * deltas[name] - found[name]
    return direct


def _deltas(setup: Setup, world: World, truth: Truth, seed: int) -> dict[str, float]:
    panels = [
        seen(
            setup,
            validity_worlds.drawn(setup.base, truth, world, seed, PILOT_FROM + k),
        )
        for k in range(PILOTS)
    ]
    models = setup.study.models
    return {
        name: models.delta[models.specifications[row.specification].kind]
        * float(np.mean([outcome_sd(one, row.outcome, setup.study) for one in panels]))
        for name, row in setup.rows.items()
    }


def one(setup: Setup, world: World, truth: Truth, seed: int, draw: int) -> tuple[pd.DataFrame, ...]:
    """Draw once, and see what estimators and rules make of it.

    Parameters
    ----------
    setup : Setup
    world : World
    truth : Truth
        Of the world.
    seed, draw : int

    Returns
    -------
    tuple of DataFrame
        From `estimates`, `judged` and, in the world as written, `validity_traps.fell`.
    """
    country = validity_worlds.drawn(setup.base, truth, world, seed, draw)
    panel = seen(setup, country)
    traps = validity_traps.fell(setup, country) if world.effects == "written" else None
    return estimates(setup, panel), judged(setup, panel), validity_traps.tidy(traps)
