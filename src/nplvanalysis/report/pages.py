"""Notebooks as pages of one file each, and the page that links them."""

from __future__ import annotations

import itertools
import re
from collections.abc import Mapping, Sequence
from functools import cache
from html import escape
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING

from nplvanalysis.report.words import say

if TYPE_CHECKING:
    from nbconvert import HTMLExporter
    from nbformat import NotebookNode

HEADING = re.compile(r"<h2[^>]*>(.*?)</h2>", re.DOTALL)
DATAFRAME = re.compile(r'<table border="1" class="dataframe">.*?</table>', re.DOTALL)
TAGS = re.compile(r"<[^>]+>")
CONTENTS = "<!--contents-->"
HEADED = "<!--heading-->"


def render(
    notebook: NotebookNode, language: str, title: str, synthetic: bool, hide_code: bool
) -> str:
    """Render an executed notebook as one self-contained page.

    Parameters
    ----------
    notebook : NotebookNode
        Executed and scrubbed.
    language : str
        nl or en.
    title : str
        Of the browser tab; also the heading if the notebook has none.
    synthetic : bool
        Marks the page SYNTHETIC.
    hide_code : bool
        True shows only cells tagged "show-code"; False shows all code, folded.

    Returns
    -------
    str
        HTML that asks nothing of any other host.
    """
    words = _words(language, synthetic) | {"title": title, "hide_code": hide_code}
    # The findings travel alone; the other pages stay beside the index.
    words["home"] = not hide_code
    body, _ = _exporter().from_notebook_node(notebook, resources={"page": words})
    return _with_scopes(_linked(_headed(body, title), language))


def heading(notebook: NotebookNode, otherwise: str) -> str:
    """Give the first heading of a notebook, written or displayed, or `otherwise`."""
    for cell in notebook.cells:
        shown = [
            output.get("data", {}).get("text/markdown", "") for output in cell.get("outputs", [])
        ]
        for text in [cell.source] if cell.cell_type == "markdown" else shown:
            if text.startswith("# "):
                return str(text.splitlines()[0].removeprefix("# ").strip())
    return otherwise


def index(
    notebooks: Mapping[str, str], study: str, synthetic: bool, files: Sequence[str] = ()
) -> str:
    """Make the page that links the findings and all executed notebooks.

    Parameters
    ----------
    notebooks : mapping
        File name of a page, and its title.
    study : str
        Name of the study.
    synthetic : bool
        Marks the page SYNTHETIC.
    files : sequence of str
        Names of data files beside the page.

    Returns
    -------
    str
        HTML, in Dutch and English.
    """
    links = "".join(
        f'<li><a href="{escape(file)}" hreflang="en" lang="en">{escape(title)}</a></li>'
        for file, title in notebooks.items()
    )
    sections = "".join(_section(language, links, files) for language in ("nl", "en"))
    page = _empty("en", f"nplvanalysis: {study}", synthetic)
    return page.replace(CONTENTS, sections, 1)


def plain(language: str, title: str, contents: str) -> str:
    """Make a page that no notebook stands behind.

    Parameters
    ----------
    language : str
        nl or en.
    title : str
        Its heading.
    contents : str
        HTML.

    Returns
    -------
    str
        HTML, one file that asks nothing of another host.
    """
    return _empty(language, title, synthetic=False).replace(CONTENTS, contents, 1)


def _section(language: str, links: str, files: Sequence[str]) -> str:
    say_page = {
        key: escape(say(language, "page", key)) for key in ("findings", "notebooks", "files")
    }
    data = "".join(
        f'<li><a href="{escape(file)}" download>{escape(file)}</a></li>' for file in files
    )
    link = escape(say(language, "page", "findings_link"))
    return (
        f'<section lang="{language}"><h2>{say_page["findings"]}</h2>'
        f'<p><a href="findings.{language}.html">{link}</a></p>'
        f"<h3>{say_page['notebooks']}</h3><ul>{links}</ul>"
        + (f"<h3>{say_page['files']}</h3><ul>{data}</ul>" if data else "")
        + "</section>"
    )


def _empty(language: str, title: str, synthetic: bool) -> str:
    from nbformat.v4 import new_notebook

    words = _words(language, synthetic) | {"title": title, "home": False}
    body = str(_exporter().from_notebook_node(new_notebook(), resources={"page": words})[0])
    return _headed(body, title)


def _headed(body: str, title: str) -> str:
    """Add the title as heading where the notebook has none of its own."""
    own = "" if "<h1" in body else f"<h1>{escape(title)}</h1>"
    return body.replace(HEADED, own, 1)


def _words(language: str, synthetic: bool) -> dict[str, object]:
    keys = ("skip", "code", "footer", "index", "error")
    return {
        **{key: say(language, "page", key) for key in keys},
        "language": language,
        "banner": say(language, "page", "banner") if synthetic else "",
        "style": _style(language, synthetic),
    }


def _style(language: str, synthetic: bool) -> str:
    folder = resources.files("nplvanalysis.report") / "assets"
    style = (folder / "page.css").read_text(encoding="utf-8").strip()
    mark = say(language, "page", "mark")
    top = f'\n@page{{@top-center{{content:"{mark}";font-weight:700;color:#5c1700}}}}'
    return style + (top if synthetic else "")


def _linked(body: str, language: str) -> str:
    """Give every section a number and list them; one or two need no list."""
    found = HEADING.findall(body)
    if len(found) < 3:
        return body.replace(CONTENTS, "", 1)
    place = itertools.count(1)
    numbered = HEADING.sub(lambda h: f'<h2 id="section-{next(place)}">{h[1]}</h2>', body)
    items = "".join(
        f'<li><a href="#section-{number}">{TAGS.sub("", text)}</a></li>'
        for number, text in enumerate(found, start=1)
    )
    title = escape(say(language, "page", "contents"))
    listed = f'<nav class="contents" aria-label="{title}"><ol>{items}</ol></nav>'
    return numbered.replace(CONTENTS, "", 1).replace("</h1>", f"</h1>{listed}", 1)


def _with_scopes(body: str) -> str:
    """Tell screen readers what the header cells of pandas' own tables head."""

    def scoped(found: re.Match[str]) -> str:
        head, rows = found[0].split("</thead>", 1)
        head = head.replace("<th>", '<th scope="col">')
        return head + "</thead>" + rows.replace("<th>", '<th scope="row">')

    return DATAFRAME.sub(scoped, body)


@cache
def _exporter() -> HTMLExporter:
    from nbconvert import HTMLExporter

    folder = Path(str(resources.files("nplvanalysis.report")))
    return HTMLExporter(
        template_name="page",
        extra_template_basedirs=[str(folder)],
        exclude_anchor_links=True,
        exclude_input_prompt=True,
        exclude_output_prompt=True,
    )
