"""Kerncijfers wijken en buurten: the StatLine table of one year."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nplvanalysis import schema
from nplvanalysis.clean import areas, editions, statline, tidy, topics, totals, vintage

if TYPE_CHECKING:
    from nplvanalysis.registers import Source

# Columns that some editions do not have; any other that is gone was renamed.
NOT_IN_ALL = [
    *("single_family", "terraced", "corner", "semi_detached", "detached", "flats"),
    *("tenure_unknown", "vacant", "built_from_2000", "built_last_ten_years"),
    *("non_western", "origin_outside_europe", "youth_care", "wmo_clients"),
]


def clean(members: dict[str, bytes], entry: Source) -> tidy.Cleaned:
    """Clean the table of one year.

    Parameters
    ----------
    members : dict of str to bytes
        Raw responses of OData v3, by name.
    entry : Source
        Its level says which areas are kept.

    Returns
    -------
    Cleaned
        One row per area of the level. CBS fills a table in over two years: columns without any
        figure yet are absent, and named in the notes.

    Raises
    ------
    FormatError
        If a response, a page or a column is missing or broken, or a unit is another.
    DataError
        If a cell, code or sum of tenure shares cannot be right, or areas do not sum to their whole.
    DivisionError
        If the table is of another year.
    """
    table = statline.opened(members, entry, "kwb_statline")
    vintage.of_year(table)
    wanted = dict.fromkeys(schema.published_names("kwb_statline").values())
    always = [name for name in wanted if name not in NOT_IN_ALL]
    topics.require(table.chosen, always, "kwb_statline", entry.file)
    every = statline.rows(table)
    totals.agree(every, table)
    cleaned = areas.tidied(every, table)
    absent = [name for name in wanted if name not in table.chosen]
    told = {f"columns that this edition does not have ({', '.join(absent)})": len(absent)}
    full = editions.completed(cleaned.table, entry.file)
    return tidy.Cleaned(full, notes=cleaned.notes | told | editions.shortfall(full))
