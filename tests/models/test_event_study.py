"""Years against the last one before the start: equal to the regression, and honest about it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from nplvanalysis.errors import ColumnMissingError, EstimationError, TooFewAreasError
from nplvanalysis.models.balanced import balanced
from nplvanalysis.models.event_study import (
    Comparison,
    before_start,
    compare,
    event_study,
    references,
)
from nplvanalysis.models.placebo_areas import draw
from nplvanalysis.models.pre_trend import pre_trend
from nplvanalysis.models.randomisation import Randomised

from .towns import make_towns

OUTCOME = "crime_violence_rate"


def made(panel, study, draws=300):
    areas = balanced(panel, OUTCOME, study, None, 2024)
    return areas, draw(areas.ground, areas.focus, np.random.default_rng(1), draws)


@pytest.fixture
def quiet(study):
    """Nothing happens."""
    return made(make_towns(), study)


@pytest.fixture
def helped(study):
    """Two less from 2022 on."""
    return made(make_towns(effect=-2.0), study)


@pytest.mark.filterwarnings("ignore::pandas.errors.Pandas4Warning")
def test_the_coefficients_are_those_of_the_regression_with_all_dummies(quiet):
    import pyfixest

    areas, placebos = quiet
    count, years = areas.outcome.shape
    area, column = np.repeat(np.arange(count), years), np.tile(np.arange(years), count)
    long = pd.DataFrame(
        {
            "outcome": areas.outcome.ravel(),
            "area": area,
            "year": areas.years[column],
            "homes": areas.homes[area],
            "inside": (areas.focus[area] >= 0).astype(float),
        }
    )
    formula = "outcome ~ i(year, inside, ref=2021) | area + year"
    exact = pyfixest.MapDemeaner(fixef_tol=1e-13)
    coefficients = pyfixest.feols(formula, data=long, weights="homes", demeaner=exact).coef()
    found = event_study(areas, placebos, 0.05).set_index("year")["estimate"]
    assert found[2021] == 0
    np.testing.assert_allclose(
        found.drop(2021).to_numpy(), coefficients.to_numpy(), rtol=1e-8, atol=1e-9
    )


def test_a_known_effect_is_recovered_and_seen(helped):
    found = compare(*helped, Comparison())
    assert found.estimate == pytest.approx(-2.0, abs=0.5)
    judged = found.of_statistic(0.05)
    assert judged.p < 0.05
    assert judged.low < -2.0 < judged.high < 0


def test_nothing_is_seen_at_a_start_when_nothing_started(helped):
    earlier = compare(*helped, Comparison(start=2018, until=2021)).of_statistic(0.05)
    assert earlier.p > 0.05
    assert earlier.low < 0 < earlier.high


def test_a_pooled_estimate_is_the_mean_of_years_after_less_that_of_years_before(helped):
    years = event_study(*helped, 0.05).set_index("year")["estimate"]
    after, before = years[years.index >= 2022], years[years.index < 2022]
    assert compare(*helped, Comparison()).estimate == pytest.approx(after.mean() - before.mean())


def test_effects_of_years_by_urbanity_take_out_what_urban_places_share(study):
    panel = make_towns(areas=2)
    # one of the two focus areas is there, and six of the sixteen towns
    urban = (panel["urbanity"] == 1) & (panel["year"] >= 2022)
    moved = panel.assign(**{OUTCOME: panel[OUTCOME] + 30.0 * urban})
    crossed = Comparison(crossed=True)
    plain, changed = made(panel, study), made(moved, study)
    assert compare(*changed, crossed).estimate == pytest.approx(compare(*plain, crossed).estimate)
    gap = compare(*changed, Comparison()).estimate - compare(*plain, Comparison()).estimate
    assert abs(gap) > 1


def test_without_the_largest_focus_area_its_homes_count_nowhere(helped):
    areas, placebos = helped
    wild = areas.outcome.copy()
    wild[areas.focus == areas.largest] += 100 * np.arange(wild.shape[1])
    without = Comparison(leave_out=True)
    changed = compare(replace(areas, outcome=wild), placebos, without)
    assert changed.estimate == pytest.approx(compare(areas, placebos, without).estimate)


def test_areas_chosen_on_one_bad_year_improve_by_themselves(study):
    panel = make_towns()
    bad = (panel["focus_area"] != "") & (panel["year"] == 2021)
    chosen = panel.assign(**{OUTCOME: panel[OUTCOME] + 4.0 * bad})
    found = references(*made(chosen, study), 0.05).set_index("reference")
    quiet = references(*made(panel, study), 0.05).set_index("reference")
    moved = found["estimate"] - quiet["estimate"]
    assert moved["last"] == pytest.approx(-4.0)
    assert moved["all"] == pytest.approx(-4.0 / 7)
    assert moved["earlier"] == pytest.approx(0.0, abs=1e-9)


def test_a_trend_before_the_start_is_found(study):
    panel = make_towns()
    lapse = (panel["focus_area"] != "") * (panel["year"] - 2021)
    assert before_start(*made(panel, study), 0.05).p > 0.05
    sloping = panel.assign(**{OUTCOME: panel[OUTCOME] + 1.0 * lapse})
    assert before_start(*made(sloping, study), 0.05).p < 0.05


def test_the_detectable_slope_is_found_in_four_of_five_cases():
    rng = np.random.default_rng(2)
    times, errors = np.arange(-6, 0), rng.uniform(0.5, 2, 6)
    drawn = rng.normal(0, 1.3, (299, 6)) * errors
    same = np.tile(errors, (299, 1))
    found = [Randomised(0.1, errors[one], drawn[:, one], same[:, one]) for one in range(6)]
    known = pre_trend(found, times, 5.0, 0.05)
    sizes = ((drawn / errors) ** 2).mean(axis=1)
    # of 300 with the real one, 15 may be beyond
    limit = np.sort(sizes)[-15]
    lines = [(drawn + sign * known.detectable * times) / errors for sign in (1, -1)]
    seen = [np.mean((line**2).mean(axis=1) > limit) for line in lines]
    assert min(seen) == pytest.approx(0.8, abs=0.005)
    assert known.carried == pytest.approx(5 * known.detectable)


def test_a_detectable_slope_grows_with_the_noise(quiet):
    areas, placebos = quiet
    noise = np.random.default_rng(4).normal(0, 4, areas.outcome.shape)
    loud = replace(areas, outcome=areas.outcome + noise)
    own, other = (before_start(one, placebos, 0.05) for one in (areas, loud))
    assert other.detectable > 2 * own.detectable
    # years after are 2023 on average, years before 2018
    assert own.carried == pytest.approx(own.detectable * 5)


def test_too_few_draws_can_detect_no_slope(quiet):
    areas, placebos = quiet
    few = replace(placebos, members=placebos.members[:9])
    assert before_start(areas, few, 0.05).detectable == np.inf


@pytest.mark.parametrize("years", [range(2015, 2023), range(2021, 2025)])
def test_too_few_years_on_a_side_are_refused(study, years):
    panel = make_towns()
    areas, placebos = made(panel[panel["year"].isin(years)], study)
    with pytest.raises(EstimationError, match="too few years"):
        compare(areas, placebos, Comparison())


def test_areas_without_an_outcome_in_some_year_leave(study):
    panel = make_towns()
    gone = panel["code"].unique()[-3:]
    holes = panel[OUTCOME].mask(panel["code"].isin(gone) & (panel["year"] == 2018))
    areas = balanced(panel.assign(**{OUTCOME: holes}), OUTCOME, study, None, 2024)
    assert set(panel["code"]) - set(areas.codes) == set(gone)


def test_areas_that_were_cut_leave(study):
    panel = make_towns()
    first = panel["code"].iloc[-1]
    parts = np.where((panel["code"] == first) & (panel["year"] == 2019), 50.0, 0.0)
    areas = balanced(panel.assign(apportioned=parts), OUTCOME, study, None, 2024)
    assert set(panel["code"]) - set(areas.codes) == {first}


def test_years_that_hardly_any_area_has_are_left_out(study):
    panel = make_towns()
    rare = panel[OUTCOME].mask((panel["year"] == 2018) & (panel["code"] > "BU00000005"))
    areas = balanced(panel.assign(**{OUTCOME: rare}), OUTCOME, study, None, 2024)
    assert 2018 not in areas.years
    assert len(areas.codes) == panel["code"].nunique()


def test_one_focus_area_alone_is_refused(study):
    with pytest.raises(TooFewAreasError, match="focus areas"):
        balanced(make_towns(areas=1), OUTCOME, study, None, 2024)


def test_one_focus_area_can_be_looked_at_without_the_others(quiet):
    areas, _ = quiet
    alone = areas.alone("area-1")
    assert alone.names == ("area-1",)
    assert (alone.focus >= 0).sum() == (areas.focus == 1).sum()
    assert len(alone.codes) == len(areas.codes) - (np.isin(areas.focus, [0, 2])).sum()


def test_a_small_panel_is_refused(study):
    panel = make_towns()
    few = panel[panel["code"].isin(panel["code"].unique()[:29])]
    with pytest.raises(TooFewAreasError, match="areas with the outcome"):
        balanced(few, OUTCOME, study, None, 2024)


@pytest.mark.parametrize("column", [OUTCOME, "focus_area", "urbanity", "x"])
def test_a_missing_column_is_named(study, column):
    with pytest.raises(ColumnMissingError, match=f"no value for {column}"):
        balanced(make_towns().drop(columns=column), OUTCOME, study, None, 2024)
