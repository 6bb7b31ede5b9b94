"""The guard against circularity, and cross-sections."""

from __future__ import annotations

import pandas as pd
import pytest

from nplvanalysis import registers, schema
from nplvanalysis.errors import CircularityError, ParameterError
from nplvanalysis.models.circularity import refuse_circular
from nplvanalysis.models.specification import Question, cross_section, losses
from nplvanalysis.params import Specification

OWNER = Specification(
    terms=["owner_occupied"], contrast="owner_occupied", against="all", step=10.0, kind="share"
)


def row(outcome: str, role: str) -> registers.Row:
    return registers.Row(role=role, outcome=outcome, specification="owner-share", sign=1)


@pytest.mark.parametrize("outcome", ["lbm", "afw", "won", "onv", "soc", "fys", "vrz"])
def test_a_flagged_outcome_is_refused_as_primary(in_root, outcome):
    with pytest.raises(CircularityError, match=outcome):
        refuse_circular(row(outcome, "primary"), OWNER, [], schema.columns())


@pytest.mark.parametrize("outcome", ["lbm", "afw", "won", "onv", "soc", "fys", "vrz"])
def test_a_flagged_outcome_is_refused_as_secondary(in_root, outcome):
    with pytest.raises(CircularityError, match=outcome):
        refuse_circular(row(outcome, "secondary"), OWNER, [], schema.columns())


@pytest.mark.parametrize("outcome", ["lbm", "afw", "won"])
def test_the_parts_made_of_housing_cannot_decide_even_as_instrument(in_root, outcome):
    with pytest.raises(CircularityError, match=outcome):
        refuse_circular(row(outcome, "instrument"), OWNER, [], schema.columns())


def test_an_exposure_is_refused_as_outcome(in_root):
    with pytest.raises(CircularityError, match="exposure"):
        refuse_circular(row("corporation_rent", "primary"), OWNER, [], schema.columns())


def test_registered_outcomes_pass(in_root):
    for outcome in ("crime_violence_rate", "income_low", "social_assistance_rate"):
        refuse_circular(row(outcome, "primary"), OWNER, [], schema.columns())


def test_a_suspected_dimension_may_speak_as_instrument(in_root):
    refuse_circular(row("onv", "instrument"), OWNER, [], schema.columns())


def test_property_value_is_refused_as_exposure_of_the_score(in_root):
    woz = OWNER.model_copy(update={"terms": ["woz"], "contrast": "woz"})
    with pytest.raises(CircularityError, match="woz"):
        refuse_circular(row("onv", "decomposition"), woz, [], schema.columns())


@pytest.mark.parametrize("control", ["afw", "onv", "won"])
def test_a_flagged_control_is_refused(in_root, control):
    with pytest.raises(CircularityError, match=control):
        refuse_circular(row("crime_violence_rate", "primary"), OWNER, [control], schema.columns())


def test_property_value_is_refused_as_control_of_the_score(in_root):
    with pytest.raises(CircularityError, match="woz"):
        refuse_circular(row("onv", "decomposition"), OWNER, ["woz"], schema.columns())


def test_no_row_of_the_register_is_circular(in_root):
    from nplvanalysis import params

    dictionary = schema.columns()
    for hypothesis in registers.claims().hypotheses.values():
        for study, rows in hypothesis.studies.items():
            models = params.load(f"studies/{study}.yaml").models
            for one in rows:
                controls = [*models.controls, *models.controls_other]
                specification = models.specifications[one.specification]
                refuse_circular(one, specification, controls, dictionary)


def test_a_year_without_figures_is_refused_with_those_that_have(toy_city, study):
    other = study.model_copy(update={"years": study.years.model_copy(update={"exposure": 1999})})
    with pytest.raises(ParameterError, match="one of 2024"):
        cross_section(toy_city, other.years, "crime_violence_rate")


def test_a_cross_section_takes_the_outcome_of_the_outcome_year(toy_city, study):
    later = toy_city.assign(year=2025, crime_violence_rate=toy_city["crime_violence_rate"] + 100)
    moved = study.model_copy(update={"years": study.years.model_copy(update={"outcome": 2025})})
    table = cross_section(pd.concat([toy_city, later]), moved.years, "crime_violence_rate")
    assert (table["crime_violence_rate"].to_numpy() > 50).all()
    assert len(table) == len(toy_city)


def test_what_the_tenures_leave_is_unknown_where_no_share_is_published(toy_city, study):
    whole = toy_city.assign(
        owner_occupied=60.0, corporation_rent=30.0, other_rent=[1.0, *[10.0] * (len(toy_city) - 1)]
    )
    models = study.models
    question = Question(
        *("crime_violence_rate", models.specifications["owner-share"], [], None, models),
        study.sample,
    )
    reasons = losses(whole.assign(dwellings=500.0), question)
    assert (reasons == "unknown").tolist() == [True] + [False] * (len(toy_city) - 1)
