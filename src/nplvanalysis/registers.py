"""The registers: sources (`data/sources.yaml`), claims (`data/claims.yaml`), focus areas."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any, Literal, TypeVar

import pandas as pd
import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from nplvanalysis import errors, params, schema, store

SOURCES = "data/sources.yaml"
CLAIMS = "data/claims.yaml"
FOCUS_AREAS = "data/focus_areas.csv"

Model = TypeVar("Model", bound=BaseModel)


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Licence(_Strict):
    """The licence of a source."""

    name: str
    url: str


class Source(_Strict):
    """One file of a publisher; `made_by` names the generator of one that is made here instead.

    `sha256` is None for a living statistic and for synthetic files.
    """

    title: str
    producer: str
    vintage: str
    published: str
    licence: Licence
    citation: str
    page: str
    url: str | None
    copies: list[str]
    sha256: str | None = Field(pattern=r"^[0-9a-f]{64}$")
    file: str
    dataset: schema.Dataset | Literal["boundaries", "addresses"]
    level: Literal["buurt", "wijk", "gemeente", "gebied"]
    year: int
    division: int
    made_by: Literal["sample"] | None = None


class Text(_Strict):
    """A text in both languages."""

    nl: str
    en: str


# A wave is the deciding association in another year, a conditional row holds a possible mediator
# constant, an interaction asks whether groups differ: none of them decides anything.
Role = Literal[
    "primary", "instrument", "secondary", "decomposition", "wave", "conditional", "interaction"
]
# Which rule of models/rules.py turns the row into a verdict.
Rule = Literal["delta", "ratio", "agreement", "list"]


class Row(_Strict):
    """One estimate that a hypothesis asks of a study.

    `estimator` is a name of models/estimates.py. `controls` and years replace those of the study;
    `year_first` is the first of a change. `where` keeps areas by a column in the exposure year.
    `statement` says what this row tests where a study can test a part of the hypothesis only, and
    `reading` replaces the caveat of the hypothesis.
    """

    role: Role
    outcome: str
    specification: str
    sign: Literal[-1, 1]
    estimator: str = "cross_section"
    rule: Rule = "delta"
    controls: list[str] | None = None
    where: dict[str, list[int | str]] = {}
    year_first: int | None = None
    year_exposure: int | None = None
    year_outcome: int | None = None
    statement: Text | None = None
    reading: Text | None = None


class NegativeControl(_Strict):
    """An outcome that a claim says nothing about, and why; None where a study has none."""

    outcome: str | None
    year_outcome: int | None = None
    reason: Text


class NotTestable(_Strict):
    """Why a hypothesis cannot be tested: with open data at all, or by this version."""

    code: Literal["not_open", "no_estimator"]
    reason: Text


class Hypothesis(_Strict):
    """One testable reading of a conclusion; `reading` is a caveat of its own."""

    family: Literal["A", "B", "C", "D", "E", "F", "G"]
    conclusion: int
    statement: Text
    falsified: Text
    needs: list[str]
    reading: Text | None = None
    not_testable: NotTestable | None = None
    studies: dict[str, list[Row]] = {}
    negative_controls: dict[str, list[NegativeControl]] = {}
    lacking: dict[str, Text] = {}


class Conclusion(_Strict):
    """One of the ten conclusions of the meeting."""

    statement: Text
    hypotheses: list[str]
    not_testable: Text | None = None


class Claims(_Strict):
    """The whole register of claims."""

    conclusions: dict[int, Conclusion]
    hypotheses: dict[str, Hypothesis]


def _validated(content: Any, model: type[Model], where: str) -> Model:
    try:
        return model.model_validate(content)
    except ValidationError as error:
        raise errors.RegisterError(
            "An entry of a register is not valid.",
            where=where,
            expected=f"the fields of nplvanalysis.registers.{model.__name__}",
            got="; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors()),
            todo="Correct the entry.",
        ) from error


@lru_cache(maxsize=8)
def _parsed(text: str) -> Any:
    """Parse a register once; nobody changes what comes out, models are made of it."""
    return yaml.safe_load(text)


def _loaded(path: Path) -> Any:
    try:
        return _parsed(store.read_text(path))
    except yaml.YAMLError as error:
        raise errors.RegisterError(
            "A register is not YAML.",
            where=str(path),
            expected="YAML",
            got=str(error),
            todo="Correct the file at the line named above.",
        ) from error


def sources(path: Path | str | None = None) -> dict[str, Source]:
    """Read the catalogue of sources.

    Parameters
    ----------
    path : path, optional
        None: `data/sources.yaml` of this repository.

    Returns
    -------
    dict of str to Source

    Raises
    ------
    RegisterError
        If an entry lacks a field or has one too many.
    """
    path = Path(path) if path else params.root() / SOURCES
    read = _loaded(path).items()
    return {name: _validated(one, Source, f"{path}, source {name!r}") for name, one in read}


def chosen(study: params.Study, catalogue: dict[str, Source]) -> dict[str, Source]:
    """Pick the sources of a study from the catalogue.

    Raises
    ------
    ParameterError
        If the study names a source that the catalogue lacks.
    """
    unknown = [name for name in study.sources if name not in catalogue]
    if unknown:
        raise errors.ParameterError(
            "The study names a source that is not in the catalogue.",
            where=f"{params.PARAMS}, sources",
            expected=f"entries of {SOURCES}: {', '.join(catalogue)}",
            got=", ".join(unknown),
            todo="Correct the name, or add the source (docs/add-a-source.md).",
        )
    return {name: catalogue[name] for name in study.sources}


def claims(path: Path | str | None = None) -> Claims:
    """Read the register of claims.

    Parameters
    ----------
    path : path, optional
        None: `data/claims.yaml` of this repository.

    Raises
    ------
    RegisterError
        If an entry is not valid, or a hypothesis has two deciding rows in one study.
    """
    path = Path(path) if path else params.root() / CLAIMS
    found = _validated(_loaded(path), Claims, str(path))
    for name, hypothesis in found.hypotheses.items():
        for study, rows in hypothesis.studies.items():
            deciding = [row for row in rows if row.role in ("primary", "instrument")]
            if len(deciding) != 1:
                raise errors.RegisterError(
                    "A hypothesis needs exactly one row that decides, fixed before estimation.",
                    where=f"{path}, {name}, study {study}",
                    expected="one row with role primary or instrument",
                    got=f"{len(deciding)} such rows",
                    todo="Choose one; make the others secondary.",
                )
    return found


def focus_areas(path: Path | str | None = None) -> pd.DataFrame:
    """Read the focus areas: area_id, area_name, municipality, level, code, division, status."""
    path = Path(path) if path else params.root() / FOCUS_AREAS
    return store.read_csv(path).astype({"division": "int64"})
