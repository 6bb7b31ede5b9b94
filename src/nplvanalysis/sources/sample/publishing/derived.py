"""What publishers compute from other figures before they round: sums, densities, classes."""

from __future__ import annotations

import numpy as np
import pandas as pd

# Tenure is secret where the owner of more than this share of dwellings is unknown.
UNKNOWN = 0.5
# One in so many municipalities gave no leave to publish its clients of social support.
LEAVE = 14
# Shares for what the country has no figures of: pensioners among the old, people with an income
# among those of 15 and over, and those born in the country among people of foreign origin.
PENSIONED, EARNING, BORN_HERE = 0.98, 0.93, 0.4
# Class limits of urbanity, in addresses per km2.
ADDRESSES = [500, 1000, 1500, 2500]


def exact(figures: pd.DataFrame, silent: pd.Series | None = None) -> pd.DataFrame:
    """Add what publishers compute from other figures.

    Parameters
    ----------
    figures : DataFrame
        From `figures.figures`.
    silent : Series of bool, optional
        Areas in municipalities that gave no leave; see `without_leave`.

    Returns
    -------
    DataFrame
        The same rows, with more columns.
    """
    known = figures["unknown"] <= UNKNOWN * figures["dwellings"]
    quiet = silent if silent is not None else pd.Series(False, index=figures.index)
    wmo = figures["wmo_clients_count"]
    return figures.assign(
        tenure_known=figures["dwellings"].where(known, 0),
        youth_care=figures["youth_care_count"],
        wmo_clients=wmo.where(~quiet, 0),
        **_of_land(figures),
        **_of_homes(figures),
        **_of_people(figures),
    )


def without_leave(municipalities: pd.Series, reference: pd.Series) -> pd.Series:
    """Say which areas lie in a municipality that gave no leave, the same ones in every year.

    Parameters
    ----------
    municipalities, reference : Series of str
        Codes of the areas' municipalities, and those of the last division.

    Returns
    -------
    Series of bool
        False for the whole country.
    """
    number = pd.to_numeric(municipalities.str[2:], errors="coerce")
    chosen = pd.to_numeric(reference.str[2:], errors="coerce").dropna().sort_values().unique()
    return number.mod(LEAVE).eq(chosen[min(2, len(chosen) - 1)] % LEAVE) & number.ne(0)


def _of_land(figures: pd.DataFrame) -> dict[str, pd.Series]:
    density = figures["address_density_sum"] / figures["addresses"]
    classes = 5 - np.digitize(density, ADDRESSES)
    land = figures["hectares"] - figures["water"]
    return {
        "land": land,
        "land_km2": land / 100,
        "urbanity": pd.Series(classes.astype(float), figures.index),
    }


def _of_homes(figures: pd.DataFrame) -> dict[str, pd.Series]:
    single = ["terraced", "corner", "semi_detached", "detached"]
    dwellings = figures["dwellings"]
    return {
        "single_family": figures[single].sum(axis=1),
        "lived_in": dwellings - figures["vacant_homes"],
        "rented": figures["corporation"] + figures["other"],
        "older_homes": dwellings - figures["recent_homes"],
        "not_new_homes": dwellings - figures["new_homes"],
        "new_this_year": figures["new_homes"] / 10,
    }


def _of_people(figures: pd.DataFrame) -> dict[str, pd.Series]:
    europe, outside = figures["origin_europe"], figures["origin_outside_europe"]
    return {
        "women": figures["population"] - figures["men"],
        "pensioners": PENSIONED * figures["persons_65_plus"],
        "earners": EARNING * (figures["population"] - figures["persons_0_14"]),
        "income": figures["income_per_resident_sum"],
        "low": figures["income_low_sum"] / 100,
        "high": figures["income_high_sum"] / 100,
        "born_here_dutch": figures["origin_dutch"],
        "born_here_europe": BORN_HERE * europe,
        "born_here_outside": BORN_HERE * outside,
        "born_elsewhere_europe": (1 - BORN_HERE) * europe,
        "born_elsewhere_outside": (1 - BORN_HERE) * outside,
    }
