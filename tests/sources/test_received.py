"""Files found on this machine, and what is passed on to the next layer. No network."""

import os
import socket

import pandas as pd
import pytest

from nplvanalysis import errors, store
from nplvanalysis.sources import download, origins, received


@pytest.fixture
def mirror(tmp_path_factory, content):
    folder = tmp_path_factory.mktemp("mirror")
    (folder / "deep" / "down").mkdir(parents=True)
    (folder / "deep" / "down" / "scores.csv").write_bytes(content)
    return folder


@pytest.fixture(autouse=True)
def offline(monkeypatch):
    def refuse(*arguments, **options):
        raise AssertionError("a file that is here was asked of a server")

    monkeypatch.setattr(socket, "getaddrinfo", refuse)


def put(places, content, name="scores.csv"):
    inbox = places.root / origins.INBOX
    inbox.mkdir(parents=True, exist_ok=True)
    (inbox / name).write_bytes(content)


def missing(places, **wanted):
    with pytest.raises(errors.SourceError) as caught:
        received.receive(wanted, places)
    return caught.value.got


def test_a_mirror_is_searched_at_any_depth(tmp_path, mirror, source, sha256):
    places = origins.Places(tmp_path, mirror)
    received.receive({"scores": source(url="https://example.org/scores.csv")}, places)
    assert store.sha256(places.bytes / sha256) == sha256


def test_of_files_with_one_name_the_hash_decides(tmp_path, mirror, source, sha256):
    (mirror / "a").mkdir()
    (mirror / "a" / "scores.csv").write_bytes(b"another file of the same name")
    found = received.receive({"scores": source()}, origins.Places(tmp_path, mirror))
    assert found["scores"].sha256 == sha256


def test_the_byte_store_of_another_clone_is_a_mirror(tmp_path, mirror, source, sha256):
    (mirror / "deep" / "down" / "scores.csv").rename(mirror / sha256)
    assert received.receive({"scores": source()}, origins.Places(tmp_path, mirror))


def test_a_file_put_in_the_inbox_is_accepted(places, source, content, sha256):
    put(places, content)
    assert received.receive({"scores": source()}, places)["scores"].sha256 == sha256


def test_a_wrong_file_in_the_inbox_is_refused_and_left_alone(places, source):
    put(places, b"<html>Please log in</html>")
    got = missing(places, scores=source())
    assert "data/inbox/scores.csv: an HTML page instead of the file" in got
    assert (places.root / origins.INBOX / "scores.csv").exists()


def test_an_empty_file_is_refused(places, source):
    put(places, b"")
    assert "data/inbox/scores.csv: an empty file" in missing(places, scores=source())


def test_a_truncated_file_is_refused(places, source, content):
    put(places, content[:-1])
    assert "other bytes: 360,016 of them" in missing(places, scores=source())


def test_a_folder_in_place_of_a_file_is_refused(places, source):
    (places.root / origins.INBOX / "scores.csv").mkdir(parents=True)
    assert "data/inbox/scores.csv: cannot be read" in missing(places, scores=source())


@pytest.mark.parametrize(
    ("make", "reason"), [(True, "no file of this name"), (False, "no such folder")]
)
def test_a_mirror_without_the_file_says_which(tmp_path, source, make, reason):
    folder = tmp_path / "elsewhere"
    if make:
        folder.mkdir()
    got = missing(origins.Places(tmp_path, folder), scores=source())
    assert f"NPLV_MIRROR={folder}: {reason}" in got


def test_without_a_mirror_the_error_says_that_none_is_set(places, source):
    assert "NPLV_MIRROR: not set" in missing(places, scores=source())


def test_a_living_statistic_is_not_taken_from_a_mirror(tmp_path, mirror, source):
    got = missing(origins.Places(tmp_path, mirror), scores=source(sha256=None))
    assert "scores:" in got
    assert str(mirror) not in got


def test_a_byte_store_that_cannot_be_written_is_an_error_of_the_store(places, source, content):
    put(places, content)
    places.bytes.write_text("a file where the folder should be")
    with pytest.raises(errors.StoreError, match="cannot be written"):
        received.receive({"scores": source()}, places)


no_root = pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() == 0, reason="permissions do not stop root"
)


@no_root
def test_without_write_permission_nothing_is_received(places, source, content):
    put(places, content)
    places.root.chmod(0o500)
    try:
        with pytest.raises(errors.StoreError, match="Check the permissions"):
            received.receive({"scores": source()}, places)
    finally:
        places.root.chmod(0o700)


@no_root
def test_a_file_without_read_permission_is_refused(places, source, content, sha256):
    put(places, content)
    (places.root / origins.INBOX / "scores.csv").chmod(0)
    places.bytes.mkdir()
    (places.bytes / sha256).touch(mode=0)
    got = missing(places, scores=source())
    assert f".bytes/{sha256}: cannot be read: Permission denied" in got
    assert "data/inbox/scores.csv: cannot be read: Permission denied" in got


def test_damaged_bytes_in_the_store_are_not_used(places, source, content, sha256):
    places.bytes.mkdir()
    (places.bytes / sha256).write_bytes(content[:-1])
    assert f".bytes/{sha256}: damaged" in missing(places, scores=source())


def test_a_disk_that_is_full_leaves_nothing_under_the_final_name(tmp_path, content):
    def writes_half(target):
        target.write_bytes(content[:1000])
        raise OSError(28, "No space left on device")

    places = origins.Places(tmp_path)
    with pytest.raises(errors.StoreError, match="No space left"):
        origins.arrived("scores", "a" * 64, [("somewhere", writes_half)], places, [])
    assert list(places.bytes.iterdir()) == []


@pytest.fixture
def delivered(places, source, content):
    put(places, content)
    wanted = {"scores": source(), "again": source()}
    arrivals = received.receive(wanted, places)
    received.deliver(wanted, arrivals, places)
    return wanted, arrivals


def test_each_source_has_a_folder_with_its_file(places, delivered, content):
    assert (places.raw / "scores" / "scores.csv").read_bytes() == content
    assert (places.raw / "again" / "scores.csv").read_bytes() == content


def test_editing_raw_data_does_not_change_the_byte_store(places, delivered, sha256):
    (places.raw / "scores" / "scores.csv").write_bytes(b"edited")
    assert store.sha256(places.bytes / sha256) == sha256


def test_files_of_another_study_are_removed(places, delivered):
    wanted, arrivals = delivered
    received.deliver({"again": wanted["again"]}, {"again": arrivals["again"]}, places)
    assert {path.name for path in places.raw.iterdir()} == {"again", "truth.csv"}


def test_raw_data_that_cannot_be_replaced_is_an_error_of_the_store(places):
    places.raw.parent.mkdir()
    places.raw.write_text("a file where the folder should be")
    with pytest.raises(errors.StoreError, match="cannot be emptied"):
        received.deliver({}, {}, places)


def test_the_list_says_what_was_received(places, delivered, content, sha256):
    row = ["scores.csv", len(content), sha256, "pinned"]
    columns = ["source", "file", "bytes", "sha256", "stamp"]
    expected = pd.DataFrame([["again", *row], ["scores", *row]], columns=columns)
    pd.testing.assert_frame_equal(received.listed(*delivered, places), expected)


def test_the_list_of_pinned_files_does_not_depend_on_their_origin(places, delivered):
    wanted, arrivals = delivered
    stamped = {
        name: download.Arrival(arrival.sha256, arrival.size, "Tue, 21 Nov 2023 10:35:00 GMT")
        for name, arrival in arrivals.items()
    }
    expected = received.listed(wanted, arrivals, places)
    pd.testing.assert_frame_equal(received.listed(wanted, stamped, places), expected)


def test_a_synthetic_file_that_was_not_made_is_an_error(places, source):
    entry = source(sha256=None, made_by="sample")
    (places.raw / "toy").mkdir(parents=True)
    (places.raw / "toy" / "score.csv").touch()
    with pytest.raises(errors.SourceError) as caught:
        received.listed({"toy": entry}, {}, places)
    assert caught.value.got == "score.csv"


def test_real_areas_have_no_true_effects(places, delivered):
    received.deliver(*delivered, places)
    assert (places.raw / "truth.csv").read_text().count("\n") == 1
