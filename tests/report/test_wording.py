"""No page says that one thing does something to another, but for the claims that it quotes."""

from __future__ import annotations

import json

import pandas as pd
import pytest

from nplvanalysis import registers
from nplvanalysis.report import comparison, pages, publish, tables, verdict_tables
from nplvanalysis.report.badges import SIGNS
from nplvanalysis.report.markup import claim
from tests.conftest import ROOT
from tests.report.conftest import edition_of
from tests.report.wording import causal, prose

PUBLISHED = sorted((ROOT / "docs/findings").rglob("*.html"))
CAUSAL_SENTENCES = [
    "Menging verbetert de veiligheid.",
    "Meer koop leidt tot minder geweld.",
    "Corporatiehuur zorgt voor overlast.",
    "Sloop verlaagt de criminaliteit.",
    "Daling van de huur heeft als gevolg van beleid minder overlast.",
    "Dankzij het programma is het veiliger.",
    "Mixing improves safety.",
    "More owner-occupied homes reduce crime.",
    "Corporation rent causes nuisance.",
    "Building led to fewer burglaries.",
    "Crime fell due to the programme.",
    "The programme helped.",
]
DUTCH_AND_ENGLISH = ["nl", "en"]


@pytest.mark.parametrize("sentence", CAUSAL_SENTENCES)
@pytest.mark.parametrize(
    "page",
    [
        "<p>{}</p>",
        "<table><tr><td>{}</td></tr></table>",
        '<img alt="{}" src="a.png">',
        '<svg role="img" aria-label="{}"></svg>',
        "<ul><li><em>A1. Claim</em><br>{}</li></ul>",
        '<br><img src="a.png"><span class="claim">A claim.</span><p>{}</p>',
        "<details class='code'><summary>Code</summary>x = 1</details><p>{}</p>",
    ],
)
def test_a_causal_sentence_is_found_wherever_a_reader_meets_it(sentence, page):
    assert causal(page.format(sentence))


def test_words_for_association_are_let_through():
    said = (
        "Waar meer corporatiehuur is, is het geweld gemiddeld hoger; het hangt samen met inkomen."
    )
    assert not causal(f"<p>{said} It goes with incomes, and is lower elsewhere.</p>")


def test_a_claim_may_be_quoted_and_only_that():
    quoted = claim("Menging verbetert de veiligheid.")
    assert not causal(f"<p>{quoted}</p>")
    assert causal(f"<p>{quoted} Menging verbetert de veiligheid.</p>")
    assert causal(f"<p class='quote'>{CAUSAL_SENTENCES[0]}</p>")


def test_code_and_styles_are_not_read():
    assert not prose("<style>a{}</style><script>helps()</script><code>improves</code>").strip()


GATE = "weights none, controls urbanity + share_15_24, sample without largest leverage"


def of(verdicts, name, **changed):
    """Give one hypothesis the verdict of A4, changed; all others are not testable."""
    made = verdicts.set_index("hypothesis", drop=False)
    tested = made.loc["A4"].drop(["hypothesis", "family", "conclusion"]).to_dict() | changed
    for column, value in tested.items():
        made.loc[name, column] = value
    return made.reset_index(drop=True)


def every_verdict(verdicts):
    """Yield verdicts with each word in turn, by each rule, and of changes."""
    for word in SIGNS:
        yield of(verdicts, "A3", verdict=word, gates_failed=GATE)
    for rule in ("ratio", "agreement", "list"):
        for word in ("supported", "mixed", "not_supported"):
            yield of(verdicts, "B1", rule=rule, verdict=word, gates_failed=GATE)
    for estimator in ("two_way", "change", "lagged", "programme"):
        yield of(verdicts, "G2", estimator=estimator, year_first=2014, subset="urbanity 4, 5")


@pytest.mark.parametrize("language", DUTCH_AND_ENGLISH)
def test_no_sentence_or_table_of_a_verdict_is_causal(verdicts, language):
    edition = edition_of(language)
    for made in every_verdict(verdicts):
        html = verdict_tables.summary(made, edition).html
        html += verdict_tables.verdict_table(made, edition).html
        assert not causal(html)


@pytest.mark.parametrize("shown", [verdict_tables.summary, verdict_tables.verdict_table])
@pytest.mark.parametrize("language", DUTCH_AND_ENGLISH)
def test_a_quoted_claim_is_marked_wherever_it_is_shown(verdicts, language, shown):
    """A5 claims that mid-rent helps: without the mark that word would be found."""
    html = shown(of(verdicts, "A5"), edition_of(language)).html
    assert not causal(html)
    assert causal(html.replace('class="claim"', ""))


@pytest.mark.parametrize("language", DUTCH_AND_ENGLISH)
def test_no_other_table_or_text_of_the_findings_is_causal(verdicts, estimates, language):
    edition = edition_of(language, synthetic=False)
    html = verdict_tables.meanings_table(edition).html
    html += tables.estimates_table(estimates, edition).html
    html += tables.sources_table(edition).html
    html += pages.plain(language, "title", html)
    assert not causal(html)


@pytest.mark.parametrize("language", DUTCH_AND_ENGLISH)
def test_the_page_of_all_studies_is_not_causal(in_root, verdicts, language):
    own = of(verdicts, "A5").assign(study="nederland-wijken")
    every = publish.with_own_rows(pd.DataFrame({"study": []}), own)
    page = comparison.page(every, language)
    assert not causal(page)
    assert causal(page.replace('class="claim"', ""))


@pytest.mark.parametrize("language", DUTCH_AND_ENGLISH)
def test_what_the_register_says_beside_its_claims_is_not_causal(in_root, language):
    for hypothesis in registers.claims().hypotheses.values():
        said = [*hypothesis.lacking.values()]
        said += [hypothesis.reading] if hypothesis.reading else []
        said += [hypothesis.not_testable.reason] if hypothesis.not_testable else []
        for text in said:
            assert not causal(f"<p>{getattr(text, language)}</p>")


@pytest.mark.parametrize("path", PUBLISHED, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_published_page_is_causal(path):
    assert not causal(path.read_text(encoding="utf-8"))


def test_the_published_findings_in_the_readme_are_not_causal():
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    start, end = (text.index(mark) for mark in ("<!-- findings:", "<!-- /findings -->"))
    assert not causal(text[start:end])


@pytest.mark.parametrize(
    "path", sorted((ROOT / "notebooks").glob("*.ipynb")), ids=lambda path: path.stem
)
def test_no_text_of_a_notebook_is_causal(path):
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    for cell in cells:
        if cell["cell_type"] == "markdown":
            assert not causal(f"<p>{''.join(cell['source'])}</p>")
