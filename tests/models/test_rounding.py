"""Two-way fixed effects of an exposure that is published in steps."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from nplvanalysis.errors import UnreliableError
from nplvanalysis.models.area_years import AreaYears
from nplvanalysis.models.corrected_errors import cr1
from nplvanalysis.models.demeaned import within_design
from nplvanalysis.models.errors_in_variables import correct
from nplvanalysis.models.jackknife import jackknife_error
from nplvanalysis.models.regression import fit
from nplvanalysis.models.rounding import without_rounding
from nplvanalysis.models.two_way import (
    AS_PUBLISHED,
    FIRST_DIFFERENCES,
    LAGGED,
    LATER,
    PLAIN,
    absorbed,
    estimate_two_way,
)

from .moving_city import asked, make_moving_city, with_models

# Kilometres between decimals, and what one kilometre goes with.
STEP, EFFECT = 0.1, 50.0
WAVES = 6


def drawn(rng, areas=120, moves=0.07, effect=EFFECT, noise=2.0, step=STEP) -> AreaYears:
    """Areas of a size of their own in 30 regions; distances wander by less than the step."""
    codes = np.repeat(np.arange(areas), WAVES)
    region = codes % 30
    year = np.tile(np.arange(WAVES), areas)
    distance = rng.uniform(0.5, 3, areas)[codes] + rng.normal(0, moves, len(codes))
    shocks = rng.normal(0, 3, (30, WAVES))[region, year]
    level = rng.normal(0, 5, areas)[codes]
    outcome = level + shocks + effect * distance + rng.normal(0, noise, len(codes))
    table = pd.DataFrame(
        {
            "code": codes.astype(str),
            "year": year,
            "outcome": outcome,
            "distance": np.round(distance / step) * step if step else distance,
            "weight": rng.uniform(0.5, 3, areas)[codes],
            "region": region,
            "cluster": region,
        }
    )
    return AreaYears(table, "outcome", ["distance"], [], regional=True)


def with_trend(made: AreaYears) -> AreaYears:
    """Hold constant a level of the first wave times a later year."""
    level = made.table["code"].astype(int) % 7 * (made.table["year"] == WAVES - 1)
    return replace(made, table=made.table.assign(trend=level.astype(float)), trends=["trend"])


def later(made: AreaYears, lead: int) -> AreaYears:
    """Set the distance of later waves beside that of the same wave."""
    ahead = made.table.groupby("code")["distance"].shift(-lead)
    table = made.table.assign(**{"distance now": made.table["distance"], "distance": ahead})
    table = table.dropna().reset_index(drop=True)
    return replace(made, table=table, trends=["distance now"], lag=-lead)


def taken_out(made: AreaYears, step=STEP):
    return without_rounding(made, fit(within_design(made)), step)


def dummies(made: AreaYears) -> np.ndarray:
    """All effects written out."""
    table = made.table
    cells = table["region"] * 100 + table["year"] if made.regional else table["year"]
    parts = [pd.get_dummies(cells, dtype=float)]
    parts += [pd.get_dummies(table["code"], dtype=float)] if made.levels else []
    return np.column_stack(parts)


def kept(made: AreaYears) -> tuple[np.ndarray, np.ndarray]:
    """The projection off all effects, in root weights, and the roots."""
    root = np.sqrt(made.table["weight"].to_numpy(float))
    effects = root[:, None] * dummies(made)
    return np.eye(len(root)) - effects @ np.linalg.pinv(effects), root


def error_of(made: AreaYears, ahead: int) -> np.ndarray:
    """Variance of errors by row between a column and one `ahead` waves later, in root weights."""
    table = made.table
    same = table["code"].to_numpy()[:, None] == table["code"].to_numpy()
    apart = table["year"].to_numpy()[None, :] - table["year"].to_numpy()[:, None]
    return same * (apart == ahead) * STEP**2 / 12


def textbook(made: AreaYears, error: np.ndarray) -> np.ndarray:
    """Fuller (1987, section 2.2) with dummies: (X'MX - L)^-1 X'My."""
    keep, root = kept(made)
    columns = root[:, None] * made.table[[*made.terms, *made.trends]].to_numpy(float)
    outcome = root * made.table[made.outcome].to_numpy(float)
    return np.linalg.solve(columns.T @ keep @ columns - error, columns.T @ keep @ outcome)


def expected_error(made: AreaYears, variance: np.ndarray) -> float:
    keep, root = kept(made)
    return float(np.trace(keep @ (root[:, None] * variance * root)))


def test_the_estimate_is_that_of_the_textbook_with_dummies_written_out():
    made = with_trend(drawn(np.random.default_rng(1), areas=36))
    error = np.diag([expected_error(made, error_of(made, 0)), 0.0])
    assert taken_out(made).estimate == pytest.approx(textbook(made, error)[0], rel=1e-9)


def test_years_that_all_regions_share_give_the_textbook_estimate():
    """Their columns are known without error: nothing of the error is lost to them."""
    made = replace(drawn(np.random.default_rng(2), areas=36), regional=False)
    root = np.sqrt(made.table["weight"].to_numpy(float))
    areas = root[:, None] * pd.get_dummies(made.table["code"], dtype=float).to_numpy()
    keep = np.eye(len(root)) - areas @ np.linalg.pinv(areas)
    error = np.trace(keep @ (root[:, None] * error_of(made, 0) * root))
    found = textbook(made, np.array([[error]]))[0]
    assert taken_out(made).estimate == pytest.approx(found, rel=1e-9)


def test_a_later_distance_shares_its_errors_with_that_of_its_own_wave():
    made = later(drawn(np.random.default_rng(3), areas=36), 2)
    own, across = (expected_error(made, error_of(made, ahead)) for ahead in (0, 2))
    error = np.array([[own, across], [across, own]])
    assert taken_out(made).estimate == pytest.approx(textbook(made, error)[0], rel=1e-9)


def test_changes_hold_the_errors_of_two_waves():
    made = drawn(np.random.default_rng(4), areas=36).differenced()
    # twice that of a wave; effects of years do not mix those of different waves
    error = np.array([[expected_error(made, 2 * error_of(made, 0))]])
    assert taken_out(made).estimate == pytest.approx(textbook(made, error)[0], rel=1e-9)


def test_it_is_what_errors_in_variables_give():
    made = with_trend(drawn(np.random.default_rng(5)))
    within = fit(within_design(made))
    sizes = np.bincount(made.cells, within.design.weights)[made.cells]
    variance = STEP**2 / 12 * (1 - within.design.weights / sizes)
    other, found = correct(within, "distance", variance), taken_out(made)
    assert found.estimate == pytest.approx(other.estimate, rel=1e-9)
    assert found.left == pytest.approx(other.left, rel=1e-9)
    # of which the factor counts no effect
    rows, slopes = within.regressors.shape
    factor = np.sqrt((rows - slopes) / (rows - slopes - 1))
    assert found.cr1 == pytest.approx(factor * cr1(other), rel=1e-9)


def test_the_jackknife_leaves_out_each_cluster_and_corrects_anew():
    made = drawn(np.random.default_rng(6))
    without = []
    for cluster in range(30):
        rest = made.table[made.table["cluster"] != cluster].reset_index(drop=True)
        without.append(taken_out(replace(made, table=rest)).estimate)
    found = taken_out(made)
    apart = np.array(without) - found.estimate
    assert found.cr3 == pytest.approx(np.sqrt(29 / 30 * apart @ apart), rel=1e-7)


def test_hardly_any_rounding_changes_nothing():
    made = with_trend(drawn(np.random.default_rng(7), step=0))
    within = fit(within_design(made))
    found, plain = without_rounding(made, within, 1e-9), absorbed(made, within)
    assert found.estimate == pytest.approx(plain.estimate, rel=1e-9)
    assert found.cr1 == pytest.approx(plain.std_errors["CR1"], rel=1e-8)
    assert found.cr3 == pytest.approx(jackknife_error(within), rel=1e-9)


@pytest.fixture(scope="module")
def simulated() -> pd.DataFrame:
    """Estimates of 100 draws, corrected and as published, of levels and of changes."""
    rng, found = np.random.default_rng(8), []
    for _ in range(100):
        made = drawn(rng)
        own = taken_out(made)
        ahead = later(made, 2)
        found.append(
            {
                "corrected": own.estimate,
                "cr1": own.cr1,
                "cr3": own.cr3,
                "published": fit(within_design(made)).estimate,
                "changes": taken_out(made.differenced()).estimate,
                "later": taken_out(ahead).estimate,
            }
        )
    return pd.DataFrame(found)


def off(estimates: pd.Series, truth: float) -> float:
    """How many Monte Carlo errors the mean is from the truth."""
    return abs(estimates.mean() - truth) / (estimates.std() / np.sqrt(len(estimates)))


@pytest.mark.parametrize("which", ["corrected", "changes"])
def test_simulated_truth_is_recovered(simulated, which):
    assert off(simulated[which], EFFECT) < 2


def test_what_is_published_falls_short_by_the_share_of_rounding(simulated):
    short = 0.07**2 / (0.07**2 + STEP**2 / 12)
    assert simulated["published"].mean() == pytest.approx(short * EFFECT, rel=0.01)


def test_a_later_distance_that_does_nothing_gets_nothing(simulated):
    assert off(simulated["later"], 0) < 2


@pytest.mark.parametrize("kind", ["cr1", "cr3"])
def test_intervals_cover_the_truth(simulated, kind):
    inside = (simulated["corrected"] - EFFECT).abs() < 2.045 * simulated[kind]
    assert 0.9 <= inside.mean() <= 0.99


def test_a_distance_that_is_nearly_all_rounding_is_refused():
    made = drawn(np.random.default_rng(9))
    with pytest.raises(UnreliableError, match="rounding"):
        taken_out(made, step=0.27)


def test_a_distance_that_mostly_stands_still_is_refused():
    made = drawn(np.random.default_rng(10), moves=0.03)
    with pytest.raises(UnreliableError, match="stands still"):
        taken_out(made)


def rounded(study, name="owner-to-corporation", step=4.0):
    """The study with tenure published in steps."""
    known = study.models.specifications
    one = known[name].model_copy(update={"rounded_to": step})
    return with_models(study, specifications=known | {name: one})


def test_the_row_is_corrected_and_what_is_published_stays_beside_it(study):
    city = make_moving_city()
    city["tenure_corporation"] = (city["tenure_corporation"] / 4).round() * 4
    plain, found = (
        estimate_two_way(city, asked(), one, np.random.default_rng(1))
        for one in (study, rounded(study))
    )
    beside = found[found["sample"] == AS_PUBLISHED]
    own = plain[plain["role"] == "primary"].set_index("standard_errors")
    assert beside["role"].tolist() == ["sensitivity"]
    assert beside["estimate"].iloc[0] == pytest.approx(own.loc["CR1", "estimate"], rel=1e-12)
    assert set(plain["sample"]) == set(found["sample"]) - {AS_PUBLISHED}
    both = found.merge(plain, on=["role", "weights", "controls", "sample", "standard_errors"])
    larger = both["estimate_x"].abs() > both["estimate_y"].abs()
    assert larger[both["role"].isin(["primary", "gate"])].all()
    assert {LAGGED, FIRST_DIFFERENCES, PLAIN, LATER} < set(both["sample"])


def test_a_row_that_is_nearly_all_rounding_gives_its_reason(study):
    found = estimate_two_way(
        make_moving_city(), asked(), rounded(study, step=30.0), np.random.default_rng(1)
    )
    own = found[found["role"] == "primary"].iloc[0]
    assert own["status"] == "unreliable"
    assert np.isnan(own["estimate"])
    assert found.loc[found["sample"] == AS_PUBLISHED, "status"].iloc[0] == "ok"
