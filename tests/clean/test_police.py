"""Registered crime: groups of kinds add up, and what is hidden or has no place is not lost."""

import pandas as pd
import pytest

from nplvanalysis.clean import datasets
from tests.clean import published

FILE = "47018NED.zip"
COUNT = "GeregistreerdeMisdrijven_1"
PLACES = ["BU1900AA01", "WK1900AA", "GM1900", "NL00"]


@pytest.fixture
def cleaned(entry):
    def clean(tables=None, level="buurt"):
        about = entry("police", level, 2024, file=FILE)
        return datasets.cleaned(published.members(tables or published.police()), about)

    return clean


def of(tables, kind, places, year=2023):
    """Rows of one kind of offence."""
    return [
        row
        for row in published.rows(tables)
        if (row["SoortMisdrijf"].strip(), row["Perioden"]) == (kind, f"{year}JJ00")
        and row["WijkenEnBuurten"].strip() in places
    ]


def hidden_kind(tables):
    return [row for row in published.rows(tables) if row["SoortMisdrijf"].strip() == "1.4.1"]


def in_one_page(tables, rows):
    kept = {name: own for name, own in tables.items() if not name.startswith("Typed")}
    return kept | {"TypedDataSet.json": {"value": rows}}


def counts(result, code, year):
    table = result.table.set_index(["code", "year"])
    columns = [name for name in table if name.startswith("crime_")]
    return {name.removeprefix("crime_"): table.loc[(code, year), name] for name in columns}


def test_kinds_are_summed_into_their_groups(cleaned):
    expected = {"violence": 9, "vandalism": 5, "burglary": 3, "other": 8, "total": 25}
    assert counts(cleaned(), "BU00140001", 2022) == expected


def test_hidden_sex_offences_are_in_the_total_and_in_no_named_group(cleaned):
    tables = published.police()
    for row in of(tables, "0.0.0", PLACES):
        row[COUNT] += 2
    hidden, before = (counts(cleaned(own), PLACES[0], 2023) for own in (tables, None))
    assert {name: hidden[name] - before[name] for name in hidden} == {
        **dict.fromkeys(("violence", "vandalism", "burglary"), 0),
        **dict.fromkeys(("other", "total"), 2),
    }


def test_a_count_is_of_its_kind_area_and_year(cleaned):
    tables = published.police()
    for row in [*of(tables, "1.4.5", PLACES), *of(tables, "0.0.0", PLACES)]:
        row[COUNT] += 7
    table = cleaned(tables).table.set_index(["code", "year"])
    more = table["crime_violence"] - 9
    assert more[more != 0].to_dict() == {("BU1900AA01", 2023): 7}
    assert table.loc[("BU1900AA01", 2023), "crime_total"] == 32


def test_null_is_no_offence_as_the_publisher_defines(cleaned):
    tables = published.police()
    for row in of(tables, "1.1.1", ["BU00140000"]):
        row[COUNT] = None
    assert counts(cleaned(tables), "BU00140000", 2023)["burglary"] == 0
    assert counts(cleaned(tables), "BU00140000", 2022)["burglary"] == 3


def test_areas_unknown_to_the_police_are_dropped_and_counted(cleaned):
    result = cleaned()
    assert sorted(set(result.table["code"])) == [
        code for code in sorted(published.AREAS) if code.startswith("BU")
    ]
    assert result.notes["areas unknown to the publisher"] == len(published.UNKNOWN)


def test_a_gemeente_has_its_own_count_not_that_of_its_buurten(cleaned):
    tables = published.police()
    for row in [*of(tables, "2.2.1", PLACES[2:]), *of(tables, "0.0.0", PLACES[2:])]:
        row[COUNT] += 1
    result = cleaned(tables, "gemeente")
    assert counts(result, "GM1900", 2023)["vandalism"] == 16
    assert sorted(set(result.table["code"])) == ["GM0014", "GM1900"]


def test_all_years_stand_on_the_division_of_the_release(cleaned):
    table = cleaned().table
    assert sorted(set(table["year"])) == [2022, 2023]
    assert set(table["division"]) == {2024}


def test_rows_in_another_order_give_the_same_counts(cleaned):
    tables = published.police()
    other = in_one_page(tables, published.rows(tables)[::-1])
    first, second = (
        cleaned(own).table.sort_values(["code", "year"], ignore_index=True)
        for own in (tables, other)
    )
    pd.testing.assert_frame_equal(first, second)


def test_a_kind_in_no_group_adds_to_the_rest(cleaned):
    tables = published.police()
    tables["SoortMisdrijf.json"]["value"].append({"Key": "3.1.1 ", "Title": "Drugshandel"})
    more = [row | {"SoortMisdrijf": "3.1.1 ", COUNT: 0} for row in hidden_kind(tables)]
    tables["TypedDataSet-999.json"] = {"value": more}
    own = in_one_page(tables, published.rows(tables))
    places = ["BU00140000", "WK001400", "GM0014", "NL00"]
    for row in [*of(own, "3.1.1", places), *of(own, "0.0.0", places)]:
        row[COUNT] += 4
    told = counts(cleaned(own), "BU00140000", 2023)
    assert (told["other"], told["total"]) == (12, 29)
