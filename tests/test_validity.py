"""The validity harness: what it counts is right, and a wrong estimator does not get past it."""

from __future__ import annotations

import sys
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy.stats import norm

from nplvanalysis.models import estimates, registry
from nplvanalysis.models.yardstick import outcome_sd
from nplvanalysis.sources.sample import country as countries
from nplvanalysis.sources.sample import figures as sums
from nplvanalysis.sources.sample.truth import TENURE

from .conftest import ROOT

sys.path.insert(0, str(ROOT / "bench"))

import validity
import validity_answers
import validity_dealt
import validity_draw
import validity_lattice
import validity_page
import validity_panel
import validity_quick
import validity_setup
import validity_summary
import validity_tables
import validity_traps
import validity_truth
import validity_words
import validity_worlds
from validity_worlds import WORLDS

GOOD, OTHER = registry.DECIDING, "WLS, CR1"


@pytest.fixture(scope="module")
def setup():
    return validity_setup.prepare(ROOT, 2022)


@pytest.fixture(scope="module")
def levels(setup):
    """What every registered estimator answers."""
    return setup.only(validity_setup.REGISTRY)


@pytest.fixture(scope="module")
def moving(setup):
    """What is asked of changes, and one draw of the world without effects."""
    own = validity.asked(setup, WORLDS["changes-none"])
    return own, validity_setup.seen(own, drawn(own, "changes-none"))


def truth_of(setup, name, direct=None):
    return validity_draw.world_truth(setup, WORLDS[name], direct or {})


def drawn(setup, name, draw=0):
    return validity_worlds.drawn(setup.base, truth_of(setup, name), WORLDS[name], 1, draw)


def made_up(errors: dict[str, float], draws: int = 4000, world: str = "none") -> pd.DataFrame:
    """Estimates of 0 with a spread of 1, and what each estimator says its error is."""
    values = np.random.default_rng(1).standard_normal(draws)
    parts = [
        pd.DataFrame({"draw": range(draws), "estimate": values, "std_error": error}).assign(
            estimator=name, hypothesis="A1", world=world, degrees=1000
        )
        for name, error in errors.items()
    ]
    return pd.concat(parts, ignore_index=True)


def counted_of(errors: dict[str, float]) -> pd.DataFrame:
    found = made_up(errors)
    targets = found[validity_summary.KEY].drop_duplicates().assign(target=0.0)
    return validity_summary.by_estimator(found, targets)


def test_an_honest_error_covers_and_half_of_it_does_not():
    counted = counted_of({GOOD: 1.0, OTHER: 0.5}).set_index("estimator")
    assert counted.loc[GOOD, "coverage"] == pytest.approx(0.95, abs=0.03)
    assert counted.loc[OTHER, "coverage"] == pytest.approx(0.67, abs=0.06)
    assert counted.loc[OTHER, "ratio"] == pytest.approx(0.5, abs=0.05)


def test_rejection_of_no_effect_is_what_coverage_of_zero_leaves():
    counted = counted_of({GOOD: 1.0, OTHER: 0.5})
    assert (counted["coverage"] + counted["rejection"]).tolist() == pytest.approx([1.0, 1.0])


def test_bias_is_told_from_chance_by_its_monte_carlo_error():
    found = made_up({GOOD: 1.0}).assign(estimate=lambda table: table["estimate"] + 0.5)
    targets = found[validity_summary.KEY].drop_duplicates().assign(target=0.0)
    one = validity_summary.by_estimator(found, targets).iloc[0]
    assert one["bias_mc"] == pytest.approx(1 / np.sqrt(4000), rel=0.1)
    assert abs(one["bias"] - 0.5) < 4 * one["bias_mc"]


def test_a_draw_that_a_model_refuses_is_counted_apart():
    found = made_up({GOOD: 1.0})
    found.loc[found["draw"] < 100, ["estimate", "std_error"]] = np.nan
    targets = found[validity_summary.KEY].drop_duplicates().assign(target=0.0)
    one = validity_summary.by_estimator(found, targets).iloc[0]
    assert (one["draws"], one["refused"]) == (3900, pytest.approx(0.025))


def test_a_narrow_estimator_is_judged_so_and_another_named_in_its_place():
    counted = counted_of({GOOD: 1.0, OTHER: 0.5, "WLS, CR3": 1.05, "OLS, CR1": 1.0})
    judgements = validity_summary.judged(counted, WORLDS)
    assert judgements.set_index("estimator")["result"].to_dict() == {
        GOOD: "trusted",
        OTHER: "narrow",
        "WLS, CR3": "trusted",
        "OLS, CR1": "trusted",
    }
    assert validity_summary.instead(judgements, counted, OTHER) == GOOD


def test_an_estimator_that_is_much_too_wide_is_not_called_narrow():
    counted = counted_of({GOOD: 1.0, OTHER: 2.0})
    judgements = validity_summary.judged(counted, WORLDS)
    assert judgements.set_index("estimator").loc[OTHER, "result"] == "wide"


def test_assumptions_about_distance_fail_where_noise_is_shared():
    hc3 = registry.ESTIMATORS["WLS, HC3"]
    assert validity_summary.holds(hc3, WORLDS["none"])
    assert not validity_summary.holds(hc3, WORLDS["none-spatial"])
    assert validity_summary.holds(registry.ESTIMATORS["WLS, Conley 5 km"], WORLDS["none-spatial"])


def verdict_table(**columns):
    return pd.DataFrame({"world": "two-deltas", "hypothesis": "A1", **columns})


def test_power_is_counted_among_draws_with_a_small_error():
    found = verdict_table(
        draw=range(4),
        verdict=["supported", "inconclusive", "supported", "too_imprecise"],
        std_error=[0.4, 0.5, 0.2, 3.0],
        delta=1.0,
    )
    targets = pd.DataFrame(
        [{"world": "two-deltas", "hypothesis": "A1", "estimator": GOOD, "target": -2.0}]
    ).assign(decides=True)
    one = validity_summary.power(found, targets, {"A1": -1}).iloc[0]
    assert (one["small"], one["supported"], one["all_supported"]) == (0.75, 2 / 3, 0.5)
    assert validity_summary.power(found, targets, {"A1": 1}).empty
    assert validity_summary.power(found, targets, {"B1": -1}).empty


def test_every_world_says_what_is_true_in_it():
    assert set(validity_worlds.ABOUT) == set(WORLDS)


def test_where_a_claim_about_a_ratio_is_so_its_support_is_told_and_no_false_one():
    found = verdict_table(draw=range(2), verdict=["supported", "mixed"], std_error=0.1, delta=2.0)
    named = [("problems-together", "B1"), ("safety-limit", "D1")]
    parts = [found.assign(world=world, hypothesis=name) for world, name in named]
    verdicts = validity_summary.by_verdict(pd.concat(parts))
    figures = replace(figures_of({GOOD: 1.0}), worlds=WORLDS, verdicts=verdicts)
    assert validity_words._claimed(figures) == [
        "**B1**, *problems, four times as often*: *supported* in 50.0 % of draws."
    ]
    assert validity_words.false_support(figures)["hypothesis"] == "D1"


def test_a_world_of_many_offences_lets_each_do_less(setup):
    """What felt unsafety owes to crime stays, whatever is counted."""
    own = setup.only(["D2"])
    many = replace(WORLDS["crime-alone"], offences=50.0)
    plain, made = (
        validity_draw.world_truth(own, world, {}).columns for world in (WORLDS["crime-alone"], many)
    )
    kind = "crime_violence_rate"
    assert made[kind].base == 50 * plain[kind].base
    slopes = [one["feels_unsafe"].through[kind] for one in (plain, made)]
    assert slopes[0] == pytest.approx(50 * slopes[1])
    both = [one["crime_vandalism_rate"].through[kind] for one in (plain, made)]
    assert both[0] == pytest.approx(both[1])


def test_offences_come_in_series_where_a_world_says_so(setup):
    own = setup.only(["D2"])
    truth = validity_draw.world_truth(own, WORLDS["crime-series"], {})
    assert truth.columns["crime_violence_rate"].counted.series == validity_worlds.SERIES
    assert truth.columns["crime_burglary_rate"].counted.series == 1.0


def test_power_of_a_few_draws_is_not_tested():
    few = verdict_table(
        draw=range(400),
        verdict="supported",
        std_error=np.where(np.arange(400) < 2, 0.4, 3.0),
        delta=1.0,
    )
    many = few.assign(world="two-deltas-quiet", std_error=0.4)
    key = {"hypothesis": "A1", "estimator": GOOD, "target": 2.0, "decides": True}
    targets = pd.DataFrame([{"world": w} | key for w in ("two-deltas", "two-deltas-quiet")])
    power = validity_summary.power(pd.concat([few, many]), targets, {"A1": 1})
    figures = replace(figures_of({GOOD: 1.0}), worlds=WORLDS, power=power)
    first, second = (row[2:] for row in validity_tables._power_rows(figures))
    assert first == ["2 draws have so small an error", "not tested"]
    assert second[1] == "met"
    (hard,) = (said for said in validity_words._power(figures) if "hard to decide" in said)
    assert "0 % of draws have an error" in hard


def test_shares_of_verdicts_add_up_to_one():
    found = verdict_table(
        draw=range(3), verdict=["supported", "mixed", "mixed"], std_error=0.1, delta=1.0
    )
    one = validity_summary.by_verdict(found).iloc[0]
    assert (one["supported"], one["mixed"]) == (pytest.approx(1 / 3), pytest.approx(2 / 3))


def test_a_world_without_effect_has_no_effect_of_tenure_left(setup):
    truth = truth_of(setup, "none")
    for about in truth.columns.values():
        fields = type(about).model_fields
        assert all(getattr(about, name) == fields[name].default for name in TENURE)


def test_what_should_be_found_is_what_is_written(levels):
    found = validity_draw.targets(levels, levels.base.truth).set_index(["hypothesis", "estimator"])
    columns = levels.base.truth.columns
    linear = columns["crime_violence_rate"].corporation
    assert found.loc[("A1", GOOD), "target"] == pytest.approx(linear, rel=0.02)
    curved = columns["crime_vandalism_rate"].blending
    assert found.loc[("A2", GOOD), "target"] == pytest.approx(curved, rel=0.02)


def test_what_should_be_found_does_not_depend_on_what_else_is_asked(setup):
    """Crime is what A1 explains, and what felt safety of D2 is set beside."""
    alone, both = setup.only(["A1"]), setup.only(["A1", "D2"])
    truth = truth_of(both, "two-deltas-spatial", {"feels_unsafe/corporation": 0.5})
    found = validity_draw.targets(both, truth).set_index(["hypothesis", "estimator"])["target"]
    own = validity_draw.targets(alone, truth).set_index(["hypothesis", "estimator"])["target"]
    pd.testing.assert_series_equal(found.loc[own.index], own)


def test_little_noise_is_a_share_of_what_is_written(setup):
    quiet, written = (
        truth_of(setup, name).columns["crime_other_rate"].noise.spread
        for name in ("two-deltas-quiet", "two-deltas-spatial")
    )
    assert quiet == validity_worlds.QUIET * written


def test_felt_unsafety_is_off_its_floor_where_its_slopes_are_tried(setup):
    """A share that cannot fall bends the slope: the target would be hit in no draw."""
    for name in ("none-spatial", "two-deltas-spatial"):
        latent = drawn(validity.asked(setup, WORLDS[name]), name).latent
        floor = setup.base.truth.columns["feels_unsafe"].range[0]
        assert (latent["feels_unsafe"] <= floor).mean() < 0.001


def test_where_felt_safety_follows_crime_alone_nothing_is_left_of_tenure(setup):
    """Crime follows tenure there, so that little but what is held constant tells them apart."""
    own, world = validity.asked(setup, WORLDS["crime-alone"]), WORLDS["crime-alone"]
    truth = truth_of(own, "crime-alone")
    found = validity_draw.targets(own, truth).query("decides").set_index("hypothesis")["target"]
    delta = validity_draw._deltas(own, world, truth, 1)
    assert abs(found["D2"]) < 0.1 * delta["D2"]
    assert truth.columns["crime_violence_rate"] == own.base.truth.columns["crime_violence_rate"]


def test_without_noise_every_draw_is_the_same(levels):
    quiet = validity_truth.without_noise(levels.base.truth)
    one, other = (countries.redraw(levels.base, quiet, seed).latent for seed in (1, 2))
    assert np.allclose(one[levels.outcomes], other[levels.outcomes])


def test_draws_differ_and_each_can_be_drawn_again(levels):
    one, again, other = (drawn(levels, "none", draw).latent for draw in (0, 0, 1))
    pd.testing.assert_frame_equal(one, again)
    assert not np.allclose(one[levels.outcomes], other[levels.outcomes])


def test_homes_and_people_stay_as_they_are(levels):
    kept = ["dwellings", "population", "corporation", "owner", "other"]
    assert drawn(levels, "none").latent[kept].equals(levels.base.latent[kept])


def test_an_exposure_of_noise_keeps_the_number_of_homes(levels):
    latent = drawn(levels, "unrelated").latent
    tenures = ["owner", "corporation", "other", "unknown"]
    assert (latent[tenures].sum(axis=1) == latent["dwellings"]).all()
    assert (latent[tenures] >= 0).all().all()
    assert abs(latent["corporation"].corr(levels.base.latent["corporation"])) < 0.99


def test_published_shares_are_whole_percents_and_small_areas_keep_them_secret(levels):
    panel = validity_setup.seen(levels, levels.base)
    shares = panel["corporation_rent"]
    assert (shares.dropna() % 1 == 0).all()
    assert shares[panel["dwellings"] < 20].isna().all()
    assert (panel["population"] % 5 == 0).all()


def test_areas_are_summed_as_they_are_published(levels):
    year = levels.study.years.outcome
    listed = sums.figures(levels.base, year, levels.study.years.division)
    own = listed[listed["recs"] == "Buurt"].set_index("code")
    panel = validity_setup.seen(levels, levels.base)
    panel = panel[panel["year"] == year].set_index("code")
    assert set(panel.index) == set(own.index)
    for name in ("dwellings", "crime_violence_rate_count"):
        published = panel[name.removesuffix("_rate_count")]
        assert published.equals(own.loc[panel.index, name].rename(published.name))


def test_a_draw_is_answered_by_every_estimator_and_judged(levels):
    found, _, verdicts, traps = validity_draw.one(levels, WORLDS["written"], {}, 1, 0)
    pairs = set(zip(found["hypothesis"], found["estimator"], strict=True))
    assert pairs == {(name, one) for name in levels.rows for one in registry.ESTIMATORS}
    assert verdicts["hypothesis"].tolist() == list(levels.rows)
    assert set(traps["trap"]) == set(levels.base.truth.traps)


def test_changes_are_found_quickly_as_the_pipeline_finds_them(moving):
    setup, panel = moving
    key = ["role", "weights", "controls", "sample", "standard_errors"]
    numbers = ["estimate", "std_error", "low", "high", "p", "degrees", "n", "clusters"]
    for name in ("A3", "E1"):
        row = setup.rows[name]
        slow = estimates.estimate_row(panel, row, setup.study, setup.dictionary).set_index(key)
        quick = validity_draw.answered(setup, panel, row).set_index(key)
        left = {one[0] for one in set(slow.index) - set(quick.index)}
        assert left == {"sensitivity"}
        known = slow.loc[quick.index, numbers].astype(float)
        pd.testing.assert_frame_equal(quick[numbers].astype(float), known, rtol=1e-9)


def test_rows_of_changes_are_answered_with_placebos_and_judged(moving):
    setup, panel = moving
    answers, verdicts = validity_draw.judged(setup, panel)
    pairs = set(zip(answers["hypothesis"], answers["role"], strict=True))
    assert pairs == {
        *((name, role) for name in setup.rows for role in ("primary", "placebo")),
        ("A3", "secondary"),
    }
    assert verdicts["hypothesis"].tolist() == list(setup.rows)
    assert (verdicts["verdict"] != "not_testable").all()


def test_the_quick_estimator_stands_in_only_where_it_is_asked_for():
    usual = estimates.ESTIMATORS["two_way"]
    with validity_quick.estimators():
        assert estimates.ESTIMATORS["two_way"] is validity_quick.two_way
    assert estimates.ESTIMATORS["two_way"] is usual


def test_an_exposure_that_is_drawn_has_the_effect_that_a_world_gives_it(setup):
    own = setup.only(["E1"])
    row = own.rows["E1"]
    field = validity_draw.field_of(own, row)
    truth = truth_of(own, "changes-two-deltas", {field: 40.0})
    nothing = truth_of(own, "changes-two-deltas", {field: 0.0})
    given = [validity_draw.targets(own, one)["target"].iloc[0] for one in (truth, nothing)]
    assert given[0] - given[1] == pytest.approx(40.0, rel=0.05)


def test_figures_without_noise_and_effects_hold_no_change_that_goes_with_another(setup):
    """What is built, where it makes an area another class of urbanity, is no effect of tenure."""
    own = setup.only(["A3", "E1", "A6"])
    found = validity_draw.targets(own, truth_of(own, "changes-none")).set_index("hypothesis")
    panel = validity_setup.seen(own, own.base)
    for name, row in own.rows.items():
        spread = outcome_sd(panel, row.outcome, own.study)
        assert abs(found.loc[name, "target"]) < 0.1 * 0.1 * spread


def test_figures_that_are_dealt_out_keep_their_values_and_have_the_size_of_their_world(setup):
    own, world = setup.only(["B1"]), WORLDS["problems-apart"]
    names, before = setup.study.measures.problems, validity_setup.seen(own, own.base)
    dealt = validity_dealt.panel(own, world, 0.0, 1, 0)
    before = before[before["year"] == setup.study.years.exposure]
    for name in names:
        assert sorted(dealt[name].dropna()) == sorted(before[name].dropna())
    assert validity_dealt._size(own, world, 0.0, 1, 200) == pytest.approx(1.0, abs=0.08)
    assert validity_dealt._size(own, world, 0.4, 1, 200) > 1.8


def test_felt_safety_can_follow_registered_crime_wholly_or_not_at_all(setup):
    if "D1" not in setup.rows:
        pytest.skip("the register has no row on felt beside registered safety")
    own = setup.only(["D1"])
    sizes = [validity_dealt._size(own, WORLDS["safety-same"], mix, 1, 200) for mix in (0.0, 1.0)]
    assert sizes == [pytest.approx(0.0, abs=0.05), pytest.approx(1.0, abs=0.001)]


def test_pilots_are_so_many_that_others_would_find_the_same_size(setup):
    """Of 200 pilots, these two sets differ by .008."""
    own, world = setup.only(["D1"]), WORLDS["safety-limit"]
    sizes = [validity_dealt._size(own, world, 0.7056, seed) for seed in (1, 44)]
    assert sizes == [pytest.approx(world.size, abs=0.004)] * 2


def test_rules_for_ratios_and_correlations_are_applied_to_what_is_dealt_out(setup):
    pairs = {"B1": "problems-apart", "D1": "safety-same"}
    for hypothesis, name in pairs.items():
        if hypothesis not in setup.rows:
            continue
        own = setup.only([hypothesis])
        mix = {validity_dealt.MIX: validity_dealt.mix_for(own, WORLDS[name], 1)}
        _, answers, verdicts, _ = validity_draw.one(own, WORLDS[name], mix, 1, 0)
        assert answers["status"].tolist() == ["ok"]
        assert verdicts["verdict"].tolist()[0] in ("not_supported", "inconclusive")


def test_a_programme_that_works_lowers_its_outcome_where_it_is(setup):
    own = setup.only(["G2"])
    truth = truth_of(own, "programme", {"programme/crime_violence_rate": -50.0})
    made, without = (
        validity_setup.seen(own, validity_worlds.drawn(own.base, one, WORLDS["programme"], 1, 0))
        for one in (truth, truth_of(own, "programme"))
    )
    inside, last = made["focus_area"] != "", made["year"] == 2024
    less = (made["crime_violence_rate"] - without["crime_violence_rate"])[last]
    assert less[inside[last]].mean() == pytest.approx(-100.0, rel=0.1)
    assert less[~inside[last]].abs().mean() < 5.0
    assert validity_draw.targets(own, truth)["target"].tolist() == [-50.0]


def test_crime_in_total_is_the_sum_of_what_the_police_count(setup):
    own = setup.only(["E2", "A1"])
    panel = validity_setup.seen(own, own.base)
    cells = own.base.latent[own.base.latent["year"] == 2024]
    known = sum(cells[f"{part}_count"].sum() for part in validity_panel.CRIMES)
    assert panel.loc[panel["year"] == 2024, "crime_total"].sum() == known


def answers_of(error: float, estimator: str = "two_way", draws: int = 4000) -> pd.DataFrame:
    values = np.random.default_rng(2).standard_normal(draws)
    parts = [
        pd.DataFrame({"draw": range(draws), "estimate": values, "std_error": size}).assign(
            standard_errors=kind, p=2 * norm.sf(np.abs(values) / size)
        )
        for kind, size in (("CR1", error / 2), ("CR3", error))
    ]
    found = pd.concat(parts, ignore_index=True).assign(
        world="changes-none",
        hypothesis="A3",
        estimator=estimator,
        role="primary",
        sample="main",
        degrees=1000,
        status="ok",
    )
    reach = 1.96 * found["std_error"]
    return found.assign(low=found["estimate"] - reach, high=found["estimate"] + reach)


def test_the_largest_error_of_a_row_is_what_its_coverage_is_counted_by():
    found = answers_of(1.0)
    targets = found[["world", "hypothesis", "estimator"]].drop_duplicates().assign(target=0.0)
    counted = validity_answers.by_row(found, targets).set_index("standard_errors")
    assert counted.loc[validity_answers.LARGEST, "coverage"] == pytest.approx(0.95, abs=0.02)
    assert counted.loc["CR1", "coverage"] == pytest.approx(0.67, abs=0.04)
    assert validity_answers.deciding(counted.reset_index())["draws"].tolist() == [4000]


def test_the_page_names_a_row_that_covers_too_little():
    figures = replace(figures_of({GOOD: 1.0}), worlds=WORLDS)
    found = answers_of(0.5)
    targets = found[["world", "hypothesis", "estimator"]].drop_duplicates().assign(target=0.0)
    page = validity_page.page(replace(figures, answers=validity_answers.by_row(found, targets)))
    assert "**too seldom** for A3" in page


def test_what_is_not_tried_is_named_with_a_reason(setup):
    tried = {name for world in WORLDS.values() for name in world.asks}
    left = validity_worlds.untested(setup.claims, setup.study.study, tried)
    assert set(left) == set(setup.rows) - tried
    assert all(left.values())


def test_a_wrong_estimator_that_is_registered_is_shown_to_cover_too_little(levels, monkeypatch):
    right = registry.ESTIMATORS["WLS, HC3"]

    def much_too_small(fitted, question):
        one = right.reads(fitted, question)
        return replace(one, std_error=one.std_error / 6)

    wrong = replace(right, name="wrong", reads=much_too_small)
    monkeypatch.setattr(registry, "ESTIMATORS", {right.name: right, "wrong": wrong})
    parts = [
        validity_draw.estimates(levels, validity_setup.seen(levels, drawn(levels, "none", draw)))
        for draw in range(12)
    ]
    found = pd.concat(parts).assign(world="none")
    targets = found[validity_summary.KEY].drop_duplicates().assign(target=0.0)
    coverage = validity_summary.by_estimator(found, targets).groupby("estimator")["coverage"]
    assert coverage.mean()["wrong"] < 0.6 < 0.8 < coverage.mean()[right.name]


def test_a_straight_line_has_its_slope_and_the_textbook_error():
    from scipy.stats import linregress

    rng = np.random.default_rng(3)
    exposure = rng.normal(size=80)
    outcome = 2 * exposure + rng.normal(size=80)
    slope, error, degrees = validity_traps._line(exposure, outcome)
    known = linregress(exposure, outcome)
    assert (slope, error) == (pytest.approx(known.slope), pytest.approx(known.stderr))
    assert degrees == 78


def test_a_spatial_error_model_finds_the_correlation_of_a_lattice():
    names = ["restricted likelihood", "plain likelihood", "spreg GM_Error_Het"]
    found = validity_lattice.runs(1, dict.fromkeys(names, 3))
    assert ((found["estimate"] - validity_lattice.LAMBDA).abs() < 4 * found["std_error"]).all()
    assert found["estimate"].nunique() == 9


def test_with_municipal_dummies_only_the_restricted_likelihood_finds_it():
    names = ["restricted likelihood", "plain likelihood", "spreg GM_Error_Het"]
    counts = {f"{name}{validity_lattice.DUMMIES}": 4 for name in names}
    means = validity_lattice.runs(1, counts).groupby("estimator", sort=False)["estimate"].mean()
    restricted, plain, moments = means
    assert abs(restricted - validity_lattice.LAMBDA) < 0.06
    assert plain < validity_lattice.LAMBDA - 0.06
    assert moments < validity_lattice.LAMBDA - 0.06


def figures_of(errors: dict[str, float]) -> validity_words.Figures:
    counted = counted_of(errors)
    verdicts = verdict_table(
        draw=range(2), verdict=["supported", "mixed"], std_error=0.1, delta=1.0
    )
    lattice = pd.DataFrame({"estimator": "GM", "run": range(3), "estimate": [0.4, 0.5, 0.6]})
    return validity_words.Figures(
        draws=400,
        seed=1,
        worlds={"none": WORLDS["none"]},
        rows={"A1": "crime"},
        untested={"G1": "a list"},
        counted=counted,
        judgements=validity_summary.judged(counted, WORLDS),
        answers=validity_answers.by_row(pd.DataFrame(), pd.DataFrame()),
        verdicts=validity_summary.by_verdict(verdicts.assign(world="none")),
        power=pd.DataFrame(columns=validity_summary.POWER_COLUMNS),
        traps=pd.DataFrame(),
        lattice=validity_lattice.summary(lattice.assign(std_error=0.1)),
        areas=500,
        municipalities=40,
    )


def test_the_page_begins_with_what_fails_and_what_to_use_instead():
    page = validity_page.page(figures_of({GOOD: 1.0, OTHER: 0.5}))
    plain = page[: page.index("## Targets")]
    assert f"*{OTHER}* covers too little, also where its assumptions hold" in plain
    assert f"Use *{GOOD}*." in plain


def test_the_page_says_so_when_the_deciding_error_is_too_narrow():
    assert "**It is too narrow** for A1" in validity_page.page(figures_of({GOOD: 0.5}))


def test_the_same_figures_give_the_same_page():
    assert validity_page.page(figures_of({GOOD: 1.0})) == validity_page.page(
        figures_of({GOOD: 1.0})
    )


def test_what_was_drawn_before_is_found_again(tmp_path):
    chunk = validity.Chunk(WORLDS["none"], {}, 0, 25, tmp_path)
    assert not chunk.done
    for part in validity.PARTS:
        chunk.path(part).touch()
    assert chunk.done
    assert not replace(chunk, start=25, stop=50).done


def test_another_seed_is_kept_apart():
    assert validity.key(1) == validity.key(1) != validity.key(2)
