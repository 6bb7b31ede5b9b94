"""Compute moments from the real files; the synthetic country is held against them.

`NPLV_MIRROR=folder python bench/moments.py` writes src/nplvanalysis/sources/sample/moments.csv:
moments only, no figures of areas.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np
import pandas as pd
from likeness.comparison import FILE
from likeness.mirror import tables as read
from likeness.moment import Moment, Tables, measure, tolerance
from likeness.wanted import PUBLISHED, SOURCES, wanted


def main() -> None:
    """Compute the moments from the mirror and write them."""
    folder = os.environ.get("NPLV_MIRROR")
    if not folder:
        sys.exit("Set NPLV_MIRROR to the folder with the real files that MANIFEST.csv lists.")
    tables = read(Path(folder))
    rows = [*_rows(wanted(), tables, SOURCES), *PUBLISHED]
    pd.DataFrame(rows).to_csv(FILE, index=False, lineterminator="\n")
    print(f"{len(rows)} moments -> {FILE}")


def _rows(
    asked: list[Moment], tables: Tables, sources: Mapping[tuple[str, int], tuple[str, str]]
) -> Iterator[dict[str, object]]:
    for moment in asked:
        value, n = measure(moment, tables)
        base = Moment("spread", moment.level, moment.year, moment.column)
        deviation, _ = measure(base, tables)
        if not np.isfinite(value):
            raise SystemExit(f"The mirror does not give {moment}.")
        source, note = sources[moment.level, moment.year]
        yield {
            "moment": moment.kind,
            **{
                name: getattr(moment, name)
                for name in Moment.__dataclass_fields__
                if name != "kind"
            },
            "value": f"{value:.4g}",
            "tolerance": f"{tolerance(moment, value, n, deviation):.3g}",
            "n": n,
            "source": source,
            "note": note,
        }


if __name__ == "__main__":
    main()
