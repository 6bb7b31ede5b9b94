"""Hold figures that others published against the real studies; see docs/external-checks.md.

`make external` runs each real study up to its measures, in clones of the last commit in a temporary
folder, computes every figure of data/external_checks.csv that its columns allow, and writes the
page. It needs the files of the studies (NPLV_MIRROR, or a network).
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import pandas as pd

from nplvanalysis import params, registers, store
from nplvanalysis.models import external_checks, lookalikes
from nplvanalysis.models.published import NO, NOT_HERE, PARTLY, YES
from nplvanalysis.models.selection import of_level

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs/external-checks.md"
STUDIES = ("nederland-wijken", "nederland-gemeenten", "rotterdam-buurten")
# A figure that several studies can compute counts once, by the best of them.
BEST = [YES, PARTLY, NO, NOT_HERE]
HEAD = """# External checks

Written by `make external`: published figures beside the same figures computed from the panels of
the real studies. Every number below is computed or quoted, none typed in; what is quoted, with its
source, is in `data/external_checks.csv`, and how each is computed in `models/external_checks.py`,
`external_scores.py` and `external_trends.py`. Sources were read as press releases, news items and
abstracts, not always as the tables behind them.

**yes**: the same figure, or the same sign where only a sign was published. **partly**: the same
order or sign, of another year or of part of the areas. **no**: another figure, for the reason
beside it. **not here**: no study has the columns. A figure that is not reproduced is no proof of a
mistake, and one that is reproduced says that files, borders and joins are right, not estimates.

Beside these, every run checks a publisher's own truths: one in which the total of the
Leefbaarometer is not the sum of its five dimensions stops. Effects that evaluations found are not
here: they cannot be computed again without their data and design.
"""


def measured(study: str, folder: Path) -> pd.DataFrame:
    """Run a study up to its measures in a clone of the last commit, and check its figures."""
    settings = os.environ | {"PYTHONPATH": str(folder / "src")}
    if "NPLV_MIRROR" in settings:
        settings["NPLV_MIRROR"] = str(Path(settings["NPLV_MIRROR"]).resolve())
    subprocess.run(["git", "clone", "--quiet", str(ROOT), str(folder)], check=True)
    for shared in (".bytes", "data/inbox"):
        if (ROOT / shared).exists():
            (folder / shared).symlink_to(ROOT / shared)
    switch = [sys.executable, "-m", "nplvanalysis.studies", study]
    for command in (switch, ["dvc", "repro", "measure"]):
        subprocess.run(command, cwd=folder, env=settings, check=True, stdout=subprocess.DEVNULL)
    return answers(
        store.read_table(folder / "data/measures/panel.parquet"),
        store.read_table(folder / "data/harmonised/crosswalk.parquet"),
        params.load(ROOT / f"studies/{study}.yaml"),
    )


def answers(panel: pd.DataFrame, pairs: pd.DataFrame, study: params.Study) -> pd.DataFrame:
    """Mark the focus areas in a panel and check the published figures on it."""
    own = lookalikes.marked(of_level(panel, study.unit), registers.focus_areas(), study, pairs)
    every = pd.concat([own, panel[panel["level"] != study.unit]], ignore_index=True)
    marks = [name for name in own if name not in panel]
    every = every.fillna(dict.fromkeys(marks, ""))
    published = store.read_csv(ROOT / "data/external_checks.csv")
    return external_checks.table(every, published, study).assign(study=study.study)


def page(found: pd.DataFrame) -> str:
    """Write the page.

    Parameters
    ----------
    found : DataFrame
        Answers of all studies, one row per figure and study.
    """
    best = found.groupby("check")["reproduced"].agg(lambda own: min(own, key=BEST.index))
    counts = {name: int((best == name).sum()) for name in BEST}
    told = (
        f"**Of {len(best)} published figures {counts[YES]} are reproduced, {counts[PARTLY]} "
        f"partly and {counts[NO]} not; {counts[NOT_HERE]} cannot be computed from the files of "
        "these studies.**"
    )
    seen = found[found["reproduced"] != NOT_HERE]
    absent = found[found["check"].isin(best.index[best == NOT_HERE])].drop_duplicates("check")
    return "\n".join([HEAD, told, "", *_computed(seen), "", *_absent(absent), ""])


def _computed(seen: pd.DataFrame) -> list[str]:
    lines = ["## Figures that a study can compute", ""]
    lines += ["| published | source | figure | ours | study, year | reproduced | what differs |"]
    lines += ["|---|---|---:|---:|---|---|---|"]
    order = seen.sort_values("reproduced", key=lambda own: own.map(BEST.index), kind="stable")
    for row in order.itertuples():
        place = f"{row.study}, {row.our_year}"
        cells = [_what(row), row.source, _figure(row), _number(row.ours), place]
        lines.append(f"| {' | '.join([*cells, row.reproduced, row.why])} |")
    return lines


def _absent(absent: pd.DataFrame) -> list[str]:
    lines = ["## Figures that no study can compute", ""]
    lines += ["| published | source | figure | why not |", "|---|---|---:|---|"]
    for row in absent.itertuples():
        lines.append(f"| {_what(row)} | {row.source} | {_figure(row)} | {row.why} |")
    return lines


def _what(row: Any) -> str:
    named = re.sub(r" \((slightly )?more than\)", "", row.what)
    return f"{named} ({row.unit}, {row.year})"


def _figure(row: Any) -> str:
    """Give a published figure; "> 0" where it is a bound or only the sign was published."""
    shown = row.figure if row.unit == "year" else _number(row.figure)
    return f"> {shown}" if "more than)" in row.what else shown


def _number(value: object) -> str:
    number = float(str(value))
    whole = abs(number) >= 100 or number == int(number)
    return f"{number:,.0f}" if whole else f"{number:.1f}" if abs(number) >= 1 else f"{number:.3f}"


def main() -> None:
    """Check every real study and write the page."""
    parts = []
    with tempfile.TemporaryDirectory(prefix="nplv-external-") as name:
        for study in STUDIES:
            parts.append(measured(study, Path(name) / study))
            print(f"{study}: {(parts[-1]['reproduced'] != NOT_HERE).sum()} figures computed")
    PAGE.write_text(page(pd.concat(parts, ignore_index=True)), encoding="utf-8")
    print(f"-> {PAGE.name}")


if __name__ == "__main__":
    main()
