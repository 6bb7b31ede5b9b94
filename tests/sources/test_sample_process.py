"""The synthetic country's written truth: what is drawn by it, what it means, what is refused."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from nplvanalysis.errors import ParameterError
from nplvanalysis.sources.sample import (
    country,
    effects,
    focus,
    other_effects,
    process,
    tenure,
    truth,
)
from nplvanalysis.sources.sample.noise import Ground, smooth
from nplvanalysis.sources.sample.sizes import Kind, Size

SEED, DRAWS = 2022, 20
SWAP = ["tenure_corporation", "tenure_other"]
TINY = Size("tiny", 1, {"town": Kind(12, 900, 2), "rural": Kind(8, 500, 2)}, (2019, 2024))
EXACT = {"form": "additive", "spread": 0, "spatial": 0}
NOISY = {"form": "additive", "spread": 1, "spatial": 0}
STEPS = {"owner-share": 10.0, "owner-to-corporation": 10.0, "blending": 1.0}
YEARS = np.array([2018, 2019, 2020, 2021])
numbers = st.floats(-5, 5)
some = settings(max_examples=25, deadline=None)


def column(**fields):
    """A column without noise, at 20."""
    return {"unit": "x", "base": 20.0, "noise": EXACT} | fields


def small(fields=None, **columns):
    """A truth of few columns."""
    first = next(iter(columns))
    programme = {"start": 2020, "areas_per_cells": 100, "selected_on": {first: 1.0}, "effects": {}}
    content = {
        "year": 2018,
        "steps": STEPS,
        "fields": fields or {},
        "programme": programme,
        "columns": columns,
        "sums": {},
    }
    return truth.parse(yaml.safe_dump(content, sort_keys=False))


def frame(side=20):
    """Cells in a square, 500 metres apart, where tenure and all else vary by themselves."""
    rng, count = np.random.default_rng(1), side**2
    shape = (len(YEARS), count)
    owner, corporation, other = (100 * rng.dirichlet([3, 2, 1], shape)).transpose(2, 0, 1)
    known = {
        "year": np.broadcast_to(YEARS[:, None], shape),
        "municipality": np.broadcast_to(np.arange(count) % 10, shape),
        "urbanity": rng.integers(1, 6, shape),
        "address_density": rng.uniform(100, 4000, shape),
        "tenure_owner": owner,
        "tenure_corporation": corporation,
        "tenure_other": other,
        "blending": owner * corporation / 2500,
        "corporation_around": rng.normal(0, 5, shape),
        "programme_year": np.zeros(shape),
        "population": np.full(shape, 1000.0),
        "respondents": np.full(shape, 80),
        "affluence": rng.standard_normal(shape),
    }
    points = 500.0 * np.array([(i // side, i % side) for i in range(count)])
    return process.Frame(known, Ground(points))


FRAME = frame()
KNOWN = FRAME.given


def drawn(seed=1, fields=None, **columns):
    return process.draw(small(fields, **columns), FRAME, seed)


@pytest.fixture(scope="module")
def written():
    return truth.load()


@pytest.fixture(scope="module")
def made(written):
    return country.make(SEED, written)


@pytest.fixture(scope="module")
def last(made):
    return cases(made)


@pytest.fixture(scope="module")
def redraws(made, written):
    """Other outcomes for the same homes and people."""
    return [country.redraw(made, written, seed) for seed in range(DRAWS)]


@pytest.fixture(scope="module")
def table(made):
    return effects.effects(made)


@pytest.fixture(scope="module")
def tiny(written):
    return country.make(SEED, written, TINY)


def test_a_change_of_tenure_has_the_written_effect_where_that_is_straight(made, written):
    found = other_effects.changes(made).set_index("outcome")["effect"]
    for name in ("crime_violence_rate", "disability_rate", "crime_burglary_rate", "youth_care"):
        assert found[name] == pytest.approx(written.columns[name].corporation, abs=1e-6)


def test_what_goes_through_another_column_is_its_slope_there(made):
    found = other_effects.exposures(made).set_index(["outcome", "specification"])["effect"]
    assert found["departures_rate", "school"] == 8.0
    assert found["crime_total_rate", "green"] == 0.0
    assert found["supermarket_distance", "high-incomes"] == 0.0


def test_the_programme_does_what_is_written_in_the_mean_of_its_years(made, written):
    sizes = written.programme.effects | {"crime_violence_rate": -0.3}
    about = written.programme.model_copy(update={"effects": sizes})
    helped = replace(made, truth=written.model_copy(update={"programme": about}))
    found = other_effects.exposures(helped).query("specification == 'programme'")
    years = made.size.years[1] - about.start
    assert found.set_index("outcome")["effect"]["crime_violence_rate"] == pytest.approx(
        -0.3 * years / 2
    )


def cases(one):
    """Cells of the last year that enter the models."""
    latent = one.latent[one.latent["year"] == one.latent["year"].max()]
    return latent[(latent["dwellings"] >= 100) & (latent["unknown"] <= 0.05 * latent["dwellings"])]


def slope(rows, outcome, terms, within=True):
    """Slope of the first term beside urbanity and, within, municipality."""
    known = {name: rows[name].to_numpy() for name in [*terms, "urbanity", "dwellings"]}
    known["municipality"] = rows["municipality"].to_numpy() * within
    return effects.projected(rows[[outcome]].to_numpy(float), known, terms)[0, 0]


def slopes(redraws, outcome, terms, within=True):
    return np.array([slope(cases(one), outcome, terms, within) for one in redraws])


def off(found, at=0.0):
    """Distance from a number in Monte Carlo errors."""
    return (found.mean() - at) / (found.std(ddof=1) / np.sqrt(len(found)))


def effect(table, outcome, specification="owner-to-corporation"):
    rows = table[table["specification"] == specification].set_index("outcome")
    return rows.loc[outcome, "effect"]


def straight(written):
    """Outcomes made of the shares alone."""
    return {
        name: about
        for name, about in written.columns.items()
        if about.hypothesis
        and not about.bend
        and not any(about.corporation_by_urbanity)
        and not set(about.through) & effects.paths(written)
    }


# --- Functional forms ------------------------------------------------------------------------


@some
@given(numbers, numbers, numbers)
def test_without_noise_a_column_is_its_formula(corporation, other, blending):
    found = drawn(a=column(corporation=corporation, other_rent=other, blending=blending))["a"]
    rent = corporation * KNOWN["tenure_corporation"] + other * KNOWN["tenure_other"]
    assert np.allclose(found, 20 + rent / 10 + blending * KNOWN["blending"])


@some
@given(numbers, st.floats(1, 99))
def test_a_bend_begins_at_its_kink(steeper, at):
    found = drawn(a=column(bend={"at": at, "slope": steeper}))["a"] - 20
    above = KNOWN["tenure_corporation"] > at
    assert np.allclose(found[~above], 0)
    assert np.allclose(found[above], steeper * (KNOWN["tenure_corporation"][above] - at) / 10)


@some
@given(st.lists(numbers, min_size=5, max_size=5))
def test_each_urbanity_class_has_its_own_slope(more):
    found = drawn(a=column(corporation=1.0, corporation_by_urbanity=more))["a"] - 20
    for place, extra in enumerate(more, start=1):
        here = KNOWN["urbanity"] == place
        assert np.allclose(found[here], (1 + extra) * KNOWN["tenure_corporation"][here] / 10)


@some
@given(st.lists(numbers, min_size=5, max_size=5), numbers)
def test_urbanity_and_density_shift_the_level(levels, density):
    found = drawn(a=column(urbanity=levels, density=density))["a"]
    shift = np.array(levels)[KNOWN["urbanity"] - 1]
    assert np.allclose(found, 20 + shift + density * np.log(KNOWN["address_density"] / 1000))


@some
@given(numbers, numbers)
def test_a_trend_counts_from_the_year_of_the_base_and_a_year_has_its_own(trend, own):
    found = drawn(a=column(trend=trend, years={2020: own}))["a"]
    assert np.allclose(found.mean(axis=1), 20 + trend * (YEARS - 2018) + own * (YEARS == 2020))


@some
@given(numbers, numbers)
def test_what_goes_through_another_column_follows_it(first, second):
    noisy = column(corporation=first, noise=NOISY)
    found = drawn(a=noisy, b=column(through={"a": second}))
    assert np.allclose(found["b"], 20 + second * found["a"])


def test_noise_that_is_proportional_keeps_the_mean():
    noise = {"form": "proportional", "spread": 0.5, "spatial": 0, "lasting": 0}
    found = drawn(a=column(noise=noise))["a"]
    assert found.min() > 0
    assert found.mean() == pytest.approx(20, abs=4 * found.std() / np.sqrt(found.size))


def test_what_is_out_of_range_is_set_to_its_end():
    found = drawn(a=column(range=[15, 25], corporation=3.0, noise=NOISY | {"spread": 9}))["a"]
    assert (found.min(), found.max()) == (15, 25)


def test_a_hidden_field_shifts_neighbours_alike():
    found = drawn(fields={"f": {"range_km": 3}}, a=column(hidden={"f": 2.0}))["a"]
    assert np.std(found) > 0.5
    assert np.allclose(found, found[0])
    assert morans_i(found[0], 20) > 0.8


def test_a_municipality_has_one_effect_that_goes_with_its_tenure():
    about = {"spread": 0.0, "with_corporation": 3.0}
    found = drawn(a=column(municipality=about))["a"]
    assert np.allclose(found, 20 + 0.3 * KNOWN["corporation_around"])


def test_a_municipality_can_go_with_the_mean_of_another_column():
    about = {"with_mean": {"a": 2.0}}
    found = drawn(a=column(noise=NOISY), b=column(municipality=about))
    averages = pd.DataFrame(found["a"].T).groupby(KNOWN["municipality"][0]).transform("mean").T
    centred = averages.to_numpy() - found["a"].mean(axis=1, keepdims=True)
    assert np.allclose(found["b"], 20 + 2 * centred)


# --- Counts ----------------------------------------------------------------------------------


def test_counts_spread_as_poisson_counts_do():
    counted = {"of": "population", "per": 1000}
    found = drawn(a=column(counted=counted))["a_count"]
    assert found.mean() == pytest.approx(20, rel=0.03)
    assert found.var() == pytest.approx(20, rel=0.15)


def test_counts_of_events_in_series_spread_so_many_times_as_much():
    counted = {"of": "population", "per": 1000, "series": 3}
    found = drawn(a=column(counted=counted))["a_count"]
    assert found.mean() == pytest.approx(20, rel=0.05)
    assert found.var() == pytest.approx(60, rel=0.15)


def test_counts_of_persons_spread_as_binomial_counts_do():
    counted = {"of": "respondents", "per": 100, "draw": "binomial"}
    found = drawn(a=column(base=50.0, unit="%", range=[0, 100], counted=counted))["a_count"]
    assert found.mean() == pytest.approx(40, rel=0.02)
    assert found.var() == pytest.approx(20, rel=0.15)


def test_no_more_persons_are_counted_than_there_are(made):
    latent = made.latent
    assert (latent["votes_count"] <= latent["electorate"]).all()
    assert (latent["feels_unsafe_count"] <= latent["respondents"]).all()


def test_registered_crimes_scatter_around_their_rates_by_chance_alone(made, written):
    for name in [name for name in written.columns if name.startswith("crime")]:
        expected = made.latent[name] * made.latent["population"] / 1000
        off = (made.latent[f"{name}_count"] - expected)[expected > 1]
        assert (off**2 / expected[expected > 1]).mean() == pytest.approx(1, abs=0.15)


# --- Noise -----------------------------------------------------------------------------------


def morans_i(values, side):
    """Moran's I of a square of cells that touch along an edge."""
    field = (values - values.mean()).reshape(side, side)
    pairs = [(field[1:] * field[:-1]), (field[:, 1:] * field[:, :-1])]
    touching = sum(pair.sum() for pair in pairs) / sum(pair.size for pair in pairs)
    return touching / field.var()


@pytest.mark.parametrize("spatial", [0.0, 0.4, 1.0])
def test_noise_has_variance_one_however_much_is_shared(spatial):
    noise = FRAME.ground.noise(400, spatial, 1.5, np.random.default_rng(1))
    assert (noise**2).mean() == pytest.approx(1, abs=0.03)
    assert (noise**2).mean(axis=0).std() < 0.1


def test_a_smooth_field_has_variance_one():
    fields = [smooth(FRAME.ground.points, 1.0, np.random.default_rng(one)) for one in range(200)]
    assert np.mean(np.square(fields)) == pytest.approx(1, abs=0.1)


def test_neighbours_are_alike_only_where_noise_is_shared():
    shared = {
        spatial: np.mean(
            [
                morans_i(row, 20)
                for row in FRAME.ground.noise(30, spatial, 1.5, np.random.default_rng(2))
            ]
        )
        for spatial in (0.0, 0.3, 0.6)
    }
    assert abs(shared[0.0]) < 0.03
    assert shared[0.6] > shared[0.3] > 0.1


def test_the_lasting_part_of_noise_stays_over_the_years():
    rng = np.random.default_rng(3)
    noise = FRAME.ground.over_years(30, 0.7, 0.3, 1.5, rng)
    between = np.corrcoef(noise)[np.triu_indices(30, 1)]
    assert between.mean() == pytest.approx(0.7, abs=0.08)


# --- Seeds and streams -----------------------------------------------------------------------


def test_the_same_seed_gives_the_same_country(tiny, written):
    again = country.make(SEED, written, TINY)
    pd.testing.assert_frame_equal(again.latent, tiny.latent)
    pd.testing.assert_frame_equal(again.early, tiny.early)


def test_another_seed_gives_another_country(tiny, written):
    other = country.make(SEED + 1, written, TINY)
    assert not np.array_equal(other.latent["corporation"][:100], tiny.latent["corporation"][:100])


def test_a_redraw_leaves_homes_and_people_as_they_are(made, redraws):
    for one in redraws[:3]:
        assert one.latent.iloc[:, : made.people].equals(made.latent.iloc[:, : made.people])


def test_a_redraw_changes_every_outcome(made, redraws, written):
    for name in [*written.columns, *written.sums]:
        assert not np.array_equal(redraws[0].latent[name], made.latent[name]), name


def test_a_redraw_with_the_seed_of_the_country_is_the_country(made, written):
    pd.testing.assert_frame_equal(country.redraw(made, written, SEED).latent, made.latent)


def test_each_column_has_a_stream_of_its_own(tiny, written):
    fewer = {name: about for name, about in written.columns.items() if name != "won"}
    without = written.model_copy(update={"columns": fewer, "sums": {}, "traps": {}})
    latent = country.redraw(tiny, without, SEED).latent
    assert "won" not in latent
    pd.testing.assert_frame_equal(latent, tiny.latent[list(latent)])


@pytest.mark.parametrize("seed", [-1, 1.5, "2022", True, None])
def test_a_seed_that_is_none_is_refused(tiny, written, seed):
    with pytest.raises(ParameterError, match="seed"):
        country.redraw(tiny, written, seed)


# --- Homes and people ------------------------------------------------------------------------


def test_tenures_add_up_to_the_dwellings(made):
    owners = made.latent[["owner", "corporation", "other", "unknown"]]
    assert (owners >= 0).all(axis=None)
    assert (owners.sum(axis=1) == made.latent["dwellings"]).all()


def test_shares_of_tenure_add_up_to_100(made):
    shares = made.latent[["tenure_owner", *SWAP]]
    assert np.allclose(shares.sum(axis=1), 100)


def test_dwelling_types_add_up_to_the_dwellings(made):
    types = made.latent[["flats", "terraced", "corner", "semi_detached", "detached"]]
    assert (types >= 0).all(axis=None)
    assert (types.sum(axis=1) == made.latent["dwellings"]).all()


def test_age_groups_add_up_to_the_residents(made):
    ages = made.latent.filter(regex="^persons_(0|15|25|45|65)")
    assert ages.shape[1] == 5
    assert (ages >= 0).all(axis=None)
    assert (ages.sum(axis=1) == made.latent["population"]).all()


def test_kinds_of_households_add_up_to_the_households(made):
    kinds = ["single_households", "households_with_children", "households_without_children"]
    assert (made.latent[kinds] >= 0).all(axis=None)
    assert (made.latent[kinds].sum(axis=1) == made.latent["households"]).all()


def test_origins_add_up_to_the_residents(made):
    origins = made.latent[["origin_dutch", "origin_europe", "origin_outside_europe"]]
    assert (origins >= 0).all(axis=None)
    assert (origins.sum(axis=1) == made.latent["population"]).all()


def test_shares_lie_between_0_and_100(made, written):
    shares = [name for name, about in written.columns.items() if about.unit == "%"]
    shares += ["tenure_owner", *SWAP, "vacant", "built_from_2000", "single_family"]
    assert made.latent[[*shares, "share_15_24", "share_65_plus"]].min().min() >= 0
    assert made.latent[[*shares, "share_15_24", "share_65_plus"]].max().max() <= 100


def test_nothing_is_missing(made):
    assert np.isfinite(made.latent.to_numpy(float)).all()


def test_every_urbanity_class_occurs(last):
    assert last["urbanity"].value_counts().min() >= 30
    assert set(last["urbanity"]) == {1, 2, 3, 4, 5}


def test_tenure_varies_within_municipalities(last):
    share = last["tenure_corporation"]
    own = share - share.groupby(last["municipality"]).transform("mean")
    assert own.std() > 15
    assert share.max() > 80


def test_blending_is_identified_beside_the_shares(last, study):
    known = {name: last[name].to_numpy() for name in last}
    fitted = effects.projected(known["blending"][:, None], known, SWAP)[:, 0]
    weights = known["dwellings"]

    def left(values):
        rows = pd.DataFrame({"v": values, "w": weights, "m": known["municipality"]})
        means = (rows["v"] * rows["w"]).groupby(rows["m"]).sum() / rows.groupby("m")["w"].sum()
        return rows["v"] - rows["m"].map(means)

    rest = left(known["blending"] - sum(s * known[t] for s, t in zip(fitted, SWAP, strict=True)))
    explained = 1 - (weights * rest**2).sum() / (weights * left(known["blending"]) ** 2).sum()
    assert explained <= study.models.identification_r2


# --- What the truth means for an estimate ----------------------------------------------------


def test_every_outcome_has_the_effect_of_every_specification(table, study, written):
    assert {name: study.models.specifications[name].step for name in written.steps} == dict(
        written.steps
    )
    assert not table.duplicated(["outcome", "specification"]).any()
    assert len(table) == len(effects.hypotheses(written)) * len(written.steps)
    assert np.isfinite(table["effect"]).all()


def test_moving_a_straight_outcome_from_owner_to_corporation_does_what_is_written(table, written):
    assert len(straight(written)) > 5
    for name, about in straight(written).items():
        if not set(about.through) & set(truth.STOCK):
            assert effect(table, name) == about.corporation, name


def test_blending_does_what_is_written_and_nothing_where_tenure_is_straight(table, written):
    for name, about in straight(written).items():
        assert effect(table, name, "blending") == about.blending, name


def test_a_curved_outcome_has_its_written_blending(table, written):
    about = written.columns["crime_vandalism_rate"]
    assert about.blending != 0
    assert effect(table, "crime_vandalism_rate", "blending") == about.blending


def test_the_share_of_owners_does_what_the_two_rents_do_in_its_place(table, written, last):
    about = written.columns["crime_violence_rate"]
    instead = [slope(last, rent, ["tenure_owner"]) for rent in SWAP]
    assert sum(instead) == pytest.approx(-1)
    mixed = instead[0] * about.corporation + instead[1] * about.other_rent
    assert effect(table, "crime_violence_rate", "owner-share") == pytest.approx(mixed)


def test_the_line_through_a_bend_lies_between_its_two_slopes(table, written):
    about = written.columns["wmo_clients"]
    steep = about.corporation + about.bend.slope
    assert about.corporation < effect(table, "wmo_clients") < steep


def test_the_line_through_classes_lies_between_their_slopes(table, written):
    about = written.columns["social_assistance_rate"]
    parts = about.corporation + np.array(about.corporation_by_urbanity)
    assert parts.min() < effect(table, "social_assistance_rate") < parts.max()


def test_a_mediated_effect_is_the_direct_one_and_the_one_through_income(table, written):
    about = written.columns["crime_other_rate"]
    through = about.through["income_low"] * effect(table, "income_low")
    assert about.corporation > 0
    assert through > 0
    assert effect(table, "crime_other_rate") == pytest.approx(about.corporation + through)


def test_what_reaches_an_outcome_by_two_steps_adds_up(table, written):
    about = written.columns["feels_unsafe"]
    through = sum(slope * effect(table, via) for via, slope in about.through.items())
    assert effect(table, "feels_unsafe") == pytest.approx(about.corporation + through)


def test_the_effect_on_a_sum_is_the_sum_of_the_effects(table, written):
    for specification in written.steps:
        parts = [effect(table, part, specification) for part in written.sums["afw"]]
        assert effect(table, "afw", specification) == pytest.approx(sum(parts))


def test_what_tenure_does_to_the_stock_reaches_the_score_that_is_made_of_it(table, written, last):
    about = written.columns["won"]
    rented = slope(last, "single_family", ["tenure_owner"])
    through = -10 * rented * about.through["single_family"]
    assert rented > 0
    assert effect(table, "won") == pytest.approx(about.corporation + through, abs=1e-9)
    assert effect(table, "won", "blending") == 0


def test_an_effect_through_the_stock_says_so(table):
    notes = table.set_index("outcome")["note"]
    assert notes["won"].str.contains("through the stock").iloc[1]
    assert not notes["crime_violence_rate"].str.contains("through").any()


def test_what_tenure_does_nothing_to_has_no_effect_at_all(table, written):
    without = set(effects.hypotheses(written)) - effects.paths(written) - set(written.sums)
    assert {"crime_burglary_rate", "fys"} <= without
    assert (table[table["outcome"].isin(without)]["effect"] == 0).all()


@pytest.mark.parametrize("name", truth.APART)
def test_what_goes_with_tenure_by_chance_does_not_enter_the_truth(made, table, name):
    latent = made.latent.assign(**{name: 100 + made.latent["tenure_corporation"] ** 2})
    pd.testing.assert_frame_equal(effects.effects(replace(made, latent=latent)), table)


def test_what_the_programme_does_is_no_effect_of_tenure(made, table, written):
    changed = {"effects": {"crime_violence_rate": -5.0, "feels_unsafe": -5.0}}
    programme = written.programme.model_copy(update=changed)
    helped = country.redraw(made, written.model_copy(update={"programme": programme}), SEED)
    pd.testing.assert_frame_equal(effects.effects(helped), table)


def test_effects_belong_to_the_homes_and_not_to_the_draw(redraws, table):
    pd.testing.assert_frame_equal(effects.effects(redraws[0]), table)


@pytest.mark.parametrize("rent", ["corporation", "other"])
def test_the_stock_answers_to_tenure_as_it_is_told(tiny, written, monkeypatch, rent):
    """A third of the owners' homes are let, all other chance being the same."""
    draw = tenure.shares

    def more(*args):
        first = draw(*args)
        owner = 1 - first.corporation - first.other
        return replace(first, **{rent: getattr(first, rent) + owner / 3})

    monkeypatch.setattr(tenure, "shares", more)
    homes = tiny.latent["dwellings"] >= 100
    before, after = (one.latent[homes] for one in (tiny, country.make(SEED, written, TINY)))
    moved = {
        name
        for name in [*truth.STOCK, *truth.APART]
        if (after[name] - before[name]).abs().mean() > 0.05 * before[name].std()
    }
    told = {"tenure_owner", f"tenure_{rent}"}
    assert moved == {name for name, terms in truth.STOCK.items() if told & set(terms)}


# --- Estimates find it -----------------------------------------------------------------------


@pytest.mark.parametrize("outcome", ["crime_violence_rate", "unemployment_rate", "arrivals_rate"])
def test_a_regression_finds_the_swap_within_its_error(redraws, table, outcome):
    found = 10 * slopes(redraws, outcome, SWAP)
    assert abs(off(found, effect(table, outcome))) < 4
    assert off(found) > 4


def test_a_regression_finds_what_blending_does_within_its_error(redraws, table):
    found = slopes(redraws, "crime_vandalism_rate", ["blending", *SWAP])
    assert abs(off(found, effect(table, "crime_vandalism_rate", "blending"))) < 4
    assert off(found) < -4


def test_the_primary_effect_of_a_swap_can_be_detected(redraws, table):
    """It is at least twice the smallest effect that matters, and four times its own error."""
    one = effect(table, "crime_violence_rate")
    assert one >= 2 * 0.1 * cases(redraws[0])["crime_violence_rate"].std()
    assert one >= 4 * 10 * slopes(redraws, "crime_violence_rate", SWAP).std(ddof=1)


def proper(redraws, trap):
    terms = list(dict.fromkeys([trap.exposure, *SWAP]))
    return slopes(redraws, trap.outcome, terms)


def test_without_municipalities_a_far_school_seems_to_keep_people(redraws, written):
    trap = written.traps["wrong sign"]
    assert trap.effect > 0
    assert off(slopes(redraws, trap.outcome, [trap.exposure], within=False)) < -4
    assert abs(off(proper(redraws, trap), trap.effect)) < 4


def test_without_municipalities_corporation_rent_seems_to_bring_burglary(redraws, written):
    trap = written.traps["municipalities"]
    assert off(slopes(redraws, trap.outcome, SWAP, within=False)) > 4
    assert abs(off(proper(redraws, trap))) < 4


def test_without_the_shares_mixing_seems_to_bring_violence(redraws, written):
    trap = written.traps["straight line"]
    assert off(slopes(redraws, trap.outcome, [trap.exposure], within=False)) > 4
    assert abs(off(proper(redraws, trap))) < 4


def test_green_is_not_related_to_crime_on_average(redraws, written):
    assert abs(off(proper(redraws, written.traps["no effect"]))) < 4


def test_a_hidden_field_deceives_within_municipalities_too(redraws, made, written):
    trap = written.traps["hidden field"]
    seen = {
        name: about.model_copy(update={"hidden": {}}) for name, about in written.columns.items()
    }
    open_ = written.model_copy(update={"columns": seen})
    without = [country.redraw(made, open_, seed) for seed in range(DRAWS)]
    deceived = proper(redraws, trap) - proper(without, trap)
    assert off(deceived) > 2
    assert abs(off(proper(without, trap))) < 4


# --- The score that is made of housing -------------------------------------------------------


def test_the_housing_score_is_made_of_the_stock(redraws, written):
    about = written.columns["won"]
    rows = redraws[0].latent
    stock = about.base + sum(slope * rows[via] for via, slope in about.through.items())
    stock += about.corporation * rows["tenure_corporation"] / 10
    stock += about.other_rent * rows["tenure_other"] / 10
    assert set(about.through) <= {*truth.STOCK, *truth.APART}
    assert np.corrcoef(rows["won"], stock)[0, 1] > 0.7
    left = rows["won"] - stock
    # but for what a whole municipality shares
    left -= left.groupby(rows["municipality"]).transform("mean")
    assert left.std() == pytest.approx(about.noise.spread, rel=0.15)


def test_the_total_score_is_the_sum_of_its_five_dimensions(made, written):
    parts = ["fys", "onv", "soc", "vrz", "won"]
    assert written.sums["afw"] == parts
    assert np.allclose(made.latent["afw"], made.latent[parts].sum(axis=1))


# --- Programme and focus areas ---------------------------------------------------------------


def layered(one, name):
    """Years by cells."""
    return one.latent[name].to_numpy().reshape(-1, len(one.geography.land))


def test_the_programme_does_nothing(made, written):
    assert written.programme.effects
    assert not any(written.programme.effects.values())
    programme = written.programme.model_copy(update={"effects": {}})
    without = country.redraw(made, written.model_copy(update={"programme": programme}), SEED)
    pd.testing.assert_frame_equal(without.latent, made.latent)


def test_a_programme_that_does_something_does_it_in_its_areas_after_its_start(made, written):
    changed = {"effects": {"onv": 0.5}}
    programme = written.programme.model_copy(update=changed)
    helped = country.redraw(made, written.model_copy(update={"programme": programme}), SEED)
    assert np.allclose(
        helped.latent["onv"] - made.latent["onv"], 0.5 * made.latent["programme_year"]
    )
    assert made.latent["programme_year"].max() > 0


def test_years_of_the_programme_are_counted_in_focus_areas_only(made, written):
    since = (made.latent["year"] - written.programme.start).clip(lower=0)
    assert (made.latent["programme_year"] == since * made.latent["focus"]).all()


def known_of(made):
    names = made.latent.columns
    return {name: layered(made, name) for name in names}


def test_focus_areas_are_chosen_on_the_state_before_the_start(made, written):
    known, about = known_of(made), written.programme
    first = focus.chosen(known, about, made.geography)
    later = known["year"][:, 0] >= about.start
    rng = np.random.default_rng(1)
    for name in about.selected_on:
        known[name] = np.where(later[:, None], rng.permutation(known[name], axis=1), known[name])
    assert np.array_equal(focus.chosen(known, about, made.geography), first)
    for name in about.selected_on:
        known[name] = rng.permutation(known[name], axis=1)
    assert not np.array_equal(focus.chosen(known, about, made.geography), first)


def state(one, written, years):
    """Mean of standardised registered figures in focus areas, among cells of some size."""
    chosen, rows = layered(one, "focus")[0], np.isin(layered(one, "year")[:, 0], list(years))
    large = (layered(one, "dwellings") >= focus.LEAST_DWELLINGS).all(axis=0)
    known = {name: layered(one, name) for name in one.latent}
    parts = []
    for name in written.programme.selected_on:
        values = focus.registered(known, name)[rows]
        middle, spread = values[:, large].mean(axis=1), values[:, large].std(axis=1)
        scaled = (values - middle[:, None]) / spread[:, None]
        parts.append(scaled[:, chosen].mean())
    return np.mean(parts)


def test_focus_areas_were_worse_than_others(redraws, written):
    start = written.programme.start
    assert all(state(one, written, [start - 1]) > 0.5 for one in redraws)


def test_focus_areas_improve_by_themselves(redraws, written):
    start = written.programme.start
    looked_at = range(start - focus.LOOKS_BACK, start)
    before = [state(one, written, looked_at) for one in redraws]
    after = [state(one, written, range(start, start + 3)) for one in redraws]
    gone = np.array(before) - np.array(after)
    assert gone.mean() > 0.05
    assert off(gone) > 2


# --- A truth that cannot be ------------------------------------------------------------------

COUNTED = {"of": "respondents", "per": 1000, "draw": "binomial"}


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"unit": "%", "range": [0, 120]}, "range"),
        ({"unit": "%", "range": [-1, 50]}, "range"),
        ({"unit": "%"}, "range"),
        ({"range": [5, 5]}, "range"),
        ({"unit": "%", "range": [0, 100], "base": 120.0}, "base"),
        ({"unit": "%", "range": [0, 100], "base": -3.0}, "base"),
        ({"base": float("nan")}, "base"),
        ({"corporation": float("inf")}, "corporation"),
        ({"corporation": "a lot"}, "corporation"),
        ({"noise": EXACT | {"spread": -1}}, "noise.spread"),
        ({"noise": EXACT | {"spatial": 1.1}}, "noise.spatial"),
        ({"noise": EXACT | {"lasting": 1.1}}, "noise.lasting"),
        ({"noise": EXACT | {"range_km": 0}}, "noise.range_km"),
        ({"noise": EXACT | {"form": "odd"}}, "noise.form"),
        ({"municipality": {"spread": -1}}, "municipality.spread"),
        ({"municipality": {"with_mean": {"nothing": 1.0}}}, "municipality.with_mean: nothing"),
        ({"through": {"nothing": 1.0}}, "through: nothing"),
        ({"through": {"later": 1.0}}, "through: later"),
        ({"through": {"a": 1.0}}, "through: a"),
        ({"hidden": {"nothing": 1.0}}, "hidden: nothing"),
        ({"bend": {"at": 0, "slope": 1.0}}, "bend.at"),
        ({"bend": {"at": 100, "slope": 1.0}}, "bend.at"),
        ({"urbanity": [1.0, 2.0, 3.0, 4.0]}, "urbanity"),
        ({"corporation_by_urbanity": [1.0] * 6}, "corporation_by_urbanity"),
        ({"counted": COUNTED}, "counted.per"),
        ({"counted": COUNTED | {"per": 0}}, "counted.per"),
        ({"counted": COUNTED | {"of": "trees"}}, "counted.of"),
        ({"unit": "%", "range": [0, 100], "counted": COUNTED | {"draw": "poisson"}}, "counted.per"),
        ({"slope": 1.0}, "slope"),
    ],
)
def test_an_impossible_column_is_refused_by_its_name_and_field(fields, says):
    with pytest.raises(ParameterError) as raised:
        small(a=column(**fields), later=column())
    assert f"columns.a.{says}" in raised.value.got.replace("a: ", "a.", 1)


def test_a_share_may_begin_below_0_where_other_columns_add_to_it():
    about = {"unit": "%", "range": [0, 100], "base": -3.0, "through": {"a": 1.0}}
    assert small(a=column(), b=column(**about)).columns["b"].base == -3


def test_a_mean_below_0_with_proportional_noise_is_refused_by_its_name():
    noise = EXACT | {"form": "proportional"}
    with pytest.raises(ParameterError, match="proportional") as raised:
        drawn(fine=column(), low=column(corporation=-4.0, noise=noise))
    assert "low" in raised.value.where


@pytest.mark.parametrize(
    ("change", "by", "says"),
    [
        ("afw: [", "afw: [nothing, ", "sums.afw: nothing"),
        ("selected_on: {", "selected_on: {nothing: 1.0, ", "programme.selected_on: nothing"),
        ("effects: {", "effects: {nothing: 1.0, ", "programme.effects: nothing"),
        ("exposure: green_distance", "exposure: nothing", "traps.no effect: nothing"),
        ("blending: 1.0}", "mixing: 1.0}", "steps"),
        ("  income_high:", "  income_low:", "income_low: twice"),
        ("  income_high:", "  tenure_owner:", "tenure_owner: made twice"),
        ("name: votes_count", "name: arrivals_rate_count", "arrivals_rate_count: made twice"),
        ("columns:", "colums:", "colums"),
        ("columns:", "columns: [", "expected"),
        ("year: 2018", "year: soon", "year"),
    ],
)
def test_a_truth_that_does_not_hold_together_is_refused(change, by, says):
    text = truth.TRUTH.read_text(encoding="utf-8")
    assert change in text
    with pytest.raises(ParameterError, match="not possible") as raised:
        truth.parse(text.replace(change, by, 1))
    assert says in raised.value.got


@pytest.mark.parametrize("text", ["", "[]", "42"])
def test_a_truth_that_is_no_table_is_refused(text):
    with pytest.raises(ParameterError, match="not possible"):
        truth.parse(text)
