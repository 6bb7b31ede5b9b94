"""Areas as StatLine lists them: the dimension, and the topics that name an area."""

from __future__ import annotations

import numpy as np
import pandas as pd

from nplvanalysis.sources.sample.publishing.statline import Dimension, Topic

_GROUP = ("Regioaanduiding",)
# The columns of the figures behind the topics below.
NAMED = ["municipality_name", "recs", "code", "change"]
_CHANGE = "Indelingswijziging gemeente, wijk, buurt"
TOPICS = [
    Topic("Gemeentenaam", "Gemeentenaam", "naam", "String", _GROUP, width=40),
    Topic("SoortRegio", "Soort regio", "omschrijving", "String", _GROUP, width=10),
    Topic("Codering", "Codering", "code", "String", _GROUP, width=10),
    Topic("IndelingswijzigingGemeenteWijkBuurt", _CHANGE, "code", "String", _GROUP),
]


def sorted_as_listed(figures: pd.DataFrame) -> pd.DataFrame:
    """Put each area before its parts, the whole country first."""
    return figures.sort_values("code", key=_order, ignore_index=True)


def _order(codes: pd.Series) -> pd.Series:
    return codes.str[2:].where(codes.str[:2] != "NL", "")


def dimension(figures: pd.DataFrame, division: int) -> Dimension:
    """List the areas.

    Parameters
    ----------
    figures : DataFrame
        With code, name, recs, municipality, municipality_name, in the order wanted.
    division : int
        Year of the borders.

    Returns
    -------
    Dimension
        Key, Title, Description, Municipality and DetailRegionCode.
    """
    own = figures["recs"] != "Land"
    described = figures["recs"] + " '" + figures["name"] + "' (" + figures["code"] + ")"
    members = pd.DataFrame(
        {
            "Key": figures["code"],
            "Title": figures["name"],
            "Description": described.where(own, ""),
            "Municipality": figures["municipality"].where(own, ""),
            "DetailRegionCode": figures["code"].where(own, ""),
        }
    )
    title = f"Wijken en buurten (indeling {division})"
    return Dimension("WijkenEnBuurten", title, "GeoDetail", members)


def texts(figures: pd.DataFrame) -> dict[str, pd.Series]:
    """Give the columns of `TOPICS`, by the names of `NAMED`; the country has no change flag."""
    change = figures["change"].astype(int).astype(str).astype(object)
    return {
        **{name: figures[name].astype(object) for name in NAMED[:3]},
        "change": change.where(figures["recs"] != "Land", None),
    }


def by_place(figures: pd.DataFrame, times: int) -> dict[str | int, pd.Series | np.ndarray]:
    """Repeat the key of each area, and the first two of `TOPICS`, for the members inside it.

    Parameters
    ----------
    figures : DataFrame
    times : int
        Rows per area.

    Returns
    -------
    dict
        WijkenEnBuurten, 0 and 1, each of shape (times x areas,): areas change slowest.
    """
    named = texts(figures)
    columns: dict[str | int, pd.Series] = {"WijkenEnBuurten": figures["code"]}
    columns |= {place: named[name] for place, name in enumerate(NAMED[:2])}
    return {key: np.repeat(column.to_numpy(dtype=object), times) for key, column in columns.items()}
