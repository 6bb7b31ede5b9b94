"""StatLine 83648NED by gemeente: one year, its own division, groups that sum."""

import pytest

from nplvanalysis import errors, schema, store
from nplvanalysis.clean import crime_gemeente

FILE = "Veiligheid__83648NED_gemeenten_2013-2017.csv"
TOPIC = "Geregistreerde misdrijven/"
HEADER = (
    f'"Soort misdrijf";"Perioden";"Regio\'s";"{TOPIC}Totaal geregistreerde misdrijven (aantal)";'
    f'"{TOPIC}Geregistreerde misdrijven, relatief (% van totaal geregistreerde misdrijven)";'
    f'"{TOPIC}Geregistreerde misdrijven per 1000 inw.  (per 1 000 inwoners)"'
)
GROUPS = [
    "Misdrijven, totaal",
    "1 Vermogensmisdrijven",
    "2 Vernielingen, misdr.openb.orde/gezag",
    "3 Gewelds- en seksuele misdrijven",
    "4 Misdrijven WvSr (overig)",
    "5 Verkeersmisdrijven",
    "6 Drugsmisdrijven",
    "7 (Vuur)wapenmisdrijven",
    "9 Misdrijven overige wetten",
]
# Of 20,000 residents in 2016 and 2017: counts, shares of the total, per 1000 residents.
COUNTS = ["1000", "600", "150", "100", "50", "50", "30", "15", "5"]
SHARES = ["100", "60", "15", "10", "5", "5", "3", "2", "1"]
RATES = ["50", "30", "7,5", "5", "2,5", "2,5", "1,5", "0,8", "0,3"]
LOW = ["195", "120", "30", "20", "10", "10", "5", "0", "0"]


def lines(region, year, counts=COUNTS, shares=SHARES, rates=RATES):
    rows = zip(GROUPS, counts, shares, rates, strict=True)
    return [f'"{kind}";"{year}";"{region}";{";".join(row)}' for kind, *row in rows]


def text(*more):
    gone = lines("Boskoop", 2017, [""] * 9, [""] * 9, [""] * 9)
    own = lines("Zwolle", 2016) + lines("Zwolle", 2017) + lines("Ede", 2016) + lines("Ede", 2017)
    return "\n".join([HEADER, *own, *gone, *(line for some in more for line in some), ""])


@pytest.fixture
def cleaned(tmp_path, entry):
    def clean(content=None, year=2017, division=2017):
        path = tmp_path / FILE
        path.write_text(text() if content is None else content, encoding="utf-8-sig")
        about = entry("crime_gemeente", "gemeente", year, division, file=FILE)
        return crime_gemeente.clean(store.read_csv(path, sep=";"), about)

    return clean


def test_the_table_agrees_with_the_dictionary(cleaned):
    made = cleaned()
    schema.check(made.table, "table", key=made.key)


def test_counts_are_read_by_name_and_group(cleaned):
    zwolle = cleaned().table.set_index("name").loc["Zwolle"]
    assert zwolle[["offences_total", "offences_property", "offences_drugs"]].tolist() == [
        1000,
        600,
        30,
    ]


def test_residents_are_those_that_the_published_rate_implies(cleaned):
    zwolle = cleaned().table.set_index("name").loc["Zwolle"]
    assert zwolle["offences_population"] == pytest.approx(20_000)
    assert zwolle["offences_violence_rate"] == pytest.approx(5)


def test_a_year_has_the_gemeenten_that_have_figures_in_it(cleaned):
    made = cleaned()
    assert sorted(made.table["name"]) == ["Ede", "Zwolle"]
    assert made.notes == {"regions without figures in 2017 left out": 1}
    assert set(made.table["division"]) == {2017}


def test_a_place_whose_rate_is_withheld_has_counts_only(cleaned):
    small = lines("Vlieland", 2017, LOW, ["100", "62", "15", "10", "5", "5", "3", "0", "0"])
    rates = [line.rpartition(";")[0] + ";" for line in small]
    vlieland = cleaned(text(rates)).table.set_index("name").loc["Vlieland"]
    assert vlieland["offences_total"] == 195
    assert vlieland[["offences_population", "offences_total_rate"]].isna().all()


def test_offences_that_fall_to_under_a_third_in_a_year_are_incomplete(cleaned):
    low = ["100", "62", "15", "10", "5", "5", "3", "0", "0"]
    rates = ["9,8", "6", "1,5", "1", "0,5", "0,5", "0,3", "0", "0"]
    made = cleaned(text(lines("Dongen", 2016), lines("Dongen", 2017, LOW, low, rates)))
    assert made.table.set_index("name").loc["Dongen"].filter(like="offences").isna().all()
    assert "regions whose offences fell to under a third in a year left without" in made.notes


ZWOLLE = '"1 Vermogensmisdrijven";"2017";"Zwolle";600;60;30'
BROKEN = {
    "a decimal point": ('"Zwolle";150;15;7,5', '"Zwolle";150;15;7.5', "decimal comma"),
    "a thousands mark": ('"Zwolle";1000;100;50', '"Zwolle";1.000;100;50', "decimal comma"),
    "a lost decimal mark": ('"Zwolle";150;15;7,5', '"Zwolle";150;15;75', "what the counts"),
    "a row twice": (ZWOLLE, f"{ZWOLLE}\n{ZWOLLE}", "each region and group once"),
    "a lost row": (f"{ZWOLLE}\n", "", "9 groups a region"),
    "a group without a count": (ZWOLLE, ZWOLLE.replace("600", ""), "all groups of a region"),
    "a count of another place": (ZWOLLE, ZWOLLE.replace("600", "900"), "sum of its groups"),
    "a share of another place": (ZWOLLE, ZWOLLE.replace(";60;", ";40;"), "what the counts"),
    "another group": (ZWOLLE, ZWOLLE.replace("1 Vermogens", "8 Vermogens"), "one of"),
    "a renamed column": ("(aantal)", "(n)", "each once"),
    "another separator": (";", ",", "separator|columns that end"),
}


@pytest.mark.parametrize("broken", BROKEN)
def test_a_broken_table_is_refused(cleaned, broken):
    old, new, says = BROKEN[broken]
    assert old in text()
    with pytest.raises((errors.FormatError, errors.DataError), match=says):
        cleaned(text().replace(old, new))


def test_a_table_cut_off_is_refused(cleaned):
    whole = text().splitlines()
    with pytest.raises(errors.DataError, match="9 groups a region"):
        cleaned("\n".join(whole[:40]))


def test_a_table_in_another_encoding_is_refused(tmp_path):
    path = tmp_path / FILE
    path.write_bytes(text(lines("Súdwest-Fryslân", 2017)).encode("latin-1"))
    with pytest.raises(errors.FormatError, match="utf-8"):
        store.read_csv(path, sep=";")


def test_a_year_that_the_table_lacks_is_refused(cleaned):
    with pytest.raises(errors.DivisionError, match="2016, 2017"):
        cleaned(year=2015, division=2015)


def test_figures_of_a_year_on_another_division_are_refused(cleaned):
    with pytest.raises(errors.DivisionError, match="2017"):
        cleaned(division=2022)


@pytest.fixture(scope="module")
def content():
    return {}


@pytest.fixture
def real(mirror, entry, content):
    def clean(year):
        if "raw" not in content:
            content["raw"] = store.read_csv(mirror / "police" / FILE, sep=";")
        about = entry("crime_gemeente", "gemeente", year, file=FILE)
        return crime_gemeente.clean(content["raw"], about)

    return clean


# Municipalities of the year and one row for offences without a place; all offences of the country.
REAL = {2013: (409, 1_105_585), 2014: (404, 1_025_635), 2015: (394, 978_955), 2016: (391, 930_285)}


@pytest.mark.parametrize("year", REAL)
def test_each_real_year_has_the_municipalities_of_that_year(real, year):
    table = real(year).table
    assert (len(table), table["offences_total"].sum()) == REAL[year]


def test_real_rates_imply_the_residents_of_the_country(real):
    """17,081,507 residents on 1 January 2017; places with withheld rates have about 18,000."""
    people = real(2017).table["offences_population"].sum()
    assert people == pytest.approx(17_081_507, rel=0.002)


def test_a_real_gemeente_has_its_published_figures(real):
    heerlen = real(2017).table.set_index("name").loc["Heerlen"]
    assert heerlen[["offences_total", "offences_violence", "offences_drugs"]].tolist() == [
        5895,
        585,
        160,
    ]
    assert heerlen["offences_total_rate"] == pytest.approx(67.6)


def test_the_real_year_2017_lacks_one_gemeente_that_cannot_be_right(real):
    made = real(2017)
    lacking = made.table.loc[made.table["offences_total"].isna(), "name"]
    assert lacking.tolist() == ["Menameradiel"]
