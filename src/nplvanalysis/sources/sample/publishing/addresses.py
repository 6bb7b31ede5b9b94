"""Buurt, wijk and gemeente of every postcode with house number, as the publisher lists them."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from nplvanalysis.sources.sample.names import MARK
from nplvanalysis.sources.sample.publishing import archive

# The first year of which the real publisher has such a list.
FIRST = 2016
# Addresses per postcode, about as in the real country.
ALIKE = 20
FIRST_DIGITS = 1011
LETTERS = [
    one + other
    for one in "ABCDEGHJKLMNPRSTVWXZ"
    for other in "ABCDEGHJKLMNPRSTVWXZ"
    if one + other not in ("SA", "SD", "SS")
]
LEVELS = ["code", "wijk", "municipality"]
# Share of the homes of the first year that is demolished in each later one.
GONE = 0.002
# Addresses that are in memory as text at a time.
BLOCK = 500_000
ABOUT = f"{MARK}: made by nplvanalysis. No line is a real address.\n"


def write(cells: pd.DataFrame, homes: np.ndarray, years: range, year: int, path: Path) -> None:
    """Write the list of one year inside a zip.

    Each cell has a list of addresses of its own, and a home is one of them. What is built is added
    at the end; what is demolished vanishes from the start. No address moves to another cell.

    Parameters
    ----------
    cells : DataFrame, length n
        The division of the year, of cells on land: code, wijk, municipality.
    homes : ndarray, shape (years, n)
        Dwellings of all years: where the list of a cell starts is the same in each of them.
    years : range
    year : int
        One of `years`.
    path : Path
    """
    members = [("leesmij.txt", ABOUT.encode()), (member(year), text(cells, homes, years, year))]
    archive.write(members, path)


def member(year: int) -> str:
    """Name the list of a year inside its zip."""
    return f"pc6hnr{year}0801_gwb.csv"


def header(year: int) -> list[str]:
    """Name the columns as the publisher does in a year.

    Parameters
    ----------
    year : int

    Returns
    -------
    list of str
        Postcode, house number, buurt, wijk, gemeente.
    """
    if year <= FIRST:
        return ["pc6", "huisnummer", f"gwb{year}_code", "wijkcode", "gemeentecode"]
    last = "Gem" if year == FIRST + 1 else "Gemeente"
    return ["PC6", "Huisnummer", f"Buurt{year}", f"Wijk{year}", f"{last}{year}"]


def separator(year: int) -> str:
    """Give the mark between cells."""
    return "," if year == 2023 else ";"


def text(cells: pd.DataFrame, homes: np.ndarray, years: range, year: int) -> Any:
    """Make the list; see `write`.

    Returns
    -------
    Buffer
        Bytes of a CSV, sorted by postcode.
    """
    import pyarrow as pa
    from pyarrow import csv

    codes = [cells[level].str[2:].to_numpy(dtype=object) for level in LEVELS]
    stock = homes.astype(np.int64)
    gone = np.floor(GONE * np.arange(len(years))[:, None] * stock[0]).astype(np.int64)
    postcodes = -(-(gone + stock).max(axis=0) // ALIKE)
    first = np.cumsum(postcodes) - postcodes
    now = years.index(year)
    mark, names = separator(year), header(year)
    options = csv.WriteOptions(include_header=False, delimiter=mark, quoting_style="none")
    sink = pa.BufferOutputStream()
    sink.write((mark.join(names) + "\n").encode())
    for cell, rank in _blocks(stock[now]):
        place = rank + gone[now, cell]
        number = first[cell] + place // ALIKE
        # one side of a street
        house = 2 * (place % ALIKE) + 1 + number % 2
        columns = [_postcodes(number), pa.array(house), *(pa.array(code[cell]) for code in codes)]
        csv.write_csv(pa.table(columns, names=names), sink, options)
    return memoryview(sink.getvalue())


def _blocks(homes: np.ndarray) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Give the cell of each home and its rank in that cell, block by block."""
    ends = np.cumsum(homes)
    full = np.searchsorted(ends, np.arange(BLOCK, ends[-1], BLOCK))
    cuts = np.unique([0, *full, len(homes)])
    for low, high in pairwise(cuts):
        own = homes[low:high]
        start = np.cumsum(own) - own
        yield np.repeat(np.arange(low, high), own), np.arange(own.sum()) - np.repeat(start, own)


def _postcodes(number: np.ndarray) -> Any:
    import pyarrow as pa

    unique, place = np.unique(number, return_inverse=True)
    digits, letters = np.divmod(unique, len(LETTERS))
    names = np.char.add((digits + FIRST_DIGITS).astype(str), np.array(LETTERS)[letters])
    return pa.array(names.tolist()).take(pa.array(place))
