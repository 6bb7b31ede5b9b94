"""Living statistics: files without a pinned hash, what was received of them, and accepting one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import pandas as pd

from nplvanalysis import errors, registers, store
from nplvanalysis.registers import Source
from nplvanalysis.sources import catalogue, download, origins, received
from nplvanalysis.sources.download import Arrival, Patience, Refused
from nplvanalysis.sources.origins import Places

LEDGER = "living.csv"


@dataclass(frozen=True)
class Ledger:
    """What this clone has of living statistics: `received` is in use, `offered` awaits a word."""

    received: dict[str, Arrival] = field(default_factory=dict)
    offered: dict[str, Arrival] = field(default_factory=dict)


def ledger(places: Places) -> Ledger:
    """Read the ledger; it lies in the byte store, which no stage empties."""
    path = places.bytes / LEDGER
    found = Ledger()
    for row in store.read_csv(path).to_dict("records") if path.is_file() else []:
        arrivals = found.offered if row["state"] == "offered" else found.received
        arrivals[row["source"]] = Arrival(row["sha256"], int(row["bytes"]), row["stamp"])
    return found


def _kept(entries: Ledger, places: Places) -> None:
    rows = [
        (name, state, arrival.sha256, arrival.size, arrival.stamp)
        for state in ("received", "offered")
        for name, arrival in sorted(getattr(entries, state).items())
    ]
    columns = ["source", "state", "sha256", "bytes", "stamp"]
    store.write_table(pd.DataFrame(rows, columns=columns), places.bytes / LEDGER)


def settled(
    wanted: Mapping[str, Source], arrivals: Mapping[str, Arrival], places: Places
) -> dict[str, Arrival]:
    """Compare living statistics with what was received of them before, and record new ones.

    Parameters
    ----------
    wanted : mapping of str to Source
        The sources of the study.
    arrivals : mapping of str to Arrival
        What arrived now.
    places : Places
        Where the ledger is.

    Returns
    -------
    dict of str to Arrival
        The same, except that bytes which were received before keep the stamp they had then.

    Raises
    ------
    SourceError
        If the bytes differ from those received before. They are kept, but not used.
    """
    living = {name: arrivals[name] for name, entry in wanted.items() if entry.sha256 is None}
    if not living:
        return dict(arrivals)
    before = ledger(places)
    was = living | before.received
    changed = {name: new for name, new in living.items() if new.sha256 != was[name].sha256}
    waiting = {name: new for name, new in before.offered.items() if name not in living}
    _kept(Ledger(was, waiting | changed), places)
    if changed:
        raise _changed({name: (was[name], new) for name, new in changed.items()})
    return dict(arrivals) | {name: was[name] for name in living}


def _changed(changes: Mapping[str, tuple[Arrival, Arrival]]) -> errors.SourceError:
    def lines(version: int) -> str:
        return received.INDENT.join(
            f"{name}: {pair[version].size:,} bytes, stamp {pair[version].stamp}, "
            f"sha256 {pair[version].sha256}"
            for name, pair in changes.items()
        )

    return errors.SourceError(
        "A publisher has changed a file since it was received.",
        where=f"{registers.SOURCES}: {', '.join(changes)}",
        expected=lines(0),
        got=lines(1),
        todo=received.INDENT.join(
            [
                "Nothing was replaced. Read on the publisher's page what changed; then",
                *(f"`make accept SOURCE={name}` pins the new version." for name in changes),
            ]
        ),
    )


def accept(
    name: str, places: Places, patience: Patience | None = None
) -> tuple[str | None, Arrival]:
    """Pin the version of a file that its publisher offers now.

    Of a living statistic that is the version that was last offered or received; of a pinned file
    the one at its url, never one that somebody put by hand. Only its sha256 in
    `data/sources.yaml` is changed.

    Parameters
    ----------
    name : str
        The source.
    places : Places
        The repository.
    patience : Patience, optional
        With servers.

    Returns
    -------
    (str or None, Arrival)
        The hash that was pinned, and what is pinned now.

    Raises
    ------
    ParameterError
        If there is no such source, or it is made here.
    SourceError
        If nothing new is offered.
    """
    path = places.root / registers.SOURCES
    entries = registers.sources(path)
    fetched = {key: entry for key, entry in entries.items() if entry.made_by is None}
    if name not in fetched:
        raise errors.ParameterError(
            "There is no such source to accept.",
            where=registers.SOURCES,
            expected=", ".join(fetched),
            got=name or "no name",
            todo="Name one of these, as in `make accept SOURCE=…`.",
        )
    before = ledger(places)
    offer = None
    if entries[name].sha256 is None:
        offer = before.offered.get(name) or before.received.get(name)
    offer = offer or _offer(name, entries[name], places, patience or Patience())
    store.write_text(catalogue.pinned(store.read_text(path), name, offer.sha256), path)
    for arrivals in (before.received, before.offered):
        arrivals.pop(name, None)
    _kept(before, places)
    return entries[name].sha256, offer


def _offer(name: str, entry: Source, places: Places, patience: Patience) -> Arrival:
    tried: list[str] = []
    asked = entry.model_copy(update={"sha256": None, "copies": []})
    with download.connection(patience) as client:
        by_hand = [] if entry.sha256 else origins.folders(asked, places)
        ways = [*by_hand, *origins.addresses(asked, client, patience)]
        new = [(origin, partial(_new, entry.sha256, fetch)) for origin, fetch in ways]
        offer = origins.arrived(name, None, new, places, tried)
    if offer is None:
        raise errors.SourceError(
            "No new version of this file is offered.",
            where=f"{registers.SOURCES}, source {name!r}",
            expected=f"a file with another sha256 than {entry.sha256}",
            got=received.INDENT.join(tried) or "no url, and nothing in the inbox",
            todo=f"Download it by hand to {origins.INBOX}/{entry.file} and run this again.",
        )
    return offer


def _new(pinned: str | None, fetch: Callable[[Path], Arrival], target: Path) -> Arrival:
    arrival = fetch(target)
    if arrival.sha256 == pinned:
        raise Refused("the version that is pinned already")
    return arrival
