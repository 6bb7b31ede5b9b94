"""Figures of one division put on the borders of another, by the weights of a crosswalk."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from scipy import sparse

from nplvanalysis.errors import RegisterError
from nplvanalysis.harmonise.crosswalk import METHODS, refuse, refuse_leaks
from nplvanalysis.schema import Column

# A weighted mean is given when pieces that have the figure carry at least this share of the weight.
COVERED = 0.95
# Columns in this unit measure land, which is not shared out as dwellings are.
LAND, CLASS = "hectare", "class"
ADDED = "apportioned"


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
    it is given if pieces that have it carry `COVERED` of the weight. Classes are those of the
    largest piece. An area that is one whole area of the other division keeps its figures.

    Parameters
    ----------
    table : DataFrame
        code, division, year and figures, one division.
    pairs : DataFrame
        `crosswalk.PAIRS` of that division to another; areas that it lacks are left out.
    dictionary : dict of str to Column
        Kind and weight of each column of figures.
    over : DataFrame, optional
        code, division, year and columns that serve as weights, where `table` lacks them.
    places : DataFrame, optional
        Identifiers of the target areas, by code.

    Returns
    -------
    DataFrame
        The columns of `table` and `apportioned`: % of the area's dwellings that come from areas
        that were cut, 0 for whole ones, missing if the dwellings of a piece are not known.

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
        and dictionary[name].weight not in dictionary
    ]
    if unruled:
        raise RegisterError(
            "The dictionary does not say how a column is put on other borders.",
            where="data/columns.csv",
            expected="a row with kind and, for kind intensive, a column as weight",
            got=f"none for {', '.join(unruled)}",
            todo="Add kind and weight: what the denominator of the share or mean is.",
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
        parts.append(_mixed(rows, _pieces(pairs[~alone]), dictionary, over))
    return pd.concat(parts, ignore_index=True)


@dataclass(frozen=True)
class _Pieces:
    """Weights as matrices, targets by old areas: of dwellings, and of land."""

    pairs: pd.DataFrame
    codes: pd.Index
    targets: pd.Index
    homes: sparse.csr_array
    land: sparse.csr_array


def _pieces(pairs: pd.DataFrame) -> _Pieces:
    codes, targets = pd.Index(pairs["code"].unique()), pd.Index(pairs["target_code"].unique())
    row = targets.get_indexer(pd.Index(pairs["target_code"]))
    place = (row, codes.get_indexer(pd.Index(pairs["code"])))
    shape = (len(targets), len(codes))
    homes = sparse.csr_array((pairs["weight"].to_numpy(), place), shape)
    land = sparse.csr_array((pairs["ground"].to_numpy(), place), shape)
    homes.eliminate_zeros()
    return _Pieces(pairs, codes, targets, homes, land)


def _mixed(
    rows: pd.DataFrame, pieces: _Pieces, dictionary: dict[str, Column], over: pd.DataFrame
) -> pd.DataFrame:
    """Figures of areas that are made of several, or of a part."""
    own = rows.set_index("code").reindex(pieces.codes)
    entries = [dictionary[str(name)] for name in rows]
    needed = {entry.weight for entry in entries} | {"dwellings"}
    by = own[[name for name in own if name in needed]].combine_first(
        over.set_index("code").reindex(pieces.codes)
    )
    made: dict[str, Any] = {}
    for entry in entries:
        name, land = entry.column, entry.unit == LAND
        if entry.kind == "extensive":
            made[name] = _added(_numbers(own, name), pieces.land if land else pieces.homes)
        elif entry.kind == "intensive":
            ground = dictionary[entry.weight].unit == LAND
            made[name] = _averaged(
                _numbers(own, name), _numbers(by, entry.weight), pieces, entry, ground
            )
        elif entry.unit == CLASS:
            made[name] = _largest(own[name], _numbers(by, "dwellings"), pieces)
    made[ADDED] = _share_cut(_numbers(by, "dwellings"), pieces)
    year, division = rows["year"].iloc[0], pieces.pairs["target_division"].iloc[0]
    return pd.DataFrame({"code": pieces.targets, "division": division, "year": year, **made})


def _numbers(table: pd.DataFrame, name: str) -> np.ndarray:
    if name not in table:
        return np.full(len(table), np.nan)
    return table[name].to_numpy(dtype=float, na_value=np.nan)


def _added(values: np.ndarray, weights: sparse.csr_array) -> np.ndarray:
    known = np.isfinite(values)
    lacking = (weights != 0).astype(float) @ (~known).astype(float)
    return np.where(lacking > 0, np.nan, weights @ np.where(known, values, 0))


def _averaged(
    values: np.ndarray, over: np.ndarray, pieces: _Pieces, entry: Column, ground: bool
) -> np.ndarray:
    """Sum numerators and denominators; land has a denominator shared out by land."""
    shares = pieces.land if ground else pieces.homes
    known = np.isfinite(values)
    total = _added(over, shares)
    have = _added(np.where(known, over, 0), shares)
    product = _added(np.where(known, values * over, 0), pieces.homes)
    with np.errstate(divide="ignore", invalid="ignore"):
        mean = np.where((total > 0) & (have >= COVERED * total), product / have, np.nan)
    if not ground:
        # what is a part of one area has the figure of that area, whatever its weight
        single = np.diff(pieces.homes.indptr) == 1
        mean[single] = values[pieces.homes.indices[pieces.homes.indptr[:-1][single]]]
    low = -np.inf if entry.minimum is None else entry.minimum
    high = np.inf if entry.maximum is None else entry.maximum
    # a mean of values within limits may leave them by the last digit
    return np.clip(mean, low, high)


def _largest(values: pd.Series, dwellings: np.ndarray, pieces: _Pieces) -> pd.Series:
    pairs = pieces.pairs
    place = pieces.codes.get_indexer(pd.Index(pairs["code"]))
    homes = np.nan_to_num(dwellings[place], nan=-1.0) * pairs["weight"]
    ordered = pairs.assign(homes=homes, value=values.to_numpy()[place])
    last = ordered.sort_values(["homes", "code"]).drop_duplicates("target_code", keep="last")
    found = last.set_index("target_code")["value"].reindex(pieces.targets)
    return found.astype(values.dtype).reset_index(drop=True)


def _share_cut(dwellings: np.ndarray, pieces: _Pieces) -> np.ndarray:
    """Percentage of dwellings from areas that were cut."""
    cut = pieces.homes.copy()
    cut.data = np.where(cut.data < 1, cut.data, 0)
    cut.eliminate_zeros()
    parts, parts_cut = np.diff(pieces.homes.indptr), np.diff(cut.indptr)
    with np.errstate(divide="ignore", invalid="ignore"):
        share = 100 * _added(dwellings, cut) / _added(dwellings, pieces.homes)
    share = np.where(parts_cut == parts, 100.0, np.clip(share, 0, 100))
    return np.where(parts_cut == 0, 0.0, share)


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
