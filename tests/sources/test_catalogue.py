"""The catalogue of this repository, and the rules it is held to."""

import re

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from nplvanalysis import errors, params, registers
from nplvanalysis.sources import catalogue

HASH = "c" * 64
SYNTHETIC = {
    "made_by": "sample",
    "sha256": None,
    "title": "SYNTHETIC: scores",
    "producer": "SYNTHETIC",
}


@pytest.fixture(scope="module")
def text(root):
    return (root / registers.SOURCES).read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def entries(root):
    return registers.sources(root / registers.SOURCES)


def found(as_yaml, **sources):
    return catalogue.problems(as_yaml(**sources), sources)


def test_the_catalogue_of_this_repository_has_no_problems(text, entries):
    assert catalogue.problems(text, entries) == []


def test_every_source_of_every_study_is_in_the_catalogue(root, entries):
    for path in (root / "studies").glob("*.yaml"):
        study = params.load(path)
        assert list(catalogue.chosen(study, entries)) == study.sources


def test_every_real_source_is_pinned_to_an_address_that_cannot_move(entries):
    addresses = [
        address
        for entry in entries.values()
        if entry.sha256
        for address in (entry.url, *entry.copies)
        if address
    ]
    assert addresses
    assert all(entry.url or entry.copies for entry in entries.values() if entry.sha256)
    assert all(re.search(r"[/@][0-9a-f]{40}/", address) for address in addresses)


def test_entries_out_of_order_are_a_problem(as_yaml, source):
    two = {"b": source(), "a": source(file="a.csv", sha256=HASH)}
    assert found(as_yaml, **two) == ["not sorted: b, a"]


def test_an_entry_that_stands_twice_is_a_problem(as_yaml, source):
    text = 2 * as_yaml(a=source())
    assert catalogue.problems(text, {"a": source()}) == ["a: stands twice"]


@pytest.mark.parametrize(
    ("other", "problem"),
    [
        ({"sha256": HASH}, "file scores.csv: in two entries"),
        ({"file": "b.csv"}, "sha256 .*: in two entries"),
        ({"file": "b.csv", "sha256": HASH, "url": "https://example.org/a"}, "url .*: in two"),
    ],
)
def test_two_entries_for_one_file_are_a_problem(as_yaml, source, other, problem):
    problems = found(as_yaml, a=source(url="https://example.org/a"), b=source(**other))
    assert len(problems) == 1
    assert re.match(problem, problems[0])


def test_a_file_of_several_years_may_stand_in_an_entry_for_each(as_yaml, source):
    years = {"a": source(year=2016), "b": source(year=2017)}
    assert found(as_yaml, **years) == []


def test_a_wave_that_is_a_copy_of_another_is_no_problem_of_the_catalogue(as_yaml, source):
    waves = {"a": source(year=2016), "b": source(year=2018, file="b.csv")}
    assert found(as_yaml, **waves) == []


@pytest.mark.parametrize(
    ("fields", "problem"),
    [
        ({"sha256": None}, "neither pinned"),
        ({"sha256": None, "url": "https://x.org/a", "copies": ["https://x.org/b"]}, "no copies"),
        ({"url": "http://example.org/scores.csv"}, "not an https address"),
        ({"url": "https://example.org/scores 2022.csv"}, "without spaces"),
        ({"page": "example.org"}, "not an https address"),
        ({"file": "../scores.csv"}, "plain file name"),
        ({"file": "folder\\scores.csv"}, "plain file name"),
        ({"file": "scores?.csv"}, "plain file name"),
        ({"dataset": "kwb", "division": 2021}, "on the division of that year"),
        ({"citation": ""}, "empty: citation"),
        ({"title": "SYNTHETIC: scores"}, "only a file made here"),
        (SYNTHETIC | {"sha256": HASH}, "has no url, copies or sha256"),
        (SYNTHETIC | {"title": "Scores"}, "title and producer"),
    ],
)
def test_a_field_that_breaks_a_rule_is_a_problem(as_yaml, source, fields, problem):
    problems = found(as_yaml, scores=source(**fields))
    assert len(problems) == 1
    assert problem in problems[0]


@pytest.mark.parametrize(
    "fields", [SYNTHETIC, {"sha256": None, "url": "https://example.org/scores.csv"}, {}]
)
def test_pinned_living_and_synthetic_sources_are_no_problem(as_yaml, source, fields):
    assert found(as_yaml, scores=source(**fields)) == []


def test_a_source_that_no_catalogue_has_is_named(study, entries):
    study = study.model_copy(update={"sources": [*study.sources, "sample-kwb-1994"]})
    with pytest.raises(errors.ParameterError) as caught:
        catalogue.chosen(study, entries)
    assert caught.value.got == "sample-kwb-1994"


def test_a_synthetic_study_takes_no_real_source(study, entries):
    study = study.model_copy(update={"sources": [*study.sources, "cbs-kwb-2022-wijken"]})
    with pytest.raises(errors.ParameterError, match="real: cbs-kwb-2022-wijken"):
        catalogue.chosen(study, entries)


def test_a_real_study_takes_no_synthetic_source(study, entries):
    study = study.model_copy(update={"synthetic": False})
    with pytest.raises(errors.ParameterError, match="mixes real and synthetic"):
        catalogue.chosen(study, entries)


def test_pinning_any_entry_changes_its_hash_and_nothing_else(text, entries):
    before = yaml.load(text, yaml.CSafeLoader)
    for name in entries:
        changed = catalogue.pinned(text, name, HASH)
        expected = before | {name: before[name] | {"sha256": HASH}}
        assert yaml.load(changed, yaml.CSafeLoader) == expected
        lines = zip(text.splitlines(), changed.splitlines(), strict=True)
        assert sum(old != new for old, new in lines) == 1


@given(
    old=st.sampled_from(["null", "~", "", "a" * 64, f'"{"a" * 64}"', f"'{'b' * 64}'"]),
    comment=st.sampled_from(["", " # as received in May"]),
    between=st.sampled_from(["", "  # sha256: null\n", "\n", "  copies:\n    - https://x.org\n"]),
)
def test_pinning_keeps_comments(old, comment, between):
    before = f"# sources\na:\n  sha256: null\n\nb:  # two\n{between}  sha256: "
    text = f"{before}{old}{comment}\n  file: b.csv\n"
    assert catalogue.pinned(text, "b", HASH) == f"{before}{HASH}{comment}\n  file: b.csv\n"


@pytest.mark.parametrize("entry", ["b:\n  file: b.csv\n", "b:\n  sha256: [1]\n"])
def test_an_entry_whose_hash_cannot_be_written_is_an_error(entry):
    with pytest.raises(errors.RegisterError, match="Write it by hand"):
        catalogue.pinned(entry + "c:\n  sha256: null\n", "b", HASH)
