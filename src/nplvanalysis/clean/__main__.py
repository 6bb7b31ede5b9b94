"""Door of the layer `clean`: data/raw to data/clean."""

from nplvanalysis import errors, params, registers, store
from nplvanalysis.clean import copies, datasets, received, tidy
from nplvanalysis.clean.readers import READERS


def main() -> None:
    """Clean all sources of the study, then write them: an error leaves no new file."""
    data = params.root() / "data"
    listed = store.read_csv(data / "raw" / "received.csv")
    catalogue = registers.sources()
    entries = registers.chosen(params.load(), catalogue)
    cleaned: dict[str, tidy.Cleaned] = {}
    for source, entry in entries.items():
        path = data / "raw" / source / entry.file.rpartition("/")[-1]
        received.verified(listed, source, path, store.sha256(path) if path.is_file() else None)
        cleaned[source] = datasets.cleaned(READERS[entry.dataset](path, entry.level), entry)
    for source, result in copies.left_out(cleaned, entries, catalogue, listed).items():
        store.write_table(result.table, data / "clean" / f"{source}.parquet")
        if result.areas is not None:
            store.write_areas(result.areas, data / "clean" / f"{source}.areas.parquet")
        notes = "".join(f"; {count:,} {what}" for what, count in result.notes.items())
        print(f"{source}: {len(result.table):,} rows{notes}")


if __name__ == "__main__":
    errors.run(main)
