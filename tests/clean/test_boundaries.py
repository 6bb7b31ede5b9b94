"""Borders."""

import pytest
from shapely.geometry import GeometryCollection

from nplvanalysis import errors, schema
from nplvanalysis.clean import boundaries


@pytest.fixture
def buurten(entry):
    return entry("boundaries", "buurt", 2020, file="WijkBuurtkaart_2020_v1.zip")


def test_areas_and_their_table_agree_with_the_dictionary(layer, buurten):
    cleaned = boundaries.clean(layer, buurten)
    schema.check(cleaned.table, "table")
    schema.check(cleaned.areas, "areas", key=["code", "division"])
    assert set(cleaned.areas["division"]) == {2020}


def test_water_and_foreign_parts_are_dropped(layer, buurten):
    cleaned = boundaries.clean(layer, buurten)
    assert cleaned.areas["code"].tolist() == ["BU00140000", "BU00140001"]
    assert cleaned.notes["parts of water or abroad dropped"] == 2


def test_parts_of_one_area_are_merged(layer, buurten):
    cleaned = boundaries.clean(layer, buurten)
    assert cleaned.notes["parts merged"] == 1
    assert cleaned.areas.set_index("code").area["BU00140001"] == pytest.approx(100 + 50)


def test_shapes_are_valid(layer, buurten):
    assert not layer.is_valid.all()
    assert boundaries.clean(layer, buurten).areas.is_valid.all()


def test_a_single_invalid_shape_is_repaired_and_counted(layer, buurten):
    cleaned = boundaries.clean(layer.iloc[[0, 1]], buurten)
    assert cleaned.notes["invalid shapes repaired"] == 1
    assert cleaned.areas.is_valid.all()


def test_municipality_comes_from_the_code(layer, buurten):
    cleaned = boundaries.clean(layer, buurten)
    assert set(cleaned.areas["municipality"]) == {"GM0014"}
    assert set(cleaned.table["municipality_name"]) == {"Groningen"}


@pytest.mark.parametrize(("level", "code"), [("wijk", "WK001400"), ("gemeente", "GM0014")])
def test_layers_of_other_levels_have_their_own_code_column(layer, entry, level, code):
    other = layer.iloc[[0]].drop(columns=["buurtcode", "buurtnaam"])
    other[f"{level}code"], other[f"{level}naam"] = code, "Groningen"
    other["jrstatcode"] = f"2020{code}"
    areas = boundaries.clean(other, entry("boundaries", level, 2020)).areas
    assert areas["code"].tolist() == [code]
    assert areas["name"].tolist() == ["Groningen"]


def test_other_coordinates_are_refused(layer, buurten):
    with pytest.raises(errors.FormatError, match="EPSG:4326"):
        boundaries.clean(layer.to_crs(4326), buurten)


def test_unknown_coordinates_are_refused(layer, buurten):
    with pytest.raises(errors.FormatError, match="none"):
        boundaries.clean(layer.set_crs(None, allow_override=True), buurten)


def test_degrees_that_pass_for_metres_are_refused(layer, buurten):
    degrees = layer.to_crs(4326).set_crs(28992, allow_override=True)
    with pytest.raises(errors.DataError, match="outside the Netherlands"):
        boundaries.clean(degrees, buurten)


def test_borders_of_another_year_are_refused(layer, entry):
    with pytest.raises(errors.DivisionError, match="2019"):
        boundaries.clean(layer, entry("boundaries", "buurt", 2019))


def test_borders_without_a_stamp_of_the_year_are_accepted(layer, buurten):
    assert len(boundaries.clean(layer.drop(columns="jrstatcode"), buurten).areas) == 2


@pytest.mark.parametrize("column", ["water", "buurtcode", "buurtnaam"])
def test_a_missing_column_is_named(layer, buurten, column):
    with pytest.raises(errors.FormatError, match=column):
        boundaries.clean(layer.drop(columns=column), buurten)


def test_an_unknown_mark_of_water_is_refused(layer, buurten):
    layer.loc[0, "water"] = "?"
    with pytest.raises(errors.DataError, match="water"):
        boundaries.clean(layer, buurten)


def test_parts_with_different_names_are_refused(layer, buurten):
    layer.loc[2, "buurtnaam"] = "Oost"
    with pytest.raises(errors.DataError, match="BU00140001"):
        boundaries.clean(layer, buurten)


@pytest.mark.parametrize("shape", [None, GeometryCollection()])
def test_an_area_without_a_shape_is_refused(layer, buurten, shape):
    layer.loc[0, "geometry"] = shape
    with pytest.raises(errors.DataError, match="BU00140000"):
        boundaries.clean(layer, buurten)


def test_a_malformed_code_is_refused(layer, buurten):
    layer.loc[0, "buurtcode"] = "00140000"
    with pytest.raises(errors.DataError, match="00140000"):
        boundaries.clean(layer, buurten)
