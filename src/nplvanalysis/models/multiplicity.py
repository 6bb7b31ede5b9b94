"""Many secondary estimates: the share of false finds among those that stand out."""

from __future__ import annotations

import pandas as pd

from nplvanalysis.registers import Claims


def with_q(estimates: pd.DataFrame, claims: Claims) -> pd.DataFrame:
    """Add Benjamini-Hochberg q-values to the secondary rows of each family.

    Benjamini and Hochberg (1995). A family is that of the register, fixed before estimation. One p
    per row: that of its own fit under the largest standard error.

    Parameters
    ----------
    estimates : DataFrame
        `rows.COLUMNS`, of one study.
    claims : Claims

    Returns
    -------
    DataFrame
        With `q`: the same for all kinds of error of a secondary fit, NaN for everything else.
    """
    from scipy.stats import false_discovery_control

    own = ["hypothesis", "row"]
    usable = estimates[estimates["role"].eq("secondary") & estimates["p"].notna()]
    worst = usable.groupby(own, sort=True)["p"].max().reset_index()
    family = worst["hypothesis"].map({name: one.family for name, one in claims.hypotheses.items()})
    worst["q"] = worst.groupby(family)["p"].transform(
        lambda values: false_discovery_control(values.to_numpy(float))
    )
    known = worst.assign(role="secondary")[[*own, "role", "q"]]
    return estimates.merge(known, on=[*own, "role"], how="left", validate="m:1")
