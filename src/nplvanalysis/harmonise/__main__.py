"""The door of the stage `harmonise`: clean tables in, one panel on one set of borders out."""

from __future__ import annotations

from nplvanalysis import errors, params, registers, schema, store
from nplvanalysis.harmonise.gathering import FACTS, Brought, gathered
from nplvanalysis.harmonise.outcome import outcome


def main() -> None:
    """Write the panel, the borders, and what it cost to make them."""
    study, dictionary = params.load(), schema.columns()
    sources = registers.chosen(study, registers.sources())
    drawn = [name for name, one in sources.items() if one.dataset in ("boundaries", "kwb_rda")]
    counted = [name for name, one in sources.items() if one.dataset != "boundaries"]
    brought = Brought(
        sources,
        {name: store.read_table(f"data/clean/{name}.parquet") for name in counted},
        {name: store.read_areas(f"data/clean/{name}.areas.parquet") for name in drawn},
        {name: store.read_csv(f"data/{file}") for name, file in FACTS.items()},
    )
    own = gathered(brought, study, dictionary)
    made = outcome(brought, own, study, dictionary)
    schema.check(made["panel"], "data/harmonised/panel.parquet")
    for name, table in made.items():
        store.write_table(table, f"data/harmonised/{name}.parquet")
    store.write_areas(own.areas, "data/harmonised/areas.parquet")
    left = len(own.unresolved)
    print(f"harmonise: {len(made['panel']):,} rows; {left:,} names or areas without figures")


if __name__ == "__main__":
    errors.run(main)
