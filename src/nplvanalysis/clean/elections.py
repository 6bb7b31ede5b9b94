"""Kiesraad database: turnout per gemeente, by name, in a table below that of the country."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pandas as pd

from nplvanalysis import errors, schema
from nplvanalysis.clean import cells, elections_workbook, tidy

if TYPE_CHECKING:
    from nplvanalysis.registers import Source

# Exports are in the code page of the machine that made them.
ENCODINGS = ("utf-8-sig", "cp1252", "cp850")
# A capital with an accent after a small letter is a letter of another code page: FryslÔn.
NAME = r"(?!.*[a-zß-öø-ÿ][À-ÖØ-Þ])[0-9A-Za-zÀ-ÖØ-öø-ÿ' ().,/-]+"
COUNT = r"[0-9]+"
PERCENTAGE = r"[0-9]{1,3}([.,][0-9]+)? ?%"
KINDS = ["# geldige stemmen", "# ongeldige stemmen", "# blanco stemmen"]
# The published percentage has two decimals.
TURNOUT_WITHIN = 0.011
KEY = ["name", "division", "year"]
FIGURES = ("name", "electorate", "votes", "turnout")
# What the columns of each election end in: two elections of one year must not be mixed up.
BODIES = {"Gemeenteraad": "", "Provinciale Staten": "_provincial", "Tweede Kamer": "_national"}


def clean(raw: str | pd.DataFrame, entry: Source) -> tidy.Cleaned:
    """Clean one election, in either of its forms.

    Parameters
    ----------
    raw : str or DataFrame
        An export of the database, read as latin-1 (see `exported`), or the first sheet of a
        workbook (see `elections_workbook.clean`).
    entry : Source
    """
    return exported(raw, entry) if isinstance(raw, str) else elections_workbook.clean(raw, entry)


def exported(text: str, entry: Source) -> tidy.Cleaned:
    """Clean an export of the database.

    Parameters
    ----------
    text : str
        The file read as latin-1, which keeps every byte.
    entry : Source
        Its year is that of the election, its division that of the names.

    Returns
    -------
    Cleaned
        One row per gemeente; keyed by name, since the file has no codes.

    Raises
    ------
    FormatError
        If it is not an export of this database, or of another body than those of `BODIES`.
    DataError
        If a cell is wrong, turnout is not votes over electorate, or gemeenten do not sum to the
        country.
    DivisionError
        If it is the election of another year.
    """
    lines = [line.split(";") for line in _decoded(text, entry.file).splitlines()]
    body = _of_year(lines[0][0] if lines else "", entry)
    table, names = _municipalities(lines, entry.file)
    parsed = _parsed(table, names, entry.file)
    _sums(parsed, lines, names, entry.file)
    shares = parsed[["electorate", "votes", "turnout"]].astype(float)
    made = shares.add_suffix(BODIES[body]).assign(
        name=parsed["name"],
        level=pd.Series("gemeente", index=parsed.index, dtype="str"),
        municipality_name=parsed["name"],
        year=entry.year,
        division=entry.division,
    )
    made = made[[name for name in schema.columns() if name in made]]
    return tidy.Cleaned(made, key=KEY)


def _decoded(text: str, where: str) -> str:
    content = text.encode("latin-1")
    for encoding in ENCODINGS:
        try:
            decoded = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        _, _, below = decoded.partition("\nNaam;")
        parts = [line.partition(";") for line in below.splitlines()[1:]]
        if all(re.fullmatch(NAME, name.strip()) for name, _, rest in parts if rest.strip("; ")):
            return decoded
    raise _format(where, f"names of gemeenten in {', '.join(ENCODINGS)}", "other characters")


def _of_year(title: str, entry: Source) -> str:
    """Tell which body was elected."""
    told = " ".join(title.split())
    bodies = [body for body in BODIES if told.startswith(f"Verkiezingsuitslagen {body} ")]
    if not bodies:
        expected = f"Verkiezingsuitslagen, {' or '.join(BODIES)}, and the year in the first line"
        raise _format(entry.file, expected, repr(title[:60]))
    if re.findall(r"\d{4}", title) != [str(entry.year)]:
        raise errors.DivisionError(
            "The election is of another year than the catalogue says.",
            where=f"{entry.file}, line 1, column 1",
            expected=str(entry.year),
            got=title.strip(),
            todo="Correct the year in data/sources.yaml, or fetch the election of that year.",
        )
    return bodies[0]


def _municipalities(lines: list[list[str]], where: str) -> tuple[pd.DataFrame, dict[str, str]]:
    """Find the table of gemeenten, and the publisher's name of each of its columns."""
    starts = [i for i, line in enumerate(lines) if line[0].strip() == "Naam"]
    header = [cell.strip() for cell in lines[starts[0]]] if len(starts) == 1 else []
    names = {name: code for name, code in published(header).items() if name in FIGURES}
    wanted = [*names.values(), *KINDS]
    missing = [code for code in wanted if header.count(code) != 1]
    if missing:
        got = f"{len(starts)} such headers" if len(starts) != 1 else f"not {', '.join(missing)}"
        raise _format(where, f"one header with {', '.join(wanted)}, each once", got)
    rows = [line for line in lines[starts[0] + 1 :] if any(cell.strip() for cell in line[1:])]
    uneven = [line[0] for line in rows if len(line) != len(header)]
    if uneven or not rows:
        got = f"{len(uneven)} others, such as {uneven[0]}" if uneven else "no lines"
        raise _format(where, f"lines of {len(header)} cells below the header", got)
    # the program that exports the file leaves a remark of its own in the first cell of last lines
    table = pd.DataFrame(rows, columns=pd.RangeIndex(len(header)), dtype="str")
    return table.set_axis(header, axis="columns"), names


def published(header: list[str]) -> dict[str, str]:
    """Map names of the dictionary to what a header calls them, or to their first name elsewhere.

    Parameters
    ----------
    header : list of str
    """
    found: dict[str, str] = {}
    for code, name in schema.published_names("elections").items():
        if name not in found or code in header:
            found[name] = code
    return found


def _parsed(table: pd.DataFrame, names: dict[str, str], where: str) -> pd.DataFrame:
    name = tidy.text(table[names["name"]])
    codes = name.fillna("a line without a name")
    cells.refuse(name.isna().to_numpy(), table[names["name"]], codes, where, "a name")
    cells.refuse(name.duplicated().to_numpy(), name, codes, where, "each gemeente once")
    parsed = {"name": name}
    for column in ("electorate", "votes"):
        parsed[column] = _numbers(table[names[column]], codes, COUNT, "a count", where)
    for code in KINDS:
        parsed[code] = _numbers(table[code], codes, COUNT, "a count", where)
    told = table[names["turnout"]]
    parsed["turnout"] = _numbers(told, codes, PERCENTAGE, "a percentage: 54,13 %", where)
    made = pd.DataFrame(parsed)
    exact = 100 * made["votes"] / made["electorate"]
    wrong = ~((made["turnout"] - exact).abs() <= TURNOUT_WITHIN).to_numpy()
    cells.refuse(wrong, told, codes, where, "votes as a percentage of the electorate")
    differs = (made[KINDS].sum(axis=1) != made["votes"]).to_numpy()
    says = "valid, invalid and blank votes together"
    cells.refuse(differs, table[names["votes"]], codes, where, says)
    return made


def _numbers(column: pd.Series, codes: pd.Series, pattern: str, says: str, where: str) -> pd.Series:
    text = column.str.strip()
    wrong = ~text.str.fullmatch(pattern).to_numpy(dtype=bool)
    cells.refuse(wrong, column, codes, where, says)
    return text.str.rstrip("% ").str.replace(",", ".").astype(float)


def _sums(parsed: pd.DataFrame, lines: list[list[str]], names: dict[str, str], where: str) -> None:
    """Compare gemeenten with the country in the first block: a lost line must not pass."""
    for column in ("electorate", "votes"):
        told = [line[1].strip() for line in lines if line[0].strip() == names[column] and line[1:]]
        total = int(parsed[column].sum())
        if told[:1] != [str(total)]:
            raise errors.DataError(
                "Gemeenten do not sum to the country.",
                where=f"{where}, column {names[column]}",
                expected=f"{(told or ['a line'])[0]}, as the first block says",
                got=f"{total} in {len(parsed)} gemeenten",
                todo="The file may be cut off or edited. Fetch it again from the Kiesraad.",
            )


def _format(where: str, expected: str, got: str) -> errors.FormatError:
    return errors.FormatError(
        "The file is not an export of the Kiesraad's database.",
        where=where,
        expected=expected,
        got=got,
        todo="Fetch the election per gemeente as CSV from verkiezingsuitslagen.nl.",
    )
