"""An Excel workbook as bytes that depend on its cells alone, not on the clock."""

from __future__ import annotations

import datetime as dt
import io
import re
import zipfile

import pandas as pd

from nplvanalysis.sources.sample.names import MARK, PROVINCE

CLOCK = (2022, 1, 1, 0, 0, 0)


def content(table: pd.DataFrame, sheet: str) -> bytes:
    """Write a table to the first sheet of a workbook.

    Parameters
    ----------
    table : DataFrame
        Cells are numbers or text; headers in the first row.
    sheet : str
        Name of the sheet, at most 31 characters.

    Returns
    -------
    bytes
        An .xlsx file whose properties say SYNTHETIC.
    """
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    page = book.create_sheet(sheet)
    page.append(list(table.columns))
    for row in zip(*(table[name].tolist() for name in table), strict=True):
        page.append(row)
    about = book.properties
    about.creator = f"{MARK}: nplvanalysis, not the publisher"
    about.title = f"{MARK} {PROVINCE}, {sheet}"
    about.description = "Made by code. No figure is about a real place."
    about.created = dt.datetime(*CLOCK)
    stream = io.BytesIO()
    book.save(stream)
    return _without_clock(stream.getvalue())


def _without_clock(book: bytes) -> bytes:
    """Set the times that openpyxl takes from the clock."""
    stamp = dt.datetime(*CLOCK).strftime("%Y-%m-%dT%H:%M:%SZ").encode()
    with zipfile.ZipFile(io.BytesIO(book)) as source:
        members = {name: source.read(name) for name in source.namelist()}
    core = "docProps/core.xml"
    members[core] = re.sub(rb"(<dcterms:modified[^>]*>)[^<]*", rb"\g<1>" + stamp, members[core])
    return zipped(members)


def zipped(members: dict[str, bytes]) -> bytes:
    """Zip members with a fixed time.

    Parameters
    ----------
    members : dict of str to bytes
        By name, in order.

    Returns
    -------
    bytes
    """
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            about = zipfile.ZipInfo(name, CLOCK)
            about.compress_type = zipfile.ZIP_DEFLATED
            about.external_attr = 0o644 << 16
            archive.writestr(about, content)
    return stream.getvalue()
