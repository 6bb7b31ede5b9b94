"""The whole pipeline in a clone of its own: runs, does nothing twice, reruns what changed."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from html.parser import HTMLParser
from pathlib import Path

import pytest
import yaml

from nplvanalysis import registers, store
from nplvanalysis.report import truth_table
from tests.register_results import unanswered
from tests.report.wording import causal

ROOT = Path(__file__).resolve().parents[1]
MIRROR = Path(os.environ.get("NPLV_MIRROR", ROOT.parent / "shared" / "mirror"))
IDENTITY = ["-c", "user.name=tester", "-c", "user.email=tester@example.org"]
pytestmark = pytest.mark.pipeline


# Notes every file of the clone that a stage opens in Python (Parquet is opened by a C library).
LISTENER = """
import os, sys

stage, log, root = (os.environ.get(name) for name in ("DVC_STAGE", "OPENED", "DVC_ROOT"))
if stage and log:
    target = os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT)

    def listen(event, arguments):
        if event == "open" and isinstance(arguments[0], str):
            path = os.path.realpath(arguments[0])
            writes = arguments[1] and set("wxa+") & set(str(arguments[1]))
            if path.startswith(root + os.sep) and not writes:
                os.write(target, f"{stage}\\t{os.path.relpath(path, root)}\\n".encode())

    sys.addaudithook(listen)
"""


def run(
    folder: Path, *command: str, check: bool = True, listener: Path | None = None
) -> subprocess.CompletedProcess:
    """Run a command of the environment in a clone."""
    code = [str(listener)] if listener else []
    settings = os.environ | {
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "PYTHONPATH": os.pathsep.join([*code, str(folder / "src")]),
        "NPLV_MIRROR": str(MIRROR.resolve()),
    }
    settings |= {"OPENED": str(listener / "opened.txt")} if listener else {}
    done = subprocess.run(command, cwd=folder, env=settings, capture_output=True, text=True)
    if check and done.returncode:
        raise AssertionError(f"{' '.join(command)}\n{done.stdout[-3000:]}\n{done.stderr[-3000:]}")
    return done


def cloned(folder: Path) -> Path:
    """Copy what git would hold of the working tree and commit it."""
    listed = run(ROOT, "git", "ls-files", "-co", "--exclude-standard").stdout.splitlines()
    for name in listed:
        if (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, folder / name)
    shutil.copy2(ROOT / "studies" / "sample.yaml", folder / "params.yaml")
    run(folder, "git", "init", "-q")
    commit(folder)
    return folder


def commit(folder: Path) -> None:
    run(folder, "git", "add", "-A")
    run(folder, "git", *IDENTITY, "commit", "-qm", "state", "--allow-empty")


@pytest.fixture(scope="module")
def clone(tmp_path_factory) -> Path:
    """A clone in which the synthetic study has run and its lock is committed."""
    folder = cloned(tmp_path_factory.mktemp("clone"))
    run(folder, "dvc", "repro")
    commit(folder)
    return folder


@pytest.fixture
def kept(clone: Path):
    """The clone, put back as it was afterwards."""
    yield clone
    run(clone, "git", "checkout", "-q", "--", ".")
    run(clone, "git", "clean", "-fdq")
    run(clone, "dvc", "checkout", "--force")


def stages(folder: Path) -> dict[str, dict]:
    """Every stage with its dependencies and parameters, loops unrolled."""
    content = yaml.safe_load((folder / "dvc.yaml").read_text(encoding="utf-8"))["stages"]
    found = {}
    for name, entry in content.items():
        for item in entry.get("foreach", [""]):
            text = yaml.safe_dump(entry.get("do", entry)).replace("${item}", str(item))
            found[f"{name}@{item}" if item else name] = yaml.safe_load(text)
    return found


def stale(folder: Path) -> set[str]:
    """Stages that DVC would run because something of their own changed."""
    status = json.loads(run(folder, "dvc", "status", "--json").stdout)
    return {name.removeprefix("dvc.yaml:") for name in status}


def test_a_second_run_does_nothing(clone):
    done = run(clone, "dvc", "repro")
    assert "Data and pipelines are up to date" in done.stdout
    assert "Running stage" not in done.stdout


def test_a_run_leaves_no_change_in_git(clone):
    assert run(clone, "git", "status", "--porcelain").stdout == ""


@pytest.fixture(scope="module")
def forced(clone: Path, tmp_path_factory) -> dict:
    """A second, forced run with a listener: the locks, the stages run, and the files opened."""
    listener = tmp_path_factory.mktemp("listener")
    (listener / "sitecustomize.py").write_text(LISTENER, encoding="utf-8")
    for folder in (clone / "src").rglob("__pycache__"):
        shutil.rmtree(folder)
    before = (clone / "dvc.lock").read_bytes()
    done = run(clone, "dvc", "repro", "--force", "--no-run-cache", listener=listener)
    lines = (listener / "opened.txt").read_text(encoding="utf-8").splitlines()
    pairs = {tuple(line.split("\t")) for line in lines}
    opened = {(stage, path) for stage, path in pairs if not (clone / path).is_dir()}
    after = (clone / "dvc.lock").read_bytes()
    return {"before": before, "after": after, "output": done.stdout, "opened": opened}


def test_a_forced_run_leaves_the_lock_byte_identical(clone, forced):
    assert forced["output"].count("Running stage") == len(stages(clone))
    assert forced["after"] == forced["before"]


def test_every_file_that_a_stage_opens_is_its_dependency(clone, forced):
    """Code, registers, parameters and tables: what a stage reads without saying so is a bug."""
    known = stages(clone)
    for name, path in sorted(forced["opened"]):
        entry = known[name]
        outs = [one if isinstance(one, str) else next(iter(one)) for one in entry.get("outs", [])]
        said = [*entry["deps"], *outs]
        if path == "params.yaml" or re.search(r"__pycache__|^\.dvc/|/\.part-", path):
            continue
        inside = any(path == one or path.startswith(f"{one}/") for one in said)
        assert inside, f"{name} opens {path}"


def test_every_stage_opens_the_code_that_it_depends_on(clone, forced):
    """No dependency is named that a stage does not use, but for modules shared by all."""
    shared = {f"src/nplvanalysis/{one}.py" for one in ("errors", "params", "registers", "schema")}
    for name, entry in stages(clone).items():
        used = {path for stage, path in forced["opened"] if stage == name}
        code = {one for one in entry["deps"] if one.startswith("src/nplvanalysis/")} - shared
        for one in code:
            assert any(path == one or path.startswith(f"{one}/") for path in used), (name, one)


@pytest.mark.parametrize(
    ("old", "new", "key"),
    [
        ("alpha: 0.05", "alpha: 0.1", "models.alpha"),
        ("min_areas: 30", "min_areas: 40", "models.min_areas"),
        ("zero_replacement: 0.0033", "zero_replacement: 0.005", "measures.zero_replacement"),
        ("min_dwellings: 100", "min_dwellings: 150", "sample.min_dwellings"),
        ("seed: 2022", "seed: 2023", "seed"),
    ],
)
def test_a_changed_parameter_makes_stale_exactly_the_stages_that_use_it(kept, old, new, key):
    text = (kept / "params.yaml").read_text(encoding="utf-8")
    assert text.count(old) == 1
    (kept / "params.yaml").write_text(text.replace(old, new), encoding="utf-8")
    users = {
        name
        for name, entry in stages(kept).items()
        if any(key == one or key.startswith(f"{one}.") for one in entry.get("params", []))
    }
    by_file = {name for name, entry in stages(kept).items() if "params.yaml" in entry["deps"]}
    assert stale(kept) == users | by_file
    assert users


@pytest.mark.parametrize("layer", ["sources", "clean", "harmonise", "measures", "models", "report"])
def test_edited_code_makes_stale_exactly_the_stages_that_use_it(kept, layer):
    module = next((kept / "src" / "nplvanalysis" / layer).glob("[a-z]*.py"))
    module.write_text(module.read_text(encoding="utf-8") + "# edited\n", encoding="utf-8")
    folder = f"src/nplvanalysis/{layer}"
    deps = {name: set(entry["deps"]) for name, entry in stages(kept).items()}
    users = {name for name, known in deps.items() if known & {folder, "src/nplvanalysis"}}
    assert stale(kept) == users
    assert len(users) < len(deps)


def test_a_parameter_moves_the_findings_and_dvc_shows_what_moved(kept):
    text = (kept / "params.yaml").read_text(encoding="utf-8")
    changed = text.replace("min_dwellings: 100", "min_dwellings: 400")
    (kept / "params.yaml").write_text(changed, encoding="utf-8")
    assert "sample.min_dwellings" in run(kept, "dvc", "params", "diff").stdout
    done = run(kept, "dvc", "repro", "verdicts")
    assert "Running stage 'sources'" not in done.stdout
    assert "A1.theta" in run(kept, "dvc", "metrics", "diff").stdout


def test_a_notebook_that_fails_is_kept_for_debugging_and_has_no_page(kept):
    path = kept / "notebooks" / "2-measures.ipynb"
    notebook = json.loads(path.read_text(encoding="utf-8"))
    notebook["cells"][-1]["source"] = ["raise ValueError('on purpose')"]
    path.write_text(json.dumps(notebook), encoding="utf-8")
    done = run(kept, "dvc", "repro", "2-measures", check=False)
    assert done.returncode != 0
    assert "on purpose" in (kept / "reports" / "2-measures.ipynb").read_text(encoding="utf-8")
    assert not (kept / "reports" / "2-measures.html").exists()


def test_a_kill_in_the_middle_of_a_stage_is_mended_by_a_rerun(kept):
    lock = (kept / "dvc.lock").read_bytes()
    settings = os.environ | {"PYTHONPATH": str(kept / "src")}
    dvc = str(Path(sys.executable).with_name("dvc"))
    settings["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{settings['PATH']}"
    process = subprocess.Popen(
        [dvc, "repro", "--force", "--no-run-cache", "--single-item", "clean"],
        cwd=kept,
        env=settings,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    for line in process.stdout:
        if "nplvanalysis.clean" in line:
            break
    time.sleep(1)
    assert process.poll() is None
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    assert run(kept, "dvc", "status", check=False).stdout
    run(kept, "dvc", "repro")
    assert (kept / "dvc.lock").read_bytes() == lock
    assert stale(kept) == set()
    assert not list(kept.glob("data/**/.part-*"))


@pytest.mark.skipif(not (MIRROR / "MANIFEST.csv").is_file(), reason="the real files are not here")
def test_switching_to_the_real_study_and_back_leaves_git_clean(kept):
    run(kept, sys.executable, "-m", "nplvanalysis.studies", "nederland-wijken")
    run(kept, "dvc", "repro")
    page = (kept / "reports" / "findings.en.html").read_text(encoding="utf-8")
    assert "SYNTHETIC" not in page
    run(kept, sys.executable, "-m", "nplvanalysis.studies", "sample")
    done = run(kept, "dvc", "repro")
    assert "Running stage" not in done.stdout
    assert run(kept, "git", "status", "--porcelain").stdout == ""


def test_an_unknown_study_ends_with_a_message_and_no_traceback(clone):
    done = run(clone, sys.executable, "-m", "nplvanalysis.studies", "belgie", check=False)
    assert done.returncode == 2
    assert "sample" in done.stderr
    assert "Traceback" not in done.stderr


def test_real_files_that_are_nowhere_end_with_their_names_and_the_offline_study(tmp_path, clone):
    """Names of hosts are blocked by a proxy that refuses, so that nothing leaves the machine."""
    folder = tmp_path / "offline"
    left_out = shutil.ignore_patterns(".bytes", "raw", "cache", "tmp")
    shutil.copytree(clone, folder, ignore=left_out)
    run(folder, sys.executable, "-m", "nplvanalysis.studies", "nederland-wijken")
    settings = os.environ | {
        "PYTHONPATH": str(folder / "src"),
        "HTTPS_PROXY": "http://127.0.0.1:9",
        "ALL_PROXY": "http://127.0.0.1:9",
    }
    settings.pop("NPLV_MIRROR", None)
    done = subprocess.run(
        [sys.executable, "-m", "nplvanalysis.sources"],
        cwd=folder,
        env=settings,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 2
    for word in ("NLD_dist.rda", "NLD_muni.rda", "data/inbox", "NPLV_MIRROR", "sample"):
        assert word in done.stderr


class _Requests(HTMLParser):
    """Collects what a browser would fetch on its own."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list) -> None:
        for name, value in attrs:
            if name in ("src", "srcset", "data", "poster", "action") or (
                name in ("href", "xlink:href") and tag != "a"
            ):
                self.found.append(value or "")


PAGES = ["findings.nl", "findings.en", "1-coverage", "2-measures", "3a-housing-mix", "index"]


@pytest.mark.parametrize("name", PAGES)
def test_a_page_asks_no_other_host_for_anything(clone, name):
    page = (clone / "reports" / f"{name}.html").read_text(encoding="utf-8")
    parser = _Requests()
    parser.feed(page)
    assert not [one for one in parser.found if not one.startswith(("data:", "#"))]
    assert not re.search(r"@import|url\(\s*['\"]?(?!data:|#)[a-z/]", page)


@pytest.mark.parametrize("name", PAGES)
def test_every_page_of_the_synthetic_study_says_so(clone, name):
    assert "SYNTHETIC" in (clone / "reports" / f"{name}.html").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", PAGES[:-1])
def test_no_notebook_warns(clone, name):
    text = (clone / "reports" / f"{name}.ipynb").read_text(encoding="utf-8")
    outputs = [one for cell in json.loads(text)["cells"] for one in cell.get("outputs", [])]
    assert not [one for one in outputs if one.get("name") == "stderr"]


@pytest.mark.parametrize("language", ["nl", "en"])
def test_the_findings_hide_code_and_carry_their_language(clone, language):
    page = (clone / "reports" / f"findings.{language}.html").read_text(encoding="utf-8")
    assert f'<html lang="{language}"' in page
    assert "verdict_tables." not in page


@pytest.mark.parametrize("language", ["nl", "en"])
def test_the_findings_list_all_hypotheses_with_the_verdicts_of_the_tables(clone, language):
    page = (clone / "reports" / f"findings.{language}.html").read_text(encoding="utf-8")
    verdicts = store.read_table(clone / "data" / "estimates" / "verdicts.parquet")
    assert len(verdicts) == 18
    for name in verdicts["hypothesis"]:
        assert re.search(rf"\b{name}\b", page), name


def test_every_row_of_the_register_has_a_result_or_a_reason(clone):
    estimates = store.read_table(clone / "data" / "estimates" / "estimates.parquet")
    verdicts = store.read_table(clone / "data" / "estimates" / "verdicts.parquet")
    claims = registers.claims(clone / registers.CLAIMS)
    assert not unanswered(claims, "sample", estimates, verdicts)


@pytest.mark.parametrize("page", ["findings.nl", "findings.en", "notebooks"])
def test_no_page_says_that_one_thing_does_something_to_another(clone, page):
    folder = clone / "reports"
    paths = sorted(folder.glob("[1-4]*.html")) if page == "notebooks" else [folder / f"{page}.html"]
    assert paths
    for path in paths:
        assert not causal(path.read_text(encoding="utf-8")), path.name


def test_the_true_effects_are_recovered(clone):
    """Estimates of the deciding rows lie within four errors of the truth that made the data."""
    known = truth_table.known(store.read_csv(clone / "data" / "raw" / "truth.csv"))
    verdicts = store.read_table(clone / "data" / "estimates" / "verdicts.parquet")
    tested = verdicts[verdicts["verdict"] != "not_testable"]
    told = truth_table.with_truth(tested.rename(columns={"specification": "exposure"}), known)
    assert {"A1", "A2", "A3", "A4", "A6", "C1", "E1", "E2", "G2"} <= set(told["hypothesis"])
    for row in told.itertuples():
        assert abs(row.theta * row.sign - row.truth) < 4 * row.std_error, row.hypothesis


def test_downloads_of_the_panel_agree_with_each_other(clone):
    import geopandas as gpd

    panel = store.read_table(clone / "reports" / "panel.parquet")
    areas = gpd.read_file(clone / "reports" / "panel.gpkg")
    assert set(areas["code"]) <= set(panel["code"])
    assert areas.crs.to_epsg() == 28992
