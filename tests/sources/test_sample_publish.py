"""The files of the synthetic country: formats, rounding, secrets, drift, bytes, and refusals."""

from __future__ import annotations

import io
import json
import re
import zipfile
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from nplvanalysis import store
from nplvanalysis.errors import ParameterError, StoreError
from nplvanalysis.sources.sample import country, figures, truth
from nplvanalysis.sources.sample.publish import publish
from nplvanalysis.sources.sample.publishing import (
    archive,
    derived,
    indicators,
    key_figures,
    kwb,
    police,
    scores,
    statline,
    survey,
    workbook,
)
from nplvanalysis.sources.sample.sizes import Kind, Size

SEED = 2022
TINY = Size(
    "tiny",
    1,
    {"city": Kind(14, 1_500, 1), "town": Kind(10, 1_200, 2), "rural": Kind(7, 650, 4)},
    (2014, 2024),
)
YEARS = range(2014, 2025)
WORKBOOKS = range(2014, 2020)
STATLINE = range(2020, 2025)
MAPS = [2020, 2022]
DIMENSIONS = ["fys", "onv", "soc", "vrz", "won"]
RELEASES = {
    "police": "947018SYN.zip",
    "proximity": "986134SYN.zip",
    "moves": "9MOVESSYN.zip",
    "safety_survey": "985146SYN.zip",
    "leefbaarometer": "open-data-leefbaarometer-meting-2024.zip",
}


def catalogue_entries(source):
    made = {"made_by": "sample", "sha256": None, "level": "buurt"}

    def one(dataset, file, year, **other):
        return source(**(made | other), dataset=dataset, file=file, year=year, division=year)

    yearly = {
        **{f"kwb-{year}": one("kwb", f"kwb-{year}.xlsx", year) for year in WORKBOOKS},
        **{f"kwb-{year}": one("kwb_statline", f"9{year}SYN.zip", year) for year in STATLINE},
        **{
            f"map-{year}": one("boundaries", f"WijkBuurtkaart_{year}_v1.zip", year) for year in MAPS
        },
    }
    released = {name: one(name, file, 2024) for name, file in RELEASES.items()}
    vote = one("elections", "GR2022.csv", 2022, level="gemeente")
    return {f"sample-{name}": entry for name, entry in (yearly | released).items()} | {
        "sample-elections": vote
    }


@pytest.fixture(scope="module")
def wanted(source):
    return catalogue_entries(source)


@pytest.fixture(scope="module")
def folder(wanted, tmp_path_factory):
    place = tmp_path_factory.mktemp("first")
    publish(SEED, wanted, place, TINY)
    return place


@pytest.fixture(scope="module")
def made():
    return country.make(SEED, truth.load(), TINY)


@pytest.fixture(scope="module")
def books(folder):
    return {
        year: store.read_workbook(folder / f"sample-kwb-{year}" / f"kwb-{year}.xlsx")
        for year in WORKBOOKS
    }


@pytest.fixture(scope="module")
def crimes(folder):
    rows = pd.DataFrame(typed(folder / "sample-police" / RELEASES["police"]))
    return rows.assign(kind=rows["SoortMisdrijf"].str.strip())


@pytest.fixture(scope="module")
def liveability(folder):
    path = folder / "sample-leefbaarometer" / RELEASES["leefbaarometer"]
    with zipfile.ZipFile(path) as opened:
        (name,) = [name for name in opened.namelist() if "scores buurten" in name]
        text = opened.read(name).decode()
    return pd.read_csv(io.StringIO(text), keep_default_na=False, na_values=["NA"])


@pytest.fixture(scope="module")
def layers(folder):
    path = folder / "sample-map-2022" / "WijkBuurtkaart_2022_v1.zip"
    return {name: store.read_layer(path, name) for name in ("buurten", "wijken", "gemeenten")}


def contents(folder: Path) -> dict[str, bytes]:
    files = [path for path in sorted(folder.rglob("*")) if path.is_file()]
    return {str(path.relative_to(folder)): path.read_bytes() for path in files}


def response(path: Path, name: str) -> list[dict]:
    with zipfile.ZipFile(path) as opened:
        return json.loads(opened.read(f"{name}.json"))["value"]


def typed(path: Path) -> list[dict]:
    with zipfile.ZipFile(path) as opened:
        pages = sorted(name for name in opened.namelist() if name.startswith("TypedDataSet"))
        return [row for page in pages for row in json.loads(opened.read(page))["value"]]


def numbers(cells: pd.Series) -> pd.Series:
    text = cells.str.strip().str.replace(",", ".")
    return pd.to_numeric(text.where(text != "."))


def area(recs: str = "Buurt", **changed: float) -> pd.DataFrame:
    """Make the exact figures of one area: 1,003 residents in 400 homes."""
    counts = dict.fromkeys(
        [*("owner", "corporation", "other", "unknown", "terraced", "corner", "semi_detached")]
        + [*("detached", "flats", "vacant_homes", "recent_homes", "new_homes", "men", "western")]
        + [*("households", "single_households", "households_with_children", "non_western")]
        + [*("households_without_children", "origin_dutch", "origin_europe", "electorate")]
        + [*("origin_outside_europe", "persons_15_24", "persons_25_44", "persons_45_64")]
        + [*("persons_0_14", "persons_65_plus", "persons_under_23", "income_low_sum")]
        + [*("income_high_sum", "youth_care_count", "wmo_clients_count", "address_density_sum")]
        + [f"{name}_rate_count" for name in ("social_assistance", "disability", "unemployment")]
        + ["gp_distance_sum"],
        100.0,
    )
    row = counts | {"population": 1003.0, "dwellings": 400.0, "woz_sum": 100_000.0, "water": 5.0}
    row |= {"hectares": 100.0, "addresses": 401.0, "income_per_resident_sum": 30_240.0}
    about = {"recs": recs, "code": "BU90010101", "municipality": "GM9001"}
    return derived.exact(pd.DataFrame([about | row | changed]))


def value(name: str, recs: str = "Buurt", **changed: float) -> float:
    return float(indicators.value(name, area(recs, **changed))[0])


# bytes


def test_each_source_has_its_file_and_nothing_else_is_left(folder, wanted):
    expected = {f"{name}/{entry.file}" for name, entry in wanted.items()}
    assert set(contents(folder)) == expected | {"focus_areas.csv", "truth.csv", "crosswalk.csv"}


def test_a_seed_gives_the_same_bytes(folder, wanted, tmp_path):
    publish(SEED, wanted, tmp_path, TINY)
    assert contents(tmp_path) == contents(folder)


def test_another_seed_gives_other_bytes_in_every_file(folder, wanted, tmp_path):
    publish(SEED + 1, wanted, tmp_path, TINY)
    mine, other = contents(folder), contents(tmp_path)
    same = [name for name in mine if mine[name] == other[name] and name != "truth.csv"]
    assert same == []


def test_a_file_does_not_depend_on_which_others_are_wanted(folder, wanted, tmp_path):
    chosen = {name: wanted[name] for name in ("sample-police", "sample-elections")}
    publish(SEED, chosen, tmp_path, TINY)
    alone, among = contents(tmp_path), contents(folder)
    assert {name: among[name] for name in alone} == alone


def test_no_member_of_an_archive_carries_the_time_of_its_making(folder):
    for path in [*folder.rglob("*.xlsx"), *folder.rglob("*.zip")]:
        with zipfile.ZipFile(path) as opened:
            assert {member.date_time for member in opened.infolist()} == {archive.CLOCK}, path
            text = b"".join(opened.read(member) for member in opened.namelist())
        days = set(re.findall(rb"20\d\d-\d\d-\d\dT\d\d:", text))
        assert days <= {b"2022-01-01T00:", b"2022-01-01T02:"}, path


def test_every_file_says_that_it_is_synthetic(folder):
    for name, content in contents(folder).items():
        if zipfile.is_zipfile(folder / name):
            with zipfile.ZipFile(folder / name) as opened:
                content = b"".join(opened.read(member) for member in opened.namelist())
        assert b"SYNTHETIC" in content or name == "crosswalk.csv", name


def test_no_code_is_one_of_a_real_municipality(books, crimes, layers):
    codes = pd.concat(
        [*(book["gwb_code"] for book in books.values()), layers["buurten"]["buurtcode"]]
    )
    published = pd.concat([codes, crimes["WijkenEnBuurten"].str.strip()])
    own = published[(published != "NL00") & ~published.isin(police.UNKNOWN.values())]
    assert own.str[2].eq("9").all()


# rounding and secrets: known answers


def test_persons_are_rounded_to_five_below_gemeente():
    assert value("population") == 1005
    assert value("population", "Wijk", population=1002) == 1000
    assert value("population", "Gemeente") == 1003


@pytest.mark.parametrize(
    ("name", "least", "column"),
    [
        ("woz", 20, "dwellings"),
        ("owner_occupied", 20, "dwellings"),
        ("vacant", 20, "dwellings"),
        ("income_low", 100, "population"),
        ("income_per_resident", 100, "population"),
        ("income_recipients", 100, "population"),
        ("gp_distance", 10, "population"),
        ("youth_care", 8, "youth_care_count"),
        ("wmo_clients", 8, "wmo_clients_count"),
    ],
)
@pytest.mark.parametrize("recs", ["Buurt", "Wijk", "Gemeente"])
def test_a_figure_is_secret_below_its_threshold(name, least, column, recs):
    known = {"unknown": 0.0, column: float(least)}
    assert not np.isnan(value(name, recs, **known))
    assert np.isnan(value(name, recs, **known | {column: least - 1.0}))


def test_tenure_is_secret_where_most_owners_are_unknown():
    assert value("owner_occupied", unknown=200.0) == 25
    assert np.isnan(value("owner_occupied", unknown=201.0))


def test_means_and_shares_are_rounded_to_their_decimals():
    assert value("woz") == 250
    assert value("income_per_resident") == 30.1
    assert value("corporation_rent", corporation=150.0) == 38
    assert value("gp_distance") == 0.1


def test_counts_of_clients_are_rounded_to_five_at_every_level():
    assert value("youth_care_clients", youth_care_count=12.0) == 10
    assert value("wmo_client_count", "Gemeente", wmo_clients_count=13.0) == 15


def test_incomes_are_counted_in_hundreds_and_benefits_in_tens():
    assert value("income_recipients") == 800
    assert value("social_assistance", social_assistance_rate_count=14.0) == 10


@pytest.mark.parametrize(
    ("density", "urbanity"), [(499.0, 5), (500.0, 4), (1000.0, 3), (1500.0, 2), (2500.0, 1)]
)
def test_urbanity_follows_the_class_limits(density, urbanity):
    assert value("urbanity", address_density_sum=401 * density) == urbanity


def test_municipalities_without_leave_are_the_same_in_every_year(made):
    last = made.divisions.codes(2024)["municipality"]
    silent = []
    for year in (2018, 2024):
        own = pd.Series(sorted(set(made.divisions.codes(year)["municipality"])))
        silent.append(set(own[derived.without_leave(own, last)]) & set(last))
    assert silent[0] == silent[1]
    assert 0 < len(silent[0]) < last.nunique()


def test_municipalities_without_leave_publish_no_clients(books, made):
    book = books[2019]
    place = "GM" + book["gwb_code"].str[2:6]
    held = derived.without_leave(place, made.divisions.codes(2024)["municipality"])
    clients = numbers(book["p_wmo_t"])
    assert held.any()
    assert clients[held].isna().all()
    assert clients[~held].notna().any()


# workbooks


@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.text(st.characters(exclude_categories=["Cs", "Cc", "Cn"]), min_size=1, max_size=12),
            st.integers(-(10**9), 10**9),
            st.floats(-1e6, 1e6, allow_nan=False).map(lambda number: round(number, 1)),
        ),
        min_size=1,
        max_size=8,
    )
)
def test_a_workbook_reads_back_cell_by_cell(rows):
    import openpyxl

    table = pd.DataFrame(rows, columns=["text ", "whole", "point"], dtype=object)
    stream = io.BytesIO()
    workbook.write(table, "a sheet", stream)  # type: ignore[arg-type]
    sheet = openpyxl.load_workbook(stream).worksheets[0]
    first, *cells = sheet.iter_rows(values_only=True)
    assert first == ("text ", "whole", "point")
    assert [tuple(row) for row in cells] == [tuple(row) for row in rows]


def test_workbooks_are_the_exact_figures_rounded(books, made):
    for year, book in books.items():
        rows = book[book["recs"].str.strip() == "Buurt"].set_index("gwb_code")
        exact = figures.figures(made, year).set_index("code").loc[rows.index]
        tenure = 100 * exact["corporation"] / exact["dwellings"].where(exact["dwellings"] >= 20)
        shown = numbers(rows.filter(regex="^p_wcorpw").iloc[:, 0])
        assert shown.notna().any()
        assert (shown - tenure).abs().max() <= 0.5 + 1e-9


def test_the_first_row_is_the_whole_country(books):
    for year, book in books.items():
        assert (book.loc[0, "gwb_code"], book.loc[0, "recs"].strip()) == ("NL00", "Land"), year


def editions_with(books: dict[int, pd.DataFrame], header: str) -> list[int]:
    return [year for year, book in books.items() if header in book]


def test_headers_drift_between_the_editions(books):
    assert editions_with(books, "g_wozbag") == [2015, 2016, 2019]
    assert editions_with(books, "p_15_24") == [2014, 2015, 2016]
    assert editions_with(books, "a_15_24") == [2017, 2018, 2019]
    assert editions_with(books, "IND_WBI") == [2016]
    assert editions_with(books, "p_koopw ") == [2018]
    assert editions_with(books, "a_woning ") == [2019]
    assert editions_with(books, "g_gewsek") == [2015, 2016, 2017, 2018]
    assert editions_with(books, "p_wmo_t") == [2018, 2019]


def test_marks_and_padding_drift_between_the_editions(books):
    padded = [year for year, book in books.items() if (book == "       .").any(axis=None)]
    assert padded == [2014, 2015, 2016, 2017]
    assert [year for year, book in books.items() if "Buurt     " in set(book["recs"])] == padded
    commas = [year for year, book in books.items() if book["p_ink_li"].str.contains(",").any()]
    assert commas == [2014, 2015, 2016, 2017]
    assert (books[2018]["g_gas_ap"] == ",").all()
    assert books[2018]["g_hhgro"].str.contains(".", regex=False).any()
    assert books[2018]["g_ink_pi"].str.contains(",").any()


def test_short_codes_are_numbers_without_zeros_in_front():
    book = kwb.edition(
        area().assign(name="x", municipality_name="y", change=1, code="BU00900101", **RATES), 2018
    )
    assert book["gwb_code_8"].tolist() == [900101]


RATES = dict.fromkeys(
    [
        *(f"crime_{kind}_rate_count" for kind in ("burglary", "vandalism", "violence")),
        *("supermarket_distance_sum", "childcare_distance_sum", "school_distance_sum"),
        "schools_within_3km_sum",
    ],
    1.0,
)


# StatLine


@pytest.mark.parametrize("name", ["kwb-2020", "kwb-2022", "kwb-2023", "kwb-2024", "police"])
def test_a_suffix_is_the_rank_among_the_topics(folder, wanted, name):
    path = folder / f"sample-{name}" / wanted[f"sample-{name}"].file
    listed = response(path, "DataProperties")
    keys = [about["Key"] for about in listed if about["Type"] == "Topic"]
    assert [int(key.rsplit("_", 1)[1]) for key in keys] == list(range(1, len(keys) + 1))
    assert list(typed(path)[0])[-len(keys) :] == keys


def suffixes(folder: Path, stem: str) -> list[str]:
    paths = [folder / f"sample-kwb-{year}" / f"9{year}SYN.zip" for year in STATLINE]
    found = []
    for path in paths:
        keys = [about["Key"] for about in response(path, "DataProperties")]
        found.append(next((key for key in keys if key.rsplit("_", 1)[0] == stem), ""))
    return found


def test_suffixes_shift_between_years(folder):
    woz = suffixes(folder, "GemiddeldeWOZWaardeVanWoningen")
    assert woz[2] != woz[3] != woz[4]
    assert woz[0] == woz[1] == woz[2]


def test_topics_come_and_go_as_with_the_publisher(folder):
    assert [bool(key) for key in suffixes(folder, "NietWestersTotaal")] == [True] * 3 + [False] * 2
    assert [bool(key) for key in suffixes(folder, "BouwjaarVanaf2000")] == [True] * 4 + [False]
    assert [bool(key) for key in suffixes(folder, "BouwjaarAfgelopenTienJaar")][3:] == [False, True]
    assert [bool(key) for key in suffixes(folder, "EigendomOnbekend")][3:] == [True, False]


def test_a_stem_occurs_under_several_groups(folder):
    listed = response(folder / "sample-kwb-2024" / "92024SYN.zip", "DataProperties")
    titles = {about["ID"]: about["Title"] for about in listed}
    terraced = [about for about in listed if about["Key"].startswith("Tussenwoning_")]
    assert [about["Unit"] for about in terraced] == ["%", "kWh", "m³"]
    groups = [titles[about["ParentID"]] for about in terraced]
    assert groups == ["Woningen naar type", "Naar woningtype", "Naar woningtype"]
    assert terraced[1]["ParentID"] != terraced[2]["ParentID"]


def test_keys_and_names_are_padded(folder):
    row = typed(folder / "sample-kwb-2020" / "92020SYN.zip")[1]
    assert row["WijkenEnBuurten"] == row["Codering_3"]
    assert len(row["WijkenEnBuurten"]) == len(row["SoortRegio_2"]) == 10
    assert len(row["Gemeentenaam_1"]) == 40
    crime = typed(folder / "sample-police" / RELEASES["police"])[0]
    assert crime["SoortMisdrijf"] == "0.0.0 "


def small_table(rows: int) -> tuple[statline.Table, pd.DataFrame]:
    members = pd.DataFrame({"Key": [f"{n:06d}" for n in range(rows)], "Title": "x"})
    topics = [statline.Topic("Aantal", "Aantal"), statline.Topic("Deel", "Deel", "%", "Double")]
    regions = statline.Dimension("WijkenEnBuurten", "Wijken", "GeoDetail", members)
    table = statline.Table("9T", "A table", "2024", "", [regions], topics)
    figures = {"WijkenEnBuurten": members["Key"], 0: np.arange(rows), 1: np.full(rows, 34.0)}
    return table, pd.DataFrame(figures)


@pytest.mark.parametrize(("rows", "pages"), [(1, 1), (10_000, 1), (10_001, 2), (20_001, 3)])
def test_pages_hold_10_000_rows_and_all_but_the_last_link_to_the_next(rows, pages):
    made = dict(statline.members(*small_table(rows)))
    found = [json.loads(text) for name, text in sorted(made.items()) if name.startswith("Typed")]
    assert [len(page["value"]) for page in found[:-1]] == [10_000] * (pages - 1)
    assert [row["ID"] for page in found for row in page["value"]] == list(range(rows))
    links = [page.get("odata.nextLink") for page in found]
    root = f"{statline.CBS}/ODataFeed/odata/9T/TypedDataSet?$format=json&$skip="
    assert links == [f"{root}{10_000 * number}" for number in range(1, pages)] + [None]


def test_missing_is_null_and_only_doubles_have_a_point():
    table, figures = small_table(2)
    figures[0] = [34.0, np.nan]
    made = dict(statline.members(table, figures))
    text = made["TypedDataSet-000.json"].decode()
    assert '"Aantal_1":34,"Deel_2":34.0' in text
    assert '"Aantal_1":null' in text


def test_some_columns_of_a_table_are_all_null(folder):
    rows = pd.DataFrame(typed(folder / "sample-kwb-2024" / "92024SYN.zip"))
    empty = rows.columns[rows.isna().all()]
    assert "Ongehuwd_13" in empty
    assert rows.filter(regex="^(AantalInwoners|Koopwoningen|Tussenwoning_39)").notna().any().all()


def test_key_figures_of_a_year_hold_each_area_of_its_division_once(folder, made):
    for year in STATLINE:
        path = folder / f"sample-kwb-{year}" / f"9{year}SYN.zip"
        keys = [row["WijkenEnBuurten"] for row in typed(path)]
        assert keys == [about["Key"] for about in response(path, "WijkenEnBuurten")]
        exact = figures.figures(made, year)["code"]
        assert sorted(key.strip() for key in keys) == sorted(exact)


def test_homes_built_in_the_last_ten_years_replace_those_since_2000(made):
    exact = derived.exact(figures.figures(made, 2024))
    shown = indicators.value("built_last_ten_years", exact)
    truly = 100 * exact["new_homes"] / exact["dwellings"].where(exact["dwellings"] >= 20)
    assert np.nanmax(np.abs(shown - truly)) <= 0.5 + 1e-9
    assert "built_from_2000" not in set(key_figures.topics(2024)["indicator"])


# police, moves, safety


def test_details_sum_to_the_total_but_for_hidden_kinds(crimes, made):
    rows = crimes[crimes["WijkenEnBuurten"].str.startswith("BU9")]
    table = rows.pivot_table(
        index=["WijkenEnBuurten", "Perioden"],
        columns="kind",
        values="GeregistreerdeMisdrijven_1",
        aggfunc="first",
        dropna=False,
    )
    gap = table[police.TOTAL] - table.drop(columns=[police.TOTAL, *police.HIDDEN]).sum(axis=1)
    assert table[police.HIDDEN].isna().all(axis=None)
    assert gap.min() == 0
    assert 0 < gap.sum() < 0.1 * table[police.TOTAL].sum()
    exact = pd.concat(
        figures.figures(made, year, 2024).assign(Perioden=f"{year}JJ00") for year in YEARS
    ).set_index(["code", "Perioden"])
    violence = table[list(police.KINDS["crime_violence"])].sum(axis=1)
    drawn = exact["crime_violence_rate_count"].reindex(violence.index)
    assert (violence == drawn).all()


def test_registered_crimes_add_up_over_areas_with_the_unknown_ones(crimes):
    total = crimes[(crimes["kind"] == police.TOTAL) & (crimes["Perioden"] == "2020JJ00")]
    counts = total.set_index(total["WijkenEnBuurten"].str.strip())["GeregistreerdeMisdrijven_1"]
    for level in ("GM", "WK", "BU"):
        assert counts[counts.index.str.startswith(level)].sum() == counts["NL00"], level


def test_all_years_of_the_police_are_on_the_last_division(crimes, made):
    codes = set(made.divisions.codes(2024).loc[made.geography.land.index, "code"])
    for _, rows in crimes.groupby("Perioden"):
        found = rows["WijkenEnBuurten"][rows["WijkenEnBuurten"].str.startswith("BU")]
        assert set(found) == codes | {"BU00000000"}


def felt(asked: list[int], unsafe: list[int]) -> np.ndarray:
    return survey.bounds(pd.DataFrame({"respondents": asked, "feels_unsafe_count": unsafe}))


@given(st.integers(50, 3000), st.floats(0, 1))
def test_margins_hold_the_value(asked, share):
    middle, low, high = felt([asked], [round(share * asked)])[0]
    assert 0 <= low <= middle <= high <= 100
    assert low < high


def test_margins_are_those_of_wilson():
    # 10 of 50: 20.0 (11.2 to 33.0), as tables of the interval give it
    assert felt([50], [10])[0].tolist() == [20.0, 11.2, 33.0]


def test_few_respondents_give_no_figure():
    assert np.isnan(felt([49], [10])).all()


def test_safety_is_published_with_its_margins_every_other_year(folder, made):
    rows = pd.DataFrame(typed(folder / "sample-safety_survey" / RELEASES["safety_survey"]))
    assert set(rows["Perioden"]) == {"2017JJ00", "2019JJ00", "2021JJ00", "2023JJ00"}
    assert set(rows["Marges"]) == {"MW00000", "MOG0095", "MBG0095"}
    own = rows[rows["Marges"] == "MW00000"].set_index(["WijkenEnBuurten", "Perioden"])
    land = figures.figures(made, 2019, 2024).iloc[0]
    exact = 100 * land["feels_unsafe_count"] / land["respondents"]
    shown = own.loc[("NL00      ", "2019JJ00"), "VoeltZichWeleensOnveilig_3"]
    assert shown == pytest.approx(exact, abs=0.05 + 1e-9)


def test_moves_are_those_of_the_year(folder, made):
    rows = pd.DataFrame(typed(folder / "sample-moves" / RELEASES["moves"]))
    arrived = rows.set_index(["WijkenEnBuurten", "Perioden"])["GevestigdePersonen_3"]
    for year in (2014, 2024):
        exact = figures.figures(made, year, 2024)
        buurten = exact[exact["recs"] == "Buurt"].set_index("code")["arrivals_rate_count"]
        shown = arrived.xs(f"{year}JJ00", level="Perioden").reindex(buurten.index)
        assert (shown - buurten).abs().max() <= 2.5


def test_distances_stand_under_their_own_amenity(folder, made):
    path = folder / "sample-proximity" / RELEASES["proximity"]
    listed = response(path, "DataProperties")
    titles = {about["ID"]: about["Title"] for about in listed}
    schools = [about for about in listed if about["Key"].startswith("AfstandTotSchool_")]
    groups = [titles[about["ParentID"]] for about in schools]
    assert groups == ["Basisonderwijs", "Voortgezet onderwijs"]
    land, exact = typed(path)[0], figures.figures(made, 2024).iloc[0]
    mean = exact["school_distance_sum"] / exact["population"]
    assert land[schools[0]["Key"]] == pytest.approx(mean, abs=0.05 + 1e-9)
    assert land[schools[1]["Key"]] is None


# elections


@pytest.fixture(scope="module")
def votes(folder):
    path = folder / "sample-elections" / "GR2022.csv"
    return path.read_bytes().decode("latin-1").split("\r\n")


def test_an_export_of_results_has_two_blocks_of_equal_width(votes):
    assert {line.count(";") for line in votes[:-1]} == {12}
    assert votes[-1] == ""
    start = next(place for place, line in enumerate(votes) if line.startswith("Naam;"))
    assert start > votes.index(next(line for line in votes if line.startswith("Partij;")))


def test_turnout_is_by_municipality_of_that_year(votes, made):
    start = next(place for place, line in enumerate(votes) if line.startswith("Naam;"))
    rows = [line.split(";") for line in votes[start + 1 :]]
    found = {row[0]: row for row in rows[: next(n for n, row in enumerate(rows) if not row[0])]}
    exact = figures.figures(made, 2022)
    exact = exact[exact["recs"] == "Gemeente"].set_index("name")
    assert set(found) == set(exact.index)
    for name, row in found.items():
        assert [int(row[5]), int(row[6])] == exact.loc[name, ["electorate", "votes_count"]].tolist()
        assert int(row[1]) + int(row[2]) + int(row[3]) == int(row[6])
        assert sum(map(int, row[8:])) == int(row[1])
        assert re.fullmatch(r"\d+,\d\d %", row[7])


# scores


def test_scores_are_the_sum_of_their_dimensions(liveability):
    shown = liveability.dropna()
    assert (shown[DIMENSIONS].sum(axis=1) - shown["afw"]).abs().max() <= 1e-12
    assert np.ptp(liveability["lbm"] - liveability["afw"]) <= 1e-12


def test_dimensions_are_missing_in_the_waves_that_lack_them(liveability):
    assert liveability[["lbm", "afw"]].notna().all(axis=None)
    lacking = liveability.groupby("jaar")["won"].apply(lambda won: won.isna().all())
    assert set(lacking.index[lacking]) == {2002, 2008, 2012, 2016}
    complete = liveability["jaar"].isin([2014, 2018, 2020, 2022, 2024])
    assert liveability.loc[complete, DIMENSIONS].notna().all(axis=None)


def test_areas_with_hardly_any_homes_have_no_score(liveability, made):
    exact = figures.figures(made, 2024).set_index("code")
    few = exact.index[(exact["dwellings"] < scores.LEAST_HOMES) & (exact["recs"] == "Buurt")]
    scored = set(liveability.loc[liveability["jaar"] == 2024, "bu_code"])
    assert len(few) > 0
    assert not scored & set(few)


def test_a_release_holds_each_level_in_a_folder_with_blanks(folder):
    path = folder / "sample-leefbaarometer" / RELEASES["leefbaarometer"]
    with zipfile.ZipFile(path) as opened:
        names = [name for name in opened.namelist() if name.endswith(".csv")]
        heads = [opened.read(name).split(b"\n")[0].decode() for name in names]
    place = "Leefbaarometer 3.0 - Meting 2024 - open data/Leefbaarometer-scores"
    plural = ["buurten", "wijken", "gemeenten"]
    assert names == [f"{place} {level} 2002-2024.csv" for level in plural]
    short = ["bu", "wk", "gm"]
    rest = "jaar,lbm,afw,fys,onv,soc,vrz,won"
    assert heads == [f"{level}_code,{level}_naam,{rest}" for level in short]


# borders


def test_borders_and_figures_of_a_year_have_the_same_codes(layers, made):
    land = layers["buurten"][layers["buurten"]["water"] == "NEE"]
    exact = figures.figures(made, 2022)
    assert set(land["buurtcode"]) == set(exact.loc[exact["recs"] == "Buurt", "code"])


@pytest.mark.parametrize(
    ("year", "secret", "later"), [(2020, -99999999, -99999999), (2022, -99997, -99995)]
)
def test_missing_figures_have_the_negative_marks_of_their_time(folder, year, secret, later):
    path = folder / f"sample-map-{year}" / f"WijkBuurtkaart_{year}_v1.zip"
    buurten = store.read_layer(path, "buurten")
    water = buurten[buurten["water"] == "JA"]
    assert len(water) > 0
    assert (water["aantal_inwoners"] == secret).all()
    assert (buurten["percentage_koopwoningen"] == later).all()


def test_layers_are_in_the_national_grid(layers):
    assert {layer.crs.to_epsg() for layer in layers.values()} == {28992}


@pytest.mark.parametrize(("layer", "code"), [("wijken", "wijkcode"), ("gemeenten", "gemeentecode")])
def test_buurten_are_nested_exactly(layers, layer, code):
    parts = (
        layers["buurten"]
        .groupby([code, "water"])["geometry"]
        .agg(lambda shapes: shapely.union_all(np.array(shapes)))
    )
    whole = layers[layer].set_index([code, "water"])["geometry"]
    assert set(whole.index) == set(parts.index)
    assert max(whole[key].symmetric_difference(parts[key]).area for key in whole.index) < 1


# what lies beside the files


def test_the_crosswalk_takes_every_home_of_every_year_to_the_last_division(folder, made):
    walk = pd.read_csv(folder / "crosswalk.csv")
    assert set(walk["division"]) == set(YEARS)
    assert set(walk["target_division"]) == {2024}
    homes = made.latent.groupby("year")["dwellings"].sum()
    assert (walk.groupby("division")["dwellings"].sum() == homes).all()
    shares = walk.groupby(["division", "code"])["share"].sum()
    assert shares.between(1 - 1e-9, 1 + 1e-9).all()


def test_the_truth_is_written_beside_the_files(folder):
    written = pd.read_csv(folder / "truth.csv")
    assert {"hypothesis", "outcome", "specification", "effect", "unit", "note"} <= set(written)
    assert len(written) > 0


# refusals


@pytest.mark.parametrize("seed", [-1, 1.5, "2022", True, None])
def test_a_seed_that_is_none_is_refused(wanted, tmp_path, seed):
    with pytest.raises(ParameterError, match="seed"):
        publish(seed, wanted, tmp_path, TINY)
    assert not any(tmp_path.iterdir())


@pytest.mark.parametrize("size", ["province", None, 600])
def test_a_size_that_is_none_is_refused(wanted, tmp_path, size):
    with pytest.raises(ParameterError, match="size"):
        publish(SEED, wanted, tmp_path, size)
    assert not any(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("name", "fields", "says"),
    [
        ("sample-kwb-2018", {"year": 2020, "division": 2020}, "2014, 2015"),
        ("sample-kwb-2018", {"year": 2013, "division": 2013}, "2014, 2015"),
        ("sample-kwb-2018", {"division": 2020}, "borders of 2020"),
        ("sample-kwb-2020", {"year": 2019, "division": 2019}, "2020, 2021"),
        ("sample-kwb-2018", {"made_by": None}, "made_by"),
        ("sample-kwb-2018", {"dataset": "kwb_rda"}, "kwb_rda"),
        ("sample-police", {"year": 2023, "division": 2023}, "2024"),
        ("sample-elections", {"year": 2018, "division": 2018}, "2022"),
        ("sample-elections", {"level": "buurt"}, "gemeente"),
        ("sample-map-2020", {"year": 2025, "division": 2025}, "2014, 2015"),
    ],
)
def test_what_is_not_published_is_refused_before_anything_is_written(
    wanted, tmp_path, name, fields, says
):
    other = wanted[name].model_copy(update=fields)
    with pytest.raises(ParameterError, match="does not publish") as caught:
        publish(SEED, wanted | {name: other}, tmp_path, TINY)
    assert name in str(caught.value)
    assert says in str(caught.value)
    assert not any(tmp_path.iterdir())


@pytest.mark.parametrize("odd", [["sample-kwb-2018"], {"sample-kwb-2018": "kwb-2018.xlsx"}, None])
def test_sources_of_another_kind_are_refused(tmp_path, odd):
    with pytest.raises(ParameterError, match="does not publish"):
        publish(SEED, odd, tmp_path, TINY)


def test_a_folder_that_cannot_be_written_gives_a_clear_error(wanted, tmp_path):
    blocked = tmp_path / "file"
    blocked.write_text("not a folder")
    with pytest.raises(StoreError, match="cannot be written"):
        publish(SEED, {"sample-elections": wanted["sample-elections"]}, blocked, TINY)
