"""Each published file, broken in ten ways and more: an error of this pipeline, never a number."""

from __future__ import annotations

import copy
import json
import re
import zipfile
from collections.abc import Callable

import geopandas as gpd
import pandas as pd
import pytest

from nplvanalysis import errors
from nplvanalysis.clean import datasets
from nplvanalysis.clean.__main__ import READERS
from tests.clean import conftest, published

HTML = b"<!DOCTYPE html>\n<html><body><p>Er is een storing</p></body></html>\n"
FILES = {
    "kwb": ("kwb-2018.xlsx", "buurt", 2018),
    "kwb_statline": ("85984NED.zip", "buurt", 2024),
    "police": ("47018NED.zip", "buurt", 2024),
    "proximity": ("86134NED.zip", "buurt", 2024),
    "moves": ("60048NED.zip", "buurt", 2024),
    "safety_survey": ("85146NED.zip", "buurt", 2024),
    "elections": ("GR2022.csv", "gemeente", 2022),
    "leefbaarometer": ("open-data-leefbaarometer-meting-2022.zip", "wijk", 2022),
    "boundaries": ("WijkBuurtkaart_2020_v1.zip", "buurt", 2020),
}
TABLES = {
    name: getattr(published, name)()
    for name in ("kwb_statline", "police", "proximity", "moves", "safety_survey")
}
SCORES = "Leefbaarometer 3.0 - Meting 2022/Leefbaarometer-scores wijken 2002-2022.csv"
OTHERS = {"Leefbaarometer 3.0 - Meting 2022/Leefbaarometer-scores buurten 2002-2022.csv": b"a\n"}


@pytest.fixture
def cleaned(tmp_path, entry):
    """Write a file as it is received, and clean it as the door does."""

    def clean(dataset: str, content: bytes) -> pd.DataFrame:
        name, level, year = FILES[dataset]
        (tmp_path / name).write_bytes(content)
        about = entry(dataset, level, year, file=name)
        return datasets.cleaned(READERS[dataset](tmp_path / name, level), about).table

    return clean


@pytest.fixture(scope="session")
def geopackage(tmp_path_factory) -> Callable[[gpd.GeoDataFrame, str], bytes]:
    folder = tmp_path_factory.mktemp("maps")

    def write(layer: gpd.GeoDataFrame, name: str = "buurten") -> bytes:
        path = folder / "map.gpkg"
        path.unlink(missing_ok=True)
        layer.to_file(path, layer=name)
        return published.zipped({"WijkBuurtkaart/wijkenbuurten.gpkg": path.read_bytes()})

    return write


def content(dataset: str, geopackage: Callable) -> bytes:
    if dataset in TABLES:
        return published.responses(TABLES[dataset])
    if dataset == "elections":
        return published.ELECTIONS.replace("\n", "\r\n").encode("latin-1")
    if dataset == "kwb":
        return published.workbook(conftest.make_workbook())
    if dataset == "boundaries":
        return geopackage(conftest.make_layer())
    return published.zipped({SCORES: conftest.SCORES.strip().encode(), **OTHERS})


def refused(clean: Callable[[], object], file: str, says: str) -> None:
    kinds = (errors.FormatError, errors.DataError, errors.DivisionError)
    with pytest.raises(kinds) as caught:
        clean()
    message = str(caught.value)
    assert file in message
    assert re.search(says, message), message


@pytest.mark.parametrize("dataset", FILES)
def test_a_file_that_is_not_broken_gives_a_table(cleaned, geopackage, dataset):
    assert len(cleaned(dataset, content(dataset, geopackage)))


SPOILT = {
    "truncated": lambda own: own[: len(own) // 2],
    "empty": lambda _: b"",
    "an HTML page": lambda _: HTML,
}


@pytest.mark.parametrize("dataset", FILES)
@pytest.mark.parametrize("spoil", SPOILT)
def test_a_spoilt_file_is_refused(cleaned, geopackage, dataset, spoil):
    own = SPOILT[spoil](content(dataset, geopackage))
    refused(lambda: cleaned(dataset, own), FILES[dataset][0], "expected")


# --- StatLine -----------------------------------------------------------------------------------

Tables = published.Tables


def rows(tables: Tables, entity: str = "TypedDataSet") -> list[dict]:
    """All rows of an entity, in place."""
    names = sorted(name for name in tables if name.startswith(entity))
    return [row for name in names for row in tables[name]["value"]]


def pages(tables: Tables) -> list[str]:
    return sorted(name for name in tables if name.startswith("TypedDataSet"))


def topic(tables: Tables, stem: str) -> dict:
    found = rows(tables, "DataProperties")
    return next(row for row in found if re.fullmatch(rf"{stem}_\d+", row["Key"]))


def topics(tables: Tables) -> list[dict]:
    return [row for row in rows(tables, "DataProperties") if row["Type"] == "Topic"]


def gap_behind(tables: Tables, stem: str) -> str | None:
    """What the error says of the topic after one that is gone; None if there is no such topic."""
    keys = [row["Key"] for row in topics(tables)]
    place = next(i for i, key in enumerate(keys) if re.fullmatch(rf"{stem}_\d+", key))
    if place + 1 == len(keys):
        return None
    moved_up = re.sub(r"\d+$", str(place + 1), keys[place + 1])
    return rf"expected: {moved_up},[\s\S]*got:      {keys[place + 1]}\n"


def in_cell(stem: str, value: object, where: str = "BU00140001") -> Callable[[Tables], None]:
    def spoil(tables: Tables) -> None:
        key = topic(tables, stem)["Key"]
        for row in rows(tables):
            if row["WijkenEnBuurten"] == where:
                row[key] = value

    return spoil


def without_topic(stem: str, everywhere: bool) -> Callable[[Tables], None]:
    def spoil(tables: Tables) -> None:
        key = topic(tables, stem)["Key"]
        for row in rows(tables):
            del row[key]
        if everywhere:
            listed = tables["DataProperties.json"]["value"]
            listed[:] = [row for row in listed if row["Key"] != key]

    return spoil


def without_topic_and_renumbered(stem: str) -> Callable[[Tables], None]:
    """A topic that the publisher took out: the later ones move up."""

    def spoil(tables: Tables) -> None:
        without_topic(stem, True)(tables)
        for rank, about in enumerate(topics(tables), start=1):
            old, about["Key"] = about["Key"], re.sub(r"\d+$", str(rank), about["Key"])
            for row in rows(tables):
                row[about["Key"]] = row.pop(old)

    return spoil


def renamed(stem: str, new: str, everywhere: bool) -> Callable[[Tables], None]:
    def spoil(tables: Tables) -> None:
        about = topic(tables, stem)
        old, about["Key"] = about["Key"], about["Key"].replace(stem, new)
        for row in rows(tables) if everywhere else []:
            row[about["Key"]] = row.pop(old)

    return spoil


def shifted(stem: str) -> Callable[[Tables], None]:
    """The rows come from another release, in which a topic before this one was inserted."""

    def spoil(tables: Tables) -> None:
        key = topic(tables, stem)["Key"]
        rank = int(key.rpartition("_")[2])
        for row in rows(tables):
            later = {}
            for name in list(row):
                match = re.fullmatch(r"(.+)_(\d+)", name)
                if match and int(match[2]) >= rank:
                    later[f"{match[1]}_{int(match[2]) + 1}"] = row.pop(name)
            row.update(later)

    return spoil


def swapped_ranks(stem: str) -> Callable[[Tables], None]:
    """A topic and the next one change ranks, in the rows and in DataProperties."""

    def spoil(tables: Tables) -> None:
        one = topic(tables, stem)
        listed = [row for row in rows(tables, "DataProperties") if row["Type"] == "Topic"]
        place = listed.index(one)
        two = listed[place - 1 if place else 1]
        old = (one["Key"], two["Key"])
        (first, rank), (other, its) = (key.rsplit("_", 1) for key in old)
        new = [f"{first}_{its}", f"{other}_{rank}"]
        one["Key"], two["Key"] = new
        for row in rows(tables):
            cells = [row.pop(key) for key in old]
            row.update(zip(new, cells, strict=True))

    return spoil


def in_unit(stem: str, unit: str) -> Callable[[Tables], None]:
    return lambda tables: topic(tables, stem).update(Unit=unit)


def without_page(which: int) -> Callable[[Tables], None]:
    def spoil(tables: Tables) -> None:
        del tables[pages(tables)[which]]

    return spoil


def renumbered(tables: Tables) -> None:
    """A page in the middle is lost, and the others close the gap."""
    names = pages(tables)
    kept = [tables.pop(name) for name in names]
    del kept[1]
    tables.update(zip(names, kept, strict=False))


def without_last_rows(tables: Tables) -> None:
    tables[pages(tables)[-1]]["value"].pop()


def last_page_lost_without_trace(tables: Tables) -> None:
    del tables[pages(tables)[-1]]
    del tables[pages(tables)[-1]]["odata.nextLink"]


def looping(tables: Tables) -> None:
    names = pages(tables)
    links = [tables[name].get("odata.nextLink") for name in names]
    for name in names:
        tables[name]["odata.nextLink"] = links[0]


def looping_without_number(tables: Tables) -> None:
    for name in pages(tables)[:-1]:
        tables[name]["odata.nextLink"] = "https://opendata.cbs.nl/ODataFeed/next"


def unlinked(tables: Tables) -> None:
    del tables[pages(tables)[0]]["odata.nextLink"]


def row_twice(tables: Tables) -> None:
    last = tables[pages(tables)[-1]]["value"]
    last.append(copy.deepcopy(last[-1]))


def row_instead_of_another(tables: Tables) -> None:
    found = rows(tables)
    found[-1].update(WijkenEnBuurten=found[-2]["WijkenEnBuurten"])
    for name in ("Perioden", "Marges", "SoortMisdrijf"):
        if name in found[-1]:
            found[-1][name] = found[-2][name]


def area_twice(tables: Tables) -> None:
    listed = tables["WijkenEnBuurten.json"]["value"]
    listed.append(copy.deepcopy(listed[-1]))


def area_of_wrong_length(tables: Tables) -> None:
    for row in [*rows(tables, "WijkenEnBuurten"), *rows(tables)]:
        name = "Key" if "Key" in row else "WijkenEnBuurten"
        if row[name] == "BU00140001":
            row[name] = "BU0014001 "
    for row in rows(tables, "WijkenEnBuurten"):
        row.pop("DetailRegionCode")


def unknown_area(tables: Tables) -> None:
    rows(tables)[-1]["WijkenEnBuurten"] = "BU00149999"


def value_of_level(level: str) -> Callable[[Tables], None]:
    return in_cell("SoortRegio", level.ljust(10))


def set_about(**fields: str) -> Callable[[Tables], None]:
    return lambda tables: tables["TableInfos.json"]["value"][0].update(fields)


def period(new: str) -> Callable[[Tables], None]:
    def spoil(tables: Tables) -> None:
        old = tables["Perioden.json"]["value"][-1]["Key"]
        tables["Perioden.json"]["value"][-1]["Key"] = new
        for row in rows(tables):
            row["Perioden"] = new if row["Perioden"] == old else row["Perioden"]

    return spoil


def all_null(*stems: str) -> Callable[[Tables], None]:
    def spoil(tables: Tables) -> None:
        for stem in stems:
            key = topic(tables, stem)["Key"]
            for row in rows(tables):
                row[key] = None

    return spoil


def crime(kind: str, change: Callable, code: str = "BU00140001") -> Callable[[Tables], None]:
    def spoil(tables: Tables) -> None:
        for row in rows(tables):
            if (row["SoortMisdrijf"].strip(), row["WijkenEnBuurten"].strip()) == (kind, code):
                row["GeregistreerdeMisdrijven_1"] = change(row["GeregistreerdeMisdrijven_1"])

    return spoil


def without_kind(*kinds: str) -> Callable[[Tables], None]:
    def spoil(tables: Tables) -> None:
        kept = [row for row in rows(tables) if row["SoortMisdrijf"].strip() not in kinds]
        for name in pages(tables):
            del tables[name]
        tables["TypedDataSet.json"] = {"value": kept}

    return spoil


def null_year(kinds: list[str] | None) -> Callable[[Tables], None]:
    def spoil(tables: Tables) -> None:
        for row in rows(tables):
            chosen = kinds is None or row["SoortMisdrijf"].strip() in kinds
            if chosen and row["Perioden"] == "2023JJ00":
                row["GeregistreerdeMisdrijven_1"] = None

    return spoil


def gemeente_not_filled(tables: Tables) -> None:
    """One with 3 in 64 offences, in a year for which the country counts them."""
    key = "GeregistreerdeMisdrijven_1"
    for row in rows(tables):
        gemeente = row["WijkenEnBuurten"].strip()[2:6]
        if row[key] is not None:
            row[key] *= {"0014": 30, "00": 64 / 6}.get(gemeente, 1) * 100
            row[key] = round(row[key])
        if gemeente == "1900" and row["Perioden"] == "2023JJ00":
            row[key] = None


def without_margin(tables: Tables) -> None:
    kept = [row for row in rows(tables) if row["Marges"] != "MBG0095"]
    for name in pages(tables):
        del tables[name]
    tables["TypedDataSet.json"] = {"value": kept}


def felt(key: str, value: float | None) -> Callable[[Tables], None]:
    def spoil(tables: Tables) -> None:
        for row in rows(tables):
            if (row["WijkenEnBuurten"], row["Marges"]) == ("BU00140001", key):
                row["VoeltZichWeleensOnveilig_3"] = value

    return spoil


def without_entity(name: str) -> Callable[[Tables], None]:
    return lambda tables: tables.pop(f"{name}.json")


def dimension_more(tables: Tables) -> None:
    """A part of the persons or offences, that would pass for all."""
    about = {"ID": 99, "Type": "Dimension", "Key": "Geslacht", "Title": "x", "ParentID": None}
    tables["DataProperties.json"]["value"].insert(0, about)
    tables["Geslacht.json"] = {"value": [{"Key": "M", "Title": "m"}, {"Key": "V", "Title": "v"}]}
    for row in rows(tables):
        row["Geslacht"] = "M"


def without_areas(ending: str) -> Callable[[Tables], None]:
    """Areas that are gone from the rows and from their dimension."""

    def spoil(tables: Tables) -> None:
        listed = tables["WijkenEnBuurten.json"]["value"]
        listed[:] = [row for row in listed if not row["Key"].strip().endswith(ending)]
        keys = {row["Key"] for row in listed}
        kept = [row for row in rows(tables) if row["WijkenEnBuurten"] in keys]
        for name in pages(tables):
            del tables[name]
        tables["TypedDataSet.json"] = {"value": kept}

    return spoil


def owners(corporation: int, other: int) -> Callable[[Tables], None]:
    """Shares of tenure in one buurt that leave the rest to an unknown owner, unpublished."""

    def spoil(tables: Tables) -> None:
        in_cell("EigendomOnbekend", None)(tables)
        in_cell("Koopwoningen", 4)(tables)
        in_cell("HuurwoningenTotaal", corporation + other)(tables)
        in_cell("InBezitWoningcorporatie", corporation)(tables)
        in_cell("InBezitOverigeVerhuurders", other)(tables)

    return spoil


def of_every_table(
    table: str, stem: str, name: str, unit: str
) -> dict[str, tuple[Callable[[Tables], None], str]]:
    asked = rf"column is missing[\s\S]*DataProperties[\s\S]*{stem}[\s\S]*\({name}\)"
    if table == "police":
        asked = rf"one topic of numbers: {stem}"
    return {
        "a column dropped from the rows": (without_topic(stem, False), f"lacks {stem}"),
        "a column dropped everywhere": (
            without_topic(stem, True),
            gap_behind(TABLES[table], stem) or asked,
        ),
        "a column that was taken out": (without_topic_and_renumbered(stem), asked),
        "a column renamed in DataProperties": (renamed(stem, "Anders", False), asked),
        "a column renamed everywhere": (renamed(stem, "Anders", True), asked),
        "suffixes of another release": (shifted(stem), rf"lacks {stem}_\d+.* and has {stem}_\d+"),
        "two ranks swapped": (swapped_ranks(stem), "rank"),
        "another unit": (in_unit(stem, unit), f"{unit}"),
        "a decimal comma": (in_cell(stem, "12,5"), f"column {stem}.*\n.*\n.*BU00140001.*12,5"),
        "text in a number": (in_cell(stem, "geheim"), f"column {stem}"),
        "a truth value in a number": (in_cell(stem, True), f"column {stem}"),
        "the first page lost": (without_page(0), "TypedDataSet"),
        "a page in the middle lost": (without_page(1), "TypedDataSet"),
        "the last page lost": (without_page(-1), "nextLink"),
        "a page lost and the rest renumbered": (renumbered, "nextLink|TypedDataSet"),
        "the last page lost without a trace": (last_page_lost_without_trace, "rows"),
        "a last row lost": (without_last_rows, "rows"),
        "a nextLink that goes round": (looping, "nextLink"),
        "a nextLink gone": (unlinked, "nextLink"),
        "a row twice": (row_twice, "too many"),
        "a row instead of another": (row_instead_of_another, "too many"),
        "an area twice": (area_twice, "WijkenEnBuurten"),
        "an area's code of the wrong length": (area_of_wrong_length, "BU0014001"),
        "an area nobody knows": (unknown_area, "BU00149999"),
        "another level than the code": (value_of_level("Wijk"), "SoortRegio"),
        "another table": (set_about(Identifier="70904NED"), "70904NED"),
        "no metadata": (without_entity("DataProperties"), "DataProperties"),
        "no areas": (without_entity("WijkenEnBuurten"), "WijkenEnBuurten"),
        "a dimension more": (dimension_more, "no dimension besides[\\s\\S]*Geslacht"),
    }


STATLINE = {
    "kwb_statline": of_every_table("kwb_statline", "Koopwoningen", "owner_occupied", "aantal")
    | {
        "a share over 100": (in_cell("PercentageEengezinswoning", 140), "single_family.*140"),
        "a count with a fraction": (in_cell("AantalInwoners", 1000.5), "AantalInwoners"),
        "a negative count": (in_cell("HuishoudensTotaal", -5), "households.*-5"),
        "ages without a population": (all_null("AantalInwoners"), "persons_15_24"),
        "owners of few dwellings known": (owners(25, 20), "50 or more[\\s\\S]*BU00140001"),
        "buurten lost from rows and areas": (without_areas("0001"), "GM0014"),
        "a wijk lost from rows and areas": (without_areas("AA"), "GM1900"),
        "a gemeente lost from rows and areas": (without_areas("GM1900"), "GM1900: no row"),
        "an infinite figure": (in_cell("GemiddeldInkomenPerInwoner", float("1e999")), "Infinity"),
        "another code in Codering": (in_cell("Codering", "BU00140000"), "Codering"),
        "tenure that does not add up": (
            in_cell("Koopwoningen", 75),
            r"sum to 100, or less[\s\S]*BU00140001",
        ),
        "a class as text": (in_cell("IndelingswijzigingGemeenteWijkBuurt", "x"), "Indelings"),
        "a class with a fraction": (in_cell("MateVanStedelijkheid", 2.5), "MateVanSted"),
        "a class out of range": (in_cell("MateVanStedelijkheid", 7), "urbanity.*7"),
        "the year before": (set_about(Period="2023"), "2023"),
        "no year": (set_about(Period="", Title="KWB"), "Period"),
        "a stem twice in one group": (renamed("BouwjaarVanaf2000", "Koopwoningen", True), "twice"),
        "pages that all point to one": (looping_without_number, "nextLink"),
    },
    "police": of_every_table("police", "GeregistreerdeMisdrijven", "crime_total", "%")
    | {
        "a negative count": (crime("1.4.5", lambda _: -4), "GeregistreerdeMisdrijven.*\n.*\n.*-4"),
        "details above the total": (crime("2.6.10", lambda n: n + 30), "details"),
        "a total that was raised": (crime("0.0.0", lambda n: n + 30), "parts"),
        "a total of the country that fell": (
            crime("0.0.0", lambda n: n - 25, "NL00"),
            "details of 125 in NL00",
        ),
        "a total of the country below its parts": (
            crime("0.0.0", lambda n: n - 5, "NL00"),
            "crime_total: .*\n.*of 145 in NL00 2022",
        ),
        "a total of the country far above its parts": (
            crime("0.0.0", lambda n: n + 80, "NL00"),
            "crime_total: .*\n.*of 230 in NL00 2022",
        ),
        "a gemeente of a twentieth that is not filled": (
            gemeente_not_filled,
            r"crime_.*: .*\n.*in a whole of [\d,]+ in NL00 2023",
        ),
        "a kind that is lost": (without_kind("1.4.6"), "1.4.6"),
        "the total that is lost": (without_kind("0.0.0"), "0.0.0"),
        "a year that is not filled": (null_year(None), "every year\n.*2023JJ00"),
        "a group that is not filled": (null_year(["2.2.1"]), "crime_vandalism.*\n.*2023"),
        "a total that is not filled": (null_year(["0.0.0"]), "crime_total.*\n.*2023"),
        "areas of another year": (set_about(ExplanatoryText="buurtindeling van 2023"), "2023"),
        "no year of the areas": (set_about(ExplanatoryText=""), "none"),
        "months": (period("2023MM01"), "2023MM01"),
        "a year after the release": (period("2025JJ00"), "2025"),
        "another meaning of null": (
            lambda tables: topic(tables, "GeregistreerdeMisdrijven").update(Default="Missing"),
            "Zero",
        ),
    },
    "proximity": of_every_table("proximity", "AfstandTotOpenbaarGroenTotaal", "green_distance", "m")
    | {
        "metres for kilometres": (in_cell("AfstandTotOpenbaarGroenTotaal", 400), "green_distance"),
        "a negative distance": (in_cell("AfstandTotOpenbaarGroenTotaal", -0.4), "green_distance"),
        "the year before": (set_about(Period="2023"), "2023"),
        "areas of another year": (set_about(ExplanatoryText="indeling 2023"), "2023"),
        "no figures": (all_null("AfstandTotOpenbaarGroenTotaal"), "green_distance"),
    },
    "moves": of_every_table("moves", "GevestigdePersonen", "arrivals", "%")
    | {
        "a negative count": (in_cell("GevestigdePersonen", -5), "arrivals.*-5"),
        "a count with a fraction": (in_cell("VertrokkenPersonen", 80.5), "Vertrokken"),
        "areas of another year": (set_about(ExplanatoryText="buurtindeling van 2023"), "2023"),
        "no year of the areas": (set_about(ExplanatoryText=""), "indeling 2024.*\n.*none"),
        "months": (period("2023MM01"), "2023MM01"),
        "a year after the release": (period("2025JJ00"), "2025"),
        "no figures": (all_null("GevestigdePersonen", "VertrokkenPersonen"), "arrivals"),
    },
    "safety_survey": of_every_table(
        "safety_survey", "VoeltZichWeleensOnveilig", "feels_unsafe", "aantal"
    )
    | {
        "a share over 100": (felt("MBG0095", 104.0), "feels_unsafe_high.*104"),
        "a value above its interval": (felt("MW00000", 30.0), "24.5 around 30"),
        "a value below its interval": (felt("MW00000", 10.0), "17.0 to"),
        "a value without a bound": (felt("MOG0095", None), "interval"),
        "bounds without a value": (felt("MW00000", None), "interval"),
        "a margin that is lost": (without_margin, "MBG0095"),
        "no margins": (without_entity("Marges"), "Marges"),
        "areas of another year": (set_about(Title="Veiligheid, indeling 2023"), "2023"),
        "no year of the areas": (set_about(ExplanatoryText=""), "indeling 2024.*\n.*none"),
        "a year after the release": (period("2025JJ00"), "2025"),
    },
}


@pytest.mark.parametrize(
    ("dataset", "broken"), [(name, one) for name, own in STATLINE.items() for one in own]
)
def test_a_broken_statline_table_is_refused(cleaned, dataset, broken):
    spoil, says = STATLINE[dataset][broken]
    tables = copy.deepcopy(TABLES[dataset])
    spoil(tables)
    assert tables != TABLES[dataset]
    refused(lambda: cleaned(dataset, published.responses(tables)), FILES[dataset][0], says)


RAW = {
    "a page cut off": lambda text: text[:-40],
    "a page of HTML": lambda _: HTML.decode(),
    "an empty page": lambda _: "",
    "a decimal comma": lambda text: re.sub(r": (\d+)", r": \1,5", text, count=3),
    "a number that is none": lambda text: re.sub(r"""(_\d+": )[0-9.]+""", r"\1NaN", text, count=1),
    "a list without envelope": lambda text: json.dumps(json.loads(text)["value"]),
    "a message of an error": lambda _: '{"odata.error": {"code": "", "message": "x"}}',
}


@pytest.mark.parametrize("dataset", STATLINE)
@pytest.mark.parametrize("broken", RAW)
def test_a_broken_response_is_refused(cleaned, dataset, broken):
    page = pages(TABLES[dataset])[1]
    members = {name: json.dumps(own).encode() for name, own in TABLES[dataset].items()}
    text = members[page].decode()
    assert RAW[broken](text) != text
    members[page] = RAW[broken](text).encode()
    file = FILES[dataset][0]
    refused(lambda: cleaned(dataset, published.zipped(members)), file, re.escape(page))


def test_two_responses_of_one_name_are_refused(cleaned, tmp_path):
    path = tmp_path / "twice.zip"
    path.write_bytes(published.responses(TABLES["police"]))
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("copy/Perioden.json", "{}")
    refused(lambda: cleaned("police", path.read_bytes()), "47018NED.zip", "each name once")


# --- Workbook, CSV and map -----------------------------------------------------------------------

Frame = pd.DataFrame


def put(column: str, value: str, row: int = 4) -> Callable[[Frame], Frame]:
    def spoil(table: Frame) -> Frame:
        table = table.copy()
        table.loc[row, column] = value
        return table

    return spoil


WORKBOOK = {
    "a column dropped": (lambda table: table.drop(columns="p_wcorpw"), "p_wcorpw"),
    "a column renamed": (lambda table: table.rename(columns={"p_koopw": "p_koop"}), "p_koopw"),
    "a decimal mark swapped": (put("a_inw", "4.655"), "a_inw"),
    "both decimal marks": (put("g_ink_pi", "1.020,9"), "g_ink_pi"),
    "a code twice": (
        lambda table: pd.concat([table, table.iloc[[4]]]), "BU00140001"
    ),
    "codes that disagree": (put("gwb_code_8", "140009"), "gwb_code_8"),
    "a column twice": (lambda table: table.assign(**{"p_koopw ": table["p_koopw"]}), "p_koopw"),
    "a share over 100": (put("p_ink_li", "571"), "income_low.*571"),
    "text in a number": (put("p_koopw", "geheim"), "p_koopw"),
    "a negative count": (put("a_inw", "-5"), "population.*-5"),
    "a count with a fraction": (put("a_woning", "2380.5"), "a_woning"),
    "a code of the wrong length": (
        lambda table: put("gwb_code", "BU0014001")(
            put("gwb_code_10", "BU0014001")(put("gwb_code_8", ".")(table))
        ),
        "BU0014001",
    ),
    "no rows of the level": (lambda table: table.iloc[:3], "recs"),
    "another level": (put("recs", "Stadsdeel"), "Stadsdeel"),
    "tenure that does not add up": (put("p_koopw", "42"), r"sum to 100, or less[\s\S]*BU00140001"),
    "an age group above the population": (put("a_15_24", "9000"), "persons_15_24"),
    "a class out of range": (put("ste_mvs", "9"), "urbanity.*9"),
}  # fmt: skip


@pytest.mark.parametrize("broken", WORKBOOK)
def test_a_broken_workbook_is_refused(cleaned, broken):
    spoil, says = WORKBOOK[broken]
    own = published.workbook(spoil(conftest.make_workbook()))
    refused(lambda: cleaned("kwb", own), "kwb-2018.xlsx", says)


ELECTIONS = {
    "a column dropped": (("# kiesgerechtigden;Opkomst;", "Opkomst;"), "kiesgerechtigden"),
    "a column renamed": (("kiesgerechtigden;Opkomst;", "kiezers;Opkomst;"), "kiesgerechtigden"),
    "a decimal point in a count": ((";1800;", ";1.800;"), "kiesgerechtigden.*\n.*\n.*Groningen"),
    "a decimal mark moved": (("55,56 %", "5,556 %"), "Opkomstpercentage.*\n.*\n.*Groningen"),
    "a share without votes": (("55,56 %", "%"), "Opkomstpercentage"),
    "a gemeente twice": (("Súdwest-Fryslân", "Groningen"), "each gemeente once"),
    "a gemeente lost": (("Súdwest-Fryslân;490;4;6;1,20 %;1200;500;41,67 %;300;190\n", ""), "sum"),
    "more electorate": ((";1200;500;41,67", ";1201;500;41,63"), "kiesgerechtigden"),
    "votes that are not the sum": ((";490;", ";480;"), "Opkomst"),
    "a line cut off": ((";300;190", ""), "cells"),
    "text in a number": ((";1200;", ";onbekend;"), "kiesgerechtigden"),
    "a negative count": ((";1200;", ";-1200;"), "kiesgerechtigden"),
    "the election of another year": (("Gemeenteraad  2022", "Gemeenteraad  2018"), "2018"),
    "another table": (("Verkiezingsuitslagen", "Kandidaten"), "Kandidaten"),
    "no header": (("Naam;", "Gemeente;"), "header"),
    "no country": (("# kiesgerechtigden;3000", "# kiezers;3000"), "kiesgerechtigden"),
    "a name in another encoding": (("Súdwest", "S\x81dwest"), "names of gemeenten in"),
}


@pytest.mark.parametrize("broken", ELECTIONS)
def test_a_broken_election_is_refused(cleaned, broken):
    (old, new), says = ELECTIONS[broken]
    assert old in published.ELECTIONS
    own = published.ELECTIONS.replace(old, new).encode("latin-1")
    refused(lambda: cleaned("elections", own), "GR2022.csv", says)


SCORED = {
    "a column dropped": (lambda text: re.sub(r",[^,\n]*$", "", text, flags=re.M), "won"),
    "a column renamed": (lambda text: text.replace("lbm", "rlbrmtr"), "lbm"),
    "a column more": (lambda text: re.sub(r"$", ",1", text, flags=re.M), "columns"),
    "columns in another order": (lambda text: text.replace("fys,onv,", "lbm2,afw2,"), "fys"),
    "a decimal comma": (lambda text: text.replace("4.1,", '"4,1",'), "lbm"),
    "an area twice": (lambda text: f"{text}\n{text.splitlines()[-1]}", "WK001401"),
    "a code of the wrong length": (lambda text: text.replace("WK001401", "WK00141"), "WK00141"),
    "codes of another level": (lambda text: text.replace("WK001401", "BU00140101"), "BU00140101"),
    "text in a number": (lambda text: text.replace("4.1,", "vier,"), "lbm"),
    "a score that does not add up": (lambda text: text.replace("-0.05,0.15", "-0.05,0.25"), "afw"),
    "a constant that is none": (lambda text: text.replace("2014,4.1,", "2014,4.3,"), "lbm - afw"),
    "a dimension missing": (lambda text: text.replace("-0.05,0.15", "NA,0.15"), "soc"),
    "another mark of missing": (lambda text: text.replace("NA", "."), "fys"),
    "a wave after the release": (lambda text: text.replace("2018", "2024"), "2024"),
    "a year that is none": (lambda text: text.replace("2014,", "14e,"), "jaar"),
    "a last line cut off": (lambda text: text[:-20], "WK001401|won|vrz"),
}


@pytest.mark.parametrize("broken", SCORED)
def test_broken_scores_are_refused(cleaned, broken):
    spoil, says = SCORED[broken]
    text = conftest.SCORES.strip()
    assert spoil(text) != text
    own = published.zipped({SCORES: spoil(text).encode(), **OTHERS})
    refused(lambda: cleaned("leefbaarometer", own), FILES["leefbaarometer"][0], says)


@pytest.mark.parametrize(
    "members",
    [
        {},
        OTHERS,
        {SCORES: b""},
        {SCORES.replace("scores", "ontwikkeling 2018-2022 scores"): conftest.SCORES.encode()},
        {SCORES: b"a", SCORES.replace("2002", "2008"): b"a"},
    ],
    ids=["an empty zip", "other levels", "an empty table", "developments", "two tables"],
)
def test_a_zip_without_the_one_table_of_scores_is_refused(cleaned, members):
    own = published.zipped(members)
    refused(lambda: cleaned("leefbaarometer", own), FILES["leefbaarometer"][0], "scores")


MAP = {
    "a column dropped": (lambda layer: layer.drop(columns="water"), "water"),
    "a column renamed": (lambda layer: layer.rename(columns={"buurtcode": "bu"}), "buurtcode"),
    "another name for one code": (put("buurtnaam", "Oost", 2), "BU00140001"),
    "a code of another buurt": (put("buurtcode", "BU00140000", 1), "BU0014000[01]"),
    "a code of the wrong length": (put("buurtcode", "BU0014000", 0), "BU0014000"),
    "no code": (put("buurtcode", None, 0), r"column code\n.*codes like BU.*\n.*nan"),
    "borders of another year": (
        lambda layer: layer.assign(jrstatcode=layer["jrstatcode"].str.replace("2020", "2019")),
        "jrstatcode",
    ),
    "one area of another year": (put("jrstatcode", "2019BU00140000", 0), "jrstatcode"),
    "degrees": (lambda layer: layer.to_crs(4326), "EPSG:4326"),
    "degrees that pass for metres": (
        lambda layer: layer.to_crs(4326).set_crs(28992, allow_override=True), "outside"
    ),
    "unknown coordinates": (lambda layer: layer.set_crs(None, allow_override=True), "none|EPSG"),
    "another mark of water": (put("water", "?", 0), "water"),
    "no mark of water": (put("water", None, 0), "water"),
    "no shape": (put("geometry", None, 0), "BU00140000"),
    "nothing but water": (lambda layer: layer.assign(water="JA"), "no buurten on land"),
}  # fmt: skip


@pytest.mark.filterwarnings("ignore:'crs' was not provided")
@pytest.mark.parametrize("broken", MAP)
def test_a_broken_map_is_refused(cleaned, geopackage, broken):
    spoil, says = MAP[broken]
    own = geopackage(spoil(conftest.make_layer()))
    refused(lambda: cleaned("boundaries", own), FILES["boundaries"][0], says)


def test_a_map_without_the_layer_is_refused(cleaned, geopackage):
    own = geopackage(conftest.make_layer(), "wijken")
    refused(lambda: cleaned("boundaries", own), FILES["boundaries"][0], "layer 'buurten'")


def test_a_zip_without_a_map_is_refused(cleaned):
    own = published.zipped({"LEESMIJ.txt": b"verhuisd"})
    refused(lambda: cleaned("boundaries", own), FILES["boundaries"][0], "GeoPackage")


def test_every_published_format_is_broken_in_ten_ways_at_least():
    ways = {name: len(own) for name, own in STATLINE.items()}
    more = {"kwb": WORKBOOK, "elections": ELECTIONS, "leefbaarometer": SCORED, "boundaries": MAP}
    ways |= {name: len(own) for name, own in more.items()}
    assert set(ways) == set(FILES) <= set(datasets.CLEANERS)
    assert min(ways.values()) >= 10
