"""What the checks found as tidy rows; none of them sets a verdict."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from nplvanalysis.models.robustness import Checks
from nplvanalysis.models.rows import COLUMNS
from nplvanalysis.models.specification import controls_of
from nplvanalysis.params import Study

# Of its own, so that nothing that gathers an estimate and its gates takes a share for an estimate.
ROLE = "robustness"
# Shares between 0 and 1, by the column of the sensitivity table.
SHARES = {
    "partial_r2": "partial R2 of the contrast",
    "robustness": "robustness value",
    "robustness_alpha": "robustness value of the interval",
    "robustness_delta": "robustness value of the smallest relevant difference",
}


def tidy_checks(found: Iterable[Checks], study: Study) -> pd.DataFrame:
    """Turn checks into rows.

    Parameters
    ----------
    found : iterable of Checks
    study : Study

    Returns
    -------
    DataFrame
        `rows.COLUMNS`, role `ROLE`. By estimator: "omitted_variable" (a share from 0 to 1, named by
        `sample`); "yardstick" (what is left beside an omitted variable like the observed one that
        `sample` names, classical error; 0 times as strong: the estimate that it is taken from, the
        observed one held constant); "spatial_placebo" (the estimate, p from its rank);
        "at_equal_density" (the estimate, density held constant too); "negative_control" (another
        outcome, and again at equal density); "leave_one_out" and "missing_bounds" (the estimate,
        with low and high the least and the most that it becomes). What could not be done is a row
        with its reason as `status`.
    """
    parts = [_of_case(one, study) for one in found]
    if not parts:
        return pd.DataFrame(columns=COLUMNS)
    return pd.concat(parts, ignore_index=True).reindex(columns=COLUMNS)


def _of_case(found: Checks, study: Study) -> pd.DataFrame:
    case = found.case
    step = study.models.specifications[case.row.specification].step
    common = {
        **case.about,
        "study": study.study,
        "claim": str(case.conclusion),
        "hypothesis": case.hypothesis,
        "row": case.position,
        "weights": study.models.weights,
        "controls": " + ".join(controls_of(case.row, study)),
        "role": ROLE,
        "standard_errors": "",
        **dict.fromkeys(("degrees", "clusters", "n"), 0),
    }
    rows = [*_shares(found), *_yardsticks(found), *_placebo(found, step)]
    rows += [*_controls(found), *_left_out(found), *_bounds(found)]
    return pd.DataFrame([{**common, **one} for one in rows])


def _shares(found: Checks) -> list[dict]:
    own = {"estimator": "omitted_variable"}
    if found.sensitivity.empty:
        return [{**own, "sample": "robustness value", "status": found.case.status}]
    one = found.sensitivity.iloc[0]
    if one["status"] != "ok":
        return [{**own, "sample": "robustness value", "status": one["status"]}]
    shared = {**own, "n": one["n"], "degrees": one["degrees"], "status": "ok"}
    return [
        {**shared, "sample": name, "estimate": one[column], "standard_errors": one["kind"]}
        for column, name in SHARES.items()
    ]


def _yardsticks(found: Checks) -> list[dict]:
    rows = found.yardsticks.to_dict("records")
    bases = [
        {
            "estimator": "yardstick",
            "sample": f"0 times as strong as {one['benchmark']}",
            **{name: one[name] for name in ("estimate", "n", "status")},
        }
        for one in rows
        if one["multiple"] == 1 and one["status"] == "ok"
    ]
    return bases + [
        {
            "estimator": "yardstick",
            "sample": f"{one['multiple']} times as strong as {one['benchmark']}",
            "estimate": one.get("adjusted"),
            "std_error": one.get("std_error"),
            "standard_errors": "classical" if one["status"] == "ok" else "",
            "n": 0 if pd.isna(one.get("n")) else one["n"],
            "status": one["status"],
        }
        for one in rows
    ]


def _placebo(found: Checks, step: float) -> list[dict]:
    own = {"estimator": "spatial_placebo", "sample": "spatial noise"}
    fitted, placebo = found.case.fitted, found.placebo
    if fitted is None or placebo is None:
        return [{**own, "status": found.placebo_status}]
    numbers = {"estimate": fitted.estimate * step, "p": placebo.p, "degrees": fitted.degrees}
    return [{**own, **numbers, "n": len(fitted.residuals), "status": "ok"}]


def _controls(found: Checks) -> list[dict]:
    own = [
        {**one, "estimator": "at_equal_density", "sample": "density held constant too"}
        for one in found.denser.to_dict("records")
    ]
    return own + [
        {
            **{name: value for name, value in one.items() if name != "held"},
            "estimator": "negative_control",
            "sample": "density held constant too" if one["held"] else "negative control",
        }
        for one in found.controls.to_dict("records")
    ]


def _left_out(found: Checks) -> list[dict]:
    own = {"estimator": "leave_one_out"}
    if found.left_out.empty:
        return [{**own, "sample": "one left out", "status": found.left_out_status}]
    return [
        {
            **own,
            "sample": f"without one {unit}",
            "estimate": part["estimate_all"].iloc[0],
            "low": part["estimate"].min(),
            "high": part["estimate"].max(),
            "n": int(part["areas"].sum()),
            "clusters": len(part),
            "status": "ok",
        }
        for unit, part in found.left_out.groupby("unit", sort=True)
    ]


def _bounds(found: Checks) -> list[dict]:
    return [
        {
            "estimator": "missing_bounds",
            "sample": f"missing outcomes, {one['limits']}",
            **{name: one.get(name) for name in ("estimate", "low", "high", "n", "status")},
        }
        for one in found.bounds.to_dict("records")
    ]
