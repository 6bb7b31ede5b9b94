"""Areas in which problems are counted: who is left out, and what is really held constant."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from nplvanalysis.models import strata
from nplvanalysis.models.counted_areas import held, left_out
from nplvanalysis.models.stacked import Counting, stacked

from .stacked_city import ROW, city, with_problems


@pytest.fixture
def small(study):
    return with_problems(study)


def test_a_stratum_that_mixes_values_holds_nothing_constant():
    groups = np.array([0, 0, 1, 1, 2])
    values = pd.Series(["a", "a", "a", "b", "b"], index=[9, 8, 7, 6, 5])
    assert strata.held(groups, values).tolist() == [True, True, False, False, True]


def test_the_share_for_which_a_municipality_is_held_is_that_of_municipalities_large_enough(small):
    # of four municipalities, one has 25 areas of each class of urbanity, one 30 of any, two fewer
    place = np.repeat(["all", "any", "few", "less"], [75, 30, 15, 12])
    panel = city(together=0.6, areas=132).assign(municipality=place)
    made = held(panel, ROW, small)
    within = made[made["chance_within"] == "urbanity + municipality"].set_index("held")
    assert within["areas"].to_dict() == {"urbanity": 75, "municipality": 105}
    assert within["share"].round(6).to_dict() == {"urbanity": 56.818182, "municipality": 79.545455}
    assert within["of"].eq(132).all()


def test_classes_of_urbanity_that_are_put_together_are_not_called_held(small):
    panel = city(together=0.6).assign(
        urbanity=pd.array(np.repeat([1, 2, 3], [280, 8, 12]), dtype="Int64")
    )
    own = held(panel, ROW, small).set_index(["chance_within", "held"])
    assert own.loc[("urbanity", "urbanity"), "areas"] == 280


def test_every_area_is_counted_or_left_out_for_one_reason_by_urbanity(small):
    panel = city(together=0.6)
    panel.loc[:8, "debts"] = np.nan
    panel.loc[6:11, "dwellings"] = 20.0
    panel.loc[20, "urbanity"] = pd.NA
    made = left_out(panel, ROW, small).set_index("group")
    assert made.index.tolist() == [
        *("all", "urbanity 1", "urbanity 2", "urbanity 3", "urbanity unknown"),
    ]
    reasons = ["counted", "no debts", "no urbanity", "small"]
    assert made.loc["all", reasons].tolist() == [287, 6, 1, 6]
    assert (made[reasons].sum(axis=1) == made["areas"]).all()
    assert made.loc["urbanity 2", reasons].tolist() == [96, 2, 0, 2]
    counted = stacked(panel, ROW, 2024, small, Counting()).table
    assert made.loc["all", "counted"] == len(counted)
