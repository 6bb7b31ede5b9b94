"""Published figures beside ours."""

from __future__ import annotations

import pandas as pd
import pytest

from nplvanalysis import params, store
from nplvanalysis.models import external_checks
from nplvanalysis.models.published import NO, NOT_HERE, PARTLY, YES
from tests.conftest import ROOT

WIJKEN = params.load(ROOT / "studies/nederland-wijken.yaml")


@pytest.fixture(scope="module")
def published():
    return store.read_csv(ROOT / "data/external_checks.csv")


def wijken(**changed) -> pd.DataFrame:
    """Build five wijken of Hoensbroek, Vaals, and small and large municipalities."""
    rows = [
        *[(f"WK09171{i}", "GM0917", 3700.0, 3.8, 4.0) for i in range(5)],
        ("WK091799", "GM0917", 50000.0, 4.1, 4.1),
        ("WK098101", "GM0981", 10000.0, 3.9, 3.95),
        *[(f"WK1{i:03d}01", f"GM1{i:03d}", 9000.0 + 100 * i, 4.1, 4.15) for i in range(20)],
        ("WK200001", "GM2000", 400000.0, 3.0, 4.2),
    ]
    names = ["code", "municipality", "population", 2014, 2020]
    wide = pd.DataFrame(rows, columns=names)
    waves = wide.melt(names[:3], [2014, 2020], "year", "lbm")
    now = wide[names[:3]].assign(year=2022, lbm=4.0, dwellings=wide["population"] / 2)
    return pd.concat([waves, now], ignore_index=True).assign(
        level="wijk", focus_area="", focus_candidate="", **changed
    )


def answers(panel, published, study=WIJKEN):
    return external_checks.table(panel, published, study).set_index("check")


def test_every_published_figure_is_a_row_whatever_a_study_has(published):
    bare = pd.DataFrame({"code": ["WK1"], "level": "wijk", "year": 2022, "municipality": "GM1"})
    found = answers(bare, published)
    assert list(found.index) == list(published["check"])
    assert set(found["reproduced"]) == {NOT_HERE}
    assert found["why"].ne("").all()


def test_every_check_belongs_to_a_published_figure(published):
    assert set(external_checks.CHECKS) <= set(published["check"])
    assert published["check"].is_unique


def test_every_published_figure_names_its_source(published):
    assert published[["source", "what", "unit"]].ne("").all().all()


def test_made_up_areas_reproduce_nothing(published):
    sample = params.load(ROOT / "studies/sample.yaml")
    assert set(answers(wijken(), published, sample)["reproduced"]) == {NOT_HERE}


def test_hoensbroek_rose_most_and_vaals_is_lowest(published):
    found = answers(wijken(), published)
    assert found.loc[["hoensbroek", "vaals"], "reproduced"].tolist() == [YES, YES]
    assert found.loc["hoensbroek", "our_year"] == 2020


def test_large_places_do_not_count_among_places_of_that_size(published):
    """The large city rose more than Hoensbroek, but has too many residents."""
    panel = wijken()
    panel.loc[panel["code"].eq("WK200001"), "population"] = 20000.0
    assert answers(panel, published).loc["hoensbroek", "ours"] == 2
    assert answers(panel, published).loc["hoensbroek", "reproduced"] == NO


def test_the_other_wijken_of_heerlen_do_not_hide_hoensbroek(published):
    panel = wijken()
    panel.loc[panel["code"].eq("WK091799"), "lbm"] = 1.0
    assert answers(panel, published).loc["vaals", "ours"] == 1


def test_rented_homes_of_heerlen_noord_are_weighted_by_dwellings(published):
    panel = wijken(owner_occupied=60.0)
    inside = panel["code"].isin(["WK091710", "WK091711"])
    panel.loc[inside, "focus_area"] = "heerlen-noord"
    panel.loc[inside, "owner_occupied"] = [50, 20, 50, 20, 50, 20]
    panel.loc[panel["code"].eq("WK091710"), "dwellings"] = 300.0
    panel.loc[panel["code"].eq("WK091711"), "dwellings"] = 100.0
    assert answers(panel, published).loc["heerlen_rented", "ours"] == pytest.approx(57.5)


def test_candidate_codes_count_among_the_residents_of_focus_areas(published):
    panel = wijken()
    panel.loc[panel["code"].eq("WK091710"), "focus_area"] = "one"
    panel.loc[panel["code"].eq("WK098101"), "focus_candidate"] = "two"
    found = answers(panel, published).loc["focus_people"]
    assert found["ours"] == 13700
    assert "2 of the 20" in found["why"]


def test_weak_dwellings_are_those_of_the_lowest_scores(published):
    panel = wijken()
    panel.loc[panel["year"].eq(2022), "dwellings"] = 100.0
    scores = panel["year"].eq(2022)
    panel.loc[scores, "lbm"] = range(int(scores.sum()))
    panel.loc[panel["code"].isin(["WK091710", "WK091799"]), "focus_area"] = "one"
    assert answers(panel, published).loc["weak_focus_after", "ours"] == 50


def crime(amsterdam, tubbergen, other):
    rates = [amsterdam, tubbergen, *other]
    codes = ["GM0363", "GM0183", *[f"GM1{i:03d}" for i in range(len(other))]]
    return pd.DataFrame(
        {
            "code": codes,
            "municipality": codes,
            "level": "gemeente",
            "year": 2017,
            "offences_total_rate": rates,
            "offences_population": 1000.0,
        }
    )


def test_crime_of_another_year_is_at_most_partly_reproduced(published):
    found = answers(crime(100.0, 15.0, [40.0, 50.0, 60.0]), published)
    names = ["crime_country", "crime_amsterdam", "crime_tubbergen"]
    assert found.loc[names, "reproduced"].tolist() == [NO, PARTLY, PARTLY]
    assert found.loc["crime_country", "ours"] == pytest.approx(53)


def test_a_rank_that_differs_is_not_reproduced(published):
    found = answers(crime(10.0, 90.0, [40.0, 50.0, 60.0]), published)
    assert found.loc[["crime_amsterdam", "crime_tubbergen"], "reproduced"].tolist() == [NO, NO]


def test_residents_of_corporation_areas_are_compared_at_the_scale_they_were_counted_at(published):
    buurten = params.load(ROOT / "studies/sample.yaml").model_copy(update={"synthetic": False})
    panel = pd.DataFrame(
        {
            "code": ["BU1", "BU2", "BU3"],
            "municipality": ["GM1", "GM1", "GM2"],
            "level": "buurt",
            "year": 2022,
            "tenure_corporation": [70.0, 60.0, 66.7],
            "population": [1_400_000.0, 5_000_000.0, 80_000.0],
        }
    )
    found = answers(panel, published, buurten).loc["corporation_areas"]
    assert found["ours"] == 1_480_000
    assert found["reproduced"] == YES
