"""The house keeps its own rules: layers, doors, stages and their dependencies."""

from __future__ import annotations

import ast
import json
import re
import subprocess
from pathlib import Path

import pytest
import yaml

from nplvanalysis import registers, schema

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "src" / "nplvanalysis"
SHARED = ["__init__", "errors", "params", "registers", "schema", "store"]
COMMANDS = ["studies"]
LAYERS = ["sources", "clean", "harmonise", "measures", "models", "report"]
MODULES = sorted(PACKAGE.rglob("*.py"))
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
PIPELINE = yaml.safe_load((ROOT / "dvc.yaml").read_text(encoding="utf-8"))["stages"]


def stage(name: str) -> dict:
    entry = PIPELINE[name]
    return entry.get("do", entry)


def imported(tree: ast.AST) -> set[str]:
    """Top-level parts of nplvanalysis that code imports."""
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("nplvanalysis"):
            parts = (node.module or "").split(".")
            found |= {parts[1]} if len(parts) > 1 else {alias.name for alias in node.names}
        if isinstance(node, ast.Import):
            found |= {
                a.name.split(".")[1] for a in node.names if a.name.startswith("nplvanalysis.")
            }
    return found


def code_of(notebook: Path) -> str:
    cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    return "\n".join("".join(c["source"]) for c in cells if c["cell_type"] == "code")


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_a_layer_imports_only_itself_and_the_shared_modules(path):
    own = path.relative_to(PACKAGE).parts[0].removesuffix(".py")
    allowed = set(SHARED) | ({own} if own in LAYERS else set())
    assert imported(ast.parse(path.read_text(encoding="utf-8"))) <= allowed


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_modules_and_functions_stay_short(path):
    text = path.read_text(encoding="utf-8")
    assert text.count("\n") <= (40 if path.name == "__main__.py" else 250)
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef):
            body = node.body[1:] if ast.get_docstring(node) and len(node.body) > 1 else node.body
            assert body[-1].end_lineno - body[0].lineno + 1 <= 40, node.name


def test_there_are_no_utilities():
    assert not [path for path in MODULES if re.search("util|helper|common|misc", path.stem)]


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_only_the_store_opens_files(path):
    """Streams of downloads, published archives and resources of the package are the exceptions."""
    if path.name == "store.py" or path.parent.name in ("sources", "sample"):
        pytest.skip("writes through store.replacing")
    if path.stem in ("words", "maps", "pages"):
        pytest.skip("reads resources of the package itself")
    text = path.read_text(encoding="utf-8")
    for call in ("open(", ".read_text(", ".write_text(", ".read_parquet(", ".to_parquet("):
        for line in text.splitlines():
            if call in line:
                assert "store." in line, line


def test_functions_have_a_median_body_of_at_most_ten_lines():
    sizes = []
    for path in MODULES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef):
                has_text = ast.get_docstring(node) and len(node.body) > 1
                body = node.body[1:] if has_text else node.body
                sizes.append(body[-1].end_lineno - body[0].lineno + 1)
    assert sorted(sizes)[len(sizes) // 2] <= 10


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_every_merge_says_what_it_expects(path):
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "merge":
            assert "validate" in {word.arg for word in node.keywords}, ast.unparse(node)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_has_parameters_first_and_no_functions_and_no_outputs(path):
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    code = [cell for cell in cells if cell["cell_type"] == "code"]
    assert code[0]["metadata"]["tags"] == ["parameters"]
    assert not any(cell["outputs"] for cell in code)
    assert not any(isinstance(n, ast.FunctionDef) for n in ast.walk(ast.parse(code_of(path))))
    assert len([line for line in code_of(path).splitlines() if line.strip()]) <= 80


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_every_papermill_parameter_stands_in_the_notebook_and_is_a_dependency(path):
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    first = next(cell for cell in cells if cell["cell_type"] == "code")
    defaults = {
        node.targets[0].id: ast.literal_eval(node.value)
        for node in ast.parse("".join(first["source"])).body
        if isinstance(node, ast.Assign)
    }
    entry = stage(path.stem)
    commands = [one for one in entry["cmd"] if one.startswith("papermill")]
    pairs = [dict(re.findall(r'-p (\w+) ("[^"]*"|\S+)', one)) for one in commands]
    # Unit and sample have the study's own as their defaults; every path is said.
    said = {name for name, value in defaults.items() if value not in ("", None)} | {"output"}
    assert all(said & set(defaults) <= set(one) <= set(defaults) for one in pairs)
    given = pairs[0]
    outs = set(entry["outs"])
    for name, value in given.items():
        if "/" in value:
            known = [*entry["deps"], *outs]
            assert any(one == value or one.startswith(f"{value}/") for one in known), name
            assert defaults[name] in ("", value)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_stage_depends_on_the_layers_that_it_imports(path):
    layers = imported(ast.parse(code_of(path))) & set(LAYERS)
    layers |= {"report"}  # the second command of the stage makes the page
    deps = {d for d in stage(path.stem)["deps"] if d.startswith("src/nplvanalysis")}
    if path.stem == "6-findings":
        assert deps == {"src/nplvanalysis"}  # the page states the hash of all code
        return
    assert deps == {f"src/nplvanalysis/{one}" for one in layers} | shared_files()


def shared_files() -> set[str]:
    return {f"src/nplvanalysis/{name}.py" for name in SHARED}


@pytest.mark.parametrize(
    ("name", "layer"),
    [
        ("sources", "sources"),
        ("clean", "clean"),
        ("harmonise", "harmonise"),
        ("measure", "measures"),
        ("verdicts", "models"),
    ],
)
def test_a_layer_stage_depends_on_its_layer_and_the_shared_modules(name, layer):
    deps = {d for d in stage(name)["deps"] if d.startswith("src/nplvanalysis/")}
    assert deps == {f"src/nplvanalysis/{layer}"} | shared_files()


def test_every_stage_says_what_it_is_for():
    assert all(stage(name).get("desc") for name in PIPELINE)


def test_every_notebook_is_a_stage():
    assert {path.stem for path in NOTEBOOKS} <= set(PIPELINE)


def test_there_are_at_most_twenty_stages():
    assert sum(len(entry.get("foreach", [0])) for entry in PIPELINE.values()) <= 20


def test_no_stage_depends_on_an_executed_notebook():
    for name in PIPELINE:
        deps = stage(name)["deps"]
        assert not [d for d in deps if d.startswith("reports/") and d.endswith(".ipynb")]


def test_dependencies_of_stages_are_sorted():
    for name in PIPELINE:
        assert stage(name)["deps"] == sorted(stage(name)["deps"]), name


def test_tests_mirror_the_layers():
    assert {path.name for path in (ROOT / "tests").iterdir() if path.is_dir()} >= set(LAYERS)


def test_the_committed_study_is_the_synthetic_one():
    sample = (ROOT / "studies" / "sample.yaml").read_text(encoding="utf-8")
    command = ["git", "show", "HEAD:params.yaml"]
    shown = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert shown.stdout == sample


@pytest.mark.parametrize("path", sorted((ROOT / "studies").glob("*.yaml")), ids=lambda p: p.stem)
def test_every_study_is_valid_and_uses_known_sources(path, in_root):
    from nplvanalysis import params

    study = params.load(path)
    assert study.study == path.stem
    assert registers.chosen(study, registers.sources())


def test_every_column_of_the_register_of_claims_is_in_the_dictionary(in_root):
    known = schema.columns()
    for name, hypothesis in registers.claims().hypotheses.items():
        rows = [row for rows in hypothesis.studies.values() for row in rows]
        assert {row.outcome for row in rows} | set(hypothesis.needs) <= set(known), name


def test_every_specification_of_the_register_is_in_every_study_that_uses_it(in_root):
    from nplvanalysis import params

    for name, hypothesis in registers.claims().hypotheses.items():
        for study, rows in hypothesis.studies.items():
            models = params.load(f"studies/{study}.yaml").models
            assert {row.specification for row in rows} <= set(models.specifications), name


def test_all_ten_conclusions_and_their_hypotheses_are_in_the_register(in_root):
    claims = registers.claims()
    assert list(claims.conclusions) == list(range(1, 11))
    named = [name for one in claims.conclusions.values() for name in one.hypotheses]
    assert sorted(named) == sorted(claims.hypotheses)
    for number, conclusion in claims.conclusions.items():
        assert conclusion.hypotheses or conclusion.not_testable, number
        assert all(claims.hypotheses[one].conclusion == number for one in conclusion.hypotheses)


def test_the_leefbaarometer_is_flagged_in_the_dictionary(in_root):
    known = schema.columns().items()
    flags = {name: one.modelled_with_housing for name, one in known if one.leefbaarometer}
    assert {name for name, flag in flags.items() if flag == "yes"} == {"lbm", "afw", "won"}
    assert {n for n, flag in flags.items() if flag == "suspected"} == {"onv", "soc", "fys", "vrz"}


def test_intensive_columns_name_a_weight_that_is_in_the_dictionary(in_root):
    known = schema.columns()
    for name, entry in known.items():
        assert entry.weight in ({"", *known} if entry.kind == "intensive" else {""}), name


def test_the_lock_names_no_package_index():
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    assert "://" not in lock
    assert not re.search(r"--(extra-)?index-url|--find-links", lock)


def test_every_dependency_of_the_project_is_locked():
    import tomllib

    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = project["dependencies"] + project["optional-dependencies"]["dev"]
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    for requirement in wanted:
        name = re.sub(r"[._]", "-", re.split(r"[><=]", requirement)[0])
        assert re.search(rf"^{re.escape(name)}==", lock, re.M), name
