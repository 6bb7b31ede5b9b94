"""Fits by pyfixest, always by the same conventions."""

from __future__ import annotations

import warnings
from typing import Any

import pandas as pd

from nplvanalysis.errors import NotConvergedError


def refuse_undemeaned(error: ValueError) -> None:
    """Name the error of pyfixest where it could not take the effects out; pass over others."""
    if "Demeaning failed" in str(error):
        raise NotConvergedError(
            "The fixed effects could not be taken out.",
            where="nplvanalysis.models.absorbing",
            expected="means that stand still",
            got=str(error),
            todo="Look for effects that are nearly the same, or use fewer of them.",
        ) from error


def feols(
    formula: str,
    data: pd.DataFrame,
    cluster: str | None,
    weights: str,
    demeaner: Any = None,
) -> Any:
    """Fit least squares with absorbed effects, instrumented if the formula says so.

    Parameters
    ----------
    formula : str
        As pyfixest has it: outcome ~ columns | effects | endogenous ~ instrument.
    data : DataFrame
        With plain numpy columns.
    cluster : str or None
        Column; None: every row has its own spread (HC1).
    weights : str
        Column of weights.
    demeaner : pyfixest.MapDemeaner, optional
        None: that of pyfixest.

    Returns
    -------
    pyfixest.Feols
        CR1 has the factor G/(G-1) (N-1)/(N-k), HC1 N/(N-k); k counts slopes and those effects that
        are not nested in the cluster. Defaults of pyfixest have changed between versions.

    Raises
    ------
    NotConvergedError
        If the effects cannot be taken out within the steps of pyfixest.
    """
    import pyfixest

    with warnings.catch_warnings():
        # pyfixest 0.60 still uses what pandas 3.1 gives up.
        warnings.simplefilter("ignore", pd.errors.Pandas4Warning)
        try:
            return pyfixest.feols(
                formula,
                data=data,
                vcov={"CRV1": cluster} if cluster else "HC1",
                weights=weights,
                ssc=pyfixest.ssc(k_adj=True, k_fixef="nonnested", G_adj=True, G_df="min"),
                copy_data=False,
                demeaner=demeaner,
            )
        except ValueError as error:
            refuse_undemeaned(error)
            raise
