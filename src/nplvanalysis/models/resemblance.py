"""How far areas lie from a profile, under every comparison that can be defended."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations

import numpy as np
import pandas as pd

from nplvanalysis.errors import CollinearError, TooFewAreasError
from nplvanalysis.models.profile import CANDIDATES, DERIVED, METRICS, Cases, centres, coordinates

# Every set of features that leaves out at most this many concepts.
LEFT_OUT = 2
MEAN, NEAREST, REFERENCE = "mean", "nearest", "reference"
# Above this the features of a set determine each other and Mahalanobis distances are noise.
WORST_CONDITION = 1e8
DECIMALS = 10


@dataclass(frozen=True)
class Space:
    """The features of all areas on the scale of one metric.

    Attributes
    ----------
    metric : str
    blocks : dict of str to ndarray, shape (n, columns)
        By concept; see `profile.coordinates`.
    subsets : list of tuple of str
        Concepts of each set of features.
    """

    metric: str
    blocks: dict[str, np.ndarray]
    subsets: list[tuple[str, ...]]

    def distances(self, weights: np.ndarray, rows: np.ndarray) -> np.ndarray:
        """Measure areas against profiles by each set of features.

        Each concept counts the same, however many columns it has, except in the distance of
        Mahalanobis (1936), where what columns have in common counts once. "rank" is the mean
        difference of ranks (Gower 1971, on ranks), the others are root mean squares.

        Parameters
        ----------
        weights : ndarray, shape (p, n)
            Each row makes one profile, as a mean of areas.
        rows : ndarray of int, shape (r,)
            Areas to be measured.

        Returns
        -------
        ndarray, shape (subsets, r, p)

        Raises
        ------
        CollinearError
            If features determine each other (Mahalanobis only).
        """
        means = weights / weights.sum(axis=1, keepdims=True)
        if self.metric == "mahalanobis":
            gaps = (white[rows][:, None] - means @ white for white in self._whitened)
            return np.stack([np.sqrt((gap**2).sum(axis=2)) for gap in gaps])
        parts = []
        for block in self.blocks.values():
            gap = block[rows][:, None] - means @ block
            parts.append((np.abs(gap) if self.metric == "rank" else gap**2).mean(axis=2))
        chosen = [[concept in subset for concept in self.blocks] for subset in self.subsets]
        shares = np.array(chosen, dtype=float)
        shares /= shares.sum(axis=1, keepdims=True)
        made = np.tensordot(shares, np.array(parts), axes=1)
        return made if self.metric == "rank" else np.sqrt(made)

    @cached_property
    def _whitened(self) -> list[np.ndarray]:
        return [_white(np.hstack([self.blocks[one] for one in subset])) for subset in self.subsets]


def _white(values: np.ndarray) -> np.ndarray:
    """Turn columns so that plain distances are those of Mahalanobis."""
    covariance = np.cov(values, rowvar=False)
    condition = np.linalg.cond(covariance)
    if condition > WORST_CONDITION:
        raise CollinearError(
            "Features of the profile determine each other.",
            where="nplvanalysis.models.resemblance",
            expected="features none of which follows from the others",
            got=f"a covariance with condition number {condition:.1e}",
            todo="Leave out one of them.",
        )
    return values @ np.linalg.cholesky(np.linalg.inv(covariance))


def _refuse_point(scale: np.ndarray, reference: str) -> None:
    if not (scale > 0).all():
        raise TooFewAreasError(
            "The areas of the focus area that sets the yardstick are all at its profile.",
            where=f"focus area {reference}",
            expected="several areas that differ",
            got="a median distance of 0: a single area, or areas that are the same",
            todo="Choose a region with a focus area of several areas.",
        )


@dataclass(frozen=True)
class Comparisons:
    """All comparisons of a study, ready to be made.

    Attributes
    ----------
    known : Cases
    rows : ndarray of int, shape (r,)
        The areas that are compared: outside the programme in the region, and the reference's own.
    outside : ndarray of bool, shape (r,)
        Which of these are outside.
    reference : str
        The focus area whose own areas set the yardstick.
    spaces : list of Space
    codes : tuple of str
        "derived", and "with candidates" where there are such.
    """

    known: Cases
    rows: np.ndarray
    outside: np.ndarray
    reference: str
    spaces: list[Space]
    codes: tuple[str, ...]

    @property
    def listed(self) -> pd.DataFrame:
        """Name the comparisons: metric, codes, against, left_out (concepts); in their order."""
        every = set(self.known.concepts)
        rows = [
            (space.metric, codes, against, " + ".join(sorted(every - set(subset))))
            for space in self.spaces
            for codes in self.codes
            for against in self.kinds
            for subset in space.subsets
        ]
        return pd.DataFrame(rows, columns=["metric", "codes", "against", "left_out"])

    @property
    def kinds(self) -> tuple[str, ...]:
        """What areas are set against: with one focus area all profiles are the same."""
        several = len(set(self.known.ids(self.codes[-1])) - {""}) > 1
        return (MEAN, NEAREST, REFERENCE) if several else (MEAN,)

    def relative(self, counts: dict[str, np.ndarray] | None = None) -> np.ndarray:
        """Measure all areas outside under all comparisons.

        Parameters
        ----------
        counts : dict of str to ndarray, optional
            By codes, how often each focus area counts; None: once.

        Returns
        -------
        ndarray, shape (comparisons, areas outside)
            Distance to the profile over the median distance of the reference's own areas.
        """
        parts = [
            part
            for space in self.spaces
            for codes in self.codes
            for part in self._against(space, codes, (counts or {}).get(codes))
        ]
        # published figures are rounded: equal areas must tie on every machine
        return np.vstack(parts).round(DECIMALS)

    def _against(self, space: Space, codes: str, counts: np.ndarray | None) -> Iterator[np.ndarray]:
        names, weights = self._centres[codes]
        counts = np.ones(len(names)) if counts is None else counts
        each = self._each[space.metric, codes]
        own = self.known.ids(codes)[self.rows] == self.reference
        made = {
            MEAN: space.distances((counts @ weights)[None], self.rows)[:, :, 0],
            NEAREST: each[:, :, counts > 0].min(axis=2),
            REFERENCE: each[:, :, names.index(self.reference)],
        }
        for kind in self.kinds:
            scale = np.median(made[kind][:, own], axis=1, keepdims=True)
            _refuse_point(scale, self.reference)
            yield made[kind][:, self.outside] / scale

    @cached_property
    def _centres(self) -> dict[str, tuple[list[str], np.ndarray]]:
        homes = self.known.table["dwellings"].to_numpy(float)
        return {codes: centres(self.known.ids(codes), homes) for codes in self.codes}

    @cached_property
    def _each(self) -> dict[tuple[str, str], np.ndarray]:
        """Measure against each focus area by itself, once for all draws."""
        return {
            (space.metric, codes): space.distances(self._centres[codes][1], self.rows)
            for space in self.spaces
            for codes in self.codes
        }


def comparisons(known: Cases, outside: np.ndarray, reference: str) -> Comparisons:
    """Enumerate the comparisons: sets of features, metrics, codes and what areas are set against.

    Parameters
    ----------
    known : Cases
    outside : ndarray of bool, shape (n,)
        Areas outside the programme that are compared.
    reference : str

    Returns
    -------
    Comparisons
    """
    concepts = list(known.concepts)
    subsets = [
        subset
        for size in range(len(concepts), len(concepts) - LEFT_OUT - 1, -1)
        for subset in combinations(concepts, size)
    ]
    wide = known.ids(CANDIDATES)
    rows = np.flatnonzero(outside | (wide == reference))
    more = not np.array_equal(wide, known.ids(DERIVED))
    metrics = [name for name in METRICS if name != "aitchison" or known.ratios]
    return Comparisons(
        known=known,
        rows=rows,
        outside=outside[rows],
        reference=reference,
        spaces=[Space(metric, coordinates(known, metric), subsets) for metric in metrics],
        codes=(DERIVED, CANDIDATES) if more else (DERIVED,),
    )
