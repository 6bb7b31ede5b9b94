"""Where the addresses of an area are in another division: lists of two years joined."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from nplvanalysis.errors import DivisionError

# Below this share of addresses in common, two lists are not about the same country, or one of them
# was cut. Building adds about one address in a hundred every year.
LEAST_COMMON = 0.8
# An area of which a smaller share is found again is not placed: streets that were given other
# postcodes may be the very ones that moved.
LEAST_FOUND = 0.5
# House numbers are smaller.
PER_POSTCODE = 10**5
PAIRS = {
    "code": "str",
    "division": "int64",
    "target_code": "str",
    "target_division": "int64",
    "addresses": "int64",
}
MATCHED = {
    "division": "int64",
    "target_division": "int64",
    "addresses": "int64",
    "found": "int64",
    "share": "float64",
    "areas_left_out": "int64",
}


@dataclass(frozen=True)
class Counts:
    """Addresses that areas of two divisions have in common.

    Attributes
    ----------
    table : DataFrame
        code, division, target_code, target_division, addresses: what `recodes.counted` wants.
    matched : DataFrame
        One row per pair of divisions: division, target_division; addresses, those that the list of
        `division` has; found, those of them that the other has too; share (%); areas_left_out,
        areas of `division` of which less than `LEAST_FOUND` is found.
    """

    table: pd.DataFrame
    matched: pd.DataFrame

    @property
    def evidence(self) -> pd.DataFrame | None:
        """The table, or None if no divisions are tied."""
        return self.table if len(self.table) else None


def tied(lists: list[pd.DataFrame], target: int) -> Counts:
    """Tie each division that has a list of addresses to the one wanted.

    Parameters
    ----------
    lists : list of DataFrame
        postcode, house_number, code, division: one list per division.
    target : int
        Year of the division wanted.

    Returns
    -------
    Counts
        Of no rows if there is no list of another division.

    Raises
    ------
    DivisionError
        If there is no list of the target, or two of one year; and as `counts`.
    """
    years = [_division(own) for own in lists]
    by_year = dict(zip(years, lists, strict=True))
    if len(by_year) < len(lists) or (lists and target not in by_year):
        raise DivisionError(
            "Lists of addresses tie divisions to the one of the study.",
            where="params.yaml, sources of dataset addresses",
            expected=f"one list of {target} and at most one of each other year",
            got=f"lists of {', '.join(map(str, sorted(years)))}",
            todo="Add the list of that year to `sources`, or leave all lists out.",
        )
    found = [counts(by_year[year], by_year[target]) for year in sorted({*years} - {target})]
    return Counts(
        _stacked([one.table for one in found], PAIRS),
        _stacked([one.matched for one in found], MATCHED),
    )


def _stacked(tables: list[pd.DataFrame], types: dict[str, str]) -> pd.DataFrame:
    none = pd.DataFrame(columns=list(types))
    return pd.concat(tables or [none], ignore_index=True).astype(types)


def counts(old: pd.DataFrame, new: pd.DataFrame) -> Counts:
    """Count the addresses that each pair of areas of two divisions has in common.

    Addresses that one list lacks (built or demolished since, or given another postcode) take no
    part: what moved is divided like what stayed.

    Parameters
    ----------
    old, new : DataFrame
        postcode, house_number, code, division: each address once.

    Returns
    -------
    Counts
        Of areas of which at least `LEAST_FOUND` of the addresses is found.

    Raises
    ------
    DivisionError
        If the lists have less than `LEAST_COMMON` of their addresses in common.
    """
    division, target = _division(old), _division(new)
    place = _places(old, new)
    here = place >= 0
    _refuse_strangers(here.sum(), len(old), len(new), f"lists of {division} and {target}")
    # numbers of codes: millions of texts would fill the memory
    ours, codes = pd.factorize(old["code"], sort=True)
    theirs, targets = pd.factorize(new["code"], sort=True)
    share = np.bincount(ours[here], minlength=len(codes)) / np.bincount(ours)
    pairs, common = np.unique(ours[here] * len(targets) + theirs[place[here]], return_counts=True)
    table = pd.DataFrame(
        {
            "code": codes[pairs // len(targets)],
            "division": division,
            "target_code": targets[pairs % len(targets)],
            "target_division": target,
            "addresses": common,
        }
    )
    kept = share[pairs // len(targets)] >= LEAST_FOUND
    matched = {
        "division": division,
        "target_division": target,
        "addresses": len(old),
        "found": int(here.sum()),
        "share": 100 * here.mean(),
        "areas_left_out": int((share < LEAST_FOUND).sum()),
    }
    return Counts(table[kept].reset_index(drop=True), pd.DataFrame([matched]))


def _division(addresses: pd.DataFrame) -> int:
    (division,) = addresses["division"].unique()
    return int(division)


def _places(old: pd.DataFrame, new: pd.DataFrame) -> np.ndarray:
    """Find the row of `new` that has the address of each row of `old`; -1 where none has."""
    both = pd.concat([old["postcode"], new["postcode"]], ignore_index=True)
    numbers = np.concatenate([old["house_number"], new["house_number"]])
    address = pd.factorize(both)[0].astype(np.int64) * PER_POSTCODE + numbers
    return pd.Index(address[len(old) :]).get_indexer(pd.Index(address[: len(old)]))


def _refuse_strangers(found: int, old: int, new: int, where: str) -> None:
    if found < LEAST_COMMON * max(old, new):
        raise DivisionError(
            "Two lists of addresses are not about the same places.",
            where=where,
            expected=f"at least {LEAST_COMMON:.0%} of the addresses of each in the other",
            got=f"{found:,} of {old:,} and {new:,}",
            todo="See whether one of the files was cut or is of another country; without lists "
            "borders of both years are laid over each other.",
        )
