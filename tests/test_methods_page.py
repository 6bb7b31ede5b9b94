"""docs/methods explains every estimator, and what it says of the code is so."""

from __future__ import annotations

import importlib
import re
from typing import get_args

import pytest

from nplvanalysis import registers
from nplvanalysis.models.estimates import ESTIMATORS
from nplvanalysis.models.rules import ALIKE, APART, RATIO
from tests.conftest import ROOT

PAGES = [ROOT / "docs/methods.md", *sorted((ROOT / "docs/methods").glob("*.md"))]
PACKAGE = ROOT / "src/nplvanalysis"
# A number, and in brackets the convention of the code that it states: 999 draws (`kinks.DRAWS`).
STATED = re.compile(r"([\d][\d,.]*)( %)?[^\d`(]*\(`(\w+)\.([A-Z][A-Z_]+)`\)")
# Files after "Code:", those of the same folder without it.
CODE = re.compile(r"^Code: (.*?)(?: Source:| Weighted|$)", re.M | re.S)


def text(path) -> str:
    return path.read_text(encoding="utf-8")


def module(name: str):
    layer = next(one for one in ("models", "measures") if (PACKAGE / one / f"{name}.py").is_file())
    return importlib.import_module(f"nplvanalysis.{layer}.{name}")


def files(page: str):
    """Yield the code files that a page names."""
    for found in CODE.finditer(page):
        folder = ""
        for name in re.findall(r"`([\w/]+\.py)`", found[1]):
            folder = name.rpartition("/")[0] or folder
            yield f"{folder}/{name.rpartition('/')[2]}"


@pytest.mark.parametrize("name", sorted(ESTIMATORS))
def test_every_estimator_of_the_register_is_explained(name):
    assert sum(f"`estimator: {name}`" in text(path) for path in PAGES) >= 1


def test_every_estimator_that_is_explained_is_one_of_the_code():
    named = {one for path in PAGES for one in re.findall(r"`estimator: (\w+)`", text(path))}
    assert named == set(ESTIMATORS)


def test_every_estimator_that_the_register_names_is_one_of_the_code(in_root):
    studies = [one.studies for one in registers.claims().hypotheses.values()]
    rows = [row for one in studies for own in one.values() for row in own]
    assert {row.estimator for row in rows} <= set(ESTIMATORS)


def test_every_field_role_and_rule_of_the_register_is_told():
    page = text(ROOT / "docs/add-a-claim.md")
    fields = {*registers.Row.model_fields, *registers.Hypothesis.model_fields}
    named = fields | {*get_args(registers.Role)} | {*get_args(registers.Rule)}
    assert not [name for name in named if f"`{name}`" not in page]


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
def test_code_that_a_page_names_is_there(path):
    assert not [name for name in files(text(path)) if not (PACKAGE / name).is_file()]


@pytest.mark.parametrize("path", PAGES[1:], ids=lambda path: path.stem)
def test_every_half_page_names_its_code(path):
    for section in text(path).split("\n## ")[1:]:
        assert re.search(r"`(models|measures)/\w+\.py`", section), section.splitlines()[0]


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
def test_numbers_of_a_page_are_those_of_the_code(path):
    for number, percent, name, constant in STATED.findall(text(path)):
        stated = float(number.rstrip(".").replace(",", "")) / (100 if percent else 1)
        assert stated == pytest.approx(getattr(module(name), constant)), f"{name}.{constant}"


def test_numbers_with_their_constant_are_found():
    page = (
        "in 999 draws (`kinks.DRAWS`), 80 % of cases (`pre_trend.POWER`), 7,000 (`groupings.SMALL`)"
    )
    assert [found[0] for found in STATED.findall(page)] == ["999", "80", "7,000"]


def test_the_verdict_tables_state_the_thresholds_of_the_rules():
    page = text(PAGES[0])
    assert f"lower end above {RATIO:g}" in page
    assert f"upper end below {APART:g}" in page
    assert f"lower bound above {ALIKE:g}" in page


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
def test_links_between_pages_lead_somewhere(path):
    for target, anchor in re.findall(r"\]\((?!https?:)([^)#]*)(?:#([\w-]+))?\)", text(path)):
        there = (path.parent / target).resolve() if target else path
        assert there.exists(), target
        if anchor:
            headings = re.findall(r"^#+ (.*)$", text(there), re.M)
            slugs = {re.sub(r"[^\w\- ]", "", one.lower()).replace(" ", "-") for one in headings}
            assert anchor in slugs, anchor


@pytest.mark.parametrize("path", PAGES[1:], ids=lambda path: path.stem)
def test_every_source_that_a_page_names_is_in_the_references(path):
    references = text(PAGES[0]).split("## References")[1]
    for source in re.findall(r"Source: (.*?)(?:\n\n|$)", text(path), re.S):
        for names in re.findall(r"([A-ZÖ][\w-]+)(?:,| and| et al\.| \()[^;]*?\d{4}", source):
            assert names in references, names
