"""What has no second implementation beside it elsewhere, against one: a peer or the textbook."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from linearmodels.panel import PanelOLS
from statsmodels.regression.tests.results.results_regression import Longley

from nplvanalysis.models.design import Design
from nplvanalysis.models.lagged import REVERSE, estimate_lagged
from nplvanalysis.models.leads import EARLIER, HELD, estimate_leads
from nplvanalysis.models.regression import contrast_r2, fit
from nplvanalysis.models.two_way import FIRST_DIFFERENCES, LAGGED, LATER, PLAIN, estimate_two_way

from .moving_city import TERMS, WAVES, asked, make_moving_city

OUTCOME = "crime_violence_rate"
CONTRAST = TERMS[0]
NEVER = np.random.default_rng(0)


@pytest.fixture(scope="module")
def city() -> pd.DataFrame:
    """Areas that are all large enough, so that the peers need no choice of areas."""
    made = make_moving_city()
    return made.assign(dwellings=made["dwellings"] + 100)


@pytest.fixture(scope="module")
def wide(city) -> pd.DataFrame:
    return city.pivot(index="code", columns="year", values=[OUTCOME, *TERMS])


@pytest.fixture(scope="module")
def first(city) -> pd.DataFrame:
    return city[city["year"] == WAVES[0]].set_index("code")


def longley() -> tuple[Design, Longley]:
    """The data and the certified numbers of NIST."""
    data = sm.datasets.longley.load_pandas()
    count = len(data.endog)
    made = Design(
        codes=np.arange(count).astype(str),
        outcome=data.endog.to_numpy(float),
        columns=data.exog.to_numpy(float),
        names=tuple(data.exog.columns),
        position=0,
        weights=np.ones(count),
        groups=np.zeros(count, dtype=np.int64),
        clusters=np.arange(count),
        places=np.full((count, 2), np.nan),
    )
    return made, Longley()


def test_least_squares_has_the_certified_numbers_of_longley():
    made, certified = longley()
    fitted = fit(made)
    np.testing.assert_allclose(fitted.estimates, certified.params[:-1], rtol=1e-7)
    spread = fitted.residuals @ fitted.residuals / fitted.degrees
    errors = np.sqrt(spread * np.diag(fitted.bread))
    np.testing.assert_allclose(errors, certified.bse[:-1], rtol=1e-7)
    total = np.sum((made.outcome - made.outcome.mean()) ** 2)
    assert 1 - fitted.residuals @ fitted.residuals / total == pytest.approx(
        0.995479004577296, rel=1e-9
    )


def test_the_share_that_the_others_explain_is_that_of_a_regression_on_them():
    made, _ = longley()
    own, others = made.columns[:, 0], sm.add_constant(made.columns[:, 1:])
    assert contrast_r2(fit(made)) == pytest.approx(sm.OLS(own, others).fit().rsquared, rel=1e-8)


def by_dummies(
    outcome: pd.Series, columns: pd.DataFrame, first: pd.DataFrame
) -> tuple[float, float]:
    """Weighted least squares with a dummy per municipality and class; the first slope, with CR1."""
    groups = first[["municipality", "urbanity"]].astype(str)
    dummies = pd.get_dummies(groups, drop_first=True, dtype=float)
    every = sm.add_constant(pd.concat([columns, dummies], axis=1))
    clusters = first["municipality"].factorize()[0]
    peer = sm.WLS(outcome, every, weights=first["dwellings"]).fit(
        cov_type="cluster", cov_kwds={"groups": clusters, "use_correction": False}
    )
    rows, count = len(outcome), clusters.max() + 1
    # the municipalities are nested in the clusters, and not counted
    slopes = columns.shape[1] + first["urbanity"].nunique() - 1
    factor = count / (count - 1) * (rows - 1) / (rows - slopes)
    return float(peer.params.iloc[1]), float(peer.bse.iloc[1] * np.sqrt(factor))


def moved(wide: pd.DataFrame, years: tuple[int, int], names: list[str]) -> pd.DataFrame:
    """Later less earlier."""
    return pd.DataFrame({name: wide[name][years[1]] - wide[name][years[0]] for name in names})


def cr1_row(made: pd.DataFrame, **labels: str) -> pd.Series:
    """Find the row with CR1 of some labels."""
    kept = made[made["standard_errors"] == "CR1"]
    for name, value in labels.items():
        kept = kept[kept[name] == value]
    return kept.iloc[0]


def test_a_lead_is_the_regression_of_an_earlier_change_on_a_later_one(city, wide, first, study):
    row = asked(year_first=2018)
    made = estimate_leads(city, row, study, NEVER)
    earlier = moved(wide, (2016, 2018), [OUTCOME])[OUTCOME]
    later, own = moved(wide, (2018, 2020), TERMS), moved(wide, (2016, 2018), TERMS)
    at = city[city["year"] == 2018].set_index("code")
    peers = {EARLIER: later, HELD: pd.concat([later, own.add_suffix("_before")], axis=1)}
    for sample, columns in peers.items():
        estimate, error = by_dummies(earlier, columns, at)
        found = cr1_row(made, sample=sample)
        assert found["estimate"] == pytest.approx(10 * estimate, rel=1e-8)
        assert found["std_error"] == pytest.approx(10 * error, rel=1e-8)


def test_a_lagged_change_is_the_regression_of_a_later_change_on_an_earlier_one(
    city, wide, first, study
):
    row = asked(year_first=2014, year_exposure=2016, year_outcome=2018)
    made = estimate_lagged(city, row, study, NEVER)
    later = moved(wide, (2016, 2018), [OUTCOME, CONTRAST])
    earlier = moved(wide, (2014, 2016), [OUTCOME, *TERMS])
    estimate, error = by_dummies(later[OUTCOME], earlier[TERMS], first)
    found = cr1_row(made, role="primary")
    assert found["estimate"] == pytest.approx(10 * estimate, rel=1e-8)
    assert found["std_error"] == pytest.approx(10 * error, rel=1e-8)
    estimate, error = by_dummies(later[CONTRAST], earlier[[OUTCOME]], first)
    found = cr1_row(made, sample=REVERSE)
    assert found["estimate"] == pytest.approx(estimate, rel=1e-8)
    assert found["std_error"] == pytest.approx(error, rel=1e-8)


def shifted(city: pd.DataFrame, waves: int) -> pd.DataFrame:
    """Put tenure of so many waves earlier (below 0: later) in the place of its own."""
    ordered = city.sort_values(["code", "year"])
    others = ordered.groupby("code")[TERMS].shift(waves)
    return ordered.assign(**{name: others[name] for name in TERMS}).dropna(subset=TERMS)


def two_way_peer(rows: pd.DataFrame, columns: list[str], plain: bool = False) -> float:
    """Fixed effects of areas and of municipality-years by linearmodels, with trends by class."""
    data = rows.assign(cell=rows["municipality"] + rows["year"].astype(str))
    data["weight"] = data.groupby("code")["dwellings"].transform("first")
    held = []
    if not plain:
        level = data.groupby("code")["urbanity"].transform("first")
        for one in sorted(level.unique())[1:]:
            for year in sorted(data["year"].unique())[1:]:
                held.append(f"class {one} {year}")
                data[held[-1]] = (level.eq(one) & data["year"].eq(year)).astype(float)
    effects = {"time_effects": True} if plain else {}
    data = data.set_index(["code", "year"])
    cells = None if plain else data["cell"].astype("category").to_frame()
    model = PanelOLS(
        data[OUTCOME],
        data[[*columns, *held]].astype(float),
        weights=data["weight"],
        entity_effects=True,
        other_effects=cells,
        **effects,
    )
    return float(model.fit().params[columns[0]])


@pytest.fixture
def two_way(city, study) -> pd.DataFrame:
    made = estimate_two_way(city, asked(), study, NEVER)
    return made[made["standard_errors"] == "CR1"].set_index("sample")["estimate"]


def test_two_way_with_years_of_municipalities_equals_linearmodels(city, two_way):
    assert two_way.loc["main"].iloc[0] == pytest.approx(10 * two_way_peer(city, TERMS), rel=1e-6)
    assert two_way.loc[PLAIN] == pytest.approx(10 * two_way_peer(city, TERMS, True), rel=1e-6)


def test_earlier_and_later_tenure_equal_linearmodels(city, two_way):
    assert two_way.loc[LAGGED] == pytest.approx(
        10 * two_way_peer(shifted(city, 1), TERMS), rel=1e-6
    )
    now = [f"{name} now" for name in TERMS]
    kept = city.assign(**dict(zip(now, (city[name] for name in TERMS), strict=True)))
    later = two_way_peer(shifted(kept, -2), [*TERMS, *now])
    assert two_way.loc[LATER] == pytest.approx(10 * later, rel=1e-6)


def test_first_differences_equal_a_regression_with_dummies(city, two_way):
    ordered = city.sort_values(["code", "year"])
    by = ordered.groupby("code")
    changed = ordered.assign(
        weight=by["dwellings"].transform("first"),
        **{name: by[name].diff() for name in (OUTCOME, *TERMS)},
    ).dropna(subset=OUTCOME)
    cells = changed["municipality"] + changed["year"].astype(str)
    classes = changed["urbanity"].astype(str) + " in " + changed["year"].astype(str)
    dummies = pd.concat(
        [
            pd.get_dummies(cells, dtype=float),
            pd.get_dummies(classes[changed["urbanity"] > 1], dtype=float),
        ],
        axis=1,
    ).fillna(0)
    columns = pd.concat([changed[TERMS], dummies], axis=1)
    peer = sm.WLS(changed[OUTCOME], columns, weights=changed["weight"]).fit()
    assert two_way.loc[FIRST_DIFFERENCES] == pytest.approx(10 * peer.params[CONTRAST], rel=1e-8)
