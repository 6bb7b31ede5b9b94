"""Time and memory of the panel at the size of the country; see `make bench`.

Twelve yearly editions of a synthetic country, each on its own division, go onto the borders of the
last. Each step runs in a process of its own, for its peak memory; what it needs is made before and
is not timed. No time is printed unless it is right: counts keep their totals, and equal those of a
plain merge and sum by the same crosswalk.

`python bench/panel.py` exits with 1 if a bar is missed.
"""

from __future__ import annotations

import os
import pickle
import platform
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
from panel_country import COLUMNS, YEARS, chosen, make

from nplvanalysis import schema
from nplvanalysis.harmonise.apportion import LAND, apportion
from nplvanalysis.harmonise.evidence import Evidence
from nplvanalysis.harmonise.levels import with_coarser
from nplvanalysis.harmonise.naive import by_bare_codes
from nplvanalysis.harmonise.panel import Cleaned, Harmonised, harmonise

# What the design asks for: seconds and GB, for so many areas.
SECONDS, MEMORY, AREAS = 60.0, 2.0, 14_500
REPEATS, WITHIN = 3, 1e-9
STEPS = {
    "harmonise": "harmonise(), by change flags and borders",
    "unflagged": "harmonise(), every area by borders alone",
    "naive": "by_bare_codes()",
    "coarser": "with_coarser(), wijken and gemeenten",
    "stage": "all of the stage, one after the other",
}
# Steps that are run once.
ONCE = ("unflagged", "stage")
# Shown without a bar: CBS flags changes every year, so that no country is laid over borders whole.
SHOWN = ("unflagged",)


def save(folder: Path, name: str, what: Any) -> None:
    """Keep something for the next process."""
    (folder / f"{name}.pickle").write_bytes(pickle.dumps(what))


def load(folder: Path, name: str) -> Any:
    """Take what an earlier process kept."""
    return pickle.loads((folder / f"{name}.pickle").read_bytes())


def evidence(borders: dict[int, gpd.GeoDataFrame]) -> Evidence:
    """Borders of all divisions but the last."""
    others = {year: drawn for year, drawn in borders.items() if year != YEARS[-1]}
    return Evidence(schema.columns(), others)


def unflagged(editions: list[Cleaned]) -> list[Cleaned]:
    """Leave the change flags out."""
    return [replace(one, table=one.table.drop(columns="change_flag")) for one in editions]


def work(step: str, folder: Path) -> Callable[[], Any]:
    """Give what a step does, with all that it needs at hand."""
    editions, borders = load(folder, "made")
    target, known, dictionary = borders[YEARS[-1]], evidence(borders), schema.columns()
    if step == "unflagged":
        editions = unflagged(editions)
    if step in ("harmonise", "unflagged"):
        return lambda: harmonise(editions, target, YEARS[-1], known)
    if step == "naive":
        walks = load(folder, "harmonise").crosswalks
        return lambda: by_bare_codes(editions, target, YEARS[-1], walks)
    if step == "coarser":
        panel = load(folder, "harmonise").panel
        return lambda: with_coarser(panel, "buurt", dictionary)
    return lambda: whole_stage(editions, target, known)


def whole_stage(
    editions: list[Cleaned], target: gpd.GeoDataFrame, known: Evidence
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Do what the stage does: the panel with its coarser levels, and that by bare codes."""
    made = harmonise(editions, target, YEARS[-1], known)
    bare = by_bare_codes(editions, target, YEARS[-1], made.crosswalks)
    panels = with_coarser(made.panel, "buurt", known.dictionary)
    return panels, bare.panel


def measured(step: str, folder: Path) -> None:
    """Time a step, and keep its seconds, its peak memory in GB and what it made."""
    do, times, made = work(step, folder), [], None
    for _ in range(1 if step in ONCE else REPEATS):
        made = None
        start = time.perf_counter()
        made = do()
        times.append(time.perf_counter() - start)
    unit = 1024**3 if platform.system() == "Darwin" else 1024**2
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit
    save(folder, f"{step}-measured", (statistics.median(times), peak))
    if step in ("harmonise", "unflagged"):
        save(folder, step, made)


def plain(table: pd.DataFrame, pairs: pd.DataFrame, land: list[str]) -> pd.DataFrame:
    """Apportion counts the plain way: merge, multiply, group and sum."""
    counts = table.columns.drop(["code", "division", "year"])
    sums = []
    for names, weight in ((counts.difference(land), "weight"), (land, "ground")):
        total = pairs.groupby("target_code")[weight].transform("sum")
        used = pairs[(pairs[weight] != 0) | (total == 0)]
        both = used.merge(table[["code", "year", *names]], on="code", validate="m:m")
        both[names] = both[names].mul(both[weight], axis="index")
        sums.append(both.groupby(["target_code", "year"])[list(names)].sum(skipna=False))
    return pd.concat(sums, axis="columns")[list(counts)]


def compared(folder: Path) -> None:
    """Hold counts against totals and the plain way, then time both ways in turn."""
    editions, _ = load(folder, "made")
    made, dictionary = load(folder, "harmonise"), schema.columns()
    names = [name for name in chosen(dictionary) if dictionary[name].kind == "extensive"]
    land = [name for name in names if dictionary[name].unit == LAND]
    tables = {one.source.year: one.table[["code", "division", "year", *names]] for one in editions}
    del tables[YEARS[-1]]
    checks = [refuse_wrong(made, year, table, land) for year, table in tables.items()]
    refuse_wrong(load(folder, "unflagged"), YEARS[0], tables[YEARS[0]], land)
    pairs = {year: made.crosswalks[year].pairs for year in tables}
    ways = {
        "ours": lambda year: apportion(tables[year], pairs[year], dictionary),
        "plain": lambda year: plain(tables[year], pairs[year], land),
    }
    times: dict[str, list[float]] = {way: [] for way in ways}
    for _ in range(2 * REPEATS + 1):
        for way, do in ways.items():
            start = time.perf_counter()
            for year in tables:
                do(year)
            times[way].append(time.perf_counter() - start)
    save(folder, "compared", (times, checks, len(names), made.panel.shape, cuts(made)))


def refuse_wrong(
    made: Harmonised, year: int, table: pd.DataFrame, land: list[str]
) -> tuple[int, int, float]:
    """Stop unless counts of a year keep their totals and equal the plain way.

    Gives how many totals, how many figures, and the largest relative difference between figures.
    """
    walk = made.crosswalks[year]
    if walk.lost or walk.lacking:
        raise SystemExit(f"{year}: {len(walk.lost)} areas lost, {len(walk.lacking)} lacking")
    own = made.panel[made.panel["year"] == year].set_index("code")
    peer = plain(table, walk.pairs, land).droplevel("year")
    names = list(peer.columns)
    if set(own.index) != set(peer.index):
        raise SystemExit(f"{year}: other areas than the plain way gives")
    ours, theirs = own[names].to_numpy(float), peer.reindex(own.index).to_numpy(float)
    off = np.abs(ours - theirs) / np.maximum(np.abs(theirs), 1)
    if (np.isnan(ours) != np.isnan(theirs)).any():
        raise SystemExit(f"{year}: counts are missing elsewhere than by the plain way")
    if not np.nanmax(off) <= WITHIN:
        raise SystemExit(f"{year}: counts differ from the plain way by {np.nanmax(off):.2g}")
    full = [name for name in names if table[name].notna().all()]
    leak = own[full].sum() / table[full].sum() - 1
    if len(full) < 2 or not leak.abs().max() <= WITHIN:
        raise SystemExit(f"{year}: totals leak by {leak.abs().max():.2g}")
    return len(full), ours.size, float(np.nanmax(off))


def cuts(made: Harmonised) -> tuple[int, int]:
    """Count areas of the first year that are not on the last borders as they were, and cut ones."""
    pairs = made.crosswalks[YEARS[0]].pairs
    changed = pairs[pairs["method"] != "unchanged"]
    return changed["code"].nunique(), changed.loc[changed["weight"] < 1, "code"].nunique()


def child(step: str, folder: Path) -> None:
    """Do one step, in its own process."""
    if step == "make":
        save(folder, "made", make())
    elif step == "compared":
        compared(folder)
    else:
        measured(step, folder)


def main() -> None:
    """Run each step in its own process, print the table, and tell whether the bars are met."""
    with tempfile.TemporaryDirectory(prefix="nplv-bench-") as name:
        for step in ("make", *STEPS, "compared"):
            command = [sys.executable, __file__, step, name]
            if subprocess.run(command, check=False).returncode:
                raise SystemExit(f"bench/panel.py: {step} failed")
        seen = {step: load(Path(name), f"{step}-measured") for step in STEPS}
        times, checks, counts, shape, (changed, cut) = load(Path(name), "compared")
    areas = shape[0] // len(YEARS)
    print(f"{os.cpu_count()} cores, Python {platform.python_version()}, pandas {pd.__version__}")
    print(f"{areas:,} areas, {len(YEARS)} years, {COLUMNS} columns; of the areas of {YEARS[0]}")
    print(f"{changed:,} are on other borders or have another code, and {cut:,} are cut")
    for step, (seconds, peak) in seen.items():
        bars = (
            ("no bar", "") if step in SHOWN else (f"bar {SECONDS:.0f} s", f" (bar {MEMORY:.0f} GB)")
        )
        print(f"{STEPS[step]:<44}{seconds:>8.1f} s  {bars[0]}; {peak:.2f} GB{bars[1]}")
    totals, figures = sum(one[0] for one in checks), sum(one[1] for one in checks)
    print(f"{totals} totals of counts kept, {figures:,} counts equal to merge and sum, within 1e-9")
    print(f"(largest difference {max(one[2] for one in checks):.1g})")
    ours, peer = (statistics.median(times[way]) for way in ("ours", "plain"))
    print(f"apportion(), {counts} counts, {len(YEARS) - 1} years, median {ours:>20.2f} s")
    print(f"merge and sum, the same {peer:>42.2f} s  ratio {ours / peer:.2f}")
    judged = [measured for step, measured in seen.items() if step not in SHOWN]
    missed = any(seconds > SECONDS or peak > MEMORY for seconds, peak in judged)
    sys.exit(1 if missed or areas < AREAS else 0)


if __name__ == "__main__":
    if len(sys.argv) == 1:
        main()
    else:
        child(sys.argv[1], Path(sys.argv[2]))
