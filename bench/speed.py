"""All benchmarks of estimators and notebooks in one table; see `make bench`.

Each runs in a process of its own, so that nobody's compilers or caches help or hinder another. A
file of this folder takes part by a function `measure` and `timing.run`.

`python bench/speed.py` exits with 1 if a target is missed.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from timing import Line, kept, table

FOLDER = Path(__file__).resolve().parent
# The order of the table; what is not there yet is left out.
PARTS = ("change", "counts", "errors", "event_study", "space", "notebooks")


def part(name: str, folder: Path) -> list[Line]:
    """Run one file and take its lines."""
    path = folder / f"{name}.json"
    command = [sys.executable, str(FOLDER / f"{name}.py"), str(path)]
    one_thread = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "NUMBA_NUM_THREADS": "1"}
    subprocess.run(command, cwd=FOLDER.parent, env=os.environ | one_thread, check=True)
    return kept(path)


def main() -> None:
    """Print the table."""
    with tempfile.TemporaryDirectory(prefix="nplv-bench-") as name:
        asked = [one for one in PARTS if (FOLDER / f"{one}.py").exists()]
        lines = [line for one in asked for line in part(one, Path(name))]
    print(
        "14,500 areas (x 12 years where they have years); seconds, medians; cpu: this process alone"
    )
    print(table(lines))
    sys.exit(any(one.missed for one in lines))


if __name__ == "__main__":
    main()
