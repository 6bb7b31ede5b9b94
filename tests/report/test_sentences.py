"""Verdicts in words: which years, which areas, which size matters."""

from dataclasses import replace

import pytest

from nplvanalysis.report import results, sentences, verdict_tables


@pytest.fixture
def row(verdicts):
    """A verdict with its name, as the report goes through them."""
    return verdicts.set_index("hypothesis", drop=False).loc["A4"]


def test_the_year_of_an_exposure_that_is_no_tenure_has_its_own_name(row, english):
    lagged = row.copy()
    lagged[["specification", "year_exposure", "year_outcome"]] = "high-incomes", 2019, 2024
    said = results.years(lagged, english)
    assert said.endswith("2019, outcome 2024, borders 2018")
    assert "income" in said
    assert "tenure" not in said


def test_the_year_of_a_tenure_is_called_so(row, english):
    apart = row.copy()
    apart[["year_exposure", "year_outcome"]] = 2020, 2017
    assert results.years(apart, english).startswith("tenure 2020, outcome 2017")


def test_classes_of_urbanity_have_their_names(row, english):
    part = row.copy()
    part["subset"] = "urbanity 4, 5"
    assert sentences.part(part, english) == "Only where hardly urbanised, not urbanised."


@pytest.mark.parametrize(
    ("rule", "delta", "said"),
    [
        ("ratio", 2.0, "2 times what chance gives"),
        ("agreement", 0.7, "correlation below 0.7"),
        ("list", 1.0, "one area"),
    ],
)
def test_a_verdict_by_another_rule_says_what_size_counts(verdicts, english, rule, delta, said):
    own = verdicts["hypothesis"] == "A4"
    verdicts.loc[own, ["rule", "delta"]] = rule, delta
    assert said in verdict_tables.verdict_table(verdicts, english).html


def test_what_is_too_imprecise_still_has_its_estimate(row, english):
    vague = row.copy()
    vague[["verdict", "low"]] = "too_imprecise", -1.0
    assert "(estimate −2.00 percentage points, 95" in sentences.sentence(vague, english)


def test_a_caveat_of_a_row_takes_the_place_of_that_of_its_hypothesis(edition):
    own = edition.study.model_copy(update={"study": "nederland-gemeenten"})
    there = replace(edition, study=own).reading("B2")
    assert there != edition.reading("B2")
    assert {"nl": "opkomst", "en": "turnout"}[edition.language] in there


def test_only_tested_hypotheses_of_other_studies_are_shown(verdicts, english):
    others = verdicts.assign(study="elsewhere")
    html = verdict_tables.elsewhere_table(others, english).html
    assert "A4" in html
    assert "A5" not in html


def test_a_ratio_above_chance_that_is_not_decided_says_both(row, english):
    ratio = row.copy()
    ratio[["rule", "verdict", "low", "high"]] = "ratio", "inconclusive", 1.6, 4.0
    assert "In the primary test it is more frequent than by chance;" in sentences.sentence(
        ratio, english
    )
    ratio["low"] = 0.9
    assert "In the primary test it is more frequent than by chance;" not in sentences.sentence(
        ratio, english
    )


def test_a_number_of_areas_has_no_sign(row, english):
    listed = row.copy()
    listed[["rule", "theta", "low", "high"]] = "list", 2.0, 0.0, 3.0
    assert "focus areas 0 to 3," in sentences.sentence(listed, english)
