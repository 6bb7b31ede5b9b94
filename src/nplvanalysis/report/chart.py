"""One figure with its text alternative and caption, and the frame all figures share."""

from __future__ import annotations

import base64
import io
import textwrap
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from html import escape
from typing import Any

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import ScalarFormatter

from nplvanalysis.report.edition import Edition

# The text width of an A4 page, in inches.
WIDTH = 6.9
# Characters of an axis label beside long row labels.
LABEL = 54
# Okabe and Ito (2008): told apart with any kind of colour vision.
BLUE, ORANGE, GREEN, PURPLE, SKY = "#0072B2", "#D55E00", "#00785A", "#A4508B", "#3A8FC0"
GREY = "#595959"
STYLE: Any = {
    "font.family": "DejaVu Sans",
    "font.size": 9,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.axisbelow": True,
    "axes.grid": True,
    "grid.color": "#dddddd",
    "hatch.linewidth": 0.8,
    "svg.hashsalt": "nplvanalysis",
    "svg.fonttype": "path",
}


class TickFormatter(ScalarFormatter):
    """Ticks with a decimal comma in Dutch, never as "1e6" or with an offset."""

    def __init__(self, language: str) -> None:
        super().__init__(useOffset=False)
        self.set_scientific(False)
        self.sign = "," if language == "nl" else "."

    def __call__(self, x: float, pos: int | None = None) -> str:
        """Write one tick."""
        return super().__call__(x, pos).replace(".", self.sign)


@dataclass(frozen=True, eq=False)
class Chart:
    """A figure; `alt` says in words what it shows, `caption` how to read it."""

    figure: Figure = field(repr=False)
    alt: str
    caption: str
    language: str = "en"

    def svg(self) -> str:
        """Draw as SVG, the same bytes every time."""
        drawn = io.BytesIO()
        with mpl.rc_context(STYLE):
            self.figure.savefig(drawn, format="svg", metadata={"Date": None, "Creator": None})
        return drawn.getvalue().decode("utf-8")

    def png(self) -> bytes:
        """Draw as PNG, the same bytes every time."""
        drawn = io.BytesIO()
        with mpl.rc_context(STYLE):
            self.figure.savefig(drawn, format="png", dpi=180, metadata={"Software": None})
        return drawn.getvalue()

    def _repr_html_(self) -> str:
        encoded = base64.b64encode(self.svg().encode("utf-8")).decode("ascii")
        return (
            f'<figure lang="{self.language}">'
            f'<img src="data:image/svg+xml;base64,{encoded}" alt="{escape(self.alt)}" '
            f'style="max-width:100%;height:auto">'
            f"<figcaption>{escape(self.caption)}</figcaption></figure>"
        )

    def __repr__(self) -> str:
        return f"<chart: {textwrap.shorten(self.alt, 60)}>"


def broken(label: str, width: int = 44) -> str:
    """Break a label into lines."""
    return "\n".join(textwrap.wrap(label, width))


@contextmanager
def drawing() -> Iterator[None]:
    """Draw in the style of the report."""
    with mpl.rc_context(STYLE):
        yield


def canvas(height: float, columns: int = 1) -> tuple[Figure, list[Axes]]:
    """Start a figure of the width of a page.

    Parameters
    ----------
    height : float
        In inches, title and source line included.
    columns : int
        Panels side by side, with a common vertical axis.

    Returns
    -------
    Figure and list of Axes
    """
    figure = Figure(figsize=(WIDTH, height), layout="constrained")
    return figure, list(figure.subplots(1, columns, sharey=True, squeeze=False)[0])


def finish(figure: Figure, title: str, alt: str, caption: str, edition: Edition) -> Chart:
    """Add title, source line and, if it is synthetic, the mark across the figure.

    Parameters
    ----------
    figure : Figure
    title : str
        Says what is seen.
    alt, caption : str
    edition : Edition

    Returns
    -------
    Chart
    """
    for axis in (part for axes in figure.axes for part in (axes.xaxis, axes.yaxis)):
        if isinstance(axis.get_major_formatter(), ScalarFormatter):
            axis.set_major_formatter(TickFormatter(edition.language))
    shown = broken(title, 72)
    source = broken(edition.source, 112)
    height = float(figure.get_figheight())
    bottom = (0.12 + 0.14 * len(source.splitlines())) / height
    top = (0.1 + 0.19 * len(shown.splitlines())) / height
    figure.set_layout_engine("constrained", rect=(0, bottom, 1, 1 - bottom - top))
    figure.text(0.01, 1 - 0.06 / height, shown, ha="left", va="top", size=11, weight="bold")
    figure.text(0.01, 0.05 / height, source, ha="left", va="bottom", size=7.5, color=GREY)
    if edition.study.synthetic:
        mark = edition.say("page", "mark")
        figure.text(
            *(0.5, 0.5, mark),
            ha="center",
            va="center",
            rotation=20,
            size=48,
            weight="bold",
            color="#000000",
            alpha=0.13,
            zorder=100,
        )
        alt = f"{mark}. {alt}"
    return Chart(figure, f"{title}. {alt}", caption, edition.language)
