"""The synthetic country as places: sizes, cells, divisions by year, and sums over areas."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nplvanalysis.errors import ParameterError
from nplvanalysis.sources.sample import divisions, figures, geography, names, sizes, tessellation
from nplvanalysis.sources.sample.sizes import Kind, Size

SMALL = Size(
    "small", 2, {"town": Kind(16, 1_000, 4), "rural": Kind(10, 600, 10)}, years=(2016, 2022)
)
YEARS = range(2016, 2023)
LEVELS = ["code", "wijk", "municipality"]
seeds = settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
# few, so that tests share what is drawn
SEED = st.integers(0, 15)


@cache
def drawn(seed: int, size: str = "small") -> SimpleNamespace:
    return made_of({"small": SMALL, "province": sizes.PROVINCE}[size], seed)


def made_of(size: Size, seed: int) -> SimpleNamespace:
    rng = np.random.default_rng(seed)
    places = geography.make(size, rng)
    return SimpleNamespace(geography=places, divisions=divisions.make(places, size, rng))


@pytest.fixture(scope="module")
def small():
    return drawn(1)


@pytest.fixture(scope="module")
def province():
    return drawn(2022, "province")


def groups(codes: pd.Series) -> dict[str, frozenset[int]]:
    return {code: frozenset(cells) for code, cells in codes.groupby(codes).groups.items()}


# sizes


@pytest.mark.parametrize(
    "fields",
    [
        {"buurten": 0},
        {"buurten": -5},
        {"buurten": 12.5},
        {"buurten": True},
        {"buurten": "12"},
        {"municipalities": 0},
        {"municipalities": -1},
        {"spread": -300.0},
        {"spread": 0},
        {"spread": float("nan")},
        {"spread": float("inf")},
    ],
)
def test_a_kind_of_municipality_with_impossible_numbers_is_refused(fields):
    with pytest.raises(ParameterError, match=next(iter(fields))):
        Kind(**{"buurten": 12, "spread": 700, "municipalities": 9} | fields)


def test_a_place_that_is_larger_than_its_municipality_is_refused():
    with pytest.raises(ParameterError, match="at most"):
        Kind(5, 9_000, 20)


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"provinces": 0}, "provinces"),
        ({"provinces": -2}, "provinces"),
        ({"provinces": 1.0}, "provinces"),
        ({"provinces": 99}, "one per province"),
        ({"kinds": {}}, "kinds"),
        ({"kinds": {"hamlet": Kind(40, 500, 9)}}, "hamlet"),
        ({"kinds": {"rural": Kind(3, 500, 2)}}, "buurten in all"),
        ({"kinds": {"rural": Kind(3, 500, 2_000)}}, "municipalities in all"),
        ({"years": (2024, 2014)}, "years"),
        ({"years": (-2014, 2024)}, "years"),
        ({"years": (2014, float("nan"))}, "years"),
        ({"years": (2014, 20_240)}, "years"),
    ],
)
def test_an_impossible_size_is_refused(fields, says):
    with pytest.raises(ParameterError, match=says):
        replace(sizes.PROVINCE, **fields)


def test_a_size_is_found_by_its_name():
    assert sizes.by_name("country") is sizes.COUNTRY


def test_an_unknown_size_is_refused_with_the_known_ones():
    with pytest.raises(ParameterError, match="province, country"):
        sizes.by_name("planet")


def test_the_country_is_as_large_as_the_real_one():
    assert abs(sizes.COUNTRY.buurten - 14_500) < 500
    assert sizes.COUNTRY.municipalities == 342


# the map


@seeds
@given(SEED)
def test_the_cells_leave_no_gaps_and_do_not_overlap(seed):
    shapes = drawn(seed).geography.shapes
    whole = shapely.union_all(shapes)
    assert shapely.is_valid(shapes).all()
    # neighbours share their vertices exactly
    assert shapely.coverage_is_valid(shapes)
    assert abs(whole.area - shapely.area(shapes).sum()) < 1
    assert not shapely.get_num_interior_rings(shapely.get_parts(whole)).any()


def test_hectares_are_those_of_the_shapes(small):
    cells = small.geography.cells
    assert np.allclose(cells["hectares"], shapely.area(small.geography.shapes) / 1e4)


def test_points_lie_in_their_cells(small):
    cells = small.geography.cells
    points = shapely.points(cells["x"], cells["y"])
    assert shapely.contains(small.geography.shapes, points).all()


def test_pairs_are_the_cells_that_share_an_edge(small):
    shapes = small.geography.shapes
    found = shapely.STRtree(shapes).query(shapes, predicate="intersects").T
    found = found[found[:, 0] < found[:, 1]]
    edge = shapely.length(shapely.intersection(shapes[found[:, 0]], shapes[found[:, 1]])) > 0.01
    mine = {tuple(pair) for pair in small.geography.pairs.tolist()}
    assert {tuple(pair) for pair in found[edge].tolist()} <= mine
    assert mine <= {tuple(pair) for pair in found.tolist()}


def test_water_comes_last(province):
    water = (province.geography.cells["kind"] == "water").to_numpy()
    assert water.any()
    assert (np.diff(water.astype(int)) >= 0).all()


def test_neighbours_are_the_nearest_on_land(small):
    places = small.geography.land[["x", "y"]].to_numpy()
    gaps = np.hypot(*(places[:, None] - places[None]).T)
    np.fill_diagonal(gaps, np.inf)
    nearest = np.sort(gaps, axis=1)[:, : geography.NEIGHBOURS]
    found = np.take_along_axis(gaps, small.geography.neighbours, axis=1)
    assert np.allclose(found, nearest)


def test_a_province_has_every_kind_of_place(province):
    cells = province.geography.cells
    kinds = {"centre", "residential", "outlying", "village", "industry", "water"}
    assert set(cells["kind"]) == kinds
    assert set(cells["settlement"]) == {"city", "town", "rural"}
    assert cells["core"].sum() > 50
    assert (cells.loc[cells["core"], "kind"] == "village").all()


def test_towns_are_denser_divided_than_the_countryside(province):
    middle = province.geography.cells.groupby("kind")["hectares"].median()
    assert middle["centre"] < 40
    assert middle["centre"] < middle["residential"] < middle["village"] < middle["outlying"]


def test_buurten_are_about_as_large_as_real_ones(province):
    # of the 12,229 buurten of 2015: mean 275 ha, quartiles 29, 72 and 254
    hectares = province.geography.land["hectares"]
    assert 180 < hectares.mean() < 300
    assert hectares.quantile(0.1) < 40
    assert hectares.quantile(0.9) > 400


def test_the_province_is_large_enough(province):
    last = province.divisions.codes(2024).loc[province.geography.land.index]
    assert last["code"].nunique() >= 500
    assert last["municipality"].nunique() == sizes.PROVINCE.municipalities


@seeds
@given(SEED)
def test_an_island_touches_no_other_municipality(seed):
    places = drawn(seed).geography
    island = places.cells["island"].to_numpy()
    assert island.any()
    one, other = places.pairs.T
    assert (island[one] == island[other]).all()
    assert places.cells.loc[island, "municipality"].nunique() == 1


@seeds
@given(SEED)
def test_exactly_one_municipality_has_two_parts(seed):
    places = drawn(seed).geography
    own = places.cells["municipality"].to_numpy()
    part = pd.Series(tessellation.parts(own, places.pairs))
    assert sorted(part.groupby(own).nunique())[-2:] == [1, 2]


def test_provinces_hold_whole_municipalities(small):
    cells = small.geography.cells
    assert (cells.groupby("municipality")["province"].nunique() == 1).all()
    assert cells["province"].nunique() == 2


def test_the_same_seed_gives_the_same_places(small):
    again = made_of(SMALL, 1)
    pd.testing.assert_frame_equal(again.geography.cells, small.geography.cells)
    assert (shapely.to_wkb(again.geography.shapes) == shapely.to_wkb(small.geography.shapes)).all()
    for year in YEARS:
        pd.testing.assert_frame_equal(again.divisions.codes(year), small.divisions.codes(year))


def test_another_seed_gives_other_places(small):
    other = drawn(2).geography.cells
    # but for a fixed first centre, and islands
    assert len(set(other["x"]) & set(small.geography.cells["x"])) < 5


def test_loose_cells_go_to_what_they_touch():
    line = np.array([[0, 1], [1, 2], [2, 3], [3, 4]])
    assert tessellation.joined(np.array([0, 0, 1, 0, -1]), line).tolist() == [0, 0, 1, 1, 1]


# divisions


@seeds
@given(SEED)
def test_codes_are_well_formed_and_nested_in_every_year(seed):
    made = drawn(seed).divisions
    for year in YEARS:
        codes = made.codes(year)
        assert codes["code"].str.fullmatch(r"BU9\d{3}([0-9]{2}|[A-Z]{2})\d{2}").all()
        assert (codes["code"].str[2:8] == codes["wijk"].str[2:]).all()
        assert (codes["wijk"].str[2:6] == codes["municipality"].str[2:]).all()


@pytest.mark.parametrize("year", [2014, 2024])
def test_every_area_has_one_name_and_every_municipality_its_own(province, year):
    codes = province.divisions.codes(year)
    for level, name in {"code": "name", "wijk": "wijk_name"}.items():
        assert (codes.groupby(level)[name].nunique() == 1).all()
    pairs = codes[["municipality", "municipality_name"]].drop_duplicates()
    assert pairs["municipality"].is_unique
    assert pairs["municipality_name"].is_unique


def test_the_areas_of_a_division_hold_every_cell_on_land(small):
    for year in YEARS:
        codes = small.divisions.codes(year)
        assert codes.index.equals(small.geography.cells.index)
        assert codes.notna().all(axis=None)


def test_water_has_areas_of_its_own(province):
    water = (province.geography.cells["kind"] == "water").to_numpy()
    for year in (2014, 2024):
        codes = province.divisions.codes(year)["code"]
        assert codes[water].is_unique
        assert codes[water].str.fullmatch(r"BU9\d{3}999[789]").all()
        assert not codes[~water].str[6:8].eq("99").any()


@seeds
@given(SEED)
def test_the_last_division_has_the_municipalities_of_the_map(seed):
    made = drawn(seed)
    codes = made.divisions.codes(YEARS[-1])["municipality"]
    assert (codes.str[2:].astype(int) - 9001 == made.geography.cells["municipality"]).all()


@seeds
@given(SEED, st.sampled_from(YEARS[1:]), st.sampled_from(LEVELS))
def test_flags_say_what_happened_to_the_cells(seed, year, level):
    made = drawn(seed).divisions
    before, now = groups(made.codes(year - 1)[level]), groups(made.codes(year)[level])
    flags = made.changes(year)
    for code, cells in now.items():
        expected = 1 if before.get(code) == cells else 2 if cells in before.values() else 3
        assert flags[code] == expected, code


def test_nothing_has_changed_in_the_first_year(small):
    assert (small.divisions.changes(YEARS[0]) == 1).all()


def test_flags_of_all_three_kinds_occur_at_all_three_levels_but_a_recoded_gemeente(province):
    flags = pd.concat([province.divisions.changes(year) for year in range(2015, 2025)])
    kinds = flags.groupby([flags.index.str[:2], flags]).size()
    assert set(kinds["BU"].index) == set(kinds["WK"].index) == {1, 2, 3}
    assert {1, 3} <= set(kinds["GM"].index)


def test_all_kinds_of_change_occur_in_number(province):
    kinds = province.divisions.events["event"].value_counts()
    least = {"split": 9, "merge": 5, "shift": 6, "merger": 2, "recode": 1}
    assert {kind: kinds.get(kind, 0) >= number for kind, number in least.items()} == dict.fromkeys(
        least, True
    )


def test_changes_are_spread_over_the_years(province):
    changed = [(province.divisions.changes(year) > 1).any() for year in range(2015, 2025)]
    assert sum(changed) >= 9


def changed_as(made, event):
    table = made.divisions.events
    for row in table[table["event"] == event].itertuples():
        yield row, made.divisions.codes(row.year - 1), made.divisions.codes(row.year)


def test_a_split_makes_two_buurten_of_one(province):
    for row, before, now in changed_as(province, "split"):
        assert before.loc[row.cell, "code"] == before.loc[row.other, "code"]
        assert now.loc[row.cell, "code"] != now.loc[row.other, "code"]


def test_a_merge_makes_one_buurt_of_two(province):
    for row, before, now in changed_as(province, "merge"):
        assert before.loc[row.cell, "code"] != before.loc[row.other, "code"]
        assert now.loc[row.cell, "code"] == now.loc[row.other, "code"]


def test_a_shift_moves_a_piece_to_a_buurt_that_it_touches(province):
    touching = {tuple(pair) for pair in province.geography.pairs.tolist()}
    for row, before, now in changed_as(province, "shift"):
        assert before.loc[row.cell, "code"] == before.loc[row.other, "code"]
        assert now.loc[row.cell, "code"] == now.loc[row.target, "code"]
        assert now.loc[row.cell, "code"] != now.loc[row.other, "code"]
        for cell in (row.other, row.target):
            assert (min(row.cell, cell), max(row.cell, cell)) in touching


def test_a_piece_holds_about_a_fifth_of_the_homes_of_its_buurt(province):
    part = province.geography.cells["part"]
    assert set(part) == {1.0, geography.PART}
    assert pytest.approx(0.2) == geography.PART / (1 + geography.PART)


def test_a_merger_puts_two_municipalities_under_one_code(province):
    for row, before, now in changed_as(province, "merger"):
        assert before.loc[row.cell, "municipality"] != before.loc[row.other, "municipality"]
        assert now.loc[row.cell, "municipality"] == now.loc[row.other, "municipality"]
        assert province.divisions.changes(row.year)[now.loc[row.cell, "municipality"]] == 3


def test_a_recoded_city_has_letters_in_its_codes_from_then_on(province):
    for row, before, now in changed_as(province, "recode"):
        city = now["municipality"] == now.loc[row.cell, "municipality"]
        dry = city & ~now["wijk"].str.endswith("99")
        assert now.loc[dry, "code"].str[6:8].str.fullmatch("[A-Z]{2}").all()
        assert before.loc[dry, "code"].str[2:].str.isdigit().all()
        assert set(province.divisions.changes(row.year)[now.loc[dry, "code"]]) <= {2, 3}


@seeds
@given(SEED)
def test_a_code_that_is_used_again_names_another_place(seed):
    made = drawn(seed).divisions
    again = made.events[made.events["reused"] >= 0]
    assert len(again) == 1
    for row in again.itertuples():
        code = made.codes(row.year).loc[row.cell, "code"]
        had = {year: groups(made.codes(year)["code"]).get(code) for year in YEARS}
        former = [cells for year, cells in had.items() if year < row.year and cells]
        assert had[row.year - 1] is None
        assert former
        assert not any(cells & had[row.year] for cells in former)


@seeds
@given(SEED)
def test_no_other_code_comes_back_for_another_place(seed):
    made = drawn(seed).divisions
    chosen = made.events[made.events["reused"] >= 0]
    allowed = {made.codes(row.year).loc[row.cell, "code"] for row in chosen.itertuples()}
    first: dict[str, tuple[int, frozenset[int]]] = {}
    for year in YEARS:
        for code, cells in groups(made.codes(year)["code"]).items():
            seen, place = first.get(code, (year, cells))
            assert place & cells or code in allowed, (code, seen, year)
            first[code] = (year, cells)


def test_one_year_is_a_division_without_changes():
    made = made_of(replace(SMALL, years=(2020, 2020)), 3).divisions
    assert made.events.empty
    assert made.codes(2020)["code"].str.fullmatch(r"BU9\d{7}").all()


# the crosswalk


@pytest.fixture(scope="module")
def homes(province):
    land = province.geography.land.index
    return pd.Series(np.random.default_rng(5).integers(0, 900, len(land)), index=land)


def test_a_crosswalk_keeps_every_dwelling(province, homes):
    for year in (2014, 2019, 2024):
        across = province.divisions.crosswalk(homes, year, 2024)
        assert across["dwellings"].sum() == homes.sum()
        own = homes.groupby(province.divisions.codes(2024)["code"].loc[homes.index]).sum()
        assert (
            across.groupby("target_code")["dwellings"].sum().equals(own.rename_axis("target_code"))
        )


def test_shares_of_a_crosswalk_add_up_to_one(province, homes):
    across = province.divisions.crosswalk(homes, 2014, 2024)
    assert np.allclose(across.groupby("code")["share"].sum(), 1)


def test_a_crosswalk_to_the_same_year_changes_nothing(province, homes):
    across = province.divisions.crosswalk(homes, 2020, 2020)
    assert (across["code"] == across["target_code"]).all()
    assert (across["share"] == 1).all()


def test_where_nobody_lives_a_crosswalk_goes_by_hectares(province):
    land = province.geography.land
    across = province.divisions.crosswalk(pd.Series(0, index=land.index), 2014, 2024)
    assert across["share"].between(0, 1).all()
    assert np.allclose(across.groupby("code")["share"].sum(), 1)


# figures


@pytest.fixture(scope="module")
def country(province):
    land = province.geography.land
    rng = np.random.default_rng(6)
    latent = pd.DataFrame(
        {
            "year": np.repeat([2014, 2024], len(land)),
            "dwellings": rng.integers(0, 900, 2 * len(land)),
            "population": rng.integers(0, 2_000, 2 * len(land)),
            "crime_violence_rate": rng.random(2 * len(land)),
            "crime_violence_rate_count": rng.poisson(3, 2 * len(land)),
            "income_low": rng.uniform(20, 60, 2 * len(land)),
        }
    )
    return SimpleNamespace(latent=latent, **vars(province))


@pytest.mark.parametrize(("year", "division"), [(2014, 2014), (2014, 2024), (2024, 2014)])
def test_every_level_has_the_same_totals(country, year, division):
    found = figures.figures(country, year, division)
    now = country.latent[country.latent["year"] == year]
    for column in ("dwellings", "population", "crime_violence_rate_count"):
        totals = found.groupby("recs")[column].sum()
        assert (totals == now[column].sum()).all()
        assert len(totals) == 4


def test_figures_of_a_buurt_are_the_sums_over_its_cells(country):
    found = figures.figures(country, 2024, 2014)
    rows = found[found["recs"] == "Buurt"].set_index("code")
    codes = country.divisions.codes(2014)["code"].loc[country.geography.land.index]
    now = country.latent[country.latent["year"] == 2024].set_axis(codes.index)
    assert (rows["dwellings"] == now["dwellings"].groupby(codes).sum()).all()
    weighted = (now["income_low"] * now["population"]).groupby(codes).sum()
    assert np.allclose(rows["income_low_sum"], weighted)


def test_rates_are_not_summed(country):
    found = figures.figures(country, 2024)
    assert "crime_violence_rate" not in found
    assert "income_low" not in found


def test_figures_carry_the_flags_and_names_of_their_division(country):
    found = figures.figures(country, 2024, 2023).set_index("code")
    flags = country.divisions.changes(2023)
    own = found.drop(index=figures.NATION)
    water = country.divisions.codes(2023)["wijk"].str.endswith("99")
    on_land = set(country.divisions.codes(2023).loc[~water, LEVELS].to_numpy().ravel())
    assert set(own.index) == on_land
    assert (own["change"] == flags[own.index]).all()
    buurten = own[own["recs"] == "Buurt"]
    assert (buurten["municipality"].str[2:] == buurten.index.str[2:6]).all()


# names


def test_a_country_has_municipality_names_enough():
    found = names.municipalities(np.arange(sizes.MOST_MUNICIPALITIES + 60))
    assert len(set(found)) == len(found)


def test_some_names_of_a_province_carry_accents(province):
    codes = province.divisions.codes(2024)
    for name in ("municipality_name", "name"):
        assert not codes[name].str.isascii().all()


def test_the_centre_of_every_municipality_says_that_it_is_synthetic(province):
    for year in (2014, 2024):
        codes = province.divisions.codes(year)
        marked = codes[codes["name"].str.contains(names.MARK)]
        assert set(marked["municipality"]) == set(codes["municipality"])
