"""The panel at coarser levels: wijken and gemeenten made of the areas of the study."""

from __future__ import annotations

import numpy as np
import pandas as pd

from nplvanalysis.harmonise.apportion import ADDED, apportion
from nplvanalysis.harmonise.crosswalk import PAIRS
from nplvanalysis.schema import KEY, Column

# From the level of the study to those that its codes carry.
COARSER = {"buurt": ["wijk", "gemeente"], "wijk": ["gemeente"]}
METHOD = "level"
# Addresses per km2 from which an area is of class 1, 2, 3 and 4; CBS, begrippen, stedelijkheid.
URBANITY = [2500, 1500, 1000, 500]


def with_coarser(panel: pd.DataFrame, unit: str, dictionary: dict[str, Column]) -> pd.DataFrame:
    """Add the coarser levels to a panel.

    Parameters
    ----------
    panel : DataFrame
        Rows (code, division, year) of one level, one division.
    unit : str
        Its level.
    dictionary : dict of str to Column
        Kind and weight of each column.

    Returns
    -------
    DataFrame
        The rows of `panel`, and those of wijken and gemeenten that its areas make up.
    """
    coarser = [raised(panel, level, dictionary) for level in COARSER.get(unit, [])]
    return pd.concat([panel, *coarser], ignore_index=True).sort_values(KEY, ignore_index=True)


def raised(panel: pd.DataFrame, level: str, dictionary: dict[str, Column]) -> pd.DataFrame:
    """Put areas together to those of a coarser level.

    Parameters
    ----------
    panel : DataFrame
        Rows (code, division, year), one division; areas of a finer level.
    level : str
        wijk or gemeente.
    dictionary : dict of str to Column

    Returns
    -------
    DataFrame
        The columns of `panel`. Counts are added up, shares and means weighted by the column that
        the dictionary names, both as `apportion.apportion` does; urbanity is the class of the mean
        address density, missing where that is not known; x and y are the middle of the dwellings.
        Wijken have no name.
    """
    areas = panel.drop_duplicates("code")
    codes = areas["code"]
    target = "WK" + codes.str[2:8] if level == "wijk" else "GM" + codes.str[2:6]
    pairs = pd.DataFrame({"code": codes, "target_code": target}).assign(
        division=areas["division"],
        target_division=areas["division"],
        method=METHOD,
        weight=1.0,
        ground=1.0,
    )[PAIRS]
    shared = ["municipality", "municipality_name", "province"]
    known = areas.reindex(columns=shared).set_axis(target.to_numpy(), axis="index")
    places = known.groupby(level=0).first().assign(level=level)
    places = places.assign(name=places["municipality_name"] if level == "gemeente" else None)
    made = apportion(panel.drop(columns=ADDED, errors="ignore"), pairs, dictionary, None, places)
    made = _placed(made, panel, dict(zip(codes, target, strict=True)))
    # identifiers that were put in anew have lost their type
    types = {name: panel[name].dtype for name in [*KEY, "name", "level", *shared] if name in panel}
    return made.astype(types)[panel.columns].sort_values(KEY, ignore_index=True)


def _placed(made: pd.DataFrame, panel: pd.DataFrame, target: dict[str, str]) -> pd.DataFrame:
    """Add what is neither added up nor averaged by the dictionary."""
    parts = panel.assign(code=panel["code"].map(target))
    own = pd.MultiIndex.from_frame(made[KEY])
    homes = parts["dwellings"].fillna(0) if "dwellings" in parts else pd.Series(1.0, parts.index)
    for name in {"x", "y", ADDED} & set(panel):
        known = homes.where(parts[name].notna(), 0)
        sums = pd.DataFrame({"product": parts[name] * known, "over": known, **parts[KEY]})
        totals = sums.groupby(KEY)[["product", "over"]].sum().reindex(own)
        mean = totals["product"] / totals["over"].where(totals["over"] > 0)
        made[name] = mean.to_numpy(dtype=float)
    if "urbanity" in panel:
        made["urbanity"] = _classes(made)
    return made


def _classes(made: pd.DataFrame) -> pd.Series:
    """Class areas by their density; where it is not known, the class is not."""
    if "address_density" not in made:
        return pd.Series(pd.NA, made.index, dtype="Int64")
    density = made["address_density"].to_numpy(dtype=float, na_value=np.nan)
    classes = 1 + (density[:, None] < np.array(URBANITY)).sum(axis=1)
    return pd.Series(classes, made.index, dtype="Int64").mask(np.isnan(density))


def with_published_urbanity(panel: pd.DataFrame, tables: list[pd.DataFrame]) -> pd.DataFrame:
    """Give coarser areas the class that their publisher gives them, where a study has it.

    Parameters
    ----------
    panel : DataFrame
        From `with_coarser`.
    tables : list of DataFrame
        Cleaned tables, of any level; those without urbanity are left out.

    Returns
    -------
    DataFrame
        Published classes of the same area, division and year in the place of others.
    """
    known = [table[[*KEY, "urbanity"]] for table in tables if {*KEY, "urbanity"} <= {*table}]
    if not known or "urbanity" not in panel:
        return panel
    published = pd.concat(known).dropna().drop_duplicates(KEY)
    both = panel[KEY].merge(published, on=KEY, how="left", validate="1:1")
    own = pd.Series(both["urbanity"].to_numpy(), panel.index).astype("Int64")
    return panel.assign(urbanity=own.fillna(panel["urbanity"].astype("Int64")))
