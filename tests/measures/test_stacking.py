"""Stacking: who is in the worst fifth of how many problems, by level and year."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from nplvanalysis import schema
from nplvanalysis.errors import CircularityError, ParameterError
from nplvanalysis.measures.panel import measure
from nplvanalysis.measures.stacking import (
    cut_off,
    flags,
    refuse_exposures,
    stacking,
)

NAMES = ["a", "b", "c"]
values = arrays(float, (30, 3), elements=st.floats(-50, 50, width=16), unique=True)


def panel_of(table: np.ndarray, dwellings: float | np.ndarray = 100.0, **labels) -> pd.DataFrame:
    made = pd.DataFrame(table, columns=NAMES)
    return made.assign(**({"level": "buurt", "year": 2024, "dwellings": dwellings} | labels))


def test_an_area_counts_the_problems_at_or_above_the_cut_off():
    rising = np.arange(10.0)
    made = stacking(panel_of(np.stack([rising, rising, -rising], axis=1)), NAMES, 80)
    assert made["stacking"].tolist() == [1, 1, 1, 0, 0, 0, 0, 2, 2, 2]


@given(values, st.floats(0.55, 0.95))
def test_the_worst_part_is_as_large_as_asked_for_to_within_one_area(table, share):
    marked = flags(table, np.ones(30), share).mean(axis=0)
    assert ((marked >= 1 - share) & (marked <= 1 - share + 1 / 30 + 1e-9)).all()


@given(values, arrays(float, 30, elements=st.floats(1, 1000)))
def test_the_cut_off_is_where_the_weight_below_and_at_it_reaches_the_share(table, weights):
    one = table[:, 0]
    limit = cut_off(one, weights, 0.8)
    assert weights[one <= limit].sum() >= 0.8 * weights.sum() * (1 - 1e-9)
    assert weights[one < limit].sum() < 0.8 * weights.sum()


@given(values)
def test_the_count_does_not_depend_on_the_unit_of_a_problem(table):
    stretched = table * [1000, 0.5, 1] + [5, 0, -3]
    pd.testing.assert_frame_equal(
        stacking(panel_of(table), NAMES, 80), stacking(panel_of(stretched), NAMES, 80), atol=1e-6
    )


def test_the_mean_score_equals_that_of_plain_standardising():
    table = np.random.default_rng(1).normal(size=(50, 3)) * [1, 10, 100]
    made = stacking(panel_of(table), NAMES, 80)["stacking_z"]
    expected = ((table - table.mean(axis=0)) / table.std(axis=0)).mean(axis=1)
    np.testing.assert_allclose(made, expected, atol=1e-9)


def test_levels_and_years_have_cut_offs_of_their_own():
    table = np.random.default_rng(2).normal(size=(40, 3))
    one = panel_of(table)
    other = panel_of(table + 100, level="wijk")
    later = panel_of(table * 7 - 30, year=2025)
    made = stacking(pd.concat([one, other, later], ignore_index=True), NAMES, 80)
    parts = made["stacking"].to_numpy().reshape(3, 40)
    assert (parts == parts[0]).all()


def test_an_area_with_an_unknown_problem_or_stock_has_no_count():
    table = np.random.default_rng(3).normal(size=(40, 3))
    table[0, 1] = np.nan
    stock = np.full(40, 100.0)
    stock[1] = np.nan
    made = stacking(panel_of(table, stock), NAMES, 80)
    assert made.loc[:1].isna().all(axis=None)
    assert made.loc[2:].notna().all(axis=None)


@pytest.mark.parametrize("same", [np.full(40, 3.0), np.repeat([0.0, 5.0], [36, 4])])
def test_a_problem_that_most_areas_share_marks_none_rather_than_all(same):
    table = np.random.default_rng(4).normal(size=(40, 3))
    table[:, 2] = same
    assert stacking(panel_of(table), NAMES, 80)["stacking"].isna().all()


def test_two_problems_are_too_few_to_stack():
    with pytest.raises(ParameterError, match="too few problems"):
        stacking(panel_of(np.ones((5, 3))), NAMES[:2], 80)


@pytest.mark.parametrize("name", ["woz", "won", "onv", "owner_occupied", "tenure_corporation"])
def test_housing_and_what_is_made_with_it_is_no_problem_to_stack(name, in_root):
    with pytest.raises(CircularityError, match=name):
        refuse_exposures(["income_low", name], schema.columns())


def test_a_problem_that_the_dictionary_lacks_is_refused(in_root):
    with pytest.raises(ParameterError, match="not_there"):
        refuse_exposures(["income_low", "not_there"], schema.columns())


@pytest.mark.parametrize("name", ["sample", "rotterdam-buurten", "nederland-gemeenten"])
def test_the_problems_of_every_study_are_no_housing(name, in_root):
    from nplvanalysis import params

    problems = params.load(f"studies/{name}.yaml").measures.problems
    assert len(problems) >= 3
    refuse_exposures(problems, schema.columns())


def with_problems(study, names: list[str]):
    measures = study.measures.model_copy(update={"problems": names})
    return study.model_copy(update={"measures": measures})


def test_a_study_without_a_list_of_problems_has_no_stacking_and_says_so(study):
    made = measure(panel_of(np.ones((5, 3))), with_problems(study, []))
    assert made.absent.set_index("measure")["missing"]["stacking"] == "measures.problems"
    assert "stacking" not in made.panel


def test_a_study_that_lacks_a_problem_has_no_stacking_and_names_it(study):
    made = measure(panel_of(np.ones((5, 3))), with_problems(study, [*NAMES, "debt"]))
    assert made.absent.set_index("measure")["missing"]["stacking_z"] == "debt"
    assert "stacking_z" not in made.panel


def test_the_panel_has_stacking_by_the_percentile_of_the_study(study):
    table = np.random.default_rng(5).normal(size=(40, 3))
    made = measure(panel_of(table), with_problems(study, NAMES)).panel
    expected = stacking(panel_of(table), NAMES, study.measures.problem_cutoff)
    pd.testing.assert_frame_equal(made[["stacking", "stacking_z"]], expected)
