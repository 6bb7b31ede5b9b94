"""The dictionary of columns (`data/columns.csv`), and tables checked against it."""

from __future__ import annotations

import csv
import io
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

import pandas as pd
from pydantic import BaseModel, ConfigDict, ValidationError

from nplvanalysis import errors, params, store

DICTIONARY = "data/columns.csv"
KEY = ["code", "division", "year"]
# A share that rounding of whole percentages may explain, in points.
SHARES_SUM_WITHIN = 3.0


class Column(BaseModel):
    """One row of the dictionary."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    column: str
    title_nl: str
    title_en: str
    unit: str
    type: Literal["text", "integer", "number"]
    minimum: float | None
    maximum: float | None
    kind: Literal["identifier", "extensive", "intensive"]
    weight: str
    modelled_with_housing: Literal["no", "suspected", "yes", "exposure"]
    kwb: str
    kwb_rda: str
    leefbaarometer: str
    kwb_statline: str
    police: str
    proximity: str
    moves: str
    safety_survey: str
    elections: str
    kwb_export: str
    kwb_dbf: str
    crime_gemeente: str
    wijkprofiel: str
    description: str


def columns(path: Path | str | None = None) -> dict[str, Column]:
    """Read the dictionary.

    Parameters
    ----------
    path : path, optional
        None: `data/columns.csv` of this repository.

    Returns
    -------
    dict of str to Column
        In the order of the file.

    Raises
    ------
    RegisterError
        If a row is not valid or a column stands there twice.
    """
    path = Path(path) if path else params.root() / DICTIONARY
    return dict(_columns(store.read_text(path, "utf-8-sig"), str(path)))


# Read again for every column of every table, it would take most of the time of a test.
@lru_cache(maxsize=4)
def _columns(text: str, path: str) -> dict[str, Column]:
    found: dict[str, Column] = {}
    for row in csv.DictReader(io.StringIO(text)):
        name = str(row.get("column"))
        blank = {key: None for key in ("minimum", "maximum") if row.get(key) == ""}
        try:
            entry = Column.model_validate(row | blank)
        except ValidationError as error:
            raise _wrong(path, name, str(error)) from error
        if name in found:
            raise _wrong(path, name, "the column stands there twice")
        found[name] = entry
    return found


def _wrong(path: str, name: str, got: str) -> errors.RegisterError:
    return errors.RegisterError(
        "A row of the dictionary is not valid.",
        where=f"{path}, column {name!r}",
        expected="the fields of nplvanalysis.schema.Column, one row per column",
        got=got,
        todo="Correct the row.",
    )


Dataset = Literal[
    "kwb",
    "kwb_rda",
    "leefbaarometer",
    "kwb_statline",
    "police",
    "proximity",
    "moves",
    "safety_survey",
    "elections",
    "kwb_export",
    "kwb_dbf",
    "crime_gemeente",
    "wijkprofiel",
]


def published_names(dataset: Dataset) -> dict[str, str]:
    """Map a publisher's column codes to this repository's names.

    Parameters
    ----------
    dataset : str
        A dataset column of the dictionary.

    Returns
    -------
    dict
        From publisher's code to column name; a column may have several codes.
    """
    return {
        code: entry.column
        for entry in columns().values()
        for code in getattr(entry, dataset).split("|")
        if code
    }


def check(table: pd.DataFrame, where: str, key: list[str] | None = None) -> pd.DataFrame:
    """Check a table against the dictionary.

    Parameters
    ----------
    table : DataFrame
        Any table whose columns are in the dictionary (a `geometry` column is let through).
    where : str
        Named in errors: the file or dataset.
    key : list of str, optional
        Columns that identify a row. None: `KEY`.

    Returns
    -------
    DataFrame
        The same table.

    Raises
    ------
    DataError
        For a column that the dictionary lacks, a type or range that is broken, a key that is
        missing or stands there twice.
    """
    import pandera.pandas as pa

    known = columns()
    names = [name for name in table.columns if name != "geometry"]
    strangers = [name for name in names if name not in known]
    if strangers:
        raise _broken(where, "columns of data/columns.csv", f"unknown columns {strangers}")
    key = KEY if key is None else key
    absent = [name for name in key if name not in names]
    if absent:
        raise _broken(where, f"the columns {', '.join(key)}", f"no {', '.join(absent)}")
    rules = pa.DataFrameSchema({name: _rule(known[name], name in key) for name in names})
    try:
        rules.validate(table, lazy=True)
    except pa.errors.SchemaErrors as error:
        got = _cases(error.failure_cases, table)
        raise _broken(where, "types and ranges of data/columns.csv", got) from error
    twice = table.loc[table.duplicated(key, keep=False), key]
    if len(twice):
        got = f"{len(twice):,} rows share a key, such as {twice.iloc[0].to_dict()}"
        raise _broken(where, f"one row per {' and '.join(key)}", got)
    return table


def _rule(entry: Column, required: bool) -> Any:
    import pandera.pandas as pa

    checks = []
    if entry.minimum is not None:
        checks.append(pa.Check.ge(entry.minimum))
    if entry.maximum is not None:
        checks.append(pa.Check.le(entry.maximum))
    kinds = {"text": "str", "integer": "Int64" if not required else "int64", "number": "float64"}
    return pa.Column(kinds[entry.type], checks=checks, nullable=not required)


def _cases(cases: pd.DataFrame, table: pd.DataFrame) -> str:
    shown = []
    for (column, check), rows in cases.groupby(["column", "check"], sort=True, dropna=False):
        values = [str(value) for value in rows["failure_case"].head(3)]
        places = rows["index"].dropna().head(3).tolist()
        codes = [str(table["code"].get(place, place)) for place in places if "code" in table]
        found = f"{', '.join(values)} in {', '.join(codes) or 'the whole column'}"
        shown.append(f"{column} breaks {check}: {found}")
    return "; ".join(shown)


def _broken(where: str, expected: str, got: str) -> errors.DataError:
    return errors.DataError(
        "A table does not agree with the dictionary.",
        where=where,
        expected=expected,
        got=got,
        todo="Look at the source: a changed format needs a change in its cleaner; "
        "a new column needs a row in data/columns.csv.",
    )
