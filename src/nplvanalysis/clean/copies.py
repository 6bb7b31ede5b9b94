"""Waves that are copies of another wave: left out, and said so, never taken for a measurement."""

from __future__ import annotations

import pandas as pd

from nplvanalysis import schema
from nplvanalysis.clean.tidy import Cleaned
from nplvanalysis.registers import Source


def left_out(
    cleaned: dict[str, Cleaned],
    entries: dict[str, Source],
    catalogue: dict[str, Source],
    received: pd.DataFrame,
) -> dict[str, Cleaned]:
    """Take the figures out of tables that are copies of an earlier wave.

    A copy has the bytes of a file that the catalogue lists for an earlier year, or all the figures
    of an earlier wave of its dataset.

    Parameters
    ----------
    cleaned : dict of str to Cleaned
        By source.
    entries, catalogue : dict of str to Source
        Sources of the study, and all.
    received : DataFrame
        source, sha256: what arrived.

    Returns
    -------
    dict of str to Cleaned
        Copies keep the columns that identify their areas, and a note that names the original.
    """
    digests = dict(zip(received["source"], received["sha256"], strict=True))
    made = dict(cleaned)
    for source, result in cleaned.items():
        original = _same_bytes(entries[source], digests.get(source), catalogue)
        original = original or _same_figures(source, cleaned, entries)
        if original:
            made[source] = _without_figures(result, original)
    return made


def _same_bytes(entry: Source, digest: str | None, catalogue: dict[str, Source]) -> str | None:
    earlier = {
        name: other.year
        for name, other in catalogue.items()
        if digest and other.sha256 == digest and _is_earlier(other, entry)
    }
    return min(earlier, key=lambda name: (earlier[name], name)) if earlier else None


def _same_figures(
    source: str, cleaned: dict[str, Cleaned], entries: dict[str, Source]
) -> str | None:
    own = _figures(cleaned[source].table)
    if own.empty:
        return None
    for name, other in cleaned.items():
        if _is_earlier(entries[name], entries[source]) and _figures(other.table).equals(own):
            return name
    return None


def _is_earlier(other: Source, entry: Source) -> bool:
    # one file of several years, with an entry for each, is no copy
    same = (other.dataset, other.level) == (entry.dataset, entry.level)
    return same and other.year < entry.year and other.file != entry.file


def _identifiers(table: pd.DataFrame) -> list[str]:
    dictionary = schema.columns()
    return [str(name) for name in table if dictionary[str(name)].kind == "identifier"]


def _figures(table: pd.DataFrame) -> pd.DataFrame:
    """Give the figures by code, without the year; empty for a table of several years."""
    if "code" not in table or len(table["year"].unique()) != 1:
        return pd.DataFrame()
    by_code = table.set_index("code").sort_index()
    return by_code.drop(columns=_identifiers(by_code))


def _without_figures(result: Cleaned, original: str) -> Cleaned:
    identity = _identifiers(result.table)
    note = f"columns LEFT OUT: this file is a copy of {original}, which is of an earlier year"
    count = len(result.table.columns) - len(identity)
    return Cleaned(result.table[identity], result.areas, {**result.notes, note: count}, result.key)
