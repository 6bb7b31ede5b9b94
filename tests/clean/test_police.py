"""Registered crime: groups of kinds add up, and what is hidden or has no place is not lost."""

import numpy as np
import pandas as pd
import pytest

from nplvanalysis import errors
from nplvanalysis.clean import crime_sums, datasets
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


def test_null_of_one_kind_is_taken_as_no_offence(cleaned):
    tables = published.police()
    for row in of(tables, "1.1.1", ["BU00140000"]):
        row[COUNT] = None
    assert counts(cleaned(tables), "BU00140000", 2023)["burglary"] == 0
    assert counts(cleaned(tables), "BU00140000", 2022)["burglary"] == 3


def times(tables, factor):
    """Multiply all counts."""
    for row in published.rows(tables):
        row[COUNT] = None if row[COUNT] is None else factor * row[COUNT]
    return tables


def emptied(tables, begins, years=("2023",)):
    """Areas without any figure in these years."""
    for row in published.rows(tables):
        if row["WijkenEnBuurten"][2:].startswith(begins) and row["Perioden"][:4] in years:
            row[COUNT] = None
    return tables


def emptied_with_the_country(tables, digits):
    """A gemeente without figures in 2023, that the country does not count either."""
    lost = {
        row["SoortMisdrijf"]: row[COUNT]
        for row in published.rows(tables)
        if (row["WijkenEnBuurten"].strip(), row["Perioden"]) == (f"GM{digits}", "2023JJ00")
    }
    for row in published.rows(tables):
        if (row["WijkenEnBuurten"].strip(), row["Perioden"]) == ("NL00", "2023JJ00"):
            row[COUNT] = None if row[COUNT] is None else row[COUNT] - lost[row["SoortMisdrijf"]]
    return emptied(tables, digits)


def noted(result, words):
    return sum(count for text, count in result.notes.items() if words in text)


@pytest.mark.parametrize(("level", "areas"), [("buurt", 3), ("wijk", 2), ("gemeente", 1)])
def test_a_gemeente_that_was_not_filled_is_missing_at_every_level(cleaned, level, areas):
    result = cleaned(emptied_with_the_country(published.police(), "1900"), level)
    missing = result.table[result.table["crime_total"].isna()]
    assert missing["code"].str[2:6].tolist() == ["1900"] * areas
    assert missing["year"].tolist() == [2023] * areas
    assert missing.filter(like="crime_").isna().all(axis=None)
    assert noted(result, "missing, not 0") == areas


def test_a_quiet_buurt_of_a_gemeente_that_was_not_filled_is_missing_too(cleaned):
    tables = emptied(published.police(), "1900AA01", ("2022", "2023"))
    table = cleaned(emptied_with_the_country(tables, "1900")).table.set_index(["code", "year"])
    assert np.isnan(table.loc[("BU1900AA01", 2023), "crime_total"])
    assert table.loc[("BU1900AA01", 2022), "crime_total"] == 0


def test_a_buurt_that_was_not_filled_is_missing_and_its_neighbours_are_not(cleaned):
    result = cleaned(emptied(times(published.police(), 10), "00140001"))
    missing = result.table[result.table["crime_total"].isna()]
    assert list(zip(missing["code"], missing["year"], strict=True)) == [("BU00140001", 2023)]
    assert noted(result, "missing, not 0") == 1


def test_null_in_every_year_is_taken_as_no_offence_and_counted(cleaned):
    result = cleaned(emptied(published.police(), "00140001", ("2022", "2023")))
    assert counts(result, "BU00140001", 2022)["total"] == 0
    assert noted(result, "taken as 0 offences") == 2
    assert noted(result, "in any year") == 1


@pytest.mark.parametrize(("offences", "missing"), [(9, False), (10, True)])
def test_null_is_no_offence_only_where_a_year_without_any_is_likely(cleaned, offences, missing):
    tables = emptied(published.police(), "00140001")
    for row in of(tables, "0.0.0", ["BU00140001"], 2022):
        row[COUNT] = offences
    for row in published.rows(tables):
        if row["WijkenEnBuurten"] == "BU00140001" and row["SoortMisdrijf"] != "0.0.0 ":
            row[COUNT] = None
    table = cleaned(tables).table.set_index(["code", "year"])
    assert np.isnan(table.loc[("BU00140001", 2023), "crime_total"]) == missing


def test_kinds_that_are_hidden_everywhere_are_noted_as_part_of_the_rest(cleaned):
    assert noted(cleaned(), "in crime_other if the total counts them (1.4.1)") == 1


def test_nothing_is_noted_as_missing_in_a_table_that_is_filled(cleaned):
    assert noted(cleaned(), "missing") + noted(cleaned(), "taken as 0") == 0


@pytest.mark.parametrize(("whole", "share"), [("NL00", 0.02), ("GM0014", 0.1), ("WK001400", 0.1)])
@pytest.mark.parametrize("more", [-0.001, 0.001])
def test_a_whole_exceeds_its_parts_by_no_more_than_offences_at_an_unknown_place(
    cleaned, whole, share, more
):
    tables = times(published.police(), 1000)
    (row,) = of(tables, "0.0.0", [whole])
    lost = round(row[COUNT] / (1 - share - more)) - row[COUNT]
    row[COUNT] += lost
    if whole == "GM0014":
        of(tables, "0.0.0", ["NL00"])[0][COUNT] += lost
    if more < 0:
        assert len(cleaned(tables).table) == 10
    else:
        with pytest.raises(errors.DataError, match=f"in {whole} 2023"):
            cleaned(tables)


def test_so_few_offences_at_an_unknown_place_say_nothing(cleaned):
    tables = published.police()
    (row,) = of(tables, "0.0.0", ["NL00"])
    row[COUNT] += crime_sums.FEW
    assert counts(cleaned(tables), PLACES[0], 2023)["total"] == 25


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
