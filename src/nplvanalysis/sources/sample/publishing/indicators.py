"""Published figures: what each is computed of, how it is rounded, and when it is kept secret."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

# Least numbers below which the publisher gives no figure.
DWELLINGS, PERSONS_WITH_INCOME, CLIENTS, RESIDENTS = 20, 100, 8, 10


@dataclass(frozen=True)
class Indicator:
    """A figure: numerator over denominator, times `per`, with `decimals`.

    Attributes
    ----------
    of, over : str
        Columns of `derived.exact`; `over` is empty for a count.
    step : int
        A count is rounded to this below gemeente, and to `coarse` for gemeente and land.
    need : (str, int)
        Without this least value of this column the figure is secret.
    """

    of: str
    over: str = ""
    per: float = 1.0
    decimals: int = 0
    step: int = 5
    coarse: int = 1
    need: tuple[str, int] = ("hectares", 0)


def _shares(over: str, need: tuple[str, int], **of: str) -> dict[str, Indicator]:
    return {name: Indicator(column, over, 100, need=need) for name, column in of.items()}


_SOME, _ANY = ("population", 1), ("dwellings", DWELLINGS)
_KNOWN, _INCOME = ("tenure_known", DWELLINGS), ("population", PERSONS_WITH_INCOME)
_BENEFITS = {
    "social_assistance": "social_assistance_rate_count",
    "disability": "disability_rate_count",
    "unemployment": "unemployment_rate_count",
    "state_pension": "pensioners",
}
_COUNTS = [
    *("population", "men", "women", "households", "single_households"),
    *("households_with_children", "households_without_children", "western", "non_western"),
    *("origin_dutch", "origin_europe", "origin_outside_europe"),
    *("born_here_dutch", "born_here_europe", "born_here_outside"),
    *("born_elsewhere_europe", "born_elsewhere_outside"),
]
AGES = {"00_14": "0_14", "15_24": "15_24", "25_44": "25_44", "45_64": "45_64", "65_oo": "65_plus"}
INDICATORS = {
    **{name: Indicator(name) for name in _COUNTS},
    **{f"persons_{age}": Indicator(f"persons_{age}") for age in AGES.values()},
    **{
        f"share_{age}": Indicator(f"persons_{age}", "population", 100, need=_SOME)
        for age in AGES.values()
    },
    **_shares(
        "population",
        _SOME,
        share_western="western",
        share_non_western="non_western",
    ),
    **_shares(
        "households",
        _SOME,
        share_single="single_households",
        share_without_children="households_without_children",
        share_with_children="households_with_children",
    ),
    "household_size": Indicator("population", "households", decimals=1, need=_SOME),
    "population_density": Indicator("population", "land_km2"),
    "dwellings": Indicator("dwellings", step=1),
    "new_homes": Indicator("new_this_year", step=1),
    "woz": Indicator("woz_sum", "dwellings", need=_ANY),
    **_shares(
        "dwellings",
        _ANY,
        single_family="single_family",
        flats="flats",
        terraced="terraced",
        corner="corner",
        semi_detached="semi_detached",
        detached="detached",
        lived_in="lived_in",
        vacant="vacant_homes",
        built_before_2000="older_homes",
        built_from_2000="recent_homes",
        built_longer_ago="not_new_homes",
        built_last_ten_years="new_homes",
    ),
    **_shares(
        "dwellings",
        _KNOWN,
        owner_occupied="owner",
        rented="rented",
        corporation_rent="corporation",
        other_rent="other",
        tenure_unknown="unknown",
    ),
    "income_recipients": Indicator("earners", step=100, coarse=100, need=_INCOME),
    "income_per_recipient": Indicator("income", "earners", decimals=1, need=_INCOME),
    "income_per_resident": Indicator("income", "population", decimals=1, need=_INCOME),
    "income_low": Indicator("low", "population", 100, 1, need=_INCOME),
    "income_high": Indicator("high", "population", 100, 1, need=_INCOME),
    **{name: Indicator(of, step=10, coarse=10) for name, of in _BENEFITS.items()},
    "youth_care_clients": Indicator("youth_care", coarse=5, need=("youth_care", CLIENTS)),
    "youth_care": Indicator("youth_care", "persons_under_23", 100, 1, need=("youth_care", CLIENTS)),
    "wmo_client_count": Indicator("wmo_clients", coarse=5, need=("wmo_clients", CLIENTS)),
    "wmo_clients": Indicator("wmo_clients", "population", 1000, need=("wmo_clients", CLIENTS)),
    **{
        name: Indicator(f"crime_{kind}_rate_count", "population", 1000, need=_SOME)
        for name, kind in (
            ("burglary_rate", "burglary"),
            ("vandalism_rate", "vandalism"),
            ("violence_rate", "violence"),
        )
    },
    **{
        name: Indicator(f"{name}_sum", "population", decimals=1, need=("population", RESIDENTS))
        for name in (
            *("gp_distance", "supermarket_distance", "childcare_distance", "school_distance"),
            *("green_distance", "schools_within_3km"),
        )
    },
    "arrivals": Indicator("arrivals_rate_count"),
    "departures": Indicator("departures_rate_count"),
    "total_area": Indicator("hectares", step=1),
    "land_area": Indicator("land", step=1),
    "water_area": Indicator("water", step=1),
    "address_density": Indicator("address_density_sum", "addresses"),
    "urbanity": Indicator("urbanity", step=1),
}


def value(indicator: str | Indicator, exact: pd.DataFrame) -> np.ndarray:
    """Round one figure as the publisher does.

    Parameters
    ----------
    indicator : str or Indicator
        A name of `INDICATORS`, or one of its own.
    exact : DataFrame
        From `derived.exact`.

    Returns
    -------
    ndarray of float, one per area
        Missing where it is secret or cannot be computed. Halves are rounded up.
    """
    about = INDICATORS[indicator] if isinstance(indicator, str) else indicator
    of = exact[about.of].to_numpy(float)
    column, least = about.need
    shown = exact[column].to_numpy(float) >= least
    if about.over:
        over = exact[about.over].to_numpy(float)
        shown &= over > 0
        of = about.per * np.divide(of, over, out=np.zeros(len(of)), where=over > 0)
        scale = 10.0**about.decimals
        # division by a whole number keeps 1 decimal what one would type
        return np.where(shown, np.floor(of * scale + 0.5) / scale, np.nan)
    large = exact["recs"].isin(["Gemeente", "Land"]).to_numpy()
    step = np.where(large, about.coarse, about.step).astype(float)
    return np.where(shown, np.floor(of / step + 0.5) * step, np.nan)
