"""All tables of the stage: the panel, what bare codes would give, and what both cost."""

from __future__ import annotations

import pandas as pd

from nplvanalysis.harmonise.crosswalk import PAIRS, Crosswalk
from nplvanalysis.harmonise.gathering import Brought, Gathered
from nplvanalysis.harmonise.levels import with_coarser, with_published_urbanity
from nplvanalysis.harmonise.naive import by_bare_codes
from nplvanalysis.harmonise.panel import harmonise, with_municipality_names
from nplvanalysis.params import Study
from nplvanalysis.schema import Column


def outcome(
    brought: Brought, own: Gathered, study: Study, dictionary: dict[str, Column]
) -> dict[str, pd.DataFrame]:
    """Make every table that the stage writes.

    Parameters
    ----------
    brought : Brought
    own : Gathered
        What was gathered from it.
    study : Study
    dictionary : dict of str to Column

    Returns
    -------
    dict of str to DataFrame
        panel, of the level of the study and coarser ones; naive, of its own level; coverage and
        naive_coverage, see `coverage.tallied`; addresses, see `addresses.Counts`; unresolved, see
        `Gathered`; crosswalk, the pairs of all divisions (`crosswalk.PAIRS`).
    """
    division = study.years.division
    made = harmonise(own.tables, own.areas, division, own.evidence)
    bare = by_bare_codes(own.bare, own.areas, division, made.crosswalks)
    panel = with_municipality_names(made.panel, brought.tables, brought.sources)
    panel = with_coarser(panel, study.unit, dictionary)
    return {
        "panel": with_published_urbanity(panel, list(brought.tables.values())),
        "naive": bare.panel,
        "coverage": pd.concat(own.coverage or [made.coverage], ignore_index=True),
        "naive_coverage": pd.concat(own.bare_coverage or [bare.coverage], ignore_index=True),
        "addresses": own.matched,
        "unresolved": own.unresolved,
        "crosswalk": _pairs(made.crosswalks),
    }


def _pairs(crosswalks: dict[int, Crosswalk]) -> pd.DataFrame:
    found = [walk.pairs for _, walk in sorted(crosswalks.items()) if len(walk.pairs)]
    return pd.concat(found, ignore_index=True) if found else pd.DataFrame(columns=[*PAIRS])
