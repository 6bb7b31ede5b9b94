"""Fixed texts in Dutch and English, kept beside each other in `words.yaml`."""

from __future__ import annotations

from functools import cache
from importlib import resources

import yaml

from nplvanalysis.errors import RegisterError

LANGUAGES = ("nl", "en")


@cache
def texts() -> dict[str, dict[str, dict[str, str]]]:
    """Read all fixed texts.

    Returns
    -------
    dict
        group, key, language (nl, en), text.
    """
    file = resources.files("nplvanalysis.report") / "words.yaml"
    return yaml.safe_load(file.read_text(encoding="utf-8"))


def say(language: str, group: str, key: str, **values: object) -> str:
    """Give one text in one language.

    Parameters
    ----------
    language : str
        nl or en.
    group, key : str
        As in `words.yaml`.
    **values
        For the words in braces.

    Raises
    ------
    RegisterError
        If there is no such text.
    """
    try:
        text = texts()[group][key][language]
    except KeyError as error:
        raise RegisterError(
            "A text of the report is missing.",
            where=f"src/nplvanalysis/report/words.yaml, {group}: {key}",
            expected=f"a text in {language!r}; languages are {', '.join(LANGUAGES)}",
            got=f"nothing under {error}",
            todo="Add the text in both languages, or use a key that is there.",
        ) from error
    return text.format(**values) if values else text


def known(group: str, key: str) -> bool:
    """Tell whether a text exists."""
    return key in texts().get(group, {})
