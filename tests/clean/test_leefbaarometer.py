"""Leefbaarometer scores."""

import numpy as np
import pandas as pd
import pytest

from nplvanalysis import errors, schema, store
from nplvanalysis.clean import kwb_rda, leefbaarometer


@pytest.fixture
def wijken(entry):
    return entry("leefbaarometer", "wijk", 2022, file="Leefbaarometer-scores wijken 2002-2022.csv")


def test_scores_become_a_table_of_the_dictionary(scores, wijken):
    table = leefbaarometer.clean(scores, wijken).table
    assert len(schema.check(table, "scores")) == 4
    assert table["year"].tolist() == [2012, 2014, 2018, 2018]


def test_all_waves_stand_on_the_division_of_the_release(scores, wijken):
    table = leefbaarometer.clean(scores, wijken).table
    assert set(table["division"]) == {2022}
    assert set(table["municipality"]) == {"GM0014"}


def test_a_wave_without_dimensions_keeps_them_missing(scores, wijken):
    row = leefbaarometer.clean(scores, wijken).table.query("year == 2012").iloc[0]
    assert row[leefbaarometer.DIMENSIONS].isna().all()
    assert row["lbm"] == 4.223619977074176


def test_a_version_column_is_allowed_and_dropped(scores, wijken):
    assert "versie" not in leefbaarometer.clean(scores.assign(versie="3.0"), wijken).table


def test_an_unknown_column_is_refused(scores, wijken):
    with pytest.raises(errors.FormatError, match="klbm"):
        leefbaarometer.clean(scores.assign(klbm="7"), wijken)


@pytest.mark.parametrize("column", ["won", "lbm", "wk_code", "jaar"])
def test_a_missing_column_is_named(scores, wijken, column):
    with pytest.raises(errors.FormatError, match=column):
        leefbaarometer.clean(scores.drop(columns=column), wijken)


def test_a_renamed_column_is_named_with_the_nearest_one(scores, wijken):
    with pytest.raises(errors.FormatError, match="nearest: wk_naam"):
        leefbaarometer.clean(scores.rename(columns={"wk_code": "wk_naamcode"}), wijken)


def test_a_file_of_another_level_is_refused(scores, entry):
    with pytest.raises(errors.FormatError, match="bu_code"):
        leefbaarometer.clean(scores, entry("leefbaarometer", "buurt", 2022))


def test_dimensions_that_do_not_sum_are_refused(scores, wijken):
    scores.loc[3, "won"] = "0.05000001"
    with pytest.raises(errors.DataError) as caught:
        leefbaarometer.clean(scores, wijken)
    message = str(caught.value)
    assert all(word in message for word in ["WK001401", "2018", "1e-08", "afw = fys"])


def test_a_total_that_leaves_its_constant_is_refused(scores, wijken):
    scores.loc[0, "lbm"] = "4.2236"
    with pytest.raises(errors.DataError, match=r"lbm - afw.*\n.*WK001400 in 2012"):
        leefbaarometer.clean(scores, wijken)


def test_a_row_with_some_dimensions_is_refused(scores, wijken):
    scores.loc[0, "won"] = "0.1"
    with pytest.raises(errors.DataError, match="WK001400 in 2012 lacks fys, onv, soc, vrz"):
        leefbaarometer.clean(scores, wijken)


def test_a_row_without_a_total_is_refused(scores, wijken):
    scores.loc[1, "lbm"] = "NA"
    with pytest.raises(errors.DataError, match="lacks lbm"):
        leefbaarometer.clean(scores, wijken)


def test_swapped_decimal_marks_are_refused(scores, wijken):
    scores["lbm"] = scores["lbm"].str.replace(".", ",")
    with pytest.raises(errors.DataError, match="lbm"):
        leefbaarometer.clean(scores, wijken)


def test_a_decimal_mark_lost_on_the_way_is_refused(scores, wijken):
    scores.loc[0, "lbm"] = scores.loc[0, "lbm"].replace(".", "")
    with pytest.raises(errors.DataError, match="lbm - afw"):
        leefbaarometer.clean(scores, wijken)


def test_an_area_twice_in_a_year_is_refused(scores, wijken):
    with pytest.raises(errors.DataError, match="WK001401 in 2018"):
        leefbaarometer.clean(pd.concat([scores, scores.iloc[[3]]]), wijken)


@pytest.mark.parametrize("code", ["1400", "WK00140", "BU00140000", ""])
def test_a_malformed_code_is_refused(scores, wijken, code):
    scores.loc[0, "wk_code"] = code
    with pytest.raises(errors.DataError):
        leefbaarometer.clean(scores, wijken)


def test_waves_after_the_release_are_refused(scores, entry):
    with pytest.raises(errors.DivisionError, match="2018"):
        leefbaarometer.clean(scores, entry("leefbaarometer", "wijk", 2016))


@pytest.mark.parametrize("cut", [1, 30, 60, 75])
def test_a_file_cut_short_within_a_row_is_refused(scores, wijken, tmp_path, cut):
    path = tmp_path / "scores.csv"
    scores.iloc[[0, 1, 3, 2]].to_csv(path, index=False)
    text = path.read_text().rstrip("\n")
    if cut == 1:  # the last row ends with a plain 0; the one before it with 0.05
        text = text.rsplit("\n", 1)[0]
    path.write_text(text[:-cut])
    with pytest.raises(errors.DataError):
        leefbaarometer.clean(store.read_csv(path), wijken)


def test_the_real_file_keeps_its_rules(mirror, wijken):
    raw = store.read_csv(mirror / "leefbaarometer" / wijken.file)
    table = schema.check(leefbaarometer.clean(raw, wijken).table, "real")
    assert len(table) == 26_366
    years = table.loc[table["won"].notna(), "year"]
    assert set(years) == {2014, 2018, 2020, 2022}


def test_every_real_wijk_of_2022_is_found_in_the_borders(mirror, wijken, entry):
    scores = leefbaarometer.clean(store.read_csv(mirror / "leefbaarometer" / wijken.file), wijken)
    borders = kwb_rda.clean(
        store.read_rda(mirror / "kwb" / "NLD_dist.rda"), entry("kwb_rda", "wijk", 2022)
    )
    latest = scores.table.query("year == 2022")["code"]
    assert np.isin(latest, borders.areas["code"]).all()
