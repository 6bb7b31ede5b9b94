"""Outcomes that a claim says nothing about, by the same model."""

from __future__ import annotations

import sys

import numpy as np
import pandas as pd
import pytest

from nplvanalysis import registers, schema
from nplvanalysis.errors import CircularityError
from nplvanalysis.models.negative_controls import controlled, negative_control
from nplvanalysis.models.rows import tidy
from nplvanalysis.models.variants import fit_variant, variants
from nplvanalysis.models.verdicts import deciding_row
from nplvanalysis.registers import NegativeControl, Row, Text

from ..conftest import ROOT

sys.path.insert(0, str(ROOT / "bench"))

import validity_panel
import validity_setup
import validity_worlds

ROW = Row(
    role="primary", outcome="crime_violence_rate", specification="owner-to-corporation", sign=1
)
WHY = Text(nl="Daarover zegt de uitspraak niets.", en="The claim says nothing about it.")


def about(outcome):
    return NegativeControl(outcome=outcome, reason=WHY)


def test_a_control_has_the_model_of_the_row_and_another_outcome(toy_city, study, in_root):
    rng = np.random.default_rng(1)
    city = toy_city.assign(green_distance=rng.uniform(0.1, 3, len(toy_city)))
    made = negative_control(city, ROW, about("green_distance"), study, schema.columns())
    own = ROW.model_copy(update={"outcome": "green_distance"})
    wanted = tidy(fit_variant(city, own, variants(ROW, study)[0], study), 10.0, study)
    assert made["standard_errors"].tolist() == wanted["standard_errors"].tolist()
    np.testing.assert_allclose(made["estimate"], wanted["estimate"], rtol=1e-10)
    np.testing.assert_allclose(made["std_error"], wanted["std_error"], rtol=1e-10)
    assert set(made["outcome"]) == {"green_distance"}
    assert made["outcome_sd"].iloc[0] > 0


def test_a_control_decides_nothing():
    assert controlled(ROW, about("green_distance")).role == "secondary"


def test_a_control_may_have_a_year_of_its_own(toy_city, study, in_root):
    before = toy_city.assign(year=2020, green_distance=np.arange(len(toy_city)) % 7 + 1.0)
    both = toy_city.assign(green_distance=1.0)
    panel = pd.concat([before, both], ignore_index=True)
    early = NegativeControl(outcome="green_distance", year_outcome=2020, reason=WHY)
    made = negative_control(panel, ROW, early, study, schema.columns())
    assert set(made["year_outcome"]) == {2020}
    assert made["status"].eq("ok").all()
    now = negative_control(panel, ROW, about("green_distance"), study, schema.columns())
    assert now["status"].tolist() == ["no_variation"]


def test_a_control_that_a_study_lacks_is_a_row_with_its_reason(toy_city, study, in_root):
    made = negative_control(toy_city, ROW, about("green_distance"), study, schema.columns())
    assert made["status"].tolist() == ["column_missing"]
    assert made["estimate"].isna().all()


def test_an_outcome_made_with_housing_is_no_control(toy_city, study, in_root):
    with pytest.raises(CircularityError):
        negative_control(toy_city, ROW, about("won"), study, schema.columns())


def test_every_control_of_the_register_is_a_column_that_is_free_of_housing(in_root):
    known, hypotheses = schema.columns(), registers.claims().hypotheses
    for name, hypothesis in hypotheses.items():
        for study, controls in hypothesis.negative_controls.items():
            row = deciding_row(hypothesis, study)
            assert row is not None, (name, study)
            for control in controls:
                if control.outcome is not None:
                    assert known[control.outcome].modelled_with_housing == "no"
                    own = {one.outcome for one in hypothesis.studies[study]}
                    assert control.outcome not in own, "the claim does speak about it"


@pytest.fixture(scope="module")
def setup():
    return validity_setup.prepare(ROOT, 2022)


@pytest.mark.parametrize("hypothesis", ["A1", "A2", "A4"])
def test_the_control_of_the_synthetic_province_is_null_where_the_claim_is_not(setup, hypothesis):
    """Over redraws, because one draw may be off by chance."""
    row = setup.rows[hypothesis]
    claims = registers.claims(ROOT / "data" / "claims.yaml").hypotheses
    (control,) = claims[hypothesis].negative_controls["sample"]
    assert control.outcome == "green_distance"
    outcomes = ["green_distance", row.outcome]
    t_control, t_claim = [], []
    for draw in range(12):
        world = validity_worlds.WORLDS["written"]
        country = validity_worlds.drawn(setup.base, setup.base.truth, world, 1, draw)
        where = setup.places
        panel = validity_panel.panel(country, where, setup.study, outcomes, [2024])
        found = negative_control(panel, row, control, setup.study, setup.dictionary)
        t_control.append((found["estimate"] / found["std_error"].max()).iloc[0])
        fitted = fit_variant(panel, row, variants(row, setup.study)[0], setup.study)
        own = tidy(fitted, 1.0, setup.study)
        t_claim.append((own["estimate"] / own["std_error"].max()).iloc[0])
    # a mean of 12 draws of t with mean 0 is beyond 0.9 about once in five hundred times
    assert abs(np.mean(t_control)) < 0.9
    assert row.sign * np.mean(t_claim) > 0.9
