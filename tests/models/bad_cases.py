"""Ways to break the input of an estimator, and how each may end."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd

from nplvanalysis import errors
from nplvanalysis.models.estimates import ESTIMATORS

from .worlds import CONTRAST, OUTCOME, SHARES, World

# A list compares areas by their features: it has neither outcome nor exposure nor controls.
LIST = "lookalikes"
# The exposure of a programme is to be in it.
PROGRAMME = "programme"
# Problems are counted, and measures compared: nothing is explained.
NO_OUTCOME = (LIST, "excess")
NO_EXPOSURE = (*NO_OUTCOME, PROGRAMME, "agreement")
# Estimates from changes between waves.
OF_CHANGES = ("change", "lagged", "two_way")
FEATURES = ["income_low", "social_assistance_rate", OUTCOME, "crime_vandalism_rate"]
FEATURES += ["share_15_24", "share_65_plus"]

Broken = str | type[errors.NplvError]


@dataclass(frozen=True)
class Case:
    """One way to break the input, and what each estimator may say of it.

    `ends` are codes of rows, or classes of errors. It reaches all estimators but `spares`, or
    `only` some; and fits with equal weights, unless `equal` is false.
    """

    name: str
    breaks: Callable[[World], World]
    ends: tuple[Broken, ...]
    spares: tuple[str, ...] = ()
    equal: bool = True
    only: tuple[str, ...] = field(default=tuple(ESTIMATORS))


def _some_towns(world: World, count: int) -> World:
    """Keep the first towns, and with them the focus areas."""
    first = sorted(world.panel["municipality"].unique())[:count]
    return world.keeping(world.panel["municipality"].isin(first))


def _one_each(world: World) -> World:
    """Keep one area of each town."""
    return world.keeping(
        world.panel["code"].isin(world.panel.groupby("municipality")["code"].min())
    )


def _flat_within(column: str) -> Callable[[World], World]:
    """Give all areas of a town the same value of a column, each year another."""

    def breaks(world: World) -> World:
        by = [world.panel["municipality"], world.panel["year"]]
        return world.with_columns(**{column: world.panel[column].groupby(by).transform("first")})

    return breaks


def _first_cell(column: str, value: float) -> Callable[[World], World]:
    """Put one value into the first area, in every year."""

    def breaks(world: World) -> World:
        first = world.panel["code"] == world.panel["code"].min()
        return world.with_columns(**{column: world.panel[column].astype(float).mask(first, value)})

    return breaks


def _columns(*names: str, value: object = np.nan) -> Callable[[World], World]:
    return lambda world: world.with_columns(**dict.fromkeys(names, value))


def _without(*names: str) -> Callable[[World], World]:
    return lambda world: replace(world, panel=world.panel.drop(columns=[*names]))


FEW = ("too_few_areas", "too_few_clusters", "too_few_placebos", "no_focus_area")
STILL = ("no_variation", "collinear")

CASES = [
    Case("too few areas", lambda w: _some_towns(w, 2), FEW),
    Case("too few clusters", lambda w: _some_towns(w, 4), FEW),
    Case("one area per municipality", _one_each, FEW, spares=("agreement",)),
    Case(
        "a control that is the exposure",
        lambda w: w.with_columns(share_65_plus=w.panel[CONTRAST]).asking(
            controls=["share_65_plus", *(w.row.controls or [])]
        ),
        ("collinear", "not_identified"),
        spares=(*NO_EXPOSURE, *OF_CHANGES),
    ),
    Case(
        "two terms that are one",
        lambda w: w.with_columns(tenure_other=lambda p: 80 - p[CONTRAST] / 2),
        ("collinear", "not_identified"),
        spares=(*NO_EXPOSURE, "balances"),
    ),
    Case(
        "an exposure that is the same everywhere",
        _columns(*SHARES, value=100 / 3),
        STILL,
        spares=NO_EXPOSURE,
    ),
    Case(
        "an exposure that is the same within a town",
        _flat_within(CONTRAST),
        STILL,
        spares=(*NO_EXPOSURE, "balances"),
    ),
    Case(
        "an outcome that is the same everywhere",
        lambda w: _columns(w.row.outcome, value=5.0)(w),
        STILL,
        spares=(*NO_OUTCOME, "count"),
    ),
    Case(
        "an outcome that is the same within a town",
        lambda w: _flat_within(w.row.outcome)(w),
        (*STILL, "not_converged"),
        spares=(*NO_EXPOSURE, "count"),
    ),
    Case(
        "an outcome that is zero everywhere",
        lambda w: _columns(w.row.outcome, value=0.0)(w),
        STILL,
        spares=(*NO_OUTCOME, "count"),
    ),
    Case(
        "an outcome that is the exposure",
        lambda w: w.with_columns(**{w.row.outcome: 2 * w.panel[CONTRAST] + 1}),
        ("perfect_fit", "not_converged"),
        spares=(*NO_EXPOSURE, "count", "balances", "lagged"),
    ),
    Case(
        "counts that are all zero",
        _columns("crime_violence", value=0.0),
        ("no_counts", "no_variation"),
        only=("count",),
    ),
    Case(
        "a count below zero", _first_cell("crime_violence", -3.0), ("no_counts",), only=("count",)
    ),
    Case(
        "no residents",
        _columns("population", value=0.0),
        ("too_few_areas", "column_missing"),
        only=("count",),
    ),
    Case(
        "counts that a control foretells",
        lambda w: w.with_columns(
            share_65_plus=(w.panel["code"].str[-1] == "1").astype(float),
            crime_violence=w.panel["crime_violence"].mask(w.panel["code"].str[-1] == "1", 0.0),
        ).asking(controls=["share_65_plus"]),
        ("no_counts",),
        only=("count",),
    ),
    Case(
        "an outcome of which nothing is known",
        lambda w: _columns(w.row.outcome)(w),
        ("column_missing", "one_wave"),
        spares=(*NO_OUTCOME, "count"),
    ),
    Case(
        "counts of which nothing is known",
        _columns("crime_violence"),
        ("column_missing",),
        only=("count",),
    ),
    Case(
        "a study without the outcome",
        lambda w: _without(w.row.outcome, "crime_violence")(w),
        ("column_missing", "one_wave"),
        spares=NO_OUTCOME,
    ),
    Case(
        "a study without the exposure",
        _without(*SHARES),
        ("column_missing", "one_wave"),
        spares=NO_EXPOSURE,
    ),
    Case("a study without places", _without("x", "y"), ("column_missing",), only=(PROGRAMME,)),
    Case(
        "an outcome that is infinite",
        _first_cell(OUTCOME, np.inf),
        (errors.DataError,),
    ),
    Case(
        "an exposure that is infinite",
        _first_cell(CONTRAST, -np.inf),
        (errors.DataError,),
    ),
    Case("a control that is infinite", _first_cell("income_low", np.inf), (errors.DataError,)),
    Case("a weight that is infinite", _first_cell("dwellings", np.inf), (errors.DataError,)),
    Case(
        "weights that are zero",
        _columns("dwellings", value=0.0),
        (*FEW, "column_missing"),
    ),
    Case(
        "weights of a column of its own that are zero",
        lambda w: w.with_columns(households=0.0).with_models(weights="households"),
        (*FEW, "column_missing"),
        equal=False,
        spares=(LIST, PROGRAMME, "multilevel"),
    ),
    Case(
        "weights below zero",
        lambda w: w.with_columns(households=-w.panel["dwellings"]).with_models(
            weights="households"
        ),
        (*FEW, "column_missing"),
        equal=False,
        spares=(LIST, PROGRAMME, "multilevel"),
    ),
    Case(
        "a share below zero",
        _first_cell(CONTRAST, -4.0),
        (errors.DataError,),
        only=("balances", LIST),
    ),
    Case(
        "areas that are there twice",
        lambda w: replace(w, panel=pd.concat([w.panel, w.panel.iloc[:40]], ignore_index=True)),
        (errors.DataError,),
    ),
    Case(
        "a year without figures",
        lambda w: w.asking(year_exposure=1999),
        (errors.ParameterError, "one_wave", "no_focus_area", "column_missing"),
        spares=(PROGRAMME, "two_way"),
    ),
    Case(
        "one year only",
        lambda w: w.keeping(w.panel["year"] == 2024),
        ("one_wave",),
        only=(*OF_CHANGES, PROGRAMME),
    ),
    Case(
        "an outcome made with housing",
        lambda w: w.asking(outcome="lbm"),
        (errors.CircularityError,),
    ),
    Case(
        "an outcome that may be made with housing",
        lambda w: w.asking(outcome="onv"),
        (errors.CircularityError,),
    ),
    Case(
        "a mediator made with housing",
        lambda w: w.with_columns(won=w.panel["income_low"]).asking(controls=["urbanity", "won"]),
        (errors.CircularityError,),
        only=("mediation",),
    ),
    Case(
        "an outcome that the dictionary does not have",
        lambda w: w.asking(outcome="happiness"),
        (errors.RegisterError,),
    ),
    Case(
        "a specification that the study does not have",
        lambda w: w.asking(specification="happiness"),
        (errors.RegisterError,),
    ),
    Case(
        "an estimator that does not exist",
        lambda w: w.asking(estimator="happiness"),
        (errors.RegisterError,),
    ),
    Case(
        "no focus area",
        _columns("focus_area", value=""),
        ("no_focus_area", "too_few_areas"),
        only=(LIST, PROGRAMME),
    ),
    Case(
        "a study that does not know focus areas",
        _without("focus_area"),
        ("no_focus_area", "column_missing"),
        only=(LIST, PROGRAMME),
    ),
    Case(
        "focus areas everywhere",
        lambda w: w.with_columns(focus_area=w.panel["municipality"]),
        (*FEW,),
        only=(LIST, PROGRAMME),
    ),
    Case(
        "features that are the same everywhere",
        _columns(*FEATURES, value=5.0),
        ("no_variation",),
        only=(LIST,),
    ),
    Case(
        "features that determine each other",
        lambda w: w.with_columns(share_65_plus=2 * w.panel["share_15_24"]),
        ("collinear", "not_identified"),
        only=(LIST,),
    ),
    Case(
        "too few features",
        _without(*FEATURES),
        ("column_missing",),
        only=(LIST,),
    ),
]
