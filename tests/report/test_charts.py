import re

import numpy as np
import pandas as pd
import pytest

from nplvanalysis import errors
from nplvanalysis.report import charts, coverage_chart, data_charts, fits, results, truth_chart
from nplvanalysis.report.weighted import equal_bins, quantiles
from tests.report.conftest import edition_of

REQUEST = re.compile(r"""(?:src|href|xlink:href)=["']https?://|url\(["']?https?://""")


def steps():
    return pd.DataFrame(
        {
            "step": ["kept", "lost"],
            "what": ["A4", "A4"],
            "areas": [90.0, 10.0],
            "dwellings": [9000.0, 1000.0],
            "persons": [1.0, 2.0],
            "reason": ["", "no income_low"],
        }
    )


def known(effect: float) -> pd.DataFrame:
    row = {"outcome": "income_low", "exposure": "owner-share", "model": "level", "truth": effect}
    return pd.DataFrame([row])


def drawn(estimates, panel, edition):
    truths = pd.DataFrame(
        {"outcome": ["income_low"], "exposure": ["owner-share"], "truth": [-2.1]}
    ).assign(model="level")
    return {
        "forest": charts.forest(estimates[estimates["hypothesis"] == "A4"], edition),
        "bars": charts.five_bars(estimates[estimates["role"] == "decomposition"], edition),
        "truth": truth_chart.truth(estimates, truths, edition),
        "scatter": data_charts.binned_scatter(panel, "owner_occupied", "income_low", edition),
        "tenure": data_charts.tenure(panel, edition),
        "coverage": coverage_chart.coverage(steps(), edition),
    }


def texts(chart):
    import matplotlib.text

    return [item.get_text() for item in chart.figure.findobj(matplotlib.text.Text)]


def test_every_figure_has_title_source_alternative_and_caption(estimates, panel, edition):
    for chart in drawn(estimates, panel, edition).values():
        assert any(edition.source[:20] in text for text in texts(chart))
        assert len(chart.alt) > 40
        assert len(chart.caption) > 20


def test_synthetic_figures_are_marked_and_real_ones_are_not(estimates, panel):
    for synthetic in (True, False):
        for chart in drawn(estimates, panel, edition_of("en", synthetic)).values():
            assert ("SYNTHETIC" in texts(chart)) is synthetic
            assert ("SYNTHETIC" in chart.alt) is synthetic


def test_figures_drawn_twice_are_the_same_bytes(estimates, panel, english):
    first, second = (drawn(estimates, panel, english) for _ in range(2))
    for name, chart in first.items():
        assert chart._repr_html_() == second[name]._repr_html_()
        assert chart.png() == second[name].png()


def test_a_figure_asks_nothing_of_another_host(estimates, panel, english):
    for chart in drawn(estimates, panel, english).values():
        assert not REQUEST.search(chart.svg())
        assert not REQUEST.search(chart._repr_html_())


def test_the_text_alternative_has_the_numbers(estimates, english):
    chart = charts.forest(estimates[estimates["hypothesis"] == "A4"], english)
    assert "−2.00 percentage points" in chart.alt


def test_the_forest_draws_the_widest_interval_of_a_fit(estimates, english):
    chart = charts.forest(estimates[estimates["hypothesis"] == "A4"], english)
    line = chart.figure.axes[0].lines[1]
    assert list(line.get_xdata()) == pytest.approx([-2.8, -1.2])


def test_checks_of_the_forest_are_labelled_by_what_differs(estimates, edition):
    chart = charts.forest(estimates[estimates["hypothesis"] == "A4"], edition)
    first, *checks = (tick.get_text() for tick in chart.figure.axes[0].get_yticklabels())
    said = {"nl": ("ongewogen", "gewogen naar"), "en": ("unweighted", "weighted by")}
    without, weighted = said[edition.language]
    assert weighted in first.replace("\n", " ")
    assert any(label.endswith(without) for label in checks)
    assert not any(weighted in label.replace("\n", " ") for label in checks)


def test_the_forest_says_when_variants_disagree(estimates, english):
    own = estimates[estimates["hypothesis"] == "A4"].copy()
    own.loc[own["weights"] == "none", "estimate"] = 0.5
    assert "direction differs" in charts.forest(own, english).alt


def test_the_forest_refuses_two_outcomes_at_once(estimates, english):
    with pytest.raises(errors.DataError, match="one hypothesis, outcome and exposure"):
        charts.forest(estimates, english)


def test_an_estimate_comes_with_its_own_gates(estimates):
    own = results.with_gates(estimates, estimates.iloc[0])
    assert set(own["hypothesis"]) == {"A4"}
    assert set(own["role"]) == {"primary", "gate"}


def test_the_five_bars_name_the_part_made_of_housing(estimates, english):
    chart = charts.five_bars(estimates[estimates["role"] == "decomposition"], english)
    labels = [" ".join(text.split()) for text in texts(chart)]
    assert "housing stock (the part certainly made of housing)" in labels


def test_the_five_bars_refuse_a_missing_dimension(estimates, english):
    parts = estimates[(estimates["role"] == "decomposition") & (estimates["outcome"] != "vrz")]
    with pytest.raises(errors.DataError, match="vrz"):
        charts.five_bars(parts, english)


def test_the_truth_is_counted_inside_its_interval(estimates, english):
    truths = pd.DataFrame(
        {"outcome": ["income_low"], "exposure": ["owner-share"], "truth": [9.0]}
    ).assign(model="level")
    assert truth_chart.truth(estimates, truths, english).alt.startswith("0 of 1")


def test_a_scatter_refuses_areas_that_stand_there_twice(panel, english):
    with pytest.raises(errors.DataError, match="one row per area"):
        data_charts.binned_scatter(
            pd.concat([panel, panel]), "owner_occupied", "income_low", english
        )


def test_bins_hold_equal_weight():
    draw = np.random.default_rng(3)
    values, weights = pd.Series(draw.normal(size=5000)), pd.Series(draw.uniform(1, 2, 5000))
    shares = weights.groupby(equal_bins(values, weights, 10)).sum() / weights.sum()
    assert shares.to_numpy() == pytest.approx(np.full(10, 0.1), abs=0.001)


def test_quantiles_count_dwellings_and_not_areas():
    found = quantiles(np.array([10.0, 90.0]), np.array([1.0, 99.0]), [0.25, 0.5])
    assert found == [90.0, 90.0]


def test_ticks_have_a_decimal_comma_in_dutch_only(estimates):
    for language, sign in (("nl", ","), ("en", ".")):
        parts = estimates[estimates["role"] == "decomposition"]
        chart = charts.five_bars(parts, edition_of(language))
        chart.svg()
        ticks = [tick.get_text() for tick in chart.figure.axes[0].get_xticklabels()]
        assert all(sign in tick for tick in ticks)


def test_areas_of_too_few_classes_are_drawn_as_one_group(english):
    rng = np.random.default_rng(1)
    panel = pd.DataFrame({"code": range(40), "urbanity": [1] * 30 + [2] * 10})
    owner = rng.uniform(10, 90, 40)
    panel = panel.assign(dwellings=100.0, owner_occupied=owner, income_low=90 - owner)
    chart = data_charts.binned_scatter(panel, "owner_occupied", "income_low", english)
    shown = " ".join(text.get_text() for text in chart.figure.texts)
    assert english.say("chart", "opposite_every") in shown
    assert "40" in chart.caption


def test_a_check_of_other_areas_than_the_first_is_not_labelled_as_one_of_the_same(estimates):
    rows = estimates.iloc[[0, 2, 3]].assign(sample=["without unions", "without unions", "main"])
    rows = rows.assign(weights=["dwellings", "none", "none"])
    labels = fits.labels_of(rows, edition_of("en"))
    assert len(set(labels)) == 3


def test_what_decides_nothing_is_drawn_open(estimates, english):
    own = estimates[estimates["hypothesis"] == "A4"].copy()
    own.loc[own["sample"] == "without largest leverage", "role"] = "sensitivity"
    points = [
        line
        for line in charts.forest(own, english).figure.axes[0].lines
        if line.get_marker() in ("o", "D")
    ]
    filled = [line.get_markerfacecolor() == line.get_color() for line in points]
    assert filled == [True, True, False]


def test_a_figure_of_stacking_does_not_call_its_years_those_of_tenure(estimates):
    row = estimates.iloc[[0]].assign(exposure="stacking", year_exposure=2020, division=2022)
    said = results.dated(edition_of("en", synthetic=False), row.iloc[0]).source
    assert "problems 2020, outcome 2018, borders 2022" in said
    assert "tenure" not in said


@pytest.mark.parametrize("contrast", ["agreement", "independence"])
def test_a_figure_without_tenure_names_one_year_and_its_borders(estimates, contrast):
    estimator = {"agreement": "agreement", "independence": "excess"}[contrast]
    about = {"exposure": contrast, "estimator": estimator, "division": 2022}
    row = estimates.iloc[[0]].assign(**about).iloc[0]
    for language, said in (("nl", "Cijfers over 2018, grenzen 2022."), ("en", "Figures of 2018")):
        assert said in results.dated(edition_of(language, synthetic=False), row).source
