import ast
import re
from importlib import resources

import pytest

from nplvanalysis import errors, schema
from nplvanalysis.report import badges, words
from tests.report.wording import CAUSAL

FIELDS = re.compile(r"{(\w+)}")
EVERY = [
    (group, key, language)
    for group, entries in words.texts().items()
    for key, entry in entries.items()
    for language in entry
]


def test_every_text_is_there_in_both_languages():
    for entries in words.texts().values():
        for entry in entries.values():
            assert sorted(entry) == sorted(words.LANGUAGES)


@pytest.mark.parametrize(("group", "key", "language"), EVERY)
def test_no_text_is_empty_or_causal(group, key, language):
    text = words.texts()[group][key][language]
    assert text.strip()
    assert not CAUSAL.search(text)


def test_both_languages_fill_in_the_same_words():
    for entries in words.texts().values():
        for entry in entries.values():
            assert set(FIELDS.findall(entry["nl"])) == set(FIELDS.findall(entry["en"]))


def asked():
    """Find the groups and keys that the layer's code asks for by name."""
    for file in resources.files("nplvanalysis.report").iterdir():
        if file.name.endswith(".py"):
            for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "say":
                    given = [
                        part
                        for item in node.args
                        for part in (item.value.elts if isinstance(item, ast.Starred) else [item])
                    ]
                    if all(isinstance(part, ast.Constant) for part in given):
                        yield tuple(part.value for part in given)


def test_every_text_that_the_code_asks_for_is_there():
    wanted = set(asked())
    assert len(wanted) > 40
    assert not [pair for pair in wanted if not words.known(*pair)]


def test_a_text_that_is_missing_is_named():
    with pytest.raises(errors.RegisterError, match="verdict: perhaps"):
        words.say("nl", "verdict", "perhaps")


def test_a_language_that_is_missing_is_refused():
    with pytest.raises(errors.RegisterError, match="'fr'"):
        words.say("fr", "verdict", "supported")


def test_every_unit_of_the_dictionary_has_words():
    units = {entry.unit for entry in schema.columns().values() if entry.unit}
    assert units <= set(words.texts()["unit"])
    assert units <= set(words.texts()["amount"])


def test_every_verdict_has_a_word_a_meaning_and_a_sign():
    assert set(words.texts()["verdict"]) == set(words.texts()["meaning"])
    assert set(words.texts()["verdict"]) == set(badges.SIGNS)
