"""The panel to take away has every figure, each with its year."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
from shapely.geometry import box

from nplvanalysis.report.downloads import mapped


def test_a_figure_that_the_year_lacks_is_that_of_the_last_year_with_the_year_in_its_name():
    areas = gpd.GeoDataFrame({"code": ["A"]}, geometry=[box(0, 0, 1, 1)], crs=28992)
    panel = pd.DataFrame(
        {
            "code": "A",
            "year": [2016, 2017, 2020],
            "owner_occupied": [np.nan, np.nan, 50.0],
            "offences_total_rate": [30.0, 31.0, np.nan],
            "x": 0.5,
            "y": 0.5,
        }
    )
    row = mapped(areas, panel, 2020).iloc[0]
    assert (row["owner_occupied"], row["offences_total_rate_2017"]) == (50, 31)
    assert "offences_total_rate" not in row
