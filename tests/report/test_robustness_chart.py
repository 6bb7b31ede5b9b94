"""Figures and tables of the checks of estimates that decide."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from nplvanalysis.errors import DataError
from nplvanalysis.report import (
    robustness_chart,
    robustness_sentences,
    robustness_tables,
    stability_chart,
    strips,
)
from nplvanalysis.report.robustness_sentences import (
    BASE,
    CONTROL,
    INTERVAL,
    SMALL,
    VALUE,
    YARDSTICK,
)

from .conftest import fit

NONE = pd.DataFrame()


ABOUT = {
    "outcome_sd": 20.0,
    "exposure": "owner-to-corporation",
    "subset": "",
    "year_first": 2018,
    "year_exposure": 2018,
}


def checks(sign=1, estimate=4.0, status="ok", **changed):
    """Of an estimate of twice the smallest relevant difference, as `robustness.check` gives it."""
    row = SimpleNamespace(outcome="income_low", sign=sign)
    case = SimpleNamespace(
        hypothesis="A4", row=row, status=status, delta=2.0, about=ABOUT, controls=[]
    )
    values = sign * estimate * np.array([1.0, 0.6, 0.2])
    own = {
        "sensitivity": pd.DataFrame(
            {
                "estimate": [sign * estimate],
                "std_error": [0.5],
                "robustness": [0.44],
                "robustness_alpha": [0.31],
                "robustness_delta": [0.27],
                "status": ["ok"],
            }
        ),
        "yardsticks": pd.DataFrame(
            {
                "benchmark": ["urbanity"] * 3 + ["share_65_plus", "address_density"],
                "multiple": [1, 2, 3, 1, 1],
                "estimate": [sign * estimate] * 4 + [np.nan],
                "adjusted": [*values, sign * 3.9, np.nan],
                "status": ["ok"] * 4 + ["column_missing"],
            }
        ),
        "placebo": SimpleNamespace(
            t=-8.0, drawn=np.linspace(-3, 3, 99), rank=1, taken_for_real=0.12
        ),
        "placebo_status": "ok",
        "controls": pd.DataFrame(
            {
                "outcome": ["green_distance"] * 2,
                "held": ["", ""],
                "estimate": [0.1, 0.1],
                "std_error": [0.1, 0.2],
                "low": [-0.1, -0.3],
                "high": [0.3, 0.5],
                "outcome_sd": [1.0, 1.0],
                "year_outcome": [2018, 2018],
                "status": ["ok", "ok"],
            }
        ),
        "denser": pd.DataFrame(
            {
                "estimate": [sign * 3.5] * 2,
                "std_error": [0.4, 0.9],
                "low": [sign * 3.5 - 0.8, sign * 3.5 - 1.8],
                "high": [sign * 3.5 + 0.8, sign * 3.5 + 1.8],
                "status": ["ok", "ok"],
            }
        ),
        "left_out": pd.DataFrame(
            {
                "unit": ["municipality"] * 3,
                "name": ["Alpha", "Beta", "Gamma"],
                "estimate": sign * np.array([1.0, 4.1, 5.0]),
                "estimate_all": [sign * estimate] * 3,
                "shift": sign * np.array([-3.0, 0.1, 1.0]),
                "sign_changes": [False] * 3,
                "below_delta": [True, False, False],
            }
        ),
        "left_out_status": "ok",
        "influential": pd.DataFrame({"name": ["Zuid"], "municipality_name": ["Alpha"]}),
        "bounds": pd.DataFrame(
            {
                "limits": ["10th to 90th percentile", "lowest to highest"],
                "estimate": [sign * estimate] * 2,
                "low": [sign * 3.0 - 0.5, sign * 2.0 - 3],
                "high": [sign * 3.0 + 0.5, sign * 2.0 + 3],
                "n": [400, 400],
                "missing": [23, 23],
                "status": ["ok", "ok"],
            }
        ),
        "withheld": pd.DataFrame(
            {
                "group": ["all", "urbanity 5", "unknown"],
                "by": ["all", "urbanity", "urbanity"],
                "areas": [440, 60, 3],
                "kept": [0.9, 0.5, 0.0],
                "no outcome": [0.05, 0.2, 1.0],
                "no exposure": [0.0, 0.1, 0.0],
                "small": [0.05, 0.2, 0.0],
                "other": [0.0, 0.0, 0.0],
                "kept_dwellings": [0.97, 0.8, np.nan],
            }
        ),
    }
    return SimpleNamespace(case=case, **(own | changed))


def failed():
    empty = dict.fromkeys(("sensitivity", "yardsticks", "controls", "denser"), NONE)
    empty |= dict.fromkeys(("left_out", "bounds"), NONE)
    return checks(
        status="not_identified",
        **empty,
        influential=NONE,
        placebo=None,
        left_out_status="not_identified",
    )


FIGURES = [
    robustness_chart.yardsticks,
    robustness_chart.placebo,
    robustness_chart.controls,
    stability_chart.left_out,
    stability_chart.bounds,
]


@pytest.mark.parametrize("draw", FIGURES)
def test_every_figure_is_told_in_words_and_marked_synthetic(draw, edition):
    chart = draw([checks(), failed()], edition)
    assert "SYNTHETIC" in chart.alt
    assert "A4" in chart.alt
    assert edition.title("income_low") in chart.alt
    assert len(chart.caption) > 40


@pytest.mark.parametrize("draw", FIGURES)
def test_without_an_estimate_there_is_nothing_to_draw(draw, english):
    with pytest.raises(DataError, match="nothing to draw"):
        draw([failed()], english)


@pytest.mark.parametrize("sign", [1, -1])
def test_the_expected_direction_is_to_the_right_whatever_its_sign(sign, english):
    alt = robustness_chart.yardsticks([checks(sign)], english).alt
    assert "like class of urbanity: +2.0, then +2.0." in alt
    chart = stability_chart.left_out([checks(sign)], english)
    assert "from +0.5 (without Alpha) to +2.5 (without Gamma)" in chart.alt


def test_what_is_drawn_are_the_yardsticks_that_would_take_most(english):
    many = pd.DataFrame(
        {
            "benchmark": ["urbanity", "share_15_24", "share_65_plus"],
            "multiple": 1,
            "estimate": 4.0,
            "adjusted": [1.0, 3.0, 2.0],
            "status": "ok",
        }
    )
    chart = robustness_chart.yardsticks([checks(yardsticks=many)], english)
    labels = [label.get_text() for label in chart.figure.axes[0].get_yticklabels()]
    assert [label.splitlines()[-1] for label in labels] == [
        "like class of urbanity",
        "like share aged 65 or over",
    ]
    assert "In 1 of 2" in chart.alt


def opposed():
    """Against what the claim expects; what is omitted takes it towards zero and past it."""
    table = pd.DataFrame(
        {
            "benchmark": ["share_15_24", "urbanity", "urbanity", "share_65_plus"],
            "multiple": [1, 1, 2, 1],
            "estimate": -4.0,
            "adjusted": [-3.9, 1.0, 90.0, -1.0],
            "status": "ok",
        }
    )
    return checks(estimate=-4.0, yardsticks=table)


def test_of_an_estimate_against_its_claim_the_yardsticks_that_take_most_are_told(english):
    chart = robustness_chart.yardsticks([opposed()], english)
    assert "like class of urbanity: −2.0, then +0.5." in chart.alt
    assert "like share aged 65 or over: −2.0, then −0.5." in chart.alt
    assert "share aged 15 to 24" not in chart.alt
    html = robustness_tables.omitted_table([opposed()], english).html
    assert "class of urbanity: +1.00 percentage points of −4.00 percentage points" in html
    rows = rows_of_a4()
    turned = rows["estimator"].eq("yardstick") & rows["estimate"].lt(0)
    against = rows.assign(estimate=rows["estimate"].mask(turned, -rows["estimate"]))
    assert (
        "+1.7 percentage points would be left" in robustness_sentences.told(against, english).html
    )


def test_what_is_past_zero_of_an_estimate_against_its_claim_is_an_arrow_to_the_right(english):
    axes = robustness_chart.yardsticks([opposed()], english).figure.axes[0]
    ends = {line.get_marker(): line.get_xdata()[0] for line in axes.lines}
    assert ends[">"] > 1
    assert "<" not in ends
    low, high = axes.get_xlim()
    assert low < -2 < ends[">"] < high < 4


def test_only_an_estimate_that_was_large_enough_can_become_too_small(english):
    small = checks(estimate=1.0)
    assert "In 0 of 2" in robustness_chart.yardsticks([small], english).alt
    assert "In 0 of 2" in robustness_chart.yardsticks([opposed()], english).alt
    taken = checks().yardsticks.assign(adjusted=1.0)
    assert "In 2 of 2" in robustness_chart.yardsticks([checks(yardsticks=taken)], english).alt


def test_what_lies_far_off_is_an_arrow_with_its_multiple(english):
    far = pd.DataFrame(
        {
            "benchmark": "urbanity",
            "multiple": [1, 2, 3],
            "estimate": 4.0,
            "adjusted": [2.0, -90.0, -400.0],
            "status": "ok",
        }
    )
    axes = robustness_chart.yardsticks([checks(yardsticks=far)], english).figure.axes[0]
    assert [text.get_text() for text in axes.texts] == ["1", "2, 3"]
    assert axes.get_xlim()[0] > -4


def test_the_title_counts_estimates_above_the_noise(english):
    weak = checks(
        placebo=SimpleNamespace(t=0.5, drawn=np.linspace(-3, 3, 99), rank=83, taken_for_real=0.12)
    )
    chart = robustness_chart.placebo([checks(), weak], english)
    assert "1 of 2 estimates stand out" in chart.alt
    assert "rank 83 of 100" in chart.alt
    assert "take 12 % of it for real" in chart.alt


def test_a_control_is_shown_with_its_widest_interval_in_its_own_measure(english):
    chart = robustness_chart.controls([checks()], english)
    # the smallest difference is a tenth of the spread of the control
    assert "+1.0 (−3.0 to +5.0)" in chart.alt
    assert "0 of 1 stand out" in chart.alt


def test_a_control_that_stands_out_is_counted(english):
    apart = checks().controls.assign(low=0.05)
    assert "1 of 1 stand out" in robustness_chart.controls([checks(controls=apart)], english).alt


def test_a_control_that_two_claims_share_is_counted_once(english):
    apart = checks().controls.assign(low=0.05)
    same = checks(sign=-1, controls=apart)
    same.case.hypothesis = "A1"
    alt = robustness_chart.controls([checks(controls=apart), same], english).alt
    assert "1 of 1 stand out" in alt
    assert alt.count("+1.0 (+0.5 to +5.0)") == 2


@pytest.mark.parametrize(
    "other", [{"estimate": 0.2}, {"year_outcome": 2019}, {"outcome": "crime_violence_rate"}]
)
def test_controls_of_regressions_of_their_own_are_each_counted(other, english):
    first = checks().controls
    both = [checks(), checks(controls=first.assign(**other))]
    assert "0 of 2 stand out" in robustness_chart.controls(both, english).alt
    elsewhere = checks()
    elsewhere.case.about = ABOUT | {"subset": "urbanity 5"}
    assert "0 of 2 stand out" in robustness_chart.controls([checks(), elsewhere], english).alt


def test_a_control_at_equal_density_has_a_row_of_its_own_and_is_not_counted(english):
    first = checks().controls.assign(low=0.05)
    both = pd.concat([first, first.assign(held="address_density")], ignore_index=True)
    chart = robustness_chart.controls([checks(controls=both)], english)
    assert "1 of 1 stand out" in chart.alt
    assert "Distance to public green, at equal density: +1.0" in chart.alt


def test_a_control_that_failed_is_not_drawn(english):
    lost = checks().controls.assign(status="column_missing")
    with pytest.raises(DataError, match="nothing to draw"):
        robustness_chart.controls([checks(controls=lost)], english)


def test_bounds_tell_how_many_areas_have_no_outcome(english):
    chart = stability_chart.bounds([checks()], english)
    assert "23 of 400" in chart.alt
    assert "from +1.2 to +1.8, at the extreme from −0.5 to +2.5" in chart.alt
    assert "0 of 1 estimates may become too small" in chart.alt


def test_an_estimate_that_rests_on_one_part_is_counted(english):
    assert "In 1 of 1 cases" in stability_chart.left_out([checks()], english).alt
    firm = checks().left_out.assign(estimate=4.0)
    assert "In 0 of 1 cases" in stability_chart.left_out([checks(left_out=firm)], english).alt


def test_rows_with_longer_labels_are_higher(english):
    axes = strips.strips(
        ["one", "two\nlines", "one"], lambda *_: None, "x", ("t", "a", "c"), english
    ).figure.axes[0]
    places = axes.get_yticks()
    assert places[0] > places[1] > places[2]
    low, high = axes.get_ylim()
    assert low < places[2]
    assert high > places[0]


def test_the_table_of_omitted_variables_shows_shares_and_the_worst_yardstick(edition):
    html = robustness_tables.omitted_table([checks(), failed()], edition).html
    for share in ("44\N{NO-BREAK SPACE}%", "31\N{NO-BREAK SPACE}%", "27\N{NO-BREAK SPACE}%"):
        assert share in html
    assert edition.held("share_65_plus") in html
    assert edition.say("reason", "not_identified") in html


def test_the_table_at_equal_density_has_the_widest_interval(edition):
    html = robustness_tables.density_table([checks(), failed()], edition).html
    sign = "," if edition.language == "nl" else "."
    assert f"+4{sign}0" in html
    assert f"+3{sign}5" in html
    assert f"+1{sign}7" in html
    assert f"+5{sign}3" in html
    assert html.count("A4") == 1


def test_without_density_the_table_says_so(edition):
    lost = pd.DataFrame({"estimate": [np.nan], "std_error": [np.nan], "status": ["column_missing"]})
    html = robustness_tables.density_table([checks(denser=lost)], edition).html
    assert edition.say("reason", "column_missing") in html


def test_the_table_of_what_is_left_out_counts_what_turns(edition):
    html = robustness_tables.left_out_table([checks(), failed()], edition).html
    assert "1 / 3" in html
    assert "(Alpha)" in html
    assert "(Gamma)" in html
    assert "Zuid, Alpha" in html
    assert edition.say("reason", "not_identified") in html


def test_the_table_of_withheld_figures_names_groups_in_words(edition):
    html = robustness_tables.withheld_table([checks()], edition).html
    assert edition.say("sample", "urbanity 5").lower() in html.lower()
    assert edition.say("robustness", "unknown").lower() in html.lower()
    assert "90\N{NO-BREAK SPACE}%" in html
    assert "nan" not in html


def rows_of_a4():
    shared = {"role": "robustness", "status": "ok"}
    base = fit("A4", "income_low", "owner-share", "robustness", 0.0, 1.0)
    made = [
        {"estimator": "omitted_variable", "sample": VALUE, "estimate": 0.44},
        {"estimator": "omitted_variable", "sample": SMALL, "estimate": 0.27},
        {"estimator": "omitted_variable", "sample": INTERVAL, "estimate": 0.31},
        {"estimator": "yardstick", "sample": f"{BASE}urbanity", "estimate": -2.95},
        {"estimator": "yardstick", "sample": f"{BASE}share_65_plus", "estimate": -3.1},
        {"estimator": "yardstick", "sample": f"{YARDSTICK}urbanity", "estimate": -1.7},
        {"estimator": "yardstick", "sample": f"{YARDSTICK}share_65_plus", "estimate": -2.9},
        {"estimator": "yardstick", "sample": "3 times as strong as urbanity", "estimate": 9.0},
        {"estimator": "leave_one_out", "sample": "without one municipality", "estimate": -2.95},
        {
            "estimator": "at_equal_density",
            "estimate": -2.4,
            "std_error": 0.3,
            "low": -3.0,
            "high": -1.8,
        },
        {
            "estimator": "at_equal_density",
            "estimate": -2.4,
            "std_error": 0.5,
            "low": -3.4,
            "high": -1.4,
        },
    ]
    return pd.DataFrame([base | shared | one for one in made])


def test_the_findings_say_how_strong_something_omitted_would_have_to_be(english):
    html = robustness_sentences.told(rows_of_a4(), english).html
    assert "<strong>A4.</strong>" in html
    assert "44 % of the remaining variation" in html
    assert "for 27 %" in html
    assert "With “class of urbanity” held constant the difference is" in html
    assert "−1.7 percentage points would be left" in html
    assert "density held constant too, the difference is −2.40 percentage points" in html
    assert "−3.40 to −1.40" in html


def test_what_a_yardstick_leaves_is_told_of_the_estimate_that_it_is_held_constant_in(english):
    rows = rows_of_a4()
    base = rows["sample"].eq(f"{BASE}urbanity")
    html = robustness_sentences.told(
        rows.assign(estimate=rows["estimate"].mask(base, -3.4)), english
    ).html
    assert "the difference is −3.4 percentage points;" in html
    assert "−1.7 percentage points would be left" in html
    beside = checks().yardsticks.assign(
        estimate=[5.0] * 3 + [4.0, np.nan], adjusted=[1.0] * 4 + [np.nan]
    )
    table = robustness_tables.omitted_table([checks(yardsticks=beside)], english).html
    assert "class of urbanity: +1.00 percentage points of +5.00 percentage points" in table


def test_what_is_told_is_the_yardstick_that_leaves_least_not_the_one_that_takes_most(english):
    """From a larger estimate more can be taken, and yet more be left."""
    rows = rows_of_a4()
    taken = rows["sample"].eq(f"{BASE}share_65_plus")
    large = rows.assign(estimate=rows["estimate"].mask(taken, -9.0))
    assert (
        "With “class of urbanity” held constant" in robustness_sentences.told(large, english).html
    )
    beside = checks().yardsticks.assign(
        estimate=[4.0] * 3 + [9.0, np.nan], adjusted=[1, 0, 0, 2, 0]
    )
    html = robustness_tables.omitted_table([checks(yardsticks=beside)], english).html
    assert "class of urbanity: +1.00" in html


def test_the_findings_are_told_in_both_languages(edition):
    html = robustness_sentences.told(rows_of_a4(), edition).html
    assert f'lang="{edition.language}"' in html
    assert edition.held("urbanity") in html


def test_a_claim_that_could_not_be_checked_gives_its_reason(english):
    rows = rows_of_a4().head(1).assign(status="not_identified", estimate=np.nan)
    html = robustness_sentences.told(rows, english).html
    assert english.say("reason", "not_identified") in html
    assert "%" not in html


def test_without_checks_the_findings_say_so(english):
    html = robustness_sentences.told(rows_of_a4().assign(role="gate"), english).html
    assert english.say("robustness", "nothing") in html


def with_control(low, high, held=(-0.1, 0.1)):
    own = {"estimator": "negative_control", "outcome": "school_distance"}
    ends = [{"sample": CONTROL, "low": low, "high": high}]
    ends.append({"sample": "density held constant too", "low": held[0], "high": held[1]})
    first = rows_of_a4().iloc[0].to_dict()
    rows = [first | own | one | {"estimate": -0.06, "std_error": 0.02} for one in ends]
    return pd.concat([rows_of_a4(), pd.DataFrame(rows)], ignore_index=True)


def test_a_negative_control_that_stands_out_is_a_warning_on_the_findings(english):
    html = robustness_sentences.told(with_control(-0.1, -0.02), english).html
    assert "Warning: the same model also finds a difference" in html
    assert "−0.100 to −0.020" in html
    assert "can no longer be told from zero" in html


def test_a_negative_control_that_stays_at_equal_density_is_said_to(english):
    html = robustness_sentences.told(with_control(-0.1, -0.02, (-0.1, -0.01)), english).html
    assert "stays so at equal address density: −0.060 km (95 %: −0.100 to −0.010)" in html


def test_a_negative_control_around_zero_is_no_warning(english):
    assert "Warning" not in robustness_sentences.told(with_control(-0.1, 0.02), english).html


def test_the_findings_say_how_much_noise_is_as_strong_and_what_the_interval_takes(english):
    noise = rows_of_a4().head(1).assign(estimator="spatial_placebo", p=0.022)
    html = robustness_sentences.told(pd.concat([rows_of_a4(), noise]), english).html
    assert "in the place of “Owner-occupied”, 2.2 % go with the outcome as strongly or more" in html
    assert "At 31 % the interval no longer excludes zero" in html


def test_an_interval_with_zero_in_it_is_said_to_have_it(english):
    rows = rows_of_a4()
    held = rows["sample"].eq(robustness_sentences.INTERVAL)
    html = robustness_sentences.told(rows.assign(estimate=rows["estimate"].mask(held, 0)), english)
    assert "does not exclude zero as it is" in html.html


def test_a_yardstick_that_turns_the_sign_is_said_to(english):
    rows = rows_of_a4()
    once = rows["sample"].str.startswith(robustness_sentences.YARDSTICK)
    assert "turn it round" not in robustness_sentences.told(rows, english).html
    turned = rows.assign(estimate=rows["estimate"].mask(once, -rows["estimate"]))
    assert "would be left: such a second feature would turn it round." in (
        robustness_sentences.told(turned, english).html
    )


def test_claims_that_least_squares_do_not_decide_are_named_as_not_checked(english):
    decided = rows_of_a4().head(2).assign(role="primary", hypothesis=["B1", "A3"])
    html = robustness_sentences.told(pd.concat([rows_of_a4(), decided]), english).html
    assert "ordinary least squares in one year do not decide them: A3, B1." in html
