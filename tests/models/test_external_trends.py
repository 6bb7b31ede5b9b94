"""Published rises and falls of scores, computed anew."""

from __future__ import annotations

import pandas as pd
import pytest

from nplvanalysis import params, store
from nplvanalysis.models import external_checks
from nplvanalysis.models.external_trends import DIMENSIONS, TRENDS
from nplvanalysis.models.published import NO, NOT_HERE, PARTLY, YES
from tests.conftest import ROOT

WIJKEN = params.load(ROOT / "studies/nederland-wijken.yaml")
# A large city, a town and two rural wijken; the second of equal size counts as much as the first.
HOMES = {"WK036301": 300.0, "WK100001": 600.0, "WK200001": 300.0, "WK300001": 100.0}
URBANITY = {"WK036301": 1, "WK100001": 2, "WK200001": 4, "WK300001": 5}


def panel(**changes) -> pd.DataFrame:
    """Build four wijken in four waves; `changes` are added to a column from a wave on."""
    rows = [
        {"code": code, "year": year, "dwellings": homes, "urbanity": URBANITY[code]}
        for year in (2014, 2018, 2020, 2022)
        for code, homes in HOMES.items()
    ]
    made = pd.DataFrame(rows).assign(level="wijk", focus_area="", focus_candidate="")
    made["municipality"] = "GM" + made["code"].str[2:6]
    made = made.assign(lbm=4.0, **dict.fromkeys(DIMENSIONS, 0.0))
    for name, (codes, first, size) in changes.items():
        made.loc[made["code"].isin(codes) & made["year"].ge(first), name] += size
    return made


def answer(check, made):
    return TRENDS[check](made, WIJKEN)


def test_a_fall_in_the_largest_cities_is_a_fall_there_only():
    fell = panel(onv=(["WK036301"], 2022, -0.1))
    assert answer("cities_safety", fell).reproduced == YES
    assert answer("cities_safety", fell).ours == pytest.approx(0.1)
    assert answer("cities_safety", panel(onv=(["WK100001"], 2022, -0.1))).reproduced == NO


def test_a_rise_of_another_class_of_urbanity_is_none_of_the_countryside():
    assert answer("rural_safety", panel(onv=(["WK300001"], 2022, 0.1))).reproduced == YES
    assert answer("rural_safety", panel(onv=(["WK200001"], 2022, 0.1))).reproduced == NO
    assert answer("rural_amenities", panel(vrz=(["WK200001"], 2022, -0.1))).reproduced == YES


def test_the_dimension_that_rose_most_is_weighted_by_dwellings():
    """Amenities rise by more, but in the smaller wijk."""
    made = panel(vrz=(["WK036301"], 2020, 0.1), onv=(["WK100001"], 2020, 0.09))
    found = answer("average_amenities", made)
    assert (found.ours, found.reproduced) == (2, NO)
    assert "onv +0.042" in found.why


def test_lowest_scoring_areas_are_those_of_the_first_wave():
    """The rural wijk scores lowest in 2014 and no longer in 2020."""
    made = panel(onv=(["WK300001"], 2020, 0.1), vrz=(["WK100001"], 2020, 0.3))
    made.loc[made["code"].eq("WK300001") & made["year"].eq(2014), "lbm"] = 3.0
    assert answer("weak_safety", made).reproduced == YES
    assert answer("average_amenities", made).reproduced == YES


def test_focus_areas_are_compared_with_all_areas_and_count_as_partly():
    made = panel(lbm=(["WK100001"], 2022, 0.13))
    made.loc[made["code"].eq("WK100001"), "focus_area"] = "one"
    found = answer("focus_rise", made)
    assert found.ours == pytest.approx(0.13 - 0.13 * 600 / 1300)
    assert found.reproduced == PARTLY
    assert answer("focus_rise", panel()) is None


def test_small_places_are_those_that_are_hardly_urbanised():
    made = panel(lbm=(["WK200001", "WK300001"], 2014, 0.2))
    assert answer("small_score", made).ours == pytest.approx(0.2)
    assert answer("small_amenities", panel(vrz=(["WK200001"], 2014, 0.2))).reproduced == NO


def test_a_study_without_scores_or_of_other_areas_computes_none_of_them():
    bare = panel()[["code", "year", "dwellings", "urbanity", "level", "municipality"]]
    assert all(check(bare, WIJKEN) is None for check in TRENDS.values())
    buurten = WIJKEN.model_copy(update={"unit": "buurt"})
    assert all(check(panel(), buurten) is None for check in TRENDS.values())


def test_a_figure_without_data_says_what_would_be_needed():
    published = store.read_csv(ROOT / "data/external_checks.csv")
    found = external_checks.table(panel(), published, WIJKEN).set_index("check")
    assert found.loc["police_heerlen", "reproduced"] == NOT_HERE
    assert found.loc["police_heerlen", "why"] == "Needs police strength by team."


def test_every_figure_is_computed_somewhere_or_says_what_it_needs():
    published = store.read_csv(ROOT / "data/external_checks.csv").set_index("check")
    computed = published.index.isin(list(external_checks.CHECKS))
    assert set(published.index[~computed & published["needs"].eq("")]) == {"weak_country"}


def test_the_committed_page_shows_every_published_figure_with_its_source():
    page = store.read_text(ROOT / "docs/external-checks.md")
    published = store.read_csv(ROOT / "data/external_checks.csv")
    lines = [line.split(" | ") for line in page.splitlines() if line.startswith("| ")]
    shown = {(line[0].removeprefix("| "), line[1]) for line in lines}
    for row in published.itertuples():
        named = row.what.replace(" (slightly more than)", "").replace(" (more than)", "")
        assert (f"{named} ({row.unit}, {row.year})", row.source) in shown
