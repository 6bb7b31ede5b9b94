"""Regression to the mean."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.stats import norm

from nplvanalysis.errors import (
    ColumnMissingError,
    EstimationError,
    TooFewAreasError,
    TooFewClustersError,
)
from nplvanalysis.models.regression_to_mean import Waves, regression_to_mean, worst

WAVES = Waves(before=2018, chosen=2020, after=2022)


def make_panel(areas: int = 4000, lasting: float = 1.0, helped: float = 0.0) -> pd.DataFrame:
    """Areas with a level (SD `lasting`) and noise (SD 1); the worst tenth of 2020 is helped."""
    rng = np.random.default_rng(6)
    level = rng.normal(0, lasting, areas)
    values = {year: 10 + level + rng.normal(0, 1, areas) for year in (2018, 2020, 2022)}
    bad = values[2020] >= np.quantile(values[2020], 0.9)
    values[2022] = values[2022] - helped * bad
    codes = [f"BU{number:08d}" for number in range(areas)]
    places = [f"GM{number % 50:04d}" for number in range(areas)]
    return pd.concat(
        [
            pd.DataFrame(
                {
                    "code": codes,
                    "municipality": places,
                    "year": year,
                    "dwellings": 500.0,
                    "rate": value,
                }
            )
            for year, value in values.items()
        ],
        ignore_index=True,
    )


def split(panel, study, chosen=None, waves=WAVES):
    chosen = worst(panel, "rate", waves.chosen, 0.1, study) if chosen is None else chosen
    return regression_to_mean(panel, "rate", waves, chosen, study, np.random.default_rng(1), 99)


def test_the_worst_tenth_falls_back_as_the_normal_distribution_says(study):
    """Half of the variance lasts: E = -(1 - 1/2) sqrt(2) phi(z)/0.1 (James 1973)."""
    made = split(make_panel(20_000), study)
    assert made.kept == pytest.approx(0.5, abs=0.02)
    expected = -0.5 * np.sqrt(2) * norm.pdf(norm.ppf(0.9)) / 0.1
    assert made.expected == pytest.approx(expected, abs=0.03)


def test_nothing_remains_where_nothing_was_done(study):
    made = split(make_panel(), study)
    assert made.observed < -1
    assert made.low < 0 < made.high


def test_what_was_done_remains(study):
    made = split(make_panel(helped=0.5), study)
    # the helped tenth lowers the mean of all by a tenth of it
    assert made.remaining == pytest.approx(-0.45, abs=0.1)
    assert made.high < 0


def test_the_interval_is_wider_where_areas_of_a_cluster_go_together(study):
    """Areas that share half of what happens to them are fewer than they seem."""
    panel = make_panel(2_000)
    shared = pd.factorize(panel["municipality"] + panel["year"].astype(str))[0]
    own = np.random.default_rng(3).normal(0, 1, shared.max() + 1)[shared]
    panel["rate"] = panel["rate"] + own
    alone = study.model_copy(update={"models": study.models.model_copy(update={"cluster": "none"})})
    together, apart = split(panel, study), split(panel, alone)
    assert together.remaining == apart.remaining
    assert together.high - together.low > 1.5 * (apart.high - apart.low)


def test_too_few_clusters_are_refused(study):
    with pytest.raises(TooFewClustersError):
        split(make_panel().assign(municipality="GM0001"), study)


def test_areas_chosen_by_lot_fall_back_by_nothing(study):
    panel = make_panel()
    lot = list(panel["code"].unique()[::10])
    assert split(panel, study, lot).expected == pytest.approx(0, abs=0.1)


def test_the_parts_add_up(study):
    made = split(make_panel(helped=0.3), study)
    assert made.remaining == pytest.approx(made.observed - made.expected)
    assert made.expected == pytest.approx(-(1 - made.kept) * made.distance)


def test_the_worst_areas_are_those_with_the_highest_values(study):
    panel = make_panel(100)
    codes = worst(panel, "rate", 2020, 0.1, study)
    values = panel[panel["year"] == 2020].set_index("code")["rate"]
    assert set(codes) == set(values.nlargest(10).index)


@pytest.mark.parametrize("years", [(2020, 2018, 2022), (2018, 2020, 2020)])
def test_waves_out_of_order_are_refused(years, study):
    with pytest.raises(EstimationError, match="before the choice"):
        split(make_panel(), study, waves=Waves(*years))


@pytest.mark.parametrize("chosen", [[], ["BU00000000"]])
def test_too_few_chosen_areas_are_refused(chosen, study):
    with pytest.raises(TooFewAreasError):
        split(make_panel(), study, chosen)


def test_all_areas_chosen_are_refused(study):
    panel = make_panel()
    with pytest.raises(TooFewAreasError):
        split(panel, study, list(panel["code"].unique()))


def test_a_wave_in_whole_numbers_is_refused(study):
    panel = make_panel()
    panel["rate"] = panel["rate"].where(panel["year"] < 2022, panel["rate"].round())
    with pytest.raises(EstimationError, match="rounding"):
        split(panel, study)


def test_a_missing_outcome_is_named(study):
    with pytest.raises(ColumnMissingError):
        split(make_panel().rename(columns={"rate": "other"}), study, ["a", "b"])


def test_dwellings_of_the_closest_year_serve_where_the_wave_has_none(study):
    panel = make_panel()
    bare = panel.assign(dwellings=panel["dwellings"].where(panel["year"] == 2022))
    assert split(bare, study) == split(panel, study)
