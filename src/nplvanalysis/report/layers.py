"""One variable of a map: its values as text, and its classes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from nplvanalysis.report import numbers
from nplvanalysis.report.edition import Edition

CLASSES = 5


@dataclass(frozen=True)
class Layer:
    """One variable of the map: figures as shown, class ends, and the class per area (-1: none)."""

    title: str
    unit: str
    figures: list[str]
    ends: list[str]
    classes: list[int]

    @property
    def count(self) -> int:
        """Number of classes."""
        return len(self.ends) - 1


def layer(values: pd.Series, variable: str, year: int, edition: Edition) -> Layer:
    """Cut a variable into classes with equal numbers of areas.

    Parameters
    ----------
    values : Series
        Numbers; missing values get class -1.
    variable : str
        Column of the dictionary.
    year : int
        Of the figures.
    edition : Edition

    Returns
    -------
    Layer
        Up to five classes; fewer where many areas share a value. A value on a border belongs to
        the class above it.
    """
    measured = values.to_numpy(dtype=float, na_value=np.nan)
    known = measured[np.isfinite(measured)]
    ends = np.unique(np.quantile(known, np.linspace(0, 1, CLASSES + 1))) if len(known) else known
    count = max(len(ends) - 1, 1)
    classes = np.clip(np.searchsorted(ends, measured, side="right") - 1, 0, count - 1)
    spread = float(np.std(known)) if len(known) else 0.0
    places = numbers.decimals(spread) if not np.all(known == np.round(known)) else 0
    return Layer(
        title=f"{edition.title(variable)}, {year}",
        unit=edition.unit(variable),
        figures=[edition.number(figure, places) for figure in measured],
        ends=[edition.number(end, places) for end in (ends if len(ends) > 1 else [*ends, *ends])],
        classes=np.where(np.isfinite(measured), classes, -1).astype(int).tolist(),
    )


def legend(layer: Layer, edition: Edition) -> tuple[str, list[tuple[int, str]]]:
    """Put the classes of a layer in words.

    Parameters
    ----------
    layer : Layer
    edition : Edition

    Returns
    -------
    str
        The heading, with the unit and how the classes were made.
    list of (int, str)
        Class and range; class -1 with the number of areas without a figure, if there are any.
    """
    key = "legend" if layer.count == CLASSES else "fewer"
    heading = edition.say("map", key, title=layer.title, unit=layer.unit, count=layer.count)
    ranges = list(zip(layer.ends[:-1], layer.ends[1:], strict=True))
    keys = [
        (
            place,
            edition.say("map", "last" if place == layer.count - 1 else "range", low=low, high=high),
        )
        for place, (low, high) in enumerate(ranges)
    ]
    missing = layer.classes.count(-1)
    without = (-1, f"{edition.say('map', 'missing')} ({edition.number(missing)})")
    return heading, [*keys, without] if missing else keys
