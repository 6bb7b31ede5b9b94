"""Two smaller StatLine tables: distances to amenities, and arrivals and departures by year."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd

from nplvanalysis.sources.sample.names import MARK
from nplvanalysis.sources.sample.publishing import archive, areas, indicators, police, statline
from nplvanalysis.sources.sample.publishing.statline import Topic

Figures = Callable[[int], pd.DataFrame]
Columns = dict[str | int, pd.Series | np.ndarray]


def _near(stem: str, title: str, group: str) -> list[Topic]:
    """Give one distance and the numbers within reach, whose stems return for each amenity."""
    groups = (group,)
    within = [
        Topic(f"Binnen{reach}Km", f"Binnen {reach} km", "aantal", "Double", groups)
        for reach in (1, 3, 5)
    ]
    return [Topic(stem, title, "km", "Double", groups), *within]


_GP, _CHILDCARE = "Afstand tot huisartsenpraktijk", "Afstand tot kinderdagverblijf"
_MARKET, _GREEN = "Afstand tot grote supermarkt", "Afstand tot openbaar groen totaal"
NEAR = [
    *areas.TOPICS,
    *_near("AfstandTotHuisartsenpraktijk", _GP, "Huisartsenpraktijk"),
    *_near("AfstandTotZiekenhuis", "Afstand tot ziekenhuis", "Ziekenhuis"),
    *_near("AfstandTotGroteSupermarkt", _MARKET, "Grote supermarkt"),
    *_near("AfstandTotKinderdagverblijf", _CHILDCARE, "Kinderdagverblijf"),
    *_near("AfstandTotSchool", "Afstand tot school", "Basisonderwijs"),
    *_near("AfstandTotSchool", "Afstand tot school", "Voortgezet onderwijs"),
    Topic("AfstandTotOpenbaarGroenTotaal", _GREEN, "km", "Double", ("Openbaar groen",)),
    Topic("AfstandTotBos", "Afstand tot bos", "km", "Double", ("Openbaar groen",)),
]
NEAR_BY_GROUP = {
    ("Huisartsenpraktijk", "AfstandTotHuisartsenpraktijk"): "gp_distance",
    ("Grote supermarkt", "AfstandTotGroteSupermarkt"): "supermarket_distance",
    ("Kinderdagverblijf", "AfstandTotKinderdagverblijf"): "childcare_distance",
    ("Basisonderwijs", "AfstandTotSchool"): "school_distance",
    ("Basisonderwijs", "Binnen3Km"): "schools_within_3km",
    ("Openbaar groen", "AfstandTotOpenbaarGroenTotaal"): "green_distance",
}
MOVES = [
    *areas.TOPICS[:2],
    Topic("GevestigdePersonen", "Gevestigde personen", groups=("Verhuizingen",)),
    Topic("VertrokkenPersonen", "Vertrokken personen", groups=("Verhuizingen",)),
]
MOVED = {2: "arrivals", 3: "departures"}


def write_proximity(exact: pd.DataFrame, year: int, identifier: str, path: Path) -> None:
    """Write distances of one year.

    Parameters
    ----------
    exact : DataFrame
        From `derived.exact`, sorted by `areas.sorted_as_listed`.
    year : int
    identifier : str
        Of the table.
    path : Path
    """
    named = areas.texts(exact)
    rows: Columns = {"WijkenEnBuurten": exact["code"]}
    rows |= {place: named[name] for place, name in enumerate(areas.NAMED)}
    for place, topic in enumerate(NEAR):
        indicator = NEAR_BY_GROUP.get((topic.groups[-1], topic.stem))
        if indicator:
            rows[place] = indicators.value(indicator, exact)
    title = f"Nabijheid voorzieningen; afstand locatie, wijk- en buurtcijfers {year} ({MARK})"
    dimensions = [areas.dimension(exact, year)]
    table = statline.Table(identifier, title, str(year), "", dimensions, NEAR)
    archive.write(statline.members(table, pd.DataFrame(rows)), path)


def write_moves(exact: Figures, years: range, identifier: str, path: Path) -> None:
    """Write arrivals and departures of all years on the last division.

    Parameters
    ----------
    exact : callable
        Gives `derived.exact` of a year on the last division, sorted.
    years : range
    identifier : str
    path : Path
    """
    last = exact(years[-1])
    yearly = [exact(year) for year in years]
    rows = areas.by_place(last, len(years))
    rows["Perioden"] = np.tile([f"{year}JJ00" for year in years], len(last)).astype(object)
    for place, name in MOVED.items():
        rows[place] = np.column_stack([indicators.value(name, of) for of in yearly]).ravel()
    title = f"Vestiging en vertrek; wijken en buurten ({MARK})"
    note = f"Alle jaren volgens de buurtindeling van {years[-1]}"
    dimensions = [areas.dimension(last, years[-1]), police.periods(years)]
    period = f"{years[0]}-{years[-1]}"
    table = statline.Table(identifier, title, period, note, dimensions, MOVES)
    archive.write(statline.members(table, pd.DataFrame(rows)), path)
