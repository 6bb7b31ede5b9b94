"""The tables of municipalities, their changes and splits: against counts and every list at hand.

Codes of municipalities that were gone before 2015 are in no file of the mirror; their names are,
and the codes were compared with the list of StatLine regions that public code of 2015 carries.
"""

import json
import os
from pathlib import Path

import pandas as pd
import pytest

from nplvanalysis import registers, store
from nplvanalysis.clean import crime_gemeente, elections
from nplvanalysis.harmonise.names import Gazetteer, coded, normal
from nplvanalysis.harmonise.recodes import recoded

ROOT = Path(__file__).resolve().parents[1]
# Municipalities on 1 January, as CBS counts them.
COUNTED = "431 418 415 408 403 393 390 388 380 355 355 352 345 342 342 342 342"
COUNTS = {2010 + step: int(count) for step, count in enumerate(COUNTED.split())}
# Two places of one name in every year; the publisher tells them apart by province.
TWICE = {"bergen"}


def years(table, *names):
    return table.astype(dict.fromkeys(names, "int64"))


@pytest.fixture(scope="module")
def gazetteer():
    exceptions = store.read_csv(ROOT / "data" / "name_exceptions.csv")
    return Gazetteer(store.read_csv(ROOT / "data" / "municipalities.csv"), exceptions)


@pytest.fixture(scope="module")
def changes():
    table = store.read_csv(ROOT / "data" / "municipal_changes.csv")
    return years(table, "division", "target_division")


@pytest.fixture(scope="module")
def splits():
    table = store.read_csv(ROOT / "data" / "municipal_splits.csv")
    return years(table, "division", "target_division", "households")


@pytest.mark.parametrize("year", COUNTS)
def test_there_are_as_many_municipalities_as_cbs_counts(gazetteer, year):
    assert len(gazetteer.of(year)) == COUNTS[year]


def test_a_code_stands_for_one_municipality(gazetteer):
    table = gazetteer.municipalities
    assert table["code"].is_unique
    assert table["code"].str.fullmatch("GM[0-9]{4}").all()


@pytest.mark.parametrize("year", COUNTS)
def test_no_two_municipalities_of_a_year_share_a_name(gazetteer, year):
    names = gazetteer.of(year)["name"].map(normal)
    assert names.is_unique
    stems = gazetteer.of(year)["name"].str.partition(" (")[0].map(normal)
    assert set(stems[stems.duplicated()]) <= TWICE


def test_every_code_that_ends_goes_somewhere_in_the_next_year(gazetteer, changes):
    table = gazetteer.municipalities
    gone = table[table["last"] != ""].set_index("code")["last"].astype("int64")
    told = changes.drop_duplicates(["code", "division"]).set_index("code")["division"]
    assert told.sort_index().to_dict() == gone.sort_index().to_dict()
    assert (changes["target_division"] == changes["division"] + 1).all()


def test_every_new_code_comes_from_somewhere(gazetteer, changes):
    table = years(gazetteer.municipalities, "first")
    new = set(table.loc[table["first"] > table["first"].min(), "code"])
    assert new <= set(changes["target_code"])


@pytest.mark.parametrize("year", [2010, 2011, 2013, 2015, 2016, 2017, 2020])
@pytest.mark.parametrize("target", [2022, 2024])
def test_municipalities_of_one_year_become_exactly_those_of_another(
    gazetteer, changes, year, target
):
    own, theirs = (set(gazetteer.of(at)["code"]) for at in (year, target))
    pairs = recoded(changes, own, theirs, year, target)
    assert set(pairs["code"]) == own
    assert set(pairs["target_code"]) == theirs


def test_splits_are_those_of_the_changes_and_all_their_parts_have_households(changes, splits):
    divided = changes[changes.duplicated(["code", "division"], keep=False)]
    key = ["code", "division", "target_code", "target_division"]
    found = splits[key].sort_values(key).to_numpy().tolist()
    assert found == divided[key].sort_values(key).to_numpy().tolist()
    assert (splits["households"] > 0).all()


# --- Every list at hand ---------------------------------------------------------------------------


@pytest.fixture(scope="module")
def mirror():
    folder = Path(os.environ.get("NPLV_MIRROR") or ROOT.parent / "shared" / "mirror")
    if not folder.is_dir():
        pytest.skip("real files are not here: set NPLV_MIRROR")
    return folder


@pytest.fixture(scope="module")
def crime(mirror):
    path = mirror / "police" / "Veiligheid__83648NED_gemeenten_2013-2017.csv"
    return store.read_csv(path, sep=";")


def compare(gazetteer, year, found, lacking=()):
    """Compare codes and names of a list with those of the table, whole."""
    own = gazetteer.of(year).set_index("code")["name"]
    assert set(own.index) - set(lacking) == set(found)
    for code, name in found.items():
        stem = normal(own[code].partition(" (")[0])
        assert normal(name) in {normal(own[code]), stem}


def test_the_map_of_2015_has_the_municipalities_of_2015(mirror, gazetteer):
    found = {}
    for path in sorted((mirror / "boundaries" / "buurten-2015").glob("*.geojson")):
        for feature in json.loads(path.read_text(encoding="utf-8"))["features"]:
            found[feature["properties"]["GM_CODE"]] = feature["properties"]["GM_NAAM"]
    compare(gazetteer, 2015, found)


def test_the_leefbaarometer_of_2016_has_the_codes_of_2016(mirror, gazetteer):
    path = mirror / "leefbaarometer-2" / "dimensiescore_gemeente (stand).xlsx"
    sheet = pd.read_excel(path, sheet_name=1, dtype=str, engine="calamine")
    assert set(sheet["GBD"]) == set(gazetteer.of(2016)["code"])


def test_the_key_figures_of_2020_have_the_municipalities_of_2020(mirror, gazetteer):
    from pyogrio import read_dataframe

    path = mirror / "kwb" / "gemeente_2020_v3.dbf"
    table = read_dataframe(path, read_geometry=False, encoding="UTF-8")
    land = table[table["H2O"] == "NEE"]
    compare(gazetteer, 2020, land.set_index("GM_CODE")["GM_NAAM"].to_dict())


def test_the_key_figures_of_2022_have_the_municipalities_of_2022(mirror, gazetteer):
    (table,) = store.read_rda(mirror / "kwb" / "NLD_muni.rda").values()
    found = dict(zip(table["code"].astype(str), table["name"].astype(str), strict=True))
    compare(gazetteer, 2022, found)


def test_the_regions_of_2024_are_the_municipalities_of_2024(mirror, gazetteer):
    table = store.read_csv(mirror / "kwb" / "85984NED_WijkenEnBuurten.csv")
    own = table[table["Key"].str.startswith("GM")]
    compare(gazetteer, 2024, dict(zip(own["Key"].str.strip(), own["Title"], strict=True)))


@pytest.mark.parametrize(
    ("source", "lacking"),
    [("kiesraad-tk-2010-gemeenten", {"GM0600"}), ("kiesraad-ps-2011-gemeenten", set())],
)
def test_elections_have_the_municipalities_of_their_year(mirror, gazetteer, source, lacking):
    """Rozenburg joined Rotterdam on 18 March 2010, before the election of that year."""
    entry = registers.sources()[source]
    text = store.read_text(mirror / "elections" / entry.file, "latin-1")
    made = coded(elections.clean(text, entry).table, gazetteer, source, "another dataset")
    assert set(gazetteer.of(entry.division)["code"]) - set(made.table["code"]) == lacking


@pytest.mark.parametrize("year", range(2013, 2018))
def test_registered_crime_has_the_municipalities_of_each_year(mirror, gazetteer, crime, year):
    source = f"cbs-crime-{year}-gemeenten"
    table = crime_gemeente.clean(crime, registers.sources()[source]).table
    made = coded(table, gazetteer, source, "crime_gemeente")
    assert set(made.table["code"]) == set(gazetteer.of(year)["code"])
    nowhere = made.exceptions[made.exceptions["code"] == ""]
    assert nowhere["name"].tolist() == ["Niet-gemeentelijk ingedeeld"]
    # rates of very small places are withheld, and one place had most offences left unplaced
    small = {"Menameradiel", "Rozendaal", "Schiermonnikoog", "Vlieland"}
    assert set(made.exceptions["name"]) - set(nowhere["name"]) <= small


def test_regions_without_crime_figures_are_names_of_other_years(gazetteer, crime):
    known = {normal(name) for name in gazetteer.municipalities["name"]}
    known |= {name.rpartition(" ")[0] for name in known}
    others = set(crime["Regio's"].map(normal)) - known
    assert others <= {"niet gemeentelijk ingedeeld"}


def test_households_of_splits_are_those_of_the_buurten_of_2015(mirror, splits):
    """Haaren: the four villages of the law of 2020, by the wijk that each was in 2015."""
    path = mirror / "boundaries" / "buurten-2015" / "brabant-noord.geojson"
    features = json.loads(path.read_text(encoding="utf-8"))["features"]
    buurten = {one["properties"]["BU_CODE"]: one["properties"] for one in features}
    haaren = {code: own for code, own in buurten.items() if own["GM_CODE"] == "GM0788"}
    wijken = {"01": "GM0824", "02": "GM0865", "03": "GM0757", "04": "GM0855"}
    found = dict.fromkeys(wijken.values(), 0)
    for code, own in haaren.items():
        found[wijken[code[6:8]]] += own["AANTAL_HH"]
    told = splits[splits["code"] == "GM0788"].set_index("target_code")["households"]
    assert told.to_dict() == found
