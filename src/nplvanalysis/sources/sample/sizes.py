"""How large a synthetic country is."""

from __future__ import annotations

from dataclasses import dataclass
from numbers import Integral, Real
from typing import Any

from nplvanalysis.errors import ParameterError

SETTLEMENTS = ("city", "town", "rural")
# Municipalities are numbered GM9001 and on.
MOST_MUNICIPALITIES = 800
LEAST_BUURTEN = 30
# Real buurten have 240 hectares on average: many small ones and some very large.
HECTARES = 240.0


@dataclass(frozen=True)
class Kind:
    """Municipalities of one kind.

    Attributes
    ----------
    buurten : int
        Mean number per municipality, on the last division.
    spread : float
        Radius in metres of the built-up area around the centre of such a municipality; no more
        than that of the municipality.
    municipalities : int
        In the whole country, on the last division.
    """

    buurten: int
    spread: float
    municipalities: int

    def __post_init__(self) -> None:
        for name, least in {"buurten": 3, "spread": 100, "municipalities": 1}.items():
            _at_least(least, getattr(self, name), f"kinds, {name}", whole=name != "spread")
        room = (self.buurten * HECTARES * 1e4 / 3.14) ** 0.5
        if self.spread > room:
            where = f"kinds, spread of {self.buurten} buurten"
            raise _refused(where, f"at most {room:.0f} metres, a municipality's own", self.spread)


@dataclass(frozen=True)
class Size:
    """A country, or a province.

    Attributes
    ----------
    name : str
    provinces : int
    kinds : dict of str to Kind
        Keyed by settlement: city, town, rural.
    years : (int, int)
        First and last year; the last has the reference division.

    Raises
    ------
    ParameterError
        If a number is not a positive one, a settlement is unknown, or the years run backwards.
    """

    name: str
    provinces: int
    kinds: dict[str, Kind]
    years: tuple[int, int]

    def __post_init__(self) -> None:
        _at_least(1, self.provinces, f"{self.name}, provinces")
        _settlements(self)
        _years(self)
        _at_least(LEAST_BUURTEN, self.buurten, f"{self.name}, buurten in all")
        if not self.provinces <= self.municipalities <= MOST_MUNICIPALITIES:
            raise _refused(
                f"{self.name}, municipalities in all",
                f"from {self.provinces} (one per province) to {MOST_MUNICIPALITIES}",
                self.municipalities,
            )

    @property
    def municipalities(self) -> int:
        """Municipalities on the last division."""
        return sum(kind.municipalities for kind in self.kinds.values())

    @property
    def buurten(self) -> int:
        """Buurten on land on the last division, about."""
        return sum(kind.buurten * kind.municipalities for kind in self.kinds.values())


def by_name(name: str) -> Size:
    """Look a size up.

    Parameters
    ----------
    name : str
        province or country.

    Returns
    -------
    Size

    Raises
    ------
    ParameterError
        If there is none of that name.
    """
    if name not in NAMED:
        raise _refused("size", f"one of {', '.join(NAMED)}", name)
    return NAMED[name]


def _settlements(size: Size) -> None:
    if not size.kinds or not set(size.kinds) <= set(SETTLEMENTS):
        expected = f"some of {', '.join(SETTLEMENTS)}"
        raise _refused(f"{size.name}, kinds", expected, ", ".join(map(str, size.kinds)) or "none")


def _years(size: Size) -> None:
    first, last = size.years
    for year in size.years:
        _at_least(1995, year, f"{size.name}, years")
    if last < first or last > 2100:
        raise _refused(f"{size.name}, years", "a first year, and a last not before it", size.years)


def _at_least(least: int, value: Any, where: str, whole: bool = True) -> None:
    number = isinstance(value, Integral if whole else Real) and not isinstance(value, bool)
    # a comparison that is false for what is not a number
    if not number or not least <= value < 1e6:
        kind = "a whole number" if whole else "a number"
        raise _refused(where, f"{kind} of {least} or more, and below 1,000,000", value)


def _refused(where: str, expected: str, got: object) -> ParameterError:
    return ParameterError(
        "The size of the synthetic country is not possible.",
        where=where,
        expected=expected,
        got=repr(got),
        todo="Use PROVINCE or COUNTRY of nplvanalysis.sources.sample.sizes, or correct the size.",
    )


PROVINCE = Size(
    "province",
    1,
    {"city": Kind(40, 1_850, 4), "town": Kind(21, 1_250, 11), "rural": Kind(10, 600, 29)},
    (2014, 2024),
)
COUNTRY = Size(
    "country",
    12,
    {"city": Kind(95, 2_800, 40), "town": Kind(50, 1_900, 100), "rural": Kind(29, 740, 202)},
    (2013, 2024),
)
NAMED = {size.name: size for size in (PROVINCE, COUNTRY)}
