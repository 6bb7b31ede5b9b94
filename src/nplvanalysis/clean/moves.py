"""Moves: persons who settled in and left an area, by year, all years on one division."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nplvanalysis.clean import areas, statline, tidy, topics, vintage

if TYPE_CHECKING:
    from nplvanalysis.registers import Source


def clean(members: dict[str, bytes], entry: Source) -> tidy.Cleaned:
    """Clean arrivals and departures.

    Parameters
    ----------
    members : dict of str to bytes
        Raw responses of OData v3, by name.
    entry : Source
        Its year is that of the release, its division holds for all years.

    Returns
    -------
    Cleaned
        One row per area of the level and year.

    Raises
    ------
    FormatError, DataError, DivisionError
        As nplvanalysis.clean.kwb_statline.
    """
    table = statline.opened(members, entry, "moves")
    vintage.on_division(table, stated=True)
    topics.require(table.chosen, ["arrivals", "departures"], "moves", entry.file)
    return areas.tidied(statline.rows(table), table)
