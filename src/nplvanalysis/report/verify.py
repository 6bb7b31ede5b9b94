"""`make verify`: rerun a published study in a clone of its own and compare every number."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import pandas as pd

from nplvanalysis import errors, params, store
from nplvanalysis.report.publish import FINDINGS

RELATIVE, ABSOLUTE = 1e-9, 1e-12
KEY = [
    *("study", "hypothesis", "row", "estimator", "role", "outcome", "exposure", "subset"),
    *("weights", "controls", "sample", "fixed_effects", "year_first", "year_exposure"),
    *("year_outcome", "unit", "standard_errors"),
]


def differences(published: pd.DataFrame, rerun: pd.DataFrame) -> list[str]:
    """List every estimate that differs.

    Parameters
    ----------
    published, rerun : DataFrame
        Estimates as text, see `nplvanalysis.models.rows.COLUMNS`.

    Returns
    -------
    list of str
        Empty if all numbers agree within `RELATIVE` and `ABSOLUTE` and all texts are equal.
    """
    both = published.merge(
        rerun, on=KEY, how="outer", suffixes=("", " rerun"), indicator=True, validate="1:1"
    )
    alone = both[both["_merge"] != "both"]
    found = [f"{_name(row)}: only {row['_merge']}" for _, row in alone.iterrows()]
    both = both[both["_merge"] == "both"]
    for column in [name for name in published.columns if name not in KEY]:
        for index in both.index[~_agree(both[column], both[f"{column} rerun"])]:
            row = both.loc[index]
            values = f"published {row[column]}, rerun {row[f'{column} rerun']}"
            found.append(f"{_name(row)}, {column}: {values}")
    return found


def _name(row: pd.Series) -> str:
    return " ".join(str(row[name]) for name in KEY[1:])


def _agree(one: pd.Series, other: pd.Series) -> pd.Series:
    mine, theirs = (
        pd.to_numeric(values, errors="coerce").to_numpy(float) for values in (one, other)
    )
    return (one == other) | np.isclose(mine, theirs, rtol=RELATIVE, atol=ABSOLUTE)


def other_inputs(published: pd.DataFrame, rerun: pd.DataFrame) -> list[str]:
    """List the sources whose bytes differ.

    Parameters
    ----------
    published, rerun : DataFrame
        `received.csv` as text.
    """
    both = published.merge(rerun, on="source", how="outer", suffixes=("", " rerun"), validate="1:1")
    other = both[both["sha256"] != both["sha256 rerun"]]
    return [
        f"{row['source']}: published {row['sha256']}, rerun {row['sha256 rerun']}"
        for _, row in other.iterrows()
    ]


def rerun(study: str, folder: Path, origin: Path) -> None:
    """Clone the last commit and run a study there, with nothing cached.

    Parameters
    ----------
    study : str
    folder : Path
        Empty; the clone comes here.
    origin : Path
        The repository. Its byte store and inbox are used, so that nothing is fetched twice.

    Raises
    ------
    StoreError
        If the run fails there.
    """
    mirror = os.environ.get("NPLV_MIRROR")
    settings = os.environ | {"PYTHONPATH": str(folder / "src")}
    settings |= {"NPLV_MIRROR": str(Path(mirror).resolve())} if mirror else {}
    subprocess.run(["git", "clone", "--quiet", str(origin), str(folder)], check=True)
    for shared in (".bytes", "data/inbox"):
        if (origin / shared).exists():
            (folder / shared).symlink_to(origin / shared)
    for command in ([sys.executable, "-m", "nplvanalysis.studies", study], ["dvc", "repro"]):
        done = subprocess.run(command, cwd=folder, env=settings, check=False)
        if done.returncode:
            raise errors.StoreError(
                "The study cannot be rerun.",
                where=f"a clone of the last commit, {' '.join(command)}",
                expected="exit code 0",
                got=str(done.returncode),
                todo="See the message above.",
            )


def verify(study: str) -> str:
    """Rerun a published study and compare inputs and estimates.

    Parameters
    ----------
    study : str
        A folder of docs/findings/.

    Returns
    -------
    str
        What was compared.

    Raises
    ------
    ParameterError
        If the study was never published.
    DataError
        With what differs.
    """
    origin = params.root()
    folder = origin / FINDINGS / study
    if not study or not (folder / "estimates.csv").is_file():
        raise errors.ParameterError(
            "There is no published study of this name.",
            where=str(origin / FINDINGS),
            expected=", ".join(sorted(one.name for one in (origin / FINDINGS).glob("*/"))),
            got=study or "no name",
            todo="Name one of these, as in `make verify STUDY=nederland-wijken`.",
        )
    with tempfile.TemporaryDirectory(prefix="nplv-verify-") as name:
        clone = Path(name) / "clone"
        rerun(study, clone, origin)
        tables = {
            place: (store.read_csv(one), store.read_csv(clone / other))
            for place, one, other in (
                ("inputs", folder / "received.csv", "data/raw/received.csv"),
                ("estimates", folder / "estimates.csv", "reports/estimates.csv"),
            )
        }
    found = other_inputs(*tables["inputs"]) + differences(*tables["estimates"])
    if found:
        raise errors.DataError(
            "The rerun differs from what was published.",
            where=str(folder),
            expected=f"every number within {RELATIVE:g} (relative), every input hash equal",
            got=f"{len(found)} differences; the first: {'; '.join(found[:5])}",
            todo="If the change is meant, run `make findings` and `make publish` and say why in "
            "CHANGELOG.md; if not, look for what changed in code, inputs or packages.",
        )
    counts = f"{len(tables['inputs'][0])} inputs and {len(tables['estimates'][0]):,} estimates"
    return f"{study}: {counts} are as published."
