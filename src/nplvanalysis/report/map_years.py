"""What a map shows: its columns with the year of each, and the focus areas."""

from __future__ import annotations

import pandas as pd

from nplvanalysis.params import Study

FIRST = ["owner_occupied", "tenure_corporation"]
LAST = ["income_low", "afw", "onv", "crime_violence_rate", "woz"]


def shown(panel: pd.DataFrame, verdicts: pd.DataFrame, study: Study) -> dict[str, int]:
    """Choose the columns of the map: tenure, outcomes that were tested, and some others.

    Parameters
    ----------
    panel : DataFrame
        Rows (code, division, year).
    verdicts : DataFrame
        outcome and year_outcome of the rows that decide.
    study : Study

    Returns
    -------
    dict of str to int
        From column to year: that of the test for an outcome; else that of tenure, or the last
        year that has figures. Columns without any figure are left out.
    """
    tested = verdicts[verdicts["outcome"].ne("") & verdicts["theta"].notna()]
    outcomes = dict(zip(tested["outcome"], tested["year_outcome"], strict=True))
    found: dict[str, int] = {}
    for name in dict.fromkeys([*FIRST, *outcomes, *LAST]):
        years = panel.loc[panel[name].notna(), "year"] if name in panel else pd.Series(dtype=int)
        if years.empty:
            continue
        own = int(outcomes.get(name, study.years.exposure))
        found[name] = own if own in set(years) else int(years.max())
    return found


def figures(panel: pd.DataFrame, years: dict[str, int]) -> pd.DataFrame:
    """Put columns of different years side by side.

    Parameters
    ----------
    panel : DataFrame
        Rows (code, division, year), all on one set of borders.
    years : dict of str to int
        From column to year, see `shown`.

    Returns
    -------
    DataFrame
        One row per code: name, municipality_name and the columns.
    """
    known = panel.reindex(columns=["code", "name", "municipality_name", "year"])
    last = known.sort_values("year").drop_duplicates("code", keep="last").drop(columns="year")
    for name, year in years.items():
        own = panel.loc[panel["year"] == year, ["code", name]]
        last = last.merge(own, on="code", how="left", validate="1:1")
    return last.sort_values("code", ignore_index=True)


def marked(focus: pd.DataFrame, study: Study) -> tuple[list[str], str]:
    """Choose the focus areas to outline.

    Parameters
    ----------
    focus : DataFrame
        See `registers.focus_areas`.
    study : Study

    Returns
    -------
    list of str
        Codes of this level and division: those that public sources give; where there are none,
        those of areas as they are usually drawn. None for a synthetic study.
    str
        Key of the text that says which: map_text, map_text_candidate, map_text_none or
        map_text_synthetic.
    """
    if study.synthetic:
        return [], "map_text_synthetic"
    own = focus[(focus["level"] == study.unit) & (focus["division"] == study.years.division)]
    for status, key in (("derived", "map_text"), ("candidate", "map_text_candidate")):
        found = own[own["status"] == status]
        if len(found):
            return list(found["code"]), key
    return [], "map_text_none"
