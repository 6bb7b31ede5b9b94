"""A map to explore in one piece of HTML, which is also a plain printed map."""

from __future__ import annotations

import json
from collections.abc import Sequence
from importlib import resources
from typing import TYPE_CHECKING

import pandas as pd

from nplvanalysis.errors import DataError
from nplvanalysis.report import numbers
from nplvanalysis.report.edition import Edition
from nplvanalysis.report.layers import Layer, layer, legend
from nplvanalysis.report.markup import Fragment
from nplvanalysis.report.outlines import Outlines, outlines
from nplvanalysis.report.words import texts

if TYPE_CHECKING:
    import geopandas as gpd

# ColorBrewer YlGnBu: ordered by lightness, told apart with any kind of colour vision.
COLOURS = ("#ffffcc", "#a1dab4", "#41b6c4", "#2c7fb8", "#253494")
BUTTONS = (
    *(("in", "+"), ("out", numbers.MINUS), ("left", "←"), ("right", "→")),
    *(("up", "↑"), ("down", "↓"), ("reset", "⤢")),
)


def explorable(
    areas: gpd.GeoDataFrame,
    panel: pd.DataFrame,
    years: dict[str, int],
    edition: Edition,
    focus: Sequence[str] = (),
    name: str = "map",
) -> Fragment:
    """Make a map of areas that can be explored by mouse, touch and keyboard.

    Parameters
    ----------
    areas : GeoDataFrame
        code, geometry (EPSG:28992).
    panel : DataFrame
        One row per code: code, name, the columns to show and, if there is one, municipality_name.
        Areas without a row are drawn as missing; the caption counts rows without an area.
    years : dict of str to int
        Columns of the dictionary and the year of each; the first is shown first, and in print.
    edition : Edition
    focus : sequence of str
        Codes of areas to outline.
    name : str
        Id of the map, letters and hyphens; a page with two maps needs two names.

    Returns
    -------
    Fragment

    Raises
    ------
    DataError
        If a code stands twice, or a variable is not in the panel.
    """
    rows = _joined(areas, panel, list(years))
    layers = [layer(rows[name], name, year, edition) for name, year in years.items()]
    lost = int((~panel["code"].isin(areas["code"])).sum())
    html = _rendered(
        name=name,
        language=edition.language,
        layers=layers,
        legends=[legend(each, edition) for each in layers],
        alt=edition.say("map", "alt", **_count(rows, edition), title=layers[0].title),
        caption=_caption(rows, lost, edition),
        mark=edition.say("page", "mark") if edition.study.synthetic else "",
        say={key: text[edition.language] for key, text in texts()["map"].items()},
        data=_data(rows, layers, edition),
        **_drawing(outlines(rows), rows["code"], focus),
    )
    return Fragment(html, f"map: {name}")


def _joined(
    areas: gpd.GeoDataFrame, panel: pd.DataFrame, variables: Sequence[str]
) -> gpd.GeoDataFrame:
    absent = [name for name in ("code", "name", *variables) if name not in panel]
    twice = panel["code"][panel["code"].duplicated()].tolist() if not absent else []
    if absent or twice or not variables:
        raise DataError(
            "This map cannot be drawn from this table.",
            where="nplvanalysis.report.maps.explorable",
            expected="one row per area, with a name and every variable of the map",
            got=f"columns missing: {absent}; codes twice: {twice[:5]}; variables: {variables}",
            todo="Select one year of the panel and variables that it has.",
        )
    place = ["municipality_name"] if "municipality_name" in panel else []
    wanted = panel[["code", "name", *place, *variables]]
    rows = areas[["code", "geometry"]].merge(wanted, on="code", how="left", validate="1:1")
    return rows.sort_values("code").reset_index(drop=True)


def _count(rows: pd.DataFrame, edition: Edition) -> dict[str, str]:
    return {"n": edition.number(len(rows)), "areas": edition.areas}


def _drawing(drawn: Outlines, codes: pd.Series, focus: Sequence[str]) -> dict[str, object]:
    chosen = codes.isin(list(focus))
    outlined = "".join(path for path, each in zip(drawn.paths, chosen, strict=True) if each)
    hatch = f"{max(drawn.width, drawn.height) / 900:.2f}"
    return {"drawn": drawn, "outlined": outlined, "hatch": hatch}


def _caption(rows: pd.DataFrame, lost: int, edition: Edition) -> str:
    mark = f"{edition.say('page', 'mark')} · " if edition.study.synthetic else ""
    text = edition.say("map", "caption", **_count(rows, edition), source=edition.source)
    without = edition.say("map", "lost", count=edition.number(lost)) if lost else ""
    return f"{mark}{text} {without}".strip()


def _data(rows: pd.DataFrame, layers: list[Layer], edition: Edition) -> str:
    say = {key: edition.say("map", key) for key in ("unfound", "missing")}
    say["class"] = edition.say("map", "class", k="{k}", count="{count}")
    content = {
        "names": _names(rows),
        "codes": rows["code"].tolist(),
        "layers": [
            {"title": each.title, "unit": each.unit, "count": each.count}
            | {"figures": each.figures, "classes": each.classes}
            for each in layers
        ],
        "say": say,
    }
    return json.dumps(content, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c")


def _names(rows: pd.DataFrame) -> list[str]:
    """Name every area so that no two are the same: municipality and, if needed, code added."""
    names = rows["name"].fillna(rows["code"])
    places = rows.get("municipality_name", names).fillna(names)
    full = names.where(places == names, names + " (" + places + ")")
    return full.where(~full.duplicated(keep=False), full + " " + rows["code"]).tolist()


def _rendered(data: str, **values: object) -> str:
    import jinja2
    from markupsafe import Markup

    folder = resources.files("nplvanalysis.report") / "assets"
    raw = {name: (folder / f"map.{name}").read_text(encoding="utf-8") for name in ("css", "js")}
    page = jinja2.Environment(autoescape=True).from_string(
        (folder / "map.html.j2").read_text(encoding="utf-8")
    )
    return page.render(
        css=Markup(raw["css"]),
        script=Markup(raw["js"].strip()),
        data=Markup(data),
        colours=COLOURS,
        buttons=BUTTONS,
        **values,
    )
