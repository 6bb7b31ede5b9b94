"""The door of the stage `verdicts`: estimates of all notebooks in, verdicts out."""

from __future__ import annotations

import json

import pandas as pd

from nplvanalysis import errors, params, registers, schema, store
from nplvanalysis.models.multiplicity import with_q
from nplvanalysis.models.rows import COLUMNS, NOTEBOOKS
from nplvanalysis.models.verdicts import elsewhere, verdicts


def main() -> None:
    """Write verdicts, those of other studies, all estimates as CSV and the metrics."""
    study, claims = params.load(), registers.claims()
    parts = [store.read_table(f"data/estimates/{name}.parquet") for name in NOTEBOOKS]
    estimates = with_q(pd.concat(parts, ignore_index=True)[COLUMNS], claims)
    panel = store.read_table("data/measures/panel.parquet")
    present = {name for name in panel.columns if panel[name].notna().any()}
    found = verdicts(estimates, claims, study, present, schema.columns())
    published = store.read_csv("docs/verdicts.csv")
    store.write_table(found, "data/estimates/verdicts.parquet")
    store.write_table(elsewhere(published, study), "data/estimates/elsewhere.parquet")
    store.write_table(estimates, "data/estimates/estimates.parquet")
    store.write_table(estimates, "reports/estimates.csv")
    tested = found[found["verdict"] != "not_testable"].set_index("hypothesis")
    metrics = {
        name: {"verdict": row["verdict"], "theta": row["theta"], "std_error": row["std_error"]}
        for name, row in store.rounded(tested).iterrows()
    }
    store.write_text(json.dumps(metrics, indent=2) + "\n", "reports/metrics.json")


if __name__ == "__main__":
    errors.run(main)
