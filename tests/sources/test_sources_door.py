"""The whole layer as the pipeline runs it, in a repository of its own."""

import os
import subprocess
import sys

import pytest

from nplvanalysis import params, registers, store


@pytest.fixture
def repository(tmp_path, root, as_yaml, source):
    study = (root / "studies" / "sample.yaml").read_text()
    head, _, tail = study.partition("sources:\n")
    rest = tail[tail.index("\n\n") :]
    text = head.replace("synthetic: true", "synthetic: false") + "sources:\n  - scores" + rest
    (tmp_path / params.PARAMS).write_text(text)
    (tmp_path / "dvc.yaml").write_text("stages: {}\n")
    (tmp_path / "data" / "inbox").mkdir(parents=True)
    (tmp_path / registers.SOURCES).write_text(as_yaml(scores=source()))
    return tmp_path


def run(repository, *arguments, **environment):
    path = os.pathsep.join(sys.path)
    return subprocess.run(
        [sys.executable, "-m", "nplvanalysis.sources", *arguments],
        cwd=repository,
        env=os.environ | {"PYTHONPATH": path, "NPLV_MIRROR": ""} | environment,
        capture_output=True,
        text=True,
        check=False,
    )


def files(folder):
    return {
        str(path.relative_to(folder)): store.sha256(path)
        for path in folder.rglob("*")
        if path.is_file()
    }


def test_the_folder_is_the_same_whatever_the_bytes_came_from(repository, tmp_path_factory, content):
    mirror = tmp_path_factory.mktemp("mirror")
    (mirror / "scores.csv").write_bytes(content)
    assert run(repository, NPLV_MIRROR=str(mirror)).returncode == 0
    from_mirror = files(repository / "data/raw")
    for path in (repository / ".bytes").iterdir():
        path.unlink()
    (repository / "data/inbox/scores.csv").write_bytes(content)
    assert run(repository).returncode == 0
    assert files(repository / "data/raw") == from_mirror
    ours = {"focus_areas.csv", "received.csv", "truth.csv"}
    assert set(from_mirror) == {"scores/scores.csv", *ours}
    assert (repository / "data/raw/focus_areas.csv").read_text().count("\n") == 1


def test_a_missing_file_ends_with_a_message_and_leaves_raw_data_as_it_was(repository):
    (repository / "data/raw").mkdir()
    (repository / "data/raw/received.csv").write_text("of an earlier run")
    ended = run(repository)
    assert ended.returncode == 2
    assert ended.stderr.startswith("SourceError: 1 of the files")
    assert "Traceback" not in ended.stderr
    assert (repository / "data/raw/received.csv").read_text() == "of an earlier run"


def test_accept_on_the_command_line_pins_the_file_in_the_inbox(repository, content, sha256):
    catalogue = repository / registers.SOURCES
    catalogue.write_text(catalogue.read_text().replace(sha256, "null"))
    (repository / "data/inbox/scores.csv").write_bytes(content)
    ended = run(repository, "accept", "scores")
    assert (ended.returncode, ended.stderr) == (0, "")
    assert registers.sources(catalogue)["scores"].sha256 == sha256


def test_a_pinned_file_is_never_replaced_by_one_that_was_put_by_hand(repository):
    catalogue = repository / registers.SOURCES
    before = catalogue.read_text()
    (repository / "data/inbox/scores.csv").write_bytes(b"other bytes")
    ended = run(repository, "accept", "scores")
    assert ended.returncode == 2
    assert catalogue.read_text() == before


def test_libraries_for_downloads_are_not_imported_without_one(repository, content):
    (repository / "data/inbox/scores.csv").write_bytes(content)
    code = (
        "import sys; from nplvanalysis.sources import __main__ as door;"
        "sys.argv = ['sources']; door.main();"
        "print(sorted({'httpx', 'stamina', 'tqdm'} & set(sys.modules)))"
    )
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    ended = subprocess.run(
        [sys.executable, "-c", code],
        cwd=repository,
        env=environment,
        capture_output=True,
        text=True,
    )
    assert ended.stdout.splitlines()[-1] == "[]", ended.stderr
