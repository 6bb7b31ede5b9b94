"""The scale question: the same association within and between municipalities."""

from __future__ import annotations

import pandas as pd
import pytest

from nplvanalysis import registers, schema
from nplvanalysis.models import estimates
from nplvanalysis.models.scale import estimate_scales, scales


@pytest.fixture
def levels(toy_city) -> pd.DataFrame:
    """The toy city, and its municipalities as means of their buurten."""
    numeric = toy_city.select_dtypes("number").columns.drop(["division", "year"])
    whole = toy_city.groupby("municipality")[[*numeric]].mean().reset_index()
    whole = whole.assign(
        code=whole["municipality"], level="gemeente", division=2024, year=2024
    ).astype({"urbanity": "int64"})
    return pd.concat([toy_city, whole], ignore_index=True)


@pytest.fixture
def found(levels, study, in_root) -> pd.DataFrame:
    one = {"A1": registers.claims().hypotheses["A1"]}
    return estimate_scales(levels, one, study, schema.columns())


def test_the_first_scale_repeats_the_estimate_that_decides(found, toy_city, study, in_root):
    row = registers.claims().hypotheses["A1"].studies["sample"][0]
    own = estimates.estimate_row(toy_city, row, study, schema.columns())
    first = found[found["unit"].eq("buurt") & found["fixed_effects"].eq("municipality")]
    deciding = own[own["role"] == "primary"]
    assert first["estimate"].tolist() == deciding["estimate"].tolist()


def test_every_level_that_the_panel_has_is_asked(found):
    kinds = found.drop_duplicates(["unit", "fixed_effects"])[["unit", "fixed_effects", "status"]]
    assert kinds.to_numpy().tolist() == [
        ["buurt", "municipality", "ok"],
        ["buurt", "none", "ok"],
        ["gemeente", "none", "ok"],
    ]


def test_between_municipalities_the_slope_has_what_goes_with_their_level(found):
    # in the toy city violence and corporation rent both follow the level of the municipality
    slope = found.drop_duplicates(["unit", "fixed_effects"]).set_index(["unit", "fixed_effects"])
    between = slope.loc[("gemeente", "none"), "estimate"]
    assert between > 1.5 * slope.loc[("buurt", "municipality"), "estimate"]


def test_scales_decide_nothing(found):
    assert set(found["role"]) == {"scale"}


def test_errors_go_together_within_municipalities_at_every_level_below_them(study):
    assert [(one.unit, one.cluster) for one in scales(study)] == [
        *(("buurt", "municipality"), ("buurt", "municipality"), ("wijk", "municipality")),
        ("gemeente", "none"),
    ]


def test_areas_that_make_up_no_other_level_have_no_other_scale(study):
    assert scales(study.model_copy(update={"unit": "gemeente"})) == []
