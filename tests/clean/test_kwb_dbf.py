"""KWB as the attribute table of the map: land only, shares that sum."""

import numpy as np
import pandas as pd
import pytest

from nplvanalysis import errors, schema, store
from nplvanalysis.clean import kwb_dbf

MISSING = -99999999


@pytest.fixture
def gemeenten(entry):
    return entry("kwb_dbf", "gemeente", 2020, file="gemeente_2020_v3.dbf")


@pytest.fixture
def raw():
    """Two gemeenten, water of one of them, and abroad, as a dBase table is read."""
    land = {"P_15_24_JR": 12, "P_KOOPWON": 47, "P_HUURWON": 53, "P_HUKO_ONB": 0, "P_HUURCORP": 37}
    land |= {"P_HUUROVVH": 16, "P_1GEZW": 63, "P_MGEZW": 37, "STED": 2, "WOZ": 150, "P_JZ_TN": 13.5}
    names = schema.published_names("kwb_dbf")
    columns = {code: [land.get(code, 10)] * 2 + [MISSING] * 2 for code in names}
    columns |= {
        "GM_CODE": ["GM0917", "GM0014", "GM0014", "GM0998"],
        "GM_NAAM": ["Heerlen", "Groningen", "Groningen", "Buitenland"],
        "H2O": ["NEE", "NEE", "JA", "B"],
        "JAAR": [2020] * 4,
    }
    return pd.DataFrame(columns)


def test_the_table_agrees_with_the_dictionary(raw, gemeenten):
    schema.check(kwb_dbf.clean(raw, gemeenten).table, "table")


def test_water_and_abroad_are_left_out_and_counted(raw, gemeenten):
    cleaned = kwb_dbf.clean(raw, gemeenten)
    assert cleaned.table["code"].tolist() == ["GM0917", "GM0014"]
    assert cleaned.notes == {"rows of water left out": 1, "rows of abroad left out": 1}


@pytest.mark.parametrize("code", [MISSING, -99997, -99991])
def test_codes_for_missing_are_missing(raw, gemeenten, code):
    raw.loc[0, "WOZ"] = code
    assert kwb_dbf.clean(raw, gemeenten).table["woz"].isna().tolist() == [True, False]


def test_the_order_of_columns_does_not_matter(raw, gemeenten):
    backwards = kwb_dbf.clean(raw[raw.columns[::-1]], gemeenten).table
    assert backwards.equals(kwb_dbf.clean(raw, gemeenten).table)


BROKEN = {
    "a dropped column": (lambda raw: raw.drop(columns="P_HUURCORP"), "p_huurcorp"),
    "numbers as text": (lambda raw: raw.assign(WOZ=raw["WOZ"].astype(str)), "woz"),
    "a gemeente twice": (lambda raw: raw.assign(GM_CODE="GM0917"), "twice"),
    "a code of another form": (lambda raw: raw.assign(GM_CODE="0917"), "codes like"),
    "an unknown kind of row": (lambda raw: raw.assign(H2O="NO"), "NEE, JA"),
    "water alone": (lambda raw: raw.assign(H2O="JA"), "no rows of land"),
    "columns that took each other's place": (
        lambda raw: raw.assign(P_HUURCORP=raw["P_HUURWON"], P_HUURWON=raw["P_HUURCORP"]),
        "sum of",
    ),
    "shares as fractions": (lambda raw: raw.assign(P_KOOPWON=0.47), "sum of"),
    "a class with a fraction": (lambda raw: raw.assign(STED=2.5), "whole number"),
}


@pytest.mark.parametrize("broken", BROKEN)
def test_a_broken_table_is_refused(raw, gemeenten, broken):
    change, says = BROKEN[broken]
    with pytest.raises((errors.FormatError, errors.DataError), match=says):
        kwb_dbf.clean(change(raw), gemeenten)


def test_a_table_of_another_year_is_refused(raw, gemeenten):
    with pytest.raises(errors.DivisionError, match="2019"):
        kwb_dbf.clean(raw.assign(JAAR=2019), gemeenten)


@pytest.fixture
def real(mirror, gemeenten):
    if not hasattr(store, "read_dbf"):
        pytest.skip("store cannot read dBase yet")
    return kwb_dbf.clean(store.read_dbf(mirror / "kwb" / gemeenten.file), gemeenten)


def test_the_real_table_has_all_gemeenten_of_2020(real):
    assert len(real.table) == 355
    assert real.notes["rows of water left out"] == 82
    assert "Súdwest-Fryslân" in set(real.table["name"])
    missing = real.table.isna().sum()
    assert missing[missing > 0].to_dict() == {"woz": 2, "income_per_resident": 3, "wmo_clients": 30}


def test_the_real_table_has_the_national_figures(real):
    """As CBS published for the country in 2020: residents, homes, tenure, property value."""
    table = real.table
    assert (table["population"].sum(), table["dwellings"].sum()) == (17_407_585, 7_891_786)
    national = {"owner_occupied": 57.2, "corporation_rent": 29.1, "other_rent": 13.3, "woz": 271.4}
    for name, value in national.items():
        known = table[table[name].notna()]
        assert np.average(known[name], weights=known["dwellings"]) == pytest.approx(value, abs=0.1)
    known = np.average(table["income_low"], weights=table["population"])
    assert known == pytest.approx(40, abs=0.1)


def test_a_real_gemeente_has_its_published_figures(real):
    heerlen = real.table.set_index("code").loc["GM0917"]
    shares = heerlen[["owner_occupied", "corporation_rent", "other_rent", "tenure_unknown"]]
    assert shares.tolist() == [47, 37, 16, 0]
    assert heerlen[["woz", "youth_care", "wmo_clients", "gp_distance"]].tolist() == [
        150,
        13.5,
        91,
        0.8,
    ]
