"""Results of municipal elections as the election council's database exports them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from nplvanalysis.sources.sample.names import MARK

YEAR = 2022
ENCODING = "latin-1"
# Fictional parties with their share of the valid votes.
PARTIES = {
    "Lokale partijen": 0.31,
    "Dijk en Duin": 0.22,
    "Samen Vooruit": 0.19,
    "Vrije Burgers": 0.15,
    "Groen Gewest (GG)": 0.13,
}
INVALID, BLANK, SEATS = 0.002, 0.003, 25
COLUMNS = [
    *("Naam", "# geldige stemmen", "# ongeldige stemmen", "# blanco stemmen"),
    *("Percentage blanco stemmen", "# kiesgerechtigden", "Opkomst", "Opkomstpercentage"),
]


def write(figures: pd.DataFrame, rng: np.random.Generator, path: Path) -> None:
    """Write the export: a block of the whole country, then one row per municipality.

    Parameters
    ----------
    figures : DataFrame
        Sums on the division of the election: electorate and votes_count.
    rng : Generator
        Divides votes over parties.
    path : Path
    """
    path.write_bytes(text(figures, rng).encode(ENCODING))


def text(figures: pd.DataFrame, rng: np.random.Generator) -> str:
    """Make the text of the export; see `write`.

    Parameters
    ----------
    figures : DataFrame
    rng : Generator

    Returns
    -------
    str
        Semicolons, decimal commas, Windows line ends; every line equally many fields.
    """
    results = _results(figures[figures["recs"] == "Gemeente"].sort_values("name"), rng)
    width = len(COLUMNS) + len(PARTIES)
    lines = [
        *_national(results),
        [],
        [],
        [*COLUMNS, *PARTIES],
        *(_line(row) for row in results.to_dict("records")),
        [],
        [f"{MARK}: made by nplvanalysis, not by an election council"],
    ]
    return "".join(";".join(_filled(line, width)) + "\r\n" for line in lines)


def _results(rows: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    votes = rows["votes_count"].to_numpy().astype(np.int64)
    invalid, blank = rng.binomial(votes, INVALID), rng.binomial(votes, BLANK)
    valid = votes - invalid - blank
    shares = rng.dirichlet(40 * np.array(list(PARTIES.values())), len(rows))
    found = pd.DataFrame(rng.multinomial(valid, shares), columns=list(PARTIES))
    found = found.assign(valid=valid, invalid=invalid, blank=blank, votes=votes)
    electorate = rows["electorate"].to_numpy().astype(np.int64)
    return found.assign(name=rows["name"].to_numpy(), electorate=electorate)


def _national(results: pd.DataFrame) -> list[list[str]]:
    total = results.drop(columns="name").sum()
    counts = _line({"name": "", **total})[1 : len(COLUMNS)]
    named = [list(pair) for pair in zip(COLUMNS[1:], counts, strict=True)]
    parties = [
        [party, str(total[party]), _percent(total[party], total["valid"]), str(seats)]
        for party, seats in _seats(results).items()
    ]
    title = f"Verkiezingsuitslagen Gemeenteraad {YEAR} - {MARK}"
    return [[title], *named, [], ["Partij", "# Stemmen", "Percentage", "# Zetels"], *parties]


def _seats(results: pd.DataFrame) -> dict[str, int]:
    share = results[list(PARTIES)].div(results["valid"].clip(lower=1), axis=0)
    seats = (share * SEATS).round().sum().astype(int)
    return {party: int(seats[party]) for party in PARTIES}


def _line(row: Mapping[Any, Any]) -> list[str]:
    votes, valid, blank = row["votes"], row["valid"], row["blank"]
    own = [row["name"], valid, row["invalid"], blank, _percent(blank, votes)]
    turnout = [row["electorate"], votes, _percent(votes, row["electorate"])]
    return [str(cell) for cell in (*own, *turnout, *(row[party] for party in PARTIES))]


def _percent(of: int | str, over: int | str) -> str:
    share = 100 * int(of) / max(int(over), 1)
    return f"{share:.2f} %".replace(".", ",")


def _filled(line: list[str], width: int) -> list[str]:
    return line + [""] * (width - len(line))
