"""The worlds in which the estimators are tried: what is true there, and how noise is shared."""

from __future__ import annotations

import zlib
from dataclasses import dataclass, replace

import numpy as np

from nplvanalysis.sources.sample import affluence, homes
from nplvanalysis.sources.sample import country as countries
from nplvanalysis.sources.sample.country import Country
from nplvanalysis.sources.sample.noise import Ground
from nplvanalysis.sources.sample.truth import TENURE, Process, Truth

# How well-off a place is. It is drawn anew, since an estimate cannot know it; fixed, it would make
# the same error in every draw.
UNSEEN = "affluence"
# Which field an effect of a specification stands in.
FIELD_OF = {"owner-to-corporation": "corporation", "blending": "blending"}
# Exposures made of noise: log-odds against owner-occupied, their means and spreads.
ODDS = {"corporation": (np.log(0.28 / 0.58), 1.8), "other": (np.log(0.14 / 0.58), 0.6)}


@dataclass(frozen=True)
class Layer:
    """Noise in common: its share of the variance, and its range in km.

    White noise is summed over neighbours with the weight exp(-distance / range).
    """

    share: float
    range_km: float

    @property
    def ties(self) -> frozenset[str]:
        """What ties the errors of areas."""
        return frozenset({"distance"}) if self.share else frozenset()


@dataclass(frozen=True)
class World:
    """One world.

    Attributes
    ----------
    name, title : str
    effects : str
        "written" as in truth.yaml, "none" of tenure on anything, or "two deltas": on each
        deciding outcome, twice the smallest relevant effect, and none on anything else.
    noise : Layer or None
        Of the deciding outcomes; None: as in truth.yaml.
    exposure : Layer or None
        None: tenure as it is; else it is replaced by noise.
    """

    name: str
    title: str
    effects: str
    noise: Layer | None = None
    exposure: Layer | None = None

    @property
    def ties(self) -> frozenset[str]:
        """What ties the errors of areas; as written, they share noise with neighbours."""
        return frozenset({"distance"}) if self.noise is None else self.noise.ties


_GROUNDS: dict[bytes, Ground] = {}

NONE, SPATIAL = Layer(0.0, 5.0), Layer(0.5, 5.0)
# Exposures keep half of their noise to themselves: else municipalities absorb nearly all of it.
FAR, HARD = Layer(0.5, 10.0), Layer(0.9, 10.0)
WORLDS = {
    one.name: one
    for one in [
        World("written", "as written in truth.yaml", "written"),
        World("none", "no effect, no shared noise", "none", NONE),
        World("none-spatial", "no effect, noise shared over 5 km", "none", SPATIAL),
        World("two-deltas", "effects of 2 δ, noise as written", "two deltas"),
        World(
            "two-deltas-spatial", "effects of 2 δ, noise shared over 5 km", "two deltas", SPATIAL
        ),
        World("unrelated", "unrelated noises, 5 km", "none", SPATIAL, SPATIAL),
        World("unrelated-hard", "unrelated noises, 10 km", "none", HARD, FAR),
    ]
}
ABOUT = {
    "written": "Every effect of `truth.yaml`: slopes, bends, mediation, differences by urbanity.",
    "none": "Tenure does nothing to anything; the noise of each area is its own.",
    "none-spatial": "Tenure does nothing; half of the noise is shared, range 5 km.",
    "two-deltas": "On each deciding outcome an effect of twice the smallest relevant one (δ), "
    "nothing else.",
    "two-deltas-spatial": "The same; half of the noise is shared, range 5 km.",
    "unrelated": "Tenure is replaced by noise half shared over 5 km; the outcome is as in *no "
    "effect, noise shared over 5 km*: both clustered, nothing to do with each other.",
    "unrelated-hard": "The same, range 10 km (wider than a municipality), and nine tenths of the "
    "noise of the outcome shared.",
}


def truth_of(written: Truth, world: World, outcomes: list[str], direct: dict[str, float]) -> Truth:
    """Change the written truth into that of a world.

    Parameters
    ----------
    written : Truth
    world : World
    outcomes : list of str
        Deciding outcomes: their noise is that of the world.
    direct : dict of str to float
        Effects by "outcome/field", for worlds whose effects are not the written ones.

    Returns
    -------
    Truth
    """
    columns = dict(written.columns)
    for name, about in columns.items():
        changed = about if world.effects == "written" else without_tenure(about)
        own = {
            key.split("/")[1]: size for key, size in direct.items() if key.startswith(f"{name}/")
        }
        changed = changed.model_copy(update=own)
        if world.noise is not None and name in outcomes:
            layer = {"spatial": world.noise.share, "range_km": world.noise.range_km}
            noise = about.noise.model_copy(update=layer)
            changed = _seen(changed).model_copy(update={"noise": noise})
        columns[name] = changed
    return written.model_copy(update={"columns": columns})


def without_tenure(about: Process) -> Process:
    """Take every effect of tenure out of a column."""
    fields = type(about).model_fields
    return about.model_copy(update={name: fields[name].default for name in TENURE})


def _seen(about: Process) -> Process:
    """Take out what nobody can see: hidden fields, and how well-off a place is."""
    through = {via: slope for via, slope in about.through.items() if via != UNSEEN}
    return about.model_copy(update={"through": through, "hidden": {}})


def without_noise(truth: Truth) -> Truth:
    """Take all chance out, so that what is drawn is what an estimate should find."""
    columns = {}
    for name, about in truth.columns.items():
        noise = about.noise.model_copy(update={"spread": 0.0})
        place = about.municipality.model_copy(update={"spread": 0.0})
        columns[name] = _seen(about).model_copy(update={"noise": noise, "municipality": place})
    return truth.model_copy(update={"columns": columns})


def stream(seed: int, world: str, draw: int, part: str) -> np.random.SeedSequence:
    """Give each part of each draw of each world a stream of its own."""
    return np.random.SeedSequence(
        [seed, zlib.crc32(world.encode()), draw, zlib.crc32(part.encode())]
    )


def _ground(country: Country) -> Ground:
    """Give the ground of a country; its kernels are worked out once."""
    places = country.geography.land[["x", "y"]].to_numpy(float).tobytes()
    if places not in _GROUNDS:
        _GROUNDS[places] = homes.ground_of(country.geography)
    return _GROUNDS[places]


def _with_other_affluence(country: Country, rng: np.random.Generator) -> Country:
    ground, latent = _ground(country), country.latent
    years = latent["year"].nunique()
    number = latent["municipality"].to_numpy()[: len(latent) // years]
    field = affluence.drawn(ground, number, rng)
    return replace(country, latent=latent.assign(**{UNSEEN: np.tile(field, years)}))


def with_exposure_of_noise(country: Country, layer: Layer, rng: np.random.Generator) -> Country:
    """Replace tenure by noise that has nothing to do with anything.

    Parameters
    ----------
    country : Country
    layer : Layer
    rng : Generator

    Returns
    -------
    Country
        With other counts of owner-occupied, corporation and other rented dwellings, the same
        shares in every year.
    """
    latent = country.latent
    ground = _ground(country)
    years = latent["year"].nunique()
    odds = {
        name: np.exp(mean + spread * np.tile(field, years))
        for (name, (mean, spread)), field in zip(
            ODDS.items(), ground.noise(len(ODDS), layer.share, layer.range_km, rng), strict=True
        )
    }
    known = latent["dwellings"] - latent["unknown"]
    homes = {name: np.rint(known * odd / (1 + sum(odds.values()))) for name, odd in odds.items()}
    owner = known - homes["corporation"] - homes["other"]
    return replace(country, latent=latent.assign(**homes, owner=owner))


def drawn(base: Country, truth: Truth, world: World, seed: int, draw: int) -> Country:
    """Draw the outcomes of one world once.

    Parameters
    ----------
    base : Country
        Places, homes and people.
    truth : Truth
        Of the world, from `truth_of`.
    world : World
    seed, draw : int
        Not negative.

    Returns
    -------
    Country
    """

    def own(part: str) -> np.random.SeedSequence:
        return stream(seed, world.name, draw, part)

    base = _with_other_affluence(base, np.random.default_rng(own(UNSEEN)))
    made = countries.redraw(base, truth, int(own("outcomes").generate_state(1)[0]))
    if world.exposure is None:
        return made
    rng = np.random.default_rng(own("exposure"))
    return with_exposure_of_noise(made, world.exposure, rng)
