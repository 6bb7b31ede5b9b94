"""Wijk- en buurtkaart: the borders of 2020 in three layers, as the publisher names them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from nplvanalysis.sources.sample import divisions
from nplvanalysis.sources.sample.names import MARK, PROVINCE
from nplvanalysis.sources.sample.province import Province

if TYPE_CHECKING:
    import geopandas as gpd

SECRET, TO_COME = -99997, -99995
CLOCK = "2022-01-01T00:00:00Z"
LAYERS = {"buurten": "Buurt", "wijken": "Wijk", "gemeenten": "Gemeente"}


def layers(province: Province, division: int) -> dict[str, gpd.GeoDataFrame]:
    """Make the three layers.

    Parameters
    ----------
    province : Province
    division : int
        Year of codes and figures.

    Returns
    -------
    dict of str to GeoDataFrame
        buurten, wijken, gemeenten in EPSG:28992; water is a row of its own, also of a gemeente.
    """
    figures = divisions.figures(province, division).set_index("code")
    areas = province.geography.areas
    base = areas[["name", "municipality_name", "hectares"]].join(divisions.codes(areas, division))
    base["water"] = np.where(areas["kind"] == "water", "JA", "NEE")
    base["wijk_name"] = divisions.wijk_names(base)
    return {
        name: _layer(base, province.geography.shapes, recs, figures, division)
        for name, recs in LAYERS.items()
    }


def _layer(
    base: pd.DataFrame, shapes: np.ndarray, recs: str, figures: pd.DataFrame, year: int
) -> gpd.GeoDataFrame:
    import geopandas as gpd
    import shapely

    groups = base.groupby([divisions.LEVELS[recs], "water"], sort=True)
    rows = groups.first().reset_index()
    geometry = [shapely.coverage_union_all(shapes[places]) for places in groups.indices.values()]
    code = rows[divisions.LEVELS[recs]]
    own = figures.reindex(code.where(rows["water"] == "NEE")).reset_index(drop=True)
    columns = _named(rows, recs) | {
        "jrstatcode": str(year) + code,
        "jaar": year,
        "indelingswijziging_wijken_en_buurten": 1,
        "water": rows["water"],
        **_figures(own),
        "oppervlakte_totaal_in_ha": np.rint([shape.area / 1e4 for shape in geometry]).astype(int),
    }
    return gpd.GeoDataFrame(columns, geometry=geometry, crs="EPSG:28992")


def _named(rows: pd.DataFrame, recs: str) -> dict[str, pd.Series]:
    names = {
        "buurtcode": "code",
        "buurtnaam": "name",
        "wijkcode": "wijk",
        "wijknaam": "wijk_name",
        "gemeentecode": "municipality",
        "gemeentenaam": "municipality_name",
    }
    first = {"Buurt": 0, "Wijk": 2, "Gemeente": 4}[recs]
    kept = [name for name in list(names)[first:] if recs == "Wijk" or name != "wijknaam"]
    return {name: rows[names[name]] for name in kept}


def _figures(own: pd.DataFrame) -> dict[str, pd.Series | int]:
    """Give the few figures of a first version; the others come in later ones."""

    def whole(values: pd.Series, step: int = 1) -> pd.Series:
        return (np.floor(values / step + 0.5) * step).fillna(SECRET).astype(int)

    homes = own["dwellings"]
    return {
        "omgevingsadressendichtheid": whole(own["density"] / own["addresses"]),
        "aantal_inwoners": whole(own["population"], 5),
        "aantal_huishoudens": whole(own["households"], 5),
        "woningvoorraad": whole(homes),
        "percentage_leegstand_woningen": whole(
            100 * own["vacant_homes"] / homes.where(homes >= 20)
        ),
        "percentage_koopwoningen": TO_COME,
        "gemiddelde_woningwaarde": TO_COME,
        "oppervlakte_land_in_ha": whole(own["hectares"] - own["water"]),
    }


def write(made: dict[str, gpd.GeoDataFrame], path: Path) -> None:
    """Write layers to a new GeoPackage with a fixed clock.

    Parameters
    ----------
    made : dict of str to GeoDataFrame
    path : Path
        Not there yet.
    """
    import pyogrio

    before = pyogrio.get_gdal_config_option("OGR_CURRENT_DATE")
    pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": CLOCK})
    try:
        for name, layer in made.items():
            about = {"IDENTIFIER": name, "DESCRIPTION": f"{MARK}: {name} of {PROVINCE}"}
            pyogrio.write_dataframe(layer, path, layer=name, driver="GPKG", layer_options=about)
    finally:
        pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": before})
