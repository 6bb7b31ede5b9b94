"""Small tables in the publishers' own columns, written by hand."""

from __future__ import annotations

import os
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from shapely.geometry import Polygon, box

from nplvanalysis import registers

REPOSITORY = Path(__file__).resolve().parents[2]

# One line per column: header; Nederland; gemeente; wijk; three buurten.
WORKBOOK = """
gwb_code_10;NL00      ;GM0014    ;WK001400  ;BU00140000;BU00140001;BU00140099
gwb_code_8;0;14;1400;140000;140001;140099
regio;Nederland;Groningen;Centrum;Binnenstad-Noord ;Binnenstad-Zuid;Stationsgebied
gm_naam;Nederland;Groningen;Groningen;Groningen;Groningen;Groningen
recs;Land;Gemeente;Wijk;Buurt     ;Buurt;buurt
gwb_code;NL00;GM0014;WK001400;BU00140000;BU00140001;BU00140099
ind_wbi;.;1;1;1;2;3
a_inw;17282163;231299;18350;4485;4655;0
a_15_24;2100000;48000;9000;2145;  2265;0
a_65_oo;3300000;32000;1700;395;375;0
a_hh;7924691;136000;14100;3560;3690;0
a_woning;7814912;112000;9835;2380;2500;0
g_wozbag;248;193;215;207;221;.
p_koopw;57;40;27;22;24,0;.
p_huurw;42;60;73;78;76.0;.
p_wcorpw;29;36;20;18;14;.
p_ov_hw;13;24;53;60;62;.
p_e_o_w;1;0;0;0;       .;.
g_ink_pi;26,4;22,9;21,1;20,4;20.9;.
p_ink_li;40,0;47,2;55,8;57,1;       .;.
a_soz_wb;420000;8300;480;130;110;.
g_wodief;2;3;5;9;;.
a_opp_ha;4154302;19796;241;48;46;12
a_lan_ha;3367876;18560;228;47;42;12
ste_mvs;2;1;1;1;1;2
ste_oad ;1974;3480;6955;6900;7200;1480
g_gas_ap;1180;1020;.;,;,;.
"""

SCORES = """
wk_code,wk_naam,jaar,lbm,afw,fys,onv,soc,vrz,won
WK001400,Centrum,2012,4.223619977074176,0.121355125930492,NA,NA,NA,NA,NA
WK001400,Centrum,2014,4.1,-0.002264851143684,0.1,-0.2,-0.05,0.15,-0.002264851143684
WK001400,Centrum,2018,4.202264851143684,0.1,0.1,-0.1,-1e-05,0.10001,0
WK001401,Oud-Zuid,2018,4.002264851143684,-0.1,-0.1,0.1,-0.2,0.05,0.05
"""


@pytest.fixture
def entry():
    """Make an entry of the catalogue."""

    def make(
        dataset="kwb", level="buurt", year=2018, division=None, file="a file"
    ) -> registers.Source:
        return registers.Source.model_validate(
            {
                "title": "-",
                "producer": "-",
                "vintage": "-",
                "published": "-",
                "licence": {"name": "CC BY 4.0", "url": "-"},
                "citation": "-",
                "page": "-",
                "url": None,
                "copies": [],
                "sha256": None,
                "file": file,
                "dataset": dataset,
                "level": level,
                "year": year,
                "division": year if division is None else division,
            }
        )

    return make


def make_workbook() -> pd.DataFrame:
    """Make KWB 2018 as a workbook: six areas, all notations that occur."""
    columns = [line.split(";") for line in WORKBOOK.strip().splitlines()]
    return pd.DataFrame({header: cells for header, *cells in columns}, dtype="str")


@pytest.fixture
def workbook() -> pd.DataFrame:
    """KWB 2018."""
    return make_workbook()


@pytest.fixture
def scores() -> pd.DataFrame:
    """Leefbaarometer by wijk: two areas, a wave without dimensions."""
    header, *rows = [line.split(",") for line in SCORES.strip().splitlines()]
    return pd.DataFrame(rows, columns=header, dtype="str")


@pytest.fixture
def layer() -> gpd.GeoDataFrame:
    """Buurten of 2020."""
    return make_layer()


def make_layer() -> gpd.GeoDataFrame:
    """Make buurten of 2020: two on land, one of them in two parts, one water, one abroad."""
    bow = Polygon([(10, 0), (20, 10), (20, 0), (10, 10)])
    shapes = [box(0, 0, 10, 10), bow, box(30, 0, 40, 10), box(50, 0, 60, 10), box(70, 0, 80, 10)]
    codes = ["BU00140000", "BU00140001", "BU00140001", "BU00149997", "BU09980000"]
    frame = gpd.GeoDataFrame(
        {
            "buurtcode": codes,
            "buurtnaam": ["Noord", "Zuid", "Zuid", "Water", "Buitenland"],
            "gemeentenaam": ["Groningen"] * 4 + ["Buitenland"],
            "jrstatcode": [f"2020{code}" for code in codes],
            "water": ["NEE", "NEE", "NEE", "JA", "B"],
            "aantal_inwoners": [4485, -99997, -99997, -99997, -99997],
        },
        geometry=shapes,
        crs=28992,
    )
    return frame.set_geometry(frame.translate(233_000, 581_000))


@pytest.fixture
def r_table() -> pd.DataFrame:
    """Two wijken as the R package stores them: one with a hole, one in two parts."""

    def ring(left, low, size):
        square = [(0, 0), (0, size), (size, size), (size, 0), (0, 0)]
        return np.array([233_000.0 + left, 581_000.0 + low]) + square

    return pd.DataFrame(
        {
            "code": ["WK001400", "WK001401"],
            "name": ["Centrum", "Oud-Zuid"],
            "province": ["Groningen", "Groningen"],
            "area": [0.0096, 0.02],
            "urbanity": pd.Categorical(["extremely urbanised", None]),
            "population": pd.array([4485, 0], dtype="Int32"),
            "pop_15_24": [44.0, np.nan],
            "pop_65plus": [9.0, np.nan],
            "dwelling_total": pd.array([2380, 0], dtype="Int32"),
            "dwelling_value": pd.array([244, None], dtype="Int32"),
            "dwelling_ownership": pd.array([15, None], dtype="Int32"),
            "employment_rate": pd.array([59, None], dtype="Int32"),
            "income_low": [60.3, np.nan],
            "income_high": [10.5, np.nan],
            "edu_appl_sci": [46.0, np.nan],
            "geometry": [
                [[ring(0, 0, 100), ring(10, 10, 20)[::-1]]],
                [[ring(200, 0, 100)], [ring(400, 0, 100)]],
            ],
        },
        index=[1, 2],
    )


@pytest.fixture
def mirror() -> Path:
    """Folder with the publishers' real files."""
    folder = Path(os.environ.get("NPLV_MIRROR") or REPOSITORY.parent / "shared" / "mirror")
    if not folder.is_dir():
        pytest.skip("real files are not here: set NPLV_MIRROR")
    return folder
