"""The written truth: `truth.yaml`, checked, and the effects that follow from it."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

import numpy as np
import pandas as pd
import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from nplvanalysis import store
from nplvanalysis.errors import ParameterError

TRUTH = Path(__file__).with_name("truth.yaml")
SWAP, BLENDING = "owner-to-corporation", "blending"
# Smaller areas do not enter the models.
LEAST_DWELLINGS = 100
COLUMNS = ["hypothesis", "outcome", "specification", "effect", "unit", "note"]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Noise(_Strict):
    """Noise of a column: form, spread (in its unit, or of its logarithm), spatial share."""

    form: Literal["additive", "proportional"]
    spread: float = Field(ge=0)
    spatial: float = Field(ge=0, le=1)


class Municipality(_Strict):
    """Municipality effects: their own spread, and how they go with corporation rent."""

    spread: float = Field(default=0.0, ge=0)
    with_corporation: float = 0.0


class Counted(_Strict):
    """Counts behind a rate: events for every `per` of a column."""

    of: Literal["population", "persons_under_23"]
    per: float = Field(gt=0)


class Process(_Strict):
    """How one column is made; see the head of truth.yaml."""

    unit: str
    base: float
    corporation: float = 0.0
    other_rent: float = 0.0
    blending: float = 0.0
    urbanity: tuple[float, float, float, float, float] = (0.0, 0.0, 0.0, 0.0, 0.0)
    trend: float = 0.0
    municipality: Municipality = Municipality()
    through: dict[str, float] = {}
    noise: Noise
    range: tuple[float, float] | None = None
    counted: Counted | None = None
    hypotheses: dict[Literal["owner-to-corporation", "blending"], str] = {}


class Truth(_Strict):
    """All of truth.yaml."""

    year: int
    steps: dict[str, float]
    columns: dict[str, Process]
    sums: dict[str, list[str]]


def parse(text: str, where: str = TRUTH.name) -> Truth:
    """Check the text of a truth.

    Parameters
    ----------
    text : str
        YAML.
    where : str
        Named in errors.

    Returns
    -------
    Truth

    Raises
    ------
    ParameterError
        For a field that is unknown or impossible, or a column that goes through a later one.
    """
    try:
        content: Any = yaml.safe_load(text)
        truth = Truth.model_validate(content)
    except (ValidationError, yaml.YAMLError) as error:
        raise _impossible(where, str(error)) from error
    order = list(truth.columns)
    for position, (name, process) in enumerate(truth.columns.items()):
        late = [other for other in process.through if other not in order[:position]]
        if late:
            raise _impossible(where, f"{name} goes through {', '.join(late)}, not drawn before it")
    lacking = {part for parts in truth.sums.values() for part in parts} - set(order)
    if lacking:
        raise _impossible(
            where, f"sums of columns that are not there: {', '.join(sorted(lacking))}"
        )
    return truth


def load() -> Truth:
    """Read and check `truth.yaml`."""
    return parse(store.read_text(TRUTH), str(TRUTH))


def _impossible(where: str, got: str) -> ParameterError:
    return ParameterError(
        "The truth of the synthetic province is not possible.",
        where=where,
        expected="processes as the head of truth.yaml describes them",
        got=got,
        todo="Correct truth.yaml.",
    )


def totals(truth: Truth) -> pd.DataFrame:
    """Add up direct effects and those that run through other columns.

    Parameters
    ----------
    truth : Truth

    Returns
    -------
    DataFrame
        Index: column; `corporation` and `other_rent` per 10 points against owner-occupied,
        `blending` from none to full, each with the others held.
    """
    terms = ["corporation", "other_rent", "blending"]
    found: dict[str, list[float]] = {}
    for name, process in truth.columns.items():
        found[name] = [
            getattr(process, term)
            + sum(slope * found[via][position] for via, slope in process.through.items())
            for position, term in enumerate(terms)
        ]
    for name, parts in truth.sums.items():
        found[name] = [sum(values) for values in zip(*(found[part] for part in parts), strict=True)]
    return pd.DataFrame.from_dict(found, orient="index", columns=terms)


def leaning(latent: pd.DataFrame, year: int) -> float:
    """Regress blending on corporation rent, weighted by dwellings.

    Parameters
    ----------
    latent : DataFrame
        See `province.Province`; areas of fewer than `LEAST_DWELLINGS` are left out.
    year : int

    Returns
    -------
    float
        Change of blending per 10 points of the swap from owner-occupied to corporation rent,
        with other rent, urbanity and municipality held.
    """
    rows = latent[(latent["year"] == year) & (latent["dwellings"] >= LEAST_DWELLINGS)]
    classes, places = (
        pd.get_dummies(rows[name], dtype=float) for name in ("urbanity", "municipality")
    )
    shares = rows[["tenure_corporation", "tenure_other"]]
    design = pd.concat([shares, classes.iloc[:, 1:], places], axis=1).to_numpy()
    root = np.sqrt(rows["dwellings"].to_numpy())
    slopes, *_ = np.linalg.lstsq(design * root[:, None], rows["blending"] * root, rcond=None)
    return float(10 * slopes[0])


def effects(truth: Truth, leaning: float = 0.0) -> pd.DataFrame:
    """List the true effect of each specification on each outcome.

    Parameters
    ----------
    truth : Truth
    leaning : float
        From `leaning`: what a model without a blending term reads into the swap.

    Returns
    -------
    DataFrame
        hypothesis, outcome, specification, effect (per the specification's step), unit, note.
    """
    found = totals(truth)
    hypotheses = {name: process.hypotheses for name, process in truth.columns.items()}
    hypotheses |= {name: hypotheses[parts[0]] for name, parts in truth.sums.items()}
    rows = []
    for name, listed in hypotheses.items():
        linear, curved = (float(found[term][name]) for term in ("corporation", "blending"))
        unit = truth.columns[name if name in truth.columns else truth.sums[name][0]].unit
        for specification, hypothesis in listed.items():
            swap = specification == SWAP
            effect = linear + curved * leaning if swap else curved
            note = _note(swap, linear, curved)
            rows.append((hypothesis, name, specification, effect, unit, note))
    return pd.DataFrame(rows, columns=COLUMNS)


def _note(swap: bool, linear: float, curved: float) -> str:
    if not swap:
        return "SYNTHETIC; at equal shares, from no blending to full blending"
    straight = "SYNTHETIC; per 10 points of dwellings, other rent constant"
    if curved == 0:
        return straight
    return (
        f"{straight}; {linear:.4g} by the swap itself, the rest is the slope of the curvature "
        f"({curved:.4g} x blending), in areas of {LEAST_DWELLINGS} or more dwellings"
    )
