"""What is true in a world: the written truth with other effects, and other noise."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from validity_worlds import UNSEEN, Layer, World

from nplvanalysis.sources.sample.truth import TENURE, Noise, Process, Truth

# Which field of the written truth an effect of a contrast stands in.
FIELD_OF = {"tenure_corporation": "corporation", "blending": "blending"}
# An effect of an exposure that is itself drawn, and one of the programme per year since its start.
THROUGH, PROGRAMME = "through ", "programme"


def truth_of(
    written: Truth,
    world: World,
    outcomes: list[str],
    direct: dict[str, float],
    exposures: Iterable[str] = (),
) -> Truth:
    """Change the written truth into that of a world.

    Parameters
    ----------
    written : Truth
    world : World
    outcomes : list of str
        Deciding outcomes: their noise is that of the world.
    direct : dict of str to float
        Effects by "outcome/field" or "programme/outcome", for worlds whose effects are not the
        written ones.
    exposures : iterable of str
        What outcomes are set against beside tenure: its written effects are taken out as well.

    Returns
    -------
    Truth
    """
    columns, raised = dict(written.columns), dict(world.raised)
    for name, about in columns.items():
        changed = _with_effects_of(world, name, about, outcomes, {*exposures})
        own = {
            key.split("/")[1]: size for key, size in direct.items() if key.startswith(f"{name}/")
        }
        if world.noise is not None and name in outcomes:
            noise = _noise_of(world, world.noise, about)
            changed = seen(times(changed, world.common)).model_copy(update={"noise": noise})
        if name in exposures:
            changed = _as_counted(changed, world)
        if world.offences != 1:
            through = _per_offence(changed.through, {*exposures}, world)
            changed = changed.model_copy(update={"through": through})
        changed = changed.model_copy(update={"base": changed.base + raised.get(name, 0.0)})
        columns[name] = _with_effects(changed, own)
    own = {key.split("/")[1]: size for key, size in direct.items() if key.startswith(PROGRAMME)}
    programme = written.programme.model_copy(update={"effects": written.programme.effects | own})
    return written.model_copy(update={"columns": columns, "programme": programme})


def _with_effects_of(
    world: World, name: str, about: Process, outcomes: list[str], exposures: set[str]
) -> Process:
    """Keep of the written effects what a world keeps; direct ones are added elsewhere."""
    if world.effects == "written":
        return about
    if world.effects == "through":
        return about if name in exposures and name not in outcomes else without_tenure(about)
    return without_effects(about, exposures)


def _noise_of(world: World, layer: Layer, about: Process) -> Noise:
    """Share noise as a world does."""
    own: dict[str, Any] = {"spatial": layer.share, "range_km": layer.range_km}
    own |= {"spread": world.quiet * about.noise.spread}
    own |= _steady(about, world) if world.lasting else {}
    return about.noise.model_copy(update=own)


def _as_counted(about: Process, world: World) -> Process:
    """Let there be more offences, and let them come in series; what is not counted stays."""
    if about.counted is None:
        return about
    series = about.counted.model_copy(update={"series": world.series})
    return times(about, world.offences).model_copy(update={"counted": series})


def _per_offence(through: dict[str, float], exposures: set[str], world: World) -> dict[str, float]:
    """Let each offence do less where there are more."""
    factors = {via: world.offences if via in exposures else 1.0 for via in through}
    return {via: slope / factors[via] for via, slope in through.items()}


def _with_effects(about: Process, own: dict[str, float]) -> Process:
    through = {key.removeprefix(THROUGH): own[key] for key in own if key.startswith(THROUGH)}
    fields = {key: size for key, size in own.items() if not key.startswith(THROUGH)}
    return about.model_copy(update=fields | {"through": about.through | through})


def without_tenure(about: Process) -> Process:
    """Take every effect of tenure out of a column."""
    fields = type(about).model_fields
    return about.model_copy(update={name: fields[name].default for name in TENURE})


def without_effects(about: Process, exposures: set[str]) -> Process:
    """Take out every effect of tenure and of other exposures."""
    through = {via: slope for via, slope in about.through.items() if via not in exposures}
    return without_tenure(about).model_copy(update={"through": through})


def _steady(about: Process, world: World) -> dict[str, Any]:
    """Let noise last, and add it: where it multiplies, it would multiply effects as well."""
    size = world.common * about.base if about.noise.form == "proportional" else world.common
    return {"lasting": world.lasting, "form": "additive", "spread": size * about.noise.spread}


def times(about: Process, factor: float) -> Process:
    """Make an outcome so many times as common, all that it is made of alike."""
    alike = ("base", "corporation", "other_rent", "blending", "density", "trend")
    changed: dict = {name: factor * getattr(about, name) for name in alike}
    changed["urbanity"] = tuple(factor * one for one in about.urbanity)
    changed["years"] = {year: factor * one for year, one in about.years.items()}
    changed["through"] = {via: factor * slope for via, slope in about.through.items()}
    place = about.municipality
    within = {name: factor * getattr(place, name) for name in ("spread", "with_corporation")}
    within["with_mean"] = {name: factor * slope for name, slope in place.with_mean.items()}
    return about.model_copy(update=changed | {"municipality": place.model_copy(update=within)})


def seen(about: Process) -> Process:
    """Take out what nobody can see: hidden fields, and how well-off a place is."""
    through = {via: slope for via, slope in about.through.items() if via != UNSEEN}
    return about.model_copy(update={"through": through, "hidden": {}})


def without_noise(truth: Truth, exposures: Iterable[str] = ()) -> Truth:
    """Take all chance out, so that what is drawn is what an estimate should find.

    Parameters
    ----------
    truth : Truth
    exposures : iterable of str
        They keep their noise: without it they would not vary.

    Returns
    -------
    Truth
    """
    columns = {}
    for name, about in truth.columns.items():
        if name in {*exposures}:
            columns[name] = about
            continue
        noise = about.noise.model_copy(update={"spread": 0.0})
        place = about.municipality.model_copy(update={"spread": 0.0})
        columns[name] = seen(about).model_copy(update={"noise": noise, "municipality": place})
    return truth.model_copy(update={"columns": columns})
