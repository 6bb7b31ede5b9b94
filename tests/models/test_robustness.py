"""All checks of a deciding row, and the rows they become."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from nplvanalysis import registers, schema
from nplvanalysis.models.estimates import estimate
from nplvanalysis.models.robustness import cases, check
from nplvanalysis.models.robustness_rows import ROLE, tidy_checks
from nplvanalysis.models.rows import COLUMNS, KEY
from nplvanalysis.models.variants import fit_variant, variants
from nplvanalysis.models.verdicts import verdicts
from nplvanalysis.models.wild_bootstrap import WILD
from nplvanalysis.registers import Claims, Conclusion, Hypothesis, NegativeControl, Row, Text

from .moving_city import with_models

WORDS = Text(nl="Tekst.", en="Text.")
SWAP = {"outcome": "crime_violence_rate", "specification": "owner-to-corporation", "sign": 1}


def claims_of(*rows, controls=("green_distance",)):
    hypotheses = {
        f"A{place}": Hypothesis(
            family="A",
            conclusion=1,
            statement=WORDS,
            falsified=WORDS,
            needs=[],
            studies={"sample": [row]},
            negative_controls={
                "sample": [NegativeControl(outcome=name, reason=WORDS) for name in controls]
            },
        )
        for place, row in enumerate(rows, 1)
    }
    conclusion = Conclusion(statement=WORDS, hypotheses=list(hypotheses))
    return Claims(conclusions={1: conclusion}, hypotheses=hypotheses)


@pytest.fixture
def city(toy_city):
    rng = np.random.default_rng(8)
    hidden = toy_city["crime_violence_rate"].mask(rng.random(len(toy_city)) < 0.08)
    return toy_city.assign(
        crime_violence_rate=hidden, green_distance=rng.uniform(0.1, 3, len(toy_city))
    )


@pytest.fixture
def found(city, study, in_root):
    made = cases(city, claims_of(Row(role="primary", **SWAP)), study)
    return [check(one, city, study, schema.columns(), draws=39) for one in made]


def test_only_rows_that_decide_by_one_cross_section_are_checked(city, study, in_root):
    rows = [
        Row(role="primary", **SWAP),
        Row(role="primary", estimator="change", year_first=2014, **SWAP),
    ]
    assert [one.hypothesis for one in cases(city, claims_of(*rows), study)] == ["A1"]
    elsewhere = study.model_copy(update={"study": "another"})
    assert cases(city, claims_of(*rows), elsewhere) == []


def test_every_check_is_made_where_clusters_are_so_few_that_the_bootstrap_decides(
    city, found, study, in_root
):
    claims, own = claims_of(Row(role="primary", **SWAP)), with_models(study, min_clusters=60)
    made = [check(one, city, own, schema.columns(), draws=39) for one in cases(city, claims, own)]
    few, many = (tidy_checks(one, own) for one in (made, found))
    assert few[["estimator", "sample", "status"]].drop_duplicates().to_numpy().tolist() == (
        many[["estimator", "sample", "status"]].drop_duplicates().to_numpy().tolist()
    )
    control = few[few["estimator"].eq("negative_control") & few["status"].eq("ok")]
    assert set(control["standard_errors"]) == {WILD}
    kept = ["spatial_placebo", "leave_one_out", "missing_bounds", "yardstick"]
    both = [one[one["estimator"].isin(kept)].reset_index(drop=True) for one in (few, many)]
    pd.testing.assert_frame_equal(*both)


def test_the_checks_are_of_the_estimate_that_decides(found, city, study, in_root):
    claims = claims_of(Row(role="primary", **SWAP))
    made = estimate(city, claims.hypotheses, study, schema.columns())
    own = made.loc[made["role"] == "primary", "estimate"].iloc[0]
    rows = tidy_checks(found, study)
    kinds = ["spatial_placebo", "leave_one_out", "missing_bounds"]
    same = rows[rows["estimator"].isin(kinds)]
    np.testing.assert_allclose(same["estimate"], own, rtol=1e-9)
    assert (same["low"].dropna() <= own).all()
    assert (same["high"].dropna() >= own).all()


def test_every_check_gives_rows_in_the_form_of_all_estimates(found, study):
    rows = tidy_checks(found, study)
    assert list(rows.columns) == COLUMNS
    assert set(rows["estimator"]) == {
        *("omitted_variable", "yardstick", "spatial_placebo", "negative_control"),
        *("leave_one_out", "missing_bounds", "at_equal_density"),
    }
    assert not rows.duplicated(KEY).any()
    assert set(rows["role"]) == {ROLE}
    shares = rows.loc[rows["estimator"] == "omitted_variable", "estimate"]
    assert len(shares) == 4
    assert shares.between(0, 1).all()


def test_a_yardstick_has_the_estimate_that_it_is_taken_from_beside_it(city, study, in_root):
    dense = city.assign(address_density=np.random.default_rng(2).uniform(100, 3000, len(city)))
    (case,) = cases(dense, claims_of(Row(role="primary", **SWAP)), study)
    checked = check(case, dense, study, schema.columns(), draws=9)
    rows = tidy_checks([checked], study).set_index("sample")["estimate"]
    row = case.row.model_copy(update={"controls": ["urbanity", "address_density"]})
    denser = 10 * fit_variant(case.table, row, variants(row, study)[0], study).estimate
    assert rows["0 times as strong as address_density"] == pytest.approx(denser, rel=1e-10)
    assert rows["0 times as strong as urbanity"] == pytest.approx(
        10 * case.fitted.estimate, rel=1e-10
    )
    assert "0 times as strong as population_density" not in rows


def test_no_check_sets_or_changes_a_verdict(found, city, study, in_root):
    claims = claims_of(Row(role="primary", **SWAP))
    made = estimate(city, claims.hypotheses, study, schema.columns())
    present = {name for name in city if city[name].notna().any()}
    before = verdicts(made, claims, study, present, schema.columns())
    both = pd.concat([made, tidy_checks(found, study)], ignore_index=True)
    after = verdicts(both, claims, study, present, schema.columns())
    pd.testing.assert_frame_equal(before, after)


def test_a_row_that_cannot_be_estimated_says_why_in_every_check(city, study, in_root):
    same = city.assign(tenure_corporation=30.0)
    (case,) = cases(same, claims_of(Row(role="primary", **SWAP)), study)
    checked = check(case, same, study, schema.columns(), draws=9)
    rows = tidy_checks([checked], study)
    assert set(rows["status"]) == {"no_variation"}
    assert rows[["estimate", "low", "high", "p"]].isna().all(axis=None)
    assert len(checked.withheld)


def test_a_check_that_fails_alone_leaves_the_others(city, study, in_root):
    nowhere = city.drop(columns=["x", "y"])
    (case,) = cases(nowhere, claims_of(Row(role="primary", **SWAP)), study)
    rows = tidy_checks([check(case, nowhere, study, schema.columns(), draws=9)], study)
    status = rows.groupby("estimator")["status"].first()
    assert status["spatial_placebo"] == "column_missing"
    assert status["leave_one_out"] == "ok"
    assert status["omitted_variable"] == "ok"


def test_a_study_without_a_control_outcome_has_no_control_rows(city, study, in_root):
    (case,) = cases(city, claims_of(Row(role="primary", **SWAP), controls=(None,)), study)
    checked = check(case, city, study, schema.columns(), draws=9)
    assert checked.controls.empty
    assert case.controls[0].outcome is None


def test_density_is_held_constant_for_the_claim_and_for_its_control(city, study, in_root):
    rng = np.random.default_rng(2)
    dense = city.assign(address_density=rng.uniform(100, 3000, len(city)))
    (case,) = cases(dense, claims_of(Row(role="primary", **SWAP)), study)
    checked = check(case, dense, study, schema.columns(), draws=9)
    rows = tidy_checks([checked], study)
    own = rows[rows["estimator"] == "at_equal_density"]
    row = case.row.model_copy(update={"controls": ["urbanity", "address_density"]})
    wanted = 10 * fit_variant(case.table, row, variants(row, study)[0], study).estimate
    np.testing.assert_allclose(own["estimate"], wanted, rtol=1e-10)
    controls = rows[rows["estimator"] == "negative_control"]
    assert set(controls["sample"]) == {"negative control", "density held constant too"}
    assert controls.groupby("sample")["estimate"].first().nunique() == 2


def test_a_study_without_density_says_so(found, study):
    rows = tidy_checks(found, study)
    own = rows[rows["estimator"] == "at_equal_density"]
    assert own["status"].tolist() == ["column_missing"]
    assert own["estimate"].isna().all()


def test_nothing_to_check_is_an_empty_table_with_all_columns(study):
    made = tidy_checks([], study)
    assert made.empty
    assert list(made.columns) == COLUMNS


def test_the_same_seed_gives_the_same_rows(found, city, study, in_root):
    made = cases(city, claims_of(Row(role="primary", **SWAP)), study)
    again = [check(one, city, study, schema.columns(), draws=39) for one in made]
    pd.testing.assert_frame_equal(tidy_checks(found, study), tidy_checks(again, study))


def test_every_deciding_cross_section_of_the_register_has_its_control_or_a_reason(in_root):
    """Of the studies at hand; a new hypothesis must say which outcome it does not speak about."""
    for name, hypothesis in registers.claims().hypotheses.items():
        for study, rows in hypothesis.studies.items():
            deciding = [row for row in rows if row.role in ("primary", "instrument")]
            if deciding[0].estimator == "cross_section":
                assert hypothesis.negative_controls.get(study), (name, study)
