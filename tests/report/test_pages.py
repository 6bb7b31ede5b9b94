import re

import nbformat
import papermill
import pytest
from nbformat import v4

from nplvanalysis.report import pages
from nplvanalysis.report.scrub import scrub

KERNEL = {
    "kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"},
    "language_info": {"name": "python"},
}
SOURCES = [
    'language = "en"',
    "import sys\nprint('one')\nprint('two')\nprint('aside', file=sys.stderr)\nprint('three')",
    "class Rich:\n    def _repr_html_(self):\n        return '<b>rich</b>'\nRich()",
    "import pandas as pd\npd.DataFrame({'share': [1, 2]}, index=['a', 'b'])",
    "1 + 1",
]


def small():
    cells = [v4.new_markdown_cell("# A page\n\n## One\n\n## Two\n\n## Three\n\ntext")]
    cells += [v4.new_code_cell(source) for source in SOURCES]
    cells[1].metadata["tags"] = ["parameters"]
    cells[-1].metadata["tags"] = ["show-code"]
    return v4.new_notebook(cells=cells, metadata=KERNEL)


@pytest.fixture(scope="module")
def executed(tmp_path_factory):
    folder = tmp_path_factory.mktemp("notebooks")
    nbformat.write(small(), folder / "small.ipynb")
    for name in ("first", "second"):
        papermill.execute_notebook(
            folder / "small.ipynb",
            folder / f"{name}.ipynb",
            {"language": "nl"},
            kernel_name="python3",
            progress_bar=False,
        )
    return [nbformat.read(folder / f"{name}.ipynb", 4) for name in ("first", "second")]


def test_two_executions_give_the_same_bytes_once_scrubbed(executed):
    first, second = (nbformat.writes(scrub(notebook)) for notebook in executed)
    assert nbformat.writes(executed[0]) != nbformat.writes(executed[1])
    assert first == second


def test_scrubbing_twice_changes_nothing_more(executed):
    once = scrub(executed[0])
    assert nbformat.writes(scrub(once)) == nbformat.writes(once)


def test_scrubbing_does_not_change_what_it_was_given(executed):
    before = nbformat.writes(executed[0])
    scrub(executed[0])
    assert nbformat.writes(executed[0]) == before


def test_a_scrubbed_notebook_is_still_valid_and_keeps_its_tags(executed):
    clean = scrub(executed[0])
    nbformat.validate(clean)
    tags = [cell.metadata.get("tags", []) for cell in clean.cells]
    assert ["injected-parameters"] in tags
    assert ["show-code"] in tags


def test_a_scrubbed_notebook_has_no_times_addresses_or_versions(executed):
    text = nbformat.writes(scrub(executed[0]))
    assert not re.search(r"papermill|iopub|0x[0-9a-f]{6}|start_time|\b3\.\d+\.\d+", text)


def page(executed, language="en", synthetic=False, hide_code=True):
    return pages.render(scrub(executed[0]), language, "A title", synthetic, hide_code)


def test_a_page_asks_nothing_of_another_host(executed):
    html = page(executed, hide_code=False)
    assert not re.search(r"<(script|link|iframe|img)[^>]*https?:|@import|url\(", html)


def test_a_page_states_its_language(executed):
    assert '<html lang="nl">' in page(executed, "nl")


def test_findings_show_code_only_where_it_is_asked_for(executed):
    html = page(executed)
    assert html.count('<details class="code">') == 1
    assert "aside" not in html


def test_other_notebooks_show_all_code_folded(executed):
    html = page(executed, hide_code=False)
    assert html.count('<details class="code">') == len(SOURCES) + 1
    assert "aside" in html


def test_rich_output_and_plain_output_are_both_shown(executed):
    html = page(executed)
    assert "<b>rich</b>" in html
    assert "<pre>2</pre>" in html


def test_a_page_has_one_main_heading_and_links_its_sections(executed):
    html = page(executed)
    assert html.count("<h1") == 1
    assert re.findall(r'<h2 id="([^"]+)"', html) == ["section-1", "section-2", "section-3"]
    assert html.count('href="#section-') == 3


def test_a_notebook_without_heading_gets_its_title():
    html = pages.render(v4.new_notebook(metadata=KERNEL), "en", "A <title>", False, True)
    assert "<h1>A &lt;title&gt;</h1>" in html


def test_a_heading_that_is_displayed_is_found():
    output = v4.new_output("display_data", {"text/markdown": "# Shown\n\nmore"})
    cell = v4.new_code_cell("...", outputs=[output])
    assert pages.heading(v4.new_notebook(cells=[cell]), "other") == "Shown"


def test_only_synthetic_pages_carry_the_banner(executed):
    assert page(executed, synthetic=True).count("SYNTHETIC") >= 3
    assert "SYNTHETIC" not in page(executed)


def test_header_cells_of_pandas_tables_say_what_they_head(executed):
    html = page(executed)
    assert '<th scope="col">share</th>' in html
    assert '<th scope="row">a</th>' in html


def test_a_page_leaves_room_for_the_commit(executed):
    assert page(executed).count("<!-- commit -->") == 1


def test_the_index_links_findings_notebooks_and_files():
    html = pages.index({"1-coverage.html": "Which <areas>"}, "sample", True, ["panel.gpkg"])
    for file in ("findings.nl.html", "findings.en.html", "1-coverage.html", "panel.gpkg"):
        assert f'href="{file}"' in html
    assert "Which &lt;areas&gt;" in html
    assert "SYNTHETIC" in html


def test_a_warning_does_not_carry_the_number_of_the_process():
    def warned(process):
        text = f"/tmp/ipykernel_{process}/220931.py:4: UserWarning: beware"
        cell = v4.new_code_cell(
            "warn()", outputs=[v4.new_output("stream", name="stderr", text=text)]
        )
        return scrub(v4.new_notebook(cells=[cell]))

    assert warned(1234) == warned(98)
    assert "beware" in warned(1234).cells[0].outputs[0].text
