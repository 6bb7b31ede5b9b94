"""The figure of an event study."""

from __future__ import annotations

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


def test_years_whose_interval_leaves_out_zero_are_counted_without_the_reference(english):
    chart = event_chart.event_study(YEARS, "crime_violence_rate", 2022, english)
    assert "1 of 3" in chart.alt


def test_every_year_is_told_in_words(edition):
    chart = event_chart.event_study(YEARS, "crime_violence_rate", 2022, edition)
    assert all(f"{year}:" in chart.alt for year in YEARS["year"])
    assert "2022" in chart.caption


def test_one_year_cannot_be_drawn(english):
    with pytest.raises(DataError):
        event_chart.event_study(YEARS.iloc[:1], "crime_violence_rate", 2022, english)
