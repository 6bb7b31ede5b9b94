"""A second look at the rows that decide."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from nplvanalysis import registers, schema
from nplvanalysis.models import looks
from nplvanalysis.models.change_checks import change_checks
from nplvanalysis.models.cutoffs import errors_by_cutoff
from nplvanalysis.models.estimates import estimate, estimate_row
from nplvanalysis.models.multilevel import estimate_multilevel
from nplvanalysis.models.regression_to_mean import Waves, middle_waves, of_worst
from nplvanalysis.models.shape import has_shape, shape
from nplvanalysis.models.standard_errors import all_kinds, conley
from nplvanalysis.models.variants import fit_variant, variants
from nplvanalysis.models.ways import estimate_ways, ratio_of
from nplvanalysis.models.wild_bootstrap import WILD, wild_row
from nplvanalysis.registers import Hypothesis, Row

from .moving_city import asked, make_moving_city, with_models

ROW = Row(
    role="primary", outcome="crime_violence_rate", specification="owner-to-corporation", sign=1
)


@pytest.fixture
def columns(in_root):
    return schema.columns()


def hypothesis(row: Row) -> dict[str, Hypothesis]:
    claim = registers.claims().hypotheses["A1"]
    return {"A1": claim.model_copy(update={"studies": {"sample": [row]}})}


def test_errors_that_count_are_those_of_the_table_of_estimates(toy_city, study, in_root):
    table = errors_by_cutoff(toy_city, ROW, study)
    fitted = fit_variant(toy_city, ROW, variants(ROW, study)[0], study)
    counted = table[table["decides"]].sort_values("std_error")["std_error"]
    step = study.models.specifications[ROW.specification].step
    own = sorted(step * error for error in all_kinds(fitted, study.models.conley_km).values())
    assert counted.to_numpy() == pytest.approx(own, rel=1e-12)


def test_errors_at_other_cutoffs_are_shown_and_do_not_count(toy_city, study, in_root):
    table = errors_by_cutoff(toy_city, ROW, study, cutoffs=(2.0, 30.0)).set_index("cutoff")
    fitted = fit_variant(toy_city, ROW, variants(ROW, study)[0], study)
    assert not table.loc[[2.0, 30.0], "decides"].any()
    assert table.loc[list(study.models.conley_km), "decides"].all()
    assert table.loc[30.0, "std_error"] == pytest.approx(10 * conley(fitted, 30.0), rel=1e-12)


def test_below_200_areas_no_cutoff_counts(toy_city, study, in_root):
    few = toy_city[toy_city["municipality"] < "GM9031"].groupby("municipality").head(6)
    own = with_models(study, min_clusters=20)
    table = errors_by_cutoff(few, ROW, own)
    assert table["n"].max() < 200
    assert not table.loc[table["cutoff"].notna(), "decides"].any()


def test_where_the_bootstrap_decides_errors_are_shown_and_none_counts(toy_city, study, in_root):
    few = errors_by_cutoff(toy_city, ROW, with_models(study, min_clusters=60))
    whole = errors_by_cutoff(toy_city, ROW, study)
    assert not few["decides"].any()
    pd.testing.assert_frame_equal(few.drop(columns="decides"), whole.drop(columns="decides"))


def test_a_row_with_few_clusters_is_looked_at_without_its_shape(toy_city, study, columns):
    asked_for, own = hypothesis(ROW), with_models(study, min_clusters=60)
    made = estimate(toy_city, asked_for, own, columns)
    assert made.loc[made["role"] == "primary", "standard_errors"].eq(WILD).all()
    (look,) = looks.level_looks(toy_city, asked_for, made, own, columns)
    assert look.shape.why == "too_few_clusters"
    assert look.ways["estimate"].iloc[0] == made["estimate"].iloc[0]


def test_a_row_whose_errors_cannot_be_made_is_left_out(toy_city, study, columns):
    asked_for = hypothesis(ROW)
    made = estimate(toy_city, asked_for, study, columns)
    assert looks.level_looks(toy_city.head(9), asked_for, made, study, columns) == []


def test_ways_of_asking_agree_where_the_relation_is_a_straight_line(toy_city, study, columns):
    made = estimate_ways(toy_city, ROW, study, columns)
    usable = made[made["status"].eq("ok") & made["estimator"].isin(["cross_section", "multilevel"])]
    inside = usable[usable["sample"] != "multilevel, between"]
    assert inside["estimate"].to_numpy() == pytest.approx(4.0, abs=0.3)
    assert {"cross_section", "balances", "multilevel"} == set(made["estimator"])
    assert made.loc[made["sample"] == WILD, "estimate"].item() == made["estimate"].iloc[0]


def test_ways_repeat_what_each_estimator_says_by_itself(toy_city, study, columns):
    made = estimate_ways(toy_city, ROW, study, columns)
    own = estimate_multilevel(toy_city, ROW, study, np.random.default_rng(0))
    both = made[made["estimator"] == "multilevel"]
    assert both["estimate"].to_numpy() == pytest.approx(own["estimate"].to_numpy(), rel=1e-9)
    fitted = fit_variant(toy_city, ROW, variants(ROW, study)[0], study)
    wild = wild_row(fitted, 10.0, study, np.random.default_rng(study.seed))
    assert made.loc[made["sample"] == WILD, "low"].item() == pytest.approx(wild["low"].item())


def test_a_study_without_clusters_turns_over_its_regions(toy_city, study, columns):
    region = "GM" + (toy_city["municipality"].str[-2:].astype(int) % 8).astype(str)
    own = with_models(study, cluster="none")
    made = estimate_ways(toy_city.assign(municipality=region), ROW, own, columns)
    assert made.loc[made["sample"] == WILD, "clusters"].item() == 8
    assert "multilevel" not in set(made["estimator"])


def test_ways_leave_out_what_the_question_does_not_allow(toy_city, study, columns):
    blending = ROW.model_copy(update={"specification": "blending"})
    made = estimate_ways(toy_city.assign(crime_violence=3.0), blending, study, columns)
    assert {"cross_section", "multilevel"} == set(made["estimator"])
    assert ratio_of(toy_city, ROW, study).empty  # no counts in this panel


def test_a_straight_line_has_no_kink_and_a_bent_one_has(study, in_root):
    rng = np.random.default_rng(4)
    city = make_moving_city(waves=(2024,), municipalities=80)
    share = city["tenure_corporation"]
    noise = rng.normal(scale=1, size=len(city))
    bent = city.assign(crime_violence_rate=np.maximum(share - 40, 0) + noise)
    straight = city.assign(crime_violence_rate=0.4 * share + noise)
    assert shape(bent, ROW, study, np.random.default_rng(0)).found
    found = shape(straight, ROW, study, np.random.default_rng(0))
    assert not found.found
    assert found.curve is not None
    assert found.why == ""


def test_what_cannot_be_asked_of_a_shape_has_its_reason(toy_city, study, in_root):
    few = toy_city[toy_city["municipality"] < "GM9020"]
    found = shape(few, ROW, study, np.random.default_rng(0))
    assert found.curve is None
    assert found.search is None
    assert found.kinks.empty
    assert found.why == "too_few_clusters"
    assert not found.found


def test_only_levels_along_a_share_have_a_shape(study):
    assert has_shape(ROW, study)
    assert not has_shape(ROW.model_copy(update={"specification": "blending"}), study)
    assert not has_shape(ROW.model_copy(update={"estimator": "two_way"}), study)


def test_checks_of_a_change_are_of_both_estimators_and_the_own_comes_first(study, columns):
    city = make_moving_city()
    for name in ("change", "two_way"):
        made = change_checks(city, asked(estimator=name), study, columns)
        assert made["estimator"].iloc[0] == name
        assert set(made.loc[made["role"] == "primary", "estimator"]) == {name}
        own = estimate_row(city, asked(estimator=name), study, columns)
        assert made["estimate"].iloc[0] == own["estimate"].iloc[0]
        assert {"gate", "sensitivity", "placebo"} <= set(made["role"])


def test_the_wave_in_the_middle_is_the_nearest_to_it(study):
    assert middle_waves(make_moving_city(), asked(), study) == Waves(2014, 2016, 2020)


def test_the_worst_areas_of_a_wave_between_fall_back(study):
    waves, found = of_worst(make_moving_city(noise=6.0), asked(), study, np.random.default_rng(1))
    assert waves.chosen == 2016
    assert found.observed < 0
    assert found.chosen == pytest.approx(0.1 * found.areas, rel=0.1)


def test_rows_that_could_not_be_estimated_are_not_looked_at(toy_city, study, columns):
    asked_for = hypothesis(ROW)
    made = estimate(toy_city, asked_for, study, columns)
    assert [look.row for look in looks.level_looks(toy_city, asked_for, made, study, columns)] == [
        ROW
    ]
    failed = made.assign(status="too_few_areas")
    assert looks.level_looks(toy_city, asked_for, failed, study, columns) == []


def after(first: Row, second: Row) -> dict[str, Hypothesis]:
    return {"A0": hypothesis(first)["A1"], **hypothesis(second)}


def test_a_shape_is_the_same_alone_and_after_another(toy_city, study, columns):
    city = toy_city.assign(crime_vandalism_rate=toy_city["crime_violence_rate"] ** 2)
    other = ROW.model_copy(update={"outcome": "crime_vandalism_rate"})
    shown = []
    for asked_for in (hypothesis(ROW), after(other, ROW)):
        made = estimate(city, asked_for, study, columns)
        shown.append(looks.level_looks(city, asked_for, made, study, columns)[-1].shape)
    alone, second = shown
    assert second.curve.critical == alone.curve.critical
    assert (second.search.p, second.splits) == (alone.search.p, alone.splits)


def test_a_return_to_the_mean_is_the_same_alone_and_after_another(study, columns):
    city = make_moving_city(noise=6.0)
    city["crime_vandalism_rate"] = city["crime_violence_rate"] + city["year"] % 5
    row = asked(estimator="change")
    other = row.model_copy(update={"outcome": "crime_vandalism_rate"})
    found = []
    for asked_for in (hypothesis(row), after(other, row)):
        made = estimate(city, asked_for, study, columns)
        found.append(looks.change_looks(city, asked_for, made, study, columns)[-1].returned)
    assert found[0] is not None
    assert found[0] == found[1]


def test_a_mediation_is_the_same_alone_and_after_another(toy_city, study):
    row = ROW.model_copy(
        update={"role": "conditional", "estimator": "mediation", "controls": ["share_65_plus"]}
    )
    other = row.model_copy(update={"controls": ["share_15_24"]})
    found = [
        looks.mediations(toy_city, asked_for, study)[-1][1]
        for asked_for in (hypothesis(row), after(other, row))
    ]
    assert (found[0].low, found[0].p) == (found[1].low, found[1].p)


def test_a_change_without_a_wave_between_says_so(study, columns):
    city = make_moving_city(waves=(2014, 2020))
    asked_for = hypothesis(asked(estimator="change"))
    made = estimate(city, asked_for, study, columns)
    (look,) = looks.change_looks(city, asked_for, made, study, columns)
    assert look.returned is None
    assert "between" in look.why


def test_slopes_by_group_are_asked_of_deciding_cross_sections_only(toy_city, study, columns):
    (found,) = looks.by_groups(toy_city, hypothesis(ROW), study, columns)
    assert isinstance(found, pd.DataFrame)
    assert found.loc[found["sample"] == "by urbanity", "status"].eq("ok").all()
    assert looks.by_groups(toy_city, hypothesis(asked(estimator="change")), study, columns) == []
