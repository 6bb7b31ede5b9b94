"""Cells of publishers' tables: text that becomes a number, a missing value or an error."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
import pandas as pd

from nplvanalysis import errors

# Whole groups of three digits after a mark: 1.234 is one and a bit, or a thousand and more.
_THOUSANDS = r"[+-]?[1-9][0-9]{0,2}[.,][0-9]{3}"
# CBS writes -99997 (secret), -99995 (to come), -99991 (discontinued), formerly -99999999.
_MISSING_FROM = -99990


@dataclass(frozen=True)
class Notation:
    """How a publisher writes numbers.

    Parameters
    ----------
    missing : tuple of str
        Cells that mean a missing value, after stripping.
    pattern : str
        Regular expression of a number.
    says : str
        The same in words, for errors.
    thousands : bool
        Whether a number such as 1.234 is refused, since it may be a thousand or one.
    """

    missing: tuple[str, ...]
    pattern: str
    says: str
    thousands: bool


CBS = Notation(
    missing=("", ".", ","),
    pattern=r"[+-]?[0-9]+([.,][0-9]+)?",
    says="a number with at most one decimal mark (comma or point) and no thousands mark, "
    "or '.' for missing",
    thousands=True,
)
LEEFBAAROMETER = Notation(
    missing=("NA",),
    pattern=r"[+-]?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?",
    says="a number with a decimal point, or NA",
    thousands=False,
)


def numbers(cells: pd.Series, codes: pd.Series, where: str, notation: Notation = CBS) -> pd.Series:
    """Turn text into numbers.

    Parameters
    ----------
    cells : Series of str, length n
        Named after the publisher's column.
    codes : Series of str, length n
        Areas, named in errors.
    where : str
        The file, named in errors.
    notation : Notation
        How the publisher writes numbers.

    Returns
    -------
    Series of float64, length n
        NaN where the cell means missing.

    Raises
    ------
    DataError
        For a cell that is neither a number nor missing, or that can be read in two ways.
    """
    text = cells.astype("str").str.strip()
    missing = (text.isin(notation.missing) | cells.isna()).to_numpy()
    wrong = ~_matches(text, notation.pattern)
    if notation.thousands:
        wrong |= _matches(text, _THOUSANDS)
    refuse(wrong & ~missing, cells, codes, where, notation.says)
    values = np.full(len(text), np.nan)
    plain = text[~missing].str.replace(",", ".", regex=False)
    values[~missing] = np.array(plain.tolist(), dtype=float)
    values[values <= _MISSING_FROM] = np.nan
    return pd.Series(values, index=cells.index, name=cells.name)


def stored(column: pd.Series, where: str) -> pd.Series:
    """Take a column of a file that stores numbers as numbers.

    Parameters
    ----------
    column : Series
    where : str
        The file, named in errors.

    Returns
    -------
    Series of float64

    Raises
    ------
    FormatError
        If it holds anything else.
    """
    if not pd.api.types.is_numeric_dtype(column):
        raise errors.FormatError(
            "A column does not hold numbers.",
            where=f"{where}, column {column.name}",
            expected="numbers",
            got=f"{column.dtype}, such as {column.iloc[0]!r}" if len(column) else "no rows",
            todo="See whether it is the right file.",
        )
    # R's NA is a NaN with a payload, which arithmetic warns about and files would keep
    return column.astype("float64").where(column.notna(), np.nan)


def _matches(text: pd.Series, pattern: str) -> np.ndarray:
    # ten times as fast as Series.str.fullmatch on Arrow strings
    match = re.compile(pattern).fullmatch
    return np.array(
        [isinstance(cell, str) and match(cell) is not None for cell in text.tolist()], bool
    )


def whole(cells: pd.Series, codes: pd.Series, where: str) -> pd.Series:
    """Turn text into whole numbers; parameters as in `numbers`.

    Returns
    -------
    Series of Int64, length n

    Raises
    ------
    DataError
        For a fraction, and as in `numbers`.
    """
    values = numbers(cells, codes, where)
    refuse_fractions(values, cells, codes, where)
    return values.astype("Int64")


def refuse_fractions(values: pd.Series, cells: pd.Series, codes: pd.Series, where: str) -> None:
    """Refuse counts that are not whole.

    Parameters
    ----------
    values : Series of float64, length n
        The numbers that `cells` were read as.
    cells, codes, where
        As in `numbers`.

    Raises
    ------
    DataError
        If a value has a fraction: most likely a thousands mark that was read as a decimal one.
    """
    fraction = (values.notna() & (values % 1 != 0)).to_numpy()
    refuse(fraction, cells, codes, where, "a whole number without marks")


def refuse(
    wrong: np.ndarray, cells: pd.Series, codes: pd.Series, where: str, expected: str
) -> None:
    """Stop at cells that are marked wrong.

    Parameters
    ----------
    wrong : array of bool, length n
        The mark.
    cells, codes, where
        As in `numbers`.
    expected : str
        What the cells should hold.

    Raises
    ------
    DataError
        If a cell is marked; it names the column, the first areas and their cells.
    """
    if not wrong.any():
        return
    places = np.flatnonzero(wrong)
    shown = [f"{codes.iloc[place]}: {str(cells.iloc[place])!r}" for place in places[:3]]
    raise errors.DataError(
        "A cell does not hold what its column promises.",
        where=f"{where}, column {cells.name}",
        expected=expected,
        got=f"{len(places):,} such cells: {'; '.join(shown)}",
        todo="Compare the file with the publisher's page. If the publisher changed its notation, "
        "change nplvanalysis.clean.cells; never correct the file by hand.",
    )
