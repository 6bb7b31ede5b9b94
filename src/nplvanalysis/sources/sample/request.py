"""What may be asked of the synthetic country."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from nplvanalysis.errors import ParameterError
from nplvanalysis.registers import Source
from nplvanalysis.sources.sample.publishing import addresses, elections, key_figures, kwb
from nplvanalysis.sources.sample.sizes import Size

# Released once, on the last division.
RELEASED = ("police", "proximity", "moves", "safety_survey", "leefbaarometer")


def require_seed(seed: Any) -> None:
    """Refuse a seed that is not a whole number from 0 up.

    Raises
    ------
    ParameterError
    """
    whole = isinstance(seed, int | np.integer) and not isinstance(seed, bool)
    if not whole or seed < 0:
        raise ParameterError(
            "The seed of the synthetic country is not valid.",
            where="params.yaml, seed",
            expected="a whole number, 0 or more",
            got=f"{seed!r} ({type(seed).__name__})",
            todo="Set seed to a number such as 2022.",
        )


def require_size(size: Any) -> None:
    """Refuse a size that is none; a `Size` refuses impossible numbers itself.

    Raises
    ------
    ParameterError
    """
    if not isinstance(size, Size):
        raise ParameterError(
            "The size of the synthetic country is not valid.",
            where="params.yaml, size",
            expected="province, country, or another Size of sources/sample/sizes.py",
            got=f"{size!r} ({type(size).__name__})",
            todo="Take the size from sizes.by_name, such as by_name('province').",
        )


def published(size: Size) -> dict[str, range]:
    """List the years of which a country of some size publishes each dataset.

    Parameters
    ----------
    size : Size

    Returns
    -------
    dict of str to range
        By dataset; empty where its years are before or after those of the country.
    """
    first, last = size.years
    voted = elections.YEAR if first <= elections.YEAR <= last else first - 1
    return {
        "kwb": range(first, min(last, kwb.LAST) + 1),
        "kwb_statline": range(max(first, key_figures.FIRST), last + 1),
        "boundaries": range(first, last + 1),
        "addresses": range(max(first, addresses.FIRST), last + 1),
        "elections": range(voted, voted + 1) if voted >= first else range(0),
        **{dataset: range(last, last + 1) for dataset in RELEASED},
    }


def require_published(wanted: Any, size: Size) -> None:
    """Refuse what the country does not publish.

    Parameters
    ----------
    wanted : dict of str to Source
    size : Size

    Raises
    ------
    ParameterError
        It names the source, what the country has, and what was asked.
    """
    if not isinstance(wanted, dict):
        raise _refused("sources", "entries of data/sources.yaml", f"a {type(wanted).__name__}")
    for name, entry in wanted.items():
        if not isinstance(entry, Source):
            raise _refused(name, "an entry of data/sources.yaml", f"a {type(entry).__name__}")
        _require_one(name, entry, published(size))


def _require_one(name: str, entry: Source, years: dict[str, range]) -> None:
    if entry.made_by != "sample":
        raise _refused(name, "made_by: sample", f"made_by: {entry.made_by}")
    if entry.dataset not in years:
        raise _refused(name, f"dataset {_listed(years)}", f"dataset {entry.dataset}")
    own = years[entry.dataset]
    if entry.year not in own or entry.division != entry.year:
        expected = f"year {_listed(own) or '(none at this size)'}, on borders of that year"
        raise _refused(name, expected, f"year {entry.year} on borders of {entry.division}")
    levels = ["gemeente"] if entry.dataset == "elections" else ["buurt", "wijk", "gemeente"]
    if entry.level not in levels:
        raise _refused(name, f"level {_listed(levels)}", f"level {entry.level}")


def _listed(options: Iterable[object]) -> str:
    *most, last = [str(option) for option in options] or [""]
    return f"{', '.join(most)} or {last}" if most else last


def _refused(name: str, expected: str, got: str) -> ParameterError:
    return ParameterError(
        "The synthetic country does not publish this source.",
        where=f"data/sources.yaml, {name}",
        expected=expected,
        got=got,
        todo="Correct the entry, or take the source out of the study.",
    )
