"""Buurt, wijk and gemeente of every address: a postcode with a house number (CBS, every year).

The publisher's list has no letters behind house numbers: flats that differ in those alone are one
address.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from nplvanalysis import errors
from nplvanalysis.clean import tidy

if TYPE_CHECKING:
    from nplvanalysis.registers import Source

# The release for some years is marked as a version: pc6hnr20180801_gwb-vs2.csv.
MEMBER = r"(?i)pc6hnr[0-9]{8}_gwb.*\.csv"
KEY = ["postcode", "house_number"]
# Headers without their year, in lower case: those of 2016, 2017 and later years.
HEADERS = {
    "pc6": "postcode",
    "huisnummer": "house_number",
    "buurt": "buurt",
    "gwb_code": "buurt",
    "wijk": "wijk",
    "wijkcode": "wijk",
    "gemeente": "gemeente",
    "gem": "gemeente",
    "gemeentecode": "gemeente",
}
PATTERNS = {"postcode": r"[1-9][0-9]{3}[A-Z]{2}", "house_number": r"[1-9][0-9]{0,4}"}
# Characters of a code without the letters in front. Until 2023 it came without leading zeros.
WIDTHS = {"buurt": 8, "wijk": 6, "gemeente": 4}
# A list with a larger share of addresses that cannot be used is not the publisher's.
MOST_LEFT_OUT = 0.01


@dataclass(frozen=True)
class Coded:
    """A column as numbers of its distinct values.

    Parameters
    ----------
    places : ndarray of int, length n
        Position of the value of each row; -1 where it is not known.
    texts : ndarray of str
        Distinct values.
    """

    places: np.ndarray
    texts: np.ndarray


def clean(raw: dict[str, bytes], entry: Source) -> tidy.Cleaned:
    """Clean the list of one year.

    Parameters
    ----------
    raw : dict of str to bytes
        The members of the zip that match `MEMBER`: one.
    entry : Source
        Its level says whose codes are kept.

    Returns
    -------
    Cleaned
        One row per postcode and house_number: code, year, division. An address without postcode
        or code, or with two codes, is left out; one that stands there twice is kept once.

    Raises
    ------
    FormatError
        If the list lacks a column, or a line has too few or too many cells.
    DivisionError
        If its codes are of another year than the entry says.
    DataError
        For a postcode, house number or code that cannot be one, a buurt that lies in another wijk
        or gemeente than its code says, or more addresses left out than `MOST_LEFT_OUT`.
    """
    tidy.own_borders(entry)
    columns = {
        role: _parsed(role, column, entry.file) for role, column in _read(raw, entry).items()
    }
    _nested(columns, entry.file)
    postcode, code = columns["postcode"], columns[entry.level]
    numbers = columns["house_number"].texts.astype(np.int64)[columns["house_number"].places]
    known = np.flatnonzero((postcode.places >= 0) & (code.places >= 0))
    address = postcode.places[known].astype(np.int64) * 10**5 + numbers[known]
    again, torn = _doubled(address, code.places[known])
    pick = known[~(again | torn)]
    notes = {
        "addresses without postcode or code left out": len(numbers) - len(known),
        "addresses that stand there again": int(again.sum()),
        "rows of addresses with two codes left out": int(torn.sum()),
    }
    _refuse_many(len(numbers) - len(known) + int(torn.sum()), len(numbers), notes, entry.file)
    table = pd.DataFrame(
        {
            "postcode": _texts(postcode, pick),
            "house_number": numbers[pick],
            "code": _texts(code, pick),
            "division": entry.division,
            "year": entry.year,
        }
    )
    return tidy.Cleaned(table, notes={what: n for what, n in notes.items() if n}, key=KEY)


def _doubled(address: np.ndarray, code: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Mark rows that repeat one before them, and those of addresses with several codes."""
    many = pd.Series(address).duplicated(keep=False).to_numpy()
    rows = pd.DataFrame({"address": address[many], "code": code[many]})
    repeats = rows.duplicated()
    once = rows[~repeats]
    several = rows["address"].isin(once.loc[once.duplicated("address"), "address"]) & ~repeats
    again, torn = np.zeros(len(address), bool), np.zeros(len(address), bool)
    again[many], torn[many] = repeats, several
    return again, torn


def _texts(column: Coded, pick: np.ndarray) -> pd.Series:
    values = pd.Series(column.texts, dtype="str")
    return values.take(column.places[pick]).reset_index(drop=True)


def _read(raw: dict[str, bytes], entry: Source) -> dict[str, Coded]:
    """Read the columns, cells as they are."""
    import pyarrow as pa
    from pyarrow import csv

    if len(raw) != 1:
        raise _not_a_list(entry.file, "one list inside the zip", ", ".join(raw) or "none")
    ((name, content),) = raw.items()
    where = f"{entry.file}, {name}"
    header = content[:1000].partition(b"\n")[0].decode("utf-8-sig", "replace").strip()
    mark = max(";,", key=header.count)
    roles = _roles(header.split(mark), where, entry)
    text = pa.dictionary(pa.int32(), pa.string())
    try:
        table = csv.read_csv(
            pa.BufferReader(content),
            csv.ReadOptions(column_names=roles, skip_rows=1),
            csv.ParseOptions(delimiter=mark),
            csv.ConvertOptions(column_types=dict.fromkeys(roles, text)),
        ).unify_dictionaries()
    except ValueError as error:
        got = f"{type(error).__name__}: {error}"
        raise _not_a_list(where, f"{len(roles)} cells in each line", got) from error
    if not len(table):
        raise _not_a_list(where, "a line for each address", "none")
    return {role: _coded(table[role].chunks) for role in HEADERS.values() if role in roles}


def _coded(chunks: list) -> Coded:
    places = np.concatenate([chunk.indices.to_numpy() for chunk in chunks])
    return Coded(places, np.array(chunks[0].dictionary.to_pylist(), dtype=object))


def _roles(header: list[str], where: str, entry: Source) -> list[str]:
    """Name the columns; one that the list has besides keeps its name."""
    names = [cell.strip().strip('"').lower() for cell in header]
    bare = [re.sub(r"[0-9]{4}", "", name) for name in names]
    found = [HEADERS.get(stem, name) for stem, name in zip(bare, names, strict=True)]
    wanted = sorted(set(HEADERS.values()))
    if sorted(role for role in found if role in wanted) != wanted:
        expected = "PC6, Huisnummer, Buurt, Wijk and Gemeente, each once, the last with a year"
        raise _not_a_list(where, f"columns {expected}", ", ".join(names)[:300])
    years = {year for name in names for year in re.findall(r"[0-9]{4}", name)}
    if years != {str(entry.division)}:
        raise errors.DivisionError(
            "The codes of a list of addresses are of another year than the entry says.",
            where=where,
            expected=f"columns such as Buurt{entry.division}",
            got=", ".join(header)[:300],
            todo="Correct year and division of the entry in data/sources.yaml, or fetch the list "
            f"of {entry.division}.",
        )
    return found


def _parsed(role: str, column: Coded, where: str) -> Coded:
    """Check the distinct cells of a column, and write codes in full."""
    cells = pd.Series(column.texts, dtype="str").str.strip()
    if role in WIDTHS:
        pattern, prefix = tidy.CODES[role], tidy.CODES[role][:2]
        # an address that lies nowhere: no code, or zeros
        unknown = cells.str.fullmatch("0*")
        full = prefix + cells.str.zfill(WIDTHS[role])
    else:
        pattern, full = PATTERNS[role], cells
        unknown = (cells == "") & (role == "postcode")
    wrong = (~full.str.fullmatch(pattern) & ~unknown).to_numpy(dtype=bool)
    if wrong.any():
        count = int(wrong[column.places].sum())
        shown = ", ".join(repr(cell) for cell in column.texts[wrong][:3])
        raise _wrong(f"{where}, {role}", f"cells like {pattern}", f"{count:,} rows with {shown}")
    places, values = pd.factorize(full.where(~unknown))
    return Coded(places.astype(np.int32)[column.places], values.to_numpy(dtype=object))


def _nested(columns: dict[str, Coded], where: str) -> None:
    """Refuse a code whose first characters are not the wider area in the same row."""
    for inner, outer in (("buurt", "wijk"), ("wijk", "gemeente")):
        ours, theirs = columns[inner], columns[outer]
        known = (ours.places >= 0) & (theirs.places >= 0)
        pairs = ours.places.astype(np.int64) * len(theirs.texts) + theirs.places
        both = pd.unique(pairs[known])
        one, other = np.divmod(both, len(theirs.texts))
        size, names = 2 + WIDTHS[outer], zip(ours.texts[one], theirs.texts[other], strict=True)
        wrong = [f"{code} in {area}" for code, area in names if code[2:size] != area[2:]]
        if wrong:
            got = f"{len(wrong):,} pairs that are not, such as {', '.join(wrong[:3])}"
            raise _wrong(where, f"each {inner} in the {outer} that its code begins with", got)


def _refuse_many(lost: int, rows: int, notes: dict[str, int], where: str) -> None:
    if lost > MOST_LEFT_OUT * rows:
        got = f"of {rows:,} rows: " + ", ".join(
            f"{count:,} {what}" for what, count in notes.items()
        )
        raise _wrong(where, f"at most {MOST_LEFT_OUT:.0%} of the addresses left out", got)


def _wrong(where: str, expected: str, got: str) -> errors.DataError:
    return errors.DataError(
        "A list of addresses holds what the publisher's does not.",
        where=where,
        expected=expected,
        got=got,
        todo="Fetch the file again; spreadsheets drop zeros and change codes when they save it.",
    )


def _not_a_list(where: str, expected: str, got: str) -> errors.FormatError:
    return errors.FormatError(
        "The file is not a list of addresses by buurt, wijk and gemeente.",
        where=where,
        expected=expected,
        got=got,
        todo="See whether it is the right file (pc6hnr..._gwb.csv in the zip of the publisher); "
        "for a new name of a column change nplvanalysis.clean.addresses.",
    )
