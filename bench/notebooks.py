"""Time of the notebooks `3*` of the synthetic study, beyond their starts and imports.

`python bench/notebooks.py` exits with 1 if the bar is missed. They run in a clone of the last
commit, after the stages that they need; the pipeline scrubs times from executed notebooks, so that
papermill runs them here once more. What counts are the cells after that with the imports.
"""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import tempfile
from pathlib import Path

import yaml
from pipeline import clone, settings
from timing import Line, run

TARGET_SECONDS = 90.0


def execute(folder: Path, stage: dict) -> tuple[Path, float]:
    """Run the notebook of a stage by its own command; give it, and seconds of the processor."""
    command = shlex.split(stage["cmd"][0])
    before = os.times()
    subprocess.run(command, cwd=folder, env=settings(folder), check=True, capture_output=True)
    after = os.times()
    used = after.children_user + after.children_system
    return folder / command[2], used - before.children_user - before.children_system


def beyond_imports(notebook: Path) -> float:
    """Sum the seconds of the cells after the first that imports."""
    cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    code = [one for one in cells if one["cell_type"] == "code"]
    first = next(place for place, one in enumerate(code) if "import " in "".join(one["source"]))
    return sum(one["metadata"]["papermill"]["duration"] or 0.0 for one in code[first + 1 :])


def measure() -> list[Line]:
    """Run the stages before the notebooks, and then each notebook by itself."""
    lines = []
    with tempfile.TemporaryDirectory(prefix="nplv-bench-") as name:
        folder = clone(Path(name) / "sample")
        subprocess.run(
            ["dvc", "repro", "measure"],
            cwd=folder,
            env=settings(folder),
            check=True,
            stdout=subprocess.DEVNULL,
        )
        stages = yaml.safe_load((folder / "dvc.yaml").read_text(encoding="utf-8"))["stages"]
        for stage in sorted(one for one in stages if one.startswith("3")):
            notebook, cpu = execute(folder, stages[stage])
            lines.append(Line(f"  {stage}, cpu from its start on", beyond_imports(notebook), cpu))
    total = sum(one.seconds for one in lines)
    cpu = sum(one.cpu for one in lines)
    return [Line("notebooks 3*, beyond starts and imports", total, cpu, TARGET_SECONDS), *lines]


if __name__ == "__main__":
    run(measure)
