"""The page that sets the verdicts of all studies side by side."""

from __future__ import annotations

import pandas as pd
import pytest

from nplvanalysis import registers, store
from nplvanalysis.report import comparison, publish


@pytest.fixture
def published(in_root) -> pd.DataFrame:
    return store.read_csv(publish.VERDICTS)


@pytest.mark.parametrize("language", ["nl", "en"])
def test_every_hypothesis_and_every_study_is_on_the_page(published, language):
    html = comparison.page(published, language)
    for study in set(published["study"]):
        assert f'<th scope="col">{study}</th>' in html
    for name in registers.claims().hypotheses:
        assert f"<strong>{name}</strong>" in html


def test_the_page_shows_the_numbers_of_each_study(published):
    html = comparison.page(published, "en")
    verdicts = comparison.typed(published)
    for row in verdicts[verdicts["theta"].notna()].itertuples():
        assert f"{row.n:,}" in html


def test_the_page_asks_nothing_of_another_host(published):
    html = comparison.page(published, "en")
    assert "src=" not in html
    assert "@import" not in html


def test_a_hypothesis_that_no_study_tests_has_no_row_of_numbers(published):
    one = comparison.typed(published).assign(theta=float("nan"))
    here = comparison.editions(sorted(set(one["study"])), "en")
    assert here[one["study"].iloc[0]].say("table", "none") in comparison.details(one, here).html


def test_a_claim_that_is_newer_than_the_publication_is_not_called_untestable(published):
    verdicts = comparison.typed(published)
    here = comparison.editions(sorted(set(verdicts["study"])), "en")
    whole = comparison.overview(verdicts, here).html
    newer = comparison.overview(verdicts[verdicts["hypothesis"] != "A4"], here).html
    assert "not published yet" not in whole
    assert newer.count("not published yet") == len(here)
