"""Distances: one figure, in km, of one year."""

import numpy as np
import pytest

from nplvanalysis.clean import datasets
from tests.clean import published

KEY = "AfstandTotOpenbaarGroenTotaal_6"


@pytest.fixture
def cleaned(entry):
    def clean(tables=None, level="buurt"):
        about = entry("proximity", level, 2024, file="86134NED.zip")
        return datasets.cleaned(published.members(tables or published.proximity()), about)

    return clean


def test_distances_come_in_km_by_area(cleaned):
    tables = published.proximity()
    for place, row in enumerate(published.rows(tables)):
        row[KEY] = place / 10
    green = cleaned(tables).table.set_index("code")["green_distance"]
    expected = {row["WijkenEnBuurten"]: row[KEY] for row in published.rows(tables)}
    assert green.to_dict() == {code: expected[code] for code in green.index}
    assert len(green) == 5


def test_distances_that_the_key_figures_have_too_are_left_to_them(cleaned):
    assert "gp_distance" not in cleaned().table


def test_null_is_missing_in_its_area_only(cleaned):
    tables = published.proximity()
    for row in published.rows(tables):
        row[KEY] = None if row["WijkenEnBuurten"] == "BU00140001" else row[KEY]
    green = cleaned(tables).table.set_index("code")["green_distance"]
    assert np.isnan(green["BU00140001"])
    assert green.drop("BU00140001").eq(0.4).all()


def test_the_figures_are_of_the_year_and_borders_of_the_table(cleaned):
    table = cleaned(level="wijk").table
    assert table["code"].tolist() == ["WK001400", "WK190000", "WK1900AA"]
    assert set(table["year"]) == set(table["division"]) == {2024}
