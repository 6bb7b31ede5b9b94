"""The synthetic province, published file by file as the real publishers would."""

from __future__ import annotations

from pathlib import Path, PurePosixPath

from nplvanalysis import store
from nplvanalysis.registers import Source
from nplvanalysis.sources.sample import (
    borders,
    divisions,
    editions,
    province,
    request,
    scores,
    truth,
    workbook,
)
from nplvanalysis.sources.sample.names import MARK
from nplvanalysis.sources.sample.province import Province


def publish(seed: int, wanted: dict[str, Source], folder: Path) -> None:
    """Make the province and write the files of the sources, and truth.csv.

    Parameters
    ----------
    seed : int
        Not negative. The same seed gives the same bytes on one machine.
    wanted : dict of str to Source
        Which files; those of other makers are refused.
    folder : Path
        Gets <source>/<base name of the source's file>, and truth.csv with hypothesis, outcome,
        specification, effect, unit, note.

    Raises
    ------
    ParameterError
        For a seed that is not a whole number from 0 up, or a source that the province does not
        publish. Nothing is written then.
    """
    request.require_seed(seed)
    request.require_published(wanted)
    written = truth.load()
    made = province.make(int(seed), written)
    for name, entry in wanted.items():
        path = Path(folder) / name / PurePosixPath(entry.file).name
        if entry.dataset == "kwb":
            table = editions.edition(divisions.figures(made, entry.year), entry.year)
            _write_bytes(workbook.content(table, f"{MARK} KWB{entry.year}"), path)
        elif entry.dataset == "leefbaarometer":
            store.write_text(scores.text(scores.table(made, entry.division)), path)
        else:
            _write_map(made, entry, path)
    leaning = truth.leaning(made.latent, written.year)
    store.write_table(truth.effects(written, leaning), Path(folder) / "truth.csv")


def _write_bytes(content: bytes, path: Path) -> None:
    with store.replacing(path) as temporary:
        temporary.write_bytes(content)


def _write_map(made: Province, entry: Source, path: Path) -> None:
    """Write the GeoPackage beside the zip, which takes its bytes."""
    stem = path.stem
    inside = f"{stem}/{stem.replace('WijkBuurtkaart', 'wijkenbuurten')}.gpkg"
    with store.replacing(path) as temporary:
        package = temporary.with_suffix(".gpkg")
        try:
            borders.write(borders.layers(made, entry.division), package)
            temporary.write_bytes(workbook.zipped({inside: package.read_bytes()}))
        finally:
            package.unlink(missing_ok=True)
