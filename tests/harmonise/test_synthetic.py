"""The synthetic province knows where each dwelling went: crosswalks and panels must find it."""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from nplvanalysis import schema
from nplvanalysis.harmonise.evidence import Evidence, crosswalk
from nplvanalysis.harmonise.panel import Cleaned, harmonise
from nplvanalysis.registers import Source
from nplvanalysis.sources.sample import divisions, geography, homes
from nplvanalysis.sources.sample.divisions import Divisions
from nplvanalysis.sources.sample.sizes import PROVINCE

FIRST, LAST = PROVINCE.years


@dataclass(frozen=True)
class Province:
    """Cells with what is true of them, and the borders of two years."""

    divisions: Divisions
    cells: pd.DataFrame
    borders: dict[int, gpd.GeoDataFrame]

    def counted(self, year: int, division: int) -> pd.DataFrame:
        """Count dwellings and owners of a year on the borders of a division."""
        cells = self.cells[self.cells["year"] == year].set_index("cell")
        codes = self.divisions.codes(division)["code"].reindex(cells.index)
        counts = cells.groupby(codes)[["dwellings", "owner"]].sum().reset_index()
        share = 100 * counts["owner"] / counts["dwellings"].where(counts["dwellings"] > 0)
        made = counts.assign(division=division, year=year, owner_occupied=share)
        return made.drop(columns="owner")

    def edition(self, year: int) -> Cleaned:
        """Publish the figures of a year on its own borders."""
        table = self.counted(year, year)
        flags = table["code"].map(self.divisions.changes(year))
        source = Source.model_construct(dataset="kwb", level="buurt", year=year, division=year)
        return Cleaned(f"kwb-{year}", source, table.assign(change_flag=flags))


def drawn(places: geography.Geography, codes: pd.Series, year: int) -> gpd.GeoDataFrame:
    shapes = pd.Series(places.shapes[codes.index], index=codes.to_numpy())
    joined = shapes.groupby(level=0).agg(lambda parts: shapely.union_all(parts.to_numpy()))
    table = {"code": joined.index, "division": year}
    return gpd.GeoDataFrame(table, geometry=joined.to_numpy(), crs="EPSG:28992")


@pytest.fixture(scope="module")
def province() -> Province:
    rng = np.random.default_rng(2022)
    places = geography.make(PROVINCE, rng)
    made = divisions.make(places, PROVINCE, rng)
    cells = homes.make(places, range(FIRST, LAST + 1), rng)
    land = places.land.index
    borders = {
        year: drawn(places, made.codes(year)["code"].loc[land], year) for year in (FIRST, LAST)
    }
    return Province(made, cells, borders)


@pytest.fixture(scope="module")
def editions(province) -> list[Cleaned]:
    return [province.edition(year) for year in range(FIRST, LAST + 1)]


def truth(province: Province, year: int) -> pd.DataFrame:
    """Where the dwellings of a year are in the last division."""
    own = province.cells[province.cells["year"] == year].set_index("cell")["dwellings"]
    return province.divisions.crosswalk(own, FIRST, LAST)


def share_right(province: Province, editions: list[Cleaned], evidence: Evidence) -> float:
    """Share of the dwellings of changed areas that goes to the right area."""
    tables = [item.table for item in editions]
    flags = pd.concat(table[["code", "division", "change_flag"]] for table in tables)
    made = crosswalk(tables, province.borders[LAST], FIRST, flags, evidence).pairs
    both = truth(province, FIRST).merge(
        made, on=["code", "target_code"], how="outer", validate="1:1"
    )
    changed = both[~both["code"].isin(made.loc[made["method"] == "unchanged", "code"])]
    own = changed["code"].map(tables[0].set_index("code")["dwellings"])
    right = changed[["share", "weight"]].fillna(0).min(axis=1) * own
    return float(right.sum() / changed["dwellings"].sum())


def test_overlay_puts_95_percent_of_dwellings_of_changed_areas_right(province, editions):
    evidence = Evidence(borders={FIRST: province.borders[FIRST]})
    assert share_right(province, editions, evidence) >= 0.95


def test_addresses_put_99_percent_of_dwellings_of_changed_areas_right(province, editions):
    """Addresses are counted ten years after the dwellings that they divide."""
    counts = truth(province, LAST).rename(columns={"dwellings": "addresses"})
    assert share_right(province, editions, Evidence(addresses=counts)) >= 0.99


@pytest.fixture(scope="module")
def panel(province, editions) -> pd.DataFrame:
    """Figures of the first year on the borders of the last, beside the true ones."""
    evidence = Evidence(schema.columns(), {FIRST: province.borders[FIRST]})
    made = harmonise(editions, province.borders[LAST], LAST, evidence).panel
    own = made[made["year"] == FIRST]
    true = province.counted(FIRST, LAST).set_index("code").add_suffix("_true")
    return own.join(true, on="code", validate="1:1").set_index("code")


def test_every_area_of_the_last_division_has_figures_of_the_first_year(province, panel):
    assert set(panel.index) == set(province.borders[LAST]["code"])


def test_the_panel_equals_the_truth_where_no_area_was_cut(panel):
    whole = panel[panel["apportioned"] == 0]
    assert whole["dwellings"].tolist() == whole["dwellings_true"].tolist()
    assert whole["owner_occupied"].tolist() == pytest.approx(
        whole["owner_occupied_true"].tolist(), nan_ok=True
    )


def test_dwellings_of_areas_that_were_cut_are_within_10_percent(panel):
    cut = panel[panel["apportioned"] > 0]
    error = (cut["dwellings"] - cut["dwellings_true"]).abs()
    assert error.sum() <= 0.10 * cut["dwellings_true"].sum()


def test_owner_shares_of_areas_that_were_cut_are_within_10_points_on_average(panel):
    """Pieces get the share of the area that was cut, which need not be theirs."""
    cut = panel[panel["apportioned"] > 0]
    assert (cut["owner_occupied"] - cut["owner_occupied_true"]).abs().mean() <= 10


def test_a_join_by_bare_codes_is_twenty_times_as_wrong_as_the_panel(province, panel):
    true, made = panel["dwellings_true"], panel["dwellings"]
    bare = province.counted(FIRST, FIRST).set_index("code")["dwellings"].reindex(panel.index)
    wrong = (made - true).abs().sum(), (bare.fillna(0) - true).abs().sum()
    assert 20 * wrong[0] < wrong[1]


def test_totals_of_the_panel_are_those_of_the_first_year(province, panel):
    published = province.counted(FIRST, FIRST)["dwellings"].sum()
    assert panel["dwellings"].sum() == pytest.approx(published, rel=1e-9)
