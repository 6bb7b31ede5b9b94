"""A synthetic country of 14,500 areas in twelve editions, as `bench/panel.py` needs it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from nplvanalysis import registers, schema
from nplvanalysis.harmonise.apportion import ADDED
from nplvanalysis.harmonise.panel import Cleaned
from nplvanalysis.sources.sample import divisions, geography, homes
from nplvanalysis.sources.sample.sizes import COUNTRY, Kind

# A few villages more than COUNTRY, so that there are 14,500 areas or more on land.
SIZE = replace(COUNTRY, kinds=COUNTRY.kinds | {"rural": Kind(30, 740, 202)})
YEARS = range(SIZE.years[0], SIZE.years[1] + 1)
COLUMNS, SEED = 120, 2022
# Share of figures that are missing, in every second column.
MISSING = 0.03
TEXTS = ["name", "level", "municipality", "municipality_name", "province"]


def chosen(dictionary: dict[str, schema.Column]) -> list[str]:
    """Choose columns: identifiers and all counts, then shares and means up to the number asked."""
    counts = [name for name, entry in dictionary.items() if entry.kind == "extensive"]
    means = [name for name, entry in dictionary.items() if entry.kind == "intensive"]
    # the panel adds this one itself
    means.remove(ADDED)
    names = [*TEXTS, "change_flag", "urbanity", *counts]
    return names + means[: COLUMNS - len(names)]


def make() -> tuple[list[Cleaned], dict[int, gpd.GeoDataFrame]]:
    """Make cleaned editions of all years, and the borders of every division."""
    rng = np.random.default_rng(SEED)
    places = geography.make(SIZE, rng)
    made = divisions.make(places, SIZE, rng)
    cells = homes.make(places, YEARS, rng)
    borders = {year: drawn(places, made.codes(year)["code"], year) for year in YEARS}
    editions = [edition(cells, made, year, rng) for year in YEARS]
    return editions, borders


def drawn(places: geography.Geography, codes: pd.Series, year: int) -> gpd.GeoDataFrame:
    """Draw the areas of a division."""
    land = codes.loc[places.land.index]
    shapes = pd.Series(places.shapes[land.index], index=land.to_numpy())
    joined = shapes.groupby(level=0).agg(lambda parts: shapely.union_all(parts.to_numpy()))
    table = {"code": joined.index, "division": year}
    return gpd.GeoDataFrame(table, geometry=joined.to_numpy(), crs="EPSG:28992")


def edition(
    cells: pd.DataFrame, made: divisions.Divisions, year: int, rng: np.random.Generator
) -> Cleaned:
    """Publish a year on its own borders: true dwellings, and figures drawn within their limits."""
    dictionary, codes = schema.columns(), made.codes(year)
    own = cells[cells["year"] == year].set_index("cell")
    homes_of = own.groupby(codes["code"].reindex(own.index))["dwellings"].sum()
    told = codes.drop_duplicates("code").set_index("code").loc[homes_of.index]
    flags = made.changes(year).reindex(homes_of.index)
    figures: dict[str, Any] = {name: told[name] for name in TEXTS if name in told}
    figures |= {"level": "buurt", "change_flag": flags.astype("Int64")}
    figures["urbanity"] = pd.array(rng.integers(1, 6, len(told)), dtype="Int64")
    for place, name in enumerate(chosen(dictionary)[len(TEXTS) + 2 :]):
        entry, part = dictionary[name], rng.random(len(told))
        if entry.kind == "extensive":
            values = np.floor(homes_of.to_numpy() * (0.5 + 2 * part))
        else:
            low, high = entry.minimum or 0.0, 100.0 if entry.maximum is None else entry.maximum
            values = low + (high - low) * part
        lacking = (rng.random(len(told)) < MISSING) & (place % 2 == 1)
        figures[name] = np.where(lacking, np.nan, values)
    figures["dwellings"] = homes_of.to_numpy(dtype=float)
    figures |= {"code": homes_of.index, "division": year, "year": year}
    table = pd.DataFrame(figures, index=homes_of.index).reset_index(drop=True)
    # in one block for each type, as a table that is read from a file
    table = table.astype(dict.fromkeys(["code", *TEXTS], "str")).copy()
    source = registers.Source.model_construct(
        dataset="kwb", level="buurt", year=year, division=year
    )
    return Cleaned(f"kwb-{year}", source, table)
