"""The door of the stage `measure`: harmonised panel in, panel with measures out."""

from __future__ import annotations

from nplvanalysis import errors, params, schema, store
from nplvanalysis.measures.panel import measure
from nplvanalysis.measures.stacking import refuse_exposures


def main() -> None:
    """Write both panels with measures, and the list of measures that this study cannot have."""
    study = params.load()
    refuse_exposures(study.measures.problems, schema.columns())
    made = measure(store.read_table("data/harmonised/panel.parquet"), study)
    schema.check(made.panel, "data/measures/panel.parquet")
    store.write_table(made.panel, "data/measures/panel.parquet")
    store.write_table(made.absent, "data/measures/absent.parquet")
    naive = measure(store.read_table("data/harmonised/naive.parquet"), study)
    store.write_table(naive.panel, "data/measures/naive.parquet")
    print(f"measures: {len(made.panel):,} rows; absent here: {len(made.absent)} measures")


if __name__ == "__main__":
    errors.run(main)
