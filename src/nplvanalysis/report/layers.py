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
    """One variable of the map.

    Attributes
    ----------
    title, unit : str
    figures : list of str
        As shown, one per area.
    ranges : list of (str, str)
        Of each class: its borders, or of whole numbers the lowest and the highest.
    whole : bool
        Whether values are whole numbers, so that a class ends before the next begins.
    classes : list of int
        One per area; -1 without a figure.
    """

    title: str
    unit: str
    figures: list[str]
    ranges: list[tuple[str, str]]
    whole: bool
    classes: list[int]

    @property
    def count(self) -> int:
        """Number of classes."""
        return len(self.ranges)


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
    spread = float(np.std(known)) if len(known) else 0.0
    places = 0 if np.all(known == np.round(known)) else numbers.decimals(spread)
    # Two areas with the same figure on the page are in the same class.
    measured, known = np.round(measured, places), np.round(known, places)
    whole = places == 0
    ends = np.quantile(known, np.linspace(0, 1, CLASSES + 1)) if len(known) else known
    ends = np.unique(np.ceil(ends) if whole else ends)
    count = max(len(ends) - 1, 1)
    classes = np.clip(np.searchsorted(ends, measured, side="right") - 1, 0, count - 1)
    below, above = (ends[:-1], ends[1:]) if len(ends) > 1 else (ends, ends)
    if whole:
        above = np.append(below[1:] - 1, above[-1:])
    return Layer(
        title=f"{edition.title(variable)}, {year}",
        unit=edition.unit(variable),
        figures=[edition.number(figure, places) for figure in measured],
        ranges=[
            (edition.number(low, places), edition.number(high, places))
            for low, high in zip(below, above, strict=True)
        ],
        whole=whole,
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
    keys = [(place, _range(layer, place, edition)) for place in range(layer.count)]
    missing = layer.classes.count(-1)
    without = (-1, f"{edition.say('map', 'missing')} ({edition.number(missing)})")
    return heading, [*keys, without] if missing else keys


def _range(layer: Layer, place: int, edition: Edition) -> str:
    low, high = layer.ranges[place]
    if layer.whole:
        return low if low == high else edition.say("map", "whole", low=low, high=high)
    return edition.say("map", "last" if place == layer.count - 1 else "range", low=low, high=high)
