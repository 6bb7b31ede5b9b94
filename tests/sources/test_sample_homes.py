"""Homes of the synthetic province: what holds in every draw."""

from __future__ import annotations

import numpy as np
import pytest

from nplvanalysis.sources.sample import events, geography, homes
from nplvanalysis.sources.sample.sizes import PROVINCE

YEARS = range(2014, 2025)


@pytest.fixture(scope="module")
def places():
    return geography.make(PROVINCE, np.random.default_rng(5))


@pytest.fixture(scope="module")
def stock(places):
    table = homes.make(places, YEARS, np.random.default_rng(6))
    return {name: table[name].to_numpy().reshape(len(YEARS), -1) for name in table}


def test_no_cell_is_denser_than_the_densest_real_buurten(places, stock):
    room = homes.MOST_PER_HECTARE * places.land["hectares"].to_numpy()
    assert (stock["dwellings"] <= room).all()


def test_owners_add_up_to_the_dwellings(stock):
    owners = sum(stock[name] for name in ("owner", "corporation", "other", "unknown"))
    assert (owners == stock["dwellings"]).all()


def test_types_add_up_to_the_dwellings(stock):
    assert (sum(stock[name] for name in homes.TYPES) == stock["dwellings"]).all()


def test_a_piece_is_as_well_off_as_the_cell_it_ends_up_with(places, stock):
    pieces = [(piece, own) for piece, own, _ in events.beside(places) if own != piece]
    one, other = np.array(pieces).T
    site = stock["municipality"][0]
    assert len(pieces) >= 3
    assert (site[one] == site[other]).all()
    # what is left is the smooth field of the region, over a few hundred metres
    gap = np.abs(stock["affluence"][0, one] - stock["affluence"][0, other])
    assert gap.max() < 0.1 * stock["affluence"][0].std()


def test_corporations_let_more_where_others_let_less_within_municipalities(stock):
    number, rows = stock["municipality"][0], stock["dwellings"][0] >= 100
    share = np.stack([stock["tenure_corporation"][0], stock["tenure_other"][0]])[:, rows]
    size = np.bincount(number[rows])
    means = np.stack([np.bincount(number[rows], one) / np.maximum(size, 1) for one in share])
    assert np.corrcoef(share - means[:, number[rows]])[0, 1] < -0.3


def test_the_mean_value_of_a_dwelling_is_near_that_of_the_country(stock):
    value = stock["woz_sum"].sum(axis=1) / stock["dwellings"].sum(axis=1)
    real = np.array([homes.WOZ[year] for year in YEARS])
    assert np.abs(value / real - 1).max() < 0.25
