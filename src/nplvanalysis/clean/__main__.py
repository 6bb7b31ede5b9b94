"""Door of the layer `clean`: data/raw to data/clean."""

from nplvanalysis import errors, params, registers, schema, store
from nplvanalysis.clean import boundaries, kwb, kwb_rda, leefbaarometer
from nplvanalysis.clean.received import verified
from nplvanalysis.clean.tidy import Cleaned

CLEANERS = {
    "kwb": lambda path, entry: kwb.clean(store.read_workbook(path), entry),
    "kwb_rda": lambda path, entry: kwb_rda.clean(store.read_rda(path), entry),
    "leefbaarometer": lambda path, entry: leefbaarometer.clean(store.read_csv(path), entry),
    "boundaries": lambda path, entry: boundaries.clean(
        store.read_layer(path, boundaries.LAYERS[entry.level]), entry
    ),
}


def main() -> None:
    """Clean all sources of the study, then write them: an error leaves no new file."""
    data = params.root() / "data"
    received = store.read_csv(data / "raw" / "received.csv")
    cleaned: dict[str, Cleaned] = {}
    for source, entry in registers.chosen(params.load(), registers.sources()).items():
        path = data / "raw" / source / entry.file.rpartition("/")[-1]
        verified(received, source, path, store.sha256(path) if path.is_file() else None)
        result = cleaned[source] = CLEANERS[entry.dataset](path, entry)
        schema.check(result.table, where=entry.file)
        if result.areas is not None:
            schema.check(result.areas, where=entry.file, key=["code", "division"])
    for source, result in cleaned.items():
        store.write_table(result.table, data / "clean" / f"{source}.parquet")
        if result.areas is not None:
            store.write_areas(result.areas, data / "clean" / f"{source}.areas.parquet")
        notes = "".join(f"; {count:,} {what}" for what, count in result.notes.items())
        print(f"{source}: {len(result.table):,} rows{notes}")


if __name__ == "__main__":
    errors.run(main)
