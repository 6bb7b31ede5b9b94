"""The synthetic country beside the real moments."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from likeness.columns import MEANS, derived
from likeness.moment import KEYS, Moment, Tables, measure

SAMPLE = Path(__file__).resolve().parents[2] / "src/nplvanalysis/sources/sample"
FILE, UNMET = SAMPLE / "moments.csv", SAMPLE / "unmet.csv"
# Municipalities that stand for the one city whose buurten are known with their tenure.
CITIES = 4


def tables(country: Any, asked: Iterable[tuple[str, int]]) -> dict[tuple[str, int], pd.DataFrame]:
    """Aggregate a synthetic country to the levels and years asked for.

    Parameters
    ----------
    country : Country
    asked : iterable of (level, year)
        Years before its first or after its last stand for these.

    Returns
    -------
    dict
        As `moments.measure` takes it.
    """
    first, last = int(country.latent["year"].min()), int(country.latent["year"].max())
    made = {}
    for level, year in sorted(set(asked)):
        at = min(max(year, first), last)
        made[level, year] = _level(country, level, at, first)
    return made


def _level(country: Any, level: str, year: int, first: int) -> pd.DataFrame:
    now = _areas(country, level, year, year)
    if level == "wijk":
        before = _areas(country, level, max(2014, first), year)
        return _with_change(now, before, list(MEANS))
    if level == "city":
        before = _areas(country, level, max(2014, first), year)
        now = _with_change(now, before, ["tenure_corporation", "social_assistance_rate"])
        size = now.groupby("municipality")["population"].sum()
        return now[now["municipality"].isin(size.nlargest(CITIES).index)]
    return now


def _with_change(now: pd.DataFrame, before: pd.DataFrame, names: list[str]) -> pd.DataFrame:
    names = [name for name in names if name in now]
    old = before[names].reindex(now.index)
    now = now.join(old.add_suffix("_before"))
    return now.join((now[names] - old).add_suffix("_change"))


def _areas(country: Any, level: str, year: int, division: int) -> pd.DataFrame:
    from nplvanalysis.sources.sample.figures import figures

    sums = figures(country, year, division)
    of_level = {"buurt": "Buurt", "city": "Buurt", "wijk": "Wijk"}.get(level, "Gemeente")
    rows = sums[sums["recs"] == of_level].set_index("code")
    places = _places(country, division, of_level)
    if level == "province":
        numbers = rows.select_dtypes("number")
        rows = numbers.groupby(places["province"].reindex(rows.index)).sum()
        even = {"population": 1.0, "dwellings": 1.0}
        return derived(rows).assign(municipality=rows.index, **even)
    return derived(rows).join(places)


def _places(country: Any, division: int, of_level: str) -> pd.DataFrame:
    """Give municipality, province, centroid (metres) and land (hectares) by code."""
    cells = country.geography.cells
    land = (cells["kind"] != "water").to_numpy()
    column = {"Buurt": "code", "Wijk": "wijk", "Gemeente": "municipality"}[of_level]
    codes = country.divisions.codes(division)[land]
    cells = cells[land]
    keyed = pd.DataFrame(
        {
            "code": codes[column].to_numpy(),
            "municipality": codes["municipality"].to_numpy(),
            "province": codes["province"].to_numpy(),
            "land_area": cells["hectares"].to_numpy(),
            "x": (cells["x"] * cells["hectares"]).to_numpy(),
            "y": (cells["y"] * cells["hectares"]).to_numpy(),
        }
    )
    how = {"municipality": "first", "province": "first", "land_area": "sum", "x": "sum", "y": "sum"}
    places = keyed.groupby("code").agg(how)
    return places.assign(x=places["x"] / places["land_area"], y=places["y"] / places["land_area"])


def compared(known: pd.DataFrame, made: Tables, beside: Tables) -> pd.DataFrame:
    """Set the synthetic moments beside the real ones.

    Parameters
    ----------
    known : DataFrame
        The rows of moments.csv.
    made, beside : mapping
        Tables of the country, which is judged, and of the province, which is shown.

    Returns
    -------
    DataFrame
        With synthetic, areas, difference, within (missing where it cannot be computed) and
        province.
    """
    asked = [Moment(*row) for row in known[["moment", *KEYS]].itertuples(index=False, name=None)]
    values = [measure(moment, made) for moment in asked]
    table = known.assign(
        synthetic=[value for value, _ in values],
        areas=[n for _, n in values],
        province=[measure(moment, beside)[0] for moment in asked],
    )
    table["difference"] = table["synthetic"] - table["value"]
    inside = table["difference"].abs() <= table["tolerance"]
    return table.assign(within=inside.where(np.isfinite(table["synthetic"])))


def read_moments() -> pd.DataFrame:
    """Read moments.csv with empty text where there is none."""
    texts = ["other", "urbanity", "source", "note"]
    known = pd.read_csv(FILE, dtype=dict.fromkeys(texts, str))
    return known.fillna(dict.fromkeys(texts, ""))


def read_unmet() -> pd.DataFrame:
    """Read unmet.csv: moments that the generator cannot reach, and why."""
    texts = ["moment", "level", "column", "other", "urbanity", "reason"]
    # a file without rows says nothing about types
    known = pd.read_csv(UNMET, dtype=dict.fromkeys(texts, str) | {"year": "int64"})
    return known.fillna(dict.fromkeys(texts, ""))


def explained(result: pd.DataFrame, unmet: pd.DataFrame) -> pd.DataFrame:
    """Add the reason why a moment is not reached.

    Parameters
    ----------
    result : DataFrame
        From `compared`.
    unmet : DataFrame
        moment, level, year, column, other, urbanity and reason.

    Returns
    -------
    DataFrame
        With reason, empty where there is none.

    Raises
    ------
    ValueError
        If a reason belongs to no moment.
    """
    keys = ["moment", *KEYS]
    joined = result.merge(unmet, on=keys, how="outer", validate="1:1", indicator=True)
    left = joined.loc[joined["_merge"] == "right_only", keys]
    if len(left):
        raise ValueError(f"unmet.csv, reasons for moments that are not in moments.csv:\n{left}")
    return result.merge(unmet, on=keys, how="left", validate="1:1").fillna({"reason": ""})


def wrong(result: pd.DataFrame) -> pd.DataFrame:
    """Choose moments that are outside without a reason, or inside with one.

    Parameters
    ----------
    result : DataFrame
        From `explained`.

    Returns
    -------
    DataFrame
        Rows of `result`; a moment that is missing counts as outside.
    """
    inside = result["within"].fillna(False).astype(bool)
    return result[inside == (result["reason"] != "")]


def draw(
    size: str, seed: int, asked: Iterable[tuple[str, int]]
) -> dict[tuple[str, int], pd.DataFrame]:
    """Make a synthetic country of a named size and aggregate it."""
    from nplvanalysis.sources.sample import country, sizes, truth

    return tables(country.make(seed, truth.load(), sizes.by_name(size)), asked)
