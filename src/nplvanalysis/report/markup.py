"""Pieces of HTML that show themselves in a notebook and in a page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape


@dataclass(frozen=True)
class Fragment:
    """A piece of HTML; `name` is what a plain-text display shows of it."""

    html: str
    name: str

    def _repr_html_(self) -> str:
        return self.html

    def __repr__(self) -> str:
        return f"<{self.name}>"


@dataclass(frozen=True)
class Group:
    """Rows of a table under a heading of their own (no heading if it is empty).

    `claimed`: the heading quotes a claim, see `claim`.
    """

    heading: str
    rows: Sequence[Sequence[str]]
    claimed: bool = False


def claim(text: str) -> str:
    """Mark what the meeting claimed, or a reading of it: quoted, not found.

    Only what stands in this mark may say that one thing does something to another
    (tests/report/test_wording.py).
    """
    return f'<span class="claim">{escape(text)}</span>'


def link(url: str, text: str) -> str:
    """Link to a page; text only if there is no web address."""
    if not url.startswith(("https://", "http://")):
        return escape(text)
    return f'<a href="{escape(url)}">{escape(text)}</a>'


def table(
    headers: Sequence[str],
    groups: Sequence[Group],
    caption: str,
    label: str,
    numeric: Sequence[int] = (),
) -> str:
    """Build a table that screen readers can read.

    Parameters
    ----------
    headers : sequence of str
        Plain text.
    groups : sequence of Group
        Cells are HTML already; the first cell of each row heads the row.
    caption : str
        Plain text.
    label : str
        Names the region that scrolls when the page is narrow.
    numeric : sequence of int
        Columns that are set flush right.

    Returns
    -------
    str
        One `<div>` with the table.
    """
    head = "".join(f'<th scope="col">{escape(text)}</th>' for text in headers)
    bodies = "".join(_body(group, len(headers), set(numeric)) for group in groups)
    return (
        f'<div class="scroll" role="region" tabindex="0" aria-label="{escape(label)}">'
        f"<table><caption>{escape(caption)}</caption>"
        f"<thead><tr>{head}</tr></thead>{bodies}</table></div>"
    )


def _body(group: Group, width: int, numeric: set[int]) -> str:
    span = f'<tr class="group"><th scope="rowgroup" colspan="{width}">'
    text = claim(group.heading) if group.claimed else escape(group.heading)
    heading = f"{span}{text}</th></tr>" if group.heading else ""
    return f"<tbody>{heading}{''.join(_row(row, numeric) for row in group.rows)}</tbody>"


def _row(row: Sequence[str], numeric: set[int]) -> str:
    cells = "".join(
        f'<td class="number">{cell}</td>' if place in numeric else f"<td>{cell}</td>"
        for place, cell in enumerate(row)
        if place
    )
    return f'<tr><th scope="row">{row[0]}</th>{cells}</tr>'
