"""Safety survey: the share that feels unsafe, with the bounds of its 95 % interval."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from nplvanalysis.clean import areas, cells, statline, tidy, topics, vintage

if TYPE_CHECKING:
    from nplvanalysis.clean.statline import Table
    from nplvanalysis.registers import Source

# Keys of the dimension of margins: the value, and the bounds of its interval.
MARGINS = {
    "MW00000": "feels_unsafe",
    "MOG0095": "feels_unsafe_low",
    "MBG0095": "feels_unsafe_high",
}
DIMENSION = "Marges"


def clean(members: dict[str, bytes], entry: Source) -> tidy.Cleaned:
    """Clean the survey.

    Parameters
    ----------
    members : dict of str to bytes
        Raw responses of OData v3, by name.
    entry : Source
        Its year is that of the release, its division holds for all years.

    Returns
    -------
    Cleaned
        One row per area of the level and year with a figure; the survey gives none for areas with
        few respondents.

    Raises
    ------
    FormatError, DataError, DivisionError
        As nplvanalysis.clean.kwb_statline.
    DataError
        If a value lies outside its interval, or has no interval.
    """
    table = statline.opened(members, entry, "safety_survey", [DIMENSION])
    vintage.on_division(table, stated=True)
    topics.require(table.chosen, ["feels_unsafe"], "safety_survey", entry.file)
    frame, notes = areas.of_level(_with_margins(table), table)
    wide = _wide(frame)
    _in_order(wide, table)
    known = wide[wide["feels_unsafe"].notna()]
    made, _ = areas.identified(known.reset_index(drop=True), table)
    silent = {"areas and years with too few respondents": len(wide) - len(known)}
    return tidy.Cleaned(made, notes=notes | silent)


def _with_margins(table: Table) -> pd.DataFrame:
    margins = table.dimensions.get(DIMENSION)
    missing = [key for key in MARGINS if margins is None or key not in margins.keys]
    frame = statline.rows(table)
    if margins is not None and not missing:
        missing = [key for key in MARGINS if not (frame[DIMENSION] == key).any()]
    if missing:
        expected = f"a dimension {DIMENSION} with {', '.join(MARGINS)}"
        raise table.responses.broken(f"{DIMENSION}.json", expected, f"no {', '.join(missing)}")
    return frame


def _wide(frame: pd.DataFrame) -> pd.DataFrame:
    keys = ["code", "year"] if "year" in frame else ["code"]
    parts = {
        name: frame[(frame[DIMENSION] == key).to_numpy()].set_index(keys)["feels_unsafe"]
        for key, name in MARGINS.items()
    }
    first = frame.drop(columns="feels_unsafe").drop_duplicates(keys)
    wide = pd.DataFrame(parts).reset_index()
    return first.merge(wide, on=keys, how="left", validate="1:1").reset_index(drop=True)


def _in_order(wide: pd.DataFrame, table: Table) -> None:
    value, low, high = (wide[name] for name in MARGINS.values())
    some = value.notna() | low.notna() | high.notna()
    wrong = some & ~((low <= value) & (value <= high))
    shown = pd.Series(
        [f"{low[i]} to {high[i]} around {value[i]}" for i in wide.index[wrong]],
        name=table.chosen["feels_unsafe"].key,
        dtype="str",
    )
    if wrong.any():
        codes = wide.loc[wrong, "code"].reset_index(drop=True)
        rule = "a value within its interval, or no figure at all"
        cells.refuse(wrong[wrong].to_numpy(), shown, codes, table.entry.file, rule)
