"""The synthetic province: its map, its tenure, and its true effects in the exact figures."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from nplvanalysis.errors import ParameterError
from nplvanalysis.sources.sample import divisions, process, province, truth

SEED = 2022
FIXED = " + C(municipality) + C(urbanity)"
SWAP = "tenure_corporation + tenure_other"


@pytest.fixture(scope="module")
def written():
    return truth.load()


@pytest.fixture(scope="module")
def made(written):
    return province.make(SEED, written)


@pytest.fixture(scope="module")
def cases(made):
    """Areas of 2018 that enter the models."""
    latent = made.latent
    return latent[(latent["year"] == 2018) & (latent["dwellings"] >= 100)]


def fitted(cases, outcome, terms):
    from statsmodels.formula.api import wls

    observed = f"{outcome}_observed"
    name = observed if observed in cases else outcome
    model = wls(f"{name} ~ {terms}{FIXED}", cases, weights=cases["dwellings"])
    groups = cases["municipality"][cases[name].notna()]
    return model.fit(cov_type="cluster", cov_kwds={"groups": groups})


def test_it_has_the_size_that_the_study_needs(made):
    land = made.geography.land
    assert len(land) >= 500
    assert land["municipality"].nunique() >= 40


def test_every_urbanity_class_occurs(made):
    assert set(made.latent["urbanity"]) == {1, 2, 3, 4, 5}


@pytest.mark.parametrize("seed", [0, 1, SEED])
def test_the_map_has_no_gaps_and_no_overlaps(written, seed):
    shapes = province.make(seed, written).geography.shapes
    whole = shapely.union_all(shapes)
    assert shapely.is_valid(shapes).all()
    assert shapely.coverage_is_valid(shapes)
    assert abs(whole.area - shapely.area(shapes).sum()) < 1
    assert whole.geom_type == "Polygon"
    assert not whole.interiors


@pytest.mark.parametrize("year", [2018, 2020])
def test_codes_are_unique_and_nested(made, year):
    codes = divisions.codes(made.geography.areas, year)
    assert codes["code"].is_unique
    assert codes["code"].str.fullmatch(r"BU9\d{3}[0-9A-Z]{4}").all()
    assert (codes["code"].str[2:8] == codes["wijk"].str[2:]).all()
    assert (codes["code"].str[2:6] == codes["municipality"].str[2:]).all()


def test_some_codes_carry_letters_from_2019_on(made):
    areas = made.geography.areas
    lettered = {
        year: divisions.codes(areas, year)["code"].str[2:].str.contains("[A-Z]").sum()
        for year in (2018, 2019)
    }
    assert lettered[2018] == 0
    assert lettered[2019] > 0


def test_tenures_add_up_to_the_dwellings(made):
    homes = made.latent
    owners = homes[["owner", "corporation", "other", "unknown"]]
    assert (owners.sum(axis=1) == homes["dwellings"]).all()
    assert (owners >= 0).all(axis=None)
    shares = homes[["tenure_owner", "tenure_corporation", "tenure_other"]]
    assert np.allclose(shares.sum(axis=1), 100)


def test_age_groups_add_up_to_the_residents(made):
    ages = made.latent.filter(regex="^persons_(0|15|25|45|65)")
    assert ages.shape[1] == 5
    assert (ages.sum(axis=1) == made.latent["population"]).all()
    assert (ages >= 0).all(axis=None)


def test_tenure_varies_within_municipalities(cases):
    share = cases["tenure_corporation"]
    own = share - share.groupby(cases["municipality"]).transform("mean")
    assert own.std() > 15
    assert share.max() > 80


def test_blending_is_identified_beside_the_shares(cases):
    from statsmodels.formula.api import wls

    fit = wls(f"blending ~ {SWAP}{FIXED}", cases, weights=cases["dwellings"]).fit()
    assert fit.rsquared < 0.75


@pytest.mark.parametrize("specification", ["owner-to-corporation", "blending"])
def test_true_effects_are_recovered_from_the_exact_figures(made, written, cases, specification):
    effects = truth.effects(written, truth.leaning(made.latent, written.year))
    effects = effects[effects["specification"] == specification].set_index("outcome")["effect"]
    terms = SWAP if specification == "owner-to-corporation" else f"blending + {SWAP}"
    for outcome, effect in effects.items():
        fit = fitted(cases, outcome, terms)
        slope = terms.split(" ")[0]
        step = written.steps[specification]
        assert abs(step * fit.params[slope] - effect) < 4 * step * fit.bse[slope], outcome


@pytest.mark.parametrize("outcome", ["violence_rate", "income_low"])
def test_the_primary_effect_of_a_swap_can_be_detected(written, cases, outcome):
    observed = cases.get(f"{outcome}_observed", cases.get(outcome))
    small = 0.1 * observed.std()
    assert written.columns[outcome].corporation >= 2 * small
    assert 10 * fitted(cases, outcome, SWAP).bse["tenure_corporation"] <= small / 2


def test_leaving_out_municipalities_biases_the_swap(written):
    """Over ten provinces: the bias is in the process, not in one draw."""
    gaps = []
    for seed in range(10):
        latent = province.make(seed, written).latent
        rows = latent[(latent["year"] == 2018) & (latent["dwellings"] >= 100)]
        design = np.column_stack([rows[["tenure_corporation", "tenure_other"]], np.ones(len(rows))])
        rate = rows["burglary_rate_observed"].to_numpy()
        gaps.append(np.linalg.lstsq(design, rate, rcond=None)[0][0])
    assert np.mean(gaps) > 3 * np.std(gaps, ddof=1) / np.sqrt(len(gaps))


def test_another_seed_gives_another_province(made, written):
    other = province.make(SEED + 1, written)
    mine = made.latent["corporation"].to_numpy()[:400]
    assert not np.array_equal(other.latent["corporation"].to_numpy()[:400], mine)


def test_effects_through_other_columns_are_added():
    text = """
    year: 2018
    steps: {blending: 1.0}
    columns:
      a: {unit: x, base: 1, corporation: 2, noise: {form: additive, spread: 0, spatial: 0}}
      b:
        unit: x
        base: 1
        corporation: 1
        blending: 5
        through: {a: 3}
        noise: {form: additive, spread: 0, spatial: 0}
    sums: {c: [a, b]}
    """
    totals = truth.totals(truth.parse(text))
    assert totals["corporation"].to_dict() == {"a": 2, "b": 7, "c": 9}
    assert totals["blending"].to_dict() == {"a": 0, "b": 5, "c": 5}


def test_a_swap_without_a_blending_term_takes_up_its_slope(written):
    effects = truth.effects(written, leaning=0.1)
    rows = effects[effects["specification"] == "owner-to-corporation"].set_index("outcome")
    column = written.columns["vandalism_rate"]
    expected = column.corporation + 0.1 * column.blending
    assert rows.loc["vandalism_rate", "effect"] == pytest.approx(expected)


def test_every_specification_with_a_simple_truth_is_one_of_the_study(study, written):
    specifications = study.models.specifications
    assert {name: specifications[name].step for name in written.steps} == written.steps


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ("spread: 0.45, spatial: 0.2", "spread: 0.45, spatial: 1.2"),
        ("form: proportional", "form: odd"),
        ("through: {share_65_plus: 1.0}", "through: {won: 1.0}"),
        ("afw: [fys,", "afw: [nothing,"),
    ],
)
def test_an_impossible_truth_is_refused(change, says):
    text = truth.TRUTH.read_text(encoding="utf-8")
    assert change in text
    with pytest.raises(ParameterError, match="not possible"):
        truth.parse(text.replace(change, says, 1))


def frame(rows: int = 40) -> process.Frame:
    table = pd.DataFrame(
        {
            "years_on": 0,
            "municipality": np.arange(rows) % 5,
            "urbanity": 1 + np.arange(rows) % 5,
            "tenure_corporation": np.linspace(0, 90, rows),
            "tenure_other": 10.0,
            "blending": 0.5,
            "corporation_around": 0.0,
        }
    )
    return process.Frame(table, np.tile(np.arange(3), (rows, 1)))


def test_a_mean_below_zero_with_proportional_noise_is_refused():
    below = truth.Process(
        unit="x",
        base=1.0,
        corporation=-1.0,
        noise={"form": "proportional", "spread": 0.1, "spatial": 0},
    )
    with pytest.raises(ParameterError, match="not positive"):
        process.draw("odd", below, frame(), np.random.default_rng(1))


@given(st.floats(-5, 5), st.floats(-5, 5), st.floats(-5, 5))
def test_without_noise_a_column_is_its_formula(corporation, other, blending):
    exact = truth.Process(
        unit="x",
        base=2.0,
        corporation=corporation,
        other_rent=other,
        blending=blending,
        noise={"form": "additive", "spread": 0, "spatial": 0},
    )
    drawn = process.draw("exact", exact, frame(), np.random.default_rng(1))
    shares = frame().table["tenure_corporation"].to_numpy()
    assert np.allclose(drawn, 2 + corporation * shares / 10 + other + 0.5 * blending)
