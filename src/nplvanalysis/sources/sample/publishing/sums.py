"""The country summed over areas, kept for the files that ask for the same year and borders."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from nplvanalysis.sources.sample import figures
from nplvanalysis.sources.sample.publishing import areas, derived

if TYPE_CHECKING:
    from nplvanalysis.sources.sample.country import Country


class Sums:
    """Sums of a country by year and division.

    Parameters
    ----------
    country : Country

    Attributes
    ----------
    years : range
        All years, the last of which has the reference division.
    """

    def __init__(self, country: Country) -> None:
        first, last = country.size.years
        self.country = country
        self.years = range(first, last + 1)
        self._known: dict[tuple[int, int], pd.DataFrame] = {}

    def on(self, year: int, division: int) -> pd.DataFrame:
        """Sum the figures of a year on the borders of a division.

        Parameters
        ----------
        year, division : int

        Returns
        -------
        DataFrame
            As of `derived.exact`, each area before its parts.
        """
        key = (year, division)
        if key not in self._known:
            summed = figures.figures(self.country, year, division)
            reference = self.country.divisions.codes(self.years[-1])["municipality"]
            silent = derived.without_leave(summed["municipality"], reference)
            exact = derived.exact(summed, silent)
            self._known[key] = areas.sorted_as_listed(exact)
        return self._known[key]

    def on_last(self, year: int) -> pd.DataFrame:
        """Sum the figures of a year on the last division; see `on`."""
        return self.on(year, self.years[-1])
