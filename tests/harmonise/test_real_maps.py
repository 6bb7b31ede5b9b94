"""Two real maps laid over each other: what overlay finds, held against the tables of facts.

The buurten of 2015, put together to municipalities, over the municipalities of 2022. Both maps are
simplified, by different hands. The tables say what became of codes, the maps what became of land.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
import shapely

from nplvanalysis import registers, store
from nplvanalysis.clean import datasets
from nplvanalysis.clean.readers import READERS
from nplvanalysis.harmonise.overlay import overlay, uncovered

OLD, NEW = 2015, 2022
REGIONS, MUNICIPALITIES = "boundaries/buurten-2015", "kwb/NLD_muni.rda"
# Land of less than a fiftieth may be a border that was simplified in another way.
WHOLE = 0.98
# A part of these went to another municipality than the one that the table of codes names.
PART_ELSEWHERE = {"GM0040": "GM0014", "GM0424": "GM0457"}  # Slochteren, Muiden
# These kept their code and gave a part away.
GAVE = {"GM1930": "GM0530", "GM0753": "GM0772", "GM0171": "GM0184"}  # Nissewaard, Best, N.O.polder
# Households are published in fives.
ROUNDED = 2.5


@dataclass(frozen=True)
class Maps:
    """Buurten and municipalities of 2015 over municipalities of 2022."""

    old: gpd.GeoDataFrame
    new: gpd.GeoDataFrame
    pairs: pd.DataFrame
    buurten: pd.DataFrame

    def by_buurt(self, code: str) -> pd.DataFrame:
        """Pairs of the buurten of one municipality of 2015."""
        return self.buurten[self.buurten["code"].str[2:6] == code[2:]]

    def households(self, code: str) -> pd.Series:
        """Households of a municipality by where overlay of its buurten puts them."""
        own = self.by_buurt(code)
        return (own["weight"] * own["households"]).groupby(own["target_code"]).sum()


def entry(dataset: str, level: str, year: int, file: str) -> registers.Source:
    about = {"dataset": dataset, "level": level, "year": year, "division": year, "file": file}
    return registers.Source.model_construct(**about)


def region(path: Path) -> tuple[gpd.GeoDataFrame, dict[str, float]]:
    """Buurten of a region, and their households, which the cleaner leaves aside."""
    text = READERS["boundaries"](path, "buurt")
    areas = datasets.cleaned(text, entry("boundaries", "buurt", OLD, path.name)).areas
    told = [one["properties"] for one in json.loads(text)["features"]]
    return areas, {one["BU_CODE"]: one["AANTAL_HH"] for one in told}


@pytest.fixture(scope="module")
def maps() -> Maps:
    if not os.environ.get("NPLV_MIRROR"):
        pytest.skip("real maps are not here: set NPLV_MIRROR")
    mirror = Path(os.environ["NPLV_MIRROR"])
    about = entry("kwb_rda", "gemeente", NEW, MUNICIPALITIES)
    raw = READERS["kwb_rda"](mirror / MUNICIPALITIES, "gemeente")
    now = datasets.cleaned(raw, about)
    dwellings = now.table.set_index("code")["dwellings"]
    found = [region(path) for path in sorted((mirror / REGIONS).glob("*.geojson"))]
    buurten = pd.concat([areas for areas, _ in found], ignore_index=True)
    households = {code: count for _, told in found for code, count in told.items()}
    shapes = buurten.geometry.groupby("GM" + buurten["code"].str[2:6])
    joined = shapes.agg(lambda parts: shapely.union_all(parts.to_numpy()))
    table = {"code": joined.index, "division": OLD}
    old = gpd.GeoDataFrame(table, geometry=joined.to_numpy(), crs=buurten.crs)
    parts = overlay(buurten, now.areas, dwellings)
    parts = parts.assign(households=parts["code"].map(households))
    return Maps(old, now.areas, overlay(old, now.areas, dwellings), parts)


def facts(root: Path, name: str) -> pd.DataFrame:
    table = store.read_csv(root / "data" / name)
    table = table.astype({"division": int, "target_division": int})
    return table[(table["division"] >= OLD) & (table["target_division"] <= NEW)]


@pytest.fixture(scope="module")
def splits(root) -> pd.DataFrame:
    table = facts(root, "municipal_splits.csv")
    return table.assign(households=table["households"].astype(int))


@pytest.fixture(scope="module")
def merged(root, maps, splits) -> dict[str, str]:
    """Codes of 2015 that were not divided, with their code of 2022."""
    now = {code: code for code in maps.old["code"]}
    changes = facts(root, "municipal_changes.csv")
    changes = changes[~changes["code"].isin(splits["code"])]
    for _, step in changes.groupby("target_division", sort=True):
        moved = step.set_index("code")["target_code"].to_dict()
        now = {code: moved.get(later, later) for code, later in now.items()}
    return {code: later for code, later in now.items() if code not in set(splits["code"])}


def weights(pairs: pd.DataFrame, code: str) -> pd.Series:
    return pairs[pairs["code"] == code].set_index("target_code")["weight"]


def test_the_tables_name_every_municipality_of_both_maps(maps, merged, splits):
    assert len(maps.old) == 393
    assert len(maps.new) == 345
    assert set(merged.values()) | set(splits["target_code"]) >= set(maps.new["code"])
    assert set(merged.values()) <= set(maps.new["code"])


def test_municipalities_that_merged_whole_go_to_the_target_of_the_table(maps, merged):
    moved = {code: target for code, target in merged.items() if code != target}
    assert len(moved) > 60
    strays = {code for code, to in moved.items() if weights(maps.pairs, code).get(to, 0) < WHOLE}
    assert strays == set(PART_ELSEWHERE)


def test_municipalities_that_kept_their_code_stay_where_they_were(maps, merged):
    same = [code for code, target in merged.items() if code == target]
    assert len(same) > 320
    strays = {code for code in same if weights(maps.pairs, code).get(code, 0) < WHOLE}
    assert strays == set(GAVE)


@pytest.mark.parametrize(("code", "target"), list((PART_ELSEWHERE | GAVE).items()))
def test_what_strays_goes_to_one_neighbour(maps, merged, code, target):
    assert set(weights(maps.pairs, code).index) == {merged[code], target}


@pytest.mark.parametrize("code", ["GM0053", "GM0140", "GM0788"])
def test_overlay_of_buurten_puts_households_of_divided_municipalities_right(maps, splits, code):
    """Wrong can only be what stands in buurten that the new border cuts, and rounding."""
    told = splits[splits["code"] == code].set_index("target_code")["households"]
    own, made = maps.by_buurt(code), maps.households(code)
    cut = own[own["weight"] < 1].drop_duplicates("code")["households"].sum()
    assert set(made.index) == set(told.index)
    assert (made - told).abs().sum() / 2 <= cut + ROUNDED
    assert cut < 0.15 * told.sum()


@pytest.mark.parametrize("code", ["GM0053", "GM0140", "GM0788"])
def test_overlay_of_whole_municipalities_is_further_from_the_truth_than_of_buurten(
    maps, splits, code
):
    """Weights take the density of the target for that of the piece: too high if it is a city's."""
    told = splits[splits["code"] == code].set_index("target_code")["households"]
    true = told / told.sum()
    made = maps.households(code)
    fine = (made / made.sum() - true).abs().sum()
    coarse = (weights(maps.pairs, code) - true).abs().sum()
    assert 4 * fine < coarse


@pytest.mark.parametrize(("code", "city"), [("GM0140", "GM0080"), ("GM0788", "GM0855")])
def test_a_piece_that_went_to_a_city_is_given_too_many_dwellings(maps, splits, code, city):
    told = splits[splits["code"] == code].set_index("target_code")["households"]
    assert weights(maps.pairs, code)[city] > 1.5 * told[city] / told.sum()


def test_the_maps_disagree_on_two_islands_and_on_a_gap_in_the_older_one(maps):
    """Schiermonnikoog and Vlieland have other beaches; of Roerdalen 10 km2 are not drawn."""
    assert uncovered(maps.pairs, maps.pairs, maps.old, maps.new) == {"GM0088", "GM0096", "GM1669"}


def test_every_municipality_of_the_older_map_is_on_the_newer_one(maps):
    inside = maps.pairs.groupby("code")["inside"].first()
    assert set(inside.index) == set(maps.old["code"])
    # Ameland, where the sea took or was given 6 %
    assert inside.min() > 0.94
    assert (inside < WHOLE).sum() == 3
