import itertools
import json
import re

import numpy as np
import pandas as pd
import pytest
import shapely

from nplvanalysis import errors
from nplvanalysis.report import maps
from nplvanalysis.report.layers import layer, legend
from nplvanalysis.report.outlines import outlines
from tests.report.conftest import edition_of

VARIABLES = dict.fromkeys(["owner_occupied", "woz"], 2018)


def content(fragment):
    return json.loads(
        re.search(r'<script type="application/json">(.*?)</script>', fragment.html, re.DOTALL)[1]
    )


def test_every_area_is_drawn_once_with_its_figures(areas, panel, edition):
    made = maps.explorable(areas, panel, VARIABLES, edition)
    data = content(made)
    drawn = re.search(r'<g class="areas">(.*?)</g>', made.html)[1]
    assert drawn.count("<path") == len(areas)
    assert data["codes"] == areas["code"].tolist()
    assert len(data["layers"][0]["figures"]) == len(areas)


def test_the_same_map_twice_is_the_same_text(areas, panel, english):
    first, second = (maps.explorable(areas, panel, VARIABLES, english).html for _ in range(2))
    assert first == second


def test_a_map_asks_nothing_of_another_host(areas, panel, english):
    assert "http" not in maps.explorable(areas, panel, VARIABLES, english).html


def test_no_two_areas_share_a_name(areas, panel, english):
    names = content(maps.explorable(areas, panel, VARIABLES, english))["names"]
    assert len(set(names)) == len(names)


def test_a_name_cannot_end_the_script(areas, panel, english):
    panel.loc[0, "name"] = "</script><b>"
    assert "</script><b>" not in maps.explorable(areas, panel, VARIABLES, english).html


def test_only_focus_areas_are_outlined(areas, panel, english):
    focus = panel["code"].tolist()[:2]
    html = maps.explorable(areas, panel, VARIABLES, english, focus).html
    assert re.search(r'<path class="focus" d="([^"]*)"', html)[1].count("M") == 2
    plain = maps.explorable(areas, panel, VARIABLES, english).html
    assert '<path class="focus" d=""' in plain
    assert english.say("map", "focus") not in plain


def test_a_synthetic_map_is_marked(areas, panel):
    made = maps.explorable(areas, panel, VARIABLES, edition_of("nl"))
    assert made.html.count("SYNTHETIC") >= 2


def test_rows_without_borders_are_counted_in_the_caption(areas, panel, english):
    html = maps.explorable(areas.iloc[3:], panel, VARIABLES, english).html
    assert "3 areas with figures have no borders here." in html


def test_areas_without_figures_are_shown_as_missing(areas, panel, english):
    data = content(maps.explorable(areas, panel.iloc[3:], VARIABLES, english))
    assert data["layers"][0]["classes"][:3] == [-1, -1, -1]
    assert data["names"][0] == areas["code"].iloc[0]


def test_a_panel_of_two_years_is_refused(areas, panel, english):
    with pytest.raises(errors.DataError, match="codes twice"):
        maps.explorable(areas, pd.concat([panel, panel]), VARIABLES, english)


def test_another_reference_system_is_refused(areas, panel, english):
    with pytest.raises(errors.DataError, match="28992"):
        maps.explorable(areas.to_crs(4326), panel, VARIABLES, english)


def test_classes_hold_equal_numbers_of_areas(english):
    made = layer(pd.Series(np.arange(100.0)), "owner_occupied", 2018, english)
    assert [made.classes.count(kind) for kind in range(5)] == [20, 20, 20, 20, 20]


def test_many_equal_values_make_fewer_classes_and_the_legend_says_so(english):
    made = layer(pd.Series([0.0] * 80 + list(range(20))), "owner_occupied", 2018, english)
    heading, keys = legend(made, english)
    assert made.count < 5
    assert len(keys) == made.count
    assert f"{made.count} classes" in heading


def test_a_variable_with_one_value_has_one_class(english):
    made = layer(pd.Series([3.0, 3.0]), "owner_occupied", 2018, english)
    assert made.classes == [0, 0]
    assert made.count == 1


@pytest.mark.parametrize(
    "values",
    [
        [0] * 30 + [1] * 30 + [2, 3] * 15 + [4, 5, 6] * 4,
        # quantiles fall between whole numbers, two of them between the same
        [0, 1, 2, 3, 3, 4],
        [0, 4, 4, 5, 9, 9, 10],
    ],
)
def test_classes_of_whole_numbers_name_the_numbers_they_hold(values, english):
    made = layer(pd.Series(values, dtype=float), "stacking", 2018, english)
    _, keys = legend(made, english)
    for place, label in keys:
        ends = [int(end) for end in label.split("–")]
        held = {value for value, one in zip(values, made.classes, strict=True) if one == place}
        assert held <= set(range(ends[0], ends[-1] + 1))
    ends = [[int(end) for end in label.split("–")] for _, label in keys]
    assert all(one[-1] + 1 == other[0] for one, other in itertools.pairwise(ends))


def test_areas_with_the_same_figure_on_the_page_have_the_same_class(english):
    values = pd.Series(np.random.default_rng(1).normal(60, 15, 200))
    made = layer(values, "owner_occupied", 2018, english)
    shown = pd.DataFrame({"figure": made.figures, "class": made.classes})
    assert not any("." in figure for figure in made.figures)
    assert shown["figure"].nunique() < len(shown)
    assert shown.groupby("figure")["class"].nunique().max() == 1


def test_classes_of_fractions_end_where_the_next_begins(english):
    made = layer(pd.Series(np.arange(100) / 10), "income_low", 2018, english)
    labels = [label for _, label in legend(made, english)[1]]
    assert all(" to " in label for label in labels)
    assert labels[-1].endswith("inclusive")


def test_missing_values_get_no_class_and_a_line_in_the_legend(english):
    made = layer(pd.Series([1.0, np.nan, 3.0, 4.0, 5.0, 6.0]), "woz", 2018, english)
    assert made.classes[1] == -1
    assert legend(made, english)[1][-1] == (-1, "no figure (1)")


def test_outlines_keep_areas_that_are_smaller_than_the_grid(areas):
    areas.loc[0, "geometry"] = shapely.box(20000, 20000, 20010, 20010)
    assert all(path.startswith("M") and path.endswith("z") for path in outlines(areas).paths)


def test_neighbours_keep_their_common_corners(areas):
    made = outlines(areas)
    assert (made.width, made.height) == (200, 200)
    assert made.paths[0].startswith("M")
    assert len(set(made.paths)) == len(areas)
