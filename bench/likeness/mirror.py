"""Real tables behind the calibration, read from the files in `NPLV_MIRROR`; only `moments` does."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pandas as pd

from likeness.figures import closed_tenure, decimal, numbers, rates
from likeness.rotterdam import YEAR, city

CRIME_YEAR = 2017
ALL_CRIME = "Misdrijven, totaal"
KINDS_OF_CRIME = {
    ALL_CRIME: "crime_total_rate",
    "2 Vernielingen, misdr.openb.orde/gezag": "crime_vandalism_rate",
    "3 Gewelds- en seksuele misdrijven": "crime_violence_rate",
}
DIMENSIONS = ["afw", "fys", "onv", "soc", "vrz", "won"]
BUURTEN = {
    "AANT_INW": "population",
    "AANTAL_HH": "households",
    "OPP_LAND": "land_area",
    "OAD": "address_density",
    "STED": "urbanity",
    "P_00_14_JR": "share_0_14",
    "P_15_24_JR": "share_15_24",
    "P_25_44_JR": "share_25_44",
    "P_45_64_JR": "share_45_64",
    "P_65_EO_JR": "share_65_plus",
    "P_EENP_HH": "share_single",
    "P_HH_Z_K": "share_without_children",
    "P_HH_M_K": "share_with_children",
    "P_WEST_AL": "share_western",
    "P_N_W_AL": "share_non_western",
}
GEMEENTEN = {
    "WONINGEN": "dwellings",
    "WOZ": "woz",
    "P_1GEZW": "single_family",
    "P_LEEGSW": "vacant",
    "P_WONV2000": "built_from_2000",
    "P_KOOPWON": "owner",
    "P_HUURCORP": "corporation",
    "P_HUUROVVH": "other",
    "INK_INW2": "income_per_resident",
    "P_LAAGINKP": "income_low",
    "P_HOOGINKP": "income_high",
    "P_JZ_TN": "youth_care",
    "P_WMO_T": "wmo_clients",
    "AF_ARTSPR": "gp_distance",
    "AF_SUPERM": "supermarket_distance",
    "AF_KDV": "childcare_distance",
    "AF_ONDBAS": "school_distance",
    "AV3_ONDBAS": "schools_within_3km",
}


def tables(mirror: Path) -> dict[tuple[str, int], pd.DataFrame]:
    """Read every table that moments are taken from.

    Parameters
    ----------
    mirror : Path
        The folder that MANIFEST.csv describes.

    Returns
    -------
    dict
        (level, year) to a table by area code, in the columns of `moments.derived`.
    """
    crosswalk = _centroids(mirror)
    return {
        ("buurt", 2015): buurten(mirror),
        ("city", YEAR): city(mirror),
        ("wijk", 2022): wijken(mirror),
        ("gemeente", 2020): gemeenten(mirror).join(crosswalk),
        ("gemeente", 2017): crime(mirror, gemeenten(mirror)).join(crosswalk),
        ("gemeente", 2014): turnout(mirror, gemeenten(mirror)).join(crosswalk),
        ("province", 2017): provinces(mirror),
    }


def buurten(mirror: Path) -> pd.DataFrame:
    """Read the buurten of 2015: figures, and centroids of the largest polygon of each."""
    import geopandas as gpd

    files = sorted((mirror / "boundaries/buurten-2015").glob("*.geojson"))
    read = pd.concat([gpd.read_file(file) for file in files]).to_crs(28992)
    read["size"] = read.geometry.area
    read = read.sort_values("size").drop_duplicates("BU_CODE", keep="last").set_index("BU_CODE")
    centre = read.geometry.centroid
    figures = pd.DataFrame(read.drop(columns="geometry"))
    table = numbers(figures, BUURTEN)
    table = table.join(rates(figures, table["population"]))
    return table.assign(municipality=read["GM_CODE"], x=centre.x, y=centre.y)


def wijken(mirror: Path) -> pd.DataFrame:
    """Read the wijken of 2022 with the scores of 2022 and 2014 on the same borders."""
    import rdata

    raw = rdata.read_rda(mirror / "kwb/NLD_dist.rda")["NLD_dist"].set_index("code")
    names = {
        "population": "population",
        "dwelling_total": "dwellings",
        "dwelling_value": "woz",
        "dwelling_ownership": "tenure_owner",
        "income_low": "income_low",
        "income_high": "income_high",
        "pop_0_14": "share_0_14",
        "pop_15_24": "share_15_24",
        "pop_25_44": "share_25_44",
        "pop_65plus": "share_65_plus",
    }
    table = raw[list(names)].astype(float).rename(columns=names)
    order = list(raw["urbanity"].cat.categories)
    # the classes of the file run from 1, extremely urbanised, to 5
    codes = raw["urbanity"].cat.codes.to_numpy() + 1.0
    table["urbanity"] = np.where(codes > 0, codes, np.nan)
    assert "extremely" in order[0], order
    centre = np.array([_middle(shape) for shape in raw["geometry"]])
    table = table.assign(municipality="GM" + table.index.str[2:6], x=centre[:, 0], y=centre[:, 1])
    return table.join(_scores(mirror))


def _middle(multipolygon: list) -> tuple[float, float]:
    """Centroid of the largest ring of an sf multipolygon."""
    import shapely

    rings = [shapely.Polygon(np.asarray(part[0])) for part in multipolygon]
    centre = max(rings, key=lambda ring: ring.area).centroid
    return centre.x, centre.y


def _scores(mirror: Path) -> pd.DataFrame:
    file = mirror / "leefbaarometer/Leefbaarometer-scores wijken 2002-2022.csv"
    waves = pd.read_csv(file).set_index(["jaar", "wk_code"])[DIMENSIONS]
    now, before = waves.loc[2022], waves.loc[2014]
    now = now.join(before.add_suffix("_before")).join((now - before).add_suffix("_change"))
    return now.rename_axis("code")


def gemeenten(mirror: Path) -> pd.DataFrame:
    """Read the municipalities of 2020: key figures and distances."""
    import pyogrio

    raw = pyogrio.read_dataframe(mirror / "kwb/gemeente_2020_v3.dbf", read_geometry=False)
    raw = raw[raw["H2O"] == "NEE"].set_index("GM_CODE")
    table = numbers(raw, BUURTEN | GEMEENTEN)
    table = table.join(rates(raw, table["population"]))
    return closed_tenure(table).assign(municipality=raw.index, name=raw["GM_NAAM"])


def crime(mirror: Path, about: pd.DataFrame) -> pd.DataFrame:
    """Read registered crime of 2017 per 1000 residents, beside the figures of 2020 by name."""
    file = next((mirror / "police").glob("Veiligheid__83648NED*.csv"))
    raw = pd.read_csv(file, sep=";", decimal=",", encoding="utf-8-sig")
    raw = raw[raw["Perioden"].astype(str) == str(CRIME_YEAR)]
    count, rate = raw.columns[3], raw.columns[5]
    wide, total = (
        raw.pivot_table(index="Regio's", columns="Soort misdrijf", values=name)
        for name in (count, rate)
    )
    # rates of small counts are left out: residents follow from all crimes and their rate
    residents = 1000 * wide[ALL_CRIME] / total[ALL_CRIME]
    wide = wide[list(KINDS_OF_CRIME)].div(residents / 1000, axis=0).rename(columns=KINDS_OF_CRIME)
    return _by_name(about, wide)


def turnout(mirror: Path, about: pd.DataFrame) -> pd.DataFrame:
    """Read turnout at the municipal elections of 2010, beside the figures of 2020 by name."""
    lines = (mirror / "elections/GR2010.csv").read_text("latin1").splitlines()
    start = next(i for i, line in enumerate(lines) if line.startswith("Naam;"))
    rows = list(csv.DictReader(lines[start:], delimiter=";"))
    share = {row["Naam"]: decimal(row["Opkomstpercentage"].rstrip(" %")) for row in rows}
    return _by_name(about, pd.DataFrame({"turnout": pd.Series(share)}))


def _by_name(about: pd.DataFrame, wide: pd.DataFrame) -> pd.DataFrame:
    known = wide.set_axis(wide.index.str.replace(r" \(gemeente\)$", "", regex=True))
    return about.join(known, on="name", how="inner", validate="many_to_one")


def provinces(mirror: Path) -> pd.DataFrame:
    """Read the share that feels unsafe in the own buurt, by province, 2017."""
    raw = pd.read_csv(mirror / "police/Veiligheidsgevoel Provincies.csv")
    row = raw[raw["Onderwerp"].str.strip("| ") == "Voelt zich wel eens onveilig in buurt"].iloc[0]
    found = {
        name.removeprefix("Waarde_").removesuffix("_2017"): decimal(row[name])
        for name in raw.columns
        if name.startswith("Waarde_") and name.endswith("_2017")
    }
    table = pd.DataFrame({"feels_unsafe": pd.Series(found)})
    return table.assign(population=1.0, dwellings=1.0, municipality=table.index, urbanity=0)


def _centroids(mirror: Path) -> pd.DataFrame:
    import rdata

    raw = rdata.read_rda(mirror / "kwb/NLD_muni.rda")["NLD_muni"]
    centre = np.array([_middle(shape) for shape in raw["geometry"]])
    return pd.DataFrame({"x": centre[:, 0], "y": centre[:, 1]}, index=raw["code"].to_numpy())
