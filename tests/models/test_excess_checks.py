"""Every gate and check of stacking is what its name says: each equals a count of its own."""

from __future__ import annotations

from itertools import product
from math import prod

import numpy as np
import pandas as pd
import pytest
from scipy.stats import norm

from nplvanalysis import params
from nplvanalysis.models.city_areas import CENTRE, UNIONS, VISITED
from nplvanalysis.models.excess import CEILING, LARGEST, estimate_excess
from nplvanalysis.models.ratio import excess, ratio_row
from nplvanalysis.models.rules import RATIO
from nplvanalysis.models.stacked import Counting, stacked
from tests.conftest import ROOT

from .stacked_city import PROBLEMS, ROW, city, with_problems

HERE = ["urbanity", "province"]


def country() -> pd.DataFrame:
    """Two provinces of two municipalities that differ, with 33 areas per class of urbanity."""
    made = city(7, areas=400, together=0.4, urban=0.4)
    place = np.arange(400) // 100
    values = made[PROBLEMS].add(np.array([0, 6, 9, 15.0])[place], axis=0)
    names = {"municipality": np.array(list("abcd"))[place], "province": np.array([*"nnss"])[place]}
    return made.assign(**values, **names, union=(np.arange(400) % 5 == 0).astype(int))


def plain(table, by=HERE, weights="dwellings", cut=0.8, drop="", ceiling=False) -> float:
    """Observed over expected, all outcomes written out."""
    names = [name for name in PROBLEMS if name != drop]
    many = min(4, len(names) - 1)
    own = table[weights].to_numpy() if weights else np.ones(len(table))
    has = np.column_stack([_has(table[name].to_numpy(), own, cut) for name in names])
    observed = own[has.sum(axis=1) >= many].sum() / own.sum()
    expected = most = 0.0
    groups = table.groupby(by).ngroup() if by else pd.Series(0, table.index)
    for one in set(groups):
        inside = (groups == one).to_numpy()
        chances = (own[inside] @ has[inside]) / own[inside].sum()
        part = own[inside].sum() / own.sum()
        for outcome in product([0, 1], repeat=len(names)):
            if sum(outcome) >= many:
                pairs = zip(outcome, chances, strict=True)
                expected += part * prod(p if is_ else 1 - p for is_, p in pairs)
        most += part * sorted(chances)[-many]
    return (most if ceiling else observed) / expected


def marks(table: pd.DataFrame) -> np.ndarray:
    own = table["dwellings"].to_numpy()
    return np.column_stack([_has(table[name].to_numpy(), own, 0.8) for name in PROBLEMS])


def _has(values: np.ndarray, own: np.ndarray, cut: float) -> np.ndarray:
    reached = [own[values <= one].sum() >= cut * own.sum() * (1 - 1e-12) for one in values]
    return values >= values[reached].min()


def made_of(study, unit: str) -> pd.DataFrame:
    small = with_problems(study, cluster="none").model_copy(update={"unit": unit})
    return estimate_excess(country(), ROW, small, np.random.default_rng(1))


@pytest.fixture(scope="module")
def rows() -> dict[str, pd.DataFrame]:
    study = params.load(ROOT / "studies" / "sample.yaml")
    return {unit: made_of(study, unit) for unit in ("buurt", "gebied")}


TABLE = country()
CHECKS = {
    "unweighted": (("gate", "none", "urbanity + province", "main"), {"weights": None}),
    "municipality": (
        ("gate", "dwellings", "urbanity + municipality", "main"),
        {"by": ["urbanity", "municipality"]},
    ),
    "urbanity alone": (("sensitivity", "dwellings", "urbanity", "main"), {"by": ["urbanity"]}),
    "anywhere": (("sensitivity", "dwellings", "", "main"), {"by": []}),
    CEILING: (("sensitivity", "dwellings", "urbanity + province", CEILING), {"ceiling": True}),
    **{
        f"cut-off {one}": (
            ("sensitivity", "dwellings", "urbanity + province", f"cut-off {one}"),
            {"cut": one / 100},
        )
        for one in (75, 90)
    },
    **{
        name: (
            ("sensitivity", "dwellings", "urbanity + province", f"without {name}, 3 or more"),
            {"drop": name},
        )
        for name in PROBLEMS
    },
}


def row_of(made: pd.DataFrame, *wanted: str) -> pd.Series:
    named = ["role", "weights", "controls", "sample"]
    own = made[(made[named].to_numpy() == np.array(wanted, object)).all(axis=1)]
    assert len(own) == 1
    return own.iloc[0]


def test_the_row_that_decides_equals_the_plain_count(rows):
    assert rows["buurt"]["estimate"][0] == pytest.approx(plain(TABLE), rel=1e-9)


@pytest.mark.parametrize(("wanted", "how"), CHECKS.values(), ids=CHECKS)
def test_a_check_equals_the_plain_count_of_what_it_names_and_differs_from_the_row(
    rows, wanted, how
):
    estimate = row_of(rows["buurt"], *wanted)["estimate"]
    assert estimate == pytest.approx(plain(TABLE, **how), rel=1e-9)
    assert abs(estimate / rows["buurt"]["estimate"][0] - 1) > 0.01


def test_the_gate_without_an_area_leaves_out_that_of_many_problems_that_adds_most(rows):
    found = row_of(rows["buurt"], "gate", "dwellings", "urbanity + province", LARGEST)
    many = TABLE.index[marks(TABLE).sum(axis=1) >= 4]
    least = min(plain(TABLE.drop(index=one)) for one in many)
    assert found["estimate"] == pytest.approx(least, rel=1e-9)
    assert found["estimate"] < rows["buurt"]["estimate"][0] * 0.995
    assert found["n"] == len(TABLE) - 1


def test_unions_are_left_out_where_a_city_puts_areas_together(rows):
    wanted = ("sensitivity", "dwellings", "urbanity + province", UNIONS)
    found, apart = row_of(rows["gebied"], *wanted), TABLE[TABLE["union"] == 0]
    assert found["n"] == len(apart) == 320
    assert found["estimate"] == pytest.approx(plain(apart), rel=1e-9)
    assert abs(found["estimate"] / rows["gebied"]["estimate"][0] - 1) > 0.01


def test_the_centre_of_a_city_is_left_out_too(study, in_root):
    worst = marks(TABLE).sum(axis=1).argsort(kind="stable")[-len(VISITED) :]
    table = TABLE.assign(code=TABLE["code"].where(~TABLE.index.isin(worst), None))
    table.loc[worst, "code"] = list(VISITED)
    own = with_problems(study, cluster="none").model_copy(update={"unit": "gebied"})
    made = estimate_excess(table, ROW, own, np.random.default_rng(1))
    found = row_of(made, "sensitivity", "dwellings", "urbanity + province", CENTRE)
    assert found["n"] == len(TABLE) - 6
    assert found["estimate"] == pytest.approx(plain(table.drop(index=worst)), rel=1e-9)
    assert abs(found["estimate"] / made["estimate"][0] - 1) > 0.01


def cases(study, years=(2024,)) -> list:
    parts = [city(1, 300, 0.05 + 0.015 * (year - 2014), year) for year in years]
    panel = pd.concat(parts, ignore_index=True)
    return [stacked(panel, ROW, year, study, Counting()) for year in years]


@pytest.mark.parametrize(("years", "against"), [((2024,), RATIO), ((2014, 2024), 1.0)])
def test_p_is_that_of_the_distance_to_the_line_of_the_verdict(study, years, against):
    small = with_problems(study, cluster="none")
    own = cases(small, years)
    made = ratio_row(own, small, np.random.default_rng(1), 99).iloc[0]
    ratios = [excess(case).ratio for case in own]
    estimate = ratios[-1] / ratios[0] if len(ratios) > 1 else ratios[0]
    # the spread of the logarithm, from the ends of the interval
    spread = np.log(made["high"] / made["low"]) / (2 * norm.isf(small.models.alpha / 2))
    z = np.log(estimate / against) / spread
    assert made["p"] == pytest.approx(2 * norm.sf(abs(z)), rel=1e-9)
    assert 0.3 < abs(z) < 5
