"""Statistics that change under one address: noticed, named, and replaced only on request."""

import pytest

from nplvanalysis import errors, registers
from nplvanalysis.sources import living, origins, received
from nplvanalysis.sources.download import Arrival

OLD = Arrival("a" * 64, 1000, "Monday")
NEW = Arrival("b" * 64, 1234, "Tuesday")


@pytest.fixture
def wanted(source):
    return {"scores": source(sha256=None, url="https://example.org/scores.csv")}


@pytest.fixture
def catalogue(places, as_yaml, wanted, source):
    path = places.root / registers.SOURCES
    path.parent.mkdir(parents=True)
    made = source(sha256=None, made_by="sample")
    path.write_text("# a comment\n" + as_yaml(made=made, scores=wanted["scores"]))
    return path


def settle(wanted, arrival, places):
    return living.settled(wanted, {"scores": arrival}, places)["scores"]


def test_what_is_received_first_is_recorded(wanted, places):
    settle(wanted, OLD, places)
    assert living.ledger(places).received == {"scores": OLD}


def test_the_same_bytes_keep_the_stamp_they_had(wanted, places):
    settle(wanted, OLD, places)
    assert settle(wanted, Arrival(OLD.sha256, OLD.size, "Wednesday"), places) == OLD


def test_other_bytes_stop_the_run_and_the_change_is_named(wanted, places):
    settle(wanted, OLD, places)
    with pytest.raises(errors.SourceError) as caught:
        settle(wanted, NEW, places)
    assert caught.value.expected == f"scores: 1,000 bytes, stamp Monday, sha256 {OLD.sha256}"
    assert caught.value.got == f"scores: 1,234 bytes, stamp Tuesday, sha256 {NEW.sha256}"
    assert "make accept SOURCE=scores" in caught.value.todo


def test_a_change_stops_every_later_run_too(wanted, places):
    settle(wanted, OLD, places)
    for _ in range(2):
        with pytest.raises(errors.SourceError):
            settle(wanted, NEW, places)


def test_a_change_that_is_taken_back_is_no_longer_offered(wanted, places):
    settle(wanted, OLD, places)
    with pytest.raises(errors.SourceError):
        settle(wanted, NEW, places)
    settle(wanted, OLD, places)
    assert living.ledger(places).offered == {}


def test_all_changes_are_named_at_once(wanted, places):
    two = wanted | {"more": wanted["scores"]}
    living.settled(two, dict.fromkeys(two, OLD), places)
    with pytest.raises(errors.SourceError) as caught:
        living.settled(two, dict.fromkeys(two, NEW), places)
    assert caught.value.where == "data/sources.yaml: scores, more"


def test_pinned_files_leave_no_record(source, places):
    assert living.settled({"scores": source()}, {"scores": OLD}, places) == {"scores": OLD}
    assert not places.bytes.exists()


def test_accept_pins_the_version_that_was_offered(wanted, places, catalogue):
    settle(wanted, OLD, places)
    with pytest.raises(errors.SourceError):
        settle(wanted, NEW, places)
    assert living.accept("scores", places) == (None, NEW)
    assert registers.sources(catalogue)["scores"].sha256 == NEW.sha256
    assert living.ledger(places) == living.Ledger()


def test_accept_without_a_change_pins_what_was_received(wanted, places, catalogue):
    settle(wanted, OLD, places)
    assert living.accept("scores", places) == (None, OLD)


def test_accept_changes_one_line_of_the_catalogue(wanted, places, catalogue):
    settle(wanted, OLD, places)
    before = catalogue.read_text().splitlines()
    living.accept("scores", places)
    after = catalogue.read_text().splitlines()
    changed = [pair for pair in zip(before, after, strict=True) if pair[0] != pair[1]]
    assert changed == [("  sha256: null", f"  sha256: {OLD.sha256}")]


def test_accept_takes_a_file_from_the_inbox(wanted, places, catalogue, content, sha256):
    inbox = places.root / origins.INBOX
    inbox.mkdir()
    (inbox / "scores.csv").write_bytes(content)
    assert living.accept("scores", places)[1].sha256 == sha256
    pinned = {"scores": registers.sources(catalogue)["scores"]}
    assert received.receive(pinned, places)["scores"].size == len(content)


@pytest.mark.parametrize("name", ["", "unknown", "made"])
def test_accept_of_what_is_no_source_names_those_that_are(places, catalogue, name):
    with pytest.raises(errors.ParameterError) as caught:
        living.accept(name, places)
    assert caught.value.expected == "scores"
