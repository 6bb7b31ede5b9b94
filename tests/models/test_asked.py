"""What the register asks of a study."""

from __future__ import annotations

import pandas as pd

from nplvanalysis import registers, schema
from nplvanalysis.models.asked import deciding_rows, rows_by, untested


def test_rows_are_those_of_the_study_and_the_estimator(in_root):
    claims = registers.claims().hypotheses
    found = rows_by(claims, "sample", "count")
    assert found
    assert {row.estimator for row in found} == {"count"}
    assert rows_by(claims, "no-such-study", "count") == []


def test_a_hypothesis_is_either_decided_or_has_a_reason(in_root):
    claims = registers.claims().hypotheses
    panel = pd.DataFrame({"owner_occupied": [1.0]})
    for study in ("sample", "nederland-wijken", "nederland-gemeenten", "rotterdam-buurten"):
        decided = deciding_rows(claims, study)
        reasons = untested(claims, study, panel, schema.columns())
        assert set(decided) | set(reasons) == set(claims)
        assert not set(decided) & set(reasons)
        assert all(reasons.values())


def test_deciding_rows_can_be_asked_by_estimator(in_root):
    claims = registers.claims().hypotheses
    found = deciding_rows(claims, "sample", "two_way")
    assert "A3" in found
    assert "A1" not in found
