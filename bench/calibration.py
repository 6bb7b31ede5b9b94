"""Hold the synthetic country against the moments of real data; see docs/calibration.md.

`python bench/calibration.py` makes the country and the default province, computes the moments of
moments.csv on their exact figures, writes the page, and ends with exit code 1 if one is outside
its tolerance without a reason in unmet.csv. It needs no real file.
"""

from __future__ import annotations

import sys
from pathlib import Path

import pandas as pd
from likeness.comparison import CITIES, compared, draw, explained, read_moments, read_unmet, wrong
from likeness.page import page

PAGE = Path(__file__).resolve().parents[1] / "docs/calibration.md"
# The seed of the study `sample`, and others that are only counted.
SEED, OTHERS = 2022, (1, 7)
SHOWN = ["moment", "level", "column", "other", "urbanity", "value", "synthetic", "tolerance"]


def main() -> None:
    """Compare, write the page and say what is outside."""
    known = read_moments()
    asked = list(zip(known["level"], known["year"].astype(int), strict=True))
    found = compared(known, draw("country", SEED, asked), draw("province", SEED, asked))
    result = explained(found, read_unmet())
    others = {seed: _within(compared(known, draw("country", seed, asked), {})) for seed in OTHERS}
    PAGE.write_text(page(result, SEED, CITIES, others), encoding="utf-8")
    left = wrong(result)
    if len(left):
        print("Outside without a reason in unmet.csv, or inside with one:")
        print(left[SHOWN].to_string(index=False, float_format="{:.3g}".format))
    print(f"{_within(result)} of {len(result)} moments within tolerance -> {PAGE.name}")
    sys.exit(1 if len(left) else 0)


def _within(result: pd.DataFrame) -> int:
    return int(result["within"].fillna(False).sum())


if __name__ == "__main__":
    main()
