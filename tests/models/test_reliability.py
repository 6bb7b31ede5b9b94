"""How much of the spread between areas is more than chance in the measurement."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from nplvanalysis.errors import NoVariationError, UnreliableError
from nplvanalysis.models import registered, reliability
from nplvanalysis.models.reliability import Measured

ONES = np.ones(6)
VALUES = np.array([3.0, 8.0, 8.0, 1.0, 12.0, 5.0])
UNKNOWN = np.full(6, np.nan)


def measured(values=VALUES, chance=UNKNOWN, again=UNKNOWN) -> Measured:
    return Measured(np.asarray(values, float), np.asarray(chance, float), np.asarray(again, float))


def test_a_correlation_is_corrected_as_spearman_wrote_it():
    """Spearman (1904): r / sqrt(r_xx r_yy), worked by hand: .38 / sqrt(.7 x .6)."""
    assert reliability.disattenuated(0.38, 0.7, 0.6) == pytest.approx(0.5863526, abs=1e-6)


def test_a_corrected_correlation_may_pass_one():
    assert reliability.disattenuated(0.8, 0.7, 0.7) > 1


def test_a_weighted_correlation_is_that_of_repeated_areas():
    other, weights = np.array([1.0, 4.0, 2.0, 2.0, 9.0, 5.0]), np.array([1, 2, 3, 1, 2, 4])
    repeated = np.corrcoef(np.repeat(VALUES, weights), np.repeat(other, weights))[0, 1]
    found = reliability.correlation(VALUES, other, weights)
    assert found == pytest.approx(repeated, abs=1e-12)


def test_reliability_is_one_less_error_over_spread():
    chance = np.array([1.0, 2.0, 3.0, 1.0, 2.0, 3.0])
    found = reliability.from_chance(measured(chance=chance), ONES)
    assert found == pytest.approx(1 - 2.0 / VALUES.var(), abs=1e-12)


def test_published_bounds_give_the_error_of_a_survey():
    """A share of 20 % among 400 persons has a standard error of 2 points."""
    reach = 1.959964 * 2
    table = pd.DataFrame({"felt": [20.0], "felt_low": [20 - reach], "felt_high": [20 + reach]})
    assert registered.survey_variance(table, "felt") == pytest.approx([4.0])


def test_without_published_bounds_the_error_of_a_survey_is_unknown():
    assert np.isnan(registered.survey_variance(pd.DataFrame({"felt": [20.0]}), "felt")).all()


def test_without_known_error_reliability_runs_from_that_of_two_waves_to_one():
    again = np.array([4.0, 7.0, 9.0, 3.0, 10.0, 2.0])
    found = reliability.reliability(measured(again=again), ONES)
    assert found == pytest.approx((np.corrcoef(VALUES, again)[0, 1], 1.0))


def test_with_one_wave_and_no_known_error_a_stated_reliability_is_the_least():
    assert reliability.reliability(measured(), ONES) == (reliability.STATED, 1.0)


def test_the_lowest_reliability_takes_all_change_between_waves_for_error():
    again = np.array([4.0, 7.0, 9.0, 3.0, 10.0, 2.0])
    both = measured(chance=np.full(6, 0.1), again=again)
    assert reliability.least(both, ONES) == pytest.approx(np.corrcoef(VALUES, again)[0, 1])
    opposite = measured(chance=np.full(6, 0.1), again=-again)
    assert reliability.least(opposite, ONES) == reliability.LEAST


def test_where_errors_are_at_least_those_of_chance_reliability_is_a_range():
    again = VALUES + np.array([2.0, -1.0, 0.5, 2.0, -2.0, 0.0])
    chance = np.full(6, 0.1)
    exact = measured(chance=chance, again=again)
    counted = replace(exact, at_least=True)
    waves, known = np.corrcoef(VALUES, again)[0, 1], 1 - 0.1 / VALUES.var()
    assert reliability.reliability(exact, ONES) == pytest.approx((known, known), abs=1e-9)
    assert reliability.reliability(counted, ONES) == pytest.approx((waves, known), abs=1e-9)
    assert reliability.ranked(counted, ONES).at_least
    assert counted.subset(ONES > 0).at_least


def test_waves_that_are_more_alike_than_chance_allows_do_not_raise_a_reliability():
    counted = replace(measured(chance=np.full(6, 1.0), again=VALUES), at_least=True)
    known = 1 - 1.0 / VALUES.var()
    assert reliability.reliability(counted, ONES) == pytest.approx((known, known), abs=1e-9)


def test_with_one_wave_only_chance_is_known():
    counted = replace(measured(chance=np.full(6, 1.0)), at_least=True)
    low, high = reliability.reliability(counted, ONES)
    assert low == high


def test_a_measure_that_is_nearly_all_error_is_refused():
    noisy = measured(chance=np.full(6, 0.9 * VALUES.var()))
    with pytest.raises(UnreliableError, match="hardly more than chance"):
        reliability.reliability(noisy, ONES)


def test_a_measure_that_is_the_same_everywhere_is_refused():
    with pytest.raises(NoVariationError):
        reliability.correlation(np.full(6, 2.1), VALUES, ONES * 0.3)


def test_equal_values_share_their_ranks_as_in_scipy():
    ranks = reliability.ranked(measured(), ONES).values
    assert ranks == pytest.approx((stats.rankdata(VALUES) - 0.5) / 6, abs=1e-12)


def test_correlations_of_ranks_are_those_of_scipy_with_ties():
    other = np.array([2.0, 2.0, 7.0, 1.0, 9.0, 7.0])
    ranks = [reliability.ranked(measured(one), ONES).values for one in (VALUES, other)]
    expected = stats.spearmanr(VALUES, other).statistic
    assert reliability.correlation(*ranks, ONES) == pytest.approx(expected, abs=1e-12)


def test_the_error_of_a_rank_is_that_of_pairs_of_values_passed_together():
    """Textbook second moment: the mean over all pairs of the chance of passing both."""
    chance = np.array([4.0, 1.0, 0.5, 2.0, 3.0, 1.0])
    one = measured(chance=chance)
    real = VALUES.var() - chance.mean()
    centres = VALUES.mean() + np.sqrt(real / (real + chance)) * (VALUES - VALUES.mean())
    expected = []
    for centre, error in zip(centres, np.sqrt(chance), strict=True):
        passed = [stats.norm.cdf((centre - value) / error) for value in VALUES]
        both = [min(a, b) for a in passed for b in passed]
        expected.append(np.mean(both) - np.mean(passed) ** 2)
    assert reliability.ranked(one, ONES).chance == pytest.approx(expected, abs=1e-12)


def test_a_rank_without_error_has_none_and_an_unknown_one_stays_unknown():
    chance = np.array([0.0, 1.0, 1.0, np.nan, 0.0, 1.0])
    found = reliability.ranked(measured(chance=chance), ONES).chance
    assert found[[0, 4]].tolist() == [0.0, 0.0]
    assert np.isnan(found[3])


@pytest.mark.parametrize("alike", [1.0, 0.4])
def test_ranks_of_noisy_measures_are_freed_from_their_noise(alike):
    """Fifty cities with Gaussian errors: the mean corrected correlation is that without error."""
    rng = np.random.default_rng(11)
    found, wanted = [], []
    for _ in range(50):
        one, rest = rng.normal(size=(2, 300))
        other = alike * one + np.sqrt(1 - alike**2) * rest
        sides = [
            reliability.ranked(
                Measured(
                    v + rng.normal(scale=0.6, size=300), np.full(300, 0.36), np.full(300, 0.0)
                ),
                np.ones(300),
            )
            for v in (one, other)
        ]
        observed = reliability.correlation(sides[0].values, sides[1].values, np.ones(300))
        ends = [reliability.from_chance(side, np.ones(300)) for side in sides]
        found.append(reliability.disattenuated(observed, *ends))
        wanted.append(stats.spearmanr(one, other).statistic)
    difference = np.array(found) - np.array(wanted)
    assert abs(difference.mean()) < 3 * difference.std(ddof=1) / np.sqrt(50)
