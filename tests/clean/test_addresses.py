"""Lists of addresses: the headers of every year, odd rows counted, wrong ones refused."""

from __future__ import annotations

import re

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nplvanalysis import errors, registers
from nplvanalysis.clean import addresses, datasets
from nplvanalysis.clean.__main__ import READERS
from tests.clean.published import zipped

LIST = """PC6;Huisnummer;Buurt2020;Wijk2020;Gemeente2020
9712GK;1;140000;1400;14
9712GK;3;140001;1400;14
1011AB;105;3630000;36300;363
8601AA;2;19000000;190000;1900
"""
CODES = ["BU00140000", "BU00140001", "BU03630000", "BU19000000"]
LETTERS = """PC6,Huisnummer,Buurt2023,Wijk2023,Gemeente2023
9712GK,1,140000,1400,14
1011AB,105,363AF01,363AF,363
"""
PADDED = """PC6;Huisnummer;Buurt2025;Wijk2025;Gemeente2025
5611AA;1;07721110;077211;0772
1011AB;99;0363AF01;0363AF;0363
"""
OLDEST = LIST.replace(
    "PC6;Huisnummer;Buurt2020;Wijk2020;Gemeente2020",
    "pc6;huisnummer;gwb2016_code;wijkcode;gemeentecode",
)


@pytest.fixture
def listed(entry, in_root):
    """Clean a list, and check the table against the dictionary."""

    def clean(text: str, year: int = 2020, level: str = "buurt"):
        own = entry("addresses", level, year, file=f"{year}-pc6huisnr.zip")
        return datasets.cleaned({f"pc6hnr{year}0801_gwb.csv": text.encode()}, own)

    return clean


def many(extra: str, count: int = 1000) -> str:
    """Add rows to a list that is long enough to bear some odd ones."""
    rows = [f"9712GK;{5 + i};140000;1400;14\n" for i in range(count)]
    return LIST + "".join(rows) + extra


def test_a_list_gives_a_row_per_address(listed):
    table = listed(LIST).table
    assert table["postcode"].tolist() == ["9712GK", "9712GK", "1011AB", "8601AA"]
    assert table["house_number"].tolist() == [1, 3, 105, 2]


def test_a_code_without_its_leading_zeros_is_written_in_full(listed):
    assert listed(LIST).table["code"].tolist() == CODES


def test_the_headers_of_2016_are_known(listed):
    assert listed(OLDEST, 2016).table["code"].tolist() == CODES


def test_the_headers_of_2017_are_known(listed):
    text = LIST.replace("2020", "2017").replace("Gemeente", "Gem")
    assert listed(text, 2017).table["code"].tolist() == CODES


def test_the_commas_and_letters_of_2023_are_known(listed):
    assert listed(LETTERS, 2023).table["code"].tolist() == ["BU00140000", "BU0363AF01"]


def test_the_padded_codes_of_2025_are_known(listed):
    assert listed(PADDED, 2025).table["code"].tolist() == ["BU07721110", "BU0363AF01"]


def test_quotes_a_byte_order_mark_and_windows_line_ends_change_nothing(listed):
    text = "\ufeff" + re.sub(r"([^;\n]+)", r'"\1"', LIST).replace("\n", "\r\n")
    pd.testing.assert_frame_equal(listed(text).table, listed(LIST).table)


def test_each_level_has_codes_of_its_own(listed):
    wijken = listed(LIST, level="wijk").table["code"]
    assert wijken.tolist() == ["WK001400", "WK001400", "WK036300", "WK190000"]
    assert set(listed(LIST, level="gemeente").table["code"]) == {"GM0014", "GM0363", "GM1900"}


@pytest.mark.parametrize(
    "inside", ["pc6hnr20180801_gwb-vs2.csv", "2023-cbs-pc6huisnr20230801_buurt/pc6hnr_gwb.csv"]
)
def test_the_list_is_found_among_the_other_files_of_the_zip(tmp_path, inside):
    path, inside = tmp_path / "list.zip", inside.replace("pc6hnr_", "pc6hnr20230801_")
    names = {"gem2018.csv": b"", "pc6-gwb2018.xlsx": b"", inside: b"x"}
    path.write_bytes(zipped(names))
    assert list(READERS["addresses"](path, "buurt").values()) == [b"x"]


def test_an_address_that_stands_there_again_is_kept_once_and_counted(listed):
    made = listed(LIST + "9712GK;1;140000;1400;14\n")
    assert len(made.table) == 4
    assert made.notes == {"addresses that stand there again": 1}


def test_an_address_with_two_codes_is_left_out_and_counted(listed):
    made = listed(many("9712GK;1;140001;1400;14\n"))
    assert not ((made.table["postcode"] == "9712GK") & (made.table["house_number"] == 1)).any()
    assert made.notes == {"rows of addresses with two codes left out": 2}


def test_an_address_with_two_codes_of_which_one_stands_there_again_is_left_out(listed):
    made = listed(many("9712GK;1;140001;1400;14\n9712GK;1;140000;1400;14\n"))
    assert len(made.table) == 1003
    assert sum(made.notes.values()) == 3


def test_two_buurten_of_one_gemeente_are_one_code_at_that_level(listed):
    made = listed(many("9712GK;1;140001;1400;14\n"), level="gemeente")
    assert made.notes == {"addresses that stand there again": 1}


@pytest.mark.parametrize("row", ["9712GL;1;;;\n", "9712GL;1;0;0;0\n", ";1;140000;1400;14\n"])
def test_an_address_without_a_postcode_or_code_is_left_out_and_counted(listed, row):
    made = listed(many(row))
    assert len(made.table) == 1004
    assert made.notes == {"addresses without postcode or code left out": 1}


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ("9712GK;5.0;140000;1400;14\n", "5.0"),
        ("9712GK;0;140000;1400;14\n", "'0'"),
        ("9712GK;;140000;1400;14\n", "house_number"),
        ("9712GK;5a;140000;1400;14\n", "5a"),
        ("9712;5;140000;1400;14\n", "'9712'"),
        ("9712GK;5;140000.0;1400;14\n", "140000.0"),
        ("9712GK;5;BU00140000;1400;14\n", "BU00140000"),
        ("9712GK;5;14000;1400;14\n", "BU00014000 in WK001400"),
        ("9712GK;5;140000;1401;14\n", "BU00140000 in WK001401"),
        ("9712GK;5;140000;1400;15\n", "WK001400 in GM0015"),
        ("9712GK;5;1,4E+05;1400;14\n", r"1,4E\+05"),
    ],
)
def test_a_cell_that_cannot_be_right_is_refused(listed, row, message):
    with pytest.raises(errors.DataError, match=message):
        listed(many(row))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "<!DOCTYPE html>\n<html><body>storing</body></html>\n",
        LIST.splitlines()[0] + "\n",
        LIST + "9712GK;5;1400",
        LIST + "9712GK;5;140000;1400;14;7\n",
        LIST.replace(";Huisnummer", ";Nummer"),
        LIST.replace("Wijk2020", "Buurt2020"),
        re.sub(r";[^;\n]*$", "", LIST, flags=re.MULTILINE),
        LIST.split("\n", 1)[1],
    ],
)
def test_a_file_that_is_no_list_is_refused(listed, text):
    with pytest.raises(errors.FormatError, match=r"2020-pc6huisnr\.zip"):
        listed(text)


def test_codes_of_another_year_than_the_entry_are_refused(listed):
    with pytest.raises(errors.DivisionError, match="Buurt2024"):
        listed(LIST, 2024)


def test_an_entry_with_the_borders_of_another_year_is_refused(entry):
    own = entry("addresses", year=2020, division=2024)
    with pytest.raises(errors.DivisionError, match="division 2024"):
        addresses.clean({"pc6hnr20200801_gwb.csv": LIST.encode()}, own)


def test_a_list_of_which_many_addresses_have_no_code_is_refused(listed):
    with pytest.raises(errors.DataError, match="at most 1% of the addresses"):
        listed(many("".join(f"9712GL;{i};;;\n" for i in range(1, 50))))


def test_two_years_pasted_below_each_other_are_refused(listed):
    with pytest.raises(errors.DataError, match="two codes"):
        listed(many("") + many("").replace(";140000;", ";140002;").split("\n", 1)[1])


addressed = st.tuples(
    st.from_regex(r"[1-9][0-9]{3}[A-Z]{2}", fullmatch=True), st.integers(1, 99_999)
)


codes = st.from_regex(r"[0-9]{4}[0-9A-Z]{4}", fullmatch=True).filter(lambda code: code != "0" * 8)


@given(rows=st.dictionaries(addressed, codes, min_size=1), zeros=st.booleans())
def test_any_list_is_read_as_it_was_written(rows, zeros):
    lines = LIST.splitlines()[:1]
    for (postcode, number), code in rows.items():
        parts = [part if zeros else part.lstrip("0") for part in (code, code[:6], code[:4])]
        lines.append(";".join([postcode, str(number), *parts]))
    own = registers.Source.model_construct(level="buurt", year=2020, division=2020, file="x.zip")
    table = addresses.clean({"pc6hnr20200801_gwb.csv": "\n".join(lines).encode()}, own).table
    found = table.set_index(["postcode", "house_number"])["code"]
    assert found.to_dict() == {address: f"BU{code}" for address, code in rows.items()}
