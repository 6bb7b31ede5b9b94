"""Stacking beyond chance: size under no stacking, find under stacking, and what cannot be told."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from nplvanalysis.errors import (
    ColumnMissingError,
    NoCountsError,
    NoVariationError,
    TooFewAreasError,
    TooFewClustersError,
)
from nplvanalysis.models.estimates import estimate_row
from nplvanalysis.models.excess import LARGEST, estimate_excess
from nplvanalysis.models.judgement import Case, judge
from nplvanalysis.models.problem_counts import by_year, distribution
from nplvanalysis.models.ratio import excess, log_draws, ratio_row, without_largest
from nplvanalysis.models.resampling import clusters_of, multiplicities
from nplvanalysis.models.stacked import Counting, region_of, stacked
from nplvanalysis.schema import columns

from .stacked_city import PROBLEMS, ROW, city, with_problems

OWN = Counting()


@pytest.fixture
def small(study):
    return with_problems(study)


def case_of(panel, study, how=OWN, year=2024):
    return stacked(panel, ROW, year, study, how)


def plain_ratio(table: pd.DataFrame, classes: str | None, weights: str | None) -> float:
    """Observed over expected by a few lines of pandas, for equal cut-offs of 80 %."""
    own = table[weights] if weights else pd.Series(1.0, table.index)
    has = {}
    for name in PROBLEMS:
        order = table.assign(w=own).sort_values(name, kind="stable")
        reached = order["w"].cumsum() / order["w"].sum()
        has[name] = table[name] >= order.loc[reached >= 0.8 - 1e-12, name].iloc[0]
    has = pd.DataFrame(has)
    observed = own[has.sum(axis=1) >= 4].sum() / own.sum()
    groups = table[classes].astype(int) if classes else pd.Series(0, table.index)
    expected = 0.0
    for _, part in has.groupby(groups):
        w = own[part.index]
        p = part.mul(w, axis=0).sum() / w.sum()
        all_five = p.prod()
        four = sum((1 - p[one]) * p.drop(one).prod() for one in PROBLEMS)
        expected += w.sum() / own.sum() * (all_five + four)
    return observed / expected


@pytest.mark.parametrize("weights", [None, "dwellings"])
@pytest.mark.parametrize("classes", [None, "urbanity"])
def test_the_ratio_equals_that_of_plain_pandas(small, weights, classes):
    panel = city(together=0.5, urban=0.3)
    how = Counting(weighted=weights is not None, anywhere=classes is None)
    assert excess(case_of(panel, small, how)).ratio == pytest.approx(
        plain_ratio(panel, classes, weights), abs=1e-9
    )


def test_every_draw_equals_counting_a_table_of_the_areas_drawn(small):
    case = case_of(city(together=0.5), small)
    clusters = np.arange(len(case.table)) // 6
    found = log_draws([case], clusters, np.random.default_rng(5), draws=4)
    again = multiplicities(clusters, np.random.default_rng(5), 4)
    tables = [case.table.loc[case.table.index.repeat(d)].reset_index(drop=True) for d in again]
    expected = [np.log(plain_ratio(one, "urbanity", "dwellings")) for one in tables]
    np.testing.assert_allclose(found, expected, atol=1e-9)


def verdict_of(panel, study, seed=1):
    made = ratio_row([case_of(panel, study)], study, np.random.default_rng(seed), 199)
    gates = pd.DataFrame(columns=["estimate"])
    return judge(Case(ROW, made.iloc[0], gates, study, study.models.alpha)).verdict


def test_problems_that_go_their_own_way_in_each_class_are_about_as_frequent_as_chance(small):
    within, over_all = [], []
    for seed in range(40):
        panel = city(seed, areas=600, urban=1.0)
        within.append(excess(case_of(panel, small)).ratio)
        over_all.append(excess(case_of(panel, small, Counting(anywhere=True))).ratio)
    assert np.mean(within) == pytest.approx(1, abs=0.05)
    # what cities have more of altogether would pass for stacking
    assert np.mean(over_all) > 2


def test_problems_that_go_their_own_way_are_never_called_stacking(small):
    found = [verdict_of(city(seed, urban=1.0), small) for seed in range(30)]
    assert not {"supported", "mixed"} & set(found)
    assert found.count("not_supported") > 20


def test_problems_that_go_together_strongly_are_called_stacking(small):
    assert verdict_of(city(together=0.7, areas=600), small) == "supported"


def test_intervals_hold_the_ratio_of_all_areas_as_often_as_they_say_and_are_not_vacuous(small):
    truth = excess(case_of(city(99, areas=60_000, together=0.5), small)).ratio
    alone = with_problems(small, cluster="none")
    made = pd.concat(
        [
            ratio_row(
                [case_of(city(seed, together=0.5), alone)], alone, np.random.default_rng(1), 60
            )
            for seed in range(80)
        ]
    )
    inside = (made["low"] <= truth) & (truth <= made["high"])
    spread = np.log(made["estimate"]).std()
    claimed = (made["std_error"] / made["estimate"]).mean()
    assert inside.mean() >= 0.93
    assert spread < claimed < 1.6 * spread


def test_the_area_that_adds_most_is_the_one_without_which_the_ratio_is_smallest(small):
    case = case_of(city(3, areas=120, together=0.4), small)
    rest = [case.subset(np.arange(120) != one) for one in range(120)]
    assert excess(without_largest(case)).ratio == pytest.approx(
        min(excess(one).ratio for one in rest)
    )


def test_a_row_that_decides_has_its_gates_and_every_problem_left_out_once(small):
    made = estimate_excess(city(together=0.6), ROW, small, np.random.default_rng(1))
    gates = made[made["role"] == "gate"]
    assert gates[["weights", "controls", "sample"]].to_numpy().tolist() == [
        ["none", "urbanity", "main"],
        ["dwellings", "urbanity + municipality", "main"],
        ["dwellings", "urbanity", LARGEST],
    ]
    checks = set(made.loc[made["role"] == "sensitivity", "sample"])
    assert checks == {
        "main",
        "ceiling",
        "cut-off 75",
        "cut-off 90",
        *(f"without {one}, 3 or more" for one in PROBLEMS),
    }


def test_regions_are_held_where_there_are_several_and_urbanity_alone_is_shown(small):
    panel = city(together=0.6).assign(province=np.repeat(["north", "south"], 150))
    made = estimate_excess(panel, ROW, small, np.random.default_rng(1))
    assert made["controls"][0] == "urbanity + province"
    assert {"urbanity", ""} <= set(made.loc[made["role"] == "sensitivity", "controls"])
    assert region_of(panel.assign(province="north")) == ""


def two_years(first: float, last: float) -> pd.DataFrame:
    early, late = city(1, 600, first, year=2014), city(1, 600, last, year=2024)
    return pd.concat([early, late], ignore_index=True)


def trend(panel, study):
    row = ROW.model_copy(update={"role": "secondary", "year_first": 2014})
    return estimate_excess(panel, row, study, np.random.default_rng(1))


def test_a_trend_is_the_ratio_of_the_last_year_over_that_of_the_first(small):
    panel = two_years(0.2, 0.7)
    ratios = [excess(case_of(panel, small, year=year)).ratio for year in (2014, 2024)]
    made = trend(panel, small).iloc[0]
    assert made["estimate"] == pytest.approx(ratios[1] / ratios[0])
    assert made["low"] > 1


def test_a_year_that_holds_the_figures_of_another_has_no_trend(small):
    assert trend(two_years(0.5, 0.5), small)["status"].unique().tolist() == ["no_variation"]


def test_a_trend_is_over_the_areas_that_both_years_have(small):
    panel = two_years(0.3, 0.6)
    less = panel[~((panel["year"] == 2014) & (panel.index < 90))]
    made = trend(less, small).iloc[0]
    both = panel[~panel["code"].isin(panel["code"][:90])]
    assert made["n"] == 510
    assert made["estimate"] == pytest.approx(trend(both, small)["estimate"][0])


def test_a_trend_across_a_change_of_rounding_is_refused(small):
    panel = two_years(0.5, 0.5)
    panel.loc[panel["year"] == 2014, "income_low"] = panel["income_low"].round()
    assert trend(panel, small)["status"].unique().tolist() == ["rounding"]
    assert by_year(panel, ROW, small)["year"].tolist() == [2024]


def test_a_study_without_one_of_the_problems_is_refused_by_name(small):
    with pytest.raises(ColumnMissingError, match="debts"):
        case_of(city().drop(columns="debts"), small)
    with pytest.raises(ColumnMissingError, match="income_low"):
        case_of(city().assign(income_low=np.nan), small)


def test_a_year_without_figures_is_refused(small):
    with pytest.raises(ColumnMissingError, match="2019"):
        case_of(city(), small, year=2019)


def test_two_problems_are_too_few(small):
    with pytest.raises(ColumnMissingError, match="at least 3"):
        case_of(city(), with_problems(small, PROBLEMS[:2]))


def test_few_areas_with_all_problems_known_are_refused(small):
    panel = city()
    panel.loc[panel.index >= 29, "debts"] = np.nan
    with pytest.raises(TooFewAreasError, match="29"):
        case_of(panel, small)


def test_urbanity_that_cannot_be_held_constant_is_refused_and_not_left_out(small):
    with pytest.raises(TooFewAreasError, match="hold urbanity constant"):
        case_of(city(areas=36), small)


def test_one_class_of_urbanity_everywhere_is_held_constant_as_it_is(small):
    panel = city(together=0.6).assign(urbanity=1)
    assert set(case_of(panel, small).problems.strata) == {0}


@pytest.mark.parametrize("same", [3.0, "mostly zero"])
def test_a_problem_that_marks_every_area_is_refused_by_name(small, same):
    rare = np.where(np.arange(300) < 30, 7.0, 0.0)
    panel = city().assign(debts=rare if same == "mostly zero" else same)
    with pytest.raises(NoVariationError, match="debts"):
        case_of(panel, small)


def test_fewer_than_five_areas_with_many_problems_are_too_few_for_a_ratio(small):
    with pytest.raises(NoCountsError, match="at least 5"):
        excess(case_of(city(areas=60), small))


@pytest.mark.parametrize(
    ("panel", "status"),
    [
        (city(areas=60), "no_counts"),
        (city().drop(columns="debts"), "column_missing"),
        (city(areas=29), "too_few_areas"),
        (city().assign(debts=1.0), "no_variation"),
    ],
)
def test_what_cannot_be_estimated_is_a_row_with_its_reason(small, panel, status, in_root):
    made = estimate_row(panel, ROW, small, columns())
    first = made[made["role"] == "primary"].iloc[0]
    assert first["status"] == status
    assert np.isnan(first["estimate"])


def test_the_same_seed_gives_the_same_interval(small):
    case = case_of(city(together=0.6), small)
    one, other = (ratio_row([case], small, np.random.default_rng(3), 30) for _ in range(2))
    pd.testing.assert_frame_equal(one, other)


def test_both_years_of_an_area_are_drawn_together_and_few_clusters_are_refused(small):
    both = two_years(0.5, 0.5)
    by_municipality = clusters_of(both, small)
    assert (by_municipality[:600] == by_municipality[600:]).all()
    assert by_municipality.max() + 1 == 100
    with pytest.raises(TooFewClustersError):
        clusters_of(both, with_problems(small, min_clusters=101))


def test_the_distribution_shows_what_the_ratio_divides(small):
    panel = city(together=0.6)
    made = distribution(panel, ROW, small)
    sums = made[made["many"]][["observed", "expected"]].sum()
    assert sums["observed"] / sums["expected"] == pytest.approx(excess(case_of(panel, small)).ratio)
    assert made["observed"].sum() == pytest.approx(100)
    assert made["problems"].tolist() == [0, 1, 2, 3, 4, 5]


def test_every_year_that_has_all_problems_has_a_ratio(small):
    panel = two_years(0.3, 0.6)
    gap = city(year=2019).assign(debts=np.nan)
    every = by_year(pd.concat([panel, gap]), ROW, small)
    assert every["year"].tolist() == [2014, 2024]


def test_the_interval_of_a_year_does_not_hang_on_which_others_are_known(small):
    panel = two_years(0.3, 0.6)
    both, last = (by_year(one, ROW, small) for one in (panel, panel[panel["year"] == 2024]))
    pd.testing.assert_frame_equal(both.tail(1).reset_index(drop=True), last)
