"""Every gate of the gap is what its name says, worked out by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from nplvanalysis import schema
from nplvanalysis.models import estimates, gap, suppression
from nplvanalysis.models.felt import pair_of
from nplvanalysis.models.reliability import from_chance

from .felt_city import GAP, KINDS, make_felt_city, with_change


@pytest.fixture(scope="module")
def city():
    return with_change(make_felt_city(swap=0.2))


@pytest.fixture
def made(city, study, in_root):
    first = estimates.estimate_row(city, GAP, study, schema.columns())
    return first.drop_duplicates(["role", "weights", "controls", "sample"])


@pytest.fixture
def now(city):
    kept = city[(city["year"] == 2023) & (city["dwellings"] >= 100)].sort_values("code")
    return kept.assign(crime=kept[KINDS].sum(axis=1)).reset_index(drop=True)


def within(now, weights, controls=("urbanity",)) -> tuple[np.ndarray, np.ndarray]:
    """Regressors and outcome less the weighted mean of the town; crime is the third."""
    columns = now[["tenure_corporation", "tenure_other", "crime"]].astype(float)
    if "urbanity" in controls:
        columns = columns.join(pd.get_dummies(now["urbanity"], drop_first=True).astype(float))
    columns = columns.join(now[[one for one in controls if one != "urbanity"]])
    columns = columns.assign(unsafe=now["feels_unsafe"])
    towns = now["municipality"]
    sums = columns.mul(weights, axis=0).groupby(towns).transform("sum")
    total = pd.Series(weights, now.index).groupby(towns).transform("sum")
    centred = (columns - sums.div(total, axis=0)).to_numpy()
    return centred[:, :-1], centred[:, -1]


def by_hand(now, weights, variance=0.0, controls=("urbanity",)) -> float:
    """Per 10 points: normal equations less the error that demeaning leaves of crime."""
    regressors, unsafe = within(now, weights, controls)
    size = pd.Series(weights).groupby(now["municipality"]).transform("sum").to_numpy()
    gram = regressors.T @ (weights[:, None] * regressors)
    gram[2, 2] -= (weights * variance * (1 - weights / size)).sum()
    return 10 * np.linalg.solve(gram, regressors.T @ (weights * unsafe))[0]


def gate(made, sample, weights="dwellings") -> float:
    found = made[made["role"].eq("gate") & made["sample"].eq(sample)]
    return found.loc[found["weights"].eq(weights), "estimate"].iloc[0]


def differs(made, value: float) -> bool:
    return abs(value - made["estimate"].iloc[0]) > 1e-4


def test_the_unweighted_gate_gives_all_areas_one_weight(made, now):
    found = gate(made, "main", "none")
    assert found == pytest.approx(by_hand(now, np.ones(len(now))), abs=1e-6)
    assert differs(made, found)


def test_the_gate_of_other_controls_holds_them(made, now, study):
    controls = [*study.models.controls_other]
    found = gate(made, "main")
    weights = now["dwellings"].to_numpy(float)
    assert found == pytest.approx(by_hand(now, weights, controls=controls), abs=1e-6)
    assert differs(made, found)


def test_the_gate_without_the_largest_leverage_lacks_that_area(made, now):
    """Of what the other regressors leave of corporation rent, one area has most."""
    weights = now["dwellings"].to_numpy(float)
    regressors, _ = within(now, weights)
    root = np.sqrt(weights)
    own, others = root * regressors[:, 0], root[:, None] * regressors[:, 1:]
    left = own - others @ np.linalg.lstsq(others, own, rcond=None)[0]
    kept = now.drop(index=np.argmax(left**2)).reset_index(drop=True)
    found = gate(made, "without largest leverage")
    assert found == pytest.approx(by_hand(kept, kept["dwellings"].to_numpy(float)), abs=1e-6)
    assert differs(made, found)


def test_the_gate_by_rank_holds_the_rank_of_crime(made, now):
    ranks = now.assign(crime=now["crime"].rank())
    found = gate(made, "registered crime by rank")
    assert found == pytest.approx(by_hand(ranks, now["dwellings"].to_numpy(float)), abs=1e-6)
    assert differs(made, found)


def test_the_gate_corrected_for_chance_takes_poisson_errors_out(made, now):
    variance = (1000 * now["crime"] / now["population"]).to_numpy(float)
    weights = now["dwellings"].to_numpy(float)
    found = gate(made, "corrected for chance")
    assert found == pytest.approx(by_hand(now, weights, variance), abs=1e-6)
    assert differs(made, found)


def test_corrections_are_shown_without_a_citys_centre_too(city, study, in_root):
    named = city.assign(code=city["code"].replace("BU00000000", "GB05990076"), union=0)
    of_areas = study.model_copy(update={"unit": "gebied"})
    made = estimates.estimate_row(named, GAP, of_areas, schema.columns())
    shown = made[made["role"] == "sensitivity"].drop_duplicates("sample").set_index("sample")
    less = estimates.estimate_row(
        city[city["code"] != "BU00000000"], GAP, study, schema.columns()
    ).drop_duplicates("sample")
    for sample in ("corrected for chance", "lowest reliability"):
        expected = less.loc[less["sample"] == sample, "estimate"].item()
        assert shown.loc[f"{sample} without centre", "estimate"] == pytest.approx(expected)


def test_the_gate_at_the_lowest_reliability_takes_all_change_between_waves_out(
    made, now, city, study
):
    """Poisson errors, scaled until crime is as reliable as two waves are alike."""
    weights = now["dwellings"].to_numpy(float)
    before = city[city["year"] == 2022].set_index("code")[KINDS].sum(axis=1).loc[now["code"]]
    both = np.cov(now["crime"], before, aweights=weights, ddof=0)
    waves = both[0, 1] / np.sqrt(both[0, 0] * both[1, 1])
    pair = pair_of(city, GAP, study)
    scale = (1 - waves) / (1 - from_chance(pair.registered, pair.weights))
    variance = scale * (1000 * now["crime"] / now["population"]).to_numpy(float)
    found = gate(made, "lowest reliability")
    assert scale > 1.05
    assert found == pytest.approx(by_hand(now, weights, variance), abs=1e-6)
    assert abs(found - gate(made, "corrected for chance")) > 1e-2


def test_who_is_left_out_is_counted_by_urbanity_with_the_reason(city, study, in_root):
    first = city["year"].eq(2023) & city["code"].str.endswith("3")
    holed = city.assign(
        feels_unsafe=city["feels_unsafe"].mask(first & city["urbanity"].eq(2)),
        dwellings=city["dwellings"].mask(first & city["urbanity"].eq(5), 20.0),
        tenure_corporation=city["tenure_corporation"].mask(first & city["urbanity"].eq(1)),
    )
    used = gap.areas(holed, GAP, study)
    found = suppression.beside(holed, GAP, study, used).set_index("group")
    share = (
        city[first].groupby("urbanity").size()
        / city[city["year"] == 2023].groupby("urbanity").size()
    )
    assert found.loc["all", "kept"] * found.loc["all", "areas"] == pytest.approx(len(used))
    for name, reason in ((2, "no outcome"), (5, "small"), (1, "other")):
        assert found.loc[f"urbanity {name}", reason] == pytest.approx(share[name])
        assert found.loc[f"urbanity {name}", "kept"] == pytest.approx(1 - share[name])
