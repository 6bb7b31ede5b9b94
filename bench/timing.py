"""Times beside targets and beside those of a peer: what benchmarks of estimators print."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median

RUNS = 5


@dataclass(frozen=True)
class Time:
    """Medians of several runs: seconds on the clock, and seconds of this process alone."""

    clock: float
    cpu: float


@dataclass(frozen=True)
class Line:
    """One line of the table.

    Attributes
    ----------
    what : str
    seconds, cpu : float
        Ours: on the clock (which others on the machine make slower), and of the process alone.
    target : float, optional
        Seconds that are allowed; None: shown only.
    peer : str
        Who else did the same, and gave the same numbers.
    others : float, optional
        Seconds of the peer on the clock, in the same run.
    unit : str
        "s", or "GB": then `seconds` and `cpu` are memory.
    """

    what: str
    seconds: float
    cpu: float
    target: float | None = None
    peer: str = ""
    others: float | None = None
    unit: str = "s"

    @property
    def missed(self) -> bool:
        """Whether there is a target and it is not met, even without what others take."""
        return self.target is not None and min(self.seconds, self.cpu) > self.target


def timed(call: Callable[[], object], runs: int = RUNS) -> Time:
    """Take the medians of several runs."""
    clock, cpu = [], []
    for _ in range(runs):
        begun, used = time.perf_counter(), time.process_time()
        call()
        clock.append(time.perf_counter() - begun)
        cpu.append(time.process_time() - used)
    return Time(median(clock), median(cpu))


def line(
    what: str,
    own: Time,
    target: float | None = None,
    peer: str = "",
    others: Time | float | None = None,
) -> Line:
    """Put a time beside its target and that of a peer."""
    took = others.clock if isinstance(others, Time) else others
    return Line(what, own.clock, own.cpu, target, peer, took)


def table(lines: list[Line]) -> str:
    """Set lines in columns: ours, processor, target, met, peer, times as long as ours."""
    head = f"{'':<52}{'median':>9}{'cpu':>9}{'target':>9}{'met':>6}  {'peer':>9}{'ratio':>9}"
    rows = [head]
    for one in lines:
        target = f"{one.target:g} {one.unit}" if one.target is not None else ""
        met = _met(one)
        took = f"{one.others:.2f} s" if one.others is not None else ""
        ratio = f"{one.others / one.seconds:.1f}" if one.others is not None else ""
        own = "".join(f"{f'{time:.2f} {one.unit}':>9}" for time in (one.seconds, one.cpu))
        own = f"{one.what:<52}{own}{target:>9}{met:>6}"
        rows.append(f"{own}  {took:>9}{ratio:>9}  {one.peer}".rstrip())
    return "\n".join(rows)


def _met(one: Line) -> str:
    """Say whether a target is met; "busy": by the process alone, on a machine that others use."""
    if one.target is None:
        return ""
    return "NO" if one.missed else "yes" if one.seconds <= one.target else "busy"


def run(measure: Callable[[], list[Line]]) -> None:
    """Measure, and print a table; or, with a path on the command line, keep the lines for another.

    Exits with 1 if a target is missed.
    """
    lines = measure()
    if len(sys.argv) > 1:
        Path(sys.argv[1]).write_text(json.dumps([asdict(one) for one in lines]), encoding="utf-8")
        return
    print(table(lines))
    sys.exit(any(one.missed for one in lines))


def kept(path: Path) -> list[Line]:
    """Read lines that another process kept."""
    return [Line(**one) for one in json.loads(path.read_text(encoding="utf-8"))]
