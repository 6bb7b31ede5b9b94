"""Nabijheid voorzieningen: distances to amenities and green, the StatLine table of one year."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nplvanalysis import schema
from nplvanalysis.clean import areas, statline, tidy, topics, vintage

if TYPE_CHECKING:
    from nplvanalysis.registers import Source


def clean(members: dict[str, bytes], entry: Source) -> tidy.Cleaned:
    """Clean the distances of one year.

    Parameters
    ----------
    members : dict of str to bytes
        Raw responses of OData v3, by name.
    entry : Source
        Its level says which areas are kept.

    Returns
    -------
    Cleaned
        One row per area of the level; distances in km.

    Raises
    ------
    FormatError, DataError, DivisionError
        As nplvanalysis.clean.kwb_statline.
    """
    table = statline.opened(members, entry, "proximity")
    vintage.of_year(table)
    vintage.on_division(table, stated=False)
    wanted = [*dict.fromkeys(schema.published_names("proximity").values())]
    topics.require(table.chosen, wanted, "proximity", entry.file)
    return areas.tidied(statline.rows(table), table)
