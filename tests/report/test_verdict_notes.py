"""What stands beside a verdict: what it rules out, how far checks move it, what warns."""

import pandas as pd
import pytest
import statsmodels.api as sm

from nplvanalysis.report import verdict_notes, verdict_tables
from nplvanalysis.report.robustness_sentences import CONTROL
from tests.report.conftest import fit

ASKED = ("A4", "income_low", "owner-share", "primary")


def control(low, high, sample=CONTROL):
    own = {"estimator": "negative_control", "sample": sample, "low": low, "high": high}
    return fit("A4", "school_distance", "owner-share", "robustness", -0.06, 0.02, **own)


def beside(verdicts, rows, edition):
    noted = verdict_notes.with_notes(verdicts, pd.DataFrame(rows), edition)
    return {row.hypothesis: row.note for row in noted.itertuples() if row.note}


def test_a_difference_that_is_ruled_out_has_its_one_sided_end(verdicts, english):
    """The end is that of the 90 % interval of a regression with as many degrees of freedom."""
    columns = sm.add_constant(pd.Series([0.0, 1, 2, 3, 4, 5, 6, 7], name="x"))
    ols = sm.OLS([1.0, 3, 2, 5, 4, 4, 6, 9], columns).fit()
    told = {"theta": ols.params["x"], "std_error": ols.bse["x"], "sign": 1, "delta": 2.0}
    own = verdicts.assign(verdict="not_supported", **told)
    rows = [fit(*ASKED, ols.params["x"], ols.bse["x"], degrees=6)]
    said = beside(own[own["hypothesis"] == "A4"], rows, english)["A4"]
    end = ols.conf_int(0.1).loc["x", 1]
    assert f"not above +{end:.2f} percentage points (one-sided, 95 %" in said
    assert "+2.00 percentage points or more is ruled out" in said


def test_where_less_is_claimed_the_end_is_the_lowest(verdicts, english):
    told = {"theta": 0.1, "std_error": 0.1, "sign": -1, "delta": 0.5, "verdict": "not_supported"}
    own = verdicts[verdicts["hypothesis"] == "A4"].assign(**told)
    said = beside(own, [fit(*ASKED, -0.1, 0.1, degrees=1000)], english)["A4"]
    assert "−0.50 percentage points or lower is ruled out: it is not below −0.26" in said


def test_what_is_not_known_is_not_narrowed_by_a_one_sided_end(verdicts, english):
    told = {"theta": 0.1, "std_error": 0.1, "sign": 1, "delta": 0.5, "verdict": "not_supported"}
    own = verdicts[verdicts["hypothesis"] == "A4"].assign(estimator="gap", **told)
    said = beside(own, [fit(*ASKED, 0.1, 0.1, degrees=1000)], english)["A4"]
    assert "not above +0.30" in said


@pytest.mark.parametrize("verdict", ["supported", "inconclusive", "contradicted"])
def test_other_verdicts_have_no_one_sided_end(verdict, verdicts, english):
    own = verdicts.assign(verdict=verdict)
    assert beside(own[own["hypothesis"] == "A4"], [fit(*ASKED, 1.0, 0.1)], english) == {}


def test_a_control_that_stands_out_warns_at_the_verdict(verdicts, edition):
    rows = [fit(*ASKED, -2.0, 0.4), control(-0.1, -0.02)]
    said = beside(verdicts, rows, edition)
    assert set(said) == {"A4"}
    assert edition.outcome("school_distance") in said["A4"]
    assert edition.say("findings", "robust").removeprefix("## ") in said["A4"]


@pytest.mark.parametrize(("high", "key"), [(-0.01, "held"), (0.01, "gone")])
def test_the_warning_says_whether_the_control_stays_at_equal_density(high, key, verdicts, edition):
    denser = control(-0.1, high, "density held constant too")
    said = beside(verdicts, [fit(*ASKED, -2.0, 0.4), control(-0.1, -0.02), denser], edition)
    begin = edition.say("robustness", f"told_control_{key}").partition("{")[0]
    assert f"{begin}−0" in said["A4"]


def test_a_control_around_zero_or_at_equal_density_only_does_not_warn(verdicts, english):
    rows = [fit(*ASKED, -2.0, 0.4), control(-0.1, 0.02)]
    rows.append(control(-0.1, -0.02, "density held constant too"))
    assert beside(verdicts, rows, english) == {}


def agreement(sample, estimate, role="sensitivity", **changed):
    own = {"estimator": "agreement", "sample": sample, "controls": "", **changed}
    return fit("D1", "feels_unsafe", "agreement", role, estimate, 0.1, **own)


def by_itself(verdicts, hypothesis, rule):
    row = verdicts[verdicts["hypothesis"] == "A4"]
    return row.assign(hypothesis=hypothesis, rule=rule, verdict="inconclusive", theta=0.6)


def test_the_checks_that_move_a_correlation_furthest_are_named(verdicts, english):
    rows = [
        agreement("main", 0.6, "primary"),
        agreement("values", 0.24, "gate"),
        agreement("without centre", 0.81),
        agreement("not corrected", 0.1),
        agreement("crime_violence_rate alone", 0.95),
        agreement("objective index", 0.99),
        agreement("without unions", 0.9, status="too_few_areas"),
        agreement("main", 0.1, "gate", row=1),
    ]
    said = beside(by_itself(verdicts, "D1", "agreement"), rows, english)["D1"]
    assert "give 0.24 (values instead of ranks" in said
    assert "to 0.81 (without city centre and Zuidplein)" in said


def test_counts_of_other_problems_are_not_compared_with_a_ratio(verdicts, english):
    samples = {
        "ceiling": 3.9,
        "cut-off 90": 8.0,
        "without income_low": 5.0,
        "without income_low, 2 or more": 1.1,
        "without centre": 2.6,
        "without the area that adds most": 1.8,
    }
    own = {"estimator": "excess"}
    rows = [fit("B1", "stacking", "stacking", "primary", 2.1, 0.3, **own)]
    rows += [
        fit("B1", "stacking", "stacking", "sensitivity", size, 0.3, sample=sample, **own)
        for sample, size in samples.items()
    ]
    said = beside(by_itself(verdicts, "B1", "ratio"), rows, english)["B1"]
    assert "give 1.80 (" in said
    assert "to 2.60 (without city centre" in said


def test_a_note_stands_in_the_summary_and_in_the_table(verdicts, edition):
    noted = verdicts.assign(note=verdicts["hypothesis"].map({"A4": "Beware."}).fillna(""))
    for show in (verdict_tables.summary, verdict_tables.verdict_table):
        assert show(noted, edition).html.count("Beware.") == 1
        assert "Beware." not in show(verdicts, edition).html


def test_verdicts_that_the_table_of_areas_does_not_count_have_their_number(verdicts, english):
    tested = verdicts[verdicts["theta"].notna()]
    counted = pd.DataFrame({"what": tested["hypothesis"]})
    assert verdict_notes.uncounted(verdicts, counted, english).html == ""
    said = verdict_notes.uncounted(verdicts, counted.iloc[:0], english).html
    for row in tested.itertuples():
        assert f"{row.hypothesis} {row.n:,}" in said


def test_verdicts_of_one_notebook_are_named_together(verdicts, english):
    own = pd.concat([verdicts[verdicts["hypothesis"] == "A4"]] * 3)
    own = own.assign(hypothesis=["B1", "D1", "D2"], estimator="agreement")
    said = verdict_notes.uncounted(own, pd.DataFrame({"what": []}), english).html
    assert "notebook 3b (B1), 3d (D1, D2)." in said


@pytest.mark.parametrize(
    ("hypothesis", "estimator", "told", "untold"),
    [
        ("G1", "lookalikes", "notebook 3g (G1)", "change is measured"),
        ("A3", "change", "change is measured (A3)", "notebook"),
    ],
)
def test_who_is_missing_is_told_of_what_was_tested_only(
    hypothesis, estimator, told, untold, verdicts, english
):
    own = verdicts[verdicts["hypothesis"] == "A4"]
    own = own.assign(hypothesis=hypothesis, estimator=estimator)
    said = verdict_notes.uncounted(own, pd.DataFrame({"what": []}), english).html
    assert told in said
    assert untold not in said
