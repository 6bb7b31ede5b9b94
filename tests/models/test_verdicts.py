"""Verdicts for every hypothesis: from estimates, or the reason why not."""

from __future__ import annotations

import pandas as pd
import pytest

from nplvanalysis import registers, schema
from nplvanalysis.models import rows as tidy_rows
from nplvanalysis.models.verdicts import elsewhere, verdicts

ROW = {
    "study": "sample",
    "claim": "1",
    "hypothesis": "A1",
    "row": 0,
    "estimator": "cross_section",
    "subset": "",
    "outcome": "crime_violence_rate",
    "exposure": "owner-to-corporation",
    "contrast": "-",
    "sample": "main",
    "weights": "dwellings",
    "fixed_effects": "municipality",
    "controls": "urbanity",
    "standard_errors": "CR1",
    "term": "tenure_corporation",
    "estimate": 2.0,
    "std_error": 0.3,
    "low": 1.4,
    "high": 2.6,
    "p": 1e-6,
    "n": 400,
    "clusters": 40,
    "role": "primary",
    "degrees": 39,
    "outcome_sd": 8.0,
    "status": "ok",
    "year_first": 2024,
    "year_exposure": 2024,
    "year_outcome": 2024,
    "division": 2024,
    "unit": "buurt",
}
GATE = ROW | {"role": "gate", "weights": "none"}


def judged(rows: list[dict], study, present: set[str] = frozenset()) -> pd.DataFrame:
    table = pd.DataFrame(rows, columns=tidy_rows.COLUMNS)
    claims, dictionary = registers.claims(), schema.columns()
    return verdicts(table, claims, study, set(present), dictionary).set_index("hypothesis")


def test_every_hypothesis_has_a_verdict_and_every_untested_one_a_reason(study, in_root):
    found = judged([ROW, GATE], study)
    assert list(found.index) == list(registers.claims().hypotheses)
    untested = found[found["verdict"] == "not_testable"]
    assert (untested["reason"] != "").all()
    assert (untested[["detail_nl", "detail_en"]] != "").all(axis=None)


def test_a_supported_estimate_carries_its_numbers(study, in_root):
    row = judged([ROW, GATE], study).loc["A1"]
    assert row["verdict"] == "supported"
    assert (row["theta"], row["delta"], row["n"]) == (2.0, pytest.approx(0.8), 400)


def test_the_largest_error_decides(study, in_root):
    wide = ROW | {"standard_errors": "CR3", "std_error": 0.7, "p": 0.005}
    row = judged([ROW, wide, GATE], study).loc["A1"]
    assert (row["standard_errors"], row["std_error"]) == ("CR3", 0.7)


def test_an_expected_sign_turns_the_estimate(study, in_root):
    row = ROW | {"hypothesis": "A2", "outcome": "crime_vandalism_rate", "exposure": "blending"}
    assert judged([row], study).loc["A2", "theta"] == -2.0
    assert judged([row], study).loc["A2", "verdict"] == "contradicted"


def test_a_failed_gate_gives_mixed_and_is_named(study, in_root):
    row = judged([ROW, GATE | {"estimate": -1.0}], study).loc["A1"]
    assert row["verdict"] == "mixed"
    assert "weights none" in row["gates_failed"]


def test_checks_of_another_row_or_level_neither_fail_nor_rescue_a_verdict(study, in_root):
    wave = GATE | {"row": 5, "year_outcome": 2014, "estimate": -9.0}
    scale = GATE | {"unit": "gemeente", "estimate": -9.0}
    assert judged([ROW, GATE, wave, scale], study).loc["A1", "verdict"] == "supported"
    failed = GATE | {"estimate": -1.0}
    fine = [failed | {"row": 5, "estimate": 2.0}, failed | {"unit": "gemeente"}]
    assert judged([ROW, failed, *fine], study).loc["A1", "verdict"] == "mixed"


def test_the_interval_has_the_level_of_holm(study, in_root):
    other = ROW | {"hypothesis": "A4", "outcome": "income_low", "p": 1e-9}
    found = judged([ROW, GATE, other], study)
    assert found.loc["A4", "level"] == pytest.approx(0.025)
    assert found.loc["A1", "level"] == pytest.approx(0.05)


def test_the_ceiling_of_a_ratio_is_told_and_decides_nothing(study, in_root):
    ratio = ROW | {"hypothesis": "B1", "estimator": "excess", "outcome": "stacking"}
    ratio |= {"estimate": 2.5, "low": 1.6, "high": 3.9, "outcome_sd": float("nan")}
    ceiling = ratio | {"role": "sensitivity", "sample": "ceiling", "estimate": 3.8, "low": 2.5}
    alone, both = (judged(rows, study).loc["B1"] for rows in ([ratio], [ratio, ceiling]))
    assert both["ceiling"] == 3.8
    assert pd.isna(alone["ceiling"])
    assert both.drop("ceiling").equals(alone.drop("ceiling"))
    assert both["verdict"] == "inconclusive"


def test_a_supported_slope_lends_nothing_to_mixing_or_change(study, in_root):
    found = judged([ROW, GATE], study)
    assert set(found.loc[["A2", "A3", "A5"], "verdict"]) == {"not_testable"}


def test_the_instrument_gets_no_stronger_word_than_in_line(in_root):
    from nplvanalysis import params

    wijken = params.load("studies/nederland-wijken.yaml")
    row = ROW | {
        "study": "nederland-wijken",
        "outcome": "onv",
        "exposure": "owner-share",
        "role": "instrument",
        "unit": "wijk",
        **dict.fromkeys(("year_exposure", "year_outcome", "division"), 2022),
    }
    found = judged([row, row | {"role": "gate", "weights": "none"}], wijken)
    assert found.loc["A1", "verdict"] == "in_line"


def test_a_failed_fit_is_not_testable_with_its_reason(study, in_root):
    failed = ROW | {"status": "too_few_clusters", "estimate": float("nan"), "p": float("nan")}
    row = judged([failed], study).loc["A1"]
    assert (row["verdict"], row["reason"]) == ("not_testable", "too_few_clusters")


def test_a_missing_column_is_named_in_both_languages(study, in_root):
    row = judged([ROW, GATE], study, present={"income_low"}).loc["C1"]
    assert row["reason"] == "column_missing"
    assert "Corporatiewoningen" in row["detail_nl"]
    assert "Corporation rent" in row["detail_en"]


def test_other_studies_are_shown_without_own_rows_and_without_the_synthetic_one(in_root):
    from nplvanalysis import params

    published = pd.DataFrame({"study": ["sample", "nederland-wijken", "rotterdam-buurten"]})
    wijken = params.load("studies/nederland-wijken.yaml")
    assert elsewhere(published, wijken)["study"].tolist() == ["rotterdam-buurten"]
    assert elsewhere(published, params.load("studies/sample.yaml")).empty
