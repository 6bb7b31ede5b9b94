"""The study that runs: `params.yaml`, checked; and switching from one study to another."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from nplvanalysis import errors, store

PARAMS = "params.yaml"
STUDIES = "studies"


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


class Measures(_Strict):
    """How shares are closed and how zeros are handled."""

    zero_replacement: float = Field(gt=0, lt=0.1)


class Specification(_Strict):
    """One model as data.

    `terms` are tenure shares or measures in the model; `contrast` is the one that is reported,
    per `step` of its unit; `against` says in words what it is set against.
    """

    terms: list[str] = Field(min_length=1)
    contrast: str
    against: str
    step: float = Field(gt=0)
    kind: Literal["swap", "share", "blending"]

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
    delta: dict[Literal["swap", "share", "blending"], float]
    alpha: float = Field(gt=0, lt=0.5)
    specifications: dict[str, Specification]


class Study(_Strict):
    """All parameters of a study."""

    study: str = Field(pattern=r"^[a-z][a-z0-9-]*$")
    synthetic: bool
    seed: int
    unit: Literal["buurt", "wijk", "gemeente"]
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


def narrowed(study: Study, unit: str, min_dwellings: int) -> Study:
    """Give a study another unit or sample, as the parameters of a notebook ask.

    Parameters
    ----------
    study : Study
    unit : str
        buurt, wijk or gemeente.
    min_dwellings : int

    Returns
    -------
    Study
    """
    content = study.model_dump()
    content["unit"], content["sample"]["min_dwellings"] = unit, min_dwellings
    return Study.model_validate(content)


def studies(folder: Path) -> list[str]:
    """List the names of the ready-made studies."""
    return sorted(file.stem for file in (folder / STUDIES).glob("*.yaml"))


def _committed(folder: Path) -> str | None:
    shown = subprocess.run(
        ["git", "show", f"HEAD:{PARAMS}"], cwd=folder, capture_output=True, text=True, check=False
    )
    return shown.stdout if shown.returncode == 0 else None


def switch(name: str, folder: Path) -> None:
    """Make a ready-made study the one that runs.

    Parameters
    ----------
    name : str
        A file of `studies/`, without its ending.
    folder : Path
        The repository.

    Raises
    ------
    ParameterError
        If the study is unknown, or if `params.yaml` holds edits that would be lost.
    """
    known = studies(folder)
    if name not in known:
        raise errors.ParameterError(
            "This study is unknown.",
            where=str(folder / STUDIES),
            expected=", ".join(known),
            got=name,
            todo="Choose one of these, as in `make findings STUDY=sample`.",
        )
    current = store.read_text(folder / PARAMS)
    kept = [store.read_text(folder / STUDIES / f"{study}.yaml") for study in known]
    if current not in [*kept, _committed(folder)]:
        raise errors.ParameterError(
            "params.yaml was edited, and switching would overwrite it.",
            where=str(folder / PARAMS),
            expected="params.yaml as committed, or equal to a file of studies/",
            got="a file with changes of its own",
            todo="Keep it with `cp params.yaml studies/my-study.yaml`, or drop the changes "
            "with `git checkout params.yaml`; to run it as it is, leave STUDY out.",
        )
    wanted = store.read_text(folder / STUDIES / f"{name}.yaml")
    parse(wanted, where=str(folder / STUDIES / f"{name}.yaml"))
    if wanted != current:
        store.write_text(wanted, folder / PARAMS)


def main() -> None:
    """Check `params.yaml`, after switching to the study that is named, if any."""
    folder = root()
    if len(sys.argv) > 1 and sys.argv[1]:
        switch(sys.argv[1], folder)
    print(f"study: {load(folder / PARAMS).study}")


if __name__ == "__main__":
    errors.run(main)
