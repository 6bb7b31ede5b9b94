"""The moments behind docs/calibration.md, on small tables with known answers."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

ROOT = Path(__file__).resolve().parents[2]


def bench(name):
    """Import a module from bench/, which is no package itself."""
    sys.path.insert(0, str(ROOT / "bench"))
    try:
        return importlib.import_module(name)
    finally:
        sys.path.pop(0)


moments, statistics, calibration, columns, page = (
    bench(f"likeness.{name}") for name in ("moment", "statistics", "comparison", "columns", "page")
)
ONES = np.ones(4)


def table(**columns):
    count = len(next(iter(columns.values())))
    shape = {"municipality": ["GM1", "GM2"] * (count // 2), "urbanity": [1] * count}
    shape |= {"population": [1000.0] * count, "dwellings": [500.0] * count}
    return pd.DataFrame(shape | columns)


def measured(kind, made, column, other="", urbanity="", level="gemeente"):
    moment = moments.Moment(kind, level, 2020, column, other, urbanity)
    return moments.measure(moment, {(level, 2020): made})


def test_a_mean_counts_by_its_weight():
    assert statistics.mean(np.array([0.0, 10.0]), np.array([3.0, 1.0])) == 2.5


def test_a_spread_is_that_of_the_weight_written_out():
    written_out = np.array([0.0, 0.0, 0.0, 10.0])
    assert statistics.spread(np.array([0.0, 10.0]), np.array([3.0, 1.0])) == pytest.approx(
        written_out.std()
    )


@pytest.mark.parametrize(("share", "value"), [(0.1, 1.0), (0.5, 2.0), (0.51, 3.0), (0.9, 4.0)])
def test_a_quantile_is_the_first_value_that_reaches_the_weight(share, value):
    assert statistics.quantile(np.array([4.0, 2.0, 1.0, 3.0]), ONES, share) == value


def test_a_correlation_of_opposites_is_minus_one():
    rising = np.array([1.0, 2.0, 3.0, 9.0])
    weights = np.array([1.0, 5.0, 2.0, 1.0])
    assert statistics.correlation(rising, 7 - 2 * rising, weights) == pytest.approx(-1)


def test_all_variance_lies_between_groups_that_are_alike_inside():
    groups = np.array(["a", "a", "b", "b"])
    assert statistics.between(np.array([1.0, 1.0, 5.0, 5.0]), ONES, groups) == pytest.approx(1)


def test_no_variance_lies_between_groups_of_one_mean():
    groups = np.array(["a", "a", "b", "b"])
    assert statistics.between(np.array([1.0, 5.0, 5.0, 1.0]), ONES, groups) == pytest.approx(0)


@given(st.integers(0, 2**32 - 1))
def test_the_variance_between_and_within_groups_adds_up(seed):
    rng = np.random.default_rng(seed)
    values, weights = rng.normal(size=30), rng.uniform(1, 9, 30)
    groups = rng.integers(0, 4, 30).astype(str)
    left = statistics.spread(statistics.within(values, weights, groups), weights) ** 2
    share = statistics.between(values, weights, groups)
    assert share + left / statistics.spread(values, weights) ** 2 == pytest.approx(1)


def test_morans_i_agrees_with_esda():
    from esda import Moran
    from libpysal.weights import KNN

    rng = np.random.default_rng(1)
    points = rng.uniform(0, 1000, (200, 2))
    values = points[:, 0] / 100 + rng.normal(size=200)
    weights = KNN(points, k=statistics.NEIGHBOURS)
    assert statistics.moran(values, points) == pytest.approx(
        Moran(values, weights, transformation="r", permutations=0).I
    )


def test_a_mean_of_a_class_leaves_the_other_classes_out():
    made = table(woz=[100.0, 200.0, 300.0, 900.0]).assign(urbanity=[1, 1, 1, 5])
    assert measured("mean", made, "woz", urbanity="1") == (200.0, 3)


def test_the_residents_of_a_class_are_a_share_of_all():
    made = table(population=[100.0, 100.0, 100.0, 700.0]).assign(urbanity=[1, 1, 1, 5])
    assert measured("urbanity_share", made, "population", urbanity="1") == (30.0, 4)


def test_small_areas_are_left_out_of_figures_and_kept_in_sizes():
    made = table(population=[50.0, 300.0, 400.0, 500.0], share_single=[99.0, 1.0, 2.0, 3.0])
    assert measured("p90", made, "share_single", level="buurt") == (3.0, 3)
    assert measured("p10", made, "population", level="buurt") == (50.0, 4)


def test_areas_are_counted_inhabited_or_not():
    made = table(population=[0.0, 300.0, 400.0, 500.0])
    assert measured("areas", made, "dwellings", level="buurt") == (4.0, 4)


def test_a_rank_correlation_within_cities_forgets_that_cities_differ():
    made = table(woz=[1.0, 101.0, 2.0, 102.0, 3.0, 103.0], vacant=[3.0, 3.1, 2.0, 2.1, 1.0, 1.1])
    assert measured("rank_within", made, "woz", "vacant")[0] == pytest.approx(-1)


def test_residents_among_corporation_homes_are_counted_from_two_thirds():
    made = table(tenure_corporation=[66.0, 67.0, 10.0, 90.0])
    assert measured("over_two_thirds", made, "tenure_corporation") == (50.0, 4)


def test_a_moment_of_a_column_that_is_not_there_is_missing():
    value, count = measured("mean", table(woz=[1.0, 2.0]), "turnout")
    assert np.isnan(value)
    assert count == 0


def test_a_missing_figure_leaves_its_area_out():
    made = table(woz=[100.0, 200.0, np.nan, 300.0])
    assert measured("mean", made, "woz") == (200.0, 3)


FIGURES = pd.DataFrame(
    {
        "population": [2000, 1000, 0],
        "households": [1000, 500, 0],
        "dwellings": [1000, 500, 0],
        "owner": [500, 100, 0],
        "corporation": [250, 300, 0],
        "other": [50, 100, 0],
        "woz_sum": [300_000.0, 100_000.0, 0.0],
        "addresses": [1001, 501, 1],
        "address_density_sum": [2_602_600.0, 300_600.0, 50.0],
        "social_assistance_rate_count": [20, 30, 0],
        "single_households": [400, 100, 0],
    }
)


def test_shares_of_tenure_leave_out_the_unknown():
    made = columns.derived(FIGURES)
    assert made["tenure_owner"].tolist()[:2] == [62.5, 20.0]
    assert made.filter(like="tenure_").sum(axis=1).tolist()[:2] == [100.0, 100.0]


def test_counts_become_rates_and_sums_become_means():
    made = columns.derived(FIGURES)
    assert made["social_assistance_rate"].tolist()[:2] == [10.0, 30.0]
    assert made["woz"].tolist()[:2] == [300.0, 200.0]
    assert made["share_single"].tolist()[:2] == [40.0, 20.0]


def test_the_class_of_urbanity_follows_the_addresses():
    assert columns.derived(FIGURES)["urbanity"].tolist()[:2] == [1, 4]


def test_an_empty_area_has_no_rates():
    assert columns.derived(FIGURES).iloc[2][["tenure_owner", "woz", "share_single"]].isna().all()


def compared(values):
    known = pd.DataFrame(
        {
            "moment": "mean",
            "level": "gemeente",
            "year": 2020,
            "column": ["woz", "woz", "turnout"],
            "other": "",
            "urbanity": "",
            "value": [values, 250.0, 50.0],
            "tolerance": 10.0,
            "n": 3,
            "source": "made up",
            "note": "",
        }
    )
    tables = {("gemeente", 2020): table(woz=[200.0, 210.0, 190.0, 200.0])}
    return calibration.compared(known, tables, tables)


def test_a_moment_is_within_when_it_differs_by_no_more_than_its_tolerance():
    result = compared(190.0)
    assert result["within"].tolist()[:2] == [True, False]
    assert result["difference"].tolist()[:2] == [10.0, -50.0]


def test_the_page_counts_what_is_within_and_names_what_is_not():
    text = page.page(compared(190.0).assign(reason=""), 2022, 4, {1: 3})
    assert "**1 of 3 moments of the synthetic country lie within their tolerance.**" in text
    part = text.split("## Outside the tolerance")[1].split("##")[0]
    assert part.count("\n| mean:") == 2
    assert "**missing**" in part


UNMET = pd.DataFrame(
    {
        "moment": ["mean"],
        "level": ["gemeente"],
        "year": [2020],
        "column": ["turnout"],
        "other": [""],
        "urbanity": [""],
        "reason": ["nobody votes"],
    }
)


def two_moments():
    """One within (woz), one missing (turnout)."""
    return compared(190.0).iloc[[0, 2]]


def test_a_moment_outside_with_a_reason_is_not_wrong():
    assert calibration.wrong(calibration.explained(two_moments(), UNMET)).empty


def test_a_moment_outside_without_a_reason_is_wrong():
    result = calibration.explained(two_moments(), UNMET.iloc[:0])
    assert calibration.wrong(result)["column"].tolist() == ["turnout"]


def test_a_reason_for_a_moment_that_is_within_is_wrong():
    result = calibration.explained(two_moments(), UNMET.assign(column="woz"))
    assert calibration.wrong(result)["column"].tolist() == ["woz", "turnout"]


def test_a_reason_for_no_moment_is_refused():
    with pytest.raises(ValueError, match=r"not in moments\.csv"):
        calibration.explained(two_moments(), UNMET.assign(column="fys"))


def test_the_page_gives_the_reason_of_what_is_outside():
    text = page.page(calibration.explained(two_moments(), UNMET), 2022, 4, {})
    assert "* mean: turnout (%): nobody votes" in text


def test_the_page_without_a_moment_outside_asks_for_no_reasons():
    text = page.page(calibration.explained(compared(190.0).iloc[:1], UNMET.iloc[:0]), 2022, 4, {})
    assert "Every theme is wholly matched." in text
    assert "utside the tolerance" not in text
    assert "Why" not in text


def test_the_committed_reasons_belong_to_committed_moments(tmp_path, monkeypatch):
    known = calibration.compared(calibration.read_moments(), {}, {})
    assert len(calibration.explained(known, calibration.read_unmet())) == len(known)
    alone = tmp_path / "unmet.csv"
    alone.write_text("moment,level,year,column,other,urbanity,reason\n", encoding="utf-8")
    monkeypatch.setattr(calibration, "UNMET", alone)
    assert (calibration.explained(known, calibration.read_unmet())["reason"] == "").all()


def test_fewer_than_one_in_twenty_moments_have_an_excuse():
    assert len(calibration.read_unmet()) < 0.05 * len(calibration.read_moments())


def test_every_committed_moment_can_be_named_and_has_a_tolerance():
    known = calibration.read_moments()
    assert len(known) >= 120
    assert (known["tolerance"] > 0).all()
    assert known["source"].ne("").all()
    assert all(page.label(row) and page.theme(row["column"]) for row in known.to_dict("records"))


def test_no_moment_is_listed_twice():
    keys = ["moment", "level", "year", "column", "other", "urbanity"]
    assert not calibration.read_moments().duplicated(keys).any()
