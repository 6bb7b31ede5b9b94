"""Scores in the format of the Leefbaarometer, all waves on the borders of 2020."""

from __future__ import annotations

import numpy as np
import pandas as pd

from nplvanalysis.sources.sample import divisions, homes
from nplvanalysis.sources.sample.province import EARLY_WAVES, Province

DIMENSIONS = ["fys", "onv", "soc", "vrz", "won"]
WITH_DIMENSIONS, TOTAL_ONLY = [2014, 2018, 2020], [2016]
# Total score of a place without deviation.
LEVEL = 4.1
# Fewer homes or residents: no score. New places were not there in the first waves.
LEAST_HOMES, LEAST_RESIDENTS, NEW_PLACE = 20, 40, 55.0


def table(province: Province, division: int) -> pd.DataFrame:
    """Make the table of a release.

    Parameters
    ----------
    province : Province
    division : int
        Year of the codes.

    Returns
    -------
    DataFrame
        bu_code, bu_naam, jaar, lbm, afw, fys, onv, soc, vrz, won; by area, then year. Dimensions
        are missing in waves before 2014 and in 2016; areas with hardly any homes are absent.
    """
    land = province.geography.land
    named = {"bu_code": divisions.codes(land, division)["code"], "bu_naam": land["name"]}
    identity = pd.DataFrame(named).reset_index(drop=True)
    latent = {
        year: province.latent[province.latent["year"] == year].reset_index(drop=True)
        for year in homes.YEARS
    }
    first = latent[homes.YEARS[0]]
    old_place = first["built_from_2000"] < NEW_PLACE
    waves = [
        _wave(identity, wave, province.early[wave].to_numpy(), None)[_scored(first) & old_place]
        for wave in EARLY_WAVES
    ]
    for wave in [*WITH_DIMENSIONS, *TOTAL_ONLY]:
        rows = latent[wave]
        parts = rows[DIMENSIONS]
        # added from left to right, so that readers who do the same find no difference at all
        total = sum(parts[name].to_numpy() for name in DIMENSIONS)
        shown = parts if wave in WITH_DIMENSIONS else None
        waves.append(_wave(identity, wave, np.asarray(total), shown)[_scored(rows)])
    return pd.concat(waves).sort_values(["bu_code", "jaar"], ignore_index=True)


def text(scores: pd.DataFrame) -> str:
    """Write scores as the publisher does: commas, points, full precision, NA."""
    return scores.to_csv(index=False, na_rep="NA", lineterminator="\n")


def _scored(rows: pd.DataFrame) -> pd.Series:
    return (rows["dwellings"] >= LEAST_HOMES) & (rows["population"] >= LEAST_RESIDENTS)


def _wave(
    identity: pd.DataFrame, wave: int, total: np.ndarray, parts: pd.DataFrame | None
) -> pd.DataFrame:
    shown = parts if parts is not None else pd.DataFrame(np.nan, identity.index, DIMENSIONS)
    whole = identity.assign(jaar=wave, lbm=LEVEL + total, afw=total)
    return pd.concat([whole, shown], axis=1)
