"""Figures of one division put on the borders of another, by the weights of a crosswalk."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from nplvanalysis.errors import RegisterError
from nplvanalysis.harmonise.crosswalk import METHODS, refuse, refuse_leaks
from nplvanalysis.harmonise.pieces import Pieces, added, averaged, largest, pieces, share_cut
from nplvanalysis.schema import Column

# Columns in this unit measure land, which is not shared out as dwellings are.
LAND, CLASS = "hectare", "class"
ADDED = "apportioned"
# Parts of one whole: were they means over different pieces, they could add up to more than 100.
TENURES = ["owner_occupied", "rented", "corporation_rent", "other_rent", "tenure_unknown"]


def apportion(
    table: pd.DataFrame,
    pairs: pd.DataFrame,
    dictionary: dict[str, Column],
    over: pd.DataFrame | None = None,
    places: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Put figures on other borders.

    Counts are shared out by weight and added up, so that totals stay; a count is missing if a piece
    of it is. Shares and means are never added: each becomes the mean over its pieces, weighted by
    the column that the dictionary names, which is the sum of numerators over that of denominators;
    it is given if pieces that have it carry `pieces.COVERED` of the weight. The shares of tenures
    of an area rest on the same pieces: those that have all that the year has. Means without a
    weight in the dictionary, such as bounds of an interval, cannot be put together and are missing.
    Classes are those of the largest piece. An area that is one whole area of the other division
    keeps its figures.

    Parameters
    ----------
    table : DataFrame
        code, division, year and figures, one division.
    pairs : DataFrame
        `crosswalk.PAIRS` of that division to another; areas that it lacks are left out.
    dictionary : dict of str to Column
        Kind and weight of each column of figures; no weight: cannot be put together.
    over : DataFrame, optional
        code, division, year and columns that serve as weights, where `table` lacks them.
    places : DataFrame, optional
        Identifiers of the target areas, by code.

    Returns
    -------
    DataFrame
        The columns of `table` and `apportioned`: % of the area's dwellings that come from areas
        that were cut, 0 for whole ones, missing if the dwellings of a piece are not known. Of an
        area without dwellings: 100 if its land comes from an area that was cut.

    Raises
    ------
    DivisionError
        If weights leak, or a code stands twice in a year.
    RegisterError
        If the dictionary does not say how a column is put together.
    """
    refuse_leaks(pairs)
    _refuse_unruled([str(name) for name in table], dictionary)
    twice = table.duplicated(["code", "year"], keep=False)
    refuse(table.loc[twice, ["code"]], "each code once a year", "figures to apportion")
    over = table[["code", "year"]] if over is None else over
    weights = dict(iter(over.drop(columns="division", errors="ignore").groupby("year")))
    made = [
        _year(rows, pairs, dictionary, weights.get(year, over.iloc[:0]))
        for year, rows in table.groupby("year", sort=True)
    ]
    return _named(pd.concat(made, ignore_index=True), table, dictionary, places)


def _refuse_unruled(names: list[str], dictionary: dict[str, Column]) -> None:
    """Refuse columns that can neither be added up nor averaged."""
    unruled = [name for name in names if name not in dictionary]
    unruled += [
        name
        for name in names
        if name not in unruled
        and dictionary[name].kind == "intensive"
        and dictionary[name].weight not in {"", *dictionary}
    ]
    if unruled:
        raise RegisterError(
            "The dictionary does not say how a column is put on other borders.",
            where="data/columns.csv",
            expected="a row with kind and, for kind intensive, a column as weight or nothing",
            got=f"none for {', '.join(unruled)}",
            todo="Add kind and weight: what the denominator of the share or mean is. Leave it "
            "empty if there is none, as for bounds of an interval.",
        )


def _year(
    rows: pd.DataFrame, pairs: pd.DataFrame, dictionary: dict[str, Column], over: pd.DataFrame
) -> pd.DataFrame:
    reached = pairs.loc[pairs["code"].isin(rows["code"]), "target_code"]
    pairs = pairs[pairs["target_code"].isin(reached)]
    alone = ~pairs.duplicated("target_code", keep=False) & (pairs["weight"] == 1)
    alone &= ~(pairs["ground"] < 1)
    moves = pairs[alone].set_index("code")
    moved = rows[rows["code"].isin(moves.index)]
    same = moved.assign(
        division=moved["code"].map(moves["target_division"]),
        method=moved["code"].map(moves["method"]),
        code=moved["code"].map(moves["target_code"]),
    )
    parts = [same.assign(**{ADDED: 0.0})]
    if not alone.all():
        parts.append(_mixed(rows, pieces(pairs[~alone]), dictionary, over))
    return pd.concat(parts, ignore_index=True)


def _mixed(
    rows: pd.DataFrame, parts: Pieces, dictionary: dict[str, Column], over: pd.DataFrame
) -> pd.DataFrame:
    """Figures of areas that are made of several, or of a part."""
    own = rows.set_index("code").reindex(parts.codes)
    entries = [dictionary[str(name)] for name in rows]
    needed = {entry.weight for entry in entries} | {"dwellings"}
    by = own[[name for name in own if name in needed]].combine_first(
        over.set_index("code").reindex(parts.codes)
    )
    made: dict[str, Any] = {}
    for entry in entries:
        name = entry.column
        if entry.kind == "extensive":
            weights = parts.land if entry.unit == LAND else parts.homes
            made[name] = added(_numbers(own, name), weights)
        elif entry.kind == "intensive":
            made[name] = _mean(own, by, entry, dictionary, parts)
        elif entry.unit == CLASS:
            made[name] = largest(own[name], _numbers(by, "dwellings"), parts)
    made[ADDED] = share_cut(_numbers(by, "dwellings"), parts)
    year, division = rows["year"].iloc[0], parts.pairs["target_division"].iloc[0]
    return pd.DataFrame({"code": parts.targets, "division": division, "year": year, **made})


def _mean(
    own: pd.DataFrame,
    by: pd.DataFrame,
    entry: Column,
    dictionary: dict[str, Column],
    parts: Pieces,
) -> np.ndarray:
    if not entry.weight:
        return np.full(len(parts.targets), np.nan)
    values, over = _numbers(own, entry.column), _numbers(by, entry.weight)
    known = np.isfinite(values)
    if entry.column in TENURES:
        known &= _all_tenures(own)
    mean = averaged(values, over, known, parts, dictionary[entry.weight].unit == LAND)
    low = -np.inf if entry.minimum is None else entry.minimum
    high = np.inf if entry.maximum is None else entry.maximum
    # a mean of values within limits may leave them by the last digit
    return np.clip(mean, low, high)


def _all_tenures(own: pd.DataFrame) -> np.ndarray:
    """Find the areas that have all shares of tenures that any has."""
    known = np.array([np.isfinite(_numbers(own, name)) for name in TENURES])
    return np.all(known[known.any(axis=1)], axis=0)


def _numbers(table: pd.DataFrame, name: str) -> np.ndarray:
    if name not in table:
        return np.full(len(table), np.nan)
    return table[name].to_numpy(dtype=float, na_value=np.nan)


def _named(
    made: pd.DataFrame,
    table: pd.DataFrame,
    dictionary: dict[str, Column],
    places: pd.DataFrame | None,
) -> pd.DataFrame:
    """Give areas that are not simply the same ones the identifiers of the target."""
    other = made["method"] != METHODS[0]
    for name in table.columns.drop(["code", "division", "year"]):
        entry = dictionary[name]
        if entry.kind == "identifier" and entry.unit != CLASS and other.any():
            known = places is not None and name in places
            new = made["code"].map(places[name]) if places is not None and known else pd.NA
            made[name] = made[name].convert_dtypes().mask(other, new)
    return made[[*table.columns, ADDED]]
