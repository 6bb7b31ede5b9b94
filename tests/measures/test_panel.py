"""What a study cannot have is absent with its reason."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from nplvanalysis.measures.panel import MIX, RATES, measure
from nplvanalysis.measures.rates import per_1000


def test_a_study_without_corporation_share_has_no_mix_and_says_what_is_missing(toy_city, study):
    panel = toy_city[["code", "owner_occupied"]].assign(corporation_rent=np.nan, other_rent=5.0)
    made = measure(panel, study)
    reasons = made.absent.set_index("measure")["missing"]
    assert (reasons[MIX] == "corporation_rent").all()
    assert not set(MIX) & set(made.panel.columns)


def test_a_full_study_lacks_nothing(study):
    panel = pd.DataFrame(
        {
            "owner_occupied": [50.0],
            "corporation_rent": [40.0],
            "other_rent": [10.0],
            "population": [1200.0],
            **{count: [30.0] for count in RATES.values()},
            "level": ["buurt"],
            "year": [2024],
            "dwellings": [500.0],
            "income_low": [40.0],
        }
    )
    made = measure(panel, study)
    assert made.absent.empty
    assert made.panel.loc[0, list(RATES)].tolist() == pytest.approx([25] * len(RATES))
    assert made.panel["blending"][0] == pytest.approx(0.8)


def test_a_rate_without_residents_is_missing_and_not_infinite():
    rate = per_1000(pd.Series([5.0, 5.0]), pd.Series([0.0, 100.0]))
    assert np.isnan(rate[0])
    assert rate[1] == 50
