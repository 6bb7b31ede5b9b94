"""KWB as R data, with borders."""

import numpy as np
import pytest

from nplvanalysis import errors, schema, store
from nplvanalysis.clean import kwb_rda


@pytest.fixture
def wijken(entry):
    return entry("kwb_rda", "wijk", 2022, file="NLD_dist.rda")


def test_the_table_and_its_areas_agree_with_the_dictionary(r_table, wijken):
    cleaned = kwb_rda.clean({"NLD_dist": r_table}, wijken)
    schema.check(cleaned.table, "table")
    schema.check(cleaned.areas, "areas", key=["code", "division"])
    assert cleaned.areas.crs.to_epsg() == 28992


def test_urbanity_in_words_becomes_its_class(r_table, wijken):
    urbanity = kwb_rda.clean({"x": r_table}, wijken).table["urbanity"]
    assert urbanity[0] == 1
    assert urbanity.isna().tolist() == [False, True]


def test_an_unknown_word_for_urbanity_is_refused(r_table, wijken):
    r_table["urbanity"] = ["urban", "not urbanised"]
    with pytest.raises(errors.DataError, match="urbanity"):
        kwb_rda.clean({"x": r_table}, wijken)


def test_square_kilometres_become_hectares(r_table, wijken):
    cleaned = kwb_rda.clean({"x": r_table}, wijken)
    assert cleaned.table["total_area"].tolist() == pytest.approx([0.96, 2.0])
    assert (cleaned.areas.area / 1e4).tolist() == pytest.approx([0.96, 2.0])


def test_holes_and_parts_of_shapes_are_kept(r_table, wijken):
    shapes = kwb_rda.clean({"x": r_table}, wijken).areas.geometry
    assert len(shapes[0].geoms[0].interiors) == 1
    assert len(shapes[1].geoms) == 2


def test_an_invalid_shape_is_repaired_and_counted(r_table, wijken):
    bow = np.add([(0, 0), (10, 10), (10, 0), (0, 10), (0, 0)], [233_000.0, 581_000.0])
    r_table["geometry"] = [[[bow]], r_table["geometry"].iloc[1]]
    cleaned = kwb_rda.clean({"x": r_table}, wijken)
    assert cleaned.areas.is_valid.all()
    assert cleaned.notes == {"invalid shapes repaired": 1}


def test_density_per_km2_of_land_is_not_made_from_total_area(r_table, wijken):
    assert "population_density" not in kwb_rda.clean({"x": r_table}, wijken).table


def test_missing_integers_are_missing_numbers(r_table, wijken):
    owner = kwb_rda.clean({"x": r_table}, wijken).table["owner_occupied"]
    assert owner.dtype == "float64"
    assert np.isnan(owner[1])


@pytest.mark.parametrize("column", ["dwelling_ownership", "geometry", "code", "urbanity"])
def test_a_missing_column_is_named(r_table, wijken, column):
    with pytest.raises(errors.FormatError, match=column):
        kwb_rda.clean({"x": r_table.drop(columns=column)}, wijken)


def test_a_file_without_a_table_is_refused(wijken):
    with pytest.raises(errors.FormatError, match="one data frame"):
        kwb_rda.clean({"x": [1, 2]}, wijken)


def test_text_in_a_column_of_numbers_is_refused(r_table, wijken):
    with pytest.raises(errors.FormatError, match="income_low"):
        kwb_rda.clean({"x": r_table.assign(income_low="60,3")}, wijken)


def test_geometry_of_another_kind_is_refused(r_table, wijken):
    r_table["geometry"] = [np.array([1.0, 2.0]), np.array([3.0, 4.0])]
    with pytest.raises(errors.FormatError, match="multipolygons"):
        kwb_rda.clean({"x": r_table}, wijken)


def test_an_area_without_a_shape_is_refused(r_table, wijken):
    r_table["geometry"] = [r_table["geometry"].iloc[0], []]
    with pytest.raises(errors.NplvError, match=r"geometry|shape"):
        kwb_rda.clean({"x": r_table}, wijken)


def test_coordinates_in_degrees_are_refused(r_table, wijken):
    degrees = np.array([(6.5, 53.2), (6.6, 53.2), (6.6, 53.3), (6.5, 53.2)])
    r_table["geometry"] = [[[degrees]], [[degrees]]]
    with pytest.raises(errors.DataError, match="outside the Netherlands"):
        kwb_rda.clean({"x": r_table}, wijken)


def test_figures_listed_under_borders_of_another_year_are_refused(r_table, entry):
    with pytest.raises(errors.DivisionError):
        kwb_rda.clean({"x": r_table}, entry("kwb_rda", "wijk", 2022, 2023))


def test_codes_of_another_level_are_refused(r_table, entry):
    with pytest.raises(errors.DataError, match="WK001400"):
        kwb_rda.clean({"x": r_table}, entry("kwb_rda", "gemeente", 2022))


@pytest.mark.parametrize(
    ("file", "level", "rows"), [("NLD_dist", "wijk", 3340), ("NLD_muni", "gemeente", 345)]
)
def test_the_real_file_is_read_with_all_its_areas(mirror, entry, file, level, rows):
    raw = store.read_rda(mirror / "kwb" / f"{file}.rda")
    cleaned = kwb_rda.clean(raw, entry("kwb_rda", level, 2022))
    assert len(schema.check(cleaned.table, file)) == len(cleaned.areas) == rows
    assert cleaned.areas.is_valid.all()


def test_real_shapes_have_the_published_area(mirror, entry):
    raw = store.read_rda(mirror / "kwb" / "NLD_muni.rda")
    cleaned = kwb_rda.clean(raw, entry("kwb_rda", "gemeente", 2022))
    ratio = cleaned.areas.area / 1e4 / cleaned.table["total_area"]
    assert ratio.between(0.95, 1.05).all()
