"""The part of README.md that states findings: written from verdicts, never by hand."""

from __future__ import annotations

import re

import pandas as pd

from nplvanalysis.errors import RegisterError
from nplvanalysis.report.edition import Edition
from nplvanalysis.report.results import counted, is_tested
from nplvanalysis.report.sentences import sentence

STUDY = "nederland-wijken"
BLOCK = re.compile(r"(<!-- findings: [^>]*-->\n).*?(<!-- /findings -->)", re.DOTALL)


def findings(verdicts: pd.DataFrame, edition: Edition) -> str:
    """Put the tested hypotheses of a study in a list, with the caveat that goes with them.

    Parameters
    ----------
    verdicts : DataFrame
        One row per hypothesis, numbers as numbers.
    edition : Edition

    Returns
    -------
    str
        Markdown.
    """
    tested = verdicts[is_tested(verdicts)]
    items = [
        f"- **{row['hypothesis']}: {edition.say('verdict', row['verdict'])}.** "
        f"{sentence(row, edition)} {edition.reading(row['hypothesis'])}".rstrip()
        for _, row in tested.iterrows()
    ]
    caveat, slope = (edition.say("caveat", key) for key in ("level", "slope"))
    ending = f"**{caveat}** {slope} {counted(verdicts, edition)}"
    return "\n".join([*items, "", ending, ""])


def renewed(readme: str, text: str) -> str:
    """Put findings between their marks.

    Parameters
    ----------
    readme : str
        With the marks `<!-- findings: ... -->` and `<!-- /findings -->`.
    text : str

    Returns
    -------
    str

    Raises
    ------
    RegisterError
        If the marks are gone.
    """
    if not BLOCK.search(readme):
        raise RegisterError(
            "README.md has no place for the findings.",
            where="README.md",
            expected="the marks <!-- findings: ... --> and <!-- /findings -->",
            got="none",
            todo="Restore the marks with `git checkout README.md`.",
        )
    return BLOCK.sub(lambda found: f"{found[1]}\n{text}\n{found[2]}", readme)
