"""The figure of a curve."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from nplvanalysis.errors import DataError
from nplvanalysis.report import dose_chart
from tests.report.conftest import edition_of


def curve(p: float = 0.2, count: int = 21):
    share = np.linspace(0, 80, count)
    difference = 0.4 * (share - 20)
    points = pd.DataFrame(
        {
            "share": share,
            "difference": difference,
            "straight": difference,
            "std_error": np.abs(share - 20) / 50,
            "low": difference - 1,
            "high": difference + 1,
            "band_low": difference - 2,
            "band_high": difference + 2,
        }
    )
    return SimpleNamespace(
        points=points,
        outcome="wmo_clients",
        exposure="tenure_corporation",
        reference=20.0,
        deciles=tuple(range(5, 50, 5)),
        p=p,
        level=0.95,
        n=422,
    )


def test_the_curve_is_drawn_in_both_languages_with_its_numbers_in_words(edition):
    chart = dose_chart.dose_response(curve(), edition)
    sign = "," if edition.language == "nl" else "."
    assert f"+24{sign}0" in chart.alt
    assert "422" in chart.caption
    assert "95" in chart.caption


def test_the_title_says_whether_the_line_bends():
    english = edition_of("en", synthetic=False)
    assert "no bend can be told" in dose_chart.dose_response(curve(0.2), english).alt
    assert "bends (p = 0.012)" in dose_chart.dose_response(curve(0.012), english).alt
    assert "bends (p < 0.001)" in dose_chart.dose_response(curve(1e-9), english).alt


def test_the_bands_are_those_of_the_curve(english):
    figure = dose_chart.dose_response(curve(), english).figure
    band = figure.axes[0].collections[0].get_paths()[0].vertices
    assert band[:, 1].min() == pytest.approx(-8 - 2)
    assert band[:, 1].max() == pytest.approx(24 + 2)


def test_a_single_point_is_no_curve(english):
    with pytest.raises(DataError, match="at least two points"):
        dose_chart.dose_response(curve(count=1), english)
