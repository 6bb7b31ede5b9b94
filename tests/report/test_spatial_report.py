"""The figure and the tables of models of space."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from nplvanalysis.errors import DataError
from nplvanalysis.report import spatial_chart, spatial_tables

from .conftest import edition_of, fit


def line(graph: str = "knn-6", **changed):
    made = fit("A1", "crime_violence_rate", "owner-to-corporation", "primary", 1.0, 0.1)
    made |= {"low": 0.8, "high": 1.2, "graph": graph, "neighbours": 7.4, "reach_km": 12.5}
    made |= {"islands": 7, "island_codes": "BU01, BU02, BU03, BU04, BU05", "components": 3}
    made |= {"moran": 0.2345, "moran_expected": -0.06, "moran_z": 9.9, "moran_p": 1e-20}
    for name in spatial_tables.TESTS:
        made |= {name: 12.3, f"{name}_p": 0.0123}
    made |= {"error_status": "ok", "error_lambda": 0.61, "error_lambda_se": 0.03}
    made |= {"error": 0.9, "error_se": 0.1, "error_low": 0.7, "error_high": 1.1}
    made |= {"lag_status": "ok", "lag_rho": 0.21, "lag_rho_se": 0.05, "lag_f": 30.0}
    made |= {"direct": 1.02, "direct_se": 0.1, "indirect": 0.26, "indirect_se": 0.06}
    made |= {"total": 1.28, "total_se": 0.15, "total_low": 0.98, "total_high": 1.58}
    return made | changed


def failed(**changed):
    empty = dict.fromkeys(
        ("lag_rho", "direct", "indirect", "total", "total_low", "total_high"), np.nan
    )
    return line(**({"lag_status": "weak_instrument"} | empty | changed))


def space(*rows) -> pd.DataFrame:
    return pd.DataFrame(list(rows) or [line(), line("queen"), line(weights="none", error=0.5)])


def test_the_figure_draws_the_deciding_estimate_once_and_each_graph_twice(english):
    axes = spatial_chart.spatial(space(), english).figure.axes[0]
    assert len(axes.get_yticks()) == 1 + 2 * 2
    points = [one.get_xdata()[0] for one in axes.lines if one.get_marker() not in ("None", "")]
    assert points == [1.0, 0.9, 0.9, 1.28, 1.28]


def test_the_figure_says_in_words_what_it_shows(edition):
    chart = spatial_chart.spatial(space(), edition)
    sign = "," if edition.language == "nl" else "."
    for number in (f"+0{sign}23", f"+0{sign}61", f"+0{sign}21", f"+1{sign}28", f"+0{sign}98"):
        assert number in chart.alt
    assert {"nl": "bepalen geen oordeel", "en": "set no verdict"}[edition.language] in chart.caption


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({}, "higher, also where neighbours share what is not measured, in 1 of 1 graphs"),
        ({"error_low": -0.1}, "in 1 of 1 graphs, but the interval includes zero in 1 of them"),
        (
            {"error": -0.2, "error_low": -0.4, "error_high": 0.1},
            "of 1 answers in 1 graphs, 1 change direction",
        ),
        ({"error": np.nan, "error_low": np.nan, "error_high": np.nan}, "no model in which"),
    ],
)
def test_the_title_says_whether_the_estimate_survives_the_error_model(changed, words):
    chart = spatial_chart.spatial(space(line(**changed)), edition_of("en", synthetic=False))
    assert words in chart.alt


def test_the_title_counts_the_graphs_whose_model_failed(edition):
    lost = dict.fromkeys(("error", "error_low", "error_high"), np.nan)
    rows = [line(), line("queen"), line("knn-12", **lost), line("band", status="no_places")]
    chart = spatial_chart.spatial(space(*rows, line(weights="none")), edition)
    assert {"nl": "in 2 van 4 grafen", "en": "in 2 of 4 graphs"}[edition.language] in chart.alt


def test_a_model_that_failed_is_not_drawn(english):
    chart = spatial_chart.spatial(space(line(), failed(graph="queen")), english)
    assert len(chart.figure.axes[0].get_yticks()) == 1 + 2 + 1


def test_a_figure_without_an_estimate_is_refused(english):
    with pytest.raises(DataError, match="1 hypotheses, 0 such rows"):
        spatial_chart.spatial(space(line(status="no_places")), english)
    with pytest.raises(DataError, match="2 hypotheses"):
        spatial_chart.spatial(space(line(), line(hypothesis="A2")), english)


def test_the_table_of_residuals_shows_size_beside_p_and_names_islands(edition):
    html = spatial_tables.residuals(space(), edition).html
    sign = "," if edition.language == "nl" else "."
    assert f"+0{sign}234 (−0{sign}060)" in html
    assert f"+9{sign}9 (&lt; 0{sign}001)" in html
    assert "7: BU01, BU02, BU03, BU04, BU05 …" in html
    assert f"12{sign}3 (0{sign}012)" in html
    assert html.count('scope="rowgroup"') == 1


def test_the_table_of_models_gives_impacts_and_no_raw_coefficient_of_the_lag_model(edition):
    html = spatial_tables.models(space(line()), edition).html
    sign = "," if edition.language == "nl" else "."
    for cell in (f"+0{sign}61 ± 0{sign}03", f"+0{sign}21 ± 0{sign}05", f"+1{sign}02 ± 0{sign}10"):
        assert cell in html
    assert html.count("<td") == 7


def test_what_failed_shows_its_reason(edition):
    weak = spatial_tables.models(space(failed()), edition).html
    assert edition.say("reason", "weak_instrument") in weak
    nowhere = space(line(status="no_places", graph="", weights="none"))
    for table in (spatial_tables.models, spatial_tables.residuals):
        assert edition.say("reason", "no_places") in table(nowhere, edition).html


def test_a_study_without_deciding_rows_has_empty_tables(edition):
    nothing = pd.DataFrame(columns=["hypothesis", "status"])
    assert edition.say("table", "none") in spatial_tables.models(nothing, edition).html
