"""Vintage of a StatLine table: the year of its figures, and that of its areas."""

from __future__ import annotations

import re

from nplvanalysis import errors
from nplvanalysis.clean import tidy
from nplvanalysis.clean.statline import Table

# "indeling 2024", "buurtindeling van 2024", "gemeentelijke indeling op 1 januari 2024"; not the
# classification of firms, "Standaard Bedrijfsindeling 2008".
DIVISION = r"(?<!edrijfs)[Ii]ndeling(?:\s+(?:van|op|per|in))?(?:\s+1\s+januari)?\s+(\d{4})"


def of_year(table: Table) -> None:
    """Stop when a table of one year, on that year's borders, is not of the catalogue's year.

    Parameters
    ----------
    table : Table

    Raises
    ------
    DivisionError
    """
    tidy.own_borders(table.entry)
    period = str(table.about.get("Period") or table.about.get("Title") or "")
    if re.findall(r"\d{4}", period) != [str(table.entry.year)]:
        raise _of_another_year(table, "Period", str(table.entry.year), period or "nothing")


def on_division(table: Table, stated: bool) -> None:
    """Stop when a table says that its areas are of another year than the catalogue says.

    Parameters
    ----------
    table : Table
    stated : bool
        Whether the table must say it, as one of several years on one division must: then silence
        is an error too.

    Raises
    ------
    DivisionError
    """
    fields = [table.about.get("Title"), table.about.get("ExplanatoryText"), table.areas.about]
    found = set(re.findall(DIVISION, " ; ".join(str(text or "") for text in fields)))
    if found - {str(table.entry.division)} or (stated and not found):
        expected = f"areas of {table.entry.division} in ExplanatoryText or {table.areas.name}, "
        expected += f"such as 'indeling {table.entry.division}'"
        got = ", ".join(sorted(found)) or "none"
        raise _of_another_year(table, "ExplanatoryText", expected, got)


def _of_another_year(table: Table, field: str, expected: str, got: str) -> errors.DivisionError:
    return errors.DivisionError(
        "The table is of another year than the catalogue says, or does not say of which.",
        where=f"{table.entry.file}, TableInfos, column {field}",
        expected=expected,
        got=got,
        todo="Correct year and division in data/sources.yaml, or fetch the table of that year.",
    )
