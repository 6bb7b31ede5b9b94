"""Areas of a city's own division, each made of one or several buurten of CBS.

A list (`data/rotterdam_areas.csv`, see `area_list`) says which. Counts of buurten are added up,
shares only through their numerators and denominators, by `apportion` with weights of 1. An area of
which a buurt is a half cannot be made: it leaves, and is listed.
"""

from __future__ import annotations

import geopandas as gpd
import pandas as pd

from nplvanalysis.harmonise.apportion import ADDED, apportion
from nplvanalysis.harmonise.area_list import LEVEL, refuse_members, whole
from nplvanalysis.harmonise.crosswalk import PAIRS
from nplvanalysis.schema import Column

METHOD, COUNT, UNION = "union", "buurten", "union"
# The city numbers areas that it puts together from 3000 on.
UNIONS_FROM = 3000
# Fates of buurten and areas, as `coverage` counts them.
KEPT, MERGED, LOST = ("kept", ""), ("apportioned", "merged"), ("lost", "in no area of the city")
HALVED, MOVED = ("lost", "half of a buurt"), ("lost", "its border moved")


def united(
    table: pd.DataFrame,
    list_: pd.DataFrame,
    dictionary: dict[str, Column],
    where: str = "figures of a city",
) -> pd.DataFrame:
    """Put a table of buurten on the areas; a table of areas keeps those that can be made.

    Parameters
    ----------
    table : DataFrame
        code, name, level, division, year and figures, of one division.
    list_ : DataFrame
        From `area_list.members`.
    dictionary : dict of str to Column
        Kind and weight of each column of figures.
    where : str
        The source, named in errors.

    Returns
    -------
    DataFrame
        Rows of level gebied and the division of the areas. Of buurten: the columns of `table`
        without change_flag, less areas of which a buurt has moved; `buurten`, how many an area is
        made of; `union`, 1 for areas that the city itself puts together. A count is missing where a
        buurt lacks it, a share where buurten that have it carry less than `pieces.COVERED` of the
        weight.

    Raises
    ------
    DivisionError, DataError
        As `area_list.refuse_members`.
    RegisterError
        As `apportion`.
    """
    refuse_members(list_, table, where)
    able = whole(list_)
    if set(table["level"]) == {LEVEL}:
        return table[table["code"].isin(able["code"])].reset_index(drop=True)
    (division,) = table["division"].unique()
    able = able[~able["code"].isin(_moved(able, table))]
    ends = able[["buurt", "code", "division"]].set_axis(
        ["code", "target_code", "target_division"], axis="columns"
    )
    pairs = ends.assign(division=division, method=METHOD, weight=1.0, ground=1.0)[PAIRS]
    figures = table.drop(columns="change_flag", errors="ignore")
    made = apportion(figures, pairs, dictionary, places=_places(figures, able)).drop(columns=ADDED)
    # identifiers that were put in anew have lost their type
    types = {name: dtype for name, dtype in figures.dtypes.items() if name in made}
    count = made["code"].map(able.groupby("code").size()).astype("Int64")
    union = (made["code"].str[6:].astype("int64") >= UNIONS_FROM).astype("Int64")
    return made.astype(types).assign(**{COUNT: count, UNION: union})


def _moved(able: pd.DataFrame, table: pd.DataFrame) -> set[str]:
    """Find areas of which a buurt has other borders in the year of the table than in the list."""
    return set(able.loc[(able["moved"] <= table["year"].max()).fillna(False), "code"])


def _places(table: pd.DataFrame, able: pd.DataFrame) -> pd.DataFrame:
    """List identifiers of the areas: name and level are their own, the rest is the buurten's."""
    own = table.drop_duplicates("code").set_index("code")
    first = able.drop_duplicates("code").set_index("code")
    shared = [name for name in ("municipality", "municipality_name", "province") if name in own]
    places = own[shared].reindex(first["buurt"]).set_axis(first.index, axis="index")
    return places.assign(name=first["name"], level=LEVEL)


def united_areas(areas: gpd.GeoDataFrame, list_: pd.DataFrame) -> gpd.GeoDataFrame:
    """Draw the borders of the areas from those of their buurten.

    Parameters
    ----------
    areas : GeoDataFrame
        code, name, municipality, division, geometry of buurten, of a year for which the list holds;
        others than those of the list are left out.
    list_ : DataFrame
        From `area_list.members`.

    Returns
    -------
    GeoDataFrame
        code, name, municipality, division of the areas, geometry.

    Raises
    ------
    DivisionError
        If the borders are of a year for which the list does not hold.
    DataError
        If a buurt of the list has no borders.
    """
    drawn = pd.DataFrame(areas[["code", "name"]]).assign(level="buurt", year=areas["division"])
    refuse_members(list_, drawn, "the borders of buurten")
    able = whole(list_)
    shapes = areas.set_index("code").loc[able["buurt"], ["municipality", "geometry"]]
    names = able[["code", "name", "division"]]
    parts = shapes.set_axis(able.index, axis="index").join(names, validate="1:1")
    made = parts.dissolve("code", as_index=False, sort=True)
    return made[["code", "name", "municipality", "division", "geometry"]]


def fates(table: pd.DataFrame, list_: pd.DataFrame) -> pd.DataFrame:
    """Say what becomes of each buurt, or of each area of the city's own division.

    Parameters
    ----------
    table : DataFrame
        code, level, year.
    list_ : DataFrame
        From `area_list.members`.

    Returns
    -------
    DataFrame
        code, step, reason, share, as `coverage.tallied` counts them.
    """
    codes = table["code"].unique()
    able, key = whole(list_), "code" if set(table["level"]) == {LEVEL} else "buurt"
    shared = able.duplicated("code", keep=False) & (key == "buurt")
    fate = dict.fromkeys(list_[key], HALVED) | dict.fromkeys(able[key], KEPT)
    fate |= dict.fromkeys(able.loc[shared, key], MERGED)
    if key == "buurt":
        fate |= dict.fromkeys(able.loc[able["code"].isin(_moved(able, table)), key], MOVED)
    found = pd.DataFrame([fate.get(code, LOST) for code in codes], columns=["step", "reason"])
    return found.assign(code=codes, share=1.0)[["code", "step", "reason", "share"]]


def by_number(table: pd.DataFrame) -> pd.DataFrame:
    """Key buurten by the number that the city seems to share with CBS: a join that is too simple.

    Parameters
    ----------
    table : DataFrame
        code, level and figures.

    Returns
    -------
    DataFrame
        Of buurten: `code` made of the municipality and the last two digits of the buurt, where one
        buurt alone has them; other tables as they are.
    """
    if set(table["level"]) == {LEVEL}:
        return table
    numbered = table.assign(code=_numbers(table["code"]), level=LEVEL)
    return numbered[~numbered.duplicated(["code", "year"], keep=False)].reset_index(drop=True)


def number_fates(table: pd.DataFrame, list_: pd.DataFrame) -> pd.DataFrame:
    """Say where `by_number` puts each buurt; see `fates`.

    Parameters
    ----------
    table : DataFrame
        code, level.
    list_ : DataFrame
        From `area_list.members`.

    Returns
    -------
    DataFrame
        code, step (kept, misplaced or lost), reason, share.
    """
    if set(table["level"]) == {LEVEL}:
        return fates(table, list_)
    codes = pd.Series(table["code"].unique())
    numbers, able = _numbers(codes), whole(list_)
    truth = codes.map(able.set_index("buurt")["code"].to_dict())
    found = numbers.isin(able["code"]) & ~numbers.duplicated(keep=False)
    step = found.map({True: "misplaced", False: "lost"}).mask(found & (numbers == truth), "kept")
    return pd.DataFrame({"code": codes, "step": step, "reason": "", "share": 1.0})


def _numbers(codes: pd.Series) -> pd.Series:
    return "GB" + codes.str[2:6] + "00" + codes.str[8:10]
