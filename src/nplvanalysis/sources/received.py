"""What a study receives: all its files or an error that names every missing one, and their list."""

from __future__ import annotations

import shutil
from collections.abc import Mapping

import pandas as pd

from nplvanalysis import errors, registers, store
from nplvanalysis.registers import Source
from nplvanalysis.sources import download, origins
from nplvanalysis.sources.download import Arrival, Patience
from nplvanalysis.sources.origins import INBOX, MIRROR, Places

WORKERS = 4
TRUTH = ["hypothesis", "outcome", "specification", "effect", "unit", "note", "model"]
INDENT = "\n            "


def receive(
    wanted: Mapping[str, Source],
    places: Places,
    known: Mapping[str, Arrival] | None = None,
    patience: Patience | None = None,
) -> dict[str, Arrival]:
    """Have the bytes of every source in the byte store.

    A pinned source is taken from the first of byte store, inbox, mirror, url and copies that
    gives the bytes of its sha256. A living statistic (no sha256) is taken from the inbox or its
    url; when both fail, the bytes that were received before are used.

    Parameters
    ----------
    wanted : mapping of str to Source
        Real sources by name.
    places : Places
        Where to look and where to keep.
    known : mapping of str to Arrival, optional
        What was received before of living statistics.
    patience : Patience, optional
        With servers.

    Returns
    -------
    dict of str to Arrival
        One for each source, in the same order.

    Raises
    ------
    SourceError
        If files were found nowhere. All are named at once, with every place that was tried.
    StoreError
        If the byte store cannot be written.
    """
    origins.swept(places)
    tried: dict[str, list[str]] = {name: [] for name in wanted}
    found = {name: _near(name, entry, places, tried[name]) for name, entry in wanted.items()}
    far = {name: entry for name, entry in wanted.items() if found[name] is None}
    if far:
        found |= _far(far, places, patience or Patience(), tried)
    for name, before in (known or {}).items():
        if name in far and found[name] is None:
            found[name] = origins.kept(before, places, tried[name])
    if missing := {name: entry for name, entry in far.items() if found[name] is None}:
        raise not_found(missing, tried)
    return {name: arrival for name, arrival in found.items() if arrival}


def _near(name: str, entry: Source, places: Places, tried: list[str]) -> Arrival | None:
    if entry.sha256:
        kept = origins.kept(Arrival(entry.sha256, 0), places, tried)
        if kept:
            return kept
    return origins.arrived(name, entry.sha256, origins.folders(entry, places), places, tried)


def _far(
    far: Mapping[str, Source], places: Places, patience: Patience, tried: Mapping[str, list[str]]
) -> dict[str, Arrival | None]:
    from concurrent.futures import ThreadPoolExecutor

    # the client is inside the pool: an interrupt closes its connections, so no thread lingers
    with ThreadPoolExecutor(WORKERS) as pool, download.connection(patience) as client:

        def fetch(name: str) -> Arrival | None:
            addresses = origins.addresses(far[name], client, patience)
            return origins.arrived(name, far[name].sha256, addresses, places, tried[name])

        return dict(zip(far, pool.map(fetch, far), strict=True))


def not_found(missing: Mapping[str, Source], tried: Mapping[str, list[str]]) -> errors.SourceError:
    """Make the error that lists all files that were found nowhere.

    Parameters
    ----------
    missing : mapping of str to Source
        The sources without bytes.
    tried : mapping of str to list of str
        For each, the places that were tried and what came back.

    Returns
    -------
    SourceError
    """
    asked = [
        f"{entry.file} ({name}), {f'sha256 {entry.sha256}' if entry.sha256 else 'any version'}"
        for name, entry in missing.items()
    ]
    answers = [line for name in missing for line in (f"{name}:", *(f"  {a}" for a in tried[name]))]
    todo = [
        "With a network, check it and run again; what has arrived is kept.",
        f"Without, put the files under these names in {INBOX}/, or in a folder that {MIRROR}",
        f"names (`{MIRROR}=/path/to/folder make findings`). Other bytes are refused.",
        "The study `sample` needs no network: `make findings STUDY=sample`.",
    ]
    return errors.SourceError(
        f"{len(missing)} of the files of this study could not be obtained.",
        where=f"{registers.SOURCES}: {', '.join(missing)}",
        expected=INDENT.join(asked),
        got=INDENT.join(answers),
        todo=INDENT.join(todo),
    )


def deliver(wanted: Mapping[str, Source], arrivals: Mapping[str, Arrival], places: Places) -> None:
    """Empty `data/raw` and copy the files of a study there from the byte store.

    A table of true effects without rows is put beside them: of real areas none are known.
    Copies, not links: nobody who edits a file of `data/raw` changes the byte store.

    Parameters
    ----------
    wanted : mapping of str to Source
        The sources by name.
    arrivals : mapping of str to Arrival
        Those of them that are in the byte store.
    places : Places
        Where the byte store and `data/raw` are.

    Raises
    ------
    StoreError
        If `data/raw` cannot be emptied or written.
    """
    _emptied(places)
    for name, arrival in arrivals.items():
        with store.replacing(places.raw / name / wanted[name].file) as temporary:
            copy = download.copied(places.bytes / arrival.sha256, temporary)
            download.checked(temporary, copy, arrival.sha256)
    # Later stages depend on this file in every study; the synthetic province fills it.
    store.write_table(pd.DataFrame(columns=TRUTH, dtype=str), places.raw / "truth.csv")


def _emptied(places: Places) -> None:
    try:
        shutil.rmtree(places.raw)
    except FileNotFoundError:
        return
    except OSError as error:
        raise errors.StoreError(
            "The folder of raw data cannot be emptied.",
            where=str(places.raw),
            expected="a folder with write permission, none of its files open elsewhere",
            got=str(error),
            todo="Close the programs that use these files, check the permissions, run again.",
        ) from error


def listed(
    wanted: Mapping[str, Source], arrivals: Mapping[str, Arrival], places: Places
) -> pd.DataFrame:
    """Make the list of what was received: the same, whatever place the bytes came from.

    Parameters
    ----------
    wanted : mapping of str to Source
        All sources of the study; their files are in `data/raw`.
    arrivals : mapping of str to Arrival
        The real ones.
    places : Places
        Where `data/raw` is.

    Returns
    -------
    DataFrame
        source, file, bytes, sha256, stamp (the publisher's for a living statistic, else "pinned"
        or "synthetic"), one row per source, sorted by source.

    Raises
    ------
    SourceError
        If a file that is made here is not in `data/raw`.
    """
    rows = []
    for name, entry in sorted(wanted.items()):
        path = places.raw / name / entry.file
        if not path.is_file():
            raise _not_made(name, entry, places)
        stamp = "synthetic" if entry.made_by else "pinned" if entry.sha256 else arrivals[name].stamp
        rows.append((name, entry.file, path.stat().st_size, store.sha256(path), stamp))
    return pd.DataFrame(rows, columns=["source", "file", "bytes", "sha256", "stamp"])


def _not_made(name: str, entry: Source, places: Places) -> errors.SourceError:
    folder = places.raw / name
    return errors.SourceError(
        "A file of this study was not made.",
        where=str(folder / entry.file),
        expected=f"{entry.file}, made by {entry.made_by}",
        got=", ".join(sorted(file.name for file in folder.glob("*"))) or "nothing",
        todo=f"Correct `file` in {registers.SOURCES}, or the code that makes it.",
    )
