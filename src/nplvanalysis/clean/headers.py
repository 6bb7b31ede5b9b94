"""Headers of publishers' tables: cleaned, required, and turned into names of the dictionary."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping

import pandas as pd

from nplvanalysis import errors


def tidied(raw: pd.DataFrame, where: str) -> pd.DataFrame:
    """Strip and lower the headers of a table.

    Parameters
    ----------
    raw : DataFrame
        As read; it is not changed.
    where : str
        The file, named in errors.

    Returns
    -------
    DataFrame
        The same cells.

    Raises
    ------
    FormatError
        If a column stands there twice.
    """
    names = pd.Index([str(name).strip().lower() for name in raw.columns])
    # pandas writes the second of two equal headers with .1 behind it
    stems = names.str.replace(r"\.[0-9]+$", "", regex=True)
    twice = sorted(
        set(names[names.duplicated()]) | set(stems[(stems != names) & stems.isin(names)])
    )
    if twice:
        raise _unexpected("A column stands there twice.", where, "one column per name", twice)
    return raw.set_axis(names, axis="columns")


def require(table: pd.DataFrame, wanted: Iterable[str], where: str) -> None:
    """Stop when a column is not there.

    Parameters
    ----------
    table : DataFrame
        With the headers of the file.
    wanted : iterable of str
        Codes that must be there; "a|b" asks for a or b.
    where : str
        The file, named in errors.

    Raises
    ------
    FormatError
        It names what is missing and, for each, the nearest header that is there.
    """
    present = [str(name) for name in table.columns]
    missing = [code for code in wanted if not set(code.split("|")) & set(present)]
    if not missing:
        return
    nearest = {code: difflib.get_close_matches(code.split("|")[0], present, 2) for code in missing}
    raise errors.FormatError(
        "A column is missing or was renamed.",
        where=where,
        expected=f"columns {', '.join(code.replace('|', ' or ') for code in missing)}",
        got="; ".join(
            f"{code} is not there, nearest: {', '.join(found) or 'nothing alike'}"
            for code, found in nearest.items()
        ),
        todo="See whether it is the right file. If the publisher renamed the column, add the new "
        "name to data/columns.csv, separated by |.",
    )


def known(table: pd.DataFrame, names: Mapping[str, str], where: str) -> dict[str, str]:
    """Find the columns of the dictionary in a table.

    Parameters
    ----------
    table : DataFrame
        With tidied headers.
    names : mapping of str to str
        From a publisher's code to a name of the dictionary.
    where : str
        The file, named in errors.

    Returns
    -------
    dict of str to str
        From name to the code found, in the order of `names`.

    Raises
    ------
    FormatError
        If two codes of one name are both there: nobody can tell which is meant.
    """
    found: dict[str, str] = {}
    for code, name in names.items():
        if code in table.columns:
            if name in found:
                both = [found[name], code]
                raise _unexpected("A figure is there twice.", where, f"one column of {name}", both)
            found[name] = code
    return found


def _unexpected(what: str, where: str, expected: str, got: list[str]) -> errors.FormatError:
    return errors.FormatError(
        what,
        where=where,
        expected=expected,
        got=", ".join(got),
        todo="Fetch the file again from its publisher; it may have been edited.",
    )
