"""Door of the layer `clean`: data/raw to data/clean."""

from nplvanalysis import errors, params, registers, store
from nplvanalysis.clean import boundaries, datasets, leefbaarometer, received, responses, tidy

READERS = {
    "kwb": lambda path, _: store.read_workbook(path),
    "kwb_rda": lambda path, _: store.read_rda(path),
    "elections": lambda path, _: store.read_text(path, "latin-1"),
    "boundaries": lambda path, level: store.read_layer(path, boundaries.LAYERS[level]),
    "leefbaarometer": lambda path, level: (
        store.read_csv(path)
        if path.suffix == ".csv"
        else store.read_members(path, leefbaarometer.member(level))
    ),
    **dict.fromkeys(datasets.STATLINE, lambda path, _: store.read_members(path, responses.JSON)),
}


def main() -> None:
    """Clean all sources of the study, then write them: an error leaves no new file."""
    data = params.root() / "data"
    listed = store.read_csv(data / "raw" / "received.csv")
    cleaned: dict[str, tidy.Cleaned] = {}
    for source, entry in registers.chosen(params.load(), registers.sources()).items():
        path = data / "raw" / source / entry.file.rpartition("/")[-1]
        received.verified(listed, source, path, store.sha256(path) if path.is_file() else None)
        cleaned[source] = datasets.cleaned(READERS[entry.dataset](path, entry.level), entry)
    for source, result in cleaned.items():
        store.write_table(result.table, data / "clean" / f"{source}.parquet")
        if result.areas is not None:
            store.write_areas(result.areas, data / "clean" / f"{source}.areas.parquet")
        notes = "".join(f"; {count:,} {what}" for what, count in result.notes.items())
        print(f"{source}: {len(result.table):,} rows{notes}")


if __name__ == "__main__":
    errors.run(main)
