"""KWB workbooks."""

import numpy as np
import pandas as pd
import pytest

from nplvanalysis import errors, schema
from nplvanalysis.clean import kwb

TENURE = ["p_koopw", "p_huurw", "p_wcorpw", "p_ov_hw", "p_e_o_w"]


def test_a_workbook_becomes_a_table_of_the_dictionary(workbook, entry):
    table = kwb.clean(workbook, entry()).table
    assert schema.check(table, "workbook") is table


def test_rows_of_the_asked_level_are_kept_whatever_case_and_padding(workbook, entry):
    cleaned = kwb.clean(workbook, entry())
    assert cleaned.table["code"].tolist() == ["BU00140000", "BU00140001", "BU00140099"]
    assert cleaned.notes == {"row of the country": 1, "rows of other levels": 2}


@pytest.mark.parametrize(
    ("level", "code"), [("gemeente", "GM0014"), ("wijk", "WK001400"), ("buurt", "BU00140000")]
)
def test_every_level_carries_its_municipality(workbook, entry, level, code):
    row = kwb.clean(workbook, entry(level=level)).table.iloc[0]
    assert (row["code"], row["level"], row["municipality"]) == (code, level, "GM0014")


def test_year_and_division_come_from_the_catalogue(workbook, entry):
    table = kwb.clean(workbook, entry(year=2018)).table
    assert set(table["year"]) == set(table["division"]) == {2018}


def test_mixed_decimal_marks_and_missing_marks_are_read(workbook, entry):
    table = kwb.clean(workbook, entry()).table.set_index("code")
    assert table["income_per_resident"].tolist()[:2] == [20.4, 20.9]
    assert table["owner_occupied"].tolist()[:2] == [22, 24]
    assert np.isnan(
        table.loc["BU00140001", ["tenure_unknown", "income_low", "burglary_rate"]].astype(float)
    ).all()


def test_names_are_stripped(workbook, entry):
    assert kwb.clean(workbook, entry()).table["name"][0] == "Binnenstad-Noord"


def test_columns_outside_the_dictionary_are_left_out(workbook, entry):
    assert "g_gas_ap" not in kwb.clean(workbook, entry()).table


@pytest.mark.parametrize("published", ["g_woz", " G_WOZBAG "])
def test_both_names_of_the_property_value_are_known(workbook, entry, published):
    workbook = workbook.rename(columns={"g_wozbag": published})
    assert kwb.clean(workbook, entry()).table["woz"][0] == 207


def test_both_property_values_at_once_are_refused(workbook, entry):
    with pytest.raises(errors.FormatError, match="g_woz"):
        kwb.clean(workbook.assign(g_woz="210"), entry())


@pytest.mark.parametrize("column", ["p_koopw", "a_inw", "recs", "ind_wbi", "ste_mvs", "p_wcorpw"])
def test_a_missing_column_is_named(workbook, entry, column):
    with pytest.raises(errors.FormatError, match=column):
        kwb.clean(workbook.drop(columns=column), entry())


def test_a_renamed_column_is_named_with_the_nearest_one(workbook, entry):
    renamed = workbook.rename(columns={"p_koopw": "p_koopwon"})
    with pytest.raises(errors.FormatError, match="nearest: p_koopwon"):
        kwb.clean(renamed, entry())


def test_a_column_that_is_there_twice_is_refused(workbook, entry):
    twice = workbook.assign(**{"p_koopw ": workbook["p_koopw"]})
    with pytest.raises(errors.FormatError, match="p_koopw"):
        kwb.clean(twice, entry())


def test_a_second_column_that_pandas_renamed_is_refused(workbook, entry):
    twice = workbook.assign(**{"p_koopw.1": workbook["p_koopw"]})
    with pytest.raises(errors.FormatError, match="stands there twice"):
        kwb.clean(twice, entry())


def test_a_duplicated_code_is_refused(workbook, entry):
    with pytest.raises(errors.DataError, match="BU00140001"):
        kwb.clean(pd.concat([workbook, workbook.iloc[[4]]]), entry())


@pytest.mark.parametrize("code", ["140000", "BU0014000", "BU001400000", "WK001400", "bu00140000"])
def test_a_malformed_code_is_refused(workbook, entry, code):
    workbook.loc[3, ["gwb_code_10", "gwb_code"]] = code
    workbook.loc[3, "gwb_code_8"] = "."
    with pytest.raises(errors.DataError, match=code):
        kwb.clean(workbook, entry())


def test_codes_with_letters_are_kept(workbook, entry):
    workbook.loc[3, ["gwb_code_10", "gwb_code_8", "gwb_code"]] = [
        "BU0363AA01",
        "363AA01",
        "BU0363AA01",
    ]
    row = kwb.clean(workbook, entry()).table.iloc[0]
    assert (row["code"], row["municipality"]) == ("BU0363AA01", "GM0363")


def test_code_columns_that_disagree_are_refused(workbook, entry):
    workbook.loc[3, "gwb_code_8"] = "140001"
    with pytest.raises(errors.DataError, match="gwb_code_8"):
        kwb.clean(workbook, entry())


def test_an_unknown_level_is_refused(workbook, entry):
    workbook.loc[3, "recs"] = "Stadsdeel"
    with pytest.raises(errors.DataError, match="Stadsdeel"):
        kwb.clean(workbook, entry())


def test_a_workbook_without_the_asked_level_is_refused(workbook, entry):
    with pytest.raises(errors.DataError, match="no rows of level wijk"):
        kwb.clean(workbook[workbook["recs"] != "Wijk"], entry(level="wijk"))


def test_blank_rows_at_the_end_are_ignored(workbook, entry):
    blank = pd.DataFrame([[""] * workbook.shape[1]], columns=workbook.columns)
    cleaned = kwb.clean(pd.concat([workbook, blank]), entry())
    assert len(cleaned.table) == 3
    assert cleaned.notes["rows of other levels"] == 2


def test_age_shares_are_computed_from_counts(workbook, entry):
    table = kwb.clean(workbook, entry()).table
    assert table["share_15_24"][0] == pytest.approx(100 * 2145 / 4485)
    assert table["share_65_plus"][1] == pytest.approx(100 * 375 / 4655)


def test_age_shares_of_nobody_are_missing(workbook, entry):
    table = kwb.clean(workbook, entry()).table.set_index("code")
    assert np.isnan(table.loc["BU00140099", "share_15_24"])


def test_published_age_shares_are_used_as_they_are(workbook, entry):
    old = workbook.rename(columns={"a_15_24": "p_15_24", "a_65_oo": "p_65_oo"})
    old["p_15_24"], old["p_65_oo"] = "48", "9"
    table = kwb.clean(old, entry(year=2016)).table
    assert set(table["share_15_24"]) == {48}
    assert "persons_15_24" not in table


def test_an_age_group_just_above_the_population_is_rounding(workbook, entry):
    workbook.loc[3, ["a_inw", "a_15_24", "a_65_oo"]] = ["100", "105", "0"]
    assert kwb.clean(workbook, entry()).table["share_15_24"][0] == 100


def test_an_age_group_far_above_the_population_is_refused(workbook, entry):
    workbook.loc[3, ["a_inw", "a_15_24", "a_65_oo"]] = ["100", "110", "0"]
    with pytest.raises(errors.DataError, match="persons_15_24"):
        kwb.clean(workbook, entry())


def test_zeros_in_an_area_without_dwellings_are_missing(workbook, entry):
    workbook.loc[5, TENURE] = "0"
    table = kwb.clean(workbook, entry()).table.set_index("code")
    assert np.isnan(table.loc["BU00140099", "owner_occupied"])


def test_tenure_that_does_not_sum_to_100_is_refused(workbook, entry):
    workbook.loc[3, "p_koopw"] = "26"
    with pytest.raises(
        errors.DataError,
        match=r"sum to 100, or less where one is missing, within 3 points\n.*BU00140000",
    ):
        kwb.clean(workbook, entry())


def test_tenure_rounded_to_whole_percents_passes(workbook, entry):
    workbook.loc[3, "p_koopw"] = "25"
    assert kwb.clean(workbook, entry()).table["owner_occupied"][0] == 25


def test_unknown_owners_are_a_part_of_their_own(workbook, entry):
    workbook.loc[3, TENURE] = ["20", "60", "35", "25", "20"]
    assert kwb.clean(workbook, entry()).table["tenure_unknown"][0] == 20


def test_rent_parts_that_differ_from_rent_are_refused(workbook, entry):
    workbook.loc[3, "p_wcorpw"] = "28"
    with pytest.raises(errors.DataError, match="corporation_rent"):
        kwb.clean(workbook, entry())


def test_an_edition_without_unknown_owners_is_checked_upwards(workbook, entry):
    workbook = workbook.drop(columns="p_e_o_w")
    workbook.loc[3, "p_koopw"] = "26"
    with pytest.raises(errors.DataError, match="or less where one is missing"):
        kwb.clean(workbook, entry())


def test_a_share_outside_0_to_100_is_refused_by_the_dictionary(workbook, entry):
    workbook.loc[3, "p_ink_li"] = "571"
    with pytest.raises(errors.DataError, match=r"income_low.*571.*BU00140000"):
        schema.check(kwb.clean(workbook, entry()).table, "kwb-2018.xlsx")


def test_a_swapped_decimal_mark_in_a_count_is_refused(workbook, entry):
    workbook.loc[3, "a_inw"] = "4.485"
    with pytest.raises(errors.DataError, match="a_inw"):
        kwb.clean(workbook, entry())


def test_a_count_with_a_fraction_is_refused(workbook, entry):
    workbook.loc[3, "a_woning"] = "2380.5"
    with pytest.raises(errors.DataError, match="a_woning"):
        kwb.clean(workbook, entry())


def test_figures_listed_under_borders_of_another_year_are_refused(workbook, entry):
    with pytest.raises(errors.DivisionError, match="2020"):
        kwb.clean(workbook, entry(year=2018, division=2020))


def test_an_html_page_read_as_a_table_is_refused(entry):
    page = pd.DataFrame({"<!DOCTYPE html>": ["<html>", "<p>not found</p>"]}, dtype="str")
    with pytest.raises(errors.FormatError):
        kwb.clean(page, entry())


def test_the_raw_table_is_not_changed(workbook, entry):
    before = workbook.copy()
    kwb.clean(workbook, entry())
    pd.testing.assert_frame_equal(workbook, before)
