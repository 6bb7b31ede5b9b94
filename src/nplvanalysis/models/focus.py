"""The focus areas of the programme in a panel: which of its areas belong to which."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from nplvanalysis.params import Study

# The programme was announced in July 2022: the years before are before it.
START = 2022
COLUMN = "focus_area"
# An area of the panel belongs to a focus area if this part of its homes comes from listed areas.
PART = 0.5
# The publisher's flag of an area whose borders are those of the year before.
UNCHANGED = 1
SURE = ("derived",)
SAME, FOLLOWED, CUT, LOST = "same code", "followed", "cut", "not found"


@dataclass(frozen=True)
class Focus:
    """A panel in which focus areas are marked, and what became of each listed area.

    Attributes
    ----------
    panel : DataFrame
        With `focus_area`: the area_id, empty for areas outside the programme.
    fates : DataFrame
        area_id, code, division, status, fate, target_code; one row per listed area. Its fate:
        "same code" (on the division of the panel, or its borders did not change since),
        "followed" (it went whole to another code that is marked), "cut" (it went to several, or
        to one that is mostly something else; `target_code` names those that are marked) or
        "not found".
    """

    panel: pd.DataFrame
    fates: pd.DataFrame

    @property
    def lost(self) -> int:
        """Count the listed areas of which nothing is marked."""
        return int((self.fates["target_code"] == "").sum())


def focus_of(
    panel: pd.DataFrame,
    listed: pd.DataFrame,
    study: Study,
    pairs: pd.DataFrame | None = None,
    statuses: Sequence[str] = SURE,
) -> Focus:
    """Mark the focus areas in a panel.

    A code says what place it is only with the year of its division. An area that is listed on
    another division than that of the panel is found through the crosswalk; without one, only if
    every year between flags its code as unchanged.

    Parameters
    ----------
    panel : DataFrame
        Rows (code, division, year) of one level; with change_flag where the publisher gives it.
    listed : DataFrame
        area_id, level, code, division, status; see `registers.focus_areas`. Rows of the unit of
        the study count, and for buurten those of wijken: of all their buurten.
    study : Study
        Only its unit is used.
    pairs : DataFrame, optional
        The crosswalk: code, division, target_code, weight (the part of `code` that went there),
        and dwellings of `code` if known; otherwise areas count the same.
    statuses : sequence of str
        Which rows count: "derived" (a source says so) and, if wanted, "candidate".

    Returns
    -------
    Focus
    """
    moves = _moves(panel, set(listed["division"]), pairs)
    rows = _counted(listed[listed["status"].isin(list(statuses))], study.unit, moves)
    marked = _marked(moves, rows)
    column = pd.Series([marked.get(code, "") for code in panel["code"]], panel.index, dtype="str")
    return Focus(panel.assign(**{COLUMN: column}), _fates(moves, rows, marked))


def _counted(listed: pd.DataFrame, unit: str, moves: pd.DataFrame) -> pd.DataFrame:
    """Take the rows of the unit, and the buurten of wijken; a wijk without any stays as it is."""
    columns = ["area_id", "code", "division", "status"]
    parts = [listed[listed["level"] == unit]]
    if unit == "buurt":
        known = moves[["code", "division"]].drop_duplicates()
        known = known.assign(wijk="WK" + known["code"].str[2:8])
        wijken = listed[listed["level"] == "wijk"].rename(columns={"code": "wijk"})
        inside = wijken.merge(known, on=["wijk", "division"], how="left", validate="1:m")
        parts.append(inside.assign(code=inside["code"].fillna(inside["wijk"])))
    return pd.concat(parts).drop_duplicates(["code", "division"], ignore_index=True)[columns]


def _moves(panel: pd.DataFrame, divisions: set[int], pairs: pd.DataFrame | None) -> pd.DataFrame:
    """Collect, for each division of the list, where its areas are in the panel."""
    (division,) = panel["division"].unique()
    codes = set(panel["code"])
    known = set() if pairs is None else set(pairs["division"])
    columns = ["code", "division", "target_code", "weight", "dwellings"]
    parts = [pd.DataFrame(columns=columns).astype({"weight": float, "dwellings": float})]
    for year in sorted(divisions):
        if pairs is not None and year != division and year in known:
            own = pairs[(pairs["division"] == year) & (pairs["weight"] > 0)]
            parts.append(own.assign(dwellings=own.get("dwellings", 1.0)))
            continue
        there = sorted(codes & _unchanged(panel, int(year), int(division)))
        same = pd.DataFrame({"code": there, "target_code": there}, dtype="str")
        parts.append(same.assign(division=year, weight=1.0, dwellings=1.0))
    moves = pd.concat(parts, ignore_index=True)[columns]
    return moves[moves["target_code"].isin(codes)].assign(
        homes=moves["weight"] * moves["dwellings"]
    )


def _unchanged(panel: pd.DataFrame, one: int, other: int) -> set[str]:
    """Find the codes that every division after one, up to another, flags as unchanged."""
    steps = range(min(one, other) + 1, max(one, other) + 1)
    if not steps:
        return set(panel["code"])
    if "change_flag" not in panel:
        return set()
    chain = panel[panel["year"].isin(steps) & panel["change_flag"].eq(UNCHANGED)]
    counts = chain.groupby("code")["year"].nunique()
    return set(counts.index[counts == len(steps)])


def _marked(moves: pd.DataFrame, rows: pd.DataFrame) -> dict[str, str]:
    """Give the codes of the panel of which enough homes come from one focus area."""
    whole = moves.groupby(["division", "target_code"])["homes"].transform("sum")
    shares = moves.assign(share=moves["homes"] / whole)
    own = shares.merge(rows, on=["code", "division"], validate="m:1")
    parts = own.groupby(["target_code", "area_id"], as_index=False)["share"].sum()
    enough = parts[parts["share"] >= PART].sort_values("share", kind="stable")
    return dict(zip(enough["target_code"], enough["area_id"], strict=True))


def _fates(moves: pd.DataFrame, rows: pd.DataFrame, marked: dict[str, str]) -> pd.DataFrame:
    """Say of each listed area where it went."""
    own = rows.merge(moves, on=["code", "division"], how="left", validate="1:m")
    own["kept"] = own["target_code"].where(own["target_code"].isin(list(marked)))
    by_code = own.groupby(["code", "division"], sort=False)
    told = by_code.agg(
        reached=("target_code", "count"),
        kept=("kept", lambda codes: " ".join(sorted(codes.dropna()))),
        weight=("weight", "max"),
    ).reset_index()
    found = rows.merge(told, on=["code", "division"], validate="1:1")
    whole = found["weight"].ge(1) & found["kept"].ne("")
    fate = pd.Series(CUT, found.index).mask(whole, FOLLOWED)
    fate = fate.mask(whole & (found["kept"] == found["code"]), SAME)
    fate = fate.mask(found["reached"] == 0, LOST)
    found = found.assign(fate=fate, target_code=found["kept"])
    return found[["area_id", "code", "division", "status", "fate", "target_code"]]
