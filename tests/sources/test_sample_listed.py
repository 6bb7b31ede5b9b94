"""The list of focus areas that the synthetic country publishes."""

from __future__ import annotations

import pandas as pd
import pytest

from nplvanalysis import registers
from nplvanalysis.sources import programme
from nplvanalysis.sources.sample import country, truth
from nplvanalysis.sources.sample.listed import listed
from nplvanalysis.sources.sample.sizes import Kind, Size

SEED = 2022
SMALL = {"city": Kind(30, 1_700, 2), "town": Kind(12, 1_200, 4), "rural": Kind(7, 650, 8)}


@pytest.fixture(scope="module")
def made():
    return country.make(SEED, truth.load(), Size("small", 1, SMALL, (2018, 2024)))


@pytest.fixture(scope="module")
def found(made):
    return listed(made)


def now(made, year=2022):
    rows = made.latent[made.latent["year"] == year].set_index("cell")
    return rows.assign(code=made.divisions.codes(year)["code"].reindex(rows.index))


def test_the_list_has_the_columns_of_the_real_one(found, root):
    assert list(found) == list(registers.focus_areas(root / "data/focus_areas.csv"))
    assert list(programme.unlisted()) == list(found)
    assert programme.unlisted().empty


def test_the_codes_are_those_of_the_year_in_which_the_programme_starts(found, made):
    codes = made.divisions.codes(2022).set_index("code")["municipality"]
    assert set(found["division"]) == {2022}
    assert set(found["code"]) <= set(codes.index)
    own = codes[~codes.index.duplicated()].reindex(found["code"])
    assert own.tolist() == found["municipality"].tolist()


def test_buurten_are_listed_of_which_half_the_homes_are_in_chosen_cells(found, made):
    cells = now(made)
    inside = cells["dwellings"].where(cells["focus"], 0).groupby(cells["code"]).sum()
    share = inside / cells.groupby("code")["dwellings"].sum()
    assert set(found["code"]) == set(share.index[share >= 0.5])
    assert not found["code"].duplicated().any()


def test_each_area_is_one_place_and_there_are_as_many_as_chosen(found, made):
    cells = now(made).query("focus")
    places = made.geography.land["municipality"].loc[cells.index]
    assert found["area_id"].nunique() == places.nunique()
    assert found.groupby("area_id")["area_name"].nunique().eq(1).all()
    assert found["area_name"].str.endswith("(SYNTHETIC)").all()


def test_a_country_that_ends_before_the_programme_lists_by_its_last_division():
    early = country.make(SEED, truth.load(), Size("small", 1, SMALL, (2016, 2020)))
    assert set(listed(early)["division"]) == {2020}


def test_the_list_is_the_same_for_the_same_country(found, made):
    pd.testing.assert_frame_equal(listed(made), found)
