"""Executed notebooks without anything that differs from run to run."""

from __future__ import annotations

import copy
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from nbformat import NotebookNode

# What JupyterLab and nbconvert show instead of plain text.
RICHER = ("text/html", "text/markdown", "image/png", "image/svg+xml", "image/jpeg", "text/latex")
# Of a cell's metadata, what decides how it is shown.
KEPT = ("tags", "jupyter")
# A warning names the file of its cell, which carries the number of the process.
CELL_FILE = re.compile(r"\S*ipykernel_\d+\S*\.py")


def scrub(notebook: NotebookNode) -> NotebookNode:
    """Remove times, machine and random ids from an executed notebook.

    Parameters
    ----------
    notebook : NotebookNode
        It is not changed.

    Returns
    -------
    NotebookNode
        Cells numbered from 1; kernel kept by name only; plain text dropped where an output has a
        richer form. Scrubbing twice changes nothing more.
    """
    clean = copy.deepcopy(notebook)
    clean.metadata = _metadata(clean)
    clean.nbformat_minor = max(int(clean.nbformat_minor), 5)
    for place, cell in enumerate(clean.cells, start=1):
        cell["id"] = f"cell-{place}"
        cell.metadata = type(cell.metadata)(
            {key: cell.metadata[key] for key in KEPT if key in cell.metadata}
        )
        if cell.cell_type == "code":
            cell.outputs = _merged([_output(output) for output in cell.outputs])
    return clean


def _metadata(notebook: NotebookNode) -> NotebookNode:
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    return type(notebook)({"kernelspec": kernel, "language_info": {"name": "python"}})


def _output(output: NotebookNode) -> NotebookNode:
    output.pop("metadata", None)
    if output.output_type == "stream":
        output.text = CELL_FILE.sub("<cell>", output.text)
    if output.output_type in ("display_data", "execute_result"):
        output.metadata = {}
        if any(kind in output.data for kind in RICHER):
            output.data.pop("text/plain", None)
    return output


def _merged(outputs: list[NotebookNode]) -> list[NotebookNode]:
    """Join neighbouring pieces of one stream: where a stream is cut depends on the clock."""
    joined: list[NotebookNode] = []
    for output in outputs:
        last = joined[-1] if joined else None
        same = last is not None and last.output_type == output.output_type == "stream"
        if same and last is not None and last.name == output.name:
            last.text += output.text
        else:
            joined.append(output)
    return joined
