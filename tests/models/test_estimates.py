"""From register rows to tidy estimates."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from nplvanalysis import registers, schema
from nplvanalysis.errors import CircularityError, ParameterError
from nplvanalysis.models import estimates, selection, variants
from nplvanalysis.models.yardstick import outcome_sd

from ..conftest import TRUE_SWAP

PRIMARY = registers.Row(
    role="primary", outcome="crime_violence_rate", specification="owner-to-corporation", sign=1
)


@pytest.fixture
def made(toy_city, study, in_root):
    return estimates.estimate_row(toy_city, PRIMARY, study, schema.columns())


def test_a_deciding_row_has_itself_and_three_gates(made):
    fits = made.drop_duplicates(["role", "weights", "controls", "sample"])
    assert fits[["role", "weights", "controls", "sample"]].to_numpy().tolist() == [
        ["primary", "dwellings", "urbanity", "main"],
        ["gate", "none", "urbanity", "main"],
        ["gate", "dwellings", "urbanity + share_15_24 + share_65_plus", "main"],
        ["gate", "dwellings", "urbanity", "without largest leverage"],
    ]


def test_estimates_are_per_step_of_the_specification(made):
    first = made.iloc[0]
    assert abs(first["estimate"] - 10 * TRUE_SWAP) < 4 * first["std_error"]


def test_every_fit_comes_with_every_kind_of_error(made):
    kinds = made.groupby(["role", "weights", "controls", "sample"])["standard_errors"].apply(set)
    conley = {f"Conley {cut} km" for cut in (5, 10, 20)}
    assert all(found == {"CR1", "CR3", "HC3"} | conley for found in kinds)


def test_the_interval_is_that_of_students_t_with_clusters_less_one(made):
    from scipy.stats import t

    row = made.iloc[0]
    reach = row["std_error"] * t.ppf(0.975, row["clusters"] - 1)
    assert row["high"] - row["estimate"] == pytest.approx(reach, rel=1e-9)
    statistic = row["estimate"] / row["std_error"]
    assert row["p"] == pytest.approx(2 * t.sf(abs(statistic), row["clusters"] - 1), rel=1e-6)


def test_the_area_of_largest_leverage_is_the_one_left_out(toy_city, study):
    variant = variants.Variant("gate", "dwellings", ["urbanity"], leave_out=True)
    whole = variants.Variant("primary", "dwellings", ["urbanity"])
    fitted = variants.fit_variant(toy_city, PRIMARY, whole, study)
    rest = variants.fit_variant(toy_city, PRIMARY, variant, study)
    gone = set(fitted.design.codes) - set(rest.design.codes)
    assert gone == {fitted.design.codes[np.argmax(fitted.partial_leverage)]}


def with_models(study, **changed):
    return study.model_copy(update={"models": study.models.model_copy(update=changed)})


def test_a_fit_that_fails_is_a_row_with_its_reason(toy_city, study, in_root):
    few = with_models(study, min_areas=5000)
    made = estimates.estimate_row(toy_city, PRIMARY, few, schema.columns())
    assert set(made["status"]) == {"too_few_areas"}
    assert made["estimate"].isna().all()


def test_few_clusters_get_the_wild_bootstrap_and_no_other_error(toy_city, study, in_root):
    codes = sorted(toy_city["municipality"].unique())[:12]
    few = toy_city[toy_city["municipality"].isin(codes)]
    made = estimates.estimate_row(few, PRIMARY, study, schema.columns())
    assert set(made["standard_errors"]) == {"wild cluster bootstrap"}
    first = made.iloc[0]
    assert first["low"] < 10 * TRUE_SWAP < first["high"]


def test_a_handful_of_clusters_is_too_few_for_any_error(toy_city, study, in_root):
    codes = sorted(toy_city["municipality"].unique())[:4]
    few = toy_city[toy_city["municipality"].isin(codes)]
    made = estimates.estimate_row(few, PRIMARY, study, schema.columns())
    assert set(made["status"]) == {"too_few_clusters"}


def test_a_row_is_about_the_areas_that_it_names(toy_city, study, in_root):
    row = PRIMARY.model_copy(update={"where": {"urbanity": [1, 2, 3]}})
    made = estimates.estimate_row(toy_city, row, study, schema.columns())
    kept = toy_city["urbanity"].isin([1, 2, 3]) & toy_city["dwellings"].ge(100)
    assert made["n"].iloc[0] <= kept.sum() < len(toy_city)
    assert set(made["subset"]) == {"urbanity 1, 2, 3"}


def test_a_conditional_row_has_no_gates_and_its_own_controls(toy_city, study, in_root):
    row = PRIMARY.model_copy(
        update={"role": "conditional", "controls": ["urbanity", "share_65_plus"]}
    )
    made = estimates.estimate_row(toy_city, row, study, schema.columns())
    assert set(made["role"]) == {"conditional"}
    assert set(made["controls"]) == {"urbanity + share_65_plus"}


def test_a_missing_column_is_a_row_with_its_reason(toy_city, study, in_root):
    made = estimates.estimate_row(
        toy_city.drop(columns="crime_violence_rate"), PRIMARY, study, schema.columns()
    )
    assert set(made["status"]) == {"column_missing"}


def test_one_early_value_is_no_yardstick(toy_city, study):
    earlier = toy_city.head(3).assign(year=2002, crime_violence_rate=[0.0, 1e6, 5.0])
    both = pd.concat([toy_city, earlier])
    expected = outcome_sd(toy_city, "crime_violence_rate", study)
    assert outcome_sd(both, "crime_violence_rate", study) == expected


def test_a_flagged_outcome_stops_the_run(toy_city, study, in_root):
    row = PRIMARY.model_copy(update={"outcome": "lbm"})
    with pytest.raises(CircularityError):
        estimates.estimate_row(toy_city.assign(lbm=1.0), row, study, schema.columns())


def test_the_yardstick_is_the_first_wave_of_areas_in_the_sample(toy_city, study):
    earlier = toy_city.assign(year=2014, crime_violence_rate=2 * toy_city["crime_violence_rate"])
    both = pd.concat([toy_city, earlier])
    one = outcome_sd(toy_city, "crime_violence_rate", study)
    assert outcome_sd(both, "crime_violence_rate", study) == pytest.approx(2 * one)
    small = toy_city["dwellings"] < study.sample.min_dwellings
    wild = toy_city.assign(crime_violence_rate=toy_city["crime_violence_rate"].mask(small, 1e9))
    assert outcome_sd(wild, "crime_violence_rate", study) == pytest.approx(one)


def test_parts_of_a_sum_have_estimates_that_add_up(toy_city, study, in_root):
    rng = np.random.default_rng(5)
    table = toy_city.assign(fys=rng.normal(size=360), onv=rng.normal(size=360))
    table["afw"] = table["fys"] + table["onv"]
    rows = [
        registers.Row(role="decomposition", outcome=one, specification="owner-share", sign=1)
        for one in ("afw", "fys", "onv")
    ]
    dictionary = schema.columns()
    total, *parts = (
        estimates.estimate_row(table, row, study, dictionary)["estimate"].iloc[0] for row in rows
    )
    assert sum(parts) == pytest.approx(total, rel=1e-9)


def test_a_parameter_that_names_no_column_is_refused(toy_city, study, in_root):
    wrong = study.model_copy(
        update={"models": study.models.model_copy(update={"weights": "dwelings"})}
    )
    with pytest.raises(ParameterError, match="dwelings"):
        estimates.estimate(toy_city, {}, wrong, schema.columns())


def test_no_rows_for_a_study_give_an_empty_table_with_all_columns(toy_city, study, in_root):
    other = study.model_copy(update={"study": "elsewhere"})
    hypotheses = registers.claims().hypotheses
    made = estimates.estimate(toy_city, hypotheses, other, schema.columns())
    assert made.empty
    assert list(made.columns) == estimates.COLUMNS


def test_the_steps_of_the_selection_add_up(toy_city, study):
    holed = toy_city.assign(
        crime_violence_rate=toy_city["crime_violence_rate"].mask(toy_city.index % 7 == 0)
    )
    counted = selection.steps(holed, PRIMARY, study)
    assert counted["areas"].sum() == len(holed)
    assert counted["dwellings"].sum() == holed["dwellings"].sum()
    kept = counted.loc[counted["step"] == "kept", "areas"].item()
    whole = variants.Variant("primary", "dwellings", ["urbanity"])
    assert kept == len(variants.fit_variant(holed, PRIMARY, whole, study).residuals)


def test_descriptions_are_weighted_and_count_what_is_missing(toy_city):
    holed = toy_city.assign(
        crime_violence_rate=toy_city["crime_violence_rate"].mask(toy_city.index < 10)
    )
    row = selection.describe(holed, ["crime_violence_rate", "lbm"], "dwellings").iloc[0]
    kept = holed.dropna(subset="crime_violence_rate")
    assert row["missing"] == 10
    assert row["mean"] == pytest.approx(
        np.average(kept["crime_violence_rate"], weights=kept["dwellings"])
    )


def test_a_row_may_have_years_of_its_own(toy_city, study, in_root):
    earlier = toy_city.assign(year=2019, crime_violence_rate=toy_city["crime_violence_rate"] * 3)
    row = registers.Row(
        role="secondary",
        outcome="crime_violence_rate",
        specification="owner-to-corporation",
        sign=1,
        year_outcome=2019,
    )
    both = pd.concat([toy_city, earlier])
    own, tripled = (
        estimates.estimate_row(both, one, study, schema.columns())
        for one in (row.model_copy(update={"year_outcome": None}), row)
    )
    assert set(tripled["year_outcome"]) == {2019}
    assert set(tripled["year_exposure"]) == {study.years.exposure}
    np.testing.assert_allclose(tripled["estimate"], 3 * own["estimate"])


def test_a_study_of_a_city_asks_without_unions_and_without_its_centre(toy_city, study, in_root):
    centre = toy_city["code"].where(toy_city.index != 50, "GB05990010")
    city = toy_city.assign(union=(toy_city.index < 27).astype(int), code=centre)
    own = study.model_copy(update={"unit": "gebied"})
    made = estimates.estimate_row(city, PRIMARY, own, schema.columns())
    counts = made.drop_duplicates(["role", "sample"]).set_index(["role", "sample"])["n"]
    alone = estimates.estimate_row(city[city["union"] == 0], PRIMARY, study, schema.columns())
    assert counts["sensitivity", "without unions"] == alone["n"].iloc[0]
    assert counts["sensitivity", "without centre"] == counts["primary", "main"] - 1
    secondary = PRIMARY.model_copy(update={"role": "secondary"})
    made = estimates.estimate_row(city, secondary, own, schema.columns())
    assert "sensitivity" not in set(made["role"])
