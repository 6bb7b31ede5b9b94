"""Kerncijfers wijken en buurten as workbooks: the columns of each year, spelt as in that year."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from nplvanalysis.sources.sample.names import MARK
from nplvanalysis.sources.sample.publishing import indicators, workbook

# From the next year on the key figures are a StatLine table.
LAST = 2019
# Editions that pad text and missing marks with blanks.
PADDED_UNTIL = 2017


@dataclass(frozen=True)
class Column:
    """A column of the workbook: its header, its figure, its first and last edition.

    `mark` is set where numbers are written as text, with that decimal mark.
    """

    header: str
    indicator: str
    first: int = 2013
    last: int = LAST
    mark: str = ""


def _many(first: int, last: int, mark: str = "", **listed: str) -> list[Column]:
    return [Column(header, name, first, last, mark) for header, name in listed.items()]


_AGES = indicators.AGES
_DISTANCES = {
    "g_afs_hp": "gp_distance",
    "g_afs_gs": "supermarket_distance",
    "g_afs_kv": "childcare_distance",
    "g_afs_sc": "school_distance",
    "g_3km_sc": "schools_within_3km",
}
COLUMNS = [
    *_many(2013, LAST, a_inw="population", a_man="men", a_vrouw="women"),
    *_many(2013, 2016, **{f"p_{header}": f"share_{name}" for header, name in _AGES.items()}),
    *_many(2017, LAST, **{f"a_{header}": f"persons_{name}" for header, name in _AGES.items()}),
    *_many(2013, 2016, p_w_all="share_western", p_n_w_all="share_non_western"),
    *_many(2017, LAST, a_w_all="western", a_nw_all="non_western"),
    *_many(2013, LAST, a_hh="households"),
    *_many(
        *(2013, 2016),
        p_1p_hh="share_single",
        p_hh_z_k="share_without_children",
        p_hh_m_k="share_with_children",
    ),
    *_many(
        *(2017, LAST),
        a_1p_hh="single_households",
        a_hh_z_k="households_without_children",
        a_hh_m_k="households_with_children",
    ),
    *_many(2013, LAST, ".", g_hhgro="household_size"),
    *_many(2013, LAST, bev_dich="population_density", a_woning="dwellings"),
    *_many(2013, 2014, g_woz="woz"),
    *_many(2015, 2016, g_wozbag="woz"),
    *_many(2017, 2018, g_woz="woz"),
    *_many(2019, LAST, g_wozbag="woz"),
    *_many(2013, LAST, p_1gezw="single_family", p_mgezw="flats"),
    *_many(2013, LAST, p_bewndw="lived_in", p_leegsw="vacant"),
    *_many(2013, LAST, p_koopw="owner_occupied", p_huurw="rented"),
    *_many(2013, LAST, p_wcorpw="corporation_rent", p_ov_hw="other_rent", p_e_o_w="tenure_unknown"),
    *_many(2013, LAST, p_bjj2k="built_before_2000", p_bjo2k="built_from_2000"),
    *_many(2013, LAST, a_inkont="income_recipients"),
    *_many(2013, LAST, ",", g_ink_po="income_per_recipient", g_ink_pi="income_per_resident"),
    *_many(2013, 2017, ",", p_ink_li="income_low", p_ink_hi="income_high"),
    *_many(2018, LAST, p_ink_li="income_low", p_ink_hi="income_high"),
    *_many(2013, LAST, a_soz_wb="social_assistance", a_soz_ao="disability"),
    *_many(2013, LAST, a_soz_ww="unemployment", a_soz_ow="state_pension"),
    *_many(2018, LAST, a_jz_tn="youth_care_clients", p_jz_tn="youth_care"),
    *_many(2018, LAST, a_wmo_t="wmo_client_count", p_wmo_t="wmo_clients"),
    *_many(
        2015, 2018, g_wodief="burglary_rate", g_vernoo="vandalism_rate", g_gewsek="violence_rate"
    ),
    *_many(2013, 2016, ",", **_DISTANCES),
    *_many(2017, LAST, **_DISTANCES),
    *_many(2013, LAST, a_opp_ha="total_area", a_lan_ha="land_area", a_wat_ha="water_area"),
    *_many(2013, LAST, ste_mvs="urbanity", ste_oad="address_density"),
]
# Energy use comes with a later version: until then a lone comma, or nothing at all.
TO_COME = {"g_ele": ",", "g_ele_ap": ",", "g_gas": ",", "g_gas_ap": ",", "p_stadsv": ""}
# Spelling of headers that differs from the other editions, stray blanks included.
HEADERS = {
    2014: {"ste_mvs": "STE_MVS", "ste_oad": "STE_OAD"},
    2016: {"ind_wbi": "IND_WBI", "a_inw": "A_INW"},
    2018: {"p_koopw": "p_koopw ", "g_woz": "g_woz  "},
    2019: {"a_woning": "a_woning ", "p_wcorpw": "p_wcorpw ", "ste_oad": " ste_oad"},
}


def write(exact: pd.DataFrame, year: int, path: Path) -> None:
    """Write the workbook of one year.

    Parameters
    ----------
    exact : DataFrame
        From `derived.exact`.
    year : int
        At most `LAST`.
    path : Path
    """
    workbook.write(edition(exact, year), f"{MARK} KWB{year}", path)


def edition(exact: pd.DataFrame, year: int) -> pd.DataFrame:
    """Make the cells of one year.

    Parameters
    ----------
    exact : DataFrame
        From `derived.exact`.
    year : int

    Returns
    -------
    DataFrame
        Whole numbers, numbers, and text where the publisher writes text (missing marks, decimal
        commas); headers as in that year.
    """
    missing = "       ." if year <= PADDED_UNTIL else "."
    cells = _identity(exact, year, missing)
    for column in COLUMNS:
        if column.first <= year <= column.last:
            cells[column.header] = _cells(column, exact, missing)
    cells |= {header: np.full(len(exact), mark, object) for header, mark in TO_COME.items()}
    return pd.DataFrame(cells).rename(columns=HEADERS.get(year, {}))


def _identity(exact: pd.DataFrame, year: int, missing: str) -> dict[str, Any]:
    padded = year <= PADDED_UNTIL
    names, levels = exact["name"], exact["recs"]
    change = exact["change"].astype(int).astype(object)
    return {
        "gwb_code_10": exact["code"],
        # a number to Excel, which drops the zeros in front
        "gwb_code_8": [int(c[2:]) if c[2:].isdigit() else c[2:] for c in exact["code"]],
        "regio": names.str.ljust(40) if year == PADDED_UNTIL else names,
        "gm_naam": exact["municipality_name"],
        "recs": levels.str.ljust(10) if padded else levels,
        "gwb_code": exact["code"],
        "ind_wbi": change.where(exact["recs"] != "Land", missing),
    }


def _cells(column: Column, exact: pd.DataFrame, missing: str) -> np.ndarray:
    values = indicators.value(column.indicator, exact)
    decimals = indicators.INDICATORS[column.indicator].decimals
    known = ~np.isnan(values)
    cells = np.full(len(values), missing, dtype=object)
    if column.mark:
        written = [f"{value:.{decimals}f}".replace(".", column.mark) for value in values[known]]
        cells[known] = written
    else:
        cells[known] = values[known].astype(float if decimals else int).tolist()
    return cells
