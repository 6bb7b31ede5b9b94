"""What felt unsafety goes with at equal registered crime."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm

from nplvanalysis import schema
from nplvanalysis.models import estimates, gap, judgement
from nplvanalysis.models.felt import pair_of
from nplvanalysis.models.reliability import from_chance
from nplvanalysis.sources.sample import truth

from .felt_city import AREAS, GAP, KINDS, TOWNS, make_felt_city, make_province, with_change

NO_GATES = pd.DataFrame(columns=["estimate", "weights", "controls", "sample", "status"])
SWAP = 0.2  # points of felt unsafety per point of corporation rent


@pytest.fixture(scope="module")
def city():
    return make_felt_city(swap=SWAP)


@pytest.fixture
def made(city, study, in_root):
    return estimates.estimate_row(city, GAP, study, schema.columns())


def test_the_swap_is_recovered_at_equal_registered_crime(made):
    first = made.iloc[0]
    assert abs(first["estimate"] - 10 * SWAP) < 3 * first["std_error"]
    assert first["controls"] == "urbanity + registered"


def test_without_correction_it_is_a_regression_with_registered_crime_among_the_controls(made, city):
    """Second implementation: dummies of towns and classes written out, in statsmodels."""
    now = city[(city["year"] == 2023) & (city["dwellings"] >= 100)]
    dummies = [np.eye(TOWNS)[now["code"].str[2:6].astype(int)]]
    dummies.append(np.eye(5)[now["urbanity"].astype(int) - 1][:, 1:])
    columns = now[["tenure_corporation", "tenure_other"]].assign(crime=now[KINDS].sum(axis=1))
    fitted = sm.WLS(
        now["feels_unsafe"].to_numpy(),
        np.column_stack([columns.to_numpy(float), *dummies]),
        weights=now["dwellings"].to_numpy(),
    ).fit()
    plain = made.loc[made["sample"] == "not corrected", "estimate"].iloc[0]
    assert plain == pytest.approx(10 * fitted.params[0], abs=1e-6)


def test_the_row_has_its_gates_and_its_sensitivities(made):
    fits = made.drop_duplicates(["role", "weights", "controls", "sample"])
    assert fits[["role", "weights", "sample"]].to_numpy().tolist() == [
        ["primary", "dwellings", "main"],
        ["gate", "none", "main"],
        ["gate", "dwellings", "main"],
        ["gate", "dwellings", "without largest leverage"],
        ["gate", "dwellings", "registered crime by rank"],
        ["sensitivity", "dwellings", "corrected for chance"],
        ["sensitivity", "dwellings", "lowest reliability"],
        ["sensitivity", "dwellings", "not corrected"],
        ["sensitivity", "dwellings", "registered crime left out"],
    ]
    assert set(made["status"]) == {"ok"}


def test_what_survives_its_gates_is_supported(made, study):
    gates = made[made["role"] == "gate"].drop_duplicates(["weights", "controls", "sample"])
    worst = made[made["role"] == "primary"].sort_values("std_error").iloc[-1]
    found = judgement.judge(judgement.Case(GAP, worst, gates, study, 0.05))
    assert (found.verdict, found.failed) == ("supported", [])


def test_what_is_not_known_is_narrowed_by_no_level(city, study):
    """An upper end between the one-sided and the two-sided one rules nothing out."""
    delta = study.models.delta[study.models.specifications[GAP.specification].kind]
    worst = pd.Series({"outcome_sd": 1.0, "std_error": delta / 2, "degrees": 1000})
    worst["estimate"] = delta - 1.8 * worst["std_error"]
    plain = GAP.model_copy(update={"estimator": "cross_section"})
    found = [
        judgement.judge(judgement.Case(row, worst, NO_GATES, study, 0.05)).verdict
        for row in (plain, GAP)
    ]
    assert found == ["not_supported", "inconclusive"]


def test_with_one_wave_only_chance_is_taken_out(city, study, in_root):
    alone = city[city["year"] == 2023]
    made = estimates.estimate_row(alone, GAP, study, schema.columns())
    first, end = made.iloc[0], made[made["sample"] == "corrected for chance"].iloc[0]
    assert first["estimate"] == pytest.approx(end["estimate"], abs=1e-12)
    assert "lowest reliability" not in set(made["sample"])


def test_where_an_end_cannot_be_told_the_row_has_a_reason(city, study, in_root):
    few = city.assign(population=city["population"] / 40)
    made = estimates.estimate_row(few, GAP, study, schema.columns())
    assert (made["role"].iloc[0], made["status"].iloc[0]) == ("primary", "unreliable")
    assert made.loc[made["sample"] == "not corrected", "status"].iloc[0] == "ok"


def test_unheld_crime_is_taken_over_by_housing_unless_it_is_corrected(study, in_root):
    """Crime is 15 points more per point of rent here, and counted in few people.

    Felt unsafety goes with crime alone, so that the true swap is 0.
    """
    plain, corrected = [], []
    for seed in range(25):
        panel = make_felt_city(seed)
        rng = np.random.default_rng(seed)
        rate = np.clip(5 + 0.15 * panel["tenure_corporation"] + rng.normal(0, 2, len(panel)), 1, 50)
        people = panel["population"] / 2
        counts = rng.poisson(rate * people / 1000)
        unsafe = 2 * rate + rng.normal(0, 2, len(panel))
        panel = panel.assign(feels_unsafe=unsafe, population=people)
        panel = panel.assign(crime_violence_rate=1000 * counts / people, crime_vandalism_rate=0.0)
        pair = pair_of(panel, GAP, study)
        ends = [1.0, from_chance(pair.registered, pair.weights)]
        found = gap.over_reliabilities(panel, GAP, study, ends)["estimate"]
        plain.append(found.iloc[0])
        corrected.append(found.iloc[1])
    assert abs(np.mean(corrected)) < 3 * np.std(corrected, ddof=1) / 5
    assert np.mean(plain) > 10 * np.std(plain, ddof=1) / 5


def test_crime_of_a_few_areas_is_held_by_rank_where_a_line_holds_it_badly(study, in_root):
    """Felt unsafety follows the rank of crime; ten areas that many visit have most of it."""
    panel, rng = make_felt_city(), np.random.default_rng(2)
    visited = panel["code"].isin(panel["code"].unique()[::32])
    rate = panel["crime_violence_rate"] + 400.0 * visited
    rank = rate.groupby(panel["year"]).rank(pct=True)
    panel = panel.assign(
        feels_unsafe=10 + 30 * rank + rng.normal(0, 2, len(panel)),
        tenure_corporation=np.clip(50 * rank + rng.normal(0, 20, len(panel)), 1, 90),
        tenure_other=rng.uniform(1, 9, len(panel)),
        crime_violence_rate=rate,
        crime_vandalism_rate=0.0,
    )
    made = gap.estimate_gap(panel, GAP, study, rng)
    line, by_rank = (
        made[made["role"].eq("gate") & made["sample"].eq(one) & made["weights"].eq("dwellings")]
        for one in ("without largest leverage", "registered crime by rank")
    )
    assert line["estimate"].iloc[0] > 1.5
    assert abs(by_rank["estimate"].iloc[0]) < 3 * by_rank["std_error"].max()


def test_over_reliabilities_the_first_is_least_squares_and_the_last_has_a_reason(
    city, study, made, in_root
):
    curve = gap.over_reliabilities(city, GAP, study, [1.0, 0.9, 0.05])
    plain = made.loc[made["sample"] == "not corrected", "estimate"].iloc[0]
    assert curve["estimate"].iloc[0] == pytest.approx(plain, abs=1e-9)
    assert curve["status"].tolist() == ["ok", "ok", "unreliable"]
    assert np.isnan(curve["estimate"].iloc[2])


def test_the_correction_for_chance_is_that_at_its_own_reliability(city, study, made, in_root):
    pair = pair_of(city, GAP, study)
    reliable = from_chance(pair.registered, pair.weights)
    curve = gap.over_reliabilities(city, GAP, study, [reliable])
    assert gap.reliabilities(city, GAP, study)[0] == pytest.approx(reliable, abs=1e-12)
    expected = made.loc[made["sample"] == "corrected for chance", "estimate"].iloc[0]
    assert curve["estimate"].item() == pytest.approx(expected, abs=1e-9)


def test_the_ends_of_a_row_are_those_of_its_reliabilities(study, in_root):
    changed = with_change(make_felt_city(swap=SWAP))
    made = estimates.estimate_row(changed, GAP, study, schema.columns())
    ends = gap.reliabilities(changed, GAP, study)
    assert 0 < ends[1] < ends[0] < 1
    curve = gap.over_reliabilities(changed, GAP, study, ends)
    names = ["corrected for chance", "lowest reliability"]
    rows = made[made["sample"].isin(names)].drop_duplicates("sample").set_index("sample")
    expected = rows.loc[names, "estimate"].tolist()
    assert curve["estimate"].tolist() == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda panel: panel.drop(columns="feels_unsafe"), "column_missing"),
        (lambda panel: panel.assign(crime_violence_rate=np.nan), "column_missing"),
        (lambda panel: panel.drop(columns="tenure_corporation"), "column_missing"),
        (lambda panel: panel.assign(feels_unsafe=7.1), "no_variation"),
        (lambda panel: panel.assign(tenure_corporation=20.0), "no_variation"),
        (lambda panel: panel.assign(**dict.fromkeys(KINDS, 3.0)), "collinear"),
        (lambda panel: panel[panel["code"] < "BU00030000"], "too_few_areas"),
    ],
)
def test_what_cannot_be_fitted_ends_in_a_row_with_its_reason(city, study, in_root, change, reason):
    first = estimates.estimate_row(change(city), GAP, study, schema.columns()).iloc[0]
    assert (first["role"], first["status"]) == ("primary", reason)
    assert np.isnan(first["estimate"])


def test_a_row_that_does_not_decide_has_one_gate(city, study, in_root):
    row = GAP.model_copy(update={"role": "secondary"})
    made = estimates.estimate_row(city, row, study, schema.columns())
    fits = made.drop_duplicates(["role", "weights", "sample"])
    assert fits["role"].tolist() == ["secondary", "gate"]
    assert made["n"].max() <= TOWNS * AREAS


def test_the_synthetic_province_has_the_swap_that_made_it(study, in_root):
    """What is written to go with tenure directly and by low incomes, but not by crime."""
    written = truth.load().columns
    felt, poor = written["feels_unsafe"], written["income_low"]
    assistance = poor.through["social_assistance_rate"] * 7.0207491  # of truth.csv, per 10 points
    wanted = felt.corporation + felt.through["income_low"] * (poor.corporation + assistance)
    assert round(wanted, 1) == 2.5
    panel, _ = make_province(study.seed)
    rows = gap.estimate_gap(panel, GAP, study, np.random.default_rng(1))
    corrected, plain, left_out = (
        rows[rows["sample"].eq(one)].sort_values("std_error").iloc[-1]
        for one in ("corrected for chance", "not corrected", "registered crime left out")
    )
    assert abs(corrected["estimate"] - wanted) < 2 * corrected["std_error"]
    assert corrected["estimate"] < plain["estimate"] < left_out["estimate"]
