"""Wijkprofiel Rotterdam."""

import numpy as np
import pytest

from nplvanalysis import errors, schema, store
from nplvanalysis.clean import wijkprofiel

HEAD = "naam gebied (voormalig deelgemeente);wijknr;BUURT"
# Two former districts with two areas each, and the city.
PLACES = [
    "Charlois;71;Tarwewijk",
    "Charlois;78;Zuiderpark en Zuidrand",
    "Charlois;4009;Charlois",
    "Hoek van Holland;1;Strand en duin",
    "Hoek van Holland;3001;Dorp/Rijnpoort",
    "Hoek van Holland;4012;Hoek van Holland",
    "Rotterdam;5000;Rotterdam",
]
SHARE = ["55%", "1,30%", "20%", "0%", "10%", "5%", "18%"]
NUMBER = ["9,2", "2", "7,4", "0", "3", "2,1", "5,5"]


@pytest.fixture
def names() -> dict[str, str]:
    """Names of the dictionary by file and header."""
    return schema.published_names("wijkprofiel")


@pytest.fixture
def part(names):
    """Make the cells of one file: every header of the dictionary, with one that repeats."""
    dictionary = schema.columns()

    def make(which: str = "vi") -> dict[str, list[str]]:
        columns = {
            code.partition(":")[2]: list(SHARE if dictionary[name].unit == "%" else NUMBER)
            for code, name in names.items()
            if code.startswith(f"{which}:")
        }
        scores = [name for name in columns if dictionary[names[f"{which}:{name}"]].minimum == 1]
        return columns | {name: ["2,1", "3", "2,5", "1,9", "2", "2", "2,3"] for name in scores}

    return make


def text_of(columns: dict[str, list[str]], places=PLACES, encoding="cp1252", repeat=True) -> str:
    """Write the file, with a repeated header that is no figure, and read it byte by byte."""
    same = ["% bewoners dat braderieën bezoekt"] * 2 if repeat else []
    lines = [";".join([HEAD, *columns, *same])]
    for row, place in enumerate(places):
        lines.append(
            ";".join([place, *(cells[row] for cells in columns.values()), *["1%"] * len(same)])
        )
    return ("\r\n".join(lines) + "\r\n").encode(encoding).decode("latin-1")


@pytest.fixture
def wave(entry):
    """Make an entry of one file."""

    def make(which="vi", year=2016, named=None):
        file = f"gemeente {named or year} {which}.csv"
        return entry("wijkprofiel", "gebied", year, 2014, file)

    return make


def table_of(columns, about, **more):
    return wijkprofiel.clean(text_of(columns, **more), about).table.set_index("code")


@pytest.mark.parametrize("which", ["vi", "fi_obj", "fi_subj", "si"])
def test_each_file_gives_its_own_columns_of_the_dictionary(part, wave, names, which):
    cleaned = wijkprofiel.clean(text_of(part(which)), wave(which))
    schema.check(cleaned.table, "wijkprofiel")
    own = {name for code, name in names.items() if code.startswith(f"{which}:")}
    identity = {"code", "name", "level", "municipality", "municipality_name", "year", "division"}
    assert set(cleaned.table) == own | identity


def test_codes_are_the_numbers_of_the_city_in_four_digits(part, wave):
    table = table_of(part(), wave())
    assert list(table.index) == ["GB05990071", "GB05990078", "GB05990001", "GB05993001"]
    assert set(table["municipality"]) == {"GM0599"}
    assert set(table["municipality_name"]) == {"Rotterdam"}


def test_districts_and_the_city_are_left_out_and_counted(part, wave):
    cleaned = wijkprofiel.clean(text_of(part()), wave())
    assert len(cleaned.table) == 4
    assert cleaned.notes["former districts and the city left out"] == 3


def test_percentages_and_decimal_commas_are_read(part, wave):
    table = table_of(part(), wave())
    assert table["satisfied_area"].tolist() == [55, 1.3, 0, 10]
    assert table["police_vandalism"].tolist() == [9.2, 2, 0, 3]


def test_offences_of_several_kinds_are_added_up(part, wave):
    assert table_of(part(), wave())["police_violence"].tolist() == pytest.approx([46, 10, 0, 15])


@pytest.mark.parametrize("encoding", ["cp1252", "utf-8", "utf-8-sig"])
def test_both_encodings_that_occur_are_read(part, wave, encoding):
    assert len(table_of(part(), wave(), encoding=encoding)) == 4


@pytest.mark.parametrize("encoding", ["cp850", "utf-16"])
def test_another_encoding_is_refused(part, wave, encoding):
    with pytest.raises(errors.FormatError):
        table_of(part(), wave(), encoding=encoding)


@pytest.mark.parametrize(
    "title",
    [
        "Veiligheidsindex - Subjectief",
        " veiligheidsindex-subjectief ",
        "Veiligheidsindex  -subjectief",
    ],
)
def test_spaces_capitals_and_dashes_of_a_header_do_not_matter(part, wave, title):
    columns = {
        title if name == "Veiligheidsindex -subjectief" else name: cells
        for name, cells in part().items()
    }
    assert table_of(columns, wave())["safety_index_subjective"].iloc[0] == 9.2


def test_a_header_with_other_letters_is_refused_with_the_nearest(part, wave):
    columns = {name.replace("Geweld-sub", "Gewelt-sub"): cells for name, cells in part().items()}
    with pytest.raises(errors.FormatError, match="geweld-subjectief is not there, nearest: gewelt"):
        table_of(columns, wave())


def test_a_missing_column_is_named(part, wave):
    columns = part("si")
    del columns["% bewoners dat zegt vertrouwen in gemeentebestuur te hebben"]
    with pytest.raises(errors.FormatError, match="gemeentebestuur"):
        table_of(columns, wave("si"))


def test_a_figure_whose_header_stands_there_twice_is_refused(part, wave):
    columns = part() | {"veiligheidsindex": NUMBER}
    with pytest.raises(errors.FormatError, match="veiligheidsindex is not there"):
        table_of(columns, wave())


def test_the_file_of_another_part_is_refused(part, wave):
    with pytest.raises(errors.FormatError):
        table_of(part("fi_obj"), wave("vi"))


def test_a_percentage_without_its_sign_is_refused(part, wave):
    columns = part()
    columns["% (zeer) tevreden met de buurt"][1] = "1,3"
    with pytest.raises(errors.DataError, match=r"tevreden.*\n.*percentage.*\n.*Zuiderpark"):
        table_of(columns, wave())


def test_a_rate_with_a_percent_sign_is_refused(part, wave):
    columns = part()
    columns["Aantal misdrijven van Mishandeling per duizend inwoners"][0] = "5%"
    with pytest.raises(errors.DataError, match="Tarwewijk"):
        table_of(columns, wave())


@pytest.mark.parametrize("cell", ["55.0%", "5,5,0%", "n.b.", "1.300%", "-5%", "%"])
def test_a_cell_in_another_notation_is_refused(part, wave, cell):
    columns = part()
    columns["% (zeer) tevreden met de buurt"][0] = cell
    with pytest.raises(errors.DataError, match="Tarwewijk"):
        table_of(columns, wave())


def test_an_empty_cell_is_missing(part, wave):
    columns = part()
    columns["% (zeer) tevreden met de buurt"][3] = ""
    assert np.isnan(table_of(columns, wave()).loc["GB05990001", "satisfied_area"])


def test_a_decimal_mark_lost_on_the_way_is_refused(part, wave):
    columns = part()
    columns["% (zeer) tevreden met de buurt"] = ["5%", "9%", "65%", "1%", "2%", "2%", "4%"]
    with pytest.raises(errors.DataError, match="not a mean"):
        table_of(columns, wave())


@pytest.mark.parametrize("lost", ["4009", "5000", "78"])
def test_a_lost_line_is_noticed(part, wave, lost):
    row = next(i for i, place in enumerate(PLACES) if f";{lost};" in place)
    columns = {name: cells[:row] + cells[row + 1 :] for name, cells in part().items()}
    places = PLACES[:row] + PLACES[row + 1 :]
    with pytest.raises(errors.NplvError):
        table_of(columns, wave(), places=places)


def test_a_line_that_stands_there_twice_is_refused(part, wave):
    columns = {name: [*cells, cells[0]] for name, cells in part().items()}
    with pytest.raises(errors.DataError, match="each number once"):
        table_of(columns, wave(), places=[*PLACES, PLACES[0]])


@pytest.mark.parametrize("number", ["", "7a", "00071", "71.0"])
def test_an_area_without_a_proper_number_is_refused(part, wave, number):
    places = [PLACES[0].replace("71", number), *PLACES[1:]]
    with pytest.raises(errors.DataError, match="number of an area"):
        table_of(part(), wave(), places=places)


def test_a_file_cut_short_within_a_line_is_refused(part, wave):
    with pytest.raises(errors.FormatError, match="lines of"):
        wijkprofiel.clean(text_of(part())[:-20], wave())


def test_a_file_of_another_year_than_its_name_is_refused(part, wave):
    with pytest.raises(errors.DivisionError, match="2016"):
        table_of(part(), wave(year=2018, named=2016))


def test_rates_in_whole_numbers_are_noted(part, wave):
    columns = part()
    for name in columns:
        if name.startswith("Aantal m"):
            columns[name] = ["9", "2", "7", "0", "3", "2", "5"]
    notes = wijkprofiel.clean(text_of(columns), wave()).notes
    assert notes["rates of the police given as whole numbers"] == 7


def real(mirror, wave, which, year):
    about = wave(which, year)
    text = store.read_text(mirror / "rotterdam" / about.file, "latin-1")
    return wijkprofiel.clean(text, about)


@pytest.mark.parametrize("which", ["vi", "fi_obj", "fi_subj", "si"])
def test_the_real_waves_have_the_same_areas_and_columns(mirror, wave, which):
    tables = [real(mirror, wave, which, year).table for year in (2014, 2016, 2018)]
    for table in tables:
        schema.check(table, which)
        assert table[["code", "name"]].equals(tables[0][["code", "name"]])
        assert list(table) == list(tables[0])
        assert len(table) == 71
        assert table.notna().all(axis=None)


def test_real_figures_are_those_of_the_file(mirror, wave):
    row = real(mirror, wave, "vi", 2018).table.set_index("name").loc["Tarwewijk"]
    wanted = {"safety_index": 73, "safety_index_objective": 93, "satisfied_area": 50}
    assert row[[*wanted]].to_dict() == wanted
    assert row[["perceived_risk", "victim_threat", "police_violence"]].tolist() == [2.41, 6.5, 13]


def test_real_rates_of_the_police_are_whole_numbers_in_2018_only(mirror, wave):
    noted = [
        "rates of the police given as whole numbers" in real(mirror, wave, "vi", year).notes
        for year in (2014, 2016, 2018)
    ]
    assert noted == [False, False, True]


def test_the_real_physical_index_is_the_same_in_both_of_its_files(mirror, wave):
    """The index stands in both files: a proof that lines are of the same areas."""
    for year in (2014, 2016, 2018):
        lines = []
        for which in ("fi_obj", "fi_subj"):
            path = mirror / "rotterdam" / f"gemeente {year} {which}.csv"
            raw = store.read_csv(path, sep=";", encoding="latin-1")
            lines.append(raw[["wijknr", "BUURT", *raw.columns[3:6]]])
        assert lines[0].equals(lines[1])
