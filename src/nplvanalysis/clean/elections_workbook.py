"""Kiesraad workbook: votes per gemeente in an election of the Provinciale Staten, with codes.

The sheet does not say which election it is: the codes, of kieskringen in provinces, say that it is
one of the Provinciale Staten, and the catalogue says of which year.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from nplvanalysis import errors, schema
from nplvanalysis.clean import cells, headers, tidy

if TYPE_CHECKING:
    from nplvanalysis.registers import Source

# The province and the municipality: PV12:0917.
CODE = r"PV(?:[1-9]|1[0-2]):[0-9]{4}"
KINDS = ["geldige stemmen", "ongeldig", "blanco"]
# Columns that are no party.
OTHERS = {"regio", "regiocode", "postcode"}
COUNT = r"[0-9]+"


def clean(raw: pd.DataFrame, entry: Source) -> tidy.Cleaned:
    """Clean one election.

    Parameters
    ----------
    raw : DataFrame
        The first sheet, every cell as text; the last row has the sums of the country.
    entry : Source
        Its year is that of the election, its division that of the codes.

    Returns
    -------
    Cleaned
        One row per gemeente.

    Raises
    ------
    FormatError
        If a column or the row of sums is missing.
    DataError
        If a cell is wrong, a gemeente is there twice, votes on lists are not the valid votes, or
        gemeenten do not sum to the country.
    DivisionError
        If the name of the file has another year.
    """
    _of_year(entry)
    source = headers.tidied(raw, entry.file)
    names = {code.lower(): name for code, name in schema.published_names("elections").items()}
    names = {code: name for code, name in names.items() if name in ("code", "name", "electorate")}
    known = headers.known(source, names, entry.file)
    needed = ["|".join(code for code in names if names[code] == name) for name in names.values()]
    headers.require(source, [*dict.fromkeys(needed), *KINDS], entry.file)
    rows, country = _split(source, known["code"], entry.file)
    codes = rows[known["code"]].str.strip()
    wrong = ~codes.str.fullmatch(CODE).to_numpy(dtype=bool)
    cells.refuse(wrong, rows[known["code"]], codes, entry.file, f"codes like {CODE}")
    parties = [str(name) for name in source if name not in {*known.values(), *KINDS, *OTHERS}]
    counted = [known["electorate"], *KINDS, *parties]
    numbers = _counts(rows[counted], codes, parties, entry.file)
    _sums(numbers, country[counted], parties, codes, entry.file)
    electorate = numbers[known["electorate"]].astype(float)
    votes = numbers[KINDS].sum(axis=1).astype(float)
    made = pd.DataFrame(
        {
            "code": "GM" + codes.str[-4:],
            "name": tidy.text(rows[known["name"]]),
            "municipality_name": tidy.text(rows[known["name"]]),
            "electorate_provincial": electorate,
            "votes_provincial": votes,
            "turnout_provincial": 100 * votes / electorate,
        }
    )
    return tidy.Cleaned(tidy.identified(made, entry))


def _of_year(entry: Source) -> None:
    if str(entry.year) not in entry.file.rpartition("/")[-1]:
        raise errors.DivisionError(
            "The name of the workbook does not have the year that the catalogue says.",
            where="data/sources.yaml",
            expected=f"{entry.year} in the name, since the sheet has no year",
            got=entry.file,
            todo="Correct the year, or fetch the election of that year.",
        )


def _split(source: pd.DataFrame, code: str, where: str) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Take the row of sums, which has no code and stands last, from the gemeenten."""
    source = source.astype("str").fillna("")
    nameless = (source[code].str.strip() == "").to_numpy()
    if len(source) < 2 or nameless.sum() != 1 or not nameless[-1]:
        raise errors.FormatError(
            "The sheet is not votes per gemeente with the sums of the country below them.",
            where=f"{where}, column {code}",
            expected="a last row without a code, and only that",
            got=f"{int(nameless.sum())} rows without a code among {len(source):,}",
            todo="The file may be cut off or edited. Fetch it again from the Kiesraad.",
        )
    return source.iloc[:-1].reset_index(drop=True), source.iloc[-1:]


def _counts(text: pd.DataFrame, codes: pd.Series, parties: list[str], where: str) -> pd.DataFrame:
    """Turn counts into numbers; a list without a cell did not take part there."""
    made = {}
    for name in text:
        cell = text[name].str.strip()
        blank = (cell == "") & (name in parties)
        wrong = ~(cell.str.fullmatch(COUNT) | blank).to_numpy(dtype=bool)
        cells.refuse(wrong, text[name], codes, where, "a count")
        made[name] = cell.where(~blank, "0").astype("int64")
    return pd.DataFrame(made)


def _sums(
    numbers: pd.DataFrame, country: pd.DataFrame, parties: list[str], codes: pd.Series, where: str
) -> None:
    named = pd.Series(["the country"], index=country.index)
    total = _counts(country, named, parties, where).iloc[0]
    wrong = [str(name) for name in numbers if numbers[name].sum() != total[str(name)]]
    if wrong:
        raise errors.DataError(
            "Gemeenten do not sum to the country.",
            where=f"{where}, column {wrong[0]}",
            expected=f"{total[wrong[0]]:,}, as the last row says",
            got=f"{numbers[wrong[0]].sum():,} in {len(numbers)} gemeenten",
            todo="The file may be cut off or edited. Fetch it again from the Kiesraad.",
        )
    valid = numbers[KINDS[0]]
    says = "the votes on all lists together"
    cells.refuse((numbers[parties].sum(axis=1) != valid).to_numpy(), valid, codes, where, says)
    none = (numbers.iloc[:, 0] <= 0).to_numpy()
    cells.refuse(none, numbers.iloc[:, 0], codes, where, "an electorate")
