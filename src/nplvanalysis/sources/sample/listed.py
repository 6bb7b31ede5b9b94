"""The focus areas of the synthetic country as a ministry would list them: by codes of one year."""

from __future__ import annotations

import pandas as pd

from nplvanalysis.sources.programme import COLUMNS
from nplvanalysis.sources.sample.country import Country

# A buurt is on the list from this part of its homes in chosen cells on.
PART = 0.5


def listed(made: Country) -> pd.DataFrame:
    """List the buurten of the focus areas.

    The codes are those of the year in which the programme starts, as a list made then has them:
    some of them are no codes of the last division, or codes of another place there.

    Parameters
    ----------
    made : Country

    Returns
    -------
    DataFrame
        `programme.COLUMNS`, in the order of areas and codes; all of status "derived".
    """
    first, last = made.size.years
    year = min(max(made.truth.programme.start, first), last)
    now = made.latent[made.latent["year"] == year].set_index("cell")
    land, codes = made.geography.land, made.divisions.codes(year).reindex(now.index)
    homes = now["dwellings"].groupby(codes["code"]).sum()
    chosen = now["dwellings"].where(now["focus"], 0).groupby(codes["code"]).sum()
    kept = codes[now["focus"] & (chosen >= PART * homes).reindex(codes["code"]).to_numpy()]
    # an area lies in one municipality of today; in the year of the list they may have been two
    today = made.divisions.codes(last).loc[kept.index, "municipality_name"]
    table = kept.drop_duplicates("code").assign(
        area_id=today.str.lower().str.replace(r"[^a-z0-9]+", "-", regex=True),
        area_name=today + " (SYNTHETIC)",
        site=land["municipality"],
        level="buurt",
        division=year,
        status="derived",
    )
    return table.sort_values(["site", "code"], ignore_index=True)[COLUMNS]
