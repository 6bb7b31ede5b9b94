"""Tables of a run as HTML: estimates, coverage, data sources, provenance, downloads."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from html import escape
from typing import Any
from urllib.parse import urlsplit

import pandas as pd

from nplvanalysis.report import markup, numbers
from nplvanalysis.report.edition import Edition
from nplvanalysis.report.fits import variant
from nplvanalysis.report.markup import Fragment, Group
from nplvanalysis.report.results import (
    ASSOCIATION,
    RATIOS,
    each,
    step_in_words,
    widest,
    years,
)
from nplvanalysis.report.sentences import which


def build(
    name: str,
    columns: Sequence[str],
    groups: Sequence[Group],
    edition: Edition,
    numeric: Sequence[int] = (),
    **said: object,
) -> Fragment:
    """Build a table with the report's texts.

    Parameters
    ----------
    name : str
        Key of the caption in the texts' group "table".
    columns : sequence of str
        Keys of the headers in the texts' group "column".
    groups : sequence of Group
        Cells are HTML.
    edition : Edition
    numeric : sequence of int
        Columns set flush right.
    **said
        For the words in braces of the caption.

    Returns
    -------
    Fragment
    """
    caption = edition.say("table", name, **said)
    if edition.study.synthetic:
        caption = f"{edition.say('page', 'mark')} · {caption}"
    label = edition.say("table", "scroll", caption=caption)
    headers = [edition.say("column", column) for column in columns]
    if not any(group.rows for group in groups):
        groups = [Group("", [[escape(edition.say("table", "none")), *[""] * (len(columns) - 1)]])]
    html = markup.table(headers, groups, caption, label, numeric)
    return Fragment(f'<div lang="{edition.language}">{html}</div>', f"table: {name}")


def estimates_table(estimates: pd.DataFrame, edition: Edition) -> Fragment:
    """Show estimates, one line per fit, with the widest interval of all kinds of error.

    Parameters
    ----------
    estimates : DataFrame
        Any rows; a fit that failed shows its reason.
    edition : Edition

    Returns
    -------
    Fragment
        Grouped by hypothesis, outcome and exposure.
    """
    rows = widest(estimates)
    groups = [
        Group(_association(part.iloc[0], edition), [_estimate(row, edition) for row in each(part)])
        for _, part in rows.groupby(ASSOCIATION, sort=False)
    ]
    columns = ["role", "variant", "estimate", "interval", "errors", "areas", "clusters"]
    return build("estimates", columns, groups, edition, numeric=(2, 3, 5, 6))


def _association(row: Any, edition: Edition) -> str:
    """Head the fits of one association: what on what, of which years and areas."""
    what = f"{edition.axis(row.outcome)}, {edition.contrast(row.exposure, 'per')}"
    about = [years(row, edition)]
    if row.year_first < row.year_exposure:
        about.insert(0, edition.say("sentence", "since", first=int(row.year_first)))
    about += [edition.say("areas", row.unit)] if row.unit != edition.study.unit else []
    about += [edition.say("estimator", row.estimator)] if row.estimator != "cross_section" else []
    about += [which(row, edition)] if row.subset else []
    return f"{row.hypothesis}: {what} ({'; '.join(about)})"


def _estimate(row: Any, edition: Edition) -> list[str]:
    cells = [edition.say("role", row.role), variant(row, edition)]
    if row.status == "ok":
        places, signs = numbers.decimals(row.std_error), row.estimator not in RATIOS
        write = numbers.signed if signs else numbers.number
        cells += [
            write(row.estimate, edition.language, places),
            numbers.interval(row.low, row.high, edition.language, places, signs),
            row.standard_errors,
            edition.number(row.n),
            edition.number(row.clusters) if row.clusters < row.n else numbers.NOTHING,
        ]
    else:
        cells += [numbers.NOTHING, numbers.NOTHING, edition.say("reason", row.status), "", ""]
    return [escape(cell) for cell in cells]


def coverage_table(steps: pd.DataFrame, edition: Edition) -> Fragment:
    """Show which areas take part and why others do not.

    Parameters
    ----------
    steps : DataFrame
        step, what, areas, dwellings, persons, reason.
    edition : Edition
    """
    rows = [
        [
            escape(str(row.what)),
            escape(step_in_words(row, edition)),
            *(edition.number(count) for count in (row.areas, row.dwellings, row.persons)),
        ]
        for row in each(steps)
    ]
    columns = ["what", "step", "areas", "dwellings", "persons"]
    return build("coverage", columns, [Group("", rows)], edition, numeric=(2, 3, 4))


def sources_table(edition: Edition) -> Fragment:
    """Show the study's sources: title, producer, vintage, licence, citation, page, file."""
    rows = [
        [
            escape(source.title),
            escape(source.producer),
            escape(source.vintage),
            markup.link(source.licence.url, source.licence.name),
            escape(source.citation),
            markup.link(source.page, urlsplit(source.page).netloc or source.page),
            markup.link(source.url, urlsplit(source.url).netloc) if source.url else numbers.NOTHING,
        ]
        for source in edition.sources.values()
    ]
    columns = ["title", "producer", "vintage", "licence", "citation", "page", "bytes"]
    return build("sources", columns, [Group("", rows)], edition)


def provenance_table(record: Mapping[str, object], edition: Edition) -> Fragment:
    """Show with what exactly a page was made.

    Parameters
    ----------
    record : mapping
        Texts, or one level of mappings of texts, which become groups of rows.
    edition : Edition
    """
    single = {key: value for key, value in record.items() if not isinstance(value, Mapping)}
    nested = {key: value for key, value in record.items() if isinstance(value, Mapping)}
    groups = [Group("", _pairs(single))] if single else []
    groups += [Group(key, _pairs(value)) for key, value in nested.items()]
    return build("provenance", ["item", "value"], groups, edition)


def _pairs(record: Mapping[str, object]) -> list[list[str]]:
    return [
        [escape(str(key)), f"<code>{escape(str(value))}</code>"] for key, value in record.items()
    ]


def download(table: pd.DataFrame, name: str, edition: Edition) -> Fragment:
    """Offer a table as CSV inside the page itself.

    Parameters
    ----------
    table : DataFrame
        Written without its index, with Unix line ends.
    name : str
        File name, ending in .csv.
    edition : Edition

    Returns
    -------
    Fragment
        A link that works without a network.
    """
    content = table.to_csv(index=False, lineterminator="\n").encode("utf-8")
    size = edition.number(max(1, round(len(content) / 1024)))
    text = escape(edition.say("table", "download", name=name, size=size))
    data = base64.b64encode(content).decode("ascii")
    link = (
        f'<a download="{escape(name)}" href="data:text/csv;charset=utf-8;base64,{data}">{text}</a>'
    )
    return Fragment(f'<p lang="{edition.language}">{link}</p>', f"download: {name}")
