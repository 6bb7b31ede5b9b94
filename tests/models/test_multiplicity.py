"""q-values of secondary rows."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from nplvanalysis import registers
from nplvanalysis.models.multiplicity import with_q


def fits(*rows: tuple[str, int, str, float]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["hypothesis", "row", "role", "p"])


def q_of(table: pd.DataFrame) -> list[float]:
    return with_q(table, registers.claims())["q"].tolist()


def test_q_is_that_of_benjamini_and_hochberg_within_a_family(in_root):
    # A textbook case: m p / rank, made monotone from the largest p down.
    p = [0.01, 0.04, 0.03, 0.2]
    found = q_of(fits(*(("A1", i, "secondary", value) for i, value in enumerate(p))))
    assert found == pytest.approx([0.04, 0.16 / 3, 0.16 / 3, 0.2])


def test_families_do_not_share_their_tests(in_root):
    found = q_of(fits(("A1", 1, "secondary", 0.04), ("C1", 1, "secondary", 0.04)))
    assert found == pytest.approx([0.04, 0.04])


def test_the_largest_error_of_a_row_gives_its_p(in_root):
    table = fits(("A1", 1, "secondary", 0.001), ("A1", 1, "secondary", 0.03))
    assert q_of(table) == pytest.approx([0.03, 0.03])


def test_rows_that_decide_and_checks_have_no_q(in_root):
    table = fits(("A1", 0, "primary", 0.01), ("A1", 1, "gate", 0.01), ("A1", 1, "secondary", 0.02))
    assert np.isnan(q_of(table)[:2]).all()


def test_a_study_without_usable_secondary_rows_keeps_its_rows(in_root):
    assert np.isnan(q_of(fits(("A1", 0, "secondary", float("nan")))))
