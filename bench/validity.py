# ruff: noqa: E402
"""Redraw the synthetic country many times and test the estimators on it; see `make validity`.

Finished parts are kept in .validity/ (ignored by git): an interrupted run goes on where it was.
"""

from __future__ import annotations

import argparse
import os

# One thread per process, and sums in one order: before numpy is loaded.
for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[_name] = "1"

import hashlib
import json
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path

import pandas as pd
import validity_answers
import validity_draw
import validity_lattice
import validity_page
import validity_setup
import validity_summary
import validity_traps
import validity_worlds
from validity_setup import Setup
from validity_words import Figures
from validity_worlds import WORLDS, World

from nplvanalysis import store
from nplvanalysis.errors import NplvError
from nplvanalysis.models.specification import cross_section, losses
from nplvanalysis.registers import Row

ROOT = Path(__file__).resolve().parents[1]
CACHE, PAGE, CHUNK = ROOT / ".validity", ROOT / "docs" / "validity.md", 25
# What a redraw depends on; other files may change without a new run.
CODE = ["src/nplvanalysis/models", "src/nplvanalysis/measures", "src/nplvanalysis/sources/sample"]
FILES = ["studies/sample.yaml", "data/claims.yaml", "data/columns.csv"]
OWN = ["worlds", "truth", "panel", "setup", "quick", "dealt", "draw", "traps", "lattice"]
PARTS = ["estimates", "answers", "verdicts", "traps"]


@dataclass(frozen=True)
class Chunk:
    """Some redraws of one world, with its direct effects; `folder` is where they are kept."""

    world: World
    direct: dict[str, float]
    start: int
    stop: int
    folder: Path

    def path(self, part: str) -> Path:
        """File of a part."""
        return self.folder / f"{self.world.name}-{self.start:04d}-{self.stop:04d}.{part}.parquet"

    @property
    def done(self) -> bool:
        """Whether all parts are there."""
        return all(self.path(part).exists() for part in PARTS)


def key(seed: int) -> str:
    """Hash everything that a redraw depends on."""
    paths = [ROOT / name for name in FILES]
    paths += [ROOT / "bench" / f"validity_{name}.py" for name in OWN]
    for folder in CODE:
        paths += [
            path for path in (ROOT / folder).rglob("*") if path.suffix in (".py", ".yaml", ".csv")
        ]
    digest = hashlib.sha256(str(seed).encode())
    for path in sorted(paths):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


_SETUP: dict[int, Setup] = {}


def _start(seed: int) -> None:
    _SETUP[seed] = validity_setup.prepare(ROOT, seed)


def asked(setup: Setup, world: World) -> Setup:
    """Keep what is asked in a world, as far as the register has it."""
    return setup.only([name for name in world.asks if name in setup.rows], world.also)


def run(chunk: Chunk, seed: int) -> Chunk:
    """Draw a chunk and keep it."""
    setup = asked(_SETUP[seed], chunk.world)
    parts: dict[str, list[pd.DataFrame]] = {part: [] for part in PARTS}
    for draw in range(chunk.start, chunk.stop):
        try:
            made = validity_draw.one(setup, chunk.world, chunk.direct, seed, draw)
        except NplvError as error:
            # an error with fields of its own cannot travel between processes
            raise RuntimeError(f"{chunk.world.name}, draw {draw}: {error}") from None
        for part, found in zip(PARTS, made, strict=True):
            parts[part].append(found.assign(world=chunk.world.name, draw=draw))
    for part, found in parts.items():
        store.write_table(pd.concat(found, ignore_index=True), chunk.path(part))
    return chunk


def lattice(seed: int, folder: Path) -> Path:
    """Run the spatial error models, unless what they gave is kept."""
    path = folder / "lattice.parquet"
    if not path.exists():
        store.write_table(validity_lattice.runs(seed), path)
    return path


def direct_of(name: str, seed: int, folder: Path) -> dict[str, float]:
    """Find the direct effects of a world, unless they are kept."""
    path, world = folder / f"{name}.direct.json", WORLDS[name]
    if not path.exists():
        found = validity_draw.direct_effects(asked(_SETUP[seed], world), world, seed)
        store.write_text(json.dumps({key: float(size) for key, size in found.items()}), path)
    return dict(json.loads(path.read_text()))


def chunks(name: str, direct: dict[str, float], draws: int, folder: Path) -> Iterator[Chunk]:
    """Cut the work of a world up."""
    for start in range(0, draws, CHUNK):
        yield Chunk(WORLDS[name], direct, start, min(start + CHUNK, draws), folder)


def work(
    worlds: list[str], draws: int, seed: int, processes: int, folder: Path
) -> tuple[list[Chunk], Path]:
    """Run what is not kept yet, saying how far it is; give all parts and the spatial models."""
    # Fresh processes: a fork of one whose libraries have started threads may wait for them forever.
    fresh = get_context("spawn")
    with ProcessPoolExecutor(processes, fresh, initializer=_start, initargs=(seed,)) as pool:
        effects = {name: pool.submit(direct_of, name, seed, folder) for name in worlds}
        models = pool.submit(lattice, seed, folder)
        todo = [
            part
            for name, effect in effects.items()
            for part in chunks(name, effect.result(), draws, folder)
        ]
        open_ = [chunk for chunk in todo if not chunk.done]
        print(f"{len(todo) - len(open_)} of {len(todo)} parts were kept from before", flush=True)
        began = time.monotonic()
        waiting = [pool.submit(run, chunk, seed) for chunk in open_]
        for count, future in enumerate(as_completed(waiting), 1):
            chunk = future.result()
            spent = time.monotonic() - began
            left = spent / count * (len(open_) - count) / 60
            print(
                f"{count}/{len(open_)} {chunk.world.name} {chunk.start}-{chunk.stop - 1}: "
                f"{spent / 60:.1f} min, about {left:.1f} min left",
                flush=True,
            )
        return todo, models.result()


def figures(setup: Setup, todo: list[Chunk], models: Path, seed: int) -> Figures:
    """Count everything that the page shows."""
    found = {
        part: pd.concat([store.read_table(one.path(part)) for one in todo], ignore_index=True)
        for part in PARTS
    }
    worlds = {one.world.name: one.world for one in todo}
    direct = {one.world.name: one.direct for one in todo}
    targets = pd.concat(
        [_targets(setup, world, direct[name]).assign(world=name) for name, world in worlds.items()],
        ignore_index=True,
    )
    tried = {name for world in worlds.values() for name in world.asks}
    rows = {name: row for name, row in setup.rows.items() if name in tried}
    counted = validity_summary.by_estimator(found["estimates"], targets)
    return Figures(
        draws=max(one.stop for one in todo),
        seed=seed,
        worlds=worlds,
        rows={name: _in_words(row) for name, row in rows.items()},
        untested=validity_worlds.untested(setup.claims, setup.study.study, tried),
        counted=counted,
        judgements=validity_summary.judged(counted, worlds),
        answers=validity_answers.by_row(found["answers"], targets),
        verdicts=validity_summary.by_verdict(found["verdicts"]),
        power=validity_summary.power(
            found["verdicts"],
            targets,
            {name: row.sign for name, row in rows.items() if row.rule == "delta"},
        ),
        traps=validity_traps.summary(found["traps"], setup),
        lattice=validity_lattice.summary(store.read_table(models)),
        **_sample(setup),
    )


def _in_words(row: Row) -> str:
    how = "" if row.estimator == "cross_section" else f" ({row.estimator})"
    return f"{row.outcome} by {row.specification}{how} (expected sign {row.sign:+d})"


def _sample(setup: Setup) -> dict[str, int]:
    """Count the areas and municipalities in the fits of a cross-section."""
    own = setup.only(validity_setup.REGISTRY)
    row = next(iter(own.rows.values()))
    table = cross_section(validity_setup.seen(own, own.base), setup.study.years, row.outcome)
    used = table[losses(table, own.question(row)) == ""]
    return {"areas": len(used), "municipalities": used["municipality"].nunique()}


def _targets(setup: Setup, world: World, direct: dict[str, float]) -> pd.DataFrame:
    own = asked(setup, world)
    if world.made != "country":
        rows = [(name, row.estimator, world.size, True) for name, row in own.rows.items()]
        return pd.DataFrame(rows, columns=["hypothesis", "estimator", "target", "decides"])
    found = validity_draw.targets(own, validity_draw.world_truth(own, world, direct))
    # where nothing has an effect, what is left is that cells and areas differ a little
    return found.assign(target=0.0) if world.effects == "none" else found


def main() -> None:
    """Run, or go on, and write the page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--draws", type=int, default=500)
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--seed", type=int, default=2022)
    parser.add_argument("--worlds", nargs="*", default=list(WORLDS), choices=list(WORLDS))
    parser.add_argument("--page", type=Path, default=PAGE)
    given = parser.parse_args()
    folder = CACHE / key(given.seed)
    folder.mkdir(parents=True, exist_ok=True)
    store.write_text("*\n", CACHE / ".gitignore")
    setup = validity_setup.prepare(ROOT, given.seed)
    worlds = [name for name in given.worlds if asked(setup, WORLDS[name]).rows]
    todo, models = work(worlds, given.draws, given.seed, given.processes, folder)
    store.write_text(validity_page.page(figures(setup, todo, models, given.seed)), given.page)
    print(f"written: {given.page}")


if __name__ == "__main__":
    main()
