"""Where bytes are looked for and kept: byte store, inbox, mirror, addresses."""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING

from nplvanalysis import store
from nplvanalysis.registers import Source
from nplvanalysis.sources import download
from nplvanalysis.sources.download import Arrival, Patience, Refused

if TYPE_CHECKING:
    import httpx

MIRROR = "NPLV_MIRROR"
INBOX = "data/inbox"
RAW = "data/raw"
BYTES = ".bytes"

Origin = tuple[str, Callable[[Path], Arrival]]


@dataclass(frozen=True)
class Places:
    """The folders of one repository, and the mirror folder if there is one."""

    root: Path
    mirror: Path | None = None

    @classmethod
    def of(cls, root: Path, environment: Mapping[str, str] = os.environ) -> Places:
        """Take the mirror from the environment; a relative folder starts at the repository."""
        mirror = environment.get(MIRROR, "").strip()
        return cls(root, root / Path(mirror).expanduser() if mirror else None)

    @property
    def bytes(self) -> Path:
        """The byte store: files named by their sha256, outside DVC, so nothing arrives twice."""
        return self.root / BYTES

    @property
    def raw(self) -> Path:
        """The folder that this layer fills."""
        return self.root / RAW

    @cached_property
    def mirrored(self) -> dict[str, list[Path]]:
        """The files of the mirror by name, at any depth; looked up once, since it may be slow."""
        found = defaultdict(list)
        for folder, _, names in os.walk(self.mirror) if self.mirror else ():
            for name in names:
                found[name].append(Path(folder) / name)
        return found


def folders(entry: Source, places: Places) -> Iterator[Origin]:
    """List the folders that may hold a file: the inbox, and for a pinned one the mirror.

    A mirror is searched for the file's name and for its hash, so that the byte store of another
    clone is a mirror too. A living statistic is not taken from a mirror: nothing would tell an
    old version from the present one.

    Parameters
    ----------
    entry : Source
        The file.
    places : Places
        Where to look.

    Yields
    ------
    (str, callable)
        The name of an origin, and what copies its bytes to a path.
    """
    inbox = places.root / INBOX / entry.file
    if entry.sha256 or inbox.is_file():
        yield f"{INBOX}/{entry.file}", partial(download.copied, inbox)
    if entry.sha256 and places.mirror is None:
        yield MIRROR, partial(_refuse, "not set")
    elif entry.sha256:
        mirrored = places.mirrored
        paths = mirrored.get(entry.file, []) + mirrored.get(entry.sha256, [])
        for path in sorted(paths):
            yield str(path), partial(download.copied, path)
        if not paths:
            yield f"{MIRROR}={places.mirror}", partial(_refuse, _emptiness(places))


def _emptiness(places: Places) -> str:
    there = places.mirror is not None and places.mirror.is_dir()
    return "no file of this name" if there else "no such folder"


def _refuse(reason: str, _target: Path) -> Arrival:
    raise Refused(reason)


def addresses(entry: Source, client: httpx.Client, patience: Patience) -> Iterator[Origin]:
    """List the addresses of a file, its url and then its copies, as `folders` does folders."""
    for url in ([entry.url] if entry.url else []) + entry.copies:
        yield url, partial(download.downloaded, client, url, patience)


def kept(arrival: Arrival, places: Places, tried: list[str]) -> Arrival | None:
    """Look for bytes in the byte store; damaged ones do not count.

    Parameters
    ----------
    arrival : Arrival
        Whose sha256 and stamp are meant.
    places : Places
        Where the byte store is.
    tried : list of str
        Gets a line if the bytes are not there.

    Returns
    -------
    Arrival or None
    """
    path = places.bytes / arrival.sha256
    try:
        intact = store.sha256(path) == arrival.sha256
    except FileNotFoundError:
        tried.append(f"{BYTES}/{arrival.sha256}: not there")
    except OSError as error:
        tried.append(f"{BYTES}/{arrival.sha256}: cannot be read: {error.strerror}")
    else:
        if intact:
            return Arrival(arrival.sha256, path.stat().st_size, arrival.stamp)
        tried.append(f"{BYTES}/{arrival.sha256}: damaged, other bytes than its name says")
    return None


def arrived(
    name: str, sha256: str | None, origins: Iterable[Origin], places: Places, tried: list[str]
) -> Arrival | None:
    """Take a file from the first origin that gives it, and keep it in the byte store.

    Parameters
    ----------
    name : str
        The source.
    sha256 : str or None
        The bytes to insist on; None: the first file that arrives.
    origins : iterable of (str, callable)
        From `folders` or `addresses`.
    places : Places
        Where to keep the bytes.
    tried : list of str
        Gets a line for each origin that was refused, with the reason.

    Returns
    -------
    Arrival or None
        None if no origin gave the file.

    Raises
    ------
    StoreError
        If the byte store cannot be written.
    """
    target = places.bytes / (sha256 or f"{name}.offered")
    for origin, fetch in origins:
        try:
            with store.replacing(target) as temporary:
                arrival = download.checked(temporary, fetch(temporary), sha256)
        except Refused as refusal:
            tried.append(f"{origin}: {refusal}")
        else:
            target.replace(places.bytes / arrival.sha256)
            return arrival
    return None


def swept(places: Places) -> None:
    """Delete what a killed run left in the byte store."""
    for left in (*places.bytes.glob(".part-*"), *places.bytes.glob("*.offered")):
        with suppress(OSError):  # a store that cannot be written is reported when it matters
            left.unlink()
