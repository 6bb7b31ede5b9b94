"""Whether a row of the register and a panel are sound enough for any estimate at all."""

from __future__ import annotations

import numpy as np
import pandas as pd

from nplvanalysis.errors import DataError, RegisterError
from nplvanalysis.params import Study
from nplvanalysis.registers import Row
from nplvanalysis.schema import Column


def refuse_unknown(
    row: Row, study: Study, dictionary: dict[str, Column], estimators: list[str]
) -> None:
    """Refuse a row that names what does not exist.

    Parameters
    ----------
    row : Row
    study : Study
    dictionary : dict of str to Column
    estimators : list of str

    Raises
    ------
    RegisterError
        For an estimator, a specification or a column that nobody knows.
    """
    known = {
        "estimator": ([row.estimator], estimators),
        "specification": ([row.specification], [*study.models.specifications]),
        "column": ([row.outcome, *(row.controls or []), *row.where], [*dictionary]),
    }
    for what, (named, there) in known.items():
        unknown = [name for name in named if name not in there]
        if unknown:
            raise RegisterError(
                f"A row of the register names a {what} that does not exist.",
                where=f"data/claims.yaml, the row on {row.outcome} of study {study.study}",
                expected="a column of data/columns.csv" if what == "column" else ", ".join(there),
                got=", ".join(unknown),
                todo="Correct the name.",
            )


def refuse_broken(panel: pd.DataFrame) -> None:
    """Refuse a panel that no estimator can read.

    A value that is missing only costs an area; one that is infinite would spoil every sum, and an
    area that is there twice would count twice.

    Parameters
    ----------
    panel : DataFrame
        Rows (code, division, year).

    Raises
    ------
    DataError
        If an area has several rows in a year, or a column holds an infinite value.
    """
    twice = panel.duplicated(["code", "year"])
    if twice.any():
        one = panel[twice].iloc[0]
        raise _broken(
            "Areas have several rows in one year.",
            expected="one row per code and year, all of one level",
            got=f"{int(twice.sum())} rows too many, such as {one['code']} in {one['year']}",
        )
    numeric = [name for name in panel if pd.api.types.is_float_dtype(panel[name])]
    infinite = [
        name for name in numeric if np.isinf(panel[name].to_numpy(float, na_value=np.nan)).any()
    ]
    if infinite:
        raise _broken(
            "A column holds an infinite value.",
            expected="numbers, or nothing where there is none",
            got=", ".join(map(str, infinite)),
        )


def refuse_negative(shares: np.ndarray) -> None:
    """Refuse shares below 0, which have no logarithm.

    Parameters
    ----------
    shares : ndarray
        Missing values are passed over.

    Raises
    ------
    DataError
    """
    negative = shares[shares < 0]
    if len(negative):
        raise _broken(
            "A share is below 0.",
            expected="shares of 0 and more",
            got=f"{len(negative)} below, the least {negative.min():g}",
        )


def _broken(what: str, expected: str, got: str) -> DataError:
    return DataError(
        what,
        where="the panel of this study",
        expected=expected,
        got=got,
        todo="Correct the step that made the panel; do not estimate from it.",
    )
