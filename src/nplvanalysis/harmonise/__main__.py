"""The door of the stage `harmonise`: clean tables in, one panel on one set of borders out."""

from __future__ import annotations

from nplvanalysis import errors, params, registers, schema, store
from nplvanalysis.harmonise.borders import borders_of, other_borders
from nplvanalysis.harmonise.evidence import Evidence
from nplvanalysis.harmonise.naive import by_bare_codes
from nplvanalysis.harmonise.panel import Cleaned, harmonise, with_municipality_names


def main() -> None:
    """Write the panel, the borders and the coverage report."""
    study = params.load()
    sources = registers.chosen(study, registers.sources())
    of_study = sources, study.unit, study.years.division
    areas = store.read_areas(f"data/clean/{borders_of(*of_study)}.areas.parquet")
    others = {
        division: store.read_areas(f"data/clean/{name}.areas.parquet")
        for division, name in other_borders(*of_study).items()
    }
    cleaned = [
        Cleaned(name, source, store.read_table(f"data/clean/{name}.parquet"))
        for name, source in sources.items()
        if source.dataset != "boundaries"
    ]
    own = [item for item in cleaned if item.source.level == study.unit]
    made = harmonise(own, areas, study.years.division, Evidence(schema.columns(), others))
    panel = with_municipality_names(made.panel, cleaned)
    schema.check(panel, "data/harmonised/panel.parquet")
    store.write_table(panel, "data/harmonised/panel.parquet")
    store.write_table(made.coverage, "data/harmonised/coverage.parquet")
    bare = by_bare_codes(own, areas, study.years.division, made.crosswalks)
    store.write_table(bare.panel, "data/harmonised/naive.parquet")
    store.write_table(bare.coverage, "data/harmonised/naive_coverage.parquet")
    store.write_areas(areas, "data/harmonised/areas.parquet")
    steps = made.coverage.groupby("step")["areas"].sum()
    what = ", ".join(f"{steps.get(step, 0):,.0f} {step}" for step in ("apportioned", "lost"))
    print(f"harmonise: {len(panel):,} rows; area-years: {what} (see 1-coverage)")


if __name__ == "__main__":
    errors.run(main)
