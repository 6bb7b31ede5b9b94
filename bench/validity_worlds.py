"""The worlds in which the estimators are tried: what is true there, and how noise is shared."""

from __future__ import annotations

import zlib
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from nplvanalysis.models.verdicts import deciding_row
from nplvanalysis.registers import Claims
from nplvanalysis.sources.sample import affluence, homes
from nplvanalysis.sources.sample import country as countries
from nplvanalysis.sources.sample.country import Country
from nplvanalysis.sources.sample.noise import Ground
from nplvanalysis.sources.sample.truth import Truth

# How well-off a place is. It is drawn anew, since an estimate cannot know it; fixed, it would make
# the same error in every draw.
UNSEEN = "affluence"
# Exposures made of noise: log-odds against owner-occupied, their means and spreads.
ODDS = {"corporation": (np.log(0.28 / 0.58), 1.8), "other": (np.log(0.14 / 0.58), 0.6)}


# What is asked of one year: always, and where it tells more; and what is asked of changes.
LEVELS = ("A1", "A2", "A4")
MORE_LEVELS = (*LEVELS, "C1", "D2", "E2")
CHANGES = ("A3", "E1")
COUNTS, LONG = (("A1", "count"),), (("A3", "change"),)


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
        "written" as in truth.yaml; "none" of tenure on anything; "through": of tenure as written on
        what outcomes are set against, none on outcomes but through it; or "two deltas": on each
        deciding outcome, twice the smallest relevant effect, and none on anything else. Of figures
        that are dealt out "none", or "claimed" where it is so what the hypothesis claims.
    noise : Layer or None
        Of the deciding outcomes; None: as in truth.yaml.
    exposure : Layer or None
        None: tenure as it is; else it is replaced by noise.
    asks : tuple of str
        Hypotheses whose deciding rows are tried.
    common : float
        How many times as common the deciding outcomes are as written.
    lasting : float or None
        Share of their noise that stays over the years; None: as in truth.yaml.
    made : str
        "country", redrawn; or the published figures of the country as it is, of which "problems"
        or "safety" are dealt out anew.
    size : float
        How many times as often many problems meet as by chance, or how felt and registered safety
        correlate.
    also : tuple of (str, str)
        Hypotheses, and estimators of rows of theirs that decide nothing and are tried as well.
    raised : tuple of (str, float)
        Columns whose base is higher than written, and by how much.
    quiet : float
        Share of the written noise that deciding outcomes keep.
    series : float
        How many times its mean the variance of a number of offences is that felt safety is set
        beside.
    offences : float
        How many times as many of these there are as written.
    """

    name: str
    title: str
    effects: str
    noise: Layer | None = None
    exposure: Layer | None = None
    asks: tuple[str, ...] = LEVELS
    common: float = 1.0
    lasting: float | None = None
    also: tuple[tuple[str, str], ...] = ()
    made: str = "country"
    size: float = 0.0
    raised: tuple[tuple[str, float], ...] = ()
    quiet: float = 1.0
    series: float = 1.0
    offences: float = 1.0

    @property
    def ties(self) -> frozenset[str]:
        """What ties the errors of areas; as written, they share noise with neighbours."""
        return frozenset({"distance"}) if self.noise is None else self.noise.ties


_GROUNDS: dict[bytes, Ground] = {}

NONE, SPATIAL = Layer(0.0, 5.0), Layer(0.5, 5.0)
# Exposures keep half of their noise to themselves: else municipalities absorb nearly all of it.
FAR, HARD = Layer(0.5, 10.0), Layer(0.9, 10.0)
PROBLEMS: dict[str, Any] = {"noise": SPATIAL, "asks": ("B1",), "made": "problems"}
SAFETY: dict[str, Any] = {"noise": SPATIAL, "asks": ("D1",), "made": "safety"}
# As written, a yearly count of offences in a buurt is mostly chance: no change of a relevant size
# could be told from none. Where power is tried, outcomes are so many times as common, and so much
# of their noise lasts; it is added.
STEADY, VERY_STEADY = (20.0, 0.98), (400.0, 0.995)
# Without the effects of housing few would feel unsafe, and in many areas none: a share that cannot
# fall bends every slope. So many points more keep it off its floor.
FELT = (("feels_unsafe", 12.0),)
# In a province of this size A2 and E2 are never estimated with a small error. They are where events
# are so many times as common and so little noise is left; places differ as written.
COMMON, QUIET = 20.0, 0.25
# Offences come in series, so that their number varies more than by chance alone: by so much it is a
# trial, not an estimate. And so many offences that chance is next to nothing in their number.
SERIES, MANY = 3.0, 50.0
# What a hypothesis claims is nowhere true in worlds with these effects.
NULL = ("none", "through")
WORLDS = {
    one.name: one
    for one in [
        World("written", "as written in truth.yaml", "written"),
        World("none", "no effect, no shared noise", "none", NONE),
        World(
            *("none-spatial", "no effect, noise shared over 5 km", "none", SPATIAL),
            asks=MORE_LEVELS,
            also=COUNTS,
            raised=FELT,
        ),
        World("two-deltas", "effects of 2 δ, noise as written", "two deltas"),
        World(
            *("two-deltas-spatial", "effects of 2 δ, noise shared over 5 km", "two deltas"),
            *(SPATIAL, None, MORE_LEVELS),
            also=COUNTS,
            raised=FELT,
        ),
        World(
            *("two-deltas-quiet", "effects of 2 δ, little noise", "two deltas", SPATIAL, None),
            asks=("A2", "E2"),
            common=COMMON,
            quiet=QUIET,
        ),
        World(
            *("crime-alone", "tenure moves crime, feeling follows crime only", "through", SPATIAL),
            asks=("D2",),
            raised=FELT,
        ),
        World(
            *("crime-series", "feeling follows crime only, offences in series", "through", SPATIAL),
            asks=("D2",),
            raised=FELT,
            series=SERIES,
        ),
        World(
            *("crime-counted", "felt safety: an effect of 2 δ, many offences", "two deltas"),
            noise=SPATIAL,
            asks=("D2",),
            raised=FELT,
            offences=MANY,
        ),
        World("unrelated", "unrelated noises, 5 km", "none", SPATIAL, SPATIAL),
        World("unrelated-hard", "unrelated noises, 10 km", "none", HARD, FAR),
        World(
            *("changes-none", "changes: no effect, noise shared over 5 km", "none", SPATIAL, None),
            asks=(*CHANGES, "A6", "G2"),
            also=LONG,
        ),
        World(
            *("changes-two-deltas", "changes: effects of 2 δ, steady outcomes"),
            *("two deltas", SPATIAL, None, CHANGES, *STEADY),
            also=LONG,
        ),
        World(
            *("programme", "a programme that works: 2 δ, very steady outcomes"),
            *("two deltas", SPATIAL, None, ("G2",), *VERY_STEADY),
        ),
        World("problems-apart", "problems, each by itself", "none", **PROBLEMS, size=1.0),
        World("problems-limit", "problems, twice as often together", "none", **PROBLEMS, size=2.0),
        World(
            "problems-together", "problems, four times as often", "claimed", **PROBLEMS, size=4.0
        ),
        World("safety-same", "felt safety that follows crime", "none", **SAFETY, size=1.0),
        World("safety-limit", "felt safety, correlation 0.7", "none", **SAFETY, size=0.7),
        World(
            *("safety-series", "felt safety, correlation 0.7, offences in series", "none"),
            **SAFETY,
            size=0.7,
            series=SERIES,
        ),
        World("safety-apart", "felt safety, correlation 0.3", "claimed", **SAFETY, size=0.3),
    ]
}
ABOUT = {
    "written": "Every effect of `truth.yaml`: slopes, bends, mediation, differences by urbanity.",
    "none": "Tenure does nothing to anything; the noise of each area is its own.",
    "none-spatial": "Tenure does nothing; half of the noise is shared, range 5 km; so many feel "
    "unsafe that in hardly any area nobody does.",
    "two-deltas": "On each deciding outcome an effect of twice the smallest relevant one (δ), "
    "nothing else.",
    "two-deltas-spatial": "The same; half of the noise is shared, range 5 km; so many feel unsafe "
    "that in hardly any area nobody does.",
    "two-deltas-quiet": "The same; events are twenty times as common, and three quarters of the "
    "noise are taken out: else no error would be small.",
    "crime-alone": "Registered crime as written, so that more of it is where more is rented from "
    "corporations; felt unsafety follows that crime and nothing else of tenure. Offences are few, "
    "so that crime is known with error: what is not held constant of it may pass for an effect "
    "of tenure.",
    "crime-series": "The same; but offences come in series, so that the variance of their number "
    "is three times its mean: more error than chance alone makes.",
    "crime-counted": "An effect of tenure on felt unsafety of twice the smallest relevant one, and "
    "nothing else; there are fifty times as many offences, so that they are known nearly without "
    "error: as written, nobody could say what happens at equal crime.",
    "unrelated": "Tenure is replaced by noise half shared over 5 km; the outcome is as in *no "
    "effect, noise shared over 5 km*: both clustered, nothing to do with each other.",
    "unrelated-hard": "The same, range 10 km (wider than a municipality), and nine tenths of the "
    "noise of the outcome shared.",
    "changes-none": "All eleven years. Tenure, incomes, schools and the programme do nothing; "
    "focus areas are chosen where things were worst, as written, so that they would improve by "
    "themselves; half of the noise is shared, range 5 km.",
    "changes-two-deltas": "All eleven years. Tenure, and the distance to a school, have an effect "
    "of 2 δ on their outcome in every year, so that a change of the one goes with a change of the "
    "other. Outcomes are twenty times as common as written, and nearly all of their noise stays "
    "over the years: else no error would be small.",
    "programme": "All eleven years. Nothing has an effect but the programme: on average over the "
    "years since its start it lowers its outcome by 2 δ, a little more each year; the "
    "outcome is four hundred times as common as written.",
    "problems-apart": "The figures of every problem are dealt out anew among areas of the same "
    "class of urbanity: alike among neighbours (half of the order is shared, range 5 km), but each "
    "problem by itself.",
    "problems-limit": "The same, but one field has a hand in all problems, so that many meet in an "
    "area exactly twice as often as by chance. The claim is that it is more than twice.",
    "problems-together": "The same, but four times as often: the claim is true.",
    "safety-same": "The shares that feel unsafe are dealt out in the order of the true rate of "
    "registered crime; offences and answers are drawn anew. Both measure the same.",
    "safety-limit": "The same, but chance and neighbourhood have a hand in the order, so that true "
    "ranks correlate at 0.7. The claim is that it is less than 0.7.",
    "safety-series": "The same; but offences come in series, so that the variance of their number "
    "is three times its mean.",
    "safety-apart": "The same with a correlation of 0.3: the claim is true.",
}

# Why a row that decides is tried in no world.
NOT_TRIED = {
    "G1": "a list of areas that look alike has no true value to be compared with; how stable the "
    "list is, is judged beside it",
}
UNKNOWN = "no world has been made for it yet"


def untested(claims: Claims, study: str, tried: set[str]) -> dict[str, str]:
    """Say which hypotheses of a study are not tried here, and why.

    Parameters
    ----------
    claims : Claims
    study : str
    tried : set of str

    Returns
    -------
    dict of str to str
        Those without a row that decides are left out.
    """
    decided = [name for name, one in claims.hypotheses.items() if deciding_row(one, study)]
    return {name: NOT_TRIED.get(name, UNKNOWN) for name in decided if name not in tried}


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
