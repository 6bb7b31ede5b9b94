"""Tables of models of space: residuals of neighbours, and what the models make of an estimate."""

from __future__ import annotations

from html import escape
from typing import Any

import pandas as pd

from nplvanalysis.report import numbers
from nplvanalysis.report.edition import Edition
from nplvanalysis.report.markup import Fragment, Group
from nplvanalysis.report.results import each
from nplvanalysis.report.tables import build

TESTS = ("lm_error", "lm_lag", "lm_error_robust", "lm_lag_robust")
# Below this a probability is only called smaller.
LEAST_P = 0.001


def residuals(space: pd.DataFrame, edition: Edition) -> Fragment:
    """Show for each graph whether residuals of neighbours are alike, and the graph itself.

    Parameters
    ----------
    space : DataFrame
        Of `models.spatial.spatial_table`.
    edition : Edition
    """
    columns = ["graph", "neighbours", "reach", "islands", "components", "moran", "moran_z", *TESTS]
    return build("space_residuals", columns, _groups(space, _looked_at, edition), edition, _RIGHT)


def models(space: pd.DataFrame, edition: Edition) -> Fragment:
    """Show for each graph the deciding estimate beside those of models of space.

    Parameters
    ----------
    space : DataFrame
        Of `models.spatial.spatial_table`.
    edition : Edition
    """
    columns = [
        *("graph", "deciding", "lambda", "shared_errors", "rho", "direct", "indirect", "total")
    ]
    return build("space_models", columns, _groups(space, _modelled, edition), edition, _RIGHT)


_RIGHT = range(1, 11)


def _groups(space: pd.DataFrame, cells: Any, edition: Edition) -> list[Group]:
    return [
        Group(_heading(part.iloc[0], edition), [_row(row, cells, edition) for row in each(part)])
        for _, part in space.groupby("hypothesis", sort=False)
    ]


def _heading(row: pd.Series, edition: Edition) -> str:
    per = edition.contrast(row["exposure"], "per")
    return f"{row['hypothesis']}: {edition.axis(row['outcome'])}, {per}"


def _row(row: Any, cells: Any, edition: Edition) -> list[str]:
    unweighted = edition.say("table", "unweighted")
    weight = [unweighted] if row.weights == "none" else []
    if row.status != "ok":
        named = [edition.say("sample", row.graph)] if row.graph else []
        return [escape("; ".join([*named, *weight, edition.say("reason", row.status)]))]
    first = "; ".join([edition.say("sample", row.graph), *weight])
    return [escape(cell) for cell in (first, *cells(row, edition))]


def _looked_at(row: Any, edition: Edition) -> list[str]:
    expected = numbers.signed(row.moran_expected, edition.language, 3)
    return [
        edition.number(row.neighbours, 1),
        f"{edition.number(row.reach_km, 1)} km",
        _islands(row, edition),
        edition.number(row.components),
        f"{numbers.signed(row.moran, edition.language, 3)} ({expected})",
        f"{numbers.signed(row.moran_z, edition.language, 1)} ({_p(row.moran_p, edition)})",
        *(_test(row, name, edition) for name in TESTS),
    ]


def _islands(row: Any, edition: Edition) -> str:
    count, named = edition.number(row.islands), row.island_codes
    more = " …" if row.islands > len(str(named).split(", ")) else ""
    return f"{count}: {named}{more}" if row.islands else count


def _test(row: Any, name: str, edition: Edition) -> str:
    statistic = edition.number(getattr(row, name), 1)
    return f"{statistic} ({_p(getattr(row, f'{name}_p'), edition)})"


def _p(value: float, edition: Edition) -> str:
    if value < LEAST_P:
        return f"< {edition.number(LEAST_P, 3)}"
    return edition.number(value, 3)


def _modelled(row: Any, edition: Edition) -> list[str]:
    places = numbers.decimals(row.std_error)
    return [
        _estimate(row.estimate, row.low, row.high, places, edition),
        *_error_model(row, places, edition),
        *_lag_model(row, places, edition),
    ]


def _error_model(row: Any, places: int, edition: Edition) -> list[str]:
    if row.error_status != "ok":
        return [edition.say("reason", row.error_status), numbers.NOTHING]
    return [
        _strength(row.error_lambda, row.error_lambda_se, edition),
        _estimate(row.error, row.error_low, row.error_high, places, edition),
    ]


def _lag_model(row: Any, places: int, edition: Edition) -> list[str]:
    if row.lag_status != "ok":
        return [edition.say("reason", row.lag_status), *[numbers.NOTHING] * 3]
    parts = [
        f"{numbers.signed(value, edition.language, places)} ± {edition.number(error, places)}"
        for value, error in ((row.direct, row.direct_se), (row.indirect, row.indirect_se))
    ]
    total = _estimate(row.total, row.total_low, row.total_high, places, edition)
    return [_strength(row.lag_rho, row.lag_rho_se, edition), *parts, total]


def _strength(value: float, error: float, edition: Edition) -> str:
    return f"{numbers.signed(value, edition.language, 2)} ± {edition.number(error, 2)}"


def _estimate(value: float, low: float, high: float, places: int, edition: Edition) -> str:
    ends = numbers.interval(low, high, edition.language, places)
    return f"{numbers.signed(value, edition.language, places)} ({ends})"
