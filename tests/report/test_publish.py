"""Publication: only committed code, only fresh pages, and numbers in prose from the tables."""

from __future__ import annotations

import pandas as pd
import pytest

from nplvanalysis import params, registers, schema, store
from nplvanalysis.errors import DataError, ParameterError, RegisterError, StoreError
from nplvanalysis.report import publish, readme, verify
from nplvanalysis.report.edition import Edition
from nplvanalysis.report.provenance import of_files, record

NUMBERS = ["theta", "std_error", "low", "high", "level", "delta", "ceiling"]


@pytest.fixture
def published(in_root) -> pd.DataFrame:
    """Verdicts of the published study, numbers as numbers."""
    table = store.read_csv(publish.VERDICTS)
    own = table[table["study"] == readme.STUDY].reset_index(drop=True)
    numbers = own[NUMBERS].apply(pd.to_numeric)
    whole = own[["sign", "n", "year_exposure", "year_outcome"]].astype("int64")
    return own.assign(**numbers, **whole)


@pytest.fixture
def wijken(in_root) -> Edition:
    study = params.load(f"studies/{readme.STUDY}.yaml")
    sources = registers.chosen(study, registers.sources())
    return Edition(study, schema.columns(), sources, registers.claims(), "en")


def test_the_readme_says_what_the_published_verdicts_say(published, wijken, root):
    text = (root / "README.md").read_text(encoding="utf-8")
    assert readme.renewed(text, readme.findings(published, wijken)) == text


def test_a_readme_without_its_marks_is_refused():
    with pytest.raises(RegisterError, match="README"):
        readme.renewed("# title\n", "text")


def test_published_estimates_hold_the_published_verdicts(published, root):
    table = pd.read_csv(root / "docs" / "findings" / readme.STUDY / "estimates.csv")
    for row in published[published["verdict"] != "not_testable"].itertuples():
        own = table[
            (table["hypothesis"] == row.hypothesis)
            & (table["role"] == row.role)
            & (table["standard_errors"] == row.standard_errors)
        ]
        assert own["estimate"].item() * row.sign == pytest.approx(row.theta, rel=1e-9)
        assert own["std_error"].item() == pytest.approx(table.loc[own.index, "std_error"].max())


def test_uncommitted_code_is_not_published():
    with pytest.raises(StoreError, match=r"src/nplvanalysis/store\.py"):
        publish.committed_code(" M src/nplvanalysis/store.py\n M dvc.lock\n")


def test_what_a_run_writes_itself_does_not_hinder_publication():
    publish.committed_code(" M params.yaml\n M dvc.lock\n M docs/verdicts.csv\n?? docs/findings/\n")


def test_a_new_module_that_is_not_committed_is_not_published():
    with pytest.raises(StoreError, match=r"new\.py"):
        publish.committed_code("?? src/nplvanalysis/models/new.py\n")


def test_other_parameters_are_not_published_under_a_known_name():
    publish.as_known("seed: 1\n", "seed: 1\n")
    with pytest.raises(StoreError, match="parameters"):
        publish.as_known("seed: 2\n", "seed: 1\n")


def test_pages_older_than_their_code_are_not_published():
    with pytest.raises(StoreError, match="6-findings@nl"):
        publish.up_to_date('{"6-findings@nl": [{"changed deps": {}}]}')
    publish.up_to_date("{}")


def test_a_failed_command_is_named():
    with pytest.raises(StoreError, match="git"):
        publish.ask("git", "no-such-command")


def test_own_verdicts_replace_older_ones_and_leave_others():
    columns = ["study", "hypothesis", "theta", "verdict"]
    old = pd.DataFrame([["a", "A1", "1.0", "mixed"], ["b", "A1", "2.0", "mixed"]], columns=columns)
    own = pd.DataFrame([["a", "A2", 0.5, "supported"], ["a", "A1", None, "mixed"]], columns=columns)
    assert publish.with_own_rows(old, own).to_numpy().tolist() == [
        ["a", "A1", "", "mixed"],
        ["a", "A2", "0.5", "supported"],
        ["b", "A1", "2.0", "mixed"],
    ]


def test_the_commit_is_stamped_where_the_template_left_room(in_root):
    page = (in_root / "src/nplvanalysis/report/page/index.html.j2").read_text(encoding="utf-8")
    assert "abc123" in publish.stamped(page, "abc123")


def test_every_published_page_carries_its_commit(root):
    for page in (root / "docs" / "findings").glob("*/findings.*.html"):
        assert "git commit <code>" in page.read_text(encoding="utf-8")


def estimates(value: str, **other: str) -> pd.DataFrame:
    row = dict.fromkeys(verify.KEY, "x") | {"estimate": value, "status": "ok"} | other
    return pd.DataFrame([row])


def test_equal_numbers_within_the_tolerance_are_no_difference():
    assert verify.differences(estimates("1.0"), estimates("1.0000000001")) == []
    assert verify.differences(estimates(""), estimates("")) == []


@pytest.mark.parametrize("other", ["1.00000001", "", "-1.0"])
def test_another_number_is_named_with_both_values(other):
    (found,) = verify.differences(estimates("1.0"), estimates(other))
    assert "published 1.0" in found
    assert f"rerun {other}" in found


def test_an_estimate_that_is_gone_is_named():
    (found,) = verify.differences(estimates("1.0"), estimates("1.0").iloc[:0])
    assert "left_only" in found


def test_another_input_is_named():
    one = pd.DataFrame({"source": ["a", "b"], "sha256": ["1", "2"]})
    other = pd.DataFrame({"source": ["a", "b"], "sha256": ["1", "3"]})
    assert verify.other_inputs(one, one) == []
    assert verify.other_inputs(one, other) == ["b: published 2, rerun 3"]


@pytest.mark.parametrize("name", ["", "belgie"])
def test_verifying_a_study_that_was_never_published_names_those_that_were(in_root, name):
    with pytest.raises(ParameterError, match=readme.STUDY):
        verify.verify(name)


def test_a_difference_ends_with_an_error_that_says_what_to_do(in_root, monkeypatch):
    """The rerun is replaced by files with one other number; the comparison is real."""

    def other_number(study, folder, origin):
        table = store.read_csv(f"docs/findings/{study}/estimates.csv")
        table.loc[0, "estimate"] = "123.0"
        store.write_text(table.to_csv(index=False), folder / "reports" / "estimates.csv")
        received = store.read_text(f"docs/findings/{study}/received.csv")
        store.write_text(received, folder / "data" / "raw" / "received.csv")

    monkeypatch.setattr(verify, "rerun", other_number)
    with pytest.raises(DataError, match=r"rerun 123\.0"):
        verify.verify(readme.STUDY)


def test_the_record_names_parameters_inputs_code_and_packages(root):
    received = pd.DataFrame({"source": ["a"], "sha256": ["f" * 64]})
    made = record(root, received)
    values = made.set_index("item")["value"]
    assert values["params.yaml"] == store.sha256(root / "params.yaml")
    assert values["a"] == "f" * 64
    assert made.groupby("group").ngroups == 4


def test_the_hash_of_a_folder_follows_names_and_contents(tmp_path):
    (tmp_path / "a.py").write_text("1")
    first = of_files(tmp_path, "*")
    (tmp_path / "__pycache__").mkdir()
    (tmp_path / "__pycache__" / "a.pyc").write_text("x")
    assert of_files(tmp_path, "*") == first
    (tmp_path / "a.py").rename(tmp_path / "b.py")
    assert of_files(tmp_path, "*") != first


def test_a_deciding_row_without_an_estimate_has_no_figure(estimates, in_root):
    failed = estimates[estimates["role"] == "primary"].assign(
        hypothesis="A2", status="not_identified", estimate=float("nan"), std_error=float("nan")
    )
    every = pd.concat([estimates, failed], ignore_index=True)
    rules = every[["hypothesis"]].drop_duplicates().assign(rule="delta")
    drawn = publish.figures(every, rules, "en")
    assert set(drawn) == {"A4.en.png", "five-bars.en.png"}


def test_a_published_figure_shows_what_its_verdict_is_read_against(estimates, in_root, monkeypatch):
    row = estimates.iloc[0].to_dict()
    ratio = {"hypothesis": "B1", "outcome": "stacking", "exposure": "independence"}
    listed = {"hypothesis": "G1", "outcome": "lookalikes", "exposure": "focus-profile"}
    every = pd.DataFrame([row | ratio | {"low": 1.5, "high": 3.0, "estimate": 2.0}, row | listed])
    rules = pd.DataFrame({"hypothesis": ["B1", "G1"], "rule": ["ratio", "list"]})
    asked = []
    real = publish.rule_chart.against
    monkeypatch.setattr(
        publish.rule_chart, "against", lambda *given: asked.append(given[1]) or real(*given)
    )
    assert set(publish.figures(every, rules, "en")) == {"B1.en.png"}
    assert asked == ["ratio"]
