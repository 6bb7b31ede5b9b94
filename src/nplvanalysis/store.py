"""The only module that touches files: verified reads, atomic writes."""

from __future__ import annotations

import hashlib
import os
import re
import tempfile
import warnings
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from nplvanalysis.errors import FormatError, StoreError

if TYPE_CHECKING:
    import geopandas as gpd

SIGNIFICANT_DIGITS = 10


def sha256(path: Path | str) -> str:
    """Return the SHA-256 of an existing file in hexadecimal digits."""
    with Path(path).open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


@contextmanager
def replacing(path: Path | str) -> Iterator[Path]:
    """Give a temporary path that becomes `path` when the block ends well, and vanishes otherwise.

    Yields
    ------
    Path
        A file in the same folder, which is made if needed, with the same ending.

    Raises
    ------
    StoreError
        If the folder or file cannot be written.
    """
    path = Path(path)
    temporary = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=".part-", suffix=path.suffix)
        os.close(handle)
        temporary = Path(name)
        yield temporary
        temporary.chmod(0o644)
        temporary.replace(path)
    except OSError as error:
        raise StoreError(
            "A file cannot be written.",
            where=str(path),
            expected="a folder with write permission and space left",
            got=str(error),
            todo="Check the permissions and the free space of the folder, then run again.",
        ) from error
    finally:
        if temporary is not None:
            temporary.unlink(missing_ok=True)


def _reading(path: Path | str, reader: Callable[[Path], Any], kind: str) -> Any:
    path = Path(path)
    if not path.is_file():
        raise StoreError(
            "A file is missing.",
            where=str(path),
            expected=kind,
            got="no such file",
            todo="Run `make findings` (or `dvc repro`), which makes every file of the pipeline.",
        )
    try:
        return reader(path)
    except MemoryError:
        raise
    except Exception as error:
        raise FormatError(
            "A file cannot be read.",
            where=str(path),
            expected=kind,
            got=f"{path.stat().st_size:,} bytes; {type(error).__name__}: {error}",
            todo="The file may be truncated or of another format. Delete it and run again; "
            "if it came from a publisher, compare it with the publisher's page.",
        ) from error


def rounded(table: pd.DataFrame, digits: int = SIGNIFICANT_DIGITS) -> pd.DataFrame:
    """Round float columns to significant digits, so that machines agree on the bytes."""
    table = table.copy()
    for column in table.select_dtypes("float").columns:
        values = table[column].to_numpy(dtype=float, na_value=np.nan)
        with np.errstate(divide="ignore", invalid="ignore"):
            magnitude = np.floor(np.log10(np.abs(values)))
        places = digits - 1 - np.where(np.isfinite(magnitude), magnitude, 0)
        scale = 10.0 ** np.clip(places, -300, 300)
        result = np.round(values * scale) / scale
        table[column] = np.where(np.isfinite(values) & (values != 0), result, values)
    return table


def read_table(path: Path | str) -> pd.DataFrame:
    """Read a Parquet table; see `write_table`."""
    return _reading(path, pd.read_parquet, "a Parquet table of this pipeline")


def write_table(table: pd.DataFrame, path: Path | str) -> None:
    """Write a table without its index as Parquet or, for a path that ends in .csv, as CSV.

    Floats are rounded to `SIGNIFICANT_DIGITS`; the file is read back before it takes its name.

    Raises
    ------
    StoreError
        If it cannot be written, or if what is read back differs.
    """
    table = rounded(table).reset_index(drop=True)
    with replacing(path) as temporary:
        if Path(path).suffix == ".csv":
            table.to_csv(temporary, index=False, lineterminator="\n")
            written = pd.read_csv(temporary, dtype=str).shape
        else:
            table.to_parquet(temporary, index=False)
            written = pd.read_parquet(temporary).shape
        _verify(path, written, table.shape)


def read_areas(path: Path | str) -> gpd.GeoDataFrame:
    """Read a GeoParquet table of areas; see `write_areas`."""
    import geopandas as gpd

    return _reading(path, gpd.read_parquet, "a GeoParquet table of this pipeline")


def write_areas(areas: gpd.GeoDataFrame, path: Path | str) -> None:
    """Write areas with geometry as GeoParquet, or as GeoPackage for a path that ends in .gpkg.

    The file is read back before it takes its name; see `write_table` for errors.
    """
    import geopandas as gpd

    areas = rounded(areas).reset_index(drop=True)
    with replacing(path) as temporary:
        if Path(path).suffix == ".gpkg":
            temporary.unlink()
            areas.to_file(temporary, layer="areas", driver="GPKG", engine="pyogrio")
            written = gpd.read_file(temporary, engine="pyogrio").shape
        else:
            areas.to_parquet(temporary, index=False)
            written = gpd.read_parquet(temporary).shape
        _verify(path, written, areas.shape)


def _verify(path: Path | str, written: tuple[int, int], meant: tuple[int, int]) -> None:
    if tuple(written) != tuple(meant):
        raise StoreError(
            "A table read back differs from the table written.",
            where=str(path),
            expected=f"{meant[0]:,} rows and {meant[1]} columns",
            got=f"{written[0]:,} rows and {written[1]} columns",
            todo="The disk may be full. Free space and run again.",
        )


def read_text(path: Path | str, encoding: str = "utf-8") -> str:
    """Read a text file; as latin-1 nothing is lost, and a cleaner can find the encoding out."""
    return _reading(path, lambda file: file.read_text(encoding), f"a text in {encoding}")


def write_text(text: str, path: Path | str) -> None:
    """Write a UTF-8 text file with Unix line ends, atomically."""
    with replacing(path) as temporary:
        temporary.write_text(text, encoding="utf-8", newline="\n")


def write_bytes(content: bytes, path: Path | str) -> None:
    """Write bytes atomically."""
    with replacing(path) as temporary:
        temporary.write_bytes(content)


def read_csv(path: Path | str, **options: Any) -> pd.DataFrame:
    """Read a CSV with every cell as text (empty if it is); options go to `pandas.read_csv`."""
    text: dict[str, Any] = {"dtype": str, "keep_default_na": False, "encoding": "utf-8-sig"}
    return _reading(path, lambda file: pd.read_csv(file, **(text | options)), "a CSV table")


def read_workbook(path: Path | str) -> pd.DataFrame:
    """Read the first sheet of a workbook, every cell as text; empty cells are empty strings."""
    # openpyxl does not know the format of before 2007
    engine: Any = "calamine" if Path(path).suffix == ".xls" else "openpyxl"
    options = {"dtype": str, "keep_default_na": False, "engine": engine}
    kind = "an Excel workbook with one header row"
    return _reading(path, lambda file: pd.read_excel(file, **options), kind)


def read_dbf(path: Path | str) -> pd.DataFrame:
    """Read a dBase table as stored, missing codes included."""
    import pyogrio

    options = {"read_geometry": False, "encoding": "UTF-8"}
    return _reading(path, lambda file: pyogrio.read_dataframe(file, **options), "a dBase table")


def read_members(path: Path | str, pattern: str) -> dict[str, bytes]:
    """Read members of a zip whose names, without folders, match an expression, each name once."""

    def reader(file: Path) -> dict[str, bytes]:
        with zipfile.ZipFile(file) as archive:
            names = [(name.rpartition("/")[-1], name) for name in archive.namelist()]
            found = [(short, name) for short, name in names if re.fullmatch(pattern, short)]
            if len(dict(found)) != max(1, len(found)):
                raise ValueError(f"its members are {', '.join(archive.namelist()[:12])}")
            return {short: archive.read(name) for short, name in found}

    return _reading(path, reader, f"a zip with members named {pattern}, each name once")


def read_layer(path: Path | str, layer: str) -> gpd.GeoDataFrame:
    """Read a layer of the only GeoPackage inside a zip as stored, missing codes included."""
    import geopandas as gpd

    def reader(file: Path) -> gpd.GeoDataFrame:
        with zipfile.ZipFile(file) as archive:
            (member,) = [name for name in archive.namelist() if name.endswith(".gpkg")]
        return gpd.read_file(f"/vsizip/{file}/{member}", layer=layer, engine="pyogrio")

    return _reading(path, reader, f"a zip with one GeoPackage that has a layer {layer!r}")


def read_rda(path: Path | str) -> dict[str, Any]:
    """Read an R data file: object names and contents; `sf` geometry as nested lists of arrays."""
    import rdata

    def reader(file: Path) -> dict[str, Any]:
        with warnings.catch_warnings():
            # rdata warns for every R class that it returns as plain lists, which is what is wanted
            warnings.simplefilter("ignore", UserWarning)
            return dict(rdata.read_rda(file))

    return _reading(path, reader, "an R data file (.rda)")
