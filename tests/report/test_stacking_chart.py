"""Figures and words of stacking."""

from __future__ import annotations

from types import SimpleNamespace

import pandas as pd
import pytest

from nplvanalysis.errors import DataError
from nplvanalysis.report import rule_chart, stacking_chart
from nplvanalysis.report.fits import variant
from nplvanalysis.report.results import years
from nplvanalysis.report.sentences import sentence
from nplvanalysis.report.tables import estimates_table
from tests.report.conftest import edition_of, fit

COUNTED = pd.DataFrame(
    {
        "problems": range(6),
        "observed": [45.0, 20.0, 12.0, 8.0, 9.0, 6.0],
        "expected": [35.0, 33.0, 20.0, 9.0, 2.5, 0.5],
        "many": [False] * 4 + [True] * 2,
    }
)
YEARS = pd.DataFrame(
    {
        "year": [2016, 2014],
        "estimate": [2.7, 2.1],
        "low": [1.7, 1.3],
        "high": [4.3, 3.4],
    }
)


def test_the_title_gives_the_shares_that_the_ratio_divides(edition):
    chart = stacking_chart.by_number(COUNTED, edition)
    sign = "," if edition.language == "nl" else "."
    assert f"15{sign}0 %" in chart.alt
    assert f"3{sign}0 %" in chart.alt
    assert "4" in chart.caption


def test_bars_are_as_high_as_the_shares(english):
    axes = stacking_chart.by_number(COUNTED, english).figure.axes[0]
    heights = [bar.get_height() for bar in axes.patches]
    assert heights == [*COUNTED["observed"], *COUNTED["expected"]]


def test_the_years_are_named_in_their_order_whatever_that_of_the_rows(english):
    chart = stacking_chart.by_year(YEARS, english)
    assert "2.10 times in 2014, 2.70 times in 2016" in chart.alt
    assert "2016: 2.70 (1.70 to 4.30)" in chart.alt


def test_one_year_or_no_number_that_is_many_is_no_figure(english):
    with pytest.raises(DataError, match="two years"):
        stacking_chart.by_year(YEARS[:1], english)
    with pytest.raises(DataError, match="many"):
        stacking_chart.by_number(COUNTED[:3], english)


@pytest.mark.parametrize(
    ("sample", "said"),
    [
        ("without income_low", "left out: low incomes"),
        (
            "without wmo_clients, 2 or more",
            "left out: clients of social support (Wmo) (many: 2 or more)",
        ),
        ("cut-off 75", "from percentile 75 on"),
    ],
)
def test_a_check_of_stacking_is_named_in_words(english, sample, said):
    row = {"weights": "dwellings", "controls": "urbanity", "sample": sample, "estimator": "excess"}
    assert variant(SimpleNamespace(**row), english).endswith(said)


@pytest.mark.parametrize(
    ("controls", "estimator", "said"),
    [
        ("", "excess", "chance over all areas alike"),
        ("urbanity", "excess", "chance within class of urbanity"),
        ("", "cross_section", "no controls"),
        ("urbanity", "cross_section", "; class of urbanity"),
    ],
)
def test_a_label_of_stacking_says_within_what_chance_is(english, controls, estimator, said):
    row = {"weights": "none", "controls": controls, "sample": "main", "estimator": estimator}
    assert variant(SimpleNamespace(**row), english).endswith(said)


def test_a_ratio_has_no_sign_and_years_of_figures(english):
    row = fit("B1", "stacking", "independence", "primary", 2.5, 0.4)
    made = pd.DataFrame([row | {"estimator": "excess", "division": 2022}])
    html = estimates_table(made, english).html
    assert "+" not in html
    assert "figures 2018, borders 2022" in html


def test_problems_stand_in_the_place_of_tenure_in_the_years(edition):
    row = SimpleNamespace(
        specification="stacking", rule="delta", year_exposure=2020, year_outcome=2015, division=2022
    )
    word = {"nl": "problemen 2020", "en": "problems 2020"}[edition.language]
    assert years(row, edition).startswith(word)


@pytest.mark.parametrize("language", ["nl", "en"])
def test_turnout_is_never_called_trust_in_the_statement_of_b2(language):
    statement = getattr(
        edition_of(language).claims.hypotheses["B2"].studies["nederland-gemeenten"][0].statement,
        language,
    )
    assert {"nl": "niet gemeten", "en": "not measured"}[language] in statement


def test_the_sentence_says_what_the_ratio_would_be_if_all_problems_went_together(verdicts, edition):
    ratio = {"hypothesis": "B1", "rule": "ratio", "estimator": "excess", "outcome": "stacking"}
    numbers = {"theta": 2.11, "low": 1.26, "high": 3.52, "level": 0.05, "delta": 2.0, "n": 316}
    row = verdicts.iloc[0].to_dict() | ratio | numbers | {"verdict": "inconclusive"}
    said = sentence(pd.Series(row | {"ceiling": 3.47}), edition)
    sign = "," if edition.language == "nl" else "."
    assert f"3{sign}47" in said.split(". ")[-1]
    assert "nan" not in (without := sentence(pd.Series(row), edition))
    assert said.startswith(without)


def test_the_ceiling_is_drawn_and_named(english):
    row = fit("B1", "stacking", "independence", "primary", 2.1, 0.5)
    most = row | {"role": "sensitivity", "sample": "ceiling", "estimate": 3.47, "low": 2.4}
    rows = [one | {"estimator": "excess", "division": 2022} for one in (row, most)]
    chart = rule_chart.against(pd.DataFrame(rows), "ratio", english)
    assert "ceiling: all problems in one order of areas: 3.47" in chart.alt


def test_half_as_often_is_drawn_as_far_from_chance_as_twice_as_often(edition):
    row = fit("B1", "stacking", "independence", "primary", 2.0, 0.5)
    rows = [row | {"estimator": "excess", "low": 0.5, "high": 8.0}]
    axes = rule_chart.against(pd.DataFrame(rows), "ratio", edition).figure.axes[0]
    half, chance, twice = axes.transData.transform([(0.5, 0), (1, 0), (2, 0)])[:, 0]
    assert chance - half == pytest.approx(twice - chance)
    sign = "," if edition.language == "nl" else "."
    shown = [tick.get_text() for tick in axes.get_xticklabels()]
    assert shown == [f"0{sign}5×", "1×", f"1{sign}5×", "2×", "3×", "4×", "6×", "8×"]
