"""Borders of one region as GeoJSON."""

import copy
import json

import pytest

from nplvanalysis import errors, schema, store
from nplvanalysis.clean import boundaries

# About 100 by 111 metres at this latitude: 0.0015 degrees of longitude, 0.001 of latitude.
WEST, SOUTH, WIDE, HIGH = 4.48, 51.92, 0.0015, 0.001
HECTARES = 1.15


def square(left: float, size: float = 1.0) -> dict:
    west, east = WEST + left * WIDE, WEST + (left + size) * WIDE
    north = SOUTH + HIGH
    ring = [(west, SOUTH), (east, SOUTH), (east, north), (west, north), (west, SOUTH)]
    return {"type": "Polygon", "coordinates": [ring]}


def feature(code: str, name: str, geometry: dict, land: float = HECTARES, **more) -> dict:
    own = {"BU_CODE": code, "BU_NAAM": name, "GM_CODE": f"GM{code[2:6]}", "GM_NAAM": "Rotterdam"}
    figures = {"AANT_INW": 100, "OPP_LAND": land, "AUTO_HH": -99999999}
    return {"type": "Feature", "properties": own | figures | more, "geometry": geometry}


@pytest.fixture
def region() -> dict:
    """Two whole buurten; one of another region as a sliver, one as a point."""
    point = {"type": "Point", "coordinates": [WEST, SOUTH]}
    return {
        "type": "FeatureCollection",
        "crs": {"type": "name", "properties": {"name": "urn:ogc:def:crs:OGC:1.3:CRS84"}},
        "features": [
            feature("BU05990110", "Stadsdriehoek", square(0)),
            feature("BU05990111", "Oude Westen", square(1)),
            feature("BU05030101", "Delft", square(2, 0.05), GM_NAAM="Delft"),
            feature("BU06370501", "Rokkeveen", point, GM_NAAM="Zoetermeer"),
        ],
    }


@pytest.fixture
def buurten(entry):
    return entry("boundaries", "buurt", 2015, file="rotterdam-rijnmond.geojson")


def clean(region, buurten):
    return boundaries.clean(json.dumps(region), buurten)


def test_areas_and_their_table_agree_with_the_dictionary(region, buurten):
    cleaned = clean(region, buurten)
    schema.check(cleaned.table, "table")
    schema.check(cleaned.areas, "areas", key=["code", "division"])
    assert cleaned.areas.crs.to_epsg() == 28992
    assert cleaned.areas["code"].tolist() == ["BU05990110", "BU05990111"]


def test_degrees_become_metres(region, buurten):
    areas = clean(region, buurten).areas.area
    assert areas.tolist() == pytest.approx([11_480, 11_480], rel=0.01)


def test_slivers_points_and_lines_are_dropped_and_counted(region, buurten):
    assert clean(region, buurten).notes == {
        "smaller pieces of a buurt dropped": 0,
        "slivers of buurten of other regions dropped": 2,
        "invalid shapes repaired": 0,
    }


def test_of_a_code_in_several_pieces_the_largest_is_kept(region, buurten):
    region["features"].insert(0, feature("BU05990110", "Stadsdriehoek", square(5, 0.6)))
    cleaned = clean(region, buurten)
    assert cleaned.notes["smaller pieces of a buurt dropped"] == 1
    assert cleaned.areas.area.iloc[0] == pytest.approx(11_480, rel=0.01)


def test_an_invalid_shape_is_repaired_and_counted(region, buurten):
    ring = square(0)["coordinates"][0]
    bow = [ring[0], ring[2], ring[1], ring[3], ring[0]]
    region["features"][0]["geometry"]["coordinates"] = [bow]
    region["features"][0]["properties"]["OPP_LAND"] = HECTARES / 2
    cleaned = clean(region, buurten)
    assert cleaned.notes["invalid shapes repaired"] == 1
    assert cleaned.areas.is_valid.all()


def test_a_map_without_its_reference_system_is_in_degrees(region, buurten):
    del region["crs"]
    assert len(clean(region, buurten).areas) == 2


def test_another_reference_system_is_refused(region, buurten):
    region["crs"]["properties"]["name"] = "urn:ogc:def:crs:EPSG::28992"
    with pytest.raises(errors.FormatError, match="EPSG::28992"):
        clean(region, buurten)


def test_metres_that_pass_for_degrees_are_refused(region, buurten):
    for one in region["features"]:
        one["geometry"] = {
            "type": "Polygon",
            "coordinates": [[[9.2e4, 4.3e5], [9.3e4, 4.3e5], [9.3e4, 4.4e5], [9.2e4, 4.3e5]]],
        }
    with pytest.raises(errors.FormatError, match="degrees"):
        clean(region, buurten)


@pytest.mark.parametrize("name", ["BU_CODE", "BU_NAAM", "GM_CODE", "OPP_LAND"])
def test_a_missing_property_is_named(region, buurten, name):
    for one in region["features"]:
        del one["properties"][name]
    with pytest.raises(errors.FormatError, match=name):
        clean(region, buurten)


@pytest.mark.parametrize("land", [-99999999, None, "many"])
def test_an_area_whose_land_is_not_known_is_refused(region, buurten, land):
    region["features"][0]["properties"]["OPP_LAND"] = land
    with pytest.raises(errors.DataError, match="BU05990110"):
        clean(region, buurten)


@pytest.mark.parametrize("code", ["5990110", "BU0599011", ""])
def test_a_malformed_code_is_refused(region, buurten, code):
    region["features"][0]["properties"]["BU_CODE"] = code
    with pytest.raises(errors.DataError):
        clean(region, buurten)


def test_a_code_of_another_municipality_is_refused(region, buurten):
    region["features"][0]["properties"]["GM_CODE"] = "GM0606"
    with pytest.raises(errors.DataError, match="BU05990110"):
        clean(region, buurten)


def test_a_map_of_slivers_alone_is_refused(region, buurten):
    region["features"] = copy.deepcopy(region["features"][2:])
    with pytest.raises(errors.FormatError, match="slivers"):
        clean(region, buurten)


@pytest.mark.parametrize("text", ["", "[]", '{"type": "FeatureCollection", "features": []}'])
def test_a_file_that_is_no_map_is_refused(buurten, text):
    with pytest.raises(errors.FormatError):
        boundaries.clean(text, buurten)


def test_a_file_cut_short_is_refused(region, buurten):
    with pytest.raises(errors.FormatError):
        boundaries.clean(json.dumps(region)[:-40], buurten)


def test_only_buurten_are_in_such_a_map(region, entry):
    with pytest.raises(errors.FormatError):
        clean(region, entry("boundaries", "wijk", 2015))


def test_the_real_region_is_read(mirror, buurten):
    path = mirror / "boundaries" / "buurten-2015" / buurten.file
    cleaned = boundaries.clean(store.read_text(path), buurten)
    assert len(cleaned.areas) == 650
    assert cleaned.notes["slivers of buurten of other regions dropped"] == 28
    city = cleaned.areas[cleaned.areas["municipality"] == "GM0599"]
    assert len(city) == 92
    assert city.is_valid.all()
    # the city had 20,888 hectares of land and 32,416 in all, of which the sea is not in the map
    assert city.area.sum() / 1e4 == pytest.approx(28_334, abs=1)
