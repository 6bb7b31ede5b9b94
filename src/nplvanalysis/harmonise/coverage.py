"""What putting years on one set of borders costs: areas, dwellings and persons kept and lost."""

from __future__ import annotations

import pandas as pd

from nplvanalysis.harmonise.crosswalk import CHANGED, GAP, OFF_MAP, Crosswalk
from nplvanalysis.schema import KEY

KEPT, APPORTIONED, LOST = "kept", "apportioned", "lost"
# An area that stays whole, but is one of several in an area of the target.
MERGED = "merged"
ALWAYS = [(KEPT, ""), (LOST, CHANGED), (LOST, OFF_MAP)]


def stock(tables: list[pd.DataFrame]) -> pd.DataFrame:
    """Collect dwellings and persons by area and year, each on the borders of its own division.

    Parameters
    ----------
    tables : list of DataFrame
        code, division, year; those without dwellings and population are left out.

    Returns
    -------
    DataFrame
        code, division, year, dwellings, population; one row per area and year.
    """
    columns = [*KEY, "dwellings", "population"]
    found = [table[columns] for table in tables if {*columns} <= {*table}]
    every = pd.concat([pd.DataFrame(columns=columns), *found], ignore_index=True)
    return every.drop_duplicates(KEY)


def fates(crosswalk: Crosswalk) -> pd.DataFrame:
    """Say what becomes of each area.

    Parameters
    ----------
    crosswalk : Crosswalk

    Returns
    -------
    DataFrame
        code, step, reason, share: the part of the area for which this holds. Kept is an area that
        is one area of the target; apportioned are those that are cut (reason: the method) or
        stay whole and are put together with others ("merged"); lost are the rest.
    """
    shares = crosswalk.pairs.duplicated("target_code", keep=False)
    pairs = crosswalk.pairs[crosswalk.pairs["weight"] > 0]
    # an area may keep all its dwellings and lose land
    cut, shared = (pairs["weight"] < 1) | (pairs["ground"] < 1), shares[pairs.index]
    step = pd.Series(KEPT, pairs.index).mask(cut | shared, APPORTIONED)
    reason = pd.Series("", pairs.index).mask(shared, MERGED).mask(cut, pairs["method"])
    broken = pairs["target_code"].isin(crosswalk.lacking)
    step, reason = step.mask(broken, LOST), reason.mask(broken, GAP)
    placed = pd.DataFrame(
        {"code": pairs["code"], "step": step, "reason": reason, "share": pairs["weight"]}
    )
    gone = pd.DataFrame({"code": list(crosswalk.lost), "reason": list(crosswalk.lost.values())})
    every = [placed, gone.assign(step=LOST, share=1.0)] if len(gone) else [placed]
    key = ["code", "step", "reason"]
    return pd.concat(every).groupby(key)["share"].sum().reset_index()


def on_map(table: pd.DataFrame, codes: set[str]) -> pd.DataFrame:
    """Say what becomes of areas that are of the target division already; see `fates`."""
    own = pd.DataFrame({"code": table["code"].unique()})
    there = own["code"].isin(codes)
    return own.assign(
        step=there.map({True: KEPT, False: LOST}),
        reason=there.map({True: "", False: OFF_MAP}),
        share=1.0,
    )


def tallied(
    name: str, table: pd.DataFrame, fate: pd.DataFrame, known: pd.DataFrame
) -> pd.DataFrame:
    """Count areas, dwellings and persons of a source, per year and fate.

    Parameters
    ----------
    name : str
        The source.
    table : DataFrame
        code, division, year.
    fate : DataFrame
        See `fates`.
    known : DataFrame
        See `stock`.

    Returns
    -------
    DataFrame
        year, areas, dwellings, persons, source, step, reason. An area of which a part is lost
        counts for that part. Dwellings and persons are missing unless those of every area are
        known.
    """
    years = pd.Index(sorted(table["year"].unique()), name="year")
    own = table[KEY].merge(known, on=KEY, how="left", validate="1:1")
    rows = own.merge(fate, on="code", how="left", validate="m:m")
    parts = rows.assign(
        areas=rows["share"],
        dwellings=rows["share"] * rows["dwellings"].astype(float),
        persons=rows["share"] * rows["population"].astype(float),
    ).groupby(["step", "reason", "year"])[["areas", "dwellings", "persons"]]
    totals = parts.sum(skipna=False).reset_index()
    found = set(zip(totals["step"], totals["reason"], strict=True))
    kinds = [*ALWAYS, *sorted(found - set(ALWAYS))]
    return pd.concat([_kind(totals, kind, years, name) for kind in kinds], ignore_index=True)


def _kind(totals: pd.DataFrame, kind: tuple[str, str], years: pd.Index, name: str) -> pd.DataFrame:
    step, reason = kind
    found = totals[(totals["step"] == step) & (totals["reason"] == reason)].set_index("year")
    counts = found[["areas", "dwellings", "persons"]].reindex(years).astype("float64")
    counts.loc[counts["areas"].isna()] = 0.0
    return counts.reset_index().assign(source=name, step=step, reason=reason)
