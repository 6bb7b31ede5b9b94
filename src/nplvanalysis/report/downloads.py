"""The page that links all pages, and the panel as files to take away."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import nbformat
import pandas as pd

from nplvanalysis import params, store
from nplvanalysis.report import pages

# GeoPackage stores the moment of writing; a fixed one gives the same bytes on every run.
CLOCK = "2000-01-01T00:00:00Z"


def mapped(areas: gpd.GeoDataFrame, panel: pd.DataFrame, year: int) -> gpd.GeoDataFrame:
    """Put the figures of one year on the borders, and the last ones of what that year lacks.

    Parameters
    ----------
    areas : GeoDataFrame
        code, geometry.
    panel : DataFrame
        Rows (code, division, year).
    year : int

    Returns
    -------
    GeoDataFrame
        One row per area with figures that year; a column that has none that year is that of the
        last year that has, with the year in its name.
    """
    figures = panel[panel["year"] == year].drop(columns=["x", "y"])
    for name in figures.columns[figures.isna().all()]:
        years = panel.loc[panel[name].notna(), "year"]
        if len(years):
            last = panel.loc[panel["year"] == years.max(), ["code", name]]
            renamed = last.rename(columns={name: f"{name}_{years.max()}"})
            figures = figures.drop(columns=name).merge(
                renamed, on="code", how="left", validate="1:1"
            )
    merged = areas[["code", "geometry"]].merge(figures, on="code", how="inner", validate="1:1")
    return merged.sort_values("code", ignore_index=True)


def index() -> None:
    """Write reports/index.html and the panel as Parquet and GeoPackage."""
    import pyogrio

    study = params.load()
    sources = sorted(Path("notebooks").glob("[1-4]*.ipynb"))
    read = {path: nbformat.reads(store.read_text(path), as_version=4) for path in sources}
    titles = {f"{path.stem}.html": pages.heading(each, path.stem) for path, each in read.items()}
    files = ["panel.parquet", "panel.gpkg", "estimates.csv"]
    html = pages.index(titles, study.study, study.synthetic, files)
    store.write_text(html, "reports/index.html")
    panel = store.read_table("data/measures/panel.parquet")
    areas = store.read_areas("data/harmonised/areas.parquet")
    store.write_table(panel, "reports/panel.parquet")
    pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": CLOCK})
    store.write_areas(mapped(areas, panel, study.years.exposure), "reports/panel.gpkg")
