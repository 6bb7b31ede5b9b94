"""The files that the synthetic country publishes, each broken in ten ways: never a wrong number."""

from __future__ import annotations

import json
import re
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pytest

from nplvanalysis import errors, registers, store
from nplvanalysis.clean import datasets
from nplvanalysis.clean.__main__ import READERS
from nplvanalysis.sources.sample.publish import publish
from nplvanalysis.sources.sample.sizes import Kind, Size
from tests.clean.published import workbook, zipped
from tests.conftest import ROOT

TINY = Size(
    "tiny",
    1,
    {"city": Kind(14, 1_500, 1), "town": Kind(10, 1_200, 2), "rural": Kind(7, 650, 4)},
    (2014, 2024),
)
# A topic of each StatLine table that its cleaner needs.
TOPICS = {
    "sample-kwb-2024": "Koopwoningen",
    "sample-police-2024": "GeregistreerdeMisdrijven",
    "sample-proximity-2024": "AfstandTotOpenbaarGroenTotaal",
    "sample-moves-2024": "GevestigdePersonen",
    "sample-safety-2024": "VoeltZichWeleensOnveilig",
}
WORKBOOK, SCORES, MAP = "sample-kwb-2018", "sample-leefbaarometer-2024", "sample-boundaries-2024"
ELECTIONS, ADDRESSES = "sample-elections-2022", "sample-addresses-2024"
SOURCES = [*TOPICS, WORKBOOK, SCORES, MAP, ELECTIONS, ADDRESSES]
Tables = dict[str, Any]


@pytest.fixture(scope="session")
def files(tmp_path_factory) -> dict[str, tuple[registers.Source, Path]]:
    folder = tmp_path_factory.mktemp("country")
    catalogue = registers.sources(ROOT / registers.SOURCES)
    wanted = {name: catalogue[name] for name in SOURCES}
    publish(2022, wanted, folder, size=TINY)
    return {name: (entry, folder / name / entry.file) for name, entry in wanted.items()}


@pytest.fixture
def clean(files, tmp_path, in_root) -> Callable[[str, bytes], pd.DataFrame]:
    """Clean other bytes under the name of a published file."""

    def cleaned(name: str, content: bytes) -> pd.DataFrame:
        entry = files[name][0]
        path = tmp_path / entry.file
        path.write_bytes(content)
        return datasets.cleaned(READERS[entry.dataset](path, entry.level), entry).table

    return cleaned


@pytest.fixture
def refused(clean, files) -> Callable[[str, bytes], None]:
    def check(name: str, content: bytes) -> None:
        assert content != files[name][1].read_bytes()
        kinds = (errors.FormatError, errors.DataError, errors.DivisionError)
        with pytest.raises(kinds, match=re.escape(files[name][0].file)):
            clean(name, content)

    return check


@pytest.mark.parametrize("name", SOURCES)
def test_a_published_file_gives_a_table(clean, files, name):
    assert len(clean(name, files[name][1].read_bytes()))


SPOILT = {
    "truncated": lambda own: own[: len(own) // 2],
    "empty": lambda _: b"",
    "HTML": lambda _: b"<!DOCTYPE html>\n<html><body>storing</body></html>\n",
}


@pytest.mark.parametrize("name", SOURCES)
@pytest.mark.parametrize("spoil", SPOILT)
def test_a_spoilt_published_file_is_refused(refused, files, name, spoil):
    refused(name, SPOILT[spoil](files[name][1].read_bytes()))


# --- StatLine -----------------------------------------------------------------------------------


def first_page(tables: Tables) -> list[dict]:
    return tables["TypedDataSet-000.json"]["value"]


def buurt(tables: Tables) -> dict:
    """Find a row of a buurt that has a figure."""
    return next(
        row
        for row in first_page(tables)
        if row["WijkenEnBuurten"].startswith("BU")
        and row["WijkenEnBuurten"].strip() != "BU00000000"
        and row[tables["topic"]] is not None
    )


def described(tables: Tables) -> dict:
    rows = tables["DataProperties.json"]["value"]
    return next(row for row in rows if row["Key"] == tables["topic"])


def without_properties(tables: Tables) -> None:
    del tables["DataProperties.json"]


def rows_lost(tables: Tables) -> None:
    last = max(name for name in tables if name.startswith("TypedDataSet"))
    del tables[last]["value"][-3:]


def topic_renamed(tables: Tables) -> None:
    described(tables)["Key"] = "IetsAnders_1"


def column_dropped(tables: Tables) -> None:
    for row in first_page(tables):
        del row[tables["topic"]]


def suffix_shifted(tables: Tables) -> None:
    stem, _, rank = tables["topic"].rpartition("_")
    for row in first_page(tables):
        row[f"{stem}_{int(rank) + 50}"] = row.pop(tables["topic"])


def row_twice(tables: Tables) -> None:
    first_page(tables).append(dict(buurt(tables)))


def short_code(tables: Tables) -> None:
    buurt(tables)["WijkenEnBuurten"] = "BU9001001 "


def figure(value: object) -> Callable[[Tables], None]:
    def change(tables: Tables) -> None:
        buurt(tables)[tables["topic"]] = value

    return change


def other_unit(tables: Tables) -> None:
    described(tables)["Unit"] = "mln"


TABLES = {
    "no description of columns": without_properties,
    "rows lost": rows_lost,
    "a topic renamed": topic_renamed,
    "a column dropped": column_dropped,
    "a suffix shifted": suffix_shifted,
    "a row twice": row_twice,
    "a code too short": short_code,
    "text in a number": figure("veel"),
    "a negative figure": figure(-5),
    "another unit": other_unit,
}


@pytest.mark.parametrize("name", TOPICS)
@pytest.mark.parametrize("broken", TABLES)
def test_a_broken_published_statline_table_is_refused(refused, files, name, broken):
    with zipfile.ZipFile(files[name][1]) as archive:
        tables = {member: json.loads(archive.read(member)) for member in archive.namelist()}
    keys = [row["Key"] for row in tables["DataProperties.json"]["value"]]
    topic = next(key for key in keys if re.fullmatch(rf"{TOPICS[name]}_\d+", key))
    TABLES[broken](tables | {"topic": topic} if broken != "no description of columns" else tables)
    refused(name, zipped({member: json.dumps(own).encode() for member, own in tables.items()}))


# --- Workbook -----------------------------------------------------------------------------------


def named(table: pd.DataFrame, column: str) -> str:
    """Find a column whose header has stray blanks."""
    return next(name for name in table if name.strip() == column)


def cell(column: str, value: object) -> Callable[[pd.DataFrame], pd.DataFrame]:
    """Put a value in a row of a buurt that has a figure."""

    def change(table: pd.DataFrame) -> pd.DataFrame:
        shown = table[named(table, "p_koopw")].str.strip().ne(".")
        row = (table["recs"].str.strip().eq("Buurt") & shown).idxmax()
        table.loc[row, named(table, column)] = value
        return table

    return change


WORKBOOKS = {
    "a column dropped": lambda table: table.drop(columns="p_wcorpw"),
    "a column renamed": lambda table: table.rename(columns={"a_woning": "woningen"}),
    "a column twice": lambda table: table.assign(**{"p_huurw   ": table[named(table, "p_huurw")]}),
    "a row twice": lambda table: pd.concat([table, table.tail(1)]),
    "a share over 100": cell("p_koopw", "101"),
    "a negative count": cell("a_inw", "-5"),
    "text in a number": cell("a_woning", "veel"),
    "two decimal marks": cell("a_woning", "1.234,5"),
    "a code too short": cell("gwb_code_10", "BU9001001"),
    "an unknown change flag": cell("ind_wbi", "7"),
    "tenure that does not add up": cell("p_huurw", "100"),
}


@pytest.mark.parametrize("broken", WORKBOOKS)
def test_a_broken_published_workbook_is_refused(refused, files, broken):
    table = store.read_workbook(files[WORKBOOK][1])
    refused(WORKBOOK, workbook(WORKBOOKS[broken](table.astype(object))))


# --- Scores and elections -------------------------------------------------------------------------


def line(text: str, which: int, change: Callable[[str], str]) -> str:
    lines = text.splitlines(keepends=True)
    lines[which] = change(lines[which])
    return "".join(lines)


def part(which: int, value: str, mark: str) -> Callable[[str], str]:
    def change(own: str) -> str:
        parts = own.rstrip("\r\n").split(mark)
        parts[which] = value
        return mark.join(parts) + "\n"

    return change


CSV = {
    "a column renamed": lambda text: text.replace(",afw,", ",afwijking,", 1),
    "a column dropped": lambda text: re.sub(r",[^,\n]*$", "", text, flags=re.MULTILINE),
    "a decimal comma": lambda text: line(text, -1, part(3, '"4,2"', ",")),
    "a row twice": lambda text: text + text.splitlines()[-1] + "\n",
    "a code too short": lambda text: line(text, -1, part(0, "BU9001001", ",")),
    "text in a number": lambda text: line(text, -1, part(4, "goed", ",")),
    "a sum that does not hold": lambda text: line(text, -1, part(4, "0.5", ",")),
    "a wave after the release": lambda text: line(text, -1, part(2, "2026", ",")),
    "a dimension missing": lambda text: line(text, -1, part(5, "NA", ",")),
    "no header": lambda text: text.split("\n", 1)[1],
}


@pytest.mark.parametrize("broken", CSV)
def test_broken_published_scores_are_refused(refused, files, broken):
    with zipfile.ZipFile(files[SCORES][1]) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    (name,) = [name for name in members if "buurten" in name]
    members[name] = CSV[broken](members[name].decode()).encode()
    refused(SCORES, zipped(members))


def block(text: str) -> int:
    """Find the first line of a gemeente."""
    lines = text.splitlines()
    return next(i for i, own in enumerate(lines) if own.startswith("Naam;")) + 1


def gemeente(which: str, value: str) -> Callable[[str], str]:
    def change(text: str) -> str:
        start = block(text)
        heads = text.splitlines()[start - 1].split(";")
        return line(text, start, part(heads.index(which), value, ";"))

    return change


VOTES = {
    "a column renamed": lambda text: text.replace("# kiesgerechtigden;", "# stemmers;"),
    "a percentage column renamed": lambda text: text.replace("Opkomstpercentage;", "Opkomst %;"),
    "no header": lambda text: "".join(
        own for own in text.splitlines(keepends=True) if not own.startswith("Naam;")
    ),
    "a gemeente twice": lambda text: line(text, block(text), lambda own: own + own),
    "a decimal point": gemeente("Opkomstpercentage", "61.57 %"),
    "a turnout that does not hold": gemeente("Opkomstpercentage", "12,34 %"),
    "a negative count": gemeente("# kiesgerechtigden", "-5"),
    "text in a number": gemeente("# kiesgerechtigden", "veel"),
    "a count gone": gemeente("Opkomst", ""),
    "no name": gemeente("Naam", ""),
}


@pytest.mark.parametrize("broken", VOTES)
def test_a_broken_published_election_is_refused(refused, files, broken):
    text = files[ELECTIONS][1].read_bytes().decode("latin-1").replace("\r\n", "\n")
    refused(ELECTIONS, VOTES[broken](text).replace("\n", "\r\n").encode("latin-1"))


# --- Borders ------------------------------------------------------------------------------------


def first(column: str, value: object) -> Callable[[gpd.GeoDataFrame], gpd.GeoDataFrame]:
    def change(layer: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
        layer.loc[layer["water"].eq("NEE").idxmax(), column] = value
        return layer

    return change


MAPS = {
    "a column dropped": lambda layer: layer.drop(columns="buurtcode"),
    "a column renamed": lambda layer: layer.rename(columns={"water": "H2O"}),
    "no code": first("buurtcode", None),
    "a code too short": first("buurtcode", "BU9001001"),
    "a year that is another": first("jrstatcode", "2019BU90010001"),
    "an unknown mark of water": first("water", "MISSCHIEN"),
    "no shape": first("geometry", None),
    "other coordinates": lambda layer: layer.to_crs(4326),
    "nothing but water": lambda layer: layer[layer["water"] == "JA"],
    "one code, two names": lambda layer: pd.concat(
        [layer, layer[layer["water"] == "NEE"].tail(1).assign(buurtnaam="Elders")]
    ),
}


@pytest.mark.parametrize("broken", MAPS)
def test_a_broken_published_map_is_refused(refused, files, tmp_path, broken):
    with zipfile.ZipFile(files[MAP][1]) as archive:
        (inside,) = archive.namelist()
        path = tmp_path / "whole.gpkg"
        path.write_bytes(archive.read(inside))
    changed = MAPS[broken](gpd.read_file(path, layer="buurten"))
    changed.to_file(tmp_path / "broken.gpkg", layer="buurten")
    refused(MAP, zipped({inside: (tmp_path / "broken.gpkg").read_bytes()}))


# --- Addresses ------------------------------------------------------------------------------------


def home(which: int, value: str) -> Callable[[str], str]:
    return lambda text: line(text, 1, part(which, value, ";"))


def recoded(text: str) -> str:
    """Give the addresses of one gemeente another code, as a merger does."""
    rows = text.split("\n", 1)[1]
    return re.sub(r";9001(.*);9001(.*);9001$", r";9002\1;9002\2;9002", rows, flags=re.MULTILINE)


LISTS = {
    "a column dropped": lambda text: re.sub(r";[^;\n]*$", "", text, flags=re.MULTILINE),
    "a column renamed": lambda text: text.replace("Huisnummer", "Nummer"),
    "a column twice": lambda text: text.replace("Wijk2024", "Buurt2024"),
    "codes of another year": lambda text: text.replace("Buurt2024", "Buurt2020"),
    "no header": lambda text: text.split("\n", 1)[1],
    "a row cut": lambda text: text[:-12],
    "a postcode without letters": home(0, "1011"),
    "a number with a letter": home(1, "1a"),
    "a code too short": home(2, "9001001"),
    "a code as a spreadsheet writes it": home(2, "9,001E+07"),
    "a buurt in another wijk": home(3, "900199"),
    "codes lost": lambda text: re.sub(r"^(1011..;[0-9]+);.*", r"\1;;;", text, flags=re.MULTILINE),
    "another division pasted below": lambda text: text + recoded(text),
}


@pytest.mark.parametrize("broken", LISTS)
def test_a_broken_published_list_of_addresses_is_refused(refused, files, broken):
    with zipfile.ZipFile(files[ADDRESSES][1]) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    (name,) = [name for name in members if name.endswith(".csv")]
    members[name] = LISTS[broken](members[name].decode()).encode()
    refused(ADDRESSES, zipped(members))


def test_every_published_file_is_broken_in_ten_ways():
    assert min(map(len, (TABLES, WORKBOOKS, CSV, VOTES, MAPS, LISTS))) >= 10
