"""What a study brings becomes tables with codes, borders and evidence."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd
import pytest
from shapely.geometry import box

from nplvanalysis import schema
from nplvanalysis.harmonise.gathering import Brought, gathered
from nplvanalysis.harmonise.outcome import outcome

from .test_panel import source

# B joined A in 2021; C was divided between A and D in that year.
FACTS = {
    "municipalities": [
        ("GM0001", "Aa", "2010", "", ""),
        ("GM0002", "Bee", "2010", "2020", ""),
        ("GM0003", "Cee", "2010", "2020", ""),
        ("GM0004", "Dee", "2010", "", ""),
    ],
    "changes": [("GM0002", "2020", "GM0001", "2021")]
    + [("GM0003", "2020", code, "2021") for code in ("GM0001", "GM0004")],
    "splits": [
        ("GM0003", "2020", "GM0001", "2021", "30"),
        ("GM0003", "2020", "GM0004", "2021", "70"),
    ],
    "exceptions": [("elections", "Elsewhere", "", "", "no municipality")],
    "members": [],
}
COLUMNS = {
    "municipalities": ["code", "name", "first", "last", "also_called"],
    "changes": ["code", "division", "target_code", "target_division"],
    "splits": ["code", "division", "target_code", "target_division", "households"],
    "exceptions": ["dataset", "name", "code", "counted_in", "reason"],
    "members": ["code"],
}


@pytest.fixture
def municipal(study):
    years = study.years.model_copy(update={"exposure": 2022, "outcome": 2020, "division": 2022})
    return study.model_copy(update={"unit": "gemeente", "years": years})


@pytest.fixture
def brought() -> Brought:
    homes = pd.DataFrame(
        {"code": ["GM0001", "GM0004"], "name": ["Aa", "Dee"], "dwellings": [9.0, 8]}
    )
    homes = homes.assign(level="gemeente", year=2022, division=2022, municipality=homes["code"])
    votes = pd.DataFrame({"name": ["AA", "bee", "Cee", "Dee", "Elsewhere"]}).assign(
        level="gemeente", year=2020, division=2020, electorate=[100.0, 40, 10, 50, 7]
    )
    borders = gpd.GeoDataFrame(
        homes[["code", "name", "division"]], geometry=[box(0, 0, 1, 1), box(1, 0, 2, 1)], crs=28992
    )
    facts = {
        name: pd.DataFrame(rows, columns=COLUMNS[name], dtype="str") for name, rows in FACTS.items()
    }
    sources = {
        "homes": source("kwb_rda", 2022, 2022, "gemeente"),
        "votes": source("elections", 2020, 2020, "gemeente"),
    }
    return Brought(sources, {"homes": homes, "votes": votes}, {"homes": borders}, facts)


@pytest.fixture
def made(brought, municipal) -> dict[str, pd.DataFrame]:
    own = gathered(brought, municipal, schema.columns())
    return outcome(brought, own, municipal, schema.columns())


def test_names_are_followed_through_mergers_and_splits(made):
    votes = made["panel"].query("year == 2020").set_index("code")["electorate"]
    assert votes.to_dict() == pytest.approx({"GM0001": 143.0, "GM0004": 57.0})


def test_bare_codes_forget_those_who_joined(made):
    votes = made["naive"].query("year == 2020").set_index("code")["electorate"]
    assert votes.to_dict() == {"GM0001": 100.0, "GM0004": 50.0}
    lost = made["naive_coverage"].query("source == 'votes' and step == 'lost'")["areas"].sum()
    assert lost == 2


def test_rows_that_are_no_municipality_are_listed(made):
    assert made["unresolved"][["source", "name"]].to_numpy().tolist() == [["votes", "Elsewhere"]]


def test_what_was_divided_is_said(made):
    steps = made["coverage"].query("source == 'votes' and areas > 0")
    assert steps.set_index("reason")["areas"].to_dict() == {"addresses": 1, "merged": 3}


def test_tables_of_other_levels_are_left_to_the_levels(brought, municipal):
    wijken = source("leefbaarometer", 2022, 2022, "wijk")
    more = Brought(
        brought.sources | {"scores": wijken},
        brought.tables | {"scores": pd.DataFrame({"code": ["WK000100"]})},
        brought.borders,
        brought.facts,
    )
    own = gathered(more, municipal, schema.columns())
    assert [item.name for item in own.tables] == ["homes", "votes"]
