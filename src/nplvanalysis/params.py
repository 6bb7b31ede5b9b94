"""The study that runs: `params.yaml`, checked."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from nplvanalysis import errors, store

PARAMS = "params.yaml"
# Instead of a column of fixed effects or clusters.
NONE = "none"


# What a step of a contrast is: dwellings moved between tenures, one share against all others, from
# no blending to full blending, or any other exposure.
Kind = Literal["swap", "share", "blending", "other"]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class Years(_Strict):
    """The years of the cross-section: tenure, outcomes, and the borders both are put on."""

    exposure: int = Field(ge=1995, le=2100)
    outcome: int = Field(ge=1995, le=2100)
    division: int = Field(ge=1995, le=2100)


class Sample(_Strict):
    """Which areas enter the models."""

    min_dwellings: int = Field(ge=0)
    max_tenure_unknown: float = Field(ge=0, le=100)
    max_apportioned: float = Field(ge=0, le=100)
    max_tenure_unknown_in_change: float = Field(ge=0, le=100)
    leave_out_reclassed: bool


class Measures(_Strict):
    """How shares are closed, how zeros are handled, and what counts as a problem.

    `problems` are columns of which a high value is bad; an area has a problem where it is among
    the areas beyond the percentile `problem_cutoff` of that year.
    """

    zero_replacement: float = Field(gt=0, lt=0.1)
    problems: list[str]
    problem_cutoff: float = Field(gt=50, lt=100)


class Specification(_Strict):
    """One model as data.

    `terms` are tenure shares or measures in the model; `contrast` is the one that is reported,
    per `step` of its unit; `against` says in words what it is set against. `rounded_to` is the step
    in which the contrast is published, in its unit, where models of change must take the error of
    that rounding out; 0: they need not.
    """

    terms: list[str] = Field(min_length=1)
    contrast: str
    against: str
    step: float = Field(gt=0)
    kind: Kind
    rounded_to: float = Field(default=0.0, ge=0)

    @model_validator(mode="after")
    def _contrast_is_a_term(self) -> Specification:
        if self.contrast not in self.terms:
            msg = f"contrast {self.contrast!r} is not one of the terms {self.terms}"
            raise ValueError(msg)
        return self


class Models(_Strict):
    """Specifications and the conventions they share."""

    fixed_effects: str
    cluster: str
    weights: str
    controls: list[str]
    controls_other: list[str]
    conley_km: list[float]
    identification_r2: float = Field(gt=0, le=1)
    min_clusters: int = Field(ge=2)
    min_areas: int = Field(ge=10)
    delta: dict[Kind, float]
    alpha: float = Field(gt=0, lt=0.5)
    specifications: dict[str, Specification]


class Study(_Strict):
    """All parameters of a study."""

    study: str = Field(pattern=r"^[a-z][a-z0-9-]*$")
    synthetic: bool
    seed: int
    unit: Literal["buurt", "wijk", "gemeente", "gebied"]
    sources: list[str] = Field(min_length=1)
    years: Years
    sample: Sample
    measures: Measures
    models: Models


def root(start: Path | None = None) -> Path:
    """Find the folder of the repository: the nearest one upwards that holds `dvc.yaml`.

    Raises
    ------
    ParameterError
        If there is none.
    """
    start = (start or Path.cwd()).resolve()
    for folder in (start, *start.parents):
        if (folder / "dvc.yaml").is_file():
            return folder
    raise errors.ParameterError(
        "This is not inside the repository.",
        where=str(start),
        expected="a folder with dvc.yaml, here or above",
        got="none",
        todo="Change to the folder you cloned and run again.",
    )


def parse(text: str, where: str = PARAMS) -> Study:
    """Check the text of a study.

    Parameters
    ----------
    text : str
        YAML.
    where : str
        Named in errors.

    Returns
    -------
    Study

    Raises
    ------
    ParameterError
        For a parameter that is unknown, missing, of the wrong type or out of range.
    """
    try:
        content: Any = yaml.safe_load(text)
        return Study.model_validate(content)
    except (ValidationError, yaml.YAMLError) as error:
        raise errors.ParameterError(
            "A parameter of the study is not valid.",
            where=where,
            expected="the parameters and types described in studies/sample.yaml",
            got=_problems(error),
            todo="Correct the parameter, or restore the file with `git checkout params.yaml`.",
        ) from error


def _problems(error: ValidationError | yaml.YAMLError) -> str:
    if isinstance(error, yaml.YAMLError):
        return f"not YAML: {error}"
    return "; ".join(
        f"{'.'.join(map(str, item['loc']))}: {item['msg']} (got {item['input']!r})"
        for item in error.errors()
    )


def load(path: Path | str | None = None) -> Study:
    """Read and check `params.yaml`.

    Parameters
    ----------
    path : path, optional
        None: `params.yaml` of this repository.
    """
    path = Path(path) if path else root() / PARAMS
    return parse(store.read_text(path), where=str(path))


def narrowed(study: Study, unit: str = "", min_dwellings: int | None = None) -> Study:
    """Give a study another unit or sample, as the parameters of a notebook ask.

    Parameters
    ----------
    study : Study
    unit : str
        buurt, wijk or gemeente; empty: that of the study.
    min_dwellings : int, optional
        None: that of the study.

    Returns
    -------
    Study
    """
    content = study.model_dump()
    content["unit"] = unit or study.unit
    if min_dwellings is not None:
        content["sample"]["min_dwellings"] = min_dwellings
    return Study.model_validate(content)
