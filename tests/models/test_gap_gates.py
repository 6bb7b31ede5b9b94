"""Every gate of the gap is what its name says, worked out by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from nplvanalysis import schema
from nplvanalysis.models import estimates, gap, gap_range, suppression
from nplvanalysis.models.registered import REGISTERED

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
    before = city[city["year"] == 2022].set_index("code")[KINDS].sum(axis=1)
    made = kept.assign(crime=kept[KINDS].sum(axis=1), before=kept["code"].map(before))
    return made.reset_index(drop=True)


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


def poisson(now) -> np.ndarray:
    return (1000 * now["crime"] / now["population"]).to_numpy(float)


def all_change(now, weights, controls=("urbanity",)) -> np.ndarray:
    """Poisson errors, scaled until as much of crime is left as correlates with that of 2022."""
    regressors, _ = within(now, weights, controls)
    _, before = within(now.assign(feels_unsafe=now["before"]), weights, controls)
    root = np.sqrt(weights)[:, None]
    others, both = np.delete(regressors, 2, axis=1), np.column_stack([regressors[:, 2], before])
    left = root * both - root * others @ np.linalg.lstsq(root * others, root * both, rcond=None)[0]
    lasting = left[:, 0] @ left[:, 1] / np.sqrt((left**2).sum(axis=0).prod())
    size = pd.Series(weights).groupby(now["municipality"]).transform("sum").to_numpy()
    chance = (weights * poisson(now) * (1 - weights / size)).sum() / (left[:, 0] @ left[:, 0])
    assert 1 - lasting > 1.05 * chance
    return (1 - lasting) / chance * poisson(now)


def middle(now, weights, controls=("urbanity",)) -> float:
    """Half-way between the ends of what the errors of registered crime may be."""
    ends = [poisson(now), all_change(now, weights, controls)]
    return float(np.mean([by_hand(now, weights, one, controls) for one in ends]))


def gate(made, sample, weights="dwellings", role="gate") -> float:
    found = made[made["role"].eq(role) & made["sample"].eq(sample)]
    return found.loc[found["weights"].eq(weights), "estimate"].iloc[0]


def differs(made, value: float) -> bool:
    return abs(value - made["estimate"].iloc[0]) > 1e-4


def test_the_row_is_half_way_between_chance_and_all_change(made, now):
    weights = now["dwellings"].to_numpy(float)
    assert made["estimate"].iloc[0] == pytest.approx(middle(now, weights), abs=1e-6)


def test_its_interval_holds_those_of_both_ends(made):
    first = made[made["role"] == "primary"].set_index("standard_errors")
    ends = made[made["sample"].isin([gap.POISSON, gap.LOWEST])]
    assert set(ends["sample"]) == {gap.POISSON, gap.LOWEST}
    for name, one in first.iterrows():
        both = ends[ends["standard_errors"] == name]
        reach = (one["high"] - one["low"]) / 2
        half = (both["estimate"].max() - both["estimate"].min()) / 2
        widest = (both["high"] - both["low"]).max() / 2
        assert half > 0.01
        assert reach == pytest.approx(half + widest, rel=1e-9)
        assert one["low"] <= both["low"].min() + 1e-9
        assert one["high"] >= both["high"].max() - 1e-9


def test_the_unweighted_gate_gives_all_areas_one_weight(made, now):
    found = gate(made, "main", "none")
    assert found == pytest.approx(middle(now, np.ones(len(now))), abs=1e-6)
    assert differs(made, found)


def test_the_gate_of_other_controls_holds_them(made, now, study):
    controls = [*study.models.controls_other]
    found = gate(made, "main")
    weights = now["dwellings"].to_numpy(float)
    assert found == pytest.approx(middle(now, weights, controls), abs=1e-6)
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
    assert found == pytest.approx(middle(kept, kept["dwellings"].to_numpy(float)), abs=1e-6)
    assert differs(made, found)


def test_the_gate_by_rank_holds_the_rank_of_crime(made, now):
    ranks = now.assign(crime=now["crime"].rank())
    found = gate(made, "registered crime by rank")
    assert found == pytest.approx(by_hand(ranks, now["dwellings"].to_numpy(float)), abs=1e-6)
    assert differs(made, found)


def test_the_end_corrected_for_chance_takes_poisson_errors_out(made, now):
    weights = now["dwellings"].to_numpy(float)
    found = gate(made, "corrected for chance", role="sensitivity")
    assert found == pytest.approx(by_hand(now, weights, poisson(now)), abs=1e-6)


def test_the_end_at_the_lowest_reliability_takes_all_change_between_waves_out(made, now):
    weights = now["dwellings"].to_numpy(float)
    found = gate(made, "lowest reliability", role="sensitivity")
    assert found == pytest.approx(by_hand(now, weights, all_change(now, weights)), abs=1e-6)


def test_a_city_is_asked_without_its_centre_and_its_unions_too(city, study, in_root):
    named = city.assign(code=city["code"].replace("BU00000000", "GB05990076"))
    named = named.assign(union=named["code"].eq("BU00010001").astype(int))
    of_areas = study.model_copy(update={"unit": "gebied"})
    made = estimates.estimate_row(named, GAP, of_areas, schema.columns())
    shown = made[made["role"] == "sensitivity"].drop_duplicates("sample").set_index("sample")
    for sample, code in (("without centre", "BU00000000"), ("without unions", "BU00010001")):
        less = estimates.estimate_row(city[city["code"] != code], GAP, study, schema.columns())
        assert shown.loc[sample, "estimate"] == pytest.approx(less["estimate"].iloc[0])


def test_areas_without_another_wave_have_no_say_in_how_much_lasts(city, study, in_root):
    holed = city.assign(
        crime_violence_rate=city["crime_violence_rate"].mask(
            city["year"].eq(2022) & city["code"].str.endswith("3")
        )
    )
    own = gap._deciding(holed, GAP, study)
    again = pd.Series(own.pair.registered.again, own.pair.table["code"]).loc[own.fit.design.codes]
    now, before = gap_range.left_of(own.fit, REGISTERED, again.to_numpy())
    assert len(now) == len(before) == again.notna().sum() < len(again)
    chance, change = gap_range.without_chance(own), gap_range.without_change(own)
    lasting = now @ before / np.sqrt((now @ now) * (before @ before))
    assert 0 < change.left < chance.left
    assert change.left == pytest.approx(lasting)


def test_errors_are_at_least_those_of_chance(city, study, in_root):
    """What another wave repeats to the letter has no error that waves could show."""
    last = city[city["year"] == 2023].set_index("code")[KINDS]
    still = city.assign(**last.loc[city["code"]].set_axis(city.index))
    own = gap._deciding(still, GAP, study)
    assert gap_range.without_change(own).left == gap_range.without_chance(own).left < 1


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
