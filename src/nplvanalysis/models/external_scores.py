"""Published figures of the Leefbaarometer, computed anew from the open scores."""

from __future__ import annotations

import pandas as pd

from nplvanalysis.models.published import NO, YES, Answer, Check, focus_rows, latest
from nplvanalysis.params import Study

PLACE_SIZES = (7_000, 23_000)
# Hoensbroek is part of the municipality of Heerlen: its five wijken.
HOENSBROEK = "WK09171"
HEERLEN, VAALS = "GM0917", "GM0981"
# Of the dwellings of the country, according to the publisher.
WEAK = 0.11


def weak(year: int) -> Check:
    """Make the check of a year: focus-area dwellings among the lowest-scoring 11 % of dwellings.

    Parameters
    ----------
    year : int
        A wave of the scores.

    Returns
    -------
    callable
        Panel and study to an answer, or None where the columns are missing.
    """

    def check(panel: pd.DataFrame, study: Study) -> Answer | None:
        rows = panel[panel["level"] == study.unit]
        if not {"lbm", "dwellings"} <= {*rows} or focus_rows(rows).empty:
            return None
        stock = rows[rows["year"] == study.years.exposure].set_index("code")["dwellings"]
        known = rows[rows["year"] == year].dropna(subset=["lbm"])
        known = known.assign(homes=known["code"].map(stock)).dropna(subset=["homes"])
        if known.empty:
            return None
        known = known.sort_values("lbm", kind="stable")
        low = known["homes"].cumsum() / known["homes"].sum() <= WEAK
        own = focus_rows(known)
        share = 100 * float(own.loc[low.reindex(own.index), "homes"].sum() / own["homes"].sum())
        why = (
            "The open scores have no classes, and the publisher counts cells of 100 m. Here: "
            "dwellings in the lowest-scoring areas that hold 11 % of all dwellings; whole wijken, "
            "and the focus areas whose borders are known."
        )
        return Answer(share, year, NO, why)

    return check


def _places(panel: pd.DataFrame) -> pd.DataFrame:
    """Put wijken together to municipalities, Hoensbroek by itself; 7,000 to 23,000 residents."""
    if "lbm" not in panel:
        return pd.DataFrame()
    rows = panel[panel["level"] == "wijk"]
    now = latest(rows, "wijk", "population", "dwellings").set_index("code")
    scores = rows.pivot_table(index="code", columns="year", values="lbm", aggfunc="first")
    if not {2014, 2020} <= set(scores.columns) or HEERLEN not in set(now["municipality"]):
        return pd.DataFrame()
    both = now[["municipality", "population", "dwellings"]].join(scores[[2014, 2020]]).dropna()
    whole = both["municipality"].mask(both.index.str.startswith(HOENSBROEK), "Hoensbroek")
    sums = both[[2014, 2020]].mul(both["dwellings"], axis=0).groupby(whole).sum()
    means = sums.div(both["dwellings"].groupby(whole).sum(), axis=0)
    people = both["population"].groupby(whole).sum()
    return means[people.between(*PLACE_SIZES)]


def hoensbroek(panel: pd.DataFrame, _study: Study) -> Answer | None:
    """Rank the rise of Hoensbroek, 2014 to 2020, among places of its size."""
    places = _places(panel)
    if places.empty:
        return None
    rank = (places[2020] - places[2014]).rank(ascending=False)["Hoensbroek"]
    return _of_places(float(rank), len(places))


def vaals(panel: pd.DataFrame, _study: Study) -> Answer | None:
    """Rank the score of Vaals in 2020, from the lowest, among places of its size."""
    places = _places(panel)
    return None if places.empty else _of_places(float(places[2020].rank()[VAALS]), len(places))


def _of_places(rank: float, count: int) -> Answer:
    why = (
        f"Among {count - 1} municipalities of that size and the wijken of Hoensbroek: there is no "
        "open table of places. Scores of the edition of 2022."
    )
    return Answer(rank, 2020, YES if rank == 1 else NO, why)
