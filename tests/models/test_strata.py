"""Strata: large enough to draw from, urbanity within regions as far as that goes."""

from __future__ import annotations

import numpy as np
import pandas as pd
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from nplvanalysis.models.strata import strata


def areas(urbanity, region=None) -> pd.DataFrame:
    made = pd.DataFrame({"urbanity": pd.array(np.asarray(urbanity), dtype="Int64")})
    return made if region is None else made.assign(province=region)


def test_classes_of_urbanity_that_are_large_enough_stay_apart():
    made = strata(areas(np.repeat([1, 3, 5], 20)))
    assert np.bincount(made).tolist() == [20, 20, 20]


def test_a_small_class_joins_the_next_one():
    made = strata(areas(np.repeat([1, 2, 3], [25, 5, 30])))
    assert np.bincount(made).tolist() == [25, 35]
    made = strata(areas(np.repeat([1, 2, 3], [25, 30, 5])))
    assert np.bincount(made).tolist() == [25, 35]


def test_a_class_within_a_region_that_is_too_small_becomes_the_region():
    table = areas(np.repeat([1, 2, 3], [20, 12, 13]), "Limburg")
    assert np.bincount(strata(table, "province")).tolist() == [20, 25]


def test_regions_that_are_too_small_become_urbanity_over_all_regions():
    table = areas(np.tile([1, 5], 24), np.repeat(list("abcdef"), 8))
    made = strata(table, "province")
    assert np.bincount(made).tolist() == [24, 24]
    assert pd.Series(made).groupby(table["urbanity"].to_numpy()).nunique().eq(1).all()


@given(
    arrays(int, 90, elements=st.integers(1, 5)),
    arrays(int, 90, elements=st.integers(0, 6)),
    st.integers(2, 40),
)
def test_a_stratum_is_large_enough_or_holds_all_that_no_region_could(urbanity, region, least):
    made = strata(areas(urbanity, region), "province", least)
    sizes = np.bincount(made)
    assert set(made) == set(range(len(sizes)))
    assert (sizes < least).sum() <= 1
