"""Kerncijfers wijken en buurten: one year as its publisher writes it, with rounding and secrets."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from nplvanalysis.sources.sample.homes import urbanity

YEARS = range(2015, 2021)
# Thresholds below which the publisher gives no figure.
DWELLINGS, PERSONS_WITH_INCOME, CLIENTS = 20, 100, 8
# Municipalities that gave no leave to publish their clients.
NO_LEAVE = ["GM9012", "GM9027", "GM9041"]


@dataclass(frozen=True)
class Figure:
    """A published column: numerator over denominator, times `per`, with `decimals`.

    `over` is empty for a count, which below gemeente is rounded to `step`. `need` is the column
    and the least value without which the figure is secret. `years` are the editions that have it.
    """

    code: str
    of: str
    over: str = ""
    per: float = 100.0
    decimals: int = 0
    step: int = 5
    need: tuple[str, int] = ("population", 1)
    years: tuple[int, int] = (2015, 2020)
    mark: str = ""


_HOMES, _KNOWN = ("dwellings", DWELLINGS), ("tenure", DWELLINGS)
_INCOME, _ANY = ("population", PERSONS_WITH_INCOME), ("hectares", 0)
_AGES = {"00_14": "0_14", "15_24": "15_24", "25_44": "25_44", "45_64": "45_64", "65_oo": "65_plus"}
FIGURES = [
    Figure("a_inw", "population", need=_ANY),
    Figure("a_man", "men", need=_ANY),
    Figure("a_vrouw", "women", need=_ANY),
    *(Figure(f"p_{a}", f"persons_{b}", "population", years=(2015, 2016)) for a, b in _AGES.items()),
    *(Figure(f"a_{a}", f"persons_{b}", need=_ANY, years=(2017, 2020)) for a, b in _AGES.items()),
    Figure("a_hh", "households", need=_ANY),
    Figure("g_hhgro", "population", "households", 1, 1, mark="."),
    Figure("bev_dich", "population", "land", need=_ANY),
    Figure("a_woning", "dwellings", step=1, need=_ANY),
    Figure("g_wozbag", "woz_sum", "dwellings", 1, need=_HOMES, years=(2015, 2016)),
    Figure("g_woz", "woz_sum", "dwellings", 1, need=_HOMES, years=(2017, 2018)),
    Figure("g_wozbag", "woz_sum", "dwellings", 1, need=_HOMES, years=(2019, 2019)),
    Figure("g_woz", "woz_sum", "dwellings", 1, need=_HOMES, years=(2020, 2020)),
    Figure("p_1gezw", "single_family", "dwellings", need=_HOMES),
    Figure("p_mgezw", "flats", "dwellings", need=_HOMES),
    Figure("p_bewndw", "lived_in", "dwellings", need=_HOMES),
    Figure("p_leegsw", "vacant_homes", "dwellings", need=_HOMES),
    Figure("p_koopw", "owner", "dwellings", need=_KNOWN),
    Figure("p_huurw", "rented", "dwellings", need=_KNOWN),
    Figure("p_wcorpw", "corporation", "dwellings", need=_KNOWN),
    Figure("p_ov_hw", "other", "dwellings", need=_KNOWN),
    Figure("p_e_o_w", "unknown", "dwellings", need=_KNOWN),
    Figure("p_bjj2k", "older_homes", "dwellings", need=_HOMES),
    Figure("p_bjo2k", "recent_homes", "dwellings", need=_HOMES),
    Figure("g_ink_pi", "income", "population", 1, 1, need=_INCOME, mark=","),
    Figure("p_ink_li", "low", "population", 100, 1, need=_INCOME, years=(2015, 2017), mark=","),
    Figure("p_ink_hi", "high", "population", 100, 1, need=_INCOME, years=(2015, 2017), mark=","),
    Figure("p_ink_li", "low", "population", 100, 1, need=_INCOME, years=(2018, 2020)),
    Figure("p_ink_hi", "high", "population", 100, 1, need=_INCOME, years=(2018, 2020)),
    Figure("a_soz_wb", "social_assistance_rate_count", step=10),
    *(
        Figure(code, f"{of}_count", over, per, decimals, need=(of, CLIENTS), years=(2018, 2020))
        for code, of, over, per, decimals in (
            ("a_jz_tn", "youth_care", "", 1, 0),
            ("p_jz_tn", "youth_care", "persons_under_23", 100, 1),
            ("a_wmo_t", "wmo_clients", "", 1, 0),
            ("p_wmo_t", "wmo_clients", "population", 1000, 0),
        )
    ),
    *(
        Figure(code, f"{of}_rate_count", "population", 1000, years=(2015, 2018))
        for code, of in (
            ("g_wodief", "burglary"),
            ("g_vernoo", "vandalism"),
            ("g_gewsek", "violence"),
        )
    ),
    Figure("a_opp_ha", "hectares", step=1, need=_ANY),
    Figure("a_lan_ha", "land", step=1, need=_ANY),
    Figure("a_wat_ha", "water", step=1, need=_ANY),
    Figure("ste_oad", "density", "addresses", 1, need=_ANY),
]
# Spelling of headers that differs from the other editions, stray blanks included.
HEADERS = {
    2016: {"ind_wbi": "IND_WBI"},
    2020: {"a_woning": "a_woning ", "p_koopw": "p_koopw ", "ste_oad": " ste_oad"},
}
PADDED = [2015, 2016, 2017]


def edition(figures: pd.DataFrame, year: int) -> pd.DataFrame:
    """Make the table of one edition.

    Parameters
    ----------
    figures : DataFrame
        From `divisions.figures`: extensive, exact.
    year : int
        One of `YEARS`.

    Returns
    -------
    DataFrame
        Cells as in the workbook: whole numbers, numbers, and text where the publisher writes
        text (missing marks, decimal commas); headers as in that year.
    """
    exact = _derived(figures)
    missing = "       ." if year in PADDED else "."
    cells = _identity(exact, year)
    for figure in FIGURES:
        if figure.years[0] <= year <= figure.years[1]:
            cells[figure.code] = _cells(figure, exact, missing)
    density = (exact["density"] / exact["addresses"]).to_numpy()
    cells["ste_mvs"] = urbanity(density).astype(object)
    return pd.DataFrame(cells).rename(columns=HEADERS.get(year, {}))


def _derived(figures: pd.DataFrame) -> pd.DataFrame:
    known = figures["unknown"] <= 0.5 * figures["dwellings"]
    leave = ~figures["municipality"].isin(NO_LEAVE)
    return figures.assign(
        women=figures["population"] - figures["men"],
        land=figures["hectares"] - figures["water"],
        flats=figures["dwellings"] - figures["single_family"],
        lived_in=figures["dwellings"] - figures["vacant_homes"],
        rented=figures["corporation"] + figures["other"],
        older_homes=figures["dwellings"] - figures["recent_homes"],
        tenure=figures["dwellings"].where(known, 0),
        youth_care=figures["youth_care_count"],
        wmo_clients=figures["wmo_clients_count"].where(leave, 0),
    )


def _identity(exact: pd.DataFrame, year: int) -> dict[str, Any]:
    wide = year in PADDED
    short = [int(code[2:]) if code[2:].isdigit() else code[2:] for code in exact["code"]]
    return {
        "gwb_code_10": list(exact["code"]),
        "gwb_code_8": short,
        "regio": [f"{name:<40}" if year == PADDED[-1] else name for name in exact["name"]],
        "gm_naam": list(exact["municipality_name"]),
        "recs": [f"{recs:<10}" if wide else recs for recs in exact["recs"]],
        "gwb_code": list(exact["code"]),
        "ind_wbi": exact["change"].astype(int).tolist(),
    }


def _cells(figure: Figure, exact: pd.DataFrame, missing: str) -> np.ndarray:
    of = exact[figure.of].to_numpy(float)
    column, least = figure.need
    shown = (exact[column] >= least).to_numpy()
    if figure.over:
        over = exact[figure.over].to_numpy(float)
        shown = shown & (over > 0)
        of = figure.per * np.divide(of, over, out=np.zeros(len(of)), where=over > 0)
        step = np.full(len(of), 10.0**-figure.decimals)
    else:
        step = np.where(exact["recs"] == "Gemeente", 1.0, float(figure.step))
    rounded = np.floor(of / step + 0.5) * step
    cells = np.empty(len(of), dtype=object)
    if figure.mark:
        cells[:] = [f"{value:.{figure.decimals}f}".replace(".", figure.mark) for value in rounded]
    elif figure.decimals:
        cells[:] = np.round(rounded, figure.decimals).tolist()
    else:
        cells[:] = rounded.astype(int).tolist()
    cells[~shown] = missing
    return cells
