"""Two sets of borders laid over each other, where nothing better says where areas went."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from nplvanalysis.errors import DivisionError
from nplvanalysis.harmonise.crosswalk import INSIDE, PAIRS, refuse

# A common part smaller than this share of both areas is a border drawn again, not a change.
SLIVER = 0.01
LAND = ["common", "target_size"]


def overlay(
    old: gpd.GeoDataFrame,
    new: gpd.GeoDataFrame,
    dwellings: pd.Series,
    sliver: float = SLIVER,
) -> pd.DataFrame:
    """Share out old areas over new ones, by where dwellings stand in the new division.

    Target-density weighting: w_ij is proportional to A_ij / A_j * N_j, with A_ij the land that old
    area i and new area j have in common, A_j the land of j and N_j its dwellings (Schroeder 2007,
    Geographical Analysis 39: 311-335, eq. 3). Where N_j is not known for a part of i, or all are 0,
    w_ij is proportional to A_ij: plain areal weights, those of `area_interpolate` in tobler.

    Parameters
    ----------
    old, new : GeoDataFrame
        code, division, geometry in metres; land only.
    dwellings : Series
        Number by code of `new`.
    sliver : float
        See `SLIVER`.

    Returns
    -------
    DataFrame
        `PAIRS`, method `overlay`, weights that sum to 1; `inside`, the share of the old area that
        lies on new ones; `common` and `target_size`, land that both have and that of the new one
        (m2). An old area that none meets is left out.

    Raises
    ------
    DivisionError
        If a code stands there twice, or the two sets are not in the same coordinates.
    """
    _refuse_unlike(old, new)
    pairs = _common(old, new)
    size, share = pairs["size"], pairs["common"]
    pairs["inside"] = (share.groupby(pairs["code"]).transform("sum") / size).clip(upper=1)
    pairs = pairs[share >= sliver * np.minimum(size, pairs["target_size"])]
    by_code = pairs["code"]
    homes = pairs["target_code"].map(dwellings).astype(float)
    dense = homes * pairs["common"] / pairs["target_size"]
    total = dense.groupby(by_code).transform("sum", skipna=False)
    land = pairs["common"] / pairs["common"].groupby(by_code).transform("sum")
    weight = np.where(total > 0, dense / total.where(total > 0), land)
    made = pairs.assign(method="overlay", weight=weight, ground=land)
    return made[[*PAIRS, "inside", *LAND]].reset_index(drop=True)


def uncovered(
    pairs: pd.DataFrame, laid: pd.DataFrame, old: gpd.GeoDataFrame, new: gpd.GeoDataFrame
) -> frozenset[str]:
    """Find areas that overlay made of pieces, and of which the old map leaves out a part.

    Parameters
    ----------
    pairs : DataFrame
        `PAIRS` by any method.
    laid : DataFrame
        From `overlay`, of some of the old areas: they need not be measured again.
    old, new : GeoDataFrame
        See `overlay`.

    Returns
    -------
    frozenset of str
        Codes of `new` whose pieces cover less than `INSIDE` of their land.
    """
    made = set(pairs.loc[pairs["method"] == "overlay", "target_code"])
    key = ["code", "target_code"]
    others = _common(old[~old["code"].isin(laid["code"])], new[new["code"].isin(made)])
    common = pd.concat([laid[[*key, *LAND]], others[[*key, *LAND]]])
    common = common[common["target_code"].isin(made)]
    own = common.merge(pairs[key], on=key, validate="1:1")
    share = (own["common"] / own["target_size"]).groupby(own["target_code"]).sum()
    return frozenset(made - set(share.index[share >= INSIDE]))


def _common(old: gpd.GeoDataFrame, new: gpd.GeoDataFrame) -> pd.DataFrame:
    """Measure what areas have in common, in m2."""
    ours, theirs = old.geometry.to_numpy(), new.geometry.to_numpy()
    one, other = shapely.STRtree(theirs).query(ours, predicate="intersects")
    common = shapely.area(shapely.intersection(ours[one], theirs[other]))
    pairs = pd.DataFrame(
        {
            "code": old["code"].to_numpy()[one],
            "division": old["division"].to_numpy()[one],
            "target_code": new["code"].to_numpy()[other],
            "target_division": new["division"].to_numpy()[other],
            "common": common,
            "size": shapely.area(ours)[one],
            "target_size": shapely.area(theirs)[other],
        }
    )
    return pairs[pairs["common"] > 0]


def _refuse_unlike(old: gpd.GeoDataFrame, new: gpd.GeoDataFrame) -> None:
    for areas in (old, new):
        twice = areas.duplicated(["code", "division"], keep=False)
        refuse(areas.loc[twice, ["code"]], "each code once in a division", "the borders")
    if old.crs != new.crs:
        raise DivisionError(
            "Two sets of borders are not in the same coordinates.",
            where="the borders of the two divisions",
            expected=str(new.crs),
            got=str(old.crs),
            todo="Fetch both from CBS; its maps are in EPSG:28992.",
        )
