"""The cleaner of each dataset of the catalogue."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from nplvanalysis import schema
from nplvanalysis.clean import (
    addresses,
    boundaries,
    crime_gemeente,
    elections,
    kwb,
    kwb_dbf,
    kwb_export,
    kwb_rda,
    kwb_statline,
    leefbaarometer,
    moves,
    police,
    proximity,
    safety_survey,
    wijkprofiel,
)
from nplvanalysis.clean.tidy import Cleaned
from nplvanalysis.registers import Source

STATLINE: dict[str, Callable[[dict[str, bytes], Source], Cleaned]] = {
    "kwb_statline": kwb_statline.clean,
    "police": police.clean,
    "proximity": proximity.clean,
    "moves": moves.clean,
    "safety_survey": safety_survey.clean,
}
CLEANERS: dict[str, Callable[[Any, Source], Cleaned]] = {
    "kwb": kwb.clean,
    "kwb_rda": kwb_rda.clean,
    "kwb_dbf": kwb_dbf.clean,
    "kwb_export": kwb_export.clean,
    "wijkprofiel": wijkprofiel.clean,
    "crime_gemeente": crime_gemeente.clean,
    "elections": elections.clean,
    "leefbaarometer": leefbaarometer.clean,
    "boundaries": boundaries.clean,
    "addresses": addresses.clean,
    **STATLINE,
}
# Names of the members of a zip that a cleaner wants.
MEMBERS = {"addresses": addresses.MEMBER}


def cleaned(raw: Any, entry: Source) -> Cleaned:
    """Clean a source and check the result against the dictionary.

    Parameters
    ----------
    raw : object
        The file as its reader gives it.
    entry : Source
        Its dataset says which cleaner.

    Raises
    ------
    FormatError, DataError, DivisionError
        For anything that would make a wrong number.
    """
    result = CLEANERS[entry.dataset](raw, entry)
    schema.check(result.table, where=entry.file, key=result.key)
    if result.areas is not None:
        schema.check(result.areas, where=entry.file, key=["code", "division"])
    return result
