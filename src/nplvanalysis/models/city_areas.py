"""Areas of a city that answers are also asked without: those put together, and its centre."""

from __future__ import annotations

from typing import Literal

import pandas as pd

# Areas of Rotterdam that far more people visit than live in: those of its CBS wijk 01 (the city
# centre), and the shops and bus station of Zuidplein. Offences per resident say little there.
VISITED = (
    *("GB05990010", "GB05990011", "GB05990012", "GB05990013", "GB05993003"),
    "GB05990076",
)
# Nothing; areas that a city puts together of several; areas where more people come than live.
Left = Literal["", "unions", "centre"]
UNIONS, CENTRE = "without unions", "without centre"


def kept(table: pd.DataFrame, without: Left) -> pd.Series:
    """Tell which areas stay.

    Parameters
    ----------
    table : DataFrame
        code; union (1 for areas of several, 0 for others) in studies of a city.
    without : {"", "unions", "centre"}

    Returns
    -------
    Series of bool
        With the index of `table`. An area of which it is not known whether it was put together is
        left out with the unions.
    """
    if without == "unions":
        alone = table["union"].eq(0).to_numpy(bool, na_value=False)
        return pd.Series(alone, index=table.index)
    if without == "centre":
        return ~table["code"].isin(VISITED)
    return pd.Series(data=True, index=table.index)
