"""The outcome of the first wave: a bound, and its instrument."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm

from nplvanalysis.errors import EstimationError
from nplvanalysis.models.baseline import (
    EARLIER,
    INSTRUMENTED,
    estimate_instrumented,
    instrument_baseline,
    instrument_waves,
    two_stage,
)
from nplvanalysis.models.waves import BASELINE, Windows

from .moving_city import asked, make_moving_city, with_models


@pytest.fixture(scope="module")
def city() -> pd.DataFrame:
    return make_moving_city(noise=3.0)


def columns_of(found) -> pd.DataFrame:
    return pd.DataFrame(found.design.columns, columns=list(found.design.names))


def peer(found, absorb: bool):
    """Two-stage least squares of linearmodels, dummies for municipalities."""
    from linearmodels.iv import IV2SLS

    table = columns_of(found)
    free = table.drop(columns=[BASELINE, EARLIER]).assign(constant=1.0)
    if absorb:
        dummies = pd.get_dummies(found.design.groups, drop_first=True, dtype=float)
        free = pd.concat([free, dummies.add_prefix("m")], axis=1)
    return IV2SLS(
        found.design.outcome,
        free,
        table[[BASELINE]],
        table[[EARLIER]],
        weights=found.design.weights,
    )


def test_it_equals_two_stages_of_linearmodels_with_dummies(city, study):
    found = instrument_baseline(city, asked(), study)
    clusters = found.design.clusters
    other = peer(found, absorb=True).fit(cov_type="clustered", clusters=clusters, debiased=False)
    groups, rows = clusters.max() + 1, len(clusters)
    # the absorbed municipalities are nested in the cluster and count once
    slopes = len(found.design.names) - 1 + 1
    factor = groups / (groups - 1) * (rows - 1) / (rows - slopes)
    assert found.estimate == pytest.approx(other.params["tenure_corporation"], rel=1e-8)
    error = other.std_errors["tenure_corporation"] * np.sqrt(factor)
    assert found.std_error == pytest.approx(error, rel=1e-8)
    assert (found.standard_errors, found.degrees) == ("CR1", groups - 1)


def test_without_clusters_it_is_robust_to_unequal_spread(city, study):
    study = with_models(study, fixed_effects="none", cluster="none")
    found = instrument_baseline(city, asked(controls=[]), study)
    other = peer(found, absorb=False).fit(cov_type="robust", debiased=True)
    assert found.standard_errors == "HC1"
    assert found.std_error == pytest.approx(other.std_errors["tenure_corporation"], rel=1e-8)


def test_the_first_stage_is_the_squared_t_of_the_earlier_wave(city, study):
    study = with_models(study, fixed_effects="none", cluster="none")
    found = instrument_baseline(city, asked(controls=[]), study)
    table = sm.add_constant(columns_of(found))
    model = sm.WLS(table[BASELINE], table.drop(columns=BASELINE), weights=found.design.weights)
    t = model.fit(cov_type="HC1", use_t=True).tvalues[EARLIER]
    assert found.first_stage == pytest.approx(t**2, rel=1e-8)


def test_the_last_wave_before_the_first_year_is_the_instrument(city, study):
    own = Windows((2018, 2020), (2018, 2020))
    assert instrument_waves(city, asked(year_first=2018), study) == (2016, own)


def test_without_an_earlier_wave_the_change_begins_a_wave_later(city, study):
    assert instrument_waves(city, asked(), study) == (2014, Windows((2016, 2020), (2016, 2020)))


def test_two_waves_are_too_few(city, study):
    two = city[city["year"].isin([2014, 2020])]
    made = estimate_instrumented(two, asked(), study)
    assert made["status"].tolist() == ["one_wave"]
    assert made["sample"].tolist() == [INSTRUMENTED]


def test_an_earlier_wave_that_foretells_nothing_is_refused(city, study):
    made = instrument_baseline(city, asked(), study).design
    columns = made.columns.copy()
    columns[:, made.names.index(EARLIER)] = np.random.default_rng(1).normal(size=len(columns))
    noise = type(made)(**{**vars(made), "columns": columns})
    with pytest.raises(EstimationError, match="weak instrument"):
        two_stage(noise, BASELINE, EARLIER, study)
