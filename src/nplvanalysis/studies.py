"""Ready-made studies: switching from one to another without losing anything."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from nplvanalysis import errors, params, store

STUDIES = "studies"


def names(folder: Path) -> list[str]:
    """List the names of the ready-made studies."""
    return sorted(file.stem for file in (folder / STUDIES).glob("*.yaml"))


def _committed(folder: Path) -> str | None:
    shown = subprocess.run(
        ["git", "show", f"HEAD:{params.PARAMS}"],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
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
    known = names(folder)
    if name not in known:
        raise errors.ParameterError(
            "This study is unknown.",
            where=str(folder / STUDIES),
            expected=", ".join(known),
            got=name,
            todo="Choose one of these, as in `make findings STUDY=sample`.",
        )
    current = store.read_text(folder / params.PARAMS)
    kept = [store.read_text(folder / STUDIES / f"{study}.yaml") for study in known]
    if current not in [*kept, _committed(folder)]:
        raise errors.ParameterError(
            "params.yaml was edited, and switching would overwrite it.",
            where=str(folder / params.PARAMS),
            expected="params.yaml as committed, or equal to a file of studies/",
            got="a file with changes of its own",
            todo="Keep it with `cp params.yaml studies/my-study.yaml`, or drop the changes "
            "with `git checkout params.yaml`; to run it as it is, leave STUDY out.",
        )
    wanted = store.read_text(folder / STUDIES / f"{name}.yaml")
    found = params.parse(wanted, where=str(folder / STUDIES / f"{name}.yaml")).study
    if found != name:
        raise errors.ParameterError(
            "A study does not carry the name of its file.",
            where=f"{STUDIES}/{name}.yaml",
            expected=f"study: {name}",
            got=f"study: {found}",
            todo="Correct `study:` in the file; pages and published findings go by it.",
        )
    if wanted != current:
        store.write_text(wanted, folder / params.PARAMS)


def main() -> None:
    """Check `params.yaml`, after switching to the study that is named, if any."""
    folder = params.root()
    if len(sys.argv) > 1 and sys.argv[1]:
        switch(sys.argv[1], folder)
    print(f"study: {params.load(folder / params.PARAMS).study}")


if __name__ == "__main__":
    errors.run(main)
