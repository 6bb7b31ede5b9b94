"""Time and memory of the whole pipeline, against a pipeline without stages; see `make bench`.

Everything runs in clones of the last commit, in a temporary folder, with the installed packages.
"""

from __future__ import annotations

import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psutil

ROOT = Path(__file__).resolve().parents[1]
# Runs of one second vary by a tenth; the median of fifteen pairs moves by a few hundredths.
REPEATS = 15
# What the design asks for: seconds from nothing, GB in any process, no-op against no stages.
BARS = {"sample": 120, "nederland-wijken": 150}
MEMORY, NO_OP = 1.5, 1.5


def settings(folder: Path) -> dict[str, str]:
    """Environment in which the code of a clone is the one that runs."""
    known = os.environ | {"PYTHONPATH": str(folder / "src")}
    if "NPLV_MIRROR" in known:
        known["NPLV_MIRROR"] = str((ROOT / known["NPLV_MIRROR"]).resolve())
    return known


def timed(folder: Path, *command: str) -> tuple[float, float]:
    """Run a command; give its seconds and the peak memory, in GB, of any one of its processes."""
    start = time.perf_counter()
    process = subprocess.Popen(
        command,
        cwd=folder,
        env=settings(folder),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    peak = 0.0
    while process.poll() is None:
        peak = max(peak, largest(process.pid))
        time.sleep(0.05)
    if process.returncode:
        raise SystemExit(f"{' '.join(command)} ended with exit code {process.returncode}")
    return time.perf_counter() - start, peak


def largest(process: int) -> float:
    """Largest resident size, in GB, of a process and all it started, kernels of notebooks too."""
    sizes = [0]
    try:
        parent = psutil.Process(process)
        for one in (parent, *parent.children(recursive=True)):
            sizes.append(one.memory_info().rss)
    except psutil.NoSuchProcess:
        pass
    return max(sizes) / 1024**3


def clone(folder: Path) -> Path:
    """Clone the last commit, byte store included."""
    subprocess.run(["git", "clone", "--quiet", str(ROOT), str(folder)], check=True)
    if (ROOT / ".bytes").exists():
        shutil.copytree(ROOT / ".bytes", folder / ".bytes")
    return folder


def no_op(folder: Path, empty: Path) -> tuple[float, float]:
    """Median seconds of `dvc repro` with nothing to do, and of a pipeline without stages."""
    pairs = [
        (timed(folder, "dvc", "repro")[0], timed(empty, "dvc", "repro")[0]) for _ in range(REPEATS)
    ]
    return tuple(statistics.median(times) for times in zip(*pairs, strict=True))


def main() -> None:
    """Print the table."""
    rows = []
    with tempfile.TemporaryDirectory(prefix="nplv-bench-") as name:
        work = Path(name)
        for study in ("sample", "nederland-wijken"):
            folder = clone(work / study)
            subprocess.run(
                [sys.executable, "-m", "nplvanalysis.studies", study],
                cwd=folder,
                env=settings(folder),
                check=True,
                stdout=subprocess.DEVNULL,
            )
            seconds, peak = timed(folder, "dvc", "repro")
            bar = BARS[study]
            memory = f"{peak:.2f} GB (bar {MEMORY} GB)"
            rows.append((f"{study}, from nothing", f"{seconds:.0f} s", f"bar {bar} s; {memory}"))
        empty = work / "empty"
        empty.mkdir()
        subprocess.run(["git", "init", "--quiet"], cwd=empty, check=True)
        shutil.copytree(
            ROOT / ".dvc", empty / ".dvc", ignore=shutil.ignore_patterns("cache", "tmp")
        )
        (empty / "dvc.yaml").write_text("stages: {}\n", encoding="utf-8")
        ours, bare = no_op(work / "sample", empty)
        rows.append((f"no-op, median of {REPEATS}", f"{ours:.2f} s", ""))
        rows.append(
            (
                "no stages, median of the same",
                f"{bare:.2f} s",
                f"ratio {ours / bare:.2f} (bar {NO_OP})",
            )
        )
    for what, seconds, rest in rows:
        print(f"{what:<34}{seconds:>10}  {rest}")


if __name__ == "__main__":
    main()
