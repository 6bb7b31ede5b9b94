"""Figures and sentences of felt and registered safety."""

import re
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from matplotlib.text import Text

from nplvanalysis.errors import DataError
from nplvanalysis.report import agreement_chart, fits, results, rule_chart, sentences
from tests.report.conftest import edition_of, fit

ASKED = ("feels_unsafe", "felt-given-registered")


def gaps(count=8):
    draw = np.random.default_rng(2)
    registered = draw.normal(size=count)
    gap = np.sort(draw.normal(size=count))[::-1]
    return pd.DataFrame(
        {
            "name": [f"Buurt {place}" for place in range(count)],
            "felt": 0.5 * registered + gap,
            "registered": registered,
            "gap": gap,
            "low": gap - 0.4,
            "high": gap + 0.4,
        }
    )


def curve():
    return pd.DataFrame(
        {
            "reliability": [1.0, 0.9, 0.5],
            "estimate": [2.7, 2.4, np.nan],
            "low": [1.7, 1.2, np.nan],
            "high": [3.7, 3.6, np.nan],
            "std_error": [0.5, 0.6, np.nan],
            "status": ["ok", "ok", "unreliable"],
        }
    )


def variants():
    own = ("D1", "feels_unsafe", "agreement")
    named = {"controls": "", "estimator": "agreement", "year_exposure": 2017, "year_outcome": 2017}
    rows = [
        fit(*own, "primary", 0.83, 0.04, **named),
        fit(*own, "gate", 0.80, 0.04, sample="values", **named),
        fit(*own, "sensitivity", 0.80, 0.04, sample="crime_violence_rate alone", **named),
        fit(*own, "sensitivity", 0.74, 0.04, sample="not corrected", **named),
    ]
    return pd.DataFrame(rows)


def texts(chart):
    import matplotlib.text

    return [item.get_text() for item in chart.figure.findobj(matplotlib.text.Text)]


def lines(chart):
    return [line for axes in chart.figure.axes for line in axes.lines]


def test_areas_stand_out_where_zero_is_outside_the_interval(edition):
    table = gaps()
    chart = agreement_chart.side_by_side(table, "feels_unsafe", edition)
    apart = int(((table["low"] > 0) | (table["high"] < 0)).sum())
    assert 0 < apart < len(table)
    assert any(str(apart) in text and "8" in text for text in texts(chart))
    diamonds = [line for line in lines(chart) if line.get_marker() == "D"]
    assert len(diamonds[0].get_xdata()) == apart
    shown = {text for text in texts(chart) if text.startswith("Buurt")}
    sides = (table[table["gap"] > 0], table[table["gap"] < 0])
    assert shown == {name for side in sides for name in side["name"].head(agreement_chart.NAMED)}


def test_names_of_areas_do_not_overlap_and_stay_inside(english):
    crowded = gaps().assign(
        felt=[1.0, 0.99, 0.98, 0.5, -0.5, -0.98, -0.99, -1.0],
        registered=np.random.default_rng(2).uniform(-1, 1, 8),
    )
    chart = agreement_chart.side_by_side(crowded, "feels_unsafe", english)
    axes = chart.figure.axes[0]
    chart.figure.draw_without_rendering()
    named = [one for one in axes.texts if one.get_text().startswith("Buurt")]
    # the extent of an annotation would count its line too
    boxes = [Text.get_window_extent(one) for one in named]
    pairs = [(one, other) for place, one in enumerate(boxes) for other in boxes[:place]]
    assert len(boxes) == 6
    assert not any(one.overlaps(other) for one, other in pairs)
    frame = axes.get_window_extent()
    assert all(frame.y0 <= one.y0 and one.y1 <= frame.y1 for one in boxes)


def test_the_line_is_what_registered_crime_makes_one_expect(english):
    chart = agreement_chart.side_by_side(gaps(), "feels_unsafe", english)
    assert agreement_chart._slope(gaps()) == pytest.approx(0.5)
    assert any(
        getattr(line, "get_slope", lambda: None)() == pytest.approx(0.5) for line in lines(chart)
    )


def test_what_could_not_be_estimated_is_not_drawn(edition):
    chart = agreement_chart.reliabilities(curve(), [0.95, 0.9], *ASKED, edition)
    drawn = next(line for line in lines(chart) if line.get_marker() == "o")
    assert drawn.get_xdata().tolist() == [0.9, 1.0]
    assert re.search("0[.,]9", chart.alt)


def test_too_little_to_draw_is_refused(english):
    with pytest.raises(DataError, match="three areas"):
        agreement_chart.side_by_side(gaps(2), "feels_unsafe", english)
    with pytest.raises(DataError, match="two reliabilities"):
        agreement_chart.reliabilities(curve().tail(2), [0.9], *ASKED, english)


@pytest.mark.parametrize(
    ("ends", "told"),
    [
        ([0.97], ["0.970"]),
        ([0.97, 0.5], ["0.97", "0.50"]),
        ([0.9971, 0.9962], ["0.9971", "0.9962"]),
        ([0.97, 0.97], ["0.970"]),
    ],
)
def test_the_ends_of_what_the_reliability_may_be_are_marked_and_told(ends, told, edition):
    chart = agreement_chart.reliabilities(curve(), ends, *ASKED, edition)
    dashed = [line.get_xdata()[0] for line in lines(chart) if line.get_linestyle() == "--"]
    assert dashed == ends
    said = re.findall(r"0[.,]\d+", chart.caption)
    assert [one.replace(",", ".") for one in said] == told


def test_figures_carry_alternative_caption_and_mark(edition):
    for chart in (
        agreement_chart.side_by_side(gaps(), "feels_unsafe", edition),
        agreement_chart.reliabilities(curve(), [0.95, 0.9], *ASKED, edition),
        rule_chart.against(variants(), "agreement", edition),
    ):
        assert len(chart.alt) > 40
        assert len(chart.caption) > 60
        assert "SYNTHETIC" in texts(chart)


def test_a_correlation_is_drawn_beside_both_lines_of_its_rule(english):
    chart = rule_chart.against(variants(), "agreement", english)
    dashed = [line.get_xdata()[0] for line in lines(chart) if line.get_linestyle() == "--"]
    assert dashed == [0.7, 0.9]


def test_a_figure_names_the_years_of_its_rows(english):
    chart = rule_chart.against(variants(), "agreement", english)
    assert any("2017, borders 2018" in text for text in texts(chart))


@pytest.mark.parametrize(
    ("sample", "nl", "en"),
    [
        ("crime_violence_rate alone", "alleen geweldsmisdrijven", "violent offences alone"),
        ("not corrected", "niet gecorrigeerd", "not corrected"),
        ("without centre", "zonder binnenstad", "without city centre"),
        ("somebody alone", "somebody alone", "somebody alone"),
    ],
)
def test_a_variant_is_said_in_both_languages(sample, nl, en):
    row = fit("D1", "feels_unsafe", "agreement", "gate", 0.8, 0.1, sample=sample)
    for language, words in (("nl", nl), ("en", en)):
        assert words in fits.variant(SimpleNamespace(**row), edition_of(language))


@pytest.fixture
def judged(verdicts):
    own = {
        "hypothesis": "D1",
        "rule": "agreement",
        "estimator": "agreement",
        "outcome": "feels_unsafe",
        "specification": "agreement",
        "role": "primary",
        "sign": 1,
        "theta": 0.42,
        "std_error": 0.07,
        "low": 0.28,
        "high": 0.56,
        "level": 0.05,
        "delta": 0.7,
        "n": 324,
        "verdict": "supported",
    }
    return pd.Series(verdicts.iloc[0].to_dict() | own)


def test_a_correlation_is_said_with_its_lines_and_its_interval(judged, edition):
    said = sentences.sentence(judged, edition)
    for number in ("0.42", "0.28", "0.56", "0.7", "0.9"):
        wanted = number.replace(".", ",") if edition.language == "nl" else number
        assert wanted in said


def test_felt_safety_at_equal_crime_is_said_so(judged, edition):
    row = pd.Series(
        judged.to_dict()
        | {"hypothesis": "D2", "rule": "delta", "specification": "felt-given-registered"}
        | {
            "estimator": "gap",
            "theta": 2.7,
            "low": 1.7,
            "high": 3.7,
            "std_error": 0.5,
            "delta": 1.1,
        }
    )
    said = sentences.sentence(row, edition)
    equal = {
        "nl": "evenveel geregistreerd geweld en vernieling",
        "en": "equal registered violence and vandalism",
    }
    assert equal[edition.language] in said


def test_the_interval_of_a_correlation_keeps_its_sign_on_the_page(judged):
    made = results.at_verdict_level(variants(), pd.DataFrame([judged]))
    assert made.loc[0, ["low", "high"]].tolist() == [0.28, 0.56]
