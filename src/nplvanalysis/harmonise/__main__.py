"""The door of the stage `harmonise`: clean tables in, one panel on one set of borders out."""

from __future__ import annotations

from nplvanalysis import errors, params, registers, schema, store
from nplvanalysis.harmonise.panel import Cleaned, borders_of, harmonise, with_municipality_names


def main() -> None:
    """Write the panel, the borders and the coverage report."""
    study = params.load()
    sources = registers.chosen(study, registers.sources())
    areas = store.read_areas(f"data/clean/{borders_of(sources, study.unit)}.areas.parquet")
    cleaned = [
        Cleaned(name, source, store.read_table(f"data/clean/{name}.parquet"))
        for name, source in sources.items()
        if source.dataset != "boundaries"
    ]
    own = [item for item in cleaned if item.source.level == study.unit]
    made = harmonise(own, areas, study.years.division)
    panel = with_municipality_names(made.panel, cleaned)
    schema.check(panel, "data/harmonised/panel.parquet")
    store.write_table(panel, "data/harmonised/panel.parquet")
    store.write_table(made.coverage, "data/harmonised/coverage.parquet")
    store.write_areas(areas, "data/harmonised/areas.parquet")
    lost = made.coverage.query("step == 'lost'")["areas"].sum()
    print(f"harmonise: {len(panel):,} rows; {lost:,.0f} area-years lost (see 1-coverage)")


if __name__ == "__main__":
    errors.run(main)
