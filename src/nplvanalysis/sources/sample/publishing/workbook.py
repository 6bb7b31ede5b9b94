"""An Excel workbook (Office Open XML) of one plain sheet, written a column at a time."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import repeat
from pathlib import Path
from xml.sax.saxutils import escape

import numpy as np
import pandas as pd

from nplvanalysis.sources.sample.names import MARK
from nplvanalysis.sources.sample.publishing import archive

# Stands for the number of a row; no text can hold it.
_ROW = "\0"
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_KIND = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_PARTS = {
    "workbook": "sheet.main",
    "styles": "styles",
    "sharedStrings": "sharedStrings",
    "worksheets/sheet1": "worksheet",
}


def write(table: pd.DataFrame, sheet: str, path: Path) -> None:
    """Write a table to the first sheet of a workbook.

    Parameters
    ----------
    table : DataFrame
        Cells are whole numbers, numbers or text, none missing; headers go to the first row.
    sheet : str
        Name of the sheet, at most 31 characters.
    path : Path

    Notes
    -----
    Equal cells of a column are written once, and rows joined from them: some ten times faster than
    openpyxl, which a country needs (eight million cells).
    """
    archive.write(_members(table, sheet), path)


def _members(table: pd.DataFrame, sheet: str) -> Iterator[tuple[str, bytes]]:
    texts: dict[str, int] = {}
    for name, text in _frame(sheet).items():
        yield name, (_HEAD + text).encode()
    yield "xl/worksheets/sheet1.xml", (_HEAD + _sheet(table, texts)).encode()
    shared = "".join(f'<si><t xml:space="preserve">{escape(text)}</t></si>' for text in texts)
    strings = f'<sst xmlns="{_MAIN}" uniqueCount="{len(texts)}">{shared}</sst>'
    yield "xl/sharedStrings.xml", (_HEAD + strings).encode()


def _sheet(table: pd.DataFrame, texts: dict[str, int]) -> str:
    letters = [_letters(number) for number in range(1, table.shape[1] + 1)]
    header = "".join(map(_cell, table.columns, letters, repeat(texts)))
    columns = [_cells(table.iloc[:, place], letter, texts) for place, letter in enumerate(letters)]
    rows = [header, *map("".join, zip(*columns, strict=True))]
    body = "".join(
        f'<row r="{number}">{row.replace(_ROW, str(number))}</row>'
        for number, row in enumerate(rows, 1)
    )
    return f'<worksheet xmlns="{_MAIN}"><sheetData>{body}</sheetData></worksheet>'


def _letters(number: int) -> str:
    """Name a column, from 1 on: A, B, to Z, AA, AB."""
    before, own = divmod(number - 1, 26)
    return (_letters(before) if before else "") + chr(ord("A") + own)


def _cells(column: pd.Series, letter: str, texts: dict[str, int]) -> list[str]:
    places, different = pd.factorize(column.to_numpy(dtype=object))
    written = [_cell(value, letter, texts) for value in different]
    return np.array(written, dtype=object)[places].tolist()


def _cell(value: object, letter: str, texts: dict[str, int]) -> str:
    """Write a cell, with a mark where the number of its row comes."""
    if isinstance(value, str):
        number = texts.setdefault(value, len(texts))
        return f'<c r="{letter}{_ROW}" t="s"><v>{number}</v></c>'
    return f'<c r="{letter}{_ROW}"><v>{value}</v></c>'


def _frame(sheet: str) -> dict[str, str]:
    """Make the parts that do not depend on the cells."""
    book = (
        f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets>'
        f'<sheet name="{escape(sheet)}" sheetId="1" r:id="rId1"/></sheets></workbook>'
    )
    core = f"{_PACKAGE}/relationships/metadata/core-properties"
    root = {f"{_OFFICE}/officeDocument": "xl/workbook.xml", core: "docProps/core.xml"}
    inside = {
        f"{_OFFICE}/worksheet": "worksheets/sheet1.xml",
        f"{_OFFICE}/styles": "styles.xml",
        f"{_OFFICE}/sharedStrings": "sharedStrings.xml",
    }
    return {
        "[Content_Types].xml": _types(),
        "_rels/.rels": _relations(root),
        "docProps/core.xml": _properties(sheet),
        "xl/workbook.xml": book,
        "xl/_rels/workbook.xml.rels": _relations(inside),
        "xl/styles.xml": _styles(),
    }


def _types() -> str:
    office = "application/vnd.openxmlformats-package"
    parts = {f"/xl/{part}.xml": f"{_KIND}.{kind}+xml" for part, kind in _PARTS.items()}
    parts["/docProps/core.xml"] = f"{office}.core-properties+xml"
    overrides = "".join(
        f'<Override PartName="{part}" ContentType="{kind}"/>' for part, kind in parts.items()
    )
    return (
        f'<Types xmlns="{_PACKAGE}/content-types">'
        f'<Default Extension="rels" ContentType="{office}.relationships+xml"/>'
        f'<Default Extension="xml" ContentType="application/xml"/>{overrides}</Types>'
    )


def _relations(targets: dict[str, str]) -> str:
    listed = "".join(
        f'<Relationship Id="rId{number}" Type="{kind}" Target="{target}"/>'
        for number, (kind, target) in enumerate(targets.items(), 1)
    )
    return f'<Relationships xmlns="{_PACKAGE}/relationships">{listed}</Relationships>'


def _styles() -> str:
    """Give the least that Excel asks for: a font, two fills, a border, a format and its name."""
    return (
        f'<styleSheet xmlns="{_MAIN}"><fonts count="1"><font/></fonts><fills count="2">'
        '<fill><patternFill patternType="none"/></fill>'
        '<fill><patternFill patternType="gray125"/></fill></fills>'
        '<borders count="1"><border/></borders><cellStyleXfs count="1"><xf/></cellStyleXfs>'
        '<cellXfs count="1"><xf/></cellXfs>'
        '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles>'
        "</styleSheet>"
    )


def _properties(sheet: str) -> str:
    terms, elements = "http://purl.org/dc/terms/", "http://purl.org/dc/elements/1.1/"
    moment = f'xsi:type="dcterms:W3CDTF">{archive.STAMP}'
    return (
        f'<cp:coreProperties xmlns:cp="{_PACKAGE}/metadata/core-properties" '
        f'xmlns:dc="{elements}" xmlns:dcterms="{terms}" '
        'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">'
        f"<dc:creator>{MARK}: nplvanalysis, not the publisher</dc:creator>"
        f"<dc:title>{MARK} {escape(sheet)}</dc:title>"
        "<dc:description>Made by code. No figure is about a real place.</dc:description>"
        f"<dcterms:created {moment}</dcterms:created>"
        f"<dcterms:modified {moment}</dcterms:modified></cp:coreProperties>"
    )
