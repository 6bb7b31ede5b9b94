"""Names of municipalities become the codes of their year, exactly or not at all."""

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nplvanalysis import errors
from nplvanalysis.harmonise.names import ABSENT, WITHHELD, Gazetteer, coded, normal

MUNICIPALITIES = """
GM0014;Groningen;2010;;
GM0373;Bergen (NH.);2010;;Bergen (Noord-Holland)
GM0518;'s-Gravenhage;2010;;Den Haag
GM0599;Rotterdam;2010;;
GM0600;Rozenburg;2010;2010;
GM0893;Bergen (L.);2010;;
GM0888;Beek (L.);2010;;
GM1900;Súdwest-Fryslân;2011;;
GM0091;Sneek;2010;2010;
"""
EXCEPTIONS = """
elections;Rozenburg;GM0600;GM0599;voted in Rotterdam
crime;Not in a municipality;;;no place
other;Bergen;GM0893;;in Limburg, by its postcode
"""


def table_of(text, columns):
    rows = [line.split(";") for line in text.strip().split("\n")]
    return pd.DataFrame(rows, columns=columns, dtype="str")


@pytest.fixture
def gazetteer():
    return Gazetteer(
        table_of(MUNICIPALITIES, ["code", "name", "first", "last", "also_called"]),
        table_of(EXCEPTIONS, ["dataset", "name", "code", "counted_in", "reason"]),
    )


@pytest.fixture
def codes(gazetteer):
    def find(*names, year=2015, dataset="kwb"):
        table = pd.DataFrame({"name": pd.Series(names, dtype="str")})
        table = table.assign(year=year, division=year, level="gemeente", votes=10.0)
        return coded(table, gazetteer, "a source", dataset)

    return find


SPELLINGS = {
    "the name itself": ("Súdwest-Fryslân", "GM1900"),
    "no hyphen": ("Súdwest Fryslân", "GM1900"),
    "no accents": ("Sudwest-Fryslan", "GM1900"),
    "an accent as a letter of its own": ("Su\u0301dwest-Frysla\u0302n", "GM1900"),
    "capitals": ("SÚDWEST-FRYSLÂN", "GM1900"),
    "the municipality of that name": ("Groningen (gemeente)", "GM0014"),
    "the municipality in front": ("Gemeente Groningen", "GM0014"),
    "the municipality for short": ("gem. Groningen", "GM0014"),
    "a suffix without a point": ("Bergen (L)", "GM0893"),
    "a suffix with two points": ("Bergen (N.H.)", "GM0373"),
    "another name": ("Bergen (Noord-Holland)", "GM0373"),
    "no suffix, where one place has the name": ("Beek", "GM0888"),
    "another apostrophe": ("’s-Gravenhage", "GM0518"),
    "the name that people use": ("Den Haag", "GM0518"),
}


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_a_name_is_found_as_publishers_spell_it(codes, spelling):
    name, code = SPELLINGS[spelling]
    assert codes(name).table["code"].tolist() == [code]


def test_names_become_those_of_the_list(codes):
    made = codes("Den Haag").table
    assert made[["name", "municipality_name", "municipality"]].to_numpy().tolist() == [
        ["'s-Gravenhage", "'s-Gravenhage", "GM0518"]
    ]


def test_figures_stay_with_their_names(gazetteer):
    table = pd.DataFrame({"name": ["Rotterdam", "Beek"], "votes": [5.0, 7.0]}).assign(
        year=2015, division=2015, level="gemeente"
    )
    made = coded(table, gazetteer, "a source", "kwb").table.set_index("code")
    assert made["votes"].to_dict() == {"GM0599": 5.0, "GM0888": 7.0}


def test_a_name_that_two_municipalities_have_is_refused(codes):
    with pytest.raises(errors.DataError, match=r"Bergen \(GM0373 or GM0893\)"):
        codes("Bergen")


def test_a_name_that_two_have_is_settled_by_a_listed_exception(codes):
    assert codes("Bergen", dataset="other").table["code"].tolist() == ["GM0893"]


@pytest.mark.parametrize("name", ["Rotterdm", "Rotterdam-Zuid", "Groningen (PV)", "Beek (NH.)", ""])
def test_nothing_is_guessed_from_likeness(codes, name):
    with pytest.raises(errors.DataError, match="in no year"):
        codes(name)


def test_a_municipality_of_another_year_is_refused_with_its_code(codes):
    with pytest.raises(errors.DataError, match=r"Sneek \(GM0091\)"):
        codes("Sneek", year=2011)


def test_a_year_before_the_list_is_refused(codes):
    with pytest.raises(errors.DataError, match="from 2010 on"):
        codes("Rotterdam", year=2009)


def test_a_municipality_under_two_names_is_refused(codes):
    with pytest.raises(errors.DataError, match="Den Haag"):
        codes("Den Haag", "'s-Gravenhage")


def test_a_listed_row_that_is_no_municipality_is_left_out_and_told(codes):
    made = codes("Rotterdam", "Not in a municipality", dataset="crime")
    assert made.table["code"].tolist() == ["GM0599"]
    assert ["Not in a municipality", "", "no place"] in made.exceptions.to_numpy().tolist()


def test_the_same_row_in_a_dataset_that_does_not_list_it_is_refused(codes):
    with pytest.raises(errors.DataError, match="Not in a municipality"):
        codes("Not in a municipality")


def test_municipalities_without_a_row_are_told(codes):
    told = codes("Rotterdam").exceptions
    assert set(told["reason"]) == {ABSENT}
    assert set(told["code"]) == {"GM0014", "GM0373", "GM0518", "GM0893", "GM0888", "GM1900"}


def test_a_municipality_counted_in_another_has_counts_of_nothing(codes):
    made = codes("Rotterdam", year=2010, dataset="elections")
    assert made.table.set_index("code")["votes"].to_dict() == {"GM0599": 10, "GM0600": 0}
    assert ["Rozenburg", "GM0600", "voted in Rotterdam"] in made.exceptions.to_numpy().tolist()


def test_a_municipality_is_not_counted_in_one_that_has_no_row(codes):
    made = codes("Groningen", year=2010, dataset="elections")
    assert made.table["code"].tolist() == ["GM0014"]


def test_an_exception_with_an_unknown_code_is_refused(gazetteer):
    wrong = gazetteer.exceptions.assign(code="GM9999")
    table = pd.DataFrame({"name": ["Rotterdam"], "year": [2015], "division": [2015]})
    with pytest.raises(errors.DataError, match="GM9999"):
        coded(table, Gazetteer(gazetteer.municipalities, wrong), "a source", "other")


@given(st.text())
def test_a_normal_name_is_normal(text):
    once = normal(text)
    assert set(once) <= set("abcdefghijklmnopqrstuvwxyz0123456789 ")
    assert "gemeente" in once or "gem" in once or normal(once) == once


def test_a_municipality_without_some_of_its_figures_is_listed(gazetteer):
    table = pd.DataFrame({"name": ["Groningen", "Rotterdam", "Den Haag"], "level": "gemeente"})
    table = table.assign(
        year=2015, division=2015, votes=[1.0, None, 2.0], turnout=[1.0, None, None]
    )
    left = coded(table, gazetteer, "a source", "kwb").exceptions.set_index("code")["reason"]
    assert (left["GM0599"], left["GM0518"]) == (ABSENT, WITHHELD)
    assert "GM0014" not in left
