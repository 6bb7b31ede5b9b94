"""The figure of an event study."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from nplvanalysis.errors import DataError
from nplvanalysis.report import event_chart

YEARS = pd.DataFrame(
    {
        "year": [2020, 2021, 2022, 2023],
        "estimate": [0.2, 0.0, -1.5, -0.4],
        "low": [-0.5, 0.0, -2.5, -1.4],
        "high": [0.9, 0.0, -0.5, 0.6],
    }
)
AREAS = SimpleNamespace(codes=["a"] * 455, focus=np.array([0, 0, 1] + [-1] * 452), names=("x", "y"))


def test_years_whose_interval_leaves_out_zero_are_counted_without_the_reference(english):
    chart = event_chart.event_study(YEARS, AREAS, "crime_violence_rate", 2022, english)
    assert "1 of 3" in chart.alt


def test_every_year_is_told_in_words(edition):
    chart = event_chart.event_study(YEARS, AREAS, "crime_violence_rate", 2022, edition)
    assert all(f"{year}:" in chart.alt for year in YEARS["year"])
    assert "2022" in chart.caption
    assert "455" in chart.caption
    assert "3" in chart.caption


def test_one_year_cannot_be_drawn(english):
    with pytest.raises(DataError):
        event_chart.event_study(YEARS.iloc[:1], AREAS, "crime_violence_rate", 2022, english)
