"""Which years can be compared."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nplvanalysis.errors import EstimationError
from nplvanalysis.models.waves import (
    BASELINE,
    Windows,
    changes,
    refuse_rounding,
    waves_of,
    windows,
)

from .moving_city import TERMS, asked, make_moving_city

OUTCOME = "crime_violence_rate"


@pytest.fixture(scope="module")
def city() -> pd.DataFrame:
    return make_moving_city()


def two_waves(first, second) -> pd.DataFrame:
    values = [*first, *second]
    years = [2016] * len(first) + [2018] * len(second)
    return pd.DataFrame({"code": "a", "year": years, "rate": values})


def test_a_row_gives_the_years_of_both_changes(study):
    made = windows(asked(year_exposure=2018), study)
    assert made == Windows(exposure=(2014, 2018), outcome=(2014, 2020))


@pytest.mark.parametrize("first", [None, 2020, 2024])
def test_a_change_without_an_earlier_year_is_refused(first, study):
    with pytest.raises(EstimationError, match="earlier year"):
        windows(asked(year_first=first), study)


def test_terms_and_outcome_change_over_their_own_years(city, study):
    made = changes(city, Windows((2014, 2018), (2016, 2020)), TERMS, OUTCOME, study)
    by_year = city.pivot(index="code", columns="year", values=[*TERMS, OUTCOME])
    made = made.set_index("code")
    for name, first, last in ((TERMS[0], 2014, 2018), (OUTCOME, 2016, 2020)):
        expected = (by_year[name][last] - by_year[name][first]).loc[made.index]
        np.testing.assert_allclose(made[name], expected, atol=1e-12)
    np.testing.assert_array_equal(made[BASELINE], by_year[OUTCOME][2016].loc[made.index])


def test_areas_that_were_cut_in_the_years_of_the_outcome_leave(city, study):
    cut = city.assign(apportioned=0.0)
    one = cut["code"].iloc[0]
    cut.loc[cut["code"].eq(one) & cut["year"].eq(2020), "apportioned"] = 50.0
    made = changes(cut, Windows((2014, 2018), (2014, 2020)), TERMS, OUTCOME, study)
    assert set(city["code"]) - set(made["code"]) == {one}


def test_a_year_that_is_not_there_is_named(city, study):
    with pytest.raises(EstimationError, match="2019"):
        changes(city, Windows((2014, 2019), (2014, 2019)), TERMS, OUTCOME, study)


def test_waves_with_few_areas_do_not_count(city, study):
    thin = city.copy()
    thin.loc[thin["year"].eq(2016) & (thin.index % 13 > 0), OUTCOME] = np.nan
    assert waves_of(thin, [OUTCOME], study) == [2014, 2018, 2020]
    assert waves_of(thin, ["nowhere"], study) == []


@given(st.lists(st.integers(0, 99), min_size=2), st.lists(st.integers(0, 99), min_size=2))
def test_whole_numbers_in_both_waves_are_compared(first, second):
    refuse_rounding(two_waves(first, second), "rate", (2016, 2018))


@given(
    st.lists(st.integers(0, 99).map(lambda n: n + 0.25), min_size=2),
    st.lists(st.integers(0, 99), min_size=2),
)
def test_whole_numbers_are_never_compared_with_unrounded_ones(fine, whole):
    for waves in ((fine, whole), (whole, fine)):
        with pytest.raises(EstimationError, match="rounding"):
            refuse_rounding(two_waves(*waves), "rate", (2016, 2018))


def test_whole_numbers_with_a_few_averages_among_them_are_of_one_kind():
    refuse_rounding(two_waves([1, 2, 3, 4.5], [4, 3, 2, 1]), "rate", (2016, 2018))
