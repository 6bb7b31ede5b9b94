"""The panel refuses other borders, counts what is lost, and joins each column once."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from shapely.geometry import box

from nplvanalysis import schema
from nplvanalysis.errors import DataError, DivisionError
from nplvanalysis.harmonise.coverage import fates
from nplvanalysis.harmonise.crosswalk import Crosswalk
from nplvanalysis.harmonise.evidence import Evidence
from nplvanalysis.harmonise.panel import Cleaned, harmonise, with_municipality_names
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
    other = Cleaned("again", source("leefbaarometer", 2020, 2020), kwb(2020, BOTH, [1, 1]).table)
    with pytest.raises(DataError, match="Two datasets give the same column"):
        harmonise([kwb(2020, BOTH, [1, 1]), other], AREAS, 2020)


def test_two_editions_of_one_statistic_for_one_year_are_refused():
    other = Cleaned("again", source("kwb_rda", 2020, 2020), kwb(2020, BOTH, [1, 1]).table)
    with pytest.raises(DataError, match=r"(?s)gives an area twice.*BU00010000 in 2020"):
        harmonise([kwb(2020, BOTH, [1, 1]), other], AREAS, 2020)


def test_municipality_names_come_from_the_table_of_municipalities():
    names = pd.DataFrame({"code": ["GM0001"], "name": ["Toystad"]})
    sources = {"gemeenten": source("kwb_rda", 2020, 2020, "gemeente")}
    panel = harmonise([kwb(2020, BOTH, [1, 1])], AREAS, 2020).panel
    named = with_municipality_names(panel, {"gemeenten": names}, sources)
    assert (named["municipality_name"] == "Toystad").all()


# --- two sets of borders: A is cut in two, B and C merge into D, E stays


OLD = ["BUA", "BUB", "BUC", "BUE"]
NEW = ["BUA", "BUA2", "BUD", "BUE"]


def drawn(division: int, codes: list[str], widths: list[float]) -> gpd.GeoDataFrame:
    ends = [100 * sum(widths[:i]) for i in range(len(widths) + 1)]
    boxes = [box(ends[i], 0, ends[i + 1], 100) for i in range(len(widths))]
    table = {"code": codes, "name": codes, "municipality": "GM1", "division": division}
    return gpd.GeoDataFrame(table, geometry=boxes, crs="EPSG:28992")


BEFORE, AFTER = drawn(2019, OLD, [2, 1, 1, 1]), drawn(2020, NEW, [1, 1, 2, 1])
# In 2020 each has 100 dwellings, so that half of the dwellings of A went to A2.
EDITIONS = [kwb(2019, OLD, [1, 1, 1, 1]), kwb(2020, NEW, [3, 3, 3, 1])]
EVIDENCE = Evidence(schema.columns(), {2019: BEFORE})


def row(panel: pd.DataFrame, code: str, year: int = 2019) -> pd.Series:
    return panel.set_index(["code", "year"]).loc[code, year]


def test_figures_of_changed_areas_are_apportioned_where_borders_of_their_year_are_at_hand():
    panel = harmonise(EDITIONS, AFTER, 2020, EVIDENCE).panel
    assert panel.query("year == 2019").set_index("code")["dwellings"].to_dict() == {
        "BUA": 50,
        "BUA2": 50,
        "BUD": 200,
        "BUE": 100,
    }


def test_without_such_borders_changed_areas_are_lost():
    panel = harmonise(EDITIONS, AFTER, 2020, Evidence(schema.columns())).panel
    assert panel.query("year == 2019")["code"].tolist() == ["BUE"]
    assert "apportioned" not in panel


def test_every_row_tells_how_much_of_it_was_apportioned():
    panel = harmonise(EDITIONS, AFTER, 2020, EVIDENCE).panel
    assert panel.set_index(["year", "code"])["apportioned"].to_dict() == {
        (year, code): 100 * (year == 2019 and code in ("BUA", "BUA2"))
        for year in (2019, 2020)
        for code in NEW
    }


def test_identifiers_of_apportioned_rows_are_those_of_the_new_areas():
    made = row(harmonise(EDITIONS, AFTER, 2020, EVIDENCE).panel, "BUA2")
    assert made[["name", "level", "municipality"]].tolist() == ["BUA2", "buurt", "GM0001"]
    assert made["x"] == 150


def test_coverage_tells_what_was_kept_merged_and_cut():
    coverage = harmonise(EDITIONS, AFTER, 2020, EVIDENCE).coverage
    own = coverage.query("source == 'kwb-2019' and areas > 0").set_index(["step", "reason"])
    assert own[["areas", "dwellings", "persons"]].T.to_dict("list") == {
        ("kept", ""): [1, 100, 250],
        ("apportioned", "merged"): [2, 200, 500],
        ("apportioned", "overlay"): [1, 100, 250],
    }


def test_counts_of_addresses_go_before_borders():
    addresses = pd.DataFrame({"code": "BUA", "target_code": ["BUA", "BUA2"], "addresses": [90, 10]})
    addresses = addresses.assign(division=2019, target_division=2020)
    evidence = Evidence(schema.columns(), {2019: BEFORE}, None, addresses)
    made = harmonise(EDITIONS, AFTER, 2020, evidence)
    assert row(made.panel, "BUA")["dwellings"] == 90
    assert "addresses" in set(made.coverage["reason"])


def test_borders_place_a_year_without_change_flags():
    alone = [EDITIONS[1], scores(2020, NEW)]
    older = Cleaned("old", source("leefbaarometer", 2019, 2019), scores(2019, OLD).table)
    older.table["division"] = 2019
    flagless = [Cleaned(i.name, i.source, i.table.drop(columns="change_flag")) for i in alone[:1]]
    panel = harmonise([*flagless, older], AFTER, 2020, EVIDENCE).panel
    assert row(panel, "BUA2")["lbm"] == 4.1


def test_an_area_of_which_a_piece_lies_off_the_map_gets_no_figures():
    """F, next to E, lies off the new map for a half: what it adds to its neighbour is not known."""
    old = drawn(2019, [*OLD[:3], "BUF"], [2, 1, 0.5, 2])
    editions = [kwb(2019, [*OLD[:3], "BUF"], [1] * 4), kwb(2020, NEW, [3] * 4)]
    made = harmonise(editions, AFTER, 2020, Evidence(schema.columns(), {2019: old}))
    assert made.panel.query("year == 2019")["code"].tolist() == ["BUA", "BUA2"]
    lost = made.coverage.query("source == 'kwb-2019' and step == 'lost'")
    assert lost.set_index("reason")["dwellings"].to_dict() == {
        "other borders or code": 0,
        "not on the borders": 100,
        "joined to a part without figures": 200,
    }


def test_a_reused_code_takes_nothing_from_its_namesake():
    """The code of the first area is given to the second, which was BUB."""
    old, new = drawn(2019, ["BUA", "BUB"], [1, 1]), drawn(2020, ["BUC", "BUA"], [1, 1])
    first = kwb(2019, ["BUA", "BUB"], [1, 1])
    first.table["dwellings"] = [100.0, 7.0]
    editions = [first, kwb(2020, ["BUC", "BUA"], [2, 2])]
    panel = harmonise(editions, new, 2020, Evidence(schema.columns(), {2019: old})).panel
    assert row(panel, "BUA")["dwellings"] == 7
    assert row(panel, "BUC")["dwellings"] == 100


def test_a_merger_by_table_is_followed_without_borders():
    recodes = pd.DataFrame({"code": ["BUB", "BUC"], "target_code": "BUD"})
    recodes = recodes.assign(division=2019, target_division=2020)
    evidence = Evidence(schema.columns(), recodes=recodes)
    made = harmonise(EDITIONS, AFTER, 2020, evidence)
    assert row(made.panel, "BUD")["dwellings"] == 200
    lost = made.coverage.query("source == 'kwb-2019' and step == 'lost' and areas > 0")
    assert lost["reason"].tolist() == ["other borders or code"]


def test_a_table_keyed_by_names_is_refused():
    turnout = pd.DataFrame({"name": ["Bergen"], "year": [2022], "turnout": [54.0]})
    with pytest.raises(DataError, match="without giving their codes"):
        Cleaned("elections", source("elections", 2022, 2022, "gemeente"), turnout)


# --- what no evidence places


def gemeenten(year: int, dwellings: dict[str, float]) -> Cleaned:
    table = kwb(year, list(dwellings), [3] * len(dwellings)).table
    table = table.assign(level="gemeente", dwellings=list(dwellings.values()))
    return Cleaned(f"kwb-{year}", source("kwb", year, year, "gemeente"), table)


def moves(*rows: tuple[str, str]) -> pd.DataFrame:
    table = pd.DataFrame(rows, columns=["code", "target_code"])
    return table.assign(division=2019, target_division=2020)


SPLIT = [
    gemeenten(2019, {"GM0757": 100, "GM0788": 60, "GM0855": 300, "GM0900": 50}),
    gemeenten(2020, {"GM0757": 130, "GM0855": 330, "GM0900": 50}),
]
GEMEENTEN = drawn(2020, ["GM0757", "GM0855", "GM0900"], [1, 1, 1])


def lost(coverage: pd.DataFrame) -> dict[str, float]:
    own = coverage.query("source == 'kwb-2019' and step == 'lost' and areas > 0")
    return own.set_index("reason")["areas"].to_dict()


def test_areas_that_a_split_may_have_added_to_get_no_figures_without_counts_of_addresses():
    recodes = moves(("GM0788", "GM0757"), ("GM0788", "GM0855"))
    made = harmonise(SPLIT, GEMEENTEN, 2020, Evidence(schema.columns(), recodes=recodes))
    assert made.panel.query("year == 2019")["code"].tolist() == ["GM0900"]
    assert lost(made.coverage) == {
        "recodes leave open where it went": 1,
        "joined to a part without figures": 2,
    }


def test_counts_of_addresses_place_an_area_that_the_recodes_name_as_split():
    recodes = moves(("GM0788", "GM0757"), ("GM0788", "GM0855"))
    evidence = Evidence(schema.columns(), recodes=recodes, addresses=recodes.assign(addresses=30))
    panel = harmonise(SPLIT, GEMEENTEN, 2020, evidence).panel
    own = panel.query("year == 2019").set_index("code")["dwellings"].to_dict()
    assert own == {"GM0757": 130, "GM0855": 330, "GM0900": 50}


def test_counts_of_addresses_that_cut_an_area_go_before_a_table_that_moves_it_whole():
    recodes = moves(("GM0788", "GM0855"))
    counts = moves(("GM0788", "GM0757"), ("GM0788", "GM0855")).assign(addresses=30)
    evidence = Evidence(schema.columns(), recodes=recodes, addresses=counts)
    panel = harmonise(SPLIT, GEMEENTEN, 2020, evidence).panel
    assert row(panel, "GM0757")["dwellings"] == 130


def test_a_code_that_was_given_to_another_area_gets_no_figures_while_its_namesake_is_not_placed():
    editions = [kwb(2019, ["BU01", "BU03"], [1, 1]), kwb(2020, ["BU01"], [3])]
    evidence = Evidence(schema.columns(), recodes=moves(("BU03", "BU01")))
    made = harmonise(editions, drawn(2020, ["BU01"], [1]), 2020, evidence)
    assert made.panel["year"].tolist() == [2020]
    assert lost(made.coverage)["recodes leave open where it went"] == 1


def test_an_area_of_which_the_old_map_leaves_out_a_part_gets_no_figures():
    """The target is made of A and B, and the map of 2019 lacks B."""
    editions = [kwb(2019, ["BUA", "BUB"], [1, 1]), kwb(2020, ["BUD"], [3])]
    old, new = drawn(2019, ["BUA"], [1]), drawn(2020, ["BUD"], [2])
    made = harmonise(editions, new, 2020, Evidence(schema.columns(), {2019: old}))
    assert made.panel["year"].tolist() == [2020]
    assert lost(made.coverage) == {
        "joined to a part without figures": 1,
        "without borders in its own year": 1,
    }


def test_a_part_that_the_old_map_leaves_out_may_be_a_tenth():
    editions = [kwb(2019, ["BUA"], [1]), kwb(2020, ["BUD"], [3])]
    old, new = drawn(2019, ["BUA"], [0.91]), drawn(2020, ["BUD"], [1])
    panel = harmonise(editions, new, 2020, Evidence(schema.columns(), {2019: old})).panel
    assert row(panel, "BUD")["dwellings"] == 100


@pytest.mark.parametrize("rows", [[], [("BUA", "BUA")]])
def test_recodes_of_other_years_do_not_stand_for_an_edition_that_is_missing(rows):
    editions = [kwb(2018, OLD, [1] * 4), kwb(2020, NEW, [1] * 4)]
    recodes = moves(*rows).assign(target_division=2021)
    with pytest.raises(DivisionError, match="cannot be put on the borders"):
        harmonise(editions, AFTER, 2020, Evidence(schema.columns(), recodes=recodes))


def test_an_area_that_loses_land_and_no_dwellings_is_not_called_kept():
    """All dwellings of A are in the first half of its land."""
    editions = [kwb(2019, ["BUA"], [1]), kwb(2020, ["BUA", "BUA2"], [3, 3])]
    editions[1].table["dwellings"] = [100.0, 0.0]
    old, new = drawn(2019, ["BUA"], [2]), drawn(2020, ["BUA", "BUA2"], [1, 1])
    made = harmonise(editions, new, 2020, Evidence(schema.columns(), {2019: old}))
    own = made.coverage.query("source == 'kwb-2019' and areas > 0")
    assert own[["step", "reason"]].to_numpy().tolist() == [["apportioned", "overlay"]]
    assert made.panel.query("year == 2019")["apportioned"].tolist() == [100, 100]


def test_an_unknown_share_that_was_apportioned_is_unknown_for_the_row():
    """The scores are of the borders wanted: 0; the figures of unknown dwellings: not known."""
    editions = [kwb(2019, ["BUA", "BUB"], [1, 1]), kwb(2020, ["BUA", "BUB"], [3, 3])]
    editions[0].table["dwellings"] = [100.0, np.nan]
    old, new = drawn(2019, ["BUA", "BUB"], [2, 1]), drawn(2020, ["BUA", "BUB"], [1, 2])
    given = [*editions, scores(2019, ["BUA", "BUB"])]
    panel = harmonise(given, new, 2020, Evidence(schema.columns(), {2019: old})).panel
    assert np.isnan(row(panel, "BUB")["apportioned"])


def test_identifiers_are_the_first_that_are_known_of_each():
    nameless = scores(2020, BOTH)
    nameless.table["name"] = None
    figures = kwb(2020, BOTH, [1, 1])
    figures.table["province"] = "Limburg"
    panel = harmonise([nameless, figures], AREAS, 2020).panel
    assert panel["name"].tolist() == BOTH
    assert panel["province"].tolist() == ["Limburg", "Limburg"]


def test_an_area_that_gets_land_of_another_is_not_called_kept():
    """All dwellings of A are in the first half of its land; B gets the rest."""
    pairs = pd.DataFrame(
        [("BUA", "BUA", 1.0, 0.5), ("BUA", "BUB", 0.0, 0.5), ("BUB", "BUB", 1.0, 1.0)],
        columns=["code", "target_code", "weight", "ground"],
    ).assign(method="overlay")
    steps = (
        fates(Crosswalk(pairs, {}, frozenset()))
        .set_index("code")[["step", "reason"]]
        .T.to_dict("list")
    )
    assert steps == {"BUA": ["apportioned", "overlay"], "BUB": ["apportioned", "merged"]}
