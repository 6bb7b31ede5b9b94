"""Two-way fixed effects."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from linearmodels.panel import PanelOLS

from nplvanalysis.errors import EstimationError, TooFewClustersError
from nplvanalysis.models.area_years import AreaYears, area_years
from nplvanalysis.models.change import KEPT, keeping
from nplvanalysis.models.demeaned import heaviest, within_design, within_fit
from nplvanalysis.models.jackknife import effective_degrees, jackknife_error
from nplvanalysis.models.long_difference import estimate_change
from nplvanalysis.models.regression import fit
from nplvanalysis.models.standard_errors import cr3
from nplvanalysis.models.two_way import (
    FIRST_DIFFERENCES,
    LAGGED,
    LATER,
    PLAIN,
    absorbed,
    estimate_two_way,
)
from nplvanalysis.models.variants import Variant

from ..conftest import TRUE_SWAP
from .moving_city import TERMS, asked, make_moving_city, with_models

OUTCOME = "crime_violence_rate"
OWN = Variant("primary", "dwellings", ["urbanity"])


@pytest.fixture(scope="module")
def city() -> pd.DataFrame:
    return make_moving_city()


def estimated(panel, study, **changed) -> pd.DataFrame:
    return estimate_two_way(panel, asked(**changed), study, np.random.default_rng(1))


def grunfeld(by_year: bool) -> AreaYears:
    """Ten firms and twenty years, as in Baltagi (American Steel left out)."""
    data = sm.datasets.grunfeld.load_pandas().data
    data = data[data["firm"] != "American Steel"].sort_values(["firm", "year"])
    table = data.rename(columns={"firm": "code"}).assign(weight=1.0, region=0)
    table["year"] = table["year"].astype(int) if by_year else 0
    table["cluster"] = pd.factorize(table["code"])[0]
    table = table.reset_index(drop=True)
    return AreaYears(table, "invest", ["value", "capital"], [], regional=False)


def both(made: AreaYears) -> tuple[list[float], list[float]]:
    """Estimate and CR1 of each regressor."""
    turned = AreaYears(made.table, made.outcome, made.terms[::-1], [], regional=False)
    found = [absorbed(made), absorbed(turned)]
    return [one.estimate for one in found], [one.std_errors["CR1"] for one in found]


def classical(made: AreaYears, effects: int) -> np.ndarray:
    """Errors of the textbook: one variance, all dummies counted."""
    fitted = fit(within_design(made))
    used = len(fitted.residuals) - 2 - effects
    spread = fitted.residuals @ fitted.residuals / used
    return np.sqrt(spread * np.diag(fitted.bread))[:2]


def test_an_area_that_became_another_class_of_urbanity_in_any_wave_leaves(city, study):
    built = city.copy()
    code = built["code"].iloc[0]
    at = (built["code"] == code) & (built["year"] == 2018)
    built.loc[at, "urbanity"] = built.loc[at, "urbanity"] % 5 + 1
    kept = [set(area_years(one, asked(), OWN, study).table["code"]) for one in (city, built)]
    assert kept[0] - kept[1] == {code}


@pytest.mark.parametrize("estimator", [estimate_two_way, estimate_change])
def test_a_deciding_row_is_also_fitted_with_areas_of_another_class_kept(city, study, estimator):
    built = city.copy()
    at = (built["code"] == built["code"].iloc[0]) & (built["year"] == 2020)
    built.loc[at, "urbanity"] = built.loc[at, "urbanity"] % 5 + 1
    made = estimator(built, asked(), study, np.random.default_rng(1))
    own, kept = (
        made[which].iloc[0] for which in (made["role"] == "primary", made["sample"] == KEPT)
    )
    assert kept["n"] == own["n"] + 1
    without = estimator(built, asked(), keeping(study), np.random.default_rng(1))
    assert KEPT not in set(without["sample"])
    assert without["estimate"].iloc[0] == pytest.approx(kept["estimate"], rel=1e-12)


def test_grunfeld_pooled():
    made = grunfeld(by_year=False)
    fitted = fit(
        within_design(AreaYears(made.table, "invest", made.terms, [], False, levels=False))
    )
    np.testing.assert_allclose(fitted.estimates, [0.11556, 0.23068], atol=6e-6)
    spread = fitted.residuals @ fitted.residuals / (len(fitted.residuals) - 3)
    np.testing.assert_allclose(
        np.sqrt(spread * np.diag(fitted.bread)), [0.00584, 0.02548], atol=6e-6
    )


def test_grunfeld_within():
    estimates, _ = both(grunfeld(by_year=False))
    np.testing.assert_allclose(estimates, [0.11012, 0.31007], atol=6e-6)
    errors = classical(grunfeld(by_year=False), effects=10)
    np.testing.assert_allclose(errors, [0.01186, 0.01735], atol=6e-6)


def test_grunfeld_two_way():
    estimates, _ = both(grunfeld(by_year=True))
    np.testing.assert_allclose(estimates, [0.11772, 0.35792], atol=6e-6)
    errors = classical(grunfeld(by_year=True), effects=10 + 20 - 1)
    np.testing.assert_allclose(errors, [0.01375, 0.02272], atol=6e-6)


def test_grunfeld_errors_clustered_by_firm():
    made = grunfeld(by_year=False)
    _, errors = both(made)
    np.testing.assert_allclose(errors, [0.015194, 0.052752], atol=6e-7)
    data = made.table.assign(year=made.table.groupby("code").cumcount()).set_index(["code", "year"])
    model = PanelOLS(data["invest"], data[["value", "capital"]], entity_effects=True)
    peer = model.fit(cov_type="clustered", cluster_entity=True)
    np.testing.assert_allclose(peer.std_errors, [0.014414, 0.050043], atol=6e-7)
    # linearmodels leaves out G/(G-1), and counts the slopes only
    convention = (10 / 9 * 199 / 197) / (200 / 198)
    np.testing.assert_allclose(errors, peer.std_errors * np.sqrt(convention), rtol=1e-8)


def panel_ols(table: pd.DataFrame):
    """PanelOLS of linearmodels with its own factor taken out."""
    data = table.set_index(["code", "year"])
    model = PanelOLS(
        data[OUTCOME],
        data[TERMS],
        weights=data["weight"],
        entity_effects=True,
        time_effects=True,
    )
    return model.fit(
        cov_type="clustered",
        clusters=data["cluster"],
        debiased=False,
        group_debias=False,
        auto_df=False,
        count_effects=False,
    )


def test_it_equals_linearmodels(city, study):
    study = with_models(study, fixed_effects="none")
    made = area_years(city, asked(), Variant("primary", "dwellings", []), study)
    found, other = absorbed(made), panel_ols(made.table)
    rows, groups = len(made.table), made.table["cluster"].nunique()
    # slopes and years; the areas are nested in the cluster and count once
    factor = groups / (groups - 1) * (rows - 1) / (rows - 2 - 4)
    assert found.estimate == pytest.approx(other.params[TERMS[0]], rel=1e-8)
    error = other.std_errors[TERMS[0]] * np.sqrt(factor)
    assert found.std_errors["CR1"] == pytest.approx(error, rel=1e-8)


def test_demeaning_gives_the_estimate_of_pyfixest(city, study):
    for models in (study, with_models(study, fixed_effects="none")):
        made = area_years(city, asked(), OWN, models)
        assert within_fit(made, models).estimate == pytest.approx(absorbed(made).estimate, rel=1e-8)


def test_degrees_of_freedom_are_those_of_bell_and_mccaffrey_with_all_dummies(city, study):
    made = area_years(city, asked(), OWN, study)
    within, table = within_fit(made, study), made.table
    root = np.sqrt(table["weight"].to_numpy(float))
    dummies = [pd.get_dummies(one) for one in (table["code"], made.cells)]
    columns = np.hstack([table[[*made.terms, *made.trends]], *dummies]).astype(float)
    whole = root[:, None] * columns
    inverse = np.linalg.pinv(whole.T @ whole)
    weighed = np.zeros((len(table), table["cluster"].nunique()))
    for number, (_, rows) in enumerate(table.groupby("cluster")):
        own = whole[rows.index]
        sizes, axes = np.linalg.eigh(np.eye(len(own)) - own @ inverse @ own.T)
        kept = sizes > 1e-9
        weighed[rows.index, number] = (
            (axes[:, kept] / np.sqrt(sizes[kept])) @ axes[:, kept].T @ own @ inverse[0]
        )
    rest = weighed - whole @ (inverse @ (whole.T @ weighed))
    products = rest.T @ rest
    expected = np.trace(products) ** 2 / np.trace(products @ products)
    assert effective_degrees(within) == pytest.approx(expected, rel=1e-6)
    assert 1 < expected < weighed.shape[1] - 1


@pytest.mark.parametrize("jitter", [0.0, 1e-8, 1e-5, 1e-4, 1e-2])
def test_where_one_cluster_moves_there_is_one_degree_of_freedom(city, study, jitter):
    own = city["municipality"] == city["municipality"].iloc[0]
    first = city.groupby("code")["tenure_corporation"].transform("first")
    still = first + jitter * np.random.default_rng(5).normal(size=len(city))
    one = city.assign(tenure_corporation=still.mask(own, city["tenure_corporation"]))
    made = estimated(one, study)
    assert estimated(city, study)["degrees"].iloc[0] > 5
    told = made[made["status"] == "ok"]
    assert (told.loc[told["sample"] == "main", "degrees"] == 1).all()
    assert made["clusters"].iloc[0] > 30


def test_with_two_waves_it_is_the_long_difference(city, study):
    two = city[city["year"].isin([2014, 2020])]
    panel = estimated(two, study).set_index(["role", "weights", "controls", "sample"])
    change = estimate_change(two, asked(), study, np.random.default_rng(1))
    for kind, roles in (("CR3", ["primary"]), ("CR1", ["primary", "gate"])):
        own = panel[panel["standard_errors"] == kind]
        other = change[change["standard_errors"].eq(kind) & change["role"].isin(roles)]
        other = other.set_index(["role", "weights", "controls", "sample"]).reindex(own.index)
        other = other[other["estimate"].notna()]
        assert len(other) == {"CR3": 1, "CR1": 4}[kind]
        np.testing.assert_allclose(own.loc[other.index, "estimate"], other["estimate"], rtol=1e-8)
        if kind == "CR3":
            np.testing.assert_allclose(own["std_error"], other["std_error"], rtol=1e-8)


def test_the_jackknife_leaves_out_each_cluster_and_fits_anew(city, study):
    study = with_models(study, fixed_effects="none")
    some = city[city["municipality"].isin(sorted(city["municipality"].unique())[:12])]
    made = area_years(some, asked(), OWN, study)
    within = fit(within_design(made))
    without = []
    for cluster in made.table["cluster"].unique():
        kept = made.table[made.table["cluster"] != cluster].reset_index(drop=True)
        other = AreaYears(kept, made.outcome, made.terms, made.trends, made.regional)
        without.append(absorbed(other).estimate)
    apart = np.array(without) - absorbed(made).estimate
    assert jackknife_error(within) == pytest.approx(np.sqrt(11 / 12 * apart @ apart), rel=1e-7)


def test_the_jackknife_equals_that_of_all_other_models(city, study):
    within = within_fit(area_years(city, asked(), OWN, study), study)
    assert jackknife_error(within) == pytest.approx(cr3(within), rel=1e-9)


def test_a_known_effect_is_recovered(city, study):
    made = estimated(city, study).set_index("sample")
    kept = made[(made["role"] == "primary") & (made["standard_errors"] == "CR3")].iloc[0]
    assert abs(kept["estimate"] - 10 * TRUE_SWAP) < 3 * kept["std_error"] < 10 * TRUE_SWAP / 2
    for sample in (FIRST_DIFFERENCES, PLAIN):
        other = made.loc[sample]
        assert abs(other["estimate"] - 10 * TRUE_SWAP) < 3 * other["std_error"]


def test_years_of_one_area_are_not_taken_as_independent(city, study):
    """Without a cluster in the study, areas are the clusters."""
    study = with_models(study, fixed_effects="none", cluster="none")
    made = estimated(city, study, role="secondary")
    assert made["clusters"].iloc[0] == made["n"].iloc[0] == city["code"].nunique() - left(city)
    assert made["clusters"].iloc[0] / 3 < made["degrees"].iloc[0] < made["clusters"].iloc[0]


def left(city) -> int:
    return int((city[city["year"] == 2014]["dwellings"] < 100).sum())


def test_tenure_of_a_wave_earlier_explains_the_outcome_of_the_next(city, study):
    shifted = city.groupby("code")[TERMS[0]].shift(1)
    own = 0.5 * shifted.where(city["year"] > 2014, city[TERMS[0]]) + city["code"].map(
        pd.Series(np.arange(360.0), city["code"].unique())
    )
    # without any noise it would be refused as made of tenure
    own += np.random.default_rng(0).normal(0, 1e-7, len(own))
    made = estimated(city.assign(crime_violence_rate=own), study).set_index("sample")
    assert made.loc[LAGGED, "estimate"] == pytest.approx(5, abs=1e-6)


def test_the_heaviest_area_leaves_with_all_its_years(city, study):
    made = area_years(city, asked(), OWN, study)
    code = heaviest(within_fit(made, study))
    again = made.without(code)
    found = estimated(city, study)
    kept = found.loc[found["sample"] == "without largest leverage", "estimate"].iloc[0]
    assert len(made.table) - len(again.table) == 4
    assert kept == pytest.approx(10 * absorbed(again).estimate, rel=1e-9)


def test_an_area_of_one_year_is_left_out(city, study):
    one = city["code"].iloc[3]
    short = city[(city["code"] != one) | (city["year"] == 2014)]
    made = area_years(short, asked(), OWN, study)
    assert one not in set(made.table["code"])
    assert made.table.groupby("code").size().eq(4).all()


def test_an_area_that_was_cut_in_any_year_is_left_out(city, study):
    one = area_years(city, asked(), OWN, study).table["code"].iloc[0]
    cut = city.assign(apportioned=0.0)
    cut.loc[cut["code"].eq(one) & cut["year"].eq(2016), "apportioned"] = 50.0
    assert one not in set(area_years(cut, asked(), OWN, study).table["code"])


def test_weights_are_those_of_the_first_wave(city, study):
    grown = city.assign(dwellings=city["dwellings"] + 100 * (city["year"] - 2014))
    pd.testing.assert_frame_equal(
        area_years(grown, asked(), OWN, study).table, area_years(city, asked(), OWN, study).table
    )


def test_one_wave_is_refused(city, study):
    with pytest.raises(EstimationError, match="another wave"):
        area_years(city, asked(year_first=2020), OWN, study)


@pytest.mark.parametrize("level", [30.0, "own"])
def test_tenure_that_never_moves_within_an_area_gives_a_reason(city, study, level):
    first = city.groupby("code")[TERMS[0]].transform("first")
    still = city.assign(tenure_corporation=first if level == "own" else level)
    made = estimated(still, study, role="secondary")
    assert set(made["status"]) == {"collinear"}
    assert made["estimate"].isna().all()


def test_few_clusters_are_refused(study):
    small = make_moving_city(municipalities=12)
    with pytest.raises(TooFewClustersError):
        within_fit(area_years(small, asked(), OWN, study), study)


def test_a_region_in_several_clusters_is_refused(city, study):
    study = with_models(study, cluster="none")
    with pytest.raises(EstimationError, match="nested"):
        area_years(city, asked(), OWN, study)


def test_one_wave_in_whole_numbers_is_refused(city, study):
    whole = city.assign(
        crime_violence_rate=city[OUTCOME].where(city["year"] < 2020, city[OUTCOME].round())
    )
    with pytest.raises(EstimationError, match="rounding"):
        area_years(whole, asked(), OWN, study)


def test_later_tenure_goes_with_nothing_where_tenure_comes_first(city, study):
    made = estimated(city, study)
    placebo = made[made["role"] == "placebo"].iloc[0]
    assert placebo["sample"] == LATER
    assert abs(placebo["estimate"]) < 3 * placebo["std_error"]


def test_later_tenure_goes_with_the_outcome_where_it_follows(study):
    """Homes are let instead of sold two waves after violence was high."""
    city = make_moving_city(noise=5.0)
    before = city.groupby("code")[OUTCOME].shift(2).fillna(0)
    followed = city.assign(tenure_corporation=city[TERMS[0]] + 0.5 * before)
    made = estimated(followed, study)
    placebo = made[made["role"] == "placebo"].iloc[0]
    assert placebo["estimate"] > 4 * placebo["std_error"]


def test_a_missing_column_gives_its_reason(city, study):
    made = estimated(city.drop(columns=OUTCOME), study)
    assert set(made["status"]) == {"column_missing"}
