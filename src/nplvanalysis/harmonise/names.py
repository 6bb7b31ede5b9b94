"""Names of municipalities and the codes that they had in a year."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from dataclasses import dataclass

import pandas as pd

from nplvanalysis import schema
from nplvanalysis.errors import DataError
from nplvanalysis.schema import KEY

ABSENT, WITHHELD = "no figures in this table", "some of its figures are missing"


@dataclass(frozen=True)
class Gazetteer:
    """What is known about names.

    Parameters
    ----------
    municipalities : DataFrame
        code, name, first, last, also_called (text, as `data/municipalities.csv` has it): divisions
        that have the code, `last` empty for one that still has it.
    exceptions : DataFrame
        dataset, name, code, counted_in, reason (as `data/name_exceptions.csv` has it): names of a
        dataset that the rules do not settle. No code: not a municipality, so that its row is left
        out. `counted_in`: the figures of this municipality, which has no row, are in that one's.
    """

    municipalities: pd.DataFrame
    exceptions: pd.DataFrame

    def of(self, division: int) -> pd.DataFrame:
        """Select the municipalities of 1 January of a year.

        Raises
        ------
        DataError
            If the table does not go back that far.
        """
        first = self.municipalities["first"].astype("int64")
        last = self.municipalities["last"].replace("", "9999").astype("int64")
        if division < first.min():
            raise DataError(
                "The table of municipalities does not go back to this year.",
                where="data/municipalities.csv",
                expected=f"municipalities of {division}",
                got=f"those from {first.min()} on",
                todo="Add the municipalities of that year and the changes since.",
            )
        return self.municipalities[(first <= division) & (division <= last)]


@dataclass(frozen=True)
class Coded:
    """A table with codes, and (name, code, reason) of names and municipalities lacking figures."""

    table: pd.DataFrame
    exceptions: pd.DataFrame


def normal(name: str) -> str:
    """Write a name without what publishers write in different ways.

    Case, accents, hyphens, apostrophes, points and brackets do not count, nor does the remark
    that it is the municipality: `'s-Gravenhage (gemeente)` is `s gravenhage`. What tells two
    places apart stays: `Bergen (L.)` is `bergen l`.

    Returns
    -------
    str
        Letters a to z, digits and single spaces.
    """
    plain = unicodedata.normalize("NFKD", name).casefold().replace(".", "")
    plain = "".join(letter for letter in plain if not unicodedata.combining(letter))
    words = re.sub(r"[^a-z0-9]+", " ", plain).split()
    if len(words) > 1 and words[-1] in ("gemeente", "gem"):
        words = words[:-1]
    elif len(words) > 1 and words[0] in ("gemeente", "gem"):
        words = words[1:]
    return " ".join(words)


def coded(table: pd.DataFrame, gazetteer: Gazetteer, where: str, dataset: str) -> Coded:
    """Give the rows of a table that is keyed by name the codes of their division.

    Names are the same or they are not: nothing is guessed from likeness.

    Parameters
    ----------
    table : DataFrame
        name, division and year of municipalities, one division.
    gazetteer : Gazetteer
        Municipalities and listed exceptions.
    where, dataset : str
        The source, named in errors, and its dataset, which exceptions are listed by.

    Returns
    -------
    Coded
        With `code` and `municipality`; `name` and `municipality_name` as the list has them. A
        municipality that is counted in another has a row with counts of 0.

    Raises
    ------
    DataError
        For a name that no municipality of that year has, that two have, or that stands there for
        a municipality that has a row already; for a listed exception whose code does not exist.
    """
    (division,) = table["division"].unique()
    known = gazetteer.of(int(division))
    listed = gazetteer.exceptions[gazetteer.exceptions["dataset"] == dataset].set_index("name")
    _refuse_unknown_codes(listed, gazetteer, where)
    spellings, settled = _spellings(known), dict(listed["code"])
    meant = {
        name: [settled[name]] if name in settled else spellings.get(normal(name), [])
        for name in table["name"].unique()
    }
    _refuse_unsettled(meant, gazetteer, int(division), where)
    code = table["name"].map({name: codes[0] for name, codes in meant.items()}).astype("str")
    made = table.drop(columns=["code", "municipality"], errors="ignore").assign(code=code)
    placed = made[made["code"] != ""]
    _refuse_twice(placed, where)
    official = known.set_index("code")["name"]
    inside = listed[listed["counted_in"].isin(placed["code"])]
    inside = inside[inside["code"].isin(official.index.difference(pd.Index(placed["code"])))]
    placed = pd.concat([placed, _nothing(inside["code"], placed)], ignore_index=True)
    names = placed["code"].map(official).astype("str")
    reasons = listed["reason"].to_dict()
    left_out = [(name, "", reasons[name]) for name, codes in meant.items() if codes == [""]]
    left_out += [(str(name), settled[name], reasons[name]) for name in inside.index]
    absent = official.drop(placed["code"]).to_dict()
    left_out += [(str(name), str(one), ABSENT) for one, name in absent.items()]
    left_out += _withheld(placed, official)
    return Coded(
        placed.assign(name=names, municipality=placed["code"], municipality_name=names),
        pd.DataFrame(left_out, columns=["name", "code", "reason"], dtype="str"),
    )


def _withheld(placed: pd.DataFrame, official: pd.Series) -> list[tuple[str, str, str]]:
    """List municipalities that have a row without all of its figures."""
    figures = placed[[name for name in placed.select_dtypes("number") if name not in KEY]]
    gaps = figures.isna()
    rows = placed.loc[gaps.any(axis=1), "code"]
    reasons = gaps[gaps.any(axis=1)].all(axis=1).map({True: ABSENT, False: WITHHELD})
    return [
        (str(official[code]), str(code), reason) for code, reason in zip(rows, reasons, strict=True)
    ]


def _nothing(codes: pd.Series, like: pd.DataFrame) -> pd.DataFrame:
    """Make rows with counts of 0 for municipalities that are counted in another.

    Without them, what is put together of both would have a piece without figures.
    """
    dictionary = schema.columns()
    counts = [name for name in like if dictionary[str(name)].kind == "extensive"]
    years = like[["level", "year", "division"]].drop_duplicates()
    rows = codes.to_frame().merge(years, how="cross", validate="m:m")
    return rows.assign(**{str(name): 0.0 for name in counts})


def _spellings(known: pd.DataFrame) -> dict[str, list[str]]:
    """Map spellings to codes: the name, the name without its suffix, and other names."""
    found: dict[str, list[str]] = defaultdict(list)
    for row in known.itertuples():
        stem = str(row.name).partition(" (")[0]
        spellings = [str(row.name), stem, *str(row.also_called).split("|")]
        for spelling in dict.fromkeys(normal(one) for one in spellings if one):
            found[spelling].append(str(row.code))
    return found


def _refuse_unknown_codes(listed: pd.DataFrame, gazetteer: Gazetteer, where: str) -> None:
    every = {"", *gazetteer.municipalities["code"]}
    strange = listed[~(listed["code"].isin(every) & listed["counted_in"].isin(every))]
    if len(strange):
        raise _unsettled(
            "An exception gives a name a code that no municipality has.",
            where,
            "codes of data/municipalities.csv, or nothing",
            [f"{row.Index}: {row.code} {row.counted_in}" for row in strange.itertuples()],
        )
    twice = listed.index[listed.index.duplicated()]
    if len(twice):
        raise _unsettled("An exception is listed twice.", where, "each name once", list(twice))


def _refuse_unsettled(
    meant: dict[str, list[str]], gazetteer: Gazetteer, division: int, where: str
) -> None:
    many = {name: codes for name, codes in meant.items() if len(codes) > 1}
    if many:
        raise _unsettled(
            "A name can mean two municipalities.",
            where,
            f"names that one municipality of {division} has",
            [f"{name} ({' or '.join(codes)})" for name, codes in many.items()],
        )
    ever = _spellings(gazetteer.municipalities)
    none = [
        f"{name} ({', '.join(ever.get(normal(name), [])) or 'in no year'})"
        for name, codes in meant.items()
        if not codes
    ]
    if none:
        raise _unsettled(
            "A name is not that of a municipality in this year.",
            where,
            f"names of municipalities on 1 January {division}; in brackets: codes in other years",
            none,
        )


def _refuse_twice(made: pd.DataFrame, where: str) -> None:
    twice = made[made.duplicated(["code", "year"], keep=False)]
    if len(twice):
        got = [f"{row.name} ({row.code})" for row in twice.itertuples(index=False)]
        raise _unsettled("A municipality is there under two names.", where, "one row each", got)


def _unsettled(what: str, where: str, expected: str, got: list[str]) -> DataError:
    return DataError(
        what,
        where=where,
        expected=expected,
        got=f"{len(got):,} that are not so, such as {', '.join(got[:5])}",
        todo="See whether the year of the division in data/sources.yaml is right. A spelling goes "
        "into also_called of data/municipalities.csv; a row that is no municipality, or a name "
        "that needs a code by hand, into data/name_exceptions.csv, with the reason.",
    )
