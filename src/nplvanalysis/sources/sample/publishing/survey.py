"""The safety survey as a StatLine table: shares that feel unsafe, with their margins."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd

from nplvanalysis.sources.sample.names import MARK
from nplvanalysis.sources.sample.publishing import archive, areas, police, statline
from nplvanalysis.sources.sample.publishing.statline import Dimension, Topic

# Fewer respondents and there is no figure; the quantile of a 95 % interval.
RESPONDENTS, NORMAL = 50, 1.959963984540054
MARGINS = {
    "MW00000": "Waarde",
    "MOG0095": "Ondergrens 95%-interval",
    "MBG0095": "Bovengrens 95%-interval",
}
# It was first held in a form that can be compared in this year, and then every other year.
FIRST, EVERY = 2017, 2
_FELT = ("Onveiligheidsgevoelens", "In de buurt")
TOPICS = [
    *areas.TOPICS[:2],
    Topic("VoeltZichWeleensOnveilig", "Voelt zich weleens onveilig", "%", "Double", _FELT),
    Topic("VoeltZichVaakOnveilig", "Voelt zich vaak onveilig", "%", "Double", _FELT),
]


def write(
    figures: Callable[[int], pd.DataFrame], years: range, identifier: str, path: Path
) -> None:
    """Write the table.

    Parameters
    ----------
    figures : callable
        Gives the sums of a year on the last division, always of the same areas in one order.
    years : range
        All years of the country; see `held`.
    identifier : str
        Of the table.
    path : Path
    """
    last, waves = figures(years[-1]), held(years)
    felt = np.stack([bounds(figures(year)) for year in waves], axis=2)
    rows = areas.by_place(last, len(waves) * len(MARGINS))
    size = len(last) * len(waves)
    rows["Marges"] = np.tile(np.repeat(list(MARGINS), len(waves)), len(last)).astype(object)
    periods = [f"{year}JJ00" for year in waves]
    rows["Perioden"] = np.tile(periods, size * len(MARGINS) // len(waves)).astype(object)
    rows[2] = felt.ravel()
    margins = pd.DataFrame({"Key": list(MARGINS), "Title": list(MARGINS.values())})
    table = statline.Table(
        identifier,
        f"Veiligheidsmonitor; onveiligheidsgevoelens, wijk en buurt ({MARK})",
        f"{waves[0]}-{waves[-1]}",
        f"Alle jaren volgens de buurtindeling van {years[-1]}",
        [
            areas.dimension(last, years[-1]),
            Dimension("Marges", "Marges", "Dimension", margins),
            police.periods(waves),
        ],
        TOPICS,
    )
    archive.write(statline.members(table, pd.DataFrame(rows)), path)


def held(years: range) -> range:
    """Say in which of the years the survey was held."""
    last = years[-1]
    first = max(FIRST, years[0] + (years[0] - FIRST) % EVERY)
    return range(first, last + 1, EVERY)


def bounds(figures: pd.DataFrame) -> np.ndarray:
    """Compute the share that feels unsafe and the Wilson interval around it.

    Parameters
    ----------
    figures : DataFrame
        With feels_unsafe_count and respondents.

    Returns
    -------
    ndarray of float, shape (n, 3)
        Value, lower and upper bound in per cent with one decimal; missing below `RESPONDENTS`.

    Notes
    -----
    Wilson (1927), Journal of the American Statistical Association 22: 209-212: it stays within
    0 and 100 and holds the share itself.
    """
    asked = figures["respondents"].to_numpy(float)
    size = np.where(asked >= RESPONDENTS, asked, np.nan)
    share = figures["feels_unsafe_count"].to_numpy(float) / size
    middle = share + NORMAL**2 / (2 * size)
    half = NORMAL * np.sqrt(share * (1 - share) / size + NORMAL**2 / (4 * size**2))
    whole = 1 + NORMAL**2 / size
    three = np.column_stack([share, (middle - half) / whole, (middle + half) / whole])
    return np.floor(1000 * np.clip(three, 0, 1) + 0.5) / 10
