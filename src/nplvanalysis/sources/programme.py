"""The list of focus areas beside the files of a study: of the synthetic province, or empty."""

from __future__ import annotations

import pandas as pd

# The form of data/focus_areas.csv, which is the list of the real programme.
COLUMNS = ["area_id", "area_name", "municipality", "level", "code", "division", "status"]
FILE = "focus_areas.csv"


def unlisted() -> pd.DataFrame:
    """Give a list without rows: that of a real study is data/focus_areas.csv.

    Returns
    -------
    DataFrame
        `COLUMNS`.
    """
    return pd.DataFrame(columns=COLUMNS, dtype=str)
