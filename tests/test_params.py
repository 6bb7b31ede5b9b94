"""Studies: checked, switched, never overwritten."""

from __future__ import annotations

import subprocess

import pytest

from nplvanalysis import params, studies
from nplvanalysis.errors import ParameterError

from .conftest import ROOT

SAMPLE = (ROOT / "studies" / "sample.yaml").read_text(encoding="utf-8")


def changed(old: str, new: str) -> str:
    assert old in SAMPLE
    return SAMPLE.replace(old, new)


def test_a_parameter_of_the_wrong_type_is_named():
    with pytest.raises(ParameterError, match="seed"):
        params.parse(changed("seed: 2022", "seed: twenty"))


def test_an_unknown_parameter_is_named():
    with pytest.raises(ParameterError, match="sed"):
        params.parse(changed("seed: 2022", "seed: 2022\nsed: 1"))


def test_a_missing_parameter_is_named():
    with pytest.raises(ParameterError, match="unit"):
        params.parse(changed("unit: buurt\n", ""))


def test_a_value_out_of_range_is_named():
    with pytest.raises(ParameterError, match="max_tenure_unknown"):
        params.parse(changed("max_tenure_unknown: 5.0", "max_tenure_unknown: 500.0"))


def test_a_unit_that_does_not_exist_is_refused_with_the_choices():
    with pytest.raises(ParameterError, match="'buurt', 'wijk', 'gemeente' or 'gebied'"):
        params.parse(changed("unit: buurt", "unit: straat"))


def test_a_contrast_outside_the_terms_is_refused():
    with pytest.raises(ParameterError, match="not one of the terms"):
        params.parse(changed("contrast: owner_occupied", "contrast: tenure_other"))


def test_text_that_is_not_yaml_is_refused():
    with pytest.raises(ParameterError, match="not YAML"):
        params.parse("study: [")


def test_an_error_says_what_where_expected_got_and_what_to_do():
    with pytest.raises(ParameterError) as caught:
        params.parse("study: [")
    for word in ("where:", "expected:", "got:", "to do:"):
        assert word in str(caught.value)


@pytest.fixture
def repository(tmp_path):
    """A repository with two studies, as committed."""
    (tmp_path / "studies").mkdir()
    (tmp_path / "dvc.yaml").write_text("stages: {}\n")
    for name in ("sample", "nederland-wijken"):
        text = (ROOT / "studies" / f"{name}.yaml").read_text(encoding="utf-8")
        (tmp_path / "studies" / f"{name}.yaml").write_text(text, encoding="utf-8")
    (tmp_path / "params.yaml").write_text(SAMPLE, encoding="utf-8")
    identity = ["-c", "user.name=t", "-c", "user.email=t@example.org"]
    for command in (["init", "-q"], ["add", "."], [*identity, "commit", "-qm", "start"]):
        subprocess.run(["git", *command], cwd=tmp_path, check=True)
    return tmp_path


def status(folder) -> str:
    command = ["git", "status", "--porcelain"]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True).stdout


def test_switching_there_and_back_leaves_no_change(repository):
    studies.switch("nederland-wijken", repository)
    assert params.load(repository / "params.yaml").study == "nederland-wijken"
    assert "params.yaml" in status(repository)
    studies.switch("sample", repository)
    assert status(repository) == ""


def test_a_study_under_another_name_is_refused(repository):
    (repository / "studies" / "mine.yaml").write_text(SAMPLE, encoding="utf-8")
    with pytest.raises(ParameterError, match="study: mine"):
        studies.switch("mine", repository)


def test_an_unknown_study_is_refused_with_the_known_ones(repository):
    with pytest.raises(ParameterError, match="nederland-wijken, sample"):
        studies.switch("belgie", repository)


def test_an_edited_study_is_not_overwritten(repository):
    edited = changed("seed: 2022", "seed: 7")
    (repository / "params.yaml").write_text(edited, encoding="utf-8")
    with pytest.raises(ParameterError, match="would overwrite"):
        studies.switch("nederland-wijken", repository)
    assert (repository / "params.yaml").read_text(encoding="utf-8") == edited


def test_an_edited_study_that_is_committed_may_be_switched(repository):
    edited = changed("seed: 2022", "seed: 7")
    (repository / "params.yaml").write_text(edited, encoding="utf-8")
    identity = ["-c", "user.name=t", "-c", "user.email=t@example.org"]
    subprocess.run(["git", *identity, "commit", "-qam", "own"], cwd=repository, check=True)
    studies.switch("nederland-wijken", repository)
    assert params.load(repository / "params.yaml").study == "nederland-wijken"


def test_outside_the_repository_the_error_says_where_to_go(tmp_path):
    with pytest.raises(ParameterError, match="Change to the folder"):
        params.root(tmp_path)


def test_a_narrowed_study_has_the_unit_and_sample_of_the_notebook(study):
    narrow = params.narrowed(study, "wijk", 250)
    assert (narrow.unit, narrow.sample.min_dwellings) == ("wijk", 250)
    assert narrow.models == study.models
    assert params.narrowed(study) == study
