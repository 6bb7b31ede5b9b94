"""The synthetic province knows where each dwelling went: crosswalks and panels must find it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from nplvanalysis import registers, schema
from nplvanalysis.clean import datasets
from nplvanalysis.clean.__main__ import READERS
from nplvanalysis.harmonise import addresses
from nplvanalysis.harmonise.crosswalk import unchanged
from nplvanalysis.harmonise.evidence import Evidence, crosswalk
from nplvanalysis.harmonise.panel import Cleaned, harmonise
from nplvanalysis.sources.sample import divisions, geography, homes
from nplvanalysis.sources.sample.divisions import Divisions
from nplvanalysis.sources.sample.publishing import addresses as lists
from nplvanalysis.sources.sample.sizes import PROVINCE, Kind, Size

FIRST, LAST = PROVINCE.years
TINY = Size(
    "tiny",
    1,
    {"city": Kind(14, 1_500, 1), "town": Kind(10, 1_200, 2), "rural": Kind(7, 650, 4)},
    (FIRST, LAST),
)


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
        source = registers.Source.model_construct(
            dataset="kwb", level="buurt", year=year, division=year
        )
        return Cleaned(f"kwb-{year}", source, table.assign(change_flag=flags))

    def editions(self) -> list[Cleaned]:
        """Publish the figures of all years."""
        return [self.edition(year) for year in range(FIRST, LAST + 1)]

    def counts(self, folder: Path, level: str = "buurt") -> addresses.Counts:
        """Publish the addresses of both years, clean the files, and join them."""
        cells = self.cells.loc[self.cells["year"] == FIRST, "cell"]
        homes = self.cells["dwellings"].to_numpy().reshape(-1, len(cells))
        years, cleaned = range(FIRST, LAST + 1), []
        for year in (FIRST, LAST):
            path = folder / f"{year}-pc6huisnr.zip"
            lists.write(self.divisions.codes(year).loc[cells], homes, years, year, path)
            about = {"level": level, "year": year, "division": year, "file": path.name}
            entry = registers.Source.model_construct(dataset="addresses", **about)
            raw = READERS["addresses"](path, level)
            cleaned.append(datasets.cleaned(raw, entry).table)
        return addresses.tied(cleaned, LAST)


def drawn(places: geography.Geography, codes: pd.Series, year: int) -> gpd.GeoDataFrame:
    shapes = pd.Series(places.shapes[codes.index], index=codes.to_numpy())
    joined = shapes.groupby(level=0).agg(lambda parts: shapely.union_all(parts.to_numpy()))
    table = {"code": joined.index, "division": year}
    return gpd.GeoDataFrame(table, geometry=joined.to_numpy(), crs="EPSG:28992")


def settled(size: Size, seed: int) -> Province:
    rng = np.random.default_rng(seed)
    places = geography.make(size, rng)
    made = divisions.make(places, size, rng)
    cells = homes.make(places, range(FIRST, LAST + 1), rng)
    land = places.land.index
    borders = {
        year: drawn(places, made.codes(year)["code"].loc[land], year) for year in (FIRST, LAST)
    }
    return Province(made, cells, borders)


@pytest.fixture(scope="module")
def province() -> Province:
    return settled(PROVINCE, 2022)


@pytest.fixture(scope="module")
def editions(province) -> list[Cleaned]:
    return province.editions()


@pytest.fixture(scope="module")
def counts(province, tmp_path_factory) -> addresses.Counts:
    return province.counts(tmp_path_factory.mktemp("addresses"))


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


def test_published_addresses_put_99_percent_of_dwellings_of_changed_areas_right(
    province, editions, counts
):
    assert share_right(province, editions, Evidence(addresses=counts.table)) >= 0.99


def test_borders_beside_addresses_make_nothing_worse(province, editions, counts):
    borders = {FIRST: province.borders[FIRST]}
    both = share_right(province, editions, Evidence(borders=borders, addresses=counts.table))
    assert both >= share_right(province, editions, Evidence(addresses=counts.table))


def test_bare_codes_put_less_than_half_of_the_dwellings_of_changed_areas_right(province, editions):
    true = truth(province, FIRST)
    flags = pd.concat(item.table[["code", "division", "change_flag"]] for item in editions)
    changed = true[~true["code"].isin(unchanged(flags, FIRST, LAST))]
    right = changed.loc[changed["code"] == changed["target_code"], "dwellings"].sum()
    assert right < 0.5 * changed["dwellings"].sum()


@pytest.mark.parametrize("seed", [1, 7, 11])
def test_other_countries_are_put_right_as_well(seed, tmp_path):
    own = settled(TINY, seed)
    borders, published = {FIRST: own.borders[FIRST]}, own.counts(tmp_path).table
    assert share_right(own, own.editions(), Evidence(addresses=published)) >= 0.99
    assert share_right(own, own.editions(), Evidence(borders=borders)) >= 0.95


def test_most_addresses_are_found_again_after_ten_years(counts):
    assert counts.matched["share"].between(95, 99.9).all()


def test_counts_by_gemeente_are_sums_of_those_by_buurt(province, counts, tmp_path):
    wide = province.counts(tmp_path, "gemeente").table
    ends = {name: "GM" + counts.table[name].str[2:6] for name in ("code", "target_code")}
    sums = counts.table.assign(**ends).groupby(["code", "target_code"])["addresses"].sum()
    assert wide.set_index(["code", "target_code"])["addresses"].to_dict() == sums.to_dict()


def beside_truth(province: Province, editions: list[Cleaned], evidence: Evidence) -> pd.DataFrame:
    """Put figures of the first year on the borders of the last, beside the true ones."""
    made = harmonise(editions, province.borders[LAST], LAST, evidence).panel
    own = made[made["year"] == FIRST]
    true = province.counted(FIRST, LAST).set_index("code").add_suffix("_true")
    return own.join(true, on="code", validate="1:1").set_index("code")


@pytest.fixture(scope="module")
def panel(province, editions) -> pd.DataFrame:
    evidence = Evidence(schema.columns(), {FIRST: province.borders[FIRST]})
    return beside_truth(province, editions, evidence)


@pytest.fixture(scope="module")
def addressed(province, editions, counts) -> pd.DataFrame:
    """Build the panel from addresses, and from borders where there are none."""
    borders = {FIRST: province.borders[FIRST]}
    evidence = Evidence(schema.columns(), borders, addresses=counts.table)
    return beside_truth(province, editions, evidence)


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


def test_with_addresses_dwellings_of_areas_that_were_cut_are_within_1_percent(addressed):
    cut = addressed[addressed["apportioned"] > 0]
    error = (cut["dwellings"] - cut["dwellings_true"]).abs()
    assert len(cut) > 20
    assert error.sum() <= 0.01 * cut["dwellings_true"].sum()


def test_with_addresses_owner_shares_of_areas_that_were_cut_are_within_10_points_on_average(
    addressed,
):
    """Pieces get the share of the area that was cut, also where their homes are known exactly."""
    cut = addressed[addressed["apportioned"] > 0]
    assert (cut["owner_occupied"] - cut["owner_occupied_true"]).abs().mean() <= 10


def test_with_addresses_every_area_has_figures_and_totals_stay(province, addressed):
    assert set(addressed.index) == set(province.borders[LAST]["code"])
    published = province.counted(FIRST, FIRST)["dwellings"].sum()
    assert addressed["dwellings"].sum() == pytest.approx(published, rel=1e-9)


def test_a_join_by_bare_codes_is_a_thousand_times_as_wrong_as_addresses(province, addressed):
    true, made = addressed["dwellings_true"], addressed["dwellings"]
    bare = province.counted(FIRST, FIRST).set_index("code")["dwellings"].reindex(addressed.index)
    assert 1000 * (made - true).abs().sum() < (bare.fillna(0) - true).abs().sum()
