"""Figures of one difference in many versions."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from nplvanalysis.errors import DataError
from nplvanalysis.report import (
    error_chart,
    groups_chart,
    kink_table,
    lines_chart,
    order_chart,
    ways_chart,
)
from nplvanalysis.report.fits import sample_in_words
from nplvanalysis.report.results import caveats
from tests.report.conftest import edition_of, fit

SWAP = ("A1", "crime_violence_rate", "owner-to-corporation")
ERRORS = {"CR1": 0.3, "HC3": 0.4}
NO_RATIO = pd.DataFrame()


def of(role: str, estimate: float, **changed) -> dict:
    return fit(*SWAP, role, estimate, 0.2) | changed


@pytest.fixture
def versions() -> pd.DataFrame:
    rows = [
        of("secondary", 1.0),
        of("secondary", 1.0, standard_errors="CR3", std_error=0.5, low=0.0, high=2.0),
        of("gate", 0.9, weights="none"),
        of("sensitivity", 0.7, estimator="balances", sample="balances at mean, zeros 0.0033"),
        of("secondary", np.nan, estimator="multilevel", status="not_converged"),
    ]
    return pd.DataFrame(rows)


def labels_of(chart) -> list[str]:
    return [tick.get_text().replace("\n", " ") for tick in chart.figure.axes[0].get_yticklabels()]


def test_each_fit_is_one_line_with_its_widest_interval(versions, english):
    chart = ways_chart.ways(versions, NO_RATIO, english)
    assert len(labels_of(chart)) == 3
    assert "Least squares: +1.00 per 1000 residents (0.00 to +2.00)" in chart.alt
    assert "+0.70 to +1.00 in 3 ways" in chart.alt


def test_labels_name_only_what_differs_from_the_first(versions, english):
    labels = labels_of(ways_chart.ways(versions, NO_RATIO, english))
    assert labels[0] == "Least squares"
    assert labels[1] == "Least squares; unweighted"
    assert "mean composition" in labels[2]
    assert "0.33 %" in labels[2]


def test_a_rate_ratio_stands_in_the_caption(versions, english):
    ratio = pd.DataFrame([{"estimate": 1.2, "low": 1.1, "high": 1.3, "n": 400}])
    assert "1.200 times as many" in ways_chart.ways(versions, ratio, english).caption
    assert "times as many" not in ways_chart.ways(versions, NO_RATIO, english).caption


def test_nothing_estimated_is_an_error(versions, english):
    with pytest.raises(DataError, match="nothing to draw"):
        lines_chart.lines(versions.iloc[:0], [], "", "", english)


def test_figures_speak_both_languages(versions, edition):
    chart = ways_chart.ways(versions, NO_RATIO, edition)
    sign = "," if edition.language == "nl" else "."
    assert f"+0{sign}70" in chart.alt
    assert chart.svg().startswith("<?xml")


@pytest.fixture
def power() -> pd.DataFrame:
    first = {"year_first": 2014, "year_exposure": 2024, "spread": 1.6}
    return pd.DataFrame([first])


def test_a_change_shows_what_could_be_seen_and_how_permutation_judges(power, english):
    rows = pd.DataFrame(
        [
            of("primary", 1.0, estimator="two_way"),
            of("placebo", 0.1, estimator="change", sample="earlier change of the outcome"),
            of("sensitivity", 1.0, estimator="change", standard_errors="permutation", p=0.31),
        ]
    )
    chart = ways_chart.change(rows, power, english)
    assert "only 0.56 per 1000 residents or more could be seen" in chart.alt
    assert "p = 0.31" in chart.caption
    assert "spread of 1.6" in chart.caption
    assert labels_of(chart)[1].startswith("Placebo")


def mediated(refused: bool) -> pd.DataFrame:
    status = {"status": "not_identified", "estimate": np.nan} if refused else {}
    about = {"estimator": "mediation"}
    return pd.DataFrame(
        [
            of("conditional", 0.4, sample="conditional on income_low", **about) | status,
            of("sensitivity", 1.0, sample="total, beside income_low", **about),
            of("sensitivity", 0.6, sample="indirect, with income_low", **about) | status,
        ]
    )


def test_the_total_comes_first_and_the_split_has_its_sensitivity(english):
    row = SimpleNamespace(outcome="crime_violence_rate")
    found = SimpleNamespace(mediator="income_low", rho=0.2, rho_low=0.1, rho_high=0.3)
    chart = ways_chart.mediation(mediated(False), row, found, english)
    assert labels_of(chart)[0].startswith("Total")
    assert "+1.00 in total, +0.40 with low incomes" in chart.alt
    assert "+0.20 (+0.10 to +0.30)" in chart.caption


def test_where_the_split_is_refused_only_the_total_is_told(english):
    row = SimpleNamespace(outcome="crime_violence_rate")
    found = SimpleNamespace(mediator="income_low", rho=0.2, rho_low=0.1, rho_high=0.3)
    chart = ways_chart.mediation(mediated(True), row, found, english)
    assert len(labels_of(chart)) == 1
    assert "+0.20" not in chart.caption
    assert "is not given" in chart.caption


@pytest.fixture
def grouped() -> pd.DataFrame:
    rows = [
        of("interaction", 0.5, sample="by urbanity", p=0.2),
        of("interaction", 0.5, sample="by urbanity", p=0.3, standard_errors="CR3"),
        of("interaction", np.nan, sample="by Limburg", p=np.nan, status="column_missing"),
        of("sensitivity", 1.2, sample="urbanity 1", n=85),
        of("sensitivity", 1.1, sample="urbanity 1, drawn together", n=85),
        of("sensitivity", np.nan, sample="urbanity 3", status="too_few_clusters"),
        of("sensitivity", 0.8, sample="urbanity 5", n=146),
    ]
    return pd.DataFrame(rows)


def test_slopes_by_group_have_one_test_and_their_number_of_areas(grouped, english):
    chart = groups_chart.groups(grouped, english)
    assert "by urbanity: p = 0.30; Limburg: cannot be tested" in chart.alt
    assert labels_of(chart)[0] == "Extremely urbanised (85)"
    assert "Too few clusters for a slope: moderately urbanised" in chart.caption


def test_errors_name_the_one_that_decides_and_tell_others_apart(english):
    table = pd.DataFrame(
        {
            "kind": ["HC3", "Conley", "Conley"],
            "cutoff": [np.nan, 2.0, 5.0],
            "std_error": [0.3, 0.4, 0.1],
            "decides": [True, False, True],
            "estimate": 1.0,
            "n": 468,
        }
    )
    row = SimpleNamespace(outcome="crime_violence_rate", specification="owner-to-corporation")
    chart = error_chart.errors(table, row, english)
    assert "decides is 0.30 (HC3); others run from 0.10 to 0.40" in chart.alt
    assert "468" in chart.caption
    with pytest.raises(DataError, match="no standard error"):
        error_chart.errors(table.iloc[:0], row, english)


def test_where_the_bootstrap_decides_the_figure_of_errors_says_that_none_counts(edition):
    own = {"cutoff": np.nan, "decides": False, "estimate": 1.0, "n": 468}
    table = pd.DataFrame([{"kind": kind, "std_error": e, **own} for kind, e in ERRORS.items()])
    row = SimpleNamespace(outcome="crime_violence_rate", specification="owner-to-corporation")
    chart = error_chart.errors(table, row, edition)
    assert "wild bootstrap" in chart.alt
    ends = [edition.number(one, 2) for one in ERRORS.values()]
    assert all(one in chart.alt for one in ends)
    assert edition.say("chart", "errors_rule_few") in chart.caption


def test_regression_to_the_mean_is_told_with_what_noise_gives(edition):
    waves = SimpleNamespace(before=2014, chosen=2019, after=2024)
    found = SimpleNamespace(
        areas=400, chosen=40, distance=7.0, kept=0.66, observed=-2.4, expected=-2.3,
        remaining=-0.1, low=-1.2, high=1.0, from_before=0.1,
    )  # fmt: skip
    chart = order_chart.regression_to_mean(waves, found, "crime_violence_rate", edition)
    line = chart.figure.axes[0].lines[1]
    assert line.get_ydata() == pytest.approx([4.5, 7.0, 4.6])
    assert "66 %" in chart.caption


def test_both_directions_stand_in_the_title(english):
    both = pd.DataFrame(
        {
            "direction": ["as claimed", "reverse"],
            "earlier": ["income_high", "supermarket_distance"],
            "later": ["supermarket_distance", "income_high"],
            "estimate": [0.01, -0.09],
            "low": [-0.1, -0.2],
            "high": [0.12, 0.02],
            "n": [443, 443],
        }
    )
    row = SimpleNamespace(year_first=2014, year_exposure=2019, year_outcome=2024)
    chart = order_chart.directions(both, row, english)
    assert "+0.01 (−0.10 to +0.12); the reverse: −0.09" in chart.alt
    assert labels_of(chart)[0].startswith("First high incomes, then distance")


def bent(**changed) -> SimpleNamespace:
    stated = {"estimate": 1.0, "std_error": 0.2, "low": 0.6, "high": 1.4, "p_holm": 0.0001}
    kinks = pd.DataFrame(
        [
            {"at": 100 / 3, **stated, "above": 160, "below": 300, "status": "ok"},
            {"at": 50.0, **stated, "above": 9, "below": 451, "status": "too_few_areas"},
        ]
    )
    splits = SimpleNamespace(at=40.0, low=38.0, high=44.0, change=0.1, p=0.01, splits=25)
    given = {
        "kinks": kinks, "search": SimpleNamespace(at=41.0, change=0.12, p=0.004),
        "splits": splits, "why": "", "step": 10.0, "found": True,
    }  # fmt: skip
    return SimpleNamespace(**given | changed)


ROW = SimpleNamespace(outcome="crime_violence_rate", specification="owner-to-corporation")


def test_kinks_have_their_test_and_both_sides(english):
    html = kink_table.kinks(bent(), ROW, english)._repr_html_()
    assert "&lt; 0.001" in html
    assert "300 / 160" in html
    assert "too few areas" in html
    assert "+1.2" in html  # per step of 10 points
    assert "places mostly 38-44 %" in html
    assert "agree that it does" in html


def test_a_shape_that_could_not_be_asked_has_its_reason(english):
    nothing = bent(kinks=pd.DataFrame(), search=None, splits=None, why="too_few_areas", found=False)
    html = kink_table.kinks(nothing, ROW, english)._repr_html_()
    assert "too few areas" in html
    assert "No bend" in html


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("balances at 20/70/10, zeros apart", "20/70/10"),
        ("balances at mean, zeros 0.005", "0.50 %"),
        ("conditional on income_low", "low incomes held equal"),
        ("start 2018, until 2021", "as if begun in 2018"),
        ("something new", "something new"),
    ],
)
def test_codes_of_samples_are_put_in_words(code, said):
    assert said in sample_in_words(code, edition_of("en"))


def test_an_outcome_made_with_housing_carries_its_caveat(english):
    assert "prediction" in caveats("onv", english)
    assert "prediction" not in caveats("crime_violence_rate", english)


def test_an_outcome_older_than_the_housing_says_so(versions, english):
    older = versions.assign(year_exposure=2020, year_outcome=2017)
    assert "(2017) is older" in ways_chart.ways(older, NO_RATIO, english).caption
    assert "is older" not in ways_chart.ways(versions, NO_RATIO, english).caption
