"""What may be asked of the synthetic province."""

from __future__ import annotations

from typing import Any

import numpy as np

from nplvanalysis.errors import ParameterError
from nplvanalysis.registers import Source
from nplvanalysis.sources.sample import editions

# Borders and scores come in one release.
RELEASE = 2020


def require_seed(seed: Any) -> None:
    """Refuse a seed that is not a whole number from 0 up.

    Raises
    ------
    ParameterError
    """
    whole = isinstance(seed, int | np.integer) and not isinstance(seed, bool)
    if not whole or seed < 0:
        raise ParameterError(
            "The seed of the synthetic province is not valid.",
            where="params.yaml, seed",
            expected="a whole number, 0 or more",
            got=f"{seed!r} ({type(seed).__name__})",
            todo="Set seed to a number such as 2022.",
        )


def require_published(wanted: Any) -> None:
    """Refuse what the province does not publish.

    Parameters
    ----------
    wanted : dict of str to Source

    Raises
    ------
    ParameterError
        It names the source, what the province has, and what was asked.
    """
    if not isinstance(wanted, dict):
        raise _refused("sources", "entries of data/sources.yaml", f"a {type(wanted).__name__}")
    for name, entry in wanted.items():
        if not isinstance(entry, Source):
            raise _refused(name, "an entry of data/sources.yaml", f"a {type(entry).__name__}")
        _require_one(name, entry)


def _require_one(name: str, entry: Source) -> None:
    yearly = entry.dataset == "kwb"
    years = editions.YEARS if yearly else range(RELEASE, RELEASE + 1)
    if entry.made_by != "sample":
        raise _refused(name, "made_by: sample", f"made_by: {entry.made_by}")
    if entry.dataset not in ("kwb", "leefbaarometer", "boundaries"):
        raise _refused(name, "dataset kwb, leefbaarometer or boundaries", entry.dataset)
    if entry.year not in years or entry.division != (entry.year if yearly else RELEASE):
        expected = f"one of the years {list(years)}, on borders of that year"
        raise _refused(name, expected, f"year {entry.year} on borders of {entry.division}")
    if entry.dataset == "leefbaarometer" and entry.level != "buurt":
        raise _refused(name, "level buurt", f"level {entry.level}")


def _refused(name: str, expected: str, got: str) -> ParameterError:
    return ParameterError(
        "The synthetic province does not publish this source.",
        where=f"data/sources.yaml, {name}",
        expected=expected,
        got=got,
        todo="Correct the entry, or take the source out of the study.",
    )
