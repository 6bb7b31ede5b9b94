"""Kiesraad workbook of the Provinciale Staten: votes per gemeente, with codes."""

import pandas as pd
import pytest

from nplvanalysis import errors, store
from nplvanalysis.clean import datasets

SHEET = """
Regio;Naam;Code;RegioCode;Postcode;kiesgerechtigden;geldige stemmen;ongeldig;blanco;VVD;CDA;FNP
Bedum;Bedum;PV1:0005;PV1:K1;;1000;600;5;5;250;350;
Heerlen;Heerlen;PV12:0917;PV12:K1;;4000;1500;10;20;900;600;
Leeuwarden;Leeuwarden;PV2:0080;PV2:K1;;2000;1000;0;0;400;400;200
;;;;;7000;3100;15;25;1550;1350;200
"""


def sheet(text=SHEET):
    rows = [line.split(";") for line in text.strip().split("\n")]
    return pd.DataFrame(rows[1:], columns=rows[0], dtype="str")


@pytest.fixture
def cleaned(entry):
    def clean(raw=None, year=2015, file="PS2015 Stemmen per gemeente.xls"):
        about = entry("elections", "gemeente", year, file=file)
        return datasets.cleaned(sheet() if raw is None else raw, about).table.set_index("code")

    return clean


def test_the_code_is_that_of_the_gemeente(cleaned):
    assert cleaned()["name"].to_dict() == {
        "GM0005": "Bedum",
        "GM0917": "Heerlen",
        "GM0080": "Leeuwarden",
    }


def test_blank_and_invalid_votes_count_in_the_turnout(cleaned):
    own = cleaned().loc["GM0917"]
    assert own[["electorate_provincial", "votes_provincial"]].tolist() == [4000, 1530]
    assert own["turnout_provincial"] == pytest.approx(38.25)


def test_the_sums_of_the_country_are_no_gemeente(cleaned):
    assert len(cleaned()) == 3


BROKEN = {
    "a lost row": ({"Heerlen;Heerlen;PV12:0917;PV12:K1;;4000;1500;10;20;900;600;\n": ""}, "sum to"),
    "a gemeente twice": ({"PV2:0080": "PV12:0917"}, "twice"),
    "votes of lists in another row": ({"250;350": "260;350", "900;600": "890;600"}, "on all lists"),
    "a thousands mark": ({"4000;1500": "4.000;1500"}, "a count"),
    "a cell without a count": ({"4000;1500": ";1500"}, "a count"),
    "a code of another form": ({"PV12:0917": "0917"}, "codes like"),
    "no sums of the country": ({";;;;;7000;3100;15;25;1550;1350;200\n": ""}, "without a code"),
    "a renamed column": ({"kiesgerechtigden": "kiezers"}, "kiesgerechtigden"),
    "no column of blank votes": ({"blanco": "leeg"}, "blanco"),
}


@pytest.mark.parametrize("broken", BROKEN)
def test_a_broken_workbook_is_refused(cleaned, broken):
    changes, says = BROKEN[broken]
    text = SHEET
    for old, new in changes.items():
        assert text.count(old) == 1
        text = text.replace(old, new)
    with pytest.raises((errors.DataError, errors.FormatError), match=says):
        cleaned(sheet(text))


def test_the_name_of_the_file_must_have_the_year(cleaned):
    with pytest.raises(errors.DivisionError, match="2011"):
        cleaned(year=2011)


def test_the_real_workbook_has_the_national_turnout(mirror, entry):
    pytest.importorskip("python_calamine")
    file = "PS2015 Stemmen per gemeente.xls"
    about = entry("elections", "gemeente", 2015, file=file)
    table = datasets.cleaned(store.read_workbook(mirror / "elections" / file), about).table
    votes, electorate = table["votes_provincial"].sum(), table["electorate_provincial"].sum()
    assert (len(table), votes, electorate) == (393, 6_102_435, 12_777_145)
    assert 100 * votes / electorate == pytest.approx(47.76, abs=0.005)
