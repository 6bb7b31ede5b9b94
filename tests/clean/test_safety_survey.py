"""Safety survey: a value with its interval, for areas with enough respondents."""

import pytest

from nplvanalysis.clean import datasets
from tests.clean import published

BOUNDS = ["feels_unsafe_low", "feels_unsafe", "feels_unsafe_high"]


@pytest.fixture
def cleaned(entry):
    def clean(tables=None, level="buurt"):
        about = entry("safety_survey", level, 2024, file="85146NED.zip")
        return datasets.cleaned(published.members(tables or published.safety_survey()), about)

    return clean


def test_margins_become_the_bounds_of_their_value(cleaned):
    row = cleaned().table.set_index("code").loc["BU00140001"]
    assert row[BOUNDS].tolist() == [17.0, 20.5, 24.5]


def test_bounds_stay_with_their_area(cleaned):
    tables = published.safety_survey()
    for row in published.rows(tables):
        if row["WijkenEnBuurten"] == "BU19000000":
            row["VoeltZichWeleensOnveilig_3"] += 10
    table = cleaned(tables).table.set_index("code")[BOUNDS]
    assert table.loc["BU19000000"].tolist() == [27.0, 30.5, 34.5]
    assert table.drop("BU19000000")["feels_unsafe"].eq(20.5).all()


def test_areas_with_too_few_respondents_are_left_out_and_counted(cleaned):
    result = cleaned()
    assert "BU1900AA01" not in set(result.table["code"])
    assert len(result.table) == 4
    assert result.notes["areas and years with too few respondents"] == 1


def test_padded_keys_of_margins_are_understood(cleaned):
    tables = published.safety_survey()
    for row in [*tables["Marges.json"]["value"], *published.rows(tables)]:
        name = "Key" if "Key" in row else "Marges"
        row[name] = row[name].ljust(10)
    assert cleaned(tables).table[BOUNDS].iloc[0].tolist() == [17.0, 20.5, 24.5]


def test_a_value_at_its_bound_is_kept(cleaned):
    tables = published.safety_survey()
    for row in published.rows(tables):
        if row["WijkenEnBuurten"] == "BU19000000":
            row["VoeltZichWeleensOnveilig_3"] = 0.0
    table = cleaned(tables).table.set_index("code")
    assert table.loc["BU19000000", BOUNDS].tolist() == [0, 0, 0]


def test_the_year_is_that_of_the_survey_and_the_division_that_of_the_release(cleaned):
    table = cleaned(level="gemeente").table
    assert table["code"].tolist() == ["GM0014", "GM1900"]
    assert set(table["year"]) == {2023}
    assert set(table["division"]) == {2024}
