"""The deciding estimates of a study in space: graphs, rows, and what fails."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from nplvanalysis import registers, schema
from nplvanalysis.models.estimates import estimate
from nplvanalysis.models.rows import COLUMNS, KEY
from nplvanalysis.models.spatial import spatial_rows, spatial_table
from nplvanalysis.models.verdicts import verdicts
from nplvanalysis.registers import Hypothesis

from ..conftest import TRUE_SWAP
from .towns import make_towns

SWAP = {
    "role": "primary",
    "outcome": "crime_violence_rate",
    "specification": "owner-to-corporation",
    "sign": 1,
}


def hypothesis(**row) -> Hypothesis:
    text = {"nl": "x", "en": "x"}
    asked = {"family": "A", "conclusion": 1, "statement": text, "falsified": text, "needs": []}
    return Hypothesis.model_validate(asked | {"studies": {"sample": [SWAP | row]}})


@pytest.fixture
def towns() -> pd.DataFrame:
    """Sixteen towns of 36 areas with tenure, and an outcome that goes with it."""
    panel = make_towns()
    panel = panel[panel["year"] == 2024].reset_index(drop=True)
    rng = np.random.default_rng(3)
    corporation, other = rng.uniform(0, 60, len(panel)), rng.uniform(0, 30, len(panel))
    return panel.assign(
        tenure_corporation=corporation,
        tenure_other=other,
        tenure_unknown=0.0,
        urbanity=pd.array(rng.integers(1, 4, len(panel)), dtype="Int64"),
        share_15_24=rng.uniform(5, 20, len(panel)),
        share_65_plus=rng.uniform(5, 35, len(panel)),
        crime_violence_rate=panel["crime_violence_rate"] + TRUE_SWAP * corporation,
    )


def borders(panel: pd.DataFrame) -> gpd.GeoDataFrame:
    shapes = [
        shapely.box(x - 560, y - 560, x + 560, y + 560)
        for x, y in zip(panel["x"], panel["y"], strict=True)
    ]
    return gpd.GeoDataFrame({"code": panel["code"]}, geometry=shapes, crs=28992)


@pytest.fixture
def table(towns, study) -> pd.DataFrame:
    return spatial_table(towns, {"A1": hypothesis()}, study, borders(towns))


def test_each_graph_is_tried_with_the_weights_of_the_study_and_the_first_without(table):
    tried = list(zip(table["graph"], table["weights"], strict=True))
    weighted = [(graph, "dwellings") for graph in ("knn-6", "knn-12", "band", "queen")]
    assert tried == [*weighted, ("knn-6", "none")]
    assert table["status"].eq("ok").all()


def test_the_estimate_is_the_one_that_decides(table, towns, study):
    decided = estimate(towns, {"A1": hypothesis()}, study, schema.columns())
    primary = decided[decided["role"] == "primary"]
    first = table.iloc[0]
    assert first["estimate"] == pytest.approx(primary["estimate"].iloc[0], rel=1e-12)
    for name in ("std_error", "low", "high"):
        assert first[name] == pytest.approx(primary[name].iloc[0], rel=1e-12)
    unweighted = decided[(decided["role"] == "gate") & decided["weights"].eq("none")]
    assert table["estimate"].iloc[-1] == pytest.approx(unweighted["estimate"].iloc[0], rel=1e-12)


def test_with_independent_errors_all_models_give_the_true_swap_per_step(table):
    for name, error in {"estimate": "std_error", "error": "error_se", "total": "total_se"}.items():
        assert ((table[name] - 10 * TRUE_SWAP).abs() < 3 * table[error]).all(), name
    assert table["direct"].to_numpy() == pytest.approx(10 * TRUE_SWAP, rel=0.1)
    assert (table["moran_z"].abs() < 4).all()
    assert (table["error_low"] < table["error"]).all()
    assert (table["error"] < table["error_high"]).all()


def test_direct_and_indirect_add_up_to_the_total(table):
    np.testing.assert_allclose(table["direct"] + table["indirect"], table["total"], rtol=1e-9)


def test_nothing_stands_in_the_table_that_no_page_shows(table):
    assert not [name for name in table if "moments" in name]


def test_islands_that_a_filter_makes_are_reported(towns, study):
    """All neighbours of one area are too small to be in the sample."""
    first = towns[towns["municipality"] == "GM0000"]
    middle = first.iloc[14]
    near = np.hypot(first["x"] - middle["x"], first["y"] - middle["y"]).between(1, 1_700)
    small = towns.copy()
    small.loc[near[near].index, "dwellings"] = 1.0
    made = spatial_table(small, {"A1": hypothesis()}, study, borders(small)).set_index("graph")
    queen = made.loc["queen"]
    assert queen["islands"] == 1
    assert queen["island_codes"] == middle["code"]
    assert queen["n"] == len(towns) - near.sum()


def test_areas_without_coordinates_end_in_an_unusable_row(towns, study):
    nowhere = towns.assign(x=np.nan, y=np.nan)
    made = spatial_table(nowhere, {"A1": hypothesis()}, study)
    assert made["status"].eq("no_places").all()
    rows = spatial_rows(made)
    assert rows["status"].eq("no_places").all()
    assert rows[["estimate", "std_error", "low", "high", "p"]].isna().all(axis=None)


def test_areas_all_in_one_place_end_in_an_unusable_row(towns, study):
    made = spatial_table(towns.assign(x=1.0, y=1.0), {"A1": hypothesis()}, study)
    assert made["status"].eq("no_places").all()


def test_a_fit_that_fails_leaves_its_reason_once_per_weight(towns, study):
    flat = towns.assign(tenure_corporation=5.0)
    made = spatial_table(flat, {"A1": hypothesis()}, study)
    assert made["status"].tolist() == ["no_variation"] * 2
    assert len(spatial_rows(made)) == 4


def test_weak_instruments_leave_the_error_model_and_no_total(towns, study):
    noise = np.random.default_rng(2).normal(size=len(towns))
    made = spatial_table(towns.assign(crime_violence_rate=noise), {"A1": hypothesis()}, study)
    assert made["lag_status"].eq("weak_instrument").all()
    rows = spatial_rows(made).set_index("estimator")
    assert rows.loc["spatial_lag", "status"].eq("weak_instrument").all()
    assert rows.loc["spatial_lag", "estimate"].isna().all()
    assert rows.loc["spatial_error", "estimate"].notna().all()


def test_rows_have_the_one_form_and_tell_fits_apart(table):
    rows = spatial_rows(table)
    assert list(rows.columns) == COLUMNS
    assert len(rows) == 2 * len(table)
    assert not rows.duplicated(KEY).any()
    assert set(rows["role"]) == {"spatial"}
    error = rows[rows["estimator"] == "spatial_error"]
    np.testing.assert_array_equal(error["estimate"], table["error"])
    assert error["n"].tolist() == table["n"].tolist()


def test_they_set_no_verdict(table, towns, study):
    claims = registers.claims()
    asked = {"A1": hypothesis()}
    register = claims.model_copy(update={"hypotheses": asked, "conclusions": claims.conclusions})
    decided = estimate(towns, asked, study, schema.columns())
    against = spatial_rows(table).assign(estimate=-5.0, low=-6.0, high=-4.0)
    both = pd.concat([decided, against], ignore_index=True)
    one = verdicts(decided, register, study, {*towns.columns}, schema.columns())
    other = verdicts(both, register, study, {*towns.columns}, schema.columns())
    pd.testing.assert_frame_equal(one, other)
    assert one["verdict"].item() == "supported"


def test_a_deciding_row_that_is_no_map_of_residuals_is_left_out(towns, study):
    made = spatial_table(towns, {"A3": hypothesis(estimator="two_way", year_first=2015)}, study)
    assert made.empty
    assert spatial_rows(made).columns.tolist() == COLUMNS


def test_the_same_data_give_the_same_table(towns, study, table):
    again = spatial_table(towns, {"A1": hypothesis()}, study, borders(towns))
    pd.testing.assert_frame_equal(table, again)


def test_the_order_of_areas_does_not_matter(towns, study, table):
    mixed = towns.sample(frac=1, random_state=4)
    again = spatial_table(mixed, {"A1": hypothesis()}, study, borders(towns).iloc[::-1])
    numbers = ["moran", "error_lambda", "error", "lag_rho", "total"]
    np.testing.assert_allclose(again[numbers], table[numbers], rtol=1e-6)
