"""KWB as an export of the StatLine portal for one city."""

import csv
import io

import numpy as np
import pytest

from nplvanalysis import errors, schema, store
from nplvanalysis.clean import kwb_export

# One line per column: header | unit | city | two wijken | buurten: two of the first, one empty.
COLUMNS = """
~Wijken en buurten~Rotterdam~Rotterdam Centrum~Botlek~Stadsdriehoek~Oude Westen~Botlek
||Gemeentenaam~naam~Rotterdam~Rotterdam~Rotterdam~Rotterdam~Rotterdam~Rotterdam
Soort regio~omschrijving~Gemeente~Wijk~Wijk~Buurt~Buurt~Buurt
Codering~code~GM0599~WK059901~WK059923~BU05990110~BU05990111~BU05992306
Jaar~~2016~2016~2016~2016~2016~2016
Indelingswijziging wijken en buurten~code~.~1~1~1~3~1
||Aantal inwoners~aantal~24205~24195~0~14825~9370~0
||15 tot 25 jaar~aantal~3700~3680~0~2175~1505~0
||65 jaar of ouder~aantal~3100~3090~0~1735~1355~0
||||Niet-westers totaal~aantal~9000~8990~0~3625~5365~0
|||Huishoudens totaal~aantal~14630~14630~0~9805~4825~0
||Eenpersoonshuishoudens~aantal~8900~8900~0~6135~2765~0
||Huishoudens zonder kinderen~aantal~3600~3600~0~2565~1035~0
||Huishoudens met kinderen~aantal~2130~2130~0~1115~1015~0
Bevolkingsdichtheid~aantal inwoners per km²~8000~8000~.~10914~16530~.
||Woningvoorraad~aantal~14043~14040~3~9394~4646~3
Gemiddelde woningwaarde~x 1 000 euro~160~160~.~182~126,5~.
||Percentage eengezinswoning~%~1~1~.~0~2~.
||Percentage meergezinswoning~%~99~99~.~100~98~.
||Percentage onbewoond~%~9~9~.~9~9~.
|||Koopwoningen~%~30~30~.~35~18~.
||||Huurwoningen totaal~%~69~69~.~64~79~.
|||In bezit woningcorporatie~%~33~33~.~17~62~.
|||In bezit overige verhuurders~%~36~36~.~47~17~.
||Eigendom onbekend~%~1~1~.~1~3~.
||Bouwjaar vanaf 2000~%~18~18~.~26~1~.
||||Huurwoning~kWh~2000~2000~.~1990~2100~.
||||Huurwoning~m³~80~80~.~80~300~.
||Gemiddeld inkomen per inwoner~x 1 000 euro~29,9~29,9~.~36,7~18,9~.
||40% personen met laagste inkomen~%~40~40~.~29,6~56,6~.
||20% personen met hoogste inkomen~%~27~27~.~36,1~12~.
||Actieven 15-75 jaar~%~59~59~.~67,6~45~.
||Huishoudens met een laag inkomen~%~14~14~.~7,1~28~.
||Huish. onder of rond sociaal minimum~%~13~13~.~7,1~26~.
||Personen per soort uitkering; Bijstand~aantal~1530~1530~.~370~1160~0
Personen per soort uitkering; AO~aantal~810~810~.~350~460~0
Personen per soort uitkering; WW~aantal~580~580~.~320~260~0
Personen per soort uitkering; AOW~aantal~2880~2880~.~1670~1210~0
||Afstand tot huisartsenpraktijk~km~0,4~0,4~.~0,5~0,3~.
Afstand tot grote supermarkt~km~0,3~0,3~.~0,3~0,3~.
Afstand tot kinderdagverblijf~km~0,3~0,3~.~0,4~0,2~.
||Afstand tot school~km~0,5~0,5~.~0,7~0~.
||Scholen binnen 3 km~aantal~41~41~.~40,8~-1~.
||Oppervlakte totaal~ha~30000~230~2473~173~57~2473
Oppervlakte land~ha~2100~193~1907~136~57~1907
||Mate van stedelijkheid~code~1~1~5~1~1~5
Omgevingsadressendichtheid~per km²~3968~6199~20~6383~6200~20
||Totaal diefstal uit woning/schuur/e.d.~per 1 000 inwoners~4~4~.~2~6~
Vernieling, misdrijf tegen openbare orde~per 1 000 inwoners~13~13~.~12~14~
Gewelds- en seksuele misdrijven~per 1 000 inwoners~20~20~0~20~19~0
"""


@pytest.fixture
def columns() -> dict[str, list[str]]:
    """Cells by header and unit; change them, then make the text."""
    lines = [line.split("~") for line in COLUMNS.strip("\n").splitlines()]
    return {f"{title} [{unit}]": [title, unit, *cells] for title, unit, *cells in lines}


def make(columns: dict[str, list[str]], title: str = "Kerncijfers wijken en buurten 2016") -> str:
    """Write the file as the portal does, then read it byte by byte."""
    table = list(zip(*columns.values(), strict=True))
    blank = ["" for _ in columns]
    lines = [[title, *blank[1:]], blank, ["", "Onderwerp", *blank[2:]], *table]
    stream = io.StringIO()
    csv.writer(stream, delimiter=";", lineterminator="\r\n").writerows(lines)
    return stream.getvalue().encode("utf-8-sig").decode("latin-1")


@pytest.fixture
def buurten(entry):
    return entry("kwb_export", "buurt", 2016, file="Kerncijfers_wijken_en_buurten_2016.csv")


def table_of(columns, entry):
    return kwb_export.clean(make(columns), entry).table.set_index("code")


def test_the_buurten_agree_with_the_dictionary(columns, buurten):
    cleaned = kwb_export.clean(make(columns), buurten)
    assert len(schema.check(cleaned.table, "export")) == 3
    assert cleaned.notes["rows of other levels"] == 3


def test_figures_are_found_by_header_and_unit_in_any_order(columns, buurten):
    turned = dict(reversed(columns.items()))
    straight, other = (table_of(cells, buurten) for cells in (columns, turned))
    assert other.equals(straight)
    assert straight.loc["BU05990111", "corporation_rent"] == 62
    assert straight.loc["BU05990111", "woz"] == 126.5


def test_wijken_are_chosen_by_the_entry(columns, entry):
    table = table_of(columns, entry("kwb_export", "wijk", 2016))
    assert list(table.index) == ["WK059901", "WK059923"]


def test_shares_of_ages_are_made_from_counts(columns, buurten):
    assert table_of(columns, buurten).loc["BU05990110", "share_15_24"] == 217500 / 14825


def test_a_share_of_0_where_nobody_lives_is_missing(columns, buurten):
    cleaned = kwb_export.clean(make(columns), buurten)
    assert np.isnan(cleaned.table.set_index("code").loc["BU05992306", "violence_rate"])
    assert cleaned.notes["zeros that are a share of nothing made missing"] == 1


def test_a_share_of_tenure_of_0_without_dwellings_is_missing(columns, buurten):
    for name in ("|||Koopwoningen [%]", "||||Huurwoningen totaal [%]", "||Eigendom onbekend [%]"):
        columns[name][-1] = "0"
    columns["||Woningvoorraad [aantal]"][2:] = ["14040", "14040", "0", "9394", "4646", "0"]
    shares = table_of(columns, buurten).loc["BU05992306", ["owner_occupied", "rented"]]
    assert shares.isna().all()


def test_0_dwellings_owned_by_corporations_stay_0(columns, buurten):
    columns["|||In bezit woningcorporatie [%]"][5] = "0"
    columns["|||In bezit overige verhuurders [%]"][5] = "64"
    assert table_of(columns, buurten).loc["BU05990110", "corporation_rent"] == 0


def test_minus_1_schools_at_0_km_are_no_figures(columns, buurten):
    cleaned = kwb_export.clean(make(columns), buurten)
    row = cleaned.table.set_index("code").loc["BU05990111", ["schools_within_3km"]]
    assert row.isna().all()
    assert cleaned.notes["marks of no figure (-1 schools, 0 km) made missing"] == 2


def test_a_column_that_is_not_filled_yet_is_left_out_and_named(columns, buurten):
    columns["||40% personen met laagste inkomen [%]"][2:] = ["."] * 6
    cleaned = kwb_export.clean(make(columns), buurten)
    assert "income_low" not in cleaned.table
    assert cleaned.notes["columns without any figure (income_low)"] == 1


@pytest.mark.parametrize(
    "name",
    ["|||Koopwoningen [%]", "||Eigendom onbekend [%]", "||15 tot 25 jaar [aantal]", "Jaar []"],
)
def test_a_missing_column_is_named(columns, buurten, name):
    del columns[name]
    with pytest.raises(errors.FormatError, match=name.strip("|").split(" [")[0].lower()):
        kwb_export.clean(make(columns), buurten)


def test_a_column_in_another_unit_is_not_taken(columns, buurten):
    columns["||15 tot 25 jaar [aantal]"][1] = "%"
    with pytest.raises(errors.FormatError, match=r"15 tot 25 jaar \[aantal\] is not there"):
        kwb_export.clean(make(columns), buurten)


def test_a_column_that_stands_there_twice_is_refused(columns, buurten):
    columns["again"] = columns["|||Koopwoningen [%]"]
    with pytest.raises(errors.FormatError, match="twice"):
        kwb_export.clean(make(columns), buurten)


@pytest.mark.parametrize("cell", ["35.0", "1,250", "35%", "n.v.t.", "-", "3 5"])
def test_a_cell_in_another_notation_is_refused(columns, buurten, cell):
    columns["Gemiddelde woningwaarde [x 1 000 euro]"][5] = cell
    with pytest.raises(errors.DataError, match="BU05990110"):
        kwb_export.clean(make(columns), buurten)


def test_a_count_with_a_fraction_is_refused(columns, buurten):
    columns["||Woningvoorraad [aantal]"][5] = "9394,5"
    with pytest.raises(errors.DataError, match="whole number"):
        kwb_export.clean(make(columns), buurten)


def test_swapped_columns_of_tenure_are_refused(columns, buurten):
    owner, rented = "|||Koopwoningen [%]", "|||In bezit woningcorporatie [%]"
    columns[owner][2:], columns[rented][2:] = columns[rented][2:], columns[owner][2:]
    with pytest.raises(errors.DataError, match="do not add up"):
        kwb_export.clean(make(columns), buurten)


def test_types_of_dwellings_that_do_not_sum_are_refused(columns, buurten):
    columns["||Percentage meergezinswoning [%]"][5] = "10"
    with pytest.raises(errors.DataError, match="BU05990110"):
        kwb_export.clean(make(columns), buurten)


@pytest.mark.parametrize("lost", [3, 4, 5, 6, 7])
def test_a_lost_row_is_noticed(columns, buurten, lost):
    cells = {name: column[:lost] + column[lost + 1 :] for name, column in columns.items()}
    with pytest.raises(errors.DataError, match="do not sum to the whole"):
        kwb_export.clean(make(cells), buurten)


def test_a_row_that_stands_there_twice_is_refused(columns, buurten):
    for column in columns.values():
        column.append(column[5])
    with pytest.raises(errors.DataError):
        kwb_export.clean(make(columns), buurten)


def test_an_edited_count_of_dwellings_is_refused(columns, buurten):
    columns["||Woningvoorraad [aantal]"][5] = "9395"
    with pytest.raises(errors.DataError, match="dwellings"):
        kwb_export.clean(make(columns), buurten)


@pytest.mark.parametrize("cell", ["BU0599011", "5990110", "WK05990110", ""])
def test_a_malformed_code_is_refused(columns, buurten, cell):
    columns["Codering [code]"][5] = cell
    with pytest.raises(errors.DataError):
        kwb_export.clean(make(columns), buurten)


def test_a_title_of_another_year_is_refused(columns, buurten):
    with pytest.raises(errors.DivisionError, match="line 1"):
        kwb_export.clean(make(columns, "Kerncijfers wijken en buurten 2015"), buurten)


def test_a_column_of_another_year_is_refused(columns, buurten):
    columns["Jaar []"][6] = "2015"
    with pytest.raises(errors.DivisionError, match="column Jaar"):
        kwb_export.clean(make(columns), buurten)


def test_figures_listed_under_borders_of_another_year_are_refused(columns, entry):
    with pytest.raises(errors.DivisionError):
        kwb_export.clean(make(columns), entry("kwb_export", "buurt", 2016, 2015))


@pytest.mark.parametrize("change", ["cut", "other text", "utf-16", "no lines"])
def test_a_file_that_is_no_export_is_refused(columns, buurten, change):
    text = make(columns)
    broken = {
        "cut": text[: len(text) - 60],
        "other text": text.replace("Kerncijfers", "Gemiddelden"),
        "utf-16": text.encode("utf-16").decode("latin-1"),
        "no lines": text.split("\n")[0],
    }
    with pytest.raises(errors.FormatError):
        kwb_export.clean(broken[change], buurten)


def test_a_file_in_another_encoding_is_refused(columns, buurten):
    other = make(columns).encode("latin-1").decode("utf-8-sig").encode("cp1252").decode("latin-1")
    with pytest.raises(errors.FormatError, match="UTF-8"):
        kwb_export.clean(other, buurten)


# Zuiderpark, read off the files by hand: owner-occupied, corporation rent, unknown.
REAL = [
    (2014, [20, 49, 21]),
    (2015, [21, 49, 21]),
    (2016, [20, 49, 21]),
    (2017, [20, 49, 21]),
    (2018, [21, 70, 0]),
]


def real(mirror, entry, year):
    about = entry("kwb_export", "buurt", year, file=f"Kerncijfers_wijken_en_buurten_{year}.csv")
    text = store.read_text(mirror / "kwb" / about.file, "latin-1")
    return kwb_export.clean(text, about)


@pytest.mark.parametrize(
    ("year", "shares"),
    REAL,
)
def test_the_real_files_are_read(mirror, entry, year, shares):
    table = schema.check(real(mirror, entry, year).table, "real").set_index("code")
    assert len(table) == 92
    park = table.loc["BU05991578"]
    assert park[["owner_occupied", "corporation_rent", "tenure_unknown"]].tolist() == shares
    assert table.loc["BU05991572", "change_flag"] == (3 if year == 2018 else 1)


def test_the_real_edition_of_2017_has_marks_of_no_figure(mirror, entry):
    cleaned = real(mirror, entry, 2017)
    assert cleaned.notes["marks of no figure (-1 schools, 0 km) made missing"] == 8
    row = cleaned.table.set_index("name").loc["Terbregge"]
    assert row[["school_distance", "schools_within_3km"]].isna().all()


def test_real_income_is_not_filled_in_2018(mirror, entry):
    assert "income_low" in real(mirror, entry, 2016).table
    assert "income_low" not in real(mirror, entry, 2018).table
