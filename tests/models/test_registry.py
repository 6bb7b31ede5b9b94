"""The registry of estimators: the same figures as the pipeline, each model fitted once."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy.special import stdtrit

from nplvanalysis import registers, schema
from nplvanalysis.errors import TooFewClustersError
from nplvanalysis.models import estimates, registry
from nplvanalysis.models.specification import Question

ROW = registers.Row(
    role="primary", outcome="crime_violence_rate", specification="owner-to-corporation", sign=1
)


@pytest.fixture
def question(study):
    specification = study.models.specifications[ROW.specification]
    return Question(ROW.outcome, specification, ["urbanity"], None, study.models, study.sample)


@pytest.mark.parametrize(("short", "weights"), [("WLS", "dwellings"), ("OLS", "none")])
def test_estimates_and_errors_are_those_of_the_pipeline(
    toy_city, study, question, in_root, short, weights
):
    now = toy_city.assign(year=study.years.exposure)
    made = estimates.estimate_row(now, ROW, study, schema.columns())
    same = (made["weights"] == weights) & (made["sample"] == "main")
    same &= made["controls"] == "urbanity"
    found = registry.estimate_all(toy_city, question)
    for row in made[same].itertuples():
        one = found[f"{short}, {row.standard_errors}"]
        assert one.estimate == pytest.approx(row.estimate, rel=1e-12)
        assert one.std_error == pytest.approx(row.std_error, rel=1e-12)
        reach = one.std_error * stdtrit(one.degrees, 0.975)
        assert one.estimate + reach == pytest.approx(row.high, rel=1e-12)
    assert len(made[same]) == len(registry.ERRORS) - 1


def test_the_deciding_error_is_the_largest_of_the_others(toy_city, question):
    found = registry.estimate_all(toy_city, question)
    others = [one.std_error for name, one in found.items() if name.startswith("WLS")]
    assert found[registry.DECIDING].std_error == max(others)


def test_an_estimator_alone_says_what_it_says_among_all(toy_city, question):
    alone = registry.ESTIMATORS["OLS, CR3"].estimate(toy_city, question)
    assert registry.estimate_all(toy_city, question)["OLS, CR3"] == alone


def test_the_weights_of_a_question_give_way_to_those_of_the_estimator(toy_city, question):
    other = replace(question, weights="dwellings")
    own = registry.ESTIMATORS["OLS, CR1"]
    assert own.estimate(toy_city, other) == own.estimate(toy_city, question)


def test_estimators_that_share_a_model_share_one_fit(toy_city, question):
    calls = []

    def counted(table, asked):
        calls.append(asked)
        return registry.ESTIMATORS["OLS, CR1"].fits(table, asked)

    shared = [replace(registry.ESTIMATORS[name], fits=counted) for name in ("OLS, CR1", "OLS, HC3")]
    assert set(registry.estimate_all(toy_city, question, shared)) == {"OLS, CR1", "OLS, HC3"}
    assert len(calls) == 1


def test_every_estimator_says_where_it_should_hold():
    assert all(one.assumes and one.model and one.standard_error for one in _all())
    assert len({(one.model, one.standard_error, one.assumes) for one in _all()}) == len(_all())


def _all():
    return list(registry.ESTIMATORS.values())


def test_unknown_places_leave_the_spatial_errors_out_of_the_largest(toy_city, question):
    nowhere = registry.estimate_all(toy_city.assign(x=np.nan), question)
    assert np.isnan(nowhere["WLS, Conley 5 km"].std_error)
    assert np.isfinite(nowhere[registry.DECIDING].std_error)


def test_an_estimator_refuses_what_its_model_refuses(toy_city, question):
    few = toy_city[toy_city["municipality"] < "GM9020"]
    with pytest.raises(TooFewClustersError):
        registry.ESTIMATORS[registry.DECIDING].estimate(few, question)
