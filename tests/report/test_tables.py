import base64
import io
import re

import numpy as np
import pandas as pd
import pytest

from nplvanalysis import errors
from nplvanalysis.models import judgement, rules
from nplvanalysis.report import (
    fits,
    results,
    sentences,
    tables,
    truth_table,
    verdict_notes,
    verdict_tables,
)


def test_the_verdict_table_has_all_ten_conclusions_and_every_hypothesis(verdicts, edition):
    html = verdict_tables.verdict_table(verdicts, edition).html
    assert html.count('scope="rowgroup"') == 10
    for name in edition.claims.hypotheses:
        assert f"<strong>{name}</strong>" in html


def test_what_would_speak_against_a_hypothesis_stands_beside_it(verdicts, edition):
    html = verdict_tables.verdict_table(verdicts, edition).html
    asked = [one for one in edition.claims.hypotheses.values() if not one.not_testable]
    begin = edition.say("table", "falsified", against="")
    assert html.count(begin) == len(asked)
    for one in asked:
        assert getattr(one.falsified, edition.language)[1:] in html


def test_a_hypothesis_without_test_shows_its_reason(verdicts, edition):
    html = verdict_tables.verdict_table(verdicts, edition).html
    reason = {"nl": "reden B2", "en": "reason B2"}[edition.language]
    assert reason in html


def test_conclusions_without_hypotheses_show_why(verdicts, english):
    html = verdict_tables.verdict_table(verdicts, english).html
    for number in (4, 8, 9):
        assert english.claims.conclusions[number].not_testable.en in html


def test_a_verdict_shows_the_sign_of_the_outcome_and_not_of_the_claim(verdicts, english):
    html = verdict_tables.verdict_table(verdicts, english).html
    assert "−2.00 percentage points" in html
    assert "−2.80 to −1.20" in html


def test_a_level_result_says_that_composition_can_produce_it(verdicts, edition):
    caveat = edition.say("caveat", "level")
    assert caveat in verdict_tables.verdict_table(verdicts, edition).html
    assert caveat in verdict_tables.summary(verdicts, edition).html


def test_a_missing_verdict_is_refused(verdicts, english):
    with pytest.raises(errors.DataError, match="same hypotheses"):
        verdict_tables.verdict_table(verdicts.iloc[1:], english)


def test_the_summary_has_the_numbers_in_words(verdicts, english):
    html = verdict_tables.summary(verdicts, english).html
    assert "the share of people with a low income is on average 2.00 percentage points" in html
    assert "4.0 times the smallest difference that matters; 1,410 buurten" in html


def test_the_summary_begins_with_the_hypotheses_by_verdict(verdicts, english):
    tested = verdicts[verdicts["theta"].notna()]
    words = dict(zip(tested["hypothesis"], ["supported", "inconclusive"] * 9, strict=False))
    named = verdicts.assign(verdict=[words.get(one, "not_testable") for one in verdicts.hypothesis])
    html = verdict_tables.summary(named, english).html
    first = re.sub("<[^>]+>", "", html[: html.index("</p>")])
    for word in set(words.values()):
        names = ", ".join(name for name, one in words.items() if one == word)
        assert f"{english.say('verdict', word)} {names}" in first
    assert "not testable" not in first


def test_the_summary_says_when_nothing_could_be_tested(verdicts, english):
    nothing = verdicts.assign(verdict="not_testable", theta=np.nan)
    assert english.say("sentence", "nothing") in verdict_tables.summary(nothing, english).html


def test_a_verdict_on_the_instrument_carries_its_warning(verdicts, english):
    own = verdicts[verdicts["hypothesis"] == "A4"].assign(outcome="onv", verdict="in_line")
    said = sentences.sentence(next(results.each(own)), english)
    assert english.say("caveat", "housing") in said
    assert "in line with the instrument" in said


def test_an_interval_without_zero_and_too_large_an_error_gives_no_verdict_and_says_why(
    verdicts, english
):
    own = verdicts[verdicts["hypothesis"] == "A4"].assign(verdict="too_imprecise")
    said = sentences.sentence(next(results.each(own)), english)
    assert "excludes zero" in said
    assert "1.12" in said  # 2.8 standard errors of 0.4
    assert "2.00" in said  # four times a delta of 0.5


def test_too_imprecise_is_never_put_as_a_finding(verdicts, english):
    own = verdicts[verdicts["hypothesis"] == "A4"].assign(verdict="too_imprecise", low=-1.0)
    said = sentences.sentence(next(results.each(own)), english)
    assert "too imprecise to say anything" in said
    assert "lower" not in said


def test_an_outcome_older_than_the_exposure_is_named(verdicts, english):
    older = verdicts.assign(year_outcome=2015)
    html = verdict_tables.verdict_table(older, english).html
    assert english.say("caveat", "before", outcome=2015, exposure=2018) in html


def test_failed_gates_are_put_in_words(edition):
    failed = "weights none, controls urbanity + share_15_24, sample without largest leverage"
    said = fits.gates_in_words(failed, edition)
    assert edition.say("table", "unweighted") in said
    assert edition.title("share_15_24").lower() in said
    assert edition.say("sample", "without largest leverage") in said


def test_of_every_fit_the_widest_interval_is_shown(estimates):
    kept = results.widest(estimates)
    assert len(kept) == 9
    assert kept.loc[kept["role"] == "primary", "standard_errors"].tolist() == ["CR3"]


def test_a_fit_that_failed_shows_its_reason(estimates, edition):
    failed = estimates.iloc[:1].assign(status="not_identified", estimate=np.nan, std_error=np.nan)
    html = tables.estimates_table(failed, edition).html
    assert edition.say("reason", "not_identified") in html


def test_a_downloaded_table_is_the_table(estimates, english):
    html = tables.download(estimates, "estimates.csv", english).html
    data = re.search(r'base64,([^"]+)"', html)[1]
    back = pd.read_csv(
        io.BytesIO(base64.b64decode(data)), dtype={"claim": str}, keep_default_na=False
    )
    pd.testing.assert_frame_equal(back, estimates, check_dtype=False)


def test_the_sources_table_has_licence_and_citation_of_every_source(english):
    html = tables.sources_table(english).html
    for source in english.sources.values():
        assert source.licence.name in html
        assert source.citation[:20] in html


def test_the_provenance_table_shows_groups(english):
    record = {"params.yaml": "abc", "packages": {"numpy": "2.0"}}
    html = tables.provenance_table(record, english).html
    assert 'scope="rowgroup"' in html
    assert "<code>2.0</code>" in html


def test_reasons_of_coverage_are_put_in_words(edition):
    steps = pd.DataFrame(
        [["lost", "A4", 3.0, 30.0, 60.0, "no income_low"], ["lost", "A4", 1.0, 5.0, 9.0, "a <b>"]],
        columns=["step", "what", "areas", "dwellings", "persons", "reason"],
    )
    html = tables.coverage_table(steps, edition).html
    assert edition.title("income_low").lower() in html
    assert "a &lt;b&gt;" in html


def test_an_empty_table_says_so(edition):
    empty = pd.DataFrame(columns=["study", "hypothesis", "verdict", "n"])
    assert edition.say("table", "none") in verdict_tables.elsewhere_table(empty, edition).html


def test_the_page_and_the_rules_mean_the_same_by_too_imprecise():
    assert (sentences.DETECTABLE, sentences.TOO_WIDE) == (rules.DETECTABLE, rules.TOO_WIDE)


def test_the_page_and_the_rules_mean_the_same_by_not_supported():
    assert verdict_notes.ONE_SIDED == rules.ONE_SIDED
    assert verdict_notes.UNKNOWN == judgement.UNKNOWN


def truths(effect: float, model: str = "level") -> pd.DataFrame:
    row = {"outcome": "income_low", "exposure": "owner-share", "truth": effect, "model": model}
    return pd.DataFrame([row])


def test_an_interval_that_misses_the_truth_is_listed(estimates, verdicts):
    found = truth_table.disagreements(estimates, verdicts, truths(-3.5))
    assert found["kind"].tolist() == ["interval"]
    assert truth_table.disagreements(estimates, verdicts, truths(-2.1)).empty


def test_a_verdict_that_the_truth_belies_is_listed(estimates, verdicts):
    found = truth_table.disagreements(estimates, verdicts, truths(0.0))
    assert found["kind"].tolist() == ["interval", "supported"]


def test_a_change_has_a_truth_of_its_own(estimates, verdicts):
    changes = estimates.assign(estimator="two_way")
    both = pd.concat([truths(-3.5), truths(-2.1, model="change")])
    assert truth_table.disagreements(changes, verdicts.iloc[:0], both).empty
    assert len(truth_table.disagreements(estimates, verdicts.iloc[:0], both)) == 1


def test_what_tenure_does_in_all_areas_is_no_truth_of_a_part_of_them(estimates, verdicts):
    part = estimates.assign(subset="urbanity 4, 5")
    assert truth_table.beside_truth(part, truths(-3.5)).empty
    green = part.assign(exposure="green")
    assert len(truth_table.beside_truth(green, truths(-3.5).assign(exposure="green"))) == 1


def test_hypotheses_without_a_written_truth_are_named(verdicts, english):
    none = truths(-2.1).assign(outcome="stacking")
    tested = verdicts.loc[verdicts["theta"].notna(), "hypothesis"]
    assert all(name in truth_table.untold(verdicts, none, english) for name in tested)


def test_the_list_of_true_effects_is_read_with_one_row_per_question():
    text = pd.DataFrame(
        {"outcome": "income_low", "specification": "owner-share", "effect": ["-2.1", "-2.1"]}
    )
    made = truth_table.known(text.assign(model="level"))
    assert made[["exposure", "truth"]].to_numpy().tolist() == [["owner-share", -2.1]]


def test_a_draw_of_which_no_verdict_has_a_known_truth_has_no_disagreements(estimates, verdicts):
    unknown = truths(-2.1).assign(outcome="stacking")
    assert truth_table.disagreements(estimates, verdicts, unknown).empty


def test_a_draw_without_disagreements_says_so(estimates, verdicts, english):
    shown = truth_table.disagreements_table(estimates, verdicts, truths(-2.1), english)
    assert "No rows." in shown._repr_html_()
