"""Door of the layer: pages beside executed notebooks, what links them, and publication."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

import nbformat

from nplvanalysis import errors, params, store
from nplvanalysis.report import downloads, pages, provenance, publish, verify
from nplvanalysis.report.scrub import scrub


def page(path: str, language: str = "") -> None:
    """Scrub an executed notebook in place and write its page beside it; findings hide code."""
    study, notebook = params.load(), scrub(nbformat.reads(store.read_text(path), as_version=4))
    title = f"{pages.heading(notebook, Path(path).stem)} ({study.study})"
    html = pages.render(notebook, language or "en", title, study.synthetic, bool(language))
    store.write_text(nbformat.writes(notebook) + "\n", path)
    store.write_text(html, Path(path).with_suffix(".html"))


def record() -> None:
    """Write what the run is made of."""
    made = provenance.record(params.root(), store.read_csv("data/raw/received.csv"))
    store.write_table(made, "data/estimates/provenance.parquet")


VERBS: dict[str, Any] = {"page": page, "index": downloads.index, "provenance": record}
VERBS["publish"] = lambda: print(publish.publish())
VERBS["verify"] = lambda study="": print(verify.verify(study))

if __name__ == "__main__":
    parser = ArgumentParser("python -m nplvanalysis.report", description=__doc__)
    parser.add_argument("verb", choices=VERBS)
    parser.add_argument("given", nargs="*")
    asked = parser.parse_args()
    errors.run(lambda: VERBS[asked.verb](*asked.given))
