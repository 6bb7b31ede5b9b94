"""A verdict as its word with a sign."""

from __future__ import annotations

from html import escape

import pandas as pd

from nplvanalysis.report.edition import Edition

# A sign beside the word, so that colour is never alone.
SIGNS = {
    "supported": "✓",
    "mixed": "±",
    "contradicted": "✗",
    "not_supported": "○",
    "too_imprecise": "≈",
    "inconclusive": "?",
    "not_testable": "–",
    "in_line": "◇",
    "not_in_line": "◆",
}


def badge(code: str, edition: Edition) -> str:
    """Show a verdict as its word with a sign."""
    word = escape(edition.say("verdict", code))
    return (
        f'<span class="verdict {code}"><span aria-hidden="true">{SIGNS[code]} </span>{word}</span>'
    )


def tally(verdicts: pd.DataFrame, edition: Edition) -> str:
    """List hypotheses by verdict: which are supported, which are not decided.

    Parameters
    ----------
    verdicts : DataFrame
        verdict, hypothesis.
    edition : Edition

    Returns
    -------
    str
        A paragraph of HTML; empty without verdicts.
    """
    own = verdicts.groupby("verdict")["hypothesis"].agg(", ".join)
    items = [f"{badge(code, edition)} {escape(own[code])}" for code in SIGNS if code in own]
    return f"<p>{'; '.join(items)}.</p>" if items else ""
