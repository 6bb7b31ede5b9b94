"""The verdicts of all published studies, side by side."""

from __future__ import annotations

from html import escape

import pandas as pd

from nplvanalysis import params, registers, schema
from nplvanalysis.report import pages
from nplvanalysis.report.badges import badge
from nplvanalysis.report.edition import Edition
from nplvanalysis.report.markup import Fragment, Group, claim, table
from nplvanalysis.report.results import each
from nplvanalysis.report.tables import build
from nplvanalysis.report.verdict_tables import cells, meanings_table

NUMBERS = ["theta", "std_error", "low", "high", "level", "delta", "ceiling"]
COUNTS = ["conclusion", "sign", "n", "clusters", "year_first", "year_exposure", "year_outcome"]
COUNTS += ["division"]


def typed(published: pd.DataFrame) -> pd.DataFrame:
    """Turn the text of `docs/verdicts.csv` into numbers where it holds numbers.

    Parameters
    ----------
    published : DataFrame
        All text.

    Returns
    -------
    DataFrame
    """
    table = published.copy()
    table[NUMBERS] = table[NUMBERS].replace("", "nan").astype(float)
    table[COUNTS] = table[COUNTS].astype(int)
    return table


def editions(studies: list[str], language: str) -> dict[str, Edition]:
    """Read the studies that are published, as they stand in `studies/`.

    Parameters
    ----------
    studies : list of str
    language : str
        nl or en.
    """
    dictionary, claims, catalogue = schema.columns(), registers.claims(), registers.sources()
    folder = params.root() / "studies"
    return {
        name: Edition(
            study=(study := params.load(folder / f"{name}.yaml")),
            dictionary=dictionary,
            sources=registers.chosen(study, catalogue),
            claims=claims,
            language=language,
        )
        for name in studies
    }


def overview(verdicts: pd.DataFrame, here: dict[str, Edition]) -> Fragment:
    """Show one word per hypothesis and study.

    Parameters
    ----------
    verdicts : DataFrame
        See `typed`.
    here : dict of str to Edition
        By study; their columns stand in this order.

    Returns
    -------
    Fragment
    """
    one = next(iter(here.values()))
    words = verdicts.set_index(["hypothesis", "study"])["verdict"]
    rows = [
        [
            f"<strong>{escape(name)}</strong> {claim(getattr(read.statement, one.language))}",
            *(
                badge(words[name, study], one)
                if (name, study) in words.index
                else escape(one.say("compare", "unpublished"))
                for study in here
            ),
        ]
        for name, read in one.claims.hypotheses.items()
    ]
    caption = one.say("table", "overview")
    label = one.say("table", "scroll", caption=caption)
    headers = [one.say("column", "hypothesis"), *here]
    return Fragment(table(headers, [Group("", rows)], caption, label), "table: overview")


def details(verdicts: pd.DataFrame, here: dict[str, Edition]) -> Fragment:
    """Show what each study sees of each hypothesis that some study tests.

    Parameters
    ----------
    verdicts : DataFrame
        See `typed`.
    here : dict of str to Edition

    Returns
    -------
    Fragment
    """
    one = next(iter(here.values()))
    tested = verdicts.loc[verdicts["theta"].notna(), "hypothesis"]
    groups = [
        Group(
            f"{name}. {getattr(one.claims.hypotheses[name].statement, one.language)}",
            [
                [f"<strong>{escape(row.study)}</strong>", *cells(row, here[row.study])]
                for row in each(verdicts[verdicts["hypothesis"] == name])
            ],
            claimed=True,
        )
        for name in one.claims.hypotheses
        if name in set(tested)
    ]
    return build("details", ["study", "verdict", "seen", "delta", "basis"], groups, one)


def page(published: pd.DataFrame, language: str) -> str:
    """Make the page of all published verdicts.

    Parameters
    ----------
    published : DataFrame
        `docs/verdicts.csv`, all text, at least one study.
    language : str
        nl or en.

    Returns
    -------
    str
        HTML, one file.
    """
    verdicts = typed(published)
    here = editions(sorted(set(verdicts["study"])), language)
    one = next(iter(here.values()))
    title, text, links = (escape(one.say("compare", key)) for key in ("title", "text", "links"))
    listed = "".join(
        f'<li><a href="{escape(study)}/findings.{language}.html">{escape(study)}</a></li>'
        for study in here
    )
    tables = [overview(verdicts, here), details(verdicts, here), meanings_table(one)]
    headings = [escape(one.say("compare", key)) for key in ("overview", "details", "words")]
    sections = "".join(
        f"<h2>{heading}</h2>{made.html}" for heading, made in zip(headings, tables, strict=True)
    )
    return pages.plain(language, title, f"<p>{text}</p><p>{links}</p><ul>{listed}</ul>{sections}")
