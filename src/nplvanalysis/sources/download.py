"""One stream of bytes from one origin, hashed as it is written and refused if it is not a file."""

from __future__ import annotations

import hashlib
import socket
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import httpx
    from stamina.instrumentation import RetryDetails
    from tqdm import tqdm

BLOCK = 1 << 16
AGENT = "nplvanalysis (open research on Dutch neighbourhoods)"
NO_STAMP = "none"
PAGE_STARTS = (b"<!doctype html", b"<html")


class Refused(Exception):
    """An origin did not give the file that was asked for; the message says what came back."""


@dataclass(frozen=True)
class Patience:
    """How long to wait for a server, and how often to ask it again.

    `attempts` counts the first one too. `wait` is the pause before the second attempt; it doubles
    each time, up to `wait_max`. `timeout` bounds one connection or one silence within a download,
    not a whole download. All in seconds.
    """

    attempts: int = 4
    wait: float = 0.5
    wait_max: float = 30.0
    timeout: float = 30.0


@dataclass(frozen=True)
class Arrival:
    """What one origin gave: its hash, its size in bytes, and the publisher's own stamp."""

    sha256: str
    size: int
    stamp: str = NO_STAMP


def _write(blocks: Iterable[bytes], target: Path, bar: tqdm | None = None) -> Arrival:
    digest, size = hashlib.sha256(), 0
    with target.open("wb") as stream:
        for block in blocks:
            digest.update(block)
            size += stream.write(block)
            if bar is not None:
                bar.update(len(block))
    return Arrival(digest.hexdigest(), size)


def _blocks(path: Path) -> Iterator[bytes]:
    # an unreadable origin is one place less to look, while an unwritable target ends the run
    try:
        with path.open("rb") as stream:
            while block := stream.read(BLOCK):
                yield block
    except FileNotFoundError:
        raise Refused("not there") from None
    except OSError as error:
        raise Refused(f"cannot be read: {error.strerror or error}") from error


def copied(origin: Path, target: Path) -> Arrival:
    """Copy a file, and hash it on the way.

    Parameters
    ----------
    origin : Path
        A file in the byte store, a mirror folder or the inbox.
    target : Path
        A temporary file; what it held is replaced.

    Returns
    -------
    Arrival
        Without a stamp: the time of a file in a folder says nothing about its publisher.

    Raises
    ------
    Refused
        If the origin is not there or cannot be read.
    """
    return _write(_blocks(origin), target)


def checked(path: Path, arrival: Arrival, sha256: str | None) -> Arrival:
    """Refuse bytes that are not the ones asked for, and say what they look like instead.

    Parameters
    ----------
    path : Path
        Where the bytes were written.
    arrival : Arrival
        Their hash and size.
    sha256 : str or None
        The pinned hash; None for a living statistic, of which only a file is asked.

    Returns
    -------
    Arrival
        The same.

    Raises
    ------
    Refused
        If the hash differs; without a hash, if the file is empty or a web page.
    """
    if arrival.sha256 == sha256:
        return arrival
    if arrival.size == 0:
        raise Refused("an empty file")
    with path.open("rb") as stream:
        start = stream.read(512).lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if start.startswith(PAGE_STARTS):
        raise Refused("an HTML page instead of the file")
    if sha256 is not None:
        raise Refused(f"other bytes: {arrival.size:,} of them, with sha256 {arrival.sha256}")
    return arrival


@contextmanager
def connection(patience: Patience) -> Iterator[httpx.Client]:
    """Give a client that names this project, follows redirects and may be shared by threads.

    Parameters
    ----------
    patience : Patience
        Its `timeout` holds for connecting and for each silence of a server.

    Yields
    ------
    httpx.Client
    """
    import httpx
    from stamina import instrumentation

    instrumentation.set_on_retry_hooks([_tell_retry])
    # `identity`: a server that compresses on the fly hides the length and the bytes it publishes
    headers = {"User-Agent": AGENT, "Accept-Encoding": "identity"}
    with httpx.Client(headers=headers, follow_redirects=True, timeout=patience.timeout) as client:
        yield client


def downloaded(client: httpx.Client, url: str, patience: Patience, target: Path) -> Arrival:
    """Download a file; ask again after a broken connection, 429 and 5xx, and after nothing else.

    Parameters
    ----------
    client : httpx.Client
        From `connection`.
    url : str
        Where from.
    patience : Patience
        Attempts and pauses.
    target : Path
        A temporary file; every attempt starts it anew.

    Returns
    -------
    Arrival
        Its stamp is the server's Last-Modified, else its ETag, else `NO_STAMP`.

    Raises
    ------
    Refused
        If the last attempt failed, or one that cannot be cured by asking again.
    """
    import httpx
    import stamina

    attempts = stamina.retry_context(
        on=_passing,
        attempts=patience.attempts,
        timeout=None,
        wait_initial=patience.wait,
        wait_max=patience.wait_max,
        wait_jitter=patience.wait / 2,
    )
    try:
        for attempt in attempts:
            with attempt:
                arrival = _stream(client, url, target)
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        tries = patience.attempts if _passing(error) else 1
        again = f" (tried {tries} times)" if tries > 1 else ""
        raise Refused(_reason(error) + again) from error
    return arrival


def _stream(client: httpx.Client, url: str, target: Path) -> Arrival:
    from tqdm import tqdm

    with client.stream("GET", url) as response:
        response.raise_for_status()
        length = int(response.headers.get("content-length", 0)) or None
        # disable=None: no bar where nobody watches; a log gets the plain line below instead
        name = response.url.path.rpartition("/")[2]
        bar = tqdm(desc=name, total=length, unit="B", unit_scale=True, leave=False, disable=None)
        with bar:
            arrival = _write(response.iter_bytes(BLOCK), target, bar)
    tqdm.write(f"downloaded {arrival.size:,} bytes from {url}")
    stamp = response.headers.get("last-modified") or response.headers.get("etag") or NO_STAMP
    return Arrival(arrival.sha256, arrival.size, stamp)


def _passing(error: Exception) -> bool:
    import httpx

    if isinstance(error, httpx.HTTPStatusError):
        return error.response.status_code == 429 or error.response.status_code >= 500
    cause: BaseException | None = error
    while cause:  # httpx wraps the resolver's error; a host that is unknown stays so for a while
        if isinstance(cause, socket.gaierror) and cause.errno == socket.EAI_NONAME:
            return False
        cause = cause.__cause__ or cause.__context__
    mistakes = (httpx.UnsupportedProtocol, httpx.LocalProtocolError)
    return isinstance(error, httpx.TransportError) and not isinstance(error, mistakes)


def _reason(error: Exception) -> str:
    import httpx

    if isinstance(error, httpx.HTTPStatusError):
        return f"HTTP {error.response.status_code} {error.response.reason_phrase}".strip()
    if isinstance(error, httpx.TimeoutException):
        return "no answer in time"
    if isinstance(error, (httpx.ReadError, httpx.RemoteProtocolError)):
        return f"broken off: {str(error) or 'connection reset'}"
    return f"{type(error).__name__}: {error}"


def _tell_retry(details: RetryDetails) -> None:
    import httpx
    from tqdm import tqdm

    error, wait = details.caused_by, details.wait_for
    if isinstance(error, httpx.HTTPError):
        tqdm.write(f"{error.request.url}: {_reason(error)}; asking again in {wait:.1f} s")
