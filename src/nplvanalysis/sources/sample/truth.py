"""The written truth: `truth.yaml`, read and checked."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from nplvanalysis import store
from nplvanalysis.errors import ParameterError

TRUTH = Path(__file__).with_name("truth.yaml")
# What homes and residents give: tenure; what they make from tenure, and from which shares; and what
# has other causes. Renewal changes tenure and brings new homes: neither makes the other.
TENURES = ("tenure_owner", "tenure_corporation", "tenure_other", "blending")
STOCK = {"single_family": ("tenure_owner",), "woz": ("tenure_corporation", "tenure_other")}
STOCK |= {"vacant": ("tenure_other",), "share_15_24": ("tenure_other",)}
APART = ("affluence", "built_from_2000", "share_65_plus", "address_density", "density_around")
GIVEN = {*TENURES, *STOCK, *APART}
# Fields of a process that hold an effect of tenure.
TENURE = ("corporation", "corporation_by_urbanity", "bend", "other_rent", "blending")

Five = tuple[float, float, float, float, float]
Positive = Annotated[float, Field(gt=0)]
SPECIFICATIONS = ("owner-share", "owner-to-corporation", "blending")


class _Strict(BaseModel):
    # nan and infinity are numbers to YAML
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class Noise(_Strict):
    """Noise of a column: form, spread (in its unit, or of its logarithm), what is shared."""

    form: Literal["additive", "proportional"]
    spread: float = Field(ge=0)
    spatial: float = Field(ge=0, le=1)
    range_km: float = Field(default=2.0, gt=0, le=10)
    lasting: float = Field(default=0.8, ge=0, le=1)


class Municipality(_Strict):
    """Municipality effects: their own spread, and how they go with other columns."""

    spread: float = Field(default=0.0, ge=0)
    with_corporation: float = 0.0
    with_mean: dict[str, float] = {}


class Bend(_Strict):
    """A kink: above `at` % corporation rent the effect of 10 points is `slope` larger."""

    at: float = Field(gt=0, lt=100)
    slope: float


class Counted(_Strict):
    """Events for every `per` of people; `series` times as much variance as Poisson counts have."""

    of: Literal["population", "persons_under_23", "electorate", "respondents"]
    per: float = Field(gt=0)
    draw: Literal["poisson", "binomial"] = "poisson"
    series: float = Field(default=1.0, ge=1)
    name: str = ""


class Hidden(_Strict):
    """A smooth field that is published nowhere."""

    range_km: float = Field(gt=0)


class Programme(_Strict):
    """The programme: when it begins, where, and what it does (per year since)."""

    start: int = Field(ge=1995, le=2100)
    areas_per_cells: int = Field(gt=0)
    selected_on: dict[str, float] = Field(min_length=1)
    effects: dict[str, float]


class Trap(_Strict):
    """An exposure and an outcome that mislead whoever is not careful."""

    outcome: str
    exposure: str
    effect: float
    unit: str
    sentence: str


class Process(_Strict):
    """How one column is made; see the head of truth.yaml."""

    unit: str
    base: float
    corporation: float = 0.0
    corporation_by_urbanity: Five = (0.0, 0.0, 0.0, 0.0, 0.0)
    bend: Bend | None = None
    other_rent: float = 0.0
    blending: float = 0.0
    urbanity: Five = (0.0, 0.0, 0.0, 0.0, 0.0)
    density: float = 0.0
    trend: float = 0.0
    years: dict[int, float] = {}
    municipality: Municipality = Municipality()
    through: dict[str, float] = {}
    hidden: dict[str, float] = {}
    noise: Noise
    range: tuple[float, float] | None = None
    counted: Counted | None = None
    hypothesis: str = ""

    @model_validator(mode="after")
    def _possible(self) -> Process:
        if self.range and self.range[0] >= self.range[1]:
            raise ValueError(f"range: {self.range} is none")
        if self.counted and self.counted.draw == "binomial" and self.counted.per != 100:
            raise ValueError("counted.per: a binomial count is out of every 100")
        if self.unit == "%":
            _share(self)
        return self


def _share(about: Process) -> None:
    """Refuse shares that can leave 0 to 100; the base is no share where other columns add to it."""
    low, high = about.range or (-1, 101)
    if low < 0 or high > 100:
        raise ValueError(f"range: a share (%) stays within 0 to 100, not {about.range}")
    if not about.through and not 0 <= about.base <= 100:
        raise ValueError(f"base: a share (%) of {about.base:g}")
    if about.counted and about.counted.per != 100:
        raise ValueError(f"counted.per: a share (%) is of every 100, not {about.counted.per:g}")


class Truth(_Strict):
    """All of truth.yaml."""

    year: int = Field(ge=1995, le=2100)
    steps: dict[str, Positive]
    fields: dict[str, Hidden] = {}
    programme: Programme
    columns: dict[str, Process] = Field(min_length=1)
    sums: dict[str, Annotated[list[str], Field(min_length=1)]]
    traps: dict[str, Trap] = {}

    @model_validator(mode="after")
    def _known(self) -> Truth:
        before = set(GIVEN)
        for name, about in self.columns.items():
            _require(about.through, before, f"columns.{name}.through")
            _require(about.municipality.with_mean, before, f"columns.{name}.municipality.with_mean")
            _require(about.hidden, self.fields, f"columns.{name}.hidden")
            before.add(name)
        for name, parts in self.sums.items():
            _require(parts, self.columns, f"sums.{name}")
        _require(self.programme.selected_on, self.columns, "programme.selected_on")
        _require(self.programme.effects, self.columns, "programme.effects")
        for name, trap in self.traps.items():
            _require([trap.outcome, trap.exposure], before | set(self.sums), f"traps.{name}")
        if set(self.steps) != set(SPECIFICATIONS):
            raise ValueError(f"steps: one of each of {', '.join(SPECIFICATIONS)}")
        return self

    @model_validator(mode="after")
    def _once(self) -> Truth:
        counts = [(a.counted.name or f"{n}_count") for n, a in self.columns.items() if a.counted]
        twice = _twice([*GIVEN, *self.columns, *counts, *self.sums])
        if twice:
            raise ValueError(f"{twice}: made twice")
        return self


def _twice(names: Iterable[str]) -> str:
    return ", ".join(name for name, times in Counter(names).items() if times > 1)


def _require(named: Iterable[str], known: Iterable[str], where: str) -> None:
    lacking = sorted(set(named) - set(known))
    if lacking:
        raise ValueError(f"{where}: {', '.join(lacking)} is unknown, or only made later")


class _Loader(yaml.SafeLoader):
    """YAML of which no key stands twice: the first would be lost without a word."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        twice = _twice(str(key.value) for key, _ in node.value)
        if twice:
            raise yaml.MarkedYAMLError(problem=f"{twice}: twice", problem_mark=node.start_mark)
        return super().construct_mapping(node, deep)


def parse(text: str, where: str = TRUTH.name) -> Truth:
    """Check the text of a truth.

    Parameters
    ----------
    text : str
        YAML.
    where : str
        Named in errors.

    Returns
    -------
    Truth

    Raises
    ------
    ParameterError
        For a field that is unknown or impossible, or a column that goes through a later one.
    """
    try:
        # a subclass of the safe loader
        return Truth.model_validate(yaml.load(text, _Loader))
    except (ValidationError, yaml.YAMLError) as error:
        raise impossible(where, _problems(error)) from error


def _problems(error: ValidationError | yaml.YAMLError) -> str:
    """Name column and field of each problem."""
    if isinstance(error, yaml.YAMLError):
        return str(error)
    found = []
    for one in error.errors():
        about = [".".join(map(str, one["loc"]))] if one["loc"] else []
        got = [] if isinstance(one["input"], dict) else [f"got {one['input']!r}"]
        found.append(": ".join([*about, one["msg"].removeprefix("Value error, "), *got]))
    return "; ".join(found)


def load() -> Truth:
    """Read and check the truth that is published with the repository."""
    return parse(store.read_text(TRUTH), str(TRUTH))


def impossible(where: str, got: str) -> ParameterError:
    """Make the error for a truth that cannot be."""
    return ParameterError(
        "The truth of the synthetic country is not possible.",
        where=where,
        expected="processes as the head of truth.yaml describes them",
        got=got,
        todo="Correct truth.yaml.",
    )
