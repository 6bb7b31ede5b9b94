"""Moves: arrivals and departures by area and year, on one division."""

import numpy as np
import pytest

from nplvanalysis.clean import datasets
from tests.clean import published


@pytest.fixture
def cleaned(entry):
    def clean(tables=None, level="buurt"):
        about = entry("moves", level, 2024, file="60048NED.zip")
        return datasets.cleaned(published.members(tables or published.moves()), about)

    return clean


def test_arrivals_and_departures_are_not_mixed_up(cleaned):
    table = cleaned().table
    assert set(table["arrivals"]) == {90}
    assert set(table["departures"]) == {80}


def test_a_count_is_of_its_area_and_year(cleaned):
    tables = published.moves()
    for place, row in enumerate(published.rows(tables)):
        row["GevestigdePersonen_3"] = place
    expected = {
        (row["WijkenEnBuurten"], int(row["Perioden"][:4])): row["GevestigdePersonen_3"]
        for row in published.rows(tables)
    }
    arrivals = cleaned(tables).table.set_index(["code", "year"])["arrivals"]
    assert len(arrivals) == 10
    assert arrivals.to_dict() == {key: expected[key] for key in arrivals.index}


def test_null_is_missing_not_zero(cleaned):
    tables = published.moves()
    for row in published.rows(tables):
        if (row["WijkenEnBuurten"], row["Perioden"]) == ("BU1900AA01", "2022JJ00"):
            row["VertrokkenPersonen_4"] = None
    departures = cleaned(tables).table.set_index(["code", "year"])["departures"]
    assert np.isnan(departures["BU1900AA01", 2022])
    assert departures["BU1900AA01", 2023] == 80


def test_all_years_stand_on_the_division_of_the_release(cleaned):
    table = cleaned(level="gemeente").table
    assert list(zip(table["code"], table["year"], strict=True)) == [
        ("GM0014", 2022),
        ("GM0014", 2023),
        ("GM1900", 2022),
        ("GM1900", 2023),
    ]
    assert set(table["division"]) == {2024}
