"""Every way in which a server gives a file or fails to, against a real one on this machine."""

import http.server
import os
import signal
import socket
import struct
import subprocess
import sys
import threading
import time
from collections import Counter

import pytest

from nplvanalysis import errors, registers
from nplvanalysis.sources import download, living, origins, received

QUICK = download.Patience(attempts=3, wait=0.01, wait_max=0.02, timeout=2.0)


class Publisher(http.server.ThreadingHTTPServer):
    """A server whose paths say how it behaves; it counts the requests for each."""

    daemon_threads = True

    def __init__(self, content):
        super().__init__(("127.0.0.1", 0), Handler)
        self.content = content
        self.asked = Counter()
        self.agents = set()
        self.together = threading.Barrier(3, timeout=5)

    def url(self, path):
        return f"http://127.0.0.1:{self.server_port}/{path}"


class Handler(http.server.BaseHTTPRequestHandler):
    server: Publisher

    def log_message(self, *arguments):
        pass

    def do_GET(self):
        path = self.path.strip("/")
        self.server.asked[path] += 1
        self.server.agents.add(self.headers["User-Agent"])
        behaviour = path.partition("/")[0]
        if behaviour.endswith("-once") and self.server.asked[path] > 1:
            self.right()
        else:
            getattr(self, behaviour.removesuffix("-once"))()

    def _send(self, content, status=200, length=None, **headers):
        self.send_response(status)
        self.send_header("Content-Length", str(length or len(content)))
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(content)

    def right(self):
        self._send(self.server.content, Last_Modified="Tue, 21 Nov 2023 10:35:00 GMT")

    def tagged(self):
        self._send(self.server.content, ETag='"v1"')

    def unstamped(self):
        self._send(self.server.content)

    def together(self):
        self.server.together.wait()
        self.right()

    def other(self):
        self._send(self.server.content.replace(b"4.1", b"4.2"))

    def truncated(self):
        self._send(self.server.content[:-100], length=len(self.server.content))

    def empty(self):
        self._send(b"")

    def gone(self):
        self._send(b"<html>not here</html>", status=404)

    def page(self):
        self._send(b"\n<!DOCTYPE html><title>Please log in</title>", Content_Type="text/html")

    def busy(self):
        self._send(b"", status=503)

    def throttled(self):
        self._send(b"", status=429)

    def reset(self):
        self._send(self.server.content[:50_000], length=len(self.server.content))
        self.wfile.flush()
        # closing with linger 0 sends a reset instead of an orderly end
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.connection.close()

    def moved(self):
        self._send(b"", status=302, Location=self.server.url("right/moved"))

    def loop(self):
        self._send(b"", status=302, Location=self.server.url("loop"))

    def silent(self):
        time.sleep(0.2)

    def dripping(self):
        self.send_response(200)
        self.send_header("Content-Length", str(len(self.server.content)))
        self.end_headers()
        for start in range(0, len(self.server.content), 4000):
            self.wfile.write(self.server.content[start : start + 4000])
            time.sleep(0.02)


@pytest.fixture
def publisher(monkeypatch, content):
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
    with Publisher(content) as server:
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        yield server
        server.shutdown()


def receive(places, **wanted):
    return received.receive(wanted, places, patience=QUICK)


def refusal(places, entry):
    with pytest.raises(errors.SourceError) as caught:
        receive(places, scores=entry)
    return caught.value.got


def kept(places):
    return sorted(path.name for path in places.bytes.glob("*"))


def test_the_right_bytes_are_kept_under_their_hash(publisher, places, source, content, sha256):
    receive(places, scores=source(url=publisher.url("right")))
    assert (places.bytes / sha256).read_bytes() == content
    assert kept(places) == [sha256]


def test_the_user_agent_names_the_project(publisher, places, source):
    receive(places, scores=source(url=publisher.url("right")))
    (agent,) = publisher.agents
    assert agent.startswith("nplvanalysis")


def test_bytes_that_were_received_are_not_asked_for_again(publisher, places, source):
    for _ in range(2):
        receive(places, scores=source(url=publisher.url("right")))
    assert publisher.asked["right"] == 1


def test_damaged_bytes_in_the_store_are_fetched_anew(publisher, places, source, content, sha256):
    places.bytes.mkdir()
    (places.bytes / sha256).write_bytes(content[:-1])
    receive(places, scores=source(url=publisher.url("right")))
    assert (places.bytes / sha256).read_bytes() == content


def test_a_redirect_is_followed(publisher, places, source):
    receive(places, scores=source(url=publisher.url("moved")))
    assert publisher.asked["right/moved"] == 1


@pytest.mark.parametrize("path", ["busy-once", "throttled-once", "reset-once", "truncated-once"])
def test_a_passing_failure_is_asked_again(publisher, places, source, path, sha256):
    receive(places, scores=source(url=publisher.url(path)))
    assert publisher.asked[path] == 2
    assert kept(places) == [sha256]


@pytest.mark.parametrize(
    ("path", "requests", "reason"),
    [
        ("other", 1, "other bytes: 360,017 of them, with sha256 "),
        ("truncated", 3, "broken off: "),
        ("empty", 1, "an empty file"),
        ("gone", 1, "HTTP 404 Not Found"),
        ("page", 1, "an HTML page instead of the file"),
        ("busy", 3, "HTTP 503 Service Unavailable (tried 3 times)"),
        ("reset", 3, "broken off: "),
        ("silent", 3, "broken off: "),
        ("loop", 21, "TooManyRedirects: "),
    ],
)
def test_anything_else_is_refused_with_its_reason(
    publisher, places, source, path, requests, reason
):
    assert f"{publisher.url(path)}: {reason}" in refusal(places, source(url=publisher.url(path)))
    assert publisher.asked[path] == requests
    assert kept(places) == []


def test_a_silent_server_is_left_after_the_timeout(publisher, places, source):
    patience = download.Patience(attempts=1, timeout=0.05)
    with pytest.raises(errors.SourceError, match="no answer in time"):
        received.receive({"scores": source(url=publisher.url("silent"))}, places, None, patience)


def test_a_port_where_nobody_listens_is_refused(places, source):
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{unused.getsockname()[1]}/scores.csv"
        assert f"{url}: ConnectError" in refusal(places, source(url=url))


@pytest.mark.parametrize("url", ["ftp://127.0.0.1/scores.csv", "http://[::", "scores.csv"])
def test_an_address_that_is_none_is_refused_at_once(places, source, url):
    got = refusal(places, source(url=url))
    assert f"{url}: " in got
    assert "tried" not in got


def test_copies_are_used_after_the_url_failed(publisher, places, source):
    copies = [publisher.url("page"), publisher.url("right"), publisher.url("empty")]
    receive(places, scores=source(url=publisher.url("gone"), copies=copies))
    assert publisher.asked == {"gone": 1, "page": 1, "right": 1}


def test_all_missing_files_are_named_at_once(publisher, places, source, sha256):
    wanted = {
        "here": source(url=publisher.url("right")),
        "lost": source(url=publisher.url("gone"), sha256="a" * 64, file="lost.csv"),
        "strange": source(url=publisher.url("page"), sha256="b" * 64, file="strange.csv"),
    }
    with pytest.raises(errors.SourceError) as caught:
        receive(places, **wanted)
    assert caught.value.where == "data/sources.yaml: lost, strange"
    assert f"lost.csv (lost), sha256 {'a' * 64}" in caught.value.expected
    assert "data/inbox/strange.csv: not there" in caught.value.got
    assert "make findings STUDY=sample" in caught.value.todo


def test_what_arrived_is_kept_when_other_files_are_missing(publisher, places, source, sha256):
    lost = source(url=publisher.url("gone"), sha256="a" * 64, file="lost.csv")
    with pytest.raises(errors.SourceError):
        receive(places, lost=lost, here=source(url=publisher.url("right")))
    assert kept(places) == [sha256]


def test_files_arrive_side_by_side(publisher, places, source):
    # the server answers none of them before it has been asked for all three
    names = ["a", "b", "c"]
    wanted = {name: source(url=publisher.url(f"together/{name}")) for name in names}
    assert list(receive(places, **wanted)) == names


@pytest.mark.parametrize(
    ("path", "stamp"),
    [("right", "Tue, 21 Nov 2023 10:35:00 GMT"), ("tagged", '"v1"'), ("unstamped", "none")],
)
def test_a_living_statistic_has_its_publishers_stamp(publisher, places, source, path, stamp):
    entry = source(url=publisher.url(path), sha256=None)
    assert receive(places, scores=entry)["scores"].stamp == stamp


@pytest.mark.parametrize("path", ["page", "empty", "truncated", "gone"])
def test_a_living_statistic_is_a_file_or_refused(publisher, places, source, path):
    refusal(places, source(url=publisher.url(path), sha256=None))
    assert kept(places) == []


def test_a_living_statistic_out_of_reach_stays_as_it_was(publisher, places, source):
    first = receive(places, scores=source(url=publisher.url("right"), sha256=None))
    gone = {"scores": source(url=publisher.url("gone"), sha256=None)}
    assert received.receive(gone, places, first, QUICK) == first


def test_accept_pins_what_the_publisher_of_a_pinned_file_offers_now(
    publisher, places, source, as_yaml, sha256
):
    path = places.root / registers.SOURCES
    path.parent.mkdir()
    path.write_text(as_yaml(scores=source(url=publisher.url("right"), sha256="a" * 64)))
    old, new = living.accept("scores", places, QUICK)
    assert (old, new.sha256) == ("a" * 64, sha256)
    assert registers.sources(path)["scores"].sha256 == sha256


def test_accept_without_a_new_version_says_so_and_changes_nothing(
    publisher, places, source, as_yaml
):
    path = places.root / registers.SOURCES
    path.parent.mkdir()
    path.write_text(as_yaml(scores=source(url=publisher.url("right"))))
    before = path.read_bytes()
    with pytest.raises(errors.SourceError, match="pinned already"):
        living.accept("scores", places, QUICK)
    assert path.read_bytes() == before


SCRIPT = """
import signal
import sys
from pathlib import Path
# A shell starts background jobs with this signal ignored.
signal.signal(signal.SIGINT, signal.default_int_handler)
from nplvanalysis import registers
from nplvanalysis.sources import origins, received
places = origins.Places(Path(sys.argv[1]))
received.receive(registers.sources(places.root / "sources.yaml"), places)
"""


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGINT])
def test_an_interrupted_download_leaves_no_file_and_the_next_run_cleans_up(
    publisher, places, source, as_yaml, sha256, how
):
    entry = source(url=publisher.url("dripping"))
    (places.root / "sources.yaml").write_text(as_yaml(scores=entry))
    running = subprocess.Popen(
        [sys.executable, "-c", SCRIPT, str(places.root)],
        env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
        stderr=subprocess.DEVNULL,
    )
    while running.poll() is None:
        if any(path.stat().st_size for path in places.bytes.glob(".part-*")):
            running.send_signal(how)
            break
        time.sleep(0.01)
    assert running.wait(10) != 0
    assert not (places.bytes / sha256).exists()
    receive(places, scores=source(url=publisher.url("right")))
    assert [path.name for path in places.bytes.iterdir()] == [sha256]


def test_the_places_of_a_run_come_from_its_environment(tmp_path):
    places = origins.Places.of(tmp_path, {"NPLV_MIRROR": "../shared/mirror"})
    assert places.mirror == tmp_path / "../shared/mirror"
    assert origins.Places.of(tmp_path, {"NPLV_MIRROR": ""}).mirror is None
