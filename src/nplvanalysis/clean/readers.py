"""How `store` reads the files of each dataset; all but `store` leave files alone."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from nplvanalysis import store
from nplvanalysis.clean import boundaries, datasets, leefbaarometer, responses

READERS: dict[str, Callable[[Path, str], Any]] = {
    "kwb": lambda path, _: store.read_workbook(path),
    "kwb_rda": lambda path, _: store.read_rda(path),
    "kwb_dbf": lambda path, _: store.read_dbf(path),
    "boundaries": lambda path, level: (
        store.read_text(path)
        if path.suffix == ".geojson"
        else store.read_layer(path, boundaries.LAYERS[level])
    ),
    "addresses": lambda path, _: store.read_members(path, datasets.MEMBERS["addresses"]),
    "leefbaarometer": lambda path, level: (
        store.read_csv(path)
        if path.suffix == ".csv"
        else store.read_members(path, leefbaarometer.member(level))
    ),
    "crime_gemeente": lambda path, _: store.read_csv(path, sep=";"),
    # latin-1 keeps every byte: the cleaner finds out which encoding it is
    "elections": lambda path, _: (
        store.read_workbook(path) if path.suffix == ".xls" else store.read_text(path, "latin-1")
    ),
    **dict.fromkeys(
        ["kwb_export", "wijkprofiel"], lambda path, _: store.read_text(path, "latin-1")
    ),
    **dict.fromkeys(datasets.STATLINE, lambda path, _: store.read_members(path, responses.JSON)),
}
