"""The list of moments: those that matter for housing mix and liveability."""

from __future__ import annotations

from likeness.moment import KEYS, Moment

B, C, W, G = ("buurt", 2015), ("city", 2017), ("wijk", 2022), ("gemeente", 2020)
CRIME, TURNOUT, FELT = ("gemeente", 2017), ("gemeente", 2014), ("province", 2017)
SCORES = ["afw", "fys", "onv", "soc", "vrz", "won"]
TENURES = ["tenure_owner", "tenure_corporation", "tenure_other"]
AGES = ["share_0_14", "share_15_24", "share_25_44", "share_65_plus"]
BENEFITS = ["social_assistance_rate", "disability_rate", "unemployment_rate"]
DISTANCES = ["gp_distance", "supermarket_distance", "school_distance"]
SA = "social_assistance_rate"

SOURCES = {
    B: ("CBS key figures of buurten 2015, map of 2015", ""),
    C: (
        "CBS key figures of buurten 2017, Rotterdam only",
        "one city; the synthetic side takes its four largest municipalities, each less its mean",
    ),
    W: ("CBS key figures of wijken 2022; Leefbaarometer 3.0 by wijk, 2022 and 2014", ""),
    G: ("CBS key figures of municipalities 2020", ""),
    CRIME: (
        "CBS 83648NED registered crime 2017, by name to key figures of 2020",
        "exposures of 2020",
    ),
    TURNOUT: (
        "Kiesraad, municipal elections 2010, by name to key figures of 2020",
        "turnout of 2010, exposures of 2020; the synthetic side is its first year from 2014 on",
    ),
    FELT: ("CBS Veiligheidsmonitor 2017, by province", "every province counts the same"),
}


def wanted() -> list[Moment]:
    """List the moments, by level."""
    return [*_buurten(), *_city(), *_wijken(), *_scores(), *_gemeenten(), *_safety()]


def _each(kind: str, place: tuple[str, int], columns: list[str]) -> list[Moment]:
    return [Moment(kind, *place, column) for column in columns]


def _pairs(
    place: tuple[str, int], pairs: dict[str, list[str]], kind: str = "correlation"
) -> list[Moment]:
    return [
        Moment(kind, *place, column, other) for column, others in pairs.items() for other in others
    ]


def _classes(place: tuple[str, int], columns: list[str], classes: str = "135") -> list[Moment]:
    return [Moment("mean", *place, column, "", one) for column in columns for one in classes]


def _quantiles(place: tuple[str, int], columns: list[str]) -> list[Moment]:
    return [Moment(kind, *place, column) for column in columns for kind in ("p10", "p50", "p90")]


def _buurten() -> list[Moment]:
    shape = ["share_65_plus", "share_single", "share_non_western", SA]
    return [
        *_quantiles(B, ["population", "address_density"]),
        *_each("p50", B, ["land_area", "households"]),
        *(Moment("urbanity_share", *B, "population", "", one) for one in "12345"),
        *_each("mean", B, [*AGES, "share_single", "share_with_children"]),
        *_each("mean", B, ["share_non_western", *BENEFITS]),
        *_each("spread", B, ["share_15_24", *shape, *BENEFITS[1:]]),
        *_each("moran", B, shape),
        *_each("between", B, shape),
        *_quantiles(B, [SA]),
        *_classes(B, [SA, "share_non_western", "share_single"]),
        *_pairs(
            B, {SA: ["share_non_western", "share_single", "disability_rate", "address_density"]}
        ),
        *_pairs(B, {"share_single": ["address_density", "share_65_plus"]}),
    ]


def _city() -> list[Moment]:
    corporation = ["tenure_other", "income_low", "income_high", "woz", SA, "disability_rate"]
    corporation += ["share_non_western", "single_family"]
    corporation += ["crime_violence_rate", "crime_vandalism_rate", "crime_burglary_rate"]
    pairs = {
        "tenure_corporation": [*corporation, "feels_unsafe"],
        "income_low": ["woz", SA, "feels_unsafe"],
        "crime_violence_rate": ["crime_vandalism_rate", "feels_unsafe"],
        SA: ["social_assistance_rate_before"],
    }
    return [
        *_each("spread_within", C, [*TENURES, "tenure_corporation_change", "income_low", "woz"]),
        *_each("spread_within", C, [SA, "share_non_western", "single_family"]),
        *_pairs(C, pairs, "rank_within"),
    ]


def _wijken() -> list[Moment]:
    main = ["tenure_owner", "woz", "income_low", "income_high"]
    pairs = {
        "tenure_owner": ["woz", "income_low", "income_high", "share_25_44", "share_65_plus"],
        "woz": ["income_low", "income_high"],
    }
    return [
        *_quantiles(W, ["dwellings", "tenure_owner"]),
        *_each("mean", W, main),
        *_each("spread", W, main),
        *_each("moran", W, main[:3]),
        *_each("between", W, main[:3]),
        *_classes(W, ["tenure_owner", "woz"]),
        *_pairs(W, pairs),
    ]


def _scores() -> list[Moment]:
    changes = [f"{name}_change" for name in ("afw", "onv", "soc", "won")]
    return [
        *_each("mean", W, ["afw"]),
        *_each("spread", W, [*SCORES, *changes]),
        *_each("moran", W, SCORES),
        *_each("between", W, ["afw", "onv"]),
        *_pairs(W, {"onv": ["fys", "soc", "vrz", "won"], "vrz": ["fys", "soc", "won"]}),
        *_pairs(W, {name: ["tenure_owner"] for name in SCORES}),
        *_pairs(W, {"onv": ["income_low", "woz"], "afw": ["income_low"], "won": ["woz"]}),
        *_pairs(W, {name: [f"{name}_before"] for name in ["afw", "onv"]}),
        *_classes(W, ["onv", "vrz"]),
    ]


def _gemeenten() -> list[Moment]:
    homes = [*TENURES, "woz", "single_family", "vacant", "built_from_2000"]
    people = ["income_per_resident", "income_low", "youth_care", "wmo_clients", *DISTANCES]
    linked = ["tenure_other", "woz", "income_low", SA, "youth_care", "wmo_clients"]
    pairs = {
        "tenure_corporation": [*linked, "share_non_western", "single_family", "address_density"],
        "income_low": ["woz", SA, "wmo_clients"],
        "address_density": ["school_distance"],
    }
    return [
        *_quantiles(G, ["population"]),
        *_each("mean", G, [*homes, *people]),
        *_each("spread", G, [*homes, *people]),
        *_each("moran", G, ["tenure_corporation", "woz", "income_low", SA]),
        *_classes(G, ["tenure_corporation", "single_family", "school_distance"]),
        *_pairs(G, pairs),
    ]


def _safety() -> list[Moment]:
    rates = ["crime_total_rate", "crime_vandalism_rate", "crime_violence_rate"]
    return [
        *_each("mean", CRIME, rates),
        *_each("spread", CRIME, rates),
        *_pairs(
            CRIME, {"crime_total_rate": ["address_density", "tenure_corporation", "income_low"]}
        ),
        *_each("mean", TURNOUT, ["turnout"]),
        *_each("spread", TURNOUT, ["turnout"]),
        *_pairs(TURNOUT, {"turnout": ["tenure_corporation", SA, "address_density"]}),
        *_each("mean", FELT, ["feels_unsafe"]),
        *_each("spread", FELT, ["feels_unsafe"]),
    ]


def _published(
    kind: str, level: str, year: int, column: str, value: float, tolerance: float, *said: str
) -> dict[str, object]:
    moment = Moment(kind, level, year, column)
    about = {"moment": kind} | {name: getattr(moment, name) for name in KEYS}
    numbers = {"value": f"{value:.6g}", "tolerance": f"{tolerance:.3g}", "n": ""}
    return about | numbers | dict(zip(("source", "note"), said, strict=True))


CODES = ("published: CBS 85984NED, list of areas 2024", "all areas on land, inhabited or not")
PUBLISHED = [
    _published("areas", "buurt", 2024, "dwellings", 14_574, 729, *CODES),
    _published("areas", "wijk", 2024, "dwellings", 3_393, 170, *CODES),
    _published("areas", "gemeente", 2024, "dwellings", 342, 17, *CODES),
    _published(
        "over_two_thirds",
        "buurt",
        2018,
        "tenure_corporation",
        8.7,
        3,
        "published: Aedes and RIGO, Veerkracht 2018",
        "1.5 million residents live where over two thirds is corporation rent",
    ),
]
