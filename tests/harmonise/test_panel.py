"""The panel refuses other borders, counts what is lost, and joins each column once."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd
import pytest
from shapely.geometry import box

from nplvanalysis.errors import DataError, DivisionError, ParameterError
from nplvanalysis.harmonise.panel import Cleaned, borders_of, harmonise, with_municipality_names
from nplvanalysis.registers import Source

AREAS = gpd.GeoDataFrame(
    {"code": ["BU00010000", "BU00010001"], "division": 2020},
    geometry=[box(0, 0, 100, 100), box(100, 0, 200, 100)],
    crs="EPSG:28992",
)


def source(dataset: str, year: int, division: int, level: str = "buurt") -> Source:
    text = dict.fromkeys(("title", "producer", "vintage", "published", "citation", "page"), "-")
    return Source(
        **text,
        licence={"name": "CC BY 4.0", "url": "-"},
        url=None,
        copies=[],
        sha256=None,
        file="file",
        dataset=dataset,
        level=level,
        year=year,
        division=division,
    )


def kwb(year: int, codes: list[str], flags: list[int]) -> Cleaned:
    table = pd.DataFrame(
        {
            "code": codes,
            "name": codes,
            "level": "buurt",
            "municipality": "GM0001",
            "municipality_name": None,
            "division": year,
            "year": year,
            "change_flag": flags,
            "dwellings": 100.0,
            "population": 250.0,
        }
    )
    return Cleaned(f"kwb-{year}", source("kwb", year, year), table)


def scores(year: int, codes: list[str]) -> Cleaned:
    table = pd.DataFrame({"code": codes, "name": codes, "division": 2020, "year": year, "lbm": 4.1})
    return Cleaned("scores", source("leefbaarometer", 2020, 2020), table)


BOTH = ["BU00010000", "BU00010001"]


def test_an_older_year_keeps_only_unchanged_areas_and_counts_the_rest():
    made = harmonise([kwb(2019, BOTH, [1, 1]), kwb(2020, BOTH, [1, 3])], AREAS, 2020)
    assert made.panel.groupby("year")["code"].apply(list).to_dict() == {
        2019: ["BU00010000"],
        2020: BOTH,
    }
    lost = made.coverage.query("source == 'kwb-2019' and reason == 'other borders or code'")
    assert lost[["areas", "dwellings", "persons"]].to_numpy().tolist() == [[1, 100, 250]]


def test_dwellings_of_other_borders_are_not_counted():
    """Scores of 2019 on the borders of 2020 have no stock of their own: unknown, not a guess."""
    cleaned = [kwb(2019, BOTH, [1, 1]), kwb(2020, BOTH, [1, 3]), scores(2019, BOTH)]
    coverage = harmonise(cleaned, AREAS, 2020).coverage
    own = coverage.query("source == 'scores' and step == 'kept'")
    assert own["areas"].tolist() == [2]
    assert own["dwellings"].isna().all()


def test_kept_and_lost_add_up_to_what_came_in():
    cleaned = [kwb(2019, BOTH, [1, 1]), kwb(2020, BOTH, [1, 3]), scores(2019, BOTH)]
    coverage = harmonise(cleaned, AREAS, 2020).coverage
    totals = coverage.groupby(["source", "year"])["areas"].sum()
    assert (totals == 2).all()


def test_scores_and_figures_of_one_year_share_a_row():
    panel = harmonise([kwb(2020, BOTH, [1, 1]), scores(2020, BOTH)], AREAS, 2020).panel
    assert len(panel) == 2
    assert panel[["dwellings", "lbm"]].notna().all(axis=None)


def test_centroids_come_from_the_borders():
    panel = harmonise([kwb(2020, BOTH, [1, 1])], AREAS, 2020).panel
    assert panel[["x", "y"]].to_numpy().tolist() == [[50, 50], [150, 50]]


def test_borders_of_another_year_are_refused():
    with pytest.raises(DivisionError, match="borders are of another year"):
        harmonise([kwb(2020, BOTH, [1, 1])], AREAS.assign(division=2019), 2020)


def test_figures_of_another_year_without_change_flags_are_refused():
    with pytest.raises(DivisionError, match="cannot be put on the borders"):
        harmonise([kwb(2018, BOTH, [1, 1]), kwb(2020, BOTH, [1, 1])], AREAS, 2020)


def test_an_area_of_the_own_year_without_borders_stops_the_run():
    with pytest.raises(DataError, match="BU00010009"):
        harmonise([scores(2020, [*BOTH, "BU00010009"])], AREAS, 2020)


def test_an_area_of_an_earlier_wave_without_borders_is_counted():
    cleaned = [kwb(2020, BOTH, [1, 1]), scores(2014, [*BOTH, "BU00010009"])]
    coverage = harmonise(cleaned, AREAS, 2020).coverage
    lost = coverage.query("source == 'scores' and reason == 'not on the borders'")
    assert lost["areas"].tolist() == [1]


def test_one_column_from_two_datasets_is_refused():
    other = Cleaned("again", source("kwb_rda", 2020, 2020), kwb(2020, BOTH, [1, 1]).table)
    with pytest.raises(DataError, match="Two datasets give the same column"):
        harmonise([kwb(2020, BOTH, [1, 1]), other], AREAS, 2020)


def test_municipality_names_come_from_the_table_of_municipalities():
    names = pd.DataFrame({"code": ["GM0001"], "name": ["Toystad"]})
    table = Cleaned("gemeenten", source("kwb_rda", 2020, 2020, "gemeente"), names)
    panel = harmonise([kwb(2020, BOTH, [1, 1])], AREAS, 2020).panel
    assert (with_municipality_names(panel, [table])["municipality_name"] == "Toystad").all()


def test_a_study_has_exactly_one_source_of_borders():
    one, figures = source("boundaries", 2020, 2020), source("kwb", 2020, 2020)
    assert borders_of({"a": one, "b": figures}, "buurt") == "a"
    for wrong in ({"b": figures}, {"a": one, "c": one}):
        with pytest.raises(ParameterError, match="one source of borders"):
            borders_of(wrong, "buurt")
