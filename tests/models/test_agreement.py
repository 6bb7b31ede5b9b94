"""Do felt and registered safety rank areas alike: from a panel to a verdict."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from nplvanalysis import params, schema
from nplvanalysis.errors import ParameterError, TooFewClustersError
from nplvanalysis.models import agreement, disattenuation, estimates, felt, judgement, reliability
from nplvanalysis.models.registered import kinds_of, other_wave, with_registered
from nplvanalysis.models.resampling import clusters_of, multiplicities

from .felt_city import AGREEMENT, AREAS, KINDS, TOWNS, make_felt_city, make_province, with_change


@pytest.fixture(scope="module")
def cities():
    """Felt is what is committed; felt has little to do with it."""
    return {alike: make_felt_city(alike=alike) for alike in (1.0, 0.4)}


def estimated(panel, study, row=AGREEMENT):
    return estimates.estimate_row(panel, row, study, schema.columns())


def verdict(made, study):
    gates = made[made["role"] == "gate"]
    case = judgement.Case(AGREEMENT, made.iloc[0], gates, study, study.models.alpha)
    return judgement.judge(case)


def paired(panel, study):
    return felt.pair_of(panel, AGREEMENT, study, KINDS)


def test_what_is_the_same_but_for_noise_correlates_at_about_one(cities, study, in_root):
    made = estimated(cities[1.0], study)
    raw = made.loc[made["sample"] == "not corrected", "estimate"].item()
    assert raw < 0.92
    assert made["estimate"].iloc[0] == pytest.approx(1.0, abs=3 * made["std_error"].iloc[0])
    assert made["std_error"].iloc[0] < 0.03


def test_what_is_the_same_but_for_noise_is_not_called_different(cities, study, in_root):
    assert verdict(estimated(cities[1.0], study), study).verdict == "not_supported"


def test_what_has_little_in_common_is_called_different(cities, study, in_root):
    made = estimated(cities[0.4], study)
    found = verdict(made, study)
    assert (found.verdict, found.failed) == ("supported", [])
    assert found.high < 0.7


def test_what_has_little_in_common_keeps_its_correlation(study, in_root):
    """Over 30 cities; the ranks of normal deviates that correlate at .4 do so at .385."""
    found = []
    for seed in range(30):
        pair = agreement.in_ranks(paired(make_felt_city(seed, alike=0.4), study))
        found.append(disattenuation.corrected(pair, np.ones(len(pair.weights)))[0])
    error = np.std(found, ddof=1) / np.sqrt(30)
    assert abs(np.mean(found) - 6 / np.pi * np.arcsin(0.2)) < 3 * error


def test_the_bootstrap_spreads_as_cities_do(study, in_root):
    """Its error within a quarter of the spread over 60 cities, whose own error is a tenth."""
    found, errors = [], []
    for seed in range(60):
        pair = agreement.in_ranks(paired(make_felt_city(seed, alike=0.4), study))
        found.append(disattenuation.corrected(pair, pair.weights)[0])
        if seed < 6:
            drawn = disattenuation.draws(
                pair, clusters_of(pair.table, study), "main", np.random.default_rng(seed)
            )
            errors.append(drawn[:, 1].std(ddof=1))
    assert np.mean(errors) == pytest.approx(np.std(found, ddof=1), rel=0.25)


def test_the_correction_is_spearmans_on_the_numbers_of_the_panel(cities, study, in_root):
    """Second implementation in pandas: values, all areas equal."""
    panel = cities[0.4]
    now = panel[panel["year"] == 2023]
    rate = now[KINDS].sum(axis=1)
    observed = np.corrcoef(rate, now["feels_unsafe"])[0, 1]
    width = now["feels_unsafe_high"] - now["feels_unsafe_low"]
    survey = ((width / 2 / 1.959964) ** 2).mean() / now["feels_unsafe"].var(ddof=0)
    counts = (1000 * rate / now["population"]).mean() / rate.var(ddof=0)
    expected = observed / np.sqrt((1 - survey) * (1 - counts))
    pair = paired(panel, study)
    found = disattenuation.corrected(pair, np.ones(len(pair.weights)))
    assert found == pytest.approx((expected, expected), abs=1e-6)


def test_without_published_margins_the_interval_covers_all_that_two_waves_allow(
    cities, study, in_root
):
    bare = cities[1.0].drop(columns=["feels_unsafe_low", "feels_unsafe_high"])
    pair = agreement.in_ranks(paired(bare, study))
    low, high = disattenuation.corrected(pair, pair.weights)
    made = estimated(bare, study).iloc[0]
    assert made["low"] < low < high < made["high"]
    known = estimated(cities[1.0], study).iloc[0]
    assert low < known["estimate"] < high + 0.05
    assert made["high"] - made["low"] > known["high"] - known["low"]


def test_at_the_lowest_reliability_the_correlation_is_that_number_and_no_range(
    cities, study, in_root
):
    """Second implementation in pandas: what two waves have in common is all that is no error."""
    panel = with_change(cities[0.4])
    bare = panel.assign(registered=panel[KINDS].sum(axis=1)).sort_values("code")
    ranks = {
        year: rows[["feels_unsafe", "registered"]].rank().reset_index(drop=True)
        for year, rows in bare.groupby("year")
    }
    kept = [np.corrcoef(ranks[2023][one], ranks[2022][one])[0, 1] for one in ranks[2023]]
    expected = ranks[2023].corr().iloc[0, 1] / np.sqrt(np.prod(kept))
    pair = agreement.in_ranks(paired(bare, study))
    ones = np.ones(len(pair.weights))
    found = disattenuation.corrected(pair, ones, disattenuation.LOWEST)
    assert found == pytest.approx((expected, expected), abs=1e-6)
    assert found[0] > disattenuation.corrected(pair, ones)[0] + 0.02


def test_what_is_apart_only_if_counts_err_by_chance_alone_is_not_supported(study, in_root):
    """Crime that moves far more than Poisson: by its waves, the same correlation could be .7."""
    panel = with_change(make_felt_city(alike=0.55))
    moved = panel["year"].eq(2022) * np.random.default_rng(8).uniform(-0.9, 0.9, len(panel))
    panel = panel.assign(**{kind: (1 + moved) * panel[kind] for kind in KINDS})
    once = {kind: panel[kind].where(panel["year"] == 2023) for kind in KINDS}
    alone = estimated(panel.assign(**once), study)
    assert alone["high"].iloc[0] < 0.7
    assert verdict(alone, study).verdict == "supported"
    made = estimated(panel, study)
    assert made["low"].iloc[0] == pytest.approx(alone["low"].iloc[0], abs=0.02)
    assert made["high"].iloc[0] > 0.75
    assert verdict(made, study).verdict not in ("supported", "mixed")


def test_ends_of_a_negative_correlation_are_in_order(cities, study, in_root):
    bare = cities[0.4].drop(columns=["feels_unsafe_low", "feels_unsafe_high"])
    turned = bare.assign(feels_unsafe=60 - bare["feels_unsafe"])
    low, high = disattenuation.corrected(paired(turned, study), np.ones(TOWNS * AREAS))
    assert low < high < 0


def test_an_index_of_safety_is_turned_into_unsafety(cities, study, in_root):
    row = AGREEMENT.model_copy(update={"outcome": "safety_perception_index"})
    panel = cities[1.0].rename(columns={"feels_unsafe": "safety_perception_index"})
    panel["safety_perception_index"] *= -1
    pair = felt.pair_of(panel, row, study, KINDS)
    assert reliability.correlation(pair.felt.values, pair.registered.values, pair.weights) > 0.5


def test_the_row_has_its_gates_and_its_sensitivities(cities, study, in_root):
    made = estimated(cities[1.0], study)
    assert made[["role", "weights", "sample"]].to_numpy().tolist() == [
        ["primary", "dwellings", "main"],
        ["gate", "none", "main"],
        ["gate", "dwellings", "values"],
        ["gate", "dwellings", "without largest disagreement"],
        ["gate", "dwellings", "lowest reliability"],
        ["sensitivity", "dwellings", "not corrected"],
        ["sensitivity", "dwellings", "crime_violence_rate alone"],
        ["sensitivity", "dwellings", "crime_vandalism_rate alone"],
    ]
    assert made["n"].tolist() == [320, 320, 320, 319, 320, 320, 320, 320]


def test_a_city_adds_its_index_its_centre_and_its_unions(cities, in_root):
    rotterdam = params.load("studies/rotterdam-buurten.yaml")
    kinds = rotterdam.models.specifications["agreement"].terms
    city = cities[0.4].rename(columns=dict(zip(KINDS, kinds, strict=True)))
    city["safety_index_objective"] = 200 - city[kinds[0]]
    city["union"] = city["code"].str.endswith("7").astype(int)
    city.loc[city["code"] == "BU00000000", "code"] = "GB05990076"
    made = estimated(city, rotterdam).set_index("sample")
    assert made.loc["without unions", "n"] == TOWNS * (AREAS - 1)
    assert made.loc["without centre", "n"] == TOWNS * AREAS - 1
    assert made.loc["objective index", "estimate"] > 0


def test_the_area_left_out_is_the_one_that_disagrees_most(cities, study, in_root):
    panel = cities[1.0].copy()
    odd = panel["code"] == panel["code"].iloc[7]
    panel.loc[odd, "feels_unsafe"], panel.loc[odd, KINDS] = 99.0, 0.0
    pair = paired(panel, study)
    left = pair.subset(agreement._all_but_lowering(pair)).table["code"]
    assert set(pair.table["code"]) - set(left) == {panel["code"].iloc[7]}


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda panel: panel.drop(columns="feels_unsafe"), "column_missing"),
        (lambda panel: panel.assign(feels_unsafe=np.nan), "column_missing"),
        (lambda panel: panel.drop(columns="crime_violence_rate"), "column_missing"),
        (lambda panel: panel.drop(columns="population"), "column_missing"),
        (lambda panel: panel.assign(feels_unsafe=12.3), "no_variation"),
        (lambda panel: panel.assign(**dict.fromkeys(KINDS, 0.0)), "no_variation"),
        (lambda panel: panel[panel["code"] < "BU00030000"], "too_few_areas"),
        (lambda panel: panel.assign(feels_unsafe_high=panel["feels_unsafe"] + 60), "unreliable"),
    ],
)
def test_what_cannot_be_compared_ends_in_a_row_with_its_reason(
    cities, study, in_root, change, reason
):
    first = estimated(change(cities[1.0]), study).iloc[0]
    assert (first["role"], first["status"]) == ("primary", reason)
    assert np.isnan(first["estimate"])


def test_a_year_without_figures_is_named(cities, study, in_root):
    with pytest.raises(ParameterError, match="2023"):
        estimated(cities[1.0][cities[1.0]["year"] == 2022], study)


def test_a_study_that_names_no_crime_is_told_so(study):
    models = study.models.model_copy(update={"specifications": {}})
    with pytest.raises(ParameterError, match="agreement"):
        kinds_of(study.model_copy(update={"models": models}))


def test_kinds_of_crime_are_added_up_with_the_error_of_their_sum():
    panel = pd.DataFrame({"a": [2.0, 1.0], "b": [3.0, np.nan], "population": [500.0, 800.0]})
    made = with_registered(panel, ["a", "b"])
    assert made["registered"].iloc[0] == 5.0
    assert made["registered_chance"].iloc[0] == 10.0  # 2.5 offences: 2.5 x (1000 / 500)^2
    assert np.isnan(made["registered"].iloc[1])


def test_the_other_wave_is_the_nearest_and_of_two_as_near_the_earlier():
    panel = pd.DataFrame(
        {"code": "a", "year": [2014, 2016, 2018, 2019], "felt": [1.0, 2.0, 3.0, np.nan]}
    )
    assert other_wave(panel, "felt", 2016)["a"] == 1.0
    assert other_wave(panel, "felt", 2019)["a"] == 3.0
    assert other_wave(panel[panel["year"] == 2016], "felt", 2016).empty


def test_clusters_are_drawn_whole_and_few_ones_are_refused(cities, study):
    now = cities[1.0][cities[1.0]["year"] == 2023]
    clusters = clusters_of(now, study)
    drawn = next(multiplicities(clusters, np.random.default_rng(1), draws=1))
    assert drawn.sum() == TOWNS * AREAS
    assert (pd.Series(drawn).groupby(clusters).nunique() == 1).all()
    with pytest.raises(TooFewClustersError):
        clusters_of(now[now["municipality"] < "GM0010"], study)


def test_p_is_that_of_the_nearest_end_and_one_where_the_line_lies_between():
    spread, small = np.array([0.1, 0.1]), np.array([0.8, 0.9])
    line = np.arctanh(0.7 * small)
    below, above = (
        disattenuation._against_apart(centre, small, spread)
        for centre in (line[0] - 0.196, line[1] + 0.196)
    )
    assert below == pytest.approx(0.05, abs=1e-3)
    assert above == pytest.approx(0.05, abs=1e-3)
    assert disattenuation._against_apart(line.mean(), small, spread) == 1.0


def test_an_end_of_the_interval_lies_at_the_line_where_p_is_the_level(cities, study, in_root):
    """One scale for both: a line drawn at an end would have a p of .05."""
    pair = agreement.in_ranks(paired(cities[0.4], study))
    made = disattenuation.agreement_row(pair, "main", study, np.random.default_rng(1)).iloc[0]
    small = disattenuation.attenuation(pair, pair.weights, "main")
    drawn = disattenuation.draws(
        pair, clusters_of(pair.table, study), "main", np.random.default_rng(1)
    )
    centre = np.arctanh(disattenuation.observed(pair, pair.weights))
    ends = np.arctanh(made[["low", "high"]].to_numpy(float) * small[0])
    spread = disattenuation.spreads(drawn, small)[0]
    assert (ends - centre) / spread == pytest.approx([-1.959964, 1.959964], abs=1e-5)


def test_an_interval_of_a_correlation_reaches_further_down_than_up(cities, study, in_root):
    made = estimated(cities[1.0], study).iloc[0]
    assert made["estimate"] - made["low"] > 1.1 * (made["high"] - made["estimate"])


def test_the_larger_spread_counts_of_before_and_after_correction():
    """Reliability that rises with the correlation takes from its spread, or adds to it."""
    z = np.random.default_rng(1).normal(1.0, 0.1, 5000)
    seen, small = np.tanh(z), np.array([0.8, 0.8])
    with_it, against = (seen / (0.8 + sign * 0.3 * (seen - seen.mean())) for sign in (1, -1))
    calm = disattenuation.spreads(np.column_stack([seen, with_it, with_it]), small)
    wild = disattenuation.spreads(np.column_stack([seen, against, against]), small)
    assert calm == pytest.approx([z.std(ddof=1)] * 2, abs=1e-9)
    assert (wild > 1.2 * calm).all()


def test_the_synthetic_province_has_the_correlation_that_made_it(study):
    """Counted and asked, then corrected: what the rates behind the counts correlate at."""
    panel, now = make_province(study.seed)
    pair = agreement.in_ranks(paired(panel, study))
    before = now.assign(committed=now[KINDS].sum(axis=1))[["committed", "feels_unsafe"]].rank()
    homes = now["dwellings"].to_numpy(float)
    wanted = reliability.correlation(*before.to_numpy().T, homes)
    raw, found = (
        disattenuation.corrected(pair, pair.weights, how)[0] for how in ("not corrected", "main")
    )
    assert raw < wanted - 0.06
    assert found == pytest.approx(wanted, abs=0.03)


def test_at_a_stricter_level_each_end_moves_by_its_own_distance(study):
    row = pd.Series({"estimate": 0.5, "low": 0.3, "high": 0.6, "std_error": 0.08})
    gates = pd.DataFrame(columns=["estimate", "weights", "controls", "sample"])
    found = judgement.judge(judgement.Case(AGREEMENT, row, gates, study, 0.025))
    wider = 2.241403 / 1.959964
    assert (found.low, found.high) == pytest.approx((0.5 - 0.2 * wider, 0.5 + 0.1 * wider))


def test_a_verdict_reads_the_interval_that_is_shown(study):
    row = pd.Series({"estimate": 0.93, "low": 0.895, "high": 0.965, "std_error": 0.018})
    gates = pd.DataFrame(columns=["estimate", "weights", "controls", "sample"])
    found = judgement.judge(judgement.Case(AGREEMENT, row, gates, study, 0.05))
    assert (found.low, found.high) == pytest.approx((0.895, 0.965))
    assert found.verdict == "inconclusive"
