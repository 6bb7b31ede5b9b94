"""Registered crime by kind, area and year, all years on the last division."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd

from nplvanalysis.sources.sample.names import MARK
from nplvanalysis.sources.sample.publishing import archive, areas, statline
from nplvanalysis.sources.sample.publishing.statline import Dimension, Topic

TOTAL = "0.0.0"
# Kinds with their share of the registered crimes that the process draws together.
KINDS = {
    "crime_burglary": {"1.1.1": ("Diefstal/inbraak woning", 1.0)},
    "crime_violence": {
        "1.4.2": ("Moord, doodslag", 0.01),
        "1.4.3": ("Openlijk geweld (persoon)", 0.06),
        "1.4.4": ("Bedreiging", 0.30),
        "1.4.5": ("Mishandeling", 0.55),
        "1.4.6": ("Straatroof", 0.06),
        "1.4.7": ("Overval", 0.02),
    },
    "crime_vandalism": {"2.2.1": ("Vernieling cq. zaakbeschadiging", 1.0)},
    "crime_other": {
        "1.1.2": ("Diefstal/inbraak box/garage/schuur", 0.08),
        "1.2.1": ("Diefstal uit/vanaf motorvoertuigen", 0.20),
        "1.2.3": ("Diefstal van brom-, snor-, fietsen", 0.36),
        "1.4.1": ("Zedenmisdrijf", 0.03),
        "2.5.2": ("Winkeldiefstal", 0.19),
        "3.1.1": ("Drugshandel", 0.14),
    },
}
# Counted in the total, and not shown by area.
HIDDEN = ["1.4.1"]
# Crimes in a place that nobody noted, as a share of those of the whole country.
NOWHERE = 0.012
UNKNOWN = {"Gemeente": "GM0000", "Wijk": "WK000000", "Buurt": "BU00000000"}
GROUP = ("Regioaanduiding",)
TOPICS = [
    Topic("GeregistreerdeMisdrijven", "Geregistreerde misdrijven", default="Zero"),
    Topic("Gemeentenaam", "Gemeentenaam", "naam", "String", GROUP, "Missing", 40),
    Topic("SoortRegio", "Soort regio", "omschrijving", "String", GROUP, "Missing", 10),
]


def write(
    figures: Callable[[int], pd.DataFrame],
    years: range,
    identifier: str,
    rng: np.random.Generator,
    path: Path,
) -> None:
    """Write the table.

    Parameters
    ----------
    figures : callable
        Gives the sums of a year on the last division, always of the same areas in one order.
    years : range
    identifier : str
        Of the table.
    rng : Generator
        Splits the drawn crimes into kinds.
    path : Path
    """
    listed = _with_unknown(figures(years[-1]))
    counts = np.stack([_counts(figures(year), rng) for year in years], axis=2)
    titles = {key: name for kinds in KINDS.values() for key, (name, _) in kinds.items()}
    kinds = {TOTAL: "Totaal misdrijven"} | {key: f"{key} {titles[key]}" for key in sorted(titles)}
    table = statline.Table(
        identifier,
        f"Geregistreerde misdrijven; soort misdrijf, wijk, buurt, jaarcijfers ({MARK})",
        f"{years[0]}-{years[-1]}",
        f"Alle jaren volgens de buurtindeling van {years[-1]}",
        [
            Dimension("SoortMisdrijf", "Soort misdrijf", "Dimension", _members(kinds)),
            areas.dimension(listed, years[-1]),
            periods(years),
        ],
        TOPICS,
        statline.POLICE,
        "Politie",
    )
    archive.write(statline.members(table, _rows(listed, list(kinds), years, counts)), path)


def periods(years: range) -> Dimension:
    """List whole years as periods."""
    status = ["Definitief"] * (len(years) - 1) + ["Voorlopig"]
    members = _members({f"{year}JJ00": str(year) for year in years}).assign(Status=status)
    return Dimension("Perioden", "Perioden", "TimeDimension", members)


def _members(titles: dict[str, str]) -> pd.DataFrame:
    return pd.DataFrame({"Key": list(titles), "Title": list(titles.values()), "Description": ""})


def _with_unknown(figures: pd.DataFrame) -> pd.DataFrame:
    rows = [
        {"recs": level, "code": code, "name": f"{level} onbekend", "municipality": "GM0000"}
        for level, code in UNKNOWN.items()
    ]
    unknown = pd.DataFrame(rows).assign(municipality_name="Gemeente onbekend")
    columns = ["recs", "code", "name", "municipality", "municipality_name"]
    return pd.concat([figures[columns], unknown], ignore_index=True)


def _counts(figures: pd.DataFrame, rng: np.random.Generator) -> np.ndarray:
    """Split the crimes of buurten into kinds and add them up; hidden kinds and none are missing.

    Returns
    -------
    ndarray of float, shape (1 + number of kinds, areas with the unknown ones)
    """
    buurt = (figures["recs"] == "Buurt").to_numpy()
    found: dict[str, np.ndarray] = {}
    for column, kinds in KINDS.items():
        drawn = figures.loc[buurt, f"{column}_rate_count"].to_numpy().astype(np.int64)
        # shares of one group sum to one; the generator asks for that to the last bit
        shares = np.array([share for _, share in kinds.values()])
        split = rng.multinomial(drawn, shares / shares.sum())
        found |= dict(zip(kinds, split.T, strict=True))
    detail = np.array([found[key] for key in sorted(found)])
    nowhere = rng.binomial(detail.sum(axis=1), NOWHERE)
    whole = np.vstack([detail.sum(axis=0), detail])
    summed = _summed(whole, figures, np.append(nowhere.sum(), nowhere))
    hidden = np.array([False] + [key in HIDDEN for key in sorted(found)])
    # an absent cell stands for none, except in a hidden kind
    details = (np.arange(len(summed)) > 0)[:, None]
    return np.where(hidden[:, None] | details & (summed == 0), np.nan, summed)


def _summed(buurten: np.ndarray, figures: pd.DataFrame, nowhere: np.ndarray) -> np.ndarray:
    """Add buurten up to wijken, municipalities and the country, unknown places apart."""
    codes, levels = figures["code"], figures["recs"].to_numpy()
    tails = codes[levels == "Buurt"].str[2:]
    columns = np.zeros((len(buurten), len(figures) + len(UNKNOWN)))
    columns[:, len(figures) :] = nowhere[:, None]
    columns[:, np.flatnonzero(levels == "Buurt")] = buurten
    for level, width in (("Wijk", 6), ("Gemeente", 4)):
        place = pd.Series(np.flatnonzero(levels == level), codes[levels == level].str[2:])
        for kind, row in enumerate(buurten):
            np.add.at(columns[kind], place[tails.str[:width]].to_numpy(), row)
    land = np.flatnonzero(levels == "Land")
    columns[:, land] = (buurten.sum(axis=1) + nowhere)[:, None]
    return columns


def _rows(listed: pd.DataFrame, kinds: list[str], years: range, counts: np.ndarray) -> pd.DataFrame:
    """Lay the figures out by kind, area and year: the last changes quickest."""
    size = len(listed) * len(years)

    def of_areas(column: str) -> np.ndarray:
        each = np.repeat(listed[column].to_numpy(dtype=object), len(years))
        return np.tile(each, len(kinds))

    periods = np.array([f"{year}JJ00" for year in years], dtype=object)
    return pd.DataFrame(
        {
            "SoortMisdrijf": np.repeat(np.array(kinds, dtype=object), size),
            "WijkenEnBuurten": of_areas("code"),
            "Perioden": np.tile(periods, len(kinds) * len(listed)),
            0: counts.ravel(),
            1: of_areas("municipality_name"),
            2: of_areas("recs"),
        }
    )
