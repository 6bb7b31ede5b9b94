"""The answer to "did focus areas develop better?": rows, gates, checks, refusals."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from nplvanalysis.errors import EstimationError, TooFewAreasError, TooFewPlacebosError
from nplvanalysis.models.balanced import balanced
from nplvanalysis.models.event_study import Comparison, compare
from nplvanalysis.models.placebo_areas import draw
from nplvanalysis.models.programme import OF_ESTIMATE, OF_STATISTIC, estimate_programme
from nplvanalysis.models.rows import GIVEN
from nplvanalysis.registers import Row

from .towns import make_towns

OUTCOME = "crime_violence_rate"


def row(role="primary", **other):
    about = {"outcome": OUTCOME, "specification": "owner-share", "sign": -1}
    return Row(role=role, **(about | other))


def estimated(panel, study, asked=None, seed=1):
    return estimate_programme(panel, asked or row(), study, np.random.default_rng(seed))


@pytest.fixture(scope="module")
def helped():
    return make_towns(effect=-2.0)


@pytest.fixture
def answer(helped, study):
    return estimated(helped, study)


def test_the_row_itself_comes_first_with_both_kinds_of_error(answer):
    assert list(answer) == GIVEN
    assert answer["standard_errors"].tolist()[:2] == [OF_ESTIMATE, OF_STATISTIC]
    assert answer["role"].tolist()[:2] == ["primary", "primary"]
    first = answer.iloc[0]
    assert (first["sample"], first["weights"], first["controls"]) == ("main", "dwellings", "year")
    assert first["estimate"] == pytest.approx(-2.0, abs=0.5)


def test_gates_are_other_weights_other_year_effects_and_no_largest_area(answer):
    gates = answer[answer["role"] == "gate"].drop_duplicates(["weights", "controls", "sample"])
    assert list(zip(gates["weights"], gates["controls"], gates["sample"], strict=True)) == [
        ("none", "year", "main"),
        ("dwellings", "year x urbanity", "main"),
        ("dwellings", "year", "without the largest focus area"),
    ]


def test_checks_leave_years_out_and_start_when_nothing_started(answer):
    checks = answer[~answer["role"].isin(["primary", "gate"])].drop_duplicates("sample")
    assert list(zip(checks["role"], checks["sample"], strict=True)) == [
        ("sensitivity", "without 2021"),
        ("sensitivity", "without 2022"),
        ("placebo", "start 2018, until 2021"),
    ]
    assert (answer["status"] == "ok").all()


def test_an_interval_holds_the_estimate_and_n_counts_areas(answer, helped):
    assert ((answer["low"] < answer["estimate"]) & (answer["estimate"] < answer["high"])).all()
    every = answer[answer["sample"] == "main"]
    assert set(every["n"]) == {helped["code"].nunique()}
    assert set(every["clusters"]) == {3}
    without = answer[answer["sample"] == "without the largest focus area"]
    assert set(without["n"]) == {helped["code"].nunique() - 4}
    assert set(without["clusters"]) == {2}


def test_a_secondary_row_has_the_gate_of_weights_only(helped, study):
    made = estimated(helped, study, row("secondary"))
    assert set(made.loc[made["role"] == "gate", "weights"]) == {"none"}


def test_the_same_seed_gives_the_same_rows(helped, study, answer):
    pd.testing.assert_frame_equal(estimated(helped, study), answer)
    assert not np.allclose(estimated(helped, study, seed=2)["std_error"], answer["std_error"])


def test_the_first_year_of_a_row_counts(helped, study):
    late = estimated(helped, study, row(year_first=2019))
    short = estimated(helped[helped["year"] >= 2019], study)
    pd.testing.assert_frame_equal(late, short)
    # three years before the start cannot be cut into two before and two after another one
    assert late.loc[late["role"] == "placebo", "status"].tolist() == ["one_wave"]
    assert late.loc[late["role"] == "placebo", "estimate"].isna().all()


def test_a_panel_that_ends_at_the_start_has_no_answer(helped, study):
    with pytest.raises(EstimationError, match="too few years"):
        estimated(helped[helped["year"] <= 2022], study)


def test_one_focus_area_has_no_answer(study):
    with pytest.raises(TooFewAreasError, match="focus areas"):
        estimated(make_towns(areas=1), study)


def test_no_room_for_placebo_areas_has_no_answer(study):
    panel = make_towns(size=6)
    with pytest.raises(TooFewPlacebosError, match="placebo areas"):
        estimated(panel[panel["municipality"] < "GM0003"], study)


def test_where_nothing_happens_few_sets_of_areas_seem_to_change(study):
    """Random places in the role of focus areas: near 5 % are beyond the 5 % level."""
    areas = balanced(make_towns(areas=2), OUTCOME, study, None, 2024)
    rng, rejected = np.random.default_rng(8), []
    chosen = draw(areas.ground, areas.focus, rng, 150)
    for members in chosen.members:
        focus = np.full(len(areas.focus), -1)
        focus[members] = chosen.focus
        world = replace(areas, focus=focus)
        placebos = draw(world.ground, focus, rng, 99)
        rejected.append(compare(world, placebos, Comparison()).of_statistic(0.05).p <= 0.05)
    assert np.mean(rejected) < 0.1
