"""Wijk- en buurtkaart: the borders of a year in three layers, as the publisher names them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from nplvanalysis.sources.sample.names import MARK
from nplvanalysis.sources.sample.publishing import archive, indicators

if TYPE_CHECKING:
    import geopandas as gpd

# Marks for a secret figure, and for one that comes in a later version.
SECRET, TO_COME = -99997, -99995
# Until this map there was one mark for both.
ONE_MARK_UNTIL, ONE_MARK = 2021, -99999999
LEVELS = {"buurten": "code", "wijken": "wijk", "gemeenten": "municipality"}
NAMES = {
    "buurtcode": "code",
    "buurtnaam": "name",
    "wijkcode": "wijk",
    "wijknaam": "wijk_name",
    "gemeentecode": "municipality",
    "gemeentenaam": "municipality_name",
}
FIRST_NAME = {"buurten": 0, "wijken": 2, "gemeenten": 4}
FIGURES = {
    "omgevingsadressendichtheid": "address_density",
    "aantal_inwoners": "population",
    "aantal_huishoudens": "households",
    "woningvoorraad": "dwellings",
    "percentage_leegstand_woningen": "vacant",
    "oppervlakte_land_in_ha": "land_area",
}
LATER = ["percentage_koopwoningen", "gemiddelde_woningwaarde"]


def write(
    cells: pd.DataFrame, shapes: np.ndarray, exact: pd.DataFrame, year: int, path: Path
) -> None:
    """Write the map of one year: a GeoPackage inside a zip.

    Parameters
    ----------
    cells : DataFrame
        Of all cells: the columns of `Divisions.codes`, and water (bool).
    shapes : ndarray of polygons, one per cell
        They share their borders exactly.
    exact : DataFrame
        From `derived.exact`, on the borders of the year.
    year : int
    path : Path
    """
    import pyogrio

    package = path.with_suffix(".gpkg")
    before = pyogrio.get_gdal_config_option("OGR_CURRENT_DATE")
    pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": archive.STAMP})
    try:
        for name, made in layers(cells, shapes, exact, year).items():
            about = {"IDENTIFIER": name, "DESCRIPTION": f"{MARK}: {name} of {year}"}
            pyogrio.write_dataframe(made, package, layer=name, driver="GPKG", layer_options=about)
        stem = f"WijkBuurtkaart_{year}_v1"
        inside = f"{stem}/wijkenbuurten_{year}_v1.gpkg"
        archive.write([(inside, package.read_bytes())], path)
    finally:
        pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": before})
        package.unlink(missing_ok=True)


def layers(
    cells: pd.DataFrame, shapes: np.ndarray, exact: pd.DataFrame, year: int
) -> dict[str, gpd.GeoDataFrame]:
    """Make the three layers; see `write`.

    Returns
    -------
    dict of str to GeoDataFrame
        buurten, wijken, gemeenten in EPSG:28992; water is a row of its own, also of a gemeente.
    """
    by_code = exact.set_index("code", drop=False)
    made = {}
    # each layer is dissolved from the one below: a municipality from a few wijken
    parts, geometry = cells.reset_index(drop=True), shapes
    for name, level in LEVELS.items():
        parts, geometry = _dissolved(parts, geometry, level)
        made[name] = _layer(name, parts, geometry, by_code, year)
    return made


def _dissolved(
    parts: pd.DataFrame, geometry: np.ndarray, level: str
) -> tuple[pd.DataFrame, np.ndarray]:
    """Join the parts of each area, water apart, by dropping the borders that they share."""
    import shapely

    groups = parts.groupby([level, "water"], sort=True)
    places = list(groups.indices.values())
    rows = parts.iloc[[own[0] for own in places]].reset_index(drop=True)
    joined = np.array(
        [
            geometry[own[0]] if len(own) == 1 else shapely.coverage_union_all(geometry[own])
            for own in places
        ],
        dtype=object,
    )
    return rows, joined


def _layer(
    name: str, rows: pd.DataFrame, geometry: np.ndarray, exact: pd.DataFrame, year: int
) -> gpd.GeoDataFrame:
    import geopandas as gpd
    import shapely

    code = rows[LEVELS[name]]
    own = exact.reindex(code.where(~rows["water"], "")).reset_index(drop=True)
    change = own["change"].fillna(1).astype(int)
    kept = [key for key in list(NAMES)[FIRST_NAME[name] :] if name == "wijken" or key != "wijknaam"]
    columns = {
        **{key: rows[NAMES[key]] for key in kept},
        "jrstatcode": str(year) + code,
        "jaar": year,
        "indelingswijziging_wijken_en_buurten": change,
        "water": np.where(rows["water"], "JA", "NEE"),
        **_figures(own, year),
        "oppervlakte_totaal_in_ha": np.rint(shapely.area(geometry) / 1e4).astype(int),
    }
    return gpd.GeoDataFrame(columns, geometry=geometry, crs="EPSG:28992")


def _figures(own: pd.DataFrame, year: int) -> dict[str, np.ndarray | int]:
    """Give the few figures of a first version; the others come in later ones."""
    old = year <= ONE_MARK_UNTIL
    secret, later = (ONE_MARK, ONE_MARK) if old else (SECRET, TO_COME)
    found: dict[str, np.ndarray | int] = {}
    for name, indicator in FIGURES.items():
        value = indicators.value(indicator, own)
        found[name] = np.where(np.isnan(value), secret, value).astype(int)
    return found | dict.fromkeys(LATER, later)
