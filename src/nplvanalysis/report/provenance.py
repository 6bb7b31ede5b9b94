"""With what exactly a run was made: hashes of parameters, registers, inputs and code."""

from __future__ import annotations

import hashlib
from importlib.metadata import version
from pathlib import Path

import pandas as pd

from nplvanalysis import store

REGISTERS = ["columns.csv", "claims.yaml", "focus_areas.csv", "sources.yaml"]
# Those whose version can move a number or a page.
PACKAGES = [
    *("geopandas", "matplotlib", "numpy", "openpyxl", "pandas", "pyarrow", "pyogrio"),
    *("rdata", "scipy", "shapely"),
]


def of_files(folder: Path, pattern: str) -> str:
    """Hash all files of a folder, names included.

    Parameters
    ----------
    folder : Path
    pattern : str
        As of `Path.rglob`.

    Returns
    -------
    str
        64 hexadecimal digits, the same wherever the folder stands.
    """
    lines = [
        f"{path.relative_to(folder).as_posix()} {store.sha256(path)}\n"
        for path in sorted(folder.rglob(pattern))
        if path.is_file() and "__pycache__" not in path.parts
    ]
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def record(root: Path, received: pd.DataFrame) -> pd.DataFrame:
    """Note what a run is made of.

    Parameters
    ----------
    root : Path
        The repository.
    received : DataFrame
        source and sha256 of the inputs.

    Returns
    -------
    DataFrame
        group, item, value.
    """
    files = {"params.yaml": root / "params.yaml", "requirements.lock": root / "requirements.lock"}
    files |= {f"data/{name}": root / "data" / name for name in REGISTERS}
    groups = {
        "parameters (sha256)": {name: store.sha256(path) for name, path in files.items()},
        "inputs (sha256)": dict(zip(received["source"], received["sha256"], strict=True)),
        "code (sha256)": {
            "src/nplvanalysis": of_files(root / "src" / "nplvanalysis", "*"),
            "notebooks": of_files(root / "notebooks", "*.ipynb"),
        },
        "packages": {name: version(name) for name in PACKAGES},
    }
    rows = [
        {"group": group, "item": item, "value": value}
        for group, items in groups.items()
        for item, value in items.items()
    ]
    return pd.DataFrame(rows)
