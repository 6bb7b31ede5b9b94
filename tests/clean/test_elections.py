"""Kiesraad database: turnout per gemeente, whatever code page the export is in."""

import pytest

from nplvanalysis import errors, store
from nplvanalysis.clean import datasets
from tests.clean import published

# Year, and the electorate and votes of the country in the first block of the real file.
REAL = {
    "GR2010": (2010, 12_216_546, 6_613_134, ""),
    "PS2011": (2011, 12_532_127, 7_013_929, "_provincial"),
    "TK2010": (2010, 12_524_152, 9_442_977, "_national"),
}


@pytest.fixture
def cleaned(entry):
    def clean(text=published.ELECTIONS, encoding="latin-1"):
        about = entry("elections", "gemeente", 2022, file="GR2022.csv")
        return datasets.cleaned(text.encode(encoding).decode("latin-1"), about).table

    return clean


def test_turnout_is_read_by_name(cleaned):
    table = cleaned().set_index("name")
    assert table.loc["Groningen", ["electorate", "votes", "turnout"]].tolist() == [
        1800,
        1000,
        55.56,
    ]
    assert table.loc["Súdwest-Fryslân", "votes"] == 500


def test_every_row_is_a_gemeente_of_the_year(cleaned):
    table = cleaned()
    assert set(table["level"]) == {"gemeente"}
    assert set(table["year"]) == set(table["division"]) == {2022}


@pytest.mark.parametrize("encoding", ["latin-1", "cp1252", "cp850", "utf-8", "utf-8-sig"])
def test_accents_survive_the_code_page_of_the_export(cleaned, encoding):
    assert cleaned(encoding=encoding)["name"].tolist() == ["Groningen", "Súdwest-Fryslân"]


def test_remarks_below_the_gemeenten_are_no_gemeente(cleaned):
    short, _, _ = published.ELECTIONS.partition("This file")
    assert cleaned(short).equals(cleaned())


def test_columns_of_parties_in_another_order_change_nothing(cleaned):
    text = published.ELECTIONS.replace(
        "Opkomstpercentage;Lokale partijen;D66", "Opkomstpercentage;D66;CU"
    )
    assert cleaned(text).equals(cleaned())


def test_more_votes_than_electorate_are_kept_where_they_are_true(cleaned):
    """On islands many vote who live elsewhere."""
    text = published.ELECTIONS.replace(";1200;500;41,67", ";250;500;200,00")
    text = text.replace("kiesgerechtigden;3000", "kiesgerechtigden;2050")
    assert cleaned(text).set_index("name").loc["Súdwest-Fryslân", "turnout"] == 200


@pytest.mark.parametrize("file", REAL)
def test_gemeenten_of_a_real_election_sum_to_the_country(mirror, entry, file):
    year, electorate, votes, body = REAL[file]
    about = entry("elections", "gemeente", year, file=f"{file}.csv")
    text = store.read_text(mirror / "elections" / f"{file}.csv", "latin-1")
    table = datasets.cleaned(text, about).table
    sums = table[f"electorate{body}"].sum(), table[f"votes{body}"].sum()
    assert sums == (electorate, votes)


@pytest.mark.parametrize(
    ("body", "ending"), [("Provinciale Staten", "_provincial"), ("Tweede Kamer", "_national")]
)
def test_elections_of_other_bodies_have_columns_of_their_own(cleaned, body, ending):
    own, council = cleaned(published.ELECTIONS.replace("Gemeenteraad", body)), cleaned()
    for column in ("electorate", "votes", "turnout"):
        assert column not in own
        assert own[column + ending].equals(council[column])


def test_an_election_of_another_body_is_refused(cleaned):
    text = published.ELECTIONS.replace("Gemeenteraad", "Europees Parlement")
    with pytest.raises(errors.FormatError, match="Europees Parlement"):
        cleaned(text)


@pytest.mark.parametrize("file", ["PS2011", "TK2010"])
def test_accents_in_real_names_are_read(mirror, entry, file):
    about = entry("elections", "gemeente", REAL[file][0], file=f"{file}.csv")
    text = store.read_text(mirror / "elections" / f"{file}.csv", "latin-1")
    accented = [name for name in datasets.cleaned(text, about).table["name"] if not name.isascii()]
    assert any("â" in name or "ú" in name for name in accented), accented


def test_a_real_file_cut_off_is_refused(mirror, entry):
    about = entry("elections", "gemeente", 2010, file="TK2010.csv")
    text = store.read_text(mirror / "elections" / "TK2010.csv", "latin-1")
    with pytest.raises((errors.DataError, errors.FormatError), match=r"TK2010\.csv"):
        datasets.cleaned(text[: 2 * len(text) // 3], about)
